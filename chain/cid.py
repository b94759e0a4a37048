"""Content identifiers: the one form of CID that this project writes, and the refusal of every other form.

A CID here is version 1, codec `raw` or `dag-cbor`, multihash sha2-256 of 32 bytes, spelled in lower-case base32 (`b…`).
One content has one spelling, so that comparing text is comparing content. What the bytes mean is decided by `dag_cbor`
and by the rooms that own them; where blocks come from is decided by clients.

Sources: multiformats/cid (CIDv1), multiformats/multibase (base32, RFC 4648 without padding), the multicodec table.
"""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from dataclasses import dataclass
from hashlib import sha256

from chain.errors import ChainError

RAW = 0x55
DAG_CBOR = 0x71

SIZE = 36
"""Bytes of a binary CID: version, codec, hash function, digest length, then 32 bytes of digest."""

_SPELLING = re.compile(r"b[a-z2-7]{58}\Z", re.ASCII)
# version 1, codec, sha2-256 (0x12), 32 bytes (0x20): each is a varint of one byte
_PREFIXES = {RAW: bytes([1, RAW, 0x12, 0x20]), DAG_CBOR: bytes([1, DAG_CBOR, 0x12, 0x20])}
_CODECS = {prefix: codec for codec, prefix in _PREFIXES.items()}


class CidError(ChainError):
    """Not a CID in its one accepted form (`E_CID_NONCANONICAL`), or bytes that a CID does not name
    (`E_CID_MISMATCH`).
    """


@dataclass(frozen=True, slots=True, order=True)
class CID:
    """The name of a block: what codec its bytes are in, and their SHA-256 digest."""

    codec: int
    """`RAW` or `DAG_CBOR`."""
    digest: bytes
    """32 bytes of SHA-256 over the block."""

    def __post_init__(self) -> None:
        assert self.codec in _PREFIXES, "the codec is raw or dag-cbor"
        assert len(self.digest) == 32, "a SHA-256 digest has 32 bytes"

    def __str__(self) -> str:
        return "b" + b32encode(self.to_bytes()).decode("ascii").rstrip("=").lower()

    def to_bytes(self) -> bytes:
        """Return the 36 bytes of the binary CID."""
        return _PREFIXES[self.codec] + self.digest

    @classmethod
    def parse(cls, text: object) -> CID:
        """Read the canonical text of a CID; every other spelling is `E_CID_NONCANONICAL`."""
        if not isinstance(text, str) or not _SPELLING.match(text):
            old = isinstance(text, str) and text.startswith("Qm")
            raise CidError("E_CID_NONCANONICAL", "v0" if old else "form", cid=text)
        # 58 digits carry 290 bits for 288: two spare bits, which only re-encoding shows to be zero
        cid = cls.from_bytes(b32decode(text[1:].upper() + "======"))
        if str(cid) != text:
            raise CidError("E_CID_NONCANONICAL", "form", cid=text)
        return cid

    @classmethod
    def from_bytes(cls, data: bytes) -> CID:
        """Read a binary CID of exactly 36 bytes; anything else is `E_CID_NONCANONICAL`."""
        codec = _CODECS.get(data[:4])
        if codec is None or len(data) != SIZE:
            raise CidError("E_CID_NONCANONICAL", "bytes", cid="0x" + data[: SIZE + 4].hex())
        return cls(codec, bytes(data[4:]))

    def check(self, data: bytes) -> None:
        """Raise `E_CID_MISMATCH` unless `data` is the block that this CID names."""
        found = sha256(data).digest()
        if found != self.digest:
            raise CidError("E_CID_MISMATCH", "block", cid=str(self), found=str(CID(self.codec, found)))


def raw_cid(data: bytes) -> CID:
    """Name a block of foreign bytes."""
    return CID(RAW, sha256(data).digest())


def dag_cbor_cid(data: bytes) -> CID:
    """Name a block of DAG-CBOR; that the bytes are canonical is what `dag_cbor.decode` checks."""
    return CID(DAG_CBOR, sha256(data).digest())
