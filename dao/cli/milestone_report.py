"""`dao milestone report`: the author or a payee says, over a file's bytes, that a milestone is reached."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain import address, signature
from chain.cid import raw_cid
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Dir, Key, KeyEnv, PassphraseFile
from dao.record.case import need
from dao.session import KeySource
from dao.workflow import acting
from dao.workflow.desk import REQUIRED

EXAMPLES = (
    "dao milestone report IIP-2/2 --file report.md --key nora",
    "dao milestone report IIP-2/2 --file report.md --key nora --dir demo --json",
)

SIZE_MAX = 2**20
"""Bytes of a report: one block of the journal."""

Report = Annotated[Path, typer.Option("--file", help="The report; its bytes are what is signed.", metavar="REPORT")]
Part = Annotated[str, typer.Argument(help="A part that waits for a milestone, as IIP-2/2.", metavar="PART")]


def command(
    part: Part,
    *,
    file: Report,
    key: Key = "",
    key_env: KeyEnv = "",
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Report on a part's milestone, as the proposal's author or as the payee.

    A new report voids what was approved before. The file's bytes are kept in the journal, and reviewers sign the same
    bytes.
    """
    return act(part, "report", file, KeySource(name=key, variable=key_env, passphrase_file=passphrase_file), folder)


def act(part: str, kind: str, file: Path, source: KeySource, folder: Path) -> Answer:
    """Take one act over the bytes of a file."""
    evidence = read(file, SIZE_MAX)
    with steps.open_for(folder, source) as session:
        key = session.key(source)
        named = steps.find_part(session, part)
        leaf = acting.act(session.desk, named.id, named.part, kind, key=key, evidence=evidence)
        case = session.desk.case(named.id, *REQUIRED["act"])
        release = need(case.parts)[named.part - 1].release
        is_released = named.part in need(case.releases)
        required = need(case.settings).reviewers.required
    signer, digest = signature.address_of(key), raw_cid(evidence).digest
    document = {
        "ok": True,
        "part": named.payout,
        "milestone": release,
        "act": kind,
        "signer": address.checksum(signer),
        "evidence": "0x" + digest.hex(),
        "leaf": leaf,
        "released": is_released,
    }
    lines = steps.done("STEP_ACT", kind, name=named.payout, milestone=release, signer=signer)
    lines += text.rows([("sha256", str(document["evidence"])), ("leaf", str(leaf))])
    lines += steps.noted("STEP_MILESTONE", "released" if is_released else "", name=named.payout, required=required)
    return Answer(document, lines)
