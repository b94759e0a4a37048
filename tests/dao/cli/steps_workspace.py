"""A small workspace in which every step can be tried: made once, copied for each test, with moments to begin from.

Two proposals stand in it. IIP-1 passed, part 1 of it is queued and its time has come, part 2 waits for a milestone.
IIP-2 is open for votes, and its documents are those of `dao draft`.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from chain import log_tree
from chain.address import checksum
from chain.clients import devnet_contracts
from chain.clients.devnet import Devnet
from chain.json_text import canonical
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast, world
from dao.keys import LIGHT_SCRYPT, Keyring, public_key
from dao.store.journal import Journal
from dao.workflow import founding, income, paying, proposing, voting
from dao.workflow.desk import Desk
from dao.workflow.guard import Guard
from dao.workspace import DEVNET_FILE, LOCK_FILE, Anchors, Workspace
from governance.messages import sign_envelope, vote_message

FOR = ("eve", "ivo")


@dataclass(frozen=True, slots=True)
class State:
    """What no refusal may change: the journal's size and root."""

    size: int
    root: bytes


def state(folder: Path) -> State:
    """Read the journal's size and root."""
    with Journal(folder / "journal.sqlite") as journal:
        return State(len(journal), log_tree.root(journal.leaf_hashes()))


def everything(folder: Path) -> dict[str, bytes]:
    """Every file of a workspace by its digest, without the lock and SQLite's own; databases as table dumps."""
    return {
        str(path.relative_to(folder)): _dump(path) if path.suffix == ".sqlite" else sha256(path.read_bytes()).digest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith((LOCK_FILE, "-wal", "-shm"))
    }


def _dump(path: Path) -> bytes:
    digest = sha256()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for (table,) in sorted(database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")):
            digest.update(table.encode())
            for row in sorted(database.execute(f'SELECT * FROM "{table}"'), key=repr):
                digest.update(repr(row).encode())
    return digest.digest()


def copy_of(folder: Path, to: Path) -> Path:
    """Copy a workspace."""
    shutil.copytree(folder, to)
    return to


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The chain on which a workspace stands."""

    chain_id: int = DEVNET_CHAIN_ID
    space: str = cast.SPACE
    rpc_env: tuple[str, ...] = ()
    depth: int = 0
    """Blocks until something is final."""
    panel: tuple[str, ...] = ()
    """Who decides on disputes, all of them together, within five days."""

    def settings_text(self, there: world.World) -> str:
        """The demo's settings, for this chain."""
        settings = json.loads(world.settings_text(there).replace(str(DEVNET_CHAIN_ID), str(self.chain_id)))
        settings["chains"][0]["finality_depth"] = self.depth
        if self.panel:
            panel = [checksum(cast.address(name)) for name in self.panel]
            settings["disputes"] = {"panel": panel, "required": len(panel), "seconds": 5 * cast.DAY}
        return canonical(settings | {"space": self.space})

    def settle(self, there: world.World) -> None:
        """Mine what it takes until the head is final."""
        for _ in range(self.depth):
            there.wait(12)

    def document(self) -> bytes:
        """The demo's document, for this chain."""
        return world.document().replace(str(DEVNET_CHAIN_ID).encode(), str(self.chain_id).encode())


def build(folder: Path, ground: Ground | None = None) -> Path:
    """Make a workspace on the embedded chain, with money, one decided proposal and one that is open."""
    folder.mkdir()
    with Devnet.create(folder / DEVNET_FILE, cast.GENESIS) as devnet:
        return furnish(folder, world.build(devnet), ground or Ground())


def furnish(folder: Path, there: world.World, ground: Ground) -> Path:
    """Make the workspace of a world that stands."""
    anchors = Anchors(
        space=ground.space, chain_id=ground.chain_id, safe=there.safe, rpc_env=ground.rpc_env,
        journal_key=public_key(cast.journal_key()),
    )  # fmt: skip
    with Workspace.create(folder, anchors) as workspace, Journal(workspace.journal_path, create=True) as journal:
        _save_keys(workspace)
        guard = Guard(anchors, workspace.checkpoint_path, cast.journal_key())
        desk = Desk(journal, there.devnet.node(), guard)
        text = ground.settings_text(there)
        founding.found(desk, text, founding.sign_settings(text, [cast.signer(name) for name in cast.OWNERS[:2]]))
        _earn(desk, there, ground)
        _decide(desk, there, ground)
        _open(desk, there, ground, workspace)
    return folder


def _save_keys(workspace: Workspace) -> None:
    ring = Keyring(workspace.keys, "devnet")
    for name in cast.PEOPLE:
        ring.save(name, cast.key(name), work=LIGHT_SCRYPT)
    ring.save_journal_key(cast.journal_key())
    (workspace.keys / "passphrase").write_text("devnet\n", encoding="utf-8")


def _earn(desk: Desk, there: world.World, ground: Ground) -> None:
    premium = devnet_contracts.bring_premium(desk.node, cast.key(cast.BUYER), there.proxy, 50 * cast.UNIT)
    forward = devnet_contracts.forward(desk.node, cast.key(cast.BUYER), there.proxy)
    grant = devnet_contracts.transfer(desk.node, cast.key(cast.AUTHOR), there.token, there.safe, cast.GRANT)
    ground.settle(there)
    income.book_income(desk, "premium", cast.FUND, premium.transaction_hash)
    income.book_income(desk, "forward", cast.FUND, forward.transaction_hash, log=len(forward.logs) - 1)
    income.book_income(desk, "donation", cast.FUND, grant.transaction_hash)


def _decide(desk: Desk, there: world.World, ground: Ground) -> None:
    there.wait(cast.DAY)
    ground.settle(there)
    published = proposing.publish(desk, ground.document(), author=cast.signer(cast.AUTHOR), fund=cast.FUND)
    there.wait_until(published.start)
    for name in FOR:
        voting.cast(desk, ballot(desk, published.id, name, space=ground.space))
    there.wait_until(published.end + cast.HOUR)
    voting.close(desk, published.id)
    voting.count(desk, published.id)
    paying.queue(desk, published.id, 1)
    there.wait(3 * cast.DAY)
    there.wait(60)  # the next snapshot is of the block before the head
    ground.settle(there)


def _open(desk: Desk, there: world.World, ground: Ground, workspace: Workspace) -> None:
    raw = ground.document().replace(b"iip: 1\n", b"iip: 2\n")
    (workspace.documents / "iip-1.md").write_bytes(ground.document())
    (workspace.documents / "iip-2.md").write_bytes(raw)
    published = proposing.publish(desk, raw, author=cast.signer(cast.AUTHOR), fund=cast.FUND)
    there.wait_until(published.start)


def ballot(desk: Desk, proposal: bytes, name: str, choice: int = 1, *, space: str = cast.SPACE) -> bytes:
    """A signed vote of today."""
    message = vote_message(
        voter=cast.address(name), space=space, proposal=proposal, choice=choice, timestamp=desk.now()
    )
    return sign_envelope("Vote", message, cast.signer(name))
