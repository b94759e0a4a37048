"""`dao iip import`: a folder of proposals, each told of, none overwritten, and twice the same as once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chain.cid import raw_cid
from proposals.document import parse_document
from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played
from tests.proposals.test_imported import EIP

Dao = Callable[..., Outcome]


@pytest.fixture
def folder(played: Played, tmp_path: Path) -> Path:
    """A workspace of one test's own, whose journal knows the number 1."""
    return Path(shutil.copytree(played.folder, tmp_path / "demo"))


@pytest.fixture
def eips(tmp_path: Path) -> Path:
    """A repository with one proposal and a README."""
    (tmp_path / "EIPS").mkdir()
    (tmp_path / "EIPS" / "eip-9999.md").write_bytes(EIP)
    (tmp_path / "EIPS" / "README.md").write_text("# EIPs\n")
    return tmp_path / "EIPS"


def numbered(number: int, **changes: str) -> bytes:
    """Give the sample another number."""
    raw = EIP.replace(b"eip: 9999", f"eip: {number}".encode())
    for old, new in changes.items():
        raw = raw.replace(old.encode(), new.encode())
    return raw


def rows(outcome: Outcome) -> dict[str, Any]:
    """Give the rows of an answer by the names of their files."""
    return {Path(row["file"]).name: row for row in outcome.document["files"]}


def tree(folder: Path) -> dict[str, bytes]:
    """Give every file of a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_round_trip(dao: Dao, folder: Path, eips: Path) -> None:
    """The document keeps the number, the annex the bytes; a second import finds everything there."""
    first = dao("iip", "import", eips, "--dir", folder, "--json")
    row, after = rows(first)["eip-9999.md"], tree(folder)
    second = dao("iip", "import", eips, "--dir", folder, "--json")

    assert (0, "imported", "Final", 9999) == (first.status, row["state"], row["claimed_status"], row["number"])
    assert EIP == (folder / "iips" / "annex" / "iip-9999-source.md").read_bytes()
    raw = (folder / "iips" / "iip-9999.md").read_bytes()
    assert 9999 == parse_document(raw).front.iip
    assert f"`{raw_cid(EIP)}`".encode() in raw
    assert ("skipped", "already") == (rows(first)["README.md"]["state"], rows(second)["eip-9999.md"]["state"])
    assert (0, after) == (second.status, tree(folder))


def test_claimed_status_is_no_state(dao: Dao, folder: Path, eips: Path) -> None:
    """The file says Final; the journal knows nothing of it, and lint holds it for a draft."""
    told = dao("iip", "import", eips, "--dir", folder)
    linted = dao("lint", folder / "iips" / "iip-9999.md", "--dir", folder, "--json")

    assert "each begins as a draft" in " ".join(told.out.split())
    assert "Final (1)" in told.out
    assert [] == [finding for finding in linted.document if finding["code"] in ("IIP-P11", "IIP-P18", "IIP-P19")]
    assert "9999" not in dao("status", "--dir", folder).out


def test_a_document_that_was_edited_stays(dao: Dao, folder: Path, eips: Path) -> None:
    """An import is not repeated over somebody's work."""
    dao("iip", "import", eips, "--dir", folder)
    place = folder / "iips" / "iip-9999.md"
    place.write_bytes(place.read_bytes().replace(b"More blobs.", b"Many more blobs."))
    before = tree(folder)
    again = dao("iip", "import", eips, "--dir", folder, "--json")

    assert (0, "changed") == (again.status, rows(again)["eip-9999.md"]["state"])
    assert before == tree(folder)


def test_taken_numbers_are_refused_and_others_go_on(dao: Dao, folder: Path, eips: Path) -> None:
    """A number of a file, of the journal, of two files: refused by name, beside one that is imported."""
    (folder / "iips" / "iip-8.md").write_text("mine")
    (folder / "iips" / "iip-1.md").unlink()
    for name, raw in {"eip-8": numbered(8), "eip-1": numbered(1), "a": numbered(5), "b": numbered(5)}.items():
        (eips / f"{name}.md").write_bytes(raw)
    outcome = dao("iip", "import", eips, "--dir", folder, "--json")
    found = rows(outcome)

    assert 1 == outcome.status
    assert {"eip-8.md": "E_IMPORT", "eip-1.md": "E_IMPORT", "a.md": "E_IMPORT", "b.md": "E_IMPORT"} == {
        name: row["code"] for name, row in found.items() if row["state"] == "refused"
    }
    assert "imported" == found["eip-9999.md"]["state"]
    assert "mine" == (folder / "iips" / "iip-8.md").read_text()
    assert not (folder / "iips" / "iip-1.md").exists()
    assert ["iip-9999-source.md"] == [path.name for path in (folder / "iips" / "annex").iterdir()]


def test_hostile_folders(dao: Dao, folder: Path, eips: Path, tmp_path: Path) -> None:
    """Links, binary files, huge files, hostile text and names: each by its code, nothing of them kept."""
    (tmp_path / "secret").write_bytes(numbered(2))
    (eips / "link.md").symlink_to(tmp_path / "secret")
    (eips / "binary.md").write_bytes(bytes(range(256)))
    (eips / "huge.md").write_bytes(b"---\n" + b"a" * (4 << 20))
    (eips / "bidi.md").write_bytes(numbered(3, **{"More blobs.": "More \u202eblobs."}))
    (eips / "bad name.md").write_bytes(numbered(4))
    (eips / "folder.md").mkdir()
    outcome = dao("iip", "import", eips, "--dir", folder, "--json")

    assert 1 == outcome.status
    assert {
        "link.md": "E_IO_READ", "binary.md": "E_TEXT", "huge.md": "E_IO_READ", "bidi.md": "E_BIDI",
        "bad name.md": "E_IMPORT", "folder.md": "E_IO_READ", "README.md": None, "eip-9999.md": None,
    } == {name: row["code"] for name, row in rows(outcome).items()}  # fmt: skip
    assert ["iip-1.md", "iip-9999.md"] == sorted(path.name for path in (folder / "iips").glob("*.md"))
    assert "\u202e" not in dao("iip", "import", eips, "--dir", folder).out


def test_links_in_the_workspace_are_not_written_through(dao: Dao, folder: Path, eips: Path, tmp_path: Path) -> None:
    """A link under the number's name leads elsewhere; nothing is written there."""
    (folder / "iips" / "iip-9999.md").symlink_to(tmp_path / "elsewhere")
    outcome = dao("iip", "import", eips, "--dir", folder, "--json")

    assert ("refused", "E_IMPORT") == (rows(outcome)["eip-9999.md"]["state"], rows(outcome)["eip-9999.md"]["code"])
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(("source", "status", "code"), [("nowhere", 2, "E_IO_READ"), ("dao.toml", 2, "E_IO_READ")])
def test_what_is_no_folder(dao: Dao, folder: Path, source: str, status: int, code: str) -> None:
    """Nothing is imported from what is no folder."""
    outcome = dao("iip", "import", folder / source, "--dir", folder, "--json")

    assert (status, code) == (outcome.status, outcome.document["error"]["code"])
