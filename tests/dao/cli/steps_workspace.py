"""A small workspace in which every step can be tried: made once, copied for each test, with moments to begin from.

Two proposals stand in it. IIP-1 passed, part 1 of it is queued and its time has come, part 2 waits for a milestone.
IIP-2 is open for votes, and its documents are those of `dao draft`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from chain import log_tree
from chain.clients import devnet_contracts
from chain.clients.devnet import Devnet
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.demo import cast, world
from dao.keys import LIGHT_SCRYPT, Keyring, public_key
from dao.store.journal import Journal
from dao.workflow import founding, income, paying, proposing, voting
from dao.workflow.desk import Desk
from dao.workflow.guard import Guard
from dao.workspace import DEVNET_FILE, Anchors, Workspace
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


def copy_of(folder: Path, to: Path) -> Path:
    """Copy a workspace."""
    shutil.copytree(folder, to)
    return to


def build(folder: Path) -> Path:
    """Make a workspace with money, one decided proposal and one that is open."""
    folder.mkdir()
    with Devnet.create(folder / DEVNET_FILE, cast.GENESIS) as devnet:
        there = world.build(devnet)
        anchors = Anchors(
            space=cast.SPACE, chain_id=DEVNET_CHAIN_ID, safe=there.safe, journal_key=public_key(cast.journal_key())
        )
        with Workspace.create(folder, anchors) as workspace, Journal(workspace.journal_path, create=True) as journal:
            _save_keys(workspace)
            guard = Guard(anchors, workspace.checkpoint_path, cast.journal_key())
            desk = Desk(journal, devnet.node(), guard)
            text = world.settings_text(there)
            founding.found(desk, text, founding.sign_settings(text, [cast.signer(name) for name in cast.OWNERS[:2]]))
            _earn(desk, there)
            _decide(desk, there)
            _open(desk, there, workspace)
    return folder


def _save_keys(workspace: Workspace) -> None:
    ring = Keyring(workspace.keys, "devnet")
    for name in cast.PEOPLE:
        ring.save(name, cast.key(name), work=LIGHT_SCRYPT)
    ring.save_journal_key(cast.journal_key())
    (workspace.keys / "passphrase").write_text("devnet\n", encoding="utf-8")


def _earn(desk: Desk, there: world.World) -> None:
    receipt = devnet_contracts.bring_premium(desk.node, cast.key(cast.BUYER), there.proxy, 50 * cast.UNIT)
    income.book_income(desk, "premium", cast.FUND, receipt.transaction_hash)
    receipt = devnet_contracts.forward(desk.node, cast.key(cast.BUYER), there.proxy)
    income.book_income(desk, "forward", cast.FUND, receipt.transaction_hash, log=len(receipt.logs) - 1)
    receipt = devnet_contracts.transfer(desk.node, cast.key(cast.AUTHOR), there.token, there.safe, cast.GRANT)
    income.book_income(desk, "donation", cast.FUND, receipt.transaction_hash)


def _decide(desk: Desk, there: world.World) -> None:
    there.wait(cast.DAY)
    published = proposing.publish(desk, world.document(), author=cast.signer(cast.AUTHOR), fund=cast.FUND)
    there.wait_until(published.start)
    for name in FOR:
        voting.cast(desk, ballot(desk, published.id, name))
    there.wait_until(published.end + cast.HOUR)
    voting.close(desk, published.id)
    voting.count(desk, published.id)
    paying.queue(desk, published.id, 1)
    there.wait(3 * cast.DAY)
    there.wait(60)  # the next snapshot is of the block before the head


def _open(desk: Desk, there: world.World, workspace: Workspace) -> None:
    raw = world.document().replace(b"iip: 1\n", b"iip: 2\n")
    (workspace.documents / "iip-1.md").write_bytes(world.document())
    (workspace.documents / "iip-2.md").write_bytes(raw)
    published = proposing.publish(desk, raw, author=cast.signer(cast.AUTHOR), fund=cast.FUND)
    there.wait_until(published.start)


def ballot(desk: Desk, proposal: bytes, name: str, choice: int = 1) -> bytes:
    """A signed vote of today."""
    message = vote_message(
        voter=cast.address(name), space=cast.SPACE, proposal=proposal, choice=choice, timestamp=desk.now()
    )
    return sign_envelope("Vote", message, cast.signer(name))
