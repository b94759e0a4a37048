"""`dao veto`: the guardian, or an owner of the Safe, stops parts of a proposal that passed, and says why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chain import address
from chain.cid import raw_cid
from dao.cli import carrying, steps, text
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.cli.treasury.dispute_act import typed
from dao.errors import UsageError
from dao.record.carrier import SignedAct, write_act
from dao.session import KeySource
from dao.workflow import acting, stopping

EXAMPLES = (
    'dao veto IIP-2/1 --reason "The payee lost his key" --key gus',
    "dao veto IIP-2 --file reason.md --key gus --json",
    "dao veto IIP-2/1 --file reason.md --key ann --out veto.act.json",
)

_SIZE_MAX = 2**20


def command(
    target: Annotated[str, typer.Argument(help="A part, as IIP-2/1, or all of them, as IIP-2.", metavar="PART")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; everybody can read it.")] = "",
    file: Annotated[
        Path | None, typer.Option("--file", help="File with the reason, instead of --reason.", metavar="REASON")
    ] = None,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    out: Out = None,
    folder: Dir = Path(),
) -> Answer:
    """Veto a part of a proposal that passed, or all of its parts, as the guardian or as an owner of the Safe.

    The guardian stops it alone; of owners it takes as many as the Safe's threshold. Nothing more is then queued, signed
    or executed. A part that nobody has signed ends at once and gives its money back; one that somebody has signed does
    so when its nonce is spent.
    """
    if (file is None) == (reason == ""):
        raise UsageError("E_USAGE", "reason_or_file")
    why = read(file, _SIZE_MAX) if file is not None else typed(reason)
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    with steps.open_for(folder, source) as session:
        desk = carrying.desk_for(session, out)
        signer = session.signer(source)
        named = steps.find_decided(session, target)
        envelope = acting.sign(desk, named.id, named.part, "veto", signer=signer, evidence=why)
        done = stopping.take_veto(desk, envelope, why)
    document: dict[str, Any] = {
        "ok": True,
        "proposal": named.name,
        "part": named.part or None,
        "signer": address.checksum(signer.address),
        "evidence": "0x" + raw_cid(why).digest.hex(),
        "leaf": done.leaf if out is None else None,
        "vetoed": [f"{named.name}/{part}" for part in done.parts],
        "ended": [f"{named.name}/{part}" for part in done.ended],
        "file": None if out is None else str(out),
    }
    told = named.payout if named.part else named.name
    lines = steps.done("STEP_VETO", "" if out is None else "carried", name=told, signer=signer.address)
    place = [(text.label("leaf"), str(done.leaf))] if out is None else []
    lines += text.rows([("sha256", document["evidence"]), *place])
    if out is not None:
        return Answer(document, [*lines, *carrying.carried(out, write_act(SignedAct(envelope, why)))])
    if not done.parts:
        lines += steps.noted("STEP_VETO", "more", name=told)
    for part in done.parts:
        fate = "ended" if part in done.ended else "pending"
        lines += steps.noted("STEP_VETO", fate, name=f"{named.name}/{part}")
    return Answer(document, lines)
