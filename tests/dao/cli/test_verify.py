"""`dao verify`: one record, offline, check by check, and what it leaves to assume."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dao.cli.wide import width
from dao.record.checks import CHECKS
from dao.record.verify import verify
from dao.sentences import LANGUAGES, catalogue
from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played
from tests.dao.record.forge import Bench, rewrite

Dao = Callable[..., Outcome]

IN_FULL = os.environ.get("CI") == "true"
FLIPS = 300 if IN_FULL else 60
ASSUMED = ["A_SETTINGS", "A_JOURNAL_KEY", "A_BLOCK", "A_COMPLETE", "A_TIME", "A_NO_UPDATE"]

BLOCKED = """\
import socket

def refuse(*arguments, **names):
    raise SystemExit("the network was asked")

socket.socket = socket.create_connection = socket.getaddrinfo = refuse
"""


def write(folder: Path, data: bytes, name: str = "record.car") -> Path:
    file = folder / name
    file.write_bytes(data)
    return file


def test_genuine_record_passes_without_a_network(dao: Dao, played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's record is verified with exit status 0 where no socket can be opened."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    outcome = dao("verify", played.file)

    assert 0 == outcome.status
    assert f"All {len(CHECKS) + 2} checks passed." in outcome.out
    assert "" == outcome.err


@pytest.mark.parametrize("as_site", [True, False])
def test_genuine_record_passes_in_a_process_without_a_network(as_site: bool, played: Played, tmp_path: Path) -> None:
    """The same in a fresh interpreter, whose sockets are gone before anything of ours is imported."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    if as_site:
        (tmp_path / "sitecustomize.py").write_text(BLOCKED, "utf-8")
        program = ["-m", "dao"]
    else:
        program = ["-c", f"{BLOCKED}\nimport sys\nfrom dao.cli import main\nsys.exit(main(sys.argv[1:]))"]

    done = subprocess.run(
        [sys.executable, *program, "verify", str(played.file), "--json"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (0, "") == (done.returncode, done.stderr)
    assert json.loads(done.stdout)["ok"]


def test_json_answer_has_its_documented_shape(dao: Dao, played: Played) -> None:
    """Every check with number, name, verdict and code; what is assumed; and what the checks established."""
    outcome = dao("verify", played.file, "--json")
    document = outcome.document

    assert 0 == outcome.status
    assert ["ok", "checks", "assumed", "proposal", "blocks", "iip", "status", "superseded_by", "verdict",
            "scores", "power"] == list(document)  # fmt: skip
    assert [("erc20-balance-of", "proved", [])] == [
        (row["strategy"], row["how"], row["providers"]) for row in document["power"]
    ]
    table = [(1, "file.container"), (2, "file.manifest"), *((check.number, check.name) for check in CHECKS)]
    assert [{"number": n, "name": name, "ok": True, "code": ""} for n, name in table] == document["checks"]
    assert ASSUMED == document["assumed"]
    assert (1, "passed", 3) == (document["iip"], document["verdict"], len(document["scores"]))
    assert ("Executed", None) == (document["status"], document["superseded_by"])
    assert all(set(block) == {"chain_id", "number", "hash"} for block in document["blocks"])


def test_text_never_says_verified_without_what_it_assumes(dao: Dao, played: Played) -> None:
    """The assumptions stand below the checks, each in words."""
    outcome = dao("verify", played.file)

    assert "It is assumed, because the file cannot prove it:" in outcome.out
    assert all(f"  {name}  " in outcome.out for name in ASSUMED)
    assert "verified" not in outcome.out.lower()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_line_is_wider_than_the_terminal(
    dao: Dao, played: Played, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    """In every language; what is too long for its column goes on below."""
    monkeypatch.setenv("COLUMNS", "80")
    outcome = dao("verify", played.file, "--lang", lang)

    assert 0 == outcome.status, outcome.err
    assert [] == [line for line in outcome.out.splitlines() if width(line) > 80]


def test_reference_lists_every_check() -> None:
    """The table of `docs/reference/verify.md` has the numbers, names and sentences of the code."""
    text = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "verify.md").read_text("utf-8")
    table = [(1, "file.container"), (2, "file.manifest"), *((check.number, check.name) for check in CHECKS)]

    assert [] == [name for number, name in table if f"| {number} | `{name}` |" not in text]
    assert [] == [number for number, _ in table if f"CHECK.{number}" not in catalogue("en")]


def test_flipped_bytes_are_refused_by_the_command(dao: Dao, played: Played, tmp_path: Path) -> None:
    """A sample of flipped bytes, with a fixed seed: each is refused by check 1, and nothing after it is run."""
    for at in random.Random(1).sample(range(len(played.record)), FLIPS):
        data = played.record[:at] + bytes([played.record[at] ^ 0xFF]) + played.record[at + 1 :]

        outcome = dao("verify", write(tmp_path, data), "--json")
        first, *others = outcome.document["checks"]

        assert (1, False, 1, "file.container", False) == (
            outcome.status, outcome.document["ok"], first["number"], first["name"], first["ok"]
        )  # fmt: skip
        assert first["code"] in {"E_CAR", "E_CANONICAL", "E_CID_MISMATCH", "E_CID_NONCANONICAL"}
        assert {"NOT_RUN"} == {row["code"] for row in others}
        assert {None} == {row["ok"] for row in others}


def test_forged_record_is_refused_by_name(dao: Dao, played: Played, tmp_path: Path) -> None:
    """The number of the check, its code and a sentence stand in the text; the exit status is 1."""
    bench = Bench(played.record)
    bench.drop(bench.vote("finn"))

    outcome = dao("verify", write(tmp_path, bench.seal()))

    assert 1 == outcome.status
    assert "✗ 32  votes.closed" in outcome.out
    assert "E_LOG_INCONSISTENT: " in outcome.out
    assert "this record proves nothing" in outcome.out


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: rewrite(data, manifest=lambda root: root.update(v=2)), "E_VERSION"),
        (lambda data: rewrite(data, leaf=lambda leaf: leaf.update(v=2)), "E_VERSION"),
    ],
)
def test_record_of_tomorrow_could_not_be_checked(
    change: Callable[[bytes], bytes], code: str, dao: Dao, played: Played, tmp_path: Path
) -> None:
    """A version that this tool does not know is not false: exit status 2."""
    outcome = dao("verify", write(tmp_path, change(played.record)), "--json")

    assert 2 == outcome.status
    assert (2, False, code) == tuple(outcome.document["checks"][1][key] for key in ("number", "ok", "code"))


def test_file_that_is_not_there_could_not_be_checked(dao: Dao, tmp_path: Path) -> None:
    """A missing record is exit status 2, and an empty one is no record."""
    assert (2, "E_IO_READ") == (
        (missing := dao("verify", tmp_path / "none.car", "--json")).status,
        missing.document["error"]["code"],
    )
    assert 1 == dao("verify", write(tmp_path, b"")).status


def trusted(played: Played, **changes: Any) -> dict[str, Any]:
    """Everything that a verifier may know of the demo; changed where told, and without the keys that are None."""
    case = verify(played.record).case
    assert case is not None
    assert case.settings is not None
    assert case.journal_key is not None
    safe = case.settings.treasury()
    blocks = [
        {"chain_id": block.chain_id, "number": block.number, "hash": "0x" + block.hash.hex()}
        for block in sorted(case.blocks)
    ]
    known: dict[str, Any] = {
        "safe": f"eip155:{safe.chain_id}:{_checksum(safe.address)}",
        "settings": [str(row.cid) for row in case.settings_rows or ()],
        "journal_key": case.journal_key.hex(),
        "blocks": blocks,
        "accept": ["A_COMPLETE", "A_TIME", "A_NO_UPDATE"],
    }
    return {key: value for key, value in {**known, **changes}.items() if value is not None}


def _checksum(address: bytes) -> str:
    from chain.address import checksum

    return checksum(address)


def trust_file(folder: Path, values: object) -> Path:
    file = folder / "trust.json"
    file.write_text(values if isinstance(values, str) else json.dumps(values), "utf-8")
    return file


def test_full_trust_leaves_nothing_to_assume(dao: Dao, played: Played, tmp_path: Path) -> None:
    """Who knows Safe, settings, key and blocks, and answers for the rest, assumes nothing."""
    file = trust_file(tmp_path, trusted(played))

    assert [] == dao("verify", played.file, "--trust", file, "--json").document["assumed"]
    told = dao("verify", played.file, "--trust", file)
    assert (0, True) == (told.status, "Nothing was assumed beyond the trust file." in told.out)


@pytest.mark.parametrize(
    ("missing", "assumed"),
    [
        ("safe", []),
        ("settings", ["A_SETTINGS"]),
        ("journal_key", ["A_JOURNAL_KEY"]),
        ("blocks", ["A_BLOCK"]),
        ("accept", ["A_COMPLETE", "A_TIME", "A_NO_UPDATE"]),
    ],
)
def test_each_key_fixes_its_assumption(
    missing: str, assumed: list[str], dao: Dao, played: Played, tmp_path: Path
) -> None:
    """What is not in the trust file stays assumed, and nothing else does."""
    file = trust_file(tmp_path, trusted(played, **{missing: None}))

    outcome = dao("verify", played.file, "--trust", file, "--json")

    assert (0, assumed) == (outcome.status, outcome.document["assumed"])


def test_one_unknown_block_is_enough_to_assume(dao: Dao, played: Played, tmp_path: Path) -> None:
    """A trust file that lacks one of the record's blocks leaves A_BLOCK."""
    blocks = trusted(played)["blocks"]
    file = trust_file(tmp_path, trusted(played, blocks=blocks[1:]))

    assert ["A_BLOCK"] == dao("verify", played.file, "--trust", file, "--json").document["assumed"]


@pytest.mark.parametrize(
    "changes",
    [
        {"safe": "eip155:20200903:0x0000000000000000000000000000000000000001"},
        {"safe": "eip155:1:0x0000000000000000000000000000000000000001"},
        {"settings": ["bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"]},
        {"journal_key": "00" * 32},
        {"blocks": [{"chain_id": 20200903, "number": 31, "hash": "0x" + "00" * 32}]},
    ],
)
def test_H101_record_that_contradicts_the_trust_file(
    changes: dict[str, Any], dao: Dao, played: Played, tmp_path: Path
) -> None:
    """Another Safe, other settings, another journal key or another block at the same height are a split view."""
    outcome = dao("verify", played.file, "--trust", trust_file(tmp_path, changes), "--json")
    last = outcome.document["checks"][-1]

    assert (1, 90, False, "E_SPLIT_VIEW") == (outcome.status, last["number"], last["ok"], last["code"])
    assert all(row["ok"] for row in outcome.document["checks"][:-1])


def test_block_that_the_record_does_not_name_contradicts_nothing(dao: Dao, played: Played, tmp_path: Path) -> None:
    """A trust file may know more blocks than a record names."""
    more = {"blocks": [{"chain_id": 20200903, "number": 999_999, "hash": "0x" + "00" * 32}]}

    assert 0 == dao("verify", played.file, "--trust", trust_file(tmp_path, more)).status


def test_malformed_trust_file_is_wrong_usage(dao: Dao, played: Played, tmp_path: Path) -> None:
    """Nothing about the record is said when the trust file cannot be understood: exit status 64."""
    outcome = dao("verify", played.file, "--trust", trust_file(tmp_path, '{"safe": 1}'), "--json")

    assert (64, "E_TRUST_FILE") == (outcome.status, outcome.document["error"]["code"])


def test_trust_file_that_is_not_there(dao: Dao, played: Played, tmp_path: Path) -> None:
    """A trust file that cannot be read is exit status 2."""
    assert 2 == dao("verify", played.file, "--trust", tmp_path / "none.json").status
