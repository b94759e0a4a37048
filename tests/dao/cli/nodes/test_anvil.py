"""A node of another maker: a whole vote on anvil, a real reorganisation below its snapshot, and a node that prunes."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chain.clients import devnet
from chain.signature import address_of
from dao.cli.start.demo import cast
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.nodes.chains import anvil, furnish
from tests.dao.cli.nodes.conftest import Ground, Scene, begin, settled
from tests.dao.cli.nodes.proxy import Proxy
from tests.dao.cli.nodes.test_one_provider import TALLY, assert_paid_once, signed


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ground, Path]]:
    """A workspace on anvil, and the chain in a file from which other anvils go on."""
    folder = tmp_path_factory.mktemp("anvil")
    with anvil("--preserve-historical-states") as chain:
        rich = (cast.address(name) for name in (*cast.OWNERS, cast.AUTHOR, cast.BUYER))
        furnish(chain, address_of(devnet.FAUCET_KEY), *rich)
        ground = settled(folder, chain)
        dumped = bytes.fromhex(chain.ask("anvil_dumpState", True)[2:])
        (folder / "state.json").write_bytes(gzip.decompress(dumped))
        yield ground, folder / "state.json"


@pytest.fixture
def scene(
    state: tuple[Ground, Path], tmp_path: Path, dao: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    """A provider that asks an anvil of the test's own."""
    ground, file = state
    with anvil("--load-state", str(file)) as chain, Proxy(chain.url) as proxy:
        yield begin(ground, tmp_path, dao, monkeypatch, proxy, chain=chain)


def test_a_vote_is_counted_and_paid_on_another_makers_node(scene: Scene) -> None:
    """Headers, state proofs and receipt proofs of anvil give what ours give."""
    assert "passed" == scene.completes(*TALLY).document["verdict"]
    scene.chain.time_travel(scene.chain.now() + 12)  # a loaded anvil's clock begins at its genesis again
    signed(scene)
    assert_paid_once(scene)


def test_H96_reorganised_below_the_snapshot_on_anvil(scene: Scene, state: tuple[Ground, Path]) -> None:
    """The chain lets go of the snapshot's block: nothing is counted; a provider that still has it counts on."""
    scene.chain.ask("anvil_reorg", 6, [])

    told = scene.uncheckable(*TALLY, code="E_RPC_REORG")

    assert "is now 0x" in told
    with anvil("--load-state", str(state[1])) as honest:
        scene.proxy.upstream = honest.url
        assert "passed" == scene.completes(*TALLY).document["verdict"]


def test_H96_pruned_state_on_anvil(scene: Scene, state: tuple[Ground, Path]) -> None:
    """A node that keeps the last states alone cannot weigh a vote, and says which kind can."""
    with anvil("--load-state", str(state[1]), "--prune-history", "1") as forgetful:
        scene.proxy.upstream = forgetful.url
        assert 2 == scene.dao(*TALLY).status  # the close needs the head alone, and is kept

        assert "an archive node" in scene.uncheckable(*TALLY, code="E_RPC_ANSWER")
    scene.proxy.upstream = scene.chain.url
    assert "passed" == scene.completes(*TALLY).document["verdict"]
