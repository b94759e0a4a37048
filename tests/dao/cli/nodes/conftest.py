"""A workspace on a chain that is not the devnet, behind providers that a test spoils: what it was is compared byte for
byte, and nothing that a provider's URL hides may be told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from chain.clients import node, rpc
from dao.cli.start.demo import cast, world
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.nodes.chains import CHAIN_ID, Chain, our_chain
from tests.dao.cli.nodes.proxy import SECRET, Fault, Proxy, honest, when

NAMES = ("NODE_A", "NODE_B")
GROUND = steps_workspace.Ground(chain_id=CHAIN_ID, space="3f.example", rpc_env=NAMES[:1], depth=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A workspace in which a vote was taken and has ended, and its chain."""

    folder: Path
    file: Path
    """The chain's own; its snapshots lie beside it."""
    chain: Chain
    before: str
    """The chain's snapshot before anything of the workspace happened."""
    moment: str
    """And now."""
    head: int
    """The newest block now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A copy of the workspace, and the providers that it asks."""

    run: Callable[..., Outcome]
    folder: Path
    chain: Chain
    proxies: tuple[Proxy, ...]

    @property
    def proxy(self) -> Proxy:
        """The first provider."""
        return self.proxies[0]

    def dao(self, *arguments: str) -> Outcome:
        outcome = self.run(*arguments, "--dir", self.folder, "--json")
        assert SECRET not in outcome.out + outcome.err
        return outcome

    def files(self) -> dict[str, str]:
        """Every file of the workspace by its hash; SQLite's scratch files and the lock are not part of it."""
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.name != ".dao.lock" and not path.name.endswith(("-wal", "-shm"))
        }

    def unanswered(self, *command: str, code: str) -> str:
        """Run a command that cannot be answered, exit 2; return what it says."""
        outcome = self.dao(*command)
        error = outcome.document["error"]
        assert (2, code) == (outcome.status, error["code"]), outcome.err
        return str(error["message"])

    def uncheckable(self, *command: str, code: str, provider: str = f"127.0.0.1 ({NAMES[0]})") -> str:
        """As `unanswered`: the provider is named, and no file of the workspace is changed."""
        before = self.files()
        message = self.unanswered(*command, code=code)
        assert provider in message
        assert before == self.files()
        return message

    def spoil(self, fault: Fault, method: str = "") -> None:
        """Let the first provider do this to every question, or to those of one method."""
        self.proxy.fault = when(method, fault) if method else fault

    def honest(self) -> None:
        for proxy in self.proxies:
            proxy.fault = honest

    def completes(self, *command: str) -> Outcome:
        """Run the command again against honest providers."""
        self.honest()
        outcome = self.dao(*command)
        assert 0 == outcome.status, outcome.err
        return outcome


@contextmanager
def impatience() -> Iterator[None]:
    """Within it a command waits a second for an answer, not minutes."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rpc, "PATIENCE_SECONDS", 1)
        patched.setattr(rpc, "ANSWER_SECONDS", 1)
        yield


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("nodes")
    with our_chain(folder / "chain.sqlite") as chain:
        yield settled(folder, chain)


def settled(folder: Path, chain: Chain) -> Ground:
    """Make the workspace, take a vote on IIP-2, and let its end pass."""
    there = world.build(chain)  # type: ignore[arg-type]
    before = chain.snapshot()
    workspace = steps_workspace.furnish(folder / "workspace", there, GROUND)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(NAMES[0], chain.url)
        from dao.cli import main

        assert 0 == main(["vote", "cast", "IIP-2", "For", "--key", "eve", "--dir", str(workspace)])
    chain.time_travel(chain.now() + 73 * cast.HOUR)
    head = chain.node().head().ref.number
    file = folder / "chain.sqlite"
    return Ground(folder=workspace, file=file, chain=chain, before=before, moment=chain.snapshot(), head=head)


@pytest.fixture
def scene(
    ground: Ground, tmp_path: Path, dao: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    """One provider between the workspace and its chain."""
    with Proxy(ground.chain.url) as proxy:
        yield begin(ground, tmp_path, dao, monkeypatch, proxy)


@pytest.fixture
def pair(
    ground: Ground, tmp_path: Path, dao: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    """Two providers between the workspace and its chain."""
    with Proxy(ground.chain.url) as first, Proxy(ground.chain.url) as second:
        yield begin(ground, tmp_path, dao, monkeypatch, first, second)


def begin(
    ground: Ground,
    folder: Path,
    dao: Callable[..., Outcome],
    monkeypatch: pytest.MonkeyPatch,
    *proxies: Proxy,
    chain: Chain | None = None,
) -> Scene:
    """Put a copy of the workspace behind these providers, and the chain back to its moment; nobody waits for long."""
    if chain is None:
        ground.chain.revert(ground.moment)
    copy = steps_workspace.copy_of(ground.folder, folder / "workspace")
    config = copy / "dao.toml"
    names = NAMES[: len(proxies)]
    if len(names) > 1:
        listed = ", ".join(f'"{name}"' for name in names)
        config.write_text(config.read_text("utf-8").replace('rpc_env = "NODE_A"', f"rpc_env = [{listed}]"), "utf-8")
    for name, proxy in zip(names, proxies, strict=True):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.setattr(rpc, "ANSWER_MAX", 20 << 20)
    monkeypatch.setattr(rpc, "LIMIT_PAUSES", (0, 0))
    monkeypatch.setattr(node, "LAG_WAIT_SECONDS", 0)
    return Scene(run=dao, folder=copy, chain=chain or ground.chain, proxies=proxies)
