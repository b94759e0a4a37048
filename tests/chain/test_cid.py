"""`chain.cid`: one content, one name."""

from __future__ import annotations

from base64 import b32encode
from contextlib import suppress

import multiformats
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.cid import CID, DAG_CBOR, RAW, CidError, dag_cbor_cid, raw_cid
from tests.chain.block_strategies import cids
from tests.chain.refusal import refused

STATUS_OK = "bafkreib5epjzumf3omr7rth5mtcsz4ugcoh3ut4d46hx5xhwm4b3pqr2vi"
"""Raw CID of `{"status":"OK"}`, as snapshot-labs/pineapple pins it in its own tests."""


def _spell(data: bytes) -> str:
    return "b" + b32encode(data).decode().rstrip("=").lower()


def test_raw_cid_is_that_of_ipfs_add() -> None:
    """A small file has the CID that `ipfs add --cid-version=1 --raw-leaves` gives it."""
    assert STATUS_OK == str(raw_cid(b'{"status":"OK"}'))


@given(cids)
def test_spelling_agrees_with_multiformats(cid: CID) -> None:
    """Text and bytes are those of another implementation."""
    codec = {RAW: "raw", DAG_CBOR: "dag-cbor"}[cid.codec]
    peer = multiformats.CID("base32", 1, codec, ("sha2-256", cid.digest))

    assert str(peer) == str(cid)
    assert bytes(peer) == cid.to_bytes()


@given(cids)
def test_cid_survives_its_spellings(cid: CID) -> None:
    """Text and bytes are read back to an equal value with an equal hash."""
    assert cid == CID.parse(str(cid)) == CID.from_bytes(cid.to_bytes())
    assert hash(cid) == hash(CID.parse(str(cid)))


def test_codec_is_part_of_the_name() -> None:
    """The same bytes as raw and as DAG-CBOR are two contents, in a fixed order."""
    assert raw_cid(b"x") != dag_cbor_cid(b"x")
    assert [raw_cid(b"x"), dag_cbor_cid(b"x")] == sorted([dag_cbor_cid(b"x"), raw_cid(b"x")])


_DIGEST = bytes(range(32))
_OTHER_FORMS = {
    "upper case": STATUS_OK.upper(),
    "mixed case": STATUS_OK[:-1] + STATUS_OK[-1].upper(),
    "padded": STATUS_OK + "======",
    "blank before": " " + STATUS_OK,
    "line end after": STATUS_OK + "\n",
    "too short": STATUS_OK[:-1],
    "too long": STATUS_OK + "a",
    "digit outside the alphabet": STATUS_OK[:-1] + "1",
    "full-width digit": STATUS_OK[:-1] + "２",
    "spare bits set": STATUS_OK[:-1] + "j",
    "base58": "zb2rhhFAEMepUBbGyP1k8tGfz7BSciKXP6GHuUeUsJBaK6cqG",
    "a path": "/ipfs/" + STATUS_OK,
    "nothing": "",
    "no text": None,
    "bytes": STATUS_OK.encode(),
}


@pytest.mark.parametrize("text", _OTHER_FORMS.values(), ids=_OTHER_FORMS)
def test_other_spellings_are_refused(text: object) -> None:
    """A CID is taken in lower-case base32 without padding, and in no other form."""
    with refused("E_CID_NONCANONICAL", "form"):
        CID.parse(text)


def test_version_0_is_refused_by_name() -> None:
    """`Qm…` gets a sentence of its own, because so many tools still write it."""
    with refused("E_CID_NONCANONICAL", "v0"):
        CID.parse("QmTJzHxw4pPgcv6ZtA7hm9L32Evr2Z6A1LoEuTp9UGZC2n")


_OTHER_BYTES = {
    "dag-pb": b"\x01\x70\x12\x20" + _DIGEST,
    "identity hash": b"\x01\x55\x00\x20" + _DIGEST,
    "sha3-256": b"\x01\x55\x16\x20" + _DIGEST,
    "keccak-256": b"\x01\x55\x1b\x20" + _DIGEST,
    "version 2": b"\x02\x55\x12\x20" + _DIGEST,
    "version 0": b"\x12\x20" + _DIGEST,
    "sha2-256 cut to 20 bytes": b"\x01\x55\x12\x14" + _DIGEST[:20],
    "codec as a longer varint": b"\x01\xd5\x00\x12\x20" + _DIGEST,
    "a byte short": b"\x01\x55\x12\x20" + _DIGEST[:-1],
    "a byte long": b"\x01\x55\x12\x20" + _DIGEST + b"\0",
    "nothing": b"",
}


@pytest.mark.parametrize("data", _OTHER_BYTES.values(), ids=_OTHER_BYTES)
def test_other_codecs_and_hashes_are_refused(data: bytes) -> None:
    """Binary CIDs are version 1, raw or dag-cbor, by SHA-256."""
    with refused("E_CID_NONCANONICAL", "bytes"):
        CID.from_bytes(data)


def test_text_of_another_codec_is_refused() -> None:
    """Text of the right form is still held to the bytes that it spells."""
    with refused("E_CID_NONCANONICAL", "bytes"):
        CID.parse(_spell(_OTHER_BYTES["dag-pb"]))


def test_check_takes_the_named_bytes() -> None:
    """The block that a CID names passes, and one that differs by a byte is named with both CIDs."""
    raw_cid(b"block").check(b"block")

    with refused("E_CID_MISMATCH", "block"):
        raw_cid(b"block").check(b"black")


@given(st.text() | st.from_regex(r"b[a-z2-7]{58}", fullmatch=True))
def test_any_text_is_a_cid_or_refused(text: str) -> None:
    """Nothing but a `CidError` comes out of bad text, and what is read spells the same text."""
    with suppress(CidError):
        assert text == str(CID.parse(text))


@given(st.binary(max_size=40))
def test_any_bytes_are_a_cid_or_refused(data: bytes) -> None:
    """Nothing but a `CidError` comes out of bad bytes, and what is read writes the same bytes."""
    with suppress(CidError):
        assert data == CID.from_bytes(data).to_bytes()
