"""`dao settings evidence`, and drafts whose votes come from elsewhere than balances."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chain.address import checksum
from chain.cid import raw_cid
from chain.networks import DEVNET_CHAIN_ID
from dao.cli import main
from dao.cli.start.demo import cast
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.test_settings_commands import DRAFT, LINE, refused

Dao = Callable[..., Outcome]

LIST = "".join(checksum(cast.address(name)) + "\n" for name in ("eve", "finn", "gil")).encode()
HISTORY = f"""holder,units,shares,from,until
{checksum(cast.address("eve"))},3,1.5,1767571200,1800000000
{checksum(cast.address("gil"))},2,0,1767571200,1800000000
""".encode()


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A club with a draft that nobody has signed."""
    folder = tmp_path_factory.mktemp("drafted") / "club"
    assert 0 == main(["init", "--dir", str(folder), *LINE.split()])
    return folder


@pytest.fixture
def club(drafted: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(drafted, tmp_path / "club")


def redraft(folder: Path, name: str, params: dict[str, Any], **changed: Any) -> None:
    """Put one strategy, and other rules, into the draft."""
    draft = json.loads((folder / DRAFT).read_text("utf-8"))
    strategy = {"name": name, "version": 1, "chain_id": DEVNET_CHAIN_ID, "params": params, "proof": None}
    (folder / DRAFT).write_text(json.dumps(draft | {"strategies": [strategy]} | changed), "utf-8")


@pytest.mark.parametrize(("data", "kind", "rows"), [(LIST, "list", 3), (HISTORY, "history", 2)])
def test_a_file_is_kept_under_its_cid(dao: Dao, club: Path, tmp_path: Path, data: bytes, kind: str, rows: int) -> None:
    """Once; a second time nothing is written."""
    (tmp_path / "file").write_bytes(data)

    first = dao("settings", "evidence", tmp_path / "file", "--dir", club, "--json").document
    again = dao("settings", "evidence", tmp_path / "file", "--dir", club, "--json").document

    expected = {"ok": True, "cid": str(raw_cid(data)), "kind": kind, "rows": rows, "kept_before": False}
    assert expected == first
    assert expected | {"kept_before": True} == again
    assert [data] == [file.read_bytes() for file in (club / "evidence").iterdir()]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"0x1\n", LIST + LIST, HISTORY + b"x,1,1,1,1\n", HISTORY[:-1], b"\xff\n",
        HISTORY.replace(b"3,1.5", b"-3,1.5"),
    ],
)  # fmt: skip
def test_a_file_that_nobody_could_read_is_not_kept(dao: Dao, club: Path, tmp_path: Path, data: bytes) -> None:
    """Refused with its line; the workspace is as before."""
    (tmp_path / "file").write_bytes(data)

    outcome = refused(dao, club, 1, "E_STRATEGY", "settings", "evidence", tmp_path / "file")

    assert "Line " in outcome.err
    assert not (club / "evidence").exists()


def test_members_of_a_mutual_in_a_draft(dao: Dao, club: Path, tmp_path: Path) -> None:
    """Five units in force: a quorum of a share of them is shown, and who holds how much is known."""
    (tmp_path / "file").write_bytes(HISTORY)
    cid = dao("settings", "evidence", tmp_path / "file", "--dir", club, "--json").document["cid"]
    quorum = {"kind": "for", "minimum": "3 votes", "of_supply": {"numerator": 3, "denominator": 5}, "voters": 2}
    threshold = {"kind": "at_least", "numerator": 2, "denominator": 3}
    redraft(club, "mutual-policies", {"files": [cid], "weigh": "units"}, quorum=quorum, threshold=threshold)

    checked = dao("settings", "check", "--dir", club)

    assert 0 == checked.status, checked.out + checked.err
    told = " ".join(checked.out.split())
    assert "3 votes of For alone; at least 3/5 of the supply; 2 voters with votes" in told
    assert "2/3, which is enough" in told
    assert "a quorum of 3 votes out of 5 votes" in told
    assert cid in told.replace(" ", "")


def test_without_its_file_a_draft_cannot_be_checked(dao: Dao, club: Path) -> None:
    """What nobody has is not empty: exit status 2."""
    redraft(club, "mutual-policies", {"files": [str(raw_cid(HISTORY))], "weigh": "member"})

    outcome = dao("settings", "check", "--dir", club, "--json")

    assert (2, "E_TALLY_INCOMPLETE") == (outcome.status, outcome.document["error"]["code"])


def test_votes_without_a_supply_are_told(dao: Dao, club: Path) -> None:
    """Coins have none that anybody could say, and nothing proves them unless the draft says how."""
    redraft(club, "eth-balance", {})

    told = dao("settings", "check", "--dir", club, "--json").document

    codes = {finding["code"] for finding in told["findings"]}
    assert {"W_SUPPLY_UNKNOWN", "W_POWER_UNPROVED"} <= codes
