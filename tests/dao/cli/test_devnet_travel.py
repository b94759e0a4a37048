"""`dao devnet travel`: forward, on the embedded chain, to times that mean the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied, state
from tests.dao.conftest import Played

Dao = Callable[..., Outcome]


def test_time_goes_forward(dao: Dao, played: Played, tmp_path: Path) -> None:
    """By a span and to a moment; the journal is as before and the new time stays."""
    folder = copied(played.folder, tmp_path / "copy")

    moved = dao("devnet", "travel", "--by", "2d", "--dir", folder, "--json").document
    again = dao("devnet", "travel", "--to", "2026-02-01T08:00:00+08:00", "--dir", folder, "--json").document

    assert 172_800 == moved["to"] - moved["from"]
    assert (moved["to"], 1_769_904_000) == (again["from"], again["to"])
    assert state(played.folder) == state(folder)
    back = dao("devnet", "travel", "--to", "2026-01-20T00:00:00Z", "--dir", folder, "--json")
    assert (1, "E_TIME") == (back.status, back.document["error"]["code"])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], "E_USAGE"),
        (["--by", "1d", "--to", "2027-01-01T00:00:00Z"], "E_USAGE"),
        (["--by", "2"], "E_USAGE"),
        (["--by", "-1d"], "E_USAGE"),
        (["--to", "2027-01-01T00:00:00"], "E_TIME"),
        (["--to", "1800000000"], "E_TIME"),
    ],
)
def test_wrong_usage(dao: Dao, played: Played, options: list[str], code: str) -> None:
    """One of two options, spelled as they are; a naive time is refused."""
    outcome = dao("devnet", "travel", *options, "--dir", played.folder, "--json")

    assert (64, code) == (outcome.status, outcome.document["error"]["code"])


@pytest.mark.parametrize("words", [["travel", "--by", "1d"], ["serve", "--port", "0"]], ids=["travel", "serve"])
def test_only_the_embedded_chain(dao: Dao, played: Played, tmp_path: Path, words: list[str]) -> None:
    """A workspace on a node is refused, before the node is asked anything."""
    folder = copied(played.folder, tmp_path / "copy")
    text = (folder / "dao.toml").read_text().replace("20200903\n", '20200903\nrpc_env = "NO_SUCH"\n')
    (folder / "dao.toml").write_text(text)

    outcome = dao("devnet", *words, "--dir", folder, "--json")

    assert (1, "E_DEVNET") == (outcome.status, outcome.document["error"]["code"])
