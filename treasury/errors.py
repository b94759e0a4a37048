"""What `treasury` refuses."""

from __future__ import annotations

from chain.errors import CodedError


class TreasuryError(CodedError):
    """Root of the refusals of this room: entries, funds, confirmations, execution."""
