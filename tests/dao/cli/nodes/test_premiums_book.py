"""`dao premiums book` and `dao fund income` on anvil: booked when final, taken back with the block, and resumed.

The workspace's settings want blocks to lie two deep, so a reorganisation of three blocks reaches what was booked.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chain import abi
from chain.address import ZERO, checksum
from chain.clients import devnet_contracts
from chain.clients.devnet import FAUCET_KEY
from chain.clients.node import Node
from chain.signature import address_of
from dao.cli.start.demo import cast
from dao.store.journal import Journal
from dao.views.money import books_of
from dao.views.opening import settings_of
from dao.workflow.desk import BOOKED, NO_PROPOSAL, Desk
from dao.workspace import read_anchors
from proposals.action import CallSentence, read_call
from proposals.document import parse_document
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.nodes.chains import CHAIN_ID, Chain, anvil, furnish
from tests.dao.cli.nodes.proxy import Asked, Proxy
from tests.dao.cli.reading import copied
from tests.dao.crash.town import Town, found
from tests.treasury.mutual_pool.devnet_mutual import deploy_mutual
from treasury.ledger import Balance

Dao = Callable[..., Outcome]

DEPTH, BANK = 2, b"\xba" * 20
TOWN = Town(chain_id=CHAIN_ID, space="3f.example", rpc_env=("NODE",), finality_depth=DEPTH)


class Ground:
    """A workspace whose fund lives of a mutual, and its chain."""

    def __init__(self, chain: Chain, folder: Path, dao: Dao, to: Path) -> None:
        self.chain, self._dao = chain, dao
        self.mutual = bytes.fromhex((folder / "mutual").read_text("utf-8"))
        self.founded = folder
        self.folder = copied(folder, to / "club")
        self.file = to / "premiums.json"

    def buy(self, premium: int, days: int = 1) -> None:
        data = abi.encode_call("buy(address,uint256)", [ZERO, days])
        mined(self.chain.node(), FAUCET_KEY, self.mutual, premium, data)

    def give(self, amount: int) -> bytes:
        return mined(self.chain.node(), FAUCET_KEY, read_anchors(self.folder).safe, amount)

    def transfer(self, amount: int, to: bytes | None = None) -> None:
        """Give the fund's token to the Safe, or somebody else."""
        row = next(asset for asset in self.run("fund")["funds"][0]["assets"] if asset["symbol"] == "MUT")
        token = bytes.fromhex(row["asset"].rpartition(":0x")[2].lower())
        data = abi.encode_call("transfer(address,uint256)", [to or read_anchors(self.folder).safe, amount])
        mined(self.chain.node(), TOWN.key(cast.AUTHOR), token, 0, data)

    def sources(self) -> list[dict[str, str]]:
        """The sources of the fund, by the settings in force."""
        with Journal(self.folder / "journal.sqlite") as journal:
            found: list[dict[str, str]] = json.loads(settings_of(journal).text)["funds"][0]["sources"]
        return found

    def settle(self) -> None:
        for _ in range(DEPTH):
            self.chain.time_travel(self.chain.now() + 12)

    def run(self, *words: object, folder: Path | None = None, ok: bool = True) -> Any:
        outcome = self._dao(*words, "--dir", folder or self.folder, "--json")
        assert ok is (outcome.status == 0), (outcome.out, outcome.err)
        return outcome.document

    def bring(self, *options: object, file: Path | None = None) -> Any:
        return self.run("premiums", "import", file or self.file, checksum(self.mutual), *options)

    def book(self, folder: Path | None = None, file: Path | None = None) -> Any:
        return self.run("premiums", "book", file or self.file, folder=folder)

    def fresh(self, to: Path) -> Path:
        """Another workspace of the same DAO, which begins now and books all of it."""
        folder = copied(self.founded, to / "fresh")
        self.bring("--from", 0, file=to / "fresh.json")
        self.book(folder, to / "fresh.json")
        self.run("fund", "income", folder=folder)
        return folder


def mined(node: Node, key: bytes, to: bytes, value: int, data: bytes = b"") -> bytes:
    """Send, and return the hash as soon as a block holds it; `Node.wait` looks once a second."""
    transaction = node.submit(key, to, value, data)
    while node.receipt(transaction) is None:
        time.sleep(0.02)
    return transaction


def balances(folder: Path) -> tuple[Balance, ...]:
    with Journal(folder / "journal.sqlite") as journal:
        return books_of(journal).ledger.balances()


def kinds(folder: Path) -> list[str]:
    with Journal(folder / "journal.sqlite") as journal:
        return [leaf.kind for leaf in journal.leaves]


def holds(ground: Ground) -> None:
    """Every check of the books passes over the whole journal, as a verifier runs them."""
    with Journal(ground.folder / "journal.sqlite") as journal:
        Desk(journal, ground.chain.node()).case(NO_PROPOSAL, 10, *BOOKED)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Chain, Path]]:
    folder = tmp_path_factory.mktemp("founded") / "workspace"
    with anvil("--gas-limit", "300000000") as chain:
        furnish(chain, address_of(FAUCET_KEY))
        node = chain.node()
        mutual = deploy_mutual(node, chain.now())
        found(folder, TOWN, node, FAUCET_KEY, {mutual: "mutual", BANK: "guild_bank"})
        (folder / "mutual").write_text(mutual.hex(), "utf-8")
        yield chain, folder


@pytest.fixture
def ground(town: tuple[Chain, Path], dao: Dao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    chain, folder = town
    monkeypatch.setenv("NODE", chain.url)
    before = chain.snapshot()
    yield Ground(chain, folder, dao, tmp_path)
    chain.revert(before)


def test_premiums_are_booked_when_final_and_once(ground: Ground, tmp_path: Path) -> None:
    """Each run books what is new as one receivable, the sum of floors; a fresh import comes to the same balances."""
    ground.buy(10**18, 30)
    ground.buy(10**16 + 9)
    ground.settle()
    ground.buy(10**17)  # not final yet
    ground.bring("--from", 0)
    first, again = ground.book(), ground.book()
    ground.settle()
    ground.bring()
    second = ground.book()

    assert (2, str(10**17 + 10**15), 0) == (first["new"], first["share"], first["reversed"])
    assert (0, "0") == (again["new"], again["share"])
    assert (1, str(10**16)) == (second["new"], second["share"])
    assert 2 == kinds(ground.folder).count("premiums")
    (fund,) = ground.run("fund")["funds"]
    assert str(10**17 + 10**15 + 10**16) == fund["assets"][0]["receivable"]
    ground.run("fund", "income")
    assert balances(ground.fresh(tmp_path)) == balances(ground.folder)
    holds(ground)


def test_a_reorganisation_of_three_blocks_leaves_the_books_of_a_fresh_import(ground: Ground, tmp_path: Path) -> None:
    """Booked facts whose block is gone are reversed by entry, what came instead is booked, and nothing is edited."""
    ground.buy(10**18)
    ground.settle()
    ground.bring("--from", 0)
    ground.book()
    fork = ground.chain.snapshot()
    ground.buy(3 * 10**17)
    ground.give(5 * 10**18)
    ground.settle()
    ground.bring()
    ground.book()
    ground.run("fund", "income")
    before = kinds(ground.folder)
    now = ground.chain.now()

    ground.chain.revert(fork)  # three blocks of it and the one of the gift are gone
    ground.chain.time_travel(now + 12)
    ground.buy(7 * 10**17 + 3)
    ground.give(10**18)
    for _ in range(4):
        ground.settle()
    lost = ground.run("premiums", "import", ground.file, checksum(ground.mutual), ok=False)
    ground.bring("--anew")
    taken = ground.book()
    ground.run("fund", "income")
    after = kinds(ground.folder)

    assert "E_RPC_REORG" == lost["error"]["code"]
    assert (1, 2, str((7 * 10**17 + 3) // 10)) == (taken["new"], taken["reversed"], taken["share"])
    assert before == after[: len(before)]
    assert 2 == after.count("reversed")
    assert balances(ground.fresh(tmp_path)) == balances(ground.folder)
    holds(ground)


def test_a_killed_import_goes_on_where_it_was(ground: Ground, tmp_path: Path) -> None:
    """`kill -9` between two ranges leaves a file that is continued, and ends as one that nobody killed, to the byte."""
    for premium in range(10**15, 10**15 + 6):
        ground.buy(premium)
    ground.settle()
    first = ground.chain.node().head().ref.number - DEPTH - 6
    line = (
        "premiums",
        "import",
        str(ground.file),
        checksum(ground.mutual),
        "--range",
        "1",
        "--dir",
        str(ground.folder),
    )
    with Proxy(ground.chain.url) as proxy:
        started: list[subprocess.Popen[bytes]] = []

        def dies(asked: Asked) -> dict[str, Any] | None:
            if asked.method == "eth_getLogs" and proxy.asked.count("eth_getLogs") == 7:
                os.kill(started[0].pid, signal.SIGKILL)
            return asked.answer()

        proxy.fault = dies
        environment = {**os.environ, "NODE": proxy.url}
        command = [sys.executable, "-m", "dao", *line, "--from", str(first)]
        started.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        assert -signal.SIGKILL == started[0].wait(60)
    kept = json.loads(ground.file.read_text("utf-8"))
    done = ground.bring("--range", 1)
    ground.bring("--range", 1, "--from", first, file=tmp_path / "whole.json")

    assert 0 < len(kept["rows"]) < 6 == done["purchases"]
    assert 6 - len(kept["rows"]) == done["new"]
    assert ground.file.read_bytes() == (tmp_path / "whole.json").read_bytes()


def test_H94_a_file_that_lacks_a_purchase_is_not_booked(ground: Ground, tmp_path: Path) -> None:
    """A node that left the last purchase out is found by the totals of another one; nothing is kept."""
    ground.buy(10**18)
    ground.buy(10**17)
    ground.settle()
    ground.bring("--from", 0)
    document = json.loads(ground.file.read_text("utf-8"))
    del document["rows"][-1]
    ground.file.write_text(json.dumps(document), "utf-8")
    before = balances(ground.folder)
    refused = ground.run("premiums", "book", ground.file, ok=False)

    assert "E_PREM_INCOMPLETE" == refused["error"]["code"]
    assert (before, 0) == (balances(ground.folder), kinds(ground.folder).count("premiums"))


def test_what_came_in_is_found_and_rows_of_a_file_are_proved(ground: Ground, tmp_path: Path) -> None:
    """Coins and tokens are found by their logs; a row of a file or service without a receipt is not booked."""
    gift = ground.give(10**18)
    ground.settle()
    late = ground.give(2 * 10**18)
    rows = ((gift, "1"), (gift, "1"), (late, "2"), (b"\x07" * 32, "3"))
    lines = ["transaction,asset,amount", *(f"0x{transaction.hex()},ETH,{amount}" for transaction, amount in rows)]
    (tmp_path / "in.csv").write_text("\n".join(lines), "utf-8")
    held = ground.run("fund", "income", "--file", tmp_path / "in.csv")
    ground.settle()
    listed = [_listed(ground, each, to) for each, to in ((late, None), (late, BANK), (b"\x08" * 32, None))]
    (tmp_path / "in.json").write_text(json.dumps({"next": None, "results": listed}), "utf-8")
    by_service = ground.run("fund", "income", "--file", tmp_path / "in.json")
    ground.transfer(77)
    ground.transfer(0)
    ground.settle()
    swept = ground.run("fund", "income")
    again = ground.run("fund", "income")

    assert (False, [str(10**18)]) == (held["ok"], [row["amount"] for row in held["booked"]])
    assert [(3, "unproven_amount"), (4, "unproven_final"), (5, "unproven")] == [
        (row["line"], row["reason"]) for row in held["unproven"]
    ]
    assert (1, [str(2 * 10**18)]) == (by_service["elsewhere"], [row["amount"] for row in by_service["booked"]])
    assert [(3, "unproven")] == [(row["line"], row["reason"]) for row in by_service["unproven"]]
    assert [("MUT", "77")] == [(row["asset"], row["amount"]) for row in swept["booked"]]
    assert ["E_DONATION"] == [row["code"] for row in swept["passed_over"]]
    assert ([], len(swept["booked"]) + swept["known"]) == (again["booked"], again["known"])
    holds(ground)


def _listed(ground: Ground, transaction: bytes, to: bytes | None) -> dict[str, object]:
    """Two coins as a Safe Transaction Service lists them."""
    return {
        "type": "ETHER_TRANSFER", "transactionHash": "0x" + transaction.hex(), "value": str(2 * 10**18),
        "to": checksum(to or read_anchors(ground.folder).safe), "tokenAddress": None,
    }  # fmt: skip


def test_waiting_money_is_collected_by_calls(ground: Ground, tmp_path: Path) -> None:
    """The proxy's call is for a wallet; a bank's is a part of a draft, which pays the Safe what the bank holds."""
    nothing = ground.run("fund", "collect")
    ground.transfer(5 * 10**18, BANK)
    proxy = next(row for row in ground.sources() if row["kind"] == "premium_share")["address"]
    devnet_contracts.bring_premium(ground.chain.node(), TOWN.key(cast.BUYER), bytes.fromhex(proxy[2:]), 10**18 + 7)
    words = ("--title", "Fetch it", "--description", "Fetch what waits", "--author", "Dora (@dora)")
    file = tmp_path / "iip-9.md"
    found = ground.run("fund", "collect", *words, "--discussions-to", "https://forum.example.org/t/9", "--number", 9,
                       "--out", file)  # fmt: skip

    assert ([], []) == (nothing["forward"], nothing["withdraw"])
    (call,), (part,) = found["forward"], found["withdraw"]
    assert (proxy, "0xd264e05e", str(10**17), str(10**17 // 200)) == tuple(
        call[key] for key in ("to", "data", "waiting", "rebate")
    )
    assert (checksum(BANK), str(5 * 10**18)) == (part["bank"], part["amount"])
    (row,) = parse_document(file.read_bytes()).budget
    assert isinstance(row.action, CallSentence)
    assert read_call(part["pay"]) == row.action
    assert part["data"] == "0x" + row.action.data.hex()
