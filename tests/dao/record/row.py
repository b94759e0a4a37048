"""One row of the table of forgeries: what is changed, and which check must be the first to refuse it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dao.record.trust import Trust
from tests.dao.record.forge import Bench


class Row(NamedTuple):
    """A forgery and its fate."""

    name: str
    change: Callable[[Bench], bytes | None]
    """Changes the bench, and gives the file where sealing the bench is not what makes it."""
    number: int
    check: str
    code: str
    trust: Trust | None = None
    story: str = "demo"
    """Which record is forged: the demo's, or one of `stories`."""
