"""A proposal that replaces an older one: what it stops when it passes, what it frees, and what both records show."""

from __future__ import annotations

from dao.cli.start.demo import cast, world
from dao.record.case import need
from dao.record.verify import verify
from dao.workflow import cancelling, paying, recording, stopping
from dao.workflow.desk import PAID
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth
from tests.dao.workflow.stops import GUARDIAN, REASON, found_guardian, money, reject, standing, told

DAY = cast.DAY


def test_what_nobody_signed_ends_when_the_newer_one_passes(stage: Stage) -> None:
    """The older one's parts end with the count, its money pays the newer one, and each record verifies for itself."""
    first = stage.pass_(1, eth("2"), eth("1.5"))
    paying.queue(stage.desk, first.id, 1)
    second = stage.publish(2, eth("3.8"), supersedes=[first.id])
    assert ("Queued", ["queued", "timelocked"]) == told(stage)[:2]
    stage.vote(second, 1, "eve", "hana")
    assert stage.verifies(first)
    stage.decide(second)

    assert ("Superseded", ["superseded", "superseded"], []) == told(stage)
    assert ("superseded", "IIP-2") == (standing(stage).reason, standing(stage).facts["by"])
    assert ("Passed", ["timelocked"], ["dao queue IIP-2/1"]) == told(stage, 2)
    assert 38 * 10**17 == money(stage).committed
    tx = paying.queue(stage.desk, second.id, 1)
    stage.there.wait(2 * DAY + 60)
    stage.sign(second, 1, tx)
    paying.execute(stage.desk, second.id, 1, tx, cast.signer("ann"))
    assert stage.verifies(first)
    assert stage.verifies(second)
    case = need(verify(recording.write_record(stage.desk, first.id, cast.journal_key(), world.origin())).case)
    assert (2, "Superseded", [second.id]) == (case.superseded_by, case.status, list(case.newer))


def test_nothing_follows(stage: Stage) -> None:
    """Queue, signature and execution of the older one are refused by name; a veto finds nothing left."""
    found_guardian(stage)
    first = stage.pass_(1, eth("0.5"), eth("0.25"))
    tx = paying.queue(stage.desk, first.id, 1)
    stage.there.wait(2 * DAY + 60)
    paying.sign(stage.desk, first.id, 1, tx, cast.signer("ann"))
    stage.pass_(2, eth("0.6"), supersedes=[first.id])

    refuses(stage, "E_SUPERSEDED", "", lambda: paying.queue(stage.desk, first.id, 2))
    refuses(stage, "E_SUPERSEDED", "", lambda: paying.sign(stage.desk, first.id, 1, tx, cast.signer("ben")))
    refuses(stage, "E_SUPERSEDED", "", lambda: paying.execute(stage.desk, first.id, 1, tx, cast.signer("ben")))
    assert ("Queued", ["supersede_pending", "superseded"], ["dao end IIP-1/1"]) == told(stage)
    refuses(stage, "E_NONCE", "unspent", lambda: stopping.end(stage.desk, first.id, 1))
    assert 11 * 10**17 == money(stage).committed

    reject(stage, tx)
    ended = stopping.end(stage.desk, first.id, 1)

    assert ("superseded", (tx.nonce,)) == (ended.cause, ended.spent)
    assert ("Superseded", ["superseded", "superseded"], []) == told(stage)
    assert 6 * 10**17 == money(stage).committed
    refuses(stage, "E_ALREADY", "over",
            lambda: stopping.veto(stage.desk, first.id, 0, REASON, cast.signer(GUARDIAN)))  # fmt: skip
    assert stage.verifies(first)


def test_a_paid_part_stays_paid(stage: Stage) -> None:
    """Only what is unpaid is stopped; the older one is superseded all the same."""
    first = stage.pass_(1, eth("0.5"), eth("0.25"))
    tx = paying.queue(stage.desk, first.id, 1)
    stage.there.wait(2 * DAY + 60)
    stage.sign(first, 1, tx)
    paying.execute(stage.desk, first.id, 1, tx, cast.signer("ann"))

    stage.pass_(2, eth("0.1"), supersedes=[first.id])

    assert ("Superseded", ["paid", "superseded"], []) == told(stage)
    assert (10**17, 5 * 10**17) == (money(stage).committed, money(stage).paid)
    assert stage.verifies(first)


def test_a_newer_one_that_fails_stops_nothing(stage: Stage) -> None:
    """Rejected or cancelled, it leaves the older one as it was, which is then paid."""
    first = stage.pass_(1, eth("0.5"))
    lost = stage.publish(2, eth("0.1"), supersedes=[first.id])
    stage.vote(lost, 2, "eve", "hana")
    stage.decide(lost)
    taken_back = stage.publish(3, eth("0.1"), supersedes=[first.id])
    cancelling.cancel(stage.desk, taken_back.id, cast.signer("dora"))
    assert {} == need(stage.desk.case(first.id, *PAID).stops)

    tx = paying.queue(stage.desk, first.id, 1)
    stage.there.wait(2 * DAY + 60)
    stage.sign(first, 1, tx)
    paying.execute(stage.desk, first.id, 1, tx, cast.signer("ann"))

    assert ("Executed", ["paid"], []) == told(stage)
    for published in (first, lost, taken_back):
        assert stage.verifies(published)


def test_only_what_passed_and_stands_is_superseded(stage: Stage) -> None:
    """Not an unknown proposal, not an open or rejected one, not one that is over: nothing is published."""
    first = stage.publish(1, eth("0.5"))

    refuses(stage, "E_PROPOSAL", "superseded", lambda: stage.publish(2, eth("0.1"), supersedes=[b"\x11" * 32]))
    refuses(stage, "E_STATE", "supersedes_undecided", lambda: stage.publish(2, eth("0.1"), supersedes=[first.id]))
    stage.vote(first, 2, "eve", "hana")
    stage.decide(first)
    refuses(stage, "E_STATE", "supersedes_undecided", lambda: stage.publish(2, eth("0.1"), supersedes=[first.id]))
    second = stage.pass_(2, eth("0.5"))
    stage.there.wait(20 * DAY)
    stopping.end(stage.desk, second.id, 1)
    refuses(stage, "E_STATE", "supersedes_finished", lambda: stage.publish(3, eth("0.1"), supersedes=[second.id]))
    assert stage.verifies(stage.pass_(3, eth("0.2")))


def test_one_for_two(stage: Stage) -> None:
    """Two older proposals are superseded by one, which itself is superseded by the next."""
    first, second = stage.pass_(1, eth("1")), stage.pass_(2, eth("1"))
    third = stage.pass_(3, eth("2"), supersedes=[first.id, second.id])
    fourth = stage.pass_(4, eth("2.5"), supersedes=[third.id])

    assert ["Superseded", "Superseded", "Superseded", "Passed"] == [told(stage, n)[0] for n in (1, 2, 3, 4)]
    assert ["IIP-3", "IIP-3", "IIP-4"] == [standing(stage, n).facts["by"] for n in (1, 2, 3)]
    assert 25 * 10**17 == money(stage).committed
    for published in (first, second, third, fourth):
        assert stage.verifies(published)


def test_the_older_money_covers_the_newer_one(stage: Stage) -> None:
    """What the fund could not cover beside the older commitment is committed as soon as that one has ended."""
    first = stage.pass_(1, eth("3"))
    second = stage.pass_(2, eth("3.5"), supersedes=[first.id])

    kinds = [leaf.kind for leaf in stage.desk.journal.leaves[-4:]]
    assert ["result", "ended", "entry", "entry"] == kinds
    assert 35 * 10**17 == money(stage).committed
    assert "timelocked" == told(stage, 2)[1][0]
    assert stage.verifies(first)
    assert stage.verifies(second)
