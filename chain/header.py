"""Block headers: the bytes whose hash names a block, and the roots and time that they fix.

Decides what a header says and what its hash is. Does not decide whether that hash is the chain's (the assumption
A_BLOCK), nor check seals, gas or the parent. Headers of any fork are read: the first fifteen fields have never moved,
later forks only append.

What a producer supplies: the header's own RLP (`debug_getRawHeader`, or the fields of `eth_getBlockByHash` encoded
again and compared with the block's hash).
"""

from __future__ import annotations

from dataclasses import dataclass

from chain.blocks import BlockRef
from chain.keccak import keccak256
from chain.rlp_items import UINT64_BYTES, decode, encode, integer, malformed, octets, sequence

FIELDS_MIN = 15
"""parentHash, ommersHash, coinbase, stateRoot, transactionsRoot, receiptsRoot, logsBloom, difficulty, number, gasLimit,
gasUsed, timestamp, extraData, mixHash, nonce (Yellow Paper, 4.4)."""
FIELDS_MAX = 32
"""Prague has 21; the rest is room for forks to come."""

_WHAT = "header"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a block's header fixes, as far as evidence needs it."""

    hash: bytes
    parent_hash: bytes
    number: int
    timestamp: int
    """Unix seconds."""
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes

    def ref(self, chain_id: int) -> BlockRef:
        """Name this block; a header does not hold its chain id."""
        return BlockRef(chain_id, self.number, self.hash)


def decode_header(encoded: bytes) -> Header:
    """Read a header from its RLP; anything but a canonical one raises `E_PROOF` malformed."""
    items = sequence(decode(encoded, _WHAT), _WHAT, "items")
    if not FIELDS_MIN <= len(items) <= FIELDS_MAX:
        raise malformed(_WHAT, "items")
    if any(not isinstance(item, bytes) for item in items) or encode(items) != encoded:
        raise malformed(_WHAT, "items")
    octets(items[1], _WHAT, "ommers_hash", 32)
    octets(items[2], _WHAT, "coinbase", 20)
    octets(items[6], _WHAT, "logs_bloom", 256)
    octets(items[13], _WHAT, "mix_hash", 32)
    octets(items[14], _WHAT, "nonce", 8)
    return Header(
        hash=keccak256(encoded),
        parent_hash=octets(items[0], _WHAT, "parent_hash", 32),
        number=integer(items[8], _WHAT, "number", UINT64_BYTES),
        timestamp=integer(items[11], _WHAT, "timestamp", UINT64_BYTES),
        state_root=octets(items[3], _WHAT, "state_root", 32),
        transactions_root=octets(items[4], _WHAT, "transactions_root", 32),
        receipts_root=octets(items[5], _WHAT, "receipts_root", 32),
    )
