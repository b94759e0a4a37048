"""Vetoes: who may, what stops at once, and when the money of a stopped part is free again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chain.cid import raw_cid
from chain.clients import devnet_contracts
from chain.clients.safe_deploy import execute_safe_tx
from chain.safe import safe_tx_hash
from dao.cli.start.demo import cast, world
from dao.workflow import acting, income, paying, proposing, stopping
from dao.workflow.desk import Fact
from dao.workflow.proposing import Published
from governance.acts import act_message, sign_act
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth
from tests.dao.workflow.stops import GUARDIAN, REASON, found_guardian, money, reject, told
from treasury.confirmations import sign_safe_tx

DAY = cast.DAY


def veto(stage: Stage, published: Published, part: int = 0, name: str = GUARDIAN) -> Callable[[], stopping.Vetoed]:
    return lambda: stopping.veto(stage.desk, published.id, part, REASON, cast.signer(name))


@pytest.fixture
def guarded(stage: Stage) -> Published:
    """A proposal with two parts that passed under settings with a guardian."""
    found_guardian(stage)
    return stage.pass_(1, eth("0.5"), eth("0.25"))


def test_a_veto_before_anything_was_signed(stage: Stage, guarded: Published) -> None:
    """Act, end of both parts and their entries come in one commit; the money is available again; the record says so."""
    paying.queue(stage.desk, guarded.id, 1)
    before, size = money(stage), len(stage.desk.journal)

    found = veto(stage, guarded)()

    kinds = [leaf.kind for leaf in stage.desk.journal.leaves[size:]]
    assert ["act", "ended", "ended", "entry", "entry"] == kinds
    assert ((1, 2), (1, 2)) == (found.parts, found.ended)
    after = money(stage)
    assert (before.committed, 0) == (75 * 10**16, after.committed)
    assert before.available + before.committed == after.available
    assert ("Vetoed", ["vetoed", "vetoed"], []) == told(stage)
    assert stage.verifies(guarded)


def test_a_veto_on_one_part_leaves_the_other(stage: Stage, guarded: Published) -> None:
    """The other part is paid; with one part paid and one vetoed the proposal is executed."""
    veto(stage, guarded, 2)()
    assert ("Passed", ["timelocked", "vetoed"], ["dao queue IIP-1/1"]) == told(stage)

    tx = paying.queue(stage.desk, guarded.id, 1)
    stage.there.wait(2 * DAY + 60)
    stage.sign(guarded, 1, tx)
    paying.execute(stage.desk, guarded.id, 1, tx, cast.signer("ann"))

    assert ("Executed", ["paid", "vetoed"], []) == told(stage)
    assert (0, 5 * 10**17) == (money(stage).committed, money(stage).paid)
    assert stage.verifies(guarded)


def test_nothing_follows_a_veto(stage: Stage, guarded: Published) -> None:
    """No queue, signature, execution, end or second veto; not by the commands, and not by hand."""
    tx = paying.queue(stage.desk, guarded.id, 1)
    stage.there.wait(2 * DAY + 60)
    paying.sign(stage.desk, guarded.id, 1, tx, cast.signer("ann"))
    veto(stage, guarded)()

    refuses(stage, "E_VETO", "", lambda: paying.sign(stage.desk, guarded.id, 1, tx, cast.signer("ben")))
    refuses(stage, "E_VETO", "", lambda: paying.execute(stage.desk, guarded.id, 1, tx, cast.signer("ben")))
    refuses(stage, "E_VETO", "", lambda: paying.queue(stage.desk, guarded.id, 1))
    refuses(stage, "E_VETO", "", lambda: paying.queue(stage.desk, guarded.id, 2))
    by_hand = sign_safe_tx(tx, cast.signer("ben"))
    body = {"hash": safe_tx_hash(tx), "owner": by_hand.owner, "signature": by_hand.signature}
    refuses(stage, "E_VETO", "", lambda: stage.desk.take([Fact("confirmation", body)], {}, guarded.id))
    stage.there.wait(60)
    refuses(stage, "E_ACT", "vetoed_before", veto(stage, guarded))
    refuses(stage, "E_ACT", "vetoed_before", veto(stage, guarded, 2))
    refuses(stage, "E_ACT", "vetoed_before", veto(stage, guarded, 1, "cho"))
    assert stage.verifies(guarded)


def test_what_was_signed_stays_committed_until_its_nonce_is_spent(stage: Stage, guarded: Published) -> None:
    """One signature keeps the part alive; a rejection by the owners' wallets ends it, and both records prove it."""
    tx = paying.queue(stage.desk, guarded.id, 1)
    stage.there.wait(2 * DAY + 60)
    paying.sign(stage.desk, guarded.id, 1, tx, cast.signer("ann"))

    found = veto(stage, guarded)()

    assert ((1, 2), (2,)) == (found.parts, found.ended)
    assert ("Queued", ["veto_pending", "vetoed"], ["dao end IIP-1/1"]) == told(stage)
    assert 5 * 10**17 == money(stage).committed
    refuses(stage, "E_NONCE", "unspent", lambda: stopping.end(stage.desk, guarded.id, 1))
    body = {"proposal": guarded.id, "part": 1, "cause": "vetoed"}
    refuses(stage, "E_NONCE", "unspent", lambda: stage.desk.take([Fact("ended", body)], {}, guarded.id))
    assert stage.verifies(guarded)

    reject(stage, tx)
    ended = stopping.end(stage.desk, guarded.id, 1)

    assert ("vetoed", (tx.nonce,)) == (ended.cause, ended.spent)
    assert ["spent", "ended", "entry"] == [leaf.kind for leaf in stage.desk.journal.leaves[-3:]]
    assert ("Vetoed", ["vetoed", "vetoed"], []) == told(stage)
    assert 0 == money(stage).committed
    refuses(stage, "E_ALREADY", "ended", lambda: stopping.end(stage.desk, guarded.id, 1))
    assert stage.verifies(guarded)


def test_the_money_pays_another_proposal(stage: Stage, guarded: Published) -> None:
    """What the veto freed is committed to the next proposal and paid; its record proves that it was free."""
    tx = paying.queue(stage.desk, guarded.id, 1)
    stage.there.wait(2 * DAY + 60)
    paying.sign(stage.desk, guarded.id, 1, tx, cast.signer("ann"))
    veto(stage, guarded)()
    reject(stage, tx)
    stopping.end(stage.desk, guarded.id, 1)
    second = stage.pass_(2, eth("3.9"))

    paid = paying.queue(stage.desk, second.id, 1)
    assert tx.nonce + 1 == paid.nonce
    stage.there.wait(2 * DAY + 60)
    stage.sign(second, 1, paid)
    paying.execute(stage.desk, second.id, 1, paid, cast.signer("ann"))

    assert ("Executed", ["paid"], []) == told(stage, 2)
    assert stage.verifies(second)
    assert stage.verifies(guarded)


def test_owners_veto_by_their_threshold(stage: Stage) -> None:
    """Without a guardian two of three owners stop a part; one alone does not, and nobody else can."""
    published = stage.pass_(1, eth("0.5"))
    refuses(stage, "E_ACT", "role", veto(stage, published, 1, "ivo"))
    refuses(stage, "E_ACT", "role", veto(stage, published, 1, "dora"))

    first = veto(stage, published, 1, "ann")()
    assert ((), ()) == (first.parts, first.ended)
    assert ("Passed", ["timelocked"], ["dao queue IIP-1/1"]) == told(stage)
    refuses(stage, "E_ACT", "vetoed_before", veto(stage, published, 0, "ann"))
    paying.queue(stage.desk, published.id, 1)

    second = veto(stage, published, 0, "cho")()
    assert ((1,), (1,)) == (second.parts, second.ended)
    assert ("Vetoed", ["vetoed"], []) == told(stage)
    assert stage.verifies(published)


def test_a_veto_comes_after_the_result_with_its_reason_and_before_the_payment(stage: Stage) -> None:
    """Not on an open vote, not on one that failed, not without words, not on another file, not on what was paid."""
    found_guardian(stage)
    published = stage.publish(1, eth("0.5"))
    stage.vote(published, 1, "eve", "hana")
    refuses(stage, "E_LOG_INCONSISTENT", "not_closed", veto(stage, published))
    stage.decide(published)
    message = act_message(
        proposal=published.id, part=1, kind="veto", evidence=raw_cid(REASON).digest, timestamp=stage.desk.now()
    )
    raw = sign_act(message, cast.signer(GUARDIAN))
    refuses(stage, "E_ACT", "evidence", lambda: stopping.take_veto(stage.desk, raw, REASON + b"!"))
    refuses(stage, "E_ACT", "no_evidence",
            lambda: stopping.veto(stage.desk, published.id, 1, b" \n", cast.signer(GUARDIAN)))  # fmt: skip
    refuses(stage, "E_ACT", "no_part", veto(stage, published, 2))
    bare = act_message(proposal=published.id, part=1, kind="veto", evidence=bytes(32), timestamp=stage.desk.now())
    refuses(stage, "E_ACT", "no_evidence",
            lambda: acting.take_act(stage.desk, sign_act(bare, cast.signer(GUARDIAN)), None))  # fmt: skip

    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * DAY + 60)
    stage.sign(published, 1, tx)
    paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
    refuses(stage, "E_ALREADY", "over", veto(stage, published))
    lost = stage.publish(2, eth("0.5"))
    stage.vote(lost, 2, "eve", "hana")
    stage.decide(lost)
    refuses(stage, "E_STATE", "not_released", veto(stage, lost))
    assert stage.verifies(published)
    assert stage.verifies(lost)


def test_a_payment_that_nobody_booked_is_not_vetoed(stage: Stage, guarded: Published) -> None:
    """A stranger executed it before the veto: the veto is refused until it is booked, and then too late."""
    tx = paying.queue(stage.desk, guarded.id, 1)
    stage.there.wait(2 * DAY + 60)
    stage.sign(guarded, 1, tx)
    execute_safe_tx(stage.desk.node, cast.key("pat"), tx, stage.blob(tx))

    refuses(stage, "E_ALREADY", "unbooked", veto(stage, guarded, 1))
    paying.execute(stage.desk, guarded.id, 1, tx, cast.signer("ann"))
    refuses(stage, "E_ALREADY", "over", veto(stage, guarded, 1))
    assert stage.verifies(guarded)


def test_an_execution_after_the_veto_is_never_booked(stage: Stage, guarded: Published) -> None:
    """What was fully signed before the veto can be executed by anybody; the journal does not take it."""
    tx = paying.queue(stage.desk, guarded.id, 1)
    stage.there.wait(2 * DAY + 60)
    stage.sign(guarded, 1, tx)
    veto(stage, guarded)()
    stage.there.wait(60)
    done = execute_safe_tx(stage.desk.node, cast.key("pat"), tx, stage.blob(tx)).transaction_hash

    refuses(stage, "E_VETO", "", lambda: paying.book_execution(stage.desk, guarded.id, 1, tx, done))
    refuses(stage, "E_ALREADY", "unbooked", lambda: stopping.end(stage.desk, guarded.id, 1))
    assert 5 * 10**17 == money(stage).committed


def test_milestones_of_a_vetoed_part(stage: Stage) -> None:
    """Nothing is reported on a part that is vetoed."""
    found_guardian(stage)
    there = stage.there
    grant = devnet_contracts.transfer(stage.desk.node, cast.key("dora"), there.token, there.safe, cast.GRANT)
    income.book_income(stage.desk, "donation", cast.FUND, grant.transaction_hash)
    there.wait(600)
    published = proposing.publish(stage.desk, world.document(), author=cast.signer("dora"), fund=cast.FUND)
    stage.vote(published, 1, "eve", "hana")
    stage.decide(published)
    there.wait(60)

    def report() -> int:
        return acting.act(stage.desk, published.id, 2, "report", signer=cast.signer("nora"), evidence=b"done")

    report()
    veto(stage, published, 2)()
    there.wait(60)
    refuses(stage, "E_VETO", "act", report)
    refuses(stage, "E_VETO", "act", lambda: acting.act(
        stage.desk, published.id, 2, "approve", signer=cast.signer("lea"), evidence=b"done"
    ))  # fmt: skip
    assert ["timelocked", "vetoed"] == told(stage)[1]
    assert stage.verifies(published)
