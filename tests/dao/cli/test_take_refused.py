"""What `dao take` refuses: each by its code, with nothing kept but the bytes and the reason in the quarantine."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chain import dag_cbor
from chain.clients import contract_ask
from chain.safe_json import read_safe_tx
from chain.signer import KeySigner
from dao.cli.start.demo import cast
from dao.cli.workspace import take
from governance.messages import current_type, sign_envelope, vote_message
from tests.dao.cli import people, steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.people import People, exported, nothing_kept
from tests.dao.workflow.contract_voters import wrapped
from treasury.confirmations import sign_safe_tx

Dao = Callable[..., Outcome]
Change = Callable[[dict[str, Any]], object]


class Honest(NamedTuple):
    """One file of every kind, as JSON values, and the workspaces where they would be taken."""

    three: People
    publication: dict[str, Any]
    vote: dict[str, Any]
    report: dict[str, Any]
    confirmation: dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A writer's workspace to copy."""
    return steps_workspace.build(tmp_path_factory.mktemp("refused") / "workspace")


@pytest.fixture
def honest(dao: Dao, made: Path, tmp_path: Path) -> Honest:
    """Files that would all be taken."""
    return honest_files(dao, made, tmp_path)


def honest_files(dao: Dao, made: Path, tmp_path: Path) -> Honest:
    """Settle three people around a copy of the workspace, and let them sign."""
    three = people.settle(dao, made, tmp_path)
    three.carry()
    document = three.ann / "iips" / "iip-3.md"
    document.write_bytes((three.ben / "iips" / "iip-2.md").read_bytes().replace(b"iip: 2\n", b"iip: 3\n"))
    report = ("--file", three.ben / "iips" / "iip-1.md", "--key", "nora")
    files = [
        three.signed("publication.json", "publish", document, "--key", "dora"),
        three.signed("vote.json", "vote", "cast", "IIP-2", "For", "--key", "eve"),
        three.signed("report.json", "milestone", "report", "IIP-1/2", *report),
        three.signed("confirmation.json", "sign", "IIP-1/1", "--key", "ann"),
    ]
    return Honest(three, *(json.loads(file.read_text("utf-8")) for file in files))


def flipped(text: str) -> str:
    """A hex text with its tenth byte changed by one bit."""
    return text[:20] + ("0" if text[20] != "0" else "1") + text[21:]


def envelope_of(carrier: dict[str, Any], change: Change) -> None:
    """Change the envelope inside a carrier, as somebody on the way would."""
    envelope = json.loads(carrier["envelope"])
    change(envelope)
    carrier["envelope"] = json.dumps(envelope)


def of_another_space(carrier: dict[str, Any]) -> None:
    """Sign the proposal again for another space, with the author's own key."""
    message = json.loads(carrier["envelope"])["data"]["message"]
    carrier["envelope"] = sign_envelope("Proposal", {**message, "space": "4f.devnet"}, cast.signer("dora")).decode()


def by_a_stranger(carrier: dict[str, Any]) -> None:
    """Somebody else publishes the very same text."""
    message = json.loads(carrier["envelope"])["data"]["message"]
    signer = cast.signer("eve")
    message["from"] = json.loads(sign_envelope("Vote", vote_of(signer), signer))["address"]
    carrier["envelope"] = sign_envelope("Proposal", message, signer).decode()


def vote_of(signer: KeySigner, **members: Any) -> dict[str, object]:
    """A vote with some members changed, for a proposal that nobody knows unless it is named."""
    vote = {"space": cast.SPACE, "proposal": bytes(32), "choice": 1, "timestamp": 1, **members}
    return vote_message(voter=signer.address, **vote)


def swap(field: str, data: bytes) -> Change:
    """Put other bytes into a carrier's file."""
    return lambda carrier: carrier["files"].update({field: base64.b64encode(data).decode()})


def one_byte_off(field: str) -> Change:
    """Change the last byte of a carrier's file."""

    def change(carrier: dict[str, Any]) -> None:
        data = base64.b64decode(carrier["files"][field])
        swap(field, data[:-1] + bytes([data[-1] ^ 1]))(carrier)

    return change


def resigned_vote(**members: Any) -> Change:
    """Sign a vote again with some members changed."""

    def change(envelope: dict[str, Any]) -> None:
        message = {**envelope["data"]["message"], **members}
        assert current_type("Vote", message)
        envelope.update(json.loads(sign_envelope("Vote", message, cast.signer("eve"))))

    return change


def confirmed_by(signer: KeySigner, owner: str = "") -> Change:
    """Put somebody's confirmation into a Safe transaction's file, under his own name or an owner's."""

    def change(tx: dict[str, Any]) -> None:
        made = sign_safe_tx(read_safe_tx(tx, 20_200_903, "1.4.1"), signer)
        named = json.loads(sign_envelope("Vote", vote_of(signer), signer))["address"]
        tx["confirmations"] = [{"owner": owner or named, "signature": "0x" + made.signature.hex()}]

    return change


def to_another(tx: dict[str, Any]) -> None:
    """Pay somebody else, and state the hash of that."""
    tx["to"] = "0xEbb2EbB5f64C277f58ba08d4E53217B9D6F88472"
    del tx["safeTxHash"]


def twice(tx: dict[str, Any]) -> None:
    tx["confirmations"] *= 2


class Bad(NamedTuple):
    """Something that is offered, and the code that refuses it."""

    told: str
    kind: str
    change: Change
    code: str


EMPTY_PARTS = dag_cbor.encode({"v": 1, "kind": "parts", "parts": []})

BAD = (
    Bad("a vote for another space", "vote", resigned_vote(space="4f.devnet"), "E_SPACE"),
    Bad("a vote on an unknown proposal", "vote", resigned_vote(proposal="0x" + "ab" * 32), "E_PROPOSAL"),
    Bad("a vote from an hour ahead", "vote", resigned_vote(timestamp=1_768_190_480), "E_WINDOW"),
    Bad("a vote for a fourth choice", "vote", resigned_vote(choice=4), "E_CHOICE"),
    Bad("a vote whose choice was changed", "vote", lambda v: v["data"]["message"].update(choice=2), "E_SIG_SIGNER"),
    Bad("a vote whose signature is one byte off", "vote", lambda v: v.update(sig=flipped(v["sig"])), "E_SIG_"),
    Bad("a vote in another domain", "vote", lambda v: v["data"]["domain"].update(version="0.1.5"), "E_DOMAIN"),
    Bad("a vote with one more member", "vote", lambda v: v.update(note="mine"), "E_ENVELOPE"),
    Bad("a document one byte off", "publication", one_byte_off("document"), "E_REVISION"),
    Bad("parts one byte off", "publication", one_byte_off("parts"), "E_REVISION"),
    Bad("no parts", "publication", swap("parts", EMPTY_PARTS), "E_REVISION"),
    Bad("another document", "publication", swap("document", b"# Mine"), "E_REVISION"),
    Bad("a proposal for another space", "publication", of_another_space, "E_SPACE"),
    Bad("a proposal by a stranger", "publication", by_a_stranger, "E_THRESHOLD"),
    Bad(
        "a proposal whose end was moved", "publication",
        lambda c: envelope_of(c, lambda e: e["data"]["message"].update(end=1_999_999_999)), "E_SIG_SIGNER",
    ),
    Bad(
        "a proposal whose signature is one byte off", "publication",
        lambda c: envelope_of(c, lambda e: e.update(sig=flipped(e["sig"]))), "E_SIG_",
    ),
    Bad("another report under the same signature", "report", swap("evidence", b"# All done"), "E_MILESTONE"),
    Bad("no report under the signature", "report", lambda c: c["files"].update(evidence=None), "E_MILESTONE"),
    Bad(
        "a report on another part", "report",
        lambda c: envelope_of(c, lambda e: e["data"]["message"].update(part=1)), "E_SIG_SIGNER",
    ),
    Bad(
        "a report on an unknown proposal", "report",
        lambda c: envelope_of(c, lambda e: e["data"]["message"].update(proposal="0x" + "ab" * 32)), "E_PROPOSAL",
    ),
    Bad("a Safe transaction of another chain", "confirmation", lambda t: t.update(chainId=1), "E_SAFE_CONFIG"),
    Bad("a transaction of another Safe", "confirmation",
        lambda t: t.update(safe="0xEbb2EbB5f64C277f58ba08d4E53217B9D6F88472"), "E_NO_VOTE"),
    Bad("a value one wei off", "confirmation", lambda t: t.update(value="1"), "E_HASH_MISMATCH"),
    Bad("another payee", "confirmation", to_another, "E_NO_VOTE"),
    Bad("a confirmation by a stranger", "confirmation", confirmed_by(cast.signer("eve")), "E_SAFE_SIGS"),
    Bad("a stranger's in an owner's name", "confirmation",
        confirmed_by(cast.signer("eve"), "0x2f382B50A0D4bCcCcade73935dA41d98a2baee37"), "E_SAFE_SIGS"),
    Bad("an owner twice", "confirmation", twice, "E_SAFE_SIGS"),
    Bad("a signature one byte off", "confirmation",
        lambda t: t["confirmations"][0].update(signature=flipped(t["confirmations"][0]["signature"])), "E_SAFE_SIGS"),
    Bad("a carrier of a later version", "report", lambda c: c["mutualDao"].update(version=2), "E_VERSION"),
    Bad("a carrier of version true", "report", lambda c: c["mutualDao"].update(version=True), "E_VERSION"),
    Bad("a carrier of another kind", "report", lambda c: c["mutualDao"].update(kind="settings"), "E_VERSION"),
    Bad("a carrier with anchors of its own", "report", lambda c: c.update(journal_key="11" * 32), "E_VERSION"),
    Bad("a name that leads out", "report", lambda c: c["files"].update({"../../dao.toml": "bWluZQ=="}), "E_VERSION"),
    Bad("a carrier without its files", "report", lambda c: c.pop("files"), "E_CARRIER"),
    Bad("base64 with blanks", "report", lambda c: c["files"].update(evidence="bWlu ZQ=="), "E_CARRIER"),
    Bad("base64 with spare bits", "report", lambda c: c["files"].update(evidence="bWluZR=="), "E_CARRIER"),
    Bad("an envelope that is no text", "report", lambda c: c.update(envelope={}), "E_CARRIER"),
    Bad("a proposal without its document", "publication", lambda c: c.update(alone=1), "E_VERSION"),
    Bad("something else", "vote", lambda v: (v.clear(), v.update(hello="world")), "E_CARRIER"),
)  # fmt: skip


def offer(honest: Honest, data: bytes) -> tuple[dict[str, Any], int]:
    """Take some bytes, and find nothing kept but the bytes themselves."""
    three = honest.three
    file = three.inbox / "offered.json"
    file.write_bytes(data)
    with nothing_kept(three.ben):
        outcome = three.dao("take", file, "--dir", three.ben, "--json")
    (row,) = outcome.document["files"]
    assert ("refused", [], None) == (row["state"], row["leaves"], row["of"])
    assert [] == [path for path in three.inbox.rglob("*") if path.name == "dao.toml" and b"mine" in path.read_bytes()]
    return row, outcome.status


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.told)
def test_what_is_not_as_it_was_signed_is_refused(honest: Honest, bad: Bad) -> None:
    """By its code, with its bytes and the reason put aside, and nothing else anywhere."""
    value = getattr(honest, bad.kind)
    bad.change(value)
    data = json.dumps(value).encode()

    row, status = offer(honest, data)

    assert row["code"].startswith(bad.code), row["message"]
    assert 1 == status
    aside = Path(row["quarantine"])
    assert data == aside.read_bytes()
    assert row["code"] == json.loads(aside.with_suffix(".json").read_text())["code"]
    assert 0o600 == aside.stat().st_mode & 0o777


def test_a_file_cut_anywhere_is_refused(honest: Honest) -> None:
    """Whatever the mail left of it."""
    for value in (honest.publication, honest.vote, honest.report, honest.confirmation):
        whole = json.dumps(value).encode()
        for size in (0, 1, len(whole) // 2, len(whole) - 1):
            row, status = offer(honest, whole[:size])
            assert (1, "E_PARSE") == (status, row["code"]), size


def test_other_files_are_told_by_name(honest: Honest) -> None:
    """An export, a proposal alone, a message that is nobody's business here, noise."""
    envelope = json.loads(honest.publication["envelope"])
    for data, code in (
        (exported(honest.three.ben), "E_CARRIER"),
        (json.dumps(envelope).encode(), "E_CARRIER"),
        (json.dumps({**envelope, "data": {**envelope["data"], "types": {}}}).encode(), "E_TYPES"),
        (b"\xff\xfe", "E_TEXT"),
        (b"[]", "E_CARRIER"),
        (b"null", "E_CARRIER"),
        (b'{"safe": 1, "to": 2, "nonce": 3}', "E_ADDRESS"),
        (b"[" * 100_000, "E_LIMIT"),
    ):
        row, status = offer(honest, data)
        assert (1, code) == (status, row["code"]), row["message"]


def test_a_confirmation_before_the_timelock_is_refused(honest: Honest) -> None:
    """The review of `dao sign` is the review of a file: here that of a transaction that is paid already."""
    three = honest.three
    for name in ("ann", "ben"):
        assert 0 == three.dao("sign", "IIP-1/1", "--key", name, "--dir", three.ben).status
    assert 0 == three.dao("execute", "IIP-1/1", "--key", "ben", "--dir", three.ben).status
    cho = honest.confirmation
    confirmed_by(cast.signer("cho"))(cho)

    row, status = offer(honest, json.dumps(cho).encode())

    assert (1, "E_ALREADY") == (status, row["code"])


def test_a_publication_is_taken_within_the_hour(honest: Honest) -> None:
    """Then its vote would open before anybody could read it."""
    honest.three.dao("devnet", "wait", "61m", "--dir", honest.three.ben)

    row, status = offer(honest, json.dumps(honest.publication).encode())

    assert (1, "E_TIME") == (status, row["code"]), row["message"]


def test_what_cannot_be_checked_is_not_put_aside(honest: Honest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that gives a contract too little gas says nothing against its file: exit status 2, and it may be taken
    another time.
    """
    monkeypatch.setattr(contract_ask, "unpack", lambda _: None)
    unsaid = wrapped(cast.address("dora"), b"", b"\x01" * 65)
    row, status = offer(honest, json.dumps({**honest.vote, "sig": "0x" + unsaid.hex()}).encode())

    assert (2, "E_1271_LIMIT", None) == (status, row["code"], row["quarantine"])
    assert not (honest.three.ben / "quarantine").exists()


def test_signature_on_chain_of_an_account_without_code(honest: Honest) -> None:
    """Where no contract stands, none has signed."""
    row, status = offer(honest, json.dumps({**honest.vote, "sig": "0x"}).encode())

    assert (1, "E_1271_INVALID") == (status, row["code"])


def test_too_much_is_not_read(honest: Honest) -> None:
    """Four MiB hold every file that there is."""
    file = honest.three.inbox / "large.json"
    file.write_bytes(b" " * (5 << 20))

    outcome = honest.three.dao("take", file, "--dir", honest.three.ben, "--json")

    assert (2, "E_IO_READ") == (outcome.status, outcome.document["files"][0]["code"])


def test_too_much_at_once_is_not_taken(honest: Honest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All files of a call are read before the first is taken; so there is an end to what one call may hold."""
    three = honest.three
    for field, limit, code in (("TOTAL_MAX", 1_000, 64), ("FILES_MAX", 1, 64)):
        monkeypatch.setattr(take, field, limit)
        with nothing_kept(three.ben):
            named = (three.inbox / "vote.json", three.inbox / "report.json")
            assert code == three.dao("take", *named, "--dir", three.ben).status
        monkeypatch.undo()


def test_a_workspace_is_no_folder_of_signed_files(honest: Honest) -> None:
    """Its journal and its chain are not read as if they were, and nothing goes into the quarantine."""
    three = honest.three
    with nothing_kept(three.ben):
        answers = [three.dao("take", folder, "--dir", three.ben) for folder in (three.ben, three.ann)]

    assert [64, 64] == [answer.status for answer in answers]
    assert all("is a workspace, not a folder of signed files" in answer.err for answer in answers)
    assert not list((three.ben / "quarantine").glob("*"))


def test_one_bad_file_does_not_keep_the_others_out(honest: Honest) -> None:
    """Each is taken or refused by itself, and the exit status tells that something was refused."""
    three = honest.three
    bad = three.inbox / "bad.json"
    bad.write_text("{}")

    outcome = three.dao("take", bad, three.inbox / "vote.json", three.inbox / "report.json", "--dir", three.ben)

    assert 1 == outcome.status
    assert "2 taken, 0 already there, 1 refused." in outcome.out
    assert "vote of IIP-2: leaf 2" in outcome.out


def test_H101_a_workspace_of_another_dao_takes_nothing(honest: Honest) -> None:
    """The anchors of dao.toml are compared before anything is read; no file can change them."""
    three = honest.three
    config = three.ben / "dao.toml"
    config.write_text(config.read_text("utf-8").replace('space = "3f.devnet"', 'space = "4f.devnet"'), "utf-8")

    with nothing_kept(three.ben):
        outcome = three.dao("take", three.inbox / "vote.json", "--dir", three.ben, "--json")

    assert (1, "E_SPLIT_VIEW") == (outcome.status, outcome.document["error"]["code"])


def test_the_quarantine_is_full_some_day(honest: Honest) -> None:
    """Then nothing more is put in, and nothing is thrown out; the refusal itself is told all the same."""
    three = honest.three
    inbox = three.inbox / "spam"
    inbox.mkdir()
    for n in range(120):
        (inbox / f"{n}.json").write_text(json.dumps({"spam": n}))

    rows = three.dao("take", inbox, "--dir", three.ben, "--json").document["files"]

    assert {"refused"} == {row["state"] for row in rows}
    assert 100 == sum(1 for row in rows if row["quarantine"])
    assert 200 == len(list((three.ben / "quarantine").iterdir()))
