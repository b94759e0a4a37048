"""The demo's settings for any Safe, without a chain."""

from __future__ import annotations

from typing import Any, cast

from dao.cli.start.demo import world


def settings_text(safe: bytes) -> str:
    """Settings that name `safe`; token and proxy are made up."""
    there = world.World(devnet=cast("Any", None), safe=safe, token=b"\x33" * 20, proxy=b"\x44" * 20)
    return world.settings_text(there)
