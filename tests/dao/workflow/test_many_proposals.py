"""Several proposals of one fund: hashes, nonces and numbers that belong to one of them, and executions by strangers."""

from __future__ import annotations

import pytest

from chain.amount import spell
from chain.clients import devnet_contracts
from chain.clients.devnet import FAUCET_KEY
from chain.clients.safe_deploy import exec_transaction_call, execute_safe_tx
from chain.clients.safe_read import fetch_safe_state
from chain.errors import CodedError
from chain.safe import safe_tx_hash
from dao.cli.start.demo import cast
from dao.record.case import need
from dao.record.safe_tx_block import write_safe_tx
from dao.workflow import income, paying
from dao.workflow.desk import Blocks, Fact
from tests.dao.workflow.stage import Stage, eth, refused


def test_equal_payments_of_two_proposals_are_two_payments(stage: Stage) -> None:
    """Two proposals that pay the same are queued at two nonces, executed both, and each record proves its own."""
    first, second = stage.publish(1, eth("0.5")), stage.publish(2, eth("0.5"))
    stage.vote(first, 1, "eve", "hana")
    stage.there.wait(120)
    stage.vote(second, 1, "eve", "hana")
    stage.decide(first, second)
    one, two = paying.queue(stage.desk, first.id, 1), paying.queue(stage.desk, second.id, 1)
    stage.there.wait(2 * cast.DAY + 60)

    assert [0, 1] == [one.nonce, two.nonce]
    for published, tx in ((first, one), (second, two)):
        stage.sign(published, 1, tx)
        paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
    assert "1" == spell(stage.desk.node.balance(cast.address("nora")), 18)
    assert stage.verifies(first)
    assert stage.verifies(second)


def test_H102_one_receipt_books_one_payout(stage: Stage) -> None:
    """The receipt and the hash of one proposal's payment cannot be booked as another's."""
    first, second = stage.publish(1, eth("0.5")), stage.publish(2, eth("0.5"))
    stage.vote(first, 1, "eve", "hana")
    stage.there.wait(120)
    stage.vote(second, 1, "eve", "hana")
    stage.decide(first, second)
    tx = paying.queue(stage.desk, first.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(first, 1, tx)
    done = paying.execute(stage.desk, first.id, 1, tx, cast.signer("ann"))
    size = len(stage.desk.journal)
    blocks = Blocks()
    queued = {"proposal": second.id, "part": 1, "hash": safe_tx_hash(tx), "safe_tx": blocks.map(write_safe_tx(tx))}
    proof = stage.desk.node.receipt_proof(done)
    state = fetch_safe_state(stage.desk.node, tx.safe, stage.desk.node.head().ref.number - 1)
    executed = {
        "proposal": second.id, "part": 1, "hash": safe_tx_hash(tx), "receipt": blocks.map(proof.to_map()),
        "state": blocks.map(state.to_map()),
    }  # fmt: skip

    with pytest.raises(CodedError) as caught:
        stage.desk.take([Fact("queued", queued), Fact("executed", executed)], blocks, second.id)

    assert ("E_DOUBLE_PAY", "same_hash") == refused(caught)
    assert size == len(stage.desk.journal)


def test_execution_by_a_stranger_is_adopted(stage: Stage) -> None:
    """Whoever sends a signed transaction, it is booked once and never sent again."""
    published = stage.pass_(1, eth("0.5"))
    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(published, 1, tx)
    sent = execute_safe_tx(stage.desk.node, FAUCET_KEY, tx, stage.blob(tx))

    booked = paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))

    assert sent.transaction_hash == booked
    assert "0.5" == spell(stage.desk.node.balance(cast.address("nora")), 18)
    assert stage.verifies(published)


def test_two_payouts_in_one_block(stage: Stage) -> None:
    """A stranger who executes two parts in one block leaves both bookable."""
    published = stage.pass_(1, eth("0.5"), eth("0.25"))
    txs = [paying.queue(stage.desk, published.id, part) for part in (1, 2)]
    stage.there.wait(2 * cast.DAY + 60)
    for part, tx in enumerate(txs, 1):
        stage.sign(published, part, tx)
    with stage.there.devnet.one_block():
        for tx in txs:
            data = exec_transaction_call(tx, stage.blob(tx))
            stage.desk.node.submit(FAUCET_KEY, tx.safe, data=data, gas=500_000)

    for part, tx in enumerate(txs, 1):
        paying.execute(stage.desk, published.id, part, tx, cast.signer("ann"))

    assert "0.75" == spell(stage.desk.node.balance(cast.address("nora")), 18)
    assert stage.verifies(published)


def test_uncovered_result_waits_for_money(stage: Stage) -> None:
    """What the fund does not cover stays a result, is not queued, and is committed once the money came."""
    published = stage.pass_(1, eth("5"))

    with pytest.raises(CodedError) as caught:
        paying.queue(stage.desk, published.id, 1)

    assert "E_BUDGET" == caught.value.code
    receipt = devnet_contracts.bring_premium(stage.desk.node, cast.key(cast.BUYER), stage.there.proxy, 20 * cast.UNIT)
    income.book_income(stage.desk, "premium", cast.FUND, receipt.transaction_hash)
    receipt = devnet_contracts.forward(stage.desk.node, cast.key(cast.BUYER), stage.there.proxy)
    income.book_income(stage.desk, "forward", cast.FUND, receipt.transaction_hash, log=len(receipt.logs) - 1)

    assert 0 == paying.queue(stage.desk, published.id, 1).nonce
    assert stage.verifies(published)


def test_H103_twin_of_an_open_proposal(stage: Stage) -> None:
    """Of one number at most one proposal is open; the refused twin leaves the first one whole."""
    first = stage.publish(1, eth("0.5"))
    size = len(stage.desk.journal)

    with pytest.raises(CodedError) as caught:
        stage.publish(1, eth("0.6"))

    assert "E_STATE" == caught.value.code
    assert size == len(stage.desk.journal)
    stage.vote(first, 1, "eve", "hana")
    stage.decide(first)
    assert stage.verifies(first)


def test_resubmission_after_a_missed_quorum(stage: Stage) -> None:
    """A number whose vote missed the quorum may be asked again, and the second vote has a record of its own."""
    first = stage.publish(1, eth("0.5"))
    stage.vote(first, 1, "gil")
    stage.decide(first)

    second = stage.pass_(1, eth("0.4"))

    assert second.id != first.id
    assert need(stage.desk.case(second.id, 10, 20, 21, 22, 23, 24, 25).status) == "Passed"
    assert stage.verifies(first)
    assert stage.verifies(second)


def test_transaction_that_nobody_signed_gives_its_nonce_back(stage: Stage) -> None:
    """A queued payment that expired unsigned blocks nobody behind it."""
    first = stage.pass_(1, eth("0.5"))
    lost = paying.queue(stage.desk, first.id, 1)
    stage.there.wait(20 * cast.DAY)
    second = stage.pass_(2, eth("0.4"))

    tx = paying.queue(stage.desk, second.id, 1)

    assert [0, 0] == [lost.nonce, tx.nonce]
    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(second, 1, tx)
    paying.execute(stage.desk, second.id, 1, tx, cast.signer("ann"))
    assert stage.verifies(second)
    assert stage.verifies(first)
