"""Evidence from a node: headers, state proofs and receipt proofs, gathered and compared with their hashes.

Decides whether what a node served fits together: a header hashes to its block's hash, a rebuilt trie has the header's
root. Does not decide whether the block is the chain's, and reads no proof: that is done by the pure modules that take
this evidence. Only methods that every provider serves are needed, and `eth_getProof` for state.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chain.clients.node_values import StateProof, TxReceipt
from chain.clients.rpc import NodeError, Rpc, hex_text
from chain.clients.rpc_answer import Answer, octets
from chain.clients.rpc_rlp import encode_header, encode_receipt, encode_transaction
from chain.clients.trie_build import TrieBuild, index_key, list_trie
from chain.header import Header, decode_header
from chain.keccak import keccak256
from chain.receipt import ReceiptProof
from chain.rlp_items import ProofError
from chain.state_proof import Trie, account_in, index_nodes, storage_in

SLOTS_MAX = 500
"""Slots in one `eth_getProof`; nodes refuse more than about a thousand."""


def fetch_object(rpc: Rpc, method: str, *params: object) -> Answer:
    """Ask for an object; null is `E_RPC_NULL`."""
    answer = rpc.ask(method, *params)
    if answer is None:
        raise rpc.error("E_RPC_NULL", method=method)
    return Answer(rpc, method, answer)


def fetch_header(rpc: Rpc, number: int, *, full: bool = False) -> tuple[bytes, Answer]:
    """Return a header's RLP and the block that it heads, with its transactions in full if asked for.

    The header is encoded from the block's fields, or taken raw where that does not give the block's hash; if that does
    not either (a chain with fields of its own, or a node that is wrong), it is `E_RPC_HEADER`.
    """
    block = fetch_object(rpc, "eth_getBlockByNumber", hex(number), full)
    expected = block.octets("hash", 32)
    encoded = encode_header(block)
    if keccak256(encoded) != expected:
        encoded = _raw_header(rpc, number)
    if keccak256(encoded) != expected or _decode(rpc, encoded).number != number:
        raise rpc.error("E_RPC_HEADER", number=number)
    return encoded, block


def _raw_header(rpc: Rpc, number: int) -> bytes:
    try:
        return octets(rpc, "debug_getRawHeader", rpc.ask("debug_getRawHeader", hex(number)))
    except NodeError:  # most public providers do not serve it
        return b""


def _decode(rpc: Rpc, encoded: bytes) -> Header:
    try:
        return decode_header(encoded)
    except ProofError:
        raise rpc.error("E_RPC_ANSWER", "shape", method="header") from None


def fetch_state_proof(rpc: Rpc, address: bytes, slots: Sequence[int], number: int) -> StateProof:
    """Return the evidence for an account and its slots at a block.

    `E_RPC_PROOF` where it does not lead from the header's state root to each of them, whatever it proves there.
    """
    header, _ = fetch_header(rpc, number)
    words = [f"0x{slot:064x}" for slot in slots]
    nodes: list[bytes] = []
    for first in range(0, len(words) or 1, SLOTS_MAX):
        asked = words[first : first + SLOTS_MAX]
        proof = fetch_object(rpc, "eth_getProof", hex_text(address), asked, hex(number))
        nodes += [octets(rpc, "eth_getProof", node) for node in proof.items("accountProof")]
        for entry in proof.objects("storageProof"):
            nodes += [octets(rpc, "eth_getProof", node) for node in entry.items("proof")]
    found = StateProof(header, list(dict.fromkeys(nodes)))
    try:
        _walk(found, address, slots)
    except ProofError as error:
        raise rpc.error("E_RPC_PROOF", "nodes", address=address, number=number, problem=error.reason) from None
    return found


def _walk(proof: StateProof, address: bytes, slots: Sequence[int]) -> None:
    nodes = index_nodes(proof.nodes)
    account = account_in(Trie(decode_header(proof.header).state_root, nodes), address)
    words = Trie(account.storage_root, nodes)
    for slot in slots:
        storage_in(words, slot)


def fetch_receipt_proof(rpc: Rpc, receipt: TxReceipt) -> ReceiptProof:
    """Return the evidence for a mined transaction's receipt: paths in both tries of its block, rebuilt from all of it.

    `E_RPC_TRIE` where a rebuilt root is not the header's: a node that leaves something out, or a chain with
    transaction types that Ethereum does not have. `E_RPC_REORG` where another block stands there by now.
    """
    encoded, block = fetch_header(rpc, receipt.block.number, full=True)
    header = _decode(rpc, encoded)
    if header.hash != receipt.block.hash:
        raise reorganised(rpc, header.number, receipt.block.hash, header.hash)
    mined = block.objects("transactions")
    transactions = _trie(rpc, "transactions", header.transactions_root, map(encode_transaction, mined))
    receipts = _trie(rpc, "receipts", header.receipts_root, map(encode_receipt, _block_receipts(rpc, header, mined)))
    key = index_key(receipt.transaction_index)
    return ReceiptProof(
        header=encoded,
        index=receipt.transaction_index,
        receipt_nodes=receipts.path(key),
        transaction_nodes=transactions.path(key),
    )


def reorganised(rpc: Rpc, number: int, expected: bytes, found: bytes) -> NodeError:
    """Make the error for a block that is no longer the one that was named."""
    return rpc.error("E_RPC_REORG", number=number, expected=hex_text(expected), found=hex_text(found))


def _block_receipts(rpc: Rpc, header: Header, mined: Sequence[Answer]) -> list[Answer]:
    try:
        answer = rpc.ask("eth_getBlockReceipts", hex(header.number))
    except NodeError as error:
        if error.reason != "refused":
            raise
        answer = None
    if isinstance(answer, list):
        return [Answer(rpc, "eth_getBlockReceipts", item) for item in answer]
    return [fetch_object(rpc, "eth_getTransactionReceipt", hex_text(item.octets("hash", 32))) for item in mined]


def _trie(rpc: Rpc, what: str, root: bytes, values: Iterable[bytes | None]) -> TrieBuild:
    encoded = [value for value in values if value is not None]  # one that is missing changes the root
    trie = list_trie(encoded)
    if trie.root != root:
        raise rpc.error("E_RPC_TRIE", what=what)
    return trie
