"""Behind checks 30 and 32: votes that a contract signed, by the evidence that was kept when they came.

A contract was asked at the block of the vote's leaf; where that block had left the chain when the vote was closed, it
was asked once more at the block of the close, and one that no longer said yes leaves its vote in the list, uncounted.
What the evidence shows is `governance.contract_signature`'s; which blocks are the chain's is assumed (`A_BLOCK`).
"""

from __future__ import annotations

from collections.abc import Sequence

from chain import dag_cbor
from chain.address import checksum
from chain.cid import CID
from chain.header import decode_header
from chain.safe_state import SafeStateProof
from dao.record.case import Case, ContractVote, Get, Row, cid_of, need
from dao.record.checks_settings import check_fresh
from dao.record.errors import RecordError
from governance.contract_signature import check_evidence, read_evidence
from governance.messages import Envelope, Policy, read_envelope
from governance.settings import Settings


def contract_signature(case: Case, row: Row) -> Envelope:
    """Return a vote whose voter is a contract that said so at the block of the leaf."""
    settings = need(case.settings)
    envelope = read_envelope(case.get(cid_of(row, "envelope")), settings.admission)
    is_proved = _signed(case, row, cid_of(row, "contract"), envelope)
    if envelope.id not in asked_again(case):
        case.blocks.add(row.leaf.block)
        case.contract_assumed |= not is_proved
    return envelope


def contract_votes(case: Case, rows: Sequence[Row]) -> dict[bytes, ContractVote]:
    """Those of the votes that contracts signed, by id."""
    return {
        _id(row): ContractVote(row.index, row.leaf, case.get(cid_of(row, "envelope")))
        for row in rows
        if "contract" in row.leaf.body
    }


def _id(row: Row) -> bytes:
    """The id in a vote's leaf."""
    found = row.leaf.body["id"]
    assert isinstance(found, bytes), "the leaf's schema says so"
    return found


def votes_again(case: Case, closed: Row) -> None:
    """Every vote that was asked again is a contract's, and what it said then is shown, or it does not count."""
    again, settings = asked_again(case), need(case.settings)
    if not again:
        return
    known = case.contract_votes
    if list(again) != sorted(again) or not again.keys() <= known.keys():
        raise RecordError("E_LOG_INCONSISTENT", "asked_again", index=closed.index)
    for id_, link in again.items():
        vote = known[id_]
        if vote.leaf.block in case.trust.blocks:  # it is of the chain, so nobody had to ask again
            raise RecordError("E_1271_BLOCK", "stands", index=vote.index, number=vote.leaf.block.number)
        if isinstance(link, CID):
            envelope = read_envelope(vote.raw, settings.admission)
            case.contract_assumed |= not _signed(case, closed, link, envelope)
        else:  # nothing shows that its block is gone, and that it says yes no more
            case.contract_assumed = True
    case.void = frozenset(id_ for id_, link in again.items() if link is None)


def asked_again(case: Case) -> dict[bytes, object]:
    """What the close says of votes whose block had left the chain: by id, the new evidence or None."""
    for row in case.rows("closed", proposal=case.proposal):
        rows = row.leaf.body.get("again", [])
        assert isinstance(rows, list), "the leaf's schema says so"
        return dict(rows)
    return {}


def _signed(case: Case, row: Row, link: CID, envelope: Envelope) -> bool:
    settings = need(case.settings)
    policy, weighed_on = settings.admission, chains(settings)
    return signed_at(row, link, envelope, policy=policy, weighed_on=weighed_on, get=case.get)


def chains(settings: Settings) -> frozenset[int]:
    """The chains on which power is weighed."""
    return frozenset(strategy.chain_id for strategy in settings.strategies)


def signed_at(row: Row, link: CID, envelope: Envelope, *, policy: Policy, weighed_on: frozenset[int], get: Get) -> bool:
    """Whether the evidence at a leaf's block proves a contract's signature; it is refused unless it shows it."""
    block = row.leaf.block
    if weighed_on != {block.chain_id}:
        raise RecordError("E_1271_BLOCK", "chain", address=checksum(envelope.address), chain_id=block.chain_id)
    evidence = read_evidence(get(link))
    state = None if evidence.state is None else SafeStateProof.from_map(dag_cbor.decode(get(evidence.state)))
    is_proved = check_evidence(evidence, envelope, block, policy, state)
    header = evidence.header if state is None else state.header
    assert header is not None, "one of the two was opened"
    check_fresh(row, decode_header(header).timestamp)
    return is_proved
