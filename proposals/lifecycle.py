"""The life of a proposal and of a payout, as two tables and one engine.

Decides which event may follow in which state, and names who causes it and what must hold. Whether a guard holds is
decided by the room that owns the evidence; the state itself is always derived from the journal's events, never written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from proposals.errors import ProposalsError


class StateError(ProposalsError):
    """An event that the state does not allow (`E_STATE`); its facts name the events that it does allow."""


class Transition(NamedTuple):
    """One edge of a machine."""

    source: str
    event: str
    target: str
    actor: str
    """Who causes it."""
    guards: tuple[str, ...] = ()
    """Names of what must hold; each is checked where its evidence is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A table of transitions; a state and an event lead to at most one state."""

    name: str
    initial: str
    transitions: tuple[Transition, ...]

    @property
    def states(self) -> frozenset[str]:
        """Every state that an edge leaves or reaches."""
        return frozenset(state for edge in self.transitions for state in (edge.source, edge.target))

    @property
    def final_states(self) -> frozenset[str]:
        """The states that no edge leaves."""
        return self.states - {edge.source for edge in self.transitions}

    def allowed(self, state: str) -> tuple[Transition, ...]:
        """Return the edges that leave a state, in the order of the table."""
        return tuple(edge for edge in self.transitions if edge.source == state)

    def transition(self, state: str, event: str) -> Transition:
        """Return the edge of an event; raise `StateError` naming what is allowed instead."""
        if state not in self.states:
            raise StateError(
                "E_STATE", "unknown", machine=self.name, state=state, states=", ".join(sorted(self.states))
            )
        edges = self.allowed(state)
        for edge in edges:
            if edge.event == event:
                return edge
        if not edges:
            raise StateError("E_STATE", "final", machine=self.name, state=state, event=event)
        allowed = ", ".join(edge.event for edge in edges)
        raise StateError("E_STATE", "event", machine=self.name, state=state, event=event, allowed=allowed)

    def step(self, state: str, event: str) -> str:
        """Return the state after an event."""
        return self.transition(state, event).target

    def replay(self, events: Iterable[str]) -> Iterator[str]:
        """Yield the initial state and the state after each event; raise at the first that is not allowed."""
        state = self.initial
        yield state
        for event in events:
            state = self.step(state, event)
            yield state


_WITHDRAW = ("withdrawal_reason",)
_INACTIVE = ("stagnation_elapsed",)
_BINDING = ("frozen_period_elapsed", "text_unchanged", "vote_binds_text_parts_rules_and_blocks")

IIP = Machine(
    name="iip",
    initial="Draft",
    transitions=(
        Transition("Draft", "submit_for_review", "Review", "author", ("lint_clean", "number_assigned", "discussion")),
        Transition("Review", "request_changes", "Draft", "editor"),
        Transition("Review", "freeze", "LastCall", "editor", ("feedback_period_elapsed",)),
        Transition("LastCall", "normative_change", "Review", "editor", ("text_changed",)),
        Transition("LastCall", "open_vote", "Voting", "proposer", _BINDING),
        Transition("Voting", "tally_pass", "Passed", "anyone", ("ended", "quorum_met", "threshold_met")),
        Transition("Voting", "tally_fail", "Rejected", "anyone", ("ended", "quorum_met", "threshold_not_met")),
        Transition("Voting", "tally_no_quorum", "QuorumNotMet", "anyone", ("ended", "quorum_not_met")),
        Transition("Voting", "cancel", "Cancelled", "proposer or guardian", ("before_end",)),
        Transition("Passed", "queue", "Queued", "multisig proposer", ("transaction_equals_part",)),
        Transition("Passed", "lapse", "Expired", "anyone", ("parts_left", "none_queued_in_time")),
        Transition("Queued", "veto", "Vetoed", "guardian or owners", ("not_executed", "veto_reason", "nonce_spent")),
        Transition("Queued", "execute", "Executed", "multisig", ("threshold_signed", "in_window", "receipt_success")),
        Transition("Queued", "lapse", "Expired", "anyone", ("after_expiry",)),
        Transition("Queued", "execution_failed", "Queued", "anyone", ("receipt_failure",)),
        Transition("QuorumNotMet", "resubmit", "Review", "author", ("cool_down_elapsed", "new_vote_id")),
        Transition("Executed", "supersede", "Superseded", "editor", ("replaced_by_number",)),
        Transition("Draft", "withdraw", "Withdrawn", "author", _WITHDRAW),
        Transition("Draft", "inactive", "Stagnant", "bot", _INACTIVE),
        Transition("Review", "withdraw", "Withdrawn", "author", _WITHDRAW),
        Transition("Review", "inactive", "Stagnant", "bot", _INACTIVE),
        Transition("LastCall", "withdraw", "Withdrawn", "author", _WITHDRAW),
        Transition("LastCall", "inactive", "Stagnant", "bot", _INACTIVE),
        Transition("Stagnant", "resurrect", "Draft", "author or editor"),
        Transition("Passed", "veto", "Vetoed", "guardian or owners", ("nothing_queued", "veto_reason")),
        Transition("Passed", "supersede", "Superseded", "anyone", ("newer_passed", "nothing_queued")),
        Transition("Queued", "supersede", "Superseded", "anyone", ("newer_passed", "not_executed", "nonce_spent")),
        Transition("Review", "revise", "Review", "author", ("lint_clean", "text_changed")),
        Transition("Voting", "tally_decide", "Decided", "anyone", ("ended", "quorum_met", "pays_nothing")),
    ),
)

_STOP = (("veto", "guardian or owners", ("veto_reason",)), ("supersede", "anyone", ("newer_passed",)))

PAYOUT = Machine(
    name="payout",
    initial="Planned",
    transitions=(
        Transition("Planned", "report", "Reported", "payee", ("evidence",)),
        Transition("Reported", "accept", "Approved", "reviewers", ("enough_reviewers", "reviewers_are_not_payees")),
        Transition("Reported", "return", "Planned", "reviewers", ("reason",)),
        Transition("Approved", "pay", "Paid", "multisig", ("receipt",)),
        Transition("Planned", "lapse", "Lapsed", "anyone", ("after_expiry",)),
        Transition("Planned", "terminate", "Terminated", "vote", ("clawback_passed",)),
        Transition("Reported", "terminate", "Terminated", "vote", ("clawback_passed",)),
        Transition("Paid", "refund", "Refunded", "payee", ("receipt",)),
        Transition("Planned", "release", "Approved", "vote", ("no_milestone", "passed")),
        Transition("Reported", "report", "Reported", "payee", ("evidence",)),
        Transition("Reported", "lapse", "Lapsed", "anyone", ("after_expiry",)),
        Transition("Approved", "lapse", "Lapsed", "anyone", ("after_expiry",)),
        *(
            Transition(state, event, "Terminated", actor, guards)
            for state in ("Planned", "Reported", "Approved")
            for event, actor, guards in _STOP
        ),
        *(
            edge
            for state in ("Planned", "Reported", "Approved")
            for edge in (
                Transition(state, "dispute", f"{state}Disputed", "named party", ("reason", "once")),
                Transition(f"{state}Disputed", "resolve", state, "panel", ("enough_members", "in_time")),
                Transition(f"{state}Disputed", "terminate", "Terminated", "anyone", ("panel_was_silent",)),
                *(Transition(f"{state}Disputed", event, "Terminated", actor, guards) for event, actor, guards in _STOP),
            )
        ),
    ),
)
"""One part. A dispute freezes it where it stands, and a decision of the panel lets it go on from there."""


def step(state: str, event: str, machine: Machine = IIP) -> str:
    """Return the state of a proposal (or of a payout, with `PAYOUT`) after an event; raise `StateError` (`E_STATE`)."""
    return machine.step(state, event)


def status(events: Iterable[str], machine: Machine = IIP) -> str:
    """Return the state that a history leads to."""
    *_, last = machine.replay(events)
    return last
