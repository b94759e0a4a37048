"""`governance.admission.act`: who may report, approve, return, veto, dispute and resolve, and when."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.errors import CodedError
from chain.signature import sign
from governance.acts import NO_EVIDENCE, ActLeaf, act_message, read_act, sign_act
from governance.admission import ActCase, ActRoles, admit_act
from governance.disputes import dispute_on
from tests.governance.space_values import NOW, key, person, settings, signer

PROPOSAL = b"\x33" * 32
REPORT = b"\x44" * 32
ROLES = ActRoles(author=person("author"), payees=frozenset({person("payee")}), milestones=frozenset({1}), parts=2)


def leaf(index: int, by: str, kind: str, part: int = 1, **members: Any) -> ActLeaf:
    """An act that the journal holds, one minute an index after the close."""
    told = {"proposal": PROPOSAL, "part": part, "kind": kind, "evidence": REPORT, "timestamp": NOW + 60 * index}
    return ActLeaf(index, NOW + 60 * index, read_act(sign_act(act_message(**(told | members)), signer(by))))


def case(found: ActLeaf, *earlier: ActLeaf, **facts: Any) -> ActCase:
    """An act about to enter the journal after others."""
    known: dict[str, Any] = {
        "act": found.act, "proposal": PROPOSAL, "settings": settings(), "roles": ROLES, "closed_at": NOW,
        "leaf_index": found.index, "leaf_time": found.time, "earlier": earlier,
    }  # fmt: skip
    return ActCase(**(known | facts))


def refusal(found: ActCase) -> tuple[str, str]:
    """Return code and reason with which an act is refused."""
    with pytest.raises(CodedError) as caught:
        admit_act(found)
    return caught.value.code, caught.value.reason


def test_acts_of_those_who_may() -> None:
    """A report and its approvals, a return, a veto, a dispute and its resolution."""
    report, dispute = leaf(1, "payee", "report"), leaf(2, "payee", "dispute", part=2)

    admit_act(case(report))
    admit_act(case(leaf(2, "reviewer 1", "approve"), report))
    admit_act(case(leaf(2, "reviewer 2", "return"), report))
    admit_act(case(leaf(2, "guardian", "veto", part=0)))
    for party in ("author", "payee", "reviewer 3", "guardian"):
        admit_act(case(leaf(2, party, "dispute", part=2), report))
    admit_act(case(leaf(3, "judge 1", "resolve", part=2), dispute))
    admit_act(case(leaf(4, "judge 2", "resolve", part=2), dispute, leaf(3, "judge 1", "resolve", part=2)))


@pytest.mark.parametrize(
    ("by", "kind"),
    [
        ("author", "veto"),
        ("reviewer 1", "veto"),
        ("mallory", "dispute"),
        ("judge 1", "dispute"),
        ("guardian", "resolve"),
    ],
)
def test_acts_of_those_who_may_not(by: str, kind: str) -> None:
    """Each kind has its own people."""
    assert ("E_ACT", "role") == refusal(case(leaf(2, by, kind), leaf(1, "author", "dispute", part=2)))


def test_a_space_without_guardian_or_panel_has_neither_veto_nor_dispute() -> None:
    """What the settings do not name, nobody is."""

    def change(values: dict[str, Any]) -> None:
        values.update(guardian=None, disputes={"panel": [], "required": 0, "seconds": 0})

    bare = settings(change)

    assert ("E_ACT", "role") == refusal(case(leaf(1, "guardian", "veto"), settings=bare))
    assert ("E_ACT", "role") == refusal(case(leaf(1, "author", "dispute"), settings=bare))


OWNERS = replace(ROLES, owners=frozenset({person("ann"), person("ben"), person("cho")}), threshold=2)


def test_owners_veto_by_their_threshold() -> None:
    """Each of them once a part, and nobody when the part is vetoed already."""
    first = leaf(1, "ann", "veto", part=1)

    admit_act(case(first, roles=OWNERS))
    admit_act(case(leaf(2, "ben", "veto", part=0), first, roles=OWNERS))
    admit_act(case(leaf(2, "ann", "veto", part=0), first, roles=OWNERS))  # part 2 is new
    assert ("E_ACT", "role") == refusal(case(leaf(2, "dan", "veto", part=1), first, roles=OWNERS))
    assert ("E_ACT", "vetoed_before") == refusal(case(leaf(2, "ann", "veto", part=1), first, roles=OWNERS))
    second = leaf(2, "ben", "veto", part=1)
    assert ("E_ACT", "vetoed_before") == refusal(case(leaf(3, "cho", "veto", part=1), first, second, roles=OWNERS))
    admit_act(case(leaf(3, "cho", "veto", part=2), first, second, roles=OWNERS))
    guardian = leaf(3, "guardian", "veto", part=0)
    assert ("E_ACT", "vetoed_before") == refusal(case(leaf(4, "cho", "veto", part=0), guardian, roles=OWNERS))


def test_nothing_is_reported_on_a_vetoed_part() -> None:
    """A milestone of a part that is never paid is neither reported nor approved."""
    report, veto = leaf(1, "payee", "report"), leaf(2, "guardian", "veto", part=1)

    assert ("E_VETO", "act") == refusal(case(leaf(3, "payee", "report"), report, veto))
    assert ("E_VETO", "act") == refusal(case(leaf(3, "reviewer 1", "approve"), report, veto))


def test_a_veto_says_why() -> None:
    """Its evidence is the digest of the reason."""
    assert ("E_ACT", "no_evidence") == refusal(case(leaf(1, "guardian", "veto", evidence=NO_EVIDENCE)))


def test_a_part_is_disputed_once_and_alone() -> None:
    """A second dispute is refused, and so is one on all parts; another part has its own."""
    one = leaf(1, "author", "dispute", part=1)

    assert ("E_ACT", "disputed_before") == refusal(case(leaf(2, "payee", "dispute", part=1), one))
    assert ("E_ACT", "one_part") == refusal(case(leaf(2, "payee", "dispute", part=0)))
    assert ("E_ACT", "no_evidence") == refusal(case(leaf(2, "payee", "dispute", evidence=NO_EVIDENCE)))
    admit_act(case(leaf(2, "payee", "dispute", part=2), one))


def test_a_resolved_part_is_not_disputed_again() -> None:
    """What the panel has decided stays decided."""
    told = [leaf(1, "author", "dispute"), leaf(2, "judge 1", "resolve"), leaf(3, "judge 2", "resolve")]

    assert ("E_ACT", "disputed_before") == refusal(case(leaf(4, "payee", "dispute"), *told))
    assert ("E_ACT", "no_dispute") == refusal(case(leaf(4, "judge 1", "resolve"), *told))


def test_only_an_open_dispute_is_resolved_and_by_each_judge_once() -> None:
    """Nothing to resolve, judged before, without a decision, or too late."""
    dispute, judged = leaf(1, "author", "dispute"), leaf(2, "judge 1", "resolve")

    assert ("E_ACT", "no_dispute") == refusal(case(leaf(3, "judge 1", "resolve")))
    assert ("E_ACT", "no_dispute") == refusal(case(leaf(3, "judge 1", "resolve", part=2), dispute))
    assert ("E_ACT", "resolved_before") == refusal(case(leaf(3, "judge 1", "resolve"), dispute, judged))
    assert ("E_ACT", "one_part") == refusal(case(leaf(3, "judge 1", "resolve", part=0), dispute))
    assert ("E_ACT", "no_evidence") == refusal(case(leaf(3, "judge 1", "resolve", evidence=NO_EVIDENCE), dispute))
    last = settings().disputes.seconds // 60 + 1
    admit_act(case(leaf(last, "judge 1", "resolve"), dispute))
    assert ("E_DISPUTED", "late") == refusal(case(leaf(last + 1, "judge 1", "resolve"), dispute))


def test_a_party_does_not_judge() -> None:
    """A member of the panel whom the part pays, or who asked for it, is silent."""
    dispute = leaf(1, "author", "dispute")
    roles = replace(ROLES, payees=frozenset({person("judge 1")}))

    assert ("E_ACT", "party") == refusal(case(leaf(2, "judge 1", "resolve"), dispute, roles=roles))
    assert ("E_ACT", "party") == refusal(
        case(leaf(2, "judge 2", "resolve"), dispute, roles=replace(ROLES, author=person("judge 2")))
    )


def test_a_frozen_milestone_waits() -> None:
    """Nothing is reported or approved while a dispute is open; after the panel's decision it goes on."""
    report, dispute = leaf(1, "payee", "report"), leaf(2, "author", "dispute")

    assert ("E_DISPUTED", "act") == refusal(case(leaf(3, "reviewer 1", "approve"), report, dispute))
    assert ("E_DISPUTED", "act") == refusal(case(leaf(3, "payee", "report"), report, dispute))
    decided = [report, dispute, leaf(3, "judge 1", "resolve"), leaf(4, "judge 2", "resolve")]
    admit_act(case(leaf(5, "reviewer 1", "approve"), *decided))
    admit_act(case(leaf(3, "guardian", "veto"), report, dispute))


def test_acts_are_about_this_proposal_and_its_parts() -> None:
    """Another proposal, or a part that it does not have."""
    elsewhere = leaf(1, "guardian", "veto", proposal=bytes(32))

    assert ("E_PROPOSAL", "other") == refusal(case(elsewhere))
    assert ("E_ACT", "no_part") == refusal(case(leaf(1, "guardian", "veto", part=3)))
    assert ("E_MILESTONE", "no_milestone") == refusal(case(leaf(1, "payee", "report", part=2)))
    assert ("E_MILESTONE", "no_milestone") == refusal(case(leaf(1, "payee", "report", part=0)))


def test_acts_come_once_after_the_close_and_not_ahead() -> None:
    """A second time, before the close, or five minutes ahead of the journal."""
    veto = leaf(1, "guardian", "veto")

    assert ("E_DUPLICATE", "message") == refusal(case(replace(veto, index=2), veto))
    assert ("E_ACT", "before_close") == refusal(case(veto, closed_at=None))
    assert ("E_WINDOW", "ahead") == refusal(case(leaf(1, "guardian", "veto", timestamp=NOW + 361)))
    admit_act(case(leaf(1, "guardian", "veto", timestamp=NOW + 360)))


def test_two_reviewers_may_approve_in_one_second() -> None:
    """An act does not name its signer, so theirs have one digest; they are two acts all the same."""
    report, first = leaf(1, "payee", "report"), leaf(2, "reviewer 1", "approve")
    second = leaf(2, "reviewer 2", "approve")

    assert first.act.id == second.act.id
    admit_act(case(replace(second, index=3), report, first))


def test_H106_approval_that_may_not_be() -> None:
    """By the author, a payee, a stranger, for another report, before the close, twice."""
    report, first = leaf(1, "payee", "report"), leaf(2, "reviewer 1", "approve")
    approval = leaf(3, "reviewer 2", "approve")

    def reason(found: ActCase) -> str:
        code, told = refusal(found)
        assert "E_MILESTONE" == code
        return told

    as_author = replace(ROLES, author=person("reviewer 2"))
    as_payee = replace(ROLES, payees=frozenset({person("payee"), person("reviewer 2")}))
    assert "author" == reason(case(approval, report, roles=as_author))
    assert "payee" == reason(case(approval, report, roles=as_payee))
    assert "not_reviewer" == reason(case(leaf(3, "mallory", "approve"), report))
    assert "other_report" == reason(case(leaf(3, "reviewer 2", "approve", evidence=b"\x45" * 32), report))
    assert "other_report" == reason(case(approval))
    assert "before_close" == reason(case(approval, closed_at=None))
    assert "twice" == reason(case(leaf(3, "reviewer 1", "approve"), report, first))
    assert "released" == reason(case(leaf(4, "reviewer 3", "approve"), report, first, approval))


def test_the_signature_is_judged() -> None:
    """A forged act is refused, after everything that costs less."""
    found = leaf(1, "guardian", "veto")
    forged = replace(found.act, signature=sign(bytes(32), key("mallory")))

    assert ("E_SIG_SIGNER", "other") == refusal(case(ActLeaf(1, found.time, forged)))


WALKERS = ("author", "payee", "reviewer 1", "guardian", "judge 1", "judge 2", "mallory")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("dispute", "resolve", "resolve", "report", "approve", "veto")),
            st.sampled_from(WALKERS),
            st.integers(0, 2),
            st.sampled_from((REPORT, b"\x55" * 32)),
            st.integers(1, 12_000),
        ),
        max_size=14,
    )
)
def test_a_walk_never_resolves_without_its_evidence(steps: list[tuple[str, str, int, bytes, int]]) -> None:
    """Whatever anybody tries, in any order: a dispute is a party's, the first on its part and before any decision; a
    resolution has two judges over one text in time; and reading the journal again says the same.
    """
    journal: list[ActLeaf] = []
    minutes = 0
    for kind, by, part, evidence, wait in steps:
        minutes += wait
        told = {"proposal": PROPOSAL, "part": part, "kind": kind, "evidence": evidence, "timestamp": NOW + 60 * minutes}
        tried = ActLeaf(len(journal), NOW + 60 * minutes, read_act(sign_act(act_message(**told), signer(by))))
        with suppress(CodedError):
            admit_act(case(tried, *journal))
            journal.append(tried)
    for part in (1, 2):
        found = dispute_on(journal, settings().disputes, part)
        opened = [leaf for leaf in journal if (leaf.act.kind, leaf.act.part) == ("dispute", part)]
        judged = [leaf for leaf in journal if (leaf.act.kind, leaf.act.part) == ("resolve", part)]
        assert (found is None) == (opened == [])
        if found is None:
            assert [] == judged
            continue
        assert [found.opened] == opened
        assert found.opened.act.address in {person(name) for name in WALKERS[:4]}
        assert found == dispute_on(reversed(journal), settings().disputes, part)
        frozen = [leaf for leaf in journal if found.freezes_leaf(leaf.index) and leaf.act.part == part]
        assert {"resolve", "veto"} >= {leaf.act.kind for leaf in frozen}
        if found.resolved is not None:
            agreed = {leaf.act.address for leaf in judged if leaf.act.evidence == found.resolved.act.evidence}
            assert {person("judge 1"), person("judge 2")} == agreed
            assert found.opened.time <= found.resolved.time <= found.deadline
