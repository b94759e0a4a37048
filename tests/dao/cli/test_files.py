"""`dao.cli.files`: what cannot be read is told apart from what is wrong."""

from __future__ import annotations

import os
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


@pytest.mark.parametrize("force", [False, True])
def test_a_pipe_is_written_to(tmp_path: Path, force: bool) -> None:
    """Bytes go through a pipe or a device, and it stays what it is; a link to one is followed."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        for name in ("pipe", "link"):
            assert write(tmp_path / name, b"abc", force=force)
            assert b"abc" == os.read(reader, 9)
    finally:
        os.close(reader)

    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()


def test_a_full_device_is_told() -> None:
    """Linux has one that is always full."""
    if not Path("/dev/full").is_char_device():
        pytest.skip("no /dev/full here")

    with pytest.raises(OutFileError) as caught:
        write(Path("/dev/full"), b"abc", force=True)

    assert ("E_IO_WRITE", "out") == (caught.value.code, caught.value.reason)
    assert Path("/dev/full").is_char_device()


def test_a_link_is_followed(tmp_path: Path) -> None:
    """What it points to gets the bytes, and it goes on pointing there."""
    (tmp_path / "link").symlink_to("file")

    assert write(tmp_path / "link", b"abc")
    assert write(tmp_path / "link", b"abcd", force=True)
    assert not write(tmp_path / "file", b"abcd")

    assert ("file", b"abcd") == (os.readlink(tmp_path / "link"), (tmp_path / "file").read_bytes())
