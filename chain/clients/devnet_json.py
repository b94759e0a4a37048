"""py-evm's blocks, transactions and receipts as JSON-RPC spells them, every field as it stands in the hashed bytes.

Decides spelling only: quantities without leading zeros, byte strings at full length (a bloom that lost its zeros, or
extra data that gained some, would no longer hash to the block's hash). What is asked for is `devnet_rpc`'s business.
"""

from __future__ import annotations

from typing import Any

import rlp

from chain.keccak import keccak256

LEGACY = 0


def quantity(number: int) -> str:
    """Spell a number as JSON-RPC does."""
    return hex(number)


def octets(data: bytes) -> str:
    """Spell bytes as JSON-RPC does."""
    return "0x" + bytes(data).hex()


def block_json(block: Any, *, full: bool) -> dict[str, Any]:
    """Spell a block, with its transactions in full or by hash."""
    header = block.header
    return {
        "number": quantity(header.block_number),
        "hash": octets(header.hash),
        "parentHash": octets(header.parent_hash),
        "sha3Uncles": octets(header.uncles_hash),
        "miner": octets(header.coinbase),
        "stateRoot": octets(header.state_root),
        "transactionsRoot": octets(header.transaction_root),
        "receiptsRoot": octets(header.receipt_root),
        "logsBloom": bloom(header.bloom),
        "difficulty": quantity(header.difficulty),
        "gasLimit": quantity(header.gas_limit),
        "gasUsed": quantity(header.gas_used),
        "timestamp": quantity(header.timestamp),
        "extraData": octets(header.extra_data),
        "mixHash": octets(header.mix_hash),
        "nonce": octets(header.nonce),
        "baseFeePerGas": quantity(header.base_fee_per_gas),
        "withdrawalsRoot": octets(header.withdrawals_root),
        "blobGasUsed": quantity(header.blob_gas_used),
        "excessBlobGas": quantity(header.excess_blob_gas),
        "parentBeaconBlockRoot": octets(header.parent_beacon_block_root),
        "requestsHash": octets(header.requests_hash),
        "size": quantity(len(rlp.encode(block))),
        "uncles": [],
        "withdrawals": [],
        "transactions": [
            transaction_json(block, index) if full else octets(transaction.hash)
            for index, transaction in enumerate(block.transactions)
        ],
    }


def bloom(number: int) -> str:
    """Spell a bloom filter at its full 256 bytes."""
    return octets(number.to_bytes(256, "big"))


def transaction_json(block: Any, index: int) -> dict[str, Any]:
    """Spell one transaction of a mined block."""
    transaction = block.transactions[index]
    spelled = {
        "blockHash": octets(block.header.hash),
        "blockNumber": quantity(block.header.block_number),
        "transactionIndex": quantity(index),
        "type": quantity(transaction.type_id),
        "hash": octets(transaction.hash),
        "chainId": quantity(transaction.chain_id),
        "from": octets(transaction.sender),
        "to": octets(transaction.to) if transaction.to else None,
        "nonce": quantity(transaction.nonce),
        "value": quantity(transaction.value),
        "gas": quantity(transaction.gas),
        "gasPrice": quantity(_price(block, transaction)),
        "input": octets(transaction.data),
        "accessList": [
            {"address": octets(address), "storageKeys": [octets(slot.to_bytes(32, "big")) for slot in slots]}
            for address, slots in transaction.access_list
        ],
        "v": quantity(transaction.y_parity),
        "yParity": quantity(transaction.y_parity),
        "r": quantity(transaction.r),
        "s": quantity(transaction.s),
    }
    if transaction.type_id != 1:
        spelled["maxFeePerGas"] = quantity(transaction.max_fee_per_gas)
        spelled["maxPriorityFeePerGas"] = quantity(transaction.max_priority_fee_per_gas)
    if transaction.type_id == 4:
        spelled["authorizationList"] = [
            {
                "chainId": quantity(authorization.chain_id),
                "address": octets(authorization.address),
                "nonce": quantity(authorization.nonce),
                "yParity": quantity(authorization.y_parity),
                "r": quantity(authorization.r),
                "s": quantity(authorization.s),
            }
            for authorization in transaction.authorization_list
        ]
    return spelled


def _price(block: Any, transaction: Any) -> int:
    if transaction.type_id == 1:
        return int(transaction.gas_price)
    return int(min(transaction.max_fee_per_gas, transaction.max_priority_fee_per_gas + block.header.base_fee_per_gas))


def receipts_json(block: Any, receipts: list[Any]) -> list[dict[str, Any]]:
    """Spell all receipts of a block: gas and log indexes are counted along the block."""
    spelled, gas_before, log_index = [], 0, 0
    for index, (transaction, receipt) in enumerate(zip(block.transactions, receipts, strict=True)):
        logs = [log_json(block, index, log_index + place, log) for place, log in enumerate(receipt.logs)]
        spelled.append(
            {
                "blockHash": octets(block.header.hash),
                "blockNumber": quantity(block.header.block_number),
                "transactionHash": octets(transaction.hash),
                "transactionIndex": quantity(index),
                "type": quantity(transaction.type_id),
                "from": octets(transaction.sender),
                "to": octets(transaction.to) if transaction.to else None,
                "contractAddress": None if transaction.to else octets(_created(transaction)),
                "status": quantity(int.from_bytes(receipt.state_root, "big")),
                "cumulativeGasUsed": quantity(receipt.gas_used),
                "gasUsed": quantity(receipt.gas_used - gas_before),
                "effectiveGasPrice": quantity(_price(block, transaction)),
                "logsBloom": bloom(receipt.bloom),
                "logs": logs,
            }
        )
        gas_before = receipt.gas_used
        log_index += len(logs)
    return spelled


def log_json(block: Any, index: int, log_index: int, log: Any) -> dict[str, Any]:
    """Spell one log; `log_index` counts along the whole block."""
    return {
        "address": octets(log.address),
        "topics": [octets(topic.to_bytes(32, "big")) for topic in log.topics],
        "data": octets(log.data),
        "blockHash": octets(block.header.hash),
        "blockNumber": quantity(block.header.block_number),
        "blockTimestamp": quantity(block.header.timestamp),
        "transactionHash": octets(block.transactions[index].hash),
        "transactionIndex": quantity(index),
        "logIndex": quantity(log_index),
        "removed": False,
    }


def _created(transaction: Any) -> bytes:
    return keccak256(rlp.encode([transaction.sender, transaction.nonce]))[12:]
