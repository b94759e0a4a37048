"""`dao.workflow.guard`: a workspace trusts its own anchors and the checkpoint that it kept, and no file."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chain import log_tree
from chain.blocks import BlockRef
from chain.checkpoint import Checkpoint, sign
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast, world
from dao.keys import public_key
from dao.record.leaves import Leaf
from dao.store.journal import Journal
from dao.workflow.guard import Guard, GuardError
from dao.workspace import Anchors
from governance.space import Settings, parse_settings
from tests.dao.workflow.settings_of_demo import settings_text

SAFE = b"\x11" * 20
ANCHORS = Anchors(
    space=cast.SPACE, chain_id=DEVNET_CHAIN_ID, safe=SAFE, journal_key=public_key(cast.journal_key())
)  # fmt: skip


@pytest.fixture
def settings() -> Settings:
    return parse_settings(settings_text(SAFE))


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "journal.sqlite", create=True)
    append(journal, 3)
    return journal


def append(journal: Journal, count: int) -> None:
    block = BlockRef(DEVNET_CHAIN_ID, 1, bytes(32))
    bodies = [{"hash": bytes([n] * 32), "owner": bytes(20), "signature": bytes(65)} for n in range(count)]
    journal.append([Leaf(kind="confirmation", time=1, block=block, body=body) for body in bodies], {})


def test_own_anchors_pass(journal: Journal, settings: Settings, tmp_path: Path) -> None:
    """Settings of the workspace's own space, Safe, chain and journal key are taken."""
    Guard(ANCHORS, tmp_path / "checkpoint").check(journal, settings, DEVNET_CHAIN_ID)


@pytest.mark.parametrize(
    ("anchors", "field"),
    [
        (replace(ANCHORS, space="other.devnet"), "space"),
        (replace(ANCHORS, safe=b"\x22" * 20), "Safe"),
        (replace(ANCHORS, journal_key=bytes(32)), "journal key"),
        (replace(ANCHORS, chain_id=1), "chain"),
    ],
)
def test_H101_settings_of_somebody_else(
    anchors: Anchors, field: str, journal: Journal, settings: Settings, tmp_path: Path
) -> None:
    """Anchors come from the workspace only: settings with another Safe, key, space or chain are a split view."""
    with pytest.raises(GuardError) as caught:
        Guard(anchors, tmp_path / "checkpoint").check(journal, settings, DEVNET_CHAIN_ID)

    assert ("E_SPLIT_VIEW", "anchor", field) == (caught.value.code, caught.value.reason, caught.value.facts["field"])


def test_journal_that_grew_is_the_same_journal(journal: Journal, settings: Settings, tmp_path: Path) -> None:
    """New leaves behind those of the kept checkpoint change nothing."""
    guard = Guard(ANCHORS, tmp_path / "checkpoint", cast.journal_key())
    guard.keep(journal, world.origin())
    append(journal, 2)

    guard.check(journal, settings, DEVNET_CHAIN_ID)


def test_H72_journal_that_was_rewritten(journal: Journal, settings: Settings, tmp_path: Path) -> None:
    """A journal that no longer begins with the kept leaves is refused, however consistent it is in itself."""
    Guard(ANCHORS, tmp_path / "checkpoint", cast.journal_key()).keep(journal, world.origin())
    other = Journal(tmp_path / "other.sqlite", create=True)
    append(other, 1)
    append(other, 3)

    with pytest.raises(GuardError) as caught:
        Guard(ANCHORS, tmp_path / "checkpoint").check(other, settings, DEVNET_CHAIN_ID)

    assert ("E_SPLIT_VIEW", "kept") == (caught.value.code, caught.value.reason)


def test_journal_that_was_cut(journal: Journal, settings: Settings, tmp_path: Path) -> None:
    """A journal shorter than the kept checkpoint is refused."""
    Guard(ANCHORS, tmp_path / "checkpoint", cast.journal_key()).keep(journal, world.origin())
    shorter = Journal(tmp_path / "shorter.sqlite", create=True)
    append(shorter, 2)

    with pytest.raises(GuardError) as caught:
        Guard(ANCHORS, tmp_path / "checkpoint").check(shorter, settings, DEVNET_CHAIN_ID)

    assert "kept" == caught.value.reason


def test_checkpoint_of_another_key(journal: Journal, settings: Settings, tmp_path: Path) -> None:
    """A kept checkpoint that the journal's key did not sign is no anchor."""
    hashes = journal.leaf_hashes()
    forged = sign(Checkpoint(world.origin(), len(hashes), log_tree.root(hashes)), world.origin(), b"\x07" * 32)
    (tmp_path / "checkpoint").write_bytes(forged)

    with pytest.raises(GuardError) as caught:
        Guard(ANCHORS, tmp_path / "checkpoint").check(journal, settings, DEVNET_CHAIN_ID)

    assert "checkpoint" == caught.value.reason


def test_reader_keeps_nothing(journal: Journal, tmp_path: Path) -> None:
    """Without the journal's key no checkpoint can be made."""
    Guard(ANCHORS, tmp_path / "checkpoint").keep(journal, world.origin())

    assert not (tmp_path / "checkpoint").exists()


def _a_folder(path: Path) -> None:
    path.mkdir()


def _a_pipe(path: Path) -> None:
    os.mkfifo(path)


def _a_link_to_nothing(path: Path) -> None:
    path.symlink_to(path.with_name("nothing"))


def _a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_a_folder, "unreadable"),
        (_a_link_to_nothing, "unreadable"),
        (_a_device, "unreadable"),
        (_a_pipe, "checkpoint"),
    ],
)
def test_checkpoint_that_cannot_be_read_is_not_no_checkpoint(
    make: Callable[[Path], None], reason: str, journal: Journal, settings: Settings, tmp_path: Path
) -> None:
    """Whatever stands in its place, nothing is signed as if no checkpoint had ever been kept, and nobody waits."""
    make(tmp_path / "checkpoint")

    with pytest.raises(GuardError) as caught:
        Guard(ANCHORS, tmp_path / "checkpoint").check(journal, settings, DEVNET_CHAIN_ID)

    assert ("E_SPLIT_VIEW", reason) == (caught.value.code, caught.value.reason)


def test_checkpoint_that_cannot_be_kept_is_told(journal: Journal, settings: Settings, tmp_path: Path) -> None:
    """The step is done and its checkpoint is not: that is one sentence, and nothing half-written is left."""
    (tmp_path / "checkpoint").mkdir()

    with pytest.raises(GuardError) as caught:
        Guard(ANCHORS, tmp_path / "checkpoint", cast.journal_key()).keep(journal, settings.journal.origin)

    assert ("E_IO_WRITE", "checkpoint") == (caught.value.code, caught.value.reason)
    assert ["checkpoint", "journal.sqlite"] == sorted(path.name for path in tmp_path.iterdir())
