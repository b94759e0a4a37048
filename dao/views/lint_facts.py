"""What a workspace knows of a document beside its text: the derived view, other documents, the fund and its books.

Decides nothing about the document; `proposals.lint` does, with these facts. Each fact comes from the journal's leaves
and the settings in force, so a file can be linted against a workspace that it is no part of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chain.cid import CID, raw_cid
from chain.errors import CodedError
from dao.record.case import Row, cid_of
from dao.record.checks_proposal import assets_of
from dao.record.leaves import Leaf
from dao.record.life import history, moments, periods_at, written_settings
from dao.store.journal import Journal
from dao.views.iip_standing import IipStanding, iip_standing
from dao.views.money import books_of, held_by_groups
from dao.views.numbers import Numbered, numbers
from dao.workflow.desk import Desk
from dao.workflow.payees import commitments, paid_payees
from dao.workflow.proposing import stands
from dao.workflow.submitting import OF_A_TEXT
from governance.commitment import Commitment
from governance.settings import FundSettings, Settings
from proposals.compile import compile_parts
from proposals.document import Document, parse_document, read_document
from proposals.front_matter import PAYING_TYPES
from proposals.lint_rules import Derived, Known, Other
from proposals.parts import Part, parts_cid
from proposals.payment import totals
from proposals.periods import earliest, places
from treasury.assets import asset_id
from treasury.fund import fund_state

_NO_TEXT = frozenset({"Draft", "Review", "Stagnant", "Withdrawn"})
"""States in which nothing of a text is fixed yet."""


def facts_of(desk: Desk, settings: Settings, fund: FundSettings, raw: bytes) -> Known:
    """Everything that lint can be told of these bytes, as a document that asks this fund."""
    journal, assets = desk.journal, assets_of(fund)
    known = facts_of_settings(settings, fund, raw)
    known |= {"paid": paid_payees(journal), "largest_share": fund.mandate.largest_share}
    known["liquidity"] = {
        symbol: (each.name, each.numerator, each.denominator)
        for each in fund.mandate.liquidity
        for symbol in each.symbols
    }
    reading = read_document(raw)
    number, requires = reading.values.get("iip"), reading.values.get("requires", ())
    assert isinstance(requires, tuple), "the reader makes a tuple of numbers"
    parts = _compiled(raw, fund)
    there = numbers(journal)
    known["others"] = dict(_others(desk, settings, there, requires))
    known["former"] = _former(desk, requires, known["others"])
    standing = None
    if isinstance(number, int) and number in there:
        standing = iip_standing(desk, there[number], settings.prefix, desk.now())
        if standing.problem is None:
            known["derived"] = _derived(desk, standing, raw, parts)
    else:
        known["derived"] = Derived(status="Draft")
    if standing is None or standing.state in OF_A_TEXT:
        known["available"] = {symbol: _left(journal, fund, asset.address) for symbol, asset in assets.items()}
    return known


def facts_of_settings(settings: Settings, fund: FundSettings, raw: bytes) -> Known:
    """What settings alone say of these bytes, whoever keeps a journal: the fund, its mandate, and the parts."""
    return {
        "prefix": settings.prefix, "chain_id": fund.chain_id, "safe": fund.safe, "assets": assets_of(fund),
        "body_limit": settings.limits.body, "excluded": frozenset(fund.mandate.excluded),
        "has_premium_share": bool(fund.sources_of("premium_share")), "parts": _compiled(raw, fund),
    }  # fmt: skip


def _compiled(raw: bytes, fund: FundSettings) -> tuple[Part, ...] | None:
    try:
        document = parse_document(raw)
        return compile_parts(document, chain_id=fund.chain_id, safe=fund.safe, assets=assets_of(fund))
    except CodedError:
        return None  # whatever is wrong is found by the rules that work on the reading


def _derived(desk: Desk, standing: IipStanding, raw: bytes, parts: tuple[Part, ...] | None) -> Derived:
    told = history(desk.journal.leaves, standing.numbered.number, desk.get)
    periods = periods_at(written_settings(desk.journal.leaves, desk.get))
    states = [place.state for place in places(moments(told, periods))]
    bound = _bound(desk.journal, standing.numbered)
    is_voted = bound is not None and standing.state not in OF_A_TEXT
    frozen = bound.document if bound and is_voted else _newest(desk.journal, standing.numbered.number)
    reasons = {
        "Withdrawn": {"withdrawal-reason": str(standing.facts.get("why", ""))},
        "Vetoed": {"veto-reason": standing.reason},  # a veto without evidence is not taken
        "Superseded": {"superseded-by": str(standing.facts.get("by", ""))},
    }
    return Derived(
        status=standing.state,
        former=states[-2] if len(states) > 1 and states[-1] == standing.state else "",
        last_call_deadline=_deadline(desk, standing) if standing.state == "LastCall" else None,
        voting_start=standing.start,
        voting_end=standing.end,
        reasons=reasons.get(standing.state, {}),
        vote="0x" + standing.numbered.proposals[-1].hex() if is_voted else "",
        content_hash="" if frozen is None or standing.state in _NO_TEXT else str(frozen),
        payload_hash=str(bound.parts) if bound and is_voted and bound.parts else "",
        content_found=str(raw_cid(raw)),
        payload_found=str(parts_cid(parts)) if parts and is_voted else "",
    )


def _deadline(desk: Desk, standing: IipStanding) -> int | None:
    """When the last call is over; where the settings name no time for it, that is when it began."""
    place, periods = stands(desk, standing.numbered.number)
    return earliest(place, "open_vote", periods) or place.since


def _others(
    desk: Desk, settings: Settings, there: Mapping[int, Numbered], requires: tuple[int, ...]
) -> Iterator[tuple[int, Other]]:
    """Yield every document that is required, directly or not, with its state and what it requires."""
    waiting, seen = list(requires), set[int]()
    while waiting:
        number = waiting.pop()
        if number in seen or number not in there:
            continue
        seen.add(number)
        document = _document(desk, number)
        more = document.front.requires if document else ()
        yield number, Other(iip_standing(desk, there[number], settings.prefix, desk.now()).state, more)
        waiting.extend(more)


def _former(desk: Desk, requires: tuple[int, ...], others: Mapping[int, Other] | None) -> Mapping[str, str]:
    """What the budget asked for that this one goes on: the latest required document that pays and was passed."""
    for number in sorted(requires, reverse=True):
        document = _document(desk, number)
        passed = others is not None and number in others and others[number].status in ("Passed", "Queued", "Executed")
        if document and passed and document.front.type in PAYING_TYPES:
            return totals(document.front.requested)
    return {}


def _document(desk: Desk, number: int) -> Document | None:
    cid = _newest(desk.journal, number)
    return None if cid is None else parse_document(desk.get(cid))


def _newest(journal: Journal, number: int) -> CID | None:
    leaves = enumerate(journal.leaves)
    found = [cid_of(Row(at, leaf), "document") for at, leaf in leaves if _is_text(leaf, number)]
    return found[-1] if found else None


def _is_text(leaf: Leaf, number: int) -> bool:
    return leaf.kind == "document" and leaf.body["iip"] == number


def _bound(journal: Journal, numbered: Numbered) -> Commitment | None:
    return dict(commitments(journal)).get(numbered.proposals[-1]) if numbered.proposals else None


def _left(journal: Journal, fund: FundSettings, token: bytes | None) -> int:
    asset = asset_id(fund.chain_id, token)
    state = fund_state(books_of(journal).ledger, fund.name, asset)
    return state.available - state.asked - held_by_groups(journal, fund.name).get(asset, 0)
