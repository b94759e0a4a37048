"""`dao publish`: a document that lints becomes a signed proposal, with everything that it binds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from dao.cli import carrying, steps, text
from dao.cli.answer import FALSE, Answer
from dao.cli.files import read
from dao.cli.keeping import kept
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.cli.proposals.draft import placeholders
from dao.cli.proposals.lint import finding_row
from dao.cli.proposals.publish_way import on_its_way, step_lines, step_rows
from dao.errors import UsageError
from dao.record.carrier import Publication, Submission, write_publication, write_submission
from dao.record.checks_proposal import assets_of
from dao.sentences import language, sentence
from dao.session import KeySource, Session
from dao.views.contents import of_proposal
from dao.workflow import advancing, proposing
from dao.workflow.submitting import Submitted
from governance.counting import method
from governance.settings import FundSettings, Settings
from proposals.decode import functions_of
from proposals.document import Document, parse_document
from proposals.explain import sentences

EXAMPLES = (
    "dao publish iips/iip-2.md --key dora",
    "dao publish iips/iip-2.md --key-env AUTHOR_KEY --fund iip --json",
    "dao publish iips/iip-2.md --key dora --out iip-2.publication.json",
    "dao publish iips/iip-3.md --key dora --supersedes IIP-2",
    "dao publish iips/iip-4.md --key dora --voting approval --choice A --choice B",
)


def command(
    file: Annotated[Path, typer.Argument(help="The proposal in Markdown.", metavar="FILE")],
    *,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    fund: Annotated[str, typer.Option("--fund", help="Fund that pays; may be left out if there is one.")] = "",
    supersedes: Annotated[
        list[str] | None,
        typer.Option("--supersedes", help="A passed proposal whose unpaid parts end when this one passes; repeatable."),
    ] = None,
    voting: Annotated[
        str,
        typer.Option("--voting", help="Voting system of what only decides, as ranked-choice.", metavar="SYSTEM"),
    ] = "",
    choice: Annotated[
        list[str] | None, typer.Option("--choice", help="With --voting: a choice, in this order; repeatable.")
    ] = None,
    out: Out = None,
    folder: Dir = Path(),
) -> Answer:
    """Sign and publish a proposal, whose vote opens after the settings' delay.

    Text, parts, settings and snapshot block are bound by content under the author's signature. A document with errors
    is refused, with every finding listed; one that is published already, and whose vote is not closed, is shown. With
    --out the journal's writer takes the file, within the hour. What pays is voted by `basic` with the space's choices;
    a document without Budget may name another voting system and its own choices, and a following proposal pays. Where
    the settings name periods, every step is taken that is due, and the same command goes on when the next one is.
    """
    raw = read(file)
    if choice and not voting:
        raise UsageError("E_USAGE", "choice_or_voting")
    decision = proposing.Decision(method(voting).name, tuple(choice or ())) if voting else None
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    refuse_draft(raw)
    with steps.open_for(folder, source) as session:
        desk = carrying.desk_for(session, out)
        author = session.signer(source)
        settings = proposing.settings_in_force(desk)
        paying = steps.choose_fund(settings, fund)
        older = [_passed(session, name) for name in supersedes or []]
        ids = list(dict.fromkeys(named.id for named in older))
        standing = (
            None if out else proposing.find_published(desk, raw, author.address, paying.name, ids, decision=decision)
        )
        carried: list[str] = []
        published, taken = standing, tuple[Submitted, ...]()
        if published is None:
            carry = None if out is None else lambda signed: carried.extend(_carried(out, signed))
            try:
                advanced = advancing.advance(
                    desk, raw, author=author, fund=paying.name, supersedes=ids, decision=decision, carry=carry
                )
            except proposing.PublishError as error:
                if not error.findings:
                    raise
                return refused(error)
            if advanced.published is None:
                return on_its_way(_name(settings, raw), advanced, out, carried)
            published, taken = advanced.published, advanced.steps
        bound = [] if out else of_proposal(session.journal, published.id, settings.prefix, session.workspace.documents)
        pinned, told = kept(folder, lambda: bound) if bound else ([], [])
    names = list(dict.fromkeys(named.name for named in older))
    name = _name(settings, raw)
    answer = _published(name, published, paying, out, names, document=parse_document(raw), is_new=standing is None)
    way = {"state": "Voting", "earliest": None, "steps": step_rows(taken)}
    document = {**cast("dict[str, object]", answer.document), **way, "pinned": pinned}
    return Answer(document, [*step_lines(name, taken), *answer.lines, *carried, *told])


def _passed(session: Session, name: str) -> steps.Named:
    steps.refuse_part(name)
    return steps.find_proposal(session, name)


def _carried(out: Path, signed: Submission | Publication | bytes) -> list[str]:
    if isinstance(signed, Publication):
        return carrying.carried(out, write_publication(signed))
    return carrying.carried(out, signed if isinstance(signed, bytes) else write_submission(signed))


def refuse_draft(raw: bytes) -> None:
    """Refuse a document in which a sentence of `dao draft` was not replaced."""
    written = [told for told in map(str.encode, placeholders()) if told in raw]
    kept = [line for line in raw.splitlines() for told in written if told in line]
    if kept:
        raise proposing.PublishError("E_LINT", "draft", count=len(kept), first=kept[0].decode("utf-8", "replace"))


def _name(settings: Settings, raw: bytes) -> str:
    """The name of a document that lints, or was published before."""
    return f"{settings.prefix}-{parse_document(raw).front.iip}"


def _published(
    name: str,
    published: proposing.Published,
    fund: FundSettings,
    out: Path | None,
    supersedes: list[str],
    *,
    document: Document,
    is_new: bool,
) -> Answer:
    functions = functions_of(document)
    told = [(part.release, sentences(part, assets_of(fund), functions)) for part in published.parts]
    parts = [
        {"part": number, "release": release or None, "payments": payments}
        for number, (release, payments) in enumerate(told, 1)
    ]
    answer: dict[str, Any] = {
        "ok": True,
        "proposal": name,
        "id": "0x" + published.id.hex(),
        "start": published.start,
        "end": published.end,
        "fund": fund.name,
        "document": str(published.document),
        "parts_cid": None if published.parts_cid is None else str(published.parts_cid),
        "settings": str(published.settings),
        "parts": parts,
        "supersedes": supersedes,
        "leaf": published.leaf if out is None else None,
        "file": None if out is None else str(out),
        "is_new": is_new,
    }
    how = "carried" if out is not None else "" if is_new else "already"
    lines = steps.done("STEP_PUBLISHED", how, name=name, id=published.id)
    lines += steps.noted("STEP_WINDOW", start=published.start, end=published.end)
    if supersedes:
        lines += steps.noted("STEP_SUPERSEDES", names=supersedes)
    lines += ["", text.paint(text.say("PUBLISH", "signed"), "bold")]
    bound = {"document": published.document, "settings": published.settings, "parts": published.parts_cid}
    rows = [(text.label(name), str(cid)) for name, cid in bound.items() if cid is not None]
    for number, (release, payments) in enumerate(told, 1):
        place = text.place(f"part {number}")
        rows += [(place, _after(payment, release)) for payment in payments]
    return Answer(answer, [*lines, *text.rows(rows)])


def _after(payment: str, release: str) -> str:
    return text.say("PUBLISH", "after", payment=payment, release=release) if release else payment


def refused(error: proposing.PublishError) -> Answer:
    """The answer to a document with errors: all of them, one by one."""
    message = sentence(error.code, error.reason, error.facts, language())
    rows = [finding_row(finding) for finding in error.findings]
    lines = [line for finding in error.findings for line in text.told(finding)]
    lines += ["", f"{text.paint(text.label('refused'), 'red')} {error.code}", *text.wrapped(message, "  ")]
    return Answer({"ok": False, "code": error.code, "message": message, "findings": rows}, lines, FALSE)
