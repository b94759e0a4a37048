"""What a new space stands on: a chain, a Safe on it, the token of its votes, the contracts that bring it money.

A `Ground` says what is there, wherever it came from: made on a new devnet (`init_devnet`) or read through a node
(`init_safe`). From it and the answers the plan of the settings is made here, each value with its origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chain.address import checksum
from chain.address import parse as parse_address
from chain.clients.token_read import BalancePlace, Token
from chain.errors import ChainError
from chain.networks import coin_symbol
from chain.safe_state import SafeState
from dao.cli.start.init_answers import Answers, read_duration, read_majority, read_quorum
from dao.errors import UsageError
from governance import settings_plan as plans
from governance.settings import Asset, BalanceProof, Reviewers, Source, StrategySettings
from governance.settings_plan import Plan
from governance.strategies import erc20_balance_of

Origin = Literal["asked", "chain", "made", "default", "draft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What stands on the chain."""

    state: SafeState
    version: str
    finality_depth: int
    token: Token | None
    place: BalancePlace | None
    assets: tuple[Token, ...] = ()
    """Beside the coin and the votes token."""
    source: bytes | None = None
    """The contract that forwards the IIP share."""
    names: Mapping[str, bytes]
    """The people that can be called by name."""


def plan_of(answers: Answers, ground: Ground, journal_key: bytes) -> Plan:
    """Put answers, ground and defaults together."""
    reviewers = tuple(person(name, ground.names) for name in answers.reviewers)
    required = answers.reviews or (len(reviewers) // 2 + 1 if reviewers else 0)
    if required > len(reviewers):
        raise UsageError("E_RULE_UNSAFE", "committee", committee="reviewers", required=required, members=len(reviewers))
    tokens = [] if ground.token is None else [ground.token]
    tokens += [token for token in ground.assets if token.address not in {known.address for known in tokens}]
    return Plan(
        space=answers.space,
        chain_id=ground.state.chain_id,
        finality_depth=ground.finality_depth,
        safe=ground.state.safe,
        safe_version=ground.version,
        journal_key=journal_key,
        coin=coin_symbol(ground.state.chain_id),
        prefix=answers.prefix or "IIP",
        fund=answers.fund or "treasury",
        assets=tuple(Asset(token.address, token.decimals, token.symbol) for token in tokens),
        sources=() if ground.source is None else (Source(ground.source, "premium_share"),),
        strategy=None if ground.token is None else _strategy(ground.token, ground),
        quorum=_quorum(answers, ground.token),
        threshold=read_majority(answers.majority, plans.MAJORITY),
        proposers=tuple(person(name, ground.names) for name in answers.proposers),
        reviewers=Reviewers(reviewers, required),
        delay=read_duration(answers.delay, plans.DELAY),
        period=read_duration(answers.period, plans.PERIOD),
        timelock=read_duration(answers.timelock, plans.TIMELOCK),
        grace=read_duration(answers.grace, plans.GRACE),
        notice=read_duration(answers.notice, plans.NOTICE),
    )


def person(text: str, names: Mapping[str, bytes]) -> bytes:
    """Find somebody by the name of a keystore, or read an address."""
    if text in names:
        return names[text]
    try:
        return parse_address(text)
    except ChainError:
        if text.startswith("0x"):
            raise UsageError("E_ADDRESS", "form", address=text) from None
        raise UsageError("E_USAGE", "person", name=text, known=sorted(names)) from None


def origins(answers: Answers) -> dict[str, Origin]:
    """Say of each setting that people are shown where its value comes from."""
    on_chain: Origin = "made" if answers.devnet else "chain"
    typed = {
        "space": answers.space, "prefix": answers.prefix, "funds": answers.fund, "proposers": answers.proposers,
        "quorum.minimum": answers.quorum, "threshold": answers.majority, "voting.delay": answers.delay,
        "voting.period": answers.period, "timelock": answers.timelock, "grace": answers.grace,
        "notice": answers.notice, "reviewers": answers.reviewers,
    }  # fmt: skip
    found: dict[str, Origin] = {path: "asked" if value else "default" for path, value in typed.items()}
    journal: Origin = "asked" if answers.journal_key else "made"
    return {**found, "safes": on_chain, "strategies": on_chain, "journal": journal}


def _quorum(answers: Answers, token: Token | None) -> int | None:
    if token is None:
        return None
    supply = erc20_balance_of.weigh({"decimals": token.decimals}, token.supply)
    return read_quorum(answers.quorum or f"{plans.QUORUM_PERCENT}%", supply)


def _strategy(token: Token, ground: Ground) -> StrategySettings:
    place = ground.place
    return StrategySettings(
        chain_id=ground.state.chain_id,
        name=erc20_balance_of.NAME,
        version=erc20_balance_of.VERSION,
        params={"address": checksum(token.address), "decimals": token.decimals, "symbol": token.symbol},
        proof=None if place is None else BalanceProof(place.code_hash, place.layout, place.slot),
    )
