"""`chain.dag_cbor`: one value, one encoding, against PyPI's dag-cbor as oracle."""

from __future__ import annotations

import enum
from typing import Any

import cbor2
import dag_cbor as oracle
import multiformats
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chain import dag_cbor
from chain.cid import CID, DAG_CBOR, RAW, raw_cid
from chain.dag_cbor import DagCborError, Value
from tests.chain.block_strategies import cids, values
from tests.chain.refusal import refused

_CODECS = {RAW: "raw", DAG_CBOR: "dag-cbor"}


def _to_oracle(value: Value) -> Any:
    match value:
        case CID():
            return multiformats.CID("base32", 1, _CODECS[value.codec], ("sha2-256", value.digest))
        case list():
            return [_to_oracle(item) for item in value]
        case dict():
            return {key: _to_oracle(item) for key, item in value.items()}
        case _:
            return value


def _from_oracle(value: Any) -> Value:
    match value:
        case multiformats.CID():
            return CID.from_bytes(bytes(value))
        case list():
            return [_from_oracle(item) for item in value]
        case dict():
            return {key: _from_oracle(item) for key, item in value.items()}
        case _:
            return value  # type: ignore[no-any-return]


@given(values)
def test_encoding_agrees_with_the_oracle(value: Value) -> None:
    """Both codecs write the same bytes for the same value."""
    assert oracle.encode(_to_oracle(value)) == dag_cbor.encode(value)


@given(values)
def test_decoding_agrees_with_the_oracle(value: Value) -> None:
    """What the oracle wrote is read as the same value, and as the same kinds: True is not 1."""
    decoded = dag_cbor.decode(oracle.encode(_to_oracle(value)))

    assert value == decoded
    assert repr(_from_oracle(oracle.decode(dag_cbor.encode(value)))) == repr(decoded)


@given(values, st.data())
def test_altered_bytes_are_refused_or_canonical(value: Value, data: st.DataObject) -> None:
    """A block with one byte changed, cut out or put in is refused, or is the one encoding of another value."""
    block = bytearray(dag_cbor.encode(value))
    at = data.draw(st.integers(0, len(block) - 1))
    removed = data.draw(st.integers(0, 1))
    block[at : at + removed] = data.draw(st.binary(max_size=2))
    try:
        other = dag_cbor.decode(bytes(block))
    except DagCborError:
        return

    assert bytes(block) == dag_cbor.encode(other)
    assert bytes(block) == oracle.encode(_to_oracle(other))


@given(st.binary(max_size=64))
@example(b"\xd8\x1c\x81\xd8\x1d\x00")  # a list that contains itself, to cbor2
def test_any_bytes_are_read_or_refused(block: bytes) -> None:
    """Nothing but a `DagCborError` comes out of bad bytes."""
    try:
        value = dag_cbor.decode(block)
    except DagCborError:
        return

    assert block == dag_cbor.encode(value)


_HASH = "1220" + "00" * 32
_LINK = "d82a582500" + "0171" + _HASH
_NOT_CANONICAL = {
    "half float": ("f93c00", "simple"),
    "single float": ("fa3f800000", "simple"),
    "double float": ("fb3ff0000000000000", "simple"),
    "NaN": ("fb7ff8000000000000", "simple"),
    "half NaN": ("f97e00", "simple"),
    "infinity": ("fb7ff0000000000000", "simple"),
    "undefined": ("f7", "simple"),
    "unassigned simple value": ("e0", "simple"),
    "simple value in two bytes": ("f8ff", "simple"),
    "null in two bytes": ("f816", "simple"),
    "break alone": ("ff", "simple"),
    "float inside a map": ("a16161fb3ff0000000000000", "simple"),
    "0 in two bytes": ("1800", "not_shortest"),
    "23 in two bytes": ("1817", "not_shortest"),
    "24 in three bytes": ("190018", "not_shortest"),
    "255 in three bytes": ("1900ff", "not_shortest"),
    "256 in five bytes": ("1a00000100", "not_shortest"),
    "65536 in nine bytes": ("1b0000000000010000", "not_shortest"),
    "-1 in two bytes": ("3800", "not_shortest"),
    "length of bytes in two bytes": ("580161", "not_shortest"),
    "length of text in three bytes": ("79000161", "not_shortest"),
    "size of a list in two bytes": ("980100", "not_shortest"),
    "size of a map in two bytes": ("b801616100", "not_shortest"),
    "length of a key in two bytes": ("a178016100", "not_shortest"),
    "indefinite bytes": ("5f4161ff", "indefinite"),
    "indefinite text": ("7f6161ff", "indefinite"),
    "indefinite list": ("9f00ff", "indefinite"),
    "indefinite map": ("bf616100ff", "indefinite"),
    "indefinite key": ("a17f6161ff00", "indefinite"),
    "reserved head": ("1c", "indefinite"),
    "duplicate key": ("a2616100616101", "key_twice"),
    "two empty keys": ("a260006001", "key_twice"),
    "keys out of order": ("a2616200616100", "key_order"),
    "longer key first": ("a262616100616200", "key_order"),
    "integer as key": ("a10100", "key_kind"),
    "bytes as key": ("a1416100", "key_kind"),
    "null as key": ("a1f600", "key_kind"),
    "link as key": ("a1" + _LINK + "00", "key_kind"),
    "key in NFD": ("a16365cc8100", "key_nfc"),
    "continuation byte alone": ("6180", "utf8"),
    "overlong UTF-8": ("62c0af", "utf8"),
    "surrogate in UTF-8": ("63eda080", "utf8"),
    "beyond U+10FFFF": ("64f4908080", "utf8"),
    "key not UTF-8": ("a161ff00", "utf8"),
    "date": ("c074323032302d30312d30315430303a30303a30305a", "tag"),
    "epoch": ("c100", "tag"),
    "big integer": ("c249010000000000000000", "tag"),
    "decimal fraction": ("c48201196ab3", "tag"),
    "shared reference": ("d81c80", "tag"),
    "regular expression": ("d8236161", "tag"),
    "set": ("d9010280", "tag"),
    "self-described": ("d9d9f700", "tag"),
    "link tag in three bytes": ("d9002a582500" + "0171" + _HASH, "tag"),
    "link over text": ("d82a6161", "tag"),
    "link without its prefix": ("d82a5824" + "0171" + _HASH, "tag"),
    "link of another base": ("d82a582501" + "0171" + _HASH, "tag"),
    "link of version 0": ("d82a582300" + _HASH, "tag"),
    "identity hash": ("d82a46000155000161", "tag"),
    "identity hash of 32 bytes": ("d82a582500" + "01550020" + "00" * 32, "link"),
    "dag-pb": ("d82a582500" + "0170" + _HASH, "link"),
    "dag-json": ("d82a582500" + "0129" + _HASH, "tag"),
    "sha2-512 cut to 32 bytes": ("d82a582500" + "01551320" + "00" * 32, "link"),
    "trailing byte": ("0000", "trailing"),
    "second value": ("a0a0", "trailing"),
    "nothing": ("", "truncated"),
    "cut argument": ("19", "truncated"),
    "cut text": ("6261", "truncated"),
    "cut key": ("a16261", "truncated"),
    "cut list": ("8200", "truncated"),
    "cut map": ("a16161", "truncated"),
    "list of 2**64 - 1 items": ("9bffffffffffffffff00", "truncated"),
    "map of 2**64 - 1 items": ("bbffffffffffffffff616100", "truncated"),
    "text of 2**64 - 1 bytes": ("7bffffffffffffffff61", "truncated"),
}
_NOT_CANONICAL["dag-json"] = ("d82a582600" + "01a902" + _HASH, "tag")
_NOT_CANONICAL["cut link"] = (_LINK[:-2], "link")


@pytest.mark.parametrize(("block", "reason"), _NOT_CANONICAL.values(), ids=_NOT_CANONICAL)
def test_H114_what_is_not_canonical_is_refused(block: str, reason: str) -> None:
    """Floats, foreign tags and links, longer forms, odd keys and broken text are refused, each for its reason."""
    with refused("E_CANONICAL", reason):
        dag_cbor.decode(bytes.fromhex(block))


def test_H114_lenient_readers_take_what_we_refuse() -> None:
    """The catalogue is not idle: cbor2 alone reads the key twins, longer forms and floats above."""
    for name in ("24 in three bytes", "duplicate key", "keys out of order", "double float", "key in NFD"):
        cbor2.loads(bytes.fromhex(_NOT_CANONICAL[name][0]))


@pytest.mark.parametrize("depth", [33, 500, 100_000])
@pytest.mark.parametrize(("opening", "core"), [("81", "80"), ("a16161", "a0")], ids=["lists", "maps"])
def test_H114_deep_nesting_is_refused(opening: str, core: str, depth: int) -> None:
    """Depth is counted, not recursed into, so no depth is a crash."""
    with refused("E_CANONICAL", "depth"):
        dag_cbor.decode(bytes.fromhex(opening) * (depth - 1) + bytes.fromhex(core))


def test_32_levels_are_read() -> None:
    """The deepest nesting that the design allows passes both ways, and one more level is not written."""
    deepest: Value = []
    for _ in range(dag_cbor.MAX_DEPTH - 1):
        deepest = {"a": deepest}

    assert deepest == dag_cbor.decode(dag_cbor.encode(deepest))
    with refused("E_CANONICAL", "value_depth"):
        dag_cbor.encode([deepest])


def test_H114_block_over_one_mebibyte_is_refused() -> None:
    """A block of exactly 1 MiB passes; one byte more is neither read nor written."""
    largest = bytes(dag_cbor.MAX_BLOCK - 5)

    assert largest == dag_cbor.decode(dag_cbor.encode(largest))
    with refused("E_CANONICAL", "block_size"):
        dag_cbor.encode(largest + b"\0")
    with refused("E_CANONICAL", "block_size"):
        dag_cbor.decode(oracle.encode(largest + b"\0"))


def test_H114_nfc_and_nfd_twins_are_refused() -> None:
    """Of two keys that look the same the decomposed one is refused, alone or beside its twin; values are left alone."""
    composed, decomposed = "\u00e9", "e\u0301"

    assert {composed: decomposed} == dag_cbor.decode(dag_cbor.encode({composed: decomposed}))
    alone: dict[str, Any] = {decomposed: 2}
    for twins in ({composed: 1, **alone}, alone):
        with refused("E_CANONICAL", "key_nfc"):
            dag_cbor.encode(twins)
        with refused("E_CANONICAL", "key_nfc"):
            dag_cbor.decode(oracle.encode(twins))


def test_repeated_references_cost_nothing() -> None:
    """A small block that cbor2 would unfold to 2**30 items, by shared references, is refused at its first tag."""
    doubling = b"\xd8\x1c\x80"
    for level in range(30):
        doubling = b"\xd8\x1c\x82" + doubling + b"\xd8\x1d" + (bytes([level]) if level < 24 else bytes([0x18, level]))

    with refused("E_CANONICAL", "tag"):
        dag_cbor.decode(doubling)


class _Text(str):
    __slots__ = ()


class _Number(enum.IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1.0, "value_kind"),
        (float("nan"), "value_kind"),
        ((1, 2), "value_kind"),
        ({1, 2}, "value_kind"),
        (bytearray(b"x"), "value_kind"),
        (_Text("x"), "value_kind"),
        (_Number.ONE, "value_kind"),
        (cbor2.CBORTag(42, b"\0"), "value_kind"),
        (cbor2.undefined, "value_kind"),
        (object(), "value_kind"),
        ({"a": [{"b": 0.5}]}, "value_kind"),
        (2**64, "value_range"),
        (-(2**64) - 1, "value_range"),
        ({1: 2}, "value_key"),
        ({b"a": 2}, "value_key"),
        ({None: 2}, "value_key"),
        ({_Text("a"): 2}, "value_key"),
        ("\ud800", "value_text"),
        ({"\ud800": 1}, "value_text"),
    ],
)
def test_values_without_an_encoding_are_refused(value: object, reason: str) -> None:
    """What DAG-CBOR here cannot carry is refused before any byte is written."""
    with refused("E_CANONICAL", reason):
        dag_cbor.encode(value)


def test_a_list_that_contains_itself_is_refused() -> None:
    """An endless value runs into the limit of depth."""
    endless: list[object] = []
    endless.append(endless)

    with refused("E_CANONICAL", "value_depth"):
        dag_cbor.encode(endless)


def test_the_same_list_twice_is_written_twice() -> None:
    """Values that share a part are trees like any other."""
    part: Value = [1]

    assert [[1], [1]] == dag_cbor.decode(dag_cbor.encode([part, part]))


def test_disagreement_of_the_two_codecs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were cbor2 to write other bytes than were read, the block would not pass."""
    monkeypatch.setattr(cbor2, "dumps", lambda *_, **__: b"\x01")

    with refused("E_CANONICAL", "other_bytes"):
        dag_cbor.decode(b"\x00")


def test_links_come_in_document_order() -> None:
    """Lists, maps and repetitions are walked as they stand in the block."""
    a, b, c = (raw_cid(bytes([number])) for number in range(3))
    value = dag_cbor.decode(dag_cbor.encode({"z": [c, {"y": a, "x": [b, c]}], "first": a, "n": 1}))

    assert [c, b, c, a, a] == list(dag_cbor.links(value))


@given(cids)
def test_a_link_alone_is_its_own_link(cid: CID) -> None:
    """A block may be nothing but a link."""
    assert [cid] == list(dag_cbor.links(dag_cbor.decode(dag_cbor.encode(cid))))
