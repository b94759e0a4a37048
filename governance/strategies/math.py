"""math: one operation on what other strategies weigh, in whole numbers of 1e-18 votes.

Roots and quotients are rounded down to 1e-18, once; a difference below zero is zero, as Snapshot has it. An operand is
one strategy or a constant, so at least one of them must be a strategy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isqrt
from types import MappingProxyType
from typing import cast

from governance.strategies import inner
from governance.strategies.parameters import expect_keys, items, refuse, votes
from governance.strategies.strategy import UNIT, Note, Params, Plan, Strategy, StrategyError, Weighed

NAME = "math"
VERSION = 1


def square_root(power: int) -> int:
    """The root of a number of votes, rounded down to 1e-18."""
    return isqrt(power * UNIT)


def cube_root(power: int) -> int:
    """The cube root of a number of votes, rounded down to 1e-18 (Newton's method in whole numbers)."""
    cube = power * UNIT**2
    if cube == 0:
        return 0
    guess = 1 << -(-cube.bit_length() // 3)
    while (better := (2 * guess + cube // guess**2) // 3) < guess:
        guess = better
    return guess


def divide(left: int, right: int) -> int:
    """A quotient of votes; nobody weighs anything divided by nothing."""
    return left * UNIT // right if right else 0


OPERATIONS: Mapping[str, tuple[int, Callable[..., int]]] = MappingProxyType({
    "square-root": (1, square_root),
    "cube-root": (1, cube_root),
    "min": (2, min),
    "max": (2, max),
    "plus": (2, lambda left, right: left + right),
    "minus": (2, lambda left, right: max(0, left - right)),
    "multiply": (2, lambda left, right: left * right // UNIT),
    "divide": (2, divide),
    "a-if-lt-b": (3, lambda value, a, b: a if value < b else value),
})  # fmt: skip
"""By name: how many operands, and what is made of them. `a-if-lt-b` gives `a` where the first is less than `b`."""


def check_params(params: Params) -> None:
    """Refuse anything but `operation` and as many `operands` as it takes."""
    expect_keys(NAME, params, "operands, operation")
    row = OPERATIONS.get(params["operation"]) if isinstance(params["operation"], str) else None
    if row is None or len(items(NAME, params, "operands", 3)) != row[0]:
        refuse(NAME, "a known operation with as many operands as it takes")
    counted: set[bytes] = set()
    inside = _inside(params)
    if not inside:
        refuse(NAME, "an operand that is a strategy")
    for one in inside:
        inner.check_inner(NAME, one)
        for contract in sorted(counted & inner.counts(one)):
            raise StrategyError("E_DOUBLE_COUNT", "inside", token=contract, strategy=NAME)
        counted |= inner.counts(one)
    for operand in _operands(params):
        if "constant" in operand:
            votes(NAME, operand, "constant")


def counts(params: Params) -> frozenset[bytes]:
    """What all operands count."""
    return frozenset[bytes]().union(*(inner.counts(one) for one in _inside(params)))


def plan(params: Params, voters: Sequence[bytes]) -> Plan:
    """Ask operand after operand, then do the operation for each voter."""
    columns: list[Mapping[bytes, int]] = []
    notes: tuple[Note, ...] = ()
    for operand in _operands(params):
        if "constant" in operand:
            columns.append(dict.fromkeys(voters, votes(NAME, operand, "constant")))
        else:
            held = yield from inner.weigh(operand, voters)
            columns.append(held.powers)
            notes += held.notes
    _, operation = OPERATIONS[cast("str", params["operation"])]
    return Weighed(powers={v: operation(*(column[v] for column in columns)) for v in voters}, notes=notes)


def _operands(params: Params) -> list[Params]:
    """Operands as maps of `constant` or of `strategies`, which holds one or more that are added."""
    found = []
    for item in items(NAME, params, "operands", 3):
        if not isinstance(item, Mapping) or item.keys() not in ({"constant"}, {"strategies"}):
            refuse(NAME, "operands as maps of constant or strategies")
        found.append(item)
    return found


def _inside(params: Params) -> list[Params]:
    return [operand for operand in _operands(params) if "strategies" in operand]


STRATEGY = Strategy(NAME, VERSION, check_params, plan, counts=counts)
