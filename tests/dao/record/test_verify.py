"""`dao.record.verify` and `dao.record.pack`: what a record leaves open, and what a genuine one may look like."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chain import car, log_tree
from chain.errors import ChainError
from dao.cli.start.demo import cast
from dao.record.pack import write
from dao.record.story import select
from dao.record.trust import Trust
from dao.record.verify import Report, verify
from dao.store.journal import Journal
from dao.workspace import Workspace
from tests.dao.conftest import Played
from tests.dao.record.forge import Bench, Slot
from tests.dao.record.invented import invent_execution, rebuilt_header


def real_blocks(played: Played) -> Trust:
    """A verifier who knows the blocks of the demo's chain."""
    case = verify(played.record).case
    assert case is not None
    return Trust(blocks=frozenset(case.blocks))


def failed(report: Report) -> tuple[int, str] | None:
    return None if report.failed is None else (report.failed.number, report.failed.code)


def until(bench: Bench, last: Slot) -> bytes:
    """The record as it would have been when this leaf was the journal's last."""
    bench.drop(*bench.slots[bench.slots.index(last) + 1 :])
    return bench.seal()


@pytest.mark.parametrize(
    "last",
    [
        lambda bench: bench.all("confirmation")[-1],
        lambda bench: bench.one("queued", 2),
        lambda bench: bench.one("act", 2),
        lambda bench: bench.entry("paid/1"),
        lambda bench: bench.one("confirmation", 2),
        lambda bench: bench.one("queued"),
        lambda bench: bench.entry("committed/1", 2),
    ],
)
def test_record_of_an_unfinished_payout_passes(last: Callable[[Bench], Slot], played: Played) -> None:
    """A record may be written at any time after the result, and says what is there."""
    bench = Bench(played.record)
    report = verify(until(bench, last(bench)))

    assert None is failed(report)
    assert report.ok


@pytest.mark.parametrize(
    ("last", "number"),
    [
        (lambda bench: bench.one("power"), 41),
        (lambda bench: bench.one("closed"), 40),
        (lambda bench: bench.all("vote")[-1], 32),
        (lambda bench: bench.entry("asked/1"), 32),
        (lambda bench: bench.one("parts"), 20),
        (lambda bench: bench.one("executed"), 72),
    ],
)
def test_record_without_a_result_proves_nothing(last: Callable[[Bench], Slot], number: int, played: Played) -> None:
    """Before the result, or between a payment and its booking, there is no record that passes."""
    bench = Bench(played.record)
    report = verify(until(bench, last(bench)))

    assert not report.ok
    assert number == (failed(report) or (0, ""))[0]


def test_invented_block_passes_where_blocks_are_assumed(played: Played) -> None:
    """Only A_BLOCK stands between a verifier and an invented chain; who knows the blocks sees it."""
    bench = Bench(played.record)
    slot = bench.one("executed", 2)
    bench.shift(slot, 60)
    header = rebuilt_header(bench.map_of(slot, "receipt")["header"], timestamp=slot.leaf.time - 1)
    bench.edit_map(slot, "receipt", header=header)
    entry = bench.entry("paid/1", 2)
    block = verify(bench.seal()).case
    assert block is not None
    forged = next(ref for ref in block.blocks - real_blocks(played).blocks)
    bench.edit(entry, id=f"{entry.body['id'].partition('@')[0]}@0x{forged.hash.hex()}")
    data = bench.seal()

    assert "A_BLOCK" in verify(data).assumed
    assert verify(data).ok
    assert (90, "E_SPLIT_VIEW") == failed(verify(data, real_blocks(played)))


def test_invented_owners_are_seen_by_who_knows_the_blocks(played: Played) -> None:
    """An invented block before the execution changes the execution's block too, because it is its child."""
    bench = Bench(played.record)
    invent_execution(bench, 1, cast.OWNERS)
    entry = bench.entry("paid/1")
    case = verify(bench.seal()).case
    assert case is not None
    forged = next(ref for ref in case.blocks - real_blocks(played).blocks)
    bench.edit(entry, id=f"{entry.body['id'].partition('@')[0]}@0x{forged.hash.hex()}")

    assert (90, "E_SPLIT_VIEW") == failed(verify(bench.seal(), real_blocks(played)))


HIDDEN = {
    "a vote": (lambda bench: bench.one("vote", 2), (32, "E_LOG_INCONSISTENT")),
    "the close": (lambda bench: bench.one("closed"), (32, "E_LOG_INCONSISTENT")),
    "the settings": (lambda bench: bench.one("settings"), (10, "E_SETTINGS")),
    "the powers": (lambda bench: bench.one("power"), (40, "E_LOG_INCONSISTENT")),
    "an approval": (lambda bench: bench.one("act", 3), (51, "E_MILESTONE")),
    "a confirmation": (lambda bench: bench.one("confirmation"), (62, "E_SAFE_SIGS")),
    "the grant": (lambda bench: bench.one("donation"), (71, "E_LEDGER")),
    "the booking of a payment": (lambda bench: bench.entry("paid/1"), (72, "E_LEDGER")),
    "a payment": (lambda bench: bench.one("executed"), (71, "E_LEDGER")),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_leaf_that_a_record_hides_is_missed(name: str, played: Played) -> None:
    """Whoever has no key can still leave leaves of a genuine journal out of a record: what rests on them is refused."""
    pick, expected = HIDDEN[name]
    bench = Bench(played.record)
    hidden = pick(bench)
    report = verify(bench.seal(shown=[slot for slot in bench.slots if slot is not hidden]))

    assert expected == failed(report)
    assert report.outcomes[2].ok, "the tree itself is sound: the hidden leaf is in it as a hash"


def test_hidden_end_of_a_story_is_what_is_assumed(played: Played) -> None:
    """That a record shows all there is stays assumed (A_COMPLETE): here it hides the second payout."""
    bench = Bench(played.record)
    end = bench.slots.index(bench.one("queued", 2))
    report = verify(bench.seal(shown=bench.slots[:end]))

    assert report.ok
    assert "A_COMPLETE" in report.assumed


def test_a_record_is_chosen_from_a_journal_with_other_stories(played: Played) -> None:
    """Leaves of other numbers stay outside, as hashes of the tree; the record verifies all the same."""
    bench = Bench(played.record)
    document = bench.one("document")
    for number in (7, 8, 9):
        stranger = bench.copy(document, after=bench.entry("donation/1"))
        bench.edit(stranger, iip=number)
    chosen = select([slot.leaf for slot in bench.slots], bench.proposal, bench.blocks.__getitem__)
    report = verify(bench.seal(shown=[bench.slots[index] for index in chosen]))

    assert len(bench.slots) - 3 == len(chosen)
    assert report.ok


def test_the_same_journal_gives_the_same_record(played: Played) -> None:
    """Writing the demo's record again from its journal gives the same bytes."""
    with Workspace(played.folder) as workspace, Journal(workspace.journal_path) as journal:
        file = car.read(played.record)
        manifest = file.values[file.root]
        assert isinstance(manifest, dict)
        hashes = journal.leaf_hashes()
        chosen = select(journal.leaves, manifest["proposal"], journal.get)
        again = write(chosen, hashes, manifest["checkpoint"], manifest["proposal"], journal.get)

    assert played.record == again


def test_report_names_only_what_was_established(played: Played) -> None:
    """Of a file that is no record nothing is told, and of a forged one nothing beyond the forgery."""
    assert None is verify(b"").case
    bench = Bench(played.record)
    bench.edit(bench.one("result"), released=False)
    case = verify(bench.seal()).case

    assert case is not None
    assert (None, None, None) == (case.verdict, case.released, case.safe_txs)


def test_trust_that_is_contradicted_lifts_no_doubt(played: Played) -> None:
    """A record of another journal key fails, whatever else is trusted."""
    bench = Bench(played.record)
    bench.journal_key = bytes(range(32))
    report = verify(bench.seal(), Trust(journal_key=bytes(32), accept=frozenset({"A_TIME"})))

    assert not report.ok
    assert (11, "E_NOTE") == failed(report)


def test_checkpoint_of_a_longer_journal_is_another_one(played: Played) -> None:
    """A record's checkpoint is that of exactly its journal, not of one with a leaf more."""
    bench, longer = Bench(played.record), Bench(played.record)
    longer.copy(longer.one("transition"), after=longer.slots[-1])
    file = car.read(longer.seal())
    note = file.values[file.root]
    assert isinstance(note, dict)
    hashes = [log_tree.leaf_hash(slot.leaf.encode()) for slot in bench.slots]
    chosen = {place: slot.leaf for place, slot in enumerate(bench.slots)}
    data = write(chosen, hashes, note["checkpoint"], bench.proposal, bench.blocks.__getitem__)

    assert (11, "E_NOTE") == failed(verify(data))


def test_record_is_not_written_with_a_block_missing(played: Played) -> None:
    """A journal that lost a block gives no record, rather than one that nobody can read."""
    bench = Bench(played.record)
    del bench.blocks[bench.one("vote").body["envelope"]]

    with pytest.raises(ChainError, match="E_CAR"):
        bench.seal()
