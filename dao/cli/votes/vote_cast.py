"""`dao vote cast`: one signed vote enters the journal, and its voter gets a receipt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from chain import address
from chain.signer import Signer
from dao.cli import carrying, steps, text
from dao.cli.answer import Answer
from dao.cli.files import OutFileError, read, write
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.cli.votes import ballots, vote_receipt, vote_sign
from dao.errors import UsageError
from dao.files import is_file
from dao.session import KeySource, Session
from dao.workflow import voting
from dao.workflow.desk import Desk
from dao.workflow.safe_voting import refuse_strangers, safe_now
from governance import safe_vote
from governance.admission import AdmissionError
from governance.messages import (
    Envelope,
    envelope_json,
    proposal_id,
    read_envelope,
    sign_envelope,
    vote_message,
)

EXAMPLES = (
    "dao vote cast IIP-2 For --key eve",
    'dao vote cast IIP-2 2 --key finn --reason "Too early"',
    "dao vote cast IIP-2 --file vote.json --json",
    "dao vote cast IIP-2 For --key eve --receipt eve.receipt.json",
    "dao vote cast IIP-2 For --key eve --out eve.vote.json",
    "dao vote cast IIP-4 2,3,1 --key eve",
    "dao vote cast IIP-2 For --safe $SAFE --key ann --out safe.vote.json",
    "dao vote cast IIP-5 --choice Rome=3 --choice Oslo=1 --key eve",
)

_SIZE_MAX = 2**20
_Receipt = Annotated[
    Path | None,
    typer.Option("--receipt", help="Write the vote's receipt, signed by the journal, to this file.", metavar="FILE"),
]


def command(
    proposal: Annotated[str, typer.Argument(help="The proposal's name, as IIP-2.", metavar="IIP")],
    choice: Annotated[
        str, typer.Argument(help="A choice's number from 1, or its exact name.", metavar="CHOICE", show_default=False)
    ] = "",
    *,
    choices: Annotated[
        list[str] | None,
        typer.Option(
            "--choice",
            help="Repeatable: each choice approved; ranked, the best first; or with its weight, as Rome=3.",
            metavar="CHOICE",
        ),
    ] = None,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; everybody can read it.")] = "",
    file: Annotated[
        Path | None, typer.Option("--file", help="Envelope of a vote that was signed elsewhere.", metavar="ENVELOPE")
    ] = None,
    safe: Annotated[
        str, typer.Option("--safe", help="Write the vote of this Safe to --out, for its owners.", metavar="ADDRESS")
    ] = "",
    receipt: Annotated[
        Path | None,
        typer.Option(
            "--receipt", help="Write the vote's receipt, signed by the journal, to this file.", metavar="FILE"
        ),
    ] = None,
    out: Out = None,
    folder: Dir = Path(),
) -> Answer:
    """Cast a vote: build it, sign it, and take it into the journal.

    Of several votes of one voter the latest counts, and all are kept; the same vote said again shows the receipt of the
    first. The answer names the vote's id and its leaf in the journal; --receipt keeps the journal's signed word for it,
    with which `dao verify` finds a record that leaves the vote out. With --file nothing is signed here; with --out
    nothing is taken here. Approval, ranked and weighted votes name each choice with --choice, or all in one CHOICE with
    commas between them: 2,3,1 or 1=2,3=1.

    The vote of a Safe (--safe) is only written to --out: with a key it carries that owner's signature, and `dao vote
    sign` adds the others; without one it is for a Safe that signs on chain. With --file it is cast when enough have
    signed, and the Safe itself is asked.
    """
    steps.refuse_part(proposal)
    _refuse_together(file, receipt, out)
    wanted = [*([choice] if choice else []), *(choices or [])]
    if (file is None) == (not wanted):
        raise UsageError("E_USAGE", "choice_or_file")
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    if safe:
        if out is None or file is not None:
            raise UsageError("E_USAGE", "safe_out")
        return _of_safe(folder, source, proposal=proposal, wanted=wanted, safe=safe, reason=reason, out=out)
    raw = None if file is None else read(file, _SIZE_MAX)
    with steps.open_for(folder, source if raw is None else None) as session:
        desk = carrying.desk_for(session, out)
        named = steps.find_proposal(session, proposal)
        if raw is None:
            signer, chosen = session.signer(source), ballots.spelled(named.voting, named.options, wanted)
            standing = _standing(session, named, signer.address, chosen, reason)
            if standing is not None:
                kept = vote_receipt.kept(session.desk, standing[1], receipt)
                return _told(named, *standing, is_new=False, kept=kept)
            raw = _sign(session, named, chosen, signer, reason)
        return _cast(desk, named, raw, receipt, out)


def _cast(desk: Desk, named: steps.Named, raw: bytes, receipt: Path | None, out: Path | None) -> Answer:
    """Take a signed vote, or write it down."""
    envelope = read_envelope(raw, "snapshot")  # the settings' own policy judges it when it is cast
    if envelope.is_vote() and proposal_id(envelope) != named.id:
        raise AdmissionError("E_PROPOSAL", "other", id=proposal_id(envelope), expected=named.id)
    if receipt is not None and is_file(receipt):  # said before the vote is taken, not after it
        raise OutFileError("E_IO_EXISTS", "out", path=str(receipt))
    warnings: list[str] = []
    leaf = voting.cast(desk, raw, warnings.append)
    if out is None:
        kept = vote_receipt.kept(desk, leaf, receipt)
        return _told(named, envelope, leaf, is_new=True, kept=kept, warnings=warnings)
    told = _told(named, envelope, None, is_new=True, out=out, warnings=warnings)
    return told._replace(lines=[*told.lines, *carrying.carried(out, raw)])


def _refuse_together(file: Path | None, receipt: Path | None, out: Path | None) -> None:
    """Refuse options of which each leaves nothing to the other."""
    if file is not None and out is not None:
        raise UsageError("E_USAGE", "file_and_out")
    if receipt is not None and out is not None:
        raise UsageError("E_USAGE", "receipt_and_out")


def _of_safe(
    folder: Path, source: KeySource, *, proposal: str, wanted: list[str], safe: str, reason: str, out: Path
) -> Answer:
    """Write the vote of a Safe, signed by the owner whose key was named, if one was."""
    is_signing = bool(source.name or source.variable or source.wallet_variable)
    with steps.open_for(
        folder, source if is_signing else None, passphrase_file=source.passphrase_file
    ) as session:  # fmt: skip
        named, chain_id = steps.find_proposal(session, proposal), session.workspace.anchors.chain_id
        voter = address.parse_on(safe, chain_id)
        state = safe_now(session.node, voter)
        chosen = ballots.spelled(named.voting, named.options, wanted)
        raw = envelope_json("Vote", _message(session, named, chosen, voter, reason), voter, b"")
        if is_signing:
            signer, mine = session.signer(source), read_envelope(raw)
            refuse_strangers(state, [signer.address])
            signed = signer.sign_typed(safe_vote.typed_vote(mine, chain_id))
            raw = safe_vote.joined(mine, {signer.address: signed}, chain_id)
        write(out, raw)
        return vote_sign.told(session, read_envelope(raw), out)


def _standing(
    session: Session, named: steps.Named, voter: bytes, choice: ballots.Spelled, reason: str
) -> tuple[Envelope, int] | None:
    """The voter's latest vote, if it says just this: a command that is run again does not vote again."""
    for index, leaf in reversed(list(enumerate(session.journal.leaves))):
        if leaf.kind == "vote" and leaf.body["proposal"] == named.id:
            envelope = read_envelope(session.journal.get(steps.link(leaf, "envelope")), "snapshot")
            if envelope.address == voter:
                said = (envelope.message["choice"], envelope.message["reason"])
                return (envelope, index) if said == (choice, reason) else None
    return None


def _sign(session: Session, named: steps.Named, choice: ballots.Spelled, signer: Signer, reason: str) -> bytes:
    return sign_envelope("Vote", _message(session, named, choice, signer.address, reason), signer)


def _message(
    session: Session, named: steps.Named, choice: ballots.Spelled, voter: bytes, reason: str
) -> dict[str, object]:
    return vote_message(
        voter=voter,
        space=str(named.envelope.message["space"]),
        proposal=named.id,
        choice=choice,
        timestamp=session.desk.now(),
        reason=reason,
    )


def _told(
    named: steps.Named,
    envelope: Envelope,
    leaf: int | None,
    *,
    is_new: bool,
    out: Path | None = None,
    kept: Path | None = None,
    warnings: Sequence[str] = (),
) -> Answer:
    chosen = envelope.message["choice"]
    option = ballots.told(named.voting, named.options, chosen)
    voter = address.checksum(envelope.address)
    document: dict[str, Any] = {
        "ok": True,
        "proposal": named.name,
        "id": "0x" + envelope.id.hex(),
        "leaf": leaf,
        "voter": voter,
        "choice": chosen,
        "option": option,
        "is_new": is_new,
        "file": None if out is None else str(out),
        "receipt": None if kept is None else str(kept),
        "warnings": list(warnings),
    }
    state = "already" if not is_new else "" if out is None else "carried"
    lines = steps.done("STEP_VOTED", state, name=named.name, option=option)
    rows = {"vote": document["id"], "leaf": str(leaf), "voter": voter}
    lines += text.rows([(text.label(name), told) for name, told in rows.items() if name != "leaf" or leaf is not None])
    if kept is not None:
        lines += steps.noted("STEP_RECEIPT", file=kept)
    lines += steps.noted("STEP_VOTED", "again", end=named.end)
    for code in warnings:
        lines += [f"  {text.paint(code, 'yellow')}", *text.wrapped(text.say(code), "    ")]
    return Answer(document, lines)
