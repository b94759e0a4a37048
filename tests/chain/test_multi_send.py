"""Batches: the bytes of `multiSend(bytes)`, written and read by two roads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safe_eth.eth.contracts import get_multi_send_contract
from safe_eth.safe.multi_send import MultiSend, MultiSendOperation, MultiSendTx

from chain import abi, multi_send
from chain.address import ZERO, checksum
from chain.errors import ChainError
from chain.multi_send import InnerCall, decode_multi_send, encode_multi_send

from . import strategies

PEER_CONTRACT = get_multi_send_contract(MultiSend.dummy_w3)
PAYEE = b"\x22" * 20
BATCH = (InnerCall(0, PAYEE, 5, b""), InnerCall(0, PAYEE, 0, b"\xa9\x05\x9c\xbb" + bytes(64)))


def pack(operation: int, to: bytes, value: int, size: int, data: bytes) -> bytes:
    """Pack one call by hand, right or wrong."""
    return bytes([operation]) + to + value.to_bytes(32, "big") + size.to_bytes(32, "big") + data


def refusal(act: Callable[[], object]) -> tuple[str, str]:
    """Return code and reason of a refusal."""
    with pytest.raises(ChainError) as caught:
        act()
    return caught.value.code, caught.value.reason


def refused_batch(packed: bytes) -> tuple[str, str]:
    """Return how the calldata around these packed calls is refused."""
    return refusal(lambda: decode_multi_send(abi.encode_call("multiSend(bytes)", [packed])))


@settings(max_examples=200)
@given(st.lists(strategies.inner_call, min_size=1, max_size=6))
def test_batches_are_those_of_safe_eth_both_ways(calls: list[InnerCall]) -> None:
    """What we write safe-eth-py reads, and the other way round."""
    peers = [MultiSendTx(MultiSendOperation(c.operation), checksum(c.to), c.value, c.data) for c in calls]
    written = encode_multi_send(calls)
    packed = b"".join(bytes(peer.encoded_data) for peer in peers)
    assert bytes.fromhex(PEER_CONTRACT.encode_abi("multiSend", [packed])[2:]) == written
    assert peers == MultiSend.from_transaction_data(written)
    assert tuple(calls) == decode_multi_send(written)


def test_selector_stands_in_front() -> None:
    """`multiSend(bytes)` is 0x8d80ff0a."""
    assert "8d80ff0a" == encode_multi_send(BATCH)[:4].hex()


def test_H77_inner_delegatecall_can_be_read_but_shows() -> None:
    """A reviewer must see it; that it is refused is the review's business."""
    hidden = (*BATCH, InnerCall(1, PAYEE, 0, b"\x01"))
    assert (0, 0, 1) == tuple(call.operation for call in decode_multi_send(encode_multi_send(hidden)))


def test_H77_batches_within_batches_read_level_by_level() -> None:
    """A batch may hide in a batch: each level is read alone."""
    inner = encode_multi_send(BATCH)
    outer = encode_multi_send([InnerCall(1, PAYEE, 0, inner)])
    assert BATCH == decode_multi_send(decode_multi_send(outer)[0].data)


def test_zero_to_is_refused_both_ways() -> None:
    """1.5.0 reads it as the Safe itself, 1.4.1 as nobody."""
    assert ("E_CALLDATA", "zero_to") == refusal(lambda: encode_multi_send([InnerCall(0, ZERO, 1, b"")]))
    assert ("E_CALLDATA", "zero_to") == refused_batch(pack(0, ZERO, 1, 0, b""))


def test_empty_batch() -> None:
    """A batch of nothing spends a nonce and pays nobody."""
    assert ("E_CALLDATA", "no_calls") == refusal(lambda: encode_multi_send([]))
    assert ("E_CALLDATA", "no_calls") == refused_batch(b"")


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (pack(0, PAYEE, 1, 0, b"")[:-1], "inner_short"),
        (pack(0, PAYEE, 1, 0, b"") + b"\0", "inner_short"),
        (pack(0, PAYEE, 1, 1, b""), "inner_short"),
        (pack(0, PAYEE, 1, 2**255, b"\x01"), "inner_short"),
        (pack(2, PAYEE, 1, 0, b""), "inner_operation"),
        (pack(255, PAYEE, 1, 0, b""), "inner_operation"),
    ],
)
def test_H84_packed_bytes_that_are_no_calls(packed: bytes, reason: str) -> None:
    """Every byte belongs to exactly one call."""
    assert ("E_CALLDATA", reason) == refused_batch(packed)


def test_the_call_that_is_wrong_is_numbered() -> None:
    """Numbers of calls are 1-based."""
    good = pack(0, PAYEE, 1, 0, b"")
    with pytest.raises(ChainError) as caught:
        decode_multi_send(abi.encode_call("multiSend(bytes)", [good + pack(9, PAYEE, 1, 0, b"")]))
    assert 2 == caught.value.facts["call"]


def test_H84_trailing_bytes_and_other_functions() -> None:
    """What stands around the batch is judged too."""
    data = encode_multi_send(BATCH)
    assert ("E_CALLDATA", "trailing") == refusal(lambda: decode_multi_send(data + bytes(32)))
    assert ("E_CALLDATA", "selector") == refusal(lambda: decode_multi_send(b"\x6a\x76\x12\x02" + data[4:]))


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (InnerCall(2, PAYEE, 0, b""), "inner_operation"),
        (InnerCall(0, PAYEE[:19], 0, b""), "inner_to"),
        (InnerCall(0, PAYEE, -1, b""), "inner_value"),
        (InnerCall(0, PAYEE, 2**256, b""), "inner_value"),
        (InnerCall(0, PAYEE, True, b""), "inner_value"),
    ],
)
def test_call_that_cannot_be_packed(call: InnerCall, reason: str) -> None:
    """Nothing is cut to size."""
    assert ("E_CALLDATA", reason) == refusal(lambda: encode_multi_send([call]))


def test_two_roads_must_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read must be written again as the same bytes."""
    data = encode_multi_send(BATCH)
    monkeypatch.setattr(multi_send, "encode_multi_send", lambda calls: b"")
    assert ("E_CALLDATA", "batch") == refusal(lambda: decode_multi_send(data))
