"""A Safe transaction as JSON: what a service or a file says, never what it claims."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from chain import safe, safe_json, signature
from chain.address import checksum
from chain.errors import ChainError
from chain.safe import SafeTx

from . import strategies

SERVICE: dict[str, Any] = {
    "safe": "0x111CEEee040739fD91D29C34C33E6B3E112F2177",
    "to": "0x111CEEee040739fD91D29C34C33E6B3E112F2177",
    "value": "0",
    "data": "0x0d582f13" + "00" * 12 + "0c75fa5a5f1c0997e3eea425cfa13184ed0ec9e5" + "00" * 31 + "03",
    "operation": 0,
    "gasToken": "0x0000000000000000000000000000000000000000",
    "safeTxGas": 0,
    "baseGas": 0,
    "gasPrice": "0",
    "refundReceiver": "0x0000000000000000000000000000000000000000",
    "nonce": 234,
    "safeTxHash": "0x0cb7250b8becd7069223c54e2839feaed4cee156363fbfe5dd0a48e75c4e25b3",
}
"""Published: safe-tx-hashes-util, README; as the Transaction Service writes it."""


def read(changes: dict[str, Any] | None = None, without: str = "") -> safe_json.SafeTxFile:
    """Read the published transaction, changed; the hash that it states is left away."""
    value = {**SERVICE, **(changes or {})}
    value.pop(without, None)
    if changes and "safeTxHash" not in changes:
        del value["safeTxHash"]
    return safe_json.read_safe_tx_file(value, chain_id=42161, version="1.3.0")


def refusal(changes: dict[str, Any] | None = None, without: str = "") -> tuple[str, str, object]:
    """Return code, reason and place of a refusal."""
    with pytest.raises(ChainError) as caught:
        read(changes, without)
    return caught.value.code, caught.value.reason, caught.value.facts.get("place")


def test_reads_the_services_own_shape() -> None:
    """The stated hash is the hash of what the object says."""
    file = read()
    assert SERVICE["safeTxHash"] == "0x" + safe.safe_tx_hash(file.tx).hex()
    assert (safe.safe_tx_hash(file.tx), (), ()) == (file.stated_hash, file.confirmations, file.ignored)
    assert file.tx == safe_json.read_safe_tx(SERVICE, 42161, "1.3.0")


@settings(max_examples=100)
@given(strategies.safe_tx)
def test_what_is_written_reads_back(tx: SafeTx) -> None:
    """Through JSON text, with a confirmation; no number is too large for it."""
    key = b"\x31" * 32
    owner, signed = signature.address_of(key), signature.sign(safe.safe_tx_hash(tx), key)
    text = json.dumps(safe_json.write_safe_tx(tx, {owner: signed}))
    file = safe_json.read_safe_tx_file(json.loads(text), chain_id=tx.chain_id, version=tx.version)
    assert (tx, ((owner, signed),), ()) == (file.tx, file.confirmations, file.ignored)
    assert safe.safe_tx_hash(tx) == file.stated_hash


def test_numbers_as_text_or_integers_say_the_same() -> None:
    """The service writes both."""
    assert read({"nonce": "234", "operation": "0", "safeTxGas": "0"}).tx == read().tx


def test_null_and_absent_gas_fields_are_zero() -> None:
    """So read them the service's clients; whatever is read is what is hashed and shown."""
    nothing = dict.fromkeys(("gasToken", "refundReceiver", "safeTxGas", "baseGas", "gasPrice"))
    assert read(nothing).tx == read().tx == read(without="gasToken").tx
    assert b"" == read({"data": None}).tx.data


def test_other_members_are_ignored_and_named() -> None:
    """The service adds many; a person is told."""
    assert ("executor", "trusted") == read({"trusted": True, "executor": None}).ignored


@pytest.mark.parametrize("name", ["safeTxHash", "contractTransactionHash"])
@pytest.mark.parametrize("stated", ["0x" + "00" * 32, "0c" * 32, 5, "", "0x"])
def test_H76_stated_hash_that_is_not_its_own(name: str, stated: Any) -> None:
    """Who states another hash than that of his transaction wants something signed unseen."""
    assert ("E_HASH_MISMATCH", "stated_hash", name) == refusal({"safeTxHash": SERVICE["safeTxHash"], name: stated})


def test_H76_changed_value_under_the_old_hash() -> None:
    """One wei more, and the hash is no longer the stated one; without a stated hash there is nothing to compare."""
    changed = {"value": "1", "safeTxHash": SERVICE["safeTxHash"]}
    assert ("E_HASH_MISMATCH", "stated_hash", "safeTxHash") == refusal(changed)
    assert read({"value": "1"}).stated_hash is None


@pytest.mark.parametrize("name", ["safe", "to", "value", "data", "operation", "nonce"])
def test_missing_member(name: str) -> None:
    """These have no default."""
    assert ("E_SAFE_TX", "missing", name) == refusal(without=name)


@pytest.mark.parametrize("value", [None, [], "tx", 5])
def test_something_else_than_an_object(value: Any) -> None:
    """A transaction is a JSON object."""
    with pytest.raises(ChainError) as caught:
        safe_json.read_safe_tx(value, 1, "1.4.1")
    assert ("E_SAFE_TX", "form") == (caught.value.code, caught.value.reason)


@pytest.mark.parametrize("name", ["value", "nonce", "safeTxGas", "baseGas", "gasPrice"])
@pytest.mark.parametrize("number", ["01", " 1", "0x1", "1_000", "１", "1e18", "-1", "", -1, 1.0, True, 2**256,
                                    str(2**256), "9" * 10_000, [1]])  # fmt: skip
def test_H22_number_in_another_spelling(name: str, number: Any) -> None:
    """Decimal text in its one spelling, or an integer, within uint256."""
    assert ("E_UINT", "uint", name) == refusal({name: number})


def test_null_where_a_number_is_needed() -> None:
    """Only the gas fields may be null."""
    for name in ("value", "operation", "nonce"):
        assert ("E_UINT", "uint", name) == refusal({name: None})


@pytest.mark.parametrize("name", ["safe", "to", "gasToken", "refundReceiver"])
@pytest.mark.parametrize("text", [SERVICE["safe"].lower(), SERVICE["safe"][:-1] + "8", "eth:" + SERVICE["safe"], "", 0])
def test_H27_address_without_its_checksum(name: str, text: Any) -> None:
    """A lower-case address protects nobody."""
    code, _, place = refusal({name: text})
    assert ("E_ADDRESS", name) == (code, place)


@pytest.mark.parametrize("data", ["", "0x1", "0xzz", "0X00", "00", 0, [], " 0x"])
def test_data_that_is_no_hex(data: Any) -> None:
    """Bytes are `0x` and pairs of hex digits, or null."""
    assert b"\xab" == read({"data": "0xAB"}).tx.data
    assert ("E_BYTES", "hex", "data") == refusal({"data": data})


def test_operation_beyond_delegatecall() -> None:
    """0 or 1."""
    assert 1 == read({"operation": 1}).tx.operation
    assert "E_SAFE_TX" == refusal({"operation": 2})[0]


def test_other_chain() -> None:
    """An object that names its chain must name ours."""
    assert read({"chainId": "42161"}).tx == read({"chainId": 42161}).tx == read().tx
    assert ("E_SAFE_CONFIG", "chain") == refusal({"chainId": 1})[:2]


def test_unknown_version() -> None:
    """No hash without a known release."""
    with pytest.raises(ChainError) as caught:
        safe_json.read_safe_tx(SERVICE, 42161, "9.9.9")
    assert ("E_SAFE_CONFIG", "version") == (caught.value.code, caught.value.reason)


def test_confirmations_are_kept_and_not_judged() -> None:
    """Whose they are is for who knows the owners."""
    owner = checksum(b"\x77" * 20)
    found = read({"confirmations": [{"owner": owner, "signature": "0x1234", "submissionDate": "…"}]}).confirmations
    assert (safe_json.Confirmation(b"\x77" * 20, b"\x12\x34"),) == found
    assert () == read({"confirmations": None}).confirmations


@pytest.mark.parametrize(
    ("confirmations", "code"),
    [
        ({}, "E_SAFE_TX"),
        ([None], "E_SAFE_TX"),
        ([{"owner": checksum(b"\x77" * 20)}], "E_SAFE_TX"),
        ([{}] * 501, "E_SAFE_TX"),
        ([{"owner": "0x" + "77" * 19, "signature": "0x"}], "E_ADDRESS"),
        ([{"owner": checksum(b"\x77" * 20), "signature": "0x123"}], "E_SIG_LEN"),
    ],
)
def test_confirmations_out_of_form(confirmations: Any, code: str) -> None:
    """A list of objects with owner and signature."""
    assert code == refusal({"confirmations": confirmations})[0]


def test_an_owner_without_a_signature_is_no_confirmation() -> None:
    """A service shows some owners with null; nothing can be taken of them."""
    row = {"owner": checksum(b"\x77" * 20), "signature": None}

    assert () == read({"confirmations": [row]}).confirmations
