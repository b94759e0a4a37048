"""`dao token`: circulating and locked are the total, and a published figure is compared to the last unit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.address import checksum
from chain.cid import raw_cid
from dao.cli.start.demo import cast
from dao.views.opening import open_desk, settings_of
from dao.workflow.power_evidence import reader
from governance.attested import run, supply_plan
from governance.settings import StrategySettings
from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played
from tests.treasury.plans import MUTON, grant

Dao = Callable[..., Outcome]

MDS = json.loads((Path(__file__).parents[2] / "vectors" / "mutual" / "mds_supply.json").read_text("utf-8"))
PLAN = """\
version = 1
name = "mds"
asset = "MDS"
decimals = 18
total = "2000000000"
tge = "2018-01-01T00:00:00Z"

[[bucket]]
id = "circulating"
title = "Said to circulate"
percent = 60
amount = "1200000000"
release = { kind = "immediate" }

[[bucket]]
id = "rest"
title = "The rest"
percent = 40
amount = "800000000"
release = { kind = "committee" }
"""


def test_a_published_figure_that_is_short_of_a_share(dao: Dao, tmp_path: Path) -> None:
    """The report of 2021 says 1,199,999,624 of 2,000,000,000: 376 tokens short of 60 %."""
    path = tmp_path / "mds.toml"
    path.write_text(PLAN, "utf-8")
    found = dao("token", "--plan", path, "--decimals", 0, "--published", MDS["circulating"], "--json").document

    assert MDS["total"] == found["total"]
    assert "-" + MDS["short_of_60_percent"] == found["gap"]
    assert int(MDS["not_circulating"]) == int(found["total"]) - int(found["published"])
    assert "-376" in dao("token", "--plan", path, "--decimals", 0, "--published", MDS["circulating"]).out


def test_circulating_and_locked_are_the_total(dao: Dao) -> None:
    """In every bucket, and the sums of them, in the middle of the team's line."""
    found = dao("token", "--tge", 1512086400, "--at", 1575201600, "--json").document
    million = 10**24

    assert [str(number * million) for number in (400, 280, 120)] == [
        found[name] for name in ("total", "circulating", "locked")
    ]
    for row in found["buckets"]:
        assert int(row["total"]) == int(row["circulating"]) + int(row["locked"])
    assert (None, None, []) == (found["published"], found["gap"], found["unvested"])


def test_wallets_of_unvested_grants_are_named(dao: Dao, tmp_path: Path) -> None:
    """As long as something is locked, and no longer."""
    wallet, path = checksum(b"\x11" * 20), tmp_path / "plan.toml"
    path.write_text(MUTON + grant("ann", more=f'wallet = "{wallet}"'), "utf-8")
    line = ("token", "--plan", path, "--tge", 1512086400, "--json", "--at")

    assert [wallet] == dao(*line, 1606780799).document["unvested"]
    assert [] == dao(*line, 1606780800).document["unvested"]


@pytest.mark.parametrize("figure", ["1e9", "-1", "1,199", "0.0000000000000000001"])
def test_figures_that_are_none(dao: Dao, figure: str) -> None:
    """A figure is decimal text of the token."""
    told = dao("token", "--tge", 5, "--published", figure, "--json")

    assert (64, "E_AMOUNT") == (told.status, told.document["error"]["code"])


def test_what_is_votable_is_what_the_strategy_counts(dao: Dao, played: Played, tmp_path: Path) -> None:
    """At any block the supply less what the unvested wallets and the treasury held; the file that is written is the
    evidence of `excluding`, whose supply at that block is the same to the last unit.
    """
    with open_desk(played.folder) as desk:
        fund, node = settings_of(desk.journal).funds[0], desk.node
        token = fund.assets[1].address or b""
        head = f'decimals = 18\nchain = {fund.chain_id}\ntoken = "{checksum(token)}"\ntge = "2026-01-05T00:00:00Z"'
        wallet = cast.address("eve")  # a holder stands for a wallet: what counts is what an address holds
        path, out = tmp_path / "plan.toml", tmp_path / "unvested.txt"
        path.write_text(
            MUTON.replace("decimals = 18", head) + grant("eve", more=f'wallet = "{checksum(wallet)}"'), "utf-8"
        )
        last = node.head().ref.number
    line = ("token", "--plan", path, "--dir", played.folder, "--exclude", checksum(fund.safe), "--json", "--block")
    now, first = (dao(*line, number, "--out", out, "--force").document for number in (last, 20))

    held = cast.HOLDINGS["eve"] * 10**18
    votable = now["votable"]
    assert str(cast.SUPPLY) == votable["supply"]
    assert {checksum(wallet): str(held), checksum(fund.safe): str(3_800 * 10**18)} == {
        row["address"]: row["held"] for row in votable["excluded"]
    }
    assert str(cast.SUPPLY - held - 3_800 * 10**18) == votable["votable"]
    assert first["votable"]["block_hash"] != votable["block_hash"]
    written = out.read_bytes()
    assert str(raw_cid(written)) == now["file"]
    inner = {
        "name": "erc20-balance-of",
        "version": 1,
        "params": {"address": checksum(token), "decimals": 18, "symbol": "MUT"},
    }
    strategy = StrategySettings(
        chain_id=fund.chain_id, name="excluding", version=1, proof=None,
        params={"strategies": [inner], "files": [now["file"]]},
    )  # fmt: skip
    with open_desk(played.folder) as desk:
        block = desk.node.block(last)
        assert int(votable["votable"]) == run(supply_plan(strategy), reader(desk.node, block.ref, lambda _: written))
    told = dao("token", "--plan", path, "--dir", played.folder)
    assert "votable" in told.out
    assert 64 == dao("token", "--plan", path, "--block", 3).status
    assert 1 == dao("token", "--tge", 5, "--out", tmp_path / "none.txt").status
