"""Owners by commands: heard of, replaced as announced, and what is over rejected; all else is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from chain.address import checksum
from chain.json_text import canonical
from dao.cli.start.demo import cast, world
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]
ANN, KIM, NORA = (checksum(cast.address(name)) for name in ("ann", "kim", "nora"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared(steps_workspace.Ground):
    """A space that declares every class, and limits what it pays in a day."""

    def settings_text(self, there: world.World) -> str:
        settings = json.loads(steps_workspace.Ground.settings_text(self, there))
        settings["limits"]["spending"] = [
            {"fund": cast.FUND, "symbol": "ETH", "per_day": str(2 * cast.UNIT), "per_payee": None}
        ]
        return canonical({**settings, "housekeeping": ["add_owner", "rejection", "swap_owner"]})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return steps_workspace.build(tmp_path_factory.mktemp("kept") / "workspace", Declared())


def refused(outcome: Outcome, code: str) -> bool:
    return (outcome.status, outcome.document["error"]["code"]) == (1, code)


def test_an_owner_is_heard_of(dao: Dao, tmp_path: Path, made: Path) -> None:
    """A proof is signed over the newest leaf, carried, and taken once; a stranger's and a forged one are not."""
    folder = steps_workspace.copy_of(made, tmp_path / "here")
    here, proof = ("--dir", folder, "--json"), tmp_path / "cho.json"
    assert 0 == dao("signers", "prove", "--key", "cho", "--out", proof, *here).status
    assert refused(dao("signers", "prove", "--key", "nora", *here), "E_SAFE_SIGS")
    forged = json.loads(proof.read_text())
    forged["data"]["message"]["index"] += 1
    other = tmp_path / "other.json"
    other.write_text(json.dumps(forged))
    assert 1 == dao("take", other, *here).status
    assert 0 == dao("take", proof, *here).status
    assert 0 == dao("take", proof, *here).status
    rows = dao("signers", *here).document["owners"]
    assert ["alive"] == [row["last"]["kind"] for row in rows if row["owner"] == checksum(cast.address("cho"))]
    assert 0 == dao("signers", "--dir", folder).status


def test_a_key_is_replaced_and_a_part_rejected(dao: Dao, made: Path) -> None:
    """One owner is announced, signed in files, executed once; the part that lost its nonce is queued and signed again,
    vetoed, and its nonce spent on nothing.
    """
    here = ("--dir", made, "--json")
    change, by_ben, both, rejection = (made / f"{name}.json" for name in ("change", "ben", "both", "rejection"))
    assert 0 == dao("sign", "IIP-1/1", "--key", "ann", *here).status
    told = [row["message"] for row in dao("review", "IIP-1/1", *here).document["findings"] if row["level"] == "info"]
    assert ["Of the 2 ETH that may leave the Safe in a day this takes 1.5"] == [line.partition(";")[0] for line in told]
    settings = dao("settings", "--dir", made).out
    assert "one owner is replaced after notice" in settings
    assert "at most 2 ETH of" in settings
    shown = dao("signers", *here).document
    assert (2, 1, ["IIP-1/1"]) == (shown["keys_that_take_all"], shown["keys_that_may_be_lost"], shown["queue_again"])
    rows = {row["owner"]: row for row in shown["owners"]}
    assert ["confirmation", "settings", None] == [row["last"] and row["last"]["kind"] for row in rows.values()]
    assert ["IIP-1/1"] == rows[ANN]["sign_again"]

    assert refused(dao("reject", "IIP-1/1", "--out", rejection, *here), "E_NO_VOTE")
    assert refused(dao("owner", "announce", "--replace", NORA, "--by", KIM, *here), "E_NO_VOTE")
    assert refused(dao("owner", "announce", "--add", KIM, "--threshold", "1", *here), "E_NO_VOTE")
    assert refused(dao("owner", "change", "--out", change, *here), "E_NO_VOTE")
    assert 0 == dao("owner", "announce", "--replace", ANN, "--by", KIM, *here).status
    assert refused(dao("owner", "change", "--out", change, *here), "E_TIMELOCK")
    assert 0 == dao("devnet", "wait", "2h", "--dir", made).status
    assert 0 == dao("owner", "change", "--out", change, *here).status

    reviewed = dao("review", change, *here).document
    assert "sign" == reviewed["verdict"]
    assert {"W_NONCE_TAKEN", "W_PRIVILEGED"} == {row["code"] for row in reviewed["findings"]}
    forged = made / "forged.json"
    forged.write_text(json.dumps({**json.loads(change.read_text()), "value": "1", "safeTxHash": None}))
    assert refused(dao("sign", forged, "--key", "ben", "--out", by_ben, *here), "E_HASH_MISMATCH")
    assert refused(dao("sign", change, "--key", "nora", "--out", by_ben, *here), "E_SAFE_SIGS")
    assert 64 == dao("sign", change, "--key", "ben", *here).status
    assert 0 == dao("sign", change, "--key", "ben", "--out", by_ben, *here).status
    assert refused(dao("execute", by_ben, "--key", "ben", *here), "E_SAFE_SIGS")
    assert 2 == dao("sign", by_ben, "--key", "cho", "--out", both, *here).document["confirmations"]
    first = dao("execute", both, "--key", "ben", *here).document
    again = dao("execute", both, "--key", "cho", *here).document
    assert first["transaction"] == again["transaction"]

    assert "dao queue IIP-1/1" in dao("status", "IIP-1", *here).out
    assert dao("queue", "IIP-1/1", *here).document["is_new"]
    assert refused(dao("sign", "IIP-1/1", "--key", "ann", *here), "E_SAFE_SIGS")
    assert 0 == dao("sign", "IIP-1/1", "--key", "kim", *here).status
    assert refused(dao("reject", "IIP-1/1", "--out", rejection, *here), "E_NO_VOTE")
    for name in ("ben", "cho"):
        assert 0 == dao("veto", "IIP-1/1", "--reason", "A stolen key", "--key", name, *here).status
    assert 0 == dao("reject", "IIP-1/1", "--out", rejection, *here).status
    for file in (by_ben, both):
        file.unlink()
    assert 0 == dao("sign", rejection, "--key", "ben", "--out", by_ben, *here).status
    assert 0 == dao("sign", by_ben, "--key", "kim", "--out", both, *here).status
    assert 0 == dao("execute", both, "--key", "ben", *here).status
    assert not dao("end", "IIP-1/1", *here).document["is_new"]
    assert 0 == dao("record", "IIP-1", "--out", made / "iip-1.car", *here).status
