"""`governance.committee`: how a fund's committee is written, and the rules that it makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chain.errors import CodedError
from chain.json_text import canonical
from governance.committee import ruling
from governance.settings import Committee, GrantLimit, Quorum, Threshold
from governance.settings_changes import changes
from governance.settings_text import parse_settings, write_settings
from governance.space import settings_cid
from governance.strategies.strategy import UNIT
from tests.governance.space_values import person, settings_values, spelled

MEMBERS = ("ann", "ben", "cho", "dora", "eve")


def committee_of(values: dict[str, Any]) -> dict[str, Any]:
    """Give the fund of some settings a committee of three of five, and return it to be changed."""
    fund = values["funds"][0]
    fund["committee"] = {
        "limits": [{"symbol": fund["assets"][0]["symbol"], "grant": "70", "year": "100"}],
        "mandate": "Grants for building",
        "members": [spelled(name) for name in MEMBERS],
        "required": 3,
    }
    found: dict[str, Any] = fund["committee"]
    return found


def test_a_committee_reads_as_written() -> None:
    """Value by value; and settings without one have the text they always had."""
    plain = write_settings(settings_values())
    read = parse_settings(write_settings(settings_values(committee_of)))
    members = tuple(map(person, MEMBERS))
    symbol = read.funds[0].assets[0].symbol

    assert Committee(members, 3, "Grants for building", (GrantLimit(symbol, 70, 100),)) == read.funds[0].committee
    assert parse_settings(plain).funds[0].committee is None
    assert "committee" not in plain
    assert ["funds[iip].committee"] == [change.field for change in changes(parse_settings(plain), read)]


def test_the_rules_of_a_committee_are_those_of_its_fund_alone() -> None:
    """One vote a member, so many in favour and more than against; every other setting and its name stay."""
    read = parse_settings(write_settings(settings_values(committee_of)))
    ruled = ruling(read, read.funds[0])

    assert read is ruling(read, None)
    assert settings_cid(read.text) == settings_cid(ruled.text)
    assert (Quorum("for", 3 * UNIT), Threshold(1, 2), tuple(map(person, MEMBERS))) == (
        ruled.quorum, ruled.threshold, ruled.proposers,
    )  # fmt: skip
    (strategy,) = ruled.strategies
    assert ("whitelist", {"addresses": [spelled(name) for name in MEMBERS]}) == (strategy.name, strategy.params)
    assert (read.voting, read.timelock, read.funds) == (ruled.voting, ruled.timelock, ruled.funds)
    bare = parse_settings(write_settings(settings_values()))
    assert bare is ruling(bare, bare.funds[0])


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        (lambda c: c.update(required=6), "E_RULE_UNSAFE", "committee"),
        (lambda c: c.update(required=0), "E_SETTINGS", "field"),
        (lambda c: c.update(members=[]), "E_RULE_UNSAFE", "committee"),
        (lambda c: c["members"].append(c["members"][0]), "E_SETTINGS", "field"),
        (lambda c: c.update(mandate=""), "E_SETTINGS", "field"),
        (lambda c: c.update(mandate="one\ntwo"), "E_SETTINGS", "field"),
        (lambda c: c.update(limits=[]), "E_SETTINGS", "field"),
        (lambda c: c["limits"].append(dict(c["limits"][0])), "E_SETTINGS", "field"),
        (lambda c: c["limits"][0].update(symbol="NONE"), "E_SETTINGS", "field"),
        (lambda c: c["limits"][0].update(grant="0"), "E_SETTINGS", "field"),
        (lambda c: c["limits"][0].update(grant="101"), "E_SETTINGS", "field"),
        (lambda c: c["limits"][0].update(year=100), "E_SETTINGS", "field"),
        (lambda c: c.update(quorum="1"), "E_VERSION", "unknown_key"),
        (lambda c: c.pop("mandate"), "E_SETTINGS", "field"),
    ],
)
def test_a_committee_that_could_not_decide_or_not_be_held(change: Change, code: str, reason: str) -> None:
    """Nothing is signed under which nobody, or somebody without limits, would decide."""
    values = settings_values(committee_of)
    change(values["funds"][0]["committee"])

    with pytest.raises(CodedError) as caught:
        parse_settings(canonical(values))

    assert (code, reason) == (caught.value.code, caught.value.reason)
