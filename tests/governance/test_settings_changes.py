"""`governance.settings_changes`: what newer settings change, value by value."""

from __future__ import annotations

import copy
from typing import Any

from governance.settings_changes import Change, changes
from governance.space import parse_settings, write_settings
from tests.governance.space_values import settings_values, spelled


def differences(change: Any) -> tuple[Change, ...]:
    """Change a copy of the settings in one way, and list what that is."""
    older, newer = settings_values(), copy.deepcopy(settings_values())
    change(newer)
    return changes(parse_settings(write_settings(older)), parse_settings(write_settings(newer)))


def test_the_same_settings_change_nothing() -> None:
    """No value is told that stays."""
    assert () == differences(lambda newer: None)


def test_a_value_is_told_in_peoples_units() -> None:
    """Durations and votes as in a draft, by their path."""
    assert (Change("value", "voting.period", "3d", "36h"),) == differences(
        lambda newer: newer["voting"].update(period=36 * 3_600)
    )
    assert (Change("value", "quorum.minimum", "100 votes", "0.5 votes"),) == differences(
        lambda newer: newer["quorum"].update(minimum=str(5 * 10**17))
    )


def test_people_come_and_go() -> None:
    """An address that is new and one that is gone are two changes; another order is none."""

    def swap(newer: dict[str, Any]) -> None:
        newer["reviewers"]["addresses"][0] = spelled("somebody")

    found = {(change.reason, change.older, change.newer) for change in differences(swap)}
    assert {("added", "", spelled("somebody")), ("removed", spelled("reviewer 1"), "")} == found
    assert () == differences(lambda newer: newer["reviewers"]["addresses"].reverse())


def test_assets_are_told_apart_by_their_symbols() -> None:
    """The address behind a symbol cannot change unseen, and an asset that moves is no change."""

    def swap(newer: dict[str, Any]) -> None:
        newer["funds"][0]["assets"][1]["address"] = spelled("another token")

    assert (
        Change("value", "funds[iip].assets[MUT].address", spelled("the token"), spelled("another token")),
    ) == differences(swap)
    assert () == differences(lambda newer: newer["funds"][0]["assets"].reverse())


def test_the_order_of_choices_is_a_change() -> None:
    """Choice 1 releases, so places are what choices are."""
    (found,) = differences(lambda newer: newer.update(choices=["For", "Against"]))

    assert ("value", "choices", '["For", "Against", "Abstain"]', '["For", "Against"]') == found


def test_strategies_go_by_their_token() -> None:
    """Another token is one strategy gone and one new; other decimals of the same token are a value."""

    def other_token(newer: dict[str, Any]) -> None:
        newer["strategies"][0]["params"]["address"] = spelled("another token")

    def other_decimals(newer: dict[str, Any]) -> None:
        newer["strategies"][0]["params"]["decimals"] = 6

    assert ["added", "removed"] == sorted(change.reason for change in differences(other_token))
    assert ["value"] == [change.reason for change in differences(other_decimals)]


def test_a_map_that_becomes_nothing() -> None:
    """A proof that is dropped is told whole, because votes are then taken on trust."""
    (found,) = differences(lambda newer: newer["strategies"][0].update(proof=None))

    assert found.field.endswith(".proof")
    assert "null" == found.newer
