"""`dao pool agent`: the ten tiers of agents, and where the agents of a history stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from dao.cli.answer import Answer
from dao.cli.text import columns, label, say, wrapped
from dao.cli.treasury.pool_told import advice, eth, run_file
from dao.sentences import escape
from treasury.mutual_pool.agents import LEVEL_MAX, TIERS, may_rise
from treasury.mutual_pool.state import Account, Player, Pool

EXAMPLES = (
    "dao pool agent",
    "dao pool agent history.json --json",
)


def command(
    file: Annotated[
        Path | None, typer.Argument(help="A history whose agents are shown.", metavar="FILE", show_default=False)
    ] = None,
) -> Answer:
    """Show the tiers with the contract's thresholds, and the agents of a history.

    An agent rises one level for each call of upgrade, never by itself. Thresholds are of referrals earned in a
    lifetime. Where the white paper prints another threshold, both are shown, and the contract rules. This is not
    insurance advice.
    """
    pool = run_file(file)[1].last if file is not None else None
    agents = [] if pool is None else [(pool.agent_by_id[n], pool) for n in sorted(pool.agent_by_id)]
    document = {
        "tiers": [
            {
                "level": tier.level,
                "name": tier.name,
                "percent": tier.percent,
                "requirement": str(tier.requirement),
                "white_paper": tier.white_paper,
            }
            for tier in TIERS
        ],
        "agents": [_agent(account, found) for account, found in agents],
    }
    return Answer(document, _lines(pool))


def _agent(account: Account, pool: Pool) -> dict[str, Any]:
    player = pool.player(account)
    return {
        "account": account,
        "id": str(player.id),
        "name": player.name,
        "names": sorted(name for name, owner in pool.agent_by_name.items() if owner == account),
        "level": player.level,
        "percent": TIERS[player.level - 1].percent,
        "accumulated_ref": str(player.accumulated_ref),
        "ref": str(player.ref),
        "may_upgrade": _may_upgrade(player),
    }


def _may_upgrade(player: Player) -> bool:
    return player.level < LEVEL_MAX and may_rise(player.level, player.accumulated_ref)


def _lines(pool: Pool | None) -> Iterator[str]:
    heads = [label(name) for name in ("level", "name", "percent", "requirement", "white_paper")]
    tiers = [
        [
            str(tier.level),
            f"{tier.name} {tier.chinese}",
            f"{tier.percent} %",
            eth(tier.requirement),
            f"{tier.white_paper} ETH",
        ]
        for tier in TIERS
    ]
    yield from columns([heads, *tiers], right=(0, 2, 3, 4))
    yield ""
    yield from wrapped(say("POOL", "tiers"))
    if pool is not None:
        yield ""
        yield from _agents(pool)
    yield from advice()


def _agents(pool: Pool) -> Iterator[str]:
    if not pool.agents:
        yield from wrapped(say("POOL", "no_agents"))
        return
    heads = [label(name) for name in ("number", "account", "name", "level", "lifetime")]
    rows = []
    for number in sorted(pool.agent_by_id):
        account = pool.agent_by_id[number]
        player = pool.player(account)
        level = f"{player.level} +" if _may_upgrade(player) else str(player.level)
        rows.append([str(number), escape(account), player.name, level, eth(player.accumulated_ref)])
    yield from columns([heads, *rows], right=(0, 4))
    if any(_may_upgrade(pool.player(account)) for account in pool.agent_by_id.values()):
        yield from wrapped(say("POOL", "may_upgrade"))
