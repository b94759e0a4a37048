"""The books as a journal of hledger, exact to 255 decimals: `hledger check`, `balance` and `register` read it.

Decides the spelling: the commodities with their decimals, accounts, one transaction an entry with its facts as tags,
market prices, and at the end one assertion for every account and asset. Names are those of `treasury.commodities`, in
quotes, because hledger wants them around digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chain.amount import spell
from proposals.times import spell_day
from treasury.book_lines import BookLine, Export
from treasury.prices import PLACES

_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029,;]")
"""Would end a tag, a comment or a line."""


def hledger(export: Export) -> str:
    """Spell the books."""
    blocks = [
        list(_head(export)),
        *(list(_transaction(line, export)) for line in export.lines),
        list(_prices(export)),
        list(_assertions(export)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _head(export: Export) -> Iterator[str]:
    yield f"; {_plain(export.title)}"
    for asset, unit in sorted(export.units.items()):
        yield f'commodity 1000.{"0" * unit.decimals} "{unit.name}"  ; asset:{asset}, symbol:{_plain(unit.symbol)}'
    for currency in () if export.prices is None else export.prices.currencies:
        yield f'commodity 1000.00 "{currency}"'
    accounts = dict.fromkeys(posting.account for line in export.lines for posting in line.entry.postings)
    yield from (f"account {account}" for account in sorted(accounts))


def _transaction(line: BookLine, export: Export) -> Iterator[str]:
    entry = line.entry
    name = f"{export.prefix}-{entry.iip}" if entry.iip else entry.fund
    yield f"{line.day} * {name} | {line.word}"
    for key, value in line.facts(export.prefix):
        yield f"    ; {key}:{_plain(str(value))}"
    for account, asset, amount in entry.postings:
        unit = export.units[asset]
        yield f'    {account}    {spell(amount, unit.decimals)} "{unit.name}"'


def _prices(export: Export) -> Iterator[str]:
    if export.prices is None:
        return
    yield f"; Prices of the file with SHA-256 {export.prices.digest}"
    for row in export.prices.rows:
        if row.asset in export.units:
            told = spell(row.price, PLACES)
            yield f'P {spell_day(row.day)} "{export.units[row.asset].name}" {told} "{row.currency}"'


def _assertions(export: Export) -> Iterator[str]:
    """One entry of nothing, dated as the last one; hledger takes it after those of its day that stand before it."""
    if not export.lines:
        return
    yield f"{export.lines[-1].day} * balances"
    for (account, asset), amount in export.balances().items():
        unit = export.units[asset]
        yield f'    {account}    0 "{unit.name}" = {spell(amount, unit.decimals)} "{unit.name}"'


def _plain(text: str) -> str:
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
