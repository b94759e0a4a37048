"""What of a token could vote at a block: asked of a node, told, and written as the evidence that settings name.

Decides nothing about who should vote: wallets of unvested grants are left out, and whomever the caller names. All reads
are at one block, and nothing is proved; a strategy `excluding` reads the same for a vote, with its evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chain.address import checksum
from chain.clients.node import Node
from chain.clients.node_values import BlockInfo
from chain.clients.token_read import read_balance, read_token
from dao.cli.text import columns, say, wrapped
from dao.cli.treasury.vesting_plan import Chosen
from treasury.allocation import PlanError
from treasury.circulation import Votable, circulation
from treasury.vesting_check import need_token


class Asked(NamedTuple):
    """What a node said, and of which block."""

    block: BlockInfo
    votable: Votable


def ask_votable(chosen: Chosen, node: Node, others: Sequence[bytes], number: int | None) -> Asked:
    """Read supply and the balances of who shall not vote; the plan is asked about the time of the block."""
    token = need_token(chosen.plan)
    block = node.head() if number is None else node.block(number)
    at = block.ref.number
    found = read_token(node, token, at)
    if found.decimals != chosen.plan.decimals:
        raise PlanError("E_PLAN", "decimals_differ", name=chosen.plan.name, decimals=found.decimals)
    unvested = circulation(chosen.plan, chosen.tge, block.timestamp).unvested
    who = sorted({*unvested, *others})
    held = tuple((holder, read_balance(node, token, holder, at)) for holder in who)
    node.expect_block(block.ref)
    return Asked(block, Votable(found.supply, held))


def votable_document(asked: Asked) -> dict[str, object]:
    """As JSON, amounts in base units."""
    return {
        "block": asked.block.ref.number,
        "block_hash": "0x" + asked.block.ref.hash.hex(),
        "supply": str(asked.votable.supply),
        "excluded": [{"address": checksum(who), "held": str(held)} for who, held in asked.votable.excluded],
        "votable": str(asked.votable.units),
    }


def votable_lines(chosen: Chosen, asked: Asked) -> Iterator[str]:
    """For people."""
    yield ""
    yield from wrapped(say("VESTING", "votable_at", block=asked.block.ref.number, at=asked.block.timestamp))
    held = [(checksum(who), f"-{chosen.spell(units)}") for who, units in asked.votable.excluded]
    table = [(say("VESTING", "supply"), chosen.spell(asked.votable.supply)), *held,
             (say("VESTING", "votable"), chosen.spell(asked.votable.units))]  # fmt: skip
    yield from columns(table, right=(1,))


def excluded_file(who: Sequence[bytes]) -> bytes:
    """Spell addresses as the files that strategies name: one a line, each once, in their order as numbers."""
    if not who:
        raise PlanError("E_PLAN", "nobody_excluded")
    return "".join(f"{checksum(address)}\n" for address in sorted(set(who))).encode()
