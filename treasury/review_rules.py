"""What is wrong with a Safe transaction whatever was voted: rules over its bytes alone.

Decides, for each rule, the findings it makes: code that runs as the Safe, money for the executor, functions that can
cost the treasury everything, payees that lose what they get, data that cannot be read. It does not decide whether a
vote covers the transaction (`treasury.review_vote`), and knows no chain: whether the code at an address is what its
name says stays unchecked. A rule is a function in `STRUCTURAL_RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from chain.abi import AbiError, decode_call, selector
from chain.address import ZERO
from chain.finding import Finding
from chain.safe import DELEGATECALL, KNOWN_CONTRACTS, InnerCall, SafeTx, binds_chain
from proposals.calls import TRANSFER
from proposals.privileged import Privileged, privileged
from treasury.review_calls import MULTI_SEND_SELECTOR, PlacedCall
from treasury.review_powers import bound_of, is_own_move, move_of

_ENDS = 2
"""Bytes at each end of an address that people compare, and that a forger of look-alikes can make in minutes."""


class Sight(NamedTuple):
    """What a rule looks at."""

    tx: SafeTx
    calls: tuple[PlacedCall, ...]
    is_voted: bool
    """Whether the transaction is, byte for byte, that of a part which passed."""
    is_housekeeping: bool = False
    """Whether it is, byte for byte, of a class that needs no vote."""


Rule = Callable[[Sight], Iterator[Finding]]


def signatures_count_on_one_chain(sight: Sight) -> Iterator[Finding]:
    """E_REPLAY: a Safe below 1.3.0 has no chain id in its domain (H82)."""
    if not binds_chain(sight.tx.version):
        yield Finding(code="E_REPLAY", place="version", facts={"version": sight.tx.version, "safe": sight.tx.safe})


def nobody_is_refunded(sight: Sight) -> Iterator[Finding]:
    """E_REFUND: gas fields by which the Safe pays whoever executes, or whom they name (H78).

    `safeTxGas` moves no money; but above zero an inner failure spends the nonce instead of reverting.
    """
    tx = sight.tx
    for field, value, harmless in (
        ("gasPrice", tx.gas_price, 0),
        ("baseGas", tx.base_gas, 0),
        ("gasToken", tx.gas_token, ZERO),
        ("refundReceiver", tx.refund_receiver, ZERO),
    ):
        if value != harmless:
            yield Finding(code="E_REFUND", place=field, facts={"found": value})
    if tx.safe_tx_gas:
        yield Finding(code="W_SAFE_TX_GAS", level="warning", place="safeTxGas", facts={"found": tx.safe_tx_gas})


def no_foreign_code_runs_as_the_safe(sight: Sight) -> Iterator[Finding]:
    """E_DELEGATECALL: only the transaction itself may delegatecall, only a batch, only to MultiSendCallOnly (H77)."""
    for place, call, is_batch in sight.calls:
        known = KNOWN_CONTRACTS.get(call.to)
        name = known.name if known else ""
        if call.operation != DELEGATECALL:
            if is_batch:
                yield Finding(code="W_CALLDATA", level="warning", reason="batch_called", place=place,
                              facts={"to": call.to})  # fmt: skip
            continue
        facts = {"to": call.to, "name": name}
        if place != "transaction":
            yield Finding(code="E_DELEGATECALL", reason="inner", place=place, facts=facts)
        elif name != "MultiSendCallOnly":
            yield Finding(code="E_DELEGATECALL", reason="known" if known else "unknown", place=place, facts=facts)
        elif not is_batch and call.data[:4] != MULTI_SEND_SELECTOR:
            yield Finding(code="E_CALLDATA", reason="no_batch", place=place, facts=facts)


def privileges_are_voted(sight: Sight) -> Iterator[Finding]:
    """E_PRIVILEGED: signers, modules, guards, code, allowances, ownership and their like, unless voted (H83)."""
    for place, call, _ in sight.calls:
        known = privileged(call.data)
        if is_own_move(call, sight.tx.safe):
            continue  # a payment, read by `payees_can_keep_it`
        if known:
            facts: dict[str, object] = {"function": known.signature, "to": call.to}
        elif call.to == sight.tx.safe and call.data:
            facts = {"selector": call.data[:4]}
        else:
            continue
        reason, bound = known.kind if known else "self", bound_of(call, sight.tx.safe)
        if sight.is_housekeeping:
            yield Finding(code="W_PRIVILEGED", level="warning", reason="housekeeping", place=place, facts=facts)
        elif bound is not None and not sight.is_voted:
            yield Finding(code="W_PRIVILEGED", level="warning", reason=bound.reason, place=place, facts=bound.facts)
        elif sight.is_voted:
            yield Finding(code="W_PRIVILEGED", level="warning", reason=reason, place=place, facts=facts)
        else:
            yield Finding(code="E_PRIVILEGED", reason=reason, place=place, facts=facts)


def calls_can_be_read(sight: Sight) -> Iterator[Finding]:
    """E_CALLDATA: a known function with data that is not canonical; W_CALLDATA: a function that nobody knows (H84)."""
    for place, call, is_batch in sight.calls:
        if is_batch or not call.data or call.data[:4] == MULTI_SEND_SELECTOR:
            continue
        signature = _signature(call)
        if len(call.data) < 4:
            yield Finding(code="E_CALLDATA", reason="stub", place=place, facts={"found": call.data})
        elif signature is None:
            facts = {"to": call.to, "selector": call.data[:4]}
            yield Finding(code="W_CALLDATA", level="warning", reason="unknown", place=place, facts=facts)
        else:
            yield from _unreadable(place, signature, call)


def payees_can_keep_it(sight: Sight) -> Iterator[Finding]:
    """E_RECIPIENT_*: money to the zero address, to the token's own contract, or to the Safe itself (H88)."""
    for place, call, is_batch in sight.calls:
        if is_batch:
            continue
        if call.to == ZERO:
            yield Finding(code="E_RECIPIENT_ZERO", reason="target", place=place)
        payee = _token_payee(call)
        if payee is None:
            if call.to == sight.tx.safe and call.value:
                yield Finding(code="E_RECIPIENT_SAFE", reason="review", place=place, facts={"payee": call.to})
        elif payee == ZERO:
            yield Finding(code="E_RECIPIENT_ZERO", reason="tokens", place=place, facts={"token": call.to})
        elif payee == call.to:
            yield Finding(code="E_RECIPIENT_TOKEN", reason="review", place=place, facts={"token": call.to})
        elif payee == sight.tx.safe and not _is_income(call, payee):
            yield Finding(code="E_RECIPIENT_SAFE", reason="review", place=place, facts={"payee": payee})


def payees_are_not_alike(sight: Sight) -> Iterator[Finding]:
    """E_RECIPIENT_LOOKALIKE: a payee that begins and ends like another payee, a token or the Safe (H88).

    Who copies addresses from a list of past payments compares their ends; a forger pays nothing to get into that list.
    """
    seen = {_ends(sight.tx.safe): sight.tx.safe}
    for place, call, is_batch in sight.calls:
        payee = _token_payee(call) or (call.to if call.value and not call.data else None)
        if is_batch or payee is None:
            continue
        for address in (call.to, payee):
            resembles = seen.setdefault(_ends(address), address)
            if resembles != address:
                facts = {"payee": address, "resembles": resembles}
                yield Finding(code="E_RECIPIENT_LOOKALIKE", reason="review", place=place, facts=facts)


STRUCTURAL_RULES: tuple[Rule, ...] = (
    signatures_count_on_one_chain,
    nobody_is_refunded,
    no_foreign_code_runs_as_the_safe,
    privileges_are_voted,
    calls_can_be_read,
    payees_can_keep_it,
    payees_are_not_alike,
)


def _signature(call: InnerCall) -> str | None:
    known: Privileged | None = privileged(call.data)
    if known:
        return known.signature
    return TRANSFER if call.data[:4] == selector(TRANSFER) else None


def _unreadable(place: str, signature: str, call: InnerCall) -> Iterator[Finding]:
    try:
        decode_call(signature, call.data)
    except AbiError as error:
        facts = {"function": signature, "to": call.to, "detail": error.reason}
        yield Finding(code="E_CALLDATA", reason="not_canonical", place=place, facts=facts)


def _is_income(call: InnerCall, safe: bytes) -> bool:
    """Whether tokens come to the Safe from another holder."""
    move = move_of(call.data)
    return move is not None and move.source != safe


def _ends(address: bytes) -> bytes:
    return address[:_ENDS] + address[-_ENDS:]


def _token_payee(call: InnerCall) -> bytes | None:
    """Read whom a token transfer pays; None for any other call, and for one that cannot be read."""
    move = move_of(call.data)
    if move is not None:
        return move.payee
    if call.data[:4] != selector(TRANSFER):
        return None
    try:
        payee: bytes = decode_call(TRANSFER, call.data)[0]
    except AbiError:
        return None
    return payee
