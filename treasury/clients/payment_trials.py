"""Payments tried on a chain as it is: which tokens do not do what a payment says, and what gas a transfer takes.

Decides how many payments are tried in one question, and that none is judged in the company of one that burns all gas.
What a problem is, `treasury.trial` decides. Where the node lends no code nothing is tried, and nothing found.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from chain.clients.node import CallReverted, Node, NodeError
from chain.clients.safe_dry_run import run_steps
from chain.keccak import keccak256
from chain.trial_program import BALANCE, Step
from proposals.calls import erc20_transfer
from proposals.parts import Part
from treasury.trial import ROW, row_problem, try_row

AT_ONCE = 40

_NOBODY = keccak256(b"mutual-dao: a payee who holds nothing")[12:]
_OF_A_TRANSACTION = 21_000

Problems = Mapping[int, tuple[str, Mapping[str, object]]]
"""What is wrong with a payment (see `row_problem`), by its place among the calls, from 0."""


def try_payments(node: Node, part: Part, number: int) -> Problems:
    """Try every payment of tokens among calls that are payments all, on the state after a block."""
    tokens = [place for place, call in enumerate(part.calls) if call.data]
    if not tokens or run_steps(node, part.safe, [Step(BALANCE)], number) is None:
        return {}
    found: dict[int, tuple[str, Mapping[str, object]]] = {}
    waiting = [tokens[start : start + AT_ONCE] for start in range(0, len(tokens), AT_ONCE)]
    while waiting:
        chunk = waiting.pop()
        told = run_steps(node, part.safe, [step for place in chunk for step in try_row(part, place + 1)], number)
        if told is None and len(chunk) > 1:
            waiting += [chunk[: len(chunk) // 2], chunk[len(chunk) // 2 :]]
            continue
        for at, place in enumerate(chunk):
            problem = row_problem(part, place + 1, told[at * ROW : (at + 1) * ROW]) if told else ("balance", {})
            if problem is not None:
                found[place] = problem
    return found


def transfer_costs(node: Node, safe: bytes, tokens: Collection[bytes]) -> dict[bytes, int]:
    """Gas that a transfer to a new holder takes, a quarter added; without tokens that nobody could measure now."""
    found = {}
    for token in tokens:
        try:
            gas = node.estimate_gas(safe, token, 0, erc20_transfer(token, _NOBODY, 1).data)
        except (CallReverted, NodeError):
            continue
        found[token] = max(gas - _OF_A_TRANSACTION, 0) * 5 // 4
    return found
