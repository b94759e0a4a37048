"""Transactions that wait, are dropped, outbid, overtaken, unpaid or reorganised away, in anvil's own pool and chain."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chain.signer import KeySigner
from dao.store.journal import Journal
from tests.dao.cli.nodes.chains import Chain
from tests.dao.crash.games import Table, table
from tests.dao.crash.nursery import Ended, Nursery
from tests.dao.crash.payday import PAID, TOWN, Payday, payday
from tests.dao.store.dump import dump

GAMES = range(2)
"""Seeds; `python -m tests.dao.crash.games 200` plays more."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A part that enough owners have signed, on a chain that mines when it is told."""

    folder: Path
    chain: Chain
    children: Nursery

    def execute(self, *options: object, key: str = "ann") -> Ended:
        words = ("execute", "IIP-1/1", "--key", key, "--wait", 0, *options)
        return self.children.run(*words, "--dir", self.folder, "--json")

    def waits(self, *options: object, told: str) -> str:
        """Expect that the transaction is on its way; return its hash."""
        ended = self.execute(*options)
        assert (2, "E_PENDING") == (ended.status, ended.document["error"]["code"]), ended
        message = ended.document["error"]["message"]
        assert told in message
        return str(next(word for word in message.split() if word.startswith("0x")))

    def pool(self) -> list[dict[str, Any]]:
        """What waits for a block."""
        pending = self.chain.ask("txpool_content")["pending"]
        return [transaction for by_nonce in pending.values() for transaction in by_nonce.values()]

    def mine(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            self.chain.ask("evm_mine")

    def is_paid_once(self, state: str, transaction: str) -> None:
        """The next run books this transaction; the payee has the part once, and one nonce was spent on it."""
        self.mine(TOWN.finality_depth + 1)
        ended = self.execute()
        assert (0, state, transaction) == (ended.status, ended.document["state"], ended.document["transaction"]), ended
        assert PAID == self.chain.node().balance(TOWN.address("nora"))
        with Journal(self.folder / "journal.sqlite") as journal:
            assert 1 == sum(leaf.kind == "executed" for leaf in journal.leaves)
        assert "already" == self.execute().document["state"]


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Payday]:
    with payday(tmp_path_factory.mktemp("signed")) as made:
        yield made


@pytest.fixture
def scene(signed: Payday, tmp_path: Path) -> Iterator[Scene]:
    chain = signed.chain
    moment = chain.snapshot()
    chain.ask("evm_setAutomine", False)
    yield Scene(Path(shutil.copytree(signed.folder, tmp_path / "workspace")), chain, signed.children)
    chain.ask("anvil_dropAllTransactions")
    chain.ask("evm_setAutomine", True)
    chain.revert(moment)


def test_one_that_is_stuck_is_outbid(scene: Scene) -> None:
    """It waits in the pool, unchanged; outbid, it gives its place to one with the same nonce and higher fees."""
    first = scene.waits(told="no block held it")
    assert first == scene.waits(told="no block held it")
    (cheap,) = scene.pool()

    second = scene.waits("--replace", told="no block held it")

    (dear,) = scene.pool()
    assert [first, second] == [cheap["hash"], dear["hash"]]
    assert cheap["nonce"] == dear["nonce"]
    for fee in ("maxFeePerGas", "maxPriorityFeePerGas"):
        assert 8 * int(dear[fee], 16) > 9 * int(cheap[fee], 16) - 9
    assert second == scene.waits(told="no block held it")
    assert [dear] == scene.pool()
    scene.is_paid_once("found", second)


def test_the_first_is_mined_after_all(scene: Scene) -> None:
    """Whichever of the two comes into a block is the one that is booked."""
    first = scene.waits(told="no block held it")
    raw = kept(scene)[0]
    second = scene.waits("--replace", told="no block held it")
    scene.chain.ask("anvil_dropTransaction", second)
    assert first == scene.chain.ask("eth_sendRawTransaction", raw)

    scene.is_paid_once("found", first)


def test_one_that_the_pool_forgot_is_sent_again(scene: Scene) -> None:
    """A node that was started anew, or is full, has dropped it: the same bytes go there once more."""
    first = scene.waits(told="no block held it")
    scene.chain.ask("anvil_dropTransaction", first)
    assert [] == scene.pool()

    assert first == scene.waits(told="no block held it")

    assert [first] == [transaction["hash"] for transaction in scene.pool()]
    assert 1 == len(kept(scene))
    scene.is_paid_once("found", first)


def test_one_whose_nonce_went_to_another(scene: Scene) -> None:
    """The sender used the nonce for something else: a new transaction is made, and the old one is never sent again."""
    first = scene.waits(told="no block held it")
    scene.chain.ask("anvil_dropTransaction", first)
    ann, node = KeySigner(TOWN.key("ann")), scene.chain.node()
    other = ann.sign_transaction(node.prepare(ann.address, TOWN.address("ben"), 1))
    node.send_raw(other)
    scene.mine()

    second = scene.waits(told="no block held it")

    assert first != second
    assert [second] == [transaction["hash"] for transaction in scene.pool()]
    scene.is_paid_once("found", second)


def test_an_account_without_coins(scene: Scene) -> None:
    """What the node does not take is not kept, and somebody else may pay the gas."""
    before = dump(scene.folder / "journal.sqlite")
    ended = scene.execute(key="jan")

    assert (2, "E_RPC_ANSWER") == (ended.status, ended.document["error"]["code"]), ended
    assert "nsufficient funds" in ended.document["error"]["message"]
    after = dump(scene.folder / "journal.sqlite")
    assert (before["leaves"], before["blocks"], []) == (after["leaves"], after["blocks"], after["intents"])
    scene.is_paid_once("found", scene.waits(told="no block held it"))


def test_H90_a_block_that_is_reorganised_away(scene: Scene) -> None:
    """Mined and not final, it is not booked; when its block is gone the same bytes are sent again, and paid once."""
    first = scene.waits(told="no block held it")
    scene.mine()
    assert first == scene.waits(told="blocks deep")
    assert PAID == scene.chain.node().balance(TOWN.address("nora"))

    scene.chain.ask("anvil_reorg", 1, [])
    scene.chain.ask("anvil_dropAllTransactions")
    assert 0 == scene.chain.node().balance(TOWN.address("nora"))

    assert first == scene.waits(told="no block held it")
    assert 1 == len(kept(scene))
    scene.is_paid_once("found", first)


@pytest.fixture(scope="module")
def round_table(signed: Payday, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    with table(signed, tmp_path_factory.mktemp("table")) as laid:
        yield laid


@pytest.mark.parametrize("seed", GAMES)
def test_H90_two_owners_at_once_on_a_restless_chain(round_table: Table, tmp_path: Path, seed: int) -> None:
    """Whatever comes between their questions (`interleaving`): never two payments, never success without one."""
    told = round_table.play(seed, tmp_path)

    assert 1 == told["games paid"] + told["games rejected"]


def kept(scene: Scene) -> list[str]:
    """The raw transactions that the workspace has kept."""
    rows = dump(scene.folder / "journal.sqlite")["intents"]
    return ["0x" + bytes(row[-1]).hex() for row in rows]  # type: ignore[call-overload]
