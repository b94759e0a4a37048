"""`dao history`: a followed space as documents and records, and each gap of what can be proved. The hub is a double."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dao.cli.votes import history, sync
from governance.clients import snapshot
from governance.clients.snapshot import Hub
from governance.commitment import write_commitment
from governance.messages import check_signature, read_envelope
from tests.dao.cli.conftest import Outcome
from tests.governance.counting.test_snapshot_js import FOLDER, need_snapshot_js
from tests.governance.test_commitment import COMMITMENT
from tests.hub_double import HubDouble, cast, propose, serving

Dao = Callable[..., Outcome]
SPACE = "club.eth"
BEGAN = 1_700_000_000
DAY = 86_400
ALWAYS = ["complete", "powers", "rules", "block"]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubDouble]:
    """Two proposals with votes, the second of an IIP, and one that is not over."""
    monkeypatch.setattr(snapshot, "PACE", (10_000, 1))
    monkeypatch.setattr(snapshot, "PAUSES", ())
    monkeypatch.delenv("SNAPSHOT_API_KEY", raising=False)
    double = HubDouble(spaces={SPACE: {"id": SPACE}})
    propose(double, SPACE, 1, BEGAN, title="[A](http://evil) <b>")
    propose(double, SPACE, 2, BEGAN + 60, body="# Zweite\n\nSeite — 好", plugins=write_commitment(COMMITMENT))
    propose(double, SPACE, 3, BEGAN + 3 * DAY)
    for number in range(4):
        for id_, choice in zip(double.proposals, (1 + number % 2, 2), strict=False):
            cast(double, id_, number, choice, 1.5 + number, BEGAN + 100 + number)
    with serving(double):
        yield double


def look(dao: Dao, hub: HubDouble, folder: Path, now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync.time, "time", lambda: now)
    assert 0 == dao("sync", "--space", SPACE, "--hub", hub.url, "--dir", folder).status


def end(hub: HubDouble) -> None:
    """Publish what the votes give."""
    for id_, row in hub.proposals.items():
        votes = hub.votes.get(id_, [])
        scores = [sum(vote["vp"] for vote in votes if vote["choice"] == option) for option in (1, 2)]
        row |= {"scores": scores, "scores_total": sum(scores), "votes": len(votes), "scores_state": "final"}


def gaps(row: dict[str, list[dict[str, str]]]) -> list[str]:
    return [gap["what"] for gap in row["gaps"]]


def test_everything_that_can_be_proved(
    dao: Dao, hub: HubDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at before the start and after the end: texts and votes as they were signed, which Snapshot's own code
    confirms, an exact count, and no gap but those that every vote at a hub has.
    """
    look(dao, hub, tmp_path, BEGAN - 9, monkeypatch)
    end(hub)
    look(dao, hub, tmp_path, BEGAN + 2 * DAY, monkeypatch)
    told = dao("history", tmp_path / "out", "--space", SPACE, "--dir", tmp_path, "--json")

    rows = told.document["proposals"]
    assert (0, 2, ["A_COMPLETE"]) == (told.status, len(rows), told.document["assumed"])
    assert [ALWAYS, ALWAYS] == list(map(gaps, rows))
    assert [{"signed": 4}, {"signed": 4}] == [row["signatures"] for row in rows]
    counted = [row["counted"] for row in rows]
    assert [(["5", "7"], [2], True), (["0", "12"], [2], True)] == [
        (count["scores"], count["winners"], count["published_ok"]) for count in counted
    ]

    folders = sorted(path for path in (tmp_path / "out").iterdir() if path.is_dir())
    lines = []
    for row, folder in zip(rows, folders, strict=True):
        proposal = (folder / "proposal.json").read_bytes()
        envelope = read_envelope(proposal)
        check_signature(envelope)
        assert row["id"] == "0x" + envelope.id.hex()
        assert envelope.message["body"] == (folder / "text.md").read_text("utf-8")
        votes = (folder / "votes.jsonl").read_bytes().splitlines()
        assert [vote["id"] for vote in hub.votes[row["id"]]] == ["0x" + read_envelope(vote).id.hex() for vote in votes]
        lines += [proposal, *votes]
        assert row == json.loads((folder / "record.json").read_text("utf-8"))
    need_snapshot_js()
    done = subprocess.run(
        ["node", str(FOLDER / "verify.mjs")], input=b"\n".join(lines) + b"\n", capture_output=True, check=True
    )
    assert [True] * 10 == [json.loads(line)["signed"] for line in done.stdout.splitlines()]


def verified(dao: Dao, folder: Path, number: int, *more: object) -> Outcome:
    (record,) = folder.glob(f"{number:04}-*/record.car")
    return dao("verify", record, *more)


def test_each_proposal_has_a_record(dao: Dao, hub: HubDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`dao verify` accepts it without workspace or network, and says what it assumes; a trust file accepts some of
    that, and an anchor of a journal is refused.
    """
    look(dao, hub, tmp_path, BEGAN - 9, monkeypatch)
    end(hub)
    look(dao, hub, tmp_path, BEGAN + 2 * DAY, monkeypatch)
    told = dao("history", tmp_path / "out", "--space", SPACE, "--dir", tmp_path, "--json").document
    monkeypatch.setattr(Hub, "ask", None)

    found = verified(dao, tmp_path / "out", 1, "--json")
    document = found.document
    assert (0, True, told["proposals"][0]["id"]) == (found.status, document["ok"], document["proposal"])
    assert ["A_SETTINGS", "A_BLOCK", "A_POWER", "A_COMPLETE", "A_TIME"] == document["assumed"]
    assert (told["root"], ["5", "7"], [2], "rejected") == (
        document["root"], document["scores"], document["winners"], document["verdict"],
    )  # fmt: skip
    assert {"ok": True, "status": 0, "assumed": document["assumed"], "failed": []} == told["proposals"][0]["verify"]
    assert [number for number in (20, 30, 41) if check(document, number) != (True, "")] == []
    assert (None, "NOT_DUE") == check(document, 61)
    assert (None, []) == (document["iip"], document["lifecycle"])
    bound = verified(dao, tmp_path / "out", 2, "--json").document
    assert (COMMITMENT.iip, ["open_vote", "ended"]) == (bound["iip"], [row["event"] for row in bound["lifecycle"]])

    (record,) = (tmp_path / "out").glob("0001-*/record.car")
    assert "Scores: Against 7, For 5" in dao("explain", record).out
    page = " ".join(verified(dao, tmp_path / "out", 1).out.split())
    assert "voted at 127.0.0.1; 4 votes. Counted exactly, Against wins with a total of 12." in page
    assert "A_POWER Every voter's power was what the hub says." in page

    trust = tmp_path / "trust.json"
    trust.write_text('{"accept": ["A_COMPLETE", "A_TIME"]}')
    assert ["A_SETTINGS", "A_BLOCK", "A_POWER"] == verified(
        dao, tmp_path / "out", 2, "--trust", trust, "--json"
    ).document["assumed"]
    trust.write_text(json.dumps({"journal_key": "00" * 32}))
    refused = verified(dao, tmp_path / "out", 2, "--trust", trust, "--json")
    assert (1, (False, "E_SPLIT_VIEW")) == (refused.status, check(refused.document, 90))


def check(document: Any, number: int) -> tuple[bool | None, str]:
    (row,) = (row for row in document["checks"] if row["number"] == number)
    return row["ok"], row["code"]


def test_every_gap_is_named(dao: Dao, hub: HubDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looked before the start; a text was changed, votes lost their signatures or changed, one vanished, and a
    score is wrong. What is kept of the text is what was signed.
    """
    first, second, _ = hub.proposals
    look(dao, hub, tmp_path, BEGAN + 9_000, monkeypatch)
    end(hub)
    hub.proposals[first]["body"] += " edited"
    hub.votes[second][0]["choice"] = 1
    del hub.votes[second][1]
    hub.proposals[second]["scores"] = [9, 0]
    look(dao, hub, tmp_path, BEGAN + 2 * DAY, monkeypatch)
    told = dao("history", tmp_path / "out", "--space", SPACE, "--dir", tmp_path, "--json").document

    changed, other = told["proposals"]
    assert [*ALWAYS, "text_changed", "start", "close"] == gaps(changed)
    assert [*ALWAYS, "start", "votes_unknown", "vanished", "published"] == gaps(other)
    assert [(1, [20]), (1, [30, 32])] == [
        (row["verify"]["status"], [check["number"] for check in row["verify"]["failed"]]) for row in told["proposals"]
    ]
    refused, unproved = (verified(dao, tmp_path / "out", number) for number in (1, 2))
    assert (1, True) == (refused.status, "E_REVISION: The hub changed the proposal" in " ".join(refused.out.split()))
    (record,) = (tmp_path / "out").glob("0001-*/record.car")
    assert (1, True) == ((told_again := dao("explain", record)).status, "E_REVISION" in told_again.out)
    assert "E_HUB_VOTES: The hub says that there are 4 votes and serves 3" in " ".join(unproved.out.split())
    text = next((tmp_path / "out").glob("0001-*")) / "text.md"
    assert "edited" not in text.read_text("utf-8")
    report = (tmp_path / "out" / "completeness.md").read_text("utf-8")
    assert "A_COMPLETE" in report
    assert "changed the text after its author had signed it" in report
    assert "[A](http" not in report
    assert "<b>" not in report


def test_what_cannot_be_written(dao: Dao, hub: HubDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A space that nobody followed, a folder that is there, and a disk that refuses: nothing is left."""
    assert "E_FOLLOW" == dao("history", tmp_path / "out", "--space", "x.eth", "--dir", tmp_path, "--json").document[
        "error"
    ]["code"]  # fmt: skip
    look(dao, hub, tmp_path, BEGAN + 2 * DAY, monkeypatch)
    line = ("history", tmp_path / "out", "--space", SPACE, "--dir", tmp_path, "--json")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(history, "_dump", full)
        refused = dao(*line)
    assert (1, "E_IO_WRITE") == (refused.status, refused.document["error"]["code"])
    assert ["follow"] == [path.name for path in tmp_path.iterdir()]
    assert 0 == dao(*line).status
    assert (1, "E_IO_EXISTS") == ((again := dao(*line)).status, again.document["error"]["code"])
