"""Random elections, by one seed each: as a hub would answer them, hostile ballots included, and clean ones."""

from __future__ import annotations

import json
from decimal import Decimal
from random import Random
from typing import Any

SYSTEMS = ("single-choice", "basic", "approval", "weighted", "quadratic", "ranked-choice", "copeland")

_JUNK: tuple[object, ...] = (
    None, True, False, 0, -1, 1.5, 99, 1e21, "1", "", " 2", "01", "0x1", "1e0", "one", "Infinity", [], {}, [[]], [[1]],
    [1, 1], [1, "1"], ["1", 2], [True, 2, 3], [None], [2, 1], [1.0, 2], [0], [1, 2, 9], {"1": 0}, {"1": -1}, {"1": "1"},
    {"01": 1}, {"1.0": 2, "1": 1}, {" 2": 3, "2": 1}, {"0x1": 1}, {"9": 1}, {"1": True}, {"1": 1, "constructor": 1},
    {"2": 1e-320, "1": 1}, {"1": 1e308, "2": 1e308}, {"1": "INF"}, {"1": "INF", "2": "INF"}, {"2": 0.1, "1": 0.2},
)  # fmt: skip
"""What `JSON.parse` may hand to a counter; INF becomes 1e999, which it reads as Infinity."""


def hub_election(seed: int) -> str:
    """One line of JSON for `count.mjs`: a system, its choices and strategies, and rows of votes."""
    random = Random(seed)
    system, choices, strategies = SYSTEMS[seed % 7], random.choice((1, 2, 3, 3, 4, 5)), random.choice((1, 1, 2, 3))
    rate = random.choice((0, 0.1, 0.5))
    votes = []
    for _ in range(random.choice((0, 1, 3, 8, 30))):
        hostile = random.random() < rate
        choice = _mangled(random, system, choices) if hostile else _choice(random, system, choices)
        scores = [_power(random, hostile=hostile) for _ in range(strategies)]
        balance = scores[0]
        for score in scores[1:]:
            balance += score
        votes.append({"choice": choice, "balance": balance, "scores": scores})
    line = json.dumps({"system": system, "choices": choices, "strategies": strategies, "votes": votes})
    return line.replace('"INF"', "1e999")


def clean_election(seed: int) -> tuple[str, list[tuple[Any, int]], int]:
    """A system, checked ballots with whole powers, and the number of choices. Small powers make many ties."""
    random = Random(seed)
    system, choices = SYSTEMS[seed % 7], random.randint(2, 3 if seed % 7 == 1 else 6)
    powers = random.choice(((1,), (1, 2, 3), (10**18, 3 * 10**18), (0, 1, 10**27 + 1), tuple(range(1, 10**20, 10**18))))
    ballots = []
    for _ in range(random.choice((0, 1, 2, 3, 6, 12, 40))):
        choice = _choice(random, system, choices)
        if isinstance(choice, list):
            choice = tuple(choice)
        if isinstance(choice, dict):
            choice = {int(number): Decimal(str(weight)) for number, weight in choice.items()}
        ballots.append((choice, random.choice(powers)))
    return system, ballots, choices


def _choice(random: Random, system: str, choices: int) -> object:
    """A choice that every wallet would sign."""
    numbers = list(range(1, choices + 1))
    if system in ("single-choice", "basic"):
        return random.choice(numbers)
    random.shuffle(numbers)
    if system == "approval":
        return numbers[: random.randint(1, choices)]
    if system in ("ranked-choice", "copeland"):
        return numbers
    weights: dict[str, object] = {
        str(number): random.choice((0, 1, 1, 2, 3, 50, 0.1, 0.2, 33.3, 10**17 + 7))
        for number in numbers[: random.randint(1, choices)]
    }
    weights[str(numbers[0])] = random.choice((1, 2, 0.5))
    return weights


def _mangled(random: Random, system: str, choices: int) -> object:
    """Junk, or a good choice with something wrong inside."""
    good = _choice(random, system, choices)
    if random.random() < 0.5 or not isinstance(good, list):
        return random.choice(_JUNK)
    at = random.randrange(len(good))
    good[at] = random.choice((str(good[at]), [good[at]], f"0{good[at]}", float(good[at]), 0, None, good[0], True))
    return good if random.random() < 0.8 else good[1:]


def _power(random: Random, *, hostile: bool) -> float:
    if hostile and random.random() < 0.1:
        return random.choice((0, -1, -0.1, 1e308, 5e-324, 2**53 + 2))
    kind = random.randrange(5)
    if kind == 0:
        return random.choice((0.1, 0.2, 0.3))
    if kind == 1:
        return random.randint(0, 5)
    if kind == 2:
        return random.random() * 10 ** random.randint(-6, 9)
    if kind == 3:
        return 1
    return round(random.random() * 1e6, 2)
