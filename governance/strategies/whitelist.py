"""whitelist: one vote for each address on a list, none for anybody else.

With a quorum of kind `for` it is a committee: m of these n must say yes. A list behind a URL, which Snapshot takes,
could change in the middle of a vote; here it stands in the settings or in files that they name by CID.
"""

from __future__ import annotations

from collections.abc import Sequence

from governance.strategies.named import check_names, read_names
from governance.strategies.parameters import refuse
from governance.strategies.strategy import UNIT, Params, Plan, Strategy, SupplyPlan, Weighed

NAME = "whitelist"
VERSION = 1


def check_params(params: Params) -> None:
    """Refuse anything but one of `addresses` and `files`."""
    if len(params) != 1:
        refuse(NAME, "addresses or files")
    check_names(NAME, params)


def plan(params: Params, voters: Sequence[bytes]) -> Plan:
    """One vote for who is named."""
    members = yield from read_names(NAME, params)
    return Weighed(powers={voter: UNIT if voter in members else 0 for voter in voters})


def supply(params: Params) -> SupplyPlan:
    """One vote for each member."""
    members = yield from read_names(NAME, params)
    return UNIT * len(members)


STRATEGY = Strategy(NAME, VERSION, check_params, plan, counts=lambda _: frozenset(), supply=supply)
