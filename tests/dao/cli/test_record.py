"""`dao record`: verified before it is written, in one step, and never over somebody's file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied, state
from tests.dao.conftest import Played

Dao = Callable[..., Outcome]


@pytest.fixture(scope="module")
def folder(played: Played, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's workspace, to write records from."""
    return copied(played.folder, tmp_path_factory.mktemp("record") / "copy")


def test_record_is_what_the_demo_wrote(dao: Dao, played: Played, folder: Path, tmp_path: Path) -> None:
    """The same journal gives the same bytes; the answer is that of `dao verify`, and the journal is as before."""
    out, before = tmp_path / "a.car", state(folder)

    outcome = dao("record", "IIP-1", "--out", out, "--dir", folder, "--json")

    assert (0, True, str(out)) == (outcome.status, outcome.document["written"], outcome.document["file"])
    assert played.record == out.read_bytes()
    assert dao("verify", out, "--json").document["checks"] == outcome.document["checks"]
    assert ([out], before) == (list(tmp_path.iterdir()), state(folder))


def test_same_bytes_are_left_and_others_are_not_replaced(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """Writing again is no error; another file stays, until --force."""
    out = tmp_path / "a.car"
    out.write_bytes(b"mine")

    refused = dao("record", "IIP-1", "--out", out, "--dir", folder, "--json")

    assert (1, "E_IO_EXISTS") == (refused.status, refused.document["error"]["code"])
    assert ([out], b"mine") == (list(tmp_path.iterdir()), out.read_bytes())
    assert dao("record", "IIP-1", "--out", out, "--dir", folder, "--force", "--json").document["written"]
    assert not dao("record", "IIP-1", "--out", out, "--dir", folder, "--json").document["written"]


def test_a_folder_that_is_not_there(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """A file that cannot be written is one sentence, and nothing is left."""
    outcome = dao("record", "IIP-1", "--out", tmp_path / "no" / "a.car", "--dir", folder, "--json")

    assert (1, "E_IO_WRITE") == (outcome.status, outcome.document["error"]["code"])
    assert [] == list(tmp_path.iterdir())


def test_record_needs_a_signed_checkpoint(dao: Dao, played: Played, tmp_path: Path) -> None:
    """Whoever does not write the journal needs the writer's checkpoint of it; a wrong passphrase opens nothing."""
    copy, out = copied(played.folder, tmp_path / "copy"), tmp_path / "a.car"
    wrong = tmp_path / "wrong"
    wrong.write_text("nonsense\n")

    assert "E_KEY_FILE" == _code(
        dao("record", "IIP-1", "--out", out, "--dir", copy, "--passphrase-file", wrong, "--json")
    )
    (copy / "keys" / "journal.pem").unlink()
    assert 0 == dao("record", "IIP-1", "--out", tmp_path / "kept.car", "--dir", copy, "--json").status
    assert played.record == (tmp_path / "kept.car").read_bytes()
    (copy / "checkpoint").unlink()
    assert "E_WRITER" == _code(dao("record", "IIP-1", "--out", out, "--dir", copy, "--json"))
    assert not out.exists()


def _code(outcome: Outcome) -> str:
    assert 1 == outcome.status
    return str(outcome.document["error"]["code"])
