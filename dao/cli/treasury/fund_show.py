"""`dao fund`: what each fund has, has promised and has paid, and what open votes ask of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chain.address import checksum
from dao.cli.answer import Answer
from dao.cli.options import Dir
from dao.cli.text import columns, label, paint, say
from dao.views.money import Ask, AssetLabel, asks_of, books_of, held_by_groups, labels_of, told
from dao.views.numbers import UnknownNameError
from dao.views.opening import open_journal, settings_of
from governance.settings import FundSettings
from governance.space import Settings
from treasury.assets import asset_id
from treasury.fund import NOTHING, FundState, fund_states
from treasury.ledger import Ledger

EXAMPLES = (
    "dao fund",
    "dao fund iip --dir demo",
    "dao fund iip --dir demo --json",
)


_RARE = frozenset({"refunded", "converted"})
"""Columns that are left out where they hold nothing."""


class Shown(NamedTuple):
    """One fund, and what the books say of it by asset id."""

    fund: FundSettings
    states: Mapping[str, FundState]
    asks: list[Ask]
    held: Mapping[str, int]
    """What groups keep of it from votes, by asset id."""


def command(
    name: Annotated[str, typer.Argument(help="Only this fund.", metavar="NAME", show_default=False)] = "",
    folder: Dir = Path(),
) -> Answer:
    """Show what each fund has, has promised and has paid.

    Available is what the Safe holds less what is committed to votes that passed; what open votes ask is shown and
    blocks nobody, and what groups hold of the available is shown and no vote gets it. The numbers are those of the
    books; no chain is asked.
    """
    with open_journal(folder) as (_, journal):
        settings = settings_of(journal)
        ledger = books_of(journal).ledger
        shown = [_shown(fund, ledger, held_by_groups(journal, fund.name)) for fund in _chosen(settings, name)]
    labels = labels_of(settings)
    return Answer({"funds": [_document(one, labels) for one in shown]}, _lines(shown, labels))


def _chosen(settings: Settings, name: str) -> list[FundSettings]:
    found = [fund for fund in settings.funds if name in ("", fund.name)]
    if not found:
        raise UnknownNameError("E_FUND", name=name, known=[fund.name for fund in settings.funds])
    return found


def _shown(fund: FundSettings, ledger: Ledger, held: Mapping[str, int]) -> Shown:
    """The assets of the settings first, then whatever else the books know of the fund."""
    moved = fund_states(ledger, fund.name)
    named = dict.fromkeys((asset_id(fund.chain_id, asset.address) for asset in fund.assets), NOTHING)
    return Shown(fund, {**named, **moved}, asks_of(ledger, fund.name), held)


def _document(shown: Shown, labels: Mapping[str, AssetLabel]) -> dict[str, object]:
    return {
        "name": shown.fund.name,
        "chain_id": shown.fund.chain_id,
        "safe": checksum(shown.fund.safe),
        "assets": [
            {
                "asset": asset,
                "symbol": labels[asset].symbol if asset in labels else None,
                "decimals": labels[asset].decimals if asset in labels else None,
                **{field: str(amount) for field, amount in state._asdict().items()},
                "held_by_groups": str(shown.held.get(asset, 0)),
            }
            for asset, state in shown.states.items()
        ],
        "asks": [{"iip": ask.iip, "asset": ask.asset, "amount": str(ask.amount)} for ask in shown.asks],
    }


def _lines(shown: list[Shown], labels: Mapping[str, AssetLabel]) -> Iterator[str]:
    for number, (fund, states, asks, held) in enumerate(shown):
        if number:
            yield ""
        where = say("FUND", "safe", safe=fund.safe, chain_id=fund.chain_id)
        yield paint(say("FUND", "name", name=fund.name), "bold") + where
        used = {field for state in states.values() for field, amount in state._asdict().items() if amount}
        fields = [field for field in FundState._fields if field not in _RARE or field in used]
        rows = [
            (told(0, asset, labels)[1], *(told(getattr(state, field), asset, labels)[0] for field in fields))
            for asset, state in states.items()
        ]
        yield from columns([("", *map(label, fields)), *rows], right=range(1, len(fields) + 1))
        for asset, units in sorted(held.items()):
            amount, symbol = told(units, asset, labels)
            yield "  " + say("FUND", "held", amount=amount, symbol=symbol)
        for ask in asks:
            amount, symbol = told(ask.amount, ask.asset, labels)
            yield "  " + say("FUND", "asks", iip=ask.iip, amount=amount, symbol=symbol)
