"""`governance.strategies`: what is read, and what the answers weigh."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.abi import encode_call
from chain.errors import CodedError, UncheckableError
from chain.keccak import keccak256
from governance.settings import BalanceProof
from governance.strategies import BUILT_IN, find
from governance.strategies.erc20_balance_of import NAME, STRATEGY, VERSION, powers, reads, slots, weigh
from tests.governance.space_values import TOKEN, person, spelled

ALICE, BOB = person("alice"), person("bob")


def params(**changed: Any) -> dict[str, Any]:
    """Snapshot's parameters of the strategy."""
    return {"address": spelled("the token"), "decimals": 18, "symbol": "MUT"} | changed


def test_the_token_is_asked_for_each_voter() -> None:
    """One `balanceOf` a voter, in their order."""
    asked = reads(params(), [ALICE, BOB])

    assert [(TOKEN, encode_call("balanceOf(address)", [voter])) for voter in (ALICE, BOB)] == asked


@pytest.mark.parametrize(
    ("decimals", "balance", "power"),
    [(18, 7, 7), (0, 3, 3 * 10**18), (6, 1_500_000, 15 * 10**17), (20, 199, 1), (24, 999_999, 0), (77, 10**77, 10**18)],
)
def test_balances_are_scaled_and_rounded_down(decimals: int, balance: int, power: int) -> None:
    """`balance * 10**18 // 10**decimals`, exactly."""
    assert power == weigh(params(decimals=decimals), balance)


@given(st.integers(0, 2**256 - 1), st.integers(0, 77))
def test_scaling_rounds_down_once(balance: int, decimals: int) -> None:
    """The power is the greatest whole number that is not above the exact one."""
    power = weigh(params(decimals=decimals), balance)

    assert power * 10**decimals <= balance * 10**18 < (power + 1) * 10**decimals


def test_answers_become_powers() -> None:
    """Each voter gets his own answer's power; a zero is a zero."""
    answers = [(5 * 10**18).to_bytes(32, "big"), bytes(32)]

    assert {ALICE: 5 * 10**18, BOB: 0} == powers(params(), [ALICE, BOB], answers)


@pytest.mark.parametrize("answer", [None, b"", bytes(31), bytes(33), bytes(64)])
def test_H56_an_answer_that_failed_is_not_zero(answer: bytes | None) -> None:
    """A revert, nothing, or another size: the tally is incomplete, and the voter is named."""
    with pytest.raises(UncheckableError) as caught:
        powers(params(), [ALICE, BOB], [bytes(32), answer])

    assert ("E_TALLY_INCOMPLETE", spelled("bob")) == (caught.value.code, caught.value.facts["voter"])


def test_slots_are_those_of_the_tokens_language() -> None:
    """Solidity hashes key then slot, Vyper slot then key."""
    key, slot = bytes(12) + ALICE, (9).to_bytes(32, "big")

    assert [int.from_bytes(keccak256(key + slot), "big")] == slots(params(), BalanceProof(b"", "solidity", 9), [ALICE])
    assert [int.from_bytes(keccak256(slot + key), "big")] == slots(params(), BalanceProof(b"", "vyper", 9), [ALICE])


@pytest.mark.parametrize(
    "changed",
    [
        {"decimals": 78}, {"decimals": -1}, {"decimals": True}, {"decimals": "18"}, {"symbol": ""}, {"symbol": None},
        {"symbol": "S" * 33}, {"address": ""}, {"address": spelled("the token").lower()}, {"extra": 1},
    ],
)  # fmt: skip
def test_other_parameters_are_refused(changed: dict[str, Any]) -> None:
    """Exactly address, decimals and symbol, each in its form."""
    STRATEGY.check_params(params())

    with pytest.raises(CodedError) as caught:
        STRATEGY.check_params(params(**changed))
    assert ("E_STRATEGY", "params") == (caught.value.code, caught.value.reason)


def test_a_strategy_is_found_by_name_and_version() -> None:
    """One that is not installed could not be checked, which is not wrong and not zero."""
    assert STRATEGY == find(NAME, VERSION) == BUILT_IN[NAME, VERSION]

    for name, version in ((NAME, 2), ("erc20-of", 1), ("", 1)):
        with pytest.raises(UncheckableError) as caught:
            find(name, version)
        assert ("E_STRATEGY", "unknown") == (caught.value.code, caught.value.reason)
