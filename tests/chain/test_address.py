"""`chain.address`: 20 bytes inside, EIP-55 at the edges."""

from __future__ import annotations

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from chain import address
from tests.chain.refusal import refused

addresses = st.binary(min_size=20, max_size=20)

# the examples of EIP-55: all upper case, all lower case, and mixed
EIP_55 = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]
MIXED = EIP_55[4]


@pytest.mark.parametrize("text", EIP_55)
def test_checksum_is_that_of_eip_55(text: str) -> None:
    """The standard's own examples are read and spelled."""
    assert text == address.checksum(address.parse(text))


@given(addresses)
def test_checksum_agrees_with_eth_utils(raw: bytes) -> None:
    """Any address is spelled as eth_utils spells it, and read back."""
    assert to_checksum_address(raw) == address.checksum(raw)
    assert raw == address.parse(address.checksum(raw))


@given(addresses, st.integers(2, 41))
def test_H27_one_letter_in_the_wrong_case(raw: bytes, at: int) -> None:
    """A bad checksum is refused, and the sentence shows the good one."""
    text = address.checksum(raw)
    altered = text[:at] + text[at].swapcase() + text[at + 1 :]

    if altered != text:
        with refused("E_ADDRESS", "checksum"):
            address.parse(altered)


@pytest.mark.parametrize("text", [MIXED.lower(), "0x" + MIXED[2:].upper()])
def test_H27_no_checksum_at_all(text: str) -> None:
    """All lower or all upper case carries no checksum, and nobody would notice a wrong digit."""
    with refused("E_ADDRESS", "checksum"):
        address.parse(text)


_FORMS = {
    "0X prefix": "0X" + MIXED[2:],
    "no prefix": MIXED[2:],
    "ICAP": "XE60HAMICDXSV5QXVJA7TJW47Q9CHWKJD",
    "ICAP as IBAN": "XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS",
    "a digit short": MIXED[:-1],
    "a digit long": MIXED + "0",
    "blank before": " " + MIXED,
    "line end after": MIXED + "\n",
    "no hex digit": MIXED[:-1] + "g",
    "full-width digit": MIXED[:-1] + "０",
    "Cyrillic letter": MIXED[:-2] + "е" + MIXED[-1],
    "zero-width space": MIXED[:10] + "\u200b" + MIXED[11:],
    "a name": "vitalik.eth",
    "nothing": "",
    "bytes": bytes(20),
    "a number": 0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED,
    "no value": None,
    "a list": [MIXED],
}


@pytest.mark.parametrize("text", _FORMS.values(), ids=_FORMS)
def test_H27_other_forms_are_refused(text: object) -> None:
    """ICAP, `0X`, names, look-alike digits and values that are no text are not addresses."""
    with refused("E_ADDRESS", "form"):
        address.parse(text)


@given(addresses)
def test_prefixed_forms_name_the_chain(raw: bytes) -> None:
    """Plain, EIP-3770 and CAIP-10 spellings are the same address on their chain."""
    text = address.checksum(raw)

    for spelled in (text, f"gno:{text}", f"eip155:100:{text}", address.with_chain(raw, 100)):
        assert raw == address.parse_on(spelled, 100)


@pytest.mark.parametrize(
    "prefix", ["eth:", "eip155:1:", "eip155:0100:", "eip155::", "eip155:", "GNO:", "gnosis:", ":", "::", " gno:", "0x:"]
)
def test_other_prefixes_are_refused(prefix: str) -> None:
    """A prefix that names another chain, or none that is known, is refused."""
    with refused("E_ADDRESS", "chain"):
        address.parse_on(prefix + MIXED, 100)


def test_prefix_does_not_excuse_the_checksum() -> None:
    """Behind the right prefix stands an address like any other."""
    with refused("E_ADDRESS", "checksum"):
        address.parse_on("gno:" + MIXED.lower(), 100)


def test_zero_is_the_zero_address() -> None:
    """The zero address is 20 zero bytes."""
    assert address.ZERO == address.parse("0x" + "0" * 40)
