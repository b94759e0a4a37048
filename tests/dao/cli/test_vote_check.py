"""`dao vote check`: what is judged, what is answered, and with which exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chain import signature
from chain.address import checksum
from governance import messages
from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]
KEY = bytes(31) + b"\x07"
VOTER = signature.address_of(KEY)
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.fixture
def envelope() -> dict[str, Any]:
    """A vote that is signed as a wallet signs it."""
    message = messages.vote_message(
        voter=VOTER,
        space="3f.devnet",
        proposal=bytes(32),
        choice=1,
        timestamp=1_800_000_000,
        reason="ok \u202e\x1b[31m",
    )
    signed = signature.sign(messages.message_id("Vote", message), KEY)
    parsed: dict[str, Any] = json.loads(messages.envelope_json("Vote", message, VOTER, signed))
    return parsed


def write(path: Path, envelope: dict[str, Any]) -> Path:
    file = path / "vote.json"
    file.write_text(json.dumps(envelope), "utf-8")
    return file


def high_s_twin(sig: str) -> str:
    raw = bytes.fromhex(sig[2:])
    s = ORDER - int.from_bytes(raw[32:64])
    return "0x" + (raw[:32] + s.to_bytes(32) + bytes([55 - raw[64]])).hex()


def test_a_signed_vote_is_valid(dao: Dao, tmp_path: Path, envelope: dict[str, Any]) -> None:
    """The answer names the digest, the action and the signer."""
    outcome = dao("vote", "check", write(tmp_path, envelope), "--json")

    document = outcome.document
    assert 0 == outcome.status
    assert (True, None, "vote", checksum(VOTER)) == tuple(document[key] for key in ("ok", "code", "action", "signer"))
    assert "0x" + messages.message_id("Vote", envelope["data"]["message"]).hex() == document["id"]


def test_people_see_what_was_not_judged(dao: Dao, tmp_path: Path, envelope: dict[str, Any]) -> None:
    """The text says who signed what, and that no clock or proposal was asked."""
    outcome = dao("vote", "check", write(tmp_path, envelope))

    assert f"vote signed by {checksum(VOTER)}" in outcome.out
    assert "Not judged: time, space, proposal, power." in outcome.out


def test_H31_members_of_a_message_are_shown_escaped(dao: Dao, tmp_path: Path, envelope: dict[str, Any]) -> None:
    """Escapes in a signed text do not reach the terminal."""
    envelope["data"]["message"]["space"] = "\x1b[2J"

    assert "\x1b" not in dao("vote", "check", write(tmp_path, envelope)).out


def test_H02_high_s_twin_is_refused_by_name(dao: Dao, tmp_path: Path, envelope: dict[str, Any]) -> None:
    """The twin of a valid signature is refused, and policy `snapshot` takes it with a warning."""
    envelope["sig"] = high_s_twin(envelope["sig"])
    file = write(tmp_path, envelope)

    strict, snapshot = (
        dao("vote", "check", file, "--json"),
        dao("vote", "check", file, "--policy", "snapshot", "--json"),
    )

    assert (1, False, "E_SIG_HIGH_S") == (strict.status, strict.document["ok"], strict.document["code"])
    assert (0, True, ["W_SIG_HIGH_S"]) == (snapshot.status, snapshot.document["ok"], snapshot.document["warnings"])


def test_H05_another_signer_is_refused(dao: Dao, tmp_path: Path, envelope: dict[str, Any]) -> None:
    """A changed message has another digest, so another address comes out; id and action are still told."""
    envelope["data"]["message"]["choice"] = 2
    outcome = dao("vote", "check", write(tmp_path, envelope), "--json")

    assert (1, "E_SIG_SIGNER", "vote", None) == (
        outcome.status, *(outcome.document[key] for key in ("code", "action", "signer"))
    )  # fmt: skip


def test_H24_a_duplicate_key_is_refused(dao: Dao, tmp_path: Path, envelope: dict[str, Any]) -> None:
    """JSON that two readers would read in two ways is none."""
    file = write(tmp_path, envelope)
    file.write_text(file.read_text("utf-8").replace('"choice": 1', '"choice": 2, "choice": 1'), "utf-8")

    outcome = dao("vote", "check", file, "--json")

    assert (1, "E_JSON_DUPKEY", None) == (outcome.status, outcome.document["code"], outcome.document["id"])


def test_a_contract_signature_could_not_be_checked(dao: Dao, tmp_path: Path, envelope: dict[str, Any]) -> None:
    """A Safe's vote without a node is neither true nor false: exit status 2."""
    envelope["sig"] = "0x"
    outcome = dao("vote", "check", write(tmp_path, envelope), "--json")

    assert (2, False, "E_1271_UNCHECKED") == (outcome.status, outcome.document["ok"], outcome.document["code"])


def test_a_missing_file_could_not_be_checked(dao: Dao, tmp_path: Path) -> None:
    """No file, no answer: the document is an error and the exit status 2."""
    outcome = dao("vote", "check", tmp_path / "none.json", "--json")

    assert (2, "E_IO_READ") == (outcome.status, outcome.document["error"]["code"])


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"{}", b"null", b"x" * 200_000])
def test_anything_else_is_refused_and_nothing_breaks(dao: Dao, tmp_path: Path, content: bytes) -> None:
    """Files that are no envelope are false with a code, never our bug."""
    (tmp_path / "a").write_bytes(content)
    outcome = dao("vote", "check", tmp_path / "a", "--json")

    assert (1, False) == (outcome.status, outcome.document["ok"])
    assert outcome.document["code"].startswith("E_")
