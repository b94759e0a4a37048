"""What a verifier already knows for sure, so that a record need not be taken at its word.

A trust file names the DAO's Safe, settings, journal key, blocks of the real chain, and assumptions that its owner
accepts. Whatever it names is compared with the record (`E_SPLIT_VIEW`), and the assumption falls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chain import address, json_text
from chain.blocks import BlockRef
from chain.cid import CID
from chain.errors import ChainError
from dao.errors import UsageError
from dao.record.vote_receipt import VoteReceipt

MAX_BYTES = 1 << 20

ACCEPTABLE = frozenset({"A_COMPLETE", "A_TIME", "A_NO_UPDATE"})
"""Assumptions that no file can fix but its owner may answer for: he ran the journal, or watched the hub."""

_KEYS = frozenset({"safe", "settings", "journal_key", "blocks", "accept"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What is known beforehand; None and empty mean nothing is."""

    safe: tuple[int, bytes] | None = None
    """Chain id and address of the DAO's Safe."""
    settings: frozenset[CID] = frozenset()
    journal_key: bytes | None = None
    blocks: frozenset[BlockRef] = frozenset()
    accept: frozenset[str] = frozenset()
    receipts: tuple[VoteReceipt, ...] = ()
    """Votes that the journal's writer acknowledged; each comes in a file of its own (`--receipt`)."""


def read_trust(data: bytes) -> Trust:
    """Read a trust file; anything malformed is wrong usage, because nothing about the record is known yet."""
    try:
        found = json_text.loads(data, max_bytes=MAX_BYTES)
        if not isinstance(found, dict) or not found.keys() <= _KEYS:
            raise _refusal("keys")
        return Trust(
            safe=_safe(found["safe"]) if "safe" in found else None,
            settings=frozenset(CID.parse(cid) for cid in _items(found, "settings")),
            journal_key=_hex(found["journal_key"], "[0-9a-f]{64}") if "journal_key" in found else None,
            blocks=_blocks(_items(found, "blocks")),
            accept=frozenset(_accepted(item) for item in _items(found, "accept")),
        )
    except ChainError as error:
        raise _refusal(error.code) from error


def _refusal(problem: str) -> UsageError:
    return UsageError("E_TRUST_FILE", problem=problem)


def _items(found: Mapping[str, object], key: str) -> list[object]:
    value = found.get(key, [])
    if not isinstance(value, list):
        raise _refusal(key)
    return value


def _safe(text: object) -> tuple[int, bytes]:
    if not isinstance(text, str) or not re.match(r"eip155:[1-9][0-9]{0,15}:0x", text, re.ASCII):
        raise _refusal("safe")
    chain_id = int(text.split(":")[1])
    return chain_id, address.parse_on(text, chain_id)


def _hex(text: object, form: str) -> bytes:
    if not isinstance(text, str) or not re.fullmatch(form, text, re.ASCII):
        raise _refusal("hex")
    return bytes.fromhex(text.removeprefix("0x"))


def _blocks(items: list[object]) -> frozenset[BlockRef]:
    """The blocks; two of one height are not known but contradict each other."""
    blocks = frozenset(_block(item) for item in items)
    if len({(block.chain_id, block.number) for block in blocks}) < len(blocks):
        raise _refusal("blocks")
    return blocks


def _block(item: object) -> BlockRef:
    if not isinstance(item, dict) or item.keys() != {"chain_id", "number", "hash"}:
        raise _refusal("blocks")
    chain_id, number = item["chain_id"], item["number"]
    if type(chain_id) is not int or type(number) is not int:
        raise _refusal("blocks")
    return BlockRef(chain_id, number, _hex(item["hash"], "0x[0-9a-f]{64}"))


def _accepted(item: object) -> str:
    if not isinstance(item, str) or item not in ACCEPTABLE:
        raise _refusal("accept")
    return item
