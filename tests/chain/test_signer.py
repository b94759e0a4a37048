"""`chain.signer`: what a wallet is shown is what we hash, and a signer's text form holds no key."""

from __future__ import annotations

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from chain import safe
from chain.errors import CodedError
from chain.keccak import keccak256
from chain.signature import address_of, recover
from chain.signer import KeySigner, TypedData
from chain.typed_data import parse_types

KEY = keccak256(b"a signer's key")
TYPES = parse_types(
    {
        "Order": [
            {"name": "maker", "type": "address"},
            {"name": "amounts", "type": "uint256[2][]"},
            {"name": "legs", "type": "Leg[]"},
            {"name": "note", "type": "string"},
            {"name": "open", "type": "bool"},
        ],
        "Leg": [
            {"name": "data", "type": "bytes"},
            {"name": "salt", "type": "bytes32"},
            {"name": "shift", "type": "int64"},
        ],
    }
)
ORDER = {
    "maker": b"\x11" * 20,
    "amounts": [[1, 2**255], [2**53, 2**53 - 1]],
    "legs": [
        {"data": b"\x00\xff", "salt": bytes(32), "shift": -(2**60)},
        {"data": b"", "salt": "0x" + "ab" * 32, "shift": 3},
    ],
    "note": "“萬” 1",
    "open": True,
}
DOMAIN = {"name": "Orders", "version": "1", "chainId": 5, "verifyingContract": b"\x22" * 20}
TX = safe.SafeTx(
    chain_id=5,
    safe=b"\x33" * 20,
    version="1.4.1",
    to=b"\x44" * 20,
    value=10**24,
    data=b"\x01\x02",
    operation=0,
    nonce=7,
)


@pytest.mark.parametrize(
    "data",
    [
        TypedData(DOMAIN, TYPES, "Order", ORDER),
        safe.safe_tx_data(TX),
        safe.safe_message_data(chain_id=5, safe=TX.safe, version="1.4.1", message=b"\x05" * 32),
        safe.safe_message_data(chain_id=5, safe=TX.safe, version="1.1.1", message=b"\x05" * 32),
    ],
)
def test_a_wallet_hashes_the_same(data: TypedData) -> None:
    """eth_account, given the JSON that a wallet is given, makes the signature that we make."""
    wallet = Account.sign_message(encode_typed_data(full_message=data.to_json()), KEY)

    signed = KeySigner(KEY).sign_typed(data)

    assert bytes(wallet.signature) == signed
    assert address_of(KEY) == KeySigner(KEY).address == recover(data.digest(), signed)


def test_great_numbers_are_text() -> None:
    """From 2**53 on JavaScript would round; below it a number stays a number."""
    message = TypedData(DOMAIN, TYPES, "Order", ORDER).to_json()["message"]

    assert [[1, str(2**255)], [str(2**53), 2**53 - 1]] == message["amounts"]
    assert str(-(2**60)) == message["legs"][0]["shift"]
    assert "0x1111111111111111111111111111111111111111" == message["maker"].lower()


@pytest.mark.parametrize("wrong", [{"extra": 1}, {"note": 5}, {"maker": "0x1"}, {"open": 1}, {"amounts": [[1]]}])
def test_what_is_not_of_its_types_is_shown_to_nobody(wrong: dict[str, object]) -> None:
    """A surplus member or a value of another type is refused before a wallet could drop it."""
    with pytest.raises(CodedError):
        TypedData(DOMAIN, TYPES, "Order", ORDER | wrong).to_json()
    with pytest.raises(CodedError):
        TypedData(DOMAIN, TYPES, "Order", {"maker": ORDER["maker"]}).to_json()


def test_a_signer_shows_no_key() -> None:
    """Neither its text form nor its attributes by name give the key away, and a wrong key is refused without it."""
    assert KEY.hex() not in repr(KeySigner(KEY)) + str(KeySigner(KEY))
    assert "KeySigner(0x" in repr(KeySigner(KEY))
    with pytest.raises(CodedError) as caught:
        KeySigner(bytes(32))
    assert "E_KEY" == caught.value.code
