"""The commands that stop something which was asked or decided: what each answers, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chain.address import checksum
from dao.cli.demo import cast
from dao.cli.steps import find_proposal
from dao.session import open_session
from governance.messages import cancel_message, sign_envelope
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace to copy."""
    return steps_workspace.build(tmp_path_factory.mktemp("stopping") / "workspace")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A workspace of one test's own."""
    return steps_workspace.copy_of(made, tmp_path / "workspace")


def test_a_cancelled_proposal(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """The author cancels; status, record and verification say so, and every later step is refused by name."""
    dao("vote", "cast", "IIP-2", "For", "--key", "eve", "--dir", folder)
    size, out = steps_workspace.state(folder).size, tmp_path / "iip-2.car"

    cancelled = dao("cancel", "IIP-2", "--key", "dora", "--dir", folder, "--json")

    document = cancelled.document
    assert (0, "IIP-2", size, checksum(cast.address("dora")), 1) == (
        cancelled.status, document["proposal"], document["leaf"], document["author"], document["votes"],
    )  # fmt: skip
    after = steps_workspace.state(folder)
    assert size + 2 == after.size
    for line in ("cancel IIP-2 --key dora", "vote cast IIP-2 For --key finn", "tally IIP-2", "queue IIP-2/1",
                 "sign IIP-2/1 --key ann", "execute IIP-2/1 --key ann"):  # fmt: skip
        later = dao(*line.split(), "--dir", folder)
        assert (1, True) == (later.status, "The author cancelled this proposal" in later.err), line
    assert after == steps_workspace.state(folder)
    (told,) = dao("status", "IIP-2", "--dir", folder, "--json").document["iips"]
    assert ("Cancelled", [], ["not_released", "not_released"]) == (
        told["state"], told["next"], [part["state"] for part in told["parts"]],
    )  # fmt: skip
    (fund,) = dao("fund", "iip", "--dir", folder, "--json").document["funds"]
    assert [] == fund["asks"]

    recorded = dao("record", "IIP-2", "--out", out, "--dir", folder, "--json")
    verified = dao("verify", out)
    assert (0, "cancelled", True) == (recorded.status, recorded.document["verdict"], recorded.document["ok"])
    not_due = [row["number"] for row in recorded.document["checks"] if row["ok"] is None]
    assert (0, [32, 40, 41, 42]) == (verified.status, not_due)
    assert "Cancelled by its author" in verified.out
    assert "checks that are due passed" in verified.out


def test_a_cancellation_that_was_signed_elsewhere(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """A wallet's CancelProposal is taken from a file, for the proposal that was named and for no other."""
    with open_session(folder) as session:
        message = cancel_message(
            author=cast.address("dora"), space=cast.SPACE, proposal=find_proposal(session, "IIP-2").id,
            timestamp=session.desk.now(),
        )  # fmt: skip
    file = tmp_path / "cancel.json"
    file.write_bytes(sign_envelope("CancelProposal", message, cast.signer("dora")))
    before = steps_workspace.state(folder)

    other = dao("cancel", "IIP-1", "--file", file, "--dir", folder)
    both = dao("cancel", "IIP-2", "--file", file, "--key", "dora", "--dir", folder)
    assert (1, 64, before) == (other.status, both.status, steps_workspace.state(folder))
    assert ("[E_PROPOSAL]" in other.err, "[E_USAGE]" in both.err) == (True, True)

    taken = dao("cancel", "IIP-2", "--file", file, "--dir", folder)
    assert (0, True) == (taken.status, "IIP-2 is cancelled" in taken.out)
