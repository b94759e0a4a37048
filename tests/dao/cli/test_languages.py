"""The commands in Chinese: `--lang` and DAO_LANG, no English sentence in what people read, and the same data."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chain.address import checksum
from chain.cid import CID
from dao.cli.start.demo import cast
from dao.cli.table import COMMANDS, GROUPS
from dao.store.journal import Journal
from tests.dao.cli import pay_lines, steps_workspace, vesting_lines
from tests.dao.cli.command_lines import FINISHED, RUNNING
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played
from tests.treasury.mutual_pool.cases import history_document

Dao = Callable[..., Outcome]

HAN = re.compile(r"[\u4e00-\u9fff]")
DATA = re.compile(
    r"`[^`]*`|A keeper for the forward\(\) call|A second proposal|(?<=\s)/\S*|safe tx hash|^ *dao .*", re.M
)
"""What is shown as it is: code, commands, titles of proposals, paths, what a wallet calls a hash."""

USAGE = [
    ("lnt",),
    ("lint",),
    ("draft",),
    ("premiums", "split", "1", "2"),
    ("premiums", "split", "1", "--agent-level", "x"),
    ("premiums", "split", "1", "--agent-level"),
    ("--nonsense",),
    ("fund", "--dirr", "x"),
    ("lint", "x", "--json=3"),
    ("devnet", "serve", "--port", "99999"),
    ("devnet", "serve", "--port", "-1"),
    ("vote", "check", "x", "--policy", "loose"),
    ("lint", "--lang"),
]
"""Wrong command lines of every kind that Typer knows."""


def english(told: str) -> list[str]:
    """Give whatever looks like an English sentence: three lower-case words in a row."""
    return re.findall(r"\b[A-Za-z][a-z']+(?: [a-z'][a-z']+){2,}", DATA.sub("", told))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which two proposals are on their way."""
    return steps_workspace.build(tmp_path_factory.mktemp("languages") / "workspace")


@pytest.fixture
def port() -> Iterator[str]:
    """A port that somebody else has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield str(taken.getsockname()[1])


def ballot(folder: Path, to: Path) -> Path:
    """Write one signed vote of the journal as a file."""
    with Journal(folder / "journal.sqlite") as journal:
        envelope = next(leaf.body["envelope"] for leaf in journal.leaves if leaf.kind == "vote")
        assert isinstance(envelope, CID)
        to.write_bytes(journal.get(envelope))
    return to


DRAFT = (
    "--title", "A title", "--description", "A description", "--author", "Dora (@dora)",
    "--discussions-to", "https://forum.example.org/t/3",
    "--pay", f"0.5 ETH to devnet:{checksum(cast.address('nora'))} after m1",
)  # fmt: skip


def test_every_command_is_tried() -> None:
    """A command that is added to the table needs a line above."""
    assert {row.words for row in COMMANDS} == set(FINISHED)


@pytest.mark.parametrize("line", [line for lines in FINISHED.values() for line in lines], ids=" ".join)
def test_a_finished_workspace_is_told_in_chinese(
    dao: Dao, played: Played, tmp_path: Path, port: str, line: tuple[str, ...]
) -> None:
    """Whatever a command says over the demo's workspace, to stdout or stderr, holds no English sentence."""
    folder = copied(played.folder, tmp_path / "workspace")
    vote = ballot(folder, tmp_path / "vote.json")
    past = tmp_path / "history.json"
    past.write_text(json.dumps(history_document()), "utf-8")
    named = {"HISTORY": [str(past)], "VOTE": [str(vote)], "NEW": [str(tmp_path / "new")], "DRAFT": DRAFT}
    named["NEW.svg"] = [str(tmp_path / "new.svg")]
    named |= {"PLAN": [vesting_lines.write(tmp_path)], "CLAIMS": [pay_lines.write(tmp_path)]}
    words = [
        part for word in line for part in named.get(word, [word.replace("FOLDER", str(folder)).replace("PORT", port)])
    ]

    outcome = dao("--lang", "zh-Hant", *words)

    if outcome.err.startswith("Usage: "):  # help, which stays English
        return
    assert 70 != outcome.status
    assert [] == english(outcome.out + outcome.err)
    assert HAN.search(outcome.out + outcome.err)


def test_a_space_is_founded_in_chinese(dao: Dao, tmp_path: Path) -> None:
    """From a new chain to the first settings: every question that is answered, every row, duty and step."""
    folder = tmp_path / "club"
    made = "--devnet --space club.devnet --owner ann --owner ben --holder eve=150 --holder finn=250.5 --reviewer lea"
    lines = [
        ["init", *made.split()],
        ["settings"],
        ["settings", "check"],
        ["settings", "sign", "--key", "ann"],
        ["settings", "sign", "--key", "ben"],
        ["settings", "found"],
        ["settings"],
        ["status"],
        ["doctor"],
        ["fund"],
    ]

    told = {" ".join(line): dao(*line, "--dir", folder, "--lang", "zh-Hant") for line in lines}

    assert {} == {line: found for line, outcome in told.items() if (found := english(outcome.out + outcome.err))}
    assert {0} == {outcome.status for outcome in told.values()}


@pytest.mark.parametrize("line", RUNNING, ids=" ".join)
def test_a_running_workspace_is_told_in_chinese(dao: Dao, running: Path, tmp_path: Path, line: tuple[str, ...]) -> None:
    """The same where votes are open and a part waits for its signatures."""
    folder = steps_workspace.copy_of(running, tmp_path / "workspace")

    outcome = dao(*(word.replace("FOLDER", str(folder)) for word in line), "--lang", "zh-Hant")

    assert 70 != outcome.status
    assert [] == english(outcome.out + outcome.err)
    assert HAN.search(outcome.out + outcome.err)


@pytest.mark.parametrize("line", USAGE, ids=" ".join)
@pytest.mark.parametrize("lang", ["zh-Hant", "zh-Hans"])
def test_wrong_usage_is_told_in_chinese(dao: Dao, lang: str, line: tuple[str, ...]) -> None:
    """What Typer says in English about a command line is told in the reader's language."""
    outcome = dao("--lang", lang, *line)

    assert 64 == outcome.status
    assert [] == english(outcome.err)
    assert HAN.search(outcome.err)


def test_the_demo_speaks_chinese(dao: Dao, tmp_path: Path) -> None:
    """Every scene, every refusal and every row of the demo."""
    outcome = dao("demo", "--dir", tmp_path / "demo", "--lang", "zh-Hans")

    assert 0 == outcome.status
    assert [] == english(outcome.out)


@pytest.mark.parametrize("line", [("status",), ("verify", "iip-1.car"), ("doctor",)], ids=" ".join)
def test_english_would_be_noticed(
    dao: Dao, played: Played, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...]
) -> None:
    """The pattern that these tests look for does find the English sentences of the same commands."""
    monkeypatch.chdir(played.folder)

    assert [] != english(dao(*line).out)


@pytest.mark.parametrize(
    "line",
    [
        ("status",),
        ("fund",),
        ("ledger",),
        ("journal",),
        ("keys",),
        ("doctor",),
        ("record", "IIP-1"),
        ("review", "IIP-1/1"),
        ("tally", "IIP-1"),
        ("queue", "IIP-1/1"),
        ("execute", "IIP-1/1", "--key", "ann"),
    ],
    ids=" ".join,
)
def test_data_is_the_same_in_every_language(dao: Dao, played: Played, tmp_path: Path, line: tuple[str, ...]) -> None:
    """With --json only sentences for people differ: states, codes, names and numbers stay English."""
    folder = copied(played.folder, tmp_path / "workspace")
    documents = [
        data(dao(*line, "--dir", folder, "--json", "--lang", lang).document) for lang in ("en", "zh-Hant", "zh-Hans")
    ]

    assert documents[0] == documents[1] == documents[2]
    assert not HAN.search(json.dumps(documents[1], ensure_ascii=False))


def data(value: Any) -> Any:
    """A document without its sentences."""
    if isinstance(value, dict):
        return {name: data(item) for name, item in value.items() if name not in ("message", "why", "fix")}
    return [data(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "line",
    [
        ("--lang", "zh-Hant", "lint", "x"),
        ("lint", "x", "--lang", "zh-Hant"),
        ("lint", "--lang=ZH-tw", "x"),
        ("lint", "x", "--lang", "en", "--lang", "zh-HK"),
    ],
    ids=" ".join,
)
def test_lang_goes_before_and_after_the_words(dao: Dao, line: tuple[str, ...]) -> None:
    """The option holds wherever it stands, and of several the last one."""
    assert "沒有檔案 x" in dao(*line).err


def test_lang_goes_before_the_environment(dao: Dao, monkeypatch: pytest.MonkeyPatch) -> None:
    """DAO_LANG speaks where nothing was asked, and one that nobody knows is English."""
    monkeypatch.setenv("DAO_LANG", "zh-CN")
    assert "没有文件 x" in dao("lint", "x").err
    assert "There is no file x" in dao("lint", "x", "--lang", "en").err

    monkeypatch.setenv("DAO_LANG", "tlh")
    assert "There is no file x" in dao("lint", "x").err


def test_an_unknown_language_is_wrong_usage(dao: Dao) -> None:
    """It is refused before anything is done, with the names of those that are known, also as the JSON document."""
    spoken, written = dao("lint", "x", "--lang", "tlh"), dao("lint", "x", "--lang", "tlh", "--json")

    assert (64, 64) == (spoken.status, written.status)
    assert "en, zh-Hant, zh-Hans" in spoken.err
    assert "E_USAGE" == written.document["error"]["code"]


def test_after_two_dashes_lang_is_a_file_name(dao: Dao) -> None:
    """What stands after `--` is no option."""
    assert "There is no file --lang" in dao("lint", "--", "--lang", "zh").err


@pytest.mark.parametrize("words", [*(row.words for row in COMMANDS), *GROUPS, ""])
def test_every_help_names_the_option_and_stays_english(dao: Dao, words: str) -> None:
    """--lang stands in every help; help texts are not translated."""
    outcome = dao(*words.split(), "--help", "--lang", "zh-Hant")

    assert 0 == outcome.status
    assert "--lang TAG" in outcome.out
    assert not HAN.search(outcome.out)


def test_a_draft_of_another_language_is_not_published(dao: Dao, played: Played, tmp_path: Path) -> None:
    """Sentences that wait to be replaced are known in every language, whatever is spoken when it is published."""
    folder = copied(played.folder, tmp_path / "workspace")
    drafted = dao("draft", *DRAFT, "--dir", folder, "--lang", "zh-Hans")
    assert "请用几句话说明决定什么。" in (folder / "iips" / "iip-2.md").read_text("utf-8"), drafted.err

    refused = dao("publish", folder / "iips" / "iip-2.md", "--key", "dora", "--dir", folder, "--lang", "en")

    assert "E_LINT" in refused.err
    assert "请用几句话说明决定什么。" in refused.err


def test_states_are_told_in_chinese(dao: Dao, played: Played) -> None:
    """People read the state's name in their words; JSON keeps the lifecycle's."""
    folder = played.folder

    assert "IIP-1  已執行  A keeper" in dao("status", "--dir", folder, "--lang", "zh-TW").out
    assert "IIP-1  已执行  A keeper" in dao("status", "--dir", folder, "--lang", "zh").out
    assert "Executed" == dao("status", "--dir", folder, "--lang", "zh", "--json").document["iips"][0]["state"]
