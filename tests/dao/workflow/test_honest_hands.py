"""What honest people do by mistake must never end a DAO: retries, slow nodes, payments from a wallet, eager payees."""

from __future__ import annotations

import pytest

from chain.address import checksum
from chain.blocks import BlockRef
from chain.clients import devnet_contracts
from chain.clients.node import BlockInfo
from chain.clients.safe_deploy import execute_safe_tx
from chain.errors import CodedError
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import join_signatures, safe_tx_hash
from chain.signature import address_of, sign
from dao.cli.start.demo import cast
from dao.workflow import acting, income, paying
from dao.workflow.desk import Fact
from proposals.draft import budget_row, draft, milestone
from tests.dao.workflow.stage import SECTIONS, Stage, eth, refused
from treasury.binding import build


def test_forwarding_of_nothing_is_no_income(stage: Stage) -> None:
    """Anybody may call forward() on an empty proxy; booking it is refused, and everything else goes on."""
    receipt = devnet_contracts.forward(stage.desk.node, cast.key(cast.BUYER), stage.there.proxy)

    with pytest.raises(CodedError) as caught:
        income.book_income(stage.desk, "forward", cast.FUND, receipt.transaction_hash, log=len(receipt.logs) - 1)

    assert ("E_LEDGER", "nothing") == refused(caught)
    assert stage.verifies(stage.pass_(1, eth("0.5")))


def test_income_is_booked_once(stage: Stage) -> None:
    """Booking the same log again is refused and changes nothing."""
    receipt = devnet_contracts.bring_premium(stage.desk.node, cast.key(cast.BUYER), stage.there.proxy, cast.UNIT)
    income.book_income(stage.desk, "premium", cast.FUND, receipt.transaction_hash)
    size = len(stage.desk.journal)

    with pytest.raises(CodedError) as caught:
        income.book_income(stage.desk, "premium", cast.FUND, receipt.transaction_hash)

    assert ("E_LEDGER", "twice") == refused(caught)
    assert size == len(stage.desk.journal)


def test_node_that_lags_behind(stage: Stage) -> None:
    """A head older than one that the journal knows would make a journal that no verifier takes."""
    head = stage.desk.node.head()
    older = BlockInfo(BlockRef(DEVNET_CHAIN_ID, 1, bytes(32)), head.timestamp + 1)

    with pytest.raises(CodedError) as caught:
        stage.desk.take([Fact("parts", {"parts": None})], {}, head=older)

    assert "E_RPC_BEHIND" == caught.value.code


def test_payment_from_a_wallet_is_not_paid_again(stage: Stage) -> None:
    """If the owners executed the very part before it was queued, queueing it is refused: it would be paid twice."""
    published = stage.pass_(1, eth("0.5"))
    tx = build(published.parts[0], 0, version="1.4.1")
    signed = {address_of(cast.key(name)): sign(safe_tx_hash(tx), cast.key(name)) for name in ("ann", "ben")}
    execute_safe_tx(stage.desk.node, cast.key("ann"), tx, join_signatures(signed))

    with pytest.raises(CodedError) as caught:
        paying.queue(stage.desk, published.id, 1)

    assert ("E_ALREADY", "outside") == refused(caught)


def test_expired_part_is_not_queued(stage: Stage) -> None:
    """After its last moment a part is neither queued nor committed."""
    published = stage.pass_(1, eth("0.5"))
    stage.there.wait(30 * cast.DAY)

    with pytest.raises(CodedError) as caught:
        paying.queue(stage.desk, published.id, 1)

    assert "E_EXPIRED" == caught.value.code


def test_payee_of_another_part_reports_nothing(stage: Stage) -> None:
    """Only the author and the payees of a part report on it: another's report would void what was approved."""
    nora, omar = (f"0.1 ETH to {checksum(cast.address(name))}" for name in ("nora", "omar"))
    raw = draft(
        number=1, title="Two payees", description="Pays two people", author="Dora (@dora)",
        discussions_to="https://forum.example.org/t/pay/1", created="2026-01-05", sections=SECTIONS,
        budget=[budget_row(1, omar, purpose="Now"), budget_row(2, nora, purpose="Later", release="m1")],
        milestones=[milestone("m1", "Work", due=None, evidence="Report", reviewers=("@lea", "@max"))],
    )  # fmt: skip
    stage.document = lambda *_, **__: raw  # type: ignore[method-assign, misc]
    published = stage.pass_(1)

    with pytest.raises(CodedError) as caught:
        acting.act(stage.desk, published.id, 2, "report", signer=cast.signer("omar"), evidence=b"I did nothing\n")

    assert ("E_MILESTONE", "other_reporter") == refused(caught)
    stage.there.wait(60)
    acting.act(stage.desk, published.id, 2, "report", signer=cast.signer("nora"), evidence=b"I did it\n")
