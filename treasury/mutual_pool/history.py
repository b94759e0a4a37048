"""Histories of a pool as files: read strictly, run through the model, and told in the contract's own names.

Decides the form of `{"deploy_ts", "accounts", "steps"}`: what a step must say, and that time does not run backwards.
Keys that are not named here are ignored, so that a file of real transactions with its measured states can be read as
it is. What a step does is `contract`'s. An account labelled `wallet` is a contract: it can buy shares without cover and
withdraw, nothing else; an account of any other label is a person. Only `forward` may come from somebody without an
account, whose money is not followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, NoReturn

from chain.amount import AmountError, parse_base_units
from chain.json_text import loads
from treasury.mutual_pool.contract import apply
from treasury.mutual_pool.curve import buy_price
from treasury.mutual_pool.state import (
    DAY_SECONDS,
    Account,
    Buy,
    Cage,
    Claim,
    Event,
    Forward,
    Outcome,
    Player,
    Pool,
    Register,
    Upgrade,
    Withdraw,
    deploy,
)
from treasury.premiums import PremiumError

BYTES_MAX = 64 * 2**20
ACCOUNTS_MAX = 10_000
STEPS_MAX = 100_000
TIME_MAX = 10_000_000_000
"""Later than this is somebody's milliseconds."""
WALLET = "wallet"
_TOLD_EVERY = 500

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z", re.ASCII)
_LABEL_MAX = 64
_UINT256_MAX = 2**256 - 1


class History(NamedTuple):
    """A file, read: who takes part, and what they did."""

    deploy_ts: int
    accounts: tuple[Account, ...]
    events: tuple[Event, ...]


class StepResult(NamedTuple):
    """What one step did, without the state that it left: a long history has too many to keep."""

    received: int
    """Wei, as in `Outcome`."""
    revert: str | None

    @property
    def ok(self) -> bool:
        """Whether the step succeeded."""
        return self.revert is None


class Replay(NamedTuple):
    """A history, run."""

    results: tuple[StepResult, ...]
    """One a step, in order."""
    last: Pool
    before_end: Pool
    """The state before the transaction in which the contract saw the shutdown; the last one if it never did."""


def read_history(data: bytes) -> History:
    """Read a file. Raises `PremiumError` (`E_PREM_FILE`, `E_PREM_STEP`, with the number of the step), and `JsonError`
    for what is not JSON with one meaning.
    """
    document = loads(data, max_bytes=BYTES_MAX, allow_floats=True)
    if not isinstance(document, dict):
        raise PremiumError("E_PREM_FILE", "shape")
    for key in ("deploy_ts", "accounts", "steps"):
        if key not in document:
            raise PremiumError("E_PREM_FILE", "missing", key=key)
    deploy_ts, steps = document["deploy_ts"], document["steps"]
    if type(deploy_ts) is not int or not DAY_SECONDS <= deploy_ts <= TIME_MAX:
        raise PremiumError("E_PREM_FILE", "deploy_ts", found=deploy_ts)
    accounts = _accounts(document["accounts"])
    if not isinstance(steps, list):
        raise PremiumError("E_PREM_FILE", "steps")
    if len(steps) > STEPS_MAX:
        raise PremiumError("E_PREM_FILE", "many", key="steps", found=len(steps), limit=STEPS_MAX)
    return History(deploy_ts, accounts, tuple(_events(steps, frozenset(accounts), deploy_ts)))


def replay(history: History, told: Callable[[int, int], None] | None = None) -> Replay:
    """Run every step; one that the contract would revert changes nothing and is an outcome like any other.

    `told` is called now and then with the steps that are done, and with all there are.
    """
    pool = before_end = deploy(history.deploy_ts)
    results = []
    for outcome in states(history):
        results.append(StepResult(outcome.received, outcome.revert))
        if told is not None and len(results) % _TOLD_EVERY == 0:
            told(len(results), len(history.events))
        pool = outcome.pool
        if not pool.ended:
            before_end = pool
    return Replay(tuple(results), pool, before_end)


def states(history: History) -> Iterator[Outcome]:
    """Run a history and give every step's outcome with the state that it left."""
    pool = deploy(history.deploy_ts)
    for event in history.events:
        outcome = apply(pool, event)
        yield outcome
        pool = outcome.pool


def told_state(pool: Pool) -> dict[str, object]:
    """The contract's global variables, numbers as decimal strings."""
    return {
        "today": str(pool.today),
        "_now": str(pool.now),
        "end": str(pool.end),
        "ethOfShare": str(pool.eth_of_share),
        "shares": str(pool.shares),
        "issuedInsurance": str(pool.issued_insurance),
        "pool": str(pool.pool),
        "mask": str(pool.mask),
        "agents": str(pool.agents),
        "ended": pool.ended,
        "getBuyPrice": str(buy_price(pool.shares)),
        "totalSupply": str(pool.total_supply),
    }


def told_balances(pool: Pool) -> dict[str, str]:
    """Who holds how many wei."""
    return {name: str(wei) for name, wei in pool.balances._asdict().items()}


def told_player(player: Player) -> dict[str, object]:
    """The contract's `Player`."""
    return {
        "id": str(player.id),
        "name": player.name,
        "ref": str(player.ref),
        "isAgent": player.is_agent,
        "claimed": player.claimed,
        "eth": str(player.eth),
        "shares": str(player.shares),
        "units": str(player.units),
        "plyrLastSeen": str(player.plyr_last_seen),
        "mask": str(player.mask),
        "level": str(player.level),
        "accumulatedRef": str(player.accumulated_ref),
    }


def told_result(result: StepResult) -> dict[str, object]:
    """What one step did; `revert` is there only where it failed."""
    told: dict[str, object] = {"ok": result.ok, "received": str(result.received)}
    return told if result.ok else {**told, "revert": result.revert}


def told_expiring(expiring: Mapping[int, int]) -> dict[str, str]:
    """Units by their last covered day."""
    return {str(day): str(units) for day, units in sorted(expiring.items())}


def _accounts(found: object) -> tuple[Account, ...]:
    if not isinstance(found, dict):
        raise PremiumError("E_PREM_FILE", "accounts")
    if len(found) > ACCOUNTS_MAX:
        raise PremiumError("E_PREM_FILE", "many", key="accounts", found=len(found), limit=ACCOUNTS_MAX)
    seen: dict[str, str] = {}
    for label, address in found.items():
        if not label or len(label) > _LABEL_MAX or not label.isprintable():
            raise PremiumError("E_PREM_FILE", "label", label=label[:80])
        if not isinstance(address, str) or not _ADDRESS.match(address):
            raise PremiumError("E_PREM_FILE", "address", label=label, found=address)
        if (other := seen.setdefault(address.lower(), label)) != label:
            raise PremiumError("E_PREM_FILE", "twins", label=label, other=other)
    return tuple(found)


def _events(steps: list[object], accounts: frozenset[Account], deploy_ts: int) -> Iterator[Event]:
    last, caged = deploy_ts, False
    for number, step in enumerate(steps, 1):
        reader = _Step(number, step, accounts)
        event = reader.event(last)
        if isinstance(event, Cage):
            if caged:
                reader.refuse("caged")
            caged = True
        last = event.ts
        yield event


class _Step:
    """One step, key by key; every refusal names its number, counted from 1."""

    def __init__(self, number: int, step: object, accounts: frozenset[Account]) -> None:
        self.number = number
        self.accounts = accounts
        if not isinstance(step, dict):
            self.refuse("shape")
        self.step: dict[str, Any] = step

    def refuse(self, reason: str, **facts: object) -> NoReturn:
        raise PremiumError("E_PREM_STEP", reason, step=self.number, **facts)

    def event(self, last: int) -> Event:
        op, ts = self.value("op"), self.value("ts")
        if type(ts) is not int or not 0 <= ts <= TIME_MAX:
            self.refuse("ts", found=ts)
        if ts < last:
            self.refuse("order", found=ts, last=last)
        if op == "cage":
            return Cage(ts)
        actor = self.value("actor")
        if not isinstance(actor, str) or (actor not in self.accounts and op != "forward"):
            self.refuse("actor", found=actor)
        human = actor != WALLET
        match op:
            case "buy":
                return Buy(ts, actor, self.number_of("premium"), self.number_of("days"), self.agent(), human)
            case "register":
                return Register(ts, actor, self.text("name"), self.number_of("value"), human)
            case "upgrade":
                return Upgrade(ts, actor, human)
            case "withdraw":
                return Withdraw(ts, actor, human)
            case "claim":
                return Claim(ts, actor, human)
            case "forward":
                return Forward(ts, actor, human)
        return self.refuse("op", found=op)

    def value(self, key: str) -> object:
        if key not in self.step:
            self.refuse("missing", key=key)
        return self.step[key]

    def text(self, key: str) -> str:
        found = self.value(key)
        if not isinstance(found, str):
            self.refuse("text", key=key, found=found)
        return found

    def agent(self) -> Account | None:
        found = self.step.get("agent")
        if found is not None and (not isinstance(found, str) or found not in self.accounts):
            self.refuse("agent", found=found)
        return found

    def number_of(self, key: str) -> int:
        """A uint256, as decimal text or as a JSON integer."""
        found = self.value(key)
        if type(found) is int and 0 <= found <= _UINT256_MAX:
            return found
        try:
            return parse_base_units(found)
        except AmountError:
            self.refuse("number", key=key, found=found)
