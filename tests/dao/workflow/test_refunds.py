"""Money that comes back: a refund of its part, available again, once, and in every record of the fund."""

from __future__ import annotations

from functools import partial

from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast
from dao.workflow import income, paying
from dao.workflow.desk import Blocks, Fact
from dao.workflow.proposing import settings_in_force
from tests.dao.record.invented import rebuilt_header
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth
from tests.dao.workflow.stops import money
from treasury.payouts import PayoutId


def test_a_refund_is_no_income_and_is_booked_once(stage: Stage) -> None:
    """What came back is available again; more than was paid, another proposal's, or the same log twice is refused.
    When its block leaves the chain it is taken back by an entry, in every record of the fund.
    """
    published = stage.pass_(1, eth("1"))
    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(published, 1, tx)
    paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
    before, node = money(stage), stage.desk.node
    back = [node.send(cast.key(cast.BUYER), stage.there.safe, value=wei) for wei in (7 * 10**17, 4 * 10**17)]
    payout = PayoutId(published.id, 1)
    book = partial(income.book_refund, stage.desk, payout, cast.FUND, log=0)
    booked = [partial(book, each.transaction_hash) for each in back]
    booked[0]()
    after = money(stage)
    refuses(stage, "E_LEDGER", "twice", booked[0])
    refuses(stage, "E_BUDGET", "not_paid", booked[1])
    fund = settings_in_force(stage.desk).funds[0]
    swept = income.sweep(stage.desk, fund, 0)
    second = stage.pass_(2, eth("0.1"))

    assert (7 * 10**17, 7 * 10**17) == (after.available - before.available, after.refunded)
    assert before.paid == after.paid == 10**18
    assert [4 * 10**17] == [each.amount for each in swept.booked]
    assert DEVNET_CHAIN_ID == swept.booked[0].origin.chain_id
    assert stage.verifies(published)
    assert stage.verifies(second)

    leaves, blocks = stage.desk.journal.leaves, Blocks()
    source = next(at for at, leaf in enumerate(leaves) if leaf.kind == "refund")
    gone = node.receipt(back[0].transaction_hash)
    assert gone is not None
    header = blocks.raw(rebuilt_header(node.header(gone.block.number), parent_hash=bytes(32)))
    reverse = partial(stage.desk.take, [Fact("reversed", {"source": source, "header": header})], blocks)
    reverse()
    reversed_ = money(stage)

    assert (0, after.refunded) == (reversed_.refunded, 7 * 10**17)
    refuses(stage, "E_LEDGER", "reversed_twice", reverse)
    assert stage.verifies(published)
    assert stage.verifies(second)
