"""`governance.settings_text`: what a space's settings may say, and every rule that would be unsafe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chain.errors import CodedError
from chain.json_text import canonical
from governance.settings import BalanceProof, LiquidityClass, Mandate, OutflowLimit
from governance.settings_text import parse_settings, write_settings
from tests.governance.space_values import CODE_HASH, SAFE, person, settings, settings_values, spelled

Change = Callable[[dict[str, Any]], object]
DAILY = {"fund": "iip", "symbol": "MUT", "per_day": "5", "per_payee": None}


def put(*path: str | int, value: object) -> Change:
    """Return the change that sets one value."""

    def change(values: Any) -> None:
        for step in path[:-1]:
            values = values[step]
        values[path[-1]] = value

    return change


def refusal(change: Change) -> tuple[str, str]:
    """Return code and reason with which changed settings are refused."""
    with pytest.raises(CodedError) as caught:
        parse_settings(canonical(settings_values(change)))
    return caught.value.code, caught.value.reason


def test_settings_read_as_written() -> None:
    """Text that was written is read back, value by value, and kept as it was."""
    text = write_settings(settings_values())

    read = parse_settings(text)

    assert text == read.text
    assert "3f.devnet" == read.space
    assert SAFE == read.treasury().address
    assert BalanceProof(CODE_HASH, "vyper", 1) == read.strategies[0].proof
    assert 100 * 10**18 == read.quorum.minimum
    assert person("guardian") == read.guardian
    assert read.fund("iip") is read.funds[0]
    assert read.fund("other") is None
    assert read.chain(1) is None


def test_limits_of_a_day() -> None:
    """By fund and asset; either number may be left to null, and without the key nothing is limited."""
    both = {**DAILY, "symbol": "ETH", "per_payee": "3"}
    read = settings(put("limits", "spending", value=[DAILY, both]))

    assert (("iip", "MUT", 5, None), ("iip", "ETH", 5, 3)) == read.limits.spending
    assert () == settings().limits.spending


def test_text_that_is_not_canonical_is_refused() -> None:
    """A blank more would be another CID for the same settings."""
    text = write_settings(settings_values())

    with pytest.raises(CodedError) as caught:
        parse_settings(text.replace(",", ", ", 1))

    assert "E_CANONICAL" == caught.value.code


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (put("colour", value="red"), ("E_VERSION", "unknown_key")),
        (put("voting", "quorum", value=1), ("E_VERSION", "unknown_key")),
        (put("version", value=2), ("E_VERSION", "format")),
        (put("version", value=True), ("E_VERSION", "format")),
        (put("venue", value="hub"), ("E_VERSION", "word")),
        (put("admission", value="lenient"), ("E_VERSION", "word")),
        (put("quorum", "kind", value="for_only"), ("E_VERSION", "word")),
        (put("strategies", 0, "proof", "layout", value="huff"), ("E_VERSION", "word")),
    ],
)
def test_another_version_is_refused_as_such(change: Change, expected: tuple[str, str]) -> None:
    """What a newer release may mean by a key or a word is not guessed."""
    assert expected == refusal(change)


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values.pop("grace"),
        put("space", value="two words"),
        put("space", value=""),
        put("prefix", value="iip"),
        put("grace", value="600"),
        put("grace", value=True),
        put("notice", value=-1),
        put("quorum", "minimum", value=100),
        put("quorum", "minimum", value="0100"),
        put("guardian", value=person("guardian").hex()),
        put("guardian", value=spelled("guardian").lower()),
        put("proposers", value=[spelled("a"), spelled("a")]),
        put("choices", value=["For", "For"]),
        put("choices", value="For"),
        put("journal", "key", value="ab" * 31),
        put("journal", "origin", value="no slash"),
        put("safes", value=[]),
        put("safes", 0, "version", value="latest"),
        put("funds", 0, "assets", value=[]),
        put("funds", 0, "assets", 1, "symbol", value="ETH"),
        put("strategies", 0, "params", value=[]),
        put("strategies", 0, "proof", "code_hash", value="0x00"),
        put("strategies", 0, "chain_id", value=1),
        put("limits", "parts", value=0),
        put("limits", "spending", value=[]),
        put("limits", "spending", value=[DAILY, DAILY]),
        put("limits", "spending", value=[{**DAILY, "per_day": None}]),
        put("limits", "spending", value=[{**DAILY, "per_day": 5}]),
        put("limits", "spending", value=[{**DAILY, "symbol": "DAI"}]),
        put("limits", "spending", value=[{**DAILY, "fund": "other"}]),
        put("periods", value={}),
        put("periods", value=[]),
        put("periods", value={"review": 0}),
        put("periods", value={"last_call": "3d"}),
        lambda values: values["chains"].append(values["chains"][0]),
        lambda values: values["safes"].append(values["safes"][0]),
        lambda values: values["funds"].append(values["funds"][0]),
    ],
)
def test_another_form_is_refused(change: Change) -> None:
    """Each value has one form, and each thing is named once."""
    assert "E_SETTINGS" == refusal(change)[0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("quorum", "minimum", value="0"), "quorum"),
        (put("threshold", value={"numerator": 499, "denominator": 1000}), "threshold"),
        (put("threshold", value={"numerator": 3, "denominator": 2}), "threshold"),
        (put("threshold", value={"numerator": 1, "denominator": 1}), "threshold"),
        (put("threshold", value={"numerator": 0, "denominator": 1}), "threshold"),
        (put("threshold", value={"kind": "at_least", "numerator": 1, "denominator": 2}), "threshold"),
        (put("threshold", value={"kind": "at_least", "numerator": 3, "denominator": 2}), "threshold"),
        (put("quorum", "of_supply", value={"numerator": 2, "denominator": 1}), "quorum_share"),
        (put("voting", "period", value=59), "period"),
        (put("voting", "period", value=31_536_001), "period"),
        (put("voting", "delay", value=31_536_001), "seconds"),
        (put("timelock", value=31_536_001), "seconds"),
        (put("grace", value=0), "grace"),
        (put("voting", "max_snapshot_age", value=0), "snapshot_age"),
        (put("choices", value=[]), "choices"),
        (put("choices", value=["For"]), "choices"),
        (put("choices", value=["For", "Against", "Abstain", "Later"]), "choices"),
        (put("reviewers", "required", value=4), "committee"),
        (put("reviewers", "required", value=0), "committee"),
        (put("reviewers", value={"addresses": [], "required": 1}), "committee"),
        (put("disputes", "required", value=3), "committee"),
        (put("disputes", "seconds", value=0), "seconds"),
        (put("periods", value={"review": 31_536_001}), "seconds"),
        (put("periods", value={"cool_down": 31_536_001}), "seconds"),
        (put("periods", value={"review": 600, "stagnation": 600}), "stagnation"),
        (put("periods", value={"last_call": 601, "stagnation": 600}), "stagnation"),
        (put("funds", 0, "safe", value=spelled("mallory")), "fund"),
        (put("strategies", value=[]), "strategies"),
    ],
)
def test_an_unsafe_rule_is_refused(change: Change, reason: str) -> None:
    """Settings under which nobody's decision pays, or no decision ever does, are refused by name."""
    assert ("E_RULE_UNSAFE", reason) == refusal(change)


@pytest.mark.parametrize(
    "change",
    [
        put("threshold", value={"numerator": 2, "denominator": 3}),
        put("voting", "period", value=60),
        put("voting", "delay", value=0),
        put("notice", value=0),
        put("timelock", value=0),
        put("choices", value=["贊成", "反對"]),
        put("reviewers", value={"addresses": [], "required": 0}),
        put("disputes", value={"panel": [], "required": 0, "seconds": 0}),
        put("guardian", value=None),
        put("strategies", 0, "proof", value=None),
        put("venue", value="snapshot"),
        put("admission", value="snapshot"),
        put("proposers", value=[spelled("a"), spelled("b")]),
        put("periods", value={"cool_down": 1}),
        put("periods", value={"last_call": 599, "review": 599, "stagnation": 600}),
    ],
)
def test_the_borders_are_allowed(change: Change) -> None:
    """What stands beside each refusal is accepted."""
    assert settings(change).text == canonical(settings_values(change))


@pytest.mark.parametrize(
    "choices",
    [["Against", "For"], ["For", "Abstain", "Against"], ["Yes", "Maybe", "No"], ["abstain", "for", "against"]],
)
def test_H46_roles_of_the_options_turned_around(choices: list[str]) -> None:
    """Choice 1 releases whatever it is called, so a well-known word in another place is refused."""
    assert ("E_RULE_UNSAFE", "choice_role") == refusal(put("choices", value=choices))


def test_H55_one_token_in_two_strategies() -> None:
    """A token that two strategies count would weigh twice."""
    change: Change = lambda values: values["strategies"].append(dict(values["strategies"][0], proof=None))  # noqa: E731

    assert ("E_DOUBLE_COUNT", "token") == refusal(change)


def test_H82_a_safe_before_1_3_0() -> None:
    """Its signatures hold no chain id, so they could be replayed elsewhere."""
    assert ("E_REPLAY", "settings") == refusal(put("safes", 0, "version", value="1.2.0"))


@pytest.mark.parametrize(
    "change",
    [
        put("space", value="3f.eth"),
        lambda values: values["chains"].append({"chain_id": 1, "finality_depth": 64}),
        lambda values: (
            values.update(chains=[{"chain_id": 1, "finality_depth": 64}]),
            *(row.update(chain_id=1) for name in ("safes", "funds", "strategies") for row in values[name]),
        ),
    ],
)
def test_H115_devnet_settings_stay_on_the_devnet(change: Change) -> None:
    """A devnet's keys are public: its spaces name no other chain, and no other space names it."""
    assert ("E_DEVNET", "settings") == refusal(change)


def test_only_the_devnet_books_without_waiting() -> None:
    """A finality depth of zero is refused on any real chain, and one above zero is not."""

    def real(depth: int) -> Change:
        def change(values: dict[str, Any]) -> None:
            values.update(space="3f.eth", chains=[{"chain_id": 1, "finality_depth": depth}])
            for name in ("safes", "funds", "strategies"):
                values[name][0]["chain_id"] = 1

        return change

    assert 64 == settings(real(64)).chains[0].finality_depth
    assert ("E_RULE_UNSAFE", "finality") == refusal(real(0))


def test_parameters_of_a_built_in_strategy_are_checked_early() -> None:
    """A vote could not be tallied later; a strategy of somebody else's is left to its own package."""
    assert ("E_STRATEGY", "params") == refusal(put("strategies", 0, "params", "decimals", value="18"))
    assert "of-mine" == settings(put("strategies", 0, "name", value="of-mine")).strategies[0].name


def test_classes_of_liquidity_hold_every_asset_once() -> None:
    """Each class has a share of at most the whole; zero forbids."""
    share = {"denominator": 10, "numerator": 1}
    high = {"assets": ["ETH"], "class": "high", "largest_share": {"denominator": 1, "numerator": 1}}
    low = {"assets": ["MUT"], "class": "low", "largest_share": share}
    whole = {"excluded": [], "liquidity": [high, low]}
    read = parse_settings(canonical(settings_values(put("funds", 0, "mandate", value=whole)))).funds[0].mandate

    assert (LiquidityClass("high", ("ETH",), 1, 1), LiquidityClass("low", ("MUT",), 1, 10)) == read.liquidity
    for wrong in (
        [],
        [high],
        [low],
        [high, low, high | {"class": "third"}],
        [high, low | {"class": "high"}],
        [high, low | {"largest_share": {"denominator": 1, "numerator": 2}}],
        [high, low | {"assets": ["XYZ"]}],
        [high, low | {"class": "Low"}],
    ):
        assert ("E_SETTINGS", "field") == refusal(put("funds", 0, "mandate", value=whole | {"liquidity": wrong}))


def test_a_mandate_is_read_and_says_something() -> None:
    """Absent it forbids nothing; there, it names whom, how much of what, or within which time."""
    limit = {"amount": "5", "asset": "ETH", "seconds": 60}
    whole = {"excluded": [spelled("guardian")], "largest_share": {"denominator": 3, "numerator": 1}, "limits": [limit]}
    read = parse_settings(canonical(settings_values(put("funds", 0, "mandate", value=whole)))).funds[0].mandate

    assert Mandate() == settings().funds[0].mandate
    assert Mandate((person("guardian"),), (1, 3), (OutflowLimit("ETH", 5, 60),)) == read
    for wrong in (
        {"excluded": []},
        {"excluded": [], "limits": []},
        {"excluded": [], "largest_share": {"denominator": 1, "numerator": 1}},
        {"excluded": [], "limits": [limit | {"asset": "XYZ"}]},
        {"excluded": [], "limits": [limit | {"amount": "0"}]},
        {"excluded": [], "limits": [limit | {"seconds": 0}]},
        {"excluded": ["0x00"]},
    ):
        assert ("E_SETTINGS", "field") == refusal(put("funds", 0, "mandate", value=wrong))
    assert ("E_VERSION", "unknown_key") == refusal(put("funds", 0, "mandate", value={"excluded": [], "more": 1}))
