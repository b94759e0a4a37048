"""An audit of a count that Snapshot published: the same votes counted exactly, and again as Snapshot counts.

Decides what each of both gives, and where they differ: ballots that only Snapshot counts, scores and totals that its
doubles round, a different winner, and published numbers that its own code does not reproduce. Nothing about signatures
or the truth of anybody's power: those are taken as published.

Exact means: from the published decimal text, in fractions. Square roots have none, so a quadratic count is cut far
below a wei and has an `error_bound`. What a choice may be is as strict as in votes taken here
(`governance.choice`), and a vote of negative power counts for nothing.

Sources: snapshot.js 0.17 `src/voting`, and the sequencer, whose votes come in no declared order: by voter or by power.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Literal, NamedTuple

from governance.choice import Choice
from governance.counting import doubles, method
from governance.counting import javascript as js
from governance.counting.method import Count, Duel
from governance.counting.split import whole_weights
from governance.hub_answer import HubAnswer, Number, Row
from governance.published import read_ballots

Order = Literal["file", "voter", "vp"]
ORDERS: tuple[Order, ...] = ("file", "voter", "vp")

_DIGITS = 24
"""Decimal digits of a score that is cut, below the last that was published of any power."""
_DENOMINATOR_BITS = 1_024
"""Of what the weights of all ballots add up to, in common: 16,000 sums of 18 digits would have a million (H113)."""

_SORTED: Mapping[Order, Callable[[Sequence[Row]], list[Row]]] = {
    "file": list,
    "voter": lambda rows: sorted(rows, key=lambda row: row.voter.lower()),
    "vp": lambda rows: sorted(rows, key=lambda row: row.power),
}


class Exact(NamedTuple):
    """A count in fractions of one unit of voting power."""

    scores: tuple[Fraction, ...]
    total: Fraction
    """Of valid ballots."""
    winners: tuple[int, ...]
    """From 1; several are tied."""
    bound: Fraction
    """How far a true score may lie from the one shown; 0: not at all."""


class Refused(NamedTuple):
    """Ballots that count for nothing here, by the code of the refusal."""

    code: str
    votes: int
    power: Fraction
    """What Snapshot's total holds of them."""


class Difference(NamedTuple):
    """Something that is not the same in two counts."""

    kind: Literal["ballots", "score", "total", "winner", "published_score", "published_total"]
    option: int | None
    """From 1; None for what is of no single one."""
    facts: Mapping[str, object]

    @property
    def is_bad(self) -> bool:
        """Whether it is more than what doubles, their order of addition and Snapshot's total of all ballots explain."""
        return self.kind == "winner" or (self.kind.startswith("published") and not self.facts["orders"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit found."""

    exact: Exact
    snapshot: doubles.Scores
    snapshot_winners: tuple[int, ...]
    refused: tuple[Refused, ...]
    differences: tuple[Difference, ...]

    @property
    def ok(self) -> bool:
        """Whether the winner is the same, and Snapshot's code gives every published number, in whichever order."""
        return not any(found.is_bad for found in self.differences)


def audit(answer: HubAnswer, order: Order = "file") -> Audit:
    """Count a published proposal in both ways.

    Raises `CountingError` for an unknown system (`E_VERSION`), too few choices (`E_OPTION_MAP`) or powers that are no
    doubles (`E_VP_TYPE`).
    """
    exact, refused = count_exactly(answer)
    found = count_as_snapshot(answer, order)
    winners = winners_of(found)
    differences = [
        *(_ballots(row) for row in refused),
        *_rounded(exact, found),
        *([_winner(exact, winners)] if exact.winners != winners else ()),
        *_unlike_published(answer, order, found),
    ]
    return Audit(
        exact=exact,
        snapshot=found,
        snapshot_winners=winners,
        refused=tuple(refused),
        differences=tuple(differences),
    )


# Exactly


def count_exactly(answer: HubAnswer) -> tuple[Exact, list[Refused]]:
    """Count published votes in fractions, and gather those that count for nothing; raises as `audit`."""
    ballots = read_ballots(answer, least_decimals=0)
    unit = 10**ballots.decimals
    codes: dict[str, list[int]] = defaultdict(list)
    for row in ballots.refused:
        codes[row.code].append(row.power)
    refused = [Refused(code, len(powers), Fraction(sum(powers), unit)) for code, powers in sorted(codes.items())]
    count = _COUNTS.get(answer.system, _plainly)
    return count(answer.system, ballots.valid, len(answer.choices), unit), refused


_Ballots = Sequence[tuple[Choice, int]]


def _total(ballots: _Ballots, unit: int) -> Fraction:
    return Fraction(sum(power for _, power in ballots), unit)


def _plainly(system: str, ballots: _Ballots, choices: int, unit: int) -> Exact:
    """A method that rounds nothing."""
    found = method(system).count(ballots, choices)
    return Exact(
        tuple(Fraction(score, unit) for score in found.scores), _total(ballots, unit), found.winners, Fraction()
    )


def _weighted(system: str, ballots: _Ballots, choices: int, unit: int) -> Exact:
    """Every share as a fraction; those of ballots whose weights have the same sum are added first. Where the sums have
    so little in common that a score would fill pages, it is cut like a root.
    """
    by_whole: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for choice, power in ballots:
        weights, whole = whole_weights(choice)
        sums = by_whole[whole]
        for number, weight in weights.items():
            sums[number] += power * weight
    together = 1
    for whole in by_whole:
        together = lcm(together, whole)
        if together.bit_length() > _DENOMINATOR_BITS:
            return _cut(system, ballots, choices, unit)
    scores = [0] * (choices + 1)
    for whole, sums in by_whole.items():
        for number, amount in sums.items():
            scores[number] += amount * (together // whole)
    exact = tuple(Fraction(score, together * unit) for score in scores[1:])
    best = max(exact)
    winners = tuple(number for number, score in enumerate(exact, 1) if score == best)
    return Exact(exact, _total(ballots, unit), winners, Fraction())


def _cut(system: str, ballots: _Ballots, choices: int, unit: int) -> Exact:
    """Cut `_DIGITS` digits below the unit."""
    finer = 10**_DIGITS
    found = method(system).count([(choice, power * finer) for choice, power in ballots], choices)
    scores = tuple(Fraction(score, unit * finer) for score in found.scores)
    return Exact(scores, _total(ballots, unit), found.winners, Fraction(found.bound, unit * finer))


def _copeland(system: str, ballots: _Ballots, choices: int, unit: int) -> Exact:
    found, total = method(system).count(ballots, choices), _total(ballots, unit)
    return Exact(_shared_out(found, choices, total), total, found.winners, Fraction())


def _shared_out(found: Count, choices: int, total: Fraction) -> tuple[Fraction, ...]:
    """Share out the power that voted as Snapshot does after the duels: in proportion to points and half the average
    support, which is why these scores are fractions.
    """
    points, support = [0] * (choices + 1), [0] * (choices + 1)
    power = 0  # of all ballots: each ranks both choices of every duel
    for duel in found.steps:
        assert isinstance(duel, Duel), "Copeland has no other steps"
        power = duel.for_first + duel.for_second
        support[duel.first] += duel.for_first
        support[duel.second] += duel.for_second
        points[duel.first] += 1 + (duel.for_first > duel.for_second) - (duel.for_first < duel.for_second)
        points[duel.second] += 1 + (duel.for_second > duel.for_first) - (duel.for_second < duel.for_first)
    strengths = [2 * (choices - 1) * power * points[n] + support[n] for n in range(1, choices + 1)]
    whole = sum(strengths)
    return tuple(Fraction(total * strength, whole) if whole else Fraction() for strength in strengths)


_COUNTS: Mapping[str, Callable[[str, _Ballots, int, int], Exact]] = {
    "weighted": _weighted, "quadratic": _cut, "copeland": _copeland,
}  # fmt: skip
"""Methods whose scores are rounded, or no whole numbers."""


# As Snapshot


def winners_of(found: doubles.Scores) -> tuple[int, ...]:
    """The numbers of the greatest scores, from 1; several are tied."""
    best = max(found.scores)
    return tuple(number for number, score in enumerate(found.scores, 1) if score == best)


def count_as_snapshot(answer: HubAnswer, order: Order = "file") -> doubles.Scores:
    """Count published votes as snapshot.js does, adding the rows in this order; raises as `audit`."""
    rows = [
        doubles.vote(js.as_json(row.choice), js.as_json(row.power), map(js.as_json, row.by_strategy))
        for row in _SORTED[order](answer.rows)
    ]
    return doubles.count(answer.system, rows, len(answer.choices), answer.strategies)


# Where they differ


def _ballots(row: Refused) -> Difference:
    return Difference("ballots", None, {"code": row.code, "votes": row.votes, "power": row.power})


def _rounded(exact: Exact, found: doubles.Scores) -> list[Difference]:
    """Scores and a total that are not the double nearest to the exact ones."""
    rows = [
        Difference("score", number, {"exact": score, "snapshot": double})
        for number, (score, double) in enumerate(zip(exact.scores, found.scores, strict=True), 1)
        if js.double(score) != double
    ]
    if js.double(exact.total) != found.total:
        rows.append(Difference("total", None, {"exact": exact.total, "snapshot": found.total}))
    return rows


def _winner(exact: Exact, winners: tuple[int, ...]) -> Difference:
    return Difference("winner", None, {"exact": exact.winners, "snapshot": winners})


def _unlike_published(answer: HubAnswer, order: Order, found: doubles.Scores) -> list[Difference]:
    """Published numbers that Snapshot's own code does not give in this order, and the orders in which it does."""
    if _is_published(answer, found):
        return []
    others = [other for other in ORDERS if other != order and _is_published(answer, count_as_snapshot(answer, other))]
    rows = []
    for number, (said, score) in enumerate(zip(answer.scores or (), found.scores, strict=False), 1):
        if said is not None and not _same(said, score):
            facts = {"published": Fraction(said), "computed": score, "orders": tuple(others)}
            rows.append(Difference("published_score", number, facts))
    if answer.total is not None and not _same(answer.total, found.total):
        facts = {"published": Fraction(answer.total), "computed": found.total, "orders": tuple(others)}
        rows.append(Difference("published_total", None, facts))
    return rows


def _is_published(answer: HubAnswer, found: doubles.Scores) -> bool:
    scores = answer.scores or (None,) * len(found.scores)
    return all(map(_same, (*scores, answer.total), (*found.scores, found.total)))


def _same(said: Number | None, computed: js.Double) -> bool:
    """What was not published contradicts nothing."""
    return said is None or js.as_json(said) == computed
