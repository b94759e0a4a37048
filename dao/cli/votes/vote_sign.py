"""`dao vote sign`: an owner of a Safe signs its vote, and signatures of other owners are taken in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chain.address import checksum
from chain.safe import domain_hash
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.files import read, write
from dao.cli.options import Account, Dir, Key, KeyEnv, PassphraseFile, WalletEnv
from dao.errors import UsageError
from dao.session import KeySource, Session
from dao.workflow.safe_voting import refuse_strangers, safe_now
from governance import safe_vote
from governance.messages import Envelope, read_envelope

EXAMPLES = (
    "dao vote sign safe.vote.json --key ben",
    "dao vote sign safe.vote.json --in cho.vote.json --in ben.vote.json",
    "dao vote sign safe.vote.json --wallet-env FRAME_URL --json",
)

_SIZE_MAX = 2**20


def command(
    file: Annotated[
        Path, typer.Argument(help="The vote of a Safe, as `dao vote cast --safe` wrote it.", metavar="FILE")
    ],
    *,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    taken: Annotated[
        list[Path] | None,
        typer.Option("--in", help="Take the signatures of a copy that another owner sent; repeatable.", metavar="FILE"),
    ] = None,
    folder: Dir = Path(),
) -> Answer:
    """Sign the vote of a Safe as one of its owners, or take in what other owners signed.

    What is signed is the Safe's own message over exactly this vote; every signature is checked, and the file is written
    again with all of them. With enough of them it is cast like any vote: `dao vote cast IIP-2 --file FILE`.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    is_signing = bool(key or key_env or wallet_env)
    if not is_signing and not taken:
        raise UsageError("E_USAGE", "sign_vote")
    mine = read_envelope(read(file, _SIZE_MAX), "snapshot")
    others = [read_envelope(read(path, _SIZE_MAX), "snapshot") for path in taken or ()]
    with steps.open_for(folder, source if is_signing else None, passphrase_file=passphrase_file) as session:
        chain_id, state = session.workspace.anchors.chain_id, safe_now(session.node, mine.address)
        signed: dict[bytes, bytes] = {}
        for other in others:
            safe_vote.refuse_other(mine, other)
            signed |= safe_vote.signatures_in(other, chain_id)
        if is_signing:
            signer = session.signer(source)
            refuse_strangers(state, [signer.address])
            signed[signer.address] = signer.sign_typed(safe_vote.typed_vote(mine, chain_id))
        refuse_strangers(state, [*signed, *safe_vote.signatures_in(mine, chain_id)])
        raw = safe_vote.joined(mine, signed, chain_id)
        write(file, raw, force=True)
        return told(session, read_envelope(raw, "snapshot"), file)


def told(session: Session, envelope: Envelope, file: Path) -> Answer:
    """Who has signed, what they signed, and what comes next."""
    chain_id, state = session.workspace.anchors.chain_id, safe_now(session.node, envelope.address)
    owners = list(safe_vote.signatures_in(envelope, chain_id))
    document: dict[str, Any] = {
        "ok": True,
        "id": "0x" + envelope.id.hex(),
        "safe": checksum(envelope.address),
        "message_hash": "0x" + safe_vote.typed_vote(envelope, chain_id).digest().hex(),
        "domain_hash": "0x" + domain_hash(chain_id, envelope.address, safe_vote.VERSION).hex(),
        "signed": [checksum(owner) for owner in owners],
        "threshold": state.threshold,
        "file": str(file),
    }
    reason = "unsigned" if not owners else "enough" if len(owners) >= state.threshold else ""
    lines = steps.done(
        "STEP_SAFE_VOTE", reason, people=document["signed"], needed=state.threshold, file=file, safe=document["safe"],
        digest=document["id"],
    )  # fmt: skip
    rows = [("vote", document["id"]), ("hash", document["message_hash"]), ("domain", document["domain_hash"])]
    return Answer(document, [*lines, *text.rows([(text.label(name), value) for name, value in rows])])
