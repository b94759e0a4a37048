"""capped: what other strategies weigh, up to a cap, and a base vote for whoever weighs anything at all.

Nexus Mutual's members weigh one vote and their tokens, of which no more than 5 % of the supply count: base 1, a cap of
5/100 of the supply. The cap is on what is held, and the base comes on top. Whoever holds nothing is no member and has
no base vote. A cap counts addresses and not people: who splits his tokens over several has several caps.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

from chain.amount import AmountError, parse
from governance.strategies import inner
from governance.strategies.parameters import expect_keys, refuse, votes
from governance.strategies.strategy import Answer, Params, Plan, Question, Strategy, Weighed

NAME = "capped"
VERSION = 1

_PART_MAX = 10**18


def check_params(params: Params) -> None:
    """Refuse anything but `base` (decimal text), `cap` (decimal text or a fraction of the supply), `strategies`."""
    expect_keys(NAME, params, "base, cap, strategies")
    inner.check_inner(NAME, params)
    base_of(params)
    if isinstance(params["cap"], Mapping):
        _fraction(params)
        for row in inner.inners(params):
            if not inner.has_supply(row.strategy, row.params):
                refuse(NAME, "a cap as decimal text, for nobody can say the supply")
    else:
        votes(NAME, params, "cap")


def base_of(params: Params) -> int:
    """The base vote in 1e-18; it may be zero."""
    try:
        return parse(params["base"], 18)
    except AmountError:
        refuse(NAME, "base as decimal text")


def plan(params: Params, voters: Sequence[bytes]) -> Plan:
    """Cap what the inner strategies weigh."""
    held = yield from inner.weigh(params, voters)
    cap = yield from _cap(params)
    base = base_of(params)
    return Weighed(
        powers={voter: base + min(cap, power) if power else 0 for voter, power in held.powers.items()}, notes=held.notes
    )


def _cap(params: Params) -> Generator[Sequence[Question], Sequence[Answer], int]:
    """The cap in 1e-18; a fraction of the supply is rounded down."""
    if not isinstance(params["cap"], Mapping):
        return votes(NAME, params, "cap")
    numerator, denominator = _fraction(params)
    supply = yield from inner.supply(params)
    return supply * numerator // denominator


def _fraction(params: Params) -> tuple[int, int]:
    cap = params["cap"]
    assert isinstance(cap, Mapping), "asked only where it is one"
    if cap.keys() != {"denominator", "numerator"}:
        refuse(NAME, "a cap as decimal text, or as numerator and denominator")
    numerator, denominator = cap["numerator"], cap["denominator"]
    if type(numerator) is not int or type(denominator) is not int or not 0 < numerator <= denominator <= _PART_MAX:
        refuse(NAME, "a cap as decimal text, or as numerator and denominator")
    return numerator, denominator


STRATEGY = Strategy(NAME, VERSION, check_params, plan, counts=inner.counts)
