"""Power evidence: who weighed how much at a snapshot block, and its proof.

One strategy's powers travel as DAG-CBOR blocks: a root, chunks of values sorted by voter, and, where the settings say
how the token keeps its balances, the header and the trie nodes that prove every value from the block's hash. `proved`
says which it was; without a proof the values are an assumption (A_POWER). Any value that its proof does not give is
`E_POWER`, naming the voter, what was said and what is proved.

Not decided here: that the block is the chain's (A_BLOCK), and which voters there must be; a voter who is missing makes
the tally incomplete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain as concatenated
from itertools import pairwise
from typing import NamedTuple

from chain import dag_cbor
from chain.address import checksum
from chain.amount import AmountError, parse_base_units
from chain.blocks import BlockRef
from chain.cid import CID, dag_cbor_cid
from chain.header import decode_header
from chain.state_proof import Trie, account_in, canonical_nodes, index_nodes, storage_in
from governance.errors import GovernanceError
from governance.settings import StrategySettings
from governance.strategies import find
from governance.strict_map import StrictMap, expect_version, open_map

VERSION = 1
ROOT_KIND, VALUES_KIND, NODES_KIND = "power-evidence", "power-values", "trie-nodes"

ROWS_MAX = 8_000
"""Voters in one chunk of values: at most 61 bytes of address, head and decimal text each, within 1 MiB."""
NODES_BYTES_MAX = 512 * 1024
"""Bytes of trie nodes in one chunk."""
CHUNKS_MAX = 4_096

_ROOT_KEYS = "v kind strategy name version block header account_nodes values nodes"

Get = Callable[[CID], bytes]


class PowerError(GovernanceError):
    """Evidence of another form, or powers that it does not prove (`E_POWER`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerTable:
    """Powers in 1e-18 by voter, and whether each was proved from the snapshot block's hash."""

    powers: Mapping[bytes, int]
    proved: bool


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
    voters = sorted(powers)
    account_nodes: tuple[bytes, ...] = ()
    storage_nodes: tuple[bytes, ...] = ()
    if header is not None:
        given = tuple(nodes)
        account_nodes, storage_nodes = _prove(settings, block, powers, _Proof(header, given, given))
    blocks: dict[CID, bytes] = {}

    def keep(value: dict[str, object]) -> CID:
        data = dag_cbor.encode(value)
        cid = dag_cbor_cid(data)
        blocks[cid] = data
        return cid

    rows: list[object] = [[voter, str(powers[voter])] for voter in voters]
    chunks = [rows[start : start + ROWS_MAX] for start in range(0, len(rows), ROWS_MAX)]
    value_cids = [keep({"v": VERSION, "kind": VALUES_KIND, "values": chunk}) for chunk in chunks]
    node_cids = [keep({"v": VERSION, "kind": NODES_KIND, "nodes": chunk}) for chunk in _pack(storage_nodes)]
    root = keep({
        "v": VERSION,
        "kind": ROOT_KIND,
        "strategy": number,
        "name": settings.name,
        "version": settings.version,
        "block": block.to_map(),
        "header": header,
        "account_nodes": list(account_nodes),
        "values": value_cids,
        "nodes": node_cids,
    })  # fmt: skip
    return root, blocks


def open_evidence(root: bytes, get: Get, number: int, settings: StrategySettings, block: BlockRef) -> PowerTable:
    """Read the evidence for strategy `number` of the settings at its snapshot `block`, and check whatever it proves.

    `get` returns the block behind a CID, already compared with it. (1) The root is about this strategy and block.
    (2) Values are sorted, each voter once, in full chunks. (3) Header, account and storage proofs, if any, give exactly
    these values with no node to spare. Raises `PowerError` (`E_POWER`), or a refusal of `chain`.
    """
    opened = open_map(dag_cbor.decode(root), _ROOT_KEYS, code="E_POWER", place=ROOT_KIND)
    expect_version(opened, "v", VERSION)
    _expect_subject(opened, number, settings, block)  # (1)
    powers = _read_values(opened, get)  # (2)
    header = opened.values["header"]
    account_nodes = _bytes_list(opened, "account_nodes")
    node_chunks = [_bytes_list(_chunk(get, cid, NODES_KIND, "nodes"), "nodes") for cid in _cids(opened, "nodes")]
    storage_nodes = tuple(concatenated.from_iterable(node_chunks))
    if header is None:
        if account_nodes or storage_nodes:
            opened.refuse("header", "the header that the trie nodes belong to")
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
    powers = {
        voter: power + sum(other.powers[voter] for other in others)
        for voter, power in first.powers.items()
        if all(voter in other.powers for other in others)
    }
    return PowerTable(powers=powers, proved=all(table.proved for table in tables))


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
    state_nodes, word_nodes = index_nodes(proof.account_nodes), index_nodes(proof.storage_nodes)
    state = Trie(header.state_root, state_nodes)
    token = account_in(state, strategy.contract(settings.params))
    if token.code_hash != settings.proof.code_hash:
        raise PowerError("E_POWER", "code", expected=settings.proof.code_hash, found=token.code_hash)
    words = Trie(token.storage_root, word_nodes)
    voters = sorted(powers)
    for voter, slot in zip(voters, strategy.slots(settings.params, settings.proof, voters), strict=True):
        proved = strategy.weigh(settings.params, storage_in(words, slot))
        if proved != powers[voter]:
            raise PowerError("E_POWER", "voter", voter=checksum(voter), said=powers[voter], proved=proved)
    return _used(state, state_nodes), _used(words, word_nodes)


def _used(trie: Trie, nodes: Mapping[bytes, bytes]) -> tuple[bytes, ...]:
    return canonical_nodes(nodes[node_hash] for node_hash in trie.used)


def _expect_subject(opened: StrictMap, number: int, settings: StrategySettings, block: BlockRef) -> None:
    expected: dict[str, object] = {
        "kind": ROOT_KIND,
        "strategy": number,
        "name": settings.name,
        "version": settings.version,
        "block": block.to_map(),
    }
    for key, value in expected.items():
        if opened.values[key] != value or type(opened.values[key]) is not type(value):
            raise PowerError("E_POWER", "subject", field=key, strategy=settings.name)


def _read_values(opened: StrictMap, get: Get) -> dict[bytes, int]:
    chunks = [_chunk(get, cid, VALUES_KIND, "values") for cid in _cids(opened, "values")]
    powers: dict[bytes, int] = {}
    last = b""
    for place, chunk in enumerate(chunks, 1):
        rows = chunk.items("values")
        if not rows or len(rows) > ROWS_MAX or (place < len(chunks) and len(rows) < ROWS_MAX):
            chunk.refuse("values", f"full chunks of {ROWS_MAX} rows")
        for row in rows:
            voter, power = _row(chunk, row)
            if voter <= last:
                chunk.refuse("values", "each voter once, in ascending order")
            powers[voter] = power
            last = voter
    return powers


def _row(chunk: StrictMap, row: object) -> tuple[bytes, int]:
    if not isinstance(row, list) or len(row) != 2 or not isinstance(row[0], bytes) or len(row[0]) != 20:
        chunk.refuse("values", "rows of a 20-byte voter and a power")
    try:
        return row[0], parse_base_units(row[1])
    except AmountError:
        chunk.refuse("values", "powers as decimal strings")


def _chunk(get: Get, cid: CID, kind: str, key: str) -> StrictMap:
    opened = open_map(dag_cbor.decode(get(cid)), f"v kind {key}", code="E_POWER", place=kind)
    expect_version(opened, "v", VERSION)
    if opened.values["kind"] != kind:
        opened.refuse("kind", kind)
    return opened


def _cids(opened: StrictMap, key: str) -> list[CID]:
    cids = [cid for cid in opened.items(key) if isinstance(cid, CID)]
    if len(cids) != len(opened.items(key)) or len(cids) > CHUNKS_MAX:
        opened.refuse(key, f"at most {CHUNKS_MAX} links")
    return cids


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
