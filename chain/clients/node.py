"""A node: blocks, balances, calls, logs, receipts and their proofs, over any Ethereum JSON-RPC and the devnet alike.

Decides what a question to a chain answers, as plain values that the pure modules can check; every answer that comes
with a hash is compared with it. Does not decide finality, nor whether a provider tells the truth where no hash can say
so. What cannot be had is `NodeError` (`UncheckableError`), a revert is `CallReverted`; no other exception leaves here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import requests

from chain.blocks import BlockRef
from chain.clients import contract_ask, multicall, node_evidence
from chain.clients.multicall import Read
from chain.clients.node_values import BlockInfo, ChainLog, SentTx, StateProof, TxReceipt
from chain.clients.rpc import CallReverted, NodeError, Rpc, block_tag, hex_text
from chain.clients.rpc_answer import Answer, octets, quantity
from chain.erc1271 import Answer as Signed
from chain.erc1271 import Question
from chain.keccak import keccak256
from chain.receipt import Log, ReceiptProof
from chain.signer import KeySigner

__all__ = ["BlockInfo", "CallReverted", "ChainLog", "Node", "NodeError", "Read", "SentTx", "StateProof", "TxReceipt"]

LOGS_SPAN = 10_000
"""Blocks asked for at once; most providers refuse more."""
LOGS_SUSPECT = 10_000
"""As many logs as this may be a list that the provider cut: ask for less at once."""
WAIT_SECONDS = 120
LAG_WAIT_SECONDS = 15
"""How long a node is waited for that has not seen a block yet which somebody else has."""


class Node:
    """A provider of one chain. With `chain_id` the first question is which chain it is (`E_RPC_CHAIN`).

    `name` is what errors call it beside its host, which two providers may share.
    """

    absent: tuple[NodeError, ...] = ()
    """Providers that were named, and are left out because they did not answer (`chain.clients.nodes`)."""

    beside: Mapping[int, Callable[[], Node]] = MappingProxyType({})
    """Nodes of other chains that this one's user can reach, by chain id; each is reached when it is first asked for."""

    def __init__(
        self, url: str, session: requests.Session | None = None, *, chain_id: int | None = None, name: str = ""
    ) -> None:
        self._rpc = Rpc(url, session, name=name)
        self._is_remote = session is None
        self._expected = chain_id
        self._chain_id: int | None = None

    @property
    def label(self) -> str:
        """The provider's host, the only part of its URL that may be shown, and its name."""
        return self._rpc.label

    @property
    def labels(self) -> tuple[str, ...]:
        """Who answers here, each by host and name: they stand in evidence that somebody only said."""
        return (self.label,)

    def on(self, chain_id: int) -> Node:
        """Return this node, or the one beside it that is on another chain (`E_RPC_ENV` where there is none)."""
        if chain_id == self.chain_id():
            return self
        if chain_id not in self.beside:
            raise self.error("E_RPC_ENV", "chain", chain_id=chain_id)
        return self.beside[chain_id]()

    def error(self, code: str, reason: str = "", **facts: object) -> NodeError:
        """Make an error that names this provider, for whoever catches it in a lie."""
        return self._rpc.error(code, reason, **facts)

    # Blocks

    def chain_id(self) -> int:
        """Return the chain's id, asked once."""
        if self._chain_id is None:
            found = quantity(self._rpc, "eth_chainId", self._rpc.ask("eth_chainId"))
            if self._expected not in {None, found}:
                raise self._rpc.error("E_RPC_CHAIN", expected=self._expected, found=found)
            self._chain_id = found
        return self._chain_id

    def head(self, least: int = 0) -> BlockInfo:
        """Return the newest block; wait a little for one that has number `least`, and then `E_RPC_BEHIND`."""
        deadline = time.monotonic() + (LAG_WAIT_SECONDS if self._is_remote else 0)
        while (info := self._block_info("latest")).ref.number < least:
            if time.monotonic() >= deadline:
                raise self._rpc.error("E_RPC_BEHIND", number=info.ref.number, known=least)
            time.sleep(1)
        return info

    def finalized(self) -> BlockInfo:
        """Return the newest block that the chain calls final."""
        return self._block_info("finalized")

    def block(self, number: int) -> BlockInfo:
        """Return the block that has this number today."""
        return self._block_info(hex(number))

    def _block_info(self, tag: str) -> BlockInfo:
        block = self._block(tag)
        ref = BlockRef(self.chain_id(), block.number("number"), block.octets("hash", 32))
        if tag.startswith("0x") and ref.number != int(tag, 16):
            raise self._rpc.error("E_RPC_ANSWER", "other", method="eth_getBlockByNumber")
        return BlockInfo(ref, block.number("timestamp"))

    def header(self, number: int) -> bytes:
        """Return the RLP of a block's header; it hashes to the hash that the node names for that block."""
        self.chain_id()
        return node_evidence.fetch_header(self._rpc, number)[0]

    # State

    def balance(self, address: bytes, number: int | None = None) -> int:
        """Return a balance in wei."""
        return self._quantity("eth_getBalance", hex_text(address), block_tag(number))

    def code(self, address: bytes, number: int | None = None) -> bytes:
        """Return the code at an address; empty if there is none."""
        return self._octets("eth_getCode", hex_text(address), block_tag(number))

    def nonce(self, address: bytes, number: int | None = None) -> int:
        """Return how many transactions an address has sent."""
        return self._quantity("eth_getTransactionCount", hex_text(address), block_tag(number))

    def storage(self, address: bytes, slot: int, number: int | None = None) -> int:
        """Return a storage slot's word, unproved; `state_proof` proves it."""
        return int.from_bytes(self._octets("eth_getStorageAt", hex_text(address), hex(slot), block_tag(number)), "big")

    def call(self, to: bytes, data: bytes, number: int | None = None, *, sender: bytes | None = None) -> bytes:
        """Return what a call answers; `CallReverted` if it reverts. An address without code answers nothing."""
        message = {"to": hex_text(to), "data": hex_text(data)}
        if sender is not None:
            message["from"] = hex_text(sender)
        return self._octets("eth_call", message, block_tag(number))

    def read_many(
        self, reads: Sequence[Read], number: int, progress: Callable[[int], None] | None = None
    ) -> list[bytes | None]:
        """Ask many contracts at one block, about 500 reads in each request; None stands for a read that reverted.

        `progress` is told after each request how many reads are answered. A batch of which anything fails is asked
        again in halves, so that no read is judged in the company of one that burns all gas.
        """
        answers: list[bytes | None] = []
        for batch in multicall.batches(reads):
            answers += self._read_batch(batch, number)
            if progress is not None:
                progress(len(answers))
        return answers

    def balances(self, addresses: Sequence[bytes], number: int) -> list[int]:
        """Return many balances in wei at one block, 500 in each request."""
        found: list[int] = []
        for start in range(0, len(addresses), multicall.READS_MAX):
            found += self._balance_batch(addresses[start : start + multicall.READS_MAX], number)
        return found

    def _balance_batch(self, addresses: Sequence[bytes], number: int) -> list[int]:
        if len(addresses) == 1:
            return [self.balance(addresses[0], number)]
        try:
            asked = {"data": hex_text(multicall.pack_balances(addresses))}
            found = multicall.unpack_balances(self._octets("eth_call", asked, block_tag(number)), len(addresses))
        except CallReverted:
            found = None
        except NodeError as error:
            if error.code != "E_RPC_ANSWER" or error.reason != "refused":
                raise
            found = None
        if found is not None:
            return found
        middle = len(addresses) // 2
        return self._balance_batch(addresses[:middle], number) + self._balance_batch(addresses[middle:], number)

    def ask_contract(self, question: Question, number: int) -> Signed:
        """Ask a contract whether it signed, with bounded gas, bytes and seconds; `E_1271_LIMIT` for a node that gave
        too little gas, or took too long or answered too much all the same.
        """
        self.chain_id()
        asked = {"data": hex_text(contract_ask.pack(question)), "gas": hex(contract_ask.CALL_GAS)}
        rpc = self._rpc.narrowed(contract_ask.SECONDS_MAX, contract_ask.ANSWER_MAX)
        try:
            answer = octets(rpc, "eth_call", rpc.ask("eth_call", asked, block_tag(number)))
        except NodeError as error:
            if error.code != "E_RPC_TIMEOUT" and error.reason != "size":
                raise
            raise rpc.error("E_1271_LIMIT", "node", address=question.to) from None
        except CallReverted:
            answer = b""
        found = contract_ask.unpack(answer)
        if found is None:
            raise rpc.error("E_1271_LIMIT", "node_gas", address=question.to)
        return found

    def expect_block(self, block: BlockRef) -> None:
        """Raise `E_RPC_REORG` unless this block stands at its number, on this chain, now."""
        found = self.block(block.number).ref
        if found != block:
            raise node_evidence.reorganised(self._rpc, block.number, block.hash, found.hash)

    def _read_batch(self, batch: Sequence[Read], number: int) -> list[bytes | None]:
        if len(batch) == 1:
            try:
                return [self.call(batch[0].to, batch[0].data, number)]
            except CallReverted:
                return [None]
        try:
            answer = self._octets("eth_call", {"data": hex_text(multicall.pack(batch))}, block_tag(number))
        except CallReverted:
            answer = b""
        except NodeError as error:
            if error.code != "E_RPC_ANSWER" or error.reason != "refused":
                raise
            answer = b""  # too long an answer, or too little gas
        found = multicall.unpack(answer, len(batch))
        if found is not None and None not in found:
            return found
        middle = len(batch) // 2
        return self._read_batch(batch[:middle], number) + self._read_batch(batch[middle:], number)

    def state_proof(self, address: bytes, slots: Sequence[int], number: int) -> StateProof:
        """Return the header and the nodes that prove an account and its slots (32-byte words) at a block."""
        self.chain_id()
        return node_evidence.fetch_state_proof(self._rpc, address, slots, number)

    # Transactions

    def logs(self, address: bytes, topics: Sequence[bytes | None], first: int, last: int) -> list[ChainLog]:
        """Return a contract's logs from block `first` to block `last`, both included; a topic None is any."""
        found: list[ChainLog] = []
        for start in range(first, last + 1, LOGS_SPAN):
            found += self._logs(address, topics, start, min(start + LOGS_SPAN - 1, last))
        return found

    def _logs(self, address: bytes, topics: Sequence[bytes | None], first: int, last: int) -> list[ChainLog]:
        wanted = {
            "address": hex_text(address),
            "topics": [None if topic is None else hex_text(topic) for topic in topics],
            "fromBlock": hex(first),
            "toBlock": hex(last),
        }
        try:
            answer = self._rpc.ask("eth_getLogs", wanted)
        except NodeError as error:
            if error.reason not in {"refused", "size"} or first == last:
                raise
            answer = None
        if isinstance(answer, list) and (len(answer) < LOGS_SUSPECT or first == last):
            found = [self._log(Answer(self._rpc, "eth_getLogs", item)) for item in answer]
            if any(entry.log.address != address or not first <= entry.block.number <= last for entry in found):
                raise self._rpc.error("E_RPC_ANSWER", "other", method="eth_getLogs")
            return found
        if first == last:
            raise self._rpc.error("E_RPC_NULL", method="eth_getLogs")
        middle = (first + last) // 2
        return self._logs(address, topics, first, middle) + self._logs(address, topics, middle + 1, last)

    def _log(self, item: Answer) -> ChainLog:
        topics = tuple(octets(self._rpc, "log.topics", topic, 32) for topic in item.items("topics"))
        return ChainLog(
            log=Log(item.octets("address", 20), topics, item.octets("data")),
            block=BlockRef(self.chain_id(), item.number("blockNumber"), item.octets("blockHash", 32)),
            transaction_hash=item.octets("transactionHash", 32),
            log_index=item.number("logIndex"),
        )

    def receipt(self, tx_hash: bytes) -> TxReceipt | None:
        """Return a transaction's receipt, or None while no block holds it."""
        answer = self._rpc.ask("eth_getTransactionReceipt", hex_text(tx_hash))
        if answer is None:
            return None
        receipt = Answer(self._rpc, "eth_getTransactionReceipt", answer)
        if receipt.octets("transactionHash", 32) != tx_hash:
            raise self._rpc.error("E_RPC_ANSWER", "other", method="eth_getTransactionReceipt")
        return TxReceipt(
            transaction_hash=tx_hash,
            block=BlockRef(self.chain_id(), receipt.number("blockNumber"), receipt.octets("blockHash", 32)),
            transaction_index=receipt.number("transactionIndex"),
            status=receipt.number("status"),
            gas_used=receipt.number("gasUsed"),
            contract=receipt.optional_octets("contractAddress", 20),
            logs=tuple(self._log(log) for log in receipt.objects("logs")),
        )

    def transaction(self, tx_hash: bytes) -> SentTx:
        """Return who sent a mined transaction, to whom, with how many wei and which data; `E_RPC_NULL` where there is
        none.
        """
        answer = self._rpc.ask("eth_getTransactionByHash", hex_text(tx_hash))
        if answer is None:
            raise self._rpc.error("E_RPC_NULL", method="eth_getTransactionByHash")
        sent = Answer(self._rpc, "eth_getTransactionByHash", answer)
        if sent.octets("hash", 32) != tx_hash:
            raise self._rpc.error("E_RPC_ANSWER", "other", method="eth_getTransactionByHash")
        to = sent.optional_octets("to", 20)
        return SentTx(sent.octets("from", 20), to, sent.number("value"), sent.octets("input"))

    def receipt_proof(self, tx_hash: bytes) -> ReceiptProof:
        """Return the proof of a mined transaction's receipt, whose header hashes to the block that the node names."""
        receipt = self.receipt(tx_hash)
        if receipt is None:
            raise self._rpc.error("E_RPC_NULL", method="eth_getTransactionReceipt")
        return node_evidence.fetch_receipt_proof(self._rpc, receipt)

    def estimate_gas(self, sender: bytes, to: bytes | None, value: int = 0, data: bytes = b"") -> int:
        """Return a gas limit for a transaction; `CallReverted` if it would revert."""
        return self._quantity("eth_estimateGas", _message(sender, to, value, data))

    def send(self, key: bytes, to: bytes | None, value: int = 0, data: bytes = b"") -> TxReceipt:
        """Sign a transaction with a 32-byte private key, send it, and wait for its block.

        `to` None creates a contract. `CallReverted` before sending if it would revert; if it failed all the same, the
        receipt says so (`status` 0).
        """
        return self.wait(self.submit(key, to, value, data))

    def submit(
        self, key: bytes, to: bytes | None, value: int = 0, data: bytes = b"", *, gas: int | None = None
    ) -> bytes:
        """Sign a transaction with a 32-byte private key and send it without waiting; return its hash."""
        signer = KeySigner(key)
        return self.send_raw(signer.sign_transaction(self.prepare(signer.address, to, value, data, gas=gas)))

    def prepare(
        self, sender: bytes, to: bytes | None, value: int = 0, data: bytes = b"", *, gas: int | None = None
    ) -> dict[str, Any]:
        """Return the fields of a type-2 transaction, ready to sign: next nonce, gas, and fees for some blocks.

        Without `gas` the estimate and a fifth more: it runs in a later block than the one that was asked.
        `CallReverted` if it would revert.
        """
        base_fee = self._block("latest").number("baseFeePerGas")
        tip = self._quantity("eth_maxPriorityFeePerGas")
        return {
            "type": 2,
            "chainId": self.chain_id(),
            "nonce": self._quantity("eth_getTransactionCount", hex_text(sender), "pending"),
            "gas": self.estimate_gas(sender, to, value, data) * 6 // 5 if gas is None else gas,
            "maxFeePerGas": 2 * base_fee + tip,
            "maxPriorityFeePerGas": tip,
            "value": value,
            "data": data,
            **({} if to is None else {"to": to}),
        }

    def send_raw(self, raw: bytes) -> bytes:
        """Send a signed transaction and return its hash, computed here; it may have no block yet."""
        tx_hash = keccak256(raw)
        if self._octets("eth_sendRawTransaction", hex_text(raw)) != tx_hash:
            raise self._rpc.error("E_RPC_ANSWER", "other", method="eth_sendRawTransaction")
        return tx_hash

    def knows(self, tx_hash: bytes) -> bool:
        """Return whether the node has a transaction, in a block or waiting for one."""
        return self._rpc.ask("eth_getTransactionByHash", hex_text(tx_hash)) is not None

    def wait(self, tx_hash: bytes) -> TxReceipt:
        """Return a transaction's receipt as soon as there is one; `E_RPC_TIMEOUT` after `WAIT_SECONDS`."""
        deadline = time.monotonic() + WAIT_SECONDS
        while (receipt := self.receipt(tx_hash)) is None:
            if time.monotonic() >= deadline:
                raise self._rpc.error("E_RPC_TIMEOUT", method="eth_getTransactionReceipt")
            time.sleep(1)
        return receipt

    # Asking

    def _block(self, tag: str) -> Answer:
        with_transactions = False
        return node_evidence.fetch_object(self._rpc, "eth_getBlockByNumber", tag, with_transactions)

    def _quantity(self, method: str, *params: Any) -> int:
        self.chain_id()
        return quantity(self._rpc, method, self._rpc.ask(method, *params))

    def _octets(self, method: str, *params: Any) -> bytes:
        self.chain_id()
        return octets(self._rpc, method, self._rpc.ask(method, *params))


def _message(sender: bytes, to: bytes | None, value: int, data: bytes) -> dict[str, str]:
    message = {"from": hex_text(sender), "value": hex(value), "data": hex_text(data)}
    return message if to is None else {**message, "to": hex_text(to)}
