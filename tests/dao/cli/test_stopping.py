"""The commands that stop something which was asked or decided: what each answers, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chain.address import checksum
from chain.clients.safe_deploy import execute_safe_tx
from chain.safe import join_signatures
from dao.cli.start.demo import cast
from dao.cli.steps import find_part, find_proposal, queued
from dao.session import open_session
from governance.messages import cancel_message, sign_envelope
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome
from treasury.confirmations import sign_safe_tx
from treasury.rejection import rejection_of

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
    for name in ("eve", "gil"):
        dao("vote", "cast", "IIP-2", "For", "--key", name, "--dir", folder)
    size, out = steps_workspace.state(folder).size, tmp_path / "iip-2.car"

    cancelled = dao("cancel", "IIP-2", "--key", "dora", "--dir", folder, "--json")

    document = cancelled.document
    assert (0, "IIP-2", size, checksum(cast.address("dora")), 2) == (
        cancelled.status, document["proposal"], document["leaf"], document["author"], document["votes"],
    )  # fmt: skip
    void = [checksum(cast.address(name)) for name in ("eve", "gil")]
    assert void == document["voters"]
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
    assert (void, True) == (told["void"], "2 voters are void" in told["why"])
    explained = dao("explain", "IIP-2", "--dir", folder)
    assert (1, True) == (explained.status, "the votes of 2 voters are void" in explained.err)
    (fund,) = dao("fund", "iip", "--dir", folder, "--json").document["funds"]
    assert [] == fund["asks"]

    recorded = dao("record", "IIP-2", "--out", out, "--dir", folder, "--json")
    verified = dao("verify", out)
    assert (0, "cancelled", True) == (recorded.status, recorded.document["verdict"], recorded.document["ok"])
    not_due = [row["number"] for row in recorded.document["checks"] if row["ok"] is None]
    assert (0, [32, 40, 41, 42, 44]) == (verified.status, not_due)
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


def test_owners_veto_what_nobody_signed(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """One owner is not enough, the second one stops all parts; the money is free at once, and the record verifies."""
    (tmp_path / "why.md").write_text("The payee lost his key.\n", "utf-8")
    veto = ("veto", "IIP-1", "--file", tmp_path / "why.md", "--dir", folder)

    one = dao(*veto, "--key", "ann", "--json")
    told = dao(*veto, "--key", "cho")
    (now,) = dao("status", "IIP-1", "--dir", folder, "--json").document["iips"]
    (fund,) = dao("fund", "iip", "--dir", folder, "--json").document["funds"]
    stopped = steps_workspace.state(folder)

    assert (0, "IIP-1", None, [], []) == (
        one.status, one.document["proposal"], one.document["part"], one.document["vetoed"], one.document["ended"],
    )  # fmt: skip
    assert (0, True) == (told.status, "IIP-1/2 has ended" in told.out)
    assert ("Vetoed", ["vetoed", "vetoed"], []) == (now["state"], [part["state"] for part in now["parts"]], now["next"])
    assert {"0"} == {asset["committed"] for asset in fund["assets"]}
    for line, code in (("queue IIP-1/2", "E_VETO"), ("sign IIP-1/1 --key ann", "E_VETO"),
                       ("execute IIP-1/1 --key ann", "E_VETO")):  # fmt: skip
        refused = dao(*line.split(), "--dir", folder)
        assert (1, True) == (refused.status, f"[{code}]" in refused.err), refused.err
    again = dao("end", "IIP-1/1", "--dir", folder, "--json")
    assert (0, "vetoed", False) == (again.status, again.document["cause"], again.document["is_new"])
    assert stopped == steps_workspace.state(folder)
    assert 0 == dao("record", "IIP-1", "--out", tmp_path / "iip-1.car", "--dir", folder).status
    assert 0 == dao("verify", tmp_path / "iip-1.car").status


def test_a_signed_part_waits_for_its_nonce(dao: Dao, folder: Path) -> None:
    """Vetoed after a signature, it is pending; when the owners' wallets have spent the nonce, `dao end` frees it."""
    dao("sign", "IIP-1/1", "--key", "ben", "--dir", folder)
    for name in ("ann", "cho"):
        last = dao("veto", "IIP-1/1", "--reason", "No", "--key", name, "--dir", folder, "--json")
    assert (["IIP-1/1"], []) == (last.document["vetoed"], last.document["ended"])
    (now,) = dao("status", "IIP-1", "--dir", folder, "--json").document["iips"]
    part = now["parts"][0]
    assert ("veto_pending", ["dao end IIP-1/1"]) == (part["state"], [now["next"][0]["command"]])
    assert f"until nonce {part['nonce']} is spent" in part["why"]
    early = dao("end", "IIP-1/1", "--dir", folder)
    assert (1, True) == (early.status, "[E_NONCE]" in early.err)

    with open_session(folder) as session:
        empty = rejection_of(queued(session, find_part(session, "IIP-1/1")))
        blob = join_signatures({cast.address(name): sign_safe_tx(empty, cast.signer(name)).signature
                                for name in ("ann", "cho")})  # fmt: skip
        execute_safe_tx(session.node, cast.key("pat"), empty, blob)
    ended = dao("end", "IIP-1/1", "--dir", folder, "--json")

    document = ended.document
    assert (0, "IIP-1/1", "vetoed", [part["nonce"]], True) == (
        ended.status, document["part"], document["cause"], document["spent_nonces"], document["is_new"],
    )  # fmt: skip


def test_what_expired_is_ended(dao: Dao, folder: Path) -> None:
    """Nothing happened for weeks: status says what can be done, and `dao end` frees the money, once."""
    dao("devnet", "wait", "30d", "--dir", folder)
    (now,) = dao("status", "IIP-1", "--dir", folder, "--json").document["iips"]
    assert ("expired", "dao end IIP-1/1") == (now["parts"][0]["state"], now["next"][0]["command"])

    first = dao("end", "IIP-1/1", "--dir", folder, "--json")
    between = steps_workspace.state(folder)
    second = dao("end", "IIP-1/1", "--dir", folder)

    assert ("expired", True, []) == (
        first.document["cause"], first.document["is_new"], first.document["spent_nonces"],
    )  # fmt: skip
    assert (0, True, between) == (second.status, "nothing was written" in second.out, steps_workspace.state(folder))


def test_a_newer_proposal_supersedes_an_older_one(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """Published with the older one's name, passed: the older one stops, and both records verify."""
    file = folder / "iips" / "iip-3.md"
    file.write_bytes((folder / "iips" / "iip-2.md").read_bytes().replace(b"iip: 2\n", b"iip: 3\n"))
    publish = ("publish", file, "--key", "dora", "--dir", folder, "--json")
    for name, code in (("IIP-2", "E_STATE"), ("IIP-9", "E_PROPOSAL")):
        refused = dao(*publish, "--supersedes", name)
        assert (1, code) == (refused.status, refused.document["error"]["code"])

    published = dao(*publish, "--supersedes", "IIP-1", "--supersedes", "IIP-1")
    dao("devnet", "wait", "1h", "--dir", folder)
    for name in ("eve", "ivo"):
        dao("vote", "cast", "IIP-3", "For", "--key", name, "--dir", folder)
    dao("devnet", "wait", "73h", "--dir", folder)
    counted = dao("tally", "IIP-3", "--dir", folder)
    again = dao("tally", "IIP-3", "--dir", folder, "--json")
    (now,) = dao("status", "IIP-1", "--dir", folder, "--json").document["iips"]

    assert (0, ["IIP-1"]) == (published.status, published.document["supersedes"]), published.err
    assert (0, True) == (counted.status, "The unpaid parts of IIP-1 are stopped" in counted.out)
    assert (0, "passed") == (again.status, again.document["verdict"])
    assert ("Superseded", ["superseded", "superseded"], []) == (
        now["state"], [part["state"] for part in now["parts"]], now["next"],
    )  # fmt: skip
    assert "IIP-3 has superseded it" in now["why"]
    refused = dao("sign", "IIP-1/1", "--key", "ann", "--dir", folder)
    assert (1, True) == (refused.status, "[E_SUPERSEDED]" in refused.err)
    for name, status, newer in (("IIP-1", "Superseded", 3), ("IIP-3", "Passed", None)):
        recorded = dao("record", name, "--out", tmp_path / f"{name}.car", "--dir", folder, "--json").document
        assert (True, status, newer) == (recorded["ok"], recorded["status"], recorded["superseded_by"])
    assert "IIP-3 has superseded it" in " ".join(dao("verify", tmp_path / "IIP-1.car").out.split())
