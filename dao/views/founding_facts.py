"""What a chain says of settings before they are signed: the tokens they name, who holds votes, whose keys lie here.

Decides nothing that the settings' own reader decides. A token whose decimals or balances are not as the settings say is
an error, because every count of votes and every payment would be wrong by it; another symbol is a warning.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from chain.address import ZERO
from chain.clients import token_read
from chain.clients.node import Node
from chain.finding import Finding
from chain.safe_state import SafeState
from dao.evidence import find_evidence
from dao.views.duties import Facts
from dao.views.keystores import names_in
from dao.workflow.power_evidence import reader
from dao.workspace import Workspace
from governance import strategies
from governance.attested import run, supply_plan
from governance.settings import BalanceProof, Settings, StrategySettings
from governance.strategies.inner import has_supply
from governance.strategies.strategy import Storage


def gather(
    workspace: Workspace, node: Node, settings: Settings, state: SafeState, also: Collection[bytes] = ()
) -> Facts:
    """Read what is needed to say who holds which duty, at the block of the Safe's state."""
    keys_here = frozenset(names_in(workspace.keys))
    people = {*also, *keys_here, *state.owners, *settings.proposers, *settings.reviewers.addresses, state.safe}
    voters, number = sorted(people), state.block.number
    powers = dict.fromkeys(voters, 0)
    inside = dict[bytes, int]()
    supply: int | None = 0
    counted = [strategies.find(each.name, each.version).counts(each.params) - {ZERO} for each in settings.strategies]
    ask = reader(node, state.block, lambda cid: find_evidence(workspace.evidence, cid))
    for own, strategy in zip(counted, settings.strategies, strict=True):
        method = strategies.find(strategy.name, strategy.version)
        for voter, power in run(method.plan(strategy.params, voters), ask).powers.items():
            powers[voter] += power
        others = sorted(frozenset[bytes]().union(*counted) - own)
        for contract, power in run(method.plan(strategy.params, others), ask).powers.items() if others else ():
            inside[contract] = inside.get(contract, 0) + power
        is_known = supply is not None and has_supply(method, strategy.params)
        supply = supply + run(supply_plan(strategy), ask) if supply is not None and is_known else None
    return Facts(
        settings=settings,
        state=state,
        powers=powers,
        inside=inside,
        supply=supply,
        contracts=token_read.contracts_among(node, people - {state.safe}, number),
        keys_here=keys_here,
        writes_journal=workspace.is_writer,
    )


def token_findings(node: Node, facts: Facts) -> Iterator[Finding]:
    """Hold every token that the settings name against the chain."""
    number = facts.state.block.number
    for place, address, decimals, symbol in _tokens(facts.settings):
        token = token_read.read_token(node, address, number)
        if token.decimals != decimals:
            told = {"token": address, "expected": token.decimals, "found": decimals}
            yield Finding(code="E_TOKEN", reason="other_decimals", place=place, facts=told)
        if token.symbol != symbol:
            told = {"token": address, "expected": token.symbol, "found": symbol}
            yield Finding(code="W_TOKEN", level="warning", reason="other_symbol", place=place, facts=told)
    for n, strategy in enumerate(facts.settings.strategies, 1):
        method = strategies.find(strategy.name, strategy.version)
        if isinstance(strategy.proof, BalanceProof) and method.storage is not None:
            yield from _misplaced(node, facts, strategy, Rule(method.storage, strategy.proof, f"strategies[{n}].proof"))


def _tokens(settings: Settings) -> Iterator[tuple[str, bytes, object, object]]:
    for n, strategy in enumerate(settings.strategies, 1):
        method = strategies.find(strategy.name, strategy.version)
        params = strategy.params
        if method.token is not None:
            yield f"strategies[{n}]", method.token(params), params["decimals"], params["symbol"]
    for n, fund in enumerate(settings.funds, 1):
        for m, asset in enumerate(fund.assets, 1):
            if asset.address is not None:
                yield f"funds[{n}].assets[{m}]", asset.address, asset.decimals, asset.symbol


class Rule(NamedTuple):
    """How the settings say that balances lie in storage, and where they say it."""

    storage: Storage
    proof: BalanceProof
    place: str


def _misplaced(node: Node, facts: Facts, strategy: StrategySettings, rule: Rule) -> Iterator[Finding]:
    """Whether the balances lie where the settings say, behind the code that they name."""
    storage, proof, place = rule
    token, number = storage.contract(strategy.params), facts.state.block.number
    voters = [who for who, power in facts.powers.items() if power]
    balances = {who: token_read.read_balance(node, token, who, number) for who in voters}
    found = token_read.read_words(node, token, storage.slots(strategy.params, proof, voters), number)
    if found.code_hash != proof.code_hash:
        told = {"token": token, "expected": found.code_hash, "found": proof.code_hash}
        yield Finding(code="E_TOKEN", reason="other_code", place=place, facts=told)
    elif found.words != tuple(balances[who] for who in voters):
        yield Finding(code="E_TOKEN", reason="other_place", place=place, facts={"token": token})
