"""What a Safe's own chain says about a transaction that no vote covers, for whoever is asked to sign it.

Decides the findings from the Safe as it is proved at one block and from a trial there: code and keepers that are not of
the pinned set, a nonce that is spent or waits for others, a call that would fail, a Safe that would be another one
without a call to itself, assets that would move otherwise than the transaction's payments say. Nobody voted, so nobody
knows who the owners should be, what else is queued, or whether it is time: those questions stay open.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chain.contract_code import ContractCode
from chain.finding import Finding
from chain.safe import SafeTx
from chain.safe_state import SafeState
from proposals.parts import Call, Part
from treasury.review_calls import unfold
from treasury.safe_pinned import batch_findings, unpinned
from treasury.trial import Trial, trial_findings


class OnChain(NamedTuple):
    """A Safe and a trial of the transaction, both at one block."""

    state: SafeState
    succeeds: bool | None
    """Whether the transaction would succeed; None where nobody could try."""
    trial: Trial | None
    """What its calls would move; None where nobody could try."""
    batch: ContractCode | None = None
    """What the contract that unpacks its batch runs; None where there is none."""


def as_part(tx: SafeTx) -> Part | None:
    """The calls of a transaction, out of its batches, as if they were a part's; None where code would run as the Safe,
    which no list of calls says.
    """
    placed = [each for each in unfold(tx).calls if not each.is_batch]
    if any(each.call.operation for each in placed):
        return None
    calls = tuple(Call(each.call.to, each.call.value, each.call.data) for each in placed)
    return Part(chain_id=tx.chain_id, safe=tx.safe, calls=calls)


def chain_findings(tx: SafeTx, seen: OnChain) -> Iterator[Finding]:
    """E_SAFE_CONFIG (H81), E_NO_CODE and E_CODE_CHANGED of the batch contract (H85), E_NONCE (H79), W_NONCE, W_DRY_RUN;
    no token is refused for what it moves, because nothing here is booked.
    """
    release = tx.version.partition("+")[0]
    for name, found in unpinned(seen.state, release):
        facts = {"field": name, "found": found, "version": release}
        yield Finding(code="E_SAFE_CONFIG", reason="unpinned", place=name, facts=facts)
    yield from batch_findings(tx, seen.batch)
    numbers = {"nonce": tx.nonce, "next_nonce": seen.state.nonce}
    if tx.nonce < seen.state.nonce:
        yield Finding(code="E_NONCE", reason="spent", place="nonce", facts=numbers)
    elif tx.nonce > seen.state.nonce:
        yield Finding(code="W_NONCE", level="warning", place="nonce", facts=numbers)
    if seen.succeeds is False:
        yield Finding(code="W_DRY_RUN", reason="alone", level="warning", place="transaction")
    part = as_part(tx)
    if seen.trial is not None and part is not None:
        yield from trial_findings(part, seen.trial, is_voted=False)


def unchecked_of(seen: OnChain) -> tuple[str, ...]:
    """Name the questions that stay open."""
    tried = (("dry_run", seen.succeeds), ("balances", seen.trial))
    return ("vote", "window", *(name for name, found in tried if found is None), "code")
