"""What a node says somebody holds, block by block, in the form that `treasury.reconcile` judges.

Decides which blocks are looked at: those with a log that tells of a movement, those that the books name, and between
them the quiet ones as one stretch. A node that has forgotten old balances is believed no further: then there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from chain.clients.node import ChainLog, Node, NodeError
from chain.clients.token_read import read_balance
from treasury.assets import parse_asset
from treasury.income import TRANSFER
from treasury.reconcile import Place, Stretch

Progress = Callable[[int, int], None]


def read_held(node: Node, place: Place, number: int) -> int:
    """What all holders of a place have together at the end of a block, in base units."""
    token = parse_asset(place.asset).token
    if token is None:
        return sum(node.balance(holder, number) for holder in place.holders)
    return sum(read_balance(node, token, holder, number) for holder in place.holders)


def read_stretches(
    node: Node, place: Place, booked: Collection[int], blocks: tuple[int, int], progress: Progress | None = None
) -> list[Stretch] | None:
    """All blocks from the first to the last of two as stretches side by side; None where the node lacks old balances.

    `booked` are the blocks that the books name.
    """
    first, last = blocks
    logged = _moves(node, place, first, last)
    moving = sorted({*logged, *(block for block in booked if first <= block <= last)})
    token = parse_asset(place.asset).token
    found: list[Stretch] = []
    try:
        held = read_held(node, place, first - 1) if first else 0
        start = first
        for done, block in enumerate(moving, 1):
            before = read_held(node, place, block - 1) if block else 0
            if block > start:
                found.append(Stretch(start, block - 1, held, before, 0, is_quiet=True))
            held = read_held(node, place, block)
            found.append(Stretch(block, block, before, held, None if token is None else logged.get(block, 0)))
            start = block + 1
            if progress is not None:
                progress(done, len(moving))
        if start <= last:
            found.append(Stretch(start, last, held, read_held(node, place, last), 0, is_quiet=True))
    except NodeError as error:
        if (error.code, error.reason) != ("E_RPC_ANSWER", "pruned"):
            raise
        return None
    return found


def _moves(node: Node, place: Place, first: int, last: int) -> dict[int, int]:
    """What the logs of each block say came in, less what went out; of ether only which blocks have logs at all."""
    token = parse_asset(place.asset).token
    moves: dict[int, int] = {}
    for holder in place.holders:
        if token is None:
            for entry in node.logs(holder, [], first, last):
                moves.setdefault(entry.block.number, 0)
            continue
        word = bytes(12) + holder
        for sign, topics in ((1, [TRANSFER, None, word]), (-1, [TRANSFER, word])):
            for entry in node.logs(token, topics, first, last):
                moves[entry.block.number] = moves.get(entry.block.number, 0) + sign * _amount(entry)
    return moves


def _amount(entry: ChainLog) -> int:
    """The amount of a `Transfer`; a token that logs another form says nothing that could be compared."""
    return int.from_bytes(entry.log.data, "big") if len(entry.log.data) == 32 else 0
