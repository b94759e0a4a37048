"""`dao.record.leaves`: every kind of fact has one form and one spelling."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import dag_cbor
from chain.blocks import BlockRef
from chain.cid import CID, DAG_CBOR, RAW, raw_cid
from chain.errors import CodedError
from dao.record.leaves import CONTRACTS, KINDS, Leaf, decode, vote_at_a_glance
from tests.dao.conftest import Played
from tests.dao.record import forgeries_cancel, stories
from tests.dao.record.forge import Bench

HASHES, ADDRESSES = st.binary(min_size=32, max_size=32), st.binary(min_size=20, max_size=20)
NUMBERS = st.integers(0, 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
DECIMALS = st.integers(0, 10**78 - 1).map(str)
FOREIGN, BLOCKS = (st.builds(CID, st.just(codec), HASHES) for codec in (RAW, DAG_CBOR))
POSTINGS = st.fixed_dictionaries(
    {"account": TEXTS, "amount": st.integers(-(10**78) + 1, 10**78 - 1).map(str), "asset": TEXTS}
)

FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "settings": {"settings": FOREIGN, "signatures": st.binary(max_size=200), "state": BLOCKS},
    "transition": {"iip": NUMBERS, "event": TEXTS, "document": FOREIGN},
    "step": {"id": HASHES, "iip": NUMBERS, "event": TEXTS, "document": FOREIGN, "envelope": FOREIGN},
    "document": {"iip": NUMBERS, "author": ADDRESSES, "document": FOREIGN},
    "parts": {"parts": BLOCKS},
    "proposal": {"id": HASHES, "envelope": FOREIGN, "headers": st.lists(FOREIGN), "power": st.lists(BLOCKS)},
    "vote": {"id": HASHES, "proposal": HASHES, "envelope": FOREIGN},
    "cancel": {"id": HASHES, "proposal": HASHES, "envelope": FOREIGN},
    "closed": {"proposal": HASHES, "count": NUMBERS, "root": HASHES, "state": BLOCKS},
    "power": {"proposal": HASHES, "evidence": st.lists(BLOCKS)},
    "result": {
        "proposal": HASHES, "closed": NUMBERS, "transcript": BLOCKS, "scores": st.lists(DECIMALS), "verdict": TEXTS,
        "released": st.booleans(),
    },
    "act": {"id": HASHES, "proposal": HASHES, "envelope": FOREIGN, "evidence": st.none() | FOREIGN},
    "queued": {"proposal": HASHES, "part": NUMBERS, "hash": HASHES, "safe_tx": BLOCKS},
    "confirmation": {"hash": HASHES, "owner": ADDRESSES, "signature": st.binary(min_size=65, max_size=65)},
    "executed": {"proposal": HASHES, "part": NUMBERS, "hash": HASHES, "receipt": BLOCKS, "state": BLOCKS},
    "spent": {"hash": HASHES, "safe_tx": BLOCKS, "receipt": BLOCKS},
    "ended": {"proposal": HASHES, "part": NUMBERS, "cause": st.sampled_from(["expired", "vetoed", "superseded"])},
    "alive": {"id": HASHES, "owner": ADDRESSES, "envelope": FOREIGN},
    "announced": {
        "safe": ADDRESSES, "owner": ADDRESSES, "former": st.none() | ADDRESSES, "threshold": st.none() | NUMBERS,
    },
    "housekept": {"hash": HASHES, "safe_tx": BLOCKS, "receipt": BLOCKS, "state": BLOCKS},
    "group": {"id": HASHES, "group": TEXTS, "envelope": FOREIGN},
    "premium": {"fund": TEXTS, "receipt": BLOCKS, "log": NUMBERS},
    "premiums": {"fund": TEXTS, "range": BLOCKS},
    "refund": {"proposal": HASHES, "part": NUMBERS, "fund": TEXTS, "receipt": BLOCKS, "log": NUMBERS},
    "conversion": {
        "proposal": HASHES, "part": NUMBERS, "fund": TEXTS, "receipt": BLOCKS, "log": NUMBERS, "bound": NUMBERS,
        "price": st.fixed_dictionaries(
            {"file": HASHES, "currency": TEXTS, "day": NUMBERS, "given": DECIMALS, "got": DECIMALS}
        ),
    },
    "reversed": {"source": NUMBERS, "header": FOREIGN},
    "forward": {"fund": TEXTS, "receipt": BLOCKS, "log": NUMBERS},
    "donation": {"fund": TEXTS, "receipt": BLOCKS, "log": NUMBERS},
    "entry": {
        "id": TEXTS, "source": NUMBERS, "rule": TEXTS, "fund": TEXTS, "iip": NUMBERS, "postings": st.lists(POSTINGS),
    },
}  # fmt: skip
OF_CONTRACTS: dict[str, tuple[str, st.SearchStrategy[Any]]] = {
    "vote": ("contract", BLOCKS),
    "closed": ("again", st.lists(st.tuples(HASHES, st.none() | BLOCKS).map(list), min_size=1)),
    "confirmation": ("contract", BLOCKS),
}
"""The field that makes a leaf one of version 2."""
REFS = st.builds(BlockRef, st.integers(1, 2**64 - 1), st.integers(0, 2**64 - 1), HASHES)


def leaves(kind: str) -> st.SearchStrategy[Leaf]:
    name, more = OF_CONTRACTS.get(kind, ("", st.nothing()))
    body = st.fixed_dictionaries(FIELDS[kind], optional={name: more} if name else {})
    return st.builds(Leaf, kind=st.just(kind), time=NUMBERS, block=REFS, body=body)


ANY = st.sampled_from(sorted(FIELDS)).flatmap(leaves)
JUNK: tuple[object, ...] = (
    None, True, -1, 2**63, "", "x" * 301, "01", "-0", "1e3", b"", bytes(19), bytes(21), bytes(33), bytes(64), [None],
    {}, [1], {"account": "A"}, CID(RAW, bytes(32)), CID(DAG_CBOR, bytes(32)),
)  # fmt: skip


def encoded(leaf: Leaf, **changes: object) -> bytes:
    """The bytes of a leaf with some keys changed, or taken away where the value is Ellipsis."""
    value: Any = dag_cbor.decode(leaf.encode())
    return dag_cbor.encode({name: field for name, field in {**value, **changes}.items() if field is not ...})


def refused(code: str, data: bytes) -> None:
    with pytest.raises(CodedError) as caught:
        decode(data)
    assert code == caught.value.code


def test_every_kind_is_tried_here() -> None:
    """A new kind of fact, or a new field of one, needs its values in this file."""
    assert {kind: set(fields) for kind, fields in KINDS.items()} == {
        kind: set(fields) for kind, fields in FIELDS.items()
    }
    assert {kind: name for kind, (name, _) in CONTRACTS.items()} == {
        kind: name for kind, (name, _) in OF_CONTRACTS.items()
    }


@given(ANY)
def test_every_kind_survives_the_round_trip(leaf: Leaf) -> None:
    """A leaf is read back as it was written, and its bytes are the only ones that say so."""
    assert leaf == decode(leaf.encode())
    assert leaf.encode() == decode(leaf.encode()).encode()


@pytest.mark.parametrize("kind", sorted(OF_CONTRACTS))
@given(data=st.data())
def test_version_says_whether_a_contract_signed(kind: str, data: st.DataObject) -> None:
    """A leaf is of version 2 exactly where it has the field of contracts, which has one shape."""
    name, _ = OF_CONTRACTS[kind]
    leaf = data.draw(leaves(kind))
    version = 2 if name in leaf.body else 1

    assert encoded(leaf) == encoded(leaf, v=version)
    refused("E_CANONICAL", encoded(leaf, v=3 - version))
    for junk in (None, [], [[bytes(32)]], [[bytes(31), None]], CID(RAW, bytes(32)), b""):
        refused("E_CANONICAL", encoded(leaf, **{name: junk, "v": 2}))


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
def test_a_missing_field_is_refused(kind: str, data: st.DataObject) -> None:
    """No field of any kind may be left out, nor any of the common ones."""
    leaf = data.draw(leaves(kind))
    for name in (*FIELDS[kind], "time", "block"):
        refused("E_CANONICAL", encoded(leaf, **{name: ...}))


@given(ANY, st.text(st.characters(codec="ascii"), min_size=1, max_size=8))
def test_a_surplus_field_is_refused(leaf: Leaf, name: str) -> None:
    """A field that its kind does not have is refused, also when it is another kind's."""
    if name not in {*FIELDS[leaf.kind], "v", "kind", "time", "block", "contract", "again"}:
        refused("E_CANONICAL", encoded(leaf, **{name: 1}))


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
def test_a_field_of_another_shape_is_refused(kind: str, data: st.DataObject) -> None:
    """Each field refuses every value that is not of its own shape."""
    leaf = data.draw(leaves(kind))
    name = data.draw(st.sampled_from(sorted(FIELDS[kind])))
    junk = data.draw(st.sampled_from([junk for junk in JUNK if not KINDS[kind][name](junk)]))

    refused("E_CANONICAL", encoded(leaf, **{name: junk}))
    with pytest.raises(CodedError):
        Leaf(kind=kind, time=leaf.time, block=leaf.block, body={**leaf.body, name: junk}).encode()


@given(ANY, st.sampled_from([junk for junk in JUNK if not (isinstance(junk, int) and 0 <= junk < 2**63)]))
def test_a_time_of_another_shape_is_refused(leaf: Leaf, junk: object) -> None:
    """Times are whole seconds since 1970."""
    if type(junk) is not int or junk < 0 or junk >= 2**63:
        refused("E_CANONICAL", encoded(leaf, time=junk))


@given(ANY, st.sampled_from(JUNK))
def test_a_block_of_another_shape_is_refused(leaf: Leaf, junk: object) -> None:
    """A block is a chain id, a number and a hash, and nothing else."""
    refused("E_PROOF" if isinstance(junk, dict) else "E_CANONICAL", encoded(leaf, block=junk))


@given(ANY, st.sampled_from([0, 3, 99, True, "1", None, ...]))
def test_another_version_is_named(leaf: Leaf, version: object) -> None:
    """A leaf of a version that this release does not know could not be checked; true is no version."""
    refused("E_VERSION", encoded(leaf, v=version))


@given(ANY, st.text(max_size=12).filter(lambda kind: kind not in KINDS))
def test_another_kind_is_named(leaf: Leaf, kind: str) -> None:
    """A fact of an unknown kind is refused by name, and never written."""
    refused("E_VERSION", encoded(leaf, kind=kind))
    with pytest.raises(CodedError):
        Leaf(kind=kind, time=0, block=leaf.block, body=leaf.body).encode()


@given(st.binary(max_size=80) | st.sampled_from([b"\xa0", b"\x80", b"\xf6", b"\x01", b"\x60"]))
def test_what_is_no_leaf_is_refused(data: bytes) -> None:
    """Any other bytes are refused with a code."""
    with pytest.raises(CodedError):
        decode(data)


def test_every_kind_is_in_an_attacked_record(played: Played) -> None:
    """The demo's record, what its bench makes of it, and the stories hold every kind of fact but proofs of life, which
    no record holds.
    """
    demo, cancelled = Bench(played.record), Bench(played.record)
    forgeries_cancel.cancel(cancelled)
    benches = (demo, cancelled, *(stories.story(name).bench() for name in stories.NAMES))

    assert set(KINDS) - {"alive"} == {slot.leaf.kind for bench in benches for slot in bench.slots}


def vote_leaf(time: int = 1_700_000_000, number: int = 12, chain_id: int = 20200903) -> Leaf:
    body = {"id": b"\n" * 32, "proposal": bytes(range(32)), "envelope": raw_cid(b"a vote")}
    return Leaf(kind="vote", time=time, block=BlockRef(chain_id, number, b"\x8f" * 32), body=body)


@pytest.mark.parametrize("time", [0, 23, 24, 255, 256, 65_535, 65_536, 2**32 - 1])
def test_a_vote_is_read_at_a_glance_as_at_length(time: int) -> None:
    """Numbers of every length."""
    leaf = vote_leaf(time, number=time, chain_id=time + 1)

    found = vote_at_a_glance(leaf.encode())

    if time < 2**32 - 1:  # whose chain id needs another byte: that is left to the long way
        assert (time, leaf.body["id"], leaf.body["proposal"], raw_cid(b"a vote").digest) == found
    else:
        assert found is None


def test_no_byte_makes_a_glance_see_a_vote_that_is_none() -> None:
    """Whatever a glance still takes, `decode` takes, and says the same."""
    data, taken = vote_leaf().encode(), 0
    for at in range(len(data)):
        for other in {0, 0x17, 0x18, 0x41, 0xFF, data[at] ^ 1, data[at] ^ 0x20} - {data[at]}:
            changed = data[:at] + bytes([other]) + data[at + 1 :]
            found = vote_at_a_glance(changed)
            if found is not None:
                leaf, taken = decode(changed), taken + 1
                link = leaf.body["envelope"]
                assert isinstance(link, CID)
                assert (leaf.kind, found) == ("vote", (leaf.time, leaf.body["id"], leaf.body["proposal"], link.digest))
    assert taken > 100
    assert vote_at_a_glance(data + b"\0") is None
