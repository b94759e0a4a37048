"""Vetoes: from which act on a part of a passed proposal is stopped.

One veto of the guardian whom the settings name suffices; without him it takes as many different owners of the fund's
Safe, as it was at the close, as that Safe's threshold: they could just as well refuse to sign, and a veto says so and
why. Decided here: when a veto is in force. Not decided: who may act (`governance.admission`), and what became of the
part's money (`dao.record`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from governance.acts import ActLeaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Vetoers:
    """Who may veto the parts of one proposal, and how many it takes."""

    guardian: bytes | None
    """One of him is enough."""
    owners: frozenset[bytes]
    """Of the fund's Safe, at the close."""
    threshold: int
    """Of that Safe: so many owners are enough."""


def veto_in_force(acts: Iterable[ActLeaf], vetoers: Vetoers, part: int) -> ActLeaf | None:
    """Return the act by which `part` (1-based) is vetoed, or None while vetoes are missing; acts in any order."""
    owners: set[bytes] = set()
    for leaf in _on(acts, part):
        if leaf.act.address == vetoers.guardian:
            return leaf
        if leaf.act.address in vetoers.owners:
            owners.add(leaf.act.address)
        if vetoers.owners and len(owners) >= max(1, vetoers.threshold):
            return leaf
    return None


def owners_who_veto(acts: Iterable[ActLeaf], vetoers: Vetoers, part: int) -> tuple[bytes, ...]:
    """Return the owners who vetoed `part` so far, in the order of their first acts."""
    return tuple(dict.fromkeys(leaf.act.address for leaf in _on(acts, part) if leaf.act.address in vetoers.owners))


def _on(acts: Iterable[ActLeaf], part: int) -> list[ActLeaf]:
    """The vetoes on a part or on all of them, in the journal's order."""
    vetoes = [leaf for leaf in acts if leaf.act.kind == "veto" and leaf.act.part in (0, part)]
    return sorted(vetoes, key=lambda leaf: leaf.index)
