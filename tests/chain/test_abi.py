"""Calldata: the one canonical form, written by eth_abi and read by us."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from subprocess import run
from typing import Any

import pytest
from eth_abi import abi as peer
from hypothesis import given, settings
from hypothesis import strategies as st

from chain import abi, abi_types
from chain.abi import AbiError

from . import strategies

PAYEE = bytes(range(20))
TRANSFER = "transfer(address,uint256)"
PROPOSE = "propose(address[],uint256[],bytes[],string)"
CALL = abi.encode_call(TRANSFER, [PAYEE, 5])


def word(number: int) -> bytes:
    """Write one word of 32 bytes."""
    return number.to_bytes(32, "big")


def refusal(act: Callable[[], object]) -> tuple[str, str]:
    """Return code and reason of a refusal."""
    with pytest.raises(AbiError) as caught:
        act()
    return caught.value.code, caught.value.reason


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        (TRANSFER, "a9059cbb"),
        ("approve(address,uint256)", "095ea7b3"),
        ("multiSend(bytes)", "8d80ff0a"),
        ("addOwnerWithThreshold(address,uint256)", "0d582f13"),
        ("execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)", "6a761202"),
        ("nonce()", "affed0e0"),
    ],
)
def test_selectors_of_known_functions(signature: str, expected: str) -> None:
    """Four bytes of the hash of the canonical signature."""
    assert expected == abi.selector(signature).hex()


def test_topic_of_a_known_event() -> None:
    """ERC-20's Transfer, as every indexer knows it."""
    expected = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    assert expected == abi.topic("Transfer(address,address,uint256)").hex()


@pytest.mark.parametrize(
    "signature",
    ["transfer", "transfer(address,uint)", "transfer(address, uint256)", "transfer(address to)", "(address)", "f(",
     "f(address", "f(address,)", "f(,)", "f(address))", "f(()) ", "f(())", "f(address[0])", "f(uint8[-1])", "f(fixed)",
     "1f(address)", "f(address)\n", " f(address)", "é(address)", "f" + "(" * 10_000, "f(uint8" + "[]" * 10_000 + ")"],
)  # fmt: skip
def test_signature_in_another_spelling(signature: str) -> None:
    """Another spelling hashes to another selector, so there is only one."""
    abi.selector("f(address,(uint256,bytes)[2])")
    assert ("E_CALLDATA", "signature") == refusal(lambda: abi.selector(signature))


@settings(max_examples=300)
@given(st.lists(strategies.abi_pair, max_size=4))
def test_writes_and_reads_what_eth_abi_writes(pairs: list[tuple[str, Any]]) -> None:
    """Any types, nested: our reader takes eth_abi's bytes to the same values."""
    types, values = [kind for kind, _ in pairs], [value for _, value in pairs]
    data = peer.encode(types, values)
    assert data == abi.encode(types, values)
    assert tuple(values) == abi.decode(types, data)


@settings(max_examples=300)
@given(st.lists(strategies.abi_pair, min_size=1, max_size=3), st.data())
def test_any_flipped_byte_is_refused_or_read_as_other_values(pairs: list[Any], data: st.DataObject) -> None:
    """Reading is injective: no two byte strings say the same."""
    types, values = [kind for kind, _ in pairs], tuple(value for _, value in pairs)
    right = abi.encode(types, values)
    if not right:
        return
    at = data.draw(st.integers(0, len(right) - 1))
    wrong = bytearray(right)
    wrong[at] ^= data.draw(st.integers(1, 255))
    try:
        found = abi.decode(types, bytes(wrong))
    except AbiError:
        return
    assert values != found
    assert bytes(wrong) == peer.encode(types, found)


def test_two_roads_must_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What our reader takes and eth_abi would write otherwise is refused, whichever of them is wrong."""
    monkeypatch.setattr(abi, "_write", lambda types, values: b"")
    assert ("E_CALLDATA", "form") == refusal(lambda: abi.decode_call(TRANSFER, CALL))


def test_calls_round_trip() -> None:
    """A call is its selector and its arguments."""
    assert (PAYEE, 5) == abi.decode_call(TRANSFER, CALL)
    assert () == abi.decode_call("nonce()", abi.encode_call("nonce()", []))


def test_H84_selector_of_another_function() -> None:
    """A call to something else is not read as this one; nor is a piece of a selector."""
    for data in (b"\x09\x5e\xa7\xb3" + CALL[4:], CALL[:3], b""):
        assert ("E_CALLDATA", "selector") == refusal(partial(abi.decode_call, TRANSFER, data))


def test_H84_trailing_bytes() -> None:
    """eth_abi ignores what follows; who signs it should not."""
    assert (PAYEE, 5) == abi.decode_call(TRANSFER, CALL)
    for tail in (b"\0", bytes(32)):
        assert ("E_CALLDATA", "trailing") == refusal(partial(abi.decode_call, TRANSFER, CALL + tail))


def test_H84_missing_bytes() -> None:
    """Nothing is padded on the reader's side."""
    for size in range(4, len(CALL)):
        assert ("E_CALLDATA", "short") == refusal(partial(abi.decode_call, TRANSFER, CALL[:size]))


def test_H84_offsets_that_point_elsewhere() -> None:
    """Two values in one tail, tails in another order, a gap between them: all say the same, only one is canonical."""
    types = ["bytes", "bytes"]
    tail = word(1) + b"x".ljust(32, b"\0")
    canonical = word(64) + word(128) + tail + tail
    assert (b"x", b"x") == abi.decode(types, canonical)
    shared, swapped = word(64) + word(64) + tail, word(128) + word(64) + tail + tail
    gap = word(64) + word(160) + tail + word(0) + tail
    for data in (shared, swapped, gap):
        assert (b"x", b"x") == peer.decode(types, data)
        assert ("E_CALLDATA", "offset") == refusal(partial(abi.decode, types, data))


def test_H84_an_offset_used_many_times_costs_nothing() -> None:
    """A list of a million offsets to one tail is refused at the second."""
    count = 2000
    tail = word(30_000) + bytes(30_016)
    bomb = word(32) + word(count) + word(32 * count) * count + tail
    assert ("E_CALLDATA", "offset") == refusal(lambda: abi.decode(["bytes[]"], bomb))
    endless = word(32) + word(2**255)
    assert ("E_CALLDATA", "short") == refusal(lambda: abi.decode(["uint256[]"], endless))
    assert ("E_CALLDATA", "short") == refusal(lambda: abi.decode(["bytes"], word(32) + word(2**255)))


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("address", b"\1" + bytes(31)),
        ("bool", word(2)),
        ("uint8", word(256)),
        ("int8", word(128)),
        ("bytes3", b"abc" + bytes(28) + b"\1"),
        ("bytes", word(32) + word(1) + b"x" + bytes(30) + b"\1"),
        ("string", word(32) + word(1) + b"x" + bytes(30) + b"\1"),
    ],
)
def test_H84_dirty_padding(kind: str, data: bytes) -> None:
    """What the contract throws away must be zero."""
    assert ("E_CALLDATA", "padding") == refusal(lambda: abi.decode([kind], data))


def test_text_that_is_no_utf8() -> None:
    """A string is text."""
    data = word(32) + word(1) + b"\xff".ljust(32, b"\0")
    assert ("E_CALLDATA", "text") == refusal(lambda: abi.decode(["string"], data))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("address", "0x" + "11" * 20),
        ("address", b"\x11" * 19),
        ("bytes3", b"ab"),
        ("bytes3", b"abcd"),
        ("bytes", "ab"),
        ("uint8", 256),
        ("uint8", -1),
        ("uint8", True),
        ("uint8", "1"),
        ("uint8", 1.0),
        ("bool", 1),
        ("string", b"ab"),
        ("string", "\ud800"),
        ("uint8[2]", (1, 2, 3)),
        ("(uint8,bool)", (1,)),
        ("uint8[]", 5),
    ],
)
def test_value_that_does_not_fit_is_not_coerced(kind: str, value: Any) -> None:
    """What is written reads back as what was given, or is not written."""
    assert ("E_CALLDATA", "value") == refusal(lambda: abi.encode([kind], [value]))


def test_wrong_number_of_arguments() -> None:
    """One argument for each type."""
    for args in ([PAYEE], [PAYEE, 5, 6], []):
        assert ("E_CALLDATA", "value") == refusal(partial(abi.encode_call, TRANSFER, args))


def test_a_governors_call_reads_back() -> None:
    """Arrays of dynamic values beside text, as in OpenZeppelin's `propose`."""
    args = ((PAYEE, PAYEE), (0, 5), (b"", CALL), "# IIP-1: 理賠")
    assert args == abi.decode_call(PROPOSE, abi.encode_call(PROPOSE, args))
    pair = (("a", "b"), (PAYEE, 1))
    assert pair == abi.decode(["string[2]", "(address,uint8)"], abi.encode(["string[2]", "(address,uint8)"], pair))


def test_types_know_their_head() -> None:
    """Fixed sizes stand in the head, everything else behind one word."""
    sizes = {"(uint8,address)[2]": 128, "(uint8,bytes)[2]": 32, "uint8[]": 32, "string": 32, "bytes32": 32}
    assert sizes == {kind: abi_types.parse_type(kind).head_size for kind in sizes}


def test_importing_it_imports_no_eth_abi() -> None:
    """eth_abi brings pydantic and takes a third of a second; a command that reads no call must not pay it."""
    program = "import sys, chain.abi, chain.safe; sys.exit('eth_abi' in sys.modules)"
    assert 0 == run([sys.executable, "-c", program], check=False).returncode
