"""Following a space at its hub: one round of asking, step by step, each kept before the next is taken.

Decides the order of the steps: the space, the list of its proposals, and of each proposal whose votes may have changed
the votes and then the signatures. A round that was cut off goes on with the step that failed. What a step adds is
decided by `governance.followed`; whether pages fit each other by `governance.hub_pages`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from dao.hub_reading import Progress
from dao.store.follow import FollowStore, FollowStoreError
from governance import followed
from governance.clients import snapshot
from governance.clients.snapshot import Hub
from governance.followed import Fact
from governance.hub_answer import read_hub_json
from governance.hub_pages import PAGE_ROWS, Gathering, HubPageError
from governance.hub_votes import read_messages, read_proposal, read_votes

PROPOSALS_AT_ONCE = 100


class Round(NamedTuple):
    """What one round added."""

    began: int
    facts: int
    """How many are new."""


def sync(hub: Hub, store: FollowStore, space: str, now: int, progress: Progress, *, again: bool = False) -> Round:
    """Run a round, or the rest of one that was cut off; with `again` votes that were read for good are read once more.

    Raises `HubError` and `HubPageError`, and what was kept until then stays.
    """
    known, before = store.known, len(store)
    if known.hub not in ("", hub.host):
        raise FollowStoreError("E_FOLLOW", "other_hub", hub=hub.host, known=known.hub)
    began = store.begin(now)

    def step(name: str, facts: Callable[[], Iterable[Fact]]) -> None:
        if not store.is_done(name):
            store.append(list(facts()), name)

    if not known.hub:
        store.append([Fact("follow", began, space, {"hub": hub.host})])
    step("space", partial(_space, hub, store, space, began))
    step("proposals", partial(_proposals, hub, store, space, began, progress))
    shown = known.shown()
    for number, id_ in enumerate(shown, 1):
        if again or not known.is_read(id_):
            step(f"votes {id_}", partial(_votes, hub, store, id_, began, progress))
            _signatures(hub, store, id_, began, progress)
            step(f"read {id_}", partial(followed.of_reading, known, id_, began))
        progress("followed", number, len(shown))
    store.append([Fact("looked", began, space, {"proposals": len(shown)})], ends=True)
    return Round(began, len(store) - before)


def _space(hub: Hub, store: FollowStore, space: str, began: int) -> Iterable[Fact]:
    row = _field(hub.ask("space", snapshot.SPACE, {"space": space}), "space")
    if row is None:
        raise HubPageError("E_HUB_PAGE", "no_space", space=space)
    if not isinstance(row, dict) or str(row.get("id")).lower() != space.lower():
        raise HubPageError("E_HUB_PAGE", "shape", field="space")
    return followed.of_space(store.known, space, row, began)


def _proposals(hub: Hub, store: FollowStore, space: str, began: int, progress: Progress) -> Iterable[Fact]:
    """The whole list; one that is not on it any more is asked for by its id before it is called gone."""
    gathering = Gathering("space", space, PROPOSALS_AT_ONCE)
    while (cursor := gathering.cursor) is not None:
        asked = {"space": space, "created": cursor.created, "first": PROPOSALS_AT_ONCE, "skip": cursor.skip}
        gathering.take(_field(hub.ask("proposals", snapshot.ALL_PROPOSALS, asked), "proposals"))
        progress("proposals", len(gathering), 0)
    for row in gathering.rows:
        read_proposal(row)
    listed = {row["id"] for row in gathering.rows}
    for id_ in store.known.shown():
        if id_ not in listed:
            found = _field(hub.ask("proposal", snapshot.ONE_PROPOSAL, {"id": id_}), "proposal")
            if found is not None:
                raise HubPageError("E_HUB_PAGE", "gone", id=id_)
    return followed.of_proposals(store.known, gathering.rows, began)


def _votes(hub: Hub, store: FollowStore, proposal: str, began: int, progress: Progress) -> Iterable[Fact]:
    gathering = Gathering("proposal", proposal, PAGE_ROWS)
    while (cursor := gathering.cursor) is not None:
        asked = {"proposal": proposal, "created": cursor.created, "first": PAGE_ROWS, "skip": cursor.skip}
        gathering.take(_field(hub.ask("votes", snapshot.VOTES, asked), "votes"))
        progress("votes", len(gathering), 0)
    read_votes(gathering.rows)
    return followed.of_votes(store.known, proposal, gathering.rows, began)


def _signatures(hub: Hub, store: FollowStore, proposal: str, began: int, progress: Progress) -> None:
    """Ask for the signatures that are not known, and keep each answer as it comes."""
    ids = [proposal, *store.known.votes.get(proposal, {})]
    missing = [id_ for id_ in ids if id_ not in store.known.messages]
    for first in range(0, len(missing), snapshot.IDS_MAX):
        asked = missing[first : first + snapshot.IDS_MAX]
        answer = hub.ask("messages", snapshot.KEPT_MESSAGES, {"ids": asked, "first": snapshot.IDS_MAX})
        rows = _field(answer, "messages")
        read_messages(rows, asked)
        assert isinstance(rows, list), "its form was checked"
        store.append(list(followed.of_messages(rows, asked, began)))
        progress("messages", first + len(asked), len(missing))


def _field(answer: bytes, name: str) -> object:
    document = read_hub_json(answer)
    data = document.get("data") if isinstance(document, dict) else None
    return data.get(name) if isinstance(data, dict) else None
