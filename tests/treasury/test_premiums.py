"""How premiums are split: vectors of the contract, its bounds, and properties over everything between."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury.premiums import (
    AGENT_LEVEL_MAX,
    PREMIUM_MAX_WEI,
    PREMIUM_MIN_WEI,
    PremiumError,
    PremiumSplit,
    forward_rebate,
    share_drift,
    split,
)

VECTORS = Path(__file__).parent.parent / "vectors" / "mutual"
SPLITS = json.loads((VECTORS / "premium_split.json").read_text("utf-8"))["cases"]
FORWARDS = json.loads((VECTORS / "iip_forward.json").read_text("utf-8"))["cases"]

premiums = st.integers(PREMIUM_MIN_WEI, PREMIUM_MAX_WEI)
levels = st.integers(0, AGENT_LEVEL_MAX)


def case_id(case: dict[str, object]) -> str:
    return f"{case['premium']}-level-{case['level']}"


@pytest.mark.parametrize("case", [case for case in SPLITS if case["accepted"]], ids=case_id)
def test_split_as_the_contract_does(case: dict[str, str]) -> None:
    """Every accepted vector splits into exactly the contract's numbers."""
    expected = PremiumSplit(*(int(case[name]) for name in PremiumSplit._fields))

    assert expected == split(int(case["premium"]), int(case["level"]))


@pytest.mark.parametrize("case", [case for case in SPLITS if not case["accepted"]], ids=case_id)
def test_split_refuses_what_the_contract_reverts(case: dict[str, str]) -> None:
    """Vectors below the least premium are refused, not computed."""
    with pytest.raises(PremiumError) as refused:
        split(int(case["premium"]), int(case["level"]))

    assert "E_PREM_RANGE" == refused.value.code


def test_split_agrees_with_the_measured_data(shared_data: Path) -> None:
    """The vectors retyped here are those of the measured file, none left out and none changed."""
    measured = json.loads((shared_data / "mutual" / "premium_split.json").read_text("utf-8"))["cases"]
    names = ("premium_wei", "agent_level", "valid", "pool", "dividend", "iip", "agent_ref", "hakka_vault")
    ours = ("premium", "level", "accepted", "pool", "dividends", "iip", "agent", "vault")

    assert [[case[name] for name in names[: 8 if case["valid"] else 3]] for case in measured] == [
        [case[name] for name in ours[: 8 if case["accepted"] else 3]] for case in SPLITS
    ]


@pytest.mark.parametrize("premium", [PREMIUM_MIN_WEI - 1, PREMIUM_MAX_WEI + 1, 0, -PREMIUM_MIN_WEI, True, "1000000000"])
def test_split_bounds(premium: object) -> None:
    """Both bounds are part of the range, and nothing outside it or of another type is a premium."""
    assert PREMIUM_MIN_WEI // 10 == split(PREMIUM_MIN_WEI).iip
    assert PREMIUM_MAX_WEI // 10 == split(PREMIUM_MAX_WEI).iip
    with pytest.raises(PremiumError) as refused:
        split(premium)  # type: ignore[arg-type]

    assert "E_PREM_RANGE" == refused.value.code


@pytest.mark.parametrize("level", [-1, 11, True, "1"])
def test_agent_level_bounds(level: object) -> None:
    """Level 10 is the highest, 0 means no agent."""
    assert 160_000_000 == split(10**9, 10).agent
    assert 0 == split(10**9, 0).agent
    with pytest.raises(PremiumError) as refused:
        split(10**9, level)  # type: ignore[arg-type]

    assert "E_PREM_LEVEL" == refused.value.code


@given(premiums, levels)
def test_nothing_of_a_premium_is_lost(premium: int, level: int) -> None:
    """The six numbers add up to the premium, none is negative, and at most 3 wei are nobody's."""
    parts = split(premium, level)

    assert premium == sum(parts)
    assert min(parts) >= 0
    assert 0 <= parts.remainder <= 3


@given(premiums, levels)
def test_an_agent_is_paid_by_the_vault_alone(premium: int, level: int) -> None:
    """Agent and vault together are the same fifth at every level; the other shares do not know the agent."""
    without, with_agent = split(premium), split(premium, level)

    assert without.vault == with_agent.vault + with_agent.agent
    assert (without.pool, without.dividends, without.iip) == (with_agent.pool, with_agent.dividends, with_agent.iip)


@given(st.lists(premiums, max_size=50))
def test_H94_drift_is_reported(paid: list[int]) -> None:
    """Shares add up to the sum of floors; what one floor of the sum would give more is told apart, under 1 wei each."""
    drift = share_drift(paid)

    assert sum(premium // 10 for premium in paid) == drift.shares
    assert sum(paid) // 10 == drift.tenth == drift.shares + drift.drift
    assert 0 <= drift.drift <= len(paid)


def test_H94_drift_of_known_premiums() -> None:
    """Ten premiums that each lose nine tenths of a wei lose nine wei together."""
    assert (1_000_000_000, 1_000_000_009, 9) == share_drift([10**9 + 9] * 10)


@pytest.mark.parametrize("case", FORWARDS, ids=lambda case: case["balance"])
def test_forward_rebate_as_the_proxy_does(case: dict[str, str]) -> None:
    """Half a percent to the caller, rounded down; the rest to the fund."""
    assert (int(case["rebate"]), int(case["forwarded"])) == forward_rebate(int(case["balance"]))


@pytest.mark.parametrize("balance", [-1, True, "200"])
def test_forward_refuses_what_is_no_balance(balance: object) -> None:
    """A negative balance, or another type, has no rebate."""
    assert (0, 0) == forward_rebate(0)
    with pytest.raises(PremiumError) as refused:
        forward_rebate(balance)  # type: ignore[arg-type]

    assert ("E_PREM_FORWARD", "balance") == (refused.value.code, refused.value.reason)
