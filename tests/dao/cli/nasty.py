"""Nasty input: values for the members of a JSON document, whole files, and things that stand where a file should."""

from __future__ import annotations

import copy
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**53, 2**63, 2**64, 2**256, 10**99, 1.5, 1e300, float("nan"), float("inf"), "", " ",
    "0", "-1", "1e18", "true", "0x", "0x" + "00" * 20, "0x" + "00" * 32, "0x" + "zz" * 32, "\0", "\u202e", "\ufeff",
    "\ud800", "e\u0301", "\x1b[31m", "a" * 100_000, "9" * 5_000, "../../dao.toml", "１２", [], {}, [[]], [None],
    {"": None}, [0] * 1_000, "eip155:1:0x" + "00" * 20,
)  # fmt: skip
"""Every kind of value that JSON has, at its edges."""

TEXTS = (
    "1e400", "-0", "01", "NaN", "1" * 5_000, "[" * 5_000, '{"a":1,"a":2}', r'"\ud800"', r'"\u0000"', "0.1", "nul", "",
    '"\t"', "1,", "'x'",
)  # fmt: skip
"""What stands in the place of a value and is no JSON, or not one that everybody reads alike."""

WHOLE: tuple[bytes, ...] = (
    b"", b"\0", b"{}", b"[]", b"null", b"1", b'"x"', b"\xff\xfe{\0}\0", b"\xef\xbb\xbf{}", b"\xed\xa0\x80",
    b"{" * 50_000, b"[" * 500_000, b'{"a":' * 50_000, b"9" * 500_000, b'"' + b"a" * 2_000_000 + b'"', b"\n" * 500_000,
    b"---\n" * 10_000, b"|" * 100_000, b"|a|b|\n|-|-|\n" + b"|1|2|\n" * 9_000, b"# x\n" * 9_000, b"- " * 50_000,
    b">" * 50_000, b"`" * 50_000, b"[a](" * 30_000, b"*a_" * 30_000, b"<" * 50_000, b"\\" * 50_000,
    b"[" * 9_000 + b"]" * 9_000, b"a\n===\n" * 4_000, bytes(range(256)) * 40, b"SQLite format 3\0" + bytes(4_000),
    b"\x3a\xa2\x65roots\x81\xd8\x2a\x58\x25\x00" + bytes(500),
)  # fmt: skip
"""Files that are nothing, or too much of something."""

_HERE = '"here"'


def members(raw: bytes) -> Iterator[bytes]:
    """Every member of a JSON document replaced by every nasty value, taken away, doubled, or joined by a stranger."""
    document = json.loads(raw)
    for path in _paths(document):
        yield from (_json(_put(document, path, value)) for value in VALUES)
        marked = _json(_put(document, path, "here"))
        yield from (marked.replace(_HERE.encode(), text.encode()) for text in TEXTS)
        if path:
            yield _json(_put(document, path, ...))
            around = _at(document, path[:-1])
            if isinstance(around, dict):
                yield _json(_put(document, path[:-1], {**around, "more": 1}))
                again = b"null, " + _json(path[-1]) + b": " + _json(around[path[-1]])
                yield marked.replace(_HERE.encode(), again)


def _paths(value: Any, path: tuple[int | str, ...] = ()) -> Iterator[tuple[int | str, ...]]:
    yield path
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _paths(inner, (*path, step))


def _at(document: Any, path: tuple[int | str, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def _put(document: Any, path: tuple[int | str, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(document)
    around = _at(changed, path[:-1])
    if value is ...:
        del around[path[-1]]
    else:
        around[path[-1]] = value
    return changed


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _folder(path: Path) -> None:
    path.mkdir()


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _itself(path: Path) -> None:
    path.symlink_to(path)


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 34)


PLACES: Mapping[str, Callable[[Path], None]] = MappingProxyType({
    "a folder": _folder, "a pipe": os.mkfifo, "a link to itself": _itself, "a link to nothing": _link("nothing"),
    "zeros without end": _link("/dev/zero"), "noise without end": _link("/dev/urandom"), "a null": _link("/dev/null"),
    "a memory": _link("/proc/self/mem"), "sixteen gigabytes": _huge,
})  # fmt: skip
"""What can stand where a file should."""


def contents(folder: Path) -> dict[str, str]:
    """What a command may not change: every file of a workspace but the chain's, the lock's and what was put aside."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.name.startswith(("devnet.sqlite", ".dao.lock"))
        and path.parent.name != "quarantine"
    }
