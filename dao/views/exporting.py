"""The books of a journal as one value to export: entries, where each one's fact stands on a chain, names, prices.

Decides where a trace is read: from the leaf that an entry names as its source, and the receipt behind it. Whether
entries are right is decided by the checks; what a file of them looks like, by its writer.
"""

from __future__ import annotations

from pathlib import Path

from chain import dag_cbor
from chain.cid import CID
from chain.receipt import ReceiptProof, open_receipt
from dao.cli.files import read
from dao.record.checks_group import group_story
from dao.record.leaves import Leaf
from dao.store.journal import Journal
from dao.views.money import AssetLabel, books_of, labels_of
from governance.space import Settings
from treasury.book_lines import BookLine, Export, Trace
from treasury.commodities import commodities
from treasury.mutual_pool.premium_range import read_range
from treasury.prices import BYTES_MAX, PriceFile, read_prices


def export_of(journal: Journal, settings: Settings, prices: PriceFile | None = None) -> Export:
    """Read the books of a journal, each entry checked against those before it, with what steps of groups book."""
    rows = sorted([*books_of(journal).rows, *group_story(journal.leaves, journal.get).entries], key=lambda row: row[0])
    lines = tuple(
        BookLine(index=index, time=time, entry=entry, trace=trace_of(journal, journal.leaves[entry.source]))
        for index, time, entry in rows
    )
    labels = labels_of(settings)
    assets = sorted({posting.asset for line in lines for posting in line.entry.postings})
    known = {asset: labels.get(asset, AssetLabel("", 0)) for asset in assets}
    symbols = {asset: (label.symbol, label.decimals) for asset, label in known.items()}
    taken = () if prices is None else prices.currencies
    return Export(
        title=settings.space,
        prefix=settings.prefix,
        lines=lines,
        units=commodities(symbols, taken),
        prices=prices,
    )


def prices_in(path: Path | None) -> PriceFile | None:
    """Read the price file that somebody named."""
    return None if path is None else read_prices(read(path, BYTES_MAX))


def trace_of(journal: Journal, source: Leaf) -> Trace:
    """Where the fact of a leaf stands: its transaction, its log, and of a payment the SafeTx."""
    receipt, log, safe_tx = (source.body.get(name) for name in ("receipt", "log", "hash"))
    found = source.body.get("range")
    if isinstance(found, CID):  # premiums of many blocks, which are booked at the last one
        return Trace(block=read_range(found, journal.get).last)
    if not isinstance(receipt, CID):
        return Trace()
    proved = open_receipt(ReceiptProof.from_map(dag_cbor.decode(journal.get(receipt))))
    return Trace(
        safe_tx if isinstance(safe_tx, bytes) else b"",
        proved.transaction_hash,
        log if isinstance(log, int) else None,
        proved.header.ref(source.block.chain_id),
    )
