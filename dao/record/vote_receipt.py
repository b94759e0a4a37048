"""A vote's receipt: the journal's signed word to one voter that his vote is a leaf of it, as a file of his own.

    {"mutualDao": {"version": 1, "kind": "receipt"}, "proposal": "0x…", "vote": "0x…", "index": 22, "leaf": "p2F2…",
     "checkpoint": "mutual-dao/…", "proof": ["0x…"]}

`leaf` is the leaf's bytes in base64, `proof` its path (RFC 9162) up to the root that the checkpoint names. Who holds
such a file can show that a record leaves his vote out, whoever wrote the record. Decided here are the form, and what a
receipt proves against a record; that the writer gives one to everybody, nothing can decide.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from chain import json_text, log_tree
from chain.checkpoint import MAX_NOTE, Checkpoint, NoteError, open_note
from chain.errors import CodedError
from dao.record.carrier import KEY, VERSION, CarrierError
from dao.record.errors import RecordError
from dao.record.leaves import decode
from governance.settings import Journal
from governance.strict_map import StrictMap, expect_version, open_map

KIND = "receipt"
MAX_BYTES = 1 << 16

_CODE = "E_CARRIER"
_FIELDS = f"{KEY} proposal vote index leaf checkpoint proof"
_HASH = re.compile("0x[0-9a-f]{64}", re.ASCII)
_NOTE = f"(?s).{{1,{MAX_NOTE}}}"
_PROOF_MAX = 64
"""Hashes on the path of a leaf: more than the largest log needs."""


class VoteReceipt(NamedTuple):
    """What such a file says; nothing of it is believed before `check_receipt`."""

    proposal: bytes
    vote: bytes
    """Its id, 32 bytes."""
    place: int
    """Its leaf's index."""
    leaf_hash: bytes
    checkpoint: bytes
    """The signed note."""
    proof: tuple[bytes, ...]


def write_receipt(leaf: bytes, index: int, leaf_hashes: Sequence[bytes], note: bytes) -> bytes:
    """Spell the receipt of the vote at `index`, whose leaf has these bytes, under a note of exactly these leaves."""
    body = decode(leaf).body
    proposal, vote = body["proposal"], body["id"]
    assert isinstance(proposal, bytes), "the leaf's schema says so"
    assert isinstance(vote, bytes), "the leaf's schema says so"
    document = {
        KEY: {"version": VERSION, "kind": KIND},
        "proposal": "0x" + proposal.hex(),
        "vote": "0x" + vote.hex(),
        "index": index,
        "leaf": base64.b64encode(leaf).decode("ascii"),
        "checkpoint": note.decode(),
        "proof": ["0x" + node.hex() for node in log_tree.inclusion_proof(leaf_hashes, index)],
    }
    raw = (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
    read_receipt(raw)
    return raw


def read_receipt(data: bytes) -> VoteReceipt:
    """Read such a file. `E_VERSION` for a version or kind that this release does not know, `E_CARRIER` for everything
    else that is out of form or contradicts its own leaf.
    """
    value = json_text.loads(data, max_bytes=MAX_BYTES)
    if not isinstance(value, Mapping) or KEY not in value:
        raise CarrierError(_CODE, "unknown")
    head = open_map(value[KEY], "version kind", code=_CODE, place=KEY)
    expect_version(head, "version", VERSION)
    head.one_of("kind", (KIND,))
    opened = open_map(value, _FIELDS, code=_CODE)
    proposal, vote = (_hash(opened, name, opened.values[name]) for name in ("proposal", "vote"))
    leaf, index, note = (
        _leaf(opened),
        opened.integer("index", 0, log_tree.MAX_SIZE - 1),
        opened.text("checkpoint", _NOTE),
    )
    if len(opened.items("proof")) > _PROOF_MAX:
        opened.refuse("proof", "the path of a leaf")
    proof = tuple(_hash(opened, "proof", node) for node in opened.items("proof"))
    try:
        told = decode(leaf)
    except CodedError:
        opened.refuse("leaf", "the leaf of this vote")
    if (told.kind, told.body.get("proposal"), told.body.get("id")) != ("vote", proposal, vote):
        opened.refuse("leaf", "the leaf of this vote")
    return VoteReceipt(proposal, vote, index, log_tree.leaf_hash(leaf), note.encode(), proof)


def check_receipt(
    receipt: VoteReceipt, proposal: bytes, leaf_hashes: Mapping[int, bytes], journals: Iterable[Journal]
) -> None:
    """Return if the vote stands in a record of this proposal with these leaves, by index; `journals` are keys and
    origins of every settings of the record.

    Raises `E_PROPOSAL` for a receipt of another proposal, `E_NOTE` where none of the keys signed it, and
    `E_LOG_INCONSISTENT` where its own proof fails, or (`receipt`) the vote that was acknowledged is missing (H107).
    """
    if receipt.proposal != proposal:
        raise RecordError("E_PROPOSAL", "receipt", id=receipt.proposal, expected=proposal)
    checkpoint = _opened(receipt.checkpoint, list(journals))
    log_tree.verify_inclusion(
        root=checkpoint.root,
        size=checkpoint.size,
        index=receipt.place,
        leaf=receipt.leaf_hash,
        proof=list(receipt.proof),
    )
    if leaf_hashes.get(receipt.place) != receipt.leaf_hash:
        raise RecordError("E_LOG_INCONSISTENT", "receipt", index=receipt.place, id=receipt.vote)


def _opened(note: bytes, journals: list[Journal]) -> Checkpoint:
    for journal in journals[1:]:
        try:
            return open_note(note, journal.origin, journal.key)
        except NoteError:
            continue
    return open_note(note, journals[0].origin, journals[0].key)


def _leaf(opened: StrictMap) -> bytes:
    text = opened.values["leaf"]
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (ValueError, binascii.Error):
        data = b""
    if not data or base64.b64encode(data).decode("ascii") != text:
        opened.refuse("leaf", "bytes in base64")
    return data


def _hash(opened: StrictMap, name: str, text: object) -> bytes:
    if not isinstance(text, str) or not _HASH.fullmatch(text):
        opened.refuse(name, "a 32-byte hash")
    return bytes.fromhex(text[2:])
