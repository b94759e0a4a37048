"""The stage of the workflow's tests: made anew for each, because a journal forgets nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chain.clients import devnet_contracts
from chain.clients.devnet import Devnet
from dao.cli.demo import cast, world
from dao.store.journal import Journal
from dao.workflow import founding, income
from dao.workflow.desk import Desk
from tests.dao.store.dump import survives_rebuilding
from tests.dao.workflow.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Devnet.temporary(cast.GENESIS) as devnet, Journal(tmp_path / "journal.sqlite", create=True) as journal:
        there = world.build(devnet)
        desk = Desk(journal, devnet.node())
        text = world.settings_text(there)
        founding.found(desk, text, founding.sign_settings(text, [cast.signer(name) for name in cast.OWNERS[:2]]))
        receipt = devnet_contracts.bring_premium(desk.node, cast.key(cast.BUYER), there.proxy, 40 * cast.UNIT)
        income.book_income(desk, "premium", cast.FUND, receipt.transaction_hash)
        receipt = devnet_contracts.forward(desk.node, cast.key(cast.BUYER), there.proxy)
        income.book_income(desk, "forward", cast.FUND, receipt.transaction_hash, log=len(receipt.logs) - 1)
        yield Stage(there, desk)
    assert survives_rebuilding(tmp_path / "journal.sqlite")  # whatever history the test has made
