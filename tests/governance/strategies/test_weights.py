"""Weights that strategies make of others': roots, caps, base votes, members, all in whole numbers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.cid import raw_cid
from chain.errors import UncheckableError
from governance.attested import run
from governance.strategies import find
from governance.strategies.math import OPERATIONS, cube_root, divide, square_root
from tests.governance.space_values import spelled
from tests.governance.strategies.world import (
    ALICE,
    BALANCES,
    BOB,
    CAROL,
    DAVE,
    DELEGATES,
    DELEGATION,
    EXAMPLES,
    HISTORY,
    UNIT,
    VOTERS,
    VOTES,
    World,
    inside,
    params_of_token,
)


def weighed(name: str, params: dict[str, Any], *voters: bytes) -> dict[bytes, int]:
    """What a strategy weighs."""
    find(name, 1).check_params(params)
    return dict(run(find(name, 1).plan(params, sorted(voters or VOTERS)), World()).powers)


@given(st.integers(0, 2**200))
def test_roots_are_rounded_down_once(power: int) -> None:
    """The greatest whole number whose square (or cube) is not above."""
    root, cube = square_root(power), cube_root(power)

    assert root**2 <= power * UNIT < (root + 1) ** 2
    assert cube**3 <= power * UNIT**2 < (cube + 1) ** 3


@given(st.integers(0, 2**100), st.integers(0, 2**100))
def test_operations_never_go_below_zero(left: int, right: int) -> None:
    """Whatever two people hold; nobody weighs anything divided by nothing."""
    for name, (operands, operation) in OPERATIONS.items():
        found = operation(*(left, right, left)[:operands])
        assert type(found) is int, name
        assert found >= 0, name
    assert 0 == divide(left, 0)


def test_a_if_lt_b_takes_the_first_unless_it_is_small() -> None:
    """As Snapshot has it: the value, or `a` where the value is less than `b`."""
    operation = OPERATIONS["a-if-lt-b"][1]

    assert [9, 5] == [operation(3, 9, 5), operation(5, 9, 5)]


def test_nexus_weighs_one_and_at_most_five_percent() -> None:
    """Base 1 on top of the capped tokens, and only for members."""
    params = {"base": "1", "cap": "5", "strategies": inside()}

    assert {ALICE: 6 * UNIT, BOB: 4 * UNIT + 1, CAROL: 0} == weighed("capped", params)


def test_the_excluded_are_off_the_supply_too() -> None:
    """A share of the supply is one of what can vote."""
    params = {"addresses": [spelled("alice"), spelled("dave")], "strategies": inside()}
    supply = find("excluding", 1).supply
    assert supply is not None

    assert sum(BALANCES.values()) - 12 * UNIT == run(supply(params), World())


def test_whom_it_excludes_inside_a_delegation_lends_nothing() -> None:
    """Dave delegates to Carol, and his tokens are excluded."""
    params = DELEGATION | {"strategies": inside("excluding", addresses=[spelled("dave")], strategies=inside())}

    assert 0 == weighed("delegation", params)[CAROL]


@pytest.mark.parametrize(
    ("weigh", "expected"),
    [
        ("member", {ALICE: UNIT, BOB: UNIT, DAVE: 0}),
        ("units", {ALICE: 3 * UNIT, BOB: 5 * UNIT, DAVE: 0}),
        ("shares", {ALICE: 35 * 10**17, BOB: 25 * 10**16, DAVE: 0}),
    ],
)
def test_members_of_a_mutual_weigh_by_their_policies(weigh: str, expected: dict[bytes, int]) -> None:
    """In force from `from` to just before `until`; shares stay when the cover is over; the future weighs nothing."""
    params = {"files": [str(raw_cid(HISTORY))], "weigh": weigh}

    assert expected == weighed("mutual-policies", params, ALICE, BOB, DAVE)


def test_override_counts_each_balance_where_its_owner_put_it_last() -> None:
    """Dave's stays with Carol unless he votes; the sum is what those hold who vote or are voted for."""
    params = params_of_token()

    assert VOTES[CAROL] == weighed("erc20-votes-with-override", params)[CAROL]
    with_dave = weighed("erc20-votes-with-override", params, ALICE, BOB, CAROL, DAVE)
    assert BALANCES == with_dave
    assert {ALICE, BOB, DAVE} == DELEGATES.keys()


def test_a_token_that_contradicts_itself_gives_no_tally(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer votes than were delegated by those who vote."""
    monkeypatch.setitem(VOTES, BOB, 1)

    with pytest.raises(UncheckableError) as caught:
        weighed("erc20-votes-with-override", EXAMPLES["erc20-votes-with-override"][0])
    assert ("E_TALLY_INCOMPLETE", "contradiction") == (caught.value.code, caught.value.reason)
