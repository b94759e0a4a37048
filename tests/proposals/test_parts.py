"""`proposals.parts`: one list, one block, and nothing else read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import dag_cbor
from chain.cid import CID
from chain.errors import CodedError
from proposals import parts as module
from proposals.parts import Call, Part, PartsError, check_horizon, decode_parts, encode_parts, is_release, parts_cid
from tests.proposals import strategies
from tests.proposals.sample import ADA, SAFE

PAY = Call(ADA, 10**18, b"")
PART = Part(chain_id=1, safe=SAFE, calls=(PAY,))


def block(**changes: object) -> dict[str, object]:
    """Give the map of a block of one part, with changes to that part."""
    call = {"data": b"", "to": ADA, "value": "5"}
    part = {"calls": [call], "chain_id": 1, "not_after": 0, "not_before": 0, "release": "", "safe": SAFE}
    return {"v": 1, "kind": "parts", "parts": [part | changes]}


@given(strategies.part_lists())
def test_parts_come_back_from_their_block(parts: tuple[Part, ...]) -> None:
    """Reading what was written gives the same parts, and their CID is that of the block."""
    data = encode_parts(parts)

    assert parts == decode_parts(data)
    assert CID.parse(str(parts_cid(parts))) == parts_cid(parts)
    parts_cid(parts).check(data)


@given(strategies.part_lists(), st.data())
def test_no_flipped_bit_reads_as_the_same_parts(parts: tuple[Part, ...], data: st.DataObject) -> None:
    """A block with one other bit is refused or says something else, which then has that block as its own."""
    raw = bytearray(encode_parts(parts))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = decode_parts(bytes(raw))
    except CodedError:
        return

    assert parts != found
    assert bytes(raw) == encode_parts(found)


def test_block_is_fixed() -> None:
    """The bytes of version 1 and their CID never change: what was voted must stay readable."""
    expected = bytes.fromhex(
        "a3617601646b696e6465706172747365706172747381a6"
        "647361666554d1220a0cf47c7b9be7a2e6ba89f429762e7b9adb"
        "6563616c6c7381a3"
        "62746f545aaeb6053f3e94c9b9a09f33669435e7ef1beaed"
        "6464617461406576616c75656135"
        "6772656c656173656068636861696e5f696401696e6f745f6166746572006a6e6f745f6265666f726500"
    )
    parts = [replace(PART, calls=(Call(ADA, 5, b""),))]

    assert expected == encode_parts(parts)
    assert expected == dag_cbor.encode(block())
    assert "bafyreihwb4fyhnafclsr5krbhdo5k4fe3tmhag7va2zdgs6gn5fb4ws2fa" == str(parts_cid(parts))


@pytest.mark.parametrize(
    ("changes", "code", "reason"),
    [
        ({"chain_id": 0}, "E_PARTS", "chain_id"),
        ({"chain_id": 2**63}, "E_PARTS", "chain_id"),
        ({"safe": bytes(20)}, "E_PARTS", "safe"),
        ({"safe": bytes(19)}, "E_PARTS", "safe"),
        ({"release": "M1"}, "E_PARTS", "release"),
        ({"release": "-"}, "E_PARTS", "release"),
        ({"release": "a" * 33}, "E_PARTS", "release"),
        ({"release": "m1\n"}, "E_PARTS", "release"),
        ({"not_before": -1}, "E_TIME", "negative"),
        ({"not_before": 5, "not_after": 5}, "E_TIME", "window"),
        ({"calls": ()}, "E_PARTS", "no_calls"),
        ({"calls": (Call(bytes(20), 1, b""),)}, "E_RECIPIENT_ZERO", ""),
        ({"calls": (Call(ADA[:19], 1, b""),)}, "E_PARTS", "to"),
        ({"calls": (Call(ADA, 2**256, b""),)}, "E_PARTS", "value"),
        ({"calls": (Call(ADA, -1, b""),)}, "E_PARTS", "value"),
        ({"calls": (Call(ADA, 0, bytes(module.MAX_DATA + 1)),)}, "E_LIMIT", "data"),
        ({"calls": (PAY,) * (module.MAX_CALLS + 1)}, "E_LIMIT", "calls"),
    ],
)
def test_part_outside_the_form_is_not_written(changes: dict[str, object], code: str, reason: str) -> None:
    """Every limit refuses, and names the part."""
    with pytest.raises(PartsError) as refused:
        encode_parts([PART, replace(PART, **changes)])  # type: ignore[arg-type]

    assert (code, reason, 2) == (refused.value.code, refused.value.reason, refused.value.facts["part"])


def test_limits_themselves_are_written() -> None:
    """What stands exactly on a limit passes."""
    call = Call(ADA, 2**256 - 1, bytes(module.MAX_DATA))
    part = replace(PART, chain_id=module.MAX_CHAIN_ID, release="a" * 32, not_after=module.TIME_LIMIT - 1, calls=(call,))

    assert (part,) == decode_parts(encode_parts([part]))
    assert 100 == len(decode_parts(encode_parts([PART] * 100)))


@pytest.mark.parametrize("count", [0, 101])
def test_number_of_parts_is_bounded(count: int) -> None:
    """No part at all, and more than 100, are refused."""
    with pytest.raises(PartsError):
        encode_parts([PART] * count)


def test_milestone_releases_one_part() -> None:
    """Two parts with one release are refused; two without any are not."""
    released = replace(PART, release="m1")
    with pytest.raises(PartsError) as refused:
        encode_parts([released, PART, released])

    assert ("E_PARTS", "release_twice", 3, 1) == (
        refused.value.code, refused.value.reason, refused.value.facts["part"], refused.value.facts["first"],
    )  # fmt: skip
    assert (PART, PART, released) == decode_parts(encode_parts([PART, PART, released]))


def test_H112_times_in_milliseconds_or_years_ahead() -> None:
    """Milliseconds are refused when writing and reading, and a time ten years ahead by its day."""
    day = 1_790_000_000
    for field in ("not_before", "not_after"):
        milliseconds = 1_790_000_000_000
        with pytest.raises(PartsError, match="E_TIME"):
            encode_parts([replace(PART, **{field: milliseconds})])
        with pytest.raises(PartsError, match="E_TIME") as refused:
            decode_parts(dag_cbor.encode(block(**{field: milliseconds})))
        assert "milliseconds" == refused.value.reason
        with pytest.raises(PartsError, match="E_TIME") as refused:
            check_horizon([replace(PART, **{field: day + 3650 * 86_400})], day=day)
        assert ("far", 1) == (refused.value.reason, refused.value.facts["part"])
    check_horizon([replace(PART, not_after=day + 365 * 86_400)], day=day)


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"v": 1, "kind": "leaf", "parts": []},
        {"v": 2, "kind": "parts", "parts": []},
        {"v": True, "kind": "parts", "parts": []},
        {"v": 1, "kind": "parts"},
        {"v": 1, "kind": "parts", "parts": []},
        {"v": 1, "kind": "parts", "parts": {}},
        {"v": 1, "kind": "parts", "parts": [1]},
        block() | {"more": 1},
        block(more=1),
        block(chain_id=True),
        block(chain_id="1"),
        block(safe=SAFE.hex()),
        block(release=None),
        block(calls=[]),
        block(calls=[{"data": b"", "to": ADA, "value": 5}]),
        block(calls=[{"data": b"", "to": ADA, "value": "05"}]),
        block(calls=[{"data": b"", "to": ADA, "value": str(2**256)}]),
        block(calls=[{"data": b"", "to": ADA, "value": "5", "operation": 1}]),
        block(calls=[{"data": "", "to": ADA, "value": "5"}]),
    ],
)
def test_other_blocks_are_not_read(value: object) -> None:
    """Unknown keys, other kinds of values, other versions: all refused, also a call that names an operation."""
    with pytest.raises(CodedError):
        decode_parts(dag_cbor.encode(value))


def test_bytes_beside_the_canonical_ones_are_not_read() -> None:
    """A trailing byte is refused."""
    with pytest.raises(CodedError, match="E_CANONICAL"):
        decode_parts(encode_parts([PART]) + b"\x00")


@pytest.mark.parametrize(("text", "expected"), [("m1", True), ("1-2", True), ("-", False), ("", False), ("é", False)])
def test_release_ids(text: str, expected: bool) -> None:
    """A release is a short plain word, and the sign for none is not one."""
    assert expected == is_release(text)
