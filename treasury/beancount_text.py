"""The books as a Beancount file, which `bean-check` passes without any tolerance and Fava opens.

Decides the spelling: a commodity for each asset with its id, symbol and decimals; accounts opened on the day of their
first posting; one transaction an entry, with its facts as metadata, the proposal and its part as links and the rule as
a tag; prices; and at the end a balance assertion for every account and asset, to the base unit. Beancount is not
imported: it reads this text as any other.

Beancount adds in decimals of 28 digits. Where a sum of an account needs more, it would round without a word, so such
books are refused (`E_EXPORT`) and hledger's form is the one to take.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chain.amount import spell
from proposals.times import parse_day, spell_day
from treasury.book_lines import BookLine, Export
from treasury.errors import TreasuryError
from treasury.prices import PLACES

DIGITS = 28
PLACES_SHOWN = 6
"""Decimals that Fava shows. It draws tables in doubles, which say of more than 15 digits what the books do not."""
_DAY = 86_400
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class ExportError(TreasuryError):
    """Books that a program would read wrongly (`E_EXPORT`)."""


def beancount(export: Export) -> str:
    """Spell the books; raise `ExportError` where an amount or a sum has more digits than Beancount keeps."""
    _check_digits(export)
    blocks = [
        list(_head(export)),
        *(list(_transaction(line, export)) for line in export.lines),
        list(_prices(export)),
        list(_assertions(export)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def quoted(text: str) -> str:
    """Spell a string of Beancount: on one line, whatever it holds."""
    safe = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text).encode("utf-8", "replace").decode()
    escaped = safe.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _head(export: Export) -> Iterator[str]:
    yield f"option {quoted('title')} {quoted(export.title)}"
    yield 'option "inferred_tolerance_default" "*:0"'
    yield 'option "tolerance_multiplier" "0"'
    if export.prices is not None:
        yield from (f'option "operating_currency" "{currency}"' for currency in export.prices.currencies)
    if not export.lines:
        return
    yield ""
    for asset, unit in sorted(export.units.items()):
        yield f"{export.lines[0].day} commodity {unit.name}"
        yield f"  asset: {quoted(asset)}"
        yield f"  symbol: {quoted(unit.symbol)}"
        yield f"  decimals: {unit.decimals}"
        yield f"  precision: {min(unit.decimals, PLACES_SHOWN)}"
    yield ""
    opened: set[str] = set()
    for line in export.lines:
        for account in dict.fromkeys(posting.account for posting in line.entry.postings):
            if account not in opened:
                opened.add(account)
                yield f"{line.day} open {account}"


def _transaction(line: BookLine, export: Export) -> Iterator[str]:
    entry = line.entry
    name = f"{export.prefix}-{entry.iip}" if entry.iip else entry.fund
    links = [f"^{export.prefix.lower()}-{entry.iip}"] if entry.iip else []
    if line.part:
        links.append(f"{links[0]}-{line.part}")
    yield " ".join([f"{line.day} * {quoted(name)} {quoted(line.word)}", *links, f"#{line.word}"])
    for key, value in line.facts(export.prefix):
        yield f"  {key}: {value if isinstance(value, int) else quoted(value)}"
    for account, asset, amount in entry.postings:
        unit = export.units[asset]
        yield f"  {account}  {spell(amount, unit.decimals)} {unit.name}"


def _prices(export: Export) -> Iterator[str]:
    if export.prices is None:
        return
    yield f"; Prices of the file with SHA-256 {export.prices.digest}"
    for row in export.prices.rows:
        if row.asset in export.units:
            told = spell(row.price, PLACES)
            yield f"{spell_day(row.day)} price {export.units[row.asset].name} {told} {row.currency}"


def _assertions(export: Export) -> Iterator[str]:
    """On the day after the last entry, because Beancount holds a balance against what stands at a day's beginning."""
    if not export.lines:
        return
    day = spell_day(parse_day(export.lines[-1].day) + _DAY)
    for (account, asset), amount in export.balances().items():
        unit = export.units[asset]
        yield f"{day} balance {account}  {spell(amount, unit.decimals)} ~ 0 {unit.name}"


def _check_digits(export: Export) -> None:
    sums: dict[tuple[str, str], int] = {}
    for line in export.lines:
        turned: dict[str, int] = {}
        for account, asset, amount in line.entry.postings:
            sums[account, asset] = sums.get((account, asset), 0) + amount
            turned[asset] = turned.get(asset, 0) + max(amount, 0)
            if max(turned[asset], abs(sums[account, asset])) >= 10**DIGITS:
                raise ExportError("E_EXPORT", "digits", asset=export.units[asset].symbol or asset, digits=DIGITS)
