"""`dao pool simulate`: a history of the mutual's pool, run to the wei."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dao.cli.answer import Answer
from dao.cli.text import counted, say, wrapped
from dao.cli.treasury.pool_told import File, advice, dashboard, last_time, run_file
from treasury.mutual_pool.figures import figures
from treasury.mutual_pool.history import (
    History,
    Replay,
    told_balances,
    told_expiring,
    told_player,
    told_result,
    told_state,
)
from treasury.mutual_pool.state import DAY_SECONDS

EXAMPLES = (
    "dao pool simulate history.json",
    "dao pool simulate history.json --json",
)


def command(file: File) -> Answer:
    """Run a history of purchases, agents, withdrawals, a shutdown and claims as the contract would.

    FILE is JSON: `deploy_ts`, `accounts` (label to address) and `steps`. A step that the contract would revert is told
    as such and changes nothing; a file that could not have happened is refused. This is not insurance advice.
    """
    history, replayed = run_file(file)
    return Answer(_document(history, replayed), _lines(history, replayed))


def _document(history: History, replayed: Replay) -> dict[str, Any]:
    pool = replayed.last
    held = {account: pool.current_unit(account) for account in history.accounts}
    return {
        "steps": [told_result(result) for result in replayed.results],
        "state": told_state(pool),
        "balances": told_balances(pool),
        "players": {account: told_player(pool.player(account)) for account in history.accounts},
        "current_units": {account: str(units) for account, units in held.items() if units},
        "dividends": {account: str(pool.dividends(account)) for account in history.accounts},
        "unit_to_expire": told_expiring(pool.unit_to_expire),
    }


def _lines(history: History, replayed: Replay) -> Iterator[str]:
    reverted = sum(not result.ok for result in replayed.results)
    yield from wrapped(say("POOL", "ran", steps=counted(len(replayed.results), "step"), reverted=reverted))
    yield ""
    yield from dashboard(figures(replayed.last, last_time(history) // DAY_SECONDS))
    yield from advice()
