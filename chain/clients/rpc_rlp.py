"""The hashed bytes of headers, transactions and receipts, encoded again from a node's JSON.

Decides nothing about truth: who calls compares a header with its block's hash, a transaction with its own, and a list
of receipts with the header's root. Types that Ethereum does not have (a rollup's own) are not encoded: None, and the
caller says that it could not check. Sources: EIP-1559, 2718, 2930, 4788, 4844, 4895, 7685, 7702.
"""

from __future__ import annotations

from typing import TypeAlias

import rlp

from chain.clients.rpc_answer import Answer

Item: TypeAlias = "bytes | list[Item]"

_LATER_FIELDS = (
    ("baseFeePerGas", 0),
    ("withdrawalsRoot", 32),
    ("blobGasUsed", 0),
    ("excessBlobGas", 0),
    ("parentBeaconBlockRoot", 32),
    ("requestsHash", 32),
)
"""What London, Shanghai, Cancun and Prague appended to the header, in order; 0 stands for a quantity."""


def encode_header(block: Answer) -> bytes:
    """Encode the header of an `eth_getBlockBy…` answer, with as many of the later fields as it has."""
    items: list[Item] = [
        block.octets("parentHash", 32),
        block.octets("sha3Uncles", 32),
        block.octets("miner", 20),
        block.octets("stateRoot", 32),
        block.octets("transactionsRoot", 32),
        block.octets("receiptsRoot", 32),
        block.octets("logsBloom", 256),
        _integer(block, "difficulty"),
        _integer(block, "number"),
        _integer(block, "gasLimit"),
        _integer(block, "gasUsed"),
        _integer(block, "timestamp"),
        block.octets("extraData"),
        block.octets("mixHash", 32),
        block.octets("nonce", 8),
    ]
    for name, size in _LATER_FIELDS:
        if not block.has(name):
            break
        items.append(block.octets(name, size) if size else _integer(block, name))
    return _encode(items)


def encode_transaction(transaction: Answer) -> bytes | None:
    """Encode a signed transaction as the transactions trie holds it; None for a type that is not known here."""
    tx_type = transaction.number("type") if transaction.has("type") else 0
    if tx_type == 0:
        return _encode(
            [
                _integer(transaction, "nonce"),
                _integer(transaction, "gasPrice"),
                *_target(transaction),
                *(_integer(transaction, name) for name in ("v", "r", "s")),
            ]
        )
    if tx_type not in {1, 2, 3, 4}:
        return None
    prices = ("gasPrice",) if tx_type == 1 else ("maxPriorityFeePerGas", "maxFeePerGas")
    items: list[Item] = [_integer(transaction, name) for name in ("chainId", "nonce", *prices)]
    items += [*_target(transaction), _access_list(transaction)]
    if tx_type == 3:
        items += [_integer(transaction, "maxFeePerBlobGas"), _hashes(transaction, "blobVersionedHashes")]
    if tx_type == 4:
        items.append([_authorization(item) for item in transaction.objects("authorizationList")])
    items += [_integer(transaction, name) for name in (_parity(transaction), "r", "s")]
    return bytes([tx_type]) + _encode(items)


def encode_receipt(receipt: Answer) -> bytes | None:
    """Encode a receipt as the receipts trie holds it; None for a type that is not known here."""
    tx_type = receipt.number("type") if receipt.has("type") else 0
    if tx_type > 4:
        return None
    outcome = _integer(receipt, "status") if receipt.has("status") else receipt.octets("root", 32)
    logs: list[Item] = [
        [log.octets("address", 20), _hashes(log, "topics"), log.octets("data")] for log in receipt.objects("logs")
    ]
    body = _encode([outcome, _integer(receipt, "cumulativeGasUsed"), receipt.octets("logsBloom", 256), logs])
    return bytes([tx_type]) + body if tx_type else body


def _target(transaction: Answer) -> list[Item]:
    to = transaction.optional_octets("to", 20) or b""
    data = transaction.octets("input" if transaction.has("input") else "data")
    return [_integer(transaction, "gas"), to, _integer(transaction, "value"), data]


def _access_list(transaction: Answer) -> Item:
    entries = transaction.objects("accessList") if transaction.has("accessList") else []
    return [[entry.octets("address", 20), _hashes(entry, "storageKeys")] for entry in entries]


def _authorization(item: Answer) -> Item:
    return [
        _integer(item, "chainId"),
        item.octets("address", 20),
        *(_integer(item, name) for name in ("nonce", _parity(item), "r", "s")),
    ]


def _parity(item: Answer) -> str:
    return "yParity" if item.has("yParity") else "v"


def _hashes(item: Answer, name: str) -> list[Item]:
    return [Answer(item.rpc, f"{item.what}.{name}", {"hash": value}).octets("hash", 32) for value in item.items(name)]


def _integer(item: Answer, name: str) -> bytes:
    number = item.number(name)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _encode(items: list[Item]) -> bytes:
    return bytes(rlp.encode(items))
