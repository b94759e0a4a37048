"""`dao draft`: a proposal's document out of a few values, with a sentence to replace in every section.

Decides the number and what is prefilled. What a payment is, where the text of a source belongs, and how a document is
laid out, is decided by `proposals`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

import typer

from chain.errors import CodedError
from chain.finding import Finding, has_errors
from dao.cli import steps, text
from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.files import read
from dao.cli.options import Dir, PassphraseFile
from dao.cli.proposals.draft_ask import Said, complete, from_source, is_asked, releases
from dao.cli.proposals.lint import finding_row
from dao.errors import DaoError, UsageError
from dao.files import is_there
from dao.record.checks_proposal import assets_of
from dao.sentences import LANGUAGES, language, sentence
from dao.session import Session
from dao.store import durable
from dao.store.journal import Journal
from dao.views.opening import open_workspace
from dao.workflow.proposing import settings_in_force
from governance.settings import FundSettings
from proposals import times
from proposals.annex import with_annexes
from proposals.draft import budget_row, draft, milestone, tranches
from proposals.front_matter import PAYING_TYPES, TYPES
from proposals.grant import is_grant, read_grant
from proposals.imported import read_source
from proposals.lint import lint
from proposals.parts import MAX_PARTS
from proposals.tables import BudgetRow, Milestone, grant_rows

EXAMPLES = (
    "dao draft",
    "dao draft --title … --description … --author … --discussions-to … --pay …",
    "dao draft --dir demo --number 7 --pay '1.5 ETH to devnet:0x… after m1' …",
    "dao draft --dir demo --pay '12000 MUT to devnet:0x… vesting monthly over 12 months from 2026-03-01' …",
    "dao draft --from notes.md --author 'Dora (@dora)'",
)

_SECTIONS = ("Summary", "Motivation", "Specification", "Budget", "Reporting", "Unwinding", "Risks")
_PLAIN = ("Summary", "Motivation", "Specification", "Risks")
"""Of a document that pays nobody."""
_WORDS = ("purpose", "deliverable", "evidence")
_EVERY = {"monthly": 1, "quarterly": 3}
_AGAIN = re.compile(r" (?P<every>monthly|quarterly) from (?P<day>\S+) times (?P<count>[1-9][0-9]{0,2})\Z", re.ASCII)
_LICENCE = "CC0."


class DraftError(DaoError):
    """A file that is there already, or cannot be written (`E_IO_EXISTS`, `E_IO_WRITE`)."""


def command(
    *,
    title: Annotated[str | None, typer.Option("--title", help="Title, one line.")] = None,
    description: Annotated[str | None, typer.Option("--description", help="One sentence.")] = None,
    author: Annotated[str | None, typer.Option("--author", help="As `Dora (@dora), 0x…`.")] = None,
    discussions_to: Annotated[
        str | None, typer.Option("--discussions-to", help="Address of the discussion.", metavar="URL")
    ] = None,
    pay: Annotated[
        list[str] | None,
        typer.Option(
            "--pay",
            help="`AMOUNT SYMBOL to PAYEE`, with ` after m1` if a milestone comes first, or "
            "` monthly from 2026-03-01 times 6`, or "
            "` vesting monthly over 12 months from 2026-03-01, cliff of 3 months`; repeatable.",
        ),
    ] = None,
    part: Annotated[
        list[int] | None,
        typer.Option("--part", help="Part of each --pay, in their order; without it every --pay is a part.", min=1),
    ] = None,
    due: Annotated[
        list[str] | None, typer.Option("--due", help="Day of each milestone in its order, as 2026-03-01.")
    ] = None,
    kind: Annotated[
        str, typer.Option("--type", help="Funding, Grant, Process, …; else the source's, or Funding.")
    ] = "",
    source: Annotated[
        Path | None, typer.Option("--from", help="Notes or a proposal of another repository, in Markdown.")
    ] = None,
    number: Annotated[int, typer.Option("--number", help="Number; without it the next free one.", min=0)] = 0,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; else iips/iip-N.md.")] = None,
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Begin a proposal: number, front matter, budget, and a sentence to replace in every section.

    Title, description, author, discussion and payments are needed, and asked for at a terminal where they are not
    given. With --from they come from that file's headers and tables unless an option says otherwise, its text goes
    into our sections, and headers that belong to another repository are named and left out. No file is overwritten, and
    the same words again find the same draft. The document is linted at once, and what is found is listed.
    """
    said = from_source(Said(
        title=title, description=description, author=author, discussions_to=discussions_to, kind=_kind(kind),
        pay=tuple(pay) if pay else None, part=tuple(part or ()), due=tuple(due or ()),
        source=None if source is None else read_source(read(source)),
    ))  # fmt: skip
    if is_asked(said):
        said = _ask(said, folder, number, out)
    else:
        _check(said)
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        return begin(session, said, number, out)


def begin(
    session: Session,
    said: Said,
    number: int,
    out: Path | None,
    budget: Sequence[BudgetRow] | None = None,
    *,
    fund: FundSettings | None = None,
) -> Answer:
    """Write a draft, once, and say what lint finds in it; `budget` are its payments where they were not said, `fund`
    the one that pays where it is not the first.
    """
    settings = settings_in_force(session.desk)
    assets, prefix = assets_of(fund or settings.funds[0]), settings.prefix
    created, limit = times.spell_day(session.desk.now()), settings.limits.body
    write = partial(_with_annexes, said, created=created, limit=limit, prefix=prefix, budget=budget)
    documents = session.workspace.documents
    last = _last_number(session.journal, documents, prefix)
    if not number:  # the same words again are the same draft
        number = last if last and _holds(_place(documents, out, prefix, last), write(number=last)[0]) else last + 1
    file, (raw, annexes) = _place(documents, out, prefix, number), write(number=number)
    is_new = not _holds(file, raw)
    if is_new:
        for path, annex in annexes.items():
            _write_annex(file.parent / path, annex)
        _write(file, raw)
    findings, _ = lint(raw, name=file.name, prefix=prefix, assets=assets)
    left_out = list(said.source.left_out) if said.source else []
    return _answer(file, raw, number, findings, left_out, annexes=list(annexes), is_new=is_new)


def _answer(
    file: Path,
    raw: bytes,
    number: int,
    findings: Sequence[Finding],
    left_out: list[str],
    *,
    annexes: list[str],
    is_new: bool,
) -> Answer:
    document: dict[str, Any] = {
        "ok": not has_errors(findings),
        "file": str(file),
        "number": number,
        "is_new": is_new,
        "left_out": left_out,
        "annexes": annexes,
        "findings": [finding_row(finding) for finding in findings],
    }
    waits = any(told.encode() in raw for told in placeholders())
    how = "" if waits else "whole"
    lines = steps.done("STEP_DRAFTED", how if is_new else "already", file=str(file), number=number)
    if left_out:
        lines += steps.noted("STEP_DRAFTED", "left_out", keys=left_out)
    if annexes:
        lines += steps.noted("STEP_DRAFTED", "annexes", files=annexes)
    for finding in findings:
        lines += text.told(finding, "  ")
    return Answer(document, lines, FALSE if has_errors(findings) else TRUE)


def placeholders() -> list[str]:
    """The sentences that wait to be replaced, in whatever language; none of them may be published."""
    words = (*_SECTIONS, *_WORDS, "discussion")
    return [sentence("DRAFT", word.lower(), {}, lang) for lang in LANGUAGES for word in words]


def _ask(said: Said, folder: Path, number: int, out: Path | None) -> Said:
    """Ask what is missing, with the workspace closed meanwhile, so that others can go on."""
    with open_workspace(folder) as (workspace, desk):
        settings, day = settings_in_force(desk), times.spell_day(desk.now())
        assets, prefix = assets_of(settings.funds[0]), settings.prefix
        number_ = number or _last_number(desk.journal, workspace.documents, prefix) + 1
        file = _place(workspace.documents, out, prefix, number_)
    if is_there(file):
        raise DraftError("E_IO_EXISTS", "document", path=str(file))
    return complete(said, lambda told: _write_text(told, created=day, number=number_), assets)


def _kind(text_: str) -> str:
    if text_ and text_ not in TYPES:
        raise UsageError("E_PARSE", "type", value=text_, allowed=", ".join(TYPES))
    return text_


def _check(said: Said) -> None:
    """Refuse payments and days that cannot be read, before anything is opened."""
    _budget(said)
    _milestones(said)


def _with_annexes(
    said: Said, *, created: str, limit: int, prefix: str, budget: Sequence[BudgetRow] | None, number: int
) -> tuple[bytes, Mapping[str, bytes]]:
    """The draft, with what is too long for the space in files beside it."""
    return with_annexes(
        lambda sections: _write_text(said, created=created, number=number, sections=sections, budget=budget),
        said.source.sections if said.source else {},
        limit=limit,
        stem=f"{prefix.lower()}-{number}",
        told=lambda path, cid: sentence("DRAFT", "annex", {"path": path, "cid": str(cid)}, language()),
    )


def _write_annex(file: Path, raw: bytes) -> None:
    if not _holds(file, raw):
        file.parent.mkdir(exist_ok=True)
        _write(file, raw)


def _write_text(
    said: Said,
    *,
    created: str,
    number: int,
    sections: Mapping[str, str] | None = None,
    budget: Sequence[BudgetRow] | None = None,
) -> bytes:
    source, paying = said.source, said.kind in PAYING_TYPES
    headers = source.headers if source else {}
    prefilled = {name: sentence("DRAFT", name.lower(), {}, language()) for name in (_SECTIONS if paying else _PLAIN)}
    return draft(
        number=number,
        title=said.title or "",
        description=said.description or "",
        author=said.author or "",
        discussions_to=said.discussions_to or "",
        created=created,
        sections=prefilled | {"Copyright": _LICENCE} | dict(sections or {}),
        budget=_budget(said) if budget is None else budget,
        milestones=_milestones(said),
        kind=said.kind,
        category=headers.get("category", "Core") if said.kind == "Protocol" else None,
        requires=_requires(headers.get("requires", "")),
        language=language(),
    )


def _requires(text_: str) -> tuple[int, ...]:
    return tuple(sorted({int(item) for item in re.findall(r"[0-9]{1,7}", text_, re.ASCII)}))


def _budget(said: Said) -> list[BudgetRow]:
    if said.pay is None and said.source is not None:
        return list(said.source.budget)
    pay = said.pay or ()
    if said.part and len(said.part) != len(pay):
        raise UsageError("E_USAGE", "parts", parts=len(said.part), pays=len(pay))
    rows: list[BudgetRow] = []
    for index, told in enumerate(pay):
        number = said.part[index] if said.part else (rows[-1].part if rows else 0) + 1
        try:
            rows += _rows(number, told, is_alone=not said.part)
        except CodedError as error:
            raise UsageError(error.code, error.reason, **error.facts) from None
    return rows


def _rows(number: int, told: str, *, is_alone: bool) -> list[BudgetRow]:
    """Read one --pay: a payment, one after a milestone, one that comes again and again, or a vesting grant."""
    purpose = sentence("DRAFT", "purpose", {}, language())
    if is_grant(told):
        if not is_alone:
            raise UsageError("E_USAGE", "tranches", pay=told, limit=MAX_PARTS)
        grant = read_grant(told)
        return grant_rows(grant, BudgetRow(part=number, action=grant.payment, purpose=purpose))
    again = _AGAIN.search(told)
    if again is None:
        payment, _, release = told.partition(" after ")
        return [budget_row(number, payment, release=release, purpose=purpose)]
    if not is_alone or not 1 <= int(again["count"]) <= MAX_PARTS:
        raise UsageError("E_USAGE", "tranches", pay=told, limit=MAX_PARTS)
    first = budget_row(number, told[: again.start()], purpose=purpose)
    start, months = times.parse_day(again["day"]), _EVERY[again["every"]]
    return tranches(first, start=start, months=months, count=int(again["count"]))


def _milestones(said: Said) -> list[Milestone]:
    known = {} if said.source is None else {each.id: each for each in said.source.milestones}
    names = releases(said.pay or ())
    if said.pay is None and said.source is not None:
        names = list(dict.fromkeys(row.release for row in said.source.budget if row.release))
    if len(said.due) > len(names):
        raise UsageError("E_USAGE", "due", dues=len(said.due), milestones=len(names))
    days = zip_longest(names, map(_day, said.due))
    return [known[name] if name in known and not day else _milestone(name, day) for name, day in days]


def _day(text_: str) -> int | None:
    try:
        return times.parse_day_or_utc(text_) if text_ else None
    except times.TimeError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None


def _milestone(id_: str, due: int | None) -> Milestone:
    deliverable, evidence = (sentence("DRAFT", word, {}, language()) for word in ("deliverable", "evidence"))
    return milestone(id_, deliverable, due=due, evidence=evidence, reviewers=("settings",))


def _last_number(journal: Journal, documents: Path, prefix: str) -> int:
    """The greatest number in the journal and in the folder; 0 where there is none."""
    known = [leaf.body["iip"] for leaf in journal.leaves if leaf.kind == "document"]
    named = re.compile(rf"{re.escape(prefix.lower())}-([1-9][0-9]{{0,8}})\.md\Z", re.ASCII)
    files = [named.match(file.name) for file in documents.glob("*.md")]
    return max([0, *(int(str(iip)) for iip in known), *(int(match[1]) for match in files if match)])


def _place(documents: Path, out: Path | None, prefix: str, number: int) -> Path:
    return out or documents / f"{prefix.lower()}-{number}.md"


def _holds(file: Path, raw: bytes) -> bool:
    try:
        return file.read_bytes() == raw
    except OSError:
        return False


def _write(file: Path, raw: bytes) -> None:
    try:
        durable.write_new(file, raw)
    except FileExistsError:
        raise DraftError("E_IO_EXISTS", "document", path=str(file)) from None
    except OSError as error:
        raise DraftError("E_IO_WRITE", "document", path=str(file), problem=error.strerror or "") from None
