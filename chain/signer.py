"""Who signs: an address, and signatures under it, of typed data and of transactions.

Decides what a signer is asked for, never whether it should sign: that has been reviewed before. A `KeySigner` holds the
private key; a wallet elsewhere (`chain.clients.remote_signer`) is shown the typed data itself, so that it can show them
to its owner. No signer's text form holds a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from chain import signature
from chain.address import checksum
from chain.typed_data import DOMAIN_FIELDS, Types, digest
from chain.typed_types import split_array

__all__ = ["KeySigner", "Signer", "TypedData"]

_DOMAIN = "EIP712Domain"
_INTEGER_MAX = 2**53
"""From here on an integer is spelled as text: JavaScript's numbers would round it."""


class TypedData(NamedTuple):
    """What EIP-712 signs: a message of a struct, under a domain."""

    domain: Mapping[str, object]
    types: Types
    primary: str
    message: Mapping[str, object]

    def digest(self) -> bytes:
        """Return the 32 bytes under the signature."""
        return digest(domain=self.domain, types=self.types, primary=self.primary, message=self.message)

    def to_json(self) -> dict[str, object]:
        """Return the value that a wallet's `eth_signTypedData_v4` takes, bytes as hex and great integers as text.

        Raises the errors of `chain.typed_data` for a message that is not of its types.
        """
        self.digest()
        domain_type = [field for field in DOMAIN_FIELDS if field.name in self.domain]
        types: Types = {_DOMAIN: domain_type, **self.types}
        return {
            "types": {name: [field._asdict() for field in fields] for name, fields in types.items()},
            "primaryType": self.primary,
            "domain": _spell_struct(_DOMAIN, self.domain, types),
            "message": _spell_struct(self.primary, self.message, types),
        }


class Signer(Protocol):
    """Somebody who can sign as one address."""

    @property
    def address(self) -> bytes:
        """The 20 bytes under whose name it signs."""

    def sign_typed(self, data: TypedData) -> bytes:
        """Return r || s || v over the data's digest: 65 bytes that recover to `address`."""

    def sign_transaction(self, fields: Mapping[str, object]) -> bytes:
        """Return the raw bytes of a type-2 transaction with exactly these fields (as `eth_account` names them)."""


class KeySigner:
    """A signer that holds its private key, 32 bytes; raises `SignatureError` (`E_KEY`) if they are none."""

    __slots__ = ("_key", "address")

    def __init__(self, private_key: bytes) -> None:
        self._key = private_key
        self.address = signature.address_of(private_key)

    def __repr__(self) -> str:
        return f"KeySigner({checksum(self.address)})"

    def sign_typed(self, data: TypedData) -> bytes:
        """Sign the digest; the nonce follows from key and digest (RFC 6979)."""
        return signature.sign(data.digest(), self._key)

    def sign_transaction(self, fields: Mapping[str, object]) -> bytes:
        """Sign a transaction."""
        from eth_account import Account  # noqa: PLC0415 - importing it takes longer than most commands

        return bytes(Account.sign_transaction(dict(fields), self._key).raw_transaction)


def _spell_struct(name: str, value: Mapping[str, object], types: Types) -> dict[str, object]:
    return {field.name: _spell(split_array(field.type, name)[0], value[field.name], types) for field in types[name]}


def _spell(base: str, value: object, types: Types) -> object:
    if isinstance(value, list | tuple):
        return [_spell(base, item, types) for item in value]
    if isinstance(value, Mapping):
        return _spell_struct(base, value, types)
    if isinstance(value, bytes):
        return checksum(value) if base == "address" else "0x" + value.hex()
    if isinstance(value, int) and abs(value) >= _INTEGER_MAX:
        return str(value)
    return value
