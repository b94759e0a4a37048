"""One thing changed and everything around it made anew: each forgery is refused first by its own check, by name.

The forger owns the journal's key, and where a row says so also keys of authors, voters and owners. The rows stand in
the `forgeries_…` modules beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain as concatenated
from itertools import takewhile

import pytest

from chain import log_tree
from chain.checkpoint import Checkpoint, sign
from chain.cid import CID
from chain.errors import CodedError
from dao.cli.start.demo import cast, world
from dao.record.case import Case, need
from dao.record.checks import CHECKS
from dao.record.leaves import Leaf
from dao.record.trust import Trust
from dao.record.verify import NOT_RUN, verify
from dao.sentences import catalogue
from dao.workflow.following import check_journal
from governance.ballot import ballot_of
from tests.dao.conftest import Played
from tests.dao.record import (
    forgeries_acts,
    forgeries_books,
    forgeries_cancel,
    forgeries_committee,
    forgeries_contract,
    forgeries_conversion,
    forgeries_dispute,
    forgeries_elsewhere,
    forgeries_file,
    forgeries_housekeeping,
    forgeries_payout,
    forgeries_periods,
    forgeries_premiums,
    forgeries_proposal,
    forgeries_result,
    forgeries_rules,
    forgeries_steps,
    forgeries_stop,
    forgeries_strangers,
    forgeries_vote,
    stories,
)
from tests.dao.record.forge import Bench
from tests.dao.record.row import Row

MODULES = (
    forgeries_file, forgeries_proposal, forgeries_rules, forgeries_steps, forgeries_periods, forgeries_vote,
    forgeries_result, forgeries_contract, forgeries_acts, forgeries_cancel, forgeries_stop, forgeries_dispute,
    forgeries_payout, forgeries_books, forgeries_conversion, forgeries_premiums, forgeries_housekeeping,
    forgeries_committee, forgeries_elsewhere, forgeries_strangers,
)  # fmt: skip
ROWS: tuple[Row, ...] = tuple(concatenated.from_iterable(module.ROWS for module in MODULES))


def test_bench_changes_nothing_by_itself(played: Played) -> None:
    """A record taken apart and sealed again is the same record, byte for byte, and it is genuine."""
    sealed = Bench(played.record).seal()

    assert played.record == sealed
    assert verify(sealed).ok


def test_cancelled_bench_is_genuine(played: Played) -> None:
    """Cut behind its last vote and cancelled there, the record is one that verifies: the rows change only one thing."""
    bench = Bench(played.record)
    forgeries_cancel.cancel(bench)

    assert verify(bench.seal()).ok


@pytest.mark.parametrize("name", stories.NAMES)
def test_stories_are_genuine(name: str) -> None:
    """Every journal that is forged below gives a record that verifies, and none of its leaves is left out for it."""
    report = verify(stories.story(name).bench().record())

    assert report.ok, report.failed


def test_conversion_of_what_was_a_gift_is_genuine() -> None:
    """So it stands after a sweep; and when its block is gone, both are taken back."""
    standing, gone = (stories.story("after a veto").bench() for _ in range(2))
    forgeries_conversion.told_before(standing)
    forgeries_conversion.take_back(gone, *forgeries_conversion.told_before(gone))
    forgeries_conversion.take_back(gone, gone.one("conversion"), gone.entry("converted/1"))

    assert [None, None] == [verify(bench.record()).failed for bench in (standing, gone)]


def test_followers_see_changes_of_owners() -> None:
    """Who takes a whole journal checks them although no proposal's record may hold them."""
    story = stories.story("housekept")
    leaves = [leaf for leaf in story.leaves if leaf.kind in ("settings", "announced", "housekept")]
    late = [leaf for leaf in leaves if leaf.kind != "announced"]

    assert 0 == _followed(leaves, story.blocks)
    with pytest.raises(CodedError, match="E_NO_VOTE"):
        _followed(late, story.blocks)


def _followed(leaves: list[Leaf], blocks: Mapping[CID, bytes]) -> int:
    """How many proposals a follower finds in a journal of these leaves."""
    hashes = [log_tree.leaf_hash(leaf.encode()) for leaf in leaves]
    note = sign(Checkpoint(world.origin(), len(leaves), log_tree.root(hashes)), world.origin(), cast.journal_key())
    return check_journal(leaves, blocks.__getitem__, note, Trust())[1]


def test_followers_take_what_was_taken_back() -> None:
    """The entry that takes a conversion back is its proposal's, which the leaf of its source does not name; and one
    that takes back what never was is refused by a code.
    """
    bench = stories.story("after a veto").bench()
    forgeries_conversion.take_back(bench, bench.one("conversion"), bench.entry("converted/1"))
    bench.record()
    followed = _followed([slot.leaf for slot in bench.slots], bench.blocks)
    bench.edit(bench.one("reversed"), source=10**6)

    assert 2 == followed
    with pytest.raises(CodedError, match="E_LEDGER"):
        _followed([slot.leaf for slot in bench.slots], bench.blocks)


def test_record_beside_another_proposals_payment(played: Played) -> None:
    """What the forgeries of other proposals begin with is a genuine record: the second payment is another's."""
    bench = Bench(played.record)
    forgeries_elsewhere.moved(bench)
    report = verify(forgeries_elsewhere.sealed(bench))

    assert report.failed is None
    assert report.ok


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number}-{row.name}")
def test_forgery_is_refused_by_its_own_check(row: Row, played: Played) -> None:
    """The first check that fails is the one that the forgery is about, with its code and a sentence."""
    bench = Bench(played.record) if row.story == "demo" else stories.story(row.story).bench()
    changed = row.change(bench)
    if changed is None:
        changed = bench.seal() if row.story == "demo" else bench.record()
    report = verify(changed, row.trust)

    assert report.failed is not None
    assert not report.ok
    assert (row.number, row.check, row.code) == (report.failed.number, report.failed.name, report.failed.code)
    assert report.failed.error is not None
    key = report.failed.error.reason and f".{report.failed.error.reason}"
    assert f"{row.code}{key}" in catalogue("en")
    before = takewhile(lambda outcome: outcome.number != row.number, report.outcomes)
    assert all(outcome.ok for outcome in before if outcome.due)


def _believe_cancel(case: Case) -> None:
    """Check 26 without its conditions."""
    case.cancelled, case.released = next(case.rows("cancel", proposal=case.proposal)), False


def _believe_votes(case: Case) -> None:
    """Check 31 without its conditions."""
    case.admitted = [ballot_of(vote.envelope) for vote in need(case.votes)]


def _believe_premiums(case: Case) -> None:
    """Check 73 without its conditions."""
    case.premiums_assumed = True


@pytest.mark.parametrize(
    ("number", "name", "believe"),
    [
        (26, "a cancellation by an owner", _believe_cancel),
        (31, "a vote taken after the end", _believe_votes),
        (73, "a range that leads elsewhere, and that nobody booked", _believe_premiums),
    ],
)
def test_forgery_that_one_check_alone_refuses(
    number: int, name: str, believe: Callable[[Case], None], played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other check fails beside these three, and if they believed what is there, the record would verify."""
    (row,) = (row for row in ROWS if row.name == name)
    bench = Bench(played.record) if row.story == "demo" else stories.story(row.story).bench()
    assert row.change(bench) is None
    record = bench.seal() if row.story == "demo" else bench.record()
    refused = [outcome.number for outcome in verify(record).outcomes if outcome.ok is False]
    credulous = tuple(check._replace(run=believe) if check.number == number else check for check in CHECKS)
    monkeypatch.setattr("dao.record.verify.CHECKS", credulous)

    assert [number] == refused
    assert verify(record).ok


def test_every_check_has_its_forgery() -> None:
    """No check of the table is there without a forgery that fails at it first."""
    numbers = {(1, "file.container"), (2, "file.manifest")} | {(check.number, check.name) for check in CHECKS}

    assert numbers == {(row.number, row.check) for row in ROWS}


def test_names_of_forgeries_are_different() -> None:
    """A row is named once, so that a failure points to one place."""
    assert len(ROWS) == len({row.name for row in ROWS})


def test_check_that_leans_on_a_failed_one_is_not_run(played: Played) -> None:
    """After a forged proposal nothing that rests on it counts as passed."""
    bench = Bench(played.record)
    bench.edit(bench.one("proposal"), id=bytes(32))
    bench.rename(bench.proposal, bytes(32))

    outcomes = verify(bench.seal()).outcomes

    assert {20: False, 21: None, 24: None, 42: None, 63: None} == {
        outcome.number: outcome.ok for outcome in outcomes if outcome.number in (20, 21, 24, 42, 63)
    }
    assert {NOT_RUN} == {outcome.code for outcome in outcomes if outcome.ok is None}


def test_H101_record_with_a_second_close(played: Played) -> None:
    """A second `closed` leaf is a split view: of two lists of votes neither is the list."""
    bench = Bench(played.record)
    bench.copy(bench.one("closed"))

    failed = verify(bench.seal()).failed

    assert failed is not None
    assert ("votes.closed", "E_SPLIT_VIEW") == (failed.name, failed.code)


@pytest.mark.parametrize("change", ["dropped", "added"])
def test_H107_ballot_beside_the_closed_list(change: str, played: Played) -> None:
    """A ballot missing from the closed list, or added after it, is an inconsistent log."""
    row = next(
        row for row in ROWS if row.name == {"dropped": "a vote left out"}.get(change, "a vote added after the close")
    )
    bench = Bench(played.record)
    row.change(bench)

    failed = verify(bench.seal()).failed

    assert failed is not None
    assert ("votes.closed", "E_LOG_INCONSISTENT") == (failed.name, failed.code)
