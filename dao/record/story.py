"""Which leaves of a journal belong to the record of one proposal, and which of them tell of another one.

A record holds the proposal's own story whole. Beside it stand, each as a case of its own, the proposals that superseded
it, as far as their passing needs to be proved, and those that it supersedes itself, as far as it must be seen that they
stood. Commitments are read here and believed only as far as this choice goes; the checks say what is true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from chain.cid import CID
from chain.errors import CodedError
from dao.record.case import Case, Get
from dao.record.leaves import Leaf
from governance.batch import Spread
from governance.commitment import Commitment, read_commitment
from governance.messages import read_envelope
from governance.settings_text import parse_settings

_WHOLE = frozenset({
    "settings", "premium", "premiums", "forward", "donation", "refund", "conversion", "reversed", "entry", "queued",
    "executed", "spent", "ended", "group",
})  # fmt: skip
"""Kinds of which a record holds every leaf."""
_HOUSEKEEPING = frozenset({"announced", "housekept"})
"""Kinds of which a record holds every leaf if any check of it leans on one, and else none."""
_PASSING = frozenset({
    "settings", "document", "transition", "step", "parts", "proposal", "cancel", "vote", "closed", "power", "result",
    "executed", "ended",
})  # fmt: skip
"""Kinds that prove that a proposal passed, and whether what it supersedes stood."""


def select(leaves: Sequence[Leaf] | Mapping[int, Leaf], proposal: bytes, get: Get) -> dict[int, Leaf]:
    """The leaves that the record of one proposal holds, by index, of a whole journal or of those that are at hand: its
    own story; all settings; the whole story of the fund, because what was available depends on every entry before;
    every transaction that was queued or executed, and every nonce that was spent, because no two payouts share one;
    every payout that ended unpaid, with what its owners had signed, because its money is available again; what became
    of other proposals of its number; and how those passed that superseded it, and what it supersedes.
    """
    at_hand = leaves if isinstance(leaves, Mapping) else dict(enumerate(leaves))
    journal = _Journal(at_hand, get)
    chosen = journal.own(proposal).union(*(indexes for _, indexes in journal.beside(proposal)))
    return {index: at_hand[index] for index in sorted(chosen)}


def case_of(leaves: Mapping[int, Leaf], proposal: bytes, get: Get, spread: Spread = map) -> Case:
    """The case of a proposal, with those beside it. Leaves that belong to nothing of this stand in its own case, whose
    checks find them. `spread` takes their work to many cores.
    """
    journal = _Journal(leaves, get)
    beside = set().union(*(indexes for _, indexes in journal.beside(proposal))) - journal.own(proposal)
    case = journal.case(proposal, leaves.keys() - beside)
    case.newer = {newer: journal.case(newer, journal.passing(newer)) for newer in journal.newer(proposal)}
    for each in (case, *case.newer.values()):
        each.spread = spread
    return case


class _Journal:
    """Leaves by index, and what the proposals among them bind."""

    def __init__(self, leaves: Mapping[int, Leaf], get: Get) -> None:
        self._leaves = leaves
        self._get = get
        asked = [leaf for leaf in leaves.values() if leaf.kind == "proposal"]
        self._bound = {_id(leaf): _commitment(leaf, get) for leaf in asked}
        self._passed = {leaf.body["proposal"] for leaf in leaves.values() if _releases(leaf)}
        self._ended = {_payout(leaf) for leaf in leaves.values() if leaf.kind == "ended"}

    def case(self, proposal: bytes, indexes: Iterable[int]) -> Case:
        """A case of these leaves, with the older proposals that it supersedes."""
        older = {id_: Case(id_, self._pick(self._brief(id_)), self._get) for id_ in self._supersedes(proposal)}
        return Case(proposal, self._pick(indexes), self._get, older=older)

    def beside(self, proposal: bytes) -> list[tuple[bytes, set[int]]]:
        """Other proposals of the record, each with the leaves that tell of it."""
        newer = self.newer(proposal)
        older = {id_ for other in (proposal, *newer) for id_ in self._supersedes(other)}
        return [(id_, self.passing(id_)) for id_ in newer] + [(id_, self._brief(id_)) for id_ in sorted(older)]

    def newer(self, proposal: bytes) -> list[bytes]:
        """Those that passed, as their leaves say, and that supersede this one."""
        return [id_ for id_ in self._bound if id_ in self._passed and proposal in self._supersedes(id_)]

    def own(self, proposal: bytes) -> set[int]:
        """The story of a proposal, and what every record holds."""
        hashes = {
            leaf.body["hash"]
            for leaf in self._leaves.values()
            if leaf.kind == "queued" and (leaf.body["proposal"] == proposal or _payout(leaf) in self._ended)
        }
        tells = self._teller(proposal)
        whole = _WHOLE | _HOUSEKEEPING if self._leans_on_housekeeping(proposal) else _WHOLE
        return {
            index
            for index, leaf in self._leaves.items()
            if leaf.kind in whole or tells(leaf) or (leaf.kind == "confirmation" and leaf.body["hash"] in hashes)
        }

    def _leans_on_housekeeping(self, proposal: bytes) -> bool:
        """Whether owners were changed after the vote closed, whose signatures a payout needs, or after anything was
        queued, which may have lost its nonce. Without a proposal all of it is told.
        """
        if proposal not in self._bound:
            return True
        since = [
            index for index, leaf in self._leaves.items()
            if leaf.kind == "queued" or (leaf.kind == "closed" and leaf.body["proposal"] == proposal)
        ]  # fmt: skip
        return any(leaf.kind == "housekept" and index > min(since, default=index)
                   for index, leaf in self._leaves.items())  # fmt: skip

    def passing(self, proposal: bytes) -> set[int]:
        """What proves that a proposal passed."""
        tells = self._teller(proposal)
        return {
            index
            for index, leaf in self._leaves.items()
            if leaf.kind in _PASSING and (leaf.kind in _WHOLE or tells(leaf))
        }

    def _brief(self, proposal: bytes) -> set[int]:
        """What shows that a proposal stood when it was superseded: what it asked, and that it passed."""
        bound = self._bound.get(proposal)
        return {
            index
            for index, leaf in self._leaves.items()
            if leaf.kind in ("executed", "ended")
            or (leaf.kind == "proposal" and leaf.body["id"] == proposal)
            or (leaf.kind == "result" and leaf.body["proposal"] == proposal)
            or (leaf.kind == "parts" and bound is not None and leaf.body["parts"] == bound.parts)
        }

    def _teller(self, proposal: bytes) -> Callable[[Leaf], bool]:
        """The test whether a leaf belongs to a proposal, or says what became of another one of its number, or of one
        that asked for the same where a space lets that cool down.
        """
        bound = self._bound.get(proposal)
        twins = {id_ for id_, other in self._bound.items() if other and bound and other.iip == bound.iip}
        if bound is not None and bound.parts is not None and self._cools_down(bound):
            twins |= {id_ for id_, other in self._bound.items() if other and other.parts == bound.parts}

        def tells(leaf: Leaf) -> bool:
            body = leaf.body
            if body.get("proposal") == proposal:
                return True
            if leaf.kind == "proposal":
                return body["id"] == proposal or body["id"] in twins
            if leaf.kind in ("result", "cancel"):
                return body["proposal"] in twins
            if bound is None:
                return False
            if leaf.kind in ("document", "transition", "step"):
                return body["iip"] == bound.iip
            return leaf.kind == "parts" and body["parts"] == bound.parts

        return tells

    def _cools_down(self, bound: Commitment) -> bool:
        """Whether the same parts have to wait after a vote in vain, by the settings that a proposal binds."""
        for leaf in self._leaves.values():
            if leaf.kind == "settings" and leaf.body["settings"] == bound.settings:
                try:
                    text = self._get(bound.settings).decode("utf-8", "replace")
                    return bool(parse_settings(text).periods.cool_down)
                except CodedError:
                    return False  # check 10 will say what is wrong with them
        return False

    def _supersedes(self, proposal: bytes) -> tuple[bytes, ...]:
        bound = self._bound.get(proposal)
        return () if bound is None else bound.supersedes

    def _pick(self, indexes: Iterable[int]) -> dict[int, Leaf]:
        return {index: self._leaves[index] for index in sorted(indexes)}


def _id(leaf: Leaf) -> bytes:
    found = leaf.body["id"]
    assert isinstance(found, bytes), "the leaf's schema says so"
    return found


def _releases(leaf: Leaf) -> bool:
    return leaf.kind == "result" and leaf.body["released"] is True


def _payout(leaf: Leaf) -> tuple[object, object]:
    return leaf.body["proposal"], leaf.body["part"]


def _commitment(leaf: Leaf, get: Get) -> Commitment | None:
    cid = leaf.body["envelope"]
    assert isinstance(cid, CID), "the leaf's schema says so"
    try:
        return read_commitment(read_envelope(get(cid)).message.get("plugins"))
    except CodedError:
        return None  # the checks will say what is wrong with it
