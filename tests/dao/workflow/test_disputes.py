"""Disputes: one part freezes, the panel lets it go on or is silent; every other part and the fund stay right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chain.clients import devnet_contracts
from chain.safe import safe_tx_hash
from dao.cli.start.demo import cast, world
from dao.workflow import acting, income, paying, proposing, stopping
from dao.workflow.desk import Fact
from dao.workflow.proposing import Published, settings_in_force
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth
from tests.dao.workflow.stops import (
    DECISION,
    GUARDIAN,
    PANEL,
    PANEL_SECONDS,
    REASON,
    found_panel,
    money,
    reject,
    told,
)  # fmt: skip
from treasury.confirmations import sign_safe_tx

DAY = cast.DAY
ETH = 10**18


def acts(
    stage: Stage, published: Published, kind: str, name: str, part: int = 1, words: bytes | None = REASON
) -> Callable[[], int]:
    return lambda: acting.act(stage.desk, published.id, part, kind, signer=cast.signer(name), evidence=words)


def resolve(stage: Stage, published: Published, part: int = 1) -> None:
    for name in PANEL[:2]:
        acts(stage, published, "resolve", name, part, DECISION)()


@pytest.fixture
def passed(stage: Stage) -> Published:
    """A proposal with two parts that passed under settings with a panel."""
    found_panel(stage)
    return stage.pass_(1, eth("0.5"), eth("0.25"))


def test_a_disputed_part_is_paid_late(stage: Stage, passed: Published) -> None:
    """Frozen after one signature, it goes on by the panel's decision, and is paid after its first expiry."""
    tx = paying.queue(stage.desk, passed.id, 1)
    stage.there.wait(2 * DAY + 60)
    paying.sign(stage.desk, passed.id, 1, tx, cast.signer("ann"))
    grace = settings_in_force(stage.desk).grace
    stage.there.wait(grace - PANEL_SECONDS // 2)  # so the panel decides when the first end has passed
    before = money(stage)

    acts(stage, passed, "dispute", "nora")()

    state, parts, steps = told(stage)
    assert ("Queued", "disputed") == (state, parts[0])
    assert "dao resolve IIP-1/1" in steps
    assert before == money(stage)
    by_hand = sign_safe_tx(tx, cast.signer("ben"))
    body = {"hash": safe_tx_hash(tx), "owner": by_hand.owner, "signature": by_hand.signature}
    refuses(stage, "E_DISPUTED", "", lambda: paying.sign(stage.desk, passed.id, 1, tx, cast.signer("ben")))
    refuses(stage, "E_DISPUTED", "part", lambda: stage.desk.take([Fact("confirmation", body)], {}, passed.id))
    refuses(stage, "E_DISPUTED", "", lambda: paying.execute(stage.desk, passed.id, 1, tx, cast.signer("ben")))
    refuses(stage, "E_DISPUTED", "part", lambda: paying.queue(stage.desk, passed.id, 1))
    refuses(stage, "E_DISPUTED", "part", lambda: stopping.end(stage.desk, passed.id, 1))
    assert stage.verifies(passed)

    stage.there.wait(PANEL_SECONDS - 60)
    refuses(stage, "E_DISPUTED", "part", lambda: stopping.end(stage.desk, passed.id, 1))  # its first end has passed
    resolve(stage, passed)
    paying.sign(stage.desk, passed.id, 1, tx, cast.signer("ben"))
    paying.execute(stage.desk, passed.id, 1, tx, cast.signer("ann"))

    assert ETH // 2 == money(stage).paid
    assert "paid" == told(stage)[1][0]
    assert stage.verifies(passed)
    refuses(stage, "E_ACT", "disputed_before", acts(stage, passed, "dispute", "nora"))
    refuses(stage, "E_ACT", "no_dispute", acts(stage, passed, "resolve", "jan"))


def test_silence_terminates_one_part_and_leaves_the_other(stage: Stage, passed: Published) -> None:
    """One member is not enough; when the time is over the part ends, its money is free, and the other part is paid."""
    other = paying.queue(stage.desk, passed.id, 2)
    acts(stage, passed, "dispute", "dora")()
    acts(stage, passed, "resolve", "gil", words=DECISION)()
    acts(stage, passed, "resolve", "finn", words=b"Pay half of it.\n")()  # over other words: no decision
    stage.there.wait(2 * DAY + 60)
    stage.sign(passed, 2, other)
    paying.execute(stage.desk, passed.id, 2, other, cast.signer("ann"))
    assert ("Queued", ["disputed", "paid"], ["dao resolve IIP-1/1"]) == told(stage)
    refuses(stage, "E_DISPUTED", "part", lambda: stopping.end(stage.desk, passed.id, 1))
    body = {"proposal": passed.id, "part": 1, "cause": "terminated"}
    refuses(stage, "E_DISPUTED", "part", lambda: stage.desk.take([Fact("ended", body)], {}, passed.id))

    stage.there.wait(PANEL_SECONDS)

    assert ["terminated", "paid"] == told(stage)[1]
    assert ["dao end IIP-1/1"] == told(stage)[2]
    refuses(stage, "E_DISPUTED", "late", acts(stage, passed, "resolve", "jan", words=DECISION))
    refuses(stage, "E_DISPUTED", "part", lambda: paying.queue(stage.desk, passed.id, 1))
    expired = {"proposal": passed.id, "part": 1, "cause": "expired"}
    refuses(stage, "E_STATE", "other_cause", lambda: stage.desk.take([Fact("ended", expired)], {}, passed.id))
    before = money(stage)
    ended = stopping.end(stage.desk, passed.id, 1)

    after = money(stage)
    assert ("terminated", ()) == (ended.cause, ended.spent)
    assert (before.committed - ETH // 2, before.available + ETH // 2) == (after.committed, after.available)
    assert (0, ETH // 4) == (after.committed, after.paid)
    assert ("Executed", ["terminated", "paid"], []) == told(stage)
    assert stage.verifies(passed)


def test_what_was_signed_stays_committed_after_silence(stage: Stage, passed: Published) -> None:
    """A terminated part that an owner had signed waits for its nonce, as after a veto."""
    tx = paying.queue(stage.desk, passed.id, 1)
    stage.there.wait(2 * DAY + 60)
    paying.sign(stage.desk, passed.id, 1, tx, cast.signer("ann"))
    acts(stage, passed, "dispute", "nora")()
    stage.there.wait(PANEL_SECONDS + 60)

    assert "terminate_pending" == told(stage)[1][0]
    refuses(stage, "E_NONCE", "unspent", lambda: stopping.end(stage.desk, passed.id, 1))
    reject(stage, tx)

    ended = stopping.end(stage.desk, passed.id, 1)
    assert ("terminated", (tx.nonce,)) == (ended.cause, ended.spent)
    assert ETH // 4 == money(stage).committed
    assert stage.verifies(passed)


def test_the_money_of_a_terminated_part_pays_another_proposal(stage: Stage, passed: Published) -> None:
    """What silence freed is promised again and paid, and both records prove it."""
    acts(stage, passed, "dispute", "nora")()
    stage.there.wait(PANEL_SECONDS + 60)
    stopping.end(stage.desk, passed.id, 1)
    second = stage.pass_(2, eth("3.7"))
    tx = paying.queue(stage.desk, second.id, 1)
    stage.there.wait(2 * DAY + 60)
    stage.sign(second, 1, tx)
    paying.execute(stage.desk, second.id, 1, tx, cast.signer("ann"))

    assert stage.verifies(second)
    assert stage.verifies(passed)


def test_a_veto_wins_over_a_dispute(stage: Stage, passed: Published) -> None:
    """The guardian may still stop a frozen part; then it ended for his cause, and no decision brings it back."""
    acts(stage, passed, "dispute", "nora")()

    done = stopping.veto(stage.desk, passed.id, 1, REASON, cast.signer(GUARDIAN))

    assert ((1,), (1,)) == (done.parts, done.ended)
    assert "vetoed" == told(stage)[1][0]
    refuses(stage, "E_VETO", "", lambda: paying.queue(stage.desk, passed.id, 1))
    assert stage.verifies(passed)


def test_who_may_dispute_and_decide_and_what(stage: Stage, passed: Published) -> None:
    """Parties dispute one part that stands, with a reason; the panel decides, each once; nobody else does either."""
    refuses(stage, "E_ACT", "role", acts(stage, passed, "dispute", "eve"))
    refuses(stage, "E_ACT", "role", acts(stage, passed, "dispute", "gil"))
    refuses(stage, "E_ACT", "one_part", acts(stage, passed, "dispute", "nora", part=0))
    refuses(stage, "E_ACT", "no_part", acts(stage, passed, "dispute", "nora", part=3))
    refuses(stage, "E_ACT", "no_evidence", acts(stage, passed, "dispute", "nora", words=None))
    refuses(stage, "E_ACT", "no_evidence", acts(stage, passed, "dispute", "nora", words=b" \n"))
    refuses(stage, "E_ACT", "no_dispute", acts(stage, passed, "resolve", "gil"))
    acts(stage, passed, "dispute", GUARDIAN)()
    refuses(stage, "E_ACT", "role", acts(stage, passed, "resolve", "nora"))
    refuses(stage, "E_ACT", "role", acts(stage, passed, "resolve", "ann"))
    acts(stage, passed, "resolve", "gil", words=DECISION)()
    stage.there.wait(60)
    refuses(stage, "E_ACT", "resolved_before", acts(stage, passed, "resolve", "gil", words=DECISION))
    refuses(stage, "E_ACT", "no_dispute", acts(stage, passed, "resolve", "gil", part=2))
    stopping.veto(stage.desk, passed.id, 2, REASON, cast.signer(GUARDIAN))
    refuses(stage, "E_VETO", "", acts(stage, passed, "dispute", "nora", part=2))
    assert stage.verifies(passed)


def test_what_is_over_is_not_disputed(stage: Stage, passed: Published) -> None:
    """Neither a part that was paid nor one that expired: a dispute would bring it back to life."""
    tx = paying.queue(stage.desk, passed.id, 1)
    stage.there.wait(2 * DAY + 60)
    stage.sign(passed, 1, tx)
    paying.execute(stage.desk, passed.id, 1, tx, cast.signer("ann"))
    refuses(stage, "E_ALREADY", "over", acts(stage, passed, "dispute", "nora"))

    stage.there.wait(settings_in_force(stage.desk).grace + DAY)
    refuses(stage, "E_EXPIRED", "", acts(stage, passed, "dispute", "nora", part=2))
    assert ["paid", "expired"] == told(stage)[1]


def test_nothing_that_did_not_pass_is_disputed(stage: Stage) -> None:
    """Before the close there is nothing to freeze, and after a vote in vain neither."""
    found_panel(stage)
    published = stage.publish(1, eth("0.5"))
    refuses(stage, "E_LOG_INCONSISTENT", "not_closed", acts(stage, published, "dispute", "nora"))
    stage.vote(published, 2, "eve", "hana")
    stage.decide(published)
    refuses(stage, "E_STATE", "not_released", acts(stage, published, "dispute", "nora"))


def test_a_frozen_milestone_waits_and_is_paid_late(stage: Stage) -> None:
    """A milestone's approvals wait while its part is disputed; one part freezes, the other is paid meanwhile."""
    found_panel(stage)
    there = stage.there
    grant = devnet_contracts.transfer(stage.desk.node, cast.key("dora"), there.token, there.safe, cast.GRANT)
    income.book_income(stage.desk, "donation", cast.FUND, grant.transaction_hash)
    there.wait(600)
    published = proposing.publish(stage.desk, world.document(), author=cast.signer("dora"), fund=cast.FUND)
    stage.vote(published, 1, "eve", "hana")
    stage.decide(published)
    there.wait(60)
    report = b"Ready.\n"
    acts(stage, published, "report", "nora", 2, report)()
    stage.there.wait(60)
    acts(stage, published, "dispute", "lea", 2)()
    refuses(stage, "E_DISPUTED", "act", acts(stage, published, "approve", "lea", 2, report))
    refuses(stage, "E_DISPUTED", "act", acts(stage, published, "report", "nora", 2, b"Really.\n"))
    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * DAY + 60)
    stage.sign(published, 1, tx)
    paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
    assert ["paid", "disputed"] == told(stage)[1]

    resolve(stage, published, 2)
    for name in cast.REVIEWERS[:2]:
        acts(stage, published, "approve", name, 2, report)()
    late = paying.queue(stage.desk, published.id, 2)
    stage.there.wait(2 * DAY + 60)
    stage.sign(published, 2, late)
    paying.execute(stage.desk, published.id, 2, late, cast.signer("ann"))

    assert ("Executed", ["paid", "paid"], []) == told(stage)
    assert stage.verifies(published)
