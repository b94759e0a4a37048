"""A process of its own for whatever is about to be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def in_a_child() -> Callable[[str, Path], int]:
    """Run a program with one argument and give its status, negative for a signal."""

    def run(program: str, argument: Path) -> int:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        words = [sys.executable, "-c", program, str(argument)]
        return subprocess.run(words, cwd=ROOT, env=environment, check=False).returncode

    return run
