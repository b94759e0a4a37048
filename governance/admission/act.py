"""May this act enter the journal?

Who may do what: the author or a payee reports; a reviewer approves or returns; the guardian vetoes, or an owner of the
fund's Safe, each a part once; a party named by the proposal or the settings (author, payee, reviewer, guardian)
disputes one part, once; a member of the panel who is no party resolves an open dispute, once. Acts come after the
close, and nothing is reported or approved on a part that is vetoed or frozen. Whether the part still stands is decided
by the record's checks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chain.address import checksum
from governance.acts import (
    MILESTONE_KINDS,
    NO_EVIDENCE,
    Act,
    ActLeaf,
    Milestone,
    MilestoneRules,
    after_act,
    check_act_signature,
)
from governance.admission.window import AdmissionError, refuse_ahead
from governance.disputes import dispute_on
from governance.settings import Settings
from governance.vetoes import Vetoers, veto_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRoles:
    """Who is who around one proposal."""

    author: bytes
    payees: frozenset[bytes]
    """Whom its parts pay."""
    milestones: frozenset[int]
    """Numbers of the parts that wait for a release."""
    parts: int
    """How many parts it has."""
    owners: frozenset[bytes] = frozenset()
    """Of the fund's Safe, at the close."""
    threshold: int = 0
    """Of that Safe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActCase:
    """An act, and every fact that its admission depends on."""

    act: Act
    proposal: bytes
    settings: Settings
    """Those that bind the proposal."""
    roles: ActRoles
    closed_at: int | None
    """Time of the `closed` leaf; None while the vote is open."""
    leaf_index: int
    leaf_time: int
    """Unix seconds; `now` at intake."""
    earlier: Sequence[ActLeaf] = ()
    """The acts on the same proposal that the journal holds."""


def admit_act(case: ActCase) -> None:
    """Return if the act may enter the journal, or raise the first rule that it breaks, cheap rules first.

    Raises `AdmissionError` (`E_PROPOSAL`, `E_WINDOW`, `E_DUPLICATE`, `E_ACT`), `ActError` (`E_MILESTONE`, H106), or a
    refusal of the signature.
    """
    for rule in RULES:
        rule(case)


def _is_of_this_proposal(case: ActCase) -> None:
    act = case.act
    if act.proposal != case.proposal:
        raise AdmissionError("E_PROPOSAL", "other", id=act.proposal, expected=case.proposal)
    if act.part > case.roles.parts:
        raise AdmissionError("E_ACT", "no_part", part=act.part, parts=case.roles.parts)


def _is_new(case: ActCase) -> None:
    # Two reviewers who approve in one second sign the same digest: it does not name its signer.
    if any((case.act.id, case.act.address) == (leaf.act.id, leaf.act.address) for leaf in case.earlier):
        raise AdmissionError("E_DUPLICATE", "message", id=case.act.id)


def _is_in_time(case: ActCase) -> None:
    refuse_ahead(case.act.timestamp, case.leaf_time)
    if case.closed_at is None and case.act.kind not in MILESTONE_KINDS:
        raise _refusal(case, "before_close")


def _keeps_the_milestone_rules(case: ActCase) -> None:
    act = case.act
    if act.kind not in MILESTONE_KINDS:
        return
    if act.part not in case.roles.milestones:
        raise AdmissionError("E_MILESTONE", "no_milestone", part=act.part, kind=act.kind, signer=checksum(act.address))
    closed_at = case.leaf_time if case.closed_at is None else case.closed_at  # not after itself: refused as too early
    rules = MilestoneRules(
        reviewers=case.settings.reviewers, author=case.roles.author, payees=case.roles.payees, closed_at=closed_at
    )
    if veto_in_force(case.earlier, _vetoers(case), act.part) is not None:
        raise AdmissionError("E_VETO", "act", kind=act.kind, part=act.part, signer=checksum(act.address))
    dispute = dispute_on(case.earlier, case.settings.disputes, act.part)
    if dispute is not None and dispute.resolved is None:
        raise AdmissionError("E_DISPUTED", "act", kind=act.kind, part=act.part, signer=checksum(act.address))
    milestone = Milestone()
    for leaf in sorted(case.earlier, key=lambda leaf: leaf.index):
        if leaf.act.part == act.part:
            milestone = after_act(milestone, leaf, rules)
    after_act(milestone, ActLeaf(case.leaf_index, case.leaf_time, act), rules)


def _is_a_veto_of_those_who_may(case: ActCase) -> None:
    act = case.act
    if act.kind != "veto":
        return
    vetoers = _vetoers(case)
    if act.address != vetoers.guardian and act.address not in vetoers.owners:
        raise _refusal(case, "role")
    if act.evidence == NO_EVIDENCE:
        raise _refusal(case, "no_evidence")
    touched = range(1, case.roles.parts + 1) if act.part == 0 else (act.part,)
    mine = {leaf.act.part for leaf in case.earlier if (leaf.act.kind, leaf.act.address) == ("veto", act.address)}
    if all({0, part} & mine or veto_in_force(case.earlier, vetoers, part) is not None for part in touched):
        raise _refusal(case, "vetoed_before")


def _is_a_first_dispute(case: ActCase) -> None:
    act = case.act
    if act.kind != "dispute":
        return
    if not case.settings.disputes.panel or act.address not in _parties(case):
        raise _refusal(case, "role")
    _says_why_of_one_part(case)
    if dispute_on(case.earlier, case.settings.disputes, act.part) is not None:
        raise _refusal(case, "disputed_before")


def _resolves_an_open_dispute(case: ActCase) -> None:
    act = case.act
    if act.kind != "resolve":
        return
    if act.address not in case.settings.disputes.panel:
        raise _refusal(case, "role")
    _says_why_of_one_part(case)
    dispute = dispute_on(case.earlier, case.settings.disputes, act.part)
    if dispute is None or dispute.resolved is not None:
        raise _refusal(case, "no_dispute")
    if act.address in _parties(case):
        raise _refusal(case, "party")
    if dispute.is_lapsed(case.leaf_time):
        raise AdmissionError("E_DISPUTED", "late", part=act.part, deadline=dispute.deadline, now=case.leaf_time)
    mine = [leaf.act.part for leaf in case.earlier if (leaf.act.kind, leaf.act.address) == ("resolve", act.address)]
    if act.part in mine:
        raise _refusal(case, "resolved_before")


def _parties(case: ActCase) -> set[bytes | None]:
    """Whom the proposal or the settings name."""
    return {case.roles.author, *case.roles.payees, *case.settings.reviewers.addresses, case.settings.guardian}


def _says_why_of_one_part(case: ActCase) -> None:
    if case.act.part == 0:
        raise _refusal(case, "one_part")
    if case.act.evidence == NO_EVIDENCE:
        raise _refusal(case, "no_evidence")


def _vetoers(case: ActCase) -> Vetoers:
    return Vetoers(guardian=case.settings.guardian, owners=case.roles.owners, threshold=case.roles.threshold)


def _signer_signed(case: ActCase) -> None:
    check_act_signature(case.act)


def _refusal(case: ActCase, reason: str) -> AdmissionError:
    return AdmissionError("E_ACT", reason, kind=case.act.kind, part=case.act.part, signer=checksum(case.act.address))


RULES: tuple[Callable[[ActCase], None], ...] = (
    _is_of_this_proposal,
    _is_new,
    _is_in_time,
    _keeps_the_milestone_rules,
    _is_a_veto_of_those_who_may,
    _is_a_first_dispute,
    _resolves_an_open_dispute,
    _signer_signed,
)
"""Cheap to dear; each raises or returns."""
