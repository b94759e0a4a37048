"""`dao iip import`: the proposals of an EIP-style repository as documents here, each under its own number.

Decides which files of a folder are looked at, which numbers are free, and that no file is ever overwritten; each file
stands for itself, so one that is refused stops no other. How a proposal becomes a document is decided by
`proposals.foreign`. Nothing is published: what a file says of its own status is its author's claim.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chain.cid import CID, raw_cid
from chain.errors import CodedError, UncheckableError
from dao.cli import text
from dao.cli.answer import FALSE, TRUE, UNCHECKED, Answer
from dao.cli.files import UnreadableError, read
from dao.cli.files import write as write_file
from dao.cli.options import Dir
from dao.errors import DaoError, UsageError
from dao.record.case import Row as LeafRow
from dao.record.case import cid_of
from dao.sentences import escape, language, sentence
from dao.store.journal import Journal
from dao.views.opening import Reading, open_journal, settings_of
from dao.workspace import make_folder
from proposals.document import MAX_FILE
from proposals.foreign import Foreign, is_proposal, read_foreign, write_foreign
from proposals.lint import lint
from proposals.text_safety import decode

FILES_MAX = 5_000
"""Of one folder; no repository of proposals has as many."""
EXAMPLES = (
    "dao iip import EIPs/EIPS",
    "dao iip import lips --key lip --dir club --json",
)


class TakenError(DaoError):
    """A proposal whose number is not to be had here (`E_IMPORT`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of one file."""

    file: Path
    state: str
    """`imported`, `already` with these bytes, `changed` here since an earlier import, `skipped`, or `refused`."""
    foreign: Foreign | None = None
    document: Path | None = None
    annexes: tuple[str, ...] = ()
    errors: int = 0
    """That lint finds in the document."""
    error: CodedError | None = None


class _Ground(NamedTuple):
    """Where documents go, and which numbers the journal knows by which documents."""

    folder: Path
    prefix: str
    limit: int
    known: Mapping[int, frozenset[CID]]


def command(
    source: Annotated[
        Path, typer.Argument(help="Folder with the proposals, one Markdown file each.", metavar="FOLDER")
    ],
    *,
    key: Annotated[str, typer.Option("--key", help="Header that gives a proposal's number.")] = "eip",
    folder: Dir = Path(),
) -> Answer:
    """Import the proposals of another repository as documents, each under its own number; nothing is published.

    Every Markdown file of the folder itself is read, and told of: what it became, or why not. The document holds the
    file's header letter by letter and all lines of its text; the file's own bytes lie beside it as an annex, named by
    their CID. A status in a header is its author's claim: here every document begins as a draft. A number that is taken
    is never overwritten, and a second import changes nothing.
    """
    files = _files(source)
    with open_journal(folder) as reading:
        ground = _ground(reading)
        rows = _in_turn([_look(file, key.lower()) for file in files], ground)
    states = Counter(row.state for row in rows)
    refused = [row.error for row in rows if row.error is not None]
    status = TRUE
    if refused:
        status = UNCHECKED if all(isinstance(error, UncheckableError) for error in refused) else FALSE
    document = {"ok": not refused, "files": [_document(row) for row in rows]}
    return Answer(document, list(_lines(rows, states)), status)


def _files(source: Path) -> list[Path]:
    """Everything in the folder that is called a Markdown file, by name; folders below it are other folders."""
    try:
        found = sorted(entry.name for entry in os.scandir(source) if entry.name.lower().endswith(".md"))
    except OSError as error:
        raise UnreadableError("E_IO_READ", "denied", path=str(source), problem=error.strerror or "") from None
    if len(found) > FILES_MAX:
        raise UsageError("E_USAGE", "import_many", count=len(found), limit=FILES_MAX)
    return [source / name for name in found]


def _ground(reading: Reading) -> _Ground:
    settings = settings_of(reading.journal)
    return _Ground(reading.workspace.documents, settings.prefix, settings.limits.body, _known(reading.journal))


def _known(journal: Journal) -> dict[int, frozenset[CID]]:
    known: dict[int, frozenset[CID]] = {}
    for index, leaf in enumerate(journal.leaves):
        if leaf.kind == "document":
            number = leaf.body["iip"]
            assert isinstance(number, int), "the leaf's schema says so"
            known[number] = known.get(number, frozenset()) | {cid_of(LeafRow(index, leaf), "document")}
    return known


class _Looked(NamedTuple):
    """A file and its bytes, and what they are."""

    row: Row
    raw: bytes = b""


def _look(file: Path, key: str) -> _Looked:
    """Read one file, through no link, and say what it is before anything is written."""
    try:
        if file.is_symlink():
            raise UnreadableError("E_IO_READ", "link_import", path=str(file))
        raw = read(file, MAX_FILE)
        if not is_proposal(raw) and not decode(raw)[1]:
            return _Looked(Row(file=file, state="skipped"))
        return _Looked(Row(file=file, state="imported", foreign=read_foreign(raw, file=file.name, key=key)), raw)
    except CodedError as error:
        return _Looked(Row(file=file, state="refused", error=error))


def _in_turn(looked: Sequence[_Looked], ground: _Ground) -> list[Row]:
    """Write what can be written; of several files with one number none can."""
    claims = Counter(one.row.foreign.number for one in looked if one.row.foreign is not None)
    rows = []
    for row, raw in looked:
        if row.foreign is None:
            rows.append(row)
            continue
        try:
            if claims[row.foreign.number] > 1:
                raise TakenError(
                    "E_IMPORT", "number_twice", number=row.foreign.number, count=claims[row.foreign.number]
                )
            rows.append(_write(row, row.foreign, raw, ground))
        except CodedError as error:
            rows.append(replace(row, state="refused", error=error))
    return rows


def _write(row: Row, foreign: Foreign, raw: bytes, ground: _Ground) -> Row:
    """Put a document in its place, its annexes first, so that a document never names what is not there."""
    stem = f"{ground.prefix.lower()}-{foreign.number}"
    place, own = ground.folder / f"{stem}.md", f"annex/{stem}-source.md"
    say = partial(sentence, lang=foreign.source.language)
    document, annexes = write_foreign(
        foreign,
        limit=ground.limit,
        stem=stem,
        filled={"description": say("DRAFT", "summary", {}), "discussions-to": say("DRAFT", "discussion", {})},
        origin=say("DRAFT", "origin", {"file": foreign.file, "path": own, "cid": str(foreign.cid)}),
        told=lambda path, cid: say("DRAFT", "annex", {"path": path, "cid": str(cid)}),
    )
    files = {own: raw, **annexes}
    findings, _ = lint(document, name=place.name, prefix=ground.prefix)
    done = replace(row, document=place, annexes=tuple(files), errors=sum(each.level == "error" for each in findings))
    there = _there(place)
    if there is not None and there != document:
        if f"`{foreign.cid}`".encode() in there:
            return replace(done, state="changed", errors=0)
        raise TakenError("E_IMPORT", "number_taken", number=foreign.number, path=str(place))
    if foreign.number in ground.known and raw_cid(document) not in ground.known[foreign.number]:
        raise TakenError("E_IMPORT", "number_journal", number=foreign.number)
    for path, each in files.items():
        if _there(ground.folder / path) not in (None, each):
            raise TakenError("E_IMPORT", "number_taken", number=foreign.number, path=str(ground.folder / path))
    make_folder(ground.folder / "annex")
    is_new = [write_file(ground.folder / path, each) for path, each in files.items()]
    return done if write_file(place, document) or any(is_new) else replace(done, state="already")


def _there(place: Path) -> bytes | None:
    """What has the number already; a link or a folder has it, too."""
    if place.is_symlink():
        return b""
    return read(place) if place.exists() else None


def _document(row: Row) -> dict[str, object]:
    foreign, error = row.foreign, row.error
    document: dict[str, object] = {
        "file": str(row.file),
        "state": row.state,
        "number": None if foreign is None else foreign.number,
        "document": None if row.document is None or error is not None else str(row.document),
        "source": None if foreign is None else str(foreign.cid),
        "annexes": list(row.annexes),
        "claimed_status": None if foreign is None else foreign.claimed,
        "missing": [] if foreign is None else list(foreign.missing),
        "respelled": [] if foreign is None else list(foreign.respelled),
        "errors": row.errors,
        "code": None if error is None else error.code,
    }
    if error is not None:
        document |= {"line": error.facts.get("line"), "message": _told(error)}
    return document


def _lines(rows: list[Row], states: Mapping[str, int]) -> Iterator[str]:
    marks = {"imported": text.paint("✓", "green"), "refused": text.paint("✗", "red")}
    for row in rows:
        yield f"{marks.get(row.state, '·')} {escape(str(row.file))}"
        if row.error is not None:
            yield f"    {text.paint(row.error.code, 'red')}"
            yield from text.wrapped(_told(row.error), "    ")
            continue
        yield from text.wrapped(text.say("IMPORT", row.state, document=row.document, errors=row.errors), "    ")
        foreign = row.foreign
        if foreign is not None and row.state == "imported":
            for reason in ("missing", "respelled"):
                if keys := getattr(foreign, reason):
                    yield from text.wrapped(text.say("IMPORT", reason, keys=keys), "    ")
    counts = {state: states.get(state, 0) for state in ("imported", "already", "changed", "skipped", "refused")}
    yield from text.wrapped(text.say("IMPORT", "summary", **counts))
    claims = Counter(row.foreign.claimed for row in rows if row.foreign is not None and row.foreign.claimed)
    if claims:
        claimed = [f"{status} ({count})" for status, count in sorted(claims.items())]
        yield from text.wrapped(text.say("IMPORT", "claims", claimed=claimed))


def _told(error: CodedError) -> str:
    return sentence(error.code, error.reason, error.facts, language())
