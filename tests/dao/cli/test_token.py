"""`dao token`: circulating and locked are the total, and a published figure is compared to the last unit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.address import checksum
from tests.dao.cli.conftest import Outcome
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
