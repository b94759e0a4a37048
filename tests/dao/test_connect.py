"""`dao.connect`: a workspace reaches its own chain and no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chain.clients.devnet import Devnet
from chain.clients.devnet_store import DevnetError
from chain.clients.node import Node, NodeError
from chain.networks import DEVNET_CHAIN_ID
from dao.connect import ConnectError, connect
from dao.workspace import Anchors, Workspace, WorkspaceError


def workspace(folder: Path, *, chain_id: int, space: str, rpc_env: str = "") -> Workspace:
    anchors = Anchors(
        space=space, chain_id=chain_id, safe=b"\x11" * 20, journal_key=bytes(32), rpc_env=tuple(rpc_env.split())
    )
    return Workspace.create(folder, anchors)


def test_embedded_chain(tmp_path: Path) -> None:
    """Without a node named, the workspace's chain is the devnet in its folder."""
    with workspace(tmp_path, chain_id=DEVNET_CHAIN_ID, space="3f.devnet") as opened:
        with Devnet.create(opened.devnet_path, 1_700_000_000):
            pass
        with connect(opened) as node:
            assert DEVNET_CHAIN_ID == node.chain_id()


def test_embedded_chain_of_another_workspace(tmp_path: Path) -> None:
    """A DAO on a devnet has one chain, in one folder; whoever follows names that folder."""
    with workspace(tmp_path / "ben", chain_id=DEVNET_CHAIN_ID, space="3f.devnet") as ben:
        with Devnet.create(ben.devnet_path, 1_700_000_000) as devnet:
            devnet.time_travel(1_700_000_100)
        anchors = replace(ben.anchors, devnet="../ben")
        with Workspace.create(tmp_path / "ann", anchors) as ann, connect(ann) as node:
            assert 1_700_000_100 == node.head().timestamp
    assert not (tmp_path / "ann" / "devnet.sqlite").exists()


def test_the_other_workspace_s_chain_is_not_there(tmp_path: Path) -> None:
    """None is made in its place, and its lock is respected."""
    with workspace(tmp_path / "ben", chain_id=DEVNET_CHAIN_ID, space="3f.devnet") as ben:
        anchors = replace(ben.anchors, devnet="../ben")
        with Workspace.create(tmp_path / "ann", anchors) as ann:
            with pytest.raises(DevnetError) as caught, connect(ann):
                pass
            assert ("E_IO_MISSING", []) == (caught.value.code, list((tmp_path / "ben").glob("devnet*")))


@pytest.mark.parametrize(
    ("chain_id", "space", "rpc_env", "reason"),
    [
        (1, "3f.eth", "", "chain_id"),
        (1, "3f.devnet", "SOME_NODE", "node"),
        (DEVNET_CHAIN_ID, "3f.eth", "SOME_NODE", "node"),
    ],
)
def test_H115_devnet_elsewhere(
    chain_id: int, space: str, rpc_env: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The devnet's chain id and spaces are refused with a node, and other chains without one."""
    monkeypatch.setenv("SOME_NODE", "http://127.0.0.1:1/secret")
    with (
        workspace(tmp_path, chain_id=chain_id, space=space, rpc_env=rpc_env) as opened,
        pytest.raises(ConnectError) as caught,
        connect(opened),
    ):
        pass

    assert ("E_DEVNET", reason) == (caught.value.code, caught.value.reason)


def test_variable_that_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node's URL comes from the environment only; the refusal names the variable and no URL."""
    monkeypatch.delenv("SOME_NODE", raising=False)
    with (
        workspace(tmp_path, chain_id=1, space="3f.eth", rpc_env="SOME_NODE") as opened,
        pytest.raises(ConnectError) as caught,
        connect(opened),
    ):
        pass

    assert ("E_RPC_ENV", "SOME_NODE") == (caught.value.code, caught.value.facts["variable"])


def test_url_stays_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that does not answer is named by its host."""
    monkeypatch.setenv("SOME_NODE", "http://127.0.0.1:1/my-secret-key")
    with (
        workspace(tmp_path, chain_id=1, space="3f.eth", rpc_env="SOME_NODE") as opened,
        pytest.raises(Exception, match=r"127\.0\.0\.1") as caught,
        connect(opened),
    ):
        pass

    assert "my-secret-key" not in str(caught.value)


def test_nodes_of_other_chains_are_reached_when_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`[chain.others]` names variables as `rpc_env` does, and is read back as it was written."""
    anchors = Anchors(
        space="3f.eth", chain_id=1, safe=b"\x11" * 20, journal_key=bytes(32), rpc_env=("HOME_NODE",),
        others=((10, ("OTHER_NODE",)), (100, ("OTHER_NODE", "SECOND_NODE"))),
    )  # fmt: skip
    monkeypatch.setenv("HOME_NODE", "http://127.0.0.1:1/a")
    monkeypatch.setattr(Node, "chain_id", lambda node: node._expected)
    with Workspace.create(tmp_path, anchors) as opened, connect(opened) as node:
        assert anchors == opened.anchors
        assert node is node.on(1)
        with pytest.raises(ConnectError) as unset:
            node.on(10)
        with pytest.raises(NodeError) as unknown:
            node.on(137)
        monkeypatch.setenv("OTHER_NODE", "http://127.0.0.1:1/b")
        monkeypatch.setenv("SECOND_NODE", "http://127.0.0.1:1/c")

        assert (10, 1) == (node.on(10).chain_id(), len(node.on(10).labels))
        assert node.on(10) is node.on(10)
        assert 2 == len(node.on(100).labels)

    assert ("E_RPC_ENV", "OTHER_NODE") == (unset.value.code, unset.value.facts["variable"])
    assert ("E_RPC_ENV", "chain") == (unknown.value.code, unknown.value.reason)


@pytest.mark.parametrize("line", [
    '"1" = "OTHER"', f'"{DEVNET_CHAIN_ID}" = "OTHER"', '"x" = "OTHER"', '"010" = "OTHER"', '"10" = []', '"10" = 7',
    '"10" = "no url"', '"10" = ["A", "A"]', '"10" = ["A", "B", "C", "D", "E"]',
])  # fmt: skip
def test_nodes_of_other_chains_that_are_none(tmp_path: Path, line: str) -> None:
    """A workspace whose file says anything else is not opened."""
    with workspace(tmp_path, chain_id=1, space="3f.eth", rpc_env="HOME_NODE"):
        pass
    config = tmp_path / "dao.toml"
    config.write_text(config.read_text("utf-8").replace("[anchors]", f"[chain.others]\n{line}\n\n[anchors]"), "utf-8")

    with pytest.raises(WorkspaceError) as caught:
        Workspace(tmp_path)
    assert ("E_WORKSPACE", "config") == (caught.value.code, caught.value.reason)
