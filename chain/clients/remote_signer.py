"""A wallet elsewhere that signs over JSON-RPC, as Frame and Clef do.

Decides how the wallet is asked and that it signed what was asked: a signature must recover to its account over our own
digest, a transaction must have our fields, whatever the wallet says. What the person at the wallet decides is theirs.
The wallet's URL is a secret like a node's.

Source: `eth_signTypedData_v4` (EIP-712, MetaMask's reference; the data as JSON text), `eth_signTransaction` (execution
API); go-ethereum's Clef calls the same `account_signTypedData` (the data as an object) and `account_signTransaction`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chain import address, signature
from chain.clients.rpc import CallReverted, NodeError, Rpc, hex_text
from chain.clients.rpc_answer import octets
from chain.errors import ChainError
from chain.signature import SignatureError
from chain.signer import TypedData

PATIENCE_SECONDS = 300
"""What a person may take to read what is to be signed."""
_NO_METHOD = -32601
_FIELDS = ("chainId", "nonce", "gas", "maxFeePerGas", "maxPriorityFeePerGas", "value")


class SignerError(ChainError):
    """A wallet that signed nothing, or something else than it was asked to (`E_SIGNER`)."""


class RemoteSigner:
    """One account of a wallet; without `account` its only one. Raises `SignerError`, or `NodeError` if it is silent."""

    def __init__(self, url: str, account: bytes | None = None) -> None:
        self._rpc = Rpc(url, patience=PATIENCE_SECONDS)
        self.address = self._choose(account)

    def __repr__(self) -> str:
        return f"RemoteSigner({address.checksum(self.address)})"

    def sign_typed(self, data: TypedData) -> bytes:
        """Let the wallet show the data and sign it. A `v` of 0 or 1, as hardware wallets give, is spelled 27 or 28."""
        shown, name = data.to_json(), address.checksum(self.address)
        text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
        answer = self._ask(("eth_signTypedData_v4", [name, text]), ("account_signTypedData", [name, shown]))
        try:
            signed = signature.parse_hex(answer)
            if len(signed) == 65 and signed[64] < 2:
                signed = signed[:64] + bytes([27 + signed[64]])
            found = signature.recover(data.digest(), signed)
        except SignatureError as error:
            raise SignerError("E_SIGNER", "signature", host=self._rpc.host, cause=error.code) from error
        if found != self.address:
            raise SignerError("E_SIGNER", "other_data", host=self._rpc.host, found=found, expected=self.address)
        return signed

    def sign_transaction(self, fields: Mapping[str, object]) -> bytes:
        """Let the wallet sign a transaction, and take it only with exactly these fields."""
        wanted = _spell(fields) | {"type": "0x2", "from": address.checksum(self.address)}
        answer = self._ask(("eth_signTransaction", [wanted]), ("account_signTransaction", [wanted]))
        raw = answer.get("raw") if isinstance(answer, dict) else answer
        try:
            signed = bytes.fromhex(str(raw).removeprefix("0x"))
            found, sender = _open(signed)
        except Exception as error:  # whatever the decoders of a stranger's bytes raise
            raise SignerError("E_SIGNER", "transaction_form", host=self._rpc.host) from error
        expected = _spell(fields)
        differing = [name for name in expected if found.get(name) != expected[name]]
        if differing or found.keys() != expected.keys() or sender != self.address:
            field = differing[0] if differing else "from"
            raise SignerError("E_SIGNER", "other_transaction", host=self._rpc.host, field=field)
        return signed

    def _choose(self, account: bytes | None) -> bytes:
        answer = self._ask(("eth_accounts", []), ("account_list", []))
        if not isinstance(answer, list):
            raise self._rpc.error("E_RPC_ANSWER", "shape", method="eth_accounts")
        accounts = [octets(self._rpc, "eth_accounts", item, 20) for item in answer]
        if account is None and len(accounts) == 1:
            return accounts[0]
        if account is None:
            raise SignerError("E_SIGNER", "which", host=self._rpc.host, accounts=accounts)
        if account not in accounts:
            raise SignerError("E_SIGNER", "no_account", host=self._rpc.host, account=account, accounts=accounts)
        return account

    def _ask(self, *dialects: tuple[str, list[Any]]) -> Any:
        """Ask in the first dialect that the wallet knows."""
        for method, params in dialects:
            try:
                return self._rpc.ask(method, *params)
            except CallReverted as error:
                raise SignerError("E_SIGNER", "refused", host=self._rpc.host, message=error.facts["message"]) from None
            except NodeError as error:
                if error.reason != "refused":
                    raise
                if error.facts["rpc_code"] != _NO_METHOD:
                    told = error.facts["message"]
                    raise SignerError("E_SIGNER", "refused", host=self._rpc.host, message=told) from None
        raise SignerError("E_SIGNER", "method", host=self._rpc.host, method=dialects[0][0])


def _spell(fields: Mapping[str, object]) -> dict[str, object]:
    """Spell the fields of a transaction as the execution API does."""
    spelled: dict[str, object] = {name: hex(_int(fields[name])) for name in _FIELDS}
    to, data = fields.get("to"), fields["data"]
    assert isinstance(data, bytes), "calldata"
    return spelled | {"data": hex_text(data)} | ({"to": address.checksum(to)} if isinstance(to, bytes) else {})


def _open(raw: bytes) -> tuple[dict[str, object], bytes]:
    """The fields of a signed type-2 transaction, spelled as `_spell` does, and who signed it."""
    from eth_account import Account
    from eth_account.typed_transactions import TypedTransaction
    from hexbytes import HexBytes

    opened = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
    if opened.pop("type", 2) != 2 or list(opened.pop("accessList", ())):
        raise ValueError(raw[:1])
    fields: dict[str, object] = {name: hex(_int(opened[name])) for name in _FIELDS}
    fields["data"] = hex_text(bytes(opened["data"]))
    if opened["to"]:
        fields["to"] = address.checksum(bytes(opened["to"]))
    return fields, bytes.fromhex(Account.recover_transaction(raw)[2:])


def _int(value: object) -> int:
    assert isinstance(value, int), "a quantity"
    return value
