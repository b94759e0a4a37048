"""`dao audit --rpc-env` and `--ipfs-env`: a real chain and a real IPFS node, reached by names of variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from chain.clients.ipfs import IpfsNode
from chain.clients.node import Node
from governance.clients import snapshot
from tests.dao.cli import served_chain
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.served_chain import CHAIN_ID, HOLDINGS, Served
from tests.hub_double import HubDouble, cast, proposal_row, serving, vote_row
from tests.ipfs_node import RealNode

Dao = Callable[..., Outcome]
ID = "0x" + "ab" * 32
SPACE = "club.eth"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubDouble]:
    monkeypatch.setattr(snapshot, "PACE", (10_000, 1))
    monkeypatch.setattr(snapshot, "PAUSES", ())
    monkeypatch.delenv("SNAPSHOT_API_KEY", raising=False)
    with serving(HubDouble()) as double:
        yield double


@pytest.fixture(scope="module")
def chain() -> Iterator[Served]:
    with served_chain.served() as chain:
        yield chain


def publish(hub: HubDouble) -> None:
    rows = hub.votes[ID]
    scores = [sum(row["vp"] for row in rows if row["choice"] == option) for option in (1, 2)]
    hub.proposals[ID] |= {"scores": scores, "scores_total": sum(scores), "votes": len(rows)}


def codes(told: Outcome) -> list[tuple[str, str]]:
    return [(row["code"], row["reason"]) for row in told.document["findings"]]


def audited(dao: Dao, hub: HubDouble, *more: object) -> Outcome:
    return dao("audit", "--proposal", ID, "--hub", hub.url, "--json", *more)


def test_powers_are_computed_again(dao: Dao, hub: HubDouble, chain: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token's balances at the snapshot block, asked of the node that a variable names; a power that is not the
    chain's is caught, and the node's address, which may hold a key, is told nowhere.
    """
    params = {"address": chain.places["token"], "decimals": 18, "symbol": "CLUB"}
    strategy = {"name": "erc20-balance-of", "network": str(CHAIN_ID), "params": params}
    block = Node(chain.url, chain_id=CHAIN_ID, name="X").head().ref.number
    hub.proposals[ID] = proposal_row(ID, SPACE, "basic", ["For", "Against"], 3, strategies=[strategy], snapshot=block)
    hub.votes[ID] = [
        vote_row(ID, {"voter": served_chain.address(name), "choice": 1, "vp": held}, 1_700_000_100 + n)
        for n, (name, held) in enumerate(HOLDINGS.items())
    ]
    publish(hub)
    monkeypatch.setenv("MY_NODE", chain.url + "/key-0123456789")

    good = audited(dao, hub, "--rpc-env", "MY_NODE")
    assert (0, [("W_HUB_SIG", "none")]) == (good.status, codes(good)), good.document
    assert "0123456789" not in good.out + good.err

    hub.votes[ID][1] |= {"vp": 251, "vp_by_strategy": [251]}
    publish(hub)
    assert 0 == audited(dao, hub).status, "without a node nobody knows"
    bad = audited(dao, hub, "--rpc-env", "MY_NODE")
    assert (1, True) == (bad.status, ("E_HUB_POWER", "node") in codes(bad))
    assert served_chain.address("finn") in str(bad.document["findings"])


def test_a_node_that_is_none(dao: Dao, hub: HubDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is not set, or holds no address, or that of nobody: what was not checked is not called true."""
    hub.proposals[ID] = proposal_row(ID, SPACE, "basic", ["For", "Against"], 0)
    hub.votes[ID] = []
    monkeypatch.delenv("MY_NODE", raising=False)
    assert "E_RPC_ENV" == audited(dao, hub, "--rpc-env", "MY_NODE").document["error"]["code"]
    monkeypatch.setenv("MY_NODE", "http://127.0.0.1:9/key-0123456789")
    told = audited(dao, hub, "--rpc-env", "MY_NODE")
    assert (2, False) == (told.status, "0123456789" in told.out + told.err)


def test_votes_are_looked_up_at_a_node(
    dao: Dao, hub: HubDouble, ipfs_node: RealNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vote that cannot be rebuilt is proved by its pinned bytes, which a real IPFS node has; they catch a hub that
    shows another choice.
    """
    hub.proposals[ID] = proposal_row(ID, SPACE, "basic", ["For", "Against"], 1)
    row = cast(hub, ID, 50, 2, 3.5, 1_700_000_300, metadata='{"from": "a client of its own"}')
    publish(hub)
    node = IpfsNode(ipfs_node.url)
    row["ipfs"] = str(node.add(hub.pinned[row["id"]], version=0))
    node.close()
    monkeypatch.setenv("MY_IPFS", ipfs_node.url)
    assert 2 == audited(dao, hub).status

    found = audited(dao, hub, "--ipfs-env", "MY_IPFS")
    assert (0, {"signed": 1}) == (found.status, found.document["signatures"])

    row["choice"] = 1
    publish(hub)
    told = audited(dao, hub, "--ipfs-env", "MY_IPFS")
    assert (1, ["E_HUB_SIG"]) == (told.status, [row["code"] for row in told.document["findings"]])

    monkeypatch.setenv("MY_IPFS", "/ip4/127.0.0.1/tcp/9")
    assert 2 == audited(dao, hub, "--ipfs-env", "MY_IPFS").status
