"""What a space allows its Safe to pay in a day, over the whole queue: signing waits, and a record shows who did not."""

from __future__ import annotations

from chain.clients.safe_deploy import execute_safe_tx
from chain.safe import SafeTx, safe_tx_hash
from dao.cli.start.demo import cast
from dao.record.safe_tx_block import write_safe_tx
from dao.workflow import paying
from dao.workflow.consenting import confirmation_fact
from dao.workflow.desk import QUEUED, Blocks, Fact
from dao.workflow.proposing import Published
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth
from tests.dao.workflow.stops import found_with
from treasury.binding import build
from treasury.confirmations import sign_safe_tx
from treasury.review import Review

ETHER = 10**18


def limit(stage: Stage, per_day: int | None, per_payee: int | None = None) -> None:
    told = {"per_day": per_day, "per_payee": per_payee}
    row = {name: None if units is None else str(units) for name, units in told.items()}
    spending = [{"fund": cast.FUND, "symbol": "ETH", **row}]
    found_with(stage, limits={"body": 10_000, "parts": 20, "spending": spending})


def figures(found: Review) -> list[tuple[str, object, object, object]]:
    return [
        (f.code, *(f.facts[name] for name in ("asked", "executed", "waiting")))
        for f in found.findings
        if f.code in ("E_OUTFLOW_CAP", "W_OUTFLOW")
    ]  # fmt: skip


def confirm_unreviewed(stage: Stage, published: Published, tx: SafeTx) -> None:
    """Two owners sign with a tool that does not look at the limits, and the writer takes it."""
    for name in ("ann", "ben"):
        blocks, head = Blocks(), stage.desk.head()
        fact = confirmation_fact(stage.desk.node, tx, sign_safe_tx(tx, cast.signer(name)), head, blocks)
        stage.desk.take([fact], blocks, published.id, head=head)


def test_H92_a_day_is_counted_over_the_whole_queue(stage: Stage) -> None:
    """Three parts of one proposal under a limit for two of them: the third is signed a day after the first."""
    limit(stage, 2 * ETHER)
    published = stage.pass_(1, eth("1"), eth("1"), eth("0.5"))
    txs = [paying.queue(stage.desk, published.id, part) for part in (1, 2, 3)]
    stage.there.wait(2 * cast.DAY + 60)
    reviews = [paying.review_part(stage.desk, published.id, part, tx) for part, tx in enumerate(txs, 1)]
    assert [("W_OUTFLOW", "1", "0", "0")] == figures(reviews[0])
    assert [("W_OUTFLOW", "1", "0", "1")] == figures(reviews[1])
    assert [("E_OUTFLOW_CAP", "0.5", "0", "2")] == figures(reviews[2])

    for part in (1, 2):
        stage.sign(published, part, txs[part - 1])
    refuses(stage, "E_OUTFLOW_CAP", "day", lambda: paying.sign(stage.desk, published.id, 3, txs[2], cast.signer("ann")))
    for part in (1, 2):
        paying.execute(stage.desk, published.id, part, txs[part - 1], cast.signer("ann"))
    last = paying.review_part(stage.desk, published.id, 3, txs[2])
    assert [("E_OUTFLOW_CAP", "0.5", "2", "0")] == figures(last)

    # owners whose tool does not ask can sign it, and the Safe executes it; no journal of ours books it
    confirm_unreviewed(stage, published, txs[2])
    refuses(
        stage, "E_OUTFLOW_CAP", "day", lambda: paying.execute(stage.desk, published.id, 3, txs[2], cast.signer("ann"))
    )
    assert stage.verifies(published)
    transaction = send(stage, txs[2])
    refuses(
        stage, "E_OUTFLOW_CAP", "day", lambda: paying.book_execution(stage.desk, published.id, 3, txs[2], transaction)
    )
    stage.there.wait(cast.DAY)
    assert [("W_OUTFLOW", "0.5", "0", "0")] == figures(paying.review_part(stage.desk, published.id, 3, txs[2]))


def test_H92_what_was_queued_behind_a_signature_counts_too(stage: Stage) -> None:
    """Two parts that fit a day only one by one: the second is queued, at the nonce before, once the first is signed."""
    limit(stage, 6 * ETHER // 10)
    published = stage.pass_(1, eth("0.5"), eth("0.4"))
    case = stage.desk.case(published.id, *QUEUED)
    first, blocks = build(paying.part_of(case, 1), 1, version="1.4.1"), Blocks()
    body = {"part": 1, "hash": safe_tx_hash(first), "safe_tx": blocks.map(write_safe_tx(first))}
    stage.desk.take([Fact("queued", {"proposal": published.id, **body})], blocks, published.id)
    stage.there.wait(2 * cast.DAY + 60)
    confirm_unreviewed(stage, published, first)
    second = paying.queue(stage.desk, published.id, 2)
    assert (1, 0) == (first.nonce, second.nonce)
    confirm_unreviewed(stage, published, second)
    paying.book_execution(stage.desk, published.id, 2, second, send(stage, second))
    transaction = send(stage, first)

    refuses(
        stage, "E_OUTFLOW_CAP", "day", lambda: paying.book_execution(stage.desk, published.id, 1, first, transaction)
    )


def send(stage: Stage, tx: SafeTx) -> bytes:
    """Somebody sends what was signed."""
    return execute_safe_tx(stage.desk.node, cast.key("cho"), tx, stage.blob(tx)).transaction_hash
