"""The whole life of an IIP, killed at every moment that counts, on a chain that `dao devnet serve` holds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chain.clients.devnet import FAUCET_KEY, Devnet
from dao.cli.start.demo import cast
from dao.record.verify import verify
from dao.store.journal import Journal
from tests.chain.clients.http_double import serving as served_http
from tests.dao.cli.nodes.proxy import Proxy
from tests.dao.cli.service_double import KEY, ServiceDouble
from tests.dao.crash.deaths import Deaths
from tests.dao.crash.life import RECORD, Living, life
from tests.dao.crash.nursery import nursery
from tests.dao.crash.serving import lead_through, served_port, serving
from tests.dao.crash.town import DEVNET, found
from tests.dao.store.dump import dump, survives_rebuilding


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A funded workspace to copy."""
    folder = tmp_path_factory.mktemp("founded") / "workspace"
    folder.mkdir()
    with Devnet.create(folder / "devnet.sqlite", cast.GENESIS) as devnet:
        found(folder, DEVNET, devnet.node(), FAUCET_KEY)
    return folder


@contextmanager
def living(founded: Path, folder: Path) -> Iterator[Living]:
    """A copy of the workspace, its chain served by another process behind a proxy."""
    shutil.copytree(founded, folder)
    service = ServiceDouble()
    with (
        served_http(service.respond) as url,
        nursery(folder.parent / f"{folder.name}-told", SAFE_SERVICE=url, SAFE_KEY=KEY) as children,
        serving(folder),
        Proxy(f"http://127.0.0.1:{served_port(folder)}") as proxy,
    ):
        lead_through(folder, proxy.server_port)
        proxy.fault = deaths = Deaths()
        service.victim = lambda: deaths.victim
        yield Living(folder, children, deaths, service)


def wait(living: Living, seconds: int) -> None:
    """Let time pass, through the server."""
    ended = living.nursery.run("devnet", "wait", f"{seconds}s", "--dir", living.folder)
    assert 0 == ended.status, ended


def traces(living: Living) -> dict[str, object]:
    """Everything that a life leaves: facts, checkpoint, files, the chain with all nonces and balances in it, and what a
    service was given, nothing of it twice.
    """
    folder = living.folder
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    with Journal(folder / "journal.sqlite") as journal, Devnet.open(folder / "devnet.sqlite") as devnet:
        return {
            "files": files,
            "kinds": [leaf.kind for leaf in journal.leaves],
            "tables": dump(folder / "journal.sqlite"),
            "checkpoint": (folder / "checkpoint").read_bytes(),
            "record": (folder / RECORD).read_bytes(),
            "posted": [(request.path, request.body) for request in living.service.taken],
            "chain": devnet.node().head(),
            "paid": devnet.node().balance(cast.address("nora")),
            "nonce": devnet.node().nonce(cast.address("ann")),
        }


@pytest.fixture(scope="module")
def quiet(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], list[str]]:
    """What a life leaves that nobody disturbs, and the transactions that it sends."""
    folder = tmp_path_factory.mktemp("lives") / "workspace"
    with living(founded, folder) as one:
        for step in life(DEVNET, folder, lambda seconds: wait(one, seconds), posts=True, disputes=True):
            one.undisturbed(step)
    return traces(one), one.deaths.sent


def test_H90_a_life_of_deaths_leaves_what_a_quiet_one_leaves(
    founded: Path, quiet: tuple[dict[str, object], list[str]], tmp_path: Path
) -> None:
    """Every commit, every file that comes to its place, every broadcast and post is a moment of death; run again, each
    command completes its step or refuses to repeat it. Both journals are equal byte for byte, and so are the chains:
    the head's hash covers every nonce and balance, so nothing was sent twice.
    """
    folder = tmp_path / "workspace"
    expected, sent = quiet
    with living(founded, folder) as one:
        steps = life(DEVNET, folder, lambda seconds: wait(one, seconds), posts=True, disputes=True)
        died = [one.killed(step) for step in steps]

    assert expected == traces(one)
    assert sent == list(dict.fromkeys(one.deaths.sent))
    assert 36 <= sum(died)
    assert min(died) >= 1
    assert verify((folder / RECORD).read_bytes()).ok
    assert survives_rebuilding(folder / "journal.sqlite")
