"""A recount: one proposal's vote counted again from the stored bytes, in memory that grows with the voters only.

Every leaf of the journal is hashed, so the root that this workspace kept is recomputed; every vote of the proposal is
verified from its envelope, weighed by the stored evidence, and counted; then checks 32 to 42 hold closed list, powers,
scores and verdict to what was signed. Nothing is asked of a node, nothing is written, and no lock is held: a journal
only grows, and what comes behind the leaves that were there at the beginning is not looked at.

Votes are read in stretches, on as many cores as the caller has (`spread`); what they have in common is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from chain import log_tree
from chain.cid import CID
from dao.record.case import Case, ContractVote, Row, due, need
from dao.record.checks_contract import chains
from dao.record.checks_settings import leaves as settings_leaves
from dao.record.checks_vote import open_proposal_of
from dao.record.errors import RecordError
from dao.record.leaves import Leaf
from dao.record.story import case_of, select
from dao.store.stretches import STRETCH, Reader, reading, stretches
from dao.workflow.desk import NO_PROPOSAL, run_checks
from dao.workflow.guard import Guard
from dao.workflow.recount_stretch import Ask, Seen, examine
from governance.admission import EarlierVote
from governance.admission.vote import refuse_repeated
from governance.ballot import Ballot
from governance.batch import Spread
from governance.settings import Settings
from governance.space import in_force

_BEFORE = {10, 20, 21, 22, 23, 24, 26}
_AFTER = {32, 40, 41, 42}

Told = Callable[[int, int], None]
"""Hears how many leaves of how many were read."""


class Opened(NamedTuple):
    """A journal, without its votes."""

    path: Path
    size: int
    """Leaves."""
    others: Mapping[int, Leaf]
    """Every leaf that is no vote, by index."""
    settings: Settings
    """In force at the journal's end."""
    get: Callable[[CID], bytes]

    def rows(self, kind: str, **body: object) -> list[Row]:
        """The leaves of a kind whose fields are these."""
        return [
            Row(index, leaf)
            for index, leaf in self.others.items()
            if leaf.kind == kind and all(leaf.body[name] == value for name, value in body.items())
        ]


class Recounted(NamedTuple):
    """What a recount found, which is what was signed."""

    case: Case
    root: bytes
    """Of the journal's tree."""


@contextmanager
def opened(path: Path, guard: Guard, chain_id: int) -> Iterator[Opened]:
    """Open a journal for a recount, and hold its settings to the workspace's anchors."""
    with reading(path) as reader:
        yield _open(path, reader, guard, chain_id)


def _open(path: Path, reader: Reader, guard: Guard, chain_id: int) -> Opened:
    size = reader.size()
    others = {index: leaf for index, leaf in reader.others("vote").items() if index < size}
    case = Case(proposal=NO_PROPOSAL, leaves=select(others, NO_PROPOSAL, reader.get), get=reader.get)
    run_checks(case, {10})
    last = max((leaf.time for leaf in others.values()), default=0)
    settings = in_force(settings_leaves(need(case.settings_rows)), size, last).settings
    guard.check_anchors(settings, chain_id)
    return Opened(path, size, others, settings, reader.get)


def recount(
    journal: Opened, proposal: bytes, guard: Guard, spread: Spread = map, told: Told | None = None
) -> Recounted:
    """Count the votes of a proposal again and hold the signed result to them; the first refusal is raised.

    The vote must have been closed and counted (`E_LOG_INCONSISTENT` otherwise).
    """
    case = case_of(select(journal.others, proposal, journal.get), proposal, journal.get, spread)
    run_checks(case, _BEFORE)
    due(case)
    closed = next((row.index for row in case.rows("closed", proposal=proposal)), None)
    settings = need(case.settings)
    ask = Ask(journal.path, open_proposal_of(case), settings.admission, closed, chains(settings))
    poll, tree = _Poll(), _Tree()
    for seen in spread(partial(_examine, ask), stretches(journal.size)):
        poll.add(seen)
        tree.add(seen)
        if told is not None:
            told(tree.size, journal.size)
    guard.check_kept_root(tree.size, tree.root, journal.settings.journal.origin)
    case.admitted, case.contract_votes = poll.ballots, poll.contracts
    run_checks(case, _AFTER)
    return Recounted(case, tree.root(tree.size))


def _examine(ask: Ask, stretch: tuple[int, int]) -> Seen:
    return examine(ask, *stretch)


class _Poll:
    """The votes so far: what depends on more than one of them."""

    def __init__(self) -> None:
        self.ballots: list[Ballot] = []
        self.contracts: dict[bytes, ContractVote] = {}
        self._times: list[int] = []
        """Of their leaves."""
        self._latest: dict[bytes, int] = {}
        """By voter, the place of his latest one; the others before it, of the few who have any, stand in `_older`."""
        self._older: dict[bytes, list[EarlierVote]] = {}
        self._time = 0

    def add(self, seen: Seen) -> None:
        """Take the votes of the next stretch."""
        if seen.times[0] < self._time:
            raise RecordError("E_LOG_INCONSISTENT", "time", kind="leaf", time=seen.times[0], last=self._time)
        self._time = seen.times[1]
        for leaf_time, voter, timestamp, id_, choice in seen.votes:
            before = self._latest.get(voter)
            if before is not None:  # an id holds its voter, so nobody else's can be the same
                self._refuse_repeated(before, id_, voter, leaf_time)
            self._latest[voter] = len(self.ballots)
            self.ballots.append(Ballot(voter, timestamp, id_, choice))
            self._times.append(leaf_time)
        self.contracts.update(seen.contracts)
        if seen.refusal is not None:
            raise seen.refusal

    def _refuse_repeated(self, before: int, id_: bytes, voter: bytes, leaf_time: int) -> None:
        older = self._older.setdefault(voter, [])
        older.append(EarlierVote(self.ballots[before].id, self._times[before]))
        refuse_repeated(id_, voter, leaf_time, older)


class _Tree:
    """The tree of the leaves so far, kept as the subtrees of whole stretches and 32 bytes a leaf."""

    def __init__(self) -> None:
        self.size = 0
        self._stretches: list[Seen] = []

    def add(self, seen: Seen) -> None:
        """Take the hashes of the next stretch."""
        self.size += len(seen.hashes) // 32
        self._stretches.append(seen._replace(votes=[], contracts=[]))

    def root(self, size: int) -> bytes:
        """The root of the first `size` leaves."""
        whole, rest = divmod(size, STRETCH)
        roots = [seen.root for seen in self._stretches[:whole]]
        if rest:
            hashes = self._stretches[whole].hashes
            roots.append(log_tree.root([hashes[at : at + 32] for at in range(0, rest * 32, 32)]))
        return log_tree.root(roots)
