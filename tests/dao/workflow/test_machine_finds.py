"""What the stateful test found, each made small: one test a fault, in the words of what people would have done."""

from __future__ import annotations

import json

import pytest

from chain.clients.safe_deploy import execute_safe_tx
from chain.json_text import canonical
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import SafeTx, join_signatures, safe_tx_hash
from chain.signature import sign
from dao.cli.start.demo import cast
from dao.record.case import need
from dao.record.windows import window_of
from dao.workflow import founding, paying
from dao.workflow.desk import REQUIRED, Blocks, Fact
from dao.workflow.proposing import Published, settings_in_force
from governance.space import settings_cid
from proposals.draft import budget_row, draft, milestone
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import SECTIONS, Stage, eth
from treasury.binding import build


def by_hand(stage: Stage, published: Published, nonce: int) -> None:
    """The owners execute the first part from a wallet, at a nonce of their choice."""
    tx = build(published.parts[0], nonce, version="1.4.1")
    signed = {cast.address(name): sign(safe_tx_hash(tx), cast.key(name)) for name in ("ann", "ben")}
    execute_safe_tx(stage.desk.node, cast.key("ann"), tx, join_signatures(signed))


@pytest.mark.parametrize("part", [0, 2, -1])
def test_part_that_is_not_there_is_a_refusal(stage: Stage, part: int) -> None:
    """Part 2 of one ended in a traceback, and part 0 was reviewed as the last one."""
    published = stage.pass_(1, eth("0.5"))
    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * cast.DAY + 60)

    refuses(stage, "E_HASH_MISMATCH", "no_part", lambda: paying.review_part(stage.desk, published.id, part, tx))
    ann = cast.signer("ann")
    refuses(stage, "E_HASH_MISMATCH", "no_part", lambda: paying.sign(stage.desk, published.id, part, tx, ann))
    refuses(stage, "E_HASH_MISMATCH", "no_part", lambda: paying.execute(stage.desk, published.id, part, tx, ann))


def two_queued(stage: Stage) -> tuple[Published, SafeTx]:
    """Two payments wait at nonces 0 and 1; return the second."""
    first, second = stage.publish(1, eth("0.4")), stage.publish(2, eth("0.5"))
    stage.vote(first, 1, "eve", "hana")
    stage.there.wait(120)
    stage.vote(second, 1, "eve", "hana")
    stage.decide(first, second)
    paying.queue(stage.desk, first.id, 1)
    tx = paying.queue(stage.desk, second.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    return second, tx


def test_H90_payment_from_a_wallet_after_it_was_queued_is_not_signed(stage: Stage) -> None:
    """Only queueing looked for payments past the tool: what was queued before was signed and paid once more."""
    second, tx = two_queued(stage)
    by_hand(stage, second, 0)

    refuses(stage, "E_ALREADY", "outside", lambda: paying.sign(stage.desk, second.id, 1, tx, cast.signer("ann")))
    assert "refuse" == paying.review_part(stage.desk, second.id, 1, tx).verdict


def test_H90_payment_from_a_wallet_after_it_was_signed_is_not_executed(stage: Stage) -> None:
    """The same, one step later."""
    second, tx = two_queued(stage)
    stage.sign(second, 1, tx)
    by_hand(stage, second, 0)
    paid = stage.desk.node.balance(cast.address("nora"))

    refuses(stage, "E_ALREADY", "outside", lambda: paying.execute(stage.desk, second.id, 1, tx, cast.signer("ann")))
    assert paid == stage.desk.node.balance(cast.address("nora"))


def test_H86_nothing_is_sent_that_a_block_may_hold_too_late(stage: Stage) -> None:
    """Sent in the last second, the payment was made one second after the end, and could never be booked."""
    published = stage.pass_(1, eth("0.5"))
    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(published, 1, tx)
    latest = window_of(stage.desk.case(published.id, *REQUIRED["executed"]), 1).latest
    stage.there.wait_until(latest - 599)

    refuses(stage, "E_EXPIRED", "soon", lambda: paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann")))
    assert 0 == stage.desk.node.balance(cast.address("nora"))
    assert stage.verifies(published)


def test_refused_queueing_commits_nothing(stage: Stage) -> None:
    """A part that waited for its milestone was refused, and the commitment that waited for money was booked anyway."""
    nora = eth("3")
    raw = draft(
        number=1, title="Too much", description="More than the fund has", author="Dora (@dora)",
        discussions_to="https://forum.example.org/t/pay/1", created="2026-01-05", sections=SECTIONS,
        budget=[budget_row(1, nora, purpose="Now"), budget_row(2, nora, purpose="Later", release="m1")],
        milestones=[milestone("m1", "Work", due=None, evidence="Report", reviewers=("@lea", "@max"))],
    )  # fmt: skip
    stage.document = lambda *_, **__: raw  # type: ignore[method-assign, misc]
    published = stage.pass_(1)
    refuses(stage, "E_BUDGET", "", lambda: paying.queue(stage.desk, published.id, 1))
    stage.earn("40")

    refuses(stage, "E_MILESTONE", "queued_early", lambda: paying.queue(stage.desk, published.id, 2))
    assert 0 == paying.queue(stage.desk, published.id, 1).nonce
    assert stage.verifies(published)


def test_H100_settings_signed_before_do_not_come_back_by_themselves(stage: Stage) -> None:
    """After A, B and A again, the signatures that once led from A to B led there a second time, without the owners."""
    owners = [cast.signer("ann"), cast.signer("ben")]
    first = settings_in_force(stage.desk).text
    second = canonical({**json.loads(first), "timelock": 3 * cast.DAY})

    def found(text: str, after: str) -> int:
        signatures = founding.sign_settings(text, owners, settings_cid(after).digest)
        return founding.found(stage.desk, text, signatures)

    index = found(second, first)
    old = stage.desk.journal.leaves[index].body
    found(first, second)

    refuses(stage, "E_SETTINGS", "replayed", lambda: found(second, first))
    again = {**old, "state": stage.desk.journal.leaves[-1].body["state"]}
    refuses(stage, "E_SETTINGS", "replayed", lambda: stage.desk.take([Fact("settings", again)], Blocks()))
    stage.there.wait(2 * cast.HOUR)
    assert first == settings_in_force(stage.desk).text
    assert stage.verifies(stage.pass_(1, eth("0.5")))


def test_H59_snapshot_is_a_final_block(stage: Stage) -> None:
    """It was the block before the head, however deep the settings want: a vote could lose its snapshot for ever."""
    owners, first = [cast.signer("ann"), cast.signer("ben")], settings_in_force(stage.desk).text
    text = canonical({**json.loads(first), "chains": [{"chain_id": DEVNET_CHAIN_ID, "finality_depth": 5}]})
    founding.found(stage.desk, text, founding.sign_settings(text, owners, settings_cid(first).digest))
    stage.there.wait(2 * cast.HOUR)
    for _ in range(5):
        stage.there.wait(1)

    published = stage.publish(1, eth("0.5"))

    bound = need(stage.desk.case(published.id, 10, 20).commitment).blocks[0]
    assert 5 == stage.desk.node.head().ref.number - bound.number
    stage.vote(published, 1, "eve", "hana")
    stage.decide(published)
    assert stage.verifies(published)
