"""A text before its vote: its author submits it, revises it and takes it back, each under his own signature."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from chain.cid import raw_cid
from chain.json_text import canonical
from dao.cli.start.demo import cast, world
from dao.cli.start.demo.books import ledger_of
from dao.record.carrier import Submission
from dao.record.case import need
from dao.record.trust import Trust
from dao.record.verify import verify
from dao.views.iip_standing import IipStanding, iip_standing
from dao.views.numbers import numbers
from dao.workflow import following, founding, proposing, recording, submitting
from dao.workflow.desk import Blocks, Fact
from dao.workflow.proposing import settings_in_force
from dao.workflow.submitting import Submitted
from governance.document_steps import sign_step, step_message
from governance.space import settings_cid
from tests.dao.cli.people import note_of
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth
from treasury.fund import fund_states

REASON = "IIP-4 says it better"


def submit(stage: Stage, number: int, *payments: str, by: str = cast.AUTHOR) -> Submitted:
    return submitting.submit(stage.desk, stage.document(number, *payments), cast.signer(by))


def withdraw(stage: Stage, number: int = 3, by: str = cast.AUTHOR) -> Callable[[], Submitted]:
    return lambda: submitting.withdraw(stage.desk, number, REASON, cast.signer(by))


def standing(stage: Stage, number: int = 3) -> IipStanding:
    return iip_standing(stage.desk, numbers(stage.desk.journal)[number], "IIP", stage.there.devnet.now())


def message(stage: Stage, event: str, document: bytes, **changes: object) -> dict[str, object]:
    reason = REASON if event == "withdraw" else ""
    told = step_message(
        space=cast.SPACE,
        iip=3,
        event=event,
        document=raw_cid(document).digest,
        reason=reason,
        timestamp=stage.desk.now(),
    )
    return {**told, **changes}


def signed(stage: Stage, event: str, document: bytes, by: str = cast.AUTHOR, **changes: object) -> bytes:
    return sign_step(message(stage, event, document, **changes), cast.signer(by))


def followed(stage: Stage) -> int:
    """How many proposals a follower checks who takes the whole journal."""
    leaves = stage.desk.journal.leaves
    return following.check_journal(leaves, stage.desk.get, note_of(leaves), Trust())[1]


def kinds(stage: Stage, last: int) -> list[str]:
    return [leaf.kind for leaf in stage.desk.journal.leaves[-last:]]


def test_a_text_under_review_asks_for_nothing(stage: Stage) -> None:
    """It holds its number, costs the fund nothing, and can be published or withdrawn."""
    before = ledger_of(stage.desk).balances()

    done = submit(stage, 3, eth("0.5"))

    assert ("submit_for_review", len(stage.desk.journal) - 1) == (done.event, done.leaf)
    assert ["document", "step"] == kinds(stage, 2)
    assert before == ledger_of(stage.desk).balances()
    found = standing(stage)
    assert ("Review", "unpublished", ["dao publish FILE", "dao withdraw IIP-3"]) == (
        found.state, found.reason, [step.command for step in found.steps],
    )  # fmt: skip


def test_a_withdrawn_text_has_come_to_its_end(stage: Stage) -> None:
    """Status tells when and why and nothing to do; it is not published, changed or withdrawn again, by anybody."""
    submit(stage, 3, eth("0.5"))
    stage.there.wait(60)
    done = withdraw(stage)()

    found = standing(stage)
    assert ("Withdrawn", "withdrawn", {"time": stage.desk.journal.leaves[done.leaf].time, "why": REASON}, ()) == (
        found.state, found.reason, found.facts, found.steps,
    )  # fmt: skip
    refuses(stage, "E_STATE", "withdrawn", lambda: stage.publish(3, eth("0.5")))
    refuses(stage, "E_STATE", "withdrawn", lambda: stage.publish(3, eth("0.4")))
    refuses(stage, "E_STATE", "withdrawn", lambda: submit(stage, 3, eth("0.5")))
    refuses(stage, "E_STATE", "withdrawn", withdraw(stage))
    refuses(stage, "E_STATE", "withdrawn", withdraw(stage, by="ann"))
    assert 0 == followed(stage)


def test_what_was_signed_before_the_withdrawal_is_not_published_after_it(stage: Stage) -> None:
    """A proposal that lay signed in a drawer comes too late."""
    raw = stage.document(3, eth("0.5"))
    submit(stage, 3, eth("0.5"))
    publication = proposing.sign(stage.desk, raw, author=cast.signer(cast.AUTHOR), fund=cast.FUND)
    withdraw(stage)()

    refuses(stage, "E_STATE", "withdrawn", lambda: proposing.take(stage.desk, publication))
    blocks = Blocks()
    step = Fact("transition", {"iip": 3, "event": "submit_for_review", "document": blocks.raw(raw)})
    refuses(stage, "E_STATE", "final", lambda: stage.desk.take([step], blocks))


def test_only_its_author_withdraws_a_text(stage: Stage) -> None:
    """Not an owner, not a voter, not the writer without a signature, not in another space or for another text."""
    raw = stage.document(3, eth("0.5"))
    refuses(stage, "E_REVISION", "no_text", withdraw(stage))
    submit(stage, 3, eth("0.5"))

    for name in ("ann", "eve"):
        refuses(stage, "E_PROPOSAL", "not_its_author", withdraw(stage, by=name))
    blocks = Blocks()
    unsigned = Fact("transition", {"iip": 3, "event": "withdraw", "document": blocks.raw(raw)})
    refuses(stage, "E_STATE", "unsigned", lambda: stage.desk.take([unsigned], blocks))
    for code, reason, envelope in (
        ("E_SPACE", "step", signed(stage, "withdraw", raw, space="other.devnet")),
        ("E_REVISION", "step", signed(stage, "withdraw", raw + b"x")),
        ("E_WINDOW", "ahead", signed(stage, "withdraw", raw, timestamp=stage.desk.now() + 301)),
        ("E_REVISION", "no_text", signed(stage, "withdraw", raw, iip=4)),
        ("E_CARRIER", "no_text", signed(stage, "revise", raw)),
        ("E_SIG_SIGNER", "other", signed(stage, "withdraw", raw).replace(b"IIP-4", b"IIP-5")),
    ):
        refuses(stage, code, reason, lambda envelope=envelope: submitting.take_step(stage.desk, envelope))
    assert "Review" == standing(stage).state


def test_a_newer_text_replaces_the_older_one(stage: Stage) -> None:
    """Revised under the author's signature; a withdrawal of the older text, signed before, ends nothing."""
    first, second = stage.document(3, eth("0.5")), stage.document(3, eth("0.4"))
    submit(stage, 3, eth("0.5"))
    older = signed(stage, "withdraw", first)
    stage.there.wait(60)

    assert "revise" == submit(stage, 3, eth("0.4")).event
    refuses(stage, "E_REVISION", "step", lambda: submitting.take_step(stage.desk, older))
    back = submit(stage, 3, eth("0.5"))
    refuses(stage, "E_WINDOW", "step_old", lambda: submitting.take_step(stage.desk, older))
    refuses(stage, "E_STATE", "event", lambda: submitting.take_submission(
        stage.desk, Submission(signed(stage, "submit_for_review", second), second)
    ))  # fmt: skip
    assert raw_cid(first) == back.document == submitting.newest_text(stage.desk, 3)


@pytest.mark.parametrize("is_changed", [False, True], ids=["as it was", "changed"])
def test_a_text_under_review_is_published(stage: Stage, is_changed: bool) -> None:
    """Its vote opens on the text that was under review, or on a newer one; from then on nothing is withdrawn."""
    submit(stage, 1, eth("0.5"))
    published = stage.publish(1, eth("0.4" if is_changed else "0.5"))

    text = ["document"] if is_changed else []
    assert [*text, "transition", "parts", "proposal", "entry"] == kinds(stage, 4 + is_changed)
    refuses(stage, "E_STATE", "published", withdraw(stage, 1))
    refuses(stage, "E_STATE", "published", lambda: submit(stage, 1, eth("0.3")))
    stage.vote(published, 1, "eve", "hana")
    stage.decide(published)
    refuses(stage, "E_STATE", "decided", withdraw(stage, 1))
    refuses(stage, "E_STATE", "decided", lambda: submit(stage, 1, eth("0.3")))
    assert stage.verifies(published)
    assert 1 == followed(stage)


def test_a_second_try_is_withdrawn(stage: Stage) -> None:
    """After a missed quorum the text comes back to review and is taken back; the record of the vote says so."""
    first = stage.publish(3, eth("0.5"))
    stage.vote(first, 1, "gil")
    stage.decide(first)
    stale = signed(stage, "withdraw", stage.document(3, eth("0.5")))
    refuses(stage, "E_STATE", "event", lambda: submitting.take_step(stage.desk, stale))
    stage.there.wait(60)

    again = submit(stage, 3, eth("0.5"))
    assert ("resubmit", "Review") == (again.event, standing(stage).state)
    refuses(stage, "E_WINDOW", "step_old", lambda: submitting.take_step(stage.desk, stale))
    withdraw(stage)()

    assert ("Withdrawn", REASON) == (standing(stage).state, standing(stage).facts["why"])
    report = verify(recording.write_record(stage.desk, first.id, cast.journal_key(), world.origin()))
    assert report.ok, report.failed
    assert ("Withdrawn", "quorum_not_met") == (need(report.case).status, need(need(report.case).verdict).state)
    assert 1 == followed(stage)
    assert {(0, 0)} == {(state.asked, state.committed) for state in fund_states(ledger_of(stage.desk), "iip").values()}


def test_who_may_propose_may_submit(stage: Stage) -> None:
    """A stranger takes no number, and a text with errors is not put under review."""
    refuses(stage, "E_THRESHOLD", "proposer", lambda: submit(stage, 3, eth("0.5"), by="jan"))
    bad = stage.document(3, eth("0.5")).replace(b"## Risks", b"## Dangers")
    refuses(stage, "E_LINT", "errors", lambda: submitting.submit(stage.desk, bad, cast.signer(cast.AUTHOR)))
    raw, other = stage.document(3, eth("0.5")), stage.document(3, eth("0.4"))
    for code, reason, envelope in (
        ("E_REVISION", "carried", signed(stage, "submit_for_review", other)),
        ("E_CARRIER", "not_a_submission", signed(stage, "withdraw", raw)),
    ):
        submission = Submission(envelope, raw)
        refuses(stage, code, reason, lambda it=submission: submitting.take_submission(stage.desk, it))


def test_where_every_voter_may_propose(stage: Stage) -> None:
    """Whoever has votes may submit, and whoever has none may not; a number belongs to who took it first."""
    first = settings_in_force(stage.desk).text
    text = canonical({**json.loads(first), "proposers": []})
    keys = [cast.signer("ann"), cast.signer("ben")]
    founding.found(stage.desk, text, founding.sign_settings(text, keys, settings_cid(first).digest))
    stage.there.wait(cast.HOUR)

    refuses(stage, "E_THRESHOLD", "no_power", lambda: submit(stage, 3, eth("0.5"), by="jan"))
    submit(stage, 3, eth("0.5"), by="eve")
    refuses(stage, "E_IIP_DUP", "author", lambda: submit(stage, 3, eth("0.5"), by="hana"))
    refuses(stage, "E_IIP_DUP", "author", lambda: stage.publish(3, eth("0.5")))
    refuses(stage, "E_PROPOSAL", "not_its_author", withdraw(stage, by="hana"))
    assert "Withdrawn" == (withdraw(stage, by="eve")() and standing(stage).state)


def test_a_withdrawn_number_leaves_others_alone(stage: Stage) -> None:
    """Another number is published and paid for as if nothing had happened, and its record verifies."""
    submit(stage, 3, eth("0.5"))
    withdraw(stage)()

    assert stage.verifies(stage.pass_(1, eth("0.5")))
