"""`dao cancel`: the author takes an open proposal back, or a cancellation that was signed elsewhere is taken."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chain import address
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Account, Dir, Key, KeyEnv, PassphraseFile, WalletEnv
from dao.errors import UsageError
from dao.session import KeySource
from dao.workflow import cancelling
from governance.admission import AdmissionError
from governance.messages import proposal_id, read_envelope

EXAMPLES = (
    "dao cancel IIP-2 --key dora",
    "dao cancel IIP-2 --file cancel.json --json",
)

_SIZE_MAX = 2**20


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
    folder: Dir = Path(),
) -> Answer:
    """Cancel a proposal, as its author, until its vote ends.

    Its votes are kept and decide nothing; its number stays used. With --file nothing is signed here.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    if file is not None and (key or key_env or wallet_env):
        raise UsageError("E_USAGE", "key_or_file")
    raw = None if file is None else read(file, _SIZE_MAX)
    with steps.open_for(folder, source if raw is None else None, passphrase_file=passphrase_file) as session:
        named = steps.find_proposal(session, proposal)
        if raw is None:
            leaf = cancelling.cancel(session.desk, named.id, session.signer(source))
        else:
            found = proposal_id(read_envelope(raw))
            if found != named.id:
                raise AdmissionError("E_PROPOSAL", "other", id=found, expected=named.id)
            leaf = cancelling.take_cancel(session.desk, raw)
        body = session.journal.leaves[leaf].body
        votes = sum(1 for one in session.journal.leaves if one.kind == "vote" and one.body["proposal"] == named.id)
    author = address.checksum(named.envelope.address)
    document: dict[str, Any] = {
        "ok": True,
        "proposal": named.name,
        "id": "0x" + bytes(body["id"]).hex(),  # type: ignore[call-overload]
        "leaf": leaf,
        "author": author,
        "votes": votes,
    }
    lines = steps.done("STEP_CANCELLED", name=named.name, votes=votes)
    lines += text.rows([("cancellation", document["id"]), ("leaf", str(leaf)), ("author", author)])
    return Answer(document, lines)
