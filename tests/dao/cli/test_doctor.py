"""`dao doctor`: a healthy workspace is told so, and each illness by its name."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from dao.cli.start.demo import cast
from dao.keys import Keyring
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played

Dao = Callable[..., Outcome]


def test_the_demo_is_well(dao: Dao, played: Played) -> None:
    """Nothing is found in the workspace that the demo left."""
    outcome = dao("doctor", "--dir", played.folder, "--json")

    assert (0, True, []) == (outcome.status, outcome.document["ok"], outcome.document["findings"])
    assert ["files", "journal", "journal key", "packages", "nodes", "chain and Safe", "disk"] == outcome.document[
        "examined"
    ]


def _open_keys(folder: Path) -> None:
    (folder / "keys" / "ann.json").chmod(0o644)


def _writable(folder: Path) -> None:
    (folder / "journal.sqlite").chmod(0o666)


def _shorten(folder: Path) -> None:
    with sqlite3.connect(folder / "journal.sqlite") as database:
        database.execute("DELETE FROM leaves WHERE idx = (SELECT max(idx) FROM leaves)")


def _other_journal_key(folder: Path) -> None:
    (folder / "keys" / "journal.pem").unlink()
    Keyring(folder / "keys", "devnet").save_journal_key(cast.key("ann"))


def _no_chain(folder: Path) -> None:
    (folder / "devnet.sqlite").unlink()


def _node_without_url(folder: Path) -> None:
    text = (folder / "dao.toml").read_text().replace("3f.devnet", "3f").replace("eip155:20200903", "eip155:1")
    (folder / "dao.toml").write_text(text.replace("20200903\n", '1\nrpc_env = "NO_SUCH"\n'))


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (_open_keys, ("files", "E_MODE")),
        (_writable, ("files", "E_MODE")),
        (_shorten, ("journal", "E_SPLIT_VIEW")),
        (_other_journal_key, ("journal key", "E_KEY_FILE")),
        (_no_chain, ("chain and Safe", "E_IO_MISSING")),
        (_node_without_url, ("chain and Safe", "E_RPC_ENV")),
    ],
)
def test_an_illness_is_named(
    dao: Dao, played: Played, tmp_path: Path, harm: Callable[[Path], None], expected: tuple[str, str]
) -> None:
    """One harm is one error of its examination, with how to mend it, and exit status 1."""
    folder = copied(played.folder, tmp_path / "copy")
    harm(folder)

    outcome = dao("doctor", "--dir", folder, "--json")

    found = {(row["examination"], row["code"]): row for row in outcome.document["findings"]}
    assert (1, False) == (outcome.status, outcome.document["ok"])
    assert "error" == found[expected]["level"]
    assert found[expected]["fix"]


def test_a_reader_without_keys_is_well(dao: Dao, played: Played, tmp_path: Path) -> None:
    """That the journal's key is elsewhere is said, and no error; nor is a journal of which nothing was kept yet."""
    folder = copied(played.folder, tmp_path / "copy")
    (folder / "keys" / "journal.pem").unlink()
    (folder / "checkpoint").unlink()

    outcome = dao("doctor", "--dir", folder, "--json")

    assert 0 == outcome.status
    levels = {row["code"]: row["level"] for row in outcome.document["findings"]}
    assert {"W_JOURNAL_KEY": "info", "W_CHECKPOINT": "warning"} == levels
