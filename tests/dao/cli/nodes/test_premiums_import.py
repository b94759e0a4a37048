"""`dao premiums import` from another maker's node: complete, resumed, and refused where something is missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chain import abi
from chain.address import ZERO, checksum
from chain.clients.devnet import FAUCET_KEY
from chain.signature import address_of
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.nodes.chains import CHAIN_ID, Chain, anvil
from tests.dao.cli.nodes.proxy import Asked, Proxy
from tests.treasury.mutual_pool.devnet_mutual import deploy_mutual

Dao = Callable[..., Outcome]

PREMIUMS = (10**18, 4_829_757_440_450_779, 10**16 + 9)


class Ground(NamedTuple):
    """A contract with three final purchases, on a chain."""

    chain: Chain
    contract: str
    first: int
    """Block of the deployment."""

    def buy(self, premium: int, days: int) -> None:
        data = abi.encode_call("buy(address,uint256)", [ZERO, days])
        self.chain.node().send(FAUCET_KEY, bytes.fromhex(self.contract[2:]), premium, data)

    def settle(self) -> None:
        """Mine until all of it is final."""
        self.chain.ask("anvil_mine", hex(100))


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with anvil("--gas-limit", "300000000") as chain:
        chain.ask("anvil_setBalance", "0x" + address_of(FAUCET_KEY).hex(), hex(10**24))
        node = chain.node()
        ground = Ground(chain, checksum(deploy_mutual(node, chain.now())), node.head().ref.number)
        for premium, days in zip(PREMIUMS, (30, 100, 0), strict=True):
            ground.buy(premium, days)
        ground.settle()
        yield ground


@pytest.fixture
def bring(dao: Dao, ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Import into the test's own file."""
    monkeypatch.setenv("NODE", ground.chain.url)

    def run(*options: object, contract: str = ground.contract) -> Outcome:
        line = ("premiums", "import", tmp_path / "premiums.json", contract, "--rpc-env", "NODE", *options)
        return dao(*line, "--json")

    return run


def test_every_premium_is_imported_and_proved_complete(
    bring: Callable[..., Outcome], ground: Ground, tmp_path: Path
) -> None:
    """The rows, their sums, and the proof; run again nothing is new, and after a purchase one row is."""
    found = bring("--from", ground.first).document
    rows = json.loads((tmp_path / "premiums.json").read_text("utf-8"))["rows"]
    again = bring().document
    ground.buy(10**17, 1)
    ground.settle()
    later = bring().document

    assert list(map(str, PREMIUMS)) == [row["premium"] for row in rows]
    assert [str(premium // 10) for premium in PREMIUMS] == [row["share"] for row in rows]
    assert (True, 3, 3, CHAIN_ID) == tuple(found[key] for key in ("complete", "purchases", "new", "chain_id"))
    assert (str(sum(PREMIUMS)), str(sum(premium // 10 for premium in PREMIUMS))) == (found["premiums"], found["share"])
    assert (0, 3, 1, 4) == (again["new"], again["purchases"], later["new"], later["purchases"])


def test_H94_an_import_that_begins_too_late_leaves_no_file(
    bring: Callable[..., Outcome], ground: Ground, tmp_path: Path
) -> None:
    """After the first purchase the curve stands where no file can know."""
    outcome = bring("--from", ground.first + 2)

    assert (1, "E_PREM_IMPORT") == (outcome.status, outcome.document["error"]["code"])
    assert [] == list(tmp_path.iterdir())


def _cut(document: dict[str, Any]) -> None:
    document["rows"].pop(1)


def _raise(document: dict[str, Any]) -> None:
    document["rows"][0]["premium"] = str(2 * 10**18)


def _other(document: dict[str, Any]) -> None:
    document["contract"] = checksum(b"\x07" * 20)


def _version(document: dict[str, Any]) -> None:
    document["version"] = 2


def _odd(document: dict[str, Any]) -> None:
    document["rows"][0]["block"] = "1"


def _beyond(document: dict[str, Any]) -> None:
    document["last"]["number"] = 1


def _empty(document: dict[str, Any]) -> None:
    document.clear()


@pytest.mark.parametrize("change", [_cut, _raise, _other, _version, _odd, _beyond, _empty], ids=lambda c: c.__name__)
def test_H94_a_changed_file_is_not_continued(
    bring: Callable[..., Outcome], ground: Ground, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    """Refused by name, and left byte for byte."""
    bring("--from", ground.first)
    path = tmp_path / "premiums.json"
    document = json.loads(path.read_text("utf-8"))
    change(document)
    path.write_text(json.dumps(document), "utf-8")
    before = path.read_bytes()
    outcome = bring()

    assert (1, "E_PREM_IMPORT") == (outcome.status, outcome.document["error"]["code"])
    assert before == path.read_bytes()


def test_a_last_block_that_is_gone_is_told(bring: Callable[..., Outcome], ground: Ground, tmp_path: Path) -> None:
    """A file whose last block the chain no longer has is not continued."""
    bring("--from", ground.first)
    path = tmp_path / "premiums.json"
    document = json.loads(path.read_text("utf-8"))
    document["last"]["hash"] = "0x" + "05" * 32
    path.write_text(json.dumps(document), "utf-8")

    assert (2, "E_RPC_REORG") == (bring().status, bring().document["error"]["code"])


def test_H94_a_provider_that_leaves_the_last_purchase_out_is_found(
    dao: Dao, ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No later purchase gives it away, and the contract's totals do."""
    with Proxy(ground.chain.url) as proxy:
        monkeypatch.setenv("NODE", proxy.url)
        proxy.fault = _without_last
        line = ("premiums", "import", tmp_path / "p.json", ground.contract, "--rpc-env", "NODE", "--from", ground.first)
        outcome = dao(*line, "--json")

    assert (1, "E_PREM_INCOMPLETE") == (outcome.status, outcome.document["error"]["code"])


def _without_last(asked: Asked) -> dict[str, Any]:
    answer = asked.answer()
    if asked.method == "eth_getLogs" and answer["result"]:
        answer["result"].pop()
    return answer


@pytest.mark.parametrize(
    "line",
    [
        ("x.json",),
        ("x.json", "--rpc-env", "NODE", "--dir", "x"),
        ("x.json", "0xAb", "--rpc-env", "NODE", "--from", "1"),
    ],
    ids=" ".join,
)
def test_where_from_must_be_said(dao: Dao, line: tuple[str, ...]) -> None:
    """No node, two nodes, a wrong address: wrong usage."""
    assert 64 == dao("premiums", "import", *line).status
