"""What a chain says of settings before they are signed: the tokens they name, who holds votes, whose keys lie here.

Decides nothing that the settings' own reader decides. A token whose decimals or balances are not as the settings say is
an error, because every count of votes and every payment would be wrong by it; another symbol is a warning.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from chain.clients import token_read
from chain.clients.multicall import Read
from chain.clients.node import Node
from chain.finding import Finding
from chain.safe_state import SafeState
from dao.views.duties import Facts
from dao.views.keystores import names_in
from dao.workspace import Workspace
from governance import strategies
from governance.settings import Settings, StrategySettings


def gather(
    workspace: Workspace, node: Node, settings: Settings, state: SafeState, also: Collection[bytes] = ()
) -> Facts:
    """Read what is needed to say who holds which duty, at the block of the Safe's state."""
    keys_here = frozenset(names_in(workspace.keys))
    people = {*also, *keys_here, *state.owners, *settings.proposers, *settings.reviewers.addresses, state.safe}
    voters, number = sorted(people), state.block.number
    powers = dict.fromkeys(voters, 0)
    supply = 0
    for strategy in settings.strategies:
        method = strategies.find(strategy.name, strategy.version)
        answers = node.read_many([Read(*read) for read in method.reads(strategy.params, voters)], number)
        for voter, power in method.powers(strategy.params, voters, answers).items():
            powers[voter] += power
        token = token_read.read_token(node, method.contract(strategy.params), number)
        supply += method.weigh(strategy.params, token.supply)
    return Facts(
        settings=settings,
        state=state,
        powers=powers,
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
        if strategy.proof is not None:
            yield from _misplaced(node, facts, strategy, f"strategies[{n}].proof")


def _tokens(settings: Settings) -> Iterator[tuple[str, bytes, object, object]]:
    for n, strategy in enumerate(settings.strategies, 1):
        method = strategies.find(strategy.name, strategy.version)
        params = strategy.params
        yield f"strategies[{n}]", method.contract(params), params["decimals"], params["symbol"]
    for n, fund in enumerate(settings.funds, 1):
        for m, asset in enumerate(fund.assets, 1):
            if asset.address is not None:
                yield f"funds[{n}].assets[{m}]", asset.address, asset.decimals, asset.symbol


def _misplaced(node: Node, facts: Facts, strategy: StrategySettings, place: str) -> Iterator[Finding]:
    """Whether the balances lie where the settings say, behind the code that they name."""
    proof = strategy.proof
    assert proof is not None, "asked only where there is one"
    method = strategies.find(strategy.name, strategy.version)
    token, number = method.contract(strategy.params), facts.state.block.number
    voters = [who for who, power in facts.powers.items() if power]
    balances = {who: token_read.read_balance(node, token, who, number) for who in voters}
    found = token_read.read_words(node, token, method.slots(strategy.params, proof, voters), number)
    if found.code_hash != proof.code_hash:
        told = {"token": token, "expected": found.code_hash, "found": proof.code_hash}
        yield Finding(code="E_TOKEN", reason="other_code", place=place, facts=told)
    elif found.words != tuple(balances[who] for who in voters):
        yield Finding(code="E_TOKEN", reason="other_place", place=place, facts={"token": token})
