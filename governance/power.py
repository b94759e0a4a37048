"""Power evidence: who weighed how much at a snapshot block, and its proof.

One strategy's powers travel as DAG-CBOR blocks: a root, chunks of values sorted by voter, and, where the settings say
how balances are kept, the header and the trie nodes that prove every value from the block's hash. Where nothing can be
proved the root is of another kind, and holds what was asked and answered (`governance.attested`). `proved` says which
it was; what is not proved is an assumption (A_POWER). Any value that its evidence does not give is `E_POWER`, naming
the voter, what was said and what follows. Evidence without either, as older releases wrote for balances of a token,
still opens and is an assumption whole.

Not decided here: that the block is the chain's (A_BLOCK), and which voters there must be; a voter who is missing makes
the tally incomplete.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain as concatenated
from itertools import pairwise
from typing import NamedTuple

from chain import dag_cbor
from chain.address import checksum
from chain.blocks import BlockRef
from chain.cid import CID
from chain.header import decode_header
from chain.state_proof import Trie, account_in, canonical_nodes, index_nodes, storage_in
from governance import attested
from governance.power_values import (
    VERSION,
    Get,
    Keeping,
    PowerError,
    PowerTable,
    expect_subject,
    keep_values,
    links,
    open_chunk,
    read_values,
    subject_of,
)
from governance.settings import BalanceProof, StrategySettings
from governance.strategies import erc20_balance_of, find
from governance.strategies.strategy import Params, Storage
from governance.strict_map import StrictMap, expect_version, open_map

__all__ = ["PowerError", "PowerTable", "build_evidence", "combine", "open_evidence"]

ROOT_KIND, NODES_KIND = "power-evidence", "trie-nodes"

NODES_BYTES_MAX = 512 * 1024
"""Bytes of trie nodes in one chunk."""

_ROOT_KEYS = "v kind strategy name version block header account_nodes values nodes"


class _Rule(NamedTuple):
    """What the settings say of a contract whose storage holds the powers."""

    storage: Storage
    params: Params
    proof: BalanceProof


class _Proof(NamedTuple):
    header: bytes
    account_nodes: tuple[bytes, ...]
    storage_nodes: tuple[bytes, ...]


def build_evidence(
    *,
    number: int,
    settings: StrategySettings,
    block: BlockRef,
    powers: Mapping[bytes, int],
    header: bytes | None = None,
    nodes: Iterable[bytes] = (),
) -> tuple[CID, dict[CID, bytes]]:
    """Make the blocks of evidence for strategy `number` (1-based place in the settings); return the root's CID, too.

    With `header` (RLP of the snapshot block's) and `nodes` (of `eth_getProof` for the token and every voter's slot, in
    any order, account and storage together) the values are proved while they are written, and nodes that no proof
    needs are left out. Raises as `open_evidence` does.
    """
    account_nodes: tuple[bytes, ...] = ()
    storage_nodes: tuple[bytes, ...] = ()
    if header is not None:
        given = tuple(nodes)
        account_nodes, storage_nodes = _prove(settings, block, powers, _Proof(header, given, given))
    blocks = Keeping()
    node_cids = [blocks.add({"v": VERSION, "kind": NODES_KIND, "nodes": chunk}) for chunk in _pack(storage_nodes)]
    root = blocks.add({
        **subject_of(ROOT_KIND, number, settings, block),
        "header": header,
        "account_nodes": list(account_nodes),
        "values": keep_values(powers, blocks),
        "nodes": node_cids,
    })  # fmt: skip
    return root, dict(blocks)


def open_evidence(root: bytes, get: Get, number: int, settings: StrategySettings, block: BlockRef) -> PowerTable:
    """Read the evidence for strategy `number` of the settings at its snapshot `block`, and check whatever it proves.

    `get` returns the block behind a CID, already compared with it. (1) The root is about this strategy and block.
    (2) Values are sorted, each voter once, in full chunks. (3) Header, account and storage proofs, if any, give exactly
    these values with no node to spare. Raises `PowerError` (`E_POWER`), or a refusal of `chain`.
    """
    found = dag_cbor.decode(root)
    if isinstance(found, dict) and found.get("kind") == attested.ROOT_KIND:
        return attested.open_attested(found, get, number, settings, block)
    opened = open_map(found, _ROOT_KEYS, code="E_POWER", place=ROOT_KIND)
    expect_version(opened, "v", VERSION)
    expect_subject(opened, subject_of(ROOT_KIND, number, settings, block))  # (1)
    powers = read_values(opened, get)  # (2)
    header = opened.values["header"]
    account_nodes = _bytes_list(opened, "account_nodes")
    node_chunks = [_bytes_list(open_chunk(get, cid, NODES_KIND, "nodes"), "nodes") for cid in links(opened, "nodes")]
    storage_nodes = tuple(concatenated.from_iterable(node_chunks))
    if header is None:
        if account_nodes or storage_nodes:
            opened.refuse("header", "the header that the trie nodes belong to")
        if (settings.name, settings.version) != (erc20_balance_of.NAME, erc20_balance_of.VERSION):
            raise PowerError("E_POWER", "said", strategy=settings.name)
        return PowerTable(powers=powers, proved=False)
    if not isinstance(header, bytes):
        opened.refuse("header", "bytes or null")
    if _pack(storage_nodes) != [list(chunk) for chunk in node_chunks]:
        opened.refuse("nodes", f"full chunks of at most {NODES_BYTES_MAX} bytes")
    used = _prove(settings, block, powers, _Proof(header, account_nodes, storage_nodes))  # (3)
    if used != (account_nodes, storage_nodes):
        raise PowerError("E_POWER", "surplus", strategy=settings.name)
    return PowerTable(powers=powers, proved=True)


def combine(tables: Sequence[PowerTable]) -> PowerTable:
    """Add up the strategies' powers. A voter whom any of them lacks is left out, so the tally asks for him."""
    first, *others = tables
    powers = (
        first.powers
        if not others
        else {
            voter: power + sum(other.powers[voter] for other in others)
            for voter, power in first.powers.items()
            if all(voter in other.powers for other in others)
        }
    )
    return PowerTable(
        powers=powers,
        proved=all(table.proved for table in tables),
        providers=tuple(sorted({label for table in tables for label in table.providers})),
        answers=sum(table.answers for table in tables),
        notes=tuple(concatenated.from_iterable(table.notes for table in tables)),
    )


def _prove(
    settings: StrategySettings, block: BlockRef, powers: Mapping[bytes, int], proof: _Proof
) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Check every power against the proof; return the account's and the storage's nodes it needed, ascending."""
    if settings.proof is None:
        raise PowerError("E_POWER", "no_rule", strategy=settings.name)
    strategy = find(settings.name, settings.version)
    header = decode_header(proof.header)
    if header.ref(settings.chain_id) != block:
        raise PowerError("E_POWER", "block", expected=block.hash, found=header.hash)
    if isinstance(settings.proof, BalanceProof) and strategy.storage is not None:
        rule = _Rule(strategy.storage, settings.params, settings.proof)
        return _prove_words(rule, powers, Trie(header.state_root, index_nodes(proof.account_nodes)), proof)
    if strategy.proves_coin and not isinstance(settings.proof, BalanceProof):
        return (), _prove_coin(powers, header.state_root, proof.storage_nodes)
    raise PowerError("E_POWER", "no_rule", strategy=settings.name)


def _prove_words(
    rule: _Rule, powers: Mapping[bytes, int], state: Trie, proof: _Proof
) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Every power is a word in the storage of one contract."""
    token = account_in(state, rule.storage.contract(rule.params))
    if token.code_hash != rule.proof.code_hash:
        raise PowerError("E_POWER", "code", expected=rule.proof.code_hash, found=token.code_hash)
    words = Trie(token.storage_root, index_nodes(proof.storage_nodes))
    voters = sorted(powers)
    for voter, slot in zip(voters, rule.storage.slots(rule.params, rule.proof, voters), strict=True):
        _expect(voter, powers[voter], rule.storage.weigh(rule.params, storage_in(words, slot)))
    return _used(state), _used(words)


def _prove_coin(powers: Mapping[bytes, int], state_root: bytes, nodes: Sequence[bytes]) -> tuple[bytes, ...]:
    """Every power is the balance in an account's own record; nodes are many, so they stand in the chunks."""
    state = Trie(state_root, index_nodes(nodes))
    for voter in sorted(powers):
        _expect(voter, powers[voter], account_in(state, voter).balance)
    return _used(state)


def _expect(voter: bytes, said: int, proved: int) -> None:
    if proved != said:
        raise PowerError("E_POWER", "voter", voter=checksum(voter), said=said, proved=proved)


def _used(trie: Trie) -> tuple[bytes, ...]:
    return canonical_nodes(trie.nodes[node_hash] for node_hash in trie.used)


def _bytes_list(opened: StrictMap, key: str) -> tuple[bytes, ...]:
    nodes = tuple(node for node in opened.items(key) if isinstance(node, bytes))
    if len(nodes) != len(opened.items(key)) or any(left >= right for left, right in pairwise(nodes)):
        opened.refuse(key, "trie nodes in ascending order, each once")
    return nodes


def _pack(nodes: Sequence[bytes]) -> list[list[bytes]]:
    """Fill chunks in order; a node that does not fit any more begins the next one."""
    chunks: list[list[bytes]] = []
    size = NODES_BYTES_MAX
    for node in nodes:
        if size + len(node) > NODES_BYTES_MAX:
            chunks.append([])
            size = 0
        chunks[-1].append(node)
        size += len(node)
    return chunks
