"""Sending: one signed transaction goes to a Safe so that a process may die at any moment and nothing is sent twice.

Decides what is kept before a byte leaves, which of the kept transactions can still come true, and whether to send the
same bytes again, outbid them, or make new ones. Of all that is kept for one Safe transaction at most one nonce of one
sender is on its way. Whether anything may be sent is decided before (`paying`), and what happened is read from the
chain: that a node took a transaction is no fact.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from chain.clients.broadcast import outbid, what_was_said
from chain.clients.node import Node, TxReceipt
from chain.clients.rpc import CallReverted, NodeError
from chain.errors import UncheckableError
from chain.signer import Signer
from dao.errors import DaoError
from dao.store.intents import Intent, Intents

WAIT_SECONDS = 120
"""How long an execution is waited for, unless it is told."""
_PAUSE_SECONDS = 1


class SendError(DaoError):
    """Nothing is on its way that could be replaced, or it is another account's (`E_STATE`)."""


class PendingError(DaoError, UncheckableError):
    """A kept transaction of which nobody can say yet what becomes of it (`E_PENDING`, exit status 2)."""


class Order(NamedTuple):
    """What is to be sent: a reviewed Safe transaction as calldata, and who pays the gas."""

    proposal: bytes
    part: int
    safe_tx: bytes
    """Its hash."""
    safe: bytes
    call: bytes
    sender: Signer


def in_flight(node: Node, kept: Sequence[Intent]) -> list[Intent]:
    """Those of the kept transactions that no block holds and that can still come into one, the oldest first."""
    nonces = {sender: node.nonce(sender) for sender in {intent.sender for intent in kept}}
    return [intent for intent in kept if intent.nonce >= nonces[intent.sender]]


def send(node: Node, intents: Intents, order: Order, flight: Sequence[Intent], *, replace: bool) -> list[Intent]:
    """Send what is on its way again, or outbid it, or make and keep a new transaction; return what is on its way then.

    Empty where another transaction of the sender was quicker with the nonce: look at the chain, and try again. What
    the node refused before anybody else could have it is not kept (`NodeError`, `CallReverted`).
    """
    if replace:
        fresh = _replacement(node, order, flight)
    elif not flight:
        fields = node.prepare(order.sender.address, order.safe, data=order.call)
        fresh = _signed(order, fields)
    else:
        return [] if _send_again(node, flight[-1]) == "nonce" else list(flight)
    intents.keep(fresh)
    try:
        node.send_raw(fresh.raw)
    except (NodeError, CallReverted) as error:
        said = what_was_said(error)
        if said in {"nonce", "refused"} and not _knows(node, fresh):
            intents.forget(fresh)
            if said == "refused":
                raise
            return []
        if said == "nothing":
            raise _unanswered(error, fresh) from error
    return [*flight, fresh]


def _replacement(node: Node, order: Order, flight: Sequence[Intent]) -> Intent:
    if not flight:
        raise SendError("E_STATE", "not_on_its_way", part=order.part)
    stuck = flight[-1]
    if order.sender.address != stuck.sender:
        raise SendError("E_STATE", "other_sender", transaction=stuck.transaction, sender=stuck.sender)
    current = node.prepare(stuck.sender, order.safe, data=order.call, gas=0)  # for its fees: it is not estimated again
    return _signed(order, outbid(stuck.raw, current))


def _signed(order: Order, fields: dict[str, object]) -> Intent:
    nonce = fields["nonce"]
    assert isinstance(nonce, int), "`Node.prepare` says so"
    return Intent(
        proposal=order.proposal,
        part=order.part,
        safe_tx=order.safe_tx,
        sender=order.sender.address,
        nonce=nonce,
        raw=order.sender.sign_transaction(fields),
    )


def _send_again(node: Node, intent: Intent) -> str:
    """Send the very same bytes. A node that has them says so; whatever else it says may be about the first time."""
    try:
        node.send_raw(intent.raw)
    except (NodeError, CallReverted) as error:
        said = what_was_said(error)
        if said == "nothing":
            raise _unanswered(error, intent) from error
        if said == "refused" and not _knows(node, intent):
            told = error.facts.get("message", "")
            raise PendingError("E_PENDING", "refused", transaction=intent.transaction, message=told) from error
        return said
    return "known"


def _knows(node: Node, intent: Intent) -> bool:
    """Whether the node has it all the same; some answer with the revert of a transaction that they took."""
    try:
        return node.knows(intent.transaction)
    except NodeError as error:
        raise _unanswered(error, intent) from error


def _unanswered(error: NodeError | CallReverted, intent: Intent) -> PendingError:
    provider = error.facts.get("provider", "")
    if error.code == "E_RPC_DISAGREE":
        other = error.facts["other"]
        return PendingError("E_PENDING", "disagree", transaction=intent.transaction, provider=provider, other=other)
    return PendingError("E_PENDING", "node", transaction=intent.transaction, provider=provider, cause=error.code)


def wait(node: Node, transactions: Sequence[bytes], depth: int, seconds: int) -> TxReceipt:
    """Return the receipt of the first of some transactions that is mined, when its block lies `depth` blocks deep.

    `PendingError` after `seconds`: `E_PENDING.unmined`, or `E_PENDING.final` when a block holds it.
    """
    deadline = time.monotonic() + seconds
    while True:
        receipt = next((found for one in transactions if (found := node.receipt(one))), None)
        deep = -1 if receipt is None else node.head().ref.number - receipt.block.number
        if receipt is not None and deep >= depth:
            return receipt
        if time.monotonic() >= deadline:
            if receipt is None:
                raise PendingError("E_PENDING", "unmined", transaction=transactions[-1], seconds=seconds)
            raise PendingError("E_PENDING", "final", transaction=receipt.transaction_hash, depth=deep, wanted=depth)
        time.sleep(min(_PAUSE_SECONDS, max(0, deadline - time.monotonic())))


@contextmanager
def on_its_way(intent: Intent | None) -> Iterator[None]:
    """Where something of ours was sent, no failure of a node inside may say that nothing was."""
    try:
        yield
    except NodeError as error:
        if intent is None:
            raise
        raise _unanswered(error, intent) from error
