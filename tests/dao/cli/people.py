"""Three people's workspaces for tests: Ben writes the journal, Ann and Cho follow it, and all share Ben's devnet."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from chain import log_tree
from chain.checkpoint import Checkpoint, sign
from dao.cli.start.demo import cast, world
from dao.record.export import write_export
from dao.record.leaves import Leaf
from dao.store.journal import Journal
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]

_CHAIN = "# the embedded chain in devnet.sqlite"


@dataclass(frozen=True, slots=True)
class People:
    """Three folders beside each other."""

    dao: Dao
    ben: Path
    ann: Path
    cho: Path

    @property
    def inbox(self) -> Path:
        """Where files are carried through."""
        return self.ben.parent

    def carry(self) -> None:
        """Ben exports, Ann and Cho follow."""
        file = self.inbox / "journal.car"
        assert 0 == self.dao("journal", "export", file, "--dir", self.ben).status
        for folder in (self.ann, self.cho):
            outcome = self.dao("journal", "follow", file, "--dir", folder)
            assert 0 == outcome.status, outcome.err

    def take(self, *files: Path | str) -> Any:
        """What `dao take` answers in Ben's workspace."""
        return self.dao("take", *files, "--dir", self.ben, "--json").document

    def signed(self, name: str, *words: str | Path, folder: Path | None = None) -> Path:
        """A file that somebody signed in Ann's workspace."""
        file = self.inbox / name
        outcome = self.dao(*words, "--out", file, "--dir", folder or self.ann)
        assert 0 == outcome.status, outcome.err
        return file


def settle(dao: Dao, made: Path, to: Path) -> People:
    """Copy a workspace for Ben, and make two that follow it."""
    people = People(dao, to / "ben", to / "ann", to / "cho")
    steps_workspace.copy_of(made, people.ben)
    for folder in (people.ann, people.cho):
        follower(people.ben, folder)
    return people


def follower(writer: Path, folder: Path) -> Path:
    """A workspace with the same anchors and keys, but without the journal and its key, on the writer's devnet."""
    (folder / "iips").mkdir(parents=True)
    shutil.copytree(writer / "keys", folder / "keys", ignore=shutil.ignore_patterns("journal.pem"))
    anchors = (writer / "dao.toml").read_text("utf-8")
    assert _CHAIN in anchors
    (folder / "dao.toml").write_text(anchors.replace(_CHAIN, f'devnet = "../{writer.name}" {_CHAIN}'), "utf-8")
    return folder


def kept(folder: Path) -> dict[str, object]:
    """All that a refusal may not change: every table of the journal, and every other file outside of quarantine."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith(("devnet.sqlite", "quarantine/", "journal.sqlite", ".dao.lock")):
            found[name] = path.read_bytes()
    return {**found, "journal": _dump(folder / "journal.sqlite")}


def _dump(path: Path) -> list[tuple[object, ...]]:
    if not path.exists():
        return []
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        return [
            (table, *row)
            for table in sorted(sa.inspect(engine).get_table_names())
            for row in connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY 1"))
        ]


@contextmanager
def nothing_kept(folder: Path) -> Iterator[None]:
    """Whatever happens inside leaves the workspace as it was."""
    before = kept(folder)
    yield
    assert before == kept(folder)


def note_of(leaves: Sequence[Leaf], key: bytes | None = None) -> bytes:
    """A note of some leaves, signed with the journal's key or another."""
    hashes = [log_tree.leaf_hash(leaf.encode()) for leaf in leaves]
    return sign(
        Checkpoint(world.origin(), len(hashes), log_tree.root(hashes)), world.origin(), key or cast.journal_key()
    )


def exported(
    folder: Path,
    change: Callable[[list[Leaf]], list[Leaf]] = list,
    *,
    since: int = 0,
    key: bytes | None = None,
    honest_note: bool = False,
) -> bytes:
    """An export of a journal whose leaves were changed, signed by whoever has the key."""
    with Journal(folder / "journal.sqlite") as journal:
        leaves = change(list(journal.leaves))
        note = note_of(journal.leaves if honest_note else leaves, key)
        return write_export(leaves, since, note, journal.get)
