"""One stretch of the journal, as a recount reads it: every leaf hashed, every vote of one proposal judged from bytes.

Decides for each vote what checks 30 and 31 of a decision record decide of it alone; what depends on other votes (the
same vote twice, votes too soon after one another) is `dao.workflow.recounting`'s, which sees them in their order. It
imports little, because every core's process starts with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from chain import log_tree
from chain.cid import CID, RAW
from chain.errors import CodedError
from chain.signature import checker
from dao.record.case import ContractVote, Row
from dao.record.checks_contract import signed_at
from dao.record.errors import RecordError
from dao.record.leaves import Leaf, VoteLeaf, vote_at_a_glance
from dao.store.journal import JournalError
from dao.store.stretches import LeafRow, Reader, reading
from governance.admission.vote import OpenProposal, VoteCase, admit_vote, plain_admission
from governance.ballot import Ballot, ballot_of
from governance.choice import Choice
from governance.contract_signature import read_evidence
from governance.envelope import MAX_VOTE_BYTES, Policy, check_signature, read_envelope
from governance.plain_votes import PlainVote, read_plain


class Ask(NamedTuple):
    """What a recount asks of every stretch."""

    path: Path
    proposal: OpenProposal
    policy: Policy
    closed: int | None
    """Index of the leaf that closed the vote."""
    chains: frozenset[int]
    """Where power is weighed, which is where a contract must have been asked."""


SeenVote = tuple[int, bytes, int, bytes, Choice]
"""Leaf time, voter, signed timestamp, id and choice: what travels back of a vote."""


class Seen(NamedTuple):
    """What one stretch holds."""

    hashes: bytes
    """The leaf hashes, 32 bytes each."""
    root: bytes
    """Of the stretch as a tree of its own."""
    times: tuple[int, int]
    """Of its first and last leaf."""
    votes: list[SeenVote]
    """Of the proposal, in order: all of them, or those before the one that is refused."""
    refusal: CodedError | None
    contracts: list[tuple[bytes, ContractVote]]
    """Those of the votes that contracts signed, by id."""


class _OfContract(NamedTuple):
    """A contract's vote, with the blocks that show that it signed."""

    leaf: Leaf
    blocks: dict[CID, bytes]


def examine(ask: Ask, first: int, end: int) -> Seen:
    """Read one stretch. What it holds that no journal may hold is raised; of a vote that is refused, it is told."""
    with reading(ask.path) as reader:
        hashes, mine, times = [], [], []
        contracts: dict[int, _OfContract] = {}
        for row in reader.leaves(first, end):
            hashes.append(log_tree.leaf_hash(row.data))
            vote, contract = vote_at_a_glance(row.data), None
            if vote is not None and row.kind == "vote":
                times.append(vote.time)
            else:
                vote, time, contract = _vote_of(reader, row)
                times.append(time)
            if vote is not None and vote.proposal == ask.proposal.id:
                mine.append((row.place, vote))
                if contract is not None:
                    contracts[row.place] = _gathered(reader, contract)
        _refuse_unordered(times)
        raws = reader.raw_blocks(vote.envelope for _, vote in mine)
    votes, refusal = _Judge(ask).ballots(mine, raws, contracts)
    told = [
        (vote.id, ContractVote(index, contracts[index].leaf, raws[vote.envelope]))
        for index, vote in mine
        if index in contracts and vote.envelope in raws
    ]
    return Seen(b"".join(hashes), log_tree.root(hashes), (times[0], times[-1]), votes, refusal, told)


def _gathered(reader: Reader, leaf: Leaf) -> _OfContract:
    link = leaf.body["contract"]
    assert isinstance(link, CID), "the leaf's schema says so"
    blocks = {link: reader.get(link)}
    state = read_evidence(blocks[link]).state
    if state is not None:
        blocks[state] = reader.get(state)
    return _OfContract(leaf, blocks)


def _vote_of(reader: Reader, row: LeafRow) -> tuple[VoteLeaf | None, int, Leaf | None]:
    """The vote that a leaf is, or None; the leaf's time; and the leaf itself, if a contract signed."""
    vote = vote_at_a_glance(row.data)
    if vote is not None:
        if row.kind != "vote":
            raise reader.mislabelled(row)
        return vote, vote.time, None
    leaf = reader.leaf(row)
    if leaf.kind != "vote":
        return None, leaf.time, None
    id_, proposal, envelope = leaf.body["id"], leaf.body["proposal"], leaf.body["envelope"]
    assert isinstance(id_, bytes), "the leaf's schema says so"
    assert isinstance(proposal, bytes), "the leaf's schema says so"
    assert isinstance(envelope, CID), "the leaf's schema says so"
    signed = leaf if "contract" in leaf.body else None
    return VoteLeaf(leaf.time, id_, proposal, envelope.digest), leaf.time, signed


def _refuse_unordered(times: list[int]) -> None:
    if times != sorted(times):
        at = next(n for n in range(1, len(times)) if times[n] < times[n - 1])
        raise RecordError("E_LOG_INCONSISTENT", "time", kind="leaf", time=times[at], last=times[at - 1])


class _Judge:
    """Judges the votes of one stretch; its checker keeps buffers, so it stays in one thread."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._is_signed = checker()
        self._admits = _admission(ask.proposal)
        self._last = log_tree.MAX_SIZE if ask.closed is None else ask.closed
        """No vote behind this leaf counts."""

    def ballots(
        self, votes: list[tuple[int, VoteLeaf]], raws: Mapping[bytes, bytes], contracts: Mapping[int, _OfContract]
    ) -> tuple[list[SeenVote], CodedError | None]:
        """Judge votes in their order; return those before the first that is refused, and what it is refused for.

        All are read before the first signature is checked: the curve's tables are as large as a core's cache, and
        reading a vote between two signatures would drive them out of it.
        """
        plain = [
            None if index in contracts else self._plain(index, vote, raws.get(vote.envelope)) for index, vote in votes
        ]
        is_signed = self._is_signed
        signed = [read is not None and is_signed(read.id, read.signature, read.sender) for read in plain]
        seen: list[SeenVote] = []
        for (index, vote), read, is_sound in zip(votes, plain, signed, strict=True):
            if read is not None and is_sound:
                seen.append((vote.time, read.sender, read.timestamp, read.id, read.choice))
                continue
            try:
                seen.append((vote.time, *_seen(self._at_length(index, vote, raws, contracts.get(index)))))
            except CodedError as error:
                return seen, error
        return seen, None

    def _plain(self, index: int, vote: VoteLeaf, raw: bytes | None) -> PlainVote | None:
        """A vote in the bytes of most clients that only its signature could refuse; None for every other."""
        if raw is None or len(raw) > MAX_VOTE_BYTES or self._last < index:
            return None
        plain = read_plain(raw)
        return plain if plain is not None and plain.id == vote.id and self._admits(plain, vote.time) else None

    def _at_length(
        self, index: int, vote: VoteLeaf, raws: Mapping[bytes, bytes], contract: _OfContract | None
    ) -> Ballot:
        """The road of every check, for votes in any other form and for the words of every refusal."""
        raw, policy = raws.get(vote.envelope), self._ask.policy
        if raw is None:
            raise JournalError("E_IO_JOURNAL", "block", cid=str(CID(RAW, vote.envelope)))
        envelope = read_envelope(raw, policy)
        if contract is None:
            check_signature(envelope, policy)
        else:
            link = contract.leaf.body["contract"]
            assert isinstance(link, CID), "the leaf's schema says so"
            row = Row(index, contract.leaf)
            get, weighed_on = contract.blocks.__getitem__, self._ask.chains
            signed_at(row, link, envelope, policy=policy, weighed_on=weighed_on, get=get)
        if envelope.id != vote.id:
            raise RecordError("E_LOG_INCONSISTENT", "vote_id", index=index)
        proposal = self._ask.proposal._replace(closed=self._last < index)
        case = VoteCase(envelope=envelope, proposal=proposal, leaf_time=vote.time, power=None, policy=policy)
        admit_vote(case, signature_checked=True)
        return ballot_of(envelope)


def _seen(ballot: Ballot) -> tuple[bytes, int, bytes, Choice]:
    return ballot.voter, ballot.timestamp, ballot.id, ballot.choice


_admission = lru_cache(maxsize=8)(plain_admission)
