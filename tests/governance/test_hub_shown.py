"""`governance.hub_shown`: what the sequencer's rules count with is of the hub's types, or nothing is decided."""

from __future__ import annotations

from typing import Any

import pytest

from governance.hub_pages import Gathering, HubPageError
from governance.hub_shown import read_earlier_vote, read_space, read_votable

ID = "0x" + "ab" * 32
VOTING = {"delay": 60, "period": None, "type": "", "privacy": "any"}
SPACE = {"id": "club.eth", "voting": VOTING, "filters": {"onlyMembers": False}, "admins": "nobody"}
PROPOSAL = {"id": ID, "start": 1, "end": 2, "choices": ["For", 7], "type": None}


def test_what_fits_is_as_it_was() -> None:
    """Nothing is respelled; what the hub does not have is None."""
    for row in (SPACE, {}, {"voting": None, "filters": None}):
        assert row is read_space(row)
    assert PROPOSAL is read_votable(PROPOSAL, ID)
    assert (ID, 5) == read_earlier_vote([{"id": ID, "created": 5}])
    assert (None, None, None) == (read_space(None), read_votable(None, ID), read_earlier_vote([]))


@pytest.mark.parametrize(
    "row",
    [
        [], "club.eth", 1, {"voting": []}, {"voting": "x"}, {"filters": 1}, {"voting": {"delay": "1"}},
        {"voting": {"period": -1}}, {"voting": {"period": True}}, {"voting": {"delay": 2**64}},
        {"voting": {"privacy": {}}}, {"voting": {"type": ["basic"]}},
    ],
)  # fmt: skip
def test_a_space_of_another_form(row: Any) -> None:
    with pytest.raises(HubPageError, match="E_HUB_PAGE"):
        read_space(row)


@pytest.mark.parametrize(
    "row",
    [
        [], PROPOSAL | {"id": "0x"}, PROPOSAL | {"id": None}, PROPOSAL | {"start": None}, PROPOSAL | {"end": "2"},
        PROPOSAL | {"start": 1.5}, PROPOSAL | {"choices": 2}, PROPOSAL | {"choices": [""] * 10_001},
    ],
)  # fmt: skip
def test_a_proposal_of_another_form(row: Any) -> None:
    with pytest.raises(HubPageError, match="E_HUB_PAGE"):
        read_votable(row, ID)


@pytest.mark.parametrize(
    "rows", [None, {}, {"0": {}}, [None], ["x"], [{"id": ID}], [{"id": ID, "created": "5"}], [{"id": 1, "created": 5}]]
)
def test_an_earlier_vote_of_another_form(rows: Any) -> None:
    with pytest.raises(HubPageError, match="E_HUB_PAGE"):
        read_earlier_vote(rows)


def test_a_row_that_belongs_to_nothing() -> None:
    """A row without its owner is refused as one of another owner, in a list of pages too."""
    with pytest.raises(HubPageError) as caught:
        Gathering("space", "club.eth").take([{"id": ID, "created": 5}])
    assert "other" == caught.value.reason
