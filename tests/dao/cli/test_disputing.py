"""`dao dispute`, `dao resolve` and `dao milestone return`: what each answers, and what a follower makes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chain.address import checksum
from dao.cli.start.demo import cast
from tests.dao.cli import people, steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.people import People

Dao = Callable[..., Outcome]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose settings name a panel of two, both of whom must decide."""
    ground = steps_workspace.Ground(panel=("gil", "jan"))
    return steps_workspace.build(tmp_path_factory.mktemp("disputing") / "workspace", ground)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A workspace of one test's own."""
    return steps_workspace.copy_of(made, tmp_path / "workspace")


def part(dao: Dao, folder: Path, number: int) -> tuple[str, list[str]]:
    """State and next steps of a part of IIP-1."""
    (told,) = dao("status", "IIP-1", "--dir", folder, "--json").document["iips"]
    state = told["parts"][number - 1]["state"]
    return state, [step["command"] for step in told["next"] if step["command"].endswith(f"/{number}")]


def test_a_part_is_disputed_resolved_and_paid(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """The payee disputes, two decide over the same bytes, and the part goes on; the record verifies."""
    decision = tmp_path / "decision.md"
    decision.write_text("The work was done.\n", "utf-8")

    disputed = dao("dispute", "IIP-1/1", "--reason", "Not yet", "--key", "nora", "--dir", folder, "--json")

    document = disputed.document
    assert (0, "IIP-1/1", "dispute", checksum(cast.address("nora")), False) == (
        disputed.status, document["part"], document["act"], document["signer"], document["resolved"],
    )  # fmt: skip
    assert ("disputed", ["dao resolve IIP-1/1"]) == part(dao, folder, 1)
    for line in ("sign IIP-1/1 --key ann", "end IIP-1/1"):
        refused = dao(*line.split(), "--dir", folder)
        assert (1, True) == (refused.status, "[E_DISPUTED]" in refused.err), refused.err
    one = dao("resolve", "IIP-1/1", "--file", decision, "--key", "gil", "--dir", folder, "--json")
    assert (0, False, document["deadline"]) == (one.status, one.document["resolved"], one.document["deadline"])
    told = dao("resolve", "IIP-1/1", "--file", decision, "--key", "jan", "--dir", folder)
    assert "Enough members of the panel have decided: IIP-1/1 goes on" in " ".join(told.out.split())
    for name in ("ann", "ben"):
        assert 0 == dao("sign", "IIP-1/1", "--key", name, "--dir", folder).status
    assert 0 == dao("execute", "IIP-1/1", "--key", "ann", "--dir", folder).status
    assert "paid" == part(dao, folder, 1)[0]
    assert 0 == dao("record", "IIP-1", "--out", tmp_path / "iip-1.car", "--dir", folder).status
    checks = dao("verify", tmp_path / "iip-1.car", "--json").document["checks"]
    assert [(53, "parts.disputed", True)] == [
        (row["number"], row["name"], row["ok"]) for row in checks if row["number"] == 53
    ]


def test_silence_ends_a_part(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """When the panel's time is over, `dao end` gives the money back and names the cause, in every language."""
    assert 0 == dao("dispute", "IIP-1/1", "--reason", "Not yet", "--key", "nora", "--dir", folder).status
    assert 0 == dao("devnet", "wait", "6d", "--dir", folder).status

    assert ("terminated", ["dao end IIP-1/1"]) == part(dao, folder, 1)
    told = dao("--lang", "zh-Hant", "status", "IIP-1", "--dir", folder).out
    assert "有爭議，裁決人沒有讓它繼續" in "".join(told.split())
    ended = dao("end", "IIP-1/1", "--dir", folder, "--json")
    assert (0, "terminated", []) == (ended.status, ended.document["cause"], ended.document["spent_nonces"])
    assert 0 == dao("record", "IIP-1", "--out", tmp_path / "iip-1.car", "--dir", folder).status


def test_a_follower_checks_disputes_too(dao: Dao, made: Path, tmp_path: Path) -> None:
    """Acts that were signed elsewhere are taken, exported and followed; all three say the same."""
    three: People = people.settle(dao, made, tmp_path)
    three.carry()
    dispute = three.signed("dispute.json", "dispute", "IIP-1/1", "--reason", "Not yet", "--key", "nora")
    assert 1 == len(three.take(dispute)["files"])
    three.carry()
    assert "disputed" == part(dao, three.cho, 1)[0]
    decisions = [
        three.signed(f"{name}.json", "resolve", "IIP-1/1", "--reason", "Pay", "--key", name) for name in ("gil", "jan")
    ]
    three.take(*decisions)
    three.carry()

    status = {dao("status", "IIP-1", "--dir", folder, "--json").out for folder in (three.ann, three.ben, three.cho)}
    assert 1 == len(status)
    assert "signing" == part(dao, three.ann, 1)[0]
    assert people.kept(three.ben)["journal"] == people.kept(three.ann)["journal"]


def test_a_report_is_returned(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """A reviewer sends it back: what was approved is void, and the milestone waits for another report."""
    report = tmp_path / "report.md"
    report.write_text("Done.\n", "utf-8")
    act = ("--file", report, "--dir", folder)
    assert 0 == dao("milestone", "report", "IIP-1/2", *act, "--key", "nora").status
    assert 0 == dao("milestone", "approve", "IIP-1/2", *act, "--key", "lea").status

    returned = dao("milestone", "return", "IIP-1/2", *act, "--key", "max", "--json")

    assert (0, "return", False) == (returned.status, returned.document["act"], returned.document["released"])
    assert ("unreported", ["dao milestone report IIP-1/2"]) == part(dao, folder, 2)
    again = dao("milestone", "return", "IIP-1/2", *act, "--key", "lea")
    assert (1, True) == (again.status, "[E_MILESTONE]" in again.err)


@pytest.mark.parametrize(
    ("line", "code", "status"),
    [
        ("dispute IIP-1/1 --key nora", "E_USAGE", 64),
        ("dispute IIP-1 --reason x --key nora", "E_USAGE", 64),
        ("dispute IIP-1/1 --reason x", "E_USAGE", 64),
        ("dispute IIP-1/1 --reason x --key eve", "E_ACT", 1),
        ("dispute IIP-2/1 --reason x --key nora", "E_STATE", 1),
        ("dispute IIP-1/3 --reason x --key nora", "E_PROPOSAL", 1),
        ("resolve IIP-1/1 --reason x --key gil", "E_ACT", 1),
        ("resolve IIP-1/1 --reason x --key ann", "E_ACT", 1),
    ],
)
def test_mistakes(dao: Dao, folder: Path, line: str, code: str, status: int) -> None:
    """Each ends in one sentence, and the journal is as it was."""
    before = steps_workspace.everything(folder)

    outcome = dao(*line.split(), "--dir", folder, "--json")

    assert (status, code) == (outcome.status, outcome.document["error"]["code"]), outcome.err
    assert before == steps_workspace.everything(folder)
