"""A count as a picture: bars of scores, the quorum's line, rounds, drawn as one SVG that needs nothing else.

Decides where things stand and how long bars are, in whole numbers, so that the same count gives the same bytes on every
machine. Says nothing by itself: every word is handed in, in the reader's language. Strangers' text is escaped for the
eye (`dao.sentences.escape`) and for XML, cut, and clipped to its place, so that no name can reach over another one.

Bars of a group have one scale, from zero to the greatest in it. Colours follow the reader's light or dark setting; who
won is also said in words and in bold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape as escape_xml
from typing import Literal, NamedTuple

from chain.amount import spell
from dao.cli.wide import width, wrap
from dao.sentences import escape

Weight = Literal["", "won", "out"]

_WIDTH, _MARGIN = 720, 24
_INNER = _WIDTH - 2 * _MARGIN
_COLUMNS, _SMALL_COLUMNS = 82, 96
"""Columns of text in a line of 14 and of 12 pixels."""
_FIGURES = 260
"""Pixels that a row's figures have at most."""
_NAME_LIMIT = 80
"""Characters of a name that are drawn; combining ones take no room and count as well."""
_TOOLTIP_LIMIT = 300
_PLACES = 4
"""Digits after the point that are drawn."""
_DIGITS = 21
"""Digits before it; beyond, a power is drawn as its beginning and how many digits follow."""

_STYLE = """\
text { font-family: ui-sans-serif, system-ui, "Segoe UI", "Noto Sans", "Noto Sans CJK TC", Helvetica, Arial, sans-serif;
  font-size: 14px; fill: #1f2328; font-variant-numeric: tabular-nums; direction: ltr; unicode-bidi: isolate; }
.page { fill: #ffffff; } .track { fill: #eaeef2; } .bar { fill: #818b98; } .bar.won { fill: #0969da; }
.bar.out { fill: #c8ced5; } .head { font-size: 18px; font-weight: 600; } .group, text.won { font-weight: 600; }
.soft, text.out { fill: #59636e; } .small { font-size: 12px; } .end { text-anchor: end; }
.line { stroke: #cf222e; stroke-width: 2; stroke-dasharray: 4 3; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; } .page { fill: #0d1117; } .track { fill: #21262d; } .bar { fill: #6e7681; }
  .bar.won { fill: #4493f8; } .bar.out { fill: #3d444d; } .soft, text.out { fill: #9198a1; }
  .line { stroke: #ff7b72; }
}"""


class Bar(NamedTuple):
    """One choice in one group."""

    number: int
    """From 1, as it stood on the ballot."""
    name: str
    power: int
    said: str = ""
    """What became of it, as `won`."""
    weight: Weight = ""


class Quorum(NamedTuple):
    """What had to be counted, and what was."""

    counted: int
    needed: int
    counted_said: str
    needed_said: str
    """With the power, for the line."""


class Round(NamedTuple):
    """One round of ranked choice; the line stands at half of what is still counted."""

    said: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn, from top to bottom."""

    lang: str
    title: str
    outcome: tuple[str, ...]
    """Sentences."""
    bars: tuple[Bar, ...]
    total: int
    """Of which the shares are."""
    decimals: int
    quorum: Quorum | None = None
    rounds: tuple[Round, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences below all."""


class _Block(NamedTuple):
    """Some elements, and the pixels that they take from the top downwards."""

    elements: tuple[str, ...]
    height: int


def draw(chart: Chart) -> bytes:
    """Draw a chart as an SVG document in UTF-8."""
    y, body = _MARGIN, []
    for block in _blocks(chart):
        if block.elements:
            body.append(f'<g transform="translate({_MARGIN} {y})">' + "".join(block.elements) + "</g>")
        y += block.height
    height = y + _MARGIN // 2
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'xml:lang="{_xml(chart.lang)}" role="img" aria-labelledby="title desc">'
    )
    lines = (
        head,
        f'<title id="title">{_xml(chart.title)}</title>',
        f'<desc id="desc">{_xml(" ".join(chart.outcome))}</desc>',
        f"<style>\n{_STYLE}\n</style>",
        f'<rect class="page" width="{_WIDTH}" height="{height}"/>',
        *body,
        "</svg>\n",
    )
    return "\n".join(lines).encode()


def _blocks(chart: Chart) -> Iterator[_Block]:
    yield _Block((_clipped(cut(chart.title, 56), 0, _INNER, "head", 26),), 34)
    yield from _sentences(chart.outcome, _COLUMNS, "")
    yield _Block((), 10)
    greatest = max((bar.power for bar in chart.bars), default=0)
    for bar in chart.bars:
        yield _row(bar, greatest, chart.total, chart.decimals)
    if chart.quorum is not None:
        yield _quorum(chart.quorum, chart.decimals)
    for round_ in chart.rounds:
        yield _round(round_, chart.decimals)
    yield _Block((), 10)
    yield from _sentences(chart.notes, _SMALL_COLUMNS, "soft small")


def _sentences(sentences: Sequence[str], columns: int, kind: str) -> Iterator[_Block]:
    """One below the other, broken where a line is full; a word that is longer than a line is broken too."""
    for sentence in sentences:
        for line in wrap(sentence, columns):
            for piece in _pieces(line, columns):
                yield _Block((_clipped(piece, 0, _INNER, kind),), 20)
        yield _Block((), 4)


def _pieces(line: str, columns: int) -> Iterator[str]:
    while line:
        size = len(line)
        while width(line[:size]) > columns:
            size -= 1 + (width(line[:size]) - columns - 1) // 2
        yield line[:size]
        line = line[size:]


def _row(bar: Bar, greatest: int, total: int, decimals: int) -> _Block:
    """A choice: its name, what it has, and below them its bar over the whole width."""
    figures = " · ".join(filter(None, (bar.said, shown(bar.power, decimals), _share(bar.power, total))))
    room = _INNER - min(_FIGURES, 8 * width(figures) + 16)
    elements = (
        f"<g><title>{_tooltip(bar, decimals)}</title>",
        _clipped(cut(f"{bar.number}. {bar.name}", room // 8), 0, room, bar.weight),
        _at_end(figures, 15, bar.weight),
        _bar(0, 22, _INNER, bar, greatest),
        "</g>",
    )
    return _Block(elements, 44)


def _quorum(quorum: Quorum, decimals: int) -> _Block:
    """What counts towards the quorum as one bar, and the quorum as a line through it."""
    greatest = max(quorum.counted, quorum.needed)
    bar = Bar(0, "", quorum.counted)
    x = _length(quorum.needed, greatest, _INNER)
    kind, at = ("soft small end", x - 6) if x > _INNER // 2 else ("soft small", x + 6)
    elements = (
        _clipped(quorum.counted_said, 12, _INNER - _FIGURES, "group"),
        _at_end(shown(quorum.counted, decimals), 27),
        _bar(0, 36, _INNER, bar, greatest),
        f'<path class="line" d="M{min(x, _INNER - 1)} 33V62"/>',
        f'<text{_class(kind)} x="{at}" y="61">{_xml(quorum.needed_said)}</text>',
    )
    return _Block(elements, 72)


def _round(round_: Round, decimals: int) -> _Block:
    """Its name, and a narrow row for each choice that is still in; who passes the line has more than half."""
    whole = sum(bar.power for bar in round_.bars)
    greatest = max([2 * bar.power for bar in round_.bars] + [whole])
    left, long, bottom = 200, 260, 34 + 20 * len(round_.bars)
    elements = [f'<text class="group" y="25">{_xml(round_.said)}</text>']
    for place, bar in enumerate(round_.bars):
        y = 34 + 20 * place
        figures = " · ".join(filter(None, (bar.said, shown(bar.power, decimals), _share(bar.power, whole))))
        elements += [
            f"<g><title>{_tooltip(bar, decimals)}</title>",
            _clipped(cut(f"{bar.number}. {bar.name}", (left - 8) // 7), y, left - 8, f"small {bar.weight}"),
            _bar(left, y + 5, long, bar._replace(power=2 * bar.power), greatest),
            _at_end(figures, y + 15, f"small {bar.weight}"),
            "</g>",
        ]
    half = left + _length(whole, greatest, long)
    elements.append(f'<path class="line" d="M{min(half, left + long - 1)} 32V{bottom}"/>')
    return _Block(tuple(elements), bottom + 6)


def _bar(x: int, y: int, long: int, bar: Bar, greatest: int) -> str:
    """A track with the bar in it; a power above zero is never invisible."""
    filled = max(_length(bar.power, greatest, long), 1 if bar.power > 0 else 0)
    track = f'<rect class="track" x="{x}" y="{y}" width="{long}" height="10"/>'
    if not filled:
        return track
    return track + f'<rect{_class(f"bar {bar.weight}")} x="{x}" y="{y}" width="{filled}" height="10"/>'


def _length(power: int, greatest: int, long: int) -> int:
    return long * power // greatest if greatest > 0 else 0


def _clipped(text: str, y: int, room: int, kind: str, high: int = 21) -> str:
    """A line in a window of its own, outside of which nothing of it is drawn."""
    line = f'<text{_class(kind)} y="{high - 6}">{_xml(text)}</text>'
    return f'<svg x="0" y="{y}" width="{room}" height="{high}">{line}</svg>'


def _at_end(text: str, y: int, kind: str = "") -> str:
    """A line that ends where the page does."""
    return f'<text{_class(f"end {kind}")} x="{_INNER}" y="{y}">{_xml(text)}</text>'


def _class(names: str) -> str:
    return f' class="{names.strip()}"' if names.strip() else ""


def _tooltip(bar: Bar, decimals: int) -> str:
    """The whole name and the exact power, as far as they are not beyond all measure."""
    return _xml(f"{bar.name[:_TOOLTIP_LIMIT]}: {spell(bar.power, decimals)[:_TOOLTIP_LIMIT]}")


def cut(text: str, columns: int) -> str:
    """The beginning of a text in so many columns, and a mark where something is missing."""
    safe = escape(text[: _NAME_LIMIT + 1])
    if len(text) <= _NAME_LIMIT and width(safe) <= columns:
        return safe
    safe = safe[:_NAME_LIMIT]
    while safe and width(safe) > columns - 1:
        safe = safe[:-1]
    return safe + "…"


def shown(power: int, decimals: int) -> str:
    """A power with few digits after the point, and a mark where more follow; never rounded."""
    whole, _, fraction = spell(power, decimals).partition(".")
    if len(whole) > _DIGITS:
        return f"{whole[0]}.{whole[1:4]}…e{len(whole) - 1}"
    if len(fraction) > _PLACES:
        return f"{whole}.{fraction[:_PLACES]}…"
    return f"{whole}.{fraction}" if fraction else whole


def _share(power: int, total: int) -> str:
    """In per cent with one digit after the point, rounded half up; nothing where there is no total."""
    if total <= 0:
        return ""
    tenths = (2000 * power + total) // (2 * total)
    if power > 0 and not tenths:
        return "<0.1 %"
    return f"{tenths // 10}.{tenths % 10} %"


def _xml(text: str) -> str:
    return escape_xml(escape(text))
