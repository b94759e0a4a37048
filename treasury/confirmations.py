"""Whose signatures are under a Safe transaction, and whether they suffice.

Decides that every confirmation is its owner's consent to exactly this transaction's hash (a key's signature, a key's
signature of the hash as text, a contract's, or a hash approved on chain), that all are distinct owners of the Safe in a
given state, and that they reach its threshold; then joins them as the Safe takes them. One bad confirmation refuses all
of them by name: leaving it out would hide that somebody was shown something else. What only the chain can say comes in
proved (`chain.safe_owners.Proved`), and counts for nothing while it is not. It does not decide whether the transaction
*should* be signed (`treasury.review`), or whether the state is the one at the close of the vote.
"""

from __future__ import annotations

from collections.abc import Iterable

from chain.errors import ChainError
from chain.safe import SafeTx, safe_tx_data
from chain.safe_json import Confirmation
from chain.safe_owners import NOTHING, Proved, join_parts, owner_of, question_of
from chain.safe_signatures import split_signatures
from chain.safe_state import SafeState
from chain.signer import Signer
from treasury.errors import TreasuryError

__all__ = [
    "Confirmation",
    "ConfirmationError",
    "check_confirmation",
    "check_confirmations",
    "needs_proof",
    "sign_safe_tx",
]


class ConfirmationError(TreasuryError):
    """A confirmation that does not count, or too few of them (`E_SAFE_SIGS`)."""


def sign_safe_tx(tx: SafeTx, signer: Signer) -> Confirmation:
    """Sign a transaction. Whoever calls this has reviewed it before."""
    return Confirmation(signer.address, signer.sign_typed(safe_tx_data(tx)))


def needs_proof(confirmation: Confirmation) -> bool:
    """Whether only the chain can say that the owner agreed; False also for bytes that are no owner's part."""
    try:
        entries = split_signatures(confirmation.signature)
    except ChainError:
        return False
    return len(entries) == 1 and entries[0].kind in ("contract", "approved_hash")


def check_confirmation(tx: SafeTx, confirmation: Confirmation, state: SafeState, proved: Proved = NOTHING) -> None:
    """Raise `ConfirmationError` unless an owner of the Safe in `state` made this confirmation of `tx`.

    `E_SAFE_SIGS`: `malformed` for bytes that are no owner's signature, `unproved` for a contract's signature or an
    approved hash that nothing proves, `other_signer` where the hash was signed by somebody else than is named (or
    another hash was signed), `stranger` where the signer is no owner.
    """
    if (state.chain_id, state.safe) != (tx.chain_id, tx.safe):
        raise ConfirmationError("E_SAFE_SIGS", "other_safe", safe=state.safe, expected=tx.safe)
    owner, signed = confirmation
    try:
        found = owner_of(question_of(tx), signed, proved)
    except ChainError as error:
        if error.reason == "not_proved":
            raise ConfirmationError("E_SAFE_SIGS", "unproved", owner=owner) from error
        cause = error.code if error.code != "E_SAFE_SIGS" else error.reason
        raise ConfirmationError("E_SAFE_SIGS", "malformed", owner=owner, cause=cause) from error
    if found != owner:
        raise ConfirmationError("E_SAFE_SIGS", "other_signer", owner=owner, found=found)
    if owner not in state.owners:
        raise ConfirmationError("E_SAFE_SIGS", "stranger", owner=owner, safe=tx.safe)


def check_confirmations(
    tx: SafeTx, confirmations: Iterable[Confirmation], state: SafeState, proved: Proved = NOTHING
) -> bytes:
    """Return the signature blob for `execTransaction`: the owners in ascending order, every one of them checked.

    Raises as `check_confirmation` does, and `E_SAFE_SIGS`: `twice` for an owner who stands there two times, `too_few`
    below the threshold, naming who has signed.
    """
    signed: dict[bytes, bytes] = {}
    for confirmation in confirmations:
        check_confirmation(tx, confirmation, state, proved)
        if confirmation.owner in signed:
            raise ConfirmationError("E_SAFE_SIGS", "twice", owner=confirmation.owner)
        signed[confirmation.owner] = confirmation.signature
    if len(signed) < state.threshold:
        raise ConfirmationError(
            "E_SAFE_SIGS", "too_few", found=len(signed), expected=state.threshold, signers=sorted(signed)
        )
    blob = join_parts(signed)
    # The other road: what was joined is split again, and says of each owner what he gave.
    ours = [split_signatures(signed[owner])[0] for owner in sorted(signed)]
    assert [(e.kind, e.owner, e.data) for e in ours] == [(e.kind, e.owner, e.data) for e in split_signatures(blob)]
    return blob
