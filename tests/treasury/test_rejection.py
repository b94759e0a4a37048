"""`treasury.rejection`: the transaction that does nothing but spend a nonce."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chain.safe import SafeTx, safe_tx_hash
from treasury.rejection import is_rejection, rejection_of

SAFE = b"\x11" * 20
PAYMENT = SafeTx(
    chain_id=1, safe=SAFE, version="1.4.1", to=b"\x22" * 20, value=5, data=b"", operation=0, nonce=7
)  # fmt: skip


def test_a_rejection_has_the_nonce_and_nothing_else() -> None:
    """Another transaction than the one it stands against, at the same nonce of the same Safe."""
    empty = rejection_of(PAYMENT)

    assert (7, SAFE, SAFE, 0, b"") == (empty.nonce, empty.safe, empty.to, empty.value, empty.data)
    assert safe_tx_hash(PAYMENT) != safe_tx_hash(empty)
    assert is_rejection(empty)
    assert empty == rejection_of(empty)


@pytest.mark.parametrize(
    "more",
    [
        {"value": 1},
        {"data": b"\x00"},
        {"to": b"\x22" * 20},
        {"operation": 1},
        {"gas_price": 1},
        {"refund_receiver": b"\x22" * 20},
        {"base_gas": 1},
    ],
)
def test_what_does_more_is_none(more: dict[str, object]) -> None:
    """Anything that could move money is no rejection."""
    assert not is_rejection(replace(rejection_of(PAYMENT), **more))  # type: ignore[arg-type]
    assert not is_rejection(PAYMENT)
