"""How fast the seven systems are counted, as a multiple of snapshot.js on the same ballots in the same run.

Bars: ranked choice of 100,000 ballots x 30 choices at least 5 x as fast, and no system slower at 1,000,000 ballots.
Seconds are of processor time, so that a busy machine changes the ratio least. Counted only: the ballots are read before
on both sides, here with powers in 1e-18, there as doubles, as each has them; `getScores` alone stands against a whole
count with winners and steps. Needs Node and `npm ci --prefix tests/snapshot_js --ignore-scripts`. The last figures
stand in `benchmarks/results/counting.json`. `python -m benchmarks.counting quadratic` measures some systems only and
leaves the figures of the others as they are.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

from governance.counting import METHODS

ROOT = Path(__file__).resolve().parents[1]
RESULT = Path(__file__).parent / "results" / "counting.json"
NODE = ROOT / "tests" / "snapshot_js"
RUNS = 3
CASES = (
    ("ranked-choice", 100_000, 30, 5), ("basic", 1_000_000, 3, 1), ("single-choice", 1_000_000, 5, 1),
    ("approval", 1_000_000, 5, 1), ("weighted", 1_000_000, 5, 1), ("quadratic", 1_000_000, 5, 1),
    ("ranked-choice", 1_000_000, 5, 1), ("copeland", 1_000_000, 5, 1),
)  # fmt: skip
"""System, ballots, choices, and how many times as fast as snapshot.js it must be."""


def ballots(system: str, count: int, choices: int) -> list[tuple[Any, int]]:
    """Random ballots with powers of 18 decimals, as the JSON of a hub shows them."""
    random = Random(f"{system} {count} {choices}")
    numbers = list(range(1, choices + 1))
    found: list[tuple[Any, int]] = []
    for _ in range(count):
        power = random.randrange(1, 10**24)
        if system in ("basic", "single-choice"):
            found.append((random.choice(numbers), power))
        elif system == "approval":
            found.append((random.sample(numbers, random.randint(1, choices)), power))
        elif system in ("ranked-choice", "copeland"):
            found.append((random.sample(numbers, choices), power))
        else:
            named = sorted(random.sample(numbers, random.randint(1, 3)))
            found.append(({str(number): random.randint(1, 100) for number in named}, power))
    return found


def theirs(system: str, choices: int, rows: list[tuple[Any, int]]) -> float:
    """Processor seconds of the fastest run of snapshot.js."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write(json.dumps({"system": system, "choices": choices}) + "\n")
        for choice, power in rows:
            vote = {"choice": choice, "balance": power / 1e18, "scores": [power / 1e18]}
            file.write(json.dumps(vote, separators=(",", ":")) + "\n")
        file.flush()
        command = ["node", "--max-old-space-size=8192", str(NODE / "time.mjs"), file.name, str(RUNS)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)["seconds"])


def ours(system: str, choices: int, rows: list[tuple[Any, int]]) -> float:
    """Processor seconds of the fastest run here, of ballots as `governance.choice` reads them."""
    read: list[tuple[Any, int]] = []
    for choice, power in rows:
        match choice:
            case list():
                read.append((tuple(choice), power))
            case dict():
                read.append(({int(number): weight for number, weight in choice.items()}, power))
            case _:
                read.append((choice, power))
    times = []
    for _ in range(RUNS):
        gc.collect()
        start = time.process_time()
        METHODS[system].count(read, choices)
        times.append(time.process_time() - start)
    return min(times)


def _case(row: dict[str, Any]) -> tuple[str, int, int]:
    return row["system"], row["ballots"], row["choices"]


def main() -> None:
    """Measure, print and keep the figures."""
    wanted = set(sys.argv[1:])
    known = {_case(row): row for row in json.loads(RESULT.read_text("utf-8"))["rows"]} if wanted else {}
    for system, count, choices, bar in CASES:
        if wanted and system not in wanted:
            continue
        cast = ballots(system, count, choices)
        here, there = ours(system, choices, cast), theirs(system, choices, cast)
        figures = {"ratio": round(there / here, 2), "seconds": round(here, 3), "snapshot_js_seconds": round(there, 3)}
        row = {"system": system, "ballots": count, "choices": choices, "bar_ratio_min": bar, **figures}
        known[_case(row)] = row
        print(json.dumps(row), flush=True)
    rows = [known[case[:3]] for case in CASES if case[:3] in known]
    kept = {
        "what": "processor seconds of snapshot.js 0.17.5 / processor seconds here, same ballots, fastest of 3 runs",
        "rows": rows,
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
    }
    RESULT.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    if any(row["ratio"] < row["bar_ratio_min"] for row in rows):
        sys.exit("a bar is missed")


if __name__ == "__main__":
    main()
