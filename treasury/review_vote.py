"""Whether a Safe transaction is what was voted, now, by a Safe that is still the one that was voted for.

Decides eight questions for a part that passed: is the transaction the part's own, byte for byte; does the part still
stand, neither paid nor stopped; is its time now; is its nonce free and its only one; do the Safe's owners and threshold
stand as they did at the close; are singleton, modules, guards and fallback handler unchanged and of the pinned set; do
the contracts that it calls run the code that they ran when it was published, and is its batch unpacked by pinned code;
does it stay under the space's limits.
Each question is a rule in `VOTE_RULES`. Where a fact is missing the question stays open and is named in `unchecked`,
never answered. Facts come in proved; nothing is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from chain.contract_code import ContractCode
from chain.errors import CodedError
from chain.finding import Finding
from chain.safe import SafeTx
from chain.safe_state import SafeState
from proposals.parts import Part
from treasury.binding import check_binding
from treasury.mandate import Outflow, Share, breaches
from treasury.nonces import check_nonce, check_single
from treasury.outflow import Spending, over_the_limits
from treasury.payouts import PayoutId
from treasury.safe_pinned import batch_findings, unpinned
from treasury.trial import Trial, trial_findings
from treasury.window import check_window, window


@dataclass(frozen=True, slots=True, kw_only=True)
class VotedPart:
    """A part that passed, and the facts that decide whether its transaction may be signed now."""

    payout: PayoutId
    part: Part
    closed_at: int
    """Unix seconds, as all times here."""
    released_at: int | None = None
    """When the part's milestone was released; None while it is not, and for a part without one."""
    timelock: int
    grace: int
    extension: int = 0
    """Seconds by which disputes moved the end."""
    is_disputed: bool = False
    is_paid: bool = False
    stop: tuple[Literal["vetoed", "superseded"], int] | None = None
    """What stopped the part, and when."""
    outside: tuple[int, bytes] | None = None
    """Nonce and hash of a transaction that is the part's own and was executed without being queued."""
    now: int
    expected: SafeState | None = None
    """The Safe at the close of the vote, with the housekeeping that was booked since."""
    state: SafeState | None = None
    """The Safe now."""
    known: tuple[SafeTx, ...] = ()
    """Every transaction ever made for this payout."""
    taken: frozenset[int] = frozenset()
    """Nonces of other payouts' transactions that wait."""
    spent: Mapping[int, bytes] = field(default_factory=dict)
    """The hash that spent each nonce, as far as proved."""
    codes: Mapping[bytes, tuple[ContractCode, ContractCode]] | None = None
    """What each called address ran when the part was published, and what it runs now; None where nobody looked."""
    batch: ContractCode | None = None
    """What the contract that unpacks the transaction's batch runs now; None where nobody looked, or there is none."""
    spending: Spending | None = None
    """What a day's payments of this Safe must stay under; None where the settings name no limit."""
    excluded: frozenset[bytes] = frozenset()
    """Whom the fund's mandate forbids to pay or call."""
    outflows: tuple[Outflow, ...] = ()
    """What its limits allow, and what was paid within their time."""
    shares: tuple[Share, ...] = ()
    """What its classes of liquidity allow, and what the fund holds."""
    succeeds: bool | None = None
    """Whether the transaction would succeed now, by a dry run; None where nobody tried."""
    trial: Trial | None = None
    """What its calls would move now; None where nobody could try."""


class Signing(NamedTuple):
    """What a rule looks at: a transaction, and the part that it is said to pay."""

    tx: SafeTx
    vote: VotedPart


Rule = Callable[[Signing], Iterator[Finding]]


def is_what_was_voted(case: Signing) -> Iterator[Finding]:
    """E_HASH_MISMATCH and E_REPLAY, from `check_binding` (H76)."""
    yield from _told(check_binding, case.vote.part, case.tx)


def is_not_paid(case: Signing) -> Iterator[Finding]:
    """E_ALREADY: the payout was made, with what was queued or past it (H86)."""
    if case.vote.is_paid:
        proposal, part = case.vote.payout
        facts = {"proposal": proposal, "part": part}
        yield Finding(code="E_ALREADY", reason="paid", place=f"part {part}", facts=facts)
    if case.vote.outside is not None:
        nonce, hash_ = case.vote.outside
        place = f"part {case.vote.payout.part}"
        yield Finding(code="E_ALREADY", reason="outside", place=place, facts={"hash": hash_, "nonce": nonce})


def is_not_stopped(case: Signing) -> Iterator[Finding]:
    """E_VETO, E_SUPERSEDED: the part may not be paid any more."""
    if case.vote.stop is None:
        return
    cause, time = case.vote.stop
    part = case.vote.payout.part
    facts = {"part": part, "time": time}
    if cause == "vetoed":
        yield Finding(code="E_VETO", place=f"part {part}", facts=facts)
    else:
        yield Finding(code="E_SUPERSEDED", place=f"part {part}", facts=facts)


def is_in_its_window(case: Signing) -> Iterator[Finding]:
    """E_TIMELOCK, E_EXPIRED, E_DISPUTED, E_MILESTONE (H86, H97)."""
    vote = case.vote

    def check() -> None:
        span = window(vote.part, vote.closed_at, vote.released_at, vote.timelock, vote.grace, extension=vote.extension)
        check_window(span, vote.now, disputed=vote.is_disputed)

    yield from _told(check)


def has_a_nonce_of_its_own(case: Signing) -> Iterator[Finding]:
    """E_NONCE, E_NONCE_CLASH, E_DOUBLE_PAY (H79, H102)."""
    yield from _told(check_single, case.tx, case.vote.known, case.vote.spent)
    if case.vote.state is not None:
        next_nonce = case.vote.state.nonce
        yield from _told(lambda: check_nonce(case.tx.nonce, next_nonce=next_nonce, taken=case.vote.taken))


def has_the_signers_of_the_vote(case: Signing) -> Iterator[Finding]:
    """E_NO_VOTE: owners or threshold changed and no vote or housekeeping says so (H111)."""
    expected, state = case.vote.expected, case.vote.state
    if expected is None or state is None:
        return
    before, now = set(expected.owners), set(state.owners)
    if before != now:
        changes = {"added": sorted(now - before), "removed": sorted(before - now)}
        yield Finding(code="E_NO_VOTE", reason="owners", place="owners", facts=changes)
    if expected.threshold != state.threshold:
        numbers = {"expected": expected.threshold, "found": state.threshold}
        yield Finding(code="E_NO_VOTE", reason="threshold", place="threshold", facts=numbers)


def has_the_configuration_of_the_vote(case: Signing) -> Iterator[Finding]:
    """E_SAFE_CONFIG: another Safe, or code and keepers that changed since the close (H81)."""
    tx, expected, state = case.tx, case.vote.expected, case.vote.state
    for seen in (expected, state):
        if seen is not None and (seen.chain_id, seen.safe) != (tx.chain_id, tx.safe):
            facts = {"found": seen.safe, "expected": tx.safe, "chain_id": seen.chain_id}
            yield Finding(code="E_SAFE_CONFIG", reason="other_safe", place="state", facts=facts)
    if expected is None or state is None:
        return
    for name in ("singleton", "modules", "guard", "module_guard", "fallback_handler"):
        before, now = getattr(expected, name), getattr(state, name)
        if before != now:
            facts = {"field": name, "expected": before, "found": now}
            yield Finding(code="E_SAFE_CONFIG", reason="changed", place=name, facts=facts)


def has_a_pinned_configuration(case: Signing) -> Iterator[Finding]:
    """E_SAFE_CONFIG: a singleton or handler that is not the Safe project's, and every module and guard (H81)."""
    if case.vote.state is None:
        return
    release = case.tx.version.partition("+")[0]
    for name, found in unpinned(case.vote.state, release):
        facts = {"field": name, "found": found, "version": release}
        yield Finding(code="E_SAFE_CONFIG", reason="unpinned", place=name, facts=facts)


def calls_the_code_of_the_vote(case: Signing) -> Iterator[Finding]:
    """E_CODE_CHANGED, E_NO_CODE: an address that was voted for runs something else now, or nothing (H85).

    CREATE2 can put other code to an address that had destroyed itself, and a proxy runs what its admin likes.
    """
    codes = case.vote.codes or {}
    for number, call in enumerate(case.vote.part.calls, 1):
        if call.to not in codes:
            continue
        then, now = codes[call.to]
        place, facts = f"call {number}", {"to": call.to, "call": number}
        if now.is_none and call.data:
            yield Finding(code="E_NO_CODE", place=place, facts=facts)
        elif then.code_hash != now.code_hash and (call.data or not then.is_none):
            yield Finding(code="E_CODE_CHANGED", reason="code", place=place, facts=facts)
        elif then.implementations != now.implementations:
            yield Finding(code="E_CODE_CHANGED", reason="implementation", place=place, facts=facts)


def is_unpacked_by_genuine_code(case: Signing) -> Iterator[Finding]:
    """E_NO_CODE, E_CODE_CHANGED: what would unpack the batch is not there, or not the Safe project's (H85)."""
    yield from batch_findings(case.tx, case.vote.batch)


def stays_under_the_limits(case: Signing) -> Iterator[Finding]:
    """E_OUTFLOW_CAP: more of an asset, or more to one payee, than may leave the Safe in a day, with all that was
    executed and all that waits before it (H92).
    """
    if case.vote.spending is not None:
        yield from over_the_limits(case.tx, case.vote.spending)


def would_succeed(case: Signing) -> Iterator[Finding]:
    """W_DRY_RUN: tried now, a call inside fails. No money would move; but something is not as people think it is."""
    if case.vote.succeeds is False:
        facts = {"part": case.vote.payout.part}
        yield Finding(code="W_DRY_RUN", level="warning", place="transaction", facts=facts)


def moves_what_was_voted(case: Signing) -> Iterator[Finding]:
    """E_TOKEN_BEHAVIOUR (H91), E_SAFE_CONFIG and W_DRY_RUN, from a trial of the part's calls."""
    if case.vote.trial is not None:
        yield from trial_findings(case.vote.part, case.vote.trial)


def keeps_the_mandate(case: Signing) -> Iterator[Finding]:
    """E_MANDATE, E_OUTFLOW_CAP: a vote does not lift what the settings forbid (H92)."""
    vote = case.vote
    if not vote.is_paid:
        yield from breaches(vote.part, vote.payout.part, vote.excluded, vote.outflows, vote.shares)


VOTE_RULES: tuple[Rule, ...] = (
    is_what_was_voted,
    keeps_the_mandate,
    is_not_paid,
    is_not_stopped,
    is_in_its_window,
    has_a_nonce_of_its_own,
    has_the_signers_of_the_vote,
    has_the_configuration_of_the_vote,
    has_a_pinned_configuration,
    calls_the_code_of_the_vote,
    is_unpacked_by_genuine_code,
    stays_under_the_limits,
    would_succeed,
    moves_what_was_voted,
)


def unchecked_of(vote: VotedPart | None) -> tuple[str, ...]:
    """Name the questions that nobody could answer with these facts; `code` is what the called contracts really do."""
    if vote is None:
        return ("vote", "window", "nonce", "configuration", "code")
    open_questions = [] if vote.state else ["nonce"]
    if vote.state is None or vote.expected is None:
        open_questions.append("configuration")
    if vote.succeeds is None:
        open_questions.append("dry_run")
    if vote.trial is None:
        open_questions.append("balances")
    return (*open_questions, "code")


def _told(check: Callable[..., None], *facts: object) -> Iterator[Finding]:
    """Run a check that raises, and turn its refusal into a finding."""
    try:
        check(*facts)
    except CodedError as refused:
        yield Finding(code=refused.code, reason=refused.reason, place="transaction", facts=refused.facts)
