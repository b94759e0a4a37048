"""What a new space begins with: a few answers, and a sensible value wherever nobody asked for another.

Decides the defaults for a small DAO and how answers become the values of settings. What a person was asked, and what a
chain said of Safe and token, is the command's; whether the values make settings is decided by `settings_text`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chain import amount
from chain.address import checksum
from governance.errors import GovernanceError
from governance.settings import Asset, BalanceProof, Reviewers, Source, StrategySettings, Threshold
from governance.settings_text import VERSION

DAY = 86_400
DELAY, PERIOD, SNAPSHOT_AGE = DAY, 5 * DAY, DAY
TIMELOCK, GRACE, NOTICE = 2 * DAY, 14 * DAY, 7 * DAY
"""Seconds. The notice is longer than delay and period together: a vote under the rules that holders know still fits."""
QUORUM_PERCENT = 20
MAJORITY = Threshold(1, 2)
NO_REVIEWERS = Reviewers((), 0)
CHOICES = ("For", "Against", "Abstain")
BODY_MAX, PARTS_MAX = 10_000, 20
"""The body's is Snapshot's own."""


class PlanError(GovernanceError):
    """An answer from which no settings can be made (`E_RULE_UNSAFE`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a new space needs to be told; all times in seconds, all power in 1e-18."""

    space: str
    chain_id: int
    finality_depth: int
    safe: bytes
    safe_version: str
    journal_key: bytes
    coin: str
    """Symbol of the chain's native coin, with 18 decimals."""
    prefix: str = "IIP"
    fund: str = "treasury"
    assets: tuple[Asset, ...] = ()
    """Beside the coin."""
    sources: tuple[Source, ...] = ()
    strategy: StrategySettings | None = None
    """None: still to be named, and the draft is no settings until it is."""
    quorum: int | None = None
    threshold: Threshold = MAJORITY
    proposers: tuple[bytes, ...] = ()
    reviewers: Reviewers = NO_REVIEWERS
    delay: int = DELAY
    period: int = PERIOD
    timelock: int = TIMELOCK
    grace: int = GRACE
    notice: int = NOTICE


def origin_of(journal_key: bytes) -> str:
    """Name a local journal after its key."""
    return f"mutual-dao/{journal_key.hex()[:16]}"


def plan_values(plan: Plan) -> dict[str, Any]:
    """Spell a plan as the values of settings, in the order in which a person reads them."""
    safe = checksum(plan.safe)
    assets = (Asset(None, 18, plan.coin), *plan.assets)
    return {
        "version": VERSION,
        "space": plan.space,
        "prefix": plan.prefix,
        "venue": "journal",
        "admission": "strict",
        "journal": {"key": plan.journal_key.hex(), "origin": origin_of(plan.journal_key)},
        "chains": [{"chain_id": plan.chain_id, "finality_depth": plan.finality_depth}],
        "safes": [{"chain_id": plan.chain_id, "address": safe, "version": plan.safe_version}],
        "funds": [
            {
                "name": plan.fund,
                "chain_id": plan.chain_id,
                "safe": safe,
                "assets": [_asset(asset) for asset in assets],
                "sources": [{"address": checksum(source.address), "kind": source.kind} for source in plan.sources],
            }
        ],
        "strategies": [] if plan.strategy is None else [_strategy(plan.strategy)],
        "proposers": [checksum(address) for address in plan.proposers],
        "choices": list(CHOICES),
        "quorum": {"kind": "all_choices", "minimum": None if plan.quorum is None else str(plan.quorum)},
        "threshold": {"numerator": plan.threshold.numerator, "denominator": plan.threshold.denominator},
        "voting": {"delay": plan.delay, "period": plan.period, "max_snapshot_age": SNAPSHOT_AGE},
        "timelock": plan.timelock,
        "grace": plan.grace,
        "notice": plan.notice,
        "reviewers": {
            "addresses": [checksum(address) for address in plan.reviewers.addresses],
            "required": plan.reviewers.required,
        },
        "guardian": None,
        "disputes": {"panel": [], "required": 0, "seconds": 0},
        "housekeeping": [],
        "limits": {"body": BODY_MAX, "parts": PARTS_MAX},
    }


def percent_of(supply: int, percent: str) -> int:
    """Return so many percent of a supply, rounded up, so that the quorum is never below what was asked."""
    parts = amount.parse(percent, 4)
    if not 0 < parts <= 100 * 10**4:
        raise PlanError("E_RULE_UNSAFE", "quorum_percent", percent=percent)
    return -(-supply * parts // 10**6)


def _asset(asset: Asset) -> dict[str, object]:
    address = None if asset.address is None else checksum(asset.address)
    return {"symbol": asset.symbol, "address": address, "decimals": asset.decimals}


def _strategy(strategy: StrategySettings) -> dict[str, object]:
    proof = strategy.proof
    spelled: dict[str, str] | None = None
    if isinstance(proof, BalanceProof):
        spelled = {"layout": proof.layout, "slot": str(proof.slot), "code_hash": "0x" + proof.code_hash.hex()}
    elif proof is not None:
        spelled = {"layout": "account"}
    return {
        "name": strategy.name,
        "version": strategy.version,
        "chain_id": strategy.chain_id,
        "params": dict(strategy.params),
        "proof": spelled,
    }
