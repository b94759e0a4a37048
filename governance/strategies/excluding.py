"""excluding: other strategies, but for addresses that shall not vote: a treasury, a vesting contract, an exchange.

Who is excluded weighs nothing, and what he holds is taken off the supply as well, so that a quorum of a fraction of the
supply counts only what can vote. The list stands in the settings or in files that they name by CID, so it is evidence
like everything else. Around `delegation` it keeps an address from voting; inside it keeps its power from being lent.
"""

from __future__ import annotations

from collections.abc import Sequence

from governance.strategies import inner
from governance.strategies.named import check_names, read_names
from governance.strategies.parameters import refuse
from governance.strategies.strategy import Params, Plan, Strategy, SupplyPlan, Weighed

NAME = "excluding"
VERSION = 1


def check_params(params: Params) -> None:
    """Refuse anything but `strategies` and one of `addresses` and `files`."""
    if len(params) != 2 or "strategies" not in params:
        refuse(NAME, "strategies beside addresses or files")
    check_names(NAME, params)
    inner.check_inner(NAME, params)


def plan(params: Params, voters: Sequence[bytes]) -> Plan:
    """Ask only about those who may vote."""
    excluded = yield from read_names(NAME, params)
    held = yield from inner.weigh(params, [voter for voter in voters if voter not in excluded])
    return Weighed(powers={voter: held.powers.get(voter, 0) for voter in voters}, notes=held.notes)


def supply(params: Params) -> SupplyPlan:
    """The supply less what the excluded hold."""
    excluded = yield from read_names(NAME, params)
    held = yield from inner.weigh(params, sorted(excluded))
    total = yield from inner.supply(params)
    return max(0, total - sum(held.powers.values()))


STRATEGY = Strategy(NAME, VERSION, check_params, plan, counts=inner.counts, supply=supply)
