"""A journal with several stories, played once: a missed quorum, its resubmission, and another proposal's payment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chain import dag_cbor
from chain.cid import CID
from chain.clients import devnet_contracts
from chain.clients.devnet import Devnet
from dao.cli.demo import cast, world
from dao.store.journal import Journal
from dao.workflow import founding, income, paying
from dao.workflow.desk import Desk
from tests.dao.record.forge import Bench
from tests.dao.workflow.stage import Stage, eth


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Bench]:
    """Benches of the record of IIP-1's second vote: part 1 is paid, part 2 is queued and signed by one owner."""
    path = tmp_path_factory.mktemp("story") / "journal.sqlite"
    with Devnet.temporary(cast.GENESIS) as devnet, Journal(path, create=True) as journal:
        stage = _founded(devnet, journal)
        missed, other = stage.publish(1, eth("0.5")), stage.publish(2, eth("0.3"), eth("0.2"))
        stage.vote(missed, 1, "gil")
        stage.vote(other, 1, "eve", "hana")
        stage.decide(missed, other)
        again = stage.publish(1, eth("0.4"), eth("0.3"))
        stage.vote(again, 1, "eve", "hana")
        stage.vote(again, 2, "finn")
        stage.decide(again)
        txs = [paying.queue(stage.desk, other.id, 1), *(paying.queue(stage.desk, again.id, part) for part in (1, 2))]
        stage.there.wait(2 * cast.DAY + 60)
        for published, tx in ((other, txs[0]), (again, txs[1])):
            stage.sign(published, 1, tx)
            paying.execute(stage.desk, published.id, 1, tx, cast.key("ann"))
        paying.sign(stage.desk, again.id, 2, txs[2], cast.key("ben"))
        leaves = list(journal.leaves)
        blocks = {cid: journal.get(cid) for leaf in leaves for cid in _reached(journal, leaf.encode())}
    return lambda: Bench.of_journal(leaves, blocks, again.id)


def _founded(devnet: Devnet, journal: Journal) -> Stage:
    there = world.build(devnet)
    desk = Desk(journal, devnet.node())
    text = world.settings_text(there)
    founding.found(desk, text, founding.sign_settings(text, [cast.key(name) for name in cast.OWNERS[:2]]))
    receipt = devnet_contracts.bring_premium(desk.node, cast.key(cast.BUYER), there.proxy, 40 * cast.UNIT)
    income.book_income(desk, "premium", cast.FUND, receipt.transaction_hash)
    receipt = devnet_contracts.forward(desk.node, cast.key(cast.BUYER), there.proxy)
    income.book_income(desk, "forward", cast.FUND, receipt.transaction_hash, log=len(receipt.logs) - 1)
    return Stage(there, desk)


def _reached(journal: Journal, block: bytes) -> list[CID]:
    """Every block behind a leaf."""
    found: list[CID] = []
    pending = list(dag_cbor.links(dag_cbor.decode(block)))
    while pending:
        cid = pending.pop()
        found.append(cid)
        if cid.codec != 0x55:
            pending += dag_cbor.links(dag_cbor.decode(journal.get(cid)))
    return found
