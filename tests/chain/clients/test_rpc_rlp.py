"""Hashed bytes from JSON: the same hashes as the chain's own."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from eth_account import Account

from chain.clients.rpc import Rpc
from chain.clients.rpc_answer import Answer
from chain.clients.rpc_rlp import encode_header, encode_receipt, encode_transaction
from chain.keccak import keccak256
from chain.receipt import decode_receipt
from tests.chain.clients.canned import URL

RPC = Rpc(URL)
KEY = keccak256(b"a key of the tests")
PAYEE = "0x" + "22" * 20

# Block 0 of Ethereum's main network, as every node tells it (fifteen fields).
MAINNET_GENESIS = {
    "hash": "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
    "parentHash": "0x" + "00" * 32,
    "sha3Uncles": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
    "miner": "0x" + "00" * 20,
    "stateRoot": "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
    "transactionsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    "receiptsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    "logsBloom": "0x" + "00" * 256,
    "difficulty": "0x400000000",
    "number": "0x0",
    "gasLimit": "0x1388",
    "gasUsed": "0x0",
    "timestamp": "0x0",
    "extraData": "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
    "mixHash": "0x" + "00" * 32,
    "nonce": "0x0000000000000042",
}


def answer(value: dict[str, Any]) -> Answer:
    return Answer(RPC, "test", value)


def numbers(names: str, items: list[bytes]) -> dict[str, str]:
    return {name: hex(int.from_bytes(item, "big")) for name, item in zip(names.split(), items, strict=True)}


def test_header_of_the_main_network() -> None:
    """The fifteen fields of block 0 hash to the hash that everybody knows; one changed field does not."""
    expected = bytes.fromhex(MAINNET_GENESIS["hash"][2:])

    assert expected == keccak256(encode_header(answer(MAINNET_GENESIS)))
    assert expected != keccak256(encode_header(answer({**MAINNET_GENESIS, "gasLimit": "0x1389"})))


def test_later_forks_append_fields_in_order() -> None:
    """Sixteen fields with London's, twenty-one with all; a gap ends the header there."""
    later = {
        "baseFeePerGas": "0x7",
        "withdrawalsRoot": "0x" + "01" * 32,
        "blobGasUsed": "0x0",
        "excessBlobGas": "0x0",
        "parentBeaconBlockRoot": "0x" + "02" * 32,
        "requestsHash": "0x" + "03" * 32,
    }
    counts = []
    for count in range(len(later) + 1):
        fields = dict(list(later.items())[:count])
        counts.append(len(rlp.decode(encode_header(answer({**MAINNET_GENESIS, **fields})))))

    assert [15, 16, 17, 18, 19, 20, 21] == counts


def test_legacy_transaction() -> None:
    """Type 0, with the chain id inside v as EIP-155 has it, or without."""
    for chain_id in (1, 137):
        signed = Account.sign_transaction(
            {"nonce": 3, "gasPrice": 7, "gas": 21_000, "to": PAYEE, "value": 0, "data": "0xabcd", "chainId": chain_id},
            KEY,
        ).raw_transaction
        items = rlp.decode(signed)
        told = numbers("nonce gasPrice gas", items[:3]) | numbers("v r s", items[6:])
        told |= {"to": PAYEE, "value": "0x0", "input": "0xabcd", "type": "0x0"}

        assert bytes(signed) == encode_transaction(answer(told))
        del told["type"]  # nodes before Berlin did not say it
        assert bytes(signed) == encode_transaction(answer(told))


def test_creation_and_access_list() -> None:
    """No target is an empty one; an access list keeps its order."""
    access = [{"address": PAYEE, "storageKeys": ["0x" + "02" * 32, "0x" + "01" * 32]}]
    signed = Account.sign_transaction(
        {"type": 1, "nonce": 0, "gasPrice": 1, "gas": 100_000, "value": 5, "data": "0x00", "chainId": 1,
         "accessList": access}, KEY,
    ).raw_transaction  # fmt: skip
    items = rlp.decode(signed[1:])
    told = numbers("chainId nonce gasPrice gas", items[:4]) | numbers("v r s", items[8:])
    told |= {"to": None, "value": "0x5", "input": "0x00", "type": "0x1"}

    assert bytes(signed) == encode_transaction(answer({**told, "accessList": access}))


def test_blob_transaction() -> None:
    """Type 3 as py-evm encodes it: the blob fields stand before the signature."""
    from eth.vm.forks.cancun.transactions import BlobTransaction

    transaction = BlobTransaction(
        1, 2, 3, 4, 21_000, b"\x22" * 20, 5, b"\x01", (), 9, (b"\x01" + b"\x07" * 31,), 1, 8, 9
    )
    told = {
        "type": "0x3", "chainId": "0x1", "nonce": "0x2", "maxPriorityFeePerGas": "0x3", "maxFeePerGas": "0x4",
        "gas": hex(21_000), "to": PAYEE, "value": "0x5", "input": "0x01", "accessList": [], "maxFeePerBlobGas": "0x9",
        "blobVersionedHashes": ["0x01" + "07" * 31], "yParity": "0x1", "r": "0x8", "s": "0x9",
    }  # fmt: skip

    assert b"\x03" + rlp.encode(transaction) == encode_transaction(answer(told))


RECEIPT = {
    "type": "0x2",
    "status": "0x1",
    "cumulativeGasUsed": "0x5208",
    "logsBloom": "0x" + "00" * 256,
    "logs": [{"address": PAYEE, "topics": ["0x" + "01" * 32], "data": "0x05"}],
}


def test_receipts_of_three_ages() -> None:
    """Typed, legacy with a status, and before Byzantium with a state root."""
    legacy = {**RECEIPT, "type": "0x0"}
    old = {name: value for name, value in legacy.items() if name not in ("status", "type")} | {"root": "0x" + "0a" * 32}

    typed = encode_receipt(answer(RECEIPT))
    assert typed is not None
    assert (2, 1, b"\x05") == (typed[0], decode_receipt(typed).status, decode_receipt(typed).logs[0].data)
    assert typed[1:] == encode_receipt(answer(legacy))
    oldest = encode_receipt(answer(old))
    assert oldest is not None
    assert decode_receipt(oldest).status is None


@pytest.mark.parametrize("kind", ["0x5", "0x7e"])
def test_types_that_ethereum_does_not_have(kind: str) -> None:
    """A rollup's own transactions are not encoded, because their fields are not known here."""
    assert encode_receipt(answer({**RECEIPT, "type": kind})) is None
    assert encode_transaction(answer({"type": kind})) is None
