"""What of a workspace is worth keeping elsewhere: texts, parts, settings, annexes and records, by their names.

Decides the list, and where the bytes of each come from: the journal, the folder `evidence`, a record's file, an annex
beside its text. A text may name an annex of which the workspace has no byte; it is on the list all the same. Whether
anybody holds them is `dao.places`'s question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from chain import car
from chain.cid import CID, CidError, raw_cid
from chain.content_id import ContentId
from chain.errors import CodedError
from dao.evidence import MAX_BYTES
from dao.files import read_file
from dao.places import Content
from dao.record.case import Row, cid_of
from dao.store.journal import Journal
from dao.workspace import Workspace
from governance.commitment import Commitment, read_commitment
from governance.messages import read_envelope

_ANNEX = re.compile(rb"ipfs://([1-9A-Za-z]{46,64})(?![0-9A-Za-z])")
_BESIDE = re.compile(rb"\]\((annex/[A-Za-z0-9][A-Za-z0-9._-]{0,150})\)[^\n`]{0,12}`([1-9A-Za-z]{46,64})`")
"""How a draft names what is too long for it, and an import its source: a file beside the text, and its CID."""
_RECORD_BYTES = car.MAX_BYTES


def contents(workspace: Workspace, journal: Journal, prefix: str) -> list[Content]:
    """Everything, in the order in which it came; records and the files of the folder `evidence` last."""
    found: dict[ContentId, Content] = {}
    journaled = _of_journal(journal, prefix, workspace.documents)
    for content in (*journaled, *_of_evidence(workspace), *_of_records(workspace)):
        found.setdefault(content.root, content)
    return list(found.values())


def of_proposal(journal: Journal, proposal: bytes, prefix: str, documents: Path) -> list[Content]:
    """What one proposal binds: its text, its parts, its settings, and the annexes that its text names; those that lie
    beside it are looked for in the folder `documents`.
    """
    for index, leaf in enumerate(journal.leaves):
        if leaf.kind == "proposal" and leaf.body["id"] == proposal:
            bound = _bound(journal, Row(index, leaf))
            if bound is not None:
                name = f"{prefix}-{bound.iip}"
                named = [("document", bound.document), ("settings", bound.settings)]
                named += [] if bound.parts is None else [("parts", bound.parts)]
                return [
                    *(_of_link(journal, kind, name, cid) for kind, cid in named),
                    *_annexes(journal.get(bound.document), name, documents),
                ]
    return []


def record_content(name: str, data: bytes) -> Content:
    """A decision record: everything that hangs below its root."""
    read = car.read(data)
    return Content(
        kind="record", name=name, root=ContentId.from_cid(read.root), blocks=lambda: list(read.blocks.items())
    )


def _of_journal(journal: Journal, prefix: str, documents: Path) -> Iterator[Content]:
    numbers = {bound.parts: bound.iip for bound in _all_bound(journal) if bound.parts is not None}
    for index, leaf in enumerate(journal.leaves):
        row = Row(index, leaf)
        match leaf.kind:
            case "settings":
                yield _of_link(journal, "settings", f"#{index}", cid_of(row, "settings"))
            case "document":
                name = f"{prefix}-{leaf.body['iip']}"
                yield _of_link(journal, "document", name, cid_of(row, "document"))
                yield from _annexes(journal.get(cid_of(row, "document")), name, documents)
            case "parts":
                cid = cid_of(row, "parts")
                yield _of_link(journal, "parts", f"{prefix}-{numbers[cid]}" if cid in numbers else f"#{index}", cid)
            case "act" if leaf.body["evidence"] is not None:
                yield _of_link(journal, "annex", f"#{index}", cid_of(row, "evidence"))


def _all_bound(journal: Journal) -> Iterator[Commitment]:
    for index, leaf in enumerate(journal.leaves):
        bound = _bound(journal, Row(index, leaf)) if leaf.kind == "proposal" else None
        if bound is not None:
            yield bound


def _bound(journal: Journal, row: Row) -> Commitment | None:
    try:
        return read_commitment(read_envelope(journal.get(cid_of(row, "envelope"))).message.get("plugins"))
    except CodedError:
        return None


def _of_link(journal: Journal, kind: str, name: str, cid: CID) -> Content:
    """One block of the journal; what these kinds link to has no links of its own."""
    return Content(kind=kind, name=name, root=ContentId.from_cid(cid), blocks=lambda: [(cid, journal.get(cid))])


def _annexes(text: bytes, name: str, documents: Path) -> Iterator[Content]:
    beside = {match[2]: documents / match[1].decode("ascii") for match in _BESIDE.finditer(text)}
    for named in (*(match[1] for match in _ANNEX.finditer(text)), *beside):
        try:
            root = ContentId.parse(named.decode("ascii"))
        except CidError:
            continue  # no name of anything: the text says it, and nobody can keep it
        data = _beside(beside[named]) if named in beside else b""
        cid = raw_cid(data)
        if ContentId.from_cid(cid) == root:  # else the file is another one, and the text's own is nowhere here
            yield _of_file(name, cid, data)
        else:
            yield Content(kind="annex", name=name, root=root, blocks=None)


def _beside(file: Path) -> bytes:
    """The bytes of a file beside a text, through no link; none where it cannot be read."""
    try:
        return b"" if file.is_symlink() or file.parent.is_symlink() else read_file(file, MAX_BYTES)
    except OSError:
        return b""


def _of_evidence(workspace: Workspace) -> Iterator[Content]:
    folder = workspace.evidence
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.is_file() and file.stat().st_size <= MAX_BYTES:
            data = file.read_bytes()
            yield _of_file(file.name, raw_cid(data), data)


def _of_file(name: str, cid: CID, data: bytes) -> Content:
    return Content(kind="annex", name=name, root=ContentId.from_cid(cid), blocks=lambda: [(cid, data)])


def _of_records(workspace: Workspace) -> Iterator[Content]:
    """The records that lie in the workspace; another file with that ending is none, and left alone."""
    for file in sorted(workspace.folder.glob("*.car")):
        try:
            yield record_content(file.name, read_file(file, _RECORD_BYTES))
        except (CodedError, OSError):
            continue
