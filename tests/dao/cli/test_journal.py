"""`dao journal`: leaves, root, and the checkpoint that was kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied, state
from tests.dao.conftest import Played


def test_journal_extends_what_was_kept(dao: Callable[..., Outcome], played: Played) -> None:
    """Size and root are the journal's, and the kept checkpoint is one of it."""
    size, root = state(played.folder)

    outcome = dao("journal", "--since", 40, "--dir", played.folder, "--json")

    document = outcome.document
    assert (0, True, None) == (outcome.status, document["ok"], document["code"])
    assert (size, "0x" + root.hex()) == (document["size"], document["root"])
    assert document["kept"]["size"] <= size
    assert list(range(40, size)) == [leaf["index"] for leaf in document["leaves"]]
    assert ("closed", 6) == (document["leaves"][1]["kind"], document["leaves"][1]["about"]["count"])


def test_shortened_journal_is_a_split_view(dao: Callable[..., Outcome], played: Played, tmp_path: Path) -> None:
    """A journal that lost its last leaf is named, in text and in JSON."""
    folder = copied(played.folder, tmp_path / "copy")
    with sqlite3.connect(folder / "journal.sqlite") as database:
        database.execute("DELETE FROM leaves WHERE idx = (SELECT max(idx) FROM leaves)")

    outcome = dao("journal", "--dir", folder, "--json")

    assert (1, False, "E_SPLIT_VIEW") == (outcome.status, outcome.document["ok"], outcome.document["code"])
    assert "E_SPLIT_VIEW" in dao("journal", "--dir", folder).out


def test_emptied_journal_is_a_split_view(dao: Callable[..., Outcome], played: Played, tmp_path: Path) -> None:
    """A journal without any leaf is not a new one where a checkpoint was kept; without one it is."""
    folder = copied(played.folder, tmp_path / "copy")
    with sqlite3.connect(folder / "journal.sqlite") as database:
        database.execute("DELETE FROM leaves")

    assert (1, "E_SPLIT_VIEW") == _verdict(dao("journal", "--dir", folder, "--json"))
    (folder / "checkpoint").unlink()
    assert (0, None) == _verdict(dao("journal", "--dir", folder, "--json"))


def _verdict(outcome: Outcome) -> tuple[int, str | None]:
    return outcome.status, outcome.document["code"]
