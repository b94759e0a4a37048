"""The payment sentence, `2.5 ETH to eip155:1:0x…`: the one form in which people write what is paid.

In Chinese it is `2.5 ETH 給 eip155:1:0x…`, and an amount may count in 萬 and 億.

Decides how amounts, symbols and payees are spelled in documents; the same sentence is read back from calls, in every
language. Does not decide which assets exist, whether a payee may be paid (`compile`), or which call pays (`calls`).

An amount is plain decimal text. A whole amount may be grouped by commas in exact threes (`25,000`); commas beside a
decimal point are refused, because `1,000.5` and `1.000,5` trade places between countries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from chain import address, amount
from chain.networks import SHORT_NAMES
from proposals.errors import ProposalsError

_AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,77})(?:\.[0-9]{1,77})?\Z", re.ASCII)
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+\Z", re.ASCII)
_SYMBOL = re.compile(r"(?=[^A-Za-z]{0,31}[A-Za-z])[A-Za-z0-9][A-Za-z0-9.+_-]{0,31}\Z", re.ASCII)
_CAIP10 = re.compile(r"eip155:([1-9][0-9]{0,18})\Z", re.ASCII)


_TO = ("to", "給", "给")
_MYRIADS: Mapping[str, int] = MappingProxyType({"萬": 4, "万": 4, "億": 8, "亿": 8})
"""Chinese units of amounts: how many places the point moves."""
_BETWEEN = re.compile("(?:, |[，、])")


class PaymentError(ProposalsError):
    """A payment that is not written in the one accepted form (`E_PARSE`, `E_AMOUNT`, `E_ADDRESS`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """What a fund can pay with: a chain's own coin or one ERC-20 token."""

    symbol: str
    decimals: int
    address: bytes | None
    """The token's contract, 20 bytes; None for the chain's own coin."""
    chain_id: int


class Payment(NamedTuple):
    """An amount of a known asset, to somebody."""

    asset: Asset
    amount: int
    """Base units."""
    to: bytes


class PaymentSentence(NamedTuple):
    """A payment as it is written, before anybody knows how many decimals the asset has."""

    amount: str
    """Decimal text without grouping."""
    symbol: str
    chain_id: int | None
    """The chain that the payee's prefix names, if it names one."""
    to: bytes


def asset_book(assets: Iterable[Asset]) -> Mapping[str, Asset]:
    """Return the assets by symbol; raise `E_ASSET` if two share a symbol, or are the same thing on a chain.

    Without that, a payment could be read back under another name than it was written.
    """
    book: dict[str, Asset] = {}
    things: dict[tuple[int, bytes | None], str] = {}
    for asset in assets:
        read_symbol(asset.symbol)
        other = things.setdefault((asset.chain_id, asset.address), asset.symbol)
        if asset.symbol in book or other != asset.symbol:
            raise PaymentError("E_ASSET", "twice", asset=asset.symbol, other=other, chain_id=asset.chain_id)
        book[asset.symbol] = asset
    return MappingProxyType(book)


def read_sentence(text: str) -> PaymentSentence:
    """Read `AMOUNT SYMBOL to PAYEE`; single blanks, nothing before or after."""
    words = text.split(" ")
    if len(words) != 4 or words[2] not in _TO:
        raise PaymentError("E_PARSE", "payment", payment=text)
    chain_id, to = read_payee(words[3])
    return PaymentSentence(read_amount(words[0]), read_symbol(words[1]), chain_id, to)


def write_sentence(payment: Payment) -> str:
    """Write a payment with its chain, so that it stands on its own: `read_sentence` reads it back."""
    spelled = amount.spell(payment.amount, payment.asset.decimals)
    return f"{spelled} {payment.asset.symbol} to {address.with_chain(payment.to, payment.asset.chain_id)}"


def read_amount(text: str) -> str:
    """Return the amount as decimal text without grouping; raise `E_AMOUNT` for zero and for ambiguous text.

    `25萬` and `2.5億` are 250,000 and 250,000,000, exactly.
    """
    bare = text.rstrip("".join(_MYRIADS))
    plain = bare.replace(",", "") if _GROUPED.match(bare) else bare
    if not _AMOUNT.match(plain) or len(text) - len(bare) > 1:
        raise PaymentError("E_AMOUNT", "separators" if "," in text else "form", amount=text)
    if bare != text:
        whole, _, fraction = plain.partition(".")
        places = _MYRIADS[text[-1]]
        moved = (whole + fraction[:places].ljust(places, "0")).lstrip("0") or "0"
        plain = f"{moved}.{fraction[places:]}" if fraction[places:] else moved
    if not plain.strip("0."):
        raise PaymentError("E_AMOUNT", "zero", amount=text)
    return plain


def read_symbol(text: str) -> str:
    """Return an asset's symbol: ASCII letters, digits and `.+_-`, at least one letter."""
    if not _SYMBOL.match(text):
        raise PaymentError("E_PARSE", "symbol", symbol=text)
    return text


def read_payee(text: str) -> tuple[int | None, bytes]:
    """Read `0x…`, `eth:0x…` or `eip155:1:0x…` as a chain, if one is named, and an address that is not zero."""
    prefix, colon, rest = text.rpartition(":")
    chain_id = None
    if colon:
        match = _CAIP10.match(prefix)
        chain_id = int(match.group(1)) if match else SHORT_NAMES.get(prefix)
        if chain_id is None:
            raise PaymentError("E_ADDRESS", "prefix", address=text, prefix=prefix)
    to = address.parse(rest)
    if to == address.ZERO:
        raise PaymentError("E_RECIPIENT_ZERO", "payee", address=text)
    return chain_id, to


def read_asks(text: str) -> tuple[tuple[str, str], ...]:
    """Read `2.5 ETH, 1000 MUT` as amounts and symbols, each symbol once."""
    asks: dict[str, str] = {}
    for item in _BETWEEN.split(text):
        words = item.split(" ")
        if len(words) != 2:
            raise PaymentError("E_PARSE", "requested", requested=text, item=item)
        spelled, symbol = read_amount(words[0]), read_symbol(words[1])
        if symbol in asks:
            raise PaymentError("E_PARSE", "requested_twice", requested=text, symbol=symbol)
        asks[symbol] = spelled
    return tuple((spelled, symbol) for symbol, spelled in asks.items())


def totals(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Add (amount, symbol) rows per symbol, exactly and without knowing decimals; shortest spelling, first-seen order.

    Works on integers scaled to the longest fraction, so nothing is rounded.
    """
    amounts: dict[str, list[str]] = {}
    for spelled, symbol in rows:
        amounts.setdefault(symbol, []).append(spelled)
    return {symbol: _exact_sum(spelled) for symbol, spelled in amounts.items()}


def _exact_sum(amounts: list[str]) -> str:
    halves = [spelled.partition(".") for spelled in amounts]
    places = max(len(fraction) for _, _, fraction in halves)
    return amount.spell(sum(int(whole + fraction.ljust(places, "0")) for whole, _, fraction in halves), places)
