"""`dao ledger chart`: a fund over time, or how long it lasts, as a picture.

Decides what is stacked: what was paid, promised, available and receivable together are all that ever came in. How it is
drawn is `vesting_svg`'s.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chain.amount import spell
from dao.cli.answer import Answer
from dao.cli.options import Dir
from dao.cli.text import label, say
from dao.cli.treasury import vesting_svg
from dao.cli.treasury.vesting_plan import need_suffix, save
from dao.cli.treasury.vesting_svg import Band, Chart
from dao.errors import UsageError
from dao.sentences import language
from dao.views.exporting import export_of
from dao.views.numbers import UnknownNameError
from dao.views.opening import open_journal, settings_of
from governance.settings import FundSettings, Settings
from proposals.times import spell_day
from treasury.assets import asset_id
from treasury.book_lines import BookLine
from treasury.fund import FundState, fund_state
from treasury.ledger import Ledger
from treasury.statements import Runway, runways

EXAMPLES = (
    "dao ledger chart fund.svg --asset ETH",
    "dao ledger chart runway.svg --asset ETH --show runway --dir demo",
)

FIELDS = ("paid", "committed", "available", "receivable")
"""From the bottom up; what was paid is drawn without what came back of it."""
_YEARS_MAX = 5 * 365
"""Days beyond which no runway is drawn."""
_DAY = 86_400


class Show(Enum):
    """What is drawn."""

    fund = "fund"
    runway = "runway"


class Steps(NamedTuple):
    """Amounts that hold from one date to the next; after `falls_from` they fall to nothing at `falls_to`."""

    dates: tuple[int, ...]
    amounts: tuple[int, ...]
    falls_from: int = 0
    falls_to: int = 0

    def vested(self, time: int) -> int:
        """The amount at a moment."""
        place = bisect_right(self.dates, time)
        held = self.amounts[place - 1] if place else 0
        if not self.falls_to or time < self.falls_from:
            return held
        return held * max(0, self.falls_to - time) // (self.falls_to - self.falls_from)


def command(
    file: Annotated[Path, typer.Argument(help="The file to write, an SVG.", metavar="FILE")],
    *,
    asset: Annotated[str, typer.Option("--asset", help="An asset of the fund, by its symbol.", metavar="SYMBOL")],
    fund: Annotated[str, typer.Option("--fund", help="The fund; without it the first.", metavar="NAME")] = "",
    show: Annotated[Show, typer.Option("--show", help="What is drawn.")] = Show.fund,
    force: Annotated[bool, typer.Option("--force", help="Replace a file with other bytes.")] = False,
    folder: Dir = Path(),
) -> Answer:
    """Draw one asset of a fund over time, from the books.

    What was paid, is promised, available and receivable are stacked: together they are what came in. `--show runway`
    draws what is available, and how it falls when it is spent as in the last 90 days. The picture says the same in
    black and white.
    """
    need_suffix(file, (".svg",))
    with open_journal(folder) as (_, journal):
        settings = settings_of(journal)
        export = export_of(journal, settings)
    found = _fund(settings, fund)
    name, decimals = _asset(found, asset)
    lines = [line for line in export.lines if line.entry.fund == found.name]
    if not any(posting.asset == name for line in lines for posting in line.entry.postings):
        raise UsageError("E_USAGE", "chart_empty", fund=found.name, symbol=asset)
    rows = _states(lines, found.name, name)
    end = lines[-1].time + 1
    runway = next(row for row in runways(lines, found.name, end) if row.asset == name)
    picture = _Picture(found.name, asset, decimals, rows)
    chart = picture.fund(end) if show is Show.fund else picture.runway(end, runway)
    told = save(file, vesting_svg.draw(chart), force=force)
    last = rows[-1][1]
    document = {
        "ok": True, "path": str(file), "fund": found.name, "asset": name, "show": show.value, "dates": len(rows),
        **{field: str(getattr(last, field)) for field in FIELDS}, "days_left": runway.left,
    }  # fmt: skip
    return Answer(document, told)


def _fund(settings: Settings, name: str) -> FundSettings:
    found = settings.fund(name) if name else settings.funds[0]
    if found is None:
        raise UnknownNameError("E_FUND", name=name, known=[one.name for one in settings.funds])
    return found


def _asset(fund: FundSettings, symbol: str) -> tuple[str, int]:
    for asset in fund.assets:
        if asset.symbol == symbol:
            return asset_id(fund.chain_id, asset.address), asset.decimals
    raise UsageError("E_USAGE", "group_symbol", symbol=symbol, known=[one.symbol for one in fund.assets])


def _states(lines: Sequence[BookLine], fund: str, asset: str) -> list[tuple[int, FundState]]:
    """The fund's numbers after each moment at which something was booked."""
    ledger, found = Ledger(), dict[int, FundState]()
    for line in lines:
        ledger.post(line.entry)
        state = fund_state(ledger, fund, asset)
        found[line.time] = state._replace(paid=state.paid - state.refunded)
    return list(found.items())


class _Picture(NamedTuple):
    """What all pictures of one asset share."""

    name: str
    symbol: str
    decimals: int
    rows: list[tuple[int, FundState]]

    def fund(self, end: int) -> Chart:
        """All four numbers, stacked."""
        times = tuple(time for time, _ in self.rows)
        last = self.rows[-1][1]
        bands = tuple(
            Band(
                label(field),
                self._told(getattr(last, field)),
                Steps(times, tuple(max(0, getattr(state, field)) for _, state in self.rows)),
            )
            for field in FIELDS
        )
        total = max(sum(max(0, getattr(state, field)) for field in FIELDS) for _, state in self.rows)
        first = self.rows[0][0] - max(1, (end - self.rows[0][0]) // 20)  # so that the first jump is seen
        note = say("BOOKS", "chart_fund", symbol=self.symbol, total=self._told(total))
        return self._chart("chart_fund_title", note, bands, total, (first, end, end - 1))

    def runway(self, end: int, runway: Runway) -> Chart:
        """What is available, as it was and as it would fall."""
        times, held = tuple(time for time, _ in self.rows), [max(0, state.available) for _, state in self.rows]
        left = None if runway.left is None or runway.left > _YEARS_MAX else runway.left
        stop = end + max(1, left if left is not None else 30) * _DAY
        was = Steps((*times, end), (*held, 0))
        will = Steps((end,), (held[-1],), end, stop) if left is not None else Steps((end,), (held[-1],))
        bands = (
            Band(say("BOOKS", "was"), self._told(held[-1]), was),
            Band(say("BOOKS", "would"), "–" if left is None else say("BOOKS", "left", days=left), will),
        )
        note = say("BOOKS", "chart_runway", symbol=self.symbol, spent=self._told(runway.spent), days=runway.days)
        return self._chart("chart_runway_title", note, bands, max(held), (self.rows[0][0], stop, end - 1))

    def _chart(self, title: str, note: str, bands: tuple[Band, ...], total: int, span: tuple[int, int, int]) -> Chart:
        """`span` is where it begins and ends, and the moment of the newest entry."""
        begin, now = self.rows[0][0], span[2]
        return Chart(
            lang=language(),
            title=say("BOOKS", title, fund=self.name, symbol=self.symbol),
            note=note,
            bands=bands,
            total=total,
            totals=tuple(self._told(total * quarter // 4) for quarter in range(5)),
            first=span[0],
            last=span[1],
            at=now,
            at_told=spell_day(now),
            tge=begin,
            tge_told=say("BOOKS", "first", day=spell_day(begin)),
        )

    def _told(self, units: int) -> str:
        """At most four decimals; digits that are cut are marked."""
        whole, _, fraction = spell(units, self.decimals).partition(".")
        more = "…" if len(fraction) > 4 else ""
        return f"{int(whole):,}".replace(",", "\u2009") + (f".{fraction[:4]}{more}" if fraction else "")
