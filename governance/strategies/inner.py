"""Strategies inside a strategy: how a strategy that changes others' weights names them, asks them and adds them up.

`strategies` is a list of `name`, `params` and `version`, as in the settings. They read the chain of the strategy that
they stand in, and none of them may count what another counts (`E_DOUBLE_COUNT`, H55).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import NamedTuple, cast

from governance.strategies.parameters import items, refuse
from governance.strategies.strategy import (
    Answer,
    Note,
    Params,
    Question,
    Strategy,
    StrategyError,
    SupplyPlan,
)

INNER_MAX = 8
DEPTH_MAX = 4
_KEYS = {"name", "params", "version"}


class Inner(NamedTuple):
    """A strategy with its parameters."""

    strategy: Strategy
    params: Params


class InnerWeighed(NamedTuple):
    """The sums of what inner strategies weighed, and all that they noted."""

    powers: dict[bytes, int]
    notes: tuple[Note, ...]


def check_inner(name: str, params: Params) -> None:
    """Refuse `strategies` of another form, unknown ones, deep ones, and two that count the same."""
    counted: set[bytes] = set()
    if _depth(params) > DEPTH_MAX:
        refuse(name, f"strategies at most {DEPTH_MAX} deep")
    for item in items(name, params, "strategies", INNER_MAX):
        if not isinstance(item, Mapping) or item.keys() != _KEYS or not isinstance(item["params"], Mapping):
            refuse(name, "strategies as a list of name, params and version")
        if not isinstance(item["name"], str) or type(item["version"]) is not int:
            refuse(name, "strategies as a list of name, params and version")
        inner = _found(item)
        inner.strategy.check_params(inner.params)
        for contract in sorted(counted & inner.strategy.counts(inner.params)):
            raise StrategyError("E_DOUBLE_COUNT", "inside", token=contract, strategy=name)
        counted |= inner.strategy.counts(inner.params)


def inners(params: Params) -> list[Inner]:
    """The checked inner strategies."""
    return [_found(cast("Mapping[str, object]", item)) for item in cast("Sequence[object]", params["strategies"])]


def counts(params: Params) -> frozenset[bytes]:
    """What all of them count."""
    return frozenset[bytes]().union(*(inner.strategy.counts(inner.params) for inner in inners(params)))


def weigh(params: Params, voters: Sequence[bytes]) -> Generator[Sequence[Question], Sequence[Answer], InnerWeighed]:
    """Add up what the inner strategies weigh."""
    powers = dict.fromkeys(voters, 0)
    notes: list[Note] = []
    for inner in inners(params):
        weighed = yield from inner.strategy.plan(inner.params, voters)
        for voter in voters:
            powers[voter] += weighed.powers[voter]
        notes += weighed.notes
    return InnerWeighed(powers, tuple(notes))


def supply(params: Params) -> SupplyPlan:
    """Add up all the power that there can be."""
    total = 0
    for inner in inners(params):
        ask = inner.strategy.supply
        if ask is None:
            raise StrategyError("E_STRATEGY", "supply", strategy=inner.strategy.name)
        total += yield from ask(inner.params)
    return total


def has_supply(row: Strategy, params: Params) -> bool:
    """Whether it can be said how much power there can be, also of all that stand inside."""
    if row.supply is None:
        return False
    held = params.get("strategies")
    return held is None or all(has_supply(inner.strategy, inner.params) for inner in inners(params))


def _depth(params: Params) -> int:
    """How deep strategies stand in each other; a form that is none is refused by who reads it."""
    below: object = params.get("strategies")
    if not isinstance(below, list | tuple):
        return 0
    inside = [item["params"] for item in below if isinstance(item, Mapping) and isinstance(item.get("params"), Mapping)]
    return 1 + max(map(_depth, inside), default=0)


def _found(item: Mapping[str, object]) -> Inner:
    from governance.strategies import find  # noqa: PLC0415 (its table names the strategies that stand on this module)

    search: Callable[[str, int], Strategy] = find
    return Inner(search(cast("str", item["name"]), cast("int", item["version"])), cast("Params", item["params"]))
