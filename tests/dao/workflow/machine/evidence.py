"""What must stand in the journal where a state is told: a table beside the tool's, from states to kinds of leaves."""

from __future__ import annotations

from collections.abc import Mapping

from dao.record.leaves import Leaf
from dao.store.journal import Journal
from dao.views.iip_standing import IipStanding

NEEDS: Mapping[str, tuple[tuple[str, Mapping[str, object]], ...]] = {
    "Draft": (),
    "Review": (),
    "LastCall": (),
    "Stagnant": (),
    "Withdrawn": (("step", {"event": "withdraw"}),),
    "Voting": (("proposal", {}),),
    "Cancelled": (("proposal", {}), ("cancel", {})),
    "Passed": (("closed", {}), ("power", {}), ("result", {"verdict": "passed", "released": True})),
    "Decided": (("closed", {}), ("result", {"verdict": "decided", "released": False})),
    "Rejected": (("closed", {}), ("result", {"verdict": "rejected", "released": False})),
    "QuorumNotMet": (("closed", {}), ("result", {"verdict": "quorum_not_met", "released": False})),
    "Queued": (("result", {"released": True}), ("queued", {})),
    "Executed": (("result", {"released": True}), ("queued", {}), ("confirmation", {}), ("executed", {})),
    "Expired": (("result", {"released": True}),),
    "Vetoed": (("result", {"released": True}), ("act", {})),
    "Superseded": (("result", {"released": True}),),
}
"""By state of an IIP: the leaves that it rests on, each with fields that they must have."""
PARTS: Mapping[str, str] = {
    "planned": "Planned", "not_released": "Planned", "unreported": "Planned", "reported": "Reported",
    "uncovered": "Approved", "timelocked": "Approved", "ready": "Approved", "queued": "Approved",
    "signing": "Approved", "executable": "Approved", "paid": "Paid", "expired": "Lapsed", "expired_signed": "Lapsed",
    "vetoed": "Terminated", "veto_pending": "Terminated", "superseded": "Terminated",
    "supersede_pending": "Terminated", "terminated": "Terminated", "terminate_pending": "Terminated",
}  # fmt: skip
"""By state of a part as it is shown: the state of the payout's machine, walked from the facts. Disputed is apart."""
NO_PART_IS_OVER = ("Voting", "Cancelled", "Rejected", "QuorumNotMet", "Decided")


def check(journal: Journal, standing: IipStanding) -> None:
    """Fail where a state is told that the journal does not bear out."""
    told = standing.numbered.proposals[-1] if standing.numbered.proposals else None
    for kind, fields in NEEDS[standing.state]:
        found = [leaf for leaf in journal.leaves if leaf.kind == kind and _is_of(leaf, standing, told)]
        assert any(fields.items() <= leaf.body.items() for leaf in found), f"{standing.state} without its {kind}"
    for part in standing.parts:
        if part.state == "disputed":
            assert part.payout.endswith("Disputed"), part
        else:
            assert PARTS[part.state] == part.payout, part
        if standing.state in NO_PART_IS_OVER:
            assert part.payout == "Planned", part
        if part.state == "paid":
            assert any(leaf.body["part"] == part.number for leaf in _mine(journal, "executed", told)), part


def _mine(journal: Journal, kind: str, proposal: bytes | None) -> list[Leaf]:
    return [leaf for leaf in journal.leaves if leaf.kind == kind and leaf.body["proposal"] == proposal]


def _is_of(leaf: Leaf, standing: IipStanding, proposal: bytes | None) -> bool:
    if leaf.kind == "step":
        return leaf.body["iip"] == standing.numbered.number
    if leaf.kind == "proposal":
        return leaf.body["id"] == proposal
    return leaf.kind == "confirmation" or leaf.body["proposal"] == proposal
