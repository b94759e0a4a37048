"""`dao export --all`: a stranger with a library of hashes and one of CBOR rebuilds everything from what it wrote."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import cbor2
import pytest

from dao.store.follow import FollowStore, path_of
from governance.followed import Fact
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played

Dao = Callable[..., Outcome]
SPACE = "other.eth"


@pytest.fixture
def folder(played: Played, tmp_path: Path) -> Path:
    """The demo's workspace, with a followed space, a receipt, a stranger's file and a link out of it."""
    folder = copied(played.folder, tmp_path / "workspace")
    with FollowStore(path_of(folder, SPACE), create=True) as store:
        store.append(
            [Fact("follow", 7, SPACE, {"hub": "h"}), Fact("space", 8, SPACE, {"id": SPACE, "about": "ü\ud800"})]
        )
    (folder / "receipts").mkdir()
    (folder / "receipts" / "0x12.json").write_text("{}\n")
    (folder / "notes.txt").write_text("a stranger's")
    (folder / "iips" / "link.md").symlink_to(tmp_path)
    return folder


# A stranger's tools: nothing of ours


def name_of(data: bytes, codec: int) -> str:
    digest = bytes([1, codec, 0x12, 0x20]) + sha256(data).digest()
    return "b" + base64.b32encode(digest).decode().lower().rstrip("=")


def tree(leaves: list[bytes]) -> bytes:
    """RFC 9162, from its text."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return sha256(b"\1" + tree(leaves[:middle]) + tree(leaves[middle:])).digest()


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def plain(value: Any) -> Any:
    """A leaf as cbor2 reads it, told as DAG-JSON."""
    match value:
        case cbor2.CBORTag(tag=42, value=link):
            return {"/": "b" + base64.b32encode(link[1:]).decode().lower().rstrip("=")}
        case bytes():
            return {"/": {"bytes": base64.b64encode(value).decode().rstrip("=")}}
        case list():
            return [plain(item) for item in value]
        case dict():
            return {name: plain(item) for name, item in value.items()}
    return value


def test_a_stranger_rebuilds_everything(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """Every file has its hash, every block its name, the leaves make the root that the checkpoint names; and a journal
    that is written anew from them is the same.
    """
    out = tmp_path / "out"
    told = dao("export", out, "--all", "--dir", folder, "--json").document

    index = json.loads((out / "INDEX.json").read_text("utf-8"))
    found = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert found.keys() == {row["path"] for row in index["files"]} | {"INDEX.json"}
    assert all(
        (row["bytes"], row["sha256"]) == (len(found[row["path"]]), sha256(found[row["path"]]).hexdigest())
        for row in index["files"]
    )

    blocks = {path.name: path.read_bytes() for path in (out / "journal" / "blocks").iterdir()}
    assert all(name in (name_of(data, 0x55), name_of(data, 0x71)) for name, data in blocks.items())
    leaves = lines(out / "journal" / "leaves.jsonl")
    assert list(range(told["size"])) == [row["index"] for row in leaves]
    assert all(plain(cbor2.loads(blocks[row["cid"]])) == row["leaf"] for row in leaves)
    root = tree([blocks[row["cid"]] for row in leaves])
    _origin, size, kept, *_ = (out / "files" / "checkpoint").read_text("utf-8").splitlines()
    assert base64.b64decode(kept) == tree([blocks[row["cid"]] for row in leaves[: int(size)]])
    assert told["root"] == "0x" + root.hex()

    again = tmp_path / "again"
    again.mkdir()
    for name in ("dao.toml", "checkpoint"):
        (again / name).write_bytes(found[f"files/{name}"])
    with closing(sqlite3.connect(again / "journal.sqlite")) as database:
        database.execute("CREATE TABLE leaves (idx INTEGER PRIMARY KEY, kind TEXT NOT NULL, cid BLOB NOT NULL)")
        database.execute("CREATE TABLE blocks (cid BLOB PRIMARY KEY, data BLOB NOT NULL)")
        binary = {name: base64.b32decode(name[1:].upper() + "=" * (-len(name[1:]) % 8)) for name in blocks}
        database.executemany(
            "INSERT INTO blocks VALUES (?, ?)", [(binary[name], data) for name, data in blocks.items()]
        )
        rows = [(row["index"], row["leaf"]["kind"], binary[row["cid"]]) for row in leaves]
        database.executemany("INSERT INTO leaves VALUES (?, ?, ?)", rows)
        database.commit()
    before, after = steps_workspace.state(folder), steps_workspace.state(again)
    assert (before.size, before.root) == (after.size, after.root) == (told["size"], root)
    assert 0 == dao("verify", out / "files" / "iip-1.car").status


def test_what_was_followed_is_rebuilt(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """The facts' own bytes, and so their root, come from the five members of each line."""
    dao("export", tmp_path / "out", "--all", "--dir", folder)
    facts = [cbor2.dumps(row, canonical=True) for row in lines(tmp_path / "out" / "follow" / f"{SPACE}.jsonl")]

    with FollowStore(path_of(folder, SPACE)) as store:
        assert (list(store.facts), store.root()) == (facts, tree(facts))


def test_no_key_leaves(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """Neither a keystore nor a passphrase, and no byte of either; what is left out is named, and why."""
    told = dao("export", tmp_path / "out", "--all", "--dir", folder, "--json").document

    secret = [path.read_bytes() for path in (folder / "keys").rglob("*") if path.is_file()]
    assert secret
    written = [path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not [data for data in written for key in secret if key and key in data]
    why = {row["path"]: row["why"] for row in told["left_out"]}
    assert ("keys", "foreign", "link", "machine") == (
        why["keys"], why["notes.txt"], why["iips/link.md"], why["devnet.sqlite"],
    )  # fmt: skip
    assert "journal.sqlite" not in why


def test_it_stands_there_whole_or_not_at_all(
    dao: Dao, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is there is left alone; a disk that refuses leaves nothing behind; the workspace is as it was."""
    before = steps_workspace.everything(folder)
    (tmp_path / "there").mkdir()
    assert (1, []) == (
        dao("export", tmp_path / "there", "--all", "--dir", folder).status,
        [*(tmp_path / "there").iterdir()],
    )
    assert 64 == dao("export", tmp_path / "out", "--dir", folder).status

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dao.store.leaving.shutil.copyfile", full)
    refused = dao("export", tmp_path / "out", "--all", "--dir", folder, "--json")
    assert (1, "E_IO_WRITE") == (refused.status, refused.document["error"]["code"])
    assert {"there", "workspace"} == {path.name for path in tmp_path.iterdir()}
    assert before == steps_workspace.everything(folder)


def test_a_journal_that_was_rewritten_is_not_exported(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """One that does not extend the kept checkpoint is refused, as everywhere."""
    with closing(sqlite3.connect(folder / "journal.sqlite")) as database:
        database.execute("DELETE FROM leaves WHERE idx = (SELECT MAX(idx) FROM leaves)")
        database.commit()
    refused = dao("export", tmp_path / "out", "--all", "--dir", folder, "--json")
    assert (1, "E_SPLIT_VIEW") == (refused.status, refused.document["error"]["code"])
    assert not (tmp_path / "out").exists()
