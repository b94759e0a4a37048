"""A Safe transaction as JSON, in the shape of the Safe Transaction Service.

Decides which JSON objects are a Safe transaction, and that a hash stated in one is the hash of what it says: a service,
or whoever wrote the file, is never believed. What the object does not say (chain id, the Safe's version) are arguments.
Bytes are read into objects by `chain.json_text`; confirmations are read and not judged (`chain.safe_signatures`).

    {"safe", "to", "value", "data", "operation", "nonce"}                                         must be there
    {"safeTxGas", "baseGas", "gasPrice", "gasToken", "refundReceiver", "chainId"}                 0 if not; chainId ours
    {"safeTxHash", "contractTransactionHash"}                                                     compared
    {"confirmations": [{"owner", "signature"}]}                                                   kept

Addresses are EIP-55 text, numbers decimal text or integers, `data` hex or null. Other members (the service adds many)
mean nothing here; they are named in `ignored`, so that a reader can be told.

Source: Safe Transaction Service API, multisig transactions, v2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from chain import signature
from chain.address import ZERO, checksum
from chain.json_fields import read_address, read_bytes, read_uint
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_errors import SafeError
from chain.typed_types import shown

MAX_CONFIRMATIONS = 500

_REQUIRED = ("safe", "to", "value", "data", "operation", "nonce")
_OPTIONAL = ("safeTxGas", "baseGas", "gasPrice", "gasToken", "refundReceiver", "chainId")
_HASHES = ("safeTxHash", "contractTransactionHash")
_KNOWN = frozenset((*_REQUIRED, *_OPTIONAL, *_HASHES, "confirmations"))


class Confirmation(NamedTuple):
    """What somebody says is an owner's signature."""

    owner: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeTxFile:
    """All that one JSON object says about a Safe transaction."""

    tx: SafeTx
    stated_hash: bytes | None
    """The hash that the object itself states, equal to ours; None if it states none."""
    confirmations: tuple[Confirmation, ...]
    ignored: tuple[str, ...]
    """Members that mean nothing here, sorted."""


def read_safe_tx(value: object, chain_id: int, version: str) -> SafeTx:
    """Read the transaction alone. Raises as `read_safe_tx_file` does."""
    return read_safe_tx_file(value, chain_id=chain_id, version=version).tx


def read_safe_tx_file(value: object, *, chain_id: int, version: str) -> SafeTxFile:
    """Read a JSON object in the Transaction Service's shape.

    Raises `SafeError`: `E_SAFE_TX` for an object out of form, `E_UINT`, `E_BYTES`, `E_SAFE_CONFIG` for another chain or
    an unknown version, `E_HASH_MISMATCH` (`stated_hash`) for an object that states another hash than its own; and
    `E_ADDRESS` and `E_SIG_LEN` as their modules do. Every refusal names its member as `place`.
    """
    if not isinstance(value, Mapping):
        raise SafeError("E_SAFE_TX", "form", place="transaction")
    for name in _REQUIRED:
        if name not in value:
            raise SafeError("E_SAFE_TX", "missing", place=name)
    if "chainId" in value and _uint(value, "chainId") != chain_id:
        raise SafeError("E_SAFE_CONFIG", "chain", expected=chain_id, found=shown(value["chainId"]))
    tx = SafeTx(
        chain_id=chain_id,
        safe=read_address(value["safe"], "safe"),
        version=version,
        to=read_address(value["to"], "to"),
        value=_uint(value, "value"),
        data=_data(value),
        operation=_uint(value, "operation"),
        safe_tx_gas=_uint(value, "safeTxGas"),
        base_gas=_uint(value, "baseGas"),
        gas_price=_uint(value, "gasPrice"),
        gas_token=_address_or_zero(value, "gasToken"),
        refund_receiver=_address_or_zero(value, "refundReceiver"),
        nonce=_uint(value, "nonce"),
    )
    return SafeTxFile(
        tx=tx,
        stated_hash=_stated_hash(value, safe_tx_hash(tx)),
        confirmations=_confirmations(value.get("confirmations")),
        ignored=tuple(sorted(shown(name) for name in value.keys() - _KNOWN)),
    )


def write_safe_tx(tx: SafeTx, confirmations: Mapping[bytes, bytes] | None = None) -> dict[str, object]:
    """Write what `read_safe_tx_file` reads: amounts as decimal text, confirmations (signature by owner) in order."""
    return {
        "safe": checksum(tx.safe),
        "to": checksum(tx.to),
        "value": str(tx.value),
        "data": "0x" + tx.data.hex() if tx.data else None,
        "operation": tx.operation,
        "safeTxGas": str(tx.safe_tx_gas),
        "baseGas": str(tx.base_gas),
        "gasPrice": str(tx.gas_price),
        "gasToken": checksum(tx.gas_token),
        "refundReceiver": checksum(tx.refund_receiver),
        "nonce": tx.nonce,
        "safeTxHash": "0x" + safe_tx_hash(tx).hex(),
        "confirmations": [
            {"owner": checksum(owner), "signature": "0x" + signed.hex()}
            for owner, signed in sorted((confirmations or {}).items())
        ],
    }


def _stated_hash(value: Mapping[str, object], expected: bytes) -> bytes | None:
    """Compare every hash that the object states with the one of what it says."""
    stated = [(name, value[name]) for name in _HASHES if value.get(name) is not None]
    for name, found in stated:
        if not isinstance(found, str) or found.lower() != "0x" + expected.hex():
            ours = "0x" + expected.hex()
            raise SafeError("E_HASH_MISMATCH", "stated_hash", place=name, expected=ours, found=shown(found))
    return expected if stated else None


def _confirmations(value: object) -> tuple[Confirmation, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_CONFIRMATIONS:
        raise SafeError("E_SAFE_TX", "confirmations", limit=MAX_CONFIRMATIONS)
    read = (_confirmation(item, number) for number, item in enumerate(value, 1))
    return tuple(confirmation for confirmation in read if confirmation is not None)


def _confirmation(value: object, number: int) -> Confirmation | None:
    """Read one entry; a service shows an owner of whom it has no signature with null, which is none."""
    place = f"confirmations/{number}"
    if not isinstance(value, Mapping) or not {"owner", "signature"} <= value.keys():
        raise SafeError("E_SAFE_TX", "form", place=place)
    owner = read_address(value["owner"], f"{place}/owner")
    return None if value["signature"] is None else Confirmation(owner, signature.parse_hex(value["signature"]))


def _uint(value: Mapping[str, object], name: str) -> int:
    """Take a number; what is absent or null among the optional ones is 0."""
    found = value.get(name)
    return 0 if found is None and name in _OPTIONAL else read_uint(found, name)


def _data(value: Mapping[str, object]) -> bytes:
    return b"" if value["data"] is None else read_bytes(value["data"], "data")


def _address_or_zero(value: Mapping[str, object], name: str) -> bytes:
    return ZERO if value.get(name) is None else read_address(value[name], name)
