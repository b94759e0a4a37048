"""`dao.files`: reading ends, whatever stands at a path."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

import pytest

from dao import files
from dao.files import TooLargeError, read_file


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_reads_no_more_than_the_limit(tmp_path: Path) -> None:
    """A file of the limit is read, one byte more is too much, and a huge one is refused before it is read."""
    (tmp_path / "a").write_bytes(b"abc")
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(1 << 40)

    assert b"abc" == read_file(tmp_path / "a", 3)
    for name, limit in (("a", 2), ("huge", 1 << 30)):
        with pytest.raises(TooLargeError):
            read_file(tmp_path / name, limit)
    (tmp_path / "huge").unlink()  # what tests leave behind is searched for secrets


def test_pipe_that_nobody_writes_into_is_empty(pipe: Path) -> None:
    """Opening it does not wait for somebody to come."""
    assert b"" == read_file(pipe, 10)


def test_pipe_is_read_to_its_end() -> None:
    """What a shell hands over as <(command) is read whole, up to the limit."""
    for size in (300_000, 300_001):
        reader, writer = os.pipe()
        thread = threading.Thread(target=_fill, args=(writer, size))
        thread.start()
        try:
            read = read_file(Path(f"/dev/fd/{reader}"), 300_000)
        except TooLargeError:
            read = b""
        finally:
            os.close(reader)
            thread.join()
        assert (size if size == 300_000 else 0) == len(read)


def _fill(writer: int, size: int) -> None:
    with os.fdopen(writer, "wb") as out, contextlib.suppress(BrokenPipeError):
        out.write(b"x" * size)
        out.flush()


def test_silent_pipe_is_given_up(pipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody holds the other end and says nothing."""
    monkeypatch.setattr(files, "PATIENCE_SECONDS", 0.01)
    with pipe.open("r+b", buffering=0), pytest.raises(TimeoutError):
        read_file(pipe, 10)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/urandom"])
def test_devices_are_not_read(device: str, tmp_path: Path) -> None:
    """A device may have no end; not even one behind a link is read."""
    (tmp_path / "link").symlink_to(device)

    with pytest.raises(OSError, match="neither a file nor a pipe"):
        read_file(tmp_path / "link", 10)


def test_directories_and_loops_are_errors(tmp_path: Path) -> None:
    """What is no file says what it is."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    with pytest.raises(IsADirectoryError):
        read_file(tmp_path, 10)
    with pytest.raises(OSError, match="symbolic links"):
        read_file(tmp_path / "loop", 10)
