"""A proposal that its author takes back: nothing of it is taken any more, its votes stay, and its record says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chain.errors import CodedError
from dao.cli.start.demo import cast, world
from dao.cli.start.demo.books import ledger_of
from dao.record.case import need
from dao.record.verify import NOT_DUE, verify
from dao.views.iip_standing import iip_standing
from dao.views.numbers import numbers
from dao.workflow import acting, cancelling, recording, voting
from dao.workflow.desk import Blocks, Fact
from dao.workflow.proposing import Published
from governance.messages import cancel_message, sign_envelope, vote_message
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth
from treasury.fund import fund_states


def cancel(stage: Stage, published: Published, name: str = cast.AUTHOR) -> Callable[[], int]:
    return lambda: cancelling.cancel(stage.desk, published.id, cast.signer(name))


def cancelled(stage: Stage, number: int = 1) -> Published:
    """A proposal with two votes that was cancelled while it was open."""
    published = stage.publish(number, eth("0.5"))
    stage.vote(published, 1, "eve", "hana")
    cancel(stage, published)()
    return published


def test_a_cancelled_proposal_has_a_record(stage: Stage) -> None:
    """The record verifies; what was never decided is not due, nothing is assumed of powers, the votes are in it."""
    published = cancelled(stage)
    record = recording.write_record(stage.desk, published.id, cast.journal_key(), world.origin())

    report = verify(record)

    assert report.ok, report.failed
    assert [32, 40, 41, 42, 44] == [row.number for row in report.outcomes if row.code == NOT_DUE]
    assert all(row.ok for row in report.outcomes if row.code != NOT_DUE)
    case = need(report.case)
    assert ("Cancelled", 2, None) == (case.status, len(need(case.votes)), case.verdict)
    assert "A_POWER" not in report.assumed


def test_what_it_asked_is_given_back(stage: Stage) -> None:
    """Nothing is asked or committed any more, by one entry that names the cancellation as its source."""
    cancelled(stage)

    leaves = stage.desk.journal.leaves
    assert ["cancel", "entry"] == [leaf.kind for leaf in leaves[-2:]]
    assert ("released/1", len(leaves) - 2) == (leaves[-1].body["rule"], leaves[-1].body["source"])
    assert {(0, 0)} == {(state.asked, state.committed) for state in fund_states(ledger_of(stage.desk), "iip").values()}


def test_nothing_is_taken_afterwards(stage: Stage) -> None:
    """No vote, close, count, act or second cancellation, and the number stays used."""
    published = cancelled(stage)
    message = vote_message(
        voter=cast.address("finn"), space=cast.SPACE, proposal=published.id, choice=1, timestamp=stage.desk.now()
    )
    late = sign_envelope("Vote", message, cast.signer("finn"))

    def take(kind: str, **fields: object) -> Callable[[], object]:
        body = {"proposal": published.id, **fields}
        return lambda: stage.desk.take([Fact(kind, body)], blocks, published.id)

    blocks = Blocks()
    refuses(stage, "E_STATE", "cancelled", lambda: voting.cast(stage.desk, late))
    refuses(stage, "E_STATE", "cancelled", take("vote", id=published.id, envelope=blocks.raw(late)))
    refuses(stage, "E_STATE", "cancelled", cancel(stage, published))
    refuses(stage, "E_STATE", "final", lambda: stage.publish(1, eth("0.4")))
    stage.there.wait_until(published.end + 60)
    refuses(stage, "E_STATE", "cancelled", lambda: voting.close(stage.desk, published.id))
    refuses(stage, "E_STATE", "cancelled", lambda: voting.count(stage.desk, published.id))
    refuses(stage, "E_STATE", "cancelled", take("power", evidence=[]))
    refuses(stage, "E_STATE", "cancelled", take("queued", part=1, hash=bytes(32), safe_tx=blocks.map({})))
    refuses(stage, "E_STATE", "cancelled", lambda: acting.act(
        stage.desk, published.id, 1, "report", signer=cast.signer("nora"), evidence=b"done"
    ))  # fmt: skip
    assert stage.verifies(published)


def test_only_the_author_and_only_while_votes_are_taken(stage: Stage) -> None:
    """Not an owner, not for another proposal, not an edit, not after the end or the close."""
    published, other = stage.publish(1, eth("0.5")), stage.publish(2, eth("0.4"))
    stage.vote(published, 1, "eve", "hana")

    refuses(stage, "E_PROPOSAL", "not_author", cancel(stage, published, "ann"))
    refuses(stage, "E_PROPOSAL", "not_author", cancel(stage, published, "eve"))
    message = cancel_message(
        author=cast.address("dora"), space="other.devnet", proposal=published.id, timestamp=stage.desk.now()
    )
    foreign = sign_envelope("CancelProposal", message, cast.signer("dora"))
    refuses(stage, "E_SPACE", "cancel", lambda: cancelling.take_cancel(stage.desk, foreign))
    ahead = sign_envelope(
        "CancelProposal",
        {**message, "space": cast.SPACE, "timestamp": stage.desk.now() + 301},
        cast.signer("dora"),
    )
    refuses(stage, "E_WINDOW", "ahead", lambda: cancelling.take_cancel(stage.desk, ahead))
    cancel(stage, other)()  # before its vote has begun, or just as well while it runs
    stage.there.wait_until(published.end + 1)
    refuses(stage, "E_WINDOW", "too_late", cancel(stage, published))
    voting.close(stage.desk, published.id)
    refuses(stage, "E_WINDOW", "too_late", cancel(stage, published))
    voting.count(stage.desk, published.id)
    refuses(stage, "E_WINDOW", "too_late", cancel(stage, published))
    assert stage.verifies(published)
    assert stage.verifies(other)


def test_a_vote_that_ends_is_cancelled_in_its_last_second(stage: Stage) -> None:
    """The last second in which a vote is taken is the last in which the proposal can be cancelled."""
    published = stage.publish(1, eth("0.5"))
    stage.vote(published, 1, "eve")
    stage.there.wait_until(published.end)
    assert published.end == stage.desk.now()

    cancel(stage, published)()

    assert stage.verifies(published)


def test_where_it_stands(stage: Stage) -> None:
    """Cancelled, with the reason, and nothing to do next."""
    cancelled(stage)

    found = iip_standing(stage.desk, numbers(stage.desk.journal)[1], "IIP", stage.there.devnet.now())

    assert ("Cancelled", "cancelled", 2, ()) == (found.state, found.reason, found.facts["votes"], found.steps)
    assert ["not_released"] == [part.state for part in found.parts]


def test_a_second_try_that_was_cancelled_leaves_the_first_one_proved(stage: Stage) -> None:
    """After a missed quorum the number was asked again and taken back; both records verify."""
    first = stage.publish(1, eth("0.5"))
    stage.vote(first, 1, "gil")
    stage.decide(first)
    second = stage.publish(1, eth("0.4"))
    cancel(stage, second)()

    with pytest.raises(CodedError, match="E_STATE"):
        stage.publish(1, eth("0.3"))
    assert stage.verifies(first)
    assert stage.verifies(second)


def test_money_that_was_asked_is_free_for_others(stage: Stage) -> None:
    """What a cancelled proposal asked for is committed to another one, and both records verify."""
    published = cancelled(stage)
    paid = stage.pass_(2, eth("0.5"))

    assert stage.verifies(paid)
    assert stage.verifies(published)
