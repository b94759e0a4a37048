"""What a space decided at a hub, one proposal after the other, with everything that can be proved about it.

Decides, of facts that were followed (`governance.followed`), which envelopes can be written again as they were signed,
what an exact count of the votes gives, and what cannot be proved: every gap is named, also those that no vote at a hub
is without. Nothing is asked of anybody. What is no gap here is still only as complete as the hub was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from chain.errors import CodedError
from governance.followed import Followed
from governance.followed_proposals import Standing, envelope_of, rebuild, standings
from governance.hub_audit import HubAudit, audit_served
from governance.hub_pages import HubRow
from governance.hub_votes import answer_of, read_messages, read_proposal, read_votes
from governance.rebuilding import Rebuilt, check_signatures, vote_envelope
from governance.sequencer_receipt import relayer_of

ALWAYS = ("complete", "powers", "rules", "block")
"""Gaps that every vote at a hub has: that it showed every vote; that powers are its word; that strategies and quorum
are none of what the author signed; and that a snapshot is a number of a block, and no hash."""


class Gap(NamedTuple):
    """Something that cannot be proved."""

    what: str
    """A reason of `HISTORY_GAP` in the catalogue."""
    number: int = 0
    """How many votes it touches; 0 where it touches the whole."""


class SignedVote(NamedTuple):
    """A vote, and its envelope where that can be written."""

    id: str
    status: str
    """As of `governance.rebuilding`."""
    envelope: bytes | None


class Chapter(NamedTuple):
    """One proposal whose vote is over."""

    standing: Standing
    row: HubRow
    """The newest that is as signed, or the newest."""
    envelope: bytes | None
    votes: tuple[SignedVote, ...]
    audit: HubAudit | None
    refusal: CodedError | None
    """Why it cannot be counted."""
    gaps: tuple[Gap, ...]


def chapters(known: Followed, now: int) -> Iterator[Chapter]:
    """Tell every proposal whose end has passed at `now` (Unix seconds), in the order of their making."""
    for standing in standings(known, now):
        row = known.newest(standing.id)
        end = row.get("end")
        if type(end) is int and end < now:
            yield chapter(known, standing)


def chapter(known: Followed, standing: Standing) -> Chapter:
    """Tell one proposal; raises `HubPageError` for votes in a form that no hub has."""
    id_ = standing.id
    rows = [seen.row for seen in reversed(known.proposals[id_])]
    fitting = next((row for row in rows if rebuild(row) is not None), None)
    row = rows[0] if fitting is None else fitting
    rebuilt, message = rebuild(row), known.messages.get(id_)
    envelope = envelope_of(rebuilt, message) if rebuilt is not None and message is not None else None
    votes = list(known.votes.get(id_, {}).values())
    read = read_votes(votes)
    signatures = read_messages(
        [known.messages[vote.id] for vote in read if vote.id in known.messages], [vote.id for vote in read]
    )
    checked = list(check_signatures(read, str(row.get("space")), id_, signatures))
    audit, refusal = None, None
    try:
        proposal = read_proposal(rows[0])
        audit = audit_served(proposal, answer_of(proposal, votes), read, checked)
    except CodedError as error:
        refusal = error
    signed = tuple(_signed(known, one, str(row.get("space")), id_) for one in checked)
    gaps = tuple(_gaps(known, standing, checked, audit))
    return Chapter(standing, row, envelope, signed, audit, refusal, gaps)


def relayers(known: Followed, proposal: str) -> Mapping[bytes, int]:
    """Whose receipts the hub keeps of a proposal and its votes, and how many: the sequencer's, if it took them."""
    ids = [proposal, *known.votes.get(proposal, {})]
    kept = (known.messages[id_] for id_ in ids if id_ in known.messages)
    found = (relayer_of(message.get("sig"), message.get("receipt")) for message in kept)
    return Counter(relayer for relayer in found if relayer is not None)


def _signed(known: Followed, one: Rebuilt, space: str, proposal: str) -> SignedVote:
    message = known.messages.get(one.vote.id)
    envelope = None if message is None else vote_envelope(one.vote, space, proposal, message)
    return SignedVote(one.vote.id, one.status, envelope)


def _gaps(known: Followed, standing: Standing, checked: Sequence[Rebuilt], audit: HubAudit | None) -> Iterator[Gap]:
    yield from map(Gap, ALWAYS)
    if standing.text != "signed":
        yield Gap(f"text_{standing.text}")
    if standing.at_start != "signed":
        yield Gap("start")
    if standing.at_close != "signed":
        yield Gap("close")
    if not known.is_read(standing.id):
        yield Gap("reading")
    for status in ("bad", "unknown", "none", "contract", "alias"):
        number = sum(one.status == status for one in checked)
        if number:
            yield Gap(f"votes_{status}", number)
    if standing.vanished:
        yield Gap("vanished", standing.vanished)
    if audit is None:
        yield Gap("count")
    elif not audit.ok:
        yield Gap("published")
