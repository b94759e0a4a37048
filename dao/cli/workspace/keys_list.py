"""`dao keys list`: names and addresses in the workspace's keyring, and never a key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chain.address import checksum
from chain.errors import CodedError
from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.options import Dir, PassphraseFile
from dao.cli.text import columns, paint, say, wrapped
from dao.sentences import escape, language, sentence
from dao.session import keyring
from dao.views.keystores import Keystore, keystores
from dao.workspace import Workspace

EXAMPLES = (
    "dao keys list",
    "dao keys list --dir demo --json",
)


def command(folder: Dir = Path(), passphrase_file: PassphraseFile = None) -> Answer:
    """List the keys in the workspace's keyring: names and addresses, and never a key.

    A keystore that says its address is not opened; one that does not needs the passphrase. The journal's public key is
    that of dao.toml.
    """
    with Workspace(folder) as workspace:
        found = keystores(workspace.keys, lambda: keyring(workspace, passphrase_file))
        journal_key, is_writer = workspace.anchors.journal_key, workspace.is_writer
    document = {
        "keys": [_document(key) for key in found],
        "journal": {"public_key": journal_key.hex(), "present": is_writer},
    }
    lines = _lines(found, journal_key, is_writer=is_writer)
    return Answer(document, lines, FALSE if any(key.problem for key in found) else TRUE)


def _document(key: Keystore) -> dict[str, object]:
    return {
        "name": key.name,
        "address": None if key.address is None else checksum(key.address),
        "opened": key.opened,
        "code": None if key.problem is None else key.problem.code,
    }


def _lines(found: list[Keystore], journal_key: bytes, *, is_writer: bool) -> Iterator[str]:
    yield from columns([(escape(key.name), checksum(key.address)) for key in found if key.address is not None])
    for key in found:
        if key.problem is not None:
            yield f"  {escape(key.name)}  {paint(key.problem.code, 'red')}"
            yield from wrapped(_message(key.problem), "    ")
    if not found:
        yield say("KEYS", "none")
    yield from wrapped(say("KEYS", "writer" if is_writer else "reader", key=journal_key.hex()))


def _message(error: CodedError) -> str:
    return sentence(error.code, error.reason, error.facts, language())
