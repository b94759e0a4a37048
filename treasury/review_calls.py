"""Every call that a Safe transaction makes, taken out of its batches, and what each one does as far as bytes can tell.

Decides the list of calls with their places (`transaction`, `call 2`, `call 2.1`), decoding batches from their own bytes
at any depth, and reads each call as an action: a payment, a call of a known dangerous function, an unknown call. It
does not decide whether any of that is allowed (`treasury.review_rules`). A contract may do something else than its
function's name says; only its code tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from chain.abi import AbiError, selector
from chain.finding import Finding
from chain.multi_send import MULTI_SEND_SIGNATURE
from chain.safe import DELEGATECALL, InnerCall, SafeError, SafeTx, decode_multi_send
from proposals.privileged import privileged
from treasury.binding import paying
from treasury.review_powers import bound_of, move_of

DEPTH_MAX = 32
"""Batches within batches; nobody has a use for the third, and what lies deeper is refused unread."""

MULTI_SEND_SELECTOR = selector(MULTI_SEND_SIGNATURE)


class PlacedCall(NamedTuple):
    """One call and where it stands."""

    place: str
    """`transaction` for the transaction itself, else `call 2` or, in a batch within a batch, `call 2.1`."""
    call: InnerCall
    is_batch: bool
    """Whether its data is a batch whose calls follow in the list."""


class Action(NamedTuple):
    """What one call does, for a sentence: `ACTION.<kind>` with these facts."""

    place: str
    kind: str
    """`pay`, `move`, `allow`, `privileged`, `delegatecall`, `batch`, `nothing` or `call`."""
    facts: Mapping[str, object]


class Unfolded(NamedTuple):
    """A transaction with its batches opened."""

    calls: tuple[PlacedCall, ...]
    """The transaction first, each batch before its calls."""
    findings: tuple[Finding, ...]
    """Batches that could not be opened."""


def unfold(tx: SafeTx) -> Unfolded:
    """List the calls of a transaction; a batch that cannot be read is a finding, and its call stays in the list."""
    calls: list[PlacedCall] = []
    findings: list[Finding] = []
    _unfold(InnerCall(tx.operation, tx.to, tx.value, tx.data), (), calls, findings)
    return Unfolded(tuple(calls), tuple(findings))


def unfold_calls(made: Iterable[InnerCall]) -> Unfolded:
    """List calls that are made one after the other, `call 1` and so on, with their batches opened likewise."""
    calls: list[PlacedCall] = []
    findings: list[Finding] = []
    for number, call in enumerate(made, 1):
        _unfold(call, (number,), calls, findings)
    return Unfolded(tuple(calls), tuple(findings))


def actions(unfolded: Unfolded, chain_id: int, safe: bytes) -> tuple[Action, ...]:
    """Say what each call does, in the order of execution."""
    return tuple(_action(placed, chain_id, safe) for placed in unfolded.calls)


def _unfold(call: InnerCall, path: tuple[int, ...], calls: list[PlacedCall], findings: list[Finding]) -> None:
    place = f"call {'.'.join(map(str, path))}" if path else "transaction"
    at = len(calls)
    calls.append(PlacedCall(place, call, is_batch=False))
    if call.data[:4] != MULTI_SEND_SELECTOR:
        return
    if len(path) == DEPTH_MAX:
        findings.append(Finding(code="E_CALLDATA", reason="batch_depth", place=place, facts={"limit": DEPTH_MAX}))
        return
    try:
        inner = decode_multi_send(call.data)
    except (SafeError, AbiError) as error:
        facts = {"detail": error.reason, "number": error.facts.get("call", 0)}
        findings.append(Finding(code="E_CALLDATA", reason="batch_form", place=place, facts=facts))
        return
    calls[at] = PlacedCall(place, call, is_batch=True)
    for number, each in enumerate(inner, 1):
        _unfold(each, (*path, number), calls, findings)


def _action(placed: PlacedCall, chain_id: int, safe: bytes) -> Action:
    place, call, is_batch = placed
    if is_batch:
        return Action(place, "batch", {"to": call.to})
    if call.operation == DELEGATECALL:
        return Action(place, "delegatecall", {"to": call.to, "selector": call.data[:4], "size": len(call.data)})
    known, payment, move = privileged(call.data), paying(call, chain_id), move_of(call.data)
    bound = bound_of(call, safe)
    if bound and bound.reason == "exact":
        return Action(
            place, "allow", {"to": call.to, "spender": bound.facts["spender"], "amount": bound.facts["amount"]}
        )
    if move and move.amount is not None and not call.value:
        return Action(place, "move", {"to": call.to, **move._asdict()})
    if known:
        return Action(place, "privileged", {"to": call.to, "function": known.signature, "value": call.value})
    if payment and payment.amount:
        return Action(place, "pay", payment._asdict())
    if payment:
        return Action(place, "nothing", {"to": call.to})
    return Action(
        place, "call", {"to": call.to, "selector": call.data[:4], "size": len(call.data), "value": call.value}
    )
