"""`chain.clients.broadcast`: the words with which nodes refuse a transaction, and one that pays more than another."""

from __future__ import annotations

import pytest
from eth_account import Account
from eth_account.typed_transactions import TypedTransaction
from hexbytes import HexBytes

from chain.clients.broadcast import outbid, what_was_said
from chain.clients.rpc import CallReverted, NodeError
from chain.rlp_items import ProofError
from chain.signer import KeySigner

SEND = "eth_sendRawTransaction"
SIGNER = KeySigner(b"\x07" * 32)
FIELDS: dict[str, object] = {
    "type": 2, "chainId": 1, "nonce": 9, "gas": 90_000, "maxFeePerGas": 80, "maxPriorityFeePerGas": 0, "value": 0,
    "to": b"\x11" * 20, "data": b"\x01\x00\x02",
}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("known", "already known"),
        ("known", "AlreadyKnown"),
        ("known", "ALREADY_EXISTS: already known"),
        ("known", "Known transaction"),
        ("known", "transaction already imported"),
        ("known", "tx already in mempool"),
        ("known", "Transaction with the same hash was already imported."),
        ("nonce", "nonce too low"),
        ("nonce", "nonce too low: next nonce 5, tx nonce 4"),
        ("nonce", "OldNonce, Current nonce: 5, nonce of rejected tx: 4"),
        ("nonce", "Nonce too low"),
        ("nonce", "Transaction nonce is too low. Try incrementing the nonce."),
        ("nonce", "the tx doesn't have the correct nonce. nonce has already been used"),
        ("refused", "insufficient funds for gas * price + value"),
        ("refused", "replacement transaction underpriced"),
        ("refused", "nonce too high"),
    ],
)
def test_the_words_of_nodes(said: str, message: str) -> None:
    """Geth, Nethermind, Erigon, Besu, anvil, and others before them."""
    assert said == what_was_said(NodeError("E_RPC_ANSWER", "refused", message=message, rpc_code=-32000))


@pytest.mark.parametrize(("code", "reason"), [("E_RPC_TIMEOUT", ""), ("E_RPC_LIMIT", "pace"), ("E_RPC_ANSWER", "http")])
def test_who_says_nothing(code: str, reason: str) -> None:
    """Silence, limits and broken answers are about the provider, not about the transaction."""
    assert "nothing" == what_was_said(NodeError(code, reason, method=SEND))


def test_a_revert_is_no_acceptance() -> None:
    """Some nodes run a transaction before they take it."""
    assert "refused" == what_was_said(CallReverted(b"", "GS026", SEND))


@pytest.mark.parametrize(
    ("current", "expected"), [((0, 0), (91, 1)), ((200, 0), (200, 1)), ((0, 30), (91, 30)), ((91, 1), (91, 1))]
)
def test_it_pays_an_eighth_more_and_is_otherwise_the_same(current: tuple[int, int], expected: tuple[int, int]) -> None:
    """Both fees rise, at least to those of today; nonce, gas, target and calldata are those of the first."""
    fields = outbid(
        SIGNER.sign_transaction(FIELDS), {"maxFeePerGas": current[0], "maxPriorityFeePerGas": current[1]}
    )  # fmt: skip

    assert FIELDS | {"maxFeePerGas": expected[0], "maxPriorityFeePerGas": expected[1]} == fields
    raw = SIGNER.sign_transaction(fields)
    assert 9 == TypedTransaction.from_bytes(HexBytes(raw)).as_dict()["nonce"]
    assert SIGNER.address == bytes.fromhex(Account.recover_transaction(raw)[2:])


@pytest.mark.parametrize("raw", [b"", b"\x02", b"\x02\xc0", b"\x01\xc0", b"\x02" + bytes([0xCB, *range(1, 12)])])
def test_bytes_that_are_no_such_transaction(raw: bytes) -> None:
    """Another type, or other than twelve fields, is refused."""
    with pytest.raises(ProofError):
        outbid(raw, {"maxFeePerGas": 1, "maxPriorityFeePerGas": 1})
