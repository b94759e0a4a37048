"""What a document says where nobody knows the fund: its rows as they are written, and its calls from their bytes.

Decides what can be told without settings. A call's bytes stand in its row, so it is unfolded and told as `explain`
does; a payment stays the sentence of its row, because which contract its symbol is, with how many decimals, and which
Safe pays, is said nowhere in the document. None of these is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from proposals.action import CallSentence, write_call
from proposals.decode import Functions, functions_of
from proposals.document import Document
from proposals.explain import Sentence, moments, nested, spell_payment, told
from proposals.parts import Call
from proposals.tables import BudgetRow
from proposals.times import spell_day


def explain_rows(document: Document) -> tuple[tuple[Sentence, ...], ...]:
    """Say what each part of a document would do, as far as the document alone says it. Never refuses."""
    functions = functions_of(document)
    parts = [list(rows) for _, rows in groupby(document.budget, key=lambda row: row.part)]
    return tuple(tuple(_part(rows, functions)) for rows in parts)


def symbols(document: Document) -> tuple[str, ...]:
    """The assets that its rows name, in their order."""
    return tuple(dict.fromkeys(symbol for row in document.budget for _, symbol in row.asks))


def _part(rows: list[BudgetRow], functions: Functions) -> Iterator[Sentence]:
    first = rows[0]
    yield told("rows" if len(rows) > 1 else "rows_one", part=first.part, calls=len(rows))
    yield from moments(first)
    for position, row in enumerate(rows, 1):
        if isinstance(row.action, CallSentence):
            yield told("call", call=str(position), action=write_call(row.action))
            yield from nested(Call(row.action.to, 0, row.action.data), position, functions)
            continue
        yield told("payment", call=str(position), payment=spell_payment(row.action))
        if row.price is not None:
            facts = {"dollars": row.price.dollars, "price": row.price.price, "symbol": row.action.symbol}
            yield told("priced", call=str(position), day=spell_day(row.price.day), **facts)
