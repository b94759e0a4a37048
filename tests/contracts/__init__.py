"""A contract for tests alone, and its artifact: `python -m tests.contracts` compiles it anew, for developers."""
