"""`governance.hub_pages`: a hub's list in pages, and every way in which pages do not fit each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.errors import UncheckableError
from governance import hub_pages
from governance.hub_pages import Cursor, Gathering, HubPageError

Row = dict[str, Any]


def row(number: int, created: int, **more: Any) -> Row:
    return {"id": f"{number:05}", "created": created, "proposal": {"id": "p"}, **more}


def serve(rows: list[Row], cursor: Cursor, first: int) -> list[Row]:
    """By the hub's documented rules; fresh rows each time, as JSON gives them."""
    found = sorted((r for r in rows if r["created"] >= cursor.created), key=lambda r: (r["created"], r["id"]))
    return [dict(r) for r in found[cursor.skip : cursor.skip + first]]


def gather(rows: list[Row], first: int, change: Callable[[int, list[Row]], object] = lambda _, page: page) -> list[str]:
    gathering, number = Gathering("proposal", "p", first), 0
    while (cursor := gathering.cursor) is not None:
        number += 1
        gathering.take(change(number, serve(rows, cursor, first)))
    return [str(found["id"]) for found in gathering.rows]


@given(st.lists(st.integers(1, 6), max_size=40), st.integers(1, 7))
def test_every_row_once(seconds: list[int], first: int) -> None:
    """Whatever seconds the rows share, and however small the pages: each row, once, in the hub's order."""
    rows = [row(number, created) for number, created in enumerate(seconds)]

    expected = [r["id"] for r in sorted(rows, key=lambda r: (r["created"], r["id"]))]
    assert expected == gather(rows, first)


ROWS = [row(number, 10 + number // 3, choice=1) for number in range(12)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda n, page: {"rows": page}, "shape"),
        (lambda n, page: None, "shape"),
        (lambda n, page: [*page, page[-1]], "more"),
        (lambda n, page: [7, *page[1:]], "shape"),
        (lambda n, page: [{**page[0], "created": "10"}, *page[1:]], "shape"),
        (lambda n, page: [{**page[0], "created": 0}, *page[1:]], "shape"),
        (lambda n, page: [{**page[0], "created": True}, *page[1:]], "shape"),
        (lambda n, page: [{**page[0], "id": "x" * 300}, *page[1:]], "shape"),
        (lambda n, page: [{**page[0], "proposal": {"id": "q"}}, *page[1:]], "other"),
        (lambda n, page: page[::-1], "order"),
        (lambda n, page: [page[0], page[0], *page[2:]], "twice"),
        (lambda n, page: page if n == 1 else [{**page[0], "choice": 2}, *page[1:]], "changed"),
        (lambda n, page: page if n == 1 else page[1:], "gone"),
        (lambda n, page: page if n == 1 else [row(7, 10), *page[1:]], "order"),
    ],
)
def test_H96_pages_that_do_not_fit(change: Callable[[int, list[Row]], object], reason: str) -> None:
    """More rows than asked, rows of another vote, out of order, twice, changed or gone: could not be checked."""
    with pytest.raises(HubPageError) as refused:
        gather(ROWS, 5, change)

    assert ("E_HUB_PAGE", reason) == (refused.value.code, refused.value.reason)
    assert isinstance(refused.value, UncheckableError)


@pytest.mark.parametrize(("seconds", "reason"), [(range(10, 30), "order"), ([10] * 20, "twice")])
def test_a_cursor_that_does_not_move(seconds: list[int], reason: str) -> None:
    """A hub that gives its first page for ever is found out by the second one, or by the first that skips."""
    rows = [row(number, created) for number, created in enumerate(seconds)]
    with pytest.raises(HubPageError, match=reason):
        gather(rows, 5, lambda _n, _page: serve(rows, Cursor(), 5))


def test_a_second_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub skips 5,000 rows at most; more votes than that in one second cannot be read."""
    monkeypatch.setattr(hub_pages, "SKIP_MAX", 10)
    assert 14 == len(gather([row(number, 10) for number in range(14)], 5))
    with pytest.raises(HubPageError, match="second"):
        gather([row(number, 10) for number in range(15)], 5)


def test_a_list_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_pages, "ROWS_MAX", 30)
    with pytest.raises(HubPageError, match="endless"):
        gather([row(number, 10 + number) for number in range(60)], 10)


def test_a_refused_page_changes_nothing() -> None:
    """What was gathered before is as it was, and the right page can still be taken."""
    gathering = Gathering("proposal", "p", 5)
    gathering.take(serve(ROWS, Cursor(), 5))
    before, cursor = gathering.rows, gathering.cursor
    assert cursor is not None
    with pytest.raises(HubPageError):
        gathering.take(serve(ROWS, cursor, 5)[1:])

    assert (before, cursor) == (gathering.rows, gathering.cursor)
    gathering.take(serve(ROWS, cursor, 5))
    assert len(gathering) > len(before)
