"""Checks 50 and 51: who acted, over which evidence, and what that released.

What a veto stops is for check 52, and what a dispute freezes for check 53.
"""

from __future__ import annotations

from collections.abc import Sequence

from chain.cid import raw_cid
from dao.record.case import Case, NotReachedError, Row, cid_of, need, part_number, refuse_strangers
from dao.record.errors import RecordError
from governance.acts import (
    MILESTONE_KINDS,
    NO_EVIDENCE,
    Act,
    ActLeaf,
    MilestoneRules,
    ReleaseFact,
    check_act_signature,
    milestone_released,
    read_act,
)
from governance.admission import ActCase, ActRoles, admit_act
from proposals.parts import Part
from treasury.binding import paying

WRITTEN = frozenset({"veto", "dispute", "resolve"})
"""Kinds of acts that say why, in words that everybody can read."""
ACTS_MAX = 20
"""Acts of one signer on one part: each is held against those before it, and nobody may crowd others out."""


def acts_signature(case: Case) -> None:
    """Every act has its signer, who may do it, and its evidence is the file whose digest was signed."""
    refuse_strangers(case, "act", proposal=case.proposal)
    acts: list[ActLeaf] = []
    counts: dict[tuple[bytes, int], int] = {}
    for row in case.rows("act"):
        act = read_act(case.get(cid_of(row, "envelope")))
        if act.id != row.leaf.body["id"] or act.proposal != case.proposal:
            raise RecordError("E_LOG_INCONSISTENT", "act_id", index=row.index)
        check_act_signature(act)
        counts[act.address, act.part] = counts.get((act.address, act.part), 0) + 1
        if counts[act.address, act.part] > ACTS_MAX:
            raise RecordError("E_LIMIT", "acts", part=act.part, limit=ACTS_MAX)
        _check_reporter(case, act)
        _check_evidence(case, row, act)
        admit_act(_act_case(case, row, ActLeaf(index=row.index, time=row.leaf.time, act=act), acts))
        acts.append(ActLeaf(index=row.index, time=row.leaf.time, act=act))
    case.acts = tuple(acts)


def _check_evidence(case: Case, row: Row, act: Act) -> None:
    """The file of the leaf is the one whose digest was signed; a reason or a decision can be read."""
    evidence = None if row.leaf.body["evidence"] is None else case.get(cid_of(row, "evidence"))
    digest = NO_EVIDENCE if evidence is None else raw_cid(evidence).digest
    if digest != act.evidence:
        code = "E_MILESTONE" if act.kind in MILESTONE_KINDS else "E_ACT"
        raise RecordError(code, "evidence", index=row.index, part=act.part)
    if act.kind in WRITTEN and not (evidence or b"").strip():
        raise RecordError("E_ACT", "no_evidence", kind=act.kind, part=act.part, signer=act.address)


def _check_reporter(case: Case, act: Act) -> None:
    """The author or a payee of that very part reports: another payee's report would void what was approved."""
    parts = need(case.parts)
    if act.kind != "report" or not 1 <= act.part <= len(parts):
        return
    if act.address not in {need(case.envelope).address, *payees(parts[act.part - 1])}:
        raise RecordError("E_MILESTONE", "other_reporter", part=act.part, signer=act.address)


def acts_release(case: Case) -> None:
    """Every milestone whose payment was queued had been approved by enough reviewers, neither author nor payee."""
    if case.cancelled is not None:
        case.releases = {}
        return
    acts, parts = need(case.acts), need(case.parts)
    waiting = [number for number, part in enumerate(parts, 1) if part.release]
    facts = {number: _released(case, number, acts) for number in waiting}
    case.releases = {number: fact for number, fact in facts.items() if fact is not None}
    for row in case.rows("queued", proposal=case.proposal):
        number = part_number(case, row)
        before = [leaf for leaf in acts if leaf.index < row.index]  # a time alone does not say which of two came first
        if number in waiting and _released(case, number, before) is None:
            raise RecordError("E_MILESTONE", "queued_early", part=number, index=row.index)


def _released(case: Case, number: int, acts: Sequence[ActLeaf]) -> ReleaseFact | None:
    """When and by whom the milestone of a part was released, as far as these acts go."""
    return milestone_released(
        acts,
        settings=need(case.settings),
        author=need(case.envelope).address,
        payees=_roles(case).payees,
        part=number,
        closed_at=need(case.closed).leaf.time,
    )


def milestone_rules(case: Case) -> MilestoneRules:
    """What fixes the milestones of this proposal."""
    return MilestoneRules(
        reviewers=need(case.settings).reviewers,
        author=need(case.envelope).address,
        payees=_roles(case).payees,
        closed_at=need(case.closed).leaf.time,
    )


def payees(part: Part) -> frozenset[bytes]:
    """Whom a part pays; of a call that is no payment, its target."""
    found = set()
    for call in part.calls:
        payment = paying(call, part.chain_id)
        found.add(call.to if payment is None else payment.payee)
    return frozenset(found)


def _roles(case: Case) -> ActRoles:
    parts, safe = need(case.parts), case.safe_at_close
    return ActRoles(
        author=need(case.envelope).address,
        payees=frozenset().union(*(payees(part) for part in parts)),
        milestones=frozenset(number for number, part in enumerate(parts, 1) if part.release),
        parts=len(parts),
        owners=frozenset() if safe is None else frozenset(safe.owners),
        threshold=0 if safe is None else safe.threshold,
    )


def _act_case(case: Case, row: Row, leaf: ActLeaf, earlier: list[ActLeaf]) -> ActCase:
    closed = case.closed
    if leaf.act.kind == "veto":
        need(case.safe_at_close)  # whose owners may veto
    if closed is None and next(case.rows("closed", proposal=case.proposal), None) is not None:
        raise NotReachedError  # somebody says that it was closed, and check 32 has not agreed
    return ActCase(
        act=leaf.act,
        proposal=case.proposal,
        settings=need(case.settings),
        roles=_roles(case),
        closed_at=None if closed is None or closed.index > row.index else closed.leaf.time,
        leaf_index=row.index,
        leaf_time=row.leaf.time,
        earlier=tuple(earlier),
    )
