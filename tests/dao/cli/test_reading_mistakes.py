"""What every reading command refuses alike, each in one sentence, and that none of them writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import locked, state
from tests.dao.conftest import Played

Dao = Callable[..., Outcome]

READING = (["status"], ["fund"], ["ledger"], ["journal"], ["keys"], ["doctor"])
OTHERS = (["record", "IIP-1"], ["devnet", "serve", "--port", "0"])
NAMES = [" ".join(words) for words in (*READING, *OTHERS)]


@pytest.mark.parametrize("words", [*READING, *OTHERS], ids=NAMES)
def test_a_folder_that_is_no_workspace(dao: Dao, tmp_path: Path, words: list[str]) -> None:
    """Without dao.toml nothing is done, and nothing is left behind."""
    outcome = dao(*words, "--dir", tmp_path, "--json")

    assert (1, "E_WORKSPACE") == (outcome.status, outcome.document["error"]["code"])
    assert 1 == len(outcome.err.splitlines())
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("words", [*READING, *OTHERS[:-1]], ids=NAMES[:-1])
def test_a_workspace_in_use(dao: Dao, played: Played, words: list[str]) -> None:
    """A workspace that another process holds is refused, not waited for."""
    with locked(played.folder):
        outcome = dao(*words, "--dir", played.folder, "--json")

    assert (1, "E_LOCKED") == (outcome.status, outcome.document["error"]["code"])
    assert 1 == len(outcome.err.splitlines())


@pytest.mark.parametrize("words", READING, ids=NAMES[: len(READING)])
def test_reading_changes_nothing(dao: Dao, played: Played, words: list[str]) -> None:
    """Size and root of the journal and the kept checkpoint are as before; text is no JSON and ends well."""
    before, kept = state(played.folder), (played.folder / "checkpoint").read_bytes()

    outcome = dao(*words, "--dir", played.folder)

    assert (0, "") == (outcome.status, outcome.err)
    assert "" != outcome.out
    assert (before, kept) == (state(played.folder), (played.folder / "checkpoint").read_bytes())


@pytest.mark.parametrize("words", [["status"], ["record"]], ids=["status", "record"])
@pytest.mark.parametrize(
    ("name", "expected"),
    [("IIP-9", (1, "E_PROPOSAL")), ("IIP-0", (64, "E_USAGE")), ("XIP-1", (64, "E_USAGE")), ("../1", (64, "E_USAGE"))],
)
def test_a_proposal_that_is_not_there(
    dao: Dao, played: Played, words: list[str], name: str, expected: tuple[int, str]
) -> None:
    """An unknown number is refused, a name of another form is wrong usage."""
    outcome = dao(*words, name, "--dir", played.folder, "--json")

    assert expected == (outcome.status, outcome.document["error"]["code"])
    assert 1 == len(outcome.err.splitlines())
