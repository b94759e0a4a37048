"""`dao milestone report`: the author or a payee says, over a file's bytes, that a milestone is reached."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain import address
from chain.cid import raw_cid
from dao.cli import carrying, steps, text
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.record.carrier import SignedAct, write_act
from dao.record.case import need
from dao.session import KeySource, Session
from dao.workflow import acting
from dao.workflow.desk import REQUIRED
from governance.acts import read_act

EXAMPLES = (
    "dao milestone report IIP-2/2 --file report.md --key nora",
    "dao milestone report IIP-2/2 --file report.md --key nora --dir demo --json",
    "dao milestone report IIP-2/2 --file report.md --key nora --out report.act.json",
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
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    out: Out = None,
    folder: Dir = Path(),
) -> Answer:
    """Report on a part's milestone, as the proposal's author or as the payee.

    A new report voids what was approved before; the same one again is shown as it is. The file's bytes are kept in the
    journal, and reviewers sign the same bytes.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    return act(part, "report", file, source, folder, out=out)


def act(part: str, kind: str, file: Path, source: KeySource, folder: Path, *, out: Path | None) -> Answer:
    """Take one act over the bytes of a file, or carry it; a report that stands already is not made again."""
    evidence = read(file, SIZE_MAX)
    digest = raw_cid(evidence).digest
    with steps.open_for(folder, source) as session:
        desk = carrying.desk_for(session, out)
        signer = session.signer(source)
        named = steps.find_part(session, part)
        standing = _standing(session, named, signer.address, digest) if kind == "report" else None
        leaf, envelope = standing, b""
        if leaf is None:
            envelope = acting.sign(desk, named.id, named.part, kind, signer=signer, evidence=evidence)
            leaf = acting.take_act(desk, envelope, evidence)
        carried = out if standing is None else None
        case = session.desk.case(named.id, *REQUIRED["act"])
        release = need(case.parts)[named.part - 1].release
        is_released = named.part in need(case.releases)
        required = need(case.settings).reviewers.required
    document = {
        "ok": True,
        "part": named.payout,
        "milestone": release,
        "act": kind,
        "signer": address.checksum(signer.address),
        "evidence": "0x" + digest.hex(),
        "leaf": leaf if carried is None else None,
        "released": is_released,
        "is_new": standing is None,
        "file": None if carried is None else str(carried),
    }
    told = kind if standing is None else "already"
    lines = steps.done("STEP_ACT", told, name=named.payout, milestone=release, signer=signer.address)
    place = [(text.label("leaf"), str(leaf))] if carried is None else []
    lines += text.rows([("sha256", str(document["evidence"])), *place])
    if carried is not None:
        return Answer(document, [*lines, *carrying.carried(carried, write_act(SignedAct(envelope, evidence)))])
    fate = "released" if is_released else "returned" if kind == "return" else ""
    lines += steps.noted("STEP_MILESTONE", fate, name=named.payout, required=required)
    return Answer(document, lines)


def _standing(session: Session, named: steps.Named, signer: bytes, evidence: bytes) -> int | None:
    """The leaf of the part's newest report, if it is this one: a second would void what was approved since."""
    for index, leaf in reversed(list(enumerate(session.journal.leaves))):
        if leaf.kind == "act" and leaf.body["proposal"] == named.id:
            found = read_act(session.journal.get(steps.link(leaf, "envelope")))
            if (found.kind, found.part) == ("report", named.part):
                return index if (found.address, found.evidence) == (signer, evidence) else None
    return None
