"""`dao vesting deploy` and `release` on the embedded chain, with the wallet of OpenZeppelin's package."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chain import address
from chain.clients import devnet_contracts
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.token_read import read_balance
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast
from tests.chain.clients.test_vesting_contracts import PACKAGE, need_openzeppelin
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played
from tests.treasury.plans import ANN, BEN, MUTON, grant

Dao = Callable[..., Outcome]

ARTIFACT = PACKAGE / "build" / "contracts" / "VestingWallet.json"
UNIT = 10**18


class Site:
    """A workspace with a token on its chain, and a plan that pays Ann a hundred of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with self.chain() as devnet:
            node = devnet.node()
            self.token = devnet_contracts.deploy_votes_token(
                node, FAUCET_KEY, name="Muton", symbol="MTN", supply=400 * 10**24
            )
            self.now = devnet.now()
        self.write()

    def chain(self) -> Devnet:
        return Devnet.open(self.folder / "devnet.sqlite")

    def write(self, wallet: str = "", released: str = "", kind: str = '{ kind = "linear", months = 24 }') -> None:
        """Write the plan; the event was a year before the chain began."""
        token = address.checksum(self.token)
        head = f'decimals = 18\nchain = {DEVNET_CHAIN_ID}\ntoken = "{token}"\ntge = "2025-01-05T00:00:00Z"'
        more = f"release = {kind}" + (f'\nwallet = "{wallet}"' if wallet else "")
        own = MUTON.replace('fund = "reserve"\n', "").replace('fund = "research"\n', "")  # the demo has other funds
        text = own.replace("decimals = 18", head) + grant("ann", amount="100", more=more) + released
        self.plan = self.folder / "plan.toml"
        self.plan.write_text(text, "utf-8")

    def line(self, verb: str, *more: object) -> tuple[object, ...]:
        return (
            "vesting",
            verb,
            "--plan",
            self.plan,
            "--grant",
            "ann",
            "--key",
            "ben",
            "--dir",
            self.folder,
            *more,
            "--json",
        )


@pytest.fixture
def site(played: Played, tmp_path: Path) -> Site:
    need_openzeppelin()
    return Site(copied(played.folder, tmp_path / "workspace"))


def test_from_a_plan_to_a_release(dao: Dao, site: Site) -> None:
    """Deployed by one, funded by another, released by a third to the beneficiary, and followed by the check."""
    made = dao(*site.line("deploy", "--artifact", ARTIFACT)).document
    wallet = address.parse(made["wallet"])
    assert (True, "5.7.0", ANN, 1_736_035_200) == tuple(
        made[name] for name in ("ok", "version", "beneficiary", "start")
    )
    site.write(made["wallet"])
    again = dao(*site.line("deploy", "--artifact", ARTIFACT)).document
    assert (True, made["wallet"], False, None) == tuple(again[key] for key in ("ok", "wallet", "is_new", "transaction"))
    check = ("vesting", "check", "--plan", site.plan, "--dir", site.folder, "--json")
    unfunded = dao(*check)
    with site.chain() as devnet:
        devnet_contracts.transfer(devnet.node(), FAUCET_KEY, site.token, wallet, 100 * UNIT)
    funded = dao(*check)
    assert (1, ["amount"]) == (unfunded.status, [row["reason"] for row in unfunded.document["grants"][0]["findings"]])
    assert (0, []) == (funded.status, funded.document["grants"][0]["findings"])

    paid = dao(*site.line("release")).document
    with site.chain() as devnet:
        node = devnet.node()
        head = node.head().ref.number
        assert int(paid["amount"]) == read_balance(node, site.token, address.parse(ANN), head) > 50 * UNIT
        assert 0 == read_balance(node, site.token, cast.address("ben"), head)
    assert (1, "unbooked") == (dao(*check).status, dao(*check).document["grants"][0]["findings"][0]["reason"])
    amount = f"{int(paid['amount']) // UNIT}.{int(paid['amount']) % UNIT:018}"
    site.write(
        made["wallet"], f'\n[[released]]\ngrant = "ann"\namount = "{amount}"\ntransaction = "{paid["transaction"]}"\n'
    )
    assert 0 == dao(*check).status
    site.write(ANN)
    other = dao(*site.line("deploy", "--artifact", ARTIFACT))
    assert (1, "E_PLAN") == (other.status, other.document["error"]["code"])


def test_people_are_told_what_comes_next(dao: Dao, site: Site) -> None:
    """The line for the plan, and how much is to be paid into the wallet."""
    line = [word for word in site.line("deploy", "--artifact", ARTIFACT) if word != "--json"]
    told = dao(*line)

    assert 0 == told.status
    assert 'wallet = "0x' in told.out
    assert "100 Muton" in told.out


def test_only_known_code_is_deployed(dao: Dao, site: Site, tmp_path: Path) -> None:
    """One flipped byte, no code, no artifact: refused before anything is sent."""
    artifact = json.loads(ARTIFACT.read_text("utf-8"))
    with site.chain() as devnet:
        before = devnet.node().head().ref.number
    path = tmp_path / "artifact.json"
    for text, code in (
        (json.dumps({**artifact, "bytecode": artifact["bytecode"][:-1] + "0"}), "E_ARTIFACT"),
        (json.dumps({**artifact, "bytecode": "0x"}), "E_ARTIFACT"),
        ("[]", "E_ARTIFACT"),
        ("no json", "E_PARSE"),
    ):
        path.write_text(text, "utf-8")
        refused = dao(*site.line("deploy", "--artifact", path))
        assert (1, code) == (refused.status, refused.document["error"]["code"])
    with site.chain() as devnet:
        assert before == devnet.node().head().ref.number


def test_a_schedule_that_no_wallet_has_is_not_deployed(dao: Dao, site: Site) -> None:
    """Tranches are paid in parts."""
    site.write(kind='{ kind = "tranches", months = 12, every_months = 3 }')

    refused = dao(*site.line("deploy", "--artifact", ARTIFACT))
    assert (1, "E_PLAN") == (refused.status, refused.document["error"]["code"])


def test_a_wallet_of_somebody_else_is_not_released(dao: Dao, site: Site) -> None:
    """Its beneficiary is not the plan's, so nothing is sent."""
    made = dao(*site.line("deploy", "--artifact", ARTIFACT)).document
    site.write(made["wallet"])
    site.plan.write_text(site.plan.read_text("utf-8").replace(ANN, BEN), "utf-8")
    with site.chain() as devnet:
        before = devnet.node().head().ref.number
    refused = dao(*site.line("release"))

    assert (1, False, ["beneficiary"]) == (
        refused.status, refused.document["ok"], [row["reason"] for row in refused.document["findings"]]
    )  # fmt: skip
    with site.chain() as devnet:
        assert before == devnet.node().head().ref.number


def test_mistakes(dao: Dao, site: Site) -> None:
    """A grant without a wallet, a plan of another chain, nobody who signs."""
    without = dao(*site.line("release"))
    nobody = dao(
        "vesting",
        "deploy",
        "--plan",
        site.plan,
        "--grant",
        "ann",
        "--artifact",
        ARTIFACT,
        "--dir",
        site.folder,
        "--json",
    )
    site.plan.write_text(site.plan.read_text("utf-8").replace(f"chain = {DEVNET_CHAIN_ID}", "chain = 1"), "utf-8")
    other = dao(*site.line("deploy", "--artifact", ARTIFACT))

    assert [(1, "E_PLAN"), (64, "E_USAGE"), (64, "E_USAGE")] == [
        (told.status, told.document["error"]["code"]) for told in (without, nobody, other)
    ]
