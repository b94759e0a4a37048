"""`dao pool …` and `dao premiums quote`: the real contract's figures, refusals by name, no advice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.dao.cli.conftest import Outcome
from tests.treasury.mutual_pool.cases import history_document, measured, vector

Dao = Callable[..., Outcome]

CONDENSED = vector("history")
ADVICE = "This is not insurance advice."


def written(folder: Path, document: Any) -> Path:
    path = folder / "history.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return written(tmp_path, history_document())


def cut(folder: Path, steps: int) -> Path:
    """The history as it was after so many steps."""
    document = history_document()
    return written(folder, {**document, "steps": document["steps"][:steps]})


@pytest.mark.parametrize("case", vector("price_curve")["quotes"], ids=lambda case: f"{case['shares']}-{case['days']}")
def test_quotes_are_the_vectors_(dao: Dao, case: dict[str, Any]) -> None:
    """The least premium and the base price of the next share, in wei."""
    line = ["--units", case["units"], "--days", case["days"], "--shares", case["shares"]]
    outcome = dao("premiums", "quote", *line, "--json")

    assert 0 == outcome.status
    assert case["least"] == outcome.document["price_wei"]
    assert str(75 * 10**12 + 156_250_000 * case["shares"]) == outcome.document["base_price_wei"]


def test_a_quote_beyond_one_purchase_is_told_and_not_accepted(dao: Dao) -> None:
    """The price stands there, the status is 1, and people are told why."""
    line = ("premiums", "quote", "--units", 20_000_000, "--days", 100, "--shares", 0)
    outcome, told = dao(*line, "--json"), dao(*line)

    assert (1, False) == (outcome.status, outcome.document["accepted"])
    assert 10**22 < int(outcome.document["price_wei"])
    assert "A premium is from 1000000000 to" in told.out
    assert ADVICE in told.out


@pytest.mark.parametrize(
    ("units", "days", "shares", "status", "code"),
    [
        ("0", "1", "0", 1, "E_PREM_QUOTE"),
        ("1e3", "1", "0", 64, "E_AMOUNT"),
        ("-1", "1", "0", 64, "E_AMOUNT"),
        ("1", "1", "１", 64, "E_AMOUNT"),
        ("0.0000000000000000001", "1", "0", 64, "E_AMOUNT"),
        ("1", "-1", "0", 64, "E_USAGE"),
        ("1", "1.5", "0", 64, "E_USAGE"),
    ],
)
def test_H89_odd_numbers_have_no_quote(dao: Dao, units: str, days: str, shares: str, status: int, code: str) -> None:
    """Nothing, other spellings and fractions of days are refused, each with its code."""
    outcome = dao("premiums", "quote", f"--units={units}", f"--days={days}", f"--shares={shares}", "--json")

    assert (status, code) == (outcome.status, outcome.document["error"]["code"])


def test_a_simulation_answers_as_the_contract_did(dao: Dao, history: Path) -> None:
    """Every step's success and wei, and the last state, balances and players, under the contract's names."""
    found = dao("pool", "simulate", history, "--json").document
    expected = [measured(row)[:2] if row[0] != "cage" else (True, "0") for row in CONDENSED["steps"]]

    assert expected == [(step["ok"], step["received"]) for step in found["steps"]]
    assert CONDENSED["last"] == {key: found[key] for key in CONDENSED["last"]}
    assert {"ok": False, "received": "0", "revert": "pocket lint: not a valid currency"} in found["steps"]


def test_people_are_told_what_a_simulation_left(dao: Dao, history: Path) -> None:
    """Steps, reverts, the dashboard, and no advice."""
    told = dao("pool", "simulate", history).out

    assert "698 steps, of which the contract would revert 68." in told
    assert "56904.478957670188560145 ETH" in told
    assert ADVICE in told


@pytest.mark.parametrize(
    ("code", "text", "status"),
    [
        ("E_PREM_FILE", "[]", 1),
        ("E_PREM_FILE", "{}", 1),
        ("E_PARSE", "{", 1),
        ("E_JSON_DUPKEY", '{"steps": [], "steps": []}', 1),
        ("E_PREM_STEP", '{"deploy_ts": 1600000000, "accounts": {}, "steps": [{"op": "buy"}]}', 1),
    ],
)
@pytest.mark.parametrize("words", ["simulate", "claims", "agent", "round"])
def test_H94_bad_histories_are_refused_by_every_command(
    dao: Dao, tmp_path: Path, words: str, code: str, text: str, status: int
) -> None:
    """One sentence and one code; the file stays as it was, and none is made."""
    path = tmp_path / "history.json"
    path.write_text(text, "utf-8")
    outcome = dao("pool", words, path, "--json")

    assert (status, code) == (outcome.status, outcome.document["error"]["code"])
    assert ([path], text) == (list(tmp_path.iterdir()), path.read_text("utf-8"))


def test_a_missing_history_could_not_be_checked(dao: Dao, tmp_path: Path) -> None:
    """A file that is not there is status 2."""
    outcome = dao("pool", "simulate", tmp_path / "none.json", "--json")

    assert (2, "E_IO_READ") == (outcome.status, outcome.document["error"]["code"])


def test_a_status_of_a_history(dao: Dao, tmp_path: Path) -> None:
    """The dashboard, and units that expire while time passes: with none left, the alarm, and status 1."""
    path = cut(tmp_path, 20)
    now = dao("pool", "status", "--file", path, "--json")
    later = dao("pool", "status", "--file", path, "--at", "2021-06-01T00:00:00Z", "--json")
    told = dao("pool", "status", "--file", path, "--at", "2021-06-01T00:00:00Z")

    assert (0, None) == (now.status, now.document["alarm"])
    assert now.document["active"] == now.document["counted"] != "0"
    assert (1, "E_PREM_LOCKED", "0", None) == (
        later.status,
        later.document["alarm"],
        later.document["active"],
        later.document["multiple"],
    )
    assert told.out.index("Nobody is insured") < told.out.index("ETH in the pool")
    assert ADVICE in told.out


def test_the_alarm_is_red(dao: Dao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the alarm, and nothing else of the dashboard, is red."""
    monkeypatch.setattr("dao.cli.text.paint", lambda text, colour: text)
    monkeypatch.setattr("dao.cli.treasury.pool_told.paint", lambda text, colour: f"<{colour}>{text}")
    told = dao("pool", "status", "--file", cut(tmp_path, 20), "--at", "2021-06-01T00:00:00Z").out

    assert "<red>Nobody is insured" in told
    assert "<red>" not in told[told.index("ETH in the pool") :]


@pytest.mark.parametrize(
    "line",
    [
        (),
        ("--file", "FILE", "--rpc-env", "NODE"),
        ("--rpc-env", "NODE", "--dir", "x"),
        ("0x66be1bc6C6aF47900BBD4F3711801bE6C2c6CB32", "--file", "FILE"),
        ("--rpc-env", "NODE", "--at", "2021-06-01T00:00:00Z"),
        ("--file", "FILE", "--at", "2021-06-01"),
        ("0x66BE1bc6c6af47900bbd4f3711801be6c2c6cb32", "--rpc-env", "NODE"),
    ],
    ids=" ".join,
)
def test_a_status_comes_from_one_place(dao: Dao, history: Path, line: tuple[str, ...]) -> None:
    """No source, two sources, a naive time and a wrong checksum are wrong usage."""
    assert 64 == dao("pool", "status", *(word.replace("FILE", str(history)) for word in line)).status


def test_claims_by_both_readings(dao: Dao, history: Path) -> None:
    """The contract's reading is what was paid; the white paper's is shown beside it, and said to rule nothing."""
    found, told = dao("pool", "claims", history, "--json").document, dao("pool", "claims", history).out
    row = next(row for row in found["claims"] if row["account"] == "u09")

    assert (19_038, 19_035, True) == (found["contract"]["day"], found["white_paper"]["day"], found["differ"])
    assert "58584450705829772668" == row["amount"] != row["white_paper_amount"]
    assert int(found["pool"]) == int(found["contract"]["paid"]) + int(found["contract"]["stuck"])
    assert "The contract rules" in told


def test_claims_of_an_open_pool_are_a_question(dao: Dao, tmp_path: Path) -> None:
    """What a shutdown now would pay; later, when cover has run out, it would pay nobody, and the status says so."""
    path = cut(tmp_path, 20)
    now = dao("pool", "claims", path, "--json")
    later = dao("pool", "claims", path, "--at", "2021-06-01T00:00:00Z", "--json")

    assert (0, False, False) == (now.status, now.document["seen"], now.document["differ"])
    assert (1, "E_PREM_LOCKED", []) == (
        later.status,
        later.document["contract"]["alarm"],
        later.document["claims"],
    )


def test_agents_and_tiers(dao: Dao, history: Path) -> None:
    """Ten tiers without a file; with one its agents by number, with every name they ever took."""
    alone, found = dao("pool", "agent", "--json").document, dao("pool", "agent", history, "--json").document

    assert (10, []) == (len(alone["tiers"]), alone["agents"])
    assert [str(number) for number in range(1, 7)] == [agent["id"] for agent in found["agents"]]
    assert "agent u00" in found["agents"][0]["names"]
    assert "29.809579870417282259 ETH   29.807980 ETH" in dao("pool", "agent").out


def test_rounds(dao: Dao, history: Path, tmp_path: Path) -> None:
    """Closing lines add up to zero; an open round is refused."""
    found = dao("pool", "round", history, "--next", "2026-01-01T00:00:00Z", "--json").document
    early = dao("pool", "round", history, "--next", "2020-01-01T00:00:00Z", "--json")
    still_open = dao("pool", "round", cut(tmp_path, 20), "--json")

    assert 0 == sum(int(line["wei"]) for line in found["lines"])
    assert ("468", 1_767_225_600) == (found["totals"]["stuck"], found["next"]["deploy_ts"])
    assert {(1, "E_PREM_ROUND")} == {(o.status, o.document["error"]["code"]) for o in (early, still_open)}


def test_calls_are_written_and_not_sent(dao: Dao) -> None:
    """To, value and data for a wallet; who may send it is said."""
    call = dao("pool", "call", "buy", "--wei", 10**18, "--days", 3, "--agent", 2, "--json").document
    told = dao("pool", "call", "withdraw").out

    assert ("buy(uint256,uint256)", str(10**18), True) == (call["function"], call["value"], call["people_only"])
    assert call["data"] == "0xd6febde8" + f"{2:064x}" + f"{3:064x}"
    assert "Not signed and not sent" in told
    assert "person's key" not in told


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        (("buy",), 64, "E_USAGE"),
        (("buy", "--wei", "1e18"), 64, "E_AMOUNT"),
        (("buy", "--wei", "1"), 1, "E_PREM_RANGE"),
        (("buy", "--wei", str(10**18), "--agent", "0xAb"), 64, "E_ADDRESS"),
        (("buy", "--wei", str(10**18), "--agent", "no  body"), 1, "E_PREM_NAME"),
        (("buy", "--wei", str(10**18), "--agent", str(2**256)), 1, "E_CALLDATA"),
        (("register",), 64, "E_USAGE"),
        (("register", "--name", "7"), 1, "E_PREM_NAME"),
        (("register", "--name", "bob", "--wei", "1"), 1, "E_PREM_CALL"),
        (("tick",), 1, "E_PREM_CALL"),
        (("newIIP",), 1, "E_PREM_CALL"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else None,
)
def test_H94_calls_that_would_revert_are_not_written(dao: Dao, line: tuple[str, ...], status: int, code: str) -> None:
    """Each has its code, and no call is printed."""
    outcome = dao("pool", "call", *line, "--json")

    assert (status, code) == (outcome.status, outcome.document["error"]["code"])
