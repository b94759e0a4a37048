"""`dao receipts` names the log of each payment, and `dao review` says beforehand who would gain and lose what."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.address import checksum
from chain.clients.devnet import Devnet
from dao.cli.start.demo import cast
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played
from treasury.execution import EXECUTION_SUCCESS
from treasury.income import TRANSFER

Dao = Callable[..., Outcome]


def test_each_row_has_its_transaction_and_log(dao: Dao, played: Played, tmp_path: Path) -> None:
    """Of the demo's proposal: coins by the Safe's report, tokens by their own; also as a table, and one part alone."""
    folder, out = copied(played.folder, tmp_path / "workspace"), tmp_path / "receipts.csv"

    whole = dao("receipts", "IIP-1", "--dir", folder, "--out", out, "--json")
    alone = dao("receipts", "IIP-1/2", "--dir", folder, "--json")

    rows = whole.document["rows"]
    assert (0, len(rows)) == (whole.status, whole.document["paid"])
    assert list(range(1, len(rows) + 1)) == [row["row"] for row in rows]
    with Devnet.open(folder / "devnet.sqlite") as devnet:
        for row in rows:
            receipt = devnet.node().receipt(bytes.fromhex(row["transaction"][2:]))
            assert receipt is not None
            assert row["block"] == receipt.block.number
            event = EXECUTION_SUCCESS if "slip44" in row["asset"] else TRANSFER
            assert event == receipt.logs[row["log"]].log.topics[0]
    assert [row for row in rows if row["part"] == 2] == alone.document["rows"]
    table = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert [row["transaction"] for row in rows] == [row["transaction"] for row in table]
    assert 1 == dao("receipts", "IIP-9", "--dir", folder, "--json").status


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which a part is queued and not executed."""
    return steps_workspace.build(tmp_path_factory.mktemp("receipts") / "workspace")


def test_what_is_not_paid_has_no_receipt(dao: Dao, running: Path) -> None:
    """Its rows stand there with nothing beside them."""
    document = dao("receipts", "IIP-1", "--dir", running, "--json").document

    assert 0 == document["paid"]
    assert {None} == {row[name] for row in document["rows"] for name in ("transaction", "log", "block")}


def test_review_says_who_would_gain_and_lose(dao: Dao, running: Path) -> None:
    """Before anybody signs: balances before and after, held against the part; the Safe stays who it is."""
    outcome, spoken = (dao("review", "IIP-1/1", "--dir", running, *more) for more in (("--json",), ()))

    changes = {(change["holder"], change["asset"]): change for change in outcome.document["changes"]}
    gained = {key: int(each["after"]) - int(each["before"]) for key, each in changes.items()}
    assert gained == {key: int(each["expected"]) for key, each in changes.items()}
    nora = checksum(cast.address("nora"))
    paid = [units for (holder, _), units in gained.items() if holder == nora]
    assert (1, 0, []) == (len(paid), sum(gained.values()), outcome.document["storage"])
    assert min(paid) > 0
    assert [] == [each for each in outcome.document["findings"] if each["code"] == "W_DRY_RUN"]
    assert "balances" not in outcome.document["unchecked"]
    assert f"{nora}   +" in spoken.out
