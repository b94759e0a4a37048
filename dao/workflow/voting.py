"""Voting: votes come in, the vote is closed, and the result is counted and signed.

Powers are read at the snapshot block and proved from its hash where the settings say how; a voter whose power is known
to be zero is refused at the door.
"""

from __future__ import annotations

from collections.abc import Callable

from chain import log_tree
from chain.blocks import BlockRef
from chain.clients.safe_read import fetch_safe_state
from dao.record.case import Case, due, need
from dao.record.checks_books import entries_of
from dao.record.checks_proposal import fund_of
from dao.record.checks_vote import counted_again, open_proposal_of, rules
from dao.workflow import stopping
from dao.workflow.contract_signing import ask_again, who_signed
from dao.workflow.desk import BOOKED, PAID, Blocks, Desk, Fact
from dao.workflow.power_evidence import gather, gather_supply, read_powers
from governance.admission import EarlierVote, VoteCase, admit_vote
from governance.certificate import result_of, write_transcript
from governance.messages import proposal_id, read_envelope
from treasury.fund import FundError

_OPEN = (10, 20, 21, 22, 23, 24, 26)
_VOTES = (*_OPEN, 30, 31)


def cast(desk: Desk, raw: bytes, warn: Callable[[str], None] = lambda _: None) -> int:
    """Take one signed vote; return the leaf's index. Everything that the vote could be refused for is checked first,
    and a contract asked last, at the head. `warn` is told the code of what a voter should know and nobody refuses.
    """
    proposal = proposal_id(read_envelope(raw, "snapshot"))  # only to learn which settings judge it
    case = desk.case(proposal, *_VOTES)
    due(case)
    policy = need(case.settings).admission
    envelope = read_envelope(raw, policy)
    mine = [vote for vote in need(case.votes) if vote.envelope.address == envelope.address]
    closed = next(case.rows("closed", proposal=proposal), None) is not None
    head = desk.head()
    admit_vote(
        VoteCase(
            envelope=envelope,
            proposal=open_proposal_of(case)._replace(closed=closed),
            leaf_time=head.timestamp,
            power=sum(
                sum(table.powers.values())
                for table in read_powers(desk.node, rules(case), [envelope.address], desk.file)
            ),
            earlier=[EarlierVote(vote.envelope.id, vote.time) for vote in mine],
            policy=policy,
        ),
        signature_checked=True,  # below, because it costs most
    )
    blocks = Blocks()
    signed = who_signed(desk.node, envelope, need(case.settings), head.ref, blocks)
    for code in signed.warnings:
        warn(code)
    body: dict[str, object] = {"id": envelope.id, "proposal": proposal, "envelope": blocks.raw(raw)}
    if signed.evidence is not None:
        body["contract"] = signed.evidence
    return desk.take([Fact("vote", body)], blocks, proposal, head=head)[0]


def close(desk: Desk, proposal: bytes) -> int:
    """Close a vote whose end has passed: the list of votes is fixed, and so is who owns the Safe that will pay."""
    case = desk.guarded(proposal, *_VOTES)
    due(case)
    votes = need(case.votes)
    root = log_tree.root([log_tree.leaf_hash(vote.envelope.id) for vote in votes])
    blocks = Blocks()
    head = desk.head()
    state = fetch_safe_state(desk.node, fund_of(case).safe, head.ref.number)
    body = {"proposal": proposal, "count": len(votes), "root": root, "state": blocks.map(state.to_map())}
    again = _asked_again(desk, case, head.ref, blocks)
    if again:
        body["again"] = again
    index = desk.take([Fact("closed", body)], blocks, proposal, head=head)[0]
    desk.keep(proposal)
    return index


def _asked_again(desk: Desk, case: Case, block: BlockRef, blocks: Blocks) -> list[list[object]]:
    """Ask the contracts again that signed at a block which is no longer of the chain: by ascending id of their vote,
    the new evidence, or None where one does not say yes any more.
    """
    again: list[list[object]] = []
    for vote in sorted(need(case.votes), key=lambda vote: vote.envelope.id):
        leaf = case.leaves[vote.index]
        if "contract" in leaf.body and desk.node.block(leaf.block.number).ref != leaf.block:
            link = ask_again(desk.node, vote.envelope, need(case.settings), block, blocks)
            again.append([vote.envelope.id, link])
    return again


def _commit_now(desk: Desk, proposal: bytes) -> None:
    """Commit what the superseded proposals gave back, if it suffices."""
    case = desk.case(proposal, *PAID, *BOOKED)
    owed = entries_of(case, next(case.rows("result", proposal=proposal)))
    try:
        desk.take([], {}, proposal, owed=owed)
    except FundError as error:
        if error.code != "E_BUDGET":
            raise


def count(desk: Desk, proposal: bytes) -> Case:
    """Prove the powers, count, and sign the result; return the case with tally and verdict. What a passed proposal
    supersedes ends as far as nothing of it was signed.

    Powers that were proved before an interruption are kept, not proved again. Nothing is counted on a journal that does
    not extend what this workspace kept.
    A result that the fund does not cover is a result all the same: its commitment waits (`case.entries` shows none).
    """
    case = desk.guarded(proposal, *_VOTES, 32)
    if next(case.rows("power", proposal=proposal), None) is None:
        voters = sorted({vote.envelope.address for vote in need(case.votes)})
        blocks = Blocks()
        links = gather(desk.node, rules(case), voters, blocks, desk.file)
        links += gather_supply(desk.node, rules(case), blocks, desk.file)
        desk.take([Fact("power", {"proposal": proposal, "evidence": links})], blocks, proposal)

    transcript = counted_again(desk.case(proposal, *_VOTES, 32, 40))
    result = result_of(transcript)
    later = Blocks()
    later.map_bytes(write_transcript(transcript))
    fact = Fact(
        "result",
        {
            "proposal": proposal,
            "closed": result.closed,
            "transcript": result.transcript,
            "scores": [str(score) for score in result.scores],
            "verdict": result.verdict,
            "released": result.released,
        },
    )
    is_covered = True
    try:
        desk.take([fact], later, proposal)
    except FundError as error:
        if error.code != "E_BUDGET":
            raise
        is_covered = False
        desk.take([fact], later, proposal, book=False)
    desk.keep(proposal)
    if stopping.end_superseded(desk, proposal) and not is_covered:
        _commit_now(desk, proposal)
    return desk.case(proposal, *PAID, *BOOKED)
