"""`governance.sequencer_receipt`: whose receipt it is that a hub keeps; answers are tested where they are received."""

from __future__ import annotations

import pytest

from chain.address import checksum
from governance.sequencer_receipt import relayer_of

SIGNED = (
    "0x8ebb390031f1c0b1ca907b8d3d3a7058a7bc0054e93f49d1ab33b853c065f546"
    "24a448b6610936f6b47cc44e833a7e969140c48cb18358c035df5dad9b19925b1c"
)
RECEIPT = (
    "0xb3d9cd24d8a83d3e5e803f3edc3d0206ddbf7782ccad81589f4470ac77b65931"
    "14039f76aeac0a690c844b5158bac9cd8b749fde12ab053cf0b41b03cd4eb3481c"
)
"""Made by ethers' `signMessage` over the text, with the public test key of Snapshot's client as the relayer's."""


def test_a_receipt_is_over_the_text_of_the_signature() -> None:
    """Not over its bytes; another signature's receipt is another's."""
    relayer = relayer_of(SIGNED, RECEIPT)
    assert relayer is not None
    assert "0xf1f09AdC06aAB740AA16004D62Dbd89484d3Be90" == checksum(relayer)
    assert relayer_of(SIGNED.upper().replace("0X", "0x"), RECEIPT) not in (None, relayer)


@pytest.mark.parametrize(
    ("sig", "receipt"),
    [("0x", RECEIPT), (None, RECEIPT), ("", RECEIPT), (SIGNED, None), (SIGNED, "0x"), (SIGNED, RECEIPT[:-2]), (7, 7)],
)
def test_what_proves_nothing(sig: object, receipt: object) -> None:
    """A Safe's `0x` has one receipt for all votes, so it is nobody's of this one."""
    assert relayer_of(sig, receipt) is None
