"""Counting methods, one module each: what a choice may be, and what many ballots decide.

A method is a row of functions in one table, run by one shared behaviour test. All count in whole numbers, and find the
same in any order of ballots and, up to renaming, of choices. A voting system that is not in the table decides nothing
here (`E_VERSION`). What Snapshot's own doubles give is `governance.counting.doubles`, and decides nothing either.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from governance.counting import approval, basic, copeland, quadratic, ranked_choice, single_choice, weighted
from governance.counting.method import Branch, Count, CountingError, Duel, Method, Round, Step

__all__ = ["METHODS", "Branch", "Count", "CountingError", "Duel", "Method", "Round", "Step", "method"]

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        module.METHOD.name: module.METHOD
        for module in (basic, single_choice, approval, weighted, quadratic, ranked_choice, copeland)
    }
)
"""By Snapshot's name of the voting system (`type` of a proposal)."""


def method(name: object) -> Method:
    """Find the method of a voting system; an unknown one is `E_VERSION`."""
    if not isinstance(name, str) or name not in METHODS:
        raise CountingError("E_VERSION", "voting", voting=ascii(name)[:80], known=", ".join(METHODS))
    return METHODS[name]
