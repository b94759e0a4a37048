"""`dao publish`: a document that lints becomes a signed proposal, with everything that it binds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dao.cli import steps, text
from dao.cli.answer import FALSE, Answer
from dao.cli.draft import placeholders
from dao.cli.files import read
from dao.cli.lint import finding_row
from dao.cli.options import Dir, Key, KeyEnv, PassphraseFile
from dao.record.checks_proposal import assets_of
from dao.sentences import language, sentence
from dao.session import KeySource
from dao.workflow import proposing
from governance.settings import FundSettings
from proposals.document import parse_document
from proposals.explain import sentences

EXAMPLES = (
    "dao publish iips/iip-2.md --key dora",
    "dao publish iips/iip-2.md --key-env AUTHOR_KEY --fund iip --json",
)


def command(
    file: Annotated[Path, typer.Argument(help="The proposal in Markdown.", metavar="FILE")],
    *,
    key: Key = "",
    key_env: KeyEnv = "",
    passphrase_file: PassphraseFile = None,
    fund: Annotated[str, typer.Option("--fund", help="Fund that pays; may be left out if there is one.")] = "",
    folder: Dir = Path(),
) -> Answer:
    """Sign and publish a proposal, whose vote opens after the settings' delay.

    Text, parts, settings and snapshot block are bound by content under the author's signature. A document with errors
    is refused, with every finding listed.
    """
    raw = read(file)
    source = KeySource(name=key, variable=key_env, passphrase_file=passphrase_file)
    _refuse_draft(raw)
    with steps.open_for(folder, source) as session:
        author_key = session.key(source)
        settings = proposing.settings_in_force(session.desk)
        paying = steps.choose_fund(settings, fund)
        try:
            published = proposing.publish(session.desk, raw, author_key=author_key, fund=paying.name)
        except proposing.PublishError as error:
            if not error.findings:
                raise
            return _refused(error)
        name = f"{settings.prefix}-{parse_document(raw).front.iip}"
        return _published(name, published, paying)


def _refuse_draft(raw: bytes) -> None:
    """Refuse a document in which a sentence of `dao draft` was not replaced."""
    written = [told for told in map(str.encode, placeholders()) if told in raw]
    kept = [line for line in raw.splitlines() for told in written if told in line]
    if kept:
        raise proposing.PublishError("E_LINT", "draft", count=len(kept), first=kept[0].decode("utf-8", "replace"))


def _published(name: str, published: proposing.Published, fund: FundSettings) -> Answer:
    told = [(part.release, sentences(part, assets_of(fund))) for part in published.parts]
    parts = [
        {"part": number, "release": release or None, "payments": payments}
        for number, (release, payments) in enumerate(told, 1)
    ]
    document: dict[str, Any] = {
        "ok": True,
        "proposal": name,
        "id": "0x" + published.id.hex(),
        "start": published.start,
        "end": published.end,
        "fund": fund.name,
        "document": str(published.document),
        "parts_cid": str(published.parts_cid),
        "settings": str(published.settings),
        "parts": parts,
    }
    lines = steps.done("STEP_PUBLISHED", name=name, id=published.id)
    lines += steps.noted("STEP_WINDOW", start=published.start, end=published.end)
    lines += ["", text.paint("What the author signed, by content", "bold")]
    rows = [("document", document["document"]), ("settings", document["settings"]), ("parts", document["parts_cid"])]
    for number, (release, payments) in enumerate(told, 1):
        after = f", after milestone {release}" if release else ""
        rows += [(f"part {number}", payment + after) for payment in payments]
    return Answer(document, [*lines, *text.rows(rows)])


def _refused(error: proposing.PublishError) -> Answer:
    message = sentence(error.code, error.reason, error.facts, language())
    rows = [finding_row(finding) for finding in error.findings]
    lines = [line for finding in error.findings for line in text.told(finding)]
    lines += ["", f"{text.paint('refused', 'red')} {error.code}", *text.wrapped(message, "  ")]
    return Answer({"ok": False, "code": error.code, "message": message, "findings": rows}, lines, FALSE)
