"""Following: a workspace without the journal's key takes what the writer exported, and believes none of it unchecked.

The export must continue what this workspace has, under the key that its own anchors name: a checkpoint that forks off
is `E_SPLIT_VIEW`, an older one `E_ROLLBACK`. Then every proposal of the whole journal goes through the numbered checks
that `dao verify` runs on a record, as far as it has come, and the blocks on which they lean are compared with this
workspace's own chain. Either all new leaves are kept, with the writer's checkpoint, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from chain import log_tree
from chain.blocks import BlockRef
from chain.checkpoint import Checkpoint, open_note
from chain.cid import CID
from chain.clients.node import Node
from chain.errors import ChainError
from dao.errors import DaoError
from dao.record.case import Case, Head, need
from dao.record.checks_books import unbooked_income
from dao.record.checks_settings import leaves as settings_leaves
from dao.record.errors import RecordError
from dao.record.export import Export, read_export
from dao.record.leaves import Leaf
from dao.record.story import case_of, select
from dao.record.trust import Trust
from dao.store.journal import Journal
from dao.workflow.desk import BOOKED, NO_PROPOSAL, REQUIRED, run_checks
from dao.workflow.early_facts import EARLY
from dao.workflow.guard import Guard
from dao.workspace import Workspace
from governance.admission.window import SKEW_SECONDS
from governance.batch import Spread
from governance.settings import Settings
from governance.space import in_force

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = (3, 11, 90)
"""Tree, checkpoint and anchors: what holds of every record under one checkpoint."""
_BOOKS = (59, *BOOKED, 72)


class FollowError(DaoError):
    """An export that does not continue this journal (`E_SPLIT_VIEW`, `E_ROLLBACK`, `E_LOG_INCONSISTENT`), or a
    workspace that writes its journal itself (`E_WRITER`).
    """


class Followed(NamedTuple):
    """What a workspace has after it followed."""

    size: int
    root: bytes
    new: int
    """Leaves that were taken now; 0 where the export brought nothing new."""
    proposals: int
    """How many were checked."""
    unasked: tuple[BlockRef, ...]
    """Blocks of other chains than the workspace's, which no node was asked for."""


class _Whole(NamedTuple):
    """The journal as it would be: what this workspace has, and behind it what the file brings."""

    leaves: tuple[Leaf, ...]
    hashes: tuple[bytes, ...]
    get: Callable[[CID], bytes]


def follow(workspace: Workspace, node: Node, data: bytes, spread: Spread = map) -> Followed:
    """Check an export and take what is new in it; everything that speaks against it is raised, and nothing is kept."""
    if workspace.is_writer:
        raise FollowError("E_WRITER", "follows")
    guard = Guard(workspace.anchors, workspace.checkpoint_path)
    export = read_export(data)
    with _own(workspace) as own:
        known = 0 if own is None else len(own)
        if export.since > known:
            raise FollowError("E_LOG_INCONSISTENT", "export_gap", since=export.since, known=known)
        whole = _whole(own, export)
        settings = _settings(whole, guard, node)
        note = open_note(export.checkpoint, settings.journal.origin, workspace.anchors.journal_key)
        found = export.root()
        if (note.size, note.root) != (export.size, found):
            raise FollowError("E_LOG_INCONSISTENT", "root", expected="0x" + note.root.hex(), found="0x" + found.hex())
        _refuse_other_view([] if own is None else own.leaf_hashes(), whole, note, guard, export.checkpoint)
        head = node.head()
        if whole.leaves[-1].time > head.timestamp + SKEW_SECONDS:
            raise FollowError("E_TIME", "leaf_ahead", time=whole.leaves[-1].time, now=head.timestamp)
        blocks, proposals = check_journal(whole.leaves, whole.get, export.checkpoint, _trust(workspace), spread)
        unasked = _compare_blocks(node, blocks)
    if export.size > known:
        with Journal(workspace.journal_path, create=True) as journal:
            journal.append(whole.leaves[known:], export.blocks)
    guard.keep_note(export.checkpoint, whole.hashes, note.origin)
    return Followed(export.size, note.root, export.size - known, proposals, unasked)


def check_journal(
    leaves: Sequence[Leaf], get: Callable[[CID], bytes], checkpoint: bytes, trust: Trust, spread: Spread = map
) -> tuple[set[BlockRef], int]:
    """Run on every proposal of a journal the numbered checks that it has come far enough for, and on the rest what is
    checked of such facts when they are taken. Return the blocks that had to be believed, and how many proposals there
    are; the first refusal is raised.
    """
    hashes = [log_tree.leaf_hash(leaf.encode()) for leaf in leaves]
    last, newest = 0, dict[int, int]()
    for index, leaf in enumerate(leaves):
        chain_id, number, _ = leaf.block
        if leaf.time < last:
            raise RecordError("E_LOG_INCONSISTENT", "time", kind=leaf.kind, time=leaf.time, last=last)
        if number < newest.get(chain_id, 0):
            raise RecordError("E_LOG_INCONSISTENT", "block_order", index=index, number=number)
        last, newest[chain_id] = leaf.time, number
        if leaf.kind in EARLY:
            EARLY[leaf.kind](leaves[:index], leaf, get)
    reached = _reached(leaves)
    blocks: set[BlockRef] = set()
    for proposal, numbers in (reached or {NO_PROPOSAL: {10, *BOOKED}}).items():
        chosen = select(leaves, proposal, get)
        proof = tuple(log_tree.batch_proof(hashes, chosen))
        head = Head(len(leaves), checkpoint, {index: hashes[index] for index in chosen}, proof)
        case = case_of(chosen, proposal, get, spread)
        case.head, case.trust = head, trust
        run_checks(case, {*_FILE, *numbers})
        if not reached:
            _refuse_unbooked(case)
        blocks |= case.blocks
    if any(leaf.kind in ("announced", "housekept") for leaf in leaves):  # no proposal's checks need see them all
        case = case_of(select(leaves, NO_PROPOSAL, get), NO_PROPOSAL, get, spread)
        run_checks(case, {*REQUIRED["announced"], *REQUIRED["housekept"]})
        blocks |= case.blocks
    return blocks, len(reached)


def _refuse_unbooked(case: Case) -> None:
    """Before there is a proposal check 72 has nothing to begin with: all money came in, and all of it is booked."""
    for index in unbooked_income(case):
        raise RecordError("E_LEDGER", "unbooked", index=index, kind=case.leaves[index].kind)


def _reached(leaves: Sequence[Leaf]) -> dict[bytes, set[int]]:
    """The numbered checks for each proposal, by the kinds of its leaves; a leaf about none of them is refused, because
    no check would look at it.
    """
    reached = {_bytes(leaf.body["id"]): {*REQUIRED["proposal"], *_BOOKS} for leaf in leaves if leaf.kind == "proposal"}
    queued = {leaf.body["hash"]: leaf.body["proposal"] for leaf in leaves if leaf.kind == "queued"}
    for index, leaf in enumerate(leaves):
        named = queued.get(leaf.body["hash"]) if leaf.kind == "confirmation" else leaf.body.get("proposal")
        if leaf.kind == "entry":
            named = _named_by(leaf, index, leaves)
        if named is None and leaf.kind != "confirmation":
            continue
        if named not in reached:
            raise RecordError("E_LOG_INCONSISTENT", "foreign", index=index, kind=leaf.kind)
        reached[_bytes(named)] |= set(REQUIRED[leaf.kind])
    return reached


def _named_by(leaf: Leaf, index: int, leaves: Sequence[Leaf]) -> object:
    """The proposal in whose name an entry is booked, by its source or by what that takes back; None for income."""
    if leaf.body["iip"] == 0:
        return None
    at, source = index, leaf.body["source"]
    while True:
        assert isinstance(source, int), "the leaf's schema says so"
        if source >= at:
            raise RecordError("E_LEDGER", "source", entry=leaf.body["id"], index=index)
        if leaves[source].kind != "reversed":
            break
        at, source = source, leaves[source].body["source"]
    body = leaves[source].body
    named = body.get("proposal", body.get("id"))
    if not isinstance(named, bytes) or f":0x{named.hex()}/" not in str(leaf.body["id"]):
        raise RecordError("E_LOG_INCONSISTENT", "foreign", index=index, kind=leaf.kind)
    return named


@contextmanager
def _own(workspace: Workspace) -> Iterator[Journal | None]:
    """This workspace's journal; None before it has followed for the first time."""
    if not workspace.journal_path.exists():
        yield None
        return
    with Journal(workspace.journal_path) as journal:
        yield journal if len(journal) else None


def _whole(own: Journal | None, export: Export) -> _Whole:
    before = () if own is None else own.leaves[: export.since]
    hashes = [] if own is None else own.leaf_hashes()[: export.since]
    blocks: Mapping[CID, bytes] = export.blocks

    def get(cid: CID) -> bytes:
        if cid in blocks:
            return blocks[cid]
        if own is None:
            raise RecordError("E_LOG_INCONSISTENT", "export_block", cid=str(cid))
        return own.get(cid)

    return _Whole((*before, *export.leaves), (*hashes, *export.leaf_hashes), get)


def _settings(whole: _Whole, guard: Guard, node: Node) -> Settings:
    """The settings in force at the end of the export, signed by the Safe, and those of the workspace's anchors."""
    case = Case(proposal=NO_PROPOSAL, leaves=select(whole.leaves, NO_PROPOSAL, whole.get), get=whole.get)
    run_checks(case, {10})
    rows = need(case.settings_rows)
    settings = in_force(settings_leaves(rows), len(whole.leaves), whole.leaves[-1].time).settings
    guard.check_anchors(settings, node.chain_id())
    return settings


def _refuse_other_view(own: Sequence[bytes], whole: _Whole, note: Checkpoint, guard: Guard, signed: bytes) -> None:
    """The export is the journal that this workspace has, grown (RFC 9162), and so is the one whose checkpoint it kept.

    A fork is told before an older state: whoever signed both has shown two journals.
    """
    if own and not _extends(own, whole, note):
        raise FollowError("E_SPLIT_VIEW", "fork", size=note.size, known=len(own), note=signed)
    kept = guard.kept(note.origin)
    known = max(len(own), 0 if kept is None else kept.size)
    if note.size < known:
        raise FollowError("E_ROLLBACK", "export", size=note.size, known=known)
    guard.check_kept(whole.hashes, note.origin)


def _extends(own: Sequence[bytes], whole: _Whole, note: Checkpoint) -> bool:
    """Whether one of both journals begins with the other."""
    if note.size < len(own):
        return log_tree.root(own[: note.size]) == note.root
    proof = log_tree.consistency_proof(whole.hashes, len(own))
    try:
        log_tree.verify_consistency(
            size1=len(own), root1=log_tree.root(own), size2=note.size, root2=note.root, proof=proof
        )
    except ChainError:
        return False
    return True


def _trust(workspace: Workspace) -> Trust:
    anchors = workspace.anchors
    return Trust(safe=(anchors.chain_id, anchors.safe), journal_key=anchors.journal_key)


def _compare_blocks(node: Node, blocks: set[BlockRef]) -> tuple[BlockRef, ...]:
    """Ask this workspace's own chain, and those beside it, for every block that the checks took on trust."""
    known = {node.chain_id(), *node.beside}
    for block in sorted(block for block in blocks if block.chain_id in known):
        if node.on(block.chain_id).block(block.number).ref != block:
            raise RecordError("E_SPLIT_VIEW", "block", number=block.number, chain_id=block.chain_id)
    return tuple(sorted(block for block in blocks if block.chain_id not in known))


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes), "the leaf's schema says so"
    return value
