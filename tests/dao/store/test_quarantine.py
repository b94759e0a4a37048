"""The quarantine: refused bytes with their reason, bounded, and never in the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chain.errors import CodedError
from dao.store import quarantine
from dao.store.quarantine import put_aside

ERROR = CodedError("E_X", "y")


def test_bytes_and_reason_lie_beside_each_other(tmp_path: Path) -> None:
    """For their owner alone, under a name that nobody else chose."""
    folder = tmp_path / "quarantine"

    raw = put_aside(folder, b"mine", ERROR, "Because.", 7)

    assert raw is not None
    assert (b"mine", 0o600, 0o700) == (raw.read_bytes(), raw.stat().st_mode & 0o777, folder.stat().st_mode & 0o777)
    told = json.loads(raw.with_suffix(".json").read_text("utf-8"))
    assert {"code": "E_X", "reason": "Because.", "time": 7, "bytes": 4} == told


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    """With the reason of the first time."""
    folder = tmp_path / "quarantine"
    first = put_aside(folder, b"mine", ERROR, "Because.", 7)

    assert first == put_aside(folder, b"mine", CodedError("E_Z", ""), "Later.", 8)
    assert 2 == len(list(folder.iterdir()))
    assert first is not None
    assert "E_X" == json.loads(first.with_suffix(".json").read_text("utf-8"))["code"]


def test_it_is_bounded_and_throws_nothing_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In files, in bytes, and in the bytes of one thing."""
    monkeypatch.setattr(quarantine, "COUNT_MAX", 6)
    monkeypatch.setattr(quarantine, "BYTES_MAX", 3_000)
    monkeypatch.setattr(quarantine, "ITEM_MAX", 1_500)
    folder = tmp_path / "quarantine"

    assert None is put_aside(folder, bytes(1_500), ERROR, "", 7)
    kept = [put_aside(folder, bytes(1_200 + n), ERROR, "", 7) for n in range(3)]
    assert [True, True, False] == [path is not None for path in kept]
    assert [True, False] == [put_aside(folder, bytes(n), ERROR, "", 7) is not None for n in (1, 2)]
    assert 6 == len(list(folder.iterdir()))


def test_a_disk_that_refuses_does_not_hide_the_refusal(tmp_path: Path) -> None:
    """There is no quarantine then, and no error of its own."""
    (tmp_path / "quarantine").write_text("a file in its place")

    assert None is put_aside(tmp_path / "quarantine", b"mine", ERROR, "Because.", 7)
