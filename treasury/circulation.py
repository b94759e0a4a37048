"""What of a token is in circulation by its plan: vested is, locked is not.

Decides the sums by bucket, the gap to a figure that somebody published, and which wallets hold what is not vested, so
that a strategy can leave them out of a vote, and what is votable then. Who holds what on a chain is not decided here: a
plan is no chain, and what is vested may still lie in the treasury.
"""

from __future__ import annotations

from typing import NamedTuple

from treasury.allocation import Plan


class Supply(NamedTuple):
    """One bucket, or all of them, in base units; circulating and locked are the total."""

    id: str
    total: int
    circulating: int
    locked: int


class Votable(NamedTuple):
    """What of a token could vote at a block, in base units."""

    supply: int
    """All that the token's contract says there is."""
    excluded: tuple[tuple[bytes, int], ...]
    """Who shall not vote, and what each held."""

    @property
    def units(self) -> int:
        """The base of a quorum that is a share: the supply less what the excluded held, as `excluding` takes it."""
        return max(0, self.supply - sum(held for _, held in self.excluded))


class Circulation(NamedTuple):
    """A token at a moment."""

    whole: Supply
    buckets: tuple[Supply, ...]
    unvested: tuple[bytes, ...]
    """Wallets of grants of which something is locked."""


def circulation(plan: Plan, tge: int, at: int) -> Circulation:
    """Add up what is vested and what is locked at a moment."""
    buckets = tuple(
        Supply(bucket.id, schedule.total, schedule.vested(at), schedule.locked(at))
        for bucket in plan.buckets
        for schedule in (plan.schedule(bucket, tge),)
    )
    unvested = tuple(
        grant.wallet for grant in plan.grants if grant.wallet is not None and plan.schedule_of(grant, tge).locked(at)
    )
    total, circulating = sum(row.total for row in buckets), sum(row.circulating for row in buckets)
    return Circulation(Supply("", total, circulating, total - circulating), buckets, unvested)
