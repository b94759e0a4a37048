"""`snapshot` arithmetic against snapshot.js itself: 2,000 random elections over all systems, equal in every bit."""

from __future__ import annotations

import json
import math
import os
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from chain.errors import CodedError
from governance.counting import doubles
from tests.governance.counting.elections import SYSTEMS, hub_election

ELECTIONS = 2_000
FOLDER = Path(__file__).resolve().parents[2] / "snapshot_js"


def need_snapshot_js() -> None:
    """Skip where Snapshot's own code is not installed, and fail instead with CI=true."""
    if shutil.which("node") is None or not (FOLDER / "node_modules").is_dir():
        reason = (
            "snapshot.js is not installed; Node and `npm ci --prefix tests/snapshot_js --ignore-scripts` install it"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def snapshot_js(lines: list[str]) -> list[dict[str, Any]]:
    """Count with Snapshot's own code."""
    need_snapshot_js()
    command = ["node", str(FOLDER / "count.mjs")]
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def ours(line: str) -> dict[str, Any]:
    """Count the same line here, spelled as `count.mjs` spells it."""
    asked = json.loads(line)
    votes = [doubles.vote(row["choice"], row["balance"], row["scores"]) for row in asked["votes"]]
    try:
        found = doubles.count(asked["system"], votes, asked["choices"], asked["strategies"])
    except CodedError as error:
        return {"crash": {"E_SNAPSHOT_CRASH": "RangeError"}.get(error.code, error.code)}
    return {
        "valid": [doubles.is_valid(asked["system"], row["choice"], asked["choices"]) for row in asked["votes"]],
        "scores": [bits(score) for score in found.scores],
        "by_strategy": [[bits(score) for score in row] for row in found.by_strategy],
        "total": bits(found.total),
    }


def bits(number: float) -> str:
    return "NaN" if math.isnan(number) else struct.pack(">d", number).hex()


def test_every_bit_is_snapshots() -> None:
    """Validity, scores, scores by strategy and total, of clean and of hostile ballots; where it crashes, we refuse."""
    lines = [hub_election(seed) for seed in range(ELECTIONS)]
    answers = snapshot_js(lines)

    assert ELECTIONS == len(answers)
    for seed, (line, answer) in enumerate(zip(lines, answers, strict=True)):
        assert answer == ours(line), f"seed {seed}: {line}"
    hostile = sum(not all(answer.get("valid", [False])) for answer in answers)
    assert set(SYSTEMS) == {json.loads(line)["system"] for line in lines}
    assert hostile > ELECTIONS // 5, "the elections are too tame to say anything"
    assert any("crash" in answer for answer in answers)


def test_a_ballot_on_which_snapshot_js_never_ends() -> None:
    """`true` is a valid rank there that no round can eliminate."""
    votes = [
        {"choice": choice, "balance": power, "scores": [power]}
        for choice, power in (([True, 2, 3], 1), ([2, True, 3], 5), ([3, 2, True], 5))
    ]
    line = json.dumps({"system": "ranked-choice", "choices": 3, "strategies": 1, "votes": votes})

    assert [{"crash": "RangeError"}] == snapshot_js([line]) == [ours(line)]


def test_the_quadratic_example_of_the_package() -> None:
    """Its ballots with three strategies of one each give what its own tests expect."""
    need_snapshot_js()
    file = FOLDER / "node_modules" / "@snapshot-labs" / "snapshot.js" / "src" / "voting" / "examples" / "quadratic.json"
    told = json.loads(file.read_text("utf-8"))
    once = doubles.count("quadratic", [doubles.vote(row["choice"], 1, [1]) for row in told["votes"]], 4)
    again = doubles.count("quadratic", [doubles.vote(row["choice"], 3, [1, 1, 1]) for row in told["votes"]], 4, 3)

    assert (told["scores"], told["scoresByStrategy"], told["scoresTotal"]) == once
    assert [854.6690338964088, 135.07224932254462, 119.01320657080512, 73.24551021024158] == again.scores
    assert 1182 == again.total
