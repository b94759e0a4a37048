"""Asks in dollars: `25000 USD in ETH at 2500 on 2026-01-31, at most 10.5 ETH, to 0x…`.

Decides how many coins that is: the dollars divided by the price that the row names for its day, rounded down to six
places, so never more than was asked. What is voted and paid is that amount and nothing that moves later; the ceiling
says what the author would not exceed whatever the price, and a row above it is refused. Whether the price was true on
its day is for the readers, who see it, and whether the day is fresh is for lint.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chain import amount
from proposals import times
from proposals.payment import PaymentError, PaymentSentence, read_amount, read_payee, read_symbol

PLACES = 6
"""Decimals of the result: as many as any stable coin has, and enough for a price in dollars."""
FRESH_SECONDS = 30 * 86_400
"""How much older than its document a price may be before lint warns."""

_FORM = re.compile(
    r"(?P<dollars>\S+) USD in (?P<symbol>\S+) at (?P<price>\S+) on (?P<day>\S+), "
    r"at most (?P<ceiling>\S+) (?P<again>\S+), to (?P<to>\S+)\Z"
)


class PriceRule(NamedTuple):
    """How a row's amount came about; amounts as written, without grouping."""

    dollars: str
    price: str
    """Dollars for one coin."""
    day: int
    """Unix seconds of its first moment."""
    ceiling: str
    """In the asset."""


def is_priced(text: str) -> bool:
    """Whether a row's cell asks in dollars."""
    return " USD in " in text and not text.startswith("call ")


def read_priced(text: str) -> tuple[PaymentSentence, PriceRule]:
    """Read an ask in dollars as the payment that it is; raise `E_PARSE`, `E_AMOUNT` or `E_TIME`."""
    match = _FORM.match(text)
    if match is None or match["symbol"] != match["again"]:
        raise PaymentError("E_PARSE", "priced", payment=text)
    rule = PriceRule(
        read_amount(match["dollars"]), read_amount(match["price"]), times.parse_day(match["day"]),
        read_amount(match["ceiling"]),
    )  # fmt: skip
    symbol = read_symbol(match["symbol"])
    chain_id, to = read_payee(match["to"])
    return PaymentSentence(coins(rule, symbol), symbol, chain_id, to), rule


def coins(rule: PriceRule, symbol: str) -> str:
    """Return the amount in the asset; `E_AMOUNT` where it is nothing, or above the ceiling."""
    found = _scaled(rule.dollars) * 10**PLACES // _scaled(rule.price)
    spelled = amount.spell(found, PLACES)
    if not found:
        raise PaymentError("E_AMOUNT", "zero", amount=spelled)
    if found * _scaled("1") > _scaled(rule.ceiling) * 10**PLACES:
        raise PaymentError("E_AMOUNT", "ceiling", amount=f"{spelled} {symbol}", ceiling=f"{rule.ceiling} {symbol}")
    return spelled


def write_priced(rule: PriceRule, symbol: str, payee: str) -> str:
    """Write the ask; `read_priced` reads it back."""
    day = times.spell_day(rule.day)
    return f"{rule.dollars} USD in {symbol} at {rule.price} on {day}, at most {rule.ceiling} {symbol}, to {payee}"


def _scaled(spelled: str) -> int:
    """An amount in the smallest unit that any spelling has (77 places)."""
    whole, _, fraction = spelled.partition(".")
    return int(whole + fraction.ljust(77, "0"))
