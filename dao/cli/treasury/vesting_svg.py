"""Unlocking over time as a picture: one band a bucket, stacked, with the moment that was asked about marked.

Decides where ink goes, in whole numbers, so that the same plan gives the same bytes on every machine; every word is
handed in. Bands differ in lightness and in hatching, never in colour alone, so a black-and-white print says the same;
each is named by its own pattern below. A band that jumps, jumps: its edge is drawn at the second before, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape as escape_xml
from typing import NamedTuple, Protocol

from dao.cli.wide import wrap
from dao.sentences import escape
from proposals.times import add_months, parse_day, spell_day

_WIDTH, _MARGIN = 720, 24
_LEFT, _TOP, _HIGH = 96, 96, 300
"""Where the picture begins, and how high it is; its right end is the margin's."""
_LONG = _WIDTH - _LEFT - _MARGIN
_COLUMNS = 92
_NAME_MAX = 60
_YEARS_MAX = 12
"""Marks along the time."""
_NEAR = 44
"""Pixels beside the event's mark in which no year is written."""

_TONES = ("#2f6fb5", "#8cc4e8", "#f2b134", "#dbe7f3", "#a779c0", "#b7d3a4", "#d96b4b", "#efeadd")
"""Dark and light in turns; in grey they are 40, 73, 71, 90, 53, 79, 50 and 92 per cent light."""
_HATCHES = (
    "",
    "M0 8L8 0M-2 2L2 -2M6 10L10 6",
    "M0 4H8",
    "M1 1h1.6v1.6h-1.6zM5 5h1.6v1.6h-1.6z",
    "M0 0L8 8M0 8L8 0",
    "M4 0V8",
    "M0 0L8 8M-2 6L2 10M6 -2L10 2",
    "M0 2H8M2 0V8",
)

_STYLE = """\
text { font-family: ui-sans-serif, system-ui, "Segoe UI", "Noto Sans", "Noto Sans CJK TC", Helvetica, Arial, sans-serif;
  font-size: 12px; fill: #1f2328; font-variant-numeric: tabular-nums; }
.page { fill: #ffffff; } .head { font-size: 18px; font-weight: 600; } .soft { fill: #59636e; }
.end { text-anchor: end; } .middle { text-anchor: middle; }
.grid, .axis, .now, .halo, .hatch { fill: none; stroke-width: 1; } .grid { stroke: #d1d9e0; } .axis { stroke: #59636e; }
.halo { stroke: #ffffff; stroke-width: 5; }
.now { stroke: #1f2328; stroke-width: 2; stroke-dasharray: 5 3; } .hatch { stroke: #1f2328; }
.edge { stroke: #ffffff; stroke-width: 1; } .swatch { stroke: #59636e; stroke-width: 1; }"""


class Curve(Protocol):
    """Amounts over time, as a schedule has them."""

    @property
    def dates(self) -> Sequence[int]:
        """When it bends or jumps."""

    def vested(self, time: int) -> int:
        """The amount at a moment, in base units."""


class Band(NamedTuple):
    """One bucket."""

    name: str
    told: str
    """Its amounts, as they stand behind its name."""
    schedule: Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn."""

    lang: str
    title: str
    note: str
    """A sentence below the title."""
    bands: tuple[Band, ...]
    total: int
    totals: tuple[str, ...]
    """The amounts at 0, 25, 50, 75 and 100 % of the total."""
    first: int
    last: int
    at: int
    at_told: str
    tge: int
    tge_told: str


def draw(chart: Chart) -> bytes:
    """Draw a chart as an SVG document in UTF-8."""
    base = _TOP + _HIGH
    legend = base + 52
    height = legend + 24 * len(chart.bands) + _MARGIN // 2
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'xml:lang="{_xml(chart.lang)}" role="img" aria-labelledby="title desc">'
    )
    lines = [
        head,
        f'<title id="title">{_xml(chart.title)}</title>',
        f'<desc id="desc">{_xml(chart.note)}</desc>',
        f"<style>\n{_STYLE}\n</style>",
        f"<defs>{''.join(_pattern(number) for number in range(len(_TONES)))}</defs>",
        f'<rect class="page" width="{_WIDTH}" height="{height}"/>',
        f'<text class="head" x="{_MARGIN}" y="38">{_xml(chart.title[:_NAME_MAX])}</text>',
        *_note(chart),
        *_grid(chart),
        *_areas(chart),
        *_marks(chart),
        *_legend(chart, legend),
        "</svg>\n",
    ]
    return "\n".join(lines).encode()


def _pattern(number: int) -> str:
    hatch = f'<path class="hatch" d="{_HATCHES[number]}"/>' if _HATCHES[number] else ""
    fill = f'<rect width="8" height="8" fill="{_TONES[number]}"/>'
    return f'<pattern id="band{number}" width="8" height="8" patternUnits="userSpaceOnUse">{fill}{hatch}</pattern>'


def _note(chart: Chart) -> Iterator[str]:
    for place, line in enumerate(wrap(chart.note, _COLUMNS)[:2]):
        yield f'<text class="soft" x="{_MARGIN}" y="{58 + 16 * place}">{_xml(line)}</text>'


def _grid(chart: Chart) -> Iterator[str]:
    for quarter, told in enumerate(chart.totals):
        y = _TOP + _HIGH - _HIGH * quarter // 4
        yield f'<path class="grid" d="M{_LEFT} {y}H{_LEFT + _LONG}"/>'
        yield f'<text class="end soft" x="{_LEFT - 6}" y="{y + 4}">{_xml(told)}</text>'
    for time, told in _years(chart.first, chart.last):
        x = _x(chart, time)
        yield f'<path class="grid" d="M{x} {_TOP}V{_TOP + _HIGH + 5}"/>'
        if abs(x - _x(chart, chart.tge)) > _NEAR:
            yield f'<text class="middle soft" x="{x}" y="{_TOP + _HIGH + 20}">{told}</text>'


def _years(first: int, last: int) -> Iterator[tuple[int, str]]:
    """Marks at the beginnings of years, or of months where there are few; never more than a dozen."""
    for step in (1, 3, 6, 12, 24, 60, 120, 240, 600):
        year = spell_day(first)[:4]
        begin = parse_day(f"{int(year) - int(year) % max(1, step // 12)}-01-01" if step > 12 else f"{year}-01-01")
        found = [time for time in (add_months(begin, step * n) for n in range(60)) if first <= time <= last]
        if len(found) <= _YEARS_MAX:
            yield from ((time, spell_day(time)[: 7 if step < 12 else 4]) for time in found)
            return


def _x(chart: Chart, time: int) -> int:
    return _LEFT + _LONG * (time - chart.first) // (chart.last - chart.first)


def _times(chart: Chart) -> list[int]:
    """A moment for each pixel, and both sides of every date of the rules."""
    pixels = {chart.first + (chart.last - chart.first) * place // _LONG for place in range(_LONG + 1)}
    dates = {time + side for band in chart.bands for time in band.schedule.dates for side in (-1, 0)}
    return sorted(time for time in pixels | dates if chart.first <= time <= chart.last)


def _areas(chart: Chart) -> Iterator[str]:
    """Bands from the bottom up, in the plan's order."""
    times = _times(chart)
    below = [0] * len(times)
    for number, band in enumerate(chart.bands):
        above = [low + band.schedule.vested(time) for low, time in zip(below, times, strict=True)]
        top = _outline(chart, times, above)
        if above != below:
            bottom = list(reversed(_outline(chart, times, below)))
            points = " ".join(f"{x},{y}" for x, y in (*top, *bottom))
            yield f'<polygon class="edge" fill="url(#band{number % len(_TONES)})" points="{points}"/>'
        below = above


def _outline(chart: Chart, times: Sequence[int], amounts: Sequence[int]) -> list[tuple[int, int]]:
    """Points of an edge in whole pixels; of a level piece only its ends."""
    found: list[tuple[int, int]] = []
    for time, amount in zip(times, amounts, strict=True):
        point = (_x(chart, time), _TOP + _HIGH - (_HIGH * amount // chart.total if chart.total else 0))
        if found and point == found[-1]:
            continue
        if len(found) > 1 and found[-2][1] == found[-1][1] == point[1]:
            found.pop()
        found.append(point)
    return found


def _marks(chart: Chart) -> Iterator[str]:
    """The axes, the event, and the moment that was asked about, over everything else."""
    base = _TOP + _HIGH
    yield f'<path class="axis" d="M{_LEFT} {_TOP}V{base}H{_LEFT + _LONG}"/>'
    marks = (
        (chart.tge, chart.tge_told, "axis", base, base + 38, base + 38),
        (chart.at, chart.at_told, "now", _TOP - 4, base, _TOP - 6),
    )
    for time, told, kind, top, bottom, y in marks:
        x = _x(chart, time)
        anchor, at = ("end", x - 5) if x > _LEFT + _LONG // 2 else ("start", x + 5)
        yield f'<path class="halo" d="M{x} {top}V{bottom}"/><path class="{kind}" d="M{x} {top}V{bottom}"/>'
        yield f'<text text-anchor="{anchor}" x="{at}" y="{y}">{_xml(told)}</text>'


def _legend(chart: Chart, top: int) -> Iterator[str]:
    """From the top band down, as they lie in the picture."""
    for place, (number, band) in enumerate(reversed(list(enumerate(chart.bands)))):
        y = top + 24 * place
        fill = f"url(#band{number % len(_TONES)})"
        yield f'<rect class="swatch" x="{_MARGIN}" y="{y}" width="28" height="16" fill="{fill}"/>'
        yield f'<text x="{_MARGIN + 38}" y="{y + 12}">{_xml(band.name[:_NAME_MAX])}</text>'
        yield f'<text class="end" x="{_WIDTH - _MARGIN}" y="{y + 12}">{_xml(band.told)}</text>'


def _xml(text: str) -> str:
    return escape_xml(escape(text))
