"""`governance.hub_votes`: what is not of the hub's documented types is refused by name, before anything is counted."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from governance.hub_pages import HubPageError
from governance.hub_votes import CHOICES_MAX, TEXT_MAX, HubMessage, read_messages, read_proposal, read_votes

FIRST, SECOND = "0x" + "01" * 32, "0x" + "02" * 32
PROPOSAL: dict[str, Any] = {
    "id": FIRST,
    "choices": ["For", "Against"],
    "space": {"id": "club.eth"},
    "start": 1,
    "end": 2,
}
VOTE: dict[str, Any] = {"id": SECOND, "voter": "0x" + "11" * 20, "created": 5, "choice": 1, "vp": Decimal("1.5")}


def refused(read: Callable[[], object]) -> tuple[str, object]:
    """Reason of a refusal, and the field or row that it names."""
    with pytest.raises(HubPageError) as caught:
        read()
    assert "E_HUB_PAGE" == caught.value.code
    return caught.value.reason, caught.value.facts.get("field", caught.value.facts.get("id"))


def test_what_the_hub_leaves_out_is_empty() -> None:
    """Text, numbers and lists; a space may stand as an object or by its id."""
    found = read_proposal(PROPOSAL)
    (vote,) = read_votes([VOTE | {"vp_by_strategy": [1, Decimal("0.5"), "2", True]}])

    assert ("club.eth", "", None, 0) == (found.space, found.title, found.votes, found.quorum)
    assert "club.eth" == read_proposal(PROPOSAL | {"space": "club.eth"}).space
    assert 0 == read_proposal(PROPOSAL | {"quorum": None}).quorum
    assert (Decimal("1.5"), (1, Decimal("0.5")), "") == (vote.power, vote.by_strategy, vote.reason)


@pytest.mark.parametrize(("changed", "field"), [
    ({"choices": None}, "choices"), ({"choices": []}, "choices"), ({"choices": [7]}, "choices"),
    ({"choices": ["x" * (TEXT_MAX + 1)]}, "choices"), ({"choices": ["x"] * (CHOICES_MAX + 1)}, "choices"),
    ({"strategies": {"name": "ticket"}}, "strategies"), ({"strategies": ["ticket"]}, "strategies"),
    ({"title": 7}, "title"), ({"title": "x" * (2 * TEXT_MAX + 1)}, "title"), ({"space": {"id": ["club.eth"]}}, "id"),
    ({"start": "1"}, "start"), ({"end": True}, "end"), ({"votes": -1}, "votes"), ({"snapshot": 2**53}, "snapshot"),
    ({"votes": 1.5}, "votes"), ({"quorum": "7"}, "quorum"), ({"quorum": True}, "quorum"), ({"quorum": []}, "quorum"),
])  # fmt: skip
def test_a_proposal_of_another_form(changed: dict[str, object], field: str) -> None:
    """Each names the member."""
    assert ("shape", field) == refused(lambda: read_proposal(PROPOSAL | changed))


@pytest.mark.parametrize("row", [None, [], "proposal", 7])
def test_no_proposal(row: object) -> None:
    assert ("shape", "proposal") == refused(lambda: read_proposal(row))


@pytest.mark.parametrize(("changed", "expected"), [
    ({"voter": None}, ("voter", SECOND)), ({"voter": "0x" + "Aa" * 20}, ("voter", SECOND)),
    ({"voter": "0x" + "zz" * 20}, ("voter", SECOND)), ({"voter": ["0x"]}, ("voter", SECOND)),
    ({"vp": "1"}, ("shape", "vp")), ({"vp": False}, ("shape", "vp")), ({"reason": 7}, ("shape", "reason")),
    ({"ipfs": {}}, ("shape", "ipfs")), ({"vp_state": 1}, ("shape", "vp_state")),
])  # fmt: skip
def test_a_vote_of_another_form(changed: dict[str, object], expected: tuple[str, str]) -> None:
    """Each names the row or the member."""
    assert expected == refused(lambda: read_votes([VOTE | changed]))


def test_messages_are_those_that_were_asked_for() -> None:
    """Each once, and no other; what is no text of a signer or signature is none."""
    rows = [{"id": FIRST, "address": "0x1", "sig": "0x2"}, {"id": SECOND, "address": 7, "sig": None}]

    assert {FIRST: HubMessage("0x1", "0x2"), SECOND: HubMessage("", "")} == read_messages(rows, [FIRST, SECOND])
    assert {} == read_messages([], [FIRST])
    assert ("shape", "messages") == refused(lambda: read_messages({"id": FIRST}, [FIRST]))
    assert ("shape", "messages") == refused(lambda: read_messages(rows, [FIRST]))
    assert ("other", SECOND) == refused(lambda: read_messages(rows[1:], [FIRST]))
    assert ("other", "None") == refused(lambda: read_messages([FIRST], [FIRST]))
    assert ("twice", FIRST) == refused(lambda: read_messages([rows[0]] * 2, [FIRST, SECOND]))
