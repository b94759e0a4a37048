"""Part of check 24: what a vote did not pass, or its author cancelled, is not asked again before it has cooled down.

The same thing is the same list of parts, whoever asks for it and under whichever number; the settings that bind the
newer proposal say for how long. A number that missed its quorum comes back by a step of its own, which check 25 holds
to the same time.
"""

from __future__ import annotations

from dao.record.case import Case, Row, cid_of, need
from dao.record.errors import RecordError
from governance.commitment import Commitment, read_commitment
from governance.messages import read_envelope


def asks_the_same(case: Case, other: Commitment) -> bool:
    """Whether another proposal asked for the very parts of this one, in a space where that matters."""
    parts = need(case.commitment).parts
    return bool(need(case.settings).periods.cool_down) and parts is not None and parts == other.parts


def check_cool_down(case: Case, row: Row) -> None:
    """Raise `E_RESUBMIT` where the same parts were asked in vain too short a time ago."""
    wait = need(case.settings).periods.cool_down
    for other in case.rows("proposal"):
        bound = read_commitment(read_envelope(case.get(cid_of(other, "envelope"))).message.get("plugins"))
        if other.index >= row.index or not asks_the_same(case, bound):
            continue
        for end in case.rows_of("result", "cancel"):
            mine = end.leaf.body["proposal"] == other.leaf.body["id"] and end.index < row.index
            if mine and not end.leaf.body.get("released") and row.leaf.time < end.leaf.time + wait:
                raise RecordError("E_RESUBMIT", "parts", iip=bound.iip, earliest=end.leaf.time + wait)
