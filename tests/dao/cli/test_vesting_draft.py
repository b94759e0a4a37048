"""`dao vesting draft` and `compare`: a plan's grants become parts with dates, once, and the vote pays them in time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chain.address import checksum, parse
from chain.clients import devnet_contracts
from chain.clients.devnet import Devnet
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.proposals.draft import placeholders
from dao.cli.start.demo import cast
from dao.views.opening import open_desk
from dao.workflow.proposing import settings_in_force
from proposals.times import spell_instant
from tests.chain.clients.test_vesting_contracts import PACKAGE, need_openzeppelin
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played
from tests.treasury.plans import MUTON, grant
from treasury.allocation_text import read_plan

UNIT = cast.UNIT
Dao = Callable[..., Outcome]
ARTIFACT = PACKAGE / "build" / "contracts" / "VestingWallet.json"
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


def test_a_bucket_is_paid_by_its_fund_alone(dao: Dao, site: tuple[Path, Path]) -> None:
    """The fund of nora's bucket is taken; omar's bucket is of no fund, and this one pays another; what falls due is
    taken off what the fund holds, month by month.
    """
    folder, plan = site
    text = plan.read_text("utf-8").replace('fund = "research"\n', "")
    plan.write_text(text.replace("months = 24 }\n", f'months = 24 }}\nfund = "{cast.FUND}"\n', 1), "utf-8")
    line = ("vesting", "draft", "--plan", plan, *WORDS, "--dir", folder)
    refused = dao(*line, "--grant", "omar")
    drafted: Any = dao(*line, "--grant", "nora", "--json").document
    rows: Any = dao("vesting", "calendar", "--plan", plan, "--at", "2026-01-05T00:00:00Z", "--dir", folder, "--json")

    assert (1, True, 4) == (refused.status, "does not pay" in refused.err, drafted["parts"])
    paid = [(n, int(row["due"]) // UNIT, int(row["held"]) // UNIT) for n, row in enumerate(rows.document["months"])]
    assert [(9, 3, 3797), (12, 3, 3794), (15, 3, 3791), (18, 3, 3788)] == [row for row in paid if row[1]]
    table = dao("vesting", "calendar", "--plan", plan, "--at", "2026-01-05T00:00:00Z", "--dir", folder).out
    assert "  3797\n" in table


def test_a_vote_funds_the_wallet_of_a_grant_once(dao: Dao, site: tuple[Path, Path]) -> None:
    """The whole amount goes into the wallet that the plan names, if it is the plan's and empty, and in one proposal."""
    need_openzeppelin()
    folder, plan = site
    head, _, _ = plan.read_text("utf-8").partition("\n[[grant]]")
    nora = checksum(cast.address("nora"))
    line = grant("nora", nora, amount="100", more='release = { kind = "linear", months = 24 }')
    plan.write_text(head + line, "utf-8")
    made: Any = dao(
        "vesting", "deploy", "--plan", plan, "--grant", "nora", "--artifact", ARTIFACT, "--key", "ann", "--dir", folder,
        "--json",
    ).document  # fmt: skip
    wallet = f'wallet = "{made["wallet"]}"'
    draft = ("vesting", "draft", "--wallets", "--plan", plan, *WORDS, "--dir", folder)

    plan.write_text(head + line.replace("months = 24", "months = 25").rstrip() + f"\n{wallet}\n", "utf-8")
    differs = dao(*draft)
    plan.write_text(head + line.rstrip() + f"\n{wallet}\n", "utf-8")
    tranches = dao("vesting", "draft", "--plan", plan, *WORDS, "--grant", "nora", "--dir", folder)
    assert (1, 1) == (differs.status, tranches.status)
    assert "is not what the plan says" in differs.err
    assert "its money would go out twice" in " ".join(tranches.err.split())

    drafted: Any = dao(*draft, "--json").document
    file = Path(drafted["file"])
    text = file.read_text("utf-8")
    assert (1, str(100 * UNIT)) == (drafted["parts"], drafted["total"])
    assert f"| 100 MUT to eip155:{DEVNET_CHAIN_ID}:{made['wallet']}" in text or f"devnet:{made['wallet']}" in text
    for waits in placeholders():
        text = text.replace(waits, "Said.")
    file.write_text(text, "utf-8")
    assert 0 == dao("publish", file, "--key", cast.AUTHOR, "--dir", folder).status
    assert (1, True) == ((again := dao(*draft, "--number", "9")).status, "open or passed" in again.err)

    with Devnet.open(folder / "devnet.sqlite") as devnet:
        node, token = devnet.node(), read_plan(plan.read_bytes()).token or b""
        devnet_contracts.transfer(node, cast.key(cast.AUTHOR), token, parse(made["wallet"]), 1)
    assert (1, True) == ((funded := dao(*draft)).status, "would have it twice" in " ".join(funded.err.split()))


def test_two_sides_change_a_beneficiary(dao: Dao, site: tuple[Path, Path]) -> None:
    """Each side gets its half of the row from its own key, a stranger's none; the plan pays the new one."""
    folder, plan = site
    text = plan.read_text("utf-8").replace("token =", f'steward = "{checksum(cast.address("ann"))}"\ntoken =', 1)
    plan.write_text(text, "utf-8")
    kim = checksum(cast.address("kim"))
    line = (
        "vesting",
        "change",
        "--plan",
        plan,
        "--grant",
        "nora",
        "--to",
        kim,
        "--time",
        "1768000000",
        "--dir",
        folder,
    )
    halves: list[Any] = [dao(*line, "--key", name, "--json").document for name in ("nora", "ann")]
    stranger = dao(*line, "--key", "eve")

    assert ["by", "steward"] == [half["side"] for half in halves]
    assert (1, "") == (stranger.status, stranger.out)
    row = {**halves[0], "steward": halves[1]["steward"]}
    keys = ("grant", "to", "why", "at", "by", "steward")
    told = "\n[[change]]\n" + "".join(f'{key} = "{row[key]}"\n' for key in keys)
    plan.write_text(text + told.replace(halves[1]["steward"], halves[0]["by"]), "utf-8")
    show = ("vesting", "statement", "--plan", plan, "--to", kim, "--json")
    assert 1 == dao(*show).status  # one side twice
    plan.write_text(text + told, "utf-8")
    assert 0 == dao(*show).status
