"""Runs `dao` in processes that can be killed, each forked from one that has imported everything already.

A child runs `dao.cli.main` with its arguments, as the console script does, in a process of its own; it writes to files
and ends by its exit status or by a signal. Nothing of the product is changed, except that a child may be told to kill
itself by SIGKILL right after its n-th deed that lasts: a commit of the database, or a file that came to its place.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[3]
KILLED = -signal.SIGKILL
OFTEN = ("execute", "queue", "record", "sign", "tally", "vote cast", "publish", "milestone approve", "post")


class Ended(NamedTuple):
    """What became of one command."""

    status: int
    """Exit status; negative: the signal that killed it."""
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


class Nursery:
    """The process from which commands are forked, one at a time."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.dao.crash.nursery"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env={**os.environ, **environment, "COLUMNS": "80", "DAO_LANG": "en"},
        )  # fmt: skip

    def run(self, *words: object, die_after: int = 0, born: Callable[[int], object] = lambda _: None) -> Ended:
        """Run `dao` with some arguments; `born` is told the process id before the command begins."""
        out, err = self._folder / "out", self._folder / "err"
        order = {"words": [str(word) for word in words], "die_after": die_after, "out": str(out), "err": str(err)}
        self._tell(order)
        born(int(self._hear()))
        self._tell("go")
        status = int(self._hear())
        return Ended(status, out.read_text("utf-8"), err.read_text("utf-8"))

    def _tell(self, value: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(value) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


@contextmanager
def nursery(folder: Path, **environment: str) -> Iterator[Nursery]:
    """A nursery for the time of a `with` statement; `folder` is for what its children print."""
    folder.mkdir(parents=True, exist_ok=True)
    opened = Nursery(folder, environment)
    try:
        yield opened
    finally:
        opened.close()


def _main() -> None:
    for name in ("web3", "dao.cli.frame", "dao.session"):  # what every command would import first
        import_module(name)
    from dao.cli.frame import load
    from dao.sentences import catalogue

    for words in OFTEN:  # and what each of these would, every time it is killed and run again
        load(words)
    catalogue("en")
    for line in sys.stdin:
        order = json.loads(line)
        go_read, go_write = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(go_write)
            os.read(go_read, 1)
            _child(order)
        os.close(go_read)
        print(pid, flush=True)
        sys.stdin.readline()  # the order to begin
        os.write(go_write, b"g")
        os.close(go_write)
        _, ended = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(ended), flush=True)


def _child(order: Mapping[str, Any]) -> None:
    from dao.cli import main

    for number, path in ((1, order["out"]), (2, order["err"])):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if order["die_after"]:
        _die_after(order["die_after"])
    status = 70
    try:
        status = main(order["words"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _die_after(number: int) -> None:
    """Kill this process when its n-th lasting deed is done."""
    from sqlalchemy.engine.default import DefaultDialect

    left = [number]

    def watched(deed: Callable[..., Any]) -> Callable[..., Any]:
        def done(*arguments: Any, **named: Any) -> Any:
            answer = deed(*arguments, **named)
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return done

    DefaultDialect.do_commit = watched(DefaultDialect.do_commit)  # type: ignore[method-assign]
    os.replace = watched(os.replace)
    os.link = watched(os.link)


if __name__ == "__main__":
    _main()
