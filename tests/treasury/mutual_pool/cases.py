"""Vectors of the pool, and what several tests do with them: read them, run them, tell a state as it was measured."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from treasury.mutual_pool.contract import apply
from treasury.mutual_pool.history import told_balances, told_player, told_state
from treasury.mutual_pool.state import Event, Outcome, Pool

VECTORS = Path(__file__).parents[2] / "vectors" / "mutual"
_STEP_KEYS = {"buy": ("premium", "days", "agent"), "register": ("name", "value")}


def vector(name: str) -> Any:
    """One file of vectors."""
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))


def history_document() -> dict[str, Any]:
    """The condensed history as a file for `dao pool simulate`."""
    told = vector("history")
    steps = []
    for op, ts, actor, *rest in told["steps"]:
        step = {"op": op, "ts": ts} if op == "cage" else {"op": op, "ts": ts, "actor": actor}
        steps.append({**step, **dict(zip(_STEP_KEYS.get(op, ()), rest, strict=False))})
    return {"deploy_ts": told["deploy_ts"], "accounts": told["accounts"], "steps": steps}


def measured(row: list[Any]) -> tuple[bool, str, str]:
    """Success, wei received and digest of the state after one condensed step that is no shutdown."""
    ok, received, digest = row[-3:]
    return ok, received, digest


def digest(pool: Pool, accounts: tuple[str, ...]) -> str:
    """The digest of a state as it was taken from the chain."""
    players = {account: told_player(pool.player(account)) for account in accounts}
    units = {account: str(held) for account in accounts if (held := pool.current_unit(account))}
    text = json.dumps([told_state(pool), told_balances(pool), players, units], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def run(pool: Pool, *events: Event) -> Outcome:
    """Let events happen one after the other; the outcome of the last, whose state all of them made."""
    outcome = Outcome(pool)
    for event in events:
        outcome = apply(outcome.pool, event)
    return outcome
