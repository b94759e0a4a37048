"""What `proposals` refuses."""

from __future__ import annotations

from chain.errors import CodedError


class ProposalsError(CodedError):
    """Root of the refusals of this room: documents, parts, compilation, lifecycle."""
