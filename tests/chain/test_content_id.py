"""`chain.content_id`: the names that nodes use, read in each of their spellings and no other."""

from __future__ import annotations

from hashlib import sha256

import multiformats
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.cid import CID, DAG_CBOR, RAW
from chain.content_id import DAG_PB, ContentId
from tests.chain.refusal import refused

names = st.one_of(
    st.builds(ContentId, st.sampled_from([RAW, DAG_PB, DAG_CBOR]), st.binary(min_size=32, max_size=32)),
    st.builds(lambda digest: ContentId(DAG_PB, digest, 0), st.binary(min_size=32, max_size=32)),
)
STATUS_OK = b'{"status":"OK"}'
V1 = "bafkreib5epjzumf3omr7rth5mtcsz4ugcoh3ut4d46hx5xhwm4b3pqr2vi"


@given(names)
def test_spelling_agrees_with_multiformats(name: ContentId) -> None:
    """Text and bytes are those of another implementation, in both versions and both bases."""
    codec = {RAW: "raw", DAG_PB: "dag-pb", DAG_CBOR: "dag-cbor"}[name.codec]
    peer = multiformats.CID("base32" if name.version else "base58btc", name.version, codec, ("sha2-256", name.digest))

    assert str(peer) == str(name)
    assert bytes(peer) == name.to_bytes()
    if name.version:
        assert name == ContentId.parse(peer.encode("base58btc"))


@given(names)
def test_names_survive_their_spellings(name: ContentId) -> None:
    """Text and bytes are read back to an equal value."""
    assert name == ContentId.parse(str(name)) == ContentId.from_bytes(name.to_bytes())


@given(names)
def test_names_of_ours_are_the_same_names(name: ContentId) -> None:
    """What a journal can link to has the same text there; dag-pb is no name of ours."""
    cid = name.to_cid()

    assert (cid is None) == (name.codec == DAG_PB)
    if cid is not None:
        assert str(cid) == str(name)
        assert name == ContentId.from_cid(cid) == ContentId.from_cid(CID.parse(str(name)))


def test_versions_name_the_same_block() -> None:
    """The two spellings of one dag-pb block are one block, and not the raw one of its bytes."""
    old = ContentId(DAG_PB, bytes(32), 0)

    assert old.names_same(ContentId(DAG_PB, bytes(32)))
    assert not old.names_same(ContentId(RAW, bytes(32)))
    assert old != ContentId(DAG_PB, bytes(32))


def test_a_block_has_its_name() -> None:
    """A name is held against bytes."""
    name = ContentId.parse(V1)

    assert name == ContentId.of(RAW, STATUS_OK)
    assert name.is_of(STATUS_OK)
    assert not name.is_of(STATUS_OK + b" ")


_OLD = str(ContentId(DAG_PB, sha256(b"x").digest(), 0))
_BAD = {
    "empty": "",
    "upper case": V1.upper(),
    "cut": V1[:-1],
    "longer": V1 + "a",
    "blank": f" {V1}",
    "line end": V1 + "\n",
    "spare bits": V1[:-1] + "j",
    "old with a prefix": "z" + _OLD,
    "old cut": _OLD[:-1],
    "a digit that base58 has not": "Qm0" + _OLD[3:],
    "a path": f"/ipfs/{V1}",
    "base58 of zeros": "1" * 46,
    "beyond ASCII": "Qm" + "é" * 44,
    "long": "b" + "a" * 10_000,
}


@pytest.mark.parametrize("text", _BAD.values(), ids=_BAD.keys())
def test_other_spellings_are_refused(text: str) -> None:
    """Whatever a node would not write is no name."""
    with refused("E_CID_NONCANONICAL", "content"):
        ContentId.parse(text)


@pytest.mark.parametrize("value", [None, 7, b"Qm", ["b"]])
def test_what_is_no_text_is_no_name(value: object) -> None:
    """JSON of a stranger may hold anything where a name should stand."""
    with refused("E_CID_NONCANONICAL", "content"):
        ContentId.parse(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(34),
        b"\x12\x20" + bytes(31),
        bytes([1, RAW, 0x13, 0x20]) + bytes(32),  # SHA-512 cut to 32 bytes
        bytes([1, RAW, 0x00, 0x20]) + bytes(32),  # no hash at all
        bytes([1, 0x72, 0x12, 0x20]) + bytes(32),
        bytes([2, RAW, 0x12, 0x20]) + bytes(32),
        bytes([1, RAW, 0x12, 0x20]) + bytes(33),
    ],
)
def test_other_codecs_and_hashes_are_refused(data: bytes) -> None:
    """SHA-256 of 32 bytes over raw, dag-pb or dag-cbor, and nothing else."""
    with refused("E_CID_NONCANONICAL", "content"):
        ContentId.from_bytes(data)
