"""`dao demo`: one proposal from draft to paid, the same in every run, in a folder that it does not take over."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from chain import car
from dao.cli.start.demo import cast
from dao.cli.start.demo.play import RECORD
from dao.keys import Keyring
from dao.record.checks import CHECKS
from dao.record.verify import verify
from dao.workspace import Workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played

Dao = Callable[..., Outcome]


def digests(folder: Path) -> dict[str, str]:
    """Every file below a folder with the hash of its bytes."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    return {file.relative_to(folder).as_posix(): sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.fixture(scope="module")
def told(played: Played) -> str:
    return " ".join(played.told.split())


def test_two_runs_are_the_same(dao: Dao, played: Played, tmp_path: Path) -> None:
    """A second run, into a folder with other files, has the same record, and answers with one JSON document."""
    (tmp_path / "notes.txt").write_text("mine", "utf-8")

    outcome = dao("demo", "--dir", tmp_path, "--json")
    document = outcome.document

    assert (0, True) == (outcome.status, document["ok"])
    assert played.record == (tmp_path / RECORD).read_bytes()
    assert played.document.read_bytes() == Path(document["document"]).read_bytes()
    assert "mine" == (tmp_path / "notes.txt").read_text("utf-8")
    case = verify(played.record).case
    assert case is not None
    assert "0x" + case.proposal.hex() == document["proposal"]
    assert ("passed", True, len(CHECKS) + 2) == (document["verdict"], document["released"], document["checks"])
    assert {"For": "475000", "Against": "90000", "Abstain": "60000"} == {
        choice: score.removesuffix("0" * 18) for choice, score in document["scores"].items()
    }
    assert {"IIP-1/1", "IIP-1/2"} == set(document["safe_txs"]) == set(document["receipts"])


def test_two_runs_in_one_folder_are_refused(dao: Dao, played: Played) -> None:
    """A folder that is a workspace already is left exactly as it is."""
    before = digests(played.folder)

    outcome = dao("demo", "--dir", played.folder)

    assert 1 == outcome.status
    assert "[E_WORKSPACE]" in outcome.err
    assert before == digests(played.folder)


def test_every_mistake_of_the_story_is_refused_by_name(told: str) -> None:
    """What the demo tries and must not do is told with its code."""
    for code in (
        "E_NO_POWER", "E_SIG_SIGNER", "E_TIMELOCK", "E_HASH_MISMATCH", "E_CID_MISMATCH",
    ):  # fmt: skip
        assert code in told
    assert "check 1, file.container" in told
    assert "check 30, votes.signature" in told


def test_story_says_what_it_assumes(told: str) -> None:
    """The last word on the record is what it takes on trust."""
    assert "It assumes A_SETTINGS, A_JOURNAL_KEY, A_BLOCK, A_COMPLETE, A_TIME, A_NO_UPDATE" in told


def test_keys_are_told_to_nobody(played: Played) -> None:
    """No private key stands in the output or in any file but the encrypted ones, and those are for their owner only."""
    secrets = {cast.key(name).hex() for name in cast.PEOPLE} | {cast.journal_key().hex()}
    readable = {file: file.read_bytes() for file in played.folder.rglob("*") if file.is_file()}

    assert [] == [secret for secret in secrets if secret in played.told]
    assert [] == [file.name for file, data in readable.items() for secret in secrets if secret.encode() in data.lower()]
    assert [] == [file.name for file, data in readable.items() for secret in secrets if bytes.fromhex(secret) in data]
    keys = [file for file in (played.folder / "keys").iterdir() if file.suffix in {".json", ".pem"}]
    assert len(cast.PEOPLE) + 1 == len(keys)
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in keys}
    assert 0o700 == stat.S_IMODE((played.folder / "keys").stat().st_mode)


def test_keys_open_with_the_passphrase_beside_them(played: Played) -> None:
    """The devnet's keystores are real ones, whose passphrase is public like the keys."""
    with Workspace(played.folder) as workspace:
        passphrase = (workspace.keys / "passphrase").read_text("utf-8").strip()
        ring = Keyring(workspace.keys, passphrase)

        assert cast.key("ann") == ring.load("ann")
        assert cast.journal_key() == ring.load_journal_key()


def test_document_lints_and_record_reads(dao: Dao, played: Played) -> None:
    """What the demo leaves is taken by the commands that people would use next."""
    lint = dao("lint", played.document, "--json")

    assert 0 == lint.status
    assert [] == [finding for finding in lint.document if finding["level"] == "error"]
    assert car.read(played.record).root in car.read(played.record).blocks


def test_scenes_are_numbered(played: Played) -> None:
    """Every scene has its number, from 1."""
    numbers = [int(line.partition(".")[0]) for line in played.told.splitlines() if line[:1].isdigit()]

    assert list(range(1, len(numbers) + 1)) == numbers
    assert len(numbers) >= 10


def test_folder_that_cannot_be_made(dao: Dao, tmp_path: Path) -> None:
    """A file where the folder should be ends in a sentence, and nothing is written."""
    (tmp_path / "file").write_text("mine", "utf-8")

    outcome = dao("demo", "--dir", tmp_path / "file", "--json")

    assert "mine" == (tmp_path / "file").read_text("utf-8")
    assert 0 != outcome.status
    assert 70 != outcome.status
    assert json.loads(outcome.out)["error"]["code"]
