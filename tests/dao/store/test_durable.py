"""`dao.store.durable`: a file is whole or as it was, whenever its writer dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dao.store import durable

OLD, NEW = b"old" * 1_000, b"new" * 200_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A name with characters that a pattern would take for its own."""
    return tmp_path / "a[b]*.txt"


def test_new_and_replaced(path: Path) -> None:
    """A new file must not be there; a replaced one is; nothing else lies beside them."""
    durable.write_new(path, OLD)
    with pytest.raises(FileExistsError):
        durable.write_new(path, NEW)
    assert OLD == path.read_bytes()

    durable.replace(path, NEW)

    assert (NEW, [path]) == (path.read_bytes(), list(path.parent.iterdir()))


def test_modes_follow_the_umask(path: Path) -> None:
    """A secret is its owner's alone from its first byte on; anything else is what the umask leaves of it."""
    before = os.umask(0o027)
    try:
        durable.write_new(path, OLD)
        durable.replace(path.with_name("key"), OLD, mode=0o600)
    finally:
        os.umask(before)

    assert [0o640, 0o600] == [file.stat().st_mode & 0o777 for file in (path, path.with_name("key"))]


def test_what_is_no_file_is_not_replaced(path: Path) -> None:
    """A device's place could be taken by whoever may write in its folder, and the machine would have lost it."""
    os.mkfifo(path)

    with pytest.raises(OSError, match="regular"):
        durable.replace(path, NEW)

    assert (True, [path]) == (path.is_fifo(), list(path.parent.iterdir()))


@pytest.mark.parametrize("name", ["fsync", "link"])
def test_a_disk_that_fails(path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk refuses, there is no new file, and no piece of one."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, name, fail)

    with pytest.raises(OSError, match="No space"):
        durable.write_new(path, NEW)

    assert [] == list(path.parent.iterdir())


def test_a_folder_that_is_not_there(path: Path) -> None:
    """No folder is made on the way."""
    with pytest.raises(FileNotFoundError):
        durable.replace(path / "x", NEW)


KILLED = """
import os, sys
from pathlib import Path
from dao.store import durable

deed = getattr(os, "{deed}")
def dying(*arguments, **named):
    if {is_done}:
        deed(*arguments, **named)
    os.kill(os.getpid(), 9)
os.{deed} = dying
durable.{function}(Path(sys.argv[1]), b"new" * 200_000)
"""


@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("function", "deed"),
    [
        ("replace", "fsync"),
        ("replace", "replace"),
        ("write_new", "fsync"),
        ("write_new", "link"),
        ("write_new", "unlink"),
    ],
)
def test_killed_at_each_moment(
    function: str, deed: str, *, is_done: bool, path: Path, in_a_child: Callable[[str, Path], int]
) -> None:
    """The name leads to the old bytes, to nothing, or to all of the new ones; what is left over is taken away."""
    if function == "replace":
        path.write_bytes(OLD)

    assert -9 == in_a_child(KILLED.format(function=function, deed=deed, is_done=is_done), path)

    found = path.read_bytes() if path.exists() else None
    is_in_place = (deed, is_done) in {("replace", True), ("link", True)} or deed == "unlink"
    assert (NEW if is_in_place else OLD if function == "replace" else None) == found
    durable.remove_leftovers(path.parent)
    assert ([path] if found else []) == list(path.parent.iterdir())
    durable.replace(path, OLD)
    assert [path] == list(path.parent.iterdir())


def test_what_somebody_is_writing_is_left_alone(path: Path) -> None:
    """A leftover is a file whose writer is gone; one that is locked, a link, or of another name stays."""
    held, dead = (path.with_name(f".{path.name}.{digit * 16}{durable.SUFFIX}") for digit in "01")
    mine = path.with_name(f".{path.name}.mine{durable.SUFFIX}")
    for file in (held, dead, mine):
        file.write_bytes(b"x")
    with held.open("rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        durable.remove_leftovers(path.parent)

    assert {held, mine} == set(path.parent.iterdir())
