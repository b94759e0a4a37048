"""What Ethereum, Safe and content addressing fix: one module per standard, and the values that every room shares.

Nothing here knows of proposals, votes or funds. All modules are pure functions over bytes and frozen values; only
`chain.clients` talks to nodes and stores. Import the module that is named after the standard; this package itself
imports the errors only, so that looking at it costs nothing.
"""

from __future__ import annotations

from chain.errors import ChainError, CodedError, UncheckableError

__all__ = ["ChainError", "CodedError", "UncheckableError"]
