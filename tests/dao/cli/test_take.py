"""`dao take`: what came as a file enters the journal by the road that it would have taken here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dao.cli.start.demo import cast
from dao.store.journal import Journal
from governance.settings_draft import write_draft
from tests.dao.cli import people, steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.people import People, nothing_kept

Dao = Callable[..., Outcome]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A writer's workspace to copy."""
    return steps_workspace.build(tmp_path_factory.mktemp("take") / "workspace")


@pytest.fixture
def three(dao: Dao, made: Path, tmp_path: Path) -> People:
    """Three workspaces, of which two have followed."""
    three = people.settle(dao, made, tmp_path)
    three.carry()
    return three


def report(three: People) -> Path:
    return three.ben / "iips" / "iip-1.md"


def everything(three: People) -> dict[str, Path]:
    """One file of every kind, each signed where the journal is not written, in an order of names that helps nobody."""
    document = three.ann / "iips" / "iip-3.md"
    document.write_bytes((three.ben / "iips" / "iip-2.md").read_bytes().replace(b"iip: 2\n", b"iip: 3\n"))
    return {
        "publication": three.signed("z.json", "publish", document, "--key", "dora"),
        "vote": three.signed("y.json", "vote", "cast", "IIP-2", "For", "--key", "eve"),
        "report": three.signed("x.json", "milestone", "report", "IIP-1/2", "--file", report(three), "--key", "nora"),
        "confirmation": three.signed("a.json", "sign", "IIP-1/1", "--key", "ann"),
    }


def kinds(folder: Path, first: int = 0) -> list[str]:
    with Journal(folder / "journal.sqlite") as journal:
        return [leaf.kind for leaf in journal.leaves[first:]]


def states(answer: Any) -> dict[str, str]:
    return {row["kind"]: row["state"] for row in answer["files"]}


def test_every_kind_is_taken_once(three: People) -> None:
    """In the order of their dependence, with their receipts; a second time nothing is changed, and that is no error."""
    files, before = everything(three), len(kinds(three.ben))

    first = three.take(*files.values())
    with nothing_kept(three.ben):
        again = three.dao("take", *files.values(), "--dir", three.ben, "--json")

    assert dict.fromkeys(files, "taken") == states(first)
    assert ["IIP-3", "IIP-2", "IIP-1/2", "IIP-1/1"] == [row["of"] for row in first["files"]]
    assert (0, dict.fromkeys(files, "already")) == (again.status, states(again.document))
    assert [row["leaves"] for row in first["files"]] == [row["leaves"] for row in again.document["files"]]
    new = kinds(three.ben, before)
    assert ["document", "transition", "transition", "parts", "proposal", "entry", "vote", "act", "confirmation"] == new


def test_a_follower_takes_no_facts(three: People) -> None:
    """There is one writer; the refusal says how to go on, and nothing is signed, kept or sent."""
    files = everything(three)
    step = ("--key", "ann", "--dir", three.ann)
    with nothing_kept(three.ann):
        for words in (
            ("take", *files.values(), "--dir", three.ann),
            ("publish", three.ann / "iips" / "iip-3.md", "--key", "dora", "--dir", three.ann),
            ("vote", "cast", "IIP-2", "For", "--key", "eve", "--dir", three.ann),
            ("sign", "IIP-1/1", *step),
            ("execute", "IIP-1/1", *step),
            ("queue", "IIP-1/2", "--dir", three.ann),
            ("cancel", "IIP-2", "--key", "dora", "--dir", three.ann),
            ("submit", three.ann / "iips" / "iip-3.md", "--key", "dora", "--dir", three.ann),
            ("withdraw", "IIP-2", "--reason", "No", "--key", "dora", "--dir", three.ann),
            ("milestone", "report", "IIP-1/2", "--file", report(three), "--key", "nora", "--dir", three.ann),
        ):
            outcome = three.dao(*words)
            assert (1, "") == (outcome.status, outcome.out), words
            assert "[E_WRITER]" in outcome.err, outcome.err
            assert "--out FILE" in outcome.err


def test_out_takes_nothing_where_it_is_signed(three: People) -> None:
    """Also in the writer's own workspace; and what would be refused there is refused before there is a file."""
    with nothing_kept(three.ben):
        signed = three.signed("v.json", "vote", "cast", "IIP-2", "For", "--key", "eve", folder=three.ben)
        refused = three.dao("vote", "cast", "IIP-2", "For", "--key", "jan", "--out", three.inbox / "w.json",
                            "--dir", three.ben)  # fmt: skip

    assert {"address", "sig", "data"} == json.loads(signed.read_text()).keys()
    assert 1 == refused.status
    assert "[E_NO_POWER]" in refused.err
    assert not (three.inbox / "w.json").exists()


def test_a_file_that_is_there_is_not_replaced(three: People) -> None:
    """What somebody signed may be the only copy."""
    file = three.signed("v.json", "vote", "cast", "IIP-2", "For", "--key", "eve")
    before = file.read_bytes()

    refused = three.dao("vote", "cast", "IIP-2", "Against", "--key", "eve", "--out", file, "--dir", three.ann)

    assert 1 == refused.status
    assert "[E_IO_EXISTS]" in refused.err
    assert before == file.read_bytes()


def test_folders_are_taken_whole_and_links_are_not_followed(three: People, tmp_path: Path) -> None:
    """Whoever packed a folder may have a link point at a secret: it is named, not read, and not put aside."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    everything(three)["vote"].rename(inbox / "vote.json")
    (inbox / "below").mkdir()
    secret = tmp_path / "secret.txt"
    secret.write_text("mine")
    (inbox / "link.json").symlink_to(secret)

    answer = three.dao("take", inbox, "--dir", three.ben, "--json")

    rows = {Path(row["file"]).name: row for row in answer.document["files"]}
    assert {"vote.json": "taken", "link.json": "refused"} == {name: row["state"] for name, row in rows.items()}
    assert (2, "E_IO_READ", None) == (answer.status, rows["link.json"]["code"], rows["link.json"]["quarantine"])
    assert not (three.ben / "quarantine").exists()


def test_keys_are_never_taken(three: People) -> None:
    """A slip of the hand does not copy keystores and a passphrase into the quarantine."""
    with nothing_kept(three.ben):
        for named in (three.ben / "keys", three.ben / "keys" / "ann.json"):
            assert 64 == three.dao("take", named, "--dir", three.ben).status
    assert not (three.ben / "quarantine").exists()


def test_a_vote_waits_for_its_proposal(three: People) -> None:
    """Refused by name while the proposal is not here; within one call the order is right, however they are listed."""
    other = steps_workspace.copy_of(three.ben, three.inbox / "other")
    publication = everything(three)["publication"]
    three.take(publication)
    for folder in (three.ben, other):
        three.dao("devnet", "wait", "1h", "--dir", folder)
    three.carry()
    vote = three.signed("a-vote.json", "vote", "cast", "IIP-3", "For", "--key", "eve")

    with nothing_kept(other):
        alone = three.dao("take", vote, "--dir", other, "--json").document
    both = three.dao("take", vote, publication, "--dir", other, "--json").document

    assert [("refused", "E_PROPOSAL")] == [(row["state"], row["code"]) for row in alone["files"]]
    assert {"publication": "taken", "vote": "taken"} == states(both)


def test_of_one_voter_s_votes_the_newest_is_taken_first(three: People) -> None:
    """One vote a minute may enter; the one that counts does, however the files are called."""
    old = three.signed("a.json", "vote", "cast", "IIP-2", "Against", "--key", "eve")
    three.dao("devnet", "wait", "5m", "--dir", three.ben)
    new = three.signed("b.json", "vote", "cast", "IIP-2", "For", "--key", "eve")

    answer = three.take(old, new)

    assert {"a.json": ("refused", "E_LIMIT"), "b.json": ("taken", None)} == {
        Path(row["file"]).name: (row["state"], row["code"]) for row in answer["files"]
    }
    three.dao("devnet", "wait", "1m", "--dir", three.ben)
    assert ["taken"] == [row["state"] for row in three.take(old)["files"]]
    scores = three.dao("tally", "IIP-2", "--dir", three.ben, "--json").document["scores"]
    assert {"For": str(210_000 * cast.UNIT), "Against": "0", "Abstain": "0"} == scores


def test_a_vote_as_a_wallet_or_snapshot_gives_it(three: People) -> None:
    """The plain envelope, in any spelling of its JSON, and in the form in which Snapshot pins it."""
    plain = three.signed("v.json", "vote", "cast", "IIP-2", "For", "--key", "eve")
    envelope = json.loads(plain.read_text())
    pinned = {"address": envelope["address"], "sig": envelope["sig"], "data": envelope["data"]}
    plain.write_text(json.dumps(dict(sorted(pinned.items())), indent=4))

    assert ["taken"] == [row["state"] for row in three.take(plain)["files"]]


def test_confirmations_of_several_owners_merge(three: People) -> None:
    """Each owner signs his own file, or adds to another's; what is known already is not taken twice."""
    queued = three.inbox / "queued.json"
    assert 0 == three.dao("queue", "IIP-1/1", "--out", queued, "--dir", three.ben).status
    ann = three.signed("ann.json", "sign", "IIP-1/1", "--key", "ann")
    cho = three.signed("cho.json", "sign", "IIP-1/1", "--key", "cho", folder=three.cho)
    both = json.loads(ann.read_text())
    both["confirmations"] += json.loads(cho.read_text())["confirmations"]
    (three.inbox / "both.json").write_text(json.dumps(both))

    assert ["already"] == [row["state"] for row in three.take(queued)["files"]]
    assert ["taken"] == [row["state"] for row in three.take(ann)["files"]]
    (merged,) = three.take(three.inbox / "both.json")["files"]
    assert ("taken", 1) == (merged["state"], len(merged["leaves"]))
    assert ["already"] == [row["state"] for row in three.take(cho)["files"]]
    assert 0 == three.dao("execute", "IIP-1/1", "--key", "cho", "--dir", three.ben).status


def test_a_queued_transaction_is_written_as_the_service_shows_it(three: People) -> None:
    """A follower writes it for a wallet too, and `dao review` reads it."""
    file = three.inbox / "tx.json"
    assert 0 == three.dao("queue", "IIP-1/1", "--out", file, "--dir", three.ann).status

    review = three.dao("review", file, "--dir", three.ann, "--json")

    assert (0, "sign") == (review.status, review.document["verdict"])
    assert {"safe", "to", "value", "data", "operation", "nonce", "safeTxHash", "confirmations"} <= json.loads(
        file.read_text()
    ).keys()


def test_acts_follow_each_other_by_their_times(three: People) -> None:
    """A report comes before its approvals, whatever the files are called, and enough of them release the milestone."""
    told = ("IIP-1/2", "--file", report(three))
    file = three.signed("z.json", "milestone", "report", *told, "--key", "nora")
    three.take(file)
    three.carry()
    signed = [three.signed(f"{name}.json", "milestone", "approve", *told, "--key", name) for name in cast.REVIEWERS]

    answer = three.take(*signed, file)

    assert {"report": "already", "approve": "taken"} == states(answer)
    status = three.dao("status", "IIP-1", "--dir", three.ben, "--json").document["iips"][0]
    assert "ready" in {part["state"] for part in status["parts"]} or "timelocked" in {
        part["state"] for part in status["parts"]
    }


def test_a_cancellation_is_a_file_too(three: People) -> None:
    """The author takes the proposal back from his own workspace."""
    file = three.signed("cancel.json", "cancel", "IIP-2", "--key", "dora")

    assert {"cancel": "taken"} == states(three.take(file))
    assert "Cancelled" == three.dao("status", "IIP-2", "--dir", three.ben, "--json").document["iips"][0]["state"]


def test_owners_signatures_over_settings_are_collected(three: People) -> None:
    """They are no fact yet; `dao settings found` makes one of enough of them."""
    with Journal(three.ben / "journal.sqlite") as journal:
        link = next(leaf.body["settings"] for leaf in journal.leaves if leaf.kind == "settings")
        values = json.loads(journal.get(link))  # type: ignore[arg-type]
    draft = write_draft({**values, "timelock": cast.DAY})
    for folder in (three.ben, three.ann, three.cho):
        (folder / "settings.draft.json").write_text(draft, "utf-8")
    ann = three.signed("ann.json", "settings", "sign", "--key", "ann")
    cho = three.signed("cho.json", "settings", "sign", "--key", "cho", folder=three.cho)
    before = people.kept(three.ben)["journal"]

    answers = [three.take(file) for file in (ann, ann, cho)]

    assert before == people.kept(three.ben)["journal"]
    assert ["taken", "already", "taken"] == [answer["files"][0]["state"] for answer in answers]
    assert {"settings_signature"} == {answer["files"][0]["kind"] for answer in answers}
    found = three.dao("settings", "found", "--dir", three.ben)
    assert 0 == found.status, found.err
    assert ["already"] == [row["state"] for row in three.take(ann)["files"]]
