"""Payouts that end unpaid: the clock's share of them, what they give back, and the facts that nobody may invent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chain.clients import devnet_contracts
from chain.clients.safe_deploy import execute_safe_tx
from chain.safe import SafeTx, join_signatures, safe_tx_hash
from dao.cli.start.demo import cast
from dao.record.safe_tx_block import write_safe_tx
from dao.workflow import income, paying, stopping
from dao.workflow.desk import Blocks, Fact
from dao.workflow.proposing import Published
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth
from tests.dao.workflow.stops import money, reject, told
from treasury.confirmations import sign_safe_tx
from treasury.rejection import rejection_of

DAY = cast.DAY


def end(stage: Stage, published: Published, part: int = 1) -> Callable[[], stopping.Ended]:
    return lambda: stopping.end(stage.desk, published.id, part)


def ends_by_hand(stage: Stage, published: Published, part: int, cause: str) -> Callable[[], object]:
    fact = Fact("ended", {"proposal": published.id, "part": part, "cause": cause})
    return lambda: stage.desk.take([fact], {}, published.id)


def spends_by_hand(stage: Stage, tx: SafeTx, transaction: bytes) -> Callable[[], object]:
    blocks = Blocks()
    body = {
        "hash": safe_tx_hash(tx), "safe_tx": blocks.map(write_safe_tx(tx)),
        "receipt": blocks.map(stage.desk.node.receipt_proof(transaction).to_map()),
    }  # fmt: skip
    return lambda: stage.desk.take([Fact("spent", body)], blocks)


def test_what_expired_gives_its_money_back(stage: Stage) -> None:
    """Queued or not, nobody signed it: it ends once, and the next proposal can have the money."""
    first = stage.pass_(1, eth("2"), eth("1.5"))
    lost = paying.queue(stage.desk, first.id, 1)
    refuses(stage, "E_STATE", "not_over", end(stage, first))
    refuses(stage, "E_STATE", "not_over", ends_by_hand(stage, first, 1, "expired"))
    for number in (0, 3, -1):
        refuses(stage, "E_HASH_MISMATCH", "no_part", end(stage, first, number))
    stage.there.wait(20 * DAY)
    assert ("Expired", ["expired", "expired"]) == told(stage)[:2]
    assert 35 * 10**17 == money(stage).committed

    found = [end(stage, first, part)() for part in (1, 2)]

    assert [("expired", ()), ("expired", ())] == [(ended.cause, ended.spent) for ended in found]
    assert ("Expired", ["expired", "expired"], []) == told(stage)
    assert 0 == money(stage).committed
    refuses(stage, "E_ALREADY", "ended", end(stage, first))
    refuses(stage, "E_EXPIRED", "", lambda: paying.queue(stage.desk, first.id, 2))
    second = stage.pass_(2, eth("3"))
    tx = paying.queue(stage.desk, second.id, 1)
    assert lost.nonce == tx.nonce
    stage.there.wait(2 * DAY + 60)
    stage.sign(second, 1, tx)
    paying.execute(stage.desk, second.id, 1, tx, cast.signer("ann"))
    assert stage.verifies(first)
    assert stage.verifies(second)


def test_what_expired_signed_waits_for_its_nonce(stage: Stage) -> None:
    """One owner had signed: the money stays committed until the owners' wallets spent the nonce on nothing."""
    published = stage.pass_(1, eth("0.5"))
    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * DAY + 60)
    paying.sign(stage.desk, published.id, 1, tx, cast.signer("ann"))
    stage.there.wait(20 * DAY)
    assert ("Queued", ["expired_signed"], ["dao end IIP-1/1"]) == told(stage)
    refuses(stage, "E_NONCE", "unspent", end(stage, published))

    reject(stage, tx)

    assert (tx.nonce,) == end(stage, published)().spent
    assert ("Expired", ["expired"], []) == told(stage)
    assert 0 == money(stage).committed
    assert stage.verifies(published)


def test_a_rejection_is_proved_once(stage: Stage) -> None:
    """A rejection that stands in the journal already is not proved again, by hand or by the step."""
    first, second = stage.publish(1, eth("0.5")), stage.publish(2, eth("0.4"))
    for published in (first, second):
        stage.vote(published, 1, "eve", "hana")
        stage.there.wait(120)
    stage.decide(first, second)
    tx = paying.queue(stage.desk, first.id, 1)
    stage.there.wait(2 * DAY + 60)
    paying.sign(stage.desk, first.id, 1, tx, cast.signer("ann"))
    done = reject(stage, tx)
    spends_by_hand(stage, rejection_of(tx), done)()
    refuses(stage, "E_DUPLICATE", "spent", spends_by_hand(stage, rejection_of(tx), done))
    stage.there.wait(20 * DAY)

    assert () == end(stage, first)().spent
    assert () == end(stage, second)().spent
    assert stage.verifies(first)
    assert stage.verifies(second)


def test_what_the_fund_never_covered_gives_back_what_it_asked(stage: Stage) -> None:
    """Nothing was committed, so the ask ends; money that comes later is committed to the part that still stands."""
    published = stage.pass_(1, eth("1"), eth("5"))
    assert (0, 6 * 10**18) == (money(stage).committed, money(stage).asked)
    stage.there.wait(20 * DAY)
    for part in (1, 2):
        end(stage, published, part)()

    assert (0, 0) == (money(stage).committed, money(stage).asked)
    assert stage.verifies(published)
    assert stage.verifies(stage.pass_(2, eth("3")))


def test_an_ended_part_is_not_committed_when_money_comes(stage: Stage) -> None:
    """A veto ended one of two uncovered parts; the other one is committed and queued when the fund can."""
    published = stage.pass_(1, eth("1"), eth("5"))
    for name in ("ann", "ben"):
        stopping.veto(stage.desk, published.id, 2, b"Too much.", cast.signer(name))
    assert (0, 10**18) == (money(stage).committed, money(stage).asked)

    tx = paying.queue(stage.desk, published.id, 1)

    assert (0, 10**18, 0) == (tx.nonce, money(stage).committed, money(stage).asked)
    assert stage.verifies(published)


def test_causes_by_hand(stage: Stage) -> None:
    """A leaf may not say another cause, a part that is not there, or that it ended twice or paid."""
    published = stage.pass_(1, eth("0.5"), eth("0.25"))
    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * DAY + 60)
    stage.sign(published, 1, tx)
    paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
    stage.there.wait(20 * DAY)

    refuses(stage, "E_ALREADY", "over", ends_by_hand(stage, published, 1, "expired"))
    refuses(stage, "E_STATE", "other_cause", ends_by_hand(stage, published, 2, "vetoed"))
    refuses(stage, "E_CANONICAL", "leaf", ends_by_hand(stage, published, 2, "forgotten"))
    refuses(stage, "E_HASH_MISMATCH", "no_part", ends_by_hand(stage, published, 3, "expired"))
    ends_by_hand(stage, published, 2, "expired")()
    refuses(stage, "E_ALREADY", "ended", ends_by_hand(stage, published, 2, "expired"))
    assert ("Executed", ["paid", "expired"], []) == told(stage)
    failed = stage.publish(2, eth("0.4"))
    stage.vote(failed, 2, "eve", "hana")
    stage.decide(failed)
    refuses(stage, "E_STATE", "not_released", ends_by_hand(stage, failed, 1, "expired"))
    assert stage.verifies(published)


def test_spent_nonces_by_hand(stage: Stage) -> None:
    """Only an empty transaction of the Safe to itself, executed by it, says that a nonce was spent on nothing."""
    published = stage.pass_(1, eth("0.5"), eth("0.25"))
    txs = [paying.queue(stage.desk, published.id, part) for part in (1, 2)]
    stage.there.wait(2 * DAY + 60)
    stage.sign(published, 1, txs[0])
    paid = paying.execute(stage.desk, published.id, 1, txs[0], cast.signer("ann"))
    gift = replace(rejection_of(txs[1]), to=cast.address("jan"), value=1)
    blob = join_signatures({
        cast.address(name): sign_safe_tx(gift, cast.signer(name)).signature for name in ("ann", "ben")
    })  # fmt: skip

    refuses(stage, "E_NO_VOTE", "spent", spends_by_hand(stage, txs[0], paid))
    refuses(stage, "E_EXECUTION", "absent", spends_by_hand(stage, rejection_of(txs[0]), paid))
    refuses(stage, "E_EXECUTION", "absent", spends_by_hand(stage, rejection_of(txs[1]), paid))
    stolen = execute_safe_tx(stage.desk.node, cast.key("ann"), gift, blob).transaction_hash
    refuses(stage, "E_NO_VOTE", "spent", spends_by_hand(stage, gift, stolen))
    other = replace(rejection_of(txs[1]), safe=cast.address("jan"), to=cast.address("jan"))
    refuses(stage, "E_SAFE_CONFIG", "unknown_safe", spends_by_hand(stage, other, paid))
    older = replace(rejection_of(txs[1]), version="1.3.0")
    refuses(stage, "E_HASH_MISMATCH", "version", spends_by_hand(stage, older, paid))
    assert stage.verifies(published)


def test_income_is_booked_beside_what_other_proposals_gave_back(stage: Stage) -> None:
    """A fund whose books hold endings takes premiums as before, and every record proves its own share."""
    first = stage.pass_(1, eth("2"))
    stage.there.wait(20 * DAY)
    end(stage, first)()
    receipt = devnet_contracts.bring_premium(stage.desk.node, cast.key(cast.BUYER), stage.there.proxy, 10 * cast.UNIT)
    income.book_income(stage.desk, "premium", cast.FUND, receipt.transaction_hash)
    second = stage.pass_(2, eth("3.9"))

    assert 39 * 10**17 == money(stage).committed
    assert stage.verifies(first)
    assert stage.verifies(second)
