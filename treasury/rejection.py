"""The rejection: a Safe transaction that does nothing but spend a nonce.

A signature cannot be taken back, so what owners have signed can be executed for ever, until another transaction has
spent its nonce. Wallets know that transaction as a rejection: an empty call of the Safe to itself. Decided here: its
form. That it was executed is read from a proved receipt (`treasury.execution`).
"""

from __future__ import annotations

from chain.safe import CALL, SafeTx


def rejection_of(tx: SafeTx) -> SafeTx:
    """Return the transaction that spends the nonce of `tx` and moves nothing."""
    return SafeTx(
        chain_id=tx.chain_id, safe=tx.safe, version=tx.version, to=tx.safe, value=0, data=b"", operation=CALL,
        nonce=tx.nonce,
    )  # fmt: skip


def is_rejection(tx: SafeTx) -> bool:
    """Whether a transaction does nothing but spend its nonce; one that refunds anybody does more."""
    return tx == rejection_of(tx)
