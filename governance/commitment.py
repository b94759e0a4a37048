"""The commitment: what a proposal binds besides its words, put under the author's signature in `plugins`.

Snapshot copies strategies, quorum and network from a space's settings without the author's signature. Our block names
them by content instead: document, parts and settings by CID, the snapshot blocks by hash, the fund, and the proposals
that this one supersedes. Decided here: the block's form, its one spelling (canonical JSON), and that no other
executor's block stands beside it (H99). Whether the CIDs are known, and fit, is decided by `governance.admission`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chain.blocks import BlockRef
from chain.cid import CID, DAG_CBOR, RAW
from chain.errors import ChainError
from chain.json_text import canonical, loads, loads_canonical
from governance.errors import GovernanceError
from governance.strict_map import StrictMap, expect_version, open_map
from proposals import front_matter

VERSION = 1
PLUGIN = "mutualDao"
MAX_BYTES = 16_384

_KEYS = "blocks document fund iip parts settings supersedes version"
_EXECUTORS = frozenset({"osnap", "safesnap", "reality", "realityeth", "governor", "zodiac", "tally"})
_NUMBER_MAX = 2**53 - 1


class CommitmentError(GovernanceError):
    """A `plugins` text that is not exactly one commitment of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """What the author signs besides the message's own members."""

    iip: int
    document: CID
    parts: CID | None
    """None: the proposal decides, and pays nothing."""
    settings: CID
    blocks: tuple[BlockRef, ...]
    """The snapshot blocks, one for each chain that a strategy reads, by ascending chain id."""
    fund: str | None
    """The name of the fund that pays; None only where nothing is paid."""
    supersedes: tuple[bytes, ...] = ()
    """Ids of proposals whose unpaid parts end when this one passes."""


def read_commitment(plugins: object) -> Commitment:
    """Read the `plugins` text of a proposal.

    Raises `CommitmentError`: `E_EXECUTOR` for another executor's block, `E_VERSION` for an unknown plugin, key or
    version, `E_COMMITMENT` for anything else that is not a commitment; and `E_CANONICAL` for another spelling.
    """
    if not isinstance(plugins, str):
        raise CommitmentError("E_COMMITMENT", "absent")
    outer = loads(plugins, max_bytes=MAX_BYTES)
    if not isinstance(outer, dict) or PLUGIN not in outer:
        raise CommitmentError("E_COMMITMENT", "absent")
    for name in sorted(outer.keys() - {PLUGIN}):
        if name.casefold() in _EXECUTORS:
            raise CommitmentError("E_EXECUTOR", "beside", plugin=name)
        raise CommitmentError("E_VERSION", "plugin", plugin=name)
    loads_canonical(plugins, max_bytes=MAX_BYTES)
    opened = open_map(outer[PLUGIN], _KEYS, code="E_COMMITMENT", place=PLUGIN)
    expect_version(opened, "version", VERSION)
    commitment = Commitment(
        iip=opened.integer("iip", 1, front_matter.NUMBER_MAX),
        document=_cid(opened, "document", RAW),
        parts=None if opened.values["parts"] is None else _cid(opened, "parts", DAG_CBOR),
        settings=_cid(opened, "settings", RAW),
        blocks=tuple(_block(item) for item in opened.open_each("blocks", "chain_id hash number")),
        fund=None if opened.values["fund"] is None else opened.text("fund", r"[a-z][a-z0-9-]{0,31}"),
        supersedes=tuple(bytes.fromhex(i[2:]) for i in opened.text_list("supersedes", "0x[0-9a-f]{64}")),
    )
    _check(commitment, opened)
    return commitment


def write_commitment(commitment: Commitment) -> str:
    """Spell a commitment as the canonical text of `plugins`, and make sure that it reads back the same."""
    block: Mapping[str, object] = {
        "version": VERSION,
        "iip": commitment.iip,
        "document": str(commitment.document),
        "parts": None if commitment.parts is None else str(commitment.parts),
        "settings": str(commitment.settings),
        "blocks": [
            {"chain_id": ref.chain_id, "hash": "0x" + ref.hash.hex(), "number": ref.number} for ref in commitment.blocks
        ],
        "fund": commitment.fund,
        "supersedes": ["0x" + superseded.hex() for superseded in commitment.supersedes],
    }
    text = canonical({PLUGIN: block})
    if read_commitment(text) != commitment:
        raise CommitmentError("E_COMMITMENT", "unwritable")
    return text


def _check(commitment: Commitment, opened: StrictMap) -> None:
    chain_ids = [ref.chain_id for ref in commitment.blocks]
    if not chain_ids or chain_ids != sorted(set(chain_ids)):
        opened.refuse("blocks", "one block a chain, by ascending chain id")
    if commitment.parts is not None and commitment.fund is None:
        opened.refuse("fund", "the fund that pays the parts")


def _cid(opened: StrictMap, key: str, codec: int) -> CID:
    try:
        cid = CID.parse(opened.values[key])
    except ChainError:
        opened.refuse(key, "a CID")
    if cid.codec != codec:
        opened.refuse(key, "a CID of raw bytes" if codec == RAW else "a CID of DAG-CBOR")
    return cid


def _block(opened: StrictMap) -> BlockRef:
    return BlockRef(
        chain_id=opened.integer("chain_id", 1, _NUMBER_MAX),
        number=opened.integer("number", 0, _NUMBER_MAX),
        hash=opened.hash32("hash"),
    )
