"""The life of one number, as the leaves of a journal tell it: its events with their times, and where they lead.

Decides which leaves belong to a number and which event each one means; some have a leaf of their own, others follow
from votes and payouts. What the table allows, and what is early, is decided by `proposals.lifecycle` and
`proposals.periods`; that a leaf is true, by the numbered checks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from chain.cid import CID
from chain.errors import CodedError
from dao.record.case import Get, Row
from dao.record.errors import RecordError
from dao.record.leaves import Leaf
from governance.commitment import Commitment, read_commitment
from governance.messages import read_envelope
from governance.settings_text import parse_settings
from governance.space import SettingsLeaf, binding
from proposals.periods import NO_PERIODS, Moment, Periods, Place, walk

PeriodsAt = Callable[[int, int], Periods]
"""From a leaf's index and time to the periods in force there."""

_OUTCOMES = {
    "passed": "tally_pass",
    "rejected": "tally_fail",
    "quorum_not_met": "tally_no_quorum",
    "decided": "tally_decide",
}


def bound_by(leaf: Leaf, get: Get) -> Commitment | None:
    """What the proposal of a leaf binds; None where that cannot be read."""
    cid = leaf.body["envelope"]
    assert isinstance(cid, CID), "the leaf's schema says so"
    try:
        return read_commitment(read_envelope(get(cid)).message.get("plugins"))
    except CodedError:
        return None


def history(leaves: Mapping[int, Leaf] | Sequence[Leaf], number: object, get: Get) -> list[Row]:
    """The leaves that move the lifecycle of one number, in journal order."""
    rows = list(_rows(leaves))
    asked = {row.leaf.body["id"] for row in rows if row.leaf.kind == "proposal" and _is_of(row.leaf, number, get)}
    return [
        row
        for row in rows
        if (row.leaf.kind in ("transition", "step") and row.leaf.body["iip"] == number)
        or (row.leaf.kind == "proposal" and row.leaf.body["id"] in asked)
        or (row.leaf.kind in ("result", "cancel", "queued", "executed", "ended") and row.leaf.body["proposal"] in asked)
    ]


def numbered(leaves: Mapping[int, Leaf] | Sequence[Leaf], number: object, get: Get) -> list[Leaf]:
    """The texts, steps and proposals of one number, in journal order."""
    return [
        row.leaf
        for row in _rows(leaves)
        if (row.leaf.kind in ("document", "transition", "step") and row.leaf.body["iip"] == number)
        or (row.leaf.kind == "proposal" and _is_of(row.leaf, number, get))
    ]


def moments(told: Iterable[Row], periods: PeriodsAt, proposal: bytes | None = None, parts: int = 0) -> list[Moment]:
    """The lifecycle's events of one number in the order of their leaves: those with a leaf of their own, and those that
    follow from votes and payouts. Of an earlier proposal of the number only the vote counts; `proposal` None means that
    all of them are earlier ones.
    """
    found: list[Moment] = []
    over: list[str] = []
    for row in told:
        events = list(_events(row.leaf, proposal, over, parts, is_queued=any(one.event == "queue" for one in found)))
        document = row.leaf.body.get("document")
        digest = document.digest if isinstance(document, CID) else b""
        in_force = periods(row.index, row.leaf.time) if events else NO_PERIODS
        found += [Moment(event, row.leaf.time, in_force, digest) for event in events]
    return found


def place_of(leaves: Mapping[int, Leaf] | Sequence[Leaf], number: object, get: Get, periods: PeriodsAt) -> Place:
    """Where a number stands after these leaves, as far as its votes go; raise at the first event that the table or a
    period does not allow.
    """
    return walk(moments(history(leaves, number, get), periods))


def periods_at(settings: Sequence[SettingsLeaf]) -> PeriodsAt:
    """The periods of the settings in force at a leaf; none before there are settings."""
    if not any(any(leaf.settings.periods) for leaf in settings):
        return lambda _index, _time: NO_PERIODS
    bound = binding(settings)

    def find(index: int, time: int) -> Periods:
        known = [leaf for since, leaf in bound if leaf.index < index and since <= time]
        return known[-1].settings.periods if known else NO_PERIODS

    return find


def written_settings(leaves: Mapping[int, Leaf] | Sequence[Leaf], get: Get) -> list[SettingsLeaf]:
    """The settings of a journal as they are written there; check 10 checks who signed them."""
    found = []
    for row in _rows(leaves):
        cid = row.leaf.body.get("settings")
        if row.leaf.kind == "settings" and isinstance(cid, CID):
            settings = parse_settings(get(cid).decode("utf-8", "replace"))
            found.append(SettingsLeaf(row.index, row.leaf.time, settings))
    return found


def ends(parts: Collection[str]) -> list[str]:
    """The last events of a proposal whose parts are all over: each `paid`, `expired`, `vetoed`, `superseded` or
    `terminated`, which is a lapse.
    """
    if "superseded" in parts:
        return ["execute", "supersede"] if "paid" in parts else ["supersede"]
    if "paid" in parts:
        return ["execute"]
    return ["veto" if "vetoed" in parts else "lapse"]


def _events(leaf: Leaf, proposal: bytes | None, over: list[str], parts: int, *, is_queued: bool) -> Iterator[str]:
    """What one leaf means; the ends of parts so far stand in `over`."""
    own = leaf.body.get("proposal") == proposal
    if leaf.kind in ("transition", "step"):
        yield str(leaf.body["event"])
    elif leaf.kind == "proposal":
        yield "open_vote"
    elif leaf.kind == "result":
        yield _outcome(str(leaf.body["verdict"]))
    elif leaf.kind == "cancel":
        yield "cancel"
    elif leaf.kind == "queued" and own and not is_queued:
        yield "queue"
    elif leaf.kind in ("executed", "ended") and own:
        over.append(str(leaf.body.get("cause", "paid")))
        if len(over) == parts:
            yield from ends(over)


def _outcome(verdict: str) -> str:
    if verdict not in _OUTCOMES:
        raise RecordError("E_STATE", "verdict", verdict=verdict)
    return _OUTCOMES[verdict]


def _is_of(leaf: Leaf, number: object, get: Get) -> bool:
    bound = bound_by(leaf, get)
    return bound is not None and bound.iip == number


def _rows(leaves: Mapping[int, Leaf] | Sequence[Leaf]) -> Iterator[Row]:
    pairs = leaves.items() if isinstance(leaves, Mapping) else enumerate(leaves)
    return (Row(index, leaf) for index, leaf in pairs)
