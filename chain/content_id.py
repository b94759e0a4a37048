"""Names of content as IPFS nodes spell them: more forms than this project writes, and none whose hash is not SHA-256.

`chain.cid` names the blocks of journals and records. A file of more than one chunk, and everything in the old spelling
(`Qm…`), has a dag-pb root, so whoever talks to a node needs these names too. They are read here, held against bytes,
and spelled as nodes do: version 0 in base58, version 1 in lower-case base32. What a dag-pb block means is `dag_pb`'s.

Sources: multiformats/cid (CIDv0, CIDv1), multibase (base32, base58btc), the multicodec table.
"""

from __future__ import annotations

from base64 import b32decode, b32encode
from dataclasses import dataclass
from hashlib import sha256

from chain.cid import CID, DAG_CBOR, RAW, CidError

DAG_PB = 0x70

_SHA_256 = b"\x12\x20"
"""The multihash prefix: SHA-256, 32 bytes."""
_CODECS = (RAW, DAG_PB, DAG_CBOR)
_TEXT_MAX = 64
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS = {digit: value for value, digit in enumerate(_BASE58)}


@dataclass(frozen=True, slots=True, order=True)
class ContentId:
    """The name of a block, with the version in which it is spelled."""

    codec: int
    """`RAW`, `DAG_PB` or `DAG_CBOR`."""
    digest: bytes
    """32 bytes of SHA-256 over the block."""
    version: int = 1
    """0 (of dag-pb alone) or 1."""

    def __post_init__(self) -> None:
        assert self.codec in _CODECS, "the codec is raw, dag-pb or dag-cbor"
        assert len(self.digest) == 32, "a SHA-256 digest has 32 bytes"
        assert self.version == 1 or (self.version == 0 and self.codec == DAG_PB), "version 0 is dag-pb"

    def __str__(self) -> str:
        if self.version == 0:
            return _base58(self.to_bytes())
        return "b" + b32encode(self.to_bytes()).decode("ascii").rstrip("=").lower()

    def to_bytes(self) -> bytes:
        """Return the binary name: 34 bytes of version 0, 36 of version 1."""
        multihash = _SHA_256 + self.digest
        return multihash if self.version == 0 else bytes([1, self.codec]) + multihash

    @classmethod
    def parse(cls, text: object) -> ContentId:
        """Read `Qm…`, `b…` or `z…` (version 1 in base58); any other text is `E_CID_NONCANONICAL`."""
        if not isinstance(text, str) or not text.isascii() or len(text) > _TEXT_MAX:
            raise CidError("E_CID_NONCANONICAL", "content", cid=str(text)[:80])
        try:
            if text.startswith("b"):
                data = b32decode(text[1:].upper() + "=" * (-len(text[1:]) % 8))
            else:
                data = _from_base58(text.removeprefix("z"))
            found = cls.from_bytes(data)
        except (ValueError, KeyError):
            raise CidError("E_CID_NONCANONICAL", "content", cid=text) from None
        # one spelling each: spare bits of base32, and which version goes with which prefix, only show here
        if text != str(found) and text != "z" + _base58(data):
            raise CidError("E_CID_NONCANONICAL", "content", cid=text)
        if text.startswith("z") and found.version == 0:
            raise CidError("E_CID_NONCANONICAL", "content", cid=text)
        return found

    @classmethod
    def from_bytes(cls, data: bytes) -> ContentId:
        """Read a binary name from its first byte to its last; anything else is `E_CID_NONCANONICAL`."""
        if len(data) == 34 and data[:2] == _SHA_256:
            return cls(DAG_PB, bytes(data[2:]), 0)
        if len(data) == 36 and data[0] == 1 and data[1] in _CODECS and data[2:4] == _SHA_256:
            return cls(data[1], bytes(data[4:]))
        raise CidError("E_CID_NONCANONICAL", "content", cid="0x" + data[:40].hex())

    @classmethod
    def of(cls, codec: int, data: bytes, version: int = 1) -> ContentId:
        """Name a block."""
        return cls(codec, sha256(data).digest(), version)

    @classmethod
    def from_cid(cls, cid: CID) -> ContentId:
        """The same name in this form."""
        return cls(cid.codec, cid.digest)

    def to_cid(self) -> CID | None:
        """The same name in the one form that journals and records take; None for dag-pb."""
        return None if self.codec == DAG_PB else CID(self.codec, self.digest)

    def names_same(self, other: ContentId) -> bool:
        """Whether both name one block, however they are spelled."""
        return (self.codec, self.digest) == (other.codec, other.digest)

    def is_of(self, data: bytes) -> bool:
        """Whether `data` is the block that this names."""
        return sha256(data).digest() == self.digest


def _base58(data: bytes) -> str:
    """Spell bytes that do not begin with zero, as no name does."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return text


def _from_base58(text: str) -> bytes:
    number = 0
    for digit in text:
        number = number * 58 + _DIGITS[digit]
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
