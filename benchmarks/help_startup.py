"""How long `dao --help` takes, as a multiple of a Python that does nothing.

Both run as fresh processes of the same interpreter, alternating, and the medians are compared, so that a busy machine
slows both. The bar is 8. The last figures stand in `benchmarks/results/help_startup.json`.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 41
BAR = 8
RESULT = Path(__file__).parent / "results" / "help_startup.json"
BARE = (sys.executable, "-c", "pass")
HELP = (str(Path(sys.executable).parent / "dao"), "--help")


def seconds(command: tuple[str, ...]) -> float:
    """Time one run of a command, its output thrown away."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main() -> None:
    """Measure, print and keep the figures."""
    pairs = [(seconds(BARE), seconds(HELP)) for _ in range(RUNS)]
    bare, help_ = (statistics.median(column) for column in zip(*pairs, strict=True))
    figures = {
        "what": "dao --help / python -c pass, medians of alternating fresh processes",
        "bar_ratio_max": BAR,
        "ratio": round(help_ / bare, 2),
        "bare_ms": round(bare * 1000, 1),
        "help_ms": round(help_ * 1000, 1),
        "runs": RUNS,
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
