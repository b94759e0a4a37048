"""`dao submit`: an author puts a text under review, or a newer text of the same number, and nobody votes on it yet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chain import address
from dao.cli import carrying, steps, text
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.cli.proposals.publish import refuse_draft, refused
from dao.record.carrier import write_submission
from dao.session import KeySource
from dao.workflow import proposing, submitting

EXAMPLES = (
    "dao submit iips/iip-3.md --key dora",
    "dao submit iips/iip-3.md --key dora --out iip-3.submission.json",
)


def command(
    file: Annotated[Path, typer.Argument(help="The proposal in Markdown.", metavar="FILE")],
    *,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    out: Out = None,
    folder: Dir = Path(),
) -> Answer:
    """Sign a text and put it under review: its number is the author's, and no vote is asked for.

    Submit a changed text again to revise it, publish it to open its vote, withdraw it to end it. A document with errors
    is refused, with every finding listed; the newest text of its number, submitted again, changes nothing.
    """
    raw = read(file)
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    refuse_draft(raw)
    with steps.open_for(folder, source) as session:
        desk = carrying.desk_for(session, out)
        author = session.signer(source)
        prefix = proposing.settings_in_force(desk).prefix
        done = None if out else submitting.find_submitted(desk, raw, author.address)
        is_new, carried = done is None, []
        try:
            if done is None:
                signed = submitting.sign_submission(desk, raw, author)
                done = submitting.take_submission(desk, signed)
                carried = [] if out is None else carrying.carried(out, write_submission(signed))
        except proposing.PublishError as error:
            if not error.findings:
                raise
            return refused(error)
    name = f"{prefix}-{done.number}"
    document: dict[str, Any] = {
        "ok": True,
        "proposal": name,
        "event": done.event,
        "document": str(done.document),
        "author": address.checksum(author.address),
        "leaf": done.leaf if out is None else None,
        "file": None if out is None else str(out),
        "is_new": is_new,
    }
    how = "carried" if out is not None else "" if is_new else "already"
    lines = steps.done("STEP_SUBMITTED", how, name=name)
    if out is None:
        lines += steps.noted("STEP_SUBMITTED", "next", name=name)
    return Answer(document, [*lines, *text.rows([(text.label("document"), str(done.document))]), *carried])
