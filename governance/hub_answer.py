"""A closed proposal and its votes as Snapshot's hub shows them, read for an audit.

Read as JavaScript reads it: the last of repeated keys counts, and a number may be larger than any double. Numbers keep
the digits that were published. What each ballot is worth is decided by `governance.audit`, not here; signatures are not
part of such an answer.

Source: the hub's GraphQL types `Proposal` and `Vote`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, NoReturn

from chain.json_text import check_depth
from governance.errors import GovernanceError

Number = int | Decimal
_PLACES_MAX = 1_000
"""Before and after the point: far beyond any double, and little enough to be computed with."""


class HubError(GovernanceError):
    """An answer that cannot be audited (`E_PARSE`, `E_HUB`, `E_VP_TYPE`)."""


class Row(NamedTuple):
    """One vote."""

    voter: str
    """As published; Snapshot orders them without regard to case."""
    choice: object
    """Any JSON value."""
    power: Number
    """`vp`."""
    by_strategy: tuple[Number, ...]
    """`vp_by_strategy`; the power itself where it was not published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAnswer:
    """What was published of one proposal."""

    id: str
    system: str
    """`type`, as `ranked-choice`."""
    choices: tuple[str, ...]
    strategies: int
    rows: tuple[Row, ...]
    """In the order of the file."""
    scores: tuple[Number | None, ...] | None
    """As published; None where they were not."""
    total: Number | None


def read_hub_answer(data: bytes) -> HubAnswer:
    """Read `{"proposal": {…}, "votes": […]}`, also inside the `data` of GraphQL.

    Raises `HubError`, and `JsonError` for deep nesting.
    """
    answer = read_hub_json(data)
    if isinstance(answer, dict) and isinstance(answer.get("data"), dict):
        answer = answer["data"]
    if not isinstance(answer, dict):
        raise HubError("E_HUB", "shape", field="proposal")
    return hub_answer_of(answer.get("proposal"), answer.get("votes"))


def hub_answer_of(proposal: object, votes: object) -> HubAnswer:
    """Read a proposal and its votes that are parsed already, by `read_hub_json`; raises as `read_hub_answer`."""
    if not isinstance(proposal, dict):
        raise HubError("E_HUB", "shape", field="proposal")
    if not isinstance(votes, list):
        raise HubError("E_HUB", "shape", field="votes")
    choices, system = proposal.get("choices"), proposal.get("type")
    if not isinstance(choices, list) or not choices or not all(isinstance(choice, str) for choice in choices):
        raise HubError("E_HUB", "shape", field="choices")
    if not isinstance(system, str):
        raise HubError("E_HUB", "shape", field="type")
    rows = tuple(_row(vote, number) for number, vote in enumerate(votes, 1))
    _refuse_repeated(rows)
    return HubAnswer(
        id=str(proposal.get("id", "")),
        system=system,
        choices=tuple(choices),
        strategies=_strategies(rows),
        rows=rows,
        scores=_published(proposal, len(choices)),
        total=_number_or_none(proposal.get("scores_total"), "scores_total"),
    )


def read_hub_json(data: bytes) -> object:
    """Parse what a hub answered, every number with its digits; raises `HubError` and `JsonError`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise HubError("E_PARSE", "json", line=1, column=1) from None
    check_depth(text)
    try:
        return json.loads(text, parse_float=_number, parse_int=_number, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise HubError("E_PARSE", "json", line=error.lineno, column=error.colno) from None


def _number(text: str) -> Number:
    number = Decimal(text) if len(text) <= _PLACES_MAX else None
    if number is None or (number and abs(number.adjusted()) > _PLACES_MAX):
        raise HubError("E_JSON_NUMBER", "range", number=text[:80])
    return int(text) if text.lstrip("-").isdigit() else number


def _no_number(name: str) -> NoReturn:
    raise HubError("E_JSON_NUMBER", "constant", number=name)


def _row(vote: object, number: int) -> Row:
    if not isinstance(vote, Mapping) or not isinstance(vote.get("voter"), str) or "choice" not in vote:
        raise HubError("E_HUB", "vote", number=number)
    power = _power(vote.get("vp"), number)
    parts = vote.get("vp_by_strategy")
    if parts is None:
        return Row(vote["voter"], vote["choice"], power, (power,))
    if not isinstance(parts, list) or not parts:
        raise HubError("E_VP_TYPE", "vote", number=number, power=ascii(parts)[:80])
    return Row(vote["voter"], vote["choice"], power, tuple(_power(part, number) for part in parts))


def _power(value: object, number: int) -> Number:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise HubError("E_VP_TYPE", "vote", number=number, power=ascii(value)[:80])
    return value


def _refuse_repeated(rows: tuple[Row, ...]) -> None:
    """The hub keeps one vote of a voter; a list put together from pages may have one twice."""
    seen: set[str] = set()
    for row in rows:
        if row.voter.lower() in seen:
            raise HubError("E_HUB", "voter_twice", voter=ascii(row.voter)[1:-1][:80])
        seen.add(row.voter.lower())


def _strategies(rows: tuple[Row, ...]) -> int:
    """How many powers each vote has; they are the same for all (`E_HUB`)."""
    found = {len(row.by_strategy) for row in rows} or {1}
    if len(found) != 1:
        raise HubError("E_HUB", "strategies", found=len(found))
    return found.pop()


def _published(proposal: Mapping[str, object], choices: int) -> tuple[Number | None, ...] | None:
    scores = proposal.get("scores")
    if scores is None or scores == []:  # not counted yet
        return None
    if not isinstance(scores, list) or len(scores) != choices:
        raise HubError("E_HUB", "shape", field="scores")
    return tuple(_number_or_none(score, "scores") for score in scores)


def _number_or_none(value: object, field: str) -> Number | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | Decimal)):
        raise HubError("E_HUB", "shape", field=field)
    return value
