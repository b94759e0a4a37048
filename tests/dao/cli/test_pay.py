"""`dao pay`: a file of payments becomes a draft and nothing else, or is refused row by row and leaves no file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chain.address import checksum
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.devnet_contracts import deploy_iip_proxy
from dao.cli.start.demo import cast
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.steps_workspace import everything

Dao = Callable[..., Outcome]
SAID = ("--title", "Wages", "--description", "Pays three", "--author", "Dora (@dora)")
WHERE = ("--discussions-to", "https://forum.example.org/t/wages/3")
NORA, EVE = (checksum(cast.address(name)) for name in ("nora", "eve"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace to copy."""
    return steps_workspace.build(tmp_path_factory.mktemp("pay") / "workspace")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return steps_workspace.copy_of(made, tmp_path / "workspace")


def pay(dao: Dao, folder: Path, tmp_path: Path, *lines: str, as_json: bool = True) -> Outcome:
    file = tmp_path / "pay.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return dao("pay", file, *SAID, *WHERE, "--dir", folder, *(["--json"] if as_json else []))


def test_a_file_becomes_a_draft_that_is_voted_on(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """Rows with their purposes, a contract that gets coins in a part of its own; the journal is untouched, and the same
    file again is the same draft.
    """
    with Devnet.open(folder / "devnet.sqlite") as devnet:
        contract = checksum(deploy_iip_proxy(devnet.node(), FAUCET_KEY, b"\x77" * 20))
    before = everything(folder)
    lines = ("payee,amount,asset,purpose", f"{NORA},0.5,ETH,May", f"{EVE},0.25,ETH,", f"{contract},0.1,ETH,Pool")

    first, again = (pay(dao, folder, tmp_path, *lines) for _ in range(2))

    assert (0, True, True, False) == (
        first.status,
        first.document["ok"],
        first.document["is_new"],
        again.document["is_new"],
    )
    assert (3, 2, {"ETH": str(85 * 10**16)}) == tuple(first.document[name] for name in ("rows", "parts", "totals"))
    text = Path(first.document["file"]).read_text("utf-8")
    assert "requested: 0.85 ETH" in text
    assert [["1", "May"], ["1", "-"], ["2", "Pool"]] == [
        [cells[1].strip(), cells[4].strip()]
        for row in text.splitlines()
        if (cells := row.split("|"))[2:] and " ETH to " in row
    ]
    added = {name for name, digest in everything(folder).items() if before.get(name) != digest}
    assert {"iips/iip-3.md"} == added
    assert "3 payments in 2 parts, together 0.85 ETH." in pay(dao, folder, tmp_path, *lines, as_json=False).out


def test_every_bad_row_is_named_and_nothing_is_written(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """A look-alike of somebody whom this journal paid, a payment twice, an amount in doubt: by line."""
    before = everything(folder)
    nora = cast.address("nora")
    forged = checksum(nora[:2] + bytes(16) + nora[-2:])
    lines = ("payee,amount,asset", f"{forged},1,ETH", f"{EVE},1,ETH", f"{EVE},1.0,ETH", f'{EVE},"1,5",ETH')

    outcome, spoken = pay(dao, folder, tmp_path, *lines), pay(dao, folder, tmp_path, *lines, as_json=False)

    told = [(finding["line"], finding["code"]) for finding in outcome.document["findings"]]
    assert [(2, "E_RECIPIENT_LOOKALIKE"), (4, "E_DOUBLE_PAY"), (5, "E_AMOUNT")] == told
    assert (1, False, None) == (outcome.status, outcome.document["ok"], outcome.document["file"])
    assert all(f"line {line}" in spoken.out for line, _ in told)
    assert before == everything(folder)


def test_what_is_no_table_is_refused(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """Other columns; and a file that is not there."""
    outcome = pay(dao, folder, tmp_path, "who;what", "x;y")

    assert (1, "E_PAY_FILE") == (outcome.status, outcome.document["error"]["code"])
    assert 2 == dao("pay", tmp_path / "none.csv", *SAID, *WHERE, "--dir", folder, "--json").status
