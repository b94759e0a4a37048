"""Behind checks 30 and 32: votes that a contract signed, by the evidence that was kept when they came.

A contract was asked at the block of the vote's leaf; where that block had left the chain when the vote was closed, it
was asked once more at the block of the close, and one that no longer said yes leaves its vote in the list, uncounted.
What the evidence shows is `governance.contract_signature`'s; which blocks are the chain's is assumed (`A_BLOCK`).
"""

from __future__ import annotations

from chain import dag_cbor
from chain.address import checksum
from chain.cid import CID
from chain.header import decode_header
from chain.safe_state import SafeStateProof
from dao.record.case import Case, Row, VoteRow, need
from dao.record.checks_settings import check_fresh
from dao.record.errors import RecordError
from governance.contract_signature import check_evidence, read_evidence
from governance.messages import Envelope, check_signature


def vote_signature(case: Case, row: Row, envelope: Envelope) -> None:
    """The voter signed by his key, or is a contract that said so at the block of the leaf."""
    link = row.leaf.body.get("contract")
    if link is None:
        check_signature(envelope, need(case.settings).admission)
        return
    is_proved = _opened(case, row, link, envelope)
    if envelope.id not in asked_again(case):
        case.blocks.add(row.leaf.block)
        case.contract_assumed |= not is_proved


def votes_again(case: Case, closed: Row, votes: tuple[VoteRow, ...]) -> None:
    """Every vote that was asked again is a contract's, and what it said then is shown, or it does not count."""
    again = asked_again(case)
    if not again:
        return
    by_id = {vote.envelope.id: vote for vote in votes if "contract" in case.leaves[vote.index].body}
    if list(again) != sorted(again) or not again.keys() <= by_id.keys():
        raise RecordError("E_LOG_INCONSISTENT", "asked_again", index=closed.index)
    for id_, link in again.items():
        vote = by_id[id_]
        block = case.leaves[vote.index].block
        if block in case.trust.blocks:  # it is of the chain, so nobody had to ask again
            raise RecordError("E_1271_BLOCK", "stands", index=vote.index, number=block.number)
        if link is not None:
            case.contract_assumed |= not _opened(case, closed, link, vote.envelope)
    case.void = frozenset(id_ for id_, link in again.items() if link is None)


def asked_again(case: Case) -> dict[bytes, object]:
    """What the close says of votes whose block had left the chain: by id, the new evidence or None."""
    for row in case.rows("closed", proposal=case.proposal):
        rows = row.leaf.body.get("again", [])
        assert isinstance(rows, list), "the leaf's schema says so"
        return dict(rows)
    return {}


def _opened(case: Case, row: Row, link: object, envelope: Envelope) -> bool:
    """Whether the evidence at a leaf's block proves the signature; it is refused unless it shows it."""
    assert isinstance(link, CID), "the leaf's schema says so"
    settings, block = need(case.settings), row.leaf.block
    if any(strategy.chain_id != block.chain_id for strategy in settings.strategies):
        raise RecordError("E_1271_BLOCK", "chain", address=checksum(envelope.address), chain_id=block.chain_id)
    evidence = read_evidence(case.get(link))
    state = None if evidence.state is None else SafeStateProof.from_map(dag_cbor.decode(case.get(evidence.state)))
    is_proved = check_evidence(evidence, envelope, block, settings.admission, state)
    header = evidence.header if state is None else state.header
    assert header is not None, "one of the two was opened"
    check_fresh(row, decode_header(header).timestamp)
    return is_proved
