"""How long a text stands before its vote: the clock's share of the lifecycle.

Decides from when on a step is no longer early, and when a text that nobody touched is stagnant. A period of 0 holds
nobody up, and a space that names none has none. Not decided here: which periods are in force at which moment, and what
the evidence of an event is; both are handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import NamedTuple

from proposals.errors import ProposalsError
from proposals.lifecycle import IIP


class PeriodError(ProposalsError):
    """A step that comes before its period is over, or on a text that did not stand for it (`E_STATE`, `E_RESUBMIT`)."""


class Periods(NamedTuple):
    """Seconds, each 0 where the space has no such period."""

    review: int = 0
    """A text stands under review for so long before it is frozen; a newer text begins anew."""
    last_call: int = 0
    """A frozen text stands for so long before its vote is opened."""
    stagnation: int = 0
    """A text that waits for its vote, and that nobody touched for longer, is stagnant."""
    cool_down: int = 0
    """What a vote did not pass, or its author cancelled, is not asked again for so long."""


NO_PERIODS = Periods()


class Moment(NamedTuple):
    """One event of a document in its place."""

    event: str
    time: int
    """Unix seconds of its leaf; they never fall."""
    periods: Periods = NO_PERIODS
    """Those in force then."""
    document: bytes = b""
    """The digest of the text on which the step was taken; empty where the event speaks of none."""


class Place(NamedTuple):
    """Where a document stands."""

    state: str = IIP.initial
    since: int | None = None
    """When the newest event brought it there, or its time ran out; None while nothing has happened."""
    document: bytes = b""
    """The text of the newest step."""


_WAITS = MappingProxyType({"freeze": "review", "open_vote": "last_call", "resubmit": "cool_down"})
"""By event: the period that must have passed since the document came to its state."""
_IDLE = frozenset(edge.source for edge in IIP.transitions if edge.event == "inactive")


def earliest(place: Place, event: str, periods: Periods) -> int | None:
    """The first second in which an event is not early; None where no period holds it up."""
    seconds: int = getattr(periods, _WAITS[event]) if event in _WAITS else 0
    return place.since + seconds if seconds and place.since is not None else None


def at(place: Place, periods: Periods, now: int) -> Place:
    """The same place at a later time: stagnant where nobody touched the text for longer than the settings allow."""
    idle = place.since is not None and periods.stagnation and now > place.since + periods.stagnation
    if not idle or place.state not in _IDLE:
        return place
    assert place.since is not None
    return place._replace(state=IIP.step(place.state, "inactive"), since=place.since + periods.stagnation)


def after(place: Place, moment: Moment) -> Place:
    """The place after one more event; raise `StateError` for what the table lacks, `PeriodError` for what is early."""
    here = at(place, moment.periods, moment.time)
    target = IIP.step(here.state, moment.event)
    due = earliest(here, moment.event, moment.periods)
    if due is not None and moment.time < due:
        if moment.event == "resubmit":
            raise PeriodError("E_RESUBMIT", "number", earliest=due)
        raise PeriodError("E_STATE", "early", event=moment.event, state=here.state, earliest=due)
    if moment.event == "freeze" and moment.periods.review and moment.document != here.document:
        raise PeriodError("E_STATE", "unreviewed", event=moment.event)
    if moment.event == "normative_change" and moment.document == here.document:
        raise PeriodError("E_STATE", "unchanged", event=moment.event)
    return Place(target, moment.time, moment.document or here.document)


def places(moments: Iterable[Moment]) -> Iterator[Place]:
    """Yield where a document stands before anything happened, and after each event, the clock's own included."""
    place = Place()
    yield place
    for moment in moments:
        idle = at(place, moment.periods, moment.time)
        if idle != place:
            yield idle
        place = after(idle, moment)
        yield place


def walk(moments: Iterable[Moment]) -> Place:
    """Where a history leads, from a document of which nothing is known."""
    *_, last = places(moments)
    return last
