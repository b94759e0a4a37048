"""A hub's lists, page by page: what is asked next, and whether a page fits those before it.

Decides the order of the questions and that all answers are of one list. A hub gives at most 1,000 rows at once and
skips at most 5,000, so a list is read by the time of its rows: ascending, each page from the second in which the last
one ended, so that the rows of that second come twice and must be the same. A row that changes, vanishes, stands in the
wrong place or belongs elsewhere makes the list unusable (`E_HUB_PAGE`): it could not be checked, whatever it says. What
rows mean is decided by `governance.hub_votes`; nothing here asks anybody.

Source: the hub's `helpers.ts` (first ≤ 1000, skip ≤ 5000, ties by ascending id; a bound of 0 is no bound).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chain.errors import UncheckableError
from governance.errors import GovernanceError

PAGE_ROWS = 1_000
SKIP_MAX = 5_000
ROWS_MAX = 1_000_000
"""Of one list; a hub that goes on beyond does not end."""
ID_MAX = 200
"""Characters of a row's id."""
_TIMES = range(1, 2**40)
"""Unix seconds."""

HubRow = Mapping[str, Any]


class HubPageError(GovernanceError, UncheckableError):
    """A page that does not fit what was asked or what came before (`E_HUB_PAGE`): the list could not be read."""


class Cursor(NamedTuple):
    """Where the next page begins."""

    created: int = 0
    """Rows of this second and later ones; Unix seconds."""
    skip: int = 0
    """Rows of it to leave out, all of that very second; above 0 only where one second fills a page."""


class Gathering:
    """The rows of one list, as pages come in; finished when `cursor` is None.

    `owner` names the member that says what a row belongs to, and what it must be there.
    """

    def __init__(self, owner: str, owner_id: str, page_rows: int = PAGE_ROWS) -> None:
        self.cursor: Cursor | None = Cursor()
        self._rows: dict[str, HubRow] = {}
        self._last_second: list[str] = []
        """Ids of the rows of the cursor's second."""
        self._owner, self._owner_id = owner, owner_id
        self._page_rows = page_rows

    @property
    def rows(self) -> list[HubRow]:
        """All rows so far, each once, by time."""
        return list(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def take(self, page: object) -> None:
        """Take the page that was asked for at the cursor; raises `HubPageError`, and then nothing of it is kept."""
        assert self.cursor is not None, "a finished list has no next page"
        rows = self._checked(page, self.cursor)
        fresh = [row for row in rows if row["id"] not in self._rows]
        if self.cursor.skip and len(fresh) < len(rows):
            raise HubPageError("E_HUB_PAGE", "twice", id=_first_known(rows, self._rows))
        if not self.cursor.skip:
            self._check_overlap(rows)
        if len(self._rows) + len(fresh) > ROWS_MAX:
            raise HubPageError("E_HUB_PAGE", "endless", limit=ROWS_MAX)
        cursor = self._next(rows, self.cursor)
        self._rows.update((row["id"], row) for row in fresh)
        if cursor is not None:
            self._last_second = [id_ for id_, row in self._rows.items() if row["created"] == cursor.created]
        self.cursor = cursor

    def _checked(self, page: object, cursor: Cursor) -> Sequence[HubRow]:
        """Its form, its owner, its size and its order."""
        if not isinstance(page, list):
            raise HubPageError("E_HUB_PAGE", "shape", field="list")
        if len(page) > self._page_rows:
            raise HubPageError("E_HUB_PAGE", "more", rows=len(page), asked=self._page_rows)
        before = cursor.created
        seen: set[str] = set()
        for row in page:
            check_row(row)
            if row.get(self._owner) != self._owner_id:
                raise HubPageError("E_HUB_PAGE", "other", id=row["id"])
            if row["created"] < before:
                raise HubPageError("E_HUB_PAGE", "order", id=row["id"])
            if row["id"] in seen:
                raise HubPageError("E_HUB_PAGE", "twice", id=row["id"])
            before = row["created"]
            seen.add(row["id"])
        return page

    def _check_overlap(self, rows: Sequence[HubRow]) -> None:
        """Rows that came before are as they were, and none of the cursor's second is gone."""
        for row in rows:
            known = self._rows.get(row["id"])
            if known is not None and known != row:
                raise HubPageError("E_HUB_PAGE", "changed", id=row["id"])
        found = {row["id"] for row in rows}
        gone = [id_ for id_ in self._last_second if id_ not in found]
        if gone and len(self._last_second) <= self._page_rows:
            raise HubPageError("E_HUB_PAGE", "gone", id=gone[0])

    def _next(self, rows: Sequence[HubRow], cursor: Cursor) -> Cursor | None:
        if len(rows) < self._page_rows:
            return None
        last: int = rows[-1]["created"]
        if last > cursor.created:
            return Cursor(last)
        if cursor.skip + self._page_rows > SKIP_MAX:
            raise HubPageError("E_HUB_PAGE", "second", created=cursor.created, limit=SKIP_MAX)
        return Cursor(last, cursor.skip + self._page_rows)


def check_row(row: object) -> None:
    """Refuse a row without id or time (`E_HUB_PAGE`); what it belongs to becomes an id where the hub says an object."""
    if not isinstance(row, dict):
        raise HubPageError("E_HUB_PAGE", "shape", field="row")
    id_, created = row.get("id"), row.get("created")
    if not isinstance(id_, str) or not 0 < len(id_) <= ID_MAX:
        raise HubPageError("E_HUB_PAGE", "shape", field="id")
    if type(created) is not int or created not in _TIMES:
        raise HubPageError("E_HUB_PAGE", "shape", field="created")
    for name in ("proposal", "space"):  # the hub answers them as objects with an id
        if isinstance(row.get(name), dict):
            row[name] = row[name].get("id")


def _first_known(rows: Sequence[HubRow], known: Mapping[str, HubRow]) -> str:
    return next(str(row["id"]) for row in rows if row["id"] in known)
