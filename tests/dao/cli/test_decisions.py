"""Votes that decide and pay nothing, by every voting system: published, voted on, counted, explained, verified."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]

CITIES = ("Rome", "Oslo", "Bern")
DOCUMENT = """\
---
iip: 3
title: Where we meet
description: The members decide where they meet
author: Dora (@dora)
discussions-to: https://forum.example.org/t/meeting/3
type: Process
created: 2026-01-05
---

## Summary

A place to meet.

## Motivation

We have to meet somewhere.

## Specification

The members meet in the place that wins.

## Risks

None that anybody knows of.

## Copyright

CC0.
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace to copy."""
    return steps_workspace.build(tmp_path_factory.mktemp("decisions") / "workspace")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A workspace of one test's own, with the document of a decision."""
    folder = steps_workspace.copy_of(made, tmp_path / "workspace")
    (folder / "iips" / "iip-3.md").write_text(DOCUMENT, "utf-8")
    return folder


def publish(dao: Dao, folder: Path, voting: str, *choices: str) -> Outcome:
    named = [word for choice in choices for word in ("--choice", choice)]
    file = folder / "iips" / "iip-3.md"
    return dao("publish", file, "--key", "dora", "--voting", voting, *named, "--dir", folder, "--json")


def vote(dao: Dao, folder: Path, who: str, *words: str) -> Outcome:
    return dao("vote", "cast", "IIP-3", *words, "--key", who, "--dir", folder, "--json")


def open_vote(dao: Dao, folder: Path, voting: str) -> None:
    published = publish(dao, folder, voting, *CITIES)
    assert 0 == published.status, published.err
    assert ([], None) == (published.document["parts"], published.document["parts_cid"])
    dao("devnet", "wait", "25h", "--dir", folder)


def result(dao: Dao, folder: Path) -> Outcome:
    dao("devnet", "wait", "73h", "--dir", folder)
    counted = dao("tally", "IIP-3", "--dir", folder, "--json")
    assert 0 == counted.status, counted.err
    return counted


def powers(scores: dict[str, str]) -> dict[str, int]:
    return {name: int(score) // 10**18 for name, score in scores.items()}


BALLOTS = {
    "single-choice": (("Oslo",), ("1",), ("Oslo",)),
    "approval": (("--choice", "Oslo", "--choice", "Bern"), ("1,2",), ("Bern",)),
    "weighted": (("1=3,2=1",), ("--choice", "Oslo=1"), ("--choice", "Bern=0.5", "--choice", "Rome=0.5")),
    "quadratic": (("1=1",), ("2=1",), ("Oslo",)),
    "ranked-choice": (("1,2,3",), ("--choice", "Oslo", "--choice", "Bern", "--choice", "Rome"), ("3,2,1",)),
    "copeland": (("1,2,3",), ("2,3,1",), ("3,2,1",)),
}
EXPECTED = {  # eve 210,000, finn 90,000, hana 140,000
    "single-choice": ({"Rome": 90_000, "Oslo": 350_000, "Bern": 0}, [2]),
    "approval": ({"Rome": 90_000, "Oslo": 300_000, "Bern": 350_000}, [3]),
    "weighted": ({"Rome": 227_500, "Oslo": 142_500, "Bern": 70_000}, [1]),
    "quadratic": ({"Rome": 139_052, "Oslo": 300_947, "Bern": 0}, [2]),
    "ranked-choice": ({"Rome": 210_000, "Oslo": 0, "Bern": 230_000}, [3]),
    "copeland": ({"Rome": 15_555, "Oslo": 280_370, "Bern": 144_074}, [2]),
}


@pytest.mark.parametrize("voting", BALLOTS)
def test_a_decision_from_publication_to_its_record(dao: Dao, folder: Path, voting: str) -> None:
    """Choices on the command line, a signed result, an explanation in three languages, and a record that verifies."""
    open_vote(dao, folder, voting)
    for who, words in zip(("eve", "finn", "hana"), BALLOTS[voting], strict=True):
        taken = vote(dao, folder, who, *words)
        assert (0, True) == (taken.status, taken.document["is_new"]), taken.err
    assert 0 == dao("tally", "IIP-3", "--dir", folder).status, "a provisional count"

    counted = result(dao, folder)
    explained = dao("explain", "IIP-3", "--dir", folder, "--json")
    written = dao("record", "IIP-3", "--out", folder / "iip-3.car", "--dir", folder, "--json")
    verified = dao("verify", folder / "iip-3.car", "--json")
    again = dao("explain", folder / "iip-3.car", "--json")
    standing = dao("status", "IIP-3", "--dir", folder, "--json")
    charts = [
        dao("explain", named, "--chart", folder / f"{number}.svg", "--dir", folder)
        for number, named in enumerate(("IIP-3", folder / "iip-3.car"))
    ]

    scores, winners = EXPECTED[voting]
    assert (scores, "decided", False) == (
        powers(counted.document["scores"]), counted.document["verdict"], counted.document["released"]
    )  # fmt: skip
    assert (0, winners) == (explained.status, explained.document["winners"]), explained.err
    assert explained.document == again.document
    assert [0, 0] == [drawn.status for drawn in charts], charts[0].err
    assert (folder / "0.svg").read_bytes() == (folder / "1.svg").read_bytes()
    assert any(CITIES[winners[0] - 1] in line and "came first" in line for line in explained.document["why"])
    assert (0, 0, True) == (written.status, verified.status, verified.document["ok"]), verified.out
    assert "Decided" == standing.document["iips"][0]["state"]
    for lang in ("zh-Hant", "zh-Hans"):
        told = dao("explain", "IIP-3", "--dir", folder, "--lang", lang)
        assert (0, True) == (told.status, "領先其他選項" in told.out or "领先其他选项" in told.out)


def test_a_tie_is_declared_and_told(dao: Dao, folder: Path) -> None:
    """Nobody is drawn by lot, and every sentence says so."""
    open_vote(dao, folder, "approval")
    vote(dao, folder, "eve", "1,2")
    counted = result(dao, folder)
    told = dao("explain", "IIP-3", "--dir", folder)

    assert "decided" == counted.document["verdict"]
    assert "Nobody won: Rome, Oslo are tied" in told.out
    assert "Undecided" in told.out


def test_H52_a_choice_of_another_form_changes_nothing(dao: Dao, folder: Path) -> None:
    """A partial ranking, one name twice, a weight in a ranking, an unknown name, nothing at all."""
    open_vote(dao, folder, "ranked-choice")
    before = steps_workspace.everything(folder)
    for words in (("1,2",), ("1,1,2",), ("Rome=1",), ("Rome", "--choice", "Paris"), ("1,2,3,4",), ("1,2,x",), (",",)):
        refused = vote(dao, folder, "eve", *words)
        assert (1, "E_CHOICE") == (refused.status, refused.document["error"]["code"]), words
    assert before == steps_workspace.everything(folder)


@pytest.mark.parametrize("words", [("1=2,1=3",), ("1=-1",), ("1=x",), ("1=0",), ("4=1",), ("1=1e3",)])
def test_H51_weights_of_another_form_change_nothing(dao: Dao, folder: Path, words: tuple[str, ...]) -> None:
    """Twice, negative, no number, all zero, of a choice that is not there, with an exponent."""
    open_vote(dao, folder, "weighted")
    before = steps_workspace.everything(folder)
    refused = vote(dao, folder, "eve", *words)

    assert (1, "E_CHOICE") == (refused.status, refused.document["error"]["code"])
    assert before == steps_workspace.everything(folder)


def test_what_pays_is_voted_by_basic_only(dao: Dao, folder: Path) -> None:
    """A Budget and another voting system exclude each other, and an unknown system is refused."""
    (folder / "iips" / "iip-3.md").write_text(
        (folder / "iips" / "iip-1.md").read_text("utf-8").replace("iip: 1\n", "iip: 3\n"), "utf-8"
    )
    before = steps_workspace.everything(folder)
    paying, unknown = publish(dao, folder, "approval", *CITIES), publish(dao, folder, "lottery", *CITIES)
    one = publish(dao, folder, "approval", "Rome")

    assert [(1, "E_OPTION_MAP"), (1, "E_VERSION")] == [
        (refused.status, refused.document["error"]["code"]) for refused in (paying, unknown)
    ]
    assert 1 == one.status
    assert before == steps_workspace.everything(folder)


def test_published_votes_of_a_hub_are_explained(dao: Dao, tmp_path: Path) -> None:
    """From a file, exactly: tenths tie, a ballot that is none is named, and weights may be objects."""
    file = tmp_path / "hub.json"
    file.write_text(
        '{"proposal": {"id": "0x1", "type": "single-choice", "choices": ["A", "B"]}, "votes": ['
        '{"voter": "0xa", "choice": 1, "vp": 0.1}, {"voter": "0xb", "choice": 1, "vp": 0.2},'
        '{"voter": "0xc", "choice": 2, "vp": 0.3}, {"voter": "0xd", "choice": 3, "vp": 5}]}',
        "utf-8",
    )
    found = dao("explain", file, "--json")

    expected = {"scores": ["0.3", "0.3"], "total": "0.6", "winners": [1, 2], "left_out": ["0xd"]}
    assert (0, expected) == (found.status, {key: found.document[key] for key in expected}), found.err
    assert "Nobody won" in dao("explain", file).out
    file.write_text('{"proposal": {"type": "single-choice"}, "votes": []}', "utf-8")
    refused = dao("explain", file, "--json")
    assert (1, "E_HUB") == (refused.status, refused.document["error"]["code"])
