"""The same life of deaths on anvil, a node of another maker with a pool of transactions and a head that moves on.

One part is paid here. When a Safe has executed, anvil 1.7.1 keeps a leaf for a slot that holds zero, which no trie of
Ethereum has, so the Safe's state can no longer be proved there, and nothing more of it is queued (`E_RPC_PROOF`).
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from chain.clients.devnet import FAUCET_KEY
from chain.signature import address_of
from dao.cli.start.demo import cast
from dao.record.verify import verify
from dao.store.journal import Journal
from tests.dao.cli.nodes.chains import CHAIN_ID, Chain, anvil, furnish
from tests.dao.cli.nodes.proxy import Proxy
from tests.dao.crash.deaths import Deaths
from tests.dao.crash.life import RECORD, Living, life
from tests.dao.crash.nursery import nursery
from tests.dao.crash.town import Town, found
from tests.dao.store.dump import survives_rebuilding

TOWN = Town(chain_id=CHAIN_ID, space="3f.example", rpc_env=("CRASH_RPC",), finality_depth=1)


@dataclass(frozen=True, slots=True)
class Ground:
    """A founded workspace, and the chain at that moment."""

    folder: Path
    chain: Chain


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("founded") / "workspace"
    with anvil("--preserve-historical-states") as chain:
        furnish(chain, address_of(FAUCET_KEY))
        found(folder, TOWN, chain.node(), FAUCET_KEY)
        yield Ground(folder, chain)


class Clock:
    """Lets blocks come one after another, as on every chain but a quiet devnet's, and time pass."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._turn = threading.Lock()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Clock:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _tick(self) -> None:
        while not self._is_over.wait(0.3):
            with self._turn:
                self._chain.time_travel(self._chain.now() + 1)

    def wait(self, seconds: int) -> None:
        """Let time pass in two blocks, so that the last but one is fresh."""
        with self._turn:
            until = self._chain.now() + seconds
            self._chain.time_travel(until - 1)
            self._chain.time_travel(until)


@contextmanager
def living(ground: Ground, folder: Path) -> Iterator[tuple[Living, Clock]]:
    """A copy of the workspace before the chain, which is put back when the life is over."""
    shutil.copytree(ground.folder, folder)
    moment = ground.chain.snapshot()
    with (
        Proxy(ground.chain.url) as proxy,
        nursery(folder.parent / f"{folder.name}-told", CRASH_RPC=proxy.url) as children,
        Clock(ground.chain) as clock,
    ):
        proxy.fault = deaths = Deaths()
        yield Living(folder, children, deaths), clock
    ground.chain.revert(moment)


def traces(chain: Chain, folder: Path) -> dict[str, object]:
    """What two lives have in common whose blocks have other times."""
    node = chain.node()
    with Journal(folder / "journal.sqlite") as journal:
        return {
            "kinds": [leaf.kind for leaf in journal.leaves],
            "files": sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()),
            "kept": (folder / "checkpoint").read_text("utf-8").splitlines()[1],  # the journal's size
            "paid": node.balance(TOWN.address("nora")),
            "nonces": {name: node.nonce(TOWN.address(name)) for name in cast.PEOPLE},
        }


def test_H90_a_life_of_deaths_on_another_makers_node(ground: Ground, tmp_path: Path) -> None:
    """Killed and run again as on the devnet: the same facts in the same order, the same nonces, the same money."""
    quiet, killed = tmp_path / "quiet", tmp_path / "killed"
    with living(ground, quiet) as (first, clock):
        for step in life(TOWN, quiet, clock.wait, pays=1):
            first.undisturbed(step)
        expected = traces(ground.chain, quiet)
    with living(ground, killed) as (second, clock):
        died = [second.killed(step) for step in life(TOWN, killed, clock.wait, pays=1)]
        assert expected == traces(ground.chain, killed)

    assert 150 * 10**16 == expected["paid"]
    assert verify((killed / RECORD).read_bytes()).ok
    assert survives_rebuilding(killed / "journal.sqlite")
    assert 0 < min(died)
    assert 1 == len(set(second.deaths.sent))
