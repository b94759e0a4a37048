"""Everything that a workspace holds, in formats that need none of our code: for the day someone leaves us.

Decides what is written and how: every block of the journal as a file under its CID, every leaf as a line of DAG-JSON,
what was followed at hubs as lines of JSON, and the files of the workspace as they are; over all of it an index with the
SHA-256 of each file. Not written are keys, and what is only a machine's: the embedded chain, locks, transactions that
wait to be sent. They are named. Nothing is judged: whether the journal is the one that was kept is asked before.
"""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from chain import dag_cbor
from chain.cid import CID, dag_cbor_cid
from chain.dag_cbor import Value
from dao.errors import DaoError
from dao.files import is_there
from dao.store import follow, rebuild
from dao.store.durable import new_folder
from dao.store.journal import Journal
from dao.workspace import CHECKPOINT_FILE, CONFIG_FILE, DOCUMENTS, EVIDENCE, KEYS, QUARANTINE, Workspace

VERSION = 1
INDEX = "INDEX.json"
GUIDE = "README.md"
_FOLDERS = (DOCUMENTS, EVIDENCE, QUARANTINE, "receipts")
_FILES = (CONFIG_FILE, CHECKPOINT_FILE, "settings.draft.json", "settings.signatures.json")
_RECORD = ".car"
_TOLD = """\
# What this folder is

Everything that the workspace of {space} held, in formats that need no program of ours. `INDEX.json` lists every file
with its size and SHA-256, and what was left out, with the reason.

- `journal/blocks/CID`: every block, as it is. A name is a CIDv1 (base32): `bafkrei…` is the SHA-256 of raw bytes,
  `bafyrei…` that of a DAG-CBOR map. Envelopes, documents and settings are raw; leaves, parts and evidence are DAG-CBOR.
- `journal/leaves.jsonl`: the leaves in their order, one a line: `index`, `cid`, and `leaf` as DAG-JSON (a link is
  `{{"/": CID}}`, bytes are `{{"/": {{"bytes": base64}}}}`). The journal's root is the RFC 9162 tree over the leaves'
  bytes: a leaf's hash is SHA-256 of a zero byte and its block, a node's is SHA-256 of a one byte and both children.
- `checkpoint`, in `files/`: the last checkpoint that was kept, a C2SP signed note over size and root.
- `follow/SPACE.jsonl`: what a hub was seen to show, one fact a line: `v`, `kind`, `seen` (Unix seconds), `of`, and
  `row`, the JSON text that was received. Its root is the same tree over these five members as DAG-CBOR.
- `files/`: the workspace's own files. `*.car` are decision records (CARv1).
"""


class LeavingError(DaoError):
    """The folder is there already, or cannot be written (`E_IO_EXISTS`, `E_IO_WRITE`)."""


def leave(workspace: Workspace, journal: Journal, out: Path) -> Mapping[str, object]:
    """Write everything into the new folder `out`, at once, or nothing; return the index."""
    if is_there(out):
        raise LeavingError("E_IO_EXISTS", "leaving", path=str(out))
    try:
        with new_folder(out) as fresh:
            index = _write(workspace, journal, fresh)
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise LeavingError("E_IO_WRITE", "leaving", path=str(out), problem=problem) from error
    return index


def _write(workspace: Workspace, journal: Journal, folder: Path) -> Mapping[str, object]:
    _journal(workspace, journal, folder / "journal")
    for path in sorted((workspace.folder / follow.FOLDER).glob(f"*{follow.SUFFIX}")):
        _followed(path, folder / follow.FOLDER / f"{path.stem}.jsonl")
    left_out = list(_copied(workspace.folder, folder / "files"))
    space = workspace.anchors.space
    (folder / GUIDE).write_text(_TOLD.format(space=json.dumps(space, ensure_ascii=False)), "utf-8")
    index = {
        "version": VERSION, "space": space, "size": len(journal), "files": list(_listed(folder)), "left_out": left_out,
    }  # fmt: skip
    (folder / INDEX).write_text(json.dumps(index, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return index


def dag_json(value: Value) -> object:
    """A DAG-CBOR value as DAG-JSON."""
    match value:
        case CID():
            return {"/": str(value)}
        case bytes():
            return {"/": {"bytes": base64.b64encode(value).decode("ascii").rstrip("=")}}
        case list():
            return [dag_json(item) for item in value]
        case dict():
            return {name: dag_json(item) for name, item in value.items()}
    return value


def _journal(workspace: Workspace, journal: Journal, folder: Path) -> None:
    (folder / "blocks").mkdir(parents=True)
    for cid, data in rebuild.read_blocks(workspace.journal_path):
        (folder / "blocks" / str(cid)).write_bytes(data)
    with (folder / "leaves.jsonl").open("w", encoding="utf-8") as lines:
        for index in range(len(journal)):
            data = journal.leaf_bytes(index)
            row = {"index": index, "cid": str(dag_cbor_cid(data)), "leaf": dag_json(dag_cbor.decode(data))}
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def _followed(path: Path, to: Path) -> None:
    to.parent.mkdir(exist_ok=True)
    with follow.FollowStore(path) as store, to.open("w", encoding="utf-8") as lines:
        for data in store.facts:
            lines.write(json.dumps(dag_cbor.decode(data), ensure_ascii=False) + "\n")


def _copied(folder: Path, to: Path) -> Iterator[dict[str, str]]:
    """Copy the workspace's own files, and name what is not copied. A link is never followed."""
    for path in sorted(folder.iterdir()):
        name = path.name
        if path.is_symlink():
            yield {"path": name, "why": "link"}
        elif path.is_dir() and name in _FOLDERS:
            yield from _tree(path, to / name, name)
        elif path.is_file() and (name in _FILES or name.endswith(_RECORD)):
            _copy(path, to / name)
        elif name == follow.FOLDER or path == folder / "journal.sqlite":
            continue  # told in other forms
        else:
            yield {"path": name, "why": "keys" if name == KEYS else "machine" if _is_ours(name) else "foreign"}


def _tree(folder: Path, to: Path, name: str) -> Iterator[dict[str, str]]:
    for path in sorted(folder.rglob("*")):
        within = path.relative_to(folder)
        if path.is_symlink():
            yield {"path": f"{name}/{within.as_posix()}", "why": "link"}
        elif path.is_file() and not any((folder / parent).is_symlink() for parent in within.parents):
            _copy(path, to / within)


def _copy(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, to)


def _is_ours(name: str) -> bool:
    return name.startswith((".dao.", "devnet.", "journal.sqlite"))


def _listed(folder: Path) -> Iterator[dict[str, object]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield {"path": path.relative_to(folder).as_posix(), "bytes": len(data), "sha256": sha256(data).hexdigest()}
