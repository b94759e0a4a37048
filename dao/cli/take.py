"""`dao take`: signed things that came as files enter the journal, each by the road it would have taken here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from chain.errors import CodedError, UncheckableError
from dao.cli import text
from dao.cli.answer import FALSE, TRUE, UNCHECKED, Answer
from dao.cli.files import UnreadableError, read
from dao.cli.options import Dir, PassphraseFile
from dao.cli.refusing import put_aside
from dao.cli.steps import open_for
from dao.errors import UsageError
from dao.sentences import escape, language, sentence
from dao.session import Session
from dao.views.numbers import numbers
from dao.workflow import taking
from dao.workflow.proposing import settings_in_force
from dao.workflow.taking import Parcel, Taken

EXAMPLES = (
    "dao take eve.vote.json",
    "dao take inbox --dir demo",
    "dao take ann.tx.json cho.tx.json --dir demo --json",
)

FILES_MAX = 10_000

Names = Mapping[bytes, str]
"""Proposals by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of one file."""

    file: Path
    parcel: Parcel | None = None
    """None where the file could not be read so far."""
    taken: Taken | None = None
    error: CodedError | None = None
    aside: Path | None = None
    """Where its bytes lie, if it was refused and put aside."""

    @property
    def state(self) -> str:
        """`taken`, `already` or `refused`."""
        if self.taken is None:
            return "refused"
        return "taken" if self.taken.is_new else "already"


def command(
    files: Annotated[list[Path], typer.Argument(help="Signed files, or folders of them.", metavar="FILE")],
    *,
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Take signed files into the journal: proposals, votes, acts, and confirmations of Safe transactions.

    Every file is checked as if it had been signed here, against this workspace's own settings, journal and chain. They
    are taken in the order in which they depend on each other. One that is in the journal already changes nothing. A
    refused one is put into quarantine/ with the reason, and the others are taken all the same.
    """
    with open_for(folder, passphrase_file=passphrase_file) as session:
        rows, names = _take_all(session, _expanded(files, session.workspace.keys))
    document = {"ok": all(row.error is None for row in rows), "files": [_document(row, names) for row in rows]}
    return Answer(document, _lines(rows, names), _status(rows))


def _expanded(files: Iterable[Path], keys: Path) -> list[Path]:
    """The files that were named, and those in folders that were named; no folder below them."""
    found: list[Path] = []
    for file in files:
        found += [path for path in sorted(file.iterdir()) if not path.is_dir()] if file.is_dir() else [file]
    if len(found) > FILES_MAX:
        raise UsageError("E_USAGE", "take_many", count=len(found), limit=FILES_MAX)
    if any(path.parent.resolve() == keys.resolve() for path in found):
        raise UsageError("E_USAGE", "take_keys", folder=keys.name)
    return found


def _take_all(session: Session, paths: list[Path]) -> tuple[list[Row], Names]:
    """Take every file by itself, in the order of their dependence; return also what the proposals are called."""
    desk, chain_id = session.desk, session.workspace.anchors.chain_id
    desk.refuse_reader()
    settings = settings_in_force(desk)
    desk.check_anchors(settings)
    rows: list[Row] = []
    opened: list[tuple[Parcel, Path, bytes]] = []
    for path in paths:
        raw = b""
        try:
            raw = _read(path)
            opened.append((taking.read_parcel(raw, settings, chain_id), path, raw))
        except CodedError as error:
            rows.append(_refused(session, Row(file=path, error=error), raw))
    for parcel, path, raw in sorted(opened, key=lambda row: row[0].order):
        try:
            rows.append(Row(file=path, parcel=parcel, taken=parcel.take(desk)))
        except CodedError as error:
            rows.append(_refused(session, Row(file=path, parcel=parcel, error=error), raw))
    known = numbers(session.journal)
    return rows, {proposal: f"{settings.prefix}-{number}" for number in known for proposal in known[number].proposals}


def _read(path: Path) -> bytes:
    """Read a file, but through no link: whoever packed a folder may have it point anywhere."""
    if path.is_symlink():
        raise UnreadableError("E_IO_READ", "link", path=str(path))
    return read(path, taking.MAX_BYTES)


def _refused(session: Session, row: Row, raw: bytes) -> Row:
    assert row.error is not None, "a refusal has its reason"
    aside = put_aside(session.workspace, raw, row.error, session.desk.now())
    return Row(file=row.file, parcel=row.parcel, error=row.error, aside=aside)


def _status(rows: list[Row]) -> int:
    errors = [row.error for row in rows if row.error is not None]
    if not errors:
        return TRUE
    return UNCHECKED if all(isinstance(error, UncheckableError) for error in errors) else FALSE


def _document(row: Row, names: Names) -> dict[str, object]:
    parcel = row.parcel
    document: dict[str, object] = {
        "file": str(row.file),
        "state": row.state,
        "kind": None if parcel is None else parcel.kind,
        "id": None if parcel is None else "0x" + parcel.id.hex(),
        "of": None if row.taken is None else _named(row.taken, names),
        "leaves": [] if row.taken is None else list(row.taken.leaves),
        "code": None if row.error is None else row.error.code,
    }
    if row.error is not None:
        document |= {"message": _told(row.error), "quarantine": None if row.aside is None else str(row.aside)}
    return document


def _lines(rows: list[Row], names: Names) -> Iterator[str]:
    for row in rows:
        mark = {"taken": text.paint("✓", "green"), "already": "·", "refused": text.paint("✗", "red")}[row.state]
        yield f"{mark} {escape(str(row.file))}"
        if row.error is not None:
            yield f"    {text.paint(row.error.code, 'red')}"
            yield from text.wrapped(_told(row.error), "    ")
            if row.aside is not None:
                yield from text.wrapped(sentence("TAKE", "aside", {"path": row.aside}, language()), "    ")
        elif row.parcel is not None and row.taken is not None:
            facts = {"kind": row.parcel.kind, "name": _named(row.taken, names), "leaves": row.taken.leaves}
            yield from text.wrapped(sentence("TAKE", row.state, facts, language()), "    ")
    states = [row.state for row in rows]
    counts = {state: states.count(state) for state in ("taken", "already", "refused")}
    yield from text.wrapped(sentence("TAKE", "summary", counts, language()))


def _named(taken: Taken, names: Names) -> str:
    """`IIP-1`, or `IIP-1/2` where it is about a part."""
    return f"{names[taken.proposal]}/{taken.part}" if taken.part else names[taken.proposal]


def _told(error: CodedError) -> str:
    return sentence(error.code, error.reason, error.facts, language())
