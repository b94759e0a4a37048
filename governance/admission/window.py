"""Times of messages against the journal's: the tolerances that every admission table shares."""

from __future__ import annotations

from collections.abc import Mapping

from governance.errors import GovernanceError
from governance.strict_map import SECONDS_MAX

SKEW_SECONDS = 300
"""How far a signer's clock may be ahead of the journal's (Snapshot's sequencer has the same 5 minutes)."""
LEAF_SECONDS = 3_600
"""How far a proposal's leaf may be from its timestamp."""
VOTE_GAP_SECONDS = 60
"""One vote a voter a minute."""


class AdmissionError(GovernanceError):
    """A message that may not enter the journal."""


def member_int(message: Mapping[str, object], name: str) -> int:
    """Take an integer member of a message that typed data has already held to be one."""
    value = message[name]
    assert isinstance(value, int), "an unsigned integer in the message's types"
    return value


def time_of(message: Mapping[str, object], name: str) -> int:
    """Take a time, in Unix seconds; one in milliseconds is `E_TIME` (H112)."""
    seconds = member_int(message, name)
    if seconds >= SECONDS_MAX:
        raise AdmissionError("E_TIME", "member_milliseconds", field=name, time=seconds)
    return seconds


def refuse_ahead(timestamp: int, leaf_time: int) -> None:
    """Refuse a timestamp that lies more than the tolerance after its leaf (`E_WINDOW`, H47): it would beat every
    later message of the same signer.
    """
    if timestamp > leaf_time + SKEW_SECONDS:
        raise AdmissionError("E_WINDOW", "ahead", timestamp=timestamp, leaf_time=leaf_time, tolerance=SKEW_SECONDS)
