"""A new document out of values: what `parse_document` will read back as the same values.

Decides only the layout. What is requested is the exact sum of the rows, never an argument. A value that would change
meaning on the way (a pipe in a purpose, a line break in a title) is refused, because the finished text is read again
and compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from chain import address
from proposals import times
from proposals.action import CallSentence, read_action, write_call
from proposals.document import SECTIONS, Document, parse_document
from proposals.errors import ProposalsError
from proposals.front_matter import PAYING_TYPES
from proposals.grant import tranches_of, write_grant
from proposals.languages import Frame, frame
from proposals.payment import PaymentSentence, totals
from proposals.price import is_priced, read_priced, write_priced
from proposals.tables import (
    BUDGET,
    BUDGET_COLUMNS,
    BUDGET_OPTIONS,
    MILESTONE_COLUMNS,
    MILESTONES,
    BudgetRow,
    Milestone,
    part_range,
)


class DraftError(ProposalsError):
    """Values that a document cannot hold (`E_PARSE`)."""


def draft(
    *,
    number: int | None,
    title: str,
    description: str,
    author: str,
    discussions_to: str,
    created: str,
    sections: Mapping[str, str],
    budget: Sequence[BudgetRow] = (),
    milestones: Sequence[Milestone] = (),
    kind: str = "Funding",
    category: str | None = None,
    requires: Sequence[int] = (),
    language: str = "en",
) -> bytes:
    """Return a document of `kind`; `number` None makes a draft, `created` is a day `yyyy-mm-dd`.

    Its frame has the words of `language`; all arguments have the English ones. `sections` holds text by title; the text
    of Budget and Milestones stands above their tables. Sections without text, table or place in a document of the kind
    are left out. Raises `DraftError` or `DocumentError`.
    """
    unknown = set(sections) - set(SECTIONS)
    if unknown:
        raise DraftError("E_PARSE", "section_unknown", section=min(unknown), allowed=", ".join(SECTIONS))
    asks = totals(ask for row in budget for ask in row.asks)
    headers = {
        "iip": "draft" if number is None else str(number),
        "title": title,
        "description": description,
        "author": author,
        "discussions-to": discussions_to,
        "type": kind,
        "category": category or "",
        "created": created,
        "requires": ", ".join(map(str, requires)),
        "requested": ", ".join(f"{amount} {symbol}" for symbol, amount in asks.items()),
    }
    front = "".join(f"{key}: {value}\n" for key, value in headers.items() if value)
    blocks = dict.fromkeys(SECTIONS, "") | {title: text.strip("\n") for title, text in sections.items()}
    words = frame(language)
    if budget:
        blocks[BUDGET] = _under(blocks[BUDGET], _budget_table(budget, words))
    if milestones or (kind in PAYING_TYPES and budget):
        columns = [words.column(each) for each in MILESTONE_COLUMNS]
        blocks[MILESTONES] = _under(blocks[MILESTONES], _table(columns, map(_milestone_cells, milestones)))
    body = "\n".join(f"## {words.section(title)}\n\n{text}\n" for title, text in blocks.items() if text)
    raw = f"---\n{front}---\n\n{body}".encode("utf-8", "surrogatepass")  # half a character is refused with its line
    document = parse_document(raw)
    if [section.title for section in document.sections] != [title for title, text in blocks.items() if text]:
        raise DraftError("E_PARSE", "draft", field="sections")
    _check(document, headers, budget, milestones)
    return raw


def budget_row(
    part: int, action: str, *, release: str = "", purpose: str = "", not_before: int = 0, not_after: int = 0
) -> BudgetRow:
    """Return a row from a payment sentence, `2.5 ETH to 0x…`, or a call; times are Unix seconds."""
    sentence, price = read_priced(action) if is_priced(action) else (read_action(action), None)
    return BudgetRow(
        part=part, action=sentence, release=release, purpose=purpose, price=price,
        not_before=not_before, not_after=not_after,
    )  # fmt: skip


def tranches(first: BudgetRow, *, start: int, months: int, count: int) -> list[BudgetRow]:
    """Return `count` rows like the first, each a part of its own and not paid before its day: the first moment `start`
    in Unix seconds, and every `months` months after it, counted from the start so that a 31st does not drift.
    """
    return [
        replace(first, part=first.part + number, not_before=times.add_months(start, number * months))
        for number in range(count)
    ]


def milestone(id_: str, deliverable: str, *, due: int | None, evidence: str, reviewers: Iterable[str]) -> Milestone:
    """Return a milestone; `due` is in Unix seconds."""
    return Milestone(id=id_, deliverable=deliverable, due=due, evidence=evidence, reviewers=tuple(reviewers))


def _budget_table(rows: Sequence[BudgetRow], words: Frame) -> str:
    timed = any((row.not_before and row.grant is None) or row.not_after for row in rows)
    columns = [words.column(each) for each in BUDGET_COLUMNS + (BUDGET_OPTIONS if timed else ())]
    return _table(columns, (_budget_cells(lines)[: len(columns)] for lines in _in_lines(rows)))


def _in_lines(rows: Sequence[BudgetRow]) -> Iterator[list[BudgetRow]]:
    """Give the rows that one line of the table says: a grant's tranches together, every other row alone."""
    at = 0
    while at < len(rows):
        grant = rows[at].grant
        end = at + (1 if grant is None else len(tranches_of(grant)))
        yield list(rows[at:end])
        at = end


def _budget_cells(rows: list[BudgetRow]) -> tuple[str, ...]:
    row = rows[0]
    window = tuple(times.spell_instant(time) if time else "-" for time in (row.not_before, row.not_after))
    if row.grant is not None:
        return (
            part_range(rows),
            write_grant(row.grant, _payment(row.grant.payment)),
            "-",
            row.purpose or "-",
            "-",
            "-",
        )
    return (str(row.part), _action(row), row.release or "-", row.purpose or "-", *window)


def _action(row: BudgetRow) -> str:
    if isinstance(row.action, CallSentence):
        return write_call(row.action)
    if row.price is not None:
        return write_priced(row.price, row.action.symbol, _payee(row.action))
    return _payment(row.action)


def _payment(payment: PaymentSentence) -> str:
    return f"{payment.amount} {payment.symbol} to {_payee(payment)}"


def _payee(payment: PaymentSentence) -> str:
    return (
        address.checksum(payment.to) if payment.chain_id is None else address.with_chain(payment.to, payment.chain_id)
    )


def _milestone_cells(milestone: Milestone) -> tuple[str, ...]:
    due = "-" if milestone.due is None else _spell_due(milestone.due)
    reviewers = ", ".join(milestone.reviewers) or "-"
    return (milestone.id, milestone.deliverable or "-", due, milestone.evidence or "-", reviewers)


def _spell_due(due: int) -> str:
    return times.spell_instant(due) if due % 86_400 else times.spell_day(due)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _under(text: str, table: str) -> str:
    return f"{text}\n\n{table}" if text else table


def _check(
    document: Document, headers: Mapping[str, str], budget: Sequence[BudgetRow], milestones: Sequence[Milestone]
) -> None:
    """Refuse what does not read back as it was given; lines are the document's own."""
    front = document.front
    given = (headers["title"], headers["description"], headers["author"], headers["discussions-to"])
    if given != (front.title, front.description, front.author, front.discussions_to):
        raise DraftError("E_PARSE", "draft", field="front matter")
    if [replace(row, line=0) for row in budget] != [replace(row, line=0) for row in document.budget]:
        raise DraftError("E_PARSE", "draft", field=BUDGET)
    if [replace(each, line=0) for each in milestones] != [replace(each, line=0) for each in document.milestones]:
        raise DraftError("E_PARSE", "draft", field=MILESTONES)
