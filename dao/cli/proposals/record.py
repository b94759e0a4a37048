"""`dao record`: the decision record of an IIP as one file, verified before it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, cast

import typer

from dao.cli.answer import Answer
from dao.cli.files import write
from dao.cli.keeping import kept
from dao.cli.options import Dir, PassphraseFile
from dao.cli.start.verify import answer_of
from dao.cli.text import paint, wrapped
from dao.record.verify import verify
from dao.sentences import language, sentence
from dao.session import Session, open_session
from dao.views.contents import record_content
from dao.views.numbers import Numbered, UnknownNameError, find
from dao.workflow.proposing import refuse_withdrawn, settings_in_force
from dao.workflow.recording import signed_note, write_record_under

EXAMPLES = (
    "dao record IIP-1",
    "dao record IIP-1 --out iip-1.car --force",
    "dao record IIP-1 --dir demo --json",
)


def command(
    iip: Annotated[str, typer.Argument(help="The proposal.", metavar="IIP")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="File to write; iip-1.car in the workspace when absent.", metavar="FILE"),
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file with other bytes.")] = False,
    folder: Dir = Path(),
    passphrase_file: PassphraseFile = None,
) -> Answer:
    """Write the decision record of a proposal, and say what `dao verify` says of it.

    The record carries a signed checkpoint of the journal as it is now: made with the journal's key and kept, or the
    writer's own where this workspace follows. A journal that was rewritten is refused, and a record that does not
    verify is not written.
    """
    with open_session(folder, passphrase_file=passphrase_file) as session:
        numbered, data = _make(session, iip)
        path = out or folder / f"{iip.lower().partition('/')[0]}.car"
        report = verify(data, spread=session.desk.spread)
        answer = answer_of(report)
        is_new = False
        pinned: list[dict[str, object]] = []
        told: list[str] = []
        if report.ok:
            is_new = write(path, data, force=force)
            session.desk.keep(numbered.proposals[-1])
            pinned, told = kept(folder, lambda: [record_content(path.name, data)])
    document = {
        **cast("dict[str, object]", answer.document),
        "file": str(path) if report.ok else None,
        "size": len(data),
        "written": is_new,
        "pinned": pinned,
    }
    lines = [*_lines(answer.lines, path, len(data), is_new=is_new, ok=report.ok), *told]
    return Answer(document, lines, answer.status)


def _make(session: Session, iip: str) -> tuple[Numbered, bytes]:
    """The record's bytes; the workspace's anchors and its kept checkpoint are compared before anything is signed."""
    settings = settings_in_force(session.desk)
    numbered = find(session.journal, iip, settings.prefix)
    if not numbered.proposals:
        refuse_withdrawn(session.desk, numbered.number)
        raise UnknownNameError("E_PROPOSAL", "unpublished", name=f"{settings.prefix}-{numbered.number}")
    proposal = numbered.proposals[-1]
    return numbered, write_record_under(session.desk, proposal, signed_note(session.desk))


def _lines(told: Iterable[str], path: Path, size: int, *, is_new: bool, ok: bool) -> Iterator[str]:
    yield from told
    yield ""
    reason = "unverified" if not ok else "written" if is_new else "same"
    mark = paint("✓", "green") if ok else paint("✗", "red")
    told_file = sentence("RECORD", reason, {"path": path, "size": size}, language())
    yield from wrapped(f"{mark} {told_file}", "", "  ")
