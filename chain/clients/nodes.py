"""Several providers of one chain as one node: what no hash proves must be said by all of them, or nothing is answered.

Decides what is compared (blocks by number, state, calls, logs, receipts) and what need not be: proofs are taken from
the first provider, because their block's hash is compared. A provider that has not seen a block yet lags and is waited
for; one that says another thing of the same block disagrees (`E_RPC_DISAGREE`), and which of the two lies is not
decided here. What a provider cannot answer is answered by nobody: a second opinion that may be missing is none. Gas and
an account's next nonce decide nothing and are the first's, fees are the lowest named; a transaction is sent to all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, TypeVar

from chain.clients import node as one
from chain.clients.broadcast import what_was_said
from chain.clients.multicall import Read
from chain.clients.node import Node
from chain.clients.node_values import BlockInfo, ChainLog, SentTx, StateProof, TxReceipt
from chain.clients.rpc import CallReverted, NodeError
from chain.erc1271 import Answer, Question
from chain.keccak import keccak256

__all__ = ["Nodes"]

APART_SECONDS = 60
"""By how much the newest blocks of two providers may differ in time; one that is further behind lags."""

T = TypeVar("T")


class Nodes(Node):
    """Two or more nodes of one chain, in the user's order. Errors name the provider that they are about."""

    def __init__(self, nodes: Sequence[Node], absent: Sequence[NodeError] = ()) -> None:
        assert nodes, "somebody must be asked"
        self.nodes = tuple(nodes)
        self.absent = tuple(absent)
        self._rpc = nodes[0]._rpc  # for what is asked of the first alone
        self._chain_id = None
        self._agreed: set[int] = set()

    @property
    def labels(self) -> tuple[str, ...]:
        """All of them, in the user's order."""
        return tuple(node.label for node in self.nodes)

    def chain_id(self) -> int:
        """Return the chain's id, which each provider must have."""
        if self._chain_id is None:
            first, *others = self.nodes
            expected = first.chain_id()
            for other in others:
                if other.chain_id() != expected:
                    raise other.error("E_RPC_CHAIN", expected=expected, found=other.chain_id())
            self._chain_id = expected
        return self._chain_id

    # Blocks

    def head(self, least: int = 0) -> BlockInfo:
        """Return the newest block that all providers have, with number `least` or above; `E_RPC_BEHIND` for one that
        lags by more than `APART_SECONDS`. Near the head honest nodes may differ for a moment, so they are asked again.
        """
        return self._common(lambda node: node.head(least))

    def finalized(self) -> BlockInfo:
        """Return the newest block that all providers call final."""
        return self._common(lambda node: node.finalized())

    def block(self, number: int) -> BlockInfo:
        """Return the block of this number, which must be the same everywhere."""
        return self._block_of_all(number, {})

    def _block_of_all(self, number: int, known: Mapping[Node, BlockInfo]) -> BlockInfo:
        info = self._same("block", lambda node: known.get(node) or _reached(node, number), number=number)
        self._agreed.add(number)
        return info

    def header(self, number: int) -> bytes:
        """Return the RLP of a block's header, from the first; it hashes to the hash that all name."""
        header = self.nodes[0].header(number)
        self._expect_header(header, number)
        return header

    def _common(self, ask: Callable[[Node], BlockInfo]) -> BlockInfo:
        deadline = time.monotonic() + one.LAG_WAIT_SECONDS
        while True:
            found = [(ask(node), node) for node in self.nodes]
            (low, slow), (high, quick) = (choose(found, key=lambda row: row[0].ref.number) for choose in (min, max))
            is_late = time.monotonic() >= deadline
            if high.timestamp - low.timestamp <= APART_SECONDS:
                try:
                    known = {node: info for info, node in found if info.ref.number == low.ref.number}
                    return self._block_of_all(low.ref.number, known)
                except NodeError as error:
                    if is_late or error.code != "E_RPC_DISAGREE":
                        raise
            elif is_late:
                raise slow.error(
                    "E_RPC_BEHIND", "other", number=low.ref.number, known=high.ref.number, other=quick.label
                )
            time.sleep(1)

    def _expect_header(self, header: bytes, number: int) -> None:
        agreed = self.block(number).ref.hash
        found = keccak256(header)
        if found != agreed:  # it was another block a moment ago
            raise self.nodes[0].error("E_RPC_REORG", number=number, expected=agreed, found=found)

    # State

    def balance(self, address: bytes, number: int | None = None) -> int:
        """Return a balance in wei."""
        at = self._at(number)
        return self._same("balance", lambda node: node.balance(address, at), address=address, number=at)

    def code(self, address: bytes, number: int | None = None) -> bytes:
        """Return the code at an address."""
        at = self._at(number)
        return self._same("code", lambda node: node.code(address, at), address=address, number=at)

    def nonce(self, address: bytes, number: int | None = None) -> int:
        """Return how many transactions an address has sent."""
        at = self._at(number)
        return self._same("nonce", lambda node: node.nonce(address, at), address=address, number=at)

    def storage(self, address: bytes, slot: int, number: int | None = None) -> int:
        """Return a storage slot's word."""
        at = self._at(number)
        return self._same("storage", lambda node: node.storage(address, slot, at), address=address, number=at)

    def call(
        self,
        to: bytes,
        data: bytes,
        number: int | None = None,
        *,
        sender: bytes | None = None,
        codes: one.Codes = one.NO_CODES,
    ) -> bytes:
        """Return what a call answers; `CallReverted` if it reverts everywhere."""
        at = self._at(number)
        return self._same(
            "call", lambda node: node.call(to, data, at, sender=sender, codes=codes), address=to, number=at
        )

    def read_many(
        self, reads: Sequence[Read], number: int, progress: Callable[[int], None] | None = None
    ) -> list[bytes | None]:
        """Ask many contracts at one block, all of them of each provider; `progress` is told of the first's."""
        at = self._at(number)
        first, *others = self.nodes
        answers = first.read_many(reads, at, progress)
        for other in others:
            for read, left, right in zip(reads, answers, other.read_many(reads, at), strict=True):
                if left != right:
                    raise _disagree(first, other, "read", left, right, address=read.to, number=at, asked=read.data)
        return answers

    def balances(self, addresses: Sequence[bytes], number: int) -> list[int]:
        """Return many balances in wei, which every provider must name alike."""
        at = self._at(number)
        first, *others = self.nodes
        answers = first.balances(addresses, at)
        for other in others:
            for address, left, right in zip(addresses, answers, other.balances(addresses, at), strict=True):
                if left != right:
                    raise _disagree(first, other, "balance", left, right, address=address, number=at)
        return answers

    def ask_contract(self, question: Question, number: int) -> Answer:
        """Ask a contract whether it signed; every provider must say the same."""
        at = self._at(number)
        return self._same("call", lambda node: node.ask_contract(question, at), address=question.to, number=at)

    def state_proof(self, address: bytes, slots: Sequence[int], number: int) -> StateProof:
        """Return the evidence of the first, at a block on which all agree."""
        proof = self.nodes[0].state_proof(address, slots, number)
        self._expect_header(proof.header, number)
        return proof

    def _at(self, number: int | None) -> int:
        """The block to read at: one that every provider has, and the same one."""
        if number is None:
            return self.head().ref.number
        if number not in self._agreed:
            self.block(number)
        return number

    # Transactions

    def logs(self, address: bytes, topics: Sequence[bytes | None], first: int, last: int) -> list[ChainLog]:
        """Return a contract's logs, of which no provider may leave out or add one."""
        if first > last:
            return []
        self._at(last)
        leader, *others = self.nodes
        expected = leader.logs(address, topics, first, last)
        for other in others:
            found = other.logs(address, topics, first, last)
            for left, right in zip_longest(expected, found):
                if left != right:
                    is_extra = right is not None and (left is None or left in found)
                    has, lacks, log = (other, leader, right) if is_extra else (leader, other, left)
                    facts = {"transaction": log.transaction_hash, "number": log.block.number, "address": address}
                    raise has.error("E_RPC_DISAGREE", "log", other=lacks.label, **facts)
        return expected

    def receipt(self, tx_hash: bytes) -> TxReceipt | None:
        """Return a transaction's receipt, or None while no block holds it anywhere."""
        found = [node.receipt(tx_hash) for node in self.nodes]
        mined = next((receipt for receipt in found if receipt is not None), None)
        if mined is None:
            return None

        def caught_up(node: Node) -> TxReceipt | None:
            _reached(node, mined.block.number)
            deadline = time.monotonic() + one.LAG_WAIT_SECONDS
            while (receipt := node.receipt(tx_hash)) is None and time.monotonic() < deadline:
                time.sleep(1)  # receipts are found a little later than their block
            return receipt

        return self._same("receipt", caught_up, transaction=tx_hash)

    def transaction(self, tx_hash: bytes) -> SentTx:
        """Return who sent a mined transaction, to whom, with how many wei, as every provider says."""
        return self._same("transaction", lambda node: node.transaction(tx_hash), transaction=tx_hash)

    def prepare(
        self, sender: bytes, to: bytes | None, value: int = 0, data: bytes = b"", *, gas: int | None = None
    ) -> dict[str, Any]:
        """Return the fields of a transaction as the first offers them, with the lowest fees that any names: what one
        makes up for a fee is paid by the sender.
        """
        offered = [node.prepare(sender, to, value, data, gas=gas) for node in self.nodes]
        lowest = {fee: min(fields[fee] for fields in offered) for fee in ("maxFeePerGas", "maxPriorityFeePerGas")}
        return {**offered[0], **lowest}

    def send_raw(self, raw: bytes) -> bytes:
        """Send a signed transaction to every provider; one that takes it, or has it already, is enough."""
        failed: list[NodeError | CallReverted] = []
        for node in self.nodes:
            try:
                node.send_raw(raw)
            except (NodeError, CallReverted) as error:
                failed.append(error)
        said = [what_was_said(error) for error in failed]
        if len(failed) < len(self.nodes) or "known" in said:
            return keccak256(raw)
        raise failed[said.index("nothing") if "nothing" in said else 0]  # one that was silent may have taken it

    def knows(self, tx_hash: bytes) -> bool:
        """Return whether any provider has a transaction, in a block or waiting for one."""
        return any(node.knows(tx_hash) for node in self.nodes)

    # Comparing

    def _same(self, what: str, ask: Callable[[Node], T], **facts: object) -> T:
        """Ask every provider and return what all of them say; a revert is something that can be said."""
        first, *others = self.nodes
        expected = _said(ask, first)
        for other in others:
            found = _said(ask, other)
            if isinstance(found, CallReverted) and isinstance(expected, CallReverted):
                continue  # in whatever words
            if found != expected:
                raise _disagree(first, other, what, expected, found, **facts)
        if isinstance(expected, CallReverted):
            raise expected
        return expected


def _said(ask: Callable[[Node], T], node: Node) -> T | CallReverted:
    try:
        return ask(node)
    except CallReverted as reverted:
        return reverted


def _disagree(first: Node, other: Node, what: str, found: object, other_found: object, **facts: object) -> NodeError:
    told = {"found": _brief(found), "other": other.label, "other_found": _brief(other_found)}
    return first.error("E_RPC_DISAGREE", what, **told, **facts)


def _brief(value: object) -> object:
    """What of an answer stands in a sentence."""
    match value:
        case CallReverted():
            return "revert"
        case Answer():
            return value.word if value.size == 32 else value.outcome
        case BlockInfo():
            return value.ref.hash, value.timestamp
        case TxReceipt():
            return value.block.number, value.block.hash, value.status, len(value.logs)
        case SentTx():
            return value.sender, value.to, value.value
    return value


def _reached(node: Node, number: int) -> BlockInfo:
    """The block of that number, from a node that is waited for if it has not come so far."""
    try:
        return node.block(number)
    except NodeError as error:
        if error.code != "E_RPC_NULL":
            raise
    node.head(number)
    return node.block(number)
