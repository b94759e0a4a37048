"""`dao group`: a working group's account in a workspace, from settings to a refusal, and in another workspace."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chain import abi
from chain.address import checksum
from dao.cli import main
from dao.cli.steps import open_for
from dao.keys import devnet_key
from dao.workflow import income
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied, state

Dao = Callable[..., Outcome]
UNIT = 10**18


def run(*words: object) -> Any:
    """Run a command outside of a test; return its JSON document."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(io.StringIO()):
        assert 0 == main([*map(str, words), "--json"]), told.getvalue()
    return json.loads(told.getvalue())


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded space whose settings name a group, with a gift of 2 votes tokens in its books."""
    folder = tmp_path_factory.mktemp("group") / "club"
    made = "--devnet --space club.devnet --owner ann --owner ben --holder eve=150 --holder finn=250"
    run("init", *made.split(), "--dir", folder)
    people = {row["name"]: row["address"] for row in run("keys", "--dir", folder)["keys"]}
    draft = folder / "settings.draft.json"
    values = json.loads(draft.read_text("utf-8"))
    values["groups"] = [
        {
            "name": "writers", "fund": values["funds"][0]["name"], "members": [people["eve"], people["ben"]],
            "confirmers": [people["ann"], people["ben"]], "credit": [{"asset": None, "limit": "0"}],
        }
    ]  # fmt: skip
    draft.write_text(json.dumps(values, indent=2), "utf-8")
    for name in ("ann", "ben"):
        run("settings", "sign", "--key", name, "--dir", folder)
    run("settings", "found", "--dir", folder)
    with open_for(folder) as session:
        fund = values["funds"][0]
        safe = bytes.fromhex(fund["safe"][2:])
        token = bytes.fromhex(fund["assets"][1]["address"][2:])
        sent = abi.encode_call("transfer(address,uint256)", [safe, 2 * UNIT])
        receipt = session.desk.node.send(devnet_key("eve"), token, 0, sent)
        income.book_income(session.desk, "donation", fund["name"], receipt.transaction_hash)
    return folder


@pytest.fixture
def club(founded: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return copied(founded, tmp_path / "club")


def symbol(folder: Path) -> str:
    return str(json.loads((folder / "settings.draft.json").read_text("utf-8"))["funds"][0]["assets"][1]["symbol"])


def entry_of(dao: Dao, folder: Path) -> str:
    entries = dao("ledger", "--dir", folder, "--json").document["entries"]
    return str(next(entry["id"] for entry in entries if entry["rule"] == "donation/1"))


def shown(dao: Dao, folder: Path) -> Any:
    return dao("group", "--dir", folder, "--json").document["groups"][0]


def test_a_deposit_is_asked_for_and_confirmed_by_another(dao: Dao, club: Path) -> None:
    """The steps are leaves in the white paper's form; the account's money stands in the exported books; nobody
    confirms himself, and what is refused leaves the journal as it was.
    """
    ask = ("group", "request", "writers", "deposit", "2", symbol(club), "--about", entry_of(dao, club))
    before = state(club)
    assert (1, before) == (dao(*ask, "--key", "finn", "--dir", club).status, state(club))
    asked = dao(*ask, "--key", "ben", "--dir", club, "--json")
    assert (0, "S1") == (asked.status, asked.document["state"]), asked.err
    after = state(club)
    own = dao("group", "confirm", "writers", "--key", "ben", "--dir", club, "--json")
    assert (1, "E_GROUP", after) == (own.status, own.document["error"]["code"], state(club))
    assert "another person" in own.err
    confirmed = dao("group", "confirm", "writers", "--key", "ann", "--dir", club, "--json")

    (asset,) = shown(dao, club)["balance"]
    assert (0, "S5") == (confirmed.status, confirmed.document["state"])
    group = shown(dao, club)
    assert {asset: str(2 * UNIT)} == group["balance"]
    assert [
        f"S0-E01-{asset} {2 * UNIT}-{entry_of(dao, club)}",
        f"S1-E03-{asset} {2 * UNIT}-{entry_of(dao, club)}",
    ] == [step["record"] for step in group["steps"]]
    out = club / "books.csv"
    assert 0 == dao("ledger", "export", out, "--form", "csv", "--dir", club).status
    assert any(
        "Liabilities:Groups:TREASURY:WRITERS" in line and ",2,2" not in line for line in out.read_text().splitlines()
    )
    refused = dao("group", "request", "writers", "credit", "1", "ETH", "--about", "why", "--key", "eve", "--dir", club)
    assert (1, True) == (refused.status, "may draw 0" in refused.err)
    blank = dao("group", "confirm", "writers", "--key", "ann", "--dir", club)
    assert (1, True) == (blank.status, "nothing that waits" in " ".join(blank.err.split()))


def test_settings_show_their_groups(dao: Dao, club: Path) -> None:
    """Who asks, who confirms, and what may be drawn."""
    told = " ".join(dao("settings", "--dir", club).out.split())

    assert "working groups writers in the fund treasury: eve, ben ask, ann, ben confirm, draws at most 0 ETH" in told


def test_steps_travel_as_files(dao: Dao, club: Path, tmp_path: Path) -> None:
    """A request signed for a file is taken by `dao take`, once; a changed one is refused and put aside."""
    file = tmp_path / "ask.json"
    ask = ("group", "request", "writers", "deposit", "2", symbol(club), "--about", entry_of(dao, club), "--key", "eve")
    before = state(club)
    assert 0 == dao(*ask, "--out", file, "--dir", club).status
    assert before == state(club)
    forged = tmp_path / "forged.json"
    forged.write_bytes(file.read_bytes().replace(b"writers", b"readers"))
    assert 1 == dao("take", forged, "--dir", club).status
    assert before == state(club)

    assert 0 == dao("take", file, "--dir", club).status
    again = dao("take", file, "--dir", club, "--json")
    assert (0, ["already"]) == (again.status, [row["state"] for row in again.document["files"]])
    assert "S1" == shown(dao, club)["state"]
    rejected = dao("group", "reject", "writers", "--reason", "no receipt", "--key", "ann", "--dir", club, "--json")
    assert (0, "S0") == (rejected.status, rejected.document["state"])
    assert checksum(bytes(20)) not in shown(dao, club)["members"]
