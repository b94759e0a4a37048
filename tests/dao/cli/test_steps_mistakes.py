"""What people get wrong with the daily commands: one sentence, a code, an exit status, and nothing has changed."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]


class Mistake(NamedTuple):
    """A command line without `--dir`, and what it ends with."""

    told: str
    line: str
    status: int
    code: str


DRAFT = (
    "draft|--title|A title|--description|A description.|--author|Dora (@dora)"
    "|--discussions-to|https://forum.example.org/t/1"
)
NORA = "devnet:0xEbb2EbB5f64C277f58ba08d4E53217B9D6F88472"

MISTAKES = (
    Mistake("an unknown IIP", "tally IIP-9", 1, "E_PROPOSAL"),
    Mistake("another prefix", "tally XIP-1", 64, "E_USAGE"),
    Mistake("no name at all", "queue 1/1", 64, "E_USAGE"),
    Mistake("a number with a zero before it", "tally IIP-01", 64, "E_USAGE"),
    Mistake("no part", "queue IIP-1", 64, "E_USAGE"),
    Mistake("an unknown part", "queue IIP-1/3", 1, "E_PROPOSAL"),
    Mistake("part 0", "queue IIP-1/0", 64, "E_USAGE"),
    Mistake("an unknown key", "sign IIP-1/1 --key nobody", 1, "E_KEY_FILE"),
    Mistake("a key outside of keys/", "sign IIP-1/1 --key ../keys/ann", 64, "E_USAGE"),
    Mistake("no key", "sign IIP-1/1", 64, "E_USAGE"),
    Mistake("two keys", "sign IIP-1/1 --key ann --key-env ANN", 64, "E_USAGE"),
    Mistake("an empty variable", "sign IIP-1/1 --key-env NOT_SET_ANYWHERE", 1, "E_KEY_ENV"),
    Mistake("a wrong passphrase", "sign IIP-1/1 --key ann --passphrase-file {wrong}", 1, "E_KEY_FILE"),
    Mistake("no passphrase file", "sign IIP-1/1 --key ann --passphrase-file {absent}", 1, "E_KEY_FILE"),
    Mistake("a vote after the end", "vote cast IIP-1 Against --key eve", 1, "E_WINDOW"),
    Mistake("an unknown choice", "vote cast IIP-2 Yes --key eve", 1, "E_CHOICE"),
    Mistake("a choice in other letters", "vote cast IIP-2 for --key eve", 1, "E_CHOICE"),
    Mistake("choice 0", "vote cast IIP-2 0 --key eve", 1, "E_CHOICE"),
    Mistake("choice 4 of 3", "vote cast IIP-2 4 --key eve", 1, "E_CHOICE"),
    Mistake("no choice", "vote cast IIP-2 --key eve", 64, "E_USAGE"),
    Mistake("a choice beside a file", "vote cast IIP-2 For --file {report}", 64, "E_USAGE"),
    Mistake("a file that is no vote", "vote cast IIP-2 --file {report}", 1, "E_PARSE"),
    Mistake("no power", "vote cast IIP-2 For --key jan", 1, "E_NO_POWER"),
    Mistake("a second publication", "publish {iip1} --key dora", 1, "E_STATE"),
    Mistake("a publication while the vote runs", "publish {other2} --key dora", 1, "E_STATE"),
    Mistake("a publication by a stranger", "publish {iip3} --key eve", 1, "E_THRESHOLD"),
    Mistake("an unknown fund", "publish {iip3} --key dora --fund treasury", 64, "E_USAGE"),
    Mistake("a document that is a draft", "publish {draft} --key dora", 1, "E_LINT"),
    Mistake("no document", "publish {absent} --key dora", 2, "E_IO_READ"),
    Mistake("a cancellation by a stranger", "cancel IIP-2 --key eve", 1, "E_PROPOSAL"),
    Mistake("a cancellation after the end", "cancel IIP-1 --key dora", 1, "E_WINDOW"),
    Mistake("a cancellation without a key", "cancel IIP-2", 64, "E_USAGE"),
    Mistake("a file that is no cancellation", "cancel IIP-2 --file {report}", 1, "E_PARSE"),
    Mistake("a withdrawal of what is published", "withdraw|IIP-2|--reason|No|--key|dora", 1, "E_STATE"),
    Mistake("a withdrawal of what passed", "withdraw|IIP-1|--reason|No|--key|dora", 1, "E_STATE"),
    Mistake("a withdrawal of nothing", "withdraw|IIP-9|--reason|No|--key|dora", 1, "E_PROPOSAL"),
    Mistake("a withdrawal of a part", "withdraw|IIP-9/1|--reason|No|--key|dora", 64, "E_USAGE"),
    Mistake("the standing of a part that is not there", "status IIP-1/9", 1, "E_PROPOSAL"),
    Mistake("a vote on a part", "vote cast IIP-2/1 For --key eve", 64, "E_USAGE"),
    Mistake("a cancellation of a part", "cancel IIP-2/1 --key dora", 64, "E_USAGE"),
    Mistake("a part to supersede", "publish {iip3} --key dora --supersedes IIP-1/2", 64, "E_USAGE"),
    Mistake("a withdrawal without a reason", "withdraw IIP-2 --key dora", 64, "E_USAGE"),
    Mistake("a withdrawal without a key", "withdraw IIP-2 --reason No", 64, "E_USAGE"),
    Mistake("a submission by a stranger", "submit {iip3} --key eve", 1, "E_THRESHOLD"),
    Mistake("a submission of what passed", "submit {iip1} --key dora", 1, "E_STATE"),
    Mistake("a submission while the vote runs", "submit {other2} --key dora", 1, "E_STATE"),
    Mistake("a submission that is a draft", "submit {draft} --key dora", 1, "E_LINT"),
    Mistake("no document to submit", "submit {absent} --key dora", 2, "E_IO_READ"),
    Mistake("a veto by a stranger", "veto IIP-1 --reason No --key eve", 1, "E_ACT"),
    Mistake("a veto without a reason", "veto IIP-1 --key ann", 64, "E_USAGE"),
    Mistake("a veto for two reasons", "veto IIP-1 --reason No --file {report} --key ann", 64, "E_USAGE"),
    Mistake("a veto on an open vote", "veto IIP-2 --reason No --key ann", 1, "E_STATE"),
    Mistake("a veto on a part that is not there", "veto IIP-1/3 --reason No --key ann", 1, "E_PROPOSAL"),
    Mistake("the end of what can be paid", "end IIP-1/1", 1, "E_STATE"),
    Mistake("the end of a whole proposal", "end IIP-1", 64, "E_USAGE"),
    Mistake("the end of an open vote", "end IIP-2/1", 1, "E_STATE"),
    Mistake("queued before the result", "queue IIP-2/1", 1, "E_STATE"),
    Mistake("signed before the result", "sign IIP-2/1 --key ann", 1, "E_STATE"),
    Mistake("an unreleased milestone", "queue IIP-1/2", 1, "E_MILESTONE"),
    Mistake("signed before it is queued", "sign IIP-1/2 --key ann", 1, "E_STATE"),
    Mistake("reviewed before it is queued", "review IIP-1/2", 1, "E_STATE"),
    Mistake("signed by somebody else", "sign IIP-1/1 --key eve", 1, "E_SAFE_SIGS"),
    Mistake("executed unsigned", "execute IIP-1/1 --key ann", 1, "E_SAFE_SIGS"),
    Mistake("a report by a stranger", "milestone report IIP-1/2 --file {report} --key eve", 1, "E_MILESTONE"),
    Mistake("a report without a file", "milestone report IIP-1/2 --file {absent} --key nora", 2, "E_IO_READ"),
    Mistake("a report on a part without one", "milestone report IIP-1/1 --file {report} --key nora", 1, "E_MILESTONE"),
    Mistake("an approval without a report", "milestone approve IIP-1/2 --file {report} --key lea", 1, "E_MILESTONE"),
    Mistake("an approval by the payee", "milestone approve IIP-1/2 --file {report} --key nora", 1, "E_MILESTONE"),
    Mistake("a naive time", "devnet wait 2026-02-01T00:00:00", 64, "E_TIME"),
    Mistake("seconds as a time", "devnet wait 1769904000", 64, "E_TIME"),
    Mistake("back in time", "devnet wait 2026-01-05T00:00:00Z", 1, "E_TIME"),
    Mistake("a draft over a file", DRAFT + f"|--pay|1 ETH to {NORA}|--number|1", 1, "E_IO_EXISTS"),
    Mistake("a payment that is none", DRAFT + "|--pay|1 ETH for nora", 64, "E_PARSE"),
    Mistake("a payment of nothing", DRAFT + f"|--pay|0 ETH to {NORA}", 64, "E_AMOUNT"),
    Mistake("a payee in one case", DRAFT + f"|--pay|1 ETH to {NORA.lower()}", 64, "E_ADDRESS"),
    Mistake("parts for other payments", DRAFT + f"|--pay|1 ETH to {NORA}|--part|1|--part|2", 64, "E_USAGE"),
    Mistake("a day that is none", DRAFT + f"|--pay|1 ETH to {NORA} after m1|--due|2026-02-30", 64, "E_TIME"),
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no mistake may change."""
    return steps_workspace.build(tmp_path_factory.mktemp("steps") / "workspace")


@pytest.fixture(scope="module")
def files(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files that the mistakes name."""
    folder = tmp_path_factory.mktemp("files")
    document = (workspace / "iips" / "iip-1.md").read_text("utf-8")
    texts = {
        "wrong": "not it\n",
        "report": "# A report\n",
        "iip3": document.replace("iip: 1\n", "iip: 3\n"),
        "other2": document.replace("iip: 1\n", "iip: 2\n").replace("on the forum", "in the forum"),
        "draft": document.replace("iip: 1\n", "iip: 3\n").replace("CC0.", "Say what can go wrong."),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    made = {name: folder / name for name in (*texts, "absent")}
    return made | {"iip1": workspace / "iips" / "iip-1.md"}


def words(line: str) -> list[str]:
    """The arguments of a line: by bars where it has some, else by blanks."""
    return line.split("|") if "|" in line else line.split()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.told.replace(" ", "_"))
def test_mistakes_are_refused_in_one_sentence(
    dao: Dao, workspace: Path, files: dict[str, Path], mistake: Mistake
) -> None:
    """One sentence on stderr, the code behind it, the exit status; every file and table is as before."""
    before = kept(workspace)
    arguments = [word.format(**files) for word in words(mistake.line)]

    outcome = dao(*arguments, "--dir", workspace)

    refusals = [line for line in outcome.err.splitlines() if line.startswith("dao: ")]
    assert (mistake.status, 1) == (outcome.status, len(refusals)), outcome.err + outcome.out
    assert refusals[0].endswith(f"[{mistake.code}]")
    assert before == kept(workspace)


def kept(workspace: Path) -> object:
    """What no refusal changes."""
    return steps_workspace.state(workspace), steps_workspace.everything(workspace)


def test_a_document_with_errors_is_not_published(dao: Dao, workspace: Path, tmp_path: Path) -> None:
    """Every finding is listed; nothing is written."""
    before = kept(workspace)
    document = (workspace / "iips" / "iip-1.md").read_text("utf-8").replace("iip: 1\n", "iip: 3\n")
    (tmp_path / "iip-3.md").write_text(document.replace("## Risks", "## Dangers"), "utf-8")

    spoken = dao("publish", tmp_path / "iip-3.md", "--key", "dora", "--dir", workspace)
    written = dao("publish", tmp_path / "iip-3.md", "--key", "dora", "--dir", workspace, "--json")

    assert (1, 1, "E_LINT", False) == (spoken.status, written.status, written.document["code"], written.document["ok"])
    assert {"error"} <= {row["level"] for row in written.document["findings"]}
    assert "refused E_LINT" in spoken.out
    assert before == kept(workspace)


def test_a_folder_that_is_no_workspace(dao: Dao, tmp_path: Path) -> None:
    """The folder is named, and nothing is made in it."""
    outcome = dao("tally", "IIP-1", "--dir", tmp_path)

    assert (1, True) == (outcome.status, "[E_WORKSPACE]" in outcome.err)
    assert [] == list(tmp_path.iterdir())


def test_a_locked_workspace_is_left_alone(dao: Dao, workspace: Path) -> None:
    """While another process writes, nothing is read or done."""
    before = kept(workspace)
    with (workspace / ".dao.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        outcome = dao("vote", "cast", "IIP-2", "For", "--key", "eve", "--dir", workspace)

    assert (1, True) == (outcome.status, "[E_LOCKED]" in outcome.err)
    assert before == kept(workspace)


def test_refusals_are_documents_too(dao: Dao, workspace: Path) -> None:
    """With `--json` stdout is one document, also when a review was shown before the refusal."""
    outcome = dao("sign", "IIP-1/1", "--key", "eve", "--dir", workspace, "--json")

    assert (1, "E_SAFE_SIGS") == (outcome.status, outcome.document["error"]["code"])
