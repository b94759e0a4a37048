"""Which nonce a payout's transaction may have, so that it is paid at most once.

Decides three things about the nonces of one Safe: a nonce is spent, taken or would wait behind a gap (`check_nonce`); a
payout has one live transaction (`check_single`). Two transactions with one nonce exclude each other for ever; two
with different nonces can both be executed, by anybody who holds the signatures. A nonce that is spent excludes a
transaction only if it was spent *by another hash*, so who says that it is spent says by which. How that is proved (a
receipt, or two providers) is decided where the facts are gathered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from chain.safe import SafeTx, safe_tx_hash
from treasury.errors import TreasuryError


class NonceError(TreasuryError):
    """A nonce that cannot be used (`E_NONCE`, `E_NONCE_CLASH`), or a payout that could be made twice (`E_DOUBLE_PAY`,
    `E_ALREADY`).
    """


def check_nonce(nonce: int, *, next_nonce: int, taken: Collection[int] = ()) -> None:
    """Check a new transaction's nonce against the Safe's own (`next_nonce`) and those `taken` by other transactions.

    `E_NONCE.spent` below the Safe's, `E_NONCE_CLASH` if another transaction has it, `E_NONCE.gap` if it would wait for
    one that nobody has.
    """
    if nonce < next_nonce:
        raise NonceError("E_NONCE", "spent", nonce=nonce, next_nonce=next_nonce)
    if nonce in taken:
        raise NonceError("E_NONCE_CLASH", nonce=nonce)
    free = next_nonce
    for other in sorted(set(taken)):
        free += other == free
    if nonce > free:
        raise NonceError("E_NONCE", "gap", nonce=nonce, next_nonce=next_nonce, missing=free)


def check_single(tx: SafeTx, known: Iterable[SafeTx], spent: Mapping[int, bytes]) -> None:
    """Check that signing `tx` cannot pay its payout twice.

    `known` are all transactions ever made for this payout (`tx` may be among them), `spent` maps each nonce of the Safe
    that is proved spent to the hash that spent it. Raises `E_ALREADY` (`executed`) if one of them was executed,
    `E_DOUBLE_PAY` if one at another nonce still can be, and `E_NONCE` (`lost`) if another hash spent the nonce of `tx`.
    """
    for other in (tx, *known):
        if (other.chain_id, other.safe) != (tx.chain_id, tx.safe):
            raise NonceError("E_DOUBLE_PAY", "other_safe", safe=other.safe, expected=tx.safe)
        other_hash, spender = safe_tx_hash(other), spent.get(other.nonce)
        if spender == other_hash:
            raise NonceError("E_ALREADY", "executed", hash=other_hash, nonce=other.nonce)
        if spender is None and other.nonce != tx.nonce:
            raise NonceError("E_DOUBLE_PAY", "live", hash=other_hash, other_nonce=other.nonce, nonce=tx.nonce)
    if tx.nonce in spent:
        raise NonceError("E_NONCE", "lost", nonce=tx.nonce, hash=spent[tx.nonce])
