"""Checks 30 to 42: who voted, with what weight, and what came of it.

Every ballot is verified from its own bytes, a contract's by `checks_contract`; every power from the snapshot block's
hash where the settings say how; and the result by counting again. That the journal took every vote that was sent to it
is assumed (`A_COMPLETE`).
"""

from __future__ import annotations

from collections.abc import Sequence

from chain import log_tree
from chain.errors import CodedError
from dao.record.case import Case, Row, VoteRow, cid_of, due, need, refuse_strangers
from dao.record.checks_contract import contract_signature, contract_votes, votes_again
from dao.record.checks_proposal import open_powers, open_supply, safe_state_of
from dao.record.errors import RecordError
from governance import certificate, second_count
from governance.admission import EarlierVote, OpenProposal, VoteCase, admit_vote
from governance.admission.window import member_int
from governance.ballot import ballot_of
from governance.batch import Spread, check_many
from governance.counting import method
from governance.messages import read_envelope
from governance.power import combine
from governance.rules import Electorate, Rules, rules_of, verdict
from governance.tally import tally

_SUBTREE = 4_096
"""Leaves of a subtree; a power of two, so that the roots of subtrees are the lower half of the tree."""


def votes_signature(case: Case) -> None:
    """Every vote is a message of Snapshot whose id is its digest and whose voter signed it, by key or as a contract."""
    policy = need(case.settings).admission
    refuse_strangers(case, "vote", proposal=case.proposal)
    votes: list[VoteRow] = []
    seen: set[bytes] = set()
    rows = list(case.rows("vote", proposal=case.proposal))
    keyed = (row for row in rows if case.concerns(row.index) and "contract" not in row.leaf.body)
    judged = check_many((case.get(cid_of(row, "envelope")) for row in keyed), policy, case.spread)
    for row in rows:
        if not case.concerns(row.index):
            envelope = read_envelope(case.get(cid_of(row, "envelope")), policy)
        elif "contract" in row.leaf.body:
            envelope = contract_signature(case, row)
        else:
            found = next(judged)
            if isinstance(found, CodedError):
                raise found
            envelope = found
        if envelope.id != row.leaf.body["id"]:
            raise RecordError("E_LOG_INCONSISTENT", "vote_id", index=row.index)
        if envelope.id in seen:
            raise RecordError("E_DUPLICATE", "vote", index=row.index)
        seen.add(envelope.id)
        votes.append(VoteRow(row.index, row.leaf.time, envelope))
    case.votes = tuple(votes)
    case.contract_votes = contract_votes(case, rows)


def votes_admission(case: Case) -> None:
    """Every vote was cast on this proposal, inside its window, for a choice that exists, and not too soon again."""
    closed = next(case.rows("closed", proposal=case.proposal), None)
    latest: dict[bytes, EarlierVote] = {}
    open_proposal = open_proposal_of(case)
    policy = need(case.settings).admission
    for vote in need(case.votes):
        before = latest.get(vote.envelope.address)
        if case.concerns(vote.index):
            shut = closed is not None and closed.index < vote.index
            admit_vote(
                VoteCase(
                    envelope=vote.envelope,
                    proposal=open_proposal._replace(closed=shut),
                    leaf_time=vote.time,
                    power=None,
                    earlier=() if before is None else (before,),
                    policy=policy,
                ),
                signature_checked=True,  # by check 30, without which there are no votes here
            )
        latest[vote.envelope.address] = EarlierVote(vote.envelope.id, vote.time)
    case.admitted = [ballot_of(vote.envelope) for vote in need(case.votes)]


def votes_closed(case: Case) -> None:
    """One leaf closed the vote after its end; it counts the votes before it and commits to all their ids."""
    due(case)
    votes = need(case.admitted)
    rows = list(case.rows("closed", proposal=case.proposal))
    if not rows:
        raise RecordError("E_LOG_INCONSISTENT", "not_closed")
    if len(rows) > 1:
        raise RecordError("E_SPLIT_VIEW", "closed", count=len(rows))
    row = rows[0]
    refuse_strangers(case, "closed", proposal=case.proposal)
    end = member_int(need(case.envelope).message, "end")
    if row.leaf.time <= end:
        raise RecordError("E_WINDOW", "early_close", time=row.leaf.time, end=end)
    root = _root_of_ids([vote.id for vote in votes], case.spread)
    if (row.leaf.body["count"], row.leaf.body["root"]) != (len(votes), root):
        raise RecordError("E_LOG_INCONSISTENT", "closed_votes", said=row.leaf.body["count"], found=len(votes))
    state, block_time = safe_state_of(case, row)
    if block_time <= end:  # the leaf's time is only somebody's word, the block's is not
        raise RecordError("E_WINDOW", "early_close", time=block_time, end=end)
    votes_again(case, row)
    case.safe_at_close = state
    case.closed = row


def _root_of_ids(ids: Sequence[bytes], spread: Spread) -> bytes:
    """The root of the log with these leaves: of a million on all cores, each at a whole subtree of it."""
    starts = range(0, len(ids), _SUBTREE)
    return log_tree.root(list(spread(_subtree, (b"".join(ids[at : at + _SUBTREE]) for at in starts))))


def _subtree(ids: bytes) -> bytes:
    return log_tree.root([log_tree.leaf_hash(ids[at : at + 32]) for at in range(0, len(ids), 32)])


def power_proof(case: Case) -> None:
    """The power of every voter is what storage held at the snapshot block, or follows from what was answered there."""
    due(case)
    links = _only(case, "power").leaf.body["evidence"]
    assert isinstance(links, list), "the leaf's schema says so"
    count = len(need(case.settings).strategies)
    case.power_tables = open_powers(case, links[:count], {vote.voter for vote in need(case.admitted)})
    case.supply = open_supply(case, links[count:])
    case.powers = combine(case.power_tables).powers


def tally_scores(case: Case) -> None:
    """Counting again gives the scores of the signed result, to the last unit."""
    due(case)
    expected = counted_again(case)
    transcript, claimed = _transcript(case), _claimed(_only(case, "result"))
    rows = zip(expected.choices, transcript.scores, claimed.scores, expected.scores, strict=False)
    for option, said, signed, score in rows:
        if not said == signed == score:
            raise RecordError("E_RESULT_MISMATCH", "score_of", option=option, said=said, counted=score)
    case.expected = expected


def counted_again(case: Case) -> certificate.Transcript:
    """Count the ballots by the proved powers, twice where they may pay, and judge the scores by the rules. Needs the
    checks up to 40.
    """
    voting = str(need(case.envelope).message["type"])
    of_vote, closed = rules(case), need(case.closed).index
    ballots = need(case.admitted)
    if case.void:
        ballots = [ballot for ballot in ballots if ballot.id not in case.void]
    counted = tally(ballots, need(case.powers), method(voting), len(of_vote.choices))
    if voting in second_count.SYSTEMS:
        second_count.expect_same(counted.scores, ballots, need(case.powers), of_vote.choices)
    case.counted = counted
    return certificate.transcript_of(case.proposal, closed, voting, counted, of_vote, supply=case.supply)


def tally_verdict(case: Case) -> None:
    """Quorum and threshold give the verdict of the signed result, and its transcript says how."""
    due(case)
    expected = need(case.expected)
    order = [need(case.closed).index, _only(case, "power").index, _only(case, "result").index]
    if order != sorted(order):
        raise RecordError("E_LOG_INCONSISTENT", "result_order", index=order[-1])
    certificate.check_result(_claimed(_only(case, "result")), _transcript(case), expected)
    for row in case.rows("result"):  # those of earlier proposals of the number say what their transcripts say
        transcript = _transcript_of(case, row)
        certificate.check_result(_claimed(row), transcript, transcript)
    counted = need(case.counted)
    electorate = Electorate(counted.voters - counted.without_power, case.supply)
    case.verdict = verdict(expected.scores, rules(case), electorate, counted=counted.total, winners=counted.winners)
    case.released = expected.released


def open_proposal_of(case: Case) -> OpenProposal:
    """What a vote is held against."""
    message = need(case.envelope).message
    return OpenProposal(
        id=case.proposal,
        space=need(case.settings).space,
        voting=str(message["type"]),
        choices=len(rules(case).choices),
        start=member_int(message, "start"),
        end=member_int(message, "end"),
    )


def rules(case: Case) -> Rules:
    """The rules of this vote: those of the settings in force, with its snapshot blocks. One that pays is `basic` with
    the settings' choices; one that only decides says in its own message how, and between what.
    """
    commitment = need(case.commitment)
    if commitment.parts is not None:
        return rules_of(need(case.settings), commitment.blocks)
    message = need(case.envelope).message
    choices = message["choices"]
    assert isinstance(choices, list), "an array in the message's types"
    return rules_of(need(case.settings), commitment.blocks, system=str(message["type"]), choices=choices)


def _only(case: Case, kind: str) -> Row:
    rows = list(case.rows(kind, proposal=case.proposal))
    if len(rows) != 1:
        raise RecordError("E_LOG_INCONSISTENT", "one_of", kind=kind, count=len(rows))
    if kind != "result":  # of which those of earlier proposals of the number are here too
        refuse_strangers(case, kind, proposal=case.proposal)
    return rows[0]


def _transcript(case: Case) -> certificate.Transcript:
    return _transcript_of(case, _only(case, "result"))


def _transcript_of(case: Case, row: Row) -> certificate.Transcript:
    return certificate.read_transcript(case.get(cid_of(row, "transcript")))


def _claimed(row: Row) -> certificate.Result:
    body = row.leaf.body
    scores, closed, verdict_said, released = body["scores"], body["closed"], body["verdict"], body["released"]
    assert isinstance(scores, list), "the leaf's schema says so"
    assert isinstance(closed, int), "the leaf's schema says so"
    return certificate.Result(
        proposal=bytes(body["proposal"]),  # type: ignore[call-overload]
        closed=closed,
        transcript=cid_of(row, "transcript"),
        scores=tuple(int(str(score)) for score in scores),
        verdict=str(verdict_said),
        released=bool(released),
    )
