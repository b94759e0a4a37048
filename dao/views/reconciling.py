"""The books held against a chain: which accounts lie where, at which block, and what is asked of the node.

Decides that funds which share a Safe are one place, because the chain knows one balance; that a fund's receivable lies
at its proxies; and that the block is the newest one that is final by the settings, where nobody named another. What a
difference means is decided by `treasury.reconcile`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chain.blocks import BlockRef
from chain.clients.node import Node
from chain.networks import DEVNET_CHAIN_ID
from governance.settings import FundSettings, Settings
from treasury.assets import asset_id, native, parse_asset
from treasury.book_lines import BookLine
from treasury.booking import component
from treasury.clients.holdings import Progress, read_held, read_stretches
from treasury.reconcile import Place, Reconciled, Stretch, booked_in, judge


class Asked(NamedTuple):
    """What somebody wants to know."""

    block: int | None = None
    """None: the newest final one."""
    since: int | None = None
    """First block to look at; None: the first that the books name."""
    in_full: bool = False
    """Whether every block is looked at although the totals agree."""
    progress: Progress | None = None


def places_of(settings: Settings, lines: Sequence[BookLine], chain_id: int) -> list[Place]:
    """Every account that lies on a chain, with every asset that the settings or the books name for it."""
    funds = [fund for fund in settings.funds if fund.chain_id == chain_id]
    found: list[Place] = []
    for safe in dict.fromkeys(fund.safe for fund in funds):
        sharing = [fund for fund in funds if fund.safe == safe]
        accounts = tuple(f"Assets:Safe:{component(fund.name)}" for fund in sharing)
        found += [Place(" ".join(accounts), accounts, chain_id, (safe,), asset) for asset in _assets(sharing, lines)]
    for fund in funds:
        proxies = tuple(source.address for source in fund.sources if source.kind == "premium_share")
        if proxies:
            account = f"Assets:Receivable:{component(fund.name)}"
            found.append(Place(account, (account,), chain_id, proxies, native(chain_id)))
    return found


def reconcile(
    node: Node, settings: Settings, lines: Sequence[BookLine], known: int, asked: Asked
) -> tuple[BlockRef, list[Reconciled]]:
    """Compare every place with the node's chain at one block; `known` is the newest block of the journal."""
    block = final_block(node, settings) if asked.block is None else node.block(asked.block).ref
    found: list[Reconciled] = []
    for place in places_of(settings, lines, block.chain_id):
        booked = booked_in(lines, place, block.number)
        held = read_held(node, place, block.number)
        stretches: list[Stretch] | None = []
        if asked.in_full or held != sum(booked.values()):
            named = [number for number in booked if number >= 0]
            first = min([*named, block.number] if asked.since is None else [*named, asked.since])
            stretches = read_stretches(node, place, sorted(booked), (first, block.number), asked.progress)
        found.append(judge(place, held, booked, stretches, known))
    node.expect_block(block)
    return block, found


def final_block(node: Node, settings: Settings) -> BlockRef:
    """The newest block that is deep enough to book, by the settings' depth."""
    chain = settings.chain(node.chain_id())
    depth = 0 if chain is None or chain.chain_id == DEVNET_CHAIN_ID else chain.finality_depth
    head = node.head().ref
    return node.block(max(0, head.number - depth)).ref if depth else head


def reorganised(node: Node, lines: Iterable[BookLine], taken_back: Iterable[str]) -> list[tuple[BookLine, BlockRef]]:
    """The entries that still stand and whose block is no longer the chain's, with the block that is there now."""
    gone, seen = set(taken_back), dict[int, BlockRef]()
    found = []
    for line in lines:
        ref = line.trace.block
        if ref is None or ref.chain_id != node.chain_id() or line.entry.id in gone:
            continue
        if ref.number not in seen:
            seen[ref.number] = node.block(ref.number).ref
        if seen[ref.number] != ref:
            found.append((line, seen[ref.number]))
    return found


def _assets(funds: Sequence[FundSettings], lines: Sequence[BookLine]) -> list[str]:
    """The assets of the settings first, then whatever else the books moved in these funds."""
    chain_id = funds[0].chain_id
    named = [asset_id(chain_id, asset.address) for fund in funds for asset in fund.assets]
    names = {fund.name for fund in funds}
    moved = sorted({p.asset for line in lines if line.entry.fund in names for p in line.entry.postings})
    return list(dict.fromkeys([*named, *(asset for asset in moved if parse_asset(asset).chain_id == chain_id)]))
