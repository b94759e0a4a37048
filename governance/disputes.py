"""Disputes: from when to when a part is frozen, and what becomes of it.

A party of the proposal freezes one part, once. The panel that the settings name lets it go on: so many different
members as they require, over the bytes of one written decision, within the settings' time; the end of the part moves by
as long as the dispute was open. Where they stay silent the part is terminated, and nothing of it is paid any more.
Decided here: when a dispute is open, resolved or over. Not decided: who may act (`governance.admission`), and what
became of the part's money (`dao.record`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from governance.acts import ActLeaf
from governance.settings import Disputes


class Dispute(NamedTuple):
    """The one dispute on a part. Times are Unix seconds of leaves."""

    opened: ActLeaf
    deadline: int
    """The last second in which the panel can decide."""
    resolved: ActLeaf | None = None
    """The act that completed the panel's decision."""

    @property
    def extension(self) -> int:
        """Seconds by which the part's end moves; 0 while nobody has decided."""
        return 0 if self.resolved is None else self.resolved.time - self.opened.time

    def extension_at(self, now: int) -> int:
        """The same, or how long it has been open so far."""
        return now - self.opened.time if self.is_open(now) else self.extension

    def is_open(self, now: int) -> bool:
        """Whether the panel can still decide."""
        return self.resolved is None and now <= self.deadline

    def is_lapsed(self, now: int) -> bool:
        """Whether the panel was silent until its time was over."""
        return self.resolved is None and now > self.deadline

    def freezes_leaf(self, index: int) -> bool:
        """Whether a leaf of this index comes after the dispute and not after its resolution."""
        return self.opened.index < index and (self.resolved is None or index < self.resolved.index)

    def freezes_time(self, time: int) -> bool:
        """The same of what happened on the chain, which has a time alone."""
        return self.opened.time < time and (self.resolved is None or time < self.resolved.time)


def dispute_on(acts: Iterable[ActLeaf], rules: Disputes, part: int) -> Dispute | None:
    """Return the dispute on `part` (1-based) as far as these acts go, or None; acts in any order."""
    mine = sorted((leaf for leaf in acts if leaf.act.part == part), key=lambda leaf: leaf.index)
    opened = next((leaf for leaf in mine if leaf.act.kind == "dispute"), None)
    if opened is None:
        return None
    deadline = opened.time + rules.seconds
    decisions: dict[bytes, set[bytes]] = {}
    for leaf in mine:
        act = leaf.act
        if act.kind == "resolve" and act.address in rules.panel and leaf.index > opened.index and leaf.time <= deadline:
            agreed = decisions.setdefault(act.evidence, set())
            agreed.add(act.address)
            if len(agreed) >= max(1, rules.required):
                return Dispute(opened, deadline, leaf)
    return Dispute(opened, deadline)
