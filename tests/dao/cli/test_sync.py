"""`dao sync` over a real socket; the hub is a test double (`tests.hub_double`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dao.cli.votes import sync
from governance.clients import snapshot
from tests.dao.cli.conftest import Outcome
from tests.hub_double import HubDouble, cast, propose, serving

Dao = Callable[..., Outcome]
SPACE = "club.eth"
BEGAN = 1_700_000_000


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubDouble]:
    monkeypatch.setattr(snapshot, "PACE", (10_000, 1))
    monkeypatch.setattr(snapshot, "PAUSES", (0,))
    monkeypatch.setattr(sync.time, "time", lambda: BEGAN + 5_000.5)
    monkeypatch.delenv("SNAPSHOT_API_KEY", raising=False)
    double = HubDouble(spaces={SPACE: {"id": SPACE, "name": "Club"}})
    id_ = propose(double, SPACE, 1, BEGAN, title="A \x1b[2J title")
    for number in range(3):
        cast(double, id_, number, 1, 1.5, BEGAN + 100 + number)
    double.proposals[id_]["votes"] = 3
    with serving(double):
        yield double


def test_a_space_is_followed(dao: Dao, hub: HubDouble, tmp_path: Path) -> None:
    """What is kept, where, and how each text stands; then what changed, was voted again, and vanished."""
    line = ("sync", "--space", SPACE, "--hub", hub.url, "--dir", tmp_path)
    first = dao(*line, "--json")
    (id_,) = hub.proposals

    document = first.document
    assert (0, SPACE, "127.0.0.1", ["A_COMPLETE"]) == (
        first.status, document["space"], document["hub"], document["assumed"],
    )  # fmt: skip
    assert (tmp_path / "follow" / "club.eth.sqlite").is_file()
    (row,) = document["proposals"]
    assert ("active", "signed", "unseen", 3) == (row["state"], row["text"], row["at_close"], row["votes"])
    assert document["new"] == document["size"] == 12

    cast(hub, id_, 0, 2, 1.5, BEGAN + 200)
    del hub.votes[id_][0]
    hub.proposals[id_]["title"] = "Another"
    second = dao(*line)
    assert "The hub changed 0x" in second.out
    assert "title" in second.out
    assert "later one of the same voter stands: 1." in " ".join(second.out.split())
    assert "A_COMPLETE" in second.out

    hub.proposals.clear()
    third = dao(*line, "--json")
    assert [{"id": id_, "what": "vanished"}] == third.document["marks"]
    assert "vanished" == third.document["proposals"][0]["state"]


def test_a_round_that_was_cut_off_goes_on(dao: Dao, hub: HubDouble, tmp_path: Path) -> None:
    """The same list and root as of a round that was not; and a title can do nothing to a terminal."""
    whole = dao("sync", "--space", SPACE, "--hub", hub.url, "--dir", tmp_path / "a", "--json").document
    hub.change = lambda name, rows, _: (500, b"", {}) if name == "messages" else rows
    line = ("sync", "--space", SPACE, "--hub", hub.url, "--dir", tmp_path / "b")
    broken = dao(*line, "--json")
    assert (2, "E_HUB_ANSWER") == (broken.status, broken.document["error"]["code"])
    hub.change = lambda _name, rows, _: rows

    rest = dao(*line, "--json").document
    assert (whole["size"], whole["root"]) == (rest["size"], rest["root"])
    assert "\x1b" not in dao(*line).out


def test_without_a_space(dao: Dao, tmp_path: Path) -> None:
    """A folder that is no workspace has no space of its own."""
    assert (64, True) == ((told := dao("sync", "--dir", tmp_path)).status, "--space" in told.err)
    assert [] == list(tmp_path.iterdir())
