"""A space with periods: a text comes to its vote step by step, each in its time, and the record shows it."""

from __future__ import annotations

import pytest

from chain.cid import raw_cid
from dao.cli.start.demo import cast
from dao.record.carrier import Publication, Submission
from dao.views.iip_standing import iip_standing
from dao.views.numbers import numbers
from dao.workflow import advancing, cancelling, proposing, submitting
from dao.workflow.advancing import Advanced
from dao.workflow.desk import Blocks, Fact
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth
from tests.dao.workflow.stops import found_periods
from tests.dao.workflow.test_withdrawing import followed, signed

DAY = cast.DAY
AUTHOR = cast.signer(cast.AUTHOR)


def advance(stage: Stage, raw: bytes, carried: list[Submission | Publication | bytes] | None = None) -> Advanced:
    carry = None if carried is None else carried.append
    return advancing.advance(
        stage.desk.rehearsal() if carry else stage.desk, raw, author=AUTHOR, fund=cast.FUND, carry=carry
    )  # fmt: skip


def told(stage: Stage, number: int = 3) -> tuple[str, str, list[str]]:
    found = iip_standing(stage.desk, numbers(stage.desk.journal)[number], "IIP", stage.there.devnet.now())
    assert found.problem is None
    return found.state, found.reason, [step.command for step in found.steps]


def wait(stage: Stage, until: int) -> None:
    """In two blocks, so that the last but one is young enough for a snapshot."""
    stage.there.wait_until(until - 600)
    stage.there.wait_until(until)


def events(done: Advanced) -> list[str]:
    return [step.event for step in done.steps]


@pytest.fixture
def patient(stage: Stage) -> Stage:
    """A week of review, three days of last call, idle after a month, the same again after ten days."""
    found_periods(stage, review=7 * DAY, last_call=3 * DAY, stagnation=30 * DAY, cool_down=10 * DAY)
    return stage


def test_publishing_takes_every_step_that_is_due(patient: Stage) -> None:
    """One run submits, one freezes, one opens the vote; a run in between changes nothing and says when."""
    raw = patient.document(3, eth("0.5"))
    first = advance(patient, raw)
    submitted = patient.desk.now()
    assert (["submit_for_review"], None, submitted + 7 * DAY) == (events(first), first.published, first.earliest)
    assert ("Review", "in_review", ["dao publish FILE", "dao withdraw IIP-3"]) == told(patient)

    size = len(patient.desk.journal)
    patient.there.wait_until(submitted + 7 * DAY - 1)
    assert ([], submitted + 7 * DAY) == (events(advance(patient, raw)), advance(patient, raw).earliest)
    assert size == len(patient.desk.journal)
    refuses(patient, "E_STATE", "early", lambda: submitting.step(patient.desk, 3, "freeze", AUTHOR))
    refuses(patient, "E_STATE", "early", lambda: patient_publish(patient, raw))

    patient.there.wait_until(submitted + 7 * DAY)
    frozen = advance(patient, raw)
    assert (["freeze"], submitted + 10 * DAY) == (events(frozen), frozen.earliest)
    assert ("LastCall", "last_call") == told(patient)[:2]
    refuses(patient, "E_STATE", "early", lambda: patient_publish(patient, raw))

    wait(patient, submitted + 10 * DAY)
    done = advance(patient, raw)
    assert done.published is not None
    assert ["parts", "proposal", "entry"] == [leaf.kind for leaf in patient.desk.journal.leaves[-3:]]
    patient.vote(done.published, 1, "eve", "hana")
    patient.decide(done.published)
    assert patient.verifies(done.published)
    assert 1 == followed(patient)


def patient_publish(stage: Stage, raw: bytes) -> proposing.Published:
    """What a writer does who does not know of periods: everything at once."""
    return proposing.publish(stage.desk, raw, author=AUTHOR, fund=cast.FUND)


def test_a_text_that_changes_begins_again(patient: Stage) -> None:
    """Under review and in its last call; the vote is on the text that stood for all of its time."""
    raw, newer = patient.document(3, eth("0.5")), patient.document(3, eth("0.4"))
    advance(patient, raw)
    patient.there.wait(6 * DAY)
    assert ["revise"] == events(advance(patient, newer))
    patient.there.wait(6 * DAY)
    assert [] == events(advance(patient, newer))
    blocks = Blocks()
    swapped = [
        Fact("document", {"iip": 3, "author": AUTHOR.address, "document": blocks.raw(raw)}),
        Fact("transition", {"iip": 3, "event": "freeze", "document": raw_cid(raw)}),
    ]
    patient.there.wait(DAY)
    refuses(patient, "E_STATE", "unreviewed", lambda: patient.desk.take(swapped, blocks))
    assert ["freeze"] == events(advance(patient, newer))
    same = Submission(signed(patient, "normative_change", newer), newer)
    refuses(patient, "E_STATE", "unchanged", lambda: submitting.take_submission(patient.desk, same))

    assert ["normative_change"] == events(advance(patient, raw))
    assert "Review" == told(patient)[0]
    patient.there.wait(7 * DAY)
    assert ["freeze"] == events(advance(patient, raw))
    wait(patient, patient.desk.now() + 3 * DAY)
    done = advance(patient, raw)
    assert done.published is not None
    assert raw_cid(raw) == done.published.document


def test_an_idle_text_is_brought_back_by_its_author(patient: Stage) -> None:
    """By the clock alone it is stagnant; nobody but its author brings it back, and nobody says that it is idle."""
    raw = patient.document(3, eth("0.5"))
    advance(patient, raw)
    blocks = Blocks()
    idle = Fact("transition", {"iip": 3, "event": "inactive", "document": blocks.raw(raw)})
    refuses(patient, "E_STATE", "derived", lambda: patient.desk.take([idle], blocks))
    refuses(patient, "E_STATE", "event", lambda: submitting.step(patient.desk, 3, "resurrect", AUTHOR))
    patient.there.wait(30 * DAY + 1)

    assert ("Stagnant", "stagnant", ["dao publish FILE", "dao resurrect IIP-3"]) == told(patient)
    refuses(patient, "E_STATE", "stagnant", lambda: submitting.submit(patient.desk, raw, AUTHOR))
    refuses(patient, "E_STATE", "event", lambda: submitting.withdraw(patient.desk, 3, "Tired of it", AUTHOR))
    refuses(patient, "E_PROPOSAL", "not_its_author", lambda: submitting.step(
        patient.desk, 3, "resurrect", cast.signer("ann")
    ))  # fmt: skip
    unsigned = Fact("transition", {"iip": 3, "event": "resurrect", "document": blocks.raw(raw)})
    refuses(patient, "E_STATE", "unsigned", lambda: patient.desk.take([unsigned], blocks))

    assert ["resurrect", "submit_for_review"] == events(advance(patient, raw))
    assert ("Review", "in_review") == told(patient)[:2]
    assert 0 == followed(patient)


def test_what_did_not_pass_cools_down(patient: Stage) -> None:
    """The number that missed its quorum, and the same parts under any number: rejected, cancelled or missed."""
    found_periods(patient, cool_down=10 * DAY)
    missed = patient.publish(1, eth("0.5"))
    patient.vote(missed, 1, "gil")
    patient.decide(missed)
    ended = patient.desk.now()
    patient.there.wait(600)
    first, other = patient.document(1, eth("0.4")), patient.document(2, eth("0.5"))
    refuses(patient, "E_RESUBMIT", "number", lambda: patient_publish(patient, first))
    refuses(patient, "E_RESUBMIT", "parts", lambda: patient_publish(patient, other))
    found = iip_standing(patient.desk, numbers(patient.desk.journal)[1], "IIP", patient.there.devnet.now())
    assert [ended + 10 * DAY] == [step.earliest for step in found.steps]

    cancelled = patient.publish(2, eth("0.3"))
    cancelling.cancel(patient.desk, cancelled.id, AUTHOR)
    again = patient.document(3, eth("0.3"))
    refuses(patient, "E_RESUBMIT", "parts", lambda: patient_publish(patient, again))
    wait(patient, ended + 10 * DAY)
    second = patient_publish(patient, first)
    patient.there.wait(60)
    third = patient.publish(4, eth("0.5"))
    patient.vote(third, 2, "eve", "hana")
    patient.vote(second, 1, "eve", "hana")
    patient.decide(second, third)
    refuses(patient, "E_RESUBMIT", "parts", lambda: patient.publish(5, eth("0.5")))
    for published in (missed, cancelled, second, third):
        assert patient.verifies(published)
    assert 4 == followed(patient)


def test_periods_bind_from_the_settings_that_are_in_force(stage: Stage) -> None:
    """What was published before they came is left alone; what comes then waits, and their end ends the waiting."""
    before = stage.publish(1, eth("0.5"))
    found_periods(stage, review=7 * DAY)
    raw = stage.document(3, eth("0.4"))
    refuses(stage, "E_STATE", "early", lambda: patient_publish(stage, raw))
    assert ["submit_for_review"] == events(advance(stage, raw))
    found_periods(stage, cool_down=DAY)
    done = advance(stage, raw)
    assert ([], True) == (events(done), done.published is not None)
    stage.vote(before, 1, "eve", "hana")
    stage.decide(before)
    assert stage.verifies(before)


def test_each_step_can_be_signed_for_another_writer(patient: Stage) -> None:
    """One file a run: a submission, a step, a publication; taken elsewhere they lead to the same vote."""
    raw = patient.document(3, eth("0.5"))
    for seconds, kind in ((7 * DAY, Submission), (3 * DAY, bytes), (600, Publication)):
        carried: list[Submission | Publication | bytes] = []
        size = len(patient.desk.journal)
        advance(patient, raw, carried)
        assert (size, [kind]) == (len(patient.desk.journal), [type(one) for one in carried])
        if isinstance(carried[0], Submission):
            submitting.take_submission(patient.desk, carried[0])
        elif isinstance(carried[0], bytes):
            submitting.take_step(patient.desk, carried[0])
        else:
            proposing.take(patient.desk, carried[0])
        wait(patient, patient.desk.now() + seconds)
    assert "Voting" == told(patient)[0]
