"""`dao take`: signed things that came as files enter the journal, each by the road it would have taken here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from os.path import realpath
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
from dao.cli.workspace.take_settings import KIND, collect, is_signatures
from dao.errors import UsageError
from dao.files import is_file
from dao.sentences import escape, language, sentence
from dao.session import Session
from dao.views.numbers import numbers
from dao.workflow import taking
from dao.workflow.proposing import settings_in_force
from dao.workflow.taking import Parcel, Taken
from dao.workspace import CONFIG_FILE
from governance.settings import Settings
from governance.space import SettingsError

EXAMPLES = (
    "dao take eve.vote.json",
    "dao take inbox --dir demo",
    "dao take ann.tx.json cho.tx.json --dir demo --json",
)

FILES_MAX = 10_000
TOTAL_MAX = 256 << 20
"""Bytes of one call: all files are read before the first is taken, because their order is not that of their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of one file."""

    file: Path
    kind: str | None = None
    """None where the file could not be read so far."""
    id: bytes | None = None
    """The digest under the signature."""
    of: str | None = None
    """`IIP-1`, `IIP-1/2` for a part, or the CID of settings; None for what was refused."""
    taken: Taken | None = None
    is_new: bool = False
    error: CodedError | None = None
    aside: Path | None = None
    """Where its bytes lie, if it was refused and put aside."""

    @property
    def state(self) -> str:
        """`taken`, `already` or `refused`."""
        if self.error is not None:
            return "refused"
        return "taken" if self.is_new else "already"


def command(
    files: Annotated[list[Path], typer.Argument(help="Signed files, or folders of them.", metavar="FILE")],
    *,
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Take signed files into the journal: proposals, votes, acts, and confirmations of Safe transactions.

    Every file is checked as if it had been signed here, against this workspace's own settings, journal and chain. They
    are taken in the order in which they depend on each other. One that is in the journal already changes nothing. A
    refused one is put into quarantine/ with the reason, and the others are taken all the same. Signatures over the
    draft of settings are collected for `dao settings found`.
    """
    with open_for(folder, passphrase_file=passphrase_file) as session:
        rows = _take_all(session, _expanded(files, session.workspace.keys))
    document = {"ok": all(row.error is None for row in rows), "files": [_document(row) for row in rows]}
    return Answer(document, _lines(rows), _status(rows))


def _expanded(files: Iterable[Path], keys: Path) -> list[Path]:
    """The files that were named, and those in folders that were named; no folder below them."""
    found: list[Path] = []
    for file in files:
        try:
            if is_file(file / CONFIG_FILE):
                raise UsageError("E_USAGE", "take_workspace", folder=str(file))
            found += [path for path in sorted(file.iterdir()) if not path.is_dir()] if file.is_dir() else [file]
        except OSError as error:
            raise UnreadableError("E_IO_READ", "denied", path=str(file), problem=error.strerror) from error
    if len(found) > FILES_MAX:
        raise UsageError("E_USAGE", "take_many", count=len(found), limit=FILES_MAX)
    if any(realpath(path.parent) == realpath(keys) for path in found):
        raise UsageError("E_USAGE", "take_keys", folder=keys.name)
    return found


def _take_all(session: Session, paths: list[Path]) -> list[Row]:
    """Take every file by itself, in the order of their dependence."""
    session.desk.refuse_reader()
    settings, now = _settings(session), session.desk.now()
    found, rows = _read_all(paths)
    opened: list[tuple[Parcel, Path, bytes]] = []
    for path, raw in found:
        try:
            if is_signatures(taking.open_json(raw)):
                cid, is_new = collect(session, raw)
                rows.append(Row(file=path, kind=KIND, of=cid, is_new=is_new))
            elif settings is None:
                raise SettingsError("E_SETTINGS", "none")
            else:
                parcel = taking.read_parcel(raw, settings, session.workspace.anchors.chain_id)
                opened.append((parcel, path, raw))
        except CodedError as error:
            rows.append(_refused(session, Row(file=path, error=error), raw, now))
    for parcel, path, raw in sorted(opened, key=lambda row: row[0].order):
        row = Row(file=path, kind=parcel.kind, id=parcel.id)
        try:
            taken = parcel.take(session.desk)
            rows.append(replace(row, taken=taken, is_new=taken.is_new))
        except CodedError as error:
            rows.append(_refused(session, replace(row, error=error), raw, now))
    return _named(rows, session, settings)


def _read_all(paths: list[Path]) -> tuple[list[tuple[Path, bytes]], list[Row]]:
    """Read every file before anything is taken; return also what could not be read."""
    found: list[tuple[Path, bytes]] = []
    unread: list[Row] = []
    total = 0
    for path in paths:
        try:
            found.append((path, _read(path)))
            total += len(found[-1][1])
        except CodedError as error:
            unread.append(Row(file=path, error=error))
        if total > TOTAL_MAX:
            raise UsageError("E_USAGE", "take_much", limit=TOTAL_MAX >> 20)
    return found, unread


def _settings(session: Session) -> Settings | None:
    """The settings in force, those of the workspace's own anchors; None before the space is founded."""
    if not len(session.journal):
        return None
    settings = settings_in_force(session.desk)
    session.desk.check_anchors(settings)
    return settings


def _named(rows: list[Row], session: Session, settings: Settings | None) -> list[Row]:
    """Name what was taken, as people do."""
    if settings is None:
        return rows
    names = {
        proposal: f"{settings.prefix}-{number}"
        for number, known in numbers(session.journal).items()
        for proposal in known.proposals
    }
    return [row if row.taken is None else replace(row, of=_name(row.taken, names, settings.prefix)) for row in rows]


def _name(taken: Taken, names: Mapping[bytes, str], prefix: str) -> str:
    if taken.group:
        return taken.group
    if taken.number:
        return f"{prefix}-{taken.number}"
    if not taken.proposal:  # of the space itself, as a proof of life
        return ""
    return f"{names[taken.proposal]}{f'/{taken.part}' if taken.part else ''}"


def _read(path: Path) -> bytes:
    """Read a file, but through no link: whoever packed a folder may have it point anywhere."""
    if path.is_symlink():
        raise UnreadableError("E_IO_READ", "link", path=str(path))
    return read(path, taking.MAX_BYTES)


def _refused(session: Session, row: Row, raw: bytes, now: int) -> Row:
    assert row.error is not None, "a refusal has its reason"
    return replace(row, aside=put_aside(session.workspace, raw, row.error, now))


def _status(rows: list[Row]) -> int:
    errors = [row.error for row in rows if row.error is not None]
    if not errors:
        return TRUE
    return UNCHECKED if all(isinstance(error, UncheckableError) for error in errors) else FALSE


def _document(row: Row) -> dict[str, object]:
    document: dict[str, object] = {
        "file": str(row.file),
        "state": row.state,
        "kind": row.kind,
        "id": None if row.id is None else "0x" + row.id.hex(),
        "of": row.of,
        "leaves": [] if row.taken is None else list(row.taken.leaves),
        "code": None if row.error is None else row.error.code,
    }
    if row.error is not None:
        document |= {"message": _told(row.error), "quarantine": None if row.aside is None else str(row.aside)}
    return document


def _lines(rows: list[Row]) -> Iterator[str]:
    for row in rows:
        mark = {"taken": text.paint("✓", "green"), "already": "·", "refused": text.paint("✗", "red")}[row.state]
        yield f"{mark} {escape(str(row.file))}"
        if row.error is None:
            leaves = () if row.taken is None else row.taken.leaves
            facts = {"kind": text.say("PARCEL", row.kind or ""), "name": row.of, "leaves": leaves}
            reason = row.state if leaves else "collected"
            yield from text.wrapped(sentence("TAKE", reason, facts, language()), "    ")
            continue
        yield f"    {text.paint(row.error.code, 'red')}"
        yield from text.wrapped(_told(row.error), "    ")
        if row.aside is not None:
            yield from text.wrapped(sentence("TAKE", "aside", {"path": row.aside}, language()), "    ")
    states = [row.state for row in rows]
    counts = {state: states.count(state) for state in ("taken", "already", "refused")}
    yield from text.wrapped(sentence("TAKE", "summary", counts, language()))


def _told(error: CodedError) -> str:
    return sentence(error.code, error.reason, error.facts, language())
