"""The error that the Safe modules share."""

from __future__ import annotations

from chain.errors import ChainError


class SafeError(ChainError):
    """A Safe transaction, batch, signature blob or version that is not what the Safe's contracts define."""
