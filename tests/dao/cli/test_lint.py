"""`dao lint`: all findings of all files, as rows and as text."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.address import checksum
from dao.views.opening import open_journal, settings_of
from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played

Dao = Callable[..., Outcome]

GOOD = """\
---
iip: 1
title: Meet once a month
description: A process proposal that pays nobody.
author: Alice (@alice)
discussions-to: https://forum.example.org/t/1
type: Process
created: 2026-11-21
---

## Summary

We meet once a month.

## Motivation

Questions wait too long.

## Specification

The first Monday, 12:00 UTC.

## Risks

Nobody comes.

## Copyright

CC0.
"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A proposal without an error, under the name that its number asks for."""
    file = tmp_path / "iip-1.md"
    file.write_text(GOOD, "utf-8")
    return file


def test_a_good_proposal_is_ok(dao: Dao, good: Path) -> None:
    """No error, exit status 0, and what could not be decided alone is named on stderr."""
    outcome = dao("lint", good, "--json")

    assert 0 == outcome.status, outcome.out
    assert [] == [row for row in outcome.document if row["level"] == "error"]
    assert "Skipped, for want of a journal or a fund: IIP-" in outcome.err


def test_findings_are_rows(dao: Dao, good: Path) -> None:
    """A finding has its code, level, line, message and a fix; errors make the exit status 1."""
    good.write_text(GOOD.replace("title: Meet once a month\n", ""), "utf-8")

    outcome = dao("lint", good, "--json")

    (row,) = (row for row in outcome.document if row["level"] == "error")
    assert 1 == outcome.status
    assert ("IIP-P02", "title", str(good)) == (row["code"], row["place"], row["file"])
    assert isinstance(row["line"], int)
    assert row["message"].endswith(".")
    assert row["message"].endswith(row["fix"])


def test_people_read_the_same_findings(dao: Dao, good: Path) -> None:
    """The text names file, level, code, place and line, and ends with the sum."""
    good.write_text(GOOD.replace("title: Meet once a month\n", ""), "utf-8")

    outcome = dao("lint", good)

    assert outcome.out.startswith(f"{good}\nerror    IIP-P02  title, line ")
    assert outcome.out.endswith("wrong: 1 error, no warnings\n")


def test_several_files_are_told_apart(dao: Dao, good: Path, tmp_path: Path) -> None:
    """Each row names its file, and one bad file makes the whole answer false."""
    (tmp_path / "iip-2.md").write_text("nothing", "utf-8")

    outcome = dao("lint", good, tmp_path / "iip-2.md", "--json")

    assert 1 == outcome.status
    assert {str(tmp_path / "iip-2.md")} == {row["file"] for row in outcome.document if row["level"] == "error"}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"---", b"---\n" * 2, b"\0", b"[1]", "\u202e".encode()])
def test_unparseable_files_still_yield_findings(dao: Dao, tmp_path: Path, content: bytes) -> None:
    """Whatever the bytes are, the answer is a list of findings and not an error."""
    (tmp_path / "iip-1.md").write_bytes(content)

    outcome = dao("lint", tmp_path / "iip-1.md", "--json")

    assert 1 == outcome.status
    assert [] != outcome.document
    assert {"code", "level", "line", "message", "fix"} <= outcome.document[0].keys()


def test_H28_bidirectional_override_is_found_and_shown_escaped(dao: Dao, good: Path) -> None:
    """An override in the title is an error, and the terminal does not obey it."""
    good.write_text(GOOD.replace("Meet once", "Meet \u202eonce"), "utf-8")

    spoken, written = dao("lint", good), dao("lint", good, "--json")

    assert 1 == spoken.status
    assert "\u202e" not in spoken.out
    assert "E_BIDI" in {row["code"] for row in written.document}


def test_a_missing_file_could_not_be_checked(dao: Dao, good: Path, tmp_path: Path) -> None:
    """One unreadable file among readable ones: exit status 2 and one error document."""
    outcome = dao("lint", good, tmp_path / "none.md", "--json")

    assert (2, "E_IO_READ") == (outcome.status, outcome.document["error"]["code"])


def test_a_workspace_answers_what_a_file_cannot(dao: Dao, played: Played, tmp_path: Path) -> None:
    """With --dir only what does not apply is skipped; text, number and requirements are held against the journal."""
    folder = tmp_path / "demo"
    shutil.copytree(played.folder, folder)
    file = folder / "iips" / "iip-1.md"
    clean = dao("lint", file, "--dir", folder, "--json")
    text = file.read_text("utf-8")
    file.write_text(text.replace("\nrequested:", "\nrequires: 9\nrequested:").replace("keeper", "friend"), "utf-8")

    changed = dao("lint", file, "--dir", folder, "--json")

    assert (0, []) == (clean.status, clean.document)
    assert "IIP-P" not in clean.err
    assert {"IIP-P17", "IIP-P19"} <= {row["code"] for row in changed.document}
    assert 1 == changed.status


def test_first_payees_and_forums_are_options(dao: Dao, played: Played, tmp_path: Path) -> None:
    """A cap warns of strangers who ask for more at once, and a pattern says which forum keeps the discussion."""
    text = (played.folder / "iips" / "iip-1.md").read_text("utf-8").replace("iip: 1\n", "iip: 7\n")
    file = tmp_path / "iip-7.md"
    payee = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    nora = next(word for word in text.split() if word.startswith("eip155:")).rpartition(":")[2]
    file.write_text(text.replace(nora, payee), "utf-8")
    at = ("--dir", played.folder, "--json")

    def codes(*options: object) -> set[str]:
        return {row["code"] for row in dao("lint", file, *options).document}

    assert "W_FIRST_PAYEE" in codes("--cap", "0.01 ETH", *at)
    assert "W_FIRST_PAYEE" not in codes("--cap", "100 ETH", *at)
    assert {"IIP-P10"} == codes("--forum", "https://gov\\.example\\.org/", "--json")
    assert 64 == dao("lint", file, "--forum", "(", "--json").status
    assert 64 == dao("lint", file, "--cap", "much", "--json").status
    assert {"IIP-P06"} == codes("--prefix", "LIP", "--json")


def test_example_for_a_repository_of_proposals(
    dao: Dao, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command of `docs/examples/lint-proposals.yml` passes good files and fails for one bad one among them."""
    example = (Path(__file__).parents[3] / "docs" / "examples" / "lint-proposals.yml").read_text("utf-8")
    (line,) = (line for line in example.splitlines() if "findings.json" in line)
    words = shlex.split(line.partition("run: ")[2].partition(" > ")[0])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "iips").mkdir()
    good.rename(tmp_path / "iips" / "iip-1.md")
    (tmp_path / "iips" / "iip-2.md").write_text(GOOD.replace("iip: 1", "iip: 2"), "utf-8")

    def run() -> Outcome:
        named = [str(each) for word in words[1:] for each in (sorted(Path().glob(word)) if "*" in word else [word])]
        return dao(*named)

    assert (0, "dao") == (run().status, words[0])
    (tmp_path / "iips" / "iip-2.md").write_text(GOOD.replace("iip: 1", "iip: 02"), "utf-8")
    bad = run()
    assert (1, ["IIP-P06"]) == (bad.status, [row["code"] for row in bad.document])


def test_translation_beside_its_original(dao: Dao, good: Path) -> None:
    """`iip-1.zh-Hant.md` is held against `iip-1.md`, and alone where there is none."""
    text = GOOD
    for english, chinese in (("Summary", "摘要"), ("Motivation", "動機"), ("Specification", "規格"), ("Risks", "風險"),
                             ("Copyright", "著作權")):  # fmt: skip
        text = text.replace(f"## {english}", f"## {chinese}")
    file = good.with_name("iip-1.zh-Hant.md")
    file.write_text(text, "utf-8")
    clean = dao("lint", file, "--json")
    file.write_text(text.replace("created: 2026-11-21", "created: 2026-11-20"), "utf-8")

    changed = dao("lint", file, good, "--json")

    assert (0, []) == (clean.status, clean.document)
    assert [("E_TRANSLATION", "created")] == [(row["code"], row["place"]) for row in changed.document]
    good.unlink()
    assert 0 == dao("lint", file, "--json").status


def test_settings_in_a_file_say_what_a_fund_is(dao: Dao, played: Played, tmp_path: Path) -> None:
    """Without a workspace, settings give Safe, assets and parts; only what a journal knows stays skipped."""
    text = played.document.read_text("utf-8")
    with open_journal(played.folder) as reading:
        settings = settings_of(reading.journal)
    (tmp_path / "settings.json").write_text(settings.text, "utf-8")
    file, safe = tmp_path / "iip-1.md", checksum(settings.funds[0].safe)
    file.write_text(text, "utf-8")
    alone = dao("lint", file, "--json")
    known = dao("lint", file, "--settings", tmp_path / "settings.json", "--json")
    file.write_text(re.sub(r"0x[0-9a-fA-F]{40}", safe, text), "utf-8")
    to_itself = dao("lint", file, "--settings", tmp_path / "settings.json", "--json")

    assert (0, 0, 1) == (alone.status, known.status, to_itself.status)
    assert ("IIP-F10" in alone.err, "IIP-F10" in known.err, "IIP-P11" in known.err) == (True, False, True)
    assert {"IIP-F03"} == {row["code"] for row in to_itself.document if row["level"] == "error"}
    both = dao("lint", file, "--settings", tmp_path / "settings.json", "--dir", played.folder, "--json")
    assert (64, "E_USAGE") == (both.status, both.document["error"]["code"])
