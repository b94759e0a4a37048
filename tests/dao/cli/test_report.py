"""`dao report`, `dao ledger close` and the pictures: what the demo's books say of a period."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played

Dao = Callable[..., Outcome]
TEXT = "{http://www.w3.org/2000/svg}text"


def test_a_report_of_the_demo(dao: Dao, played: Played, tmp_path: Path) -> None:
    """Income less expenses is what is left; a part is worth what the file's price says; the hash stands in it."""
    prices = tmp_path / "prices.csv"
    coin = "eip155:20200903/slip44:60"
    prices.write_text(f"date,asset,currency,price\n2026-01-05,{coin},USD,1000\n2026-01-05,{coin},TWD,31500.5\n")
    outcome = dao("report", "--every", "month", "--prices", prices, "--dir", played.folder, "--json")

    document = outcome.document
    (fund,) = document["funds"]
    came, spent = ({row["asset"]: 0 for row in fund["assets"]} for _ in range(2))
    for rows, sums in ((fund["income"], came), (fund["expenses"], spent)):
        for row in rows:
            sums[row["asset"]] += int(row["amount"])
    assert {asset: str(came[asset] - spent[asset]) for asset in came} == fund["net"]
    part = next(row for row in fund["expenses"] if row["account"].endswith("Part-1") and row["asset"] == coin)
    assert {"USD": "1500.00", "TWD": "47250.75"} == part["worth"]
    assert {"USD": None, "TWD": None} == fund["income"][0]["worth"]
    assert ("2026-01-01", "2026-01-31", False) == (document["first"], document["last"], document["over"])
    assert [("Other", "0"), ("Other", "0")] == [(row["kind"], row["open"]) for row in fund["budget"]]
    told = dao("report", "--prices", prices, "--dir", played.folder).out
    assert document["prices"] in told


@pytest.mark.parametrize(("lang", "word"), [("en", "Runway"), ("zh-Hant", "可支撐時間"), ("zh-Hans", "可支撑时间")])
def test_a_report_is_a_file_in_a_language(dao: Dao, played: Played, tmp_path: Path, lang: str, word: str) -> None:
    """Every table has as many cells in each row; the same books give the same bytes."""
    out = tmp_path / "report.md"
    words = ("report", "--every", "2w", "--out", out, "--dir", played.folder, "--lang", lang)
    assert (0, 0) == (dao(*words).status, dao(*words).status)
    told = out.read_text("utf-8")

    assert f"### {word}" in told
    for block in told.split("\n\n"):
        rows = [re.sub(r"\\\|", "", row) for row in block.splitlines() if row.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1


def test_periods_are_closed_once_and_held_to(dao: Dao, played: Played, tmp_path: Path) -> None:
    """A period that is over gets its file, the next begins there; a changed digit is found; the future is refused."""
    folder = copied(played.folder, tmp_path / "workspace")
    first = dao("ledger", "close", "--until", "2026-01-10", "--dir", folder, "--json")
    again = dao("ledger", "close", "--until", "2026-01-10", "--dir", folder, "--json")
    second = dao("ledger", "close", "--until", "2026-01-13", "--dir", folder, "--json")
    assert (0, 0, 0, True, False) == (
        first.status, again.status, second.status, first.document["is_new"], again.document["is_new"],
    )  # fmt: skip
    assert ("2026-01-10", first.document["sha256"]) == (second.document["first"], second.document["previous"])
    assert {"Equity:Closed:IIP"} <= {p["account"] for p in first.document["closing"][0]["postings"]}
    assert 0 == dao("ledger", "check", "--dir", folder).status

    path = Path(first.document["path"])
    path.write_text(path.read_text("utf-8").replace('"leaves":', '"leaves":1'), "utf-8")
    found = dao("ledger", "check", "--dir", folder, "--json")
    assert (1, {("E_PERIOD", "changed")}) == (
        found.status, {(one["code"], one["reason"]) for one in found.document["findings"]},
    )  # fmt: skip
    future = dao("ledger", "close", "--until", "2030-01-01", "--dir", folder, "--json")
    assert (1, "E_PERIOD", 2) == (
        future.status, future.document["error"]["code"], len(list(path.parent.iterdir())),
    )  # fmt: skip


@pytest.mark.parametrize("show", ["fund", "runway"])
def test_a_fund_is_drawn(dao: Dao, played: Played, tmp_path: Path, show: str) -> None:
    """The picture is XML, says the numbers that the books say, and is the same twice."""
    out = tmp_path / "fund.svg"
    words = ("ledger", "chart", out, "--asset", "ETH", "--show", show, "--dir", played.folder, "--json")
    drawn = dao(*words)
    assert (0, 0) == (drawn.status, dao(*words).status), drawn.err
    told = [text.text for text in ElementTree.fromstring(out.read_bytes()).iter(TEXT)]

    (fund,) = dao("fund", "--dir", played.folder, "--json").document["funds"]
    assert fund["assets"][0]["available"] == drawn.document["available"]
    assert "1.7123…" in told
    assert ("2.25" in told) == (show == "fund")
    assert (f"{drawn.document['days_left']} days" in told) == (show == "runway")
    assert 64 == dao("ledger", "chart", out, "--asset", "XYZ", "--dir", played.folder).status
    assert 64 == dao("ledger", "chart", tmp_path / "fund.png", "--asset", "ETH", "--dir", played.folder).status


def test_a_premiums_split_is_drawn(dao: Dao, tmp_path: Path) -> None:
    """A bar a share, each with its part of the whole."""
    out = tmp_path / "split.svg"
    outcome = dao("premiums", "split", "1000000000000000000", "--agent-level", "3", "--chart", out)
    told = [text.text for text in ElementTree.fromstring(out.read_bytes()).iter(TEXT)]

    assert 0 == outcome.status
    assert {"0.55 · 55.0 %", "0.15 · 15.0 %", "0.1 · 10.0 %", "0.09 · 9.0 %", "0.11 · 11.0 %"} <= set(told)
    assert "This is not insurance advice." in told


def test_a_report_tells_debts_by_how_they_are_known(dao: Dao, played: Played, tmp_path: Path) -> None:
    """Bonds are their file's word, with its hash; what no file was named for is said not to be told."""
    bonds = tmp_path / "bonds.csv"
    bonds.write_text("holder,asset,amount,due\nann,ETH,1.5,2030-01-31\n")
    document = dao("report", "--bonds", bonds, "--dir", played.folder, "--json").document
    told = dao("report", "--bonds", bonds, "--dir", played.folder).out
    digest = sha256(bonds.read_bytes()).hexdigest()
    bonds.write_text("holder,asset,amount,due\nann,ETH,-1,2030-01-31\n")
    refused = dao("report", "--bonds", bonds, "--dir", played.folder, "--json")

    row = {"what": "bonds", "asset": "ETH", "amount": str(15 * 10**17), "known": "stated", "file": digest}
    assert ([row], ["dividends", "vesting"]) == (document["owed"], document["not_told"])
    assert f"| bonds | 1.5 | ETH | stated | {digest} |" in told
    assert "not to be taken for zero: dividends, vesting" in told
    assert (1, "E_BONDS") == (refused.status, refused.document["error"]["code"])
