"""Why a choice won: the facts of one sentence after another, in the order in which a person follows them.

Says nothing that the count did not find: scores, rounds, duels and winners are taken from it, not computed anew. The
sentences themselves, in which language, are made at the edge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from chain.amount import spell
from governance.counting.method import Branch, Count, Duel, Round


class Reason(NamedTuple):
    """One sentence to be said."""

    key: str
    """Which sentence: `round`, `duel`, `won`, …"""
    facts: Mapping[str, object]
    """Names of choices as texts, powers as decimal text."""


def reasons(system: str, options: Sequence[str], found: Count, total: int, *, decimals: int = 18) -> tuple[Reason, ...]:
    """Explain a count by `system` over these options; `total` is the power of all whose ballots count."""
    telling = _Telling(options, decimals)
    return (
        Reason(system.replace("-", "_"), {"total": telling.power(total)}),
        *(telling.scores(found) if not found.steps or system == "copeland" else ()),
        *telling.steps(found),
        telling.outcome(found, total),
    )


class _Telling(NamedTuple):
    """Names and powers as they are told."""

    options: Sequence[str]
    decimals: int

    def name(self, number: int) -> str:
        return self.options[number - 1]

    def names(self, numbers: Sequence[int]) -> list[str]:
        return [self.name(number) for number in numbers]

    def power(self, power: int) -> str:
        return spell(power, self.decimals)

    def scores(self, found: Count) -> Iterator[Reason]:
        counts = sorted(enumerate(found.scores, 1), key=lambda row: -row[1])
        yield Reason("scores", {"counts": self.counts(counts)})
        if found.bound:
            yield Reason("bound", {"bound": self.power(found.bound)})

    def counts(self, counts: Sequence[tuple[int, int]]) -> list[str]:
        return [f"{self.name(number)} {self.power(power)}" for number, power in counts]

    def steps(self, found: Count) -> Iterator[Reason]:
        for place, step in enumerate(found.steps, 1):
            match step:
                case Round():
                    yield from self.round(place, step)
                case Branch():
                    key = "branch" if len(step.winners) == 1 else "branch_tie"
                    facts = {"eliminated": self.name(step.eliminated), "winners": self.names(step.winners)}
                    yield Reason(key, facts)
                case Duel():
                    yield self.duel(step)

    def round(self, number: int, step: Round) -> Iterator[Reason]:
        counts = sorted(step.counts, key=lambda row: -row[1])
        yield Reason("round", {"number": number, "counts": self.counts(counts)})
        if step.eliminated:
            key = "leaves" if len(step.eliminated) == 1 else "leave"
            yield Reason(key, {"eliminated": self.names(step.eliminated)})
            return
        least, most = counts[-1][1], counts[0][1]
        if 2 * most > sum(power for _, power in counts):
            yield Reason("majority", {"choice": self.name(counts[0][0]), "score": self.power(most)})
        elif least != most or len(counts) > 2:
            last = [number for number, power in step.counts if power == least]
            yield Reason("equally_last", {"last": self.names(last)})

    def duel(self, step: Duel) -> Reason:
        if step.for_first == step.for_second:
            facts = {"first": self.name(step.first), "second": self.name(step.second)}
            return Reason("draw", {**facts, "score": self.power(step.for_first)})
        first, second = (step.first, step.second) if step.for_first > step.for_second else (step.second, step.first)
        more, less = max(step.for_first, step.for_second), min(step.for_first, step.for_second)
        return Reason(
            "duel",
            {
                "winner": self.name(first),
                "loser": self.name(second),
                "score": self.power(more),
                "against": self.power(less),
            },
        )

    def outcome(self, found: Count, total: int) -> Reason:
        if not total:
            return Reason("nobody", {})
        winners = self.names(found.winners)
        return Reason("won", {"winner": winners[0]}) if len(winners) == 1 else Reason("tie", {"winners": winners})
