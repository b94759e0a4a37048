"""What a hub shows of a space, a proposal and an earlier vote, in the form that the sequencer's rules count with.

Decides only the form, before a rule looks: a member of another type than the hub documents is `E_HUB_PAGE`, for nobody
knows what the sequencer would make of it. What the rules do not count with may be anything.

Source: the hub's GraphQL types `Space`, `Proposal` and `Vote`.
"""

from __future__ import annotations

from governance.hub_pages import HubPageError, HubRow, check_row
from governance.hub_votes import CHOICES_MAX

_SECONDS = range(2**40)


def read_space(row: object) -> HubRow | None:
    """Return a space's row as it is, None where the hub has none; raises `HubPageError`."""
    if row is None:
        return None
    if not isinstance(row, dict):
        raise HubPageError("E_HUB_PAGE", "shape", field="space")
    for name in ("voting", "filters"):
        _check(name, fits=isinstance(row.get(name), dict | None))
    voting = row.get("voting") or {}
    for name in ("delay", "period"):
        _check(name, fits=voting.get(name) is None or _is_seconds(voting.get(name)))
    for name in ("type", "privacy"):
        _check(name, fits=isinstance(voting.get(name), str | None))
    return row


def read_votable(row: object, id_: str) -> HubRow | None:
    """Return the row of the proposal that was asked for, None where the hub has none; raises `HubPageError`."""
    if row is None:
        return None
    if not isinstance(row, dict):
        raise HubPageError("E_HUB_PAGE", "shape", field="proposal")
    if str(row.get("id")).lower() != id_.lower():
        raise HubPageError("E_HUB_PAGE", "other", id=str(row.get("id"))[:80])
    for name in ("start", "end"):
        _check(name, fits=_is_seconds(row.get(name)))
    choices = row.get("choices")
    _check("choices", fits=isinstance(choices, list) and len(choices) <= CHOICES_MAX)
    return row


def read_earlier_vote(rows: object) -> tuple[str, int] | None:
    """Give id and time of the vote that the hub shows of a voter, if any; raises `HubPageError`."""
    if not isinstance(rows, list):
        raise HubPageError("E_HUB_PAGE", "shape", field="votes")
    if not rows:
        return None
    check_row(rows[0])
    return rows[0]["id"], rows[0]["created"]


def _is_seconds(value: object) -> bool:
    return type(value) is int and value in _SECONDS


def _check(name: str, *, fits: bool) -> None:
    if not fits:
        raise HubPageError("E_HUB_PAGE", "shape", field=name)
