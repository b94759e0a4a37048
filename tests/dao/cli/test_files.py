"""`dao.cli.files`: what cannot be read is told apart from what is wrong, and only files are replaced."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dao.cli.files import OutFileError, UnreadableError, read, write


def test_reads_a_whole_file(tmp_path: Path) -> None:
    """A file of exactly the limit is read to its last byte."""
    (tmp_path / "a").write_bytes(b"abc")

    assert b"abc" == read(tmp_path / "a", 3)


@pytest.mark.parametrize(
    ("name", "reason"), [("none", "missing"), ("", "directory"), ("a", "size"), ("a/b", "denied"), ("\0", "denied")]
)
def test_H96_unreadable_files_are_named(tmp_path: Path, name: str, reason: str) -> None:
    """A missing file, a directory, a file that is too large and a malformed path each have a reason of their own."""
    (tmp_path / "a").write_bytes(b"abcd")

    with pytest.raises(UnreadableError) as caught:
        read(tmp_path / name, 3)

    assert ("E_IO_READ", reason) == (caught.value.code, caught.value.reason)


def _a_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("make", [Path.mkdir, _a_pipe])
def test_only_a_file_gives_its_place_to_a_file(make: Callable[[Path], None], tmp_path: Path) -> None:
    """Whoever may make devices would else lose one to a command that replaces the file of last week."""
    place = tmp_path / "out"
    make(place)
    before = place.stat()

    with pytest.raises(OutFileError) as caught:
        write(place, b"x", force=True)

    assert ("E_IO_WRITE", "no_file") == (caught.value.code, caught.value.reason)
    assert (before.st_ino, before.st_mode) == (place.stat().st_ino, place.stat().st_mode)
    assert [place] == list(tmp_path.iterdir())
