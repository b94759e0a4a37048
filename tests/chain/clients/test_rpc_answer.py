"""Forms of JSON-RPC: what is not exactly a quantity or a byte string is a broken answer."""

from __future__ import annotations

from typing import Any

import pytest

from chain.clients.rpc import NodeError, Rpc
from chain.clients.rpc_answer import Answer, octets, quantity
from tests.chain.clients.canned import URL

RPC = Rpc(URL)


@pytest.mark.parametrize("text", ["0x0", "0x10", "0xFf", "0x" + "f" * 64])
def test_quantities(text: str) -> None:
    """Hex numbers up to 256 bits."""
    assert int(text, 16) == quantity(RPC, "x", text)


@pytest.mark.parametrize("bad", [None, 5, 1.5, "", "0x", "5", "0X5", "-0x5", "0x5 ", "0x１", "0x" + "f" * 65, "0x_1"])
def test_what_is_no_quantity(bad: Any) -> None:
    """Numbers, floats, decimals, blanks, other digits: refused with the field's name."""
    with pytest.raises(NodeError) as failed:
        quantity(RPC, "block.number", bad)
    assert ("E_RPC_ANSWER", "shape", "block.number") == (
        failed.value.code,
        failed.value.reason,
        failed.value.facts["method"],
    )


@pytest.mark.parametrize("bad", [None, "", "0x0", "00", "0xzz", "0x00 ", ["0x00"]])
def test_what_are_no_octets(bad: Any) -> None:
    """Odd digits, no prefix, blanks: refused; whole bytes are taken, of the size that the field has."""
    assert (b"", b"\xab") == (octets(RPC, "x", "0x"), octets(RPC, "x", "0xAb", 1))
    with pytest.raises(NodeError):
        octets(RPC, "x", bad)
    with pytest.raises(NodeError):
        octets(RPC, "x", "0x" + "00" * 31, 32)


def test_objects_and_lists() -> None:
    """A field of the wrong kind, or a missing one, is named."""
    answer = Answer(RPC, "block", {"logs": [{"data": "0x01"}], "to": None})

    assert ([b"\x01"], None, False) == (
        [log.octets("data") for log in answer.objects("logs")],
        answer.optional_octets("to", 20),
        answer.has("to"),
    )
    for broken in ([], None, "0x"):
        with pytest.raises(NodeError):
            Answer(RPC, "block", broken)
    with pytest.raises(NodeError):
        answer.items("to")
    with pytest.raises(NodeError):
        Answer(RPC, "block", {"logs": [5]}).objects("logs")
