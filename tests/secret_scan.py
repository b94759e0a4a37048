"""No key, passphrase or node's address gets out: everything that the whole suite prints, logs and writes is searched.

A pytest plugin (`tests/conftest.py` names it). Searched are the captured output and log of every test, whatever a
command of `tests/dao/cli` printed, and when the run ends every file that any test left behind: journals, chains,
records, drafts, configurations, quarantines. The secrets are the keys of the people in the demo and in the tests of
`governance`, as bytes and as hex, and the marked texts that tests use as URLs and passphrases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from dao.cli.start.demo import cast
from tests.governance import space_values

MARKED = (
    "my-secret-key", "secretkey0123456789", "alsosecret", "wallet-secret-7f3a", "v3/0123456789abcdef", "correct horse",
    "a-key-that-nobody-may-see",
)  # fmt: skip
"""Texts that tests use as secrets, and that stand in no test's name."""
WRITTEN_BY_HAND = frozenset({"passphrase", "passphrase.txt", "secret", "wrong"})
"""Files in which a test itself hands a passphrase to a command."""

_KEYS = tuple(
    {cast.key(name) for name in cast.PEOPLE}
    | {cast.journal_key()}
    | {space_values.key(name) for name in ("alice", "bob", "carol", "mallory")}
)
_TEXTS = (*MARKED, *(key.hex() for key in _KEYS))
_BYTES = (*(text.encode() for text in _TEXTS), *_KEYS)

_printed: list[str] = []
_found: list[str] = []


def look(printed: str) -> None:
    """Remember what a command printed, to be searched when its test ends."""
    _printed.append(printed)


def secrets_in(text: str) -> list[str]:
    """The secrets in a text, each shortened."""
    lower = text.lower()
    return [f"{secret[:6]}…" for secret in _TEXTS if secret in lower]


def secrets_in_bytes(data: bytes) -> list[str]:
    """The secrets in a file, as text or as bytes, each shortened."""
    return [f"{secret[:3].hex()}…" for secret in _BYTES if secret in data]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Fail a test whose output or log holds a secret."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    texts = [content for _, content in report.sections] + _printed
    _printed.clear()
    found = sorted({secret for text in texts for secret in secrets_in(text)})
    if found:
        report.outcome = "failed"
        report.longrepr = f"a secret was printed: {', '.join(found)}"
    return report  # type: ignore[return-value]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Search what the tests of this process left behind; a worker hands its findings to the controller."""
    factory = getattr(session.config, "_tmp_path_factory", None)
    base = None if factory is None else factory._basetemp
    _found.extend([] if base is None else left_behind(base.rglob("*")))
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["secret_scan"] = _found
    elif _found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take over what a worker found."""
    _found.extend(getattr(node, "workeroutput", {}).get("secret_scan", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every file."""
    for told in _found:
        terminalreporter.write_line(f"secret scan: {told}", red=True)


def left_behind(paths: Iterable[Path]) -> Iterator[str]:
    """Name every file with a secret in it."""
    for path in paths:
        if path.is_symlink() or not path.is_file() or path.name in WRITTEN_BY_HAND:
            continue
        found = secrets_in_bytes(path.read_bytes())
        if found:
            yield f"{path} holds {', '.join(found)}"
