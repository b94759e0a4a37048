"""A ballot that splits its power by weights, and results that are rounded and decided all the same.

A share is rarely a whole number, and its square root hardly ever. So a score is measured from below, with a count of
what was cut off; where that leaves it open who is strongest, everything is measured again with more digits. Choices
that `PRECISIONS` cannot tell apart are a declared tie: a result inside the error bound elects nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from math import lcm
from typing import NamedTuple

from governance.choice import Choice
from governance.counting.method import CountingError, refuse_unknown

PRECISIONS = (256, 1024)
"""Bits below 1e-18 of voting power with which an open result is measured again."""


class Measured(NamedTuple):
    """Scores from below, each with the number of shares that were cut: the true score is less than one unit higher for
    each of them, and exact where there are none.
    """

    scores: Sequence[int]
    cuts: Sequence[int]


def check(choice: Choice, choices: int) -> None:
    """Refuse anything but weights from zero of choices that exist, not all of them zero."""
    if not isinstance(choice, Mapping) or not choice:
        raise CountingError("E_CHOICE", "split", choice=ascii(choice)[:80], choices=choices)
    for number in choice:
        refuse_unknown(number, choices)
    if any(weight < 0 for weight in choice.values()) or not any(choice.values()):
        raise CountingError("E_CHOICE", "split", choice=ascii(dict(choice))[:80], choices=choices)


def whole_weights(choice: Choice) -> tuple[Mapping[int, int], int]:
    """Return whole weights in the same proportions, by number, and their sum."""
    weights: Mapping[int, int | Decimal] = choice  # type: ignore[assignment]  # as checked
    whole = sum(weights.values())
    if isinstance(whole, int):  # a single fraction makes it a Decimal
        return weights, whole  # type: ignore[return-value]
    ratios = {number: weight.as_integer_ratio() for number, weight in weights.items()}
    scale = lcm(*(denominator for _, denominator in ratios.values()))
    scaled = {number: numerator * (scale // denominator) for number, (numerator, denominator) in ratios.items()}
    return scaled, sum(scaled.values())


def leading(found: Measured) -> tuple[int, ...]:
    """Return the numbers, from 1, of the choices that may be strongest."""
    best = max(found.scores)
    pairs = zip(found.scores, found.cuts, strict=True)
    return tuple(number for number, (score, cut) in enumerate(pairs, 1) if score == best or score + cut > best)


def decided(found: Measured, measure: Callable[[int], Measured]) -> tuple[int, ...]:
    """Return the strongest choices, measuring again with more digits while what was cut leaves them open."""
    winners = leading(found)
    for bits in PRECISIONS:
        if len(winners) == 1 or not any(found.cuts):
            break
        found = measure(bits)
        winners = leading(found)
    return winners
