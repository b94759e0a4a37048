"""A new space around a Safe that exists: everything about it is read through a node, and unknown code is refused.

Decides what is asked of the chain, and that nothing of a devnet is let in: neither its chain, nor owners whose keys
everybody has. What makes a Safe fit to be a treasury is decided by `dao.workflow.founding`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from chain.address import checksum
from chain.clients import token_read
from chain.clients.node import Node
from chain.clients.token_read import BalancePlace, Token
from chain.networks import DEVNET_CHAIN_ID
from chain.signature import address_of
from dao.cli.start.init_answers import Answers, Named, is_symbol, read_contract, read_place
from dao.cli.start.init_ground import Ground, person
from dao.cli.workspace.key_files import public_keys
from dao.connect import ConnectError, node_behind
from dao.errors import UsageError
from dao.workflow.founding import Treasury, read_treasury
from dao.workspace import is_variable

FINALITY_DEPTH = 64
"""Blocks: two epochs of Ethereum, after which a block is final when all is well."""


def check(answers: Answers) -> None:
    """Refuse what cannot be read, before anything is asked."""
    if answers.owners or answers.threshold or answers.start:
        raise UsageError("E_USAGE", "safe_only")
    if not answers.safe or not answers.rpc_env:
        raise UsageError("E_USAGE", "safe_and_node")
    if not is_variable(answers.rpc_env):
        raise UsageError("E_USAGE", "variable")  # what was typed is not told: it may be the URL itself
    read_place(answers.safe)
    for contract in [*([answers.token] if answers.token else []), *answers.assets]:
        read_contract(contract)
    if answers.iip_share:
        read_contract(answers.iip_share)
    if answers.quorum and not answers.token:
        raise UsageError("E_USAGE", "quorum_without_token")


def reach(answers: Answers) -> Node:
    """Reach the node, on the chain that the Safe's prefix names if it has one."""
    chain_id = read_place(answers.safe).chain_id
    if chain_id == DEVNET_CHAIN_ID:
        raise ConnectError("E_DEVNET", "served", chain_id=chain_id)
    return node_behind(answers.rpc_env, chain_id)


def treasury_of(node: Node, answers: Answers, number: int) -> Treasury:
    """Prove the Safe's configuration, and refuse owners who are everybody."""
    treasury = read_treasury(node, read_place(answers.safe).address, number)
    everybody = {address_of(key) for key in public_keys()}
    for owner in treasury.state.owners:
        if owner in everybody:
            raise ConnectError("E_DEVNET", "owner", owner=owner)
    return treasury


def survey(node: Node, answers: Answers, names: Mapping[str, bytes]) -> Ground:
    """Read the Safe, the tokens, and where the votes token keeps its balances."""
    number = node.head().ref.number
    treasury = treasury_of(node, answers, number)
    state = treasury.state
    token, place = None, None
    if answers.token:
        token = _token(node, read_contract(answers.token), number)
        people = [*answers.proposers, *answers.reviewers, *answers.holders]
        known = {*state.owners, state.safe, token.address, *(person(name, names) for name in people)}
        place = _place(node, token, known, number)
    source = read_contract(answers.iip_share).address if answers.iip_share else None
    if source is not None and not node.code(source, number):
        raise UsageError("E_TOKEN", "no_source", source=source)
    return Ground(
        state=state,
        version=treasury.version,
        finality_depth=FINALITY_DEPTH,
        token=token,
        place=place,
        assets=tuple(_token(node, read_contract(asset), number) for asset in answers.assets),
        source=source,
        names=names,
    )


def _token(node: Node, named: Named, number: int) -> Token:
    """Read a token under its own symbol, or under the one that was given because its own cannot stand in settings."""
    token = token_read.read_token(node, named.address, number)
    if not named.symbol and not is_symbol(token.symbol):
        raise UsageError("E_TOKEN", "symbol", token=checksum(token.address), symbol=token.symbol)
    return token._replace(symbol=named.symbol or token.symbol)


def _place(node: Node, token: Token, known: Collection[bytes], number: int) -> BalancePlace | None:
    balances = {who: token_read.read_balance(node, token.address, who, number) for who in known}
    return token_read.find_balances(node, token.address, balances, number)
