"""`dao init --devnet`: an embedded chain with a DAO of one's own on it, and what is refused on the way."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chain.address import checksum
from chain.clients.devnet import Devnet
from chain.clients.token_read import read_balance
from chain.networks import DEVNET_CHAIN_ID
from chain.signature import address_of
from dao.cli.start.demo import cast
from dao.keys import devnet_key
from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played

Dao = Callable[..., Outcome]

LINE = (
    "--devnet --space club.devnet --owner ann --owner ben --owner cho --holder eve=150 --holder finn=250.5 "
    "--holder gil=599.5 --proposer dora --reviewer lea --reviewer max --start 2026-01-05T00:00:00Z"
)


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A club that is made once and not founded; copy it to change it."""
    from dao.cli import main

    folder = tmp_path_factory.mktemp("club") / "club"
    assert 0 == main(["init", "--dir", str(folder), *LINE.split()])
    return folder


def test_a_chain_with_a_safe_and_votes(dao: Dao, tmp_path: Path) -> None:
    """Everybody who was named has a key, holders hold their votes, and the draft makes settings."""
    folder = tmp_path / "club"
    made = dao("init", "--dir", folder, *LINE.split(), "--iip-share", "new", "--json").document

    assert (DEVNET_CHAIN_ID, True, 2) == (made["chain_id"], made["complete"], made["safe"]["threshold"])
    assert ["ann", "ben", "cho"] == [owner["name"] for owner in made["safe"]["owners"]]
    people = ["ann", "ben", "cho", "dora", "eve", "finn", "gil", "lea", "max"]
    assert people == sorted(file.stem for file in (folder / "keys").glob("*.json"))
    draft = json.loads((folder / "settings.draft.json").read_text("utf-8"))
    token = draft["strategies"][0]["params"]["address"]
    with Devnet.open(folder / "devnet.sqlite") as devnet:
        node = devnet.node()
        held = read_balance(node, bytes.fromhex(token[2:]), address_of(devnet_key("finn")), node.head().ref.number)
        assert 250_500_000_000_000_000_000 == held
        assert node.code(bytes.fromhex(draft["funds"][0]["sources"][0]["address"][2:]))
    assert "200 votes" == draft["quorum"]["minimum"]
    assert [checksum(cast.address("dora"))] == draft["proposers"]


def test_the_same_words_make_the_same_space(dao: Dao, tmp_path: Path, club: Path) -> None:
    """With the same first moment two chains have the same addresses and the same draft."""
    dao("init", "--dir", tmp_path / "again", *LINE.split())

    drafts = [(folder / "settings.draft.json").read_text("utf-8") for folder in (club, tmp_path / "again")]
    assert drafts[0] == drafts[1]


def test_asked_values_and_defaults_are_told_apart(dao: Dao, tmp_path: Path) -> None:
    """Durations are spelled back in the largest unit, and only defaults come with a reason."""
    made = dao(
        "init", "--dir", tmp_path / "club", *LINE.split(), "--delay", "36h", "--period", "72h", "--quorum", "12.5%",
        "--majority", "2/3", "--json",
    ).document  # fmt: skip

    rows = {row["setting"]: (row["value"], row["origin"], row["why"] is not None) for row in made["settings"]}
    assert ("36h", "asked", False) == rows["voting.delay"]
    assert ("3d", "asked", False) == rows["voting.period"]
    assert ("125 votes", "asked", False) == rows["quorum.minimum"]
    assert ("2/3", "asked", False) == rows["threshold"]
    assert ("14d", "default", True) == rows["grace"]
    assert ("made", False) == rows["safes"][1:]


def test_duties_in_one_hand_are_told(dao: Dao, tmp_path: Path) -> None:
    """An owner who reviews, a threshold of one, a holder above the quorum, a sole proposer: each by its code."""
    made = dao(
        "init", "--devnet", "--space", "club.devnet", "--dir", tmp_path / "club", "--owner", "ann", "--owner", "ben",
        "--threshold", "1", "--holder", "eve=900", "--holder", "finn=100", "--proposer", "ann", "--reviewer", "ann",
        "--delay", "1h", "--period", "2h", "--json",
    ).document  # fmt: skip

    found = {(row["code"], row["place"]) for row in made["findings"]}
    assert {
        ("W_SAFE_THRESHOLD", "sign"), ("W_DUTIES", "review"), ("W_DUTIES", "journal"), ("W_DUTIES", "propose"),
        ("W_POWER_CONCENTRATED", "vote"), ("W_RULE_SHORT", "voting.period"),
    } == found  # fmt: skip
    messages = " ".join(row["message"] for row in made["findings"])
    assert "ann owns the Safe and reviews milestones" in messages
    assert "eve holds 900 votes and reaches the quorum of 200 votes alone" in messages
    assert [] == [row for row in made["findings"] if row["level"] == "error"]


def test_the_steps_that_are_told_found_the_space(dao: Dao, tmp_path: Path, club: Path) -> None:
    """Whoever types what `dao init` says is needed has a founded space, and `dao settings` says so."""
    folder = tmp_path / "club"
    shutil.copytree(club, folder)
    needed = dao("settings", "check", "--dir", folder, "--json").document["needed"]

    outcomes = [dao(*step["command"].split()[1:]) for step in needed]

    assert [0] * 3 == [outcome.status for outcome in outcomes]
    shown = dao("settings", "--dir", folder, "--json").document
    assert (0, [], []) == (shown["in_force"]["leaf"], shown["announced"], shown["draft"]["changes"])
    assert "No settings are founded yet" not in dao("settings", "--dir", folder).out


def test_without_holders_the_token_is_still_needed(dao: Dao, tmp_path: Path) -> None:
    """The workspace is made all the same; the first step says what is missing, and the draft cannot be signed."""
    folder = tmp_path / "club"
    made = dao("init", "--devnet", "--space", "club.devnet", "--dir", folder, "--owner", "ann", "--json").document

    refused = dao("settings", "sign", "--key", "ann", "--dir", folder)

    assert (False, "Name the votes token") == (made["complete"], made["needed"][0]["what"][:20])
    assert (1, True) == (refused.status, "[E_DRAFT]" in refused.err)
    assert re.search(r"`quorum\.minimum` must be voting power .* line [0-9]+ of settings\.draft\.json", refused.err)


class Mistake(NamedTuple):
    told: str
    line: str
    status: int
    code: str


ROAD = "--devnet --space club.devnet --owner ann --holder eve=10 "
MISTAKES = (
    Mistake("no road", "--space club.devnet", 64, "E_USAGE"),
    Mistake("no space", "--devnet --owner ann", 64, "E_USAGE"),
    Mistake("no owner", "--devnet --space club.devnet", 64, "E_USAGE"),
    Mistake("a name of a real space", "--devnet --space club.eth --owner ann", 64, "E_DEVNET"),
    Mistake("a name with a blank", "--devnet --owner ann --space|my club.devnet", 64, "E_SPACE"),
    Mistake("a name in capitals", "--devnet --space Club.devnet --owner ann", 64, "E_SPACE"),
    Mistake("a name without a dot", "--devnet --space devnet --owner ann", 64, "E_SPACE"),
    Mistake("an owner outside of keys", "--devnet --space club.devnet --owner ../ann", 64, "E_USAGE"),
    Mistake("an owner twice", "--devnet --space club.devnet --owner ann --owner ann", 64, "E_SAFE_CONFIG"),
    Mistake("a threshold above the owners", ROAD + "--threshold 2", 64, "E_SAFE_CONFIG"),
    Mistake("a holder without votes", "--devnet --space club.devnet --owner ann --holder eve", 64, "E_USAGE"),
    Mistake("a holder twice", ROAD + "--holder eve=5", 64, "E_USAGE"),
    Mistake("votes with a comma", ROAD + "--holder finn=1,000", 64, "E_AMOUNT"),
    Mistake("a bare number of days", ROAD + "--delay 3", 64, "E_TIME"),
    Mistake("days in words", ROAD + "--period|3 days", 64, "E_TIME"),
    Mistake("half a day", ROAD + "--timelock 0.5d", 64, "E_TIME"),
    Mistake("a naive start", ROAD + "--start 2026-01-05T00:00:00", 64, "E_TIME"),
    Mistake("a vote of a second", ROAD + "--period 1s", 1, "E_RULE_UNSAFE"),
    Mistake("a grace of nothing", ROAD + "--grace 0s", 1, "E_RULE_UNSAFE"),
    Mistake("a minority", ROAD + "--majority 1/3", 1, "E_RULE_UNSAFE"),
    Mistake("a share that is none", ROAD + "--majority half", 64, "E_USAGE"),
    Mistake("a quorum of nothing", ROAD + "--quorum 0", 1, "E_RULE_UNSAFE"),
    Mistake("a quorum of nothing percent", ROAD + "--quorum 0%", 64, "E_RULE_UNSAFE"),
    Mistake("a quorum above everything", ROAD + "--quorum 101%", 64, "E_RULE_UNSAFE"),
    Mistake("a quorum above the supply", ROAD + "--quorum 11", 64, "E_RULE_UNSAFE"),
    Mistake("more reviews than reviewers", ROAD + "--reviewer lea --reviews 2", 64, "E_RULE_UNSAFE"),
    Mistake("a token's name with blanks", ROAD + "--token|MY VOTE", 64, "E_USAGE"),
    Mistake("the coin's name for the token", ROAD + "--token ETH", 1, "E_SETTINGS"),
    Mistake("a Safe beside the devnet", ROAD + "--safe {nora}", 64, "E_USAGE"),
    Mistake("a node beside the devnet", ROAD + "--rpc-env NODE", 64, "E_USAGE"),
    Mistake("an address in one case", ROAD + "--proposer 0xebb2ebb5f64c277f58ba08d4e53217b9d6f88472", 64, "E_ADDRESS"),
    Mistake("a prefix in small letters", ROAD + "--prefix iip", 1, "E_SETTINGS"),
    Mistake("a fund with a blank", ROAD + "--fund|my fund", 1, "E_SETTINGS"),
    Mistake("votes that only the Safe holds", "{safe_holds}", 1, "E_RULE_UNSAFE"),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.told.replace(" ", "_"))
def test_mistakes_leave_nothing(dao: Dao, tmp_path: Path, mistake: Mistake) -> None:
    """One sentence on stderr with its code; the folder is not made, or is as it was."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine", "utf-8")
    # the Safe of ann alone has the same address on every devnet
    safe = "0x82dAC62B505013308DAD4868e93d9af505f6a7B0"
    facts = {"nora": checksum(cast.address("nora")), "safe_holds": f"{ROAD}--holder {safe}=990 --quorum 100"}
    arguments = _words(mistake.line.format(**facts))

    for folder in ("club", "other"):
        outcome = dao("init", "--dir", tmp_path / folder, *arguments)
        refusals = [told for told in outcome.err.splitlines() if told.startswith("dao: ")]
        assert (mistake.status, 1) == (outcome.status, len(refusals)), outcome.err + outcome.out
        assert refusals[0].endswith(f"[{mistake.code}]")

    assert ["other"] == [path.name for path in tmp_path.iterdir()]
    assert ["notes.txt"] == [path.name for path in (tmp_path / "other").iterdir()]


def _words(line: str) -> list[str]:
    """The arguments of a line: those before its first bar by blanks, those behind it by bars."""
    start, *rest = line.split("|")
    return [*start.split(), *rest]


def test_a_workspace_is_left_alone(dao: Dao, played: Played, tmp_path: Path) -> None:
    """A folder that is a workspace is refused before anything is made, and so is one with somebody's journal."""
    before = sorted((file.name, file.stat().st_mtime_ns) for file in played.folder.iterdir())
    (tmp_path / "journal.sqlite").write_bytes(b"somebody's")

    there = dao("init", "--dir", played.folder, *LINE.split())
    half = dao("init", "--dir", tmp_path, *LINE.split())

    assert (1, "[E_WORKSPACE]") == (there.status, there.err.split()[-1])
    assert (1, "[E_IO_EXISTS]") == (half.status, half.err.split()[-1])
    assert before == sorted((file.name, file.stat().st_mtime_ns) for file in played.folder.iterdir())
    assert [b"somebody's"] == [file.read_bytes() for file in tmp_path.iterdir()]


def test_a_file_in_the_folders_place(dao: Dao, tmp_path: Path) -> None:
    """A path that cannot become a folder is told, and the file stays."""
    (tmp_path / "club").write_text("mine", "utf-8")

    outcome = dao("init", "--dir", tmp_path / "club", *LINE.split())

    assert (1, "[E_WORKSPACE]") == (outcome.status, outcome.err.split()[-1])
    assert "mine" == (tmp_path / "club").read_text("utf-8")


def test_somebodys_keystore_is_not_written_over(dao: Dao, tmp_path: Path) -> None:
    """An owner whose keystore is there already stops the making, and nothing of it stays."""
    keys = tmp_path / "club" / "keys"
    keys.mkdir(parents=True)
    (keys / "ann.json").write_text("{}", "utf-8")

    outcome = dao("init", "--dir", tmp_path / "club", *LINE.split())

    assert (1, "[E_KEY_FILE]") == (outcome.status, outcome.err.split()[-1])
    assert ["ann.json"] == [file.name for file in keys.iterdir()]
    assert ["keys"] == [file.name for file in (tmp_path / "club").iterdir()]


def test_no_key_is_shown(dao: Dao, tmp_path: Path) -> None:
    """Neither answer holds anybody's private key or the journal's."""
    spoken = dao("init", "--dir", tmp_path / "a", *LINE.split())
    written = dao("init", "--dir", tmp_path / "b", *LINE.split(), "--json")

    shown = spoken.out + spoken.err + written.out + written.err
    people: list[Any] = ["ann", "eve", "dora", "journal"]
    assert [] == [name for name in people if devnet_key(name).hex() in shown]
