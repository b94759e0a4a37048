"""From a voted part to its one Safe transaction, and back.

Decides which transaction pays a part (one call directly, several through MultiSendCallOnly of the Safe's version, every
gas and refund field zero) and whether a given transaction is that one, byte for byte; where it is not, it names the
first difference as what it is: another payee, another amount, another field. It does not decide when the transaction
may be signed (`treasury.window`), with which nonce (`treasury.nonces`), or whether the Safe is still the one that was
voted for (`treasury.review`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple, NoReturn

from chain.abi import AbiError, decode_call, selector
from chain.safe import (
    CALL,
    DELEGATECALL,
    MULTI_SEND_CALL_ONLY,
    InnerCall,
    SafeError,
    SafeTx,
    binds_chain,
    decode_multi_send,
    encode_multi_send,
)
from proposals.calls import TRANSFER
from proposals.parts import Call, Part
from treasury.assets import asset_id
from treasury.errors import TreasuryError

_FIELDS = (
    "chain_id", "safe", "operation", "to", "value", "safe_tx_gas", "base_gas", "gas_price", "gas_token",
    "refund_receiver", "data",
)  # fmt: skip
"""What `build` fixes, in the order in which differences are named; `data` last, because the others explain it."""


class BindingError(TreasuryError):
    """A part that no transaction can bind (`E_REPLAY`), or a transaction that is not the part's (`E_HASH_MISMATCH`)."""


class Paying(NamedTuple):
    """A call read as a payment."""

    asset: str
    """Asset id."""
    payee: bytes
    amount: int
    """Base units."""


def build(part: Part, nonce: int, *, version: str) -> SafeTx:
    """Return the Safe transaction of a part. `version` is the Safe's own, such as `1.4.1`.

    Raises `BindingError`: `E_REPLAY` below 1.3.0, where a signature counts on every chain, `E_SAFE_CONFIG` for a
    version without a pinned MultiSendCallOnly; and `SafeError` (`E_SAFE_CONFIG`) for a version that is unknown.
    """
    if not binds_chain(version):
        raise BindingError("E_REPLAY", version=version, safe=part.safe)
    return build_calls(part.calls, chain_id=part.chain_id, safe=part.safe, version=version, nonce=nonce)


def build_calls(calls: Sequence[Call], *, chain_id: int, safe: bytes, version: str, nonce: int) -> SafeTx:
    """Make one transaction of some calls, whether voted or not: one directly, several through MultiSendCallOnly.

    Raises `BindingError` (`E_SAFE_CONFIG`) for several calls of a version without a pinned MultiSendCallOnly.
    """
    to, value, data, operation = *calls[0], CALL
    if len(calls) > 1:
        batch_contract = MULTI_SEND_CALL_ONLY.get(version.partition("+")[0])
        if batch_contract is None:
            raise BindingError("E_SAFE_CONFIG", "no_multi_send", version=version, safe=safe)
        inner = encode_multi_send(InnerCall(CALL, *call) for call in calls)
        to, value, data, operation = batch_contract, 0, inner, DELEGATECALL
    return SafeTx(
        chain_id=chain_id, safe=safe, version=version, to=to, value=value, data=data, operation=operation, nonce=nonce
    )


def check_binding(part: Part, tx: SafeTx) -> None:
    """Return if `tx` is exactly what `build` makes of the part with its nonce and version, else raise `BindingError`.

    `E_HASH_MISMATCH`: `payee`, `amount`, `asset`, `target`, `call_value` and `call_data` name a call by its 1-based
    number and what was voted and found there; `calls` says that there are too many or too few, `batch` that the data is
    no batch, and `field` names any other field of the transaction.
    """
    expected = build(part, tx.nonce, version=tx.version)
    if expected == tx:
        return
    voted = [InnerCall(CALL, *call) for call in part.calls]
    for field in _FIELDS:
        want, found = getattr(expected, field), getattr(tx, field)
        if want == found:
            continue
        if field in ("to", "value", "data") and expected.operation == tx.operation == CALL:
            _refuse_call(part.chain_id, 1, voted[0], InnerCall(CALL, tx.to, tx.value, tx.data))
        if field == "data":
            _refuse_batch(part, voted, tx.data)
        raise BindingError("E_HASH_MISMATCH", "field", field=field, voted=want, found=found)
    raise AssertionError("two transactions that differ differ in a field")


def paying(call: Call | InnerCall, chain_id: int) -> Paying | None:
    """Read a call as a payment: coins without data, or an ERC-20 `transfer` without coins; None for anything else."""
    if not call.data:
        return Paying(asset_id(chain_id, None), call.to, call.value)
    if call.data[:4] != selector(TRANSFER) or call.value:
        return None
    try:
        payee, amount = decode_call(TRANSFER, call.data)
    except AbiError:
        return None
    return Paying(asset_id(chain_id, call.to), payee, amount)


def _refuse_batch(part: Part, voted: list[InnerCall], data: bytes) -> None:
    """Name the first call that differs; both transactions are batches with the same outer fields here."""
    try:
        found = decode_multi_send(data)
    except (SafeError, AbiError) as error:
        raise BindingError("E_HASH_MISMATCH", "batch", cause=error.code, detail=error.reason) from error
    for number, (want, have) in enumerate(zip_longest(voted, found), 1):
        if want is None or have is None:
            raise BindingError("E_HASH_MISMATCH", "calls", voted=len(voted), found=len(found))
        if want != have:
            _refuse_call(part.chain_id, number, want, have)


def _refuse_call(chain_id: int, number: int, want: InnerCall, have: InnerCall) -> NoReturn:
    """Say how two calls differ, in the words of payments where both are payments."""
    if want.operation != have.operation:
        raise BindingError("E_HASH_MISMATCH", "call_operation", call=number, voted=want.operation, found=have.operation)
    voted, found = paying(want, chain_id), paying(have, chain_id)
    if voted and found:
        for field in ("payee", "asset", "amount"):
            if getattr(voted, field) != getattr(found, field):
                raise BindingError(
                    "E_HASH_MISMATCH", field, call=number, voted=getattr(voted, field), found=getattr(found, field),
                    asset=voted.asset,
                )  # fmt: skip
    for name, field in (("target", "to"), ("call_value", "value"), ("call_data", "data")):
        if getattr(want, field) != getattr(have, field):
            raise BindingError(
                "E_HASH_MISMATCH", name, call=number, voted=getattr(want, field), found=getattr(have, field)
            )
    raise AssertionError("two calls that differ differ in a field")
