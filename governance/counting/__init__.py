"""Counting methods, one module each: what a choice may be, and the scores of many ballots.

A method is a row of functions in one table, run by one shared behaviour test. All count in integers and give the same
scores in any order of ballots. A voting system that is not in the table decides nothing here (`E_VERSION`).
"""

from __future__ import annotations

from types import MappingProxyType

from governance.counting import basic, single_choice
from governance.counting.method import CountingError, Method

__all__ = ["METHODS", "CountingError", "Method", "method"]

METHODS = MappingProxyType({row.name: row for row in (basic.METHOD, single_choice.METHOD)})
"""By Snapshot's name of the voting system (`type` of a proposal)."""


def method(name: object) -> Method:
    """Find the method of a voting system; an unknown one is `E_VERSION`."""
    if not isinstance(name, str) or name not in METHODS:
        raise CountingError("E_VERSION", "voting", voting=ascii(name)[:80], known=", ".join(METHODS))
    return METHODS[name]
