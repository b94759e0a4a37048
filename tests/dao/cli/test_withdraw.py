"""`dao submit` and `dao withdraw`: what they answer, how they travel as files, and what follows from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.address import checksum
from dao.cli.start.demo import cast
from tests.dao.cli import people, steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.people import People, nothing_kept
from tests.dao.cli.wallet import Wallet, serving

Dao = Callable[..., Outcome]
REASON = "IIP-4 says it better"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace to copy."""
    return steps_workspace.build(tmp_path_factory.mktemp("withdraw") / "workspace")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A workspace of one test's own, with a text that nobody has seen."""
    folder = steps_workspace.copy_of(made, tmp_path / "workspace")
    text(folder)
    return folder


@pytest.fixture
def three(dao: Dao, made: Path, tmp_path: Path) -> People:
    """Three workspaces, of which two have followed."""
    three = people.settle(dao, made, tmp_path)
    three.carry()
    return three


def text(folder: Path, source: Path | None = None, **words: str) -> Path:
    """The text of number 3, with some words of the second one replaced, which lies in the same folder or another."""
    told = ((source or folder) / "iips" / "iip-2.md").read_text("utf-8").replace("iip: 2\n", "iip: 3\n")
    for old, new in words.items():
        told = told.replace(old, new)
    file = folder / "iips" / "iip-3.md"
    file.write_text(told, "utf-8")
    return file


def test_a_text_is_submitted_revised_and_withdrawn(dao: Dao, folder: Path) -> None:
    """Each step answers with its leaf; status tells what can be done, and in the end why nothing can."""
    size, dora = steps_workspace.state(folder).size, checksum(cast.address("dora"))
    file, at = folder / "iips" / "iip-3.md", ("--key", "dora", "--dir", folder, "--json")

    first = dao("submit", file, *at).document
    again = dao("submit", file, *at).document
    text(folder, forum="board")
    second = dao("submit", file, *at).document
    (open_,) = dao("status", "IIP-3", "--dir", folder, "--json").document["iips"]
    last = dao("withdraw", "IIP-3", "--reason", REASON, *at).document
    (over,) = dao("status", "IIP-3", "--dir", folder, "--json").document["iips"]

    assert ("IIP-3", "submit_for_review", dora, size + 1, None, True) == tuple(
        first[name] for name in ("proposal", "event", "author", "leaf", "file", "is_new")
    )
    assert {**first, "is_new": False} == again
    assert ("revise", size + 3) == (second["event"], second["leaf"])
    assert first["document"] != second["document"] == last["document"]
    assert ("Review", ["dao publish FILE", "dao withdraw IIP-3"], None) == (
        open_["state"], [step["command"] for step in open_["next"]], open_["proposal"],
    )  # fmt: skip
    assert (size + 4, REASON, dora, True) == (last["leaf"], last["reason"], last["author"], last["is_new"])
    assert ("Withdrawn", [], []) == (over["state"], over["next"], over["parts"])
    assert REASON in over["why"]
    told = dao("status", "IIP-3", "--dir", folder, "--lang", "zh-Hant").out
    assert "撤回" in told
    assert size + 5 == steps_workspace.state(folder).size


def test_the_steps_are_told_in_chinese(dao: Dao, folder: Path) -> None:
    """What each says, what it says once more, and what comes next, in both scripts."""
    at = ("--key", "dora", "--dir", folder, "--lang")
    for word, lines in (
        ("已送審", ("submit", folder / "iips" / "iip-3.md")),
        ("已撤回", ("withdraw", "IIP-3", "--reason", "晚了")),
    ):
        for again in ("", "先前"):
            told = dao(*lines, *at, "zh-Hant")
            assert 0 == told.status, told.err
            assert (again or word) in told.out
        assert "未写入" in dao(*lines, *at, "zh-Hans").out
    assert "晚了" in dao("status", "IIP-3", "--dir", folder, "--lang", "zh-Hans").out


def test_a_withdrawn_text_stays_withdrawn(dao: Dao, folder: Path) -> None:
    """Published, submitted, voted on, recorded or withdrawn by others: refused, and nothing is kept; by its author once
    more it is told again. A rebuilt database says the same.
    """
    file, by = folder / "iips" / "iip-3.md", ("--key", "dora", "--dir", folder)
    dao("submit", file, *by)
    for name in ("eve", "ann"):
        refused = dao("withdraw", "IIP-3", "--reason", REASON, "--key", name, "--dir", folder)
        assert (1, True) == (refused.status, "[E_PROPOSAL]" in refused.err), refused.err
    first = dao("withdraw", "IIP-3", "--reason", REASON, *by, "--json").document
    dao("devnet", "wait", "1h", "--dir", folder)

    with nothing_kept(folder):
        again = dao("withdraw", "IIP-3", "--reason", "For another reason", *by, "--json")
        for words in (
            ("publish", file, *by),
            ("publish", file, *by, "--out", folder.parent / "late.json"),
            ("submit", file, *by),
            ("withdraw", "IIP-3", "--reason", REASON, "--key", "eve", "--dir", folder),
            ("record", "IIP-3", "--dir", folder),
        ):
            refused = dao(*words)
            assert (1, True) == (refused.status, "withdrew it in leaf" in refused.err), refused.err
            assert "[E_STATE]" in refused.err
    assert (0, {**first, "is_new": False}) == (again.status, again.document)
    assert not (folder.parent / "late.json").exists()
    before = dao("status", "--dir", folder, "--json").document
    assert 0 == dao("rebuild", "--dir", folder).status
    assert before == dao("status", "--dir", folder, "--json").document
    assert 0 == dao("draft", "--title", "Next", "--description", "Next one", "--author", "Dora (@dora)",
                    "--discussions-to", "https://forum.example.org/t/9", "--pay", f"0.1 ETH to devnet:{cast_nora()}",
                    "--number", "4", "--dir", folder).status  # fmt: skip


def cast_nora() -> str:
    return checksum(cast.address("nora"))


def test_a_text_under_review_is_published_by_its_author(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """The vote opens on it; from then on it is cancelled, not withdrawn, and its record verifies."""
    file, by = folder / "iips" / "iip-3.md", ("--key", "dora", "--dir", folder)
    dao("submit", file, *by)
    dao("devnet", "wait", "1h", "--dir", folder)

    assert 0 == dao("publish", file, *by).status
    refused = dao("withdraw", "IIP-3", "--reason", REASON, *by)
    assert (1, True) == (refused.status, "`dao cancel`" in refused.err)
    assert 0 == dao("cancel", "IIP-3", *by).status
    recorded = dao("record", "IIP-3", "--out", tmp_path / "iip-3.car", "--dir", folder, "--json")
    assert (0, "Cancelled") == (recorded.status, recorded.document["status"])
    assert 0 == dao("verify", tmp_path / "iip-3.car").status


def test_steps_travel_as_files(three: People) -> None:
    """Signed where the journal is not written, taken in their order and once, and checked by those who follow."""
    file = text(three.ann, three.ben)
    submission = three.signed("z.json", "submit", file, "--key", "dora")
    early = three.dao("withdraw", "IIP-3", "--reason", REASON, "--key", "dora", "--out", three.inbox / "w.json",
                      "--dir", three.ann)  # fmt: skip
    assert (1, True) == (early.status, "[E_PROPOSAL]" in early.err)
    assert "taken" == three.take(submission)["files"][0]["state"]
    three.carry()
    (seen,) = three.dao("status", "IIP-3", "--dir", three.cho, "--json").document["iips"]
    withdrawal = three.signed("a.json", "withdraw", "IIP-3", "--reason", REASON, "--key", "dora")

    taken, again = three.take(withdrawal, submission), three.take(withdrawal, submission)
    three.carry()
    (over,) = three.dao("status", "IIP-3", "--dir", three.cho, "--json").document["iips"]

    assert ("Review", "Withdrawn") == (seen["state"], over["state"])
    assert [("submission", "already", "IIP-3"), ("withdrawal", "taken", "IIP-3")] == [
        (row["kind"], row["state"], row["of"]) for row in taken["files"]
    ]
    assert ["already", "already"] == [row["state"] for row in again["files"]]
    assert {"address", "sig", "data"} == json.loads(withdrawal.read_text("utf-8")).keys()


def test_both_steps_at_once_are_taken_in_their_order(three: People) -> None:
    """A folder in which the withdrawal comes first by its name; a forged one is put aside, and the text stays."""
    file = text(three.ben)
    submission = three.signed("z.json", "submit", file, "--key", "dora", folder=three.ben)
    assert "taken" == three.take(submission)["files"][0]["state"]
    withdrawal = three.signed("a.json", "withdraw", "IIP-3", "--reason", REASON, "--key", "dora", folder=three.ben)
    forged = three.inbox / "f.json"
    forged.write_text(withdrawal.read_text("utf-8").replace(REASON, "IIP-5 says it better"), "utf-8")

    refused = three.take(forged)["files"][0]
    assert ("refused", "withdrawal", "E_SIG_SIGNER") == (refused["state"], refused["kind"], refused["code"])
    (now,) = three.dao("status", "IIP-3", "--dir", three.ben, "--json").document["iips"]
    assert "Review" == now["state"]
    assert "taken" == three.take(withdrawal)["files"][0]["state"]


def test_an_export_with_a_forged_withdrawal_is_not_followed(three: People) -> None:
    """The writer withdraws what its author did not: every follower refuses the whole export."""
    three.dao("submit", text(three.ben), "--key", "dora", "--dir", three.ben)
    three.carry()

    def forge(leaves: list[people.Leaf]) -> list[people.Leaf]:
        step = next(leaf for leaf in leaves if leaf.kind == "step")
        body = {name: step.body[name] for name in ("iip", "document")} | {"event": "withdraw"}
        return [*leaves, people.Leaf(kind="transition", time=leaves[-1].time, block=leaves[-1].block, body=body)]

    file = three.inbox / "forged.car"
    file.write_bytes(people.exported(three.ben, forge))
    with nothing_kept(three.ann):
        refused = three.dao("journal", "follow", file, "--dir", three.ann)
    assert (1, True) == (refused.status, "[E_STATE]" in refused.err), refused.err


def test_a_wallet_signs_both(dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is shown the typed data, with the reason in them."""
    with serving(Wallet([cast.key("dora")])) as url:
        monkeypatch.setenv("WALLET", url)
        by = ("--wallet-env", "WALLET", "--dir", folder, "--json")
        submitted = dao("submit", folder / "iips" / "iip-3.md", *by)
        withdrawn = dao("withdraw", "IIP-3", "--reason", REASON, *by)

    assert (0, 0, REASON) == (submitted.status, withdrawn.status, withdrawn.document["reason"]), withdrawn.err


def test_a_number_that_is_not_voted_on_is_told_as_what_it_is(dao: Dao, folder: Path) -> None:
    """Unknown, under review and withdrawn are three answers, and none of them changes anything."""
    lines = ("vote cast IIP-3 For --key eve", "tally IIP-3", "explain IIP-3", "cancel IIP-3 --key dora",
             "queue IIP-3/1", "end IIP-3/1", "veto IIP-3 --reason No --key ann")  # fmt: skip

    def refused(telling: str) -> None:
        before = steps_workspace.everything(folder)
        for line in lines:
            answer = dao(*line.split(), "--dir", folder)
            assert (1, True) == (answer.status, telling in answer.err), answer.err
        assert before == steps_workspace.everything(folder)

    refused("IIP-3 is not in this journal")
    dao("submit", folder / "iips" / "iip-3.md", "--key", "dora", "--dir", folder)
    refused("IIP-3 has a text and no proposal yet")
    dao("withdraw", "IIP-3", "--reason", REASON, "--key", "dora", "--dir", folder)
    refused("The author of number 3 withdrew it")
