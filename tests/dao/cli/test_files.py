"""`dao.cli.files`: what cannot be read is told apart from what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from dao.cli.files import UnreadableError, read


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
