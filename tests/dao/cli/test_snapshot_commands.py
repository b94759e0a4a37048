"""`dao snapshot …`: what is sent to Snapshot, byte for byte, and what is not; hub and sequencer are test doubles."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from chain.address import checksum
from chain.signature import sign
from chain.signer import KeySigner
from dao.cli.votes import snapshot_sending, sync
from dao.record.carrier import Publication, write_publication
from governance.admission.sequencer_case import Told
from governance.clients import snapshot
from governance.commitment import write_commitment
from governance.messages import envelope_json, proposal_message, read_envelope, sign_envelope, vote_message
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.guides import follow, page
from tests.governance.test_commitment import COMMITMENT
from tests.hub_double import HubDouble, cast, propose, serving
from tests.sequencer_double import RELAYER, SequencerDouble, sequencing

Dao = Callable[..., Outcome]
SPACE = "club.eth"
NOW = 1_700_000_000
KEY = sha256(b"voter 7").digest()
VOTER = KeySigner(KEY)


@pytest.fixture
def seq(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SequencerDouble]:
    monkeypatch.setattr(snapshot, "PACE", (10_000, 1))
    monkeypatch.setattr(snapshot, "PAUSES", ())
    monkeypatch.setattr(snapshot_sending.time, "time", lambda: NOW + 100.9)
    monkeypatch.delenv("SNAPSHOT_API_KEY", raising=False)
    monkeypatch.setenv("VOTER_KEY", "0x" + KEY.hex())
    monkeypatch.chdir(tmp_path)
    hub = HubDouble(spaces={SPACE: {"id": SPACE, "voting": {"delay": 60, "period": 3_600}, "moderators": []}})
    propose(hub, SPACE, 1, NOW)
    with serving(hub), sequencing(SequencerDouble(hub, NOW + 100)) as double:
        yield double


def ends(seq: SequencerDouble) -> tuple[str, ...]:
    return ("--hub", seq.hub.url, "--sequencer", seq.url, "--relayer", seq.url)


def bound(plugins: str = "{}", **more: Any) -> bytes:
    """A signed proposal by the space's own times."""
    message = proposal_message(
        author=VOTER.address, space=SPACE, timestamp=NOW, title="T", body="B", choices=["For", "Against"],
        start=NOW + 60, end=NOW + 3_660, snapshot=1, plugins=plugins,
    )  # fmt: skip
    return sign_envelope("Proposal", {**message, **more}, VOTER)


def test_a_proposal_is_sent_as_it_was_signed(dao: Dao, seq: SequencerDouble, tmp_path: Path) -> None:
    """The envelope inside what `dao publish --out` wrote, byte for byte; the receipt is kept; a second time nothing."""
    envelope = bound(write_commitment(COMMITMENT))
    file = tmp_path / "iip.json"
    file.write_bytes(write_publication(Publication(envelope, b"text", None)))

    told = dao("snapshot", "send", file, *ends(seq), "--json").document
    assert [envelope] == seq.received
    assert ("sent", RELAYER.lower(), True) == (told["state"], told["relayer"], told["pinned_name_ok"])
    kept = json.loads(Path(told["receipt"]).read_text("utf-8"))
    assert (envelope.decode(), told["id"]) == (kept["envelope"], json.loads(kept["answer"])["id"])

    again = dao("snapshot", "send", file, *ends(seq), "--json")
    assert (0, "already", 1) == (again.status, again.document["state"], len(seq.received))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"start": NOW + 61, "end": NOW + 3_661}, "invalid voting delay"),
        ({"end": NOW + 3_659}, "invalid voting period"),
        ({"privacy": "shutter"}, "not allowed to set privacy"),
        ({"type": "approval", "choices": ["x"] * 21}, "number of choices can not exceed 20"),
    ],
)
def test_what_would_be_refused_is_not_sent(
    dao: Dao, seq: SequencerDouble, tmp_path: Path, more: dict[str, Any], said: str
) -> None:
    """The author hears it from here, in Snapshot's words, and the sequencer hears nothing."""
    (tmp_path / "p.json").write_bytes(bound(**more))
    refused = dao("snapshot", "send", "p.json", *ends(seq))

    assert (1, []) == (refused.status, seq.received)
    assert f"`{said}`" in refused.err.replace("\n", " ")
    assert not (tmp_path / "receipts").exists()


def test_H99_one_executor_a_proposal(dao: Dao, seq: SequencerDouble, tmp_path: Path) -> None:
    """oSnap or SafeSnap never stand beside our block, and a block whose hashes are not its calls' is not sent."""
    call = {"to": "0x" + "22" * 20, "value": "5", "data": "0x"}
    place = {"network": "1", "moduleAddress": "0x" + "33" * 20, "safeAddress": "0x" + "44" * 20}
    osnap = {"safes": [{**place, "transactions": [call]}]}
    ours = json.loads(write_commitment(COMMITMENT))
    for plugins in (
        {**ours, "oSnap": osnap},
        {**ours, "safeSnap": {"safes": [{}]}},
        {"oSnap": osnap, "safeSnap": osnap},
    ):
        (tmp_path / "p.json").write_bytes(bound(json.dumps(plugins)))
        told = dao("snapshot", "send", "p.json", *ends(seq), "--json")
        assert (1, "E_EXECUTOR") == (told.status, told.document["error"]["code"])
    assert [] == seq.received

    (tmp_path / "p.json").write_bytes(bound(json.dumps({"oSnap": osnap})))
    assert "sent" == dao("snapshot", "send", "p.json", *ends(seq), "--json").document["state"]


def test_a_vote_is_signed_and_sent(dao: Dao, seq: SequencerDouble) -> None:
    """On a proposal that is not ours; its id, its receipt, and nobody is asked to sign what would be refused."""
    (id_,) = seq.hub.proposals
    told = dao(
        "snapshot", "vote", id_, "Against", "--reason", "Zu früh", "--key-env", "VOTER_KEY", *ends(seq), "--json"
    )
    sent = read_envelope(seq.received[0])
    assert ("sent", 2, VOTER.address) == (told.document["state"], sent.message["choice"], sent.address)
    assert told.document["id"] == "0x" + sent.id.hex()

    seq.hub.proposals[id_]["end"] = NOW + 50
    late = dao("snapshot", "vote", id_, "1", "--key-env", "VOTER_KEY", *ends(seq))
    assert (1, True, 1) == (late.status, "not in voting window" in late.err, len(seq.received))
    assert 1 == dao("snapshot", "vote", id_, "3", "--key-env", "VOTER_KEY", *ends(seq)).status
    assert 64 == dao("snapshot", "vote", id_, "1", *ends(seq)).status


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("space", {"id": SPACE, "voting": {"delay": "60"}}),
        ("space", ["club.eth"]),
        ("messages", [7]),
        ("messages", {"id": "0x00"}),
        ("messages", [{"id": "0x00"}]),
        ("proposal", {"id": "0x00"}),
        ("votes", {"0": {}}),
        ("votes", [{"id": "0x00", "created": None}]),
    ],
)
def test_a_hub_that_shows_something_else(dao: Dao, seq: SequencerDouble, field: str, shown: Any) -> None:
    """What the hub shows is judged before a rule counts with it: unknown, and nothing is sent or signed."""
    (id_,) = seq.hub.proposals
    asked: list[str] = []

    def change(name: str, rows: Any, number: int) -> Any:
        asked.append(name)
        return shown if name == field and (field != "proposal" or "proposal" in asked[:-1]) else rows

    seq.hub.change = change
    told = dao("snapshot", "vote", id_, "Against", "--key-env", "VOTER_KEY", *ends(seq), "--json")

    assert (2, "E_HUB_PAGE", []) == (told.status, told.document["error"]["code"], seq.received)
    if field == "space":
        (Path("text.md")).write_text("B\n", "utf-8")
        words = ("text.md", "--title", "T", "--space", SPACE, "--snapshot", "1", "--key-env", "VOTER_KEY")
        told = dao("snapshot", "propose", *words, *ends(seq), "--json")
        assert (2, "E_HUB_PAGE") == (told.status, told.document["error"]["code"])


def test_names_of_a_hub_that_are_no_text(dao: Dao, seq: SequencerDouble) -> None:
    """A chain's number in other digits is no number, and half a character is in no message."""
    (id_,) = seq.hub.proposals
    seq.hub.proposals[id_]["network"] = "2\u00b2"
    safe = ("--safe", checksum(b"\x5a" * 20), "--out", "safe.json")
    assert 0 == dao("snapshot", "vote", id_, "1", *safe, *ends(seq)).status

    seq.hub.proposals[id_]["space"]["id"] = "club\ud800"
    told = dao("snapshot", "cancel", id_, "--key-env", "VOTER_KEY", *ends(seq), "--json")
    assert (1, "E_TEXT", []) == (told.status, told.document["error"]["code"], seq.received)


def test_a_safe_votes_through_the_relayer(dao: Dao, seq: SequencerDouble, tmp_path: Path) -> None:
    """Its vote is written unsigned, and sent with the signature `0x` to the relayer, of which no receipt is told."""
    (id_,) = seq.hub.proposals
    safe = checksum(b"\x5a" * 20)
    written = dao("snapshot", "vote", id_, "1", "--safe", safe, "--out", "safe.json", *ends(seq), "--json").document
    envelope = json.loads((tmp_path / "safe.json").read_text("utf-8"))
    assert ("written", "0x", safe) == (written["state"], envelope["sig"], envelope["address"])

    told = dao("snapshot", "send", "safe.json", "--hub", seq.hub.url, "--relayer", seq.url, "--json").document
    assert ("relayed", None, written["id"]) == (told["state"], told["relayer"], told["id"])
    assert [(tmp_path / "safe.json").read_bytes()] == seq.received
    assert "contract_signed" in told["unchecked"]


def test_proposing_and_taking_back(dao: Dao, seq: SequencerDouble, tmp_path: Path) -> None:
    """By the space's own delay and period; only its author or a moderator takes it back."""
    (tmp_path / "text.md").write_text("# Ein Text\n", "utf-8")
    line = (
        "snapshot",
        "propose",
        "text.md",
        "--title",
        "T",
        "--space",
        SPACE,
        "--snapshot",
        7,
        "--key-env",
        "VOTER_KEY",
    )
    rehearsed = dao(*line, *ends(seq), "--dry-run", "--json").document
    assert ("dry_run", []) == (rehearsed["state"], seq.received)
    told = dao(*line, *ends(seq), "--json").document
    message = read_envelope(seq.received[0]).message
    assert (NOW + 160, NOW + 3_760, "{}") == (message["start"], message["end"], message["plugins"])
    assert "sent" == told["state"]

    (foreign,) = seq.hub.proposals
    refused = dao("snapshot", "cancel", foreign, "--key-env", "VOTER_KEY", *ends(seq))
    assert (1, True) == (refused.status, "not authorized to archive proposal" in refused.err)
    seq.hub.spaces[SPACE]["moderators"] = [checksum(VOTER.address)]
    assert 0 == dao("snapshot", "cancel", foreign, "--key-env", "VOTER_KEY", *ends(seq)).status
    assert foreign not in seq.hub.proposals


def lie(**change: Any) -> Callable[[int, dict[str, Any]], tuple[int, Any]]:
    return lambda status, answer: (status, {**answer, **change} if "id" in answer else answer)


FOREIGN = {"address": RELAYER, "receipt": "0x" + sign(bytes(32), KEY).hex()}


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        (lie(id="0x" + "ee" * 32), "E_RECEIPT", 1),
        (lie(relayer=None), "E_RECEIPT", 1),
        (lie(relayer=FOREIGN), "E_RECEIPT", 1),
        (lambda status, answer: (status, answer | {"relayer": "0x" + "11" * 20} if "name" in answer else answer),
         "E_RECEIPT", 1),
        (lambda status, answer: (500, {"error": "server_error"}) if "id" in answer else (status, answer),
         "E_SEQUENCER_ANSWER", 2),
        (lambda status, answer: (425, answer) if "id" in answer else (status, answer), "E_SEQUENCER_ANSWER", 2),
        (lambda status, answer: (status, b"<html>") if "id" in answer else (status, answer), "E_SEQUENCER_ANSWER", 2),
        (lambda status, answer: (status, b" " * (1 << 21)) if "id" in answer else (status, answer),
         "E_SEQUENCER_ANSWER", 2),
    ],
)  # fmt: skip
def test_an_answer_that_proves_nothing(
    dao: Dao, seq: SequencerDouble, tmp_path: Path, change: Callable[..., Any], code: str, status: int
) -> None:
    """A receipt of another message, key or relayer is refused; where it is not known what became of it, that is said,
    and the command that is run again finds the message.
    """
    (tmp_path / "p.json").write_bytes(bound())
    seq.change = change
    told = dao("snapshot", "send", "p.json", *ends(seq), "--json")
    assert (status, code) == (told.status, told.document["error"]["code"])

    seq.change = lambda status, answer: (status, answer)
    assert "already" == dao("snapshot", "send", "p.json", *ends(seq), "--json").document["state"]
    assert 1 == len(seq.received)


def test_what_only_the_sequencer_knows_is_told_in_its_words(dao: Dao, seq: SequencerDouble, tmp_path: Path) -> None:
    """A limit that nobody outside can see; and words of a stranger do nothing to a terminal."""
    (tmp_path / "p.json").write_bytes(bound())
    seq.told = Told(space_full=True)
    refused = dao("snapshot", "send", "p.json", *ends(seq))
    assert (1, True) == (refused.status, "proposal limit reached" in refused.err)

    seq.change = lambda status, answer: (
        (status, answer) if status == 200 else (400, answer | {"error_description": "\x1b[2J no"})
    )
    assert "\x1b" not in dao("snapshot", "send", "p.json", *ends(seq)).err


def test_what_is_not_sent(dao: Dao, seq: SequencerDouble, tmp_path: Path) -> None:
    """Messages that are no proposal, vote or cancellation; what is no envelope; an address without encryption."""
    follow = {"from": checksum(VOTER.address), "network": "1", "space": SPACE, "timestamp": NOW}
    (tmp_path / "f.json").write_bytes(sign_envelope("Follow", follow, VOTER))
    (tmp_path / "n.json").write_text("{}")
    (tmp_path / "p.json").write_bytes(bound())
    assert "E_SEQUENCER" == dao("snapshot", "send", "f.json", *ends(seq), "--json").document["error"]["code"]
    assert "E_ENVELOPE" == dao("snapshot", "send", "n.json", *ends(seq), "--json").document["error"]["code"]
    plain = dao("snapshot", "send", "p.json", "--hub", seq.hub.url, "--sequencer", "http://seq.example", "--json")
    assert (2, "E_SEQUENCER_ANSWER", []) == (plain.status, plain.document["error"]["code"], seq.received)


def test_an_older_vote_does_not_win(dao: Dao, seq: SequencerDouble, tmp_path: Path) -> None:
    """Of two votes of one voter Snapshot takes the later; one that was signed before is not sent."""
    (id_,) = seq.hub.proposals
    cast(seq.hub, id_, 7, 1, 1.0, NOW + 50)
    message = vote_message(
        voter=VOTER.address, space=SPACE, proposal=bytes.fromhex(id_[2:]), choice=2, timestamp=NOW + 40
    )
    (tmp_path / "v.json").write_bytes(sign_envelope("Vote", message, VOTER))
    refused = dao("snapshot", "send", "v.json", *ends(seq))
    assert (1, True, []) == (refused.status, "already voted at later time" in refused.err, seq.received)
    assert envelope_json("Vote", message, VOTER.address, b"")


def test_the_guide(dao: Dao, seq: SequencerDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of the page ends as it says and shows what it says."""
    (open_one,) = seq.hub.proposals
    ended = propose(seq.hub, SPACE, 2, NOW - 90_000)
    for number in range(2):
        cast(seq.hub, open_one, number, 1, 1.0, NOW + number)
        cast(seq.hub, ended, number, 1, 1.5, NOW - 80_000 + number)
    final = {"scores": [3, 0], "scores_total": 3, "votes": 2, "scores_state": "final", "state": "closed"}
    seq.hub.proposals[ended] |= final
    monkeypatch.setattr(sync, "URL", seq.hub.url)
    monkeypatch.setattr(snapshot, "URL", seq.hub.url)
    monkeypatch.setattr(snapshot_sending.seq, "URL", seq.url)
    (tmp_path / "text.md").write_text("# Ein Text\n", "utf-8")

    follow(dao, page("follow-and-publish"), facts={"PROPOSAL": open_one, "ENDED": ended})

    assert 2 == len(seq.received)
    assert [ended] == [
        row["id"] for row in json.loads((tmp_path / "past" / "index.json").read_text("utf-8"))["proposals"]
    ]
