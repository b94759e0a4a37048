"""Books made up for the tests of exports, reconciling and reports."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from chain.blocks import BlockRef
from treasury.assets import erc20, native
from treasury.book_lines import BookLine, Export, Trace
from treasury.commodities import commodities
from treasury.ledger import Entry, Posting
from treasury.prices import PriceFile

ETH = native(1)
TOKEN = erc20(1, bytes.fromhex("6b175474e89094c44da98b954eedeac495271d0f"))
OTHER = erc20(10, bytes.fromhex("6b175474e89094c44da98b954eedeac495271d0f"))
DAY = 86_400
SYMBOLS = {ETH: ("ETH", 18), TOKEN: ("DAI", 18), OTHER: ("USDC", 6)}


def line(index: int, amount: int, *, asset: str = ETH, block: int | None = None, day: int = 20_000) -> BookLine:
    """A gift of some amount, or a loss where it is below zero."""
    postings = (Posting("Assets:Safe:IIP", asset, amount), Posting("Income:Donations:IIP", asset, -amount))
    entry = Entry(id=f"donation/1:{index}", source=index, rule="donation/1", fund="iip", postings=postings)
    place = None if block is None else BlockRef(1, block, block.to_bytes(32, "big"))
    return BookLine(index=index, time=day * DAY, entry=entry, trace=Trace(transaction=b"\1" * 32, block=place))


def export(
    *lines: BookLine, symbols: dict[str, tuple[str, int]] | None = None, prices: PriceFile | None = None
) -> Export:
    named = commodities(symbols or SYMBOLS, () if prices is None else prices.currencies)
    return Export(title='3f "dao"\n', prefix="IIP", lines=lines, units=named, prices=prices)


def bean_check(text: str, folder: Path) -> list[str]:
    """What `bean-check` has to say of a file: nothing where all is right."""
    program = shutil.which("bean-check", path=str(Path(sys.executable).parent))
    assert program is not None, "`make setup` installs Beancount"
    path = folder / "books.beancount"
    path.write_text(text, "utf-8")
    found = subprocess.run([program, "--no-cache", str(path)], capture_output=True, text=True, check=False)
    told = [told for told in (found.stdout + found.stderr).splitlines() if str(path) in told]
    assert bool(told) == bool(found.returncode), found
    return [one.rpartition(f"{path}:")[2] for one in told]
