"""Receipts proved against py-evm's own tries, and forged ones."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
import rlp

from chain.errors import UncheckableError
from chain.keccak import keccak256
from chain.receipt import INDEX_MAX, Log, Receipt, ReceiptProof, decode_receipt, open_receipt
from chain.rlp_items import ProofError
from tests.chain.forge import header, path, trie_of
from tests.chain.proof_chain import NO_ONE, proof_chain, vyper_contract

EMITTER = b"\x0e" * 20
SOUND_LOG = [EMITTER, [b"\x01" * 32], b"data"]
RECEIPT = [1, 21_000, bytes(256), [SOUND_LOG]]
MOVED = keccak256(b"Moved(address,uint256)")


@cache
def mined():
    """One block with a legacy, an access-list, a fee-market and a failed transaction; their hashes."""
    chain, contract = proof_chain(), vyper_contract()
    chain_id = chain.web3.eth.chain_id
    move, fail = (bytes.fromhex(contract.encode_abi("move", args=[NO_ONE, amount])[2:]) for amount in (0, 1))
    fees = {"maxFeePerGas": 1, "maxPriorityFeePerGas": 1, "chainId": chain_id}
    return chain.mine(
        [
            chain.signed(0, to=contract.address, data=move, gasPrice=1),
            chain.signed(1, to=contract.address, data=move, gasPrice=1, type=1, chainId=chain_id, accessList=[]),
            chain.signed(2, to=contract.address, data=move, **fees),
            chain.signed(3, to=contract.address, data=fail, **fees),
        ]
    )


@pytest.mark.parametrize("index", range(4))
def test_genuine_receipts_are_proved(index):
    """Types 0, 1 and 2 and a failed one: what is proved is what the node answers."""
    chain, tx_hash = proof_chain(), mined()[index]
    theirs = chain.web3.eth.get_transaction_receipt(tx_hash)
    proved = open_receipt(chain.receipt_proof(tx_hash))
    assert (theirs["blockHash"], theirs["blockNumber"]) == (proved.header.hash, proved.header.number)
    assert (tx_hash, theirs["transactionIndex"]) == (proved.transaction_hash, proved.index)
    assert ([0, 1, 2, 2][index], theirs["status"]) == (proved.receipt.tx_type, proved.receipt.status)
    moved = Log(bytes.fromhex(vyper_contract().address[2:]), (MOVED, bytes(32)), bytes(32))
    assert (() if index == 3 else (moved,)) == proved.receipt.logs
    assert [0, 0, 0, 1][index] == 1 - proved.receipt.status


def test_a_lonely_receipt_is_proved():
    """A block with one transaction has tries of one node."""
    chain = proof_chain()
    proof = chain.receipt_proof(chain.mine([chain.signed(4, to=NO_ONE, gasPrice=1)])[0])
    assert 1 == len(proof.receipt_nodes)
    assert 1 == open_receipt(proof).receipt.status


def test_evidence_comes_back_from_its_map():
    """The map has its nodes in one order, and opens to the same receipt."""
    proof = proof_chain().receipt_proof(mined()[2])
    again = ReceiptProof.from_map(proof.to_map())
    assert proof.to_map() == again.to_map()
    assert open_receipt(proof) == open_receipt(again)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "safe-state"},
        {"index": INDEX_MAX + 1},
        {"index": True},
        {"header": "0x"},
        {"receipt_nodes": b""},
        {"x": 1},
    ],
)
def test_a_map_of_another_form_is_refused(change):
    """Exact keys and types."""
    with pytest.raises(ProofError) as caught:
        ReceiptProof.from_map(proof_chain().receipt_proof(mined()[2]).to_map() | change)
    assert "form" == caught.value.reason


def test_a_map_of_another_version_could_not_be_checked():
    """Exit status 2, not 1."""
    with pytest.raises(UncheckableError):
        ReceiptProof.from_map(proof_chain().receipt_proof(mined()[2]).to_map() | {"v": 2})


@pytest.mark.parametrize("field", ["receipt_nodes", "transaction_nodes"])
def test_altered_nodes_are_refused(field):
    """A flipped byte in any node, a dropped node and a surplus node."""
    proof = proof_chain().receipt_proof(mined()[1])
    nodes = getattr(proof, field)
    for at, node in enumerate(nodes):
        flipped = bytes([*node[:-1], node[-1] ^ 1])
        for altered in ([*nodes[:at], flipped, *nodes[at + 1 :]], [*nodes[:at], *nodes[at + 1 :]]):
            with pytest.raises(ProofError) as caught:
                open_receipt(replace(proof, **{field: tuple(altered)}))
            assert "missing_node" == caught.value.reason
    with pytest.raises(ProofError) as caught:
        open_receipt(replace(proof, **{field: (*nodes, b"\x80")}))
    assert "surplus" == caught.value.reason


def test_another_index_or_header_is_refused():
    """A proof is of one index of one block."""
    chain = proof_chain()
    proof = chain.receipt_proof(mined()[1])
    for index in (0, 2, 3, 200, -1, INDEX_MAX + 1):
        with pytest.raises(ProofError):
            open_receipt(replace(proof, index=index))
    with pytest.raises(ProofError):
        open_receipt(replace(proof, header=chain.header(1)))
    with pytest.raises(ProofError):
        open_receipt(replace(proof, header=proof.header + b"\x00"))


def forged(receipt: bytes, transaction: bytes, index: int = 0) -> ReceiptProof:
    """A block of one transaction, with this receipt."""
    receipts, transactions = trie_of({b"\x80": receipt}), trie_of({b"\x80": transaction})
    key = rlp.encode(index)
    return ReceiptProof(
        header=header(receipts_root=receipts.root_hash, transactions_root=transactions.root_hash),
        index=index,
        receipt_nodes=tuple(path(receipts, key)),
        transaction_nodes=tuple(path(transactions, key)),
    )


def test_an_absent_receipt_is_said_to_be_absent():
    """The tries prove that the block has no such transaction."""
    assert 1 == open_receipt(forged(rlp.encode(RECEIPT), rlp.encode([b"tx"]))).receipt.status
    with pytest.raises(ProofError) as caught:
        open_receipt(forged(rlp.encode(RECEIPT), rlp.encode([b"tx"]), index=1))
    assert ("absent", "receipt", 1) == (caught.value.reason, caught.value.facts["what"], caught.value.facts["index"])


def test_receipt_and_transaction_are_of_one_type():
    """A receipt of another type than the transaction at its index is no receipt of it."""
    assert 2 == open_receipt(forged(b"\x02" + rlp.encode(RECEIPT), b"\x02\xc0")).receipt.tx_type
    with pytest.raises(ProofError) as caught:
        open_receipt(forged(b"\x02" + rlp.encode(RECEIPT), b"\x01\xc0"))
    assert ("malformed", "type") == (caught.value.reason, caught.value.facts["fault"])


@pytest.mark.parametrize("tx_type", range(5))
def test_every_known_type_is_read(tx_type):
    """Legacy, access list, fee market, blob and set code receipts have the same four fields."""
    prefix = bytes([tx_type]) if tx_type else b""
    expected = Receipt(tx_type=tx_type, status=1, logs=(Log(EMITTER, (b"\x01" * 32,), b"data"),))
    assert expected == decode_receipt(prefix + rlp.encode(RECEIPT))


def test_a_receipt_before_byzantium_has_no_status():
    """A state root stands where the status came later, in legacy receipts only."""
    old = rlp.encode([b"\x05" * 32, *RECEIPT[1:]])
    assert decode_receipt(old).status is None
    with pytest.raises(ProofError):
        decode_receipt(b"\x02" + old)


@pytest.mark.parametrize("prefix", [b"\x00", b"\x05", b"\x7e", b"\x80", b"\xbf"])
def test_unknown_types_are_refused(prefix):
    """A rollup's or a later fork's receipt is not guessed at."""
    with pytest.raises(ProofError) as caught:
        decode_receipt(prefix + rlp.encode(RECEIPT))
    assert "receipt_type" == caught.value.reason


@pytest.mark.parametrize(
    "items",
    [
        [1, 21_000, bytes(256)],
        [2, 21_000, bytes(256), []],
        [b"\x00", 21_000, bytes(256), []],
        [bytes(31), 21_000, bytes(256), []],
        [1, b"\x00\x01", bytes(256), []],
        [1, 2**64, bytes(256), []],
        [1, 21_000, bytes(255), []],
        [1, 21_000, bytes(256), b""],
        [1, 21_000, bytes(256), [SOUND_LOG[:2]]],
        [1, 21_000, bytes(256), [[EMITTER[1:], [], b""]]],
        [1, 21_000, bytes(256), [[EMITTER, [b"\x01" * 31], b""]]],
        [1, 21_000, bytes(256), [[EMITTER, [b"\x01" * 32] * 5, b""]]],
        [1, 21_000, bytes(256), [[EMITTER, b"", b""]]],
        [1, 21_000, bytes(256), [[EMITTER, [], [b""]]]],
    ],
)
def test_a_receipt_has_one_form(items):
    """Four fields, status 0 or 1, logs of an address, at most four topics and data."""
    with pytest.raises(ProofError) as caught:
        decode_receipt(rlp.encode(items))
    assert ("malformed", "receipt") == (caught.value.reason, caught.value.facts["what"])


def test_a_log_may_have_four_topics():
    """The most that LOG4 writes, and none, which LOG0 writes."""
    logs = [[EMITTER, [b"\x01" * 32] * count, b""] for count in (0, 4)]
    assert [0, 4] == [len(log.topics) for log in decode_receipt(rlp.encode([1, 1, bytes(256), logs])).logs]


@pytest.mark.parametrize(("encoded", "reason"), [(b"", "receipt_type"), (b"\xc0", "malformed"), (b"\x02", "malformed")])
def test_an_empty_receipt_is_refused(encoded, reason):
    """No bytes, no fields, and a type without any receipt."""
    with pytest.raises(ProofError) as caught:
        decode_receipt(encoded)
    assert reason == caught.value.reason
