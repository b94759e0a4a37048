"""Words of a command line that no file system, or no text, takes: told in one sentence, and nothing is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played

Dao = Callable[..., Outcome]
LONG = "9" * 300
"""More than a file's name can have."""


@pytest.mark.parametrize(
    "line",
    [
        f"explain IIP-{LONG}",
        f"tally IIP-{LONG}",
        f"history {LONG} --space x.eth",
        f"history NEW --space {'好' * 90}",
        f"premiums import {LONG}",
        f"report --plan {LONG}",
        f"export {LONG} --all",
    ],
)
def test_names_that_are_too_long(dao: Dao, played: Played, tmp_path: Path, line: str) -> None:
    """A path that the system does not even take leads nowhere; asking for it is no bug of ours."""
    words = [str(tmp_path / word) if word in ("NEW", LONG) else word for word in line.split()]
    told = dao(*words, "--dir", played.folder, "--json")

    assert told.status in (1, 2, 64), told.out
    assert "E_BUG" not in told.out


@pytest.mark.parametrize("command", ["veto", "dispute"])
def test_a_reason_that_is_no_text(dao: Dao, played: Played, command: str) -> None:
    """Bytes of another encoding, as a terminal of yesterday sends them."""
    told = dao(command, "IIP-1/1", "--reason", "\udcfc", "--key", "ann", "--dir", played.folder, "--json")

    assert (64, "E_USAGE") == (told.status, told.document["error"]["code"])


def test_a_serial_number_of_too_many_digits(dao: Dao) -> None:
    """An agent's number is a number of the contract; with noughts before it, it is the same."""
    line = ("pool", "call", "buy", "--wei", "1000000000", "--days", "101", "--agent")
    refused, plain, spelled = (dao(*line, number, "--json") for number in ("9" * 5_000, "7", "007"))

    assert (1, "E_CALLDATA") == (refused.status, refused.document["error"]["code"])
    assert plain.document == spelled.document


@pytest.mark.parametrize("option", ["--title", "--author"])
def test_a_draft_of_what_is_no_text(dao: Dao, played: Played, tmp_path: Path, option: str) -> None:
    words = {"--title": "T", "--description": "D", "--author": "Dora (@dora)", "--discussions-to": "https://x.org/1"}
    words |= {option: "D\udcfc", "--pay": "1 ETH to 0xEbb2EbB5f64C277f58ba08d4E53217B9D6F88472"}
    line = [word for pair in words.items() for word in pair]
    told = dao("draft", *line, "--out", tmp_path / "new.md", "--dir", played.folder, "--json")

    assert (1, False) == (told.status, (tmp_path / "new.md").exists()), told.out


@pytest.mark.parametrize("text", ['"x"', "[1]", "7", "null"])
def test_an_import_that_is_no_object(dao: Dao, played: Played, tmp_path: Path, text: str) -> None:
    (tmp_path / "import.json").write_text(text, "utf-8")
    told = dao("premiums", "book", tmp_path / "import.json", "--dir", played.folder, "--json")

    assert (1, "E_PREM_IMPORT") == (told.status, told.document["error"]["code"])
