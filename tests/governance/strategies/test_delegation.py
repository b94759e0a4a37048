"""`delegation`: every unit of power counts once, with its owner or with the first voter whom he trusted."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.address import ZERO
from chain.errors import UncheckableError
from chain.keccak import keccak256
from governance.attested import run
from governance.strategies.delegation import CLEAR, SET, STRATEGY, routes_of
from governance.strategies.strategy import LogRow, Weighed
from tests.governance.strategies.world import (
    ALICE,
    BALANCES,
    BOB,
    CAROL,
    DAVE,
    DELEGATION,
    SPACE,
    UNIT,
    World,
    delegated,
    word,
)

PEOPLE = [keccak256(b"delegator %d" % number)[12:] for number in range(12)]


def weighed(logs: list[LogRow], *voters: bytes, **changed: Any) -> Weighed:
    """What the voters weigh after these logs."""
    return run(STRATEGY.plan(DELEGATION | changed, sorted(voters)), World(logs))


def test_H54_a_delegator_who_votes_keeps_his_power() -> None:
    """Override happens exactly once: with him voting it is his, without him his delegate's."""
    logs = [delegated(SET, DAVE, ALICE)]

    assert {ALICE: 12 * UNIT} == weighed(logs, ALICE).powers
    assert {ALICE: 7 * UNIT, DAVE: 5 * UNIT} == weighed(logs, ALICE, DAVE).powers


def test_the_space_goes_before_everywhere() -> None:
    """A delegation for the space replaces one for all spaces; taken back, that one holds again."""
    everywhere = delegated(SET, DAVE, ALICE, space=bytes(32), block=3)
    here = delegated(SET, DAVE, BOB, block=4)
    back = delegated(CLEAR, DAVE, BOB, block=5)

    assert 12 * UNIT == weighed([everywhere], ALICE, BOB).powers[ALICE]
    assert 8 * UNIT + 1 == weighed([everywhere, here], ALICE, BOB).powers[BOB]
    assert 12 * UNIT == weighed([everywhere, here, back], ALICE, BOB).powers[ALICE]


def test_hops_are_those_of_the_settings() -> None:
    """Dave trusts Carol and she Alice: one hop ends at Carol, who did not vote; two reach Alice."""
    logs = [delegated(SET, DAVE, CAROL, block=3), delegated(SET, CAROL, ALICE, block=4)]

    assert {ALICE: 7 * UNIT} == weighed(logs, ALICE).powers
    assert {ALICE: 12 * UNIT} == weighed(logs, ALICE, hops=2).powers
    assert {ALICE: 7 * UNIT, CAROL: 5 * UNIT} == weighed(logs, ALICE, CAROL, hops=2).powers


def test_H53_what_leads_nowhere_is_told_and_weighs_nowhere() -> None:
    """A cycle, a chain of 10,000, oneself, nobody: E_DELEG with its reason, and no voter gains or loses."""
    long = [keccak256(b"%d" % number)[12:] for number in range(10_001)]
    chain = dict(pairwise(long))
    chain[long[-1]] = ALICE
    chosen = {BOB: CAROL, CAROL: BOB, DAVE: DAVE, PEOPLE[0]: ZERO, **chain}

    found = routes_of(chosen, {ALICE}, 64)

    assert {"cycle": 2, "self": 1, "zero": 1, "depth": 10_001 - 64} == {r: len(who) for r, who in found.faults.items()}
    assert set(long[-64:]) == found.to.keys()
    assert {ALICE} == set(found.to.values())

    logs = [delegated(SET, BOB, CAROL, block=3), delegated(SET, CAROL, BOB, block=4)]
    weighed_in_circle = weighed(logs, ALICE, hops=9)
    assert {ALICE: BALANCES[ALICE]} == weighed_in_circle.powers
    assert [("N_DELEGATION", ""), ("E_DELEG", "cycle")] == [(n.code, n.reason) for n in weighed_in_circle.notes]


@given(
    st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from([*PEOPLE, ZERO])),
    st.sets(st.sampled_from(PEOPLE)),
    st.integers(1, 9),
)
def test_H53_power_is_conserved(chosen: dict[bytes, bytes], voting: set[bytes], hops: int) -> None:
    """Whoever delegates to whomever: each person's power is with one voter, or with nobody and then told or unused."""
    own = {person: 2**place for place, person in enumerate(PEOPLE)}
    found = routes_of(chosen, voting, hops)

    counted = voting | found.to.keys()
    effective = {voter: own[voter] + sum(own[d] for d, v in found.to.items() if v == voter) for voter in voting}

    assert sum(own[person] for person in counted) == sum(effective.values())
    assert not found.to.keys() & voting
    assert not found.to.keys() & {who for faulty in found.faults.values() for who in faulty}


@pytest.mark.parametrize(
    "odd",
    [
        LogRow((keccak256(b"Transfer"), word(DAVE), SPACE, word(ALICE)), b"", 3, 0),
        LogRow((SET, word(DAVE), SPACE), b"", 3, 0),
        LogRow((SET, b"\x01" * 32, SPACE, word(ALICE)), b"", 3, 0),
        LogRow((SET, word(DAVE), SPACE, b"\x01" * 32), b"", 3, 0),
        LogRow((SET, word(DAVE), SPACE, word(ALICE)), b"\x00", 3, 0),
    ],
)
def test_logs_of_something_else_make_the_tally_incomplete(odd: LogRow) -> None:
    """A contract that logs in another way is no registry, and nothing is known of its delegations."""
    with pytest.raises(UncheckableError) as caught:
        weighed([odd], ALICE)
    assert ("E_TALLY_INCOMPLETE", "log") == (caught.value.code, caught.value.reason)
