"""Messages of Snapshot that `dao take` refuses, by line of the hostile catalogue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dao.cli.start.demo import cast
from governance.messages import sign_envelope
from tests.dao.cli import steps_workspace
from tests.dao.cli.hostile_envelopes import attacks
from tests.dao.cli.test_take_refused import Dao, Honest, honest_files, offer


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A writer's workspace to copy."""
    return steps_workspace.build(tmp_path_factory.mktemp("messages") / "workspace")


@pytest.fixture
def honest(dao: Dao, made: Path, tmp_path: Path) -> Honest:
    """Files that would all be taken."""
    return honest_files(dao, made, tmp_path)


def test_every_bad_envelope_of_the_catalogue_is_refused(honest: Honest) -> None:
    """H01 to H27 as files, by the code of `dao vote check`; a contract that does not come to be is a definite no."""
    good = json.dumps(honest.vote, ensure_ascii=False, separators=(",", ":")).encode()
    for line, found in attacks(good, cast.key("eve")).items():
        for attack in found:
            row, status = offer(honest, attack.raw)
            assert (attack.strict, 1) == (row["code"], status), (line, attack.told)


def offered(honest: Honest, **members: Any) -> str:
    """The code that refuses the publication, signed again by its author with some members changed."""
    message = json.loads(honest.publication["envelope"])["data"]["message"]
    signed = sign_envelope("Proposal", {**message, **members}, cast.signer("dora"))
    row, status = offer(honest, json.dumps({**honest.publication, "envelope": signed.decode()}).encode())
    assert 1 == status
    return str(row["code"])


def message_of(honest: Honest) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(honest.publication["envelope"])["data"]["message"]
    return message


def test_H99_another_executor_beside_ours(honest: Honest) -> None:
    """A proposal that a second machine would execute too is not published."""
    plugins = json.loads(message_of(honest)["plugins"])
    for name in ("oSnap", "safeSnap"):
        assert "E_EXECUTOR" == offered(honest, plugins=json.dumps({**plugins, name: {"safes": []}}))


def test_H104_times_that_the_space_does_not_hold(honest: Honest) -> None:
    """A vote of a minute, a start in a year, the snapshot of another block."""
    message = message_of(honest)
    start, end = message["start"], message["end"]
    for members in (
        {"end": start + 60},
        {"start": start + 31_536_000, "end": end + 31_536_000},
        {"snapshot": message["snapshot"] - 1},
    ):
        assert "E_RULE_DRIFT" == offered(honest, **members), members


def test_H105_choices_in_another_order_or_wording(honest: Honest) -> None:
    """The choices are the settings', letter for letter."""
    for choices in (["Against", "For", "Abstain"], ["for", "Against", "Abstain"], ["For", "Against"]):
        assert "E_OPTION_MAP" == offered(honest, choices=choices)
