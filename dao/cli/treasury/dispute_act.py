"""What `dao dispute` and `dao resolve` share: one act on one part over words that everybody can read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain import address
from chain.cid import raw_cid
from dao.cli import carrying, steps, text
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.errors import UsageError
from dao.record.carrier import SignedAct, write_act
from dao.record.case import need
from dao.session import KeySource
from dao.workflow import acting
from dao.workflow.desk import REQUIRED

_SIZE_MAX = 2**20

Reason = Annotated[str, typer.Option("--reason", help="Why; everybody can read it.")]
ReasonFile = Annotated[
    Path | None, typer.Option("--file", help="File with the words, instead of --reason.", metavar="WORDS")
]


def words_of(reason: str, file: Path | None) -> bytes:
    """What was said in one of the two ways."""
    if (file is None) == (reason == ""):
        raise UsageError("E_USAGE", "words_or_file")
    return read(file, _SIZE_MAX) if file is not None else typed(reason)


def typed(reason: str) -> bytes:
    """One line, as it was typed; what was no text there is refused."""
    try:
        return f"{reason}\n".encode()
    except UnicodeEncodeError:
        raise UsageError("E_USAGE", "no_text") from None


def act(part: str, kind: str, words: bytes, source: KeySource, folder: Path, *, out: Path | None) -> Answer:
    """Sign an act over the bytes of its words and take it, or carry it."""
    with steps.open_for(folder, source) as session:
        desk = carrying.desk_for(session, out)
        signer = session.signer(source)
        named = steps.find_part(session, part)
        envelope = acting.sign(desk, named.id, named.part, kind, signer=signer, evidence=words)
        leaf = acting.take_act(desk, envelope, words)
        case = session.desk.case(named.id, *REQUIRED["act"])
        dispute = need(case.disputes).get(named.part)
        required = need(case.settings).disputes.required
    is_resolved = dispute is not None and dispute.resolved is not None
    document = {
        "ok": True,
        "part": named.payout,
        "act": kind,
        "signer": address.checksum(signer.address),
        "evidence": "0x" + raw_cid(words).digest.hex(),
        "leaf": leaf if out is None else None,
        "deadline": None if dispute is None else dispute.deadline,
        "resolved": is_resolved,
        "file": None if out is None else str(out),
    }
    lines = steps.done("STEP_DISPUTE", kind, name=named.payout, signer=signer.address)
    place = [(text.label("leaf"), str(leaf))] if out is None else []
    lines += text.rows([("sha256", str(document["evidence"])), *place])
    if out is not None:
        return Answer(document, [*lines, *carrying.carried(out, write_act(SignedAct(envelope, words)))])
    if dispute is not None:
        fate = "resolved" if is_resolved else "open"
        lines += steps.noted("STEP_DISPUTE", fate, name=named.payout, required=required, deadline=dispute.deadline)
    return Answer(document, lines)
