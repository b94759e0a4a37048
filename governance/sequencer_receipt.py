"""What Snapshot's sequencer answers to an envelope that it took, held against the envelope.

Decides whether the answer is about this message (its id), whether the receipt is the named relayer's signature over the
message's signature, and whether the pinned name is that of the bytes that Snapshot pins. A receipt proves no more than
that: not the time, not that the message was stored, and of Safes that sign on chain nothing at all, for their
signatures are all the same text (`0x`).

Source: sx-monorepo `apps/sequencer` `src/helpers/relayer.ts` (`signMessage` over the signature's text), `ingestor.ts`.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from chain import address, signature, unixfs
from chain.content_id import ContentId
from chain.errors import CodedError
from governance.errors import GovernanceError


class ReceiptError(GovernanceError):
    """An answer that is no receipt of this message (`E_RECEIPT`)."""


class Receipt(NamedTuple):
    """A receipt that was checked."""

    id: str
    ipfs: str
    """As the sequencer says; empty where it says none."""
    is_pinned_name: bool
    """Whether that is the name of the bytes that are pinned, in one of the two spellings that pinning services use."""
    relayer: bytes
    signature: bytes


def read_receipt(answer: bytes, body: bytes, id_: bytes, relayer: str = "") -> Receipt:
    """Check the answer to an envelope; raises `ReceiptError`.

    `body` is the envelope as it was sent, `relayer` the address that the sequencer names elsewhere, if it was asked.
    """
    found = json.loads(answer)
    told = found.get("relayer") if isinstance(found, dict) else None
    if not isinstance(told, dict) or not isinstance(told.get("receipt"), str):
        raise ReceiptError("E_RECEIPT", "form", id=id_)
    if found.get("id") != "0x" + id_.hex():
        raise ReceiptError("E_RECEIPT", "other", id=id_, found=str(found.get("id"))[:80])
    envelope = json.loads(body)
    try:
        signer, made = address.parse(told.get("address")), signature.parse_hex(told["receipt"])
        signature.check(signature.eip191_digest(envelope["sig"].encode()), made, signer)
        named = signer if not relayer else address.parse(relayer)
    except CodedError as error:
        raise ReceiptError("E_RECEIPT", "signature", id=id_, cause=error.code) from error
    if named != signer:
        raise ReceiptError(
            "E_RECEIPT", "relayer", id=id_, found=address.checksum(signer), named=address.checksum(named)
        )
    ipfs = found.get("ipfs") if isinstance(found.get("ipfs"), str) else ""
    return Receipt("0x" + id_.hex(), ipfs, _is_name_of(ipfs, pinned_bytes(envelope, id_)), signer, made)


def relayer_of(sig: object, receipt: object) -> bytes | None:
    """Whose receipt a hub keeps of a message with this signature; None where that proves nothing.

    Any well-formed receipt is somebody's: that it is the sequencer's relayer, the sequencer's own answer says, or the
    same address under all of a space's messages.
    """
    if not isinstance(sig, str) or not sig.isascii() or len(sig) <= len("0x"):
        return None
    try:
        return signature.recover(signature.eip191_digest(sig.encode()), signature.parse_hex(receipt))
    except CodedError:
        return None


def pinned_bytes(envelope: dict[str, Any], id_: bytes) -> bytes:
    """The bytes that Snapshot pins of an envelope."""
    pinned = {
        "address": envelope["address"],
        "sig": envelope["sig"],
        "hash": "0x" + id_.hex(),
        "data": envelope["data"],
    }
    return json.dumps(pinned, ensure_ascii=False, separators=(",", ":")).encode()


def _is_name_of(name: str, data: bytes) -> bool:
    """A raw block, or a file of UnixFS in either version."""
    try:
        cid = ContentId.parse(name)
    except CodedError:
        return False
    return any(cid.names_same(unixfs.lay_out(data, version).root) for version in (0, 1))
