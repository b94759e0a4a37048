"""The desk: where facts are checked and enter the journal.

`Desk.take` builds the leaves of one step, runs on them the numbered checks of their kinds, exactly as a verifier will,
and appends all of them in one commit, or none. The desk knows the chain's head, which gives every leaf its time and
block; it knows nothing of what the steps mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from chain import dag_cbor
from chain.cid import CID, dag_cbor_cid, raw_cid
from chain.clients.node import BlockInfo, Node
from dao.record.case import Case, Row, need
from dao.record.checks import CHECKS
from dao.record.checks_books import entries_of
from dao.record.errors import RecordError
from dao.record.leaves import Leaf
from dao.record.story import case_of, select
from dao.store.journal import Journal
from dao.workflow.early_facts import EARLY
from dao.workflow.guard import Guard
from governance.batch import Spread
from governance.settings import Settings
from treasury.ledger import Entry

NO_PROPOSAL = bytes(32)

_PROPOSAL = (10, 20, 21, 22, 23, 24, 26, 34)
_RESULT = (*_PROPOSAL, 30, 31, 32, 40, 41, 42, 44)
_ACTS = (*_RESULT, 50, 51, 52, 53)
QUEUED = (*_ACTS, 54, 55, 59, 60)
"""What is checked of a proposal before a part of it is queued, reviewed or sent."""
PAID = (*QUEUED, 61, 62, 63, 64, 65)
"""Everything but the books."""
BOOKED = (70, 73, 74, 71)
"""Where money came from, and every entry, but not what it covers."""
REQUIRED: Mapping[str, tuple[int, ...]] = MappingProxyType({
    "settings": (10,),
    "document": (),
    "transition": (),
    "step": (10,),
    "parts": (),
    "proposal": (*_PROPOSAL, 25),
    "cancel": _PROPOSAL,
    "vote": (*_PROPOSAL, 30, 31),
    "closed": (*_PROPOSAL, 30, 31, 32),
    "power": (*_PROPOSAL, 30, 31, 32, 40),
    "result": _RESULT,
    "act": _ACTS,
    "queued": (*QUEUED, 64, *BOOKED, 72),
    "confirmation": (*QUEUED, 61, 62, 63, 64),
    "executed": PAID,
    "spent": (10, 59),
    "group": (10,),
    "ended": PAID,
    "alive": (10,),
    "announced": (10, 54),
    "housekept": (10, 54, 55),
    "premium": (10, 70),
    "premiums": (10, 70, 73),
    "forward": (10, 70),
    "donation": (10, 70),
    "refund": (*PAID, 70),
    "conversion": (*PAID, 70),
    "reversed": (10, 70, 73, 74),
    "entry": (10, *BOOKED, 72),
})  # fmt: skip
"""The numbered checks that a fact of each kind must pass before it is taken."""


class Fact(NamedTuple):
    """A fact that a step offers: its kind and the fields of its leaf."""

    kind: str
    body: Mapping[str, object]


class Blocks(dict[CID, bytes]):
    """The blocks of one step, named as they are added."""

    def raw(self, data: bytes) -> CID:
        """Add foreign bytes and return their name."""
        cid = raw_cid(data)
        self[cid] = data
        return cid

    def map(self, value: object) -> CID:
        """Add a DAG-CBOR value and return its name."""
        return self.map_bytes(dag_cbor.encode(value))

    def map_bytes(self, data: bytes) -> CID:
        """Add an encoded DAG-CBOR block and return its name."""
        cid = dag_cbor_cid(data)
        self[cid] = data
        return cid


class Desk:
    """A journal and a chain, open together for writing."""

    def __init__(
        self,
        journal: Journal,
        node: Node,
        guard: Guard | None = None,
        *,
        rehearses: bool = False,
        files: Callable[[CID], bytes | None] = lambda _: None,
        spread: Spread = map,
    ) -> None:
        self.journal = journal
        self.spread = spread
        self._files = files
        self.node = node
        self._guard = guard
        self._rehearses = rehearses

    def rehearsal(self) -> Desk:
        """A desk on the same journal and chain that checks every fact and appends none, in any workspace: what is
        signed for a file is held against everything that is known here.
        """
        return Desk(self.journal, self.node, self._guard, rehearses=True, files=self._files, spread=self.spread)

    def refuse_reader(self) -> None:
        """Raise `E_WRITER` where this workspace does not write its journal."""
        if self._guard is not None and not self._rehearses:
            self._guard.refuse_reader()

    def now(self) -> int:
        """Unix seconds: the head's time, which on the devnet is the only clock."""
        return self.head().timestamp

    def head(self) -> BlockInfo:
        """The chain's newest block; a node that has not seen yet what the journal knows is waited for a little."""
        return self.node.head(self._known())

    def get(self, cid: CID) -> bytes:
        """A block of the journal."""
        return self.journal.get(cid)

    def file(self, cid: CID) -> bytes | None:
        """A file that settings name, from the journal's evidence or the workspace's folder; None if neither has it."""
        return self.journal.find(cid) or self._files(cid)

    def take(
        self,
        facts: Sequence[Fact],
        blocks: Mapping[CID, bytes],
        proposal: bytes = NO_PROPOSAL,
        *,
        book: bool = True,
        owed: Sequence[Entry] = (),
        head: BlockInfo | None = None,
    ) -> list[int]:
        """Check the facts of one step and append them in one commit, each with the entries that follow from it; return
        the indexes of the facts.

        Whatever a check refuses is raised, and the journal is as before. With `book` False the entries wait: a result
        that the fund does not cover is still a result. The entries of that result come ahead of a later step, as
        `owed`. Whoever proved something at the head passes that `head`.
        """
        self.refuse_reader()
        head = self.head() if head is None else head
        if head.ref.number < self._known():  # a verifier takes no journal whose blocks fall
            raise self.node.error("E_RPC_BEHIND", number=head.ref.number, known=self._known())
        for fact in facts:
            if fact.body.get("proposal", proposal) != proposal:
                raise RecordError("E_LOG_INCONSISTENT", "other_proposal", kind=fact.kind)
        first = len(self.journal)
        owing = [Fact("entry", entry.to_map()) for entry in owed]
        fresh = [Leaf(kind=fact.kind, time=head.timestamp, block=head.ref, body=fact.body) for fact in (*owing, *facts)]
        for number, leaf in enumerate(fresh):
            leaf.encode()  # a malformed fact is refused before anything leans on it
            if leaf.kind in EARLY:
                EARLY[leaf.kind]([*self.journal.leaves, *fresh[:number]], leaf, self._reader(blocks))
        case = self._case(proposal, fresh, blocks)
        case.fresh = frozenset(range(first, first + len(fresh)))
        numbers = {number for leaf in fresh for number in REQUIRED[leaf.kind]}
        numbers |= set(REQUIRED["result"]) if owed else set()
        run_checks(case, numbers)
        entries = [entry for index, leaf in enumerate(fresh, first) for entry in entries_of(case, Row(index, leaf))]
        if entries and book:
            booked = [Leaf(kind="entry", time=head.timestamp, block=head.ref, body=entry.to_map()) for entry in entries]
            fresh = [*fresh, *booked]
            case = self._case(proposal, fresh, blocks)
            case.fresh = frozenset(range(first, first + len(fresh)))
            run_checks(case, {*numbers, *REQUIRED["entry"]})
        self._append(fresh, blocks)
        return list(range(first + len(owing), first + len(owing) + len(facts)))

    def _append(self, fresh: Sequence[Leaf], blocks: Mapping[CID, bytes]) -> None:
        if not self._rehearses:
            self.journal.append(fresh, blocks)

    def _known(self) -> int:
        """The newest block that the journal knows; blocks of a journal never fall."""
        chain_id = self.node.chain_id()
        return next((leaf.block.number for leaf in reversed(self.journal.leaves) if leaf.block.chain_id == chain_id), 0)

    def check_anchors(self, settings: Settings) -> None:
        """Compare settings, journal and chain with the workspace's anchors and its kept checkpoint (`E_SPLIT_VIEW`)."""
        if self._guard is not None:
            self._guard.check(self.journal, settings, self.node.chain_id())

    def guarded(self, proposal: bytes, *numbers: int) -> Case:
        """As `case`, after the workspace's anchors and its kept checkpoint were compared: for whatever moves money."""
        case = self.case(proposal, *numbers)
        self.check_anchors(need(case.settings))
        return case

    def keep(self, proposal: bytes) -> None:
        """Sign and keep a checkpoint of the journal, where this workspace is its writer."""
        if self._guard is not None:
            self.keep_as(need(self.case(proposal, 10, 20, 21).settings).journal.origin)

    def keep_as(self, origin: str) -> None:
        """Sign and keep a checkpoint under an origin that is known already, where this workspace is the writer."""
        if self._guard is not None and not self._rehearses:
            self._guard.keep(self.journal, origin)

    def note(self, origin: str) -> bytes:
        """A signed note of the journal as it is here (`E_WRITER` where none can be had)."""
        assert self._guard is not None, "whoever signs checkpoints has anchors"
        return self._guard.note(self.journal, origin)

    def keep_note(self, note: bytes, origin: str) -> None:
        """Keep a note that `note` gave."""
        assert self._guard is not None, "whoever keeps checkpoints has a place for them"
        self._guard.keep_note(note, self.journal.leaf_hashes(), origin)

    def case(self, proposal: bytes, *numbers: int) -> Case:
        """The facts of a proposal as the journal holds them, with the named checks run."""
        case = self._case(proposal, (), {})
        run_checks(case, set(numbers))
        return case

    def _case(self, proposal: bytes, fresh: Sequence[Leaf], blocks: Mapping[CID, bytes]) -> Case:
        get = self._reader(blocks)
        return case_of(select([*self.journal.leaves, *fresh], proposal, get), proposal, get, self.spread)

    def _reader(self, blocks: Mapping[CID, bytes]) -> _Reader:
        return _Reader(self.journal, blocks)


class _Reader:
    """Blocks of the step before blocks of the journal."""

    def __init__(self, journal: Journal, blocks: Mapping[CID, bytes]) -> None:
        self._journal = journal
        self._blocks = blocks

    def __call__(self, cid: CID) -> bytes:
        return self._blocks[cid] if cid in self._blocks else self._journal.get(cid)


def run_checks(case: Case, numbers: set[int]) -> None:
    """Run the numbered checks in their order; the first refusal is raised."""
    for check in CHECKS:
        if check.number in numbers:
            check.run(case)
