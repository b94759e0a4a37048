"""Nonces: spent, taken, behind a gap; and that a payout has one live transaction."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.safe import SafeTx, safe_tx_hash
from tests.treasury.cases import OTHER, SAFE, foreign_tx, safe_tx
from treasury.nonces import NonceError, check_nonce, check_single

REJECTION = safe_tx_hash(foreign_tx(SAFE))


def refusal(tx: SafeTx, known: list[SafeTx], spent: dict[int, bytes]) -> tuple[str, str]:
    with pytest.raises(NonceError) as refused:
        check_single(tx, known, spent)
    return refused.value.code, refused.value.reason


def nonce_refusal(nonce: int, next_nonce: int, taken: set[int]) -> tuple[str, str]:
    with pytest.raises(NonceError) as refused:
        check_nonce(nonce, next_nonce=next_nonce, taken=taken)
    return refused.value.code, refused.value.reason


def test_H79_nonces_of_a_queue() -> None:
    """The Safe's own nonce, or the first one behind an unbroken queue; nothing spent, taken or behind a gap."""
    check_nonce(4, next_nonce=4)
    check_nonce(6, next_nonce=4, taken={4, 5, 9, 1})

    assert ("E_NONCE", "spent") == nonce_refusal(3, 4, set())
    assert ("E_NONCE_CLASH", "") == nonce_refusal(5, 4, {4, 5})
    assert ("E_NONCE", "gap") == nonce_refusal(6, 4, {4})
    assert ("E_NONCE", "gap") == nonce_refusal(2**255, 4, {4})


@given(st.integers(0, 50), st.sets(st.integers(0, 60)), st.integers(0, 60))
def test_exactly_the_nonces_that_can_follow_are_taken(next_nonce: int, taken: set[int], nonce: int) -> None:
    """A nonce is accepted if and only if it is free and everything between the Safe's nonce and it is queued."""
    wanted = nonce >= next_nonce and nonce not in taken and set(range(next_nonce, nonce)) <= taken
    try:
        check_nonce(nonce, next_nonce=next_nonce, taken=taken)
    except NonceError:
        accepted = False
    else:
        accepted = True

    assert wanted == accepted


def test_H102_second_transaction_at_another_nonce() -> None:
    """While the first can still be executed, a second one could pay again: refused. At its own nonce it replaces it."""
    first, second = safe_tx(nonce=4), safe_tx(nonce=5)
    check_single(first, [], {})
    check_single(first, [first], {3: REJECTION})
    check_single(replace(first, value=7), [first], {})

    assert ("E_DOUBLE_PAY", "live") == refusal(second, [first], {})
    assert ("E_DOUBLE_PAY", "live") == refusal(second, [first], {3: REJECTION})


def test_H102_the_first_is_dead_once_another_hash_spent_its_nonce() -> None:
    """A nonce that the first transaction itself spent is no excuse: then the payout is made."""
    first, second = safe_tx(nonce=4), safe_tx(nonce=5)
    check_single(second, [first, second], {4: REJECTION})

    assert ("E_ALREADY", "executed") == refusal(second, [first], {4: safe_tx_hash(first)})


def test_H86_the_same_transaction_twice() -> None:
    """What was executed is not signed again, and what lost its nonce cannot be."""
    tx = safe_tx(nonce=4)

    assert ("E_ALREADY", "executed") == refusal(tx, [tx], {4: safe_tx_hash(tx)})
    assert ("E_NONCE", "lost") == refusal(tx, [tx], {4: REJECTION})


def test_H86_a_sibling_on_another_chain() -> None:
    """Transactions of one payout belong to one Safe on one chain; another one could pay it there."""
    tx = safe_tx(nonce=4)

    assert ("E_DOUBLE_PAY", "other_safe") == refusal(tx, [replace(tx, chain_id=10)], {})
    assert ("E_DOUBLE_PAY", "other_safe") == refusal(tx, [replace(tx, safe=OTHER)], {})
