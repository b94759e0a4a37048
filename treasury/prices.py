"""Prices of assets on days, as a file says them, and what amounts are worth by them.

Decides how the file is read (strictly: `date,asset,currency,price`, one line a day, asset and currency), which price
counts at a moment (the newest of that day or earlier, no older than `AGE_MAX`), and how worth is rounded: each account
down to a cent, towards zero. Whether the prices are true is the treasurer's to know; the file's SHA-256 is kept beside
every number that was made with it, so that others can ask for the same file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from chain.amount import AmountError, parse
from proposals.times import TimeError, parse_day
from treasury.assets import AssetError, parse_asset
from treasury.errors import TreasuryError

PLACES = 18
"""Decimals that a price may have."""
CENTS = 2
"""Decimals of worth."""
AGE_MAX = 31 * 86_400
"""Seconds after which a price is too old to be used."""
BYTES_MAX = 16 * 2**20
HEADER = "date,asset,currency,price"

_CURRENCY = re.compile(r"[A-Z]{3}\Z", re.ASCII)


class PriceError(TreasuryError):
    """A price file that cannot be read as one (`E_PRICES`)."""


class Price(NamedTuple):
    """One line."""

    day: int
    """Unix seconds of the first moment in UTC."""
    asset: str
    currency: str
    """ISO 4217, as `USD` or `TWD`."""
    price: int
    """Of one whole unit, in 10^-18 of the currency."""


@dataclass(frozen=True, slots=True)
class PriceFile:
    """All lines in the order of days, and the file's hash."""

    rows: tuple[Price, ...]
    digest: str
    """SHA-256 of the bytes, in hex."""

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies that it names, sorted."""
        return tuple(sorted({row.currency for row in self.rows}))

    def at(self, asset: str, currency: str, time: int) -> Price | None:
        """The newest price at a moment; None where there is none, or only one that is too old."""
        known = [row for row in self.rows if (row.asset, row.currency) == (asset, currency)]
        place = bisect_right(known, time, key=lambda row: row.day)
        return known[place - 1] if place and time - known[place - 1].day <= AGE_MAX else None

    def worth(self, amount: int, decimals: int, asset: str, currency: str, time: int) -> int | None:
        """What base units are worth, in cents, towards zero; None where no price counts."""
        price = self.at(asset, currency, time)
        if price is None:
            return None
        cents: int = abs(amount) * price.price * 10**CENTS // 10 ** (decimals + PLACES)
        return cents if amount >= 0 else -cents


def read_prices(data: bytes) -> PriceFile:
    """Read a price file; raise `PriceError` (`E_PRICES`) naming the first line that is wrong."""
    if len(data) > BYTES_MAX:
        raise PriceError("E_PRICES", "size", limit=BYTES_MAX)
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise PriceError("E_PRICES", "text") from None
    if not lines or lines[0] != HEADER:
        raise PriceError("E_PRICES", "header", expected=HEADER)
    rows = [_row(line, number) for number, line in enumerate(lines[1:], 2) if line]
    seen: set[tuple[int, str, str]] = set()
    for row in rows:
        if row[:3] in seen:
            raise PriceError("E_PRICES", "twice", asset=row.asset, currency=row.currency)
        seen.add(row[:3])
    return PriceFile(tuple(sorted(rows)), sha256(data).hexdigest())


def _row(line: str, number: int) -> Price:
    cells = line.split(",")
    if len(cells) != 4:
        raise PriceError("E_PRICES", "cells", line=number, found=len(cells))
    day, asset, currency, price = cells
    if not _CURRENCY.match(currency):
        raise PriceError("E_PRICES", "currency", line=number, found=currency)
    try:
        parse_asset(asset)
        return Price(parse_day(day), asset, currency, parse(price, PLACES))
    except (AssetError, TimeError, AmountError) as error:
        raise PriceError("E_PRICES", "cell", line=number, found=line) from error
