"""`governance.settings_draft` and `settings_plan`: settings in people's units, and what a new space begins with."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.amount import AmountError
from chain.errors import CodedError
from chain.json_text import canonical
from governance.settings import Asset, BalanceProof, Reviewers, Source, StrategySettings
from governance.settings_draft import (
    line_of_refusal,
    parse_votes,
    read_draft,
    spell_votes,
    write_draft,
)
from governance.settings_plan import NOTICE, PERIOD, Plan, PlanError, percent_of, plan_values
from governance.settings_text import SettingsError, parse_settings
from proposals.periods import NO_PERIODS, Periods
from tests.governance.space_values import CODE_HASH, SAFE, TOKEN, person, settings_values, spelled

STRATEGY = StrategySettings(
    chain_id=1,
    name="erc20-balance-of",
    version=1,
    params={"address": spelled("the token"), "decimals": 18, "symbol": "MUT"},
    proof=BalanceProof(CODE_HASH, "solidity", 3),
)
PLAN = Plan(
    space="club.eth",
    chain_id=1,
    finality_depth=64,
    safe=SAFE,
    safe_version="1.4.1",
    journal_key=b"\xab" * 32,
    coin="ETH",
    assets=(Asset(TOKEN, 18, "MUT"),),
    sources=(Source(person("the premium proxy"), "premium_share"),),
    strategy=STRATEGY,
    quorum=200 * 10**18,
    reviewers=Reviewers((person("lea"), person("max")), 2),
)


def test_a_plan_makes_settings() -> None:
    """Answers and defaults become values that the settings' own reader takes, and the draft says the same."""
    made = plan_values(PLAN)
    settings = parse_settings(canonical(made))

    assert canonical(made) == read_draft(write_draft(made))
    assert ("mutual-dao/" + "ab" * 8, b"\xab" * 32) == (settings.journal.origin, settings.journal.key)
    assert (PERIOD, NOTICE, 200 * 10**18) == (settings.voting.period, settings.notice, settings.quorum.minimum)
    assert (STRATEGY,) == settings.strategies
    assert (Asset(None, 18, "ETH"), Asset(TOKEN, 18, "MUT")) == settings.funds[0].assets


def test_the_notice_leaves_room_for_a_vote() -> None:
    """Between an announcement and its day a whole vote under the older rules fits."""
    assert PLAN.delay + PLAN.period <= PLAN.notice


def test_a_plan_without_votes_is_no_settings_yet() -> None:
    """The draft is written with the gap in it, and the reader names the gap with its line."""
    text = write_draft(plan_values(replace(PLAN, strategy=None, quorum=None)))

    with pytest.raises(CodedError) as caught:
        read_draft(text)

    line = line_of_refusal(text, caught.value)
    assert line is not None
    assert ("E_SETTINGS", '"minimum": null') == (caught.value.code, text.split("\n")[line - 1].strip()[-17:-2])


def test_a_draft_is_readable_and_says_everything() -> None:
    """Durations and votes are in people's units, no line is long, and the round trip gives the same text."""
    made = settings_values()
    text = write_draft(made)
    drafted = json.loads(text)

    assert canonical(made) == read_draft(text)
    assert ("1d", "7d", "14d") == (drafted["notice"], drafted["grace"], drafted["disputes"]["seconds"])
    assert "100 votes" == drafted["quorum"]["minimum"]
    assert all(len(line) <= 120 for line in text.split("\n"))


def test_periods_are_spelled_as_durations() -> None:
    """Those that a space has; the text of settings without any has no such key."""
    made = {**settings_values(), "periods": {"cool_down": 864_000, "review": 604_800}}
    text = write_draft(made)

    assert canonical(made) == read_draft(text)
    assert {"cool_down": "10d", "review": "7d"} == json.loads(text)["periods"]
    assert Periods(review=604_800, cool_down=864_000) == parse_settings(read_draft(text)).periods
    assert "periods" not in canonical(settings_values())
    assert NO_PERIODS == parse_settings(canonical(settings_values())).periods
    broken = text.replace('"10d"', '"900d"')
    with pytest.raises(CodedError) as caught:
        read_draft(broken)
    line = line_of_refusal(broken, caught.value)
    assert broken[: broken.index('"900d"')].count("\n") + 1 == line


@given(
    st.fixed_dictionaries(
        {
            "delay": st.integers(0, 31_536_000),
            "period": st.integers(60, 31_536_000),
            "timelock": st.integers(0, 31_536_000),
            "grace": st.integers(1, 31_536_000),
            "notice": st.integers(0, 31_536_000),
            "quorum": st.integers(1, 2**256 - 1),
        }
    )
)
def test_no_number_is_lost_on_the_way(numbers: dict[str, int]) -> None:
    """Every second and every fraction of a vote survives the draft."""
    made = plan_values(replace(PLAN, **numbers))  # type: ignore[arg-type]

    assert canonical(made) == read_draft(write_draft(made))


@pytest.mark.parametrize("text", ["200", "200 vote", "2e2 votes", "1,000 votes", "-1 votes", " 1 votes", 200, None])
def test_votes_have_one_spelling(text: object) -> None:
    """A bare number could be base units; separators and exponents are refused as in all amounts."""
    with pytest.raises(AmountError):
        parse_votes(text)


def test_votes_read_back() -> None:
    """Down to the last digit."""
    assert 1 == parse_votes(spell_votes(1))
    assert "200 votes" == spell_votes(200 * 10**18)


@pytest.mark.parametrize(
    ("supply", "percent", "expected"),
    [(1000, "20", 200), (1001, "20", 201), (1, "0.01", 1), (10**27, "100", 10**27), (999, "33.3333", 333)],
)
def test_a_share_of_the_supply_is_rounded_up(supply: int, percent: str, expected: int) -> None:
    """The quorum is never below the share that was asked for."""
    assert expected == percent_of(supply, percent)


@pytest.mark.parametrize("percent", ["0", "100.0001", "1000"])
def test_a_share_is_between_nothing_and_all(percent: str) -> None:
    """Nothing would let anybody pay, more than all nobody."""
    with pytest.raises(PlanError) as caught:
        percent_of(1000, percent)

    assert ("E_RULE_UNSAFE", "quorum_percent") == (caught.value.code, caught.value.reason)


def test_every_unsafe_rule_has_a_line() -> None:
    """Whatever `settings_text` refuses by rule is blamed on the line where the value stands, not on the first."""
    text = write_draft(plan_values(PLAN))
    for old, new in (
        ('"200 votes"', '"0 votes"'),
        ('"numerator": 1', '"numerator": 9'),
        ('"period": "5d"', '"period": "1s"'),
        ('"delay": "1d"', '"delay": "900d"'),
        ('"timelock": "2d"', '"timelock": "900d"'),
        ('"grace": "14d"', '"grace": "0s"'),
        ('"max_snapshot_age": "1d"', '"max_snapshot_age": "0s"'),
        ('"Against", "Abstain"', '"Abstain", "Against"'),
        ('"For", "Against", "Abstain"', '"For"'),
        ('"required": 2', '"required": 0'),
        ('"finality_depth": 64', '"finality_depth": 0'),
        ('"version": "1.4.1"', '"version": "1.1.1"'),
        ('"space": "club.eth"', '"space": "club.devnet"'),
        ('"decimals": 18, "symbol": "MUT"}', '"decimals": 99, "symbol": "MUT"}'),
    ):
        assert 1 == text.count(old), old
        broken = text.replace(old, new)
        with pytest.raises(CodedError) as caught:
            read_draft(broken)
        line = line_of_refusal(broken, caught.value)
        assert line is not None
        above = broken[: broken.index(new)].count("\n") + 1
        assert 0 <= above - line <= 8, (new, line, above)  # the value, or what holds it
        assert 1 != line, new


def test_refusals_of_no_line() -> None:
    """A refusal that is about no value of the draft names none."""
    assert None is line_of_refusal("[", SettingsError("E_SETTINGS", "other_space"))
