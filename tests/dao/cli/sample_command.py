"""A command that ends in every way a command can, for the tests of the frame."""

from __future__ import annotations

from chain.errors import ChainError, UncheckableError
from dao.cli.answer import Answer
from dao.errors import UsageError

EXAMPLES = ("dao sample true",)
SECRET = "https://node.example/v3/0123456789abcdef"


def command(way: str) -> Answer:
    """End in the way that is named."""
    print("on the way")
    match way:
        case "refused":
            raise ChainError("E_AMOUNT", "form", amount="1e3")
        case "unchecked":
            raise UncheckableError("E_IO_READ", "missing", path="x")
        case "usage":
            raise UsageError("E_IO_READ", "directory", path="x")
        case "interrupted":
            raise KeyboardInterrupt
        case "bug":
            raise RuntimeError(SECRET)
        case "unspeakable":
            return Answer({"value": float("nan")})
        case "exit":
            raise SystemExit(3)
    return Answer({"ok": way == "true"}, ["the answer"], 0 if way == "true" else 1)
