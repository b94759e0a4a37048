"""`dao cancel`: the author takes an open proposal back, or a cancellation that was signed elsewhere is taken."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chain import address
from dao.cli import carrying, steps, text
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.errors import UsageError
from dao.session import KeySource
from dao.views.iip_standing import voters_of
from dao.workflow import cancelling
from dao.workflow.desk import REQUIRED
from governance.admission import AdmissionError
from governance.messages import proposal_id, read_envelope

EXAMPLES = (
    "dao cancel IIP-2 --key dora",
    "dao cancel IIP-2 --file cancel.json --json",
)

_SIZE_MAX = 2**20
_VOTES = (*REQUIRED["proposal"], 30)


def command(
    proposal: Annotated[str, typer.Argument(help="The proposal's name, as IIP-2.", metavar="IIP")],
    *,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Snapshot's CancelProposal, signed elsewhere.", metavar="ENVELOPE")
    ] = None,
    out: Out = None,
    folder: Dir = Path(),
) -> Answer:
    """Cancel a proposal, as its author, until its vote ends.

    Its votes are kept and decide nothing; its number stays used. Everybody whose vote becomes void is listed, to be
    told. With --file nothing is signed here; with --out nothing is taken here.
    """
    steps.refuse_part(proposal)
    if file is not None and out is not None:
        raise UsageError("E_USAGE", "file_and_out")
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    if file is not None and (key or key_env or wallet_env):
        raise UsageError("E_USAGE", "key_or_file")
    raw = None if file is None else read(file, _SIZE_MAX)
    with steps.open_for(folder, source if raw is None else None, passphrase_file=passphrase_file) as session:
        desk = carrying.desk_for(session, out)
        named = steps.find_proposal(session, proposal)
        if raw is None:
            raw = cancelling.sign(desk, named.id, session.signer(source))
        envelope = read_envelope(raw, "snapshot")
        if proposal_id(envelope) != named.id:
            raise AdmissionError("E_PROPOSAL", "other", id=proposal_id(envelope), expected=named.id)
        leaf = cancelling.take_cancel(desk, raw)
        votes = sum(1 for one in session.journal.leaves if one.kind == "vote" and one.body["proposal"] == named.id)
        voters = [address.checksum(voter) for voter in voters_of(session.desk.case(named.id, *_VOTES))]
    author = address.checksum(named.envelope.address)
    document: dict[str, Any] = {
        "ok": True,
        "proposal": named.name,
        "id": "0x" + envelope.id.hex(),
        "leaf": leaf if out is None else None,
        "author": author,
        "votes": votes,
        "voters": voters,
        "file": None if out is None else str(out),
    }
    lines = steps.done("STEP_CANCELLED", "" if out is None else "carried", name=named.name, votes=votes)
    rows = {"cancellation": document["id"], "leaf": str(leaf), "author": author}
    lines += text.rows([(text.label(name), told) for name, told in rows.items() if name != "leaf" or out is None])
    if voters:
        lines += ["", *steps.noted("STEP_VOID", "" if out is None else "carried", count=len(voters), name=named.name)]
        lines += [f"  {voter}" for voter in voters]
    return Answer(document, lines if out is None else [*lines, *carrying.carried(out, raw)])
