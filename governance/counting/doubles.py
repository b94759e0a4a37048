"""What Snapshot computes, bit for bit: snapshot.js 0.17 in IEEE doubles, to audit what it published.

Nothing is decided by it. It follows the JavaScript in the order of addition (the order of the votes changes the last
digits), in what is a valid choice, and in what becomes of choices that no wallet would sign: a choice is whatever
`JSON.parse` gives, as Python's `json` reads it. Where snapshot.js does not end, this refuses (`E_SNAPSHOT_CRASH`).

Source: snapshot.js 0.17 `src/voting/`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from governance.counting import javascript as js
from governance.counting.method import CountingError

_INDEX = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)


class Vote(NamedTuple):
    """One row of Snapshot's table of votes."""

    choice: object
    balance: float
    """`vp`: a finite double."""
    scores: tuple[float, ...]
    """`vp_by_strategy`."""


_Votes = Sequence[Vote]
_Columns = Sequence[Sequence[float]]
"""For each strategy, or for all together, one power for each vote."""
_Cells = list[list[float]]
"""For each choice, one score for each column."""
_Ballot = tuple[list[object], float, tuple[float, ...]]
_Compute = Callable[[_Votes, int, int], tuple[list[float], _Cells]]


class Scores(NamedTuple):
    """What Snapshot's server stores of a proposal."""

    scores: list[float]
    by_strategy: list[list[float]]
    """For each choice, one for each strategy."""
    total: float
    """Of all votes, also of invalid ones; Copeland alone leaves those out."""


def vote(choice: object, balance: object, scores: Iterable[object]) -> Vote:
    """Make a row; a power that is not a finite number is `E_VP_TYPE`."""
    return Vote(choice, _power(balance), tuple(map(_power, scores)))


def count(system: str, votes: Sequence[Vote], choices: int, strategies: int = 1) -> Scores:
    """Compute what snapshot.js computes from these votes in this order; an unknown system is `E_VERSION`."""
    if system not in _SYSTEMS:
        raise CountingError("E_VERSION", "voting", voting=ascii(system)[:80], known=", ".join(_SYSTEMS))
    if any(len(row.scores) != strategies for row in votes):
        raise CountingError("E_VP_TYPE", "strategies", expected=strategies)
    takes, compute = _SYSTEMS[system]
    valid = [row for row in votes if takes(row.choice, choices)]
    scores, by_strategy = compute(valid, choices, strategies)
    counted = valid if system == "copeland" else votes
    return Scores(scores, by_strategy, js.added(row.balance for row in counted))


def is_valid(system: str, choice: object, choices: int) -> bool:
    """Say whether snapshot.js takes this for a choice of a proposal with so many choices."""
    return _SYSTEMS[system][0](choice, choices)


def _power(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(power := js.double(value)):
        raise CountingError("E_VP_TYPE", "double", power=ascii(value)[:80])
    return power


def _exists(value: object, choices: int) -> bool:
    """`choices[value - 1] !== undefined`."""
    number = js.to_number(value)
    return number.is_integer() and 1 <= number <= choices


def _distinct(values: Sequence[object]) -> bool:
    """`new Set(values).size === values.length`: lists and objects equal only themselves."""
    seen: set[object] = set()
    for value in values:
        seen.add(
            js.double(value)  # type: ignore[arg-type]
            if js.is_number(value)
            else (type(value), value if isinstance(value, str | bool | None) else id(value))
        )
    return len(seen) == len(values)


def _own_values(weights: dict[str, float]) -> list[float]:
    """`Object.values`: keys that look like an index come first, ascending."""
    indices = sorted((key for key in weights if _INDEX.fullmatch(key) and int(key) < 2**32 - 1), key=int)
    rest = [key for key in weights if not (_INDEX.fullmatch(key) and int(key) < 2**32 - 1)]
    return [js.double(weights[key]) for key in indices + rest]


# Single choice, basic


def _valid_single(choice: object, choices: int) -> bool:
    return js.is_number(choice) and _exists(choice, choices)


def _chosen(choice: object) -> list[int]:
    """The one choice of a valid ballot."""
    return [int(choice)]  # type: ignore[call-overload]


# Approval


def _valid_approval(choice: object, choices: int) -> bool:
    return isinstance(choice, list) and all(_exists(item, choices) for item in choice) and _distinct(choice)


def _named(choice: object) -> list[int]:
    """The choices of a valid ballot that `choice.includes(number)` finds, which takes neither "1" nor true for 1."""
    assert isinstance(choice, list), "a valid choice"
    return [int(item) for item in choice if js.is_number(item)]


def _sums(names: Callable[[object], list[int]], votes: _Votes, choices: int, powers: _Columns) -> _Cells:
    """Add up the power of the ballots that name each choice, in their order."""
    chosen: list[list[int]] = [[] for _ in range(choices)]
    for place, row in enumerate(votes):
        for number in names(row.choice):
            chosen[number - 1].append(place)
    return [[js.added(column[place] for place in places) for column in powers] for places in chosen]


# Weighted and quadratic


def _valid_weights(choice: object, choices: int) -> bool:
    return (
        isinstance(choice, dict)
        and bool(choice)
        and all(_exists(key, choices) for key in choice)
        and all(js.is_number(weight) and weight >= 0 for weight in choice.values())
        and any(weight > 0 for weight in choice.values())
    )


def _shares(votes: Sequence[Vote], choices: int, hundred: float) -> list[list[tuple[int, float]]]:
    """For each choice the ballots that name it, by place, each with its share of `hundred`. What the others add to a
    sum in snapshot.js is a zero, of either sign, and changes nothing.
    """
    shares: list[list[tuple[int, float]]] = [[] for _ in range(choices)]
    for place, row in enumerate(votes):
        weights: dict[str, float] = row.choice  # type: ignore[assignment]  # as checked
        whole = js.added(_own_values(weights))
        for key, weight in weights.items():
            if _INDEX.fullmatch(key):  # "01" names a choice to the check, and none to `weights[number]`
                share = js.or_zero(js.divided(js.double(weight), whole) * hundred)
                shares[int(key) - 1].append((place, share))
    return shares


def _weighted(votes: Sequence[Vote], choices: int, powers: _Columns) -> _Cells:
    cells = [
        [js.added(share / 100 * column[place] for place, share in shares) for column in powers]
        for shares in _shares(votes, choices, 100.0)
    ]
    whole = js.added(cell for row in cells for cell in row)
    total = js.added(row.balance for row in votes)
    return [[total / 100 * js.or_zero(js.divided(cell, whole) * 100) for cell in row] for row in cells]


def _quadratic(votes: Sequence[Vote], choices: int, powers: _Columns) -> _Cells:
    roots = [
        [js.added(js.root(share * column[place]) for place, share in shares) for column in powers]
        for shares in _shares(votes, choices, 1.0)
    ]
    cells = [[root * root for root in row] for row in roots]
    whole = js.added(cell for row in cells for cell in row)
    total = js.added(row.balance for row in votes)
    return [[total * js.or_zero(js.divided(cell, whole)) for cell in row] for row in cells]


# Ranked choice


class _Standing(NamedTuple):
    """Where one candidate stands in a round: its name as a property, power, and power by strategy."""

    name: str
    power: float
    scores: list[float]


def _valid_ranking(choice: object, choices: int) -> bool:
    return isinstance(choice, list) and len(choice) == choices > 0 and _valid_approval(choice, choices)


def _last_round(votes: Sequence[Vote]) -> list[_Standing]:
    """The recursion of `irv`, as a loop."""
    ballots: list[_Ballot] = [(list(row.choice), row.balance, row.scores) for row in votes]  # type: ignore[call-overload]
    while True:
        table = {name: _Standing(name, 0.0, []) for name in _candidates(ballots)}
        for ranks, balance, scores in ballots:
            name = js.to_string(ranks[0])
            table[name] = _Standing(name, table[name].power + balance, _joined(table[name].scores, scores))
        standings = list(table.values())
        top = max((row.power for row in standings), default=-math.inf)
        if top > js.added(balance for _, balance, _ in ballots) / 2 or len(standings) < 3:
            return sorted(standings, key=lambda row: -row.power)
        weakest = min(standings, key=lambda row: row.power)
        bottom = weakest.name if weakest.power < math.inf else "?"
        left = [([rank for rank in ranks if not _equals(rank, bottom)], power, by) for ranks, power, by in ballots]
        if all(len(new[0]) == len(old[0]) for new, old in zip(left, ballots, strict=True)):
            raise CountingError("E_SNAPSHOT_CRASH", "endless", choice=bottom[:80])
        ballots = [ballot for ballot in left if ballot[0]]


def _candidates(ballots: Sequence[_Ballot]) -> list[str]:
    """Properties of an object: those that look like an index ascend, the others come as they were first named."""
    names = list(dict.fromkeys(js.to_string(item) for ranks, _, _ in ballots for item in ranks))
    return sorted(filter(_INDEX.fullmatch, names), key=int) + [name for name in names if not _INDEX.fullmatch(name)]


def _joined(before: list[float], scores: tuple[float, ...]) -> list[float]:
    if len(scores) < 2:
        return [js.added([*before, *scores])]
    # a sum of zero is false in JavaScript, and then the last score stands alone
    return [score + old or score for score, old in zip(scores, before, strict=True)] if before else list(scores)


def _equals(item: object, name: str) -> bool:
    """`item == name`, of which one is text."""
    if isinstance(item, bool | int | float):
        return js.to_number(item) == js.to_number(name)
    return js.to_string(item) == name


def _ranked(votes: _Votes, choices: int, strategies: int) -> tuple[list[float], _Cells]:
    last = _last_round(votes)
    held = [[row for row in last if js.to_number(row.name) == number] for number in range(1, choices + 1)]
    scores = [js.added(row.power for row in rows) for rows in held]
    return scores, [
        [js.added(js.or_zero(row.scores[at]) if row.scores else 0.0 for row in rows) for at in range(strategies)]
        for rows in held
    ]


# Copeland


def _valid_permutation(choice: object, choices: int) -> bool:
    return isinstance(choice, list) and all(js.is_number(item) for item in choice) and _valid_ranking(choice, choices)


def _copeland(votes: _Votes, choices: int, strategies: int) -> tuple[list[float], _Cells]:
    scores = _shared_out(votes, [row.balance for row in votes], choices)
    if choices == 1:  # no duel: the whole power, by strategy only if there is any
        totals = [js.added(row.scores[at] for row in votes) for at in range(strategies)]
        return scores, [[total if total > 0 else 0.0 for total in totals]]
    columns = [_shared_out(votes, [row.scores[at] for row in votes], choices) for at in range(strategies)]
    return scores, [[column[number] for column in columns] for number in range(choices)]


def _shared_out(votes: _Votes, powers: Sequence[float], choices: int) -> list[float]:
    total = js.added(powers)
    points = _points(votes, powers, choices, total)
    whole = js.added(points)
    return [point / whole * total if whole > 0 else total / choices for point in points]


def _points(votes: _Votes, powers: Sequence[float], choices: int, total: float) -> list[float]:
    net = [[0.0] * choices for _ in range(choices)]
    support = [0.0] * choices
    for row, power in zip(votes, powers, strict=True):
        ranks = [int(item) - 1 for item in row.choice]  # type: ignore[attr-defined]
        for place, better in enumerate(ranks, 1):
            for worse in ranks[place:]:
                net[better][worse] += power
                net[worse][better] -= power
                support[better] += power
    scores = [0.0] * choices
    for one in range(choices):
        for other in range(choices):
            if one != other:
                if net[one][other] > 0:
                    scores[one] += 1
                elif net[one][other] < 0:
                    scores[other] += 1
                else:
                    scores[one] += 0.5
                    scores[other] += 0.5
    if total > 0 and choices > 1:
        scores = [
            score + 0.5 * (backed / ((choices - 1) * total)) for score, backed in zip(scores, support, strict=True)
        ]
    return scores


def _by_cells(cells: Callable[[_Votes, int, _Columns], _Cells]) -> _Compute:
    """Make the two tables of a system that computes each column alike: of whole powers, and of each strategy's."""

    def compute(votes: _Votes, choices: int, strategies: int) -> tuple[list[float], _Cells]:
        whole = cells(votes, choices, [[row.balance for row in votes]])
        columns = [[row.scores[at] for row in votes] for at in range(strategies)]
        return [row[0] for row in whole], cells(votes, choices, columns)

    return compute


_SYSTEMS: dict[str, tuple[Callable[[object, int], bool], _Compute]] = {
    "basic": (_valid_single, _by_cells(partial(_sums, _chosen))),
    "single-choice": (_valid_single, _by_cells(partial(_sums, _chosen))),
    "approval": (_valid_approval, _by_cells(partial(_sums, _named))),
    "weighted": (_valid_weights, _by_cells(_weighted)),
    "quadratic": (_valid_weights, _by_cells(_quadratic)),
    "ranked-choice": (_valid_ranking, _ranked),
    "copeland": (_valid_permutation, _copeland),
}
