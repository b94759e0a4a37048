"""`dao publish` in a space with periods: each run takes every step that is due, and says what it waits for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.json_text import canonical
from dao.cli.start.demo import cast
from dao.session import open_session
from dao.workflow import founding
from dao.workflow.proposing import settings_in_force
from governance.space import settings_cid
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.test_withdraw import text

Dao = Callable[..., Outcome]
DAY = cast.DAY


@pytest.fixture
def folder(dao: Dao, tmp_path: Path) -> Path:
    """A workspace with a week of review, three days of last call, and a month until a text is stagnant."""
    folder = steps_workspace.build(tmp_path / "workspace")
    with open_session(folder) as session:
        first = settings_in_force(session.desk).text
        periods = {"review": 7 * DAY, "last_call": 3 * DAY, "stagnation": 30 * DAY}
        new = canonical({**json.loads(first), "periods": periods})
        signers = [cast.signer(name) for name in cast.OWNERS[:2]]
        founding.found(session.desk, new, founding.sign_settings(new, signers, settings_cid(first).digest))
    dao("devnet", "wait", "1h", "--dir", folder)
    text(folder)
    return folder


def test_a_text_on_its_way_to_its_vote(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """Submitted, left idle, brought back, frozen under a file, taken, published: each told as data and in words."""
    file, at = folder / "iips" / "iip-3.md", ("--key", "dora", "--dir", folder)
    shown = dao("settings", "show", "--dir", folder)
    assert all(word in shown.out for word in ("review", "7d", "last call", "3d", "stagnation", "30d"))

    first = dao("publish", file, *at, "--json").document
    assert ("Review", None, ["submit_for_review"], True) == (
        first["state"], first["id"], [step["event"] for step in first["steps"]], first["is_new"],
    )  # fmt: skip
    again = dao("publish", file, *at)
    assert (0, True) == (again.status, "stays under review until" in again.out)
    (told,) = dao("status", "IIP-3", "--dir", folder, "--json").document["iips"]
    assert ["dao publish FILE", first["earliest"]] == [told["next"][0]["command"], told["next"][0]["earliest"]]
    early = dao("resurrect", "IIP-3", *at)
    assert (1, True) == (early.status, "nothing can `resurrect`" in early.err)

    dao("devnet", "wait", "31d", "--dir", folder)
    (told,) = dao("status", "IIP-3", "--dir", folder, "--json").document["iips"]
    assert ("Stagnant", "dao resurrect IIP-3") == (told["state"], told["next"][1]["command"])
    back = dao("resurrect", "IIP-3", *at, "--json").document
    assert (True, "IIP-3", None) == (back["ok"], back["proposal"], back["file"])
    assert "is under review" in dao("publish", file, *at).out

    dao("devnet", "wait", "7d", "--dir", folder)
    carried = tmp_path / "freeze.json"
    size = steps_workspace.state(folder).size
    signed = dao("publish", file, *at, "--out", carried, "--json").document
    assert (str(carried), [], size) == (signed["file"], signed["steps"], steps_workspace.state(folder).size)
    taken = dao("take", carried, "--dir", folder, "--json")
    assert (0, size + 1) == (taken.status, steps_workspace.state(folder).size)
    waits = dao("publish", file, *at)
    assert (0, True) == (waits.status, "The last call of IIP-3 lasts until" in waits.out)

    dao("devnet", "wait", "3d", "--dir", folder)
    dao("devnet", "wait", "1h", "--dir", folder)
    done = dao("publish", file, *at, "--json").document
    assert ("Voting", [], True) == (done["state"], done["steps"], bool(done["id"]))
