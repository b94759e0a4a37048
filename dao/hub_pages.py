"""What a hub answered, kept in a folder page by page, so that an audit that was broken off goes on where it was.

Decides when a kept answer may stand for a new one: the same question to the same hub about the same state of the
proposal, and bytes that are still those that came. A kept page that is damaged is asked for again. What the answers
mean is decided by whoever reads them; they are checked as if they had just come.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from dao.errors import DaoError
from dao.files import read_file
from dao.store import durable
from governance.clients.snapshot import ANSWER_MAX, Hub

Ask = Callable[[str, str, Mapping[str, object]], bytes]
"""Asks for a field with a query and its variables, and gives the whole answer."""

_HEAD = 64
"""The SHA-256 of the answer, in hex, before it."""


class KeepError(DaoError):
    """An answer cannot be kept where that was asked for (`E_IO_WRITE`)."""


def keeping(hub: Hub, folder: Path | None, state: object) -> Ask:
    """Ask a hub through a folder, if there is one; `state` is what must be the same for a kept answer to be good."""
    if folder is None:
        return hub.ask

    def ask(field: str, query: str, variables: Mapping[str, object]) -> bytes:
        question = json.dumps([hub.host, state, query, dict(variables)], sort_keys=True, default=str)
        path = folder / f"{field}-{sha256(question.encode()).hexdigest()[:32]}.page"
        kept = _kept(path)
        if kept is not None:
            return kept
        answer = hub.ask(field, query, variables)
        _keep(path, answer)
        return answer

    return ask


def _kept(path: Path) -> bytes | None:
    try:
        data = read_file(path, ANSWER_MAX + _HEAD)
    except OSError:
        return None
    head, answer = data[:_HEAD], data[_HEAD:]
    return answer if head == sha256(answer).hexdigest().encode() else None


def _keep(path: Path, answer: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.replace(path, sha256(answer).hexdigest().encode() + answer)
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise KeepError("E_IO_WRITE", "out", path=str(path), problem=problem) from error
