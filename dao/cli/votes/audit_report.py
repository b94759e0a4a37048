"""The audits of a space as files: a table for spreadsheets, and a page with a chart that needs no network.

Decides their layout and that nothing in them can act: no cell of the table is a formula (`dao.cli.spreadsheet`), and
every text of the page is escaped, under a policy that lets no script run and nothing be fetched. What was found is
`governance.hub_audit`'s.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from chain.errors import CodedError, UncheckableError
from dao.cli.files import write as write_file
from dao.cli.spreadsheet import write_csv
from dao.cli.text import label, say
from dao.cli.votes.audit_told import refusal, told
from dao.cli.votes.hub_text import names, one_line, shown
from dao.sentences import language
from governance.hub_audit import HubAudit
from governance.hub_votes import HubProposal

_COLUMNS = (
    "proposal", "title", "type", "votes", "exact_total", "published_total", "winners", "verdict", "signed", "state",
    "codes",
)  # fmt: skip
_WIDTH, _ROOM, _TOLD, _BAR = 900, 150, 330, 26
"""Of the chart: pixels in all, for names and numbers, for what is told beside a bar, and for the row of a proposal."""
_DRAWN = 200
_COLOURS = {"same": "#1a7f4b", "differs": "#c0392b", "unknown": "#8a6d1a"}
_STYLE = f"""
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c2430 }}
table {{ border-collapse: collapse; width: 100% }}
td, th {{ text-align: left; padding: .3rem .6rem; vertical-align: top; border-bottom: 1px solid #d9dee5 }}
.n {{ text-align: right; font-variant-numeric: tabular-nums }}
.same {{ color: {_COLOURS["same"]} }}
.differs {{ color: {_COLOURS["differs"]} }}
.unknown {{ color: {_COLOURS["unknown"]} }}
p.told {{ margin: .2rem 0 }}
"""
_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title><style>{style}</style></head><body>
<h1>{title}</h1>
{chart}
<table><thead><tr>{head}</tr></thead><tbody>
{body}
</tbody></table>
</body></html>
"""


class Row(NamedTuple):
    """One proposal: audited, or refused."""

    proposal: HubProposal
    found: HubAudit | None
    error: CodedError | None

    @property
    def short(self) -> str:
        """Its id by its beginning, made harmless: the hub chose it."""
        return one_line(self.proposal.id)[:10]

    @property
    def state(self) -> str:
        """`same`, `differs` or `unknown`."""
        if self.found is None:
            return "unknown" if isinstance(self.error, UncheckableError) else "differs"
        return "differs" if not self.found.ok else "same" if self.found.is_complete else "unknown"


def write(
    rows: Sequence[Row], host: str, space: str, csv_path: Path | None, html_path: Path | None, *, force: bool
) -> list[Path]:
    """Write the files that were asked for, and name them."""
    written: list[Path] = []
    for path, make in ((csv_path, _csv), (html_path, _html)):
        if path is not None:
            write_file(path, make(rows, host, space), force=force)
            written.append(path)
    return written


def _csv(rows: Sequence[Row], _host: str, _space: str) -> bytes:
    return write_csv(_COLUMNS, map(_cells, rows))


def _cells(row: Row) -> list[str]:
    proposal, found = row.proposal, row.found
    if found is None:
        code = row.error.code if row.error is not None else ""
        return [proposal.id, proposal.title, proposal.system, "", "", "", "", "", "", row.state, code]
    published = found.answer.total
    codes = sorted({finding.code for finding in found.findings if finding.level == "error"})
    codes += sorted({difference.kind for difference in found.counted.differences if difference.is_bad})
    return [
        proposal.id,
        proposal.title,
        proposal.system,
        str(len(found.answer.rows)),
        shown(found.counted.exact.total),
        "" if published is None else shown(Fraction(published)),
        names(found.counted.exact.winners, found.answer),
        found.exact_verdict or "",
        str(found.signatures.get("signed", 0)),
        row.state,
        " ".join(codes),
    ]


def _html(rows: Sequence[Row], host: str, space: str) -> bytes:
    heads = ("proposal", "votes", "total", "result", "verdict")
    head = "".join(f"<th>{html.escape(label(name))}</th>" for name in heads)
    title = html.escape(say("AUDIT", "space", space=one_line(space), hub=host, proposals=len(rows)))
    body = "\n".join(map(_html_row, rows))
    return _PAGE.format(
        lang=html.escape(language()), title=title, style=_STYLE, chart=chart(rows), head=head, body=body
    ).encode()


def _html_row(row: Row) -> str:
    news = [] if row.error is None else [refusal(row.error)]
    if row.found is not None:
        news += [told(finding, row.found) for finding in row.found.findings if finding.level != "info"]
    votes = "" if row.found is None else str(len(row.found.answer.rows))
    total = "" if row.found is None else shown(row.found.counted.exact.total)
    winners = "" if row.found is None else names(row.found.counted.exact.winners, row.found.answer)
    sentences = "".join(f'<p class="told">{html.escape(text)}</p>' for text in news)
    name = html.escape(one_line(row.proposal.title) or row.short)
    return (
        f'<tr><td><code>{html.escape(row.short)}</code> {name}</td><td class="n">{votes}</td>'
        f'<td class="n">{html.escape(total)}</td><td>{html.escape(winners)}</td>'
        f'<td><span class="{row.state}">{html.escape(label(f"audit_{row.state}"))}</span>{sentences}</td></tr>'
    )


def chart(rows: Sequence[Row]) -> str:
    """Draw the votes of each proposal, in the colour of what the audit found, and say who wins, as SVG."""
    drawn = rows[:_DRAWN]
    votes = [len(row.found.answer.rows) if row.found is not None else 0 for row in drawn]
    most = max([1, *votes])
    size = f"0 0 {_WIDTH} {_BAR * (len(drawn) + 1) + 10}"
    heading = html.escape(say("AUDIT", "chart", drawn=len(drawn), proposals=len(rows)))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" font-family="sans-serif" font-size="13" role="img">',
        f'<title>{heading}</title><text x="0" y="18" font-weight="bold">{heading}</text>',
    ]
    for number, (row, count) in enumerate(zip(drawn, votes, strict=True), 1):
        top, width = number * _BAR, max(2, count * (_WIDTH - _ROOM - _TOLD) // most)
        parts.append(
            f'<text x="0" y="{top + 18}">{html.escape(row.short)}</text><text x="{_ROOM - 8}" y="{top + 18}" '
            f'text-anchor="end">{count}</text><rect x="{_ROOM}" y="{top + 4}" width="{width}" height="{_BAR - 8}" '
            f'fill="{_COLOURS[row.state]}"/><text x="{_ROOM + width + 8}" y="{top + 18}">{html.escape(_verdict(row))}'
            "</text>"
        )
    return "\n".join([*parts, "</svg>"])


def _verdict(row: Row) -> str:
    """What the audit found, and who wins by it."""
    found = label(f"audit_{row.state}")
    return found if row.found is None else f"{found}: {names(row.found.counted.exact.winners, row.found.answer)[:40]}"
