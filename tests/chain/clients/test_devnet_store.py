"""The devnet's file: what it keeps, what it refuses, and what a crash leaves."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import chain
from chain.clients.devnet_store import DevnetError, Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "devnet.sqlite"


def rows(path: Path) -> dict[bytes, bytes]:
    with sqlite3.connect(path) as connection:
        return dict(connection.execute("SELECT key, value FROM kv"))


def test_saved_rows_are_there_again(path: Path) -> None:
    """Rows written, replaced and deleted before a save are what the next opener finds."""
    store = Store.create(path)
    store[b"a"], store[b"b"], store[b"c"] = b"1", b"2", b""
    store.save()
    store[b"a"] = b"3"
    del store[b"b"]
    store.save()
    store.close()

    again = Store.open(path)
    assert (b"3", b"", False) == (again[b"a"], again[b"c"], b"b" in again)
    again.close()


def test_unsaved_rows_are_gone(path: Path) -> None:
    """What was not saved is read back while open, and is not in the file."""
    store = Store.create(path)
    store[b"a"] = b"1"
    store.save()
    store[b"a"] = b"2"
    assert b"2" == store[b"a"]
    store.close()

    assert {b"a": b"1"} == rows(path)


def test_missing_and_deleted_keys() -> None:
    """A key that is not there, or no longer, is a KeyError, as py-evm expects."""
    store = Store.create(None)
    store[b"a"] = b"1"
    del store[b"a"]

    for key in (b"a", b"b"):
        with pytest.raises(KeyError):
            store[key]
        with pytest.raises(KeyError):
            del store[key]


def test_a_save_writes_only_what_is_new(path: Path) -> None:
    """Old rows are not written again: a row changed behind the store's back stays as it is."""
    store = Store.create(path)
    store[b"old"] = b"1"
    store.save()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE kv SET value = x'07'")
    store[b"new"] = b"2"
    store.save()
    store.close()

    assert {b"old": b"\x07", b"new": b"2"} == rows(path)


def test_second_opener_is_refused_at_once(path: Path) -> None:
    """Within one process and between two: E_LOCKED, and free again after closing."""
    store = Store.create(path)
    store.save()
    with pytest.raises(DevnetError) as refused:
        Store.open(path)
    assert "E_LOCKED" == refused.value.code

    script = (
        "import sys; from pathlib import Path; from chain.clients.devnet_store import DevnetError, Store\n"
        "try: Store.open(Path(sys.argv[1])).close(); print('opened')\n"
        "except DevnetError as error: print(error.code)"
    )

    def in_another_process() -> str:
        root = Path(chain.__file__).parents[1]
        return subprocess.check_output([sys.executable, "-c", script, path], text=True, cwd=root).strip()

    assert "E_LOCKED" == in_another_process()
    store.close()
    assert "opened" == in_another_process()


def test_files_that_are_no_devnet_are_refused_and_left_alone(path: Path) -> None:
    """Missing, foreign, half-made, of another version or of another chain: each by name, none written to."""
    with pytest.raises(DevnetError) as refused:
        Store.open(path)
    assert "E_IO_MISSING" == refused.value.code

    path.write_bytes(b"not a database, but long enough to be looked at as one" * 20)
    before = path.read_bytes()
    with pytest.raises(DevnetError) as refused:
        Store.open(path)
    assert ("E_IO_DAMAGED", before) == (refused.value.code, path.read_bytes())
    with pytest.raises(DevnetError) as refused:
        Store.create(path)
    assert ("E_IO_EXISTS", before) == (refused.value.code, path.read_bytes())

    path.unlink()
    Store.create(path).close()  # never saved
    with pytest.raises(DevnetError) as refused:
        Store.open(path)
    assert "E_IO_DAMAGED" == refused.value.code


@pytest.mark.parametrize(("name", "code"), [("version", "E_VERSION"), ("chain_id", "E_DEVNET")])
def test_other_versions_and_chains_are_refused(path: Path, name: str, code: str) -> None:
    """A later format or a file that claims another chain is not read."""
    store = Store.create(path)
    store.save()
    store[b"a"] = b"1"
    store.save()
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = 99 WHERE name = ?", (name,))

    with pytest.raises(DevnetError) as refused:
        Store.open(path)
    assert code == refused.value.code
