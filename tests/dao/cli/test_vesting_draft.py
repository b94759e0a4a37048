"""`dao vesting draft` and `compare`: a plan's grants become parts with dates, once, and the vote pays them in time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chain.address import checksum
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.proposals.draft import placeholders
from dao.cli.start.demo import cast
from dao.views.opening import open_desk
from dao.workflow.proposing import settings_in_force
from proposals.times import spell_instant
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played
from tests.treasury.plans import MUTON, grant

UNIT = cast.UNIT
Dao = Callable[..., Outcome]
WORDS = (
    "--title", "Vesting of the team", "--description", "Pays what vests", "--author", "Dora (@dora)",
    "--discussions-to", "https://forum.example.org/t/4",
)  # fmt: skip


@pytest.fixture
def site(played: Played, tmp_path: Path) -> tuple[Path, Path]:
    """The demo's workspace, and a plan that pays nora 12 of its token in four quarters, and omar 5 at once."""
    folder = copied(played.folder, tmp_path / "here")
    with open_desk(folder) as desk:
        token = settings_in_force(desk).funds[0].assets[1].address
    assert token is not None
    head = (
        f'decimals = 18\nchain = {DEVNET_CHAIN_ID}\ntoken = "{checksum(token)}"\ntge = "{spell_instant(cast.GENESIS)}"'
    )
    nora, omar = (checksum(cast.address(name)) for name in cast.PAYEES)
    quarters = 'release = { kind = "tranches", lock_months = 6, months = 12, every_months = 3 }'
    text = MUTON.replace("decimals = 18", head).replace('"MTN"', '"MTN", "MUT"')
    plan = folder / "plan.toml"
    plan.write_text(
        text + grant("nora", nora, amount="12", more=quarters) + grant("omar", omar, bucket="sale", amount="5")
    )
    return folder, plan


def test_a_term_of_the_plan_is_drafted_voted_and_not_drafted_again(dao: Dao, site: tuple[Path, Path]) -> None:
    """Each date is a part; the document is the plan's, and a changed date is found; what a proposal holds is left out,
    and what comes after twelve months is for another one.
    """
    folder, plan = site
    line = ("vesting", "draft", "--plan", plan, *WORDS, "--dir", folder, "--json")
    drafted: Any = dao(*line).document

    assert (3, str(11 * UNIT), 0, 2) == tuple(drafted[key] for key in ("parts", "total", "held", "later"))
    file = Path(drafted["file"])
    text = file.read_text("utf-8")
    assert 2 == text.count("| 3 MUT to ")
    assert dao(*line).document["file"] == str(file)
    compare = ("vesting", "compare", file, "--plan", plan)
    found = dao(*compare, "--json")
    assert (0, 3, []) == (found.status, found.document["payments"], found.document["findings"])
    assert "nothing else" in dao(*compare).out
    assert 1 == dao(*compare, "--until", "2028-01-01T00:00:00Z").status  # two come later
    assert 1 == dao(*compare, "--grant", "nora").status
    file.write_text(text.replace("2026-10-05T00:00:00Z", "2026-10-04T00:00:00Z"), "utf-8")
    early = dao(*compare, "--json")
    assert (1, ["E_TRANCHE", "E_TRANCHE"]) == (early.status, [row["code"] for row in early.document["findings"]])

    for waits in placeholders():
        text = text.replace(waits, "Said.")
    file.write_text(text, "utf-8")
    published = dao("publish", file, "--key", cast.AUTHOR, "--dir", folder)
    assert 0 == published.status, published.err + published.out
    again: Any = dao(*line, "--number", "9").document
    assert (2, str(6 * UNIT), 3, 0) == tuple(again[key] for key in ("parts", "total", "held", "later"))
    assert "2027-04-05T00:00:00Z" in Path(again["file"]).read_text("utf-8")
    assert 1 == dao("vesting", "draft", "--plan", plan, *WORDS, "--grant", "omar", "--dir", folder).status
    plan.write_text(plan.read_text("utf-8").replace('"MTN", "MUT"', '"MTN"'), "utf-8")
    renamed = dao(*line[:-1])
    assert (1, True) == (renamed.status, "aliases" in renamed.err)
