"""`dao fund convert`: what a part exchanged is booked as an exchange, within a bound of dated prices.

Decides only what is told. What the part gave and got is read from its receipt, and the bound is the checks'.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from chain.amount import spell
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.options import Dir, PassphraseFile
from dao.cli.text import label, rows
from dao.errors import UsageError
from dao.record.case import need
from dao.views.exporting import prices_in
from dao.views.money import AssetLabel, labels_of, told
from dao.workflow.converting import Bounded, Converted, book_conversion
from dao.workflow.proposing import settings_in_force
from proposals.times import spell_day
from treasury.payouts import PayoutId

EXAMPLES = (
    "dao fund convert IIP-4/1 --prices prices.csv --bound 100",
    "dao fund convert IIP-4/1 --prices prices.csv --bound 50 --currency TWD --json",
)


def command(
    part: Annotated[str, typer.Argument(help="The part that was executed, as IIP-1/2.", metavar="PART")],
    *,
    prices: Annotated[
        Path, typer.Option("--prices", help="A file of prices: date,asset,currency,price.", metavar="FILE")
    ],
    bound: Annotated[
        int, typer.Option("--bound", help="Most that may be lost, in hundredths of a percent.", metavar="N", min=0)
    ],
    currency: Annotated[str, typer.Option("--currency", help="By whose prices, as USD.")] = "USD",
    log: Annotated[
        int | None,
        typer.Option("--log", help="Place of the log by which it arrived; its only one may be left out.", min=0),
    ] = None,
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Book what a part gave for another asset: no cost and no gift, but an exchange.

    Both sides are read from the proved receipt of the part, and each balances against Equity:Conversions. The rate is
    held to the prices of one day, of the block's day or the day before; a worse one than the bound is refused. The
    file's hash, the prices and the bound are kept. What dao fund income booked as a gift before is corrected.
    """
    file = prices_in(prices)
    assert file is not None, "a path was given"
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        named = steps.find_part(session, part)
        settings = settings_in_force(session.desk)
        fund = settings.fund(need(need(session.desk.case(named.id, 10, 20, 21, 22).commitment).fund))
        if fund is None:
            raise UsageError("E_USAGE", "convert_fund", name=named.payout)
        done = book_conversion(
            session.desk, PayoutId(named.id, named.part), fund, Bounded(file, currency, bound), log
        )  # fmt: skip
        session.desk.keep_as(settings.journal.origin)
    labels = labels_of(settings)
    return Answer(_document(named.payout, fund.name, done, bound), _lines(named.payout, done, bound, labels))


def _document(part: str, fund: str, done: Converted, bound: int) -> dict[str, Any]:
    fact, price = done.fact, done.price
    return {
        "ok": True,
        "part": part,
        "fund": fund,
        "new": done.is_new,
        "given": {"asset": fact.given, "amount": str(fact.given_amount), "price": spell(price.given, 18)},
        "got": {"asset": fact.got, "amount": str(fact.got_amount), "price": spell(price.got, 18)},
        "currency": price.currency,
        "day": spell_day(price.day),
        "prices": price.file.hex(),
        "slippage": done.slippage,
        "bound": bound,
    }


def _lines(part: str, done: Converted, bound: int, labels: dict[str, AssetLabel]) -> Iterator[str]:
    fact, price = done.fact, done.price
    (given, given_symbol), (got, got_symbol) = (
        told(fact.given_amount, fact.given, labels), told(fact.got_amount, fact.got, labels)
    )  # fmt: skip
    facts = {"name": part, "given": given, "given_symbol": given_symbol, "got": got, "got_symbol": got_symbol}
    yield from steps.done("STEP_CONVERT", "" if done.is_new else "known", **facts)
    sums = {"found": _percent(done.slippage), "bound": _percent(bound), "day": spell_day(price.day)}
    yield from steps.noted("STEP_CONVERT", "rate", **sums, currency=price.currency)
    yield from rows([(label("prices"), f"SHA-256 {price.file.hex()}")])


def _percent(hundredths: int) -> str:
    return f"{spell(hundredths, 2)} %"
