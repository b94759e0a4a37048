"""`dao ledger export`: the demo's books pass `bean-check`, name where each fact stands, and compute no cell."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played
from tests.treasury.book_cases import bean_check

Dao = Callable[..., Outcome]


def prices(folder: Path, asset: str) -> Path:
    file = folder / "prices.csv"
    file.write_text(f"date,asset,currency,price\n2026-01-05,{asset},USD,3120.5\n2026-01-05,{asset},TWD,98250\n")
    return file


def test_the_demos_books_pass_bean_check(dao: Dao, played: Played, tmp_path: Path) -> None:
    """Without any tolerance, with prices; and a wei more in one posting does not pass."""
    coin = next(row["asset"] for row in dao("ledger", "--dir", played.folder, "--json").document["balances"]
                if row["asset"].endswith("slip44:60"))  # fmt: skip
    out = tmp_path / "demo.beancount"
    outcome = dao("ledger", "export", out, "--prices", prices(tmp_path, coin), "--dir", played.folder, "--json")
    text = out.read_text("utf-8")

    assert (0, 19, 64) == (outcome.status, outcome.document["entries"], len(outcome.document["prices"]))
    assert "ETH" == outcome.document["commodities"][coin]["name"]
    assert [] == bean_check(text, tmp_path)
    assert 2 == text.count(" price ETH ")
    assert text.count("\n  safe-tx: ") == 2 < text.count("\n  transaction: ")
    assert "^iip-1-2" in text
    assert [] != bean_check(text.replace("0.25 ETH", "0.250000000000000001 ETH", 1), tmp_path)


def test_a_table_of_the_books(dao: Dao, played: Played, tmp_path: Path) -> None:
    """Debits equal credits, no cell begins as a formula does, and every payment names its Safe transaction."""
    out = tmp_path / "books.csv"
    assert 0 == dao("ledger", "export", out, "--form", "csv", "--dir", played.folder).status
    rows = list(csv.DictReader(io.StringIO(out.read_bytes().decode(), newline="")))

    sums: Counter[str] = Counter()
    for row in rows:
        sums[row["asset"]] += int(row["debit base units"] or 0) - int(row["credit base units"] or 0)
    assert {0} == set(sums.values())
    assert 2 == len(sums)
    assert not any(cell.lstrip("'").startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    paid = [row for row in rows if row["rule"] == "paid/1"]
    assert paid
    assert all(len(row["safe tx"]) == len(row["transaction"]) == 66 and row["iip"].startswith("IIP-1/") for row in paid)


@pytest.mark.parametrize("form", ["beancount", "hledger", "csv"])
def test_a_file_is_written_once(dao: Dao, played: Played, tmp_path: Path, form: str) -> None:
    """The same books are the same bytes; a file with others is kept, unless it may be replaced."""
    out = tmp_path / "books"
    assert 0 == dao("ledger", "export", out, "--form", form, "--dir", played.folder).status
    first = out.read_bytes()
    assert 0 == dao("ledger", "export", out, "--form", form, "--dir", played.folder).status
    out.write_text("mine")

    refused = dao("ledger", "export", out, "--form", form, "--dir", played.folder, "--json")
    assert (1, "E_IO_EXISTS", b"mine") == (refused.status, refused.document["error"]["code"], out.read_bytes())
    assert 0 == dao("ledger", "export", out, "--form", form, "--force", "--dir", played.folder).status
    assert first == out.read_bytes()


def test_a_wrong_price_file_writes_nothing(dao: Dao, played: Played, tmp_path: Path) -> None:
    """The refusal names the line, and no file is left."""
    wrong = tmp_path / "prices.csv"
    wrong.write_text("date,asset,currency,price\n2026-01-05,ETH,USD,1\n")
    refused = dao("ledger", "export", tmp_path / "out", "--prices", wrong, "--dir", played.folder)

    assert (1, True, False) == (refused.status, "Line 2" in refused.err, (tmp_path / "out").exists())
