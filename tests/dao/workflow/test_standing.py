"""Where an IIP stands at each moment of its life, and the command that comes next."""

from __future__ import annotations

import pytest

from chain.cid import raw_cid
from chain.clients import devnet_contracts
from dao.cli.start.demo import cast, world
from dao.cli.table import COMMANDS
from dao.views.iip_standing import IipStanding, iip_standing
from dao.views.numbers import numbers
from dao.workflow import acting, income, paying, proposing, voting
from dao.workflow.desk import Blocks, Fact
from tests.dao.workflow.stage import Stage, eth

KNOWN = {row.words for row in COMMANDS}


def standing(stage: Stage, number: int = 1) -> IipStanding:
    """Where an IIP stands now; every command that is named exists."""
    found = iip_standing(stage.desk, numbers(stage.desk.journal)[number], "IIP", stage.there.devnet.now())
    for step in found.steps:
        assert any(step.command.startswith(f"dao {words}") for words in KNOWN), step.command
    assert None is found.problem
    return found


def told(found: IipStanding) -> tuple[str, str, list[str], list[str]]:
    """State, reason, the parts' states, and the commands."""
    return found.state, found.reason, [part.state for part in found.parts], [step.command for step in found.steps]


def test_from_publication_to_payment(stage: Stage) -> None:
    """Every state of a vote and of a part without milestone, in the order of time."""
    published = stage.publish(1, eth("0.5"))
    cast_, tally = "dao vote cast IIP-1 CHOICE", "dao tally IIP-1"
    found = standing(stage)
    assert ("Voting", "not_open", ["planned"], [cast_, tally]) == told(found)
    assert (published.start, published.end) == (found.steps[0].earliest, found.steps[0].latest)

    stage.vote(published, 1, "eve", "hana")
    found = standing(stage)
    assert ("Voting", "open", ["planned"], [cast_, tally]) == told(found)
    assert (None, published.end + 1) == (found.steps[0].earliest, found.steps[1].earliest)

    stage.there.wait_until(published.end + 1)
    assert ("Voting", "ended", ["planned"], [tally]) == told(standing(stage))
    voting.close(stage.desk, published.id)
    assert ("Voting", "uncounted", ["planned"], [tally]) == told(standing(stage))

    voting.count(stage.desk, published.id)
    assert ("Passed", "", ["timelocked"], ["dao queue IIP-1/1"]) == told(standing(stage))
    tx = paying.queue(stage.desk, published.id, 1)
    found = standing(stage)
    assert ("Queued", "", ["queued"], ["dao sign IIP-1/1"]) == told(found)
    window = found.parts[0].window
    assert window is not None
    assert (window.eta, window.latest) == (found.steps[0].earliest, found.steps[0].latest)

    stage.there.wait_until(window.eta)
    paying.sign(stage.desk, published.id, 1, tx, cast.signer("ann"))
    found = standing(stage)
    assert ("Queued", "", ["signing"], ["dao sign IIP-1/1"]) == told(found)
    assert ((cast.address("ann"),), 2) == (found.parts[0].signed, found.parts[0].threshold)
    paying.sign(stage.desk, published.id, 1, tx, cast.signer("ben"))
    assert ("Queued", "", ["executable"], ["dao execute IIP-1/1"]) == told(standing(stage))

    done = paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
    found = standing(stage)
    assert ("Executed", "", ["paid"], []) == told(found)
    assert done == found.parts[0].transaction


def test_a_milestone(stage: Stage) -> None:
    """A part behind a milestone waits for its report, then for its reviewers, then for its timelock."""
    there = stage.there
    grant = devnet_contracts.transfer(stage.desk.node, cast.key(cast.AUTHOR), there.token, there.safe, cast.GRANT)
    income.book_income(stage.desk, "donation", cast.FUND, grant.transaction_hash)
    published = proposing.publish(stage.desk, world.document(), author=cast.signer(cast.AUTHOR), fund=cast.FUND)
    stage.vote(published, 1, "eve", "hana")
    stage.decide(published)
    assert "unreported" == standing(stage).parts[1].state
    assert "dao milestone report IIP-1/2" == standing(stage).steps[1].command

    stage.there.wait(60)
    acting.act(stage.desk, published.id, 2, "report", signer=cast.signer("nora"), evidence=cast.REPORT)
    stage.there.wait(60)
    acting.act(stage.desk, published.id, 2, "approve", signer=cast.signer("lea"), evidence=cast.REPORT)
    part = standing(stage).parts[1]
    assert ("reported", 1, 2) == (part.state, part.facts["approvals"], part.facts["required"])
    assert "dao milestone approve IIP-1/2" == standing(stage).steps[1].command

    acting.act(stage.desk, published.id, 2, "approve", signer=cast.signer("max"), evidence=cast.REPORT)
    assert "timelocked" == standing(stage).parts[1].state


def test_what_nobody_did_in_time(stage: Stage) -> None:
    """Unsigned parts lapse with their proposal, and can be ended; one that was signed waits for its nonce."""
    published = stage.pass_(1, eth("0.5"), eth("0.25"))
    paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    assert ["signing", "ready"] == [part.state for part in standing(stage).parts]
    stage.there.wait(15 * cast.DAY)
    assert ("Expired", "", ["expired", "expired"], ["dao end IIP-1/1", "dao end IIP-1/2"]) == told(standing(stage))

    second = stage.pass_(2, eth("0.4"))
    tx = paying.queue(stage.desk, second.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    paying.sign(stage.desk, second.id, 1, tx, cast.signer("ann"))
    stage.there.wait(15 * cast.DAY)
    assert ("Queued", "", ["expired_signed"], ["dao end IIP-2/1"]) == told(standing(stage, 2))


@pytest.mark.parametrize(
    ("choice", "voters", "expected"),
    [
        (2, ("eve", "hana"), ("Rejected", [])),
        (1, ("gil",), ("QuorumNotMet", ["dao publish FILE"])),
    ],
)
def test_what_did_not_pass(stage: Stage, choice: int, voters: tuple[str, ...], expected: tuple[str, list[str]]) -> None:
    """A vote that did not pass releases nothing; only one without quorum can be asked again."""
    published = stage.publish(1, eth("0.5"))
    stage.vote(published, choice, *voters)
    stage.decide(published)

    state, _, parts, commands = told(standing(stage))
    assert (expected, ["not_released"]) == ((state, commands), parts)


def test_money_that_is_not_there(stage: Stage) -> None:
    """A part that the fund does not cover says so until the money comes."""
    stage.pass_(1, eth("5"))

    assert ("Passed", "", ["uncovered"], ["dao queue IIP-1/1"]) == told(standing(stage))


def test_a_text_without_proposal(stage: Stage) -> None:
    """A document alone is in review, and publishing is what comes next."""
    raw, blocks = stage.document(3, eth("0.5")), Blocks()
    body = {"iip": 3, "author": cast.address(cast.AUTHOR), "document": blocks.raw(raw)}
    step = {"iip": 3, "event": "submit_for_review", "document": raw_cid(raw)}
    stage.desk.take([Fact("document", body), Fact("transition", step)], blocks)

    found = standing(stage, 3)
    assert ("Review", "unpublished", [], ["dao publish FILE", "dao withdraw IIP-3"]) == told(found)
    assert "Payment 3" == found.numbered.title


def test_the_latest_proposal_is_meant(stage: Stage) -> None:
    """After a missed quorum the number stands where its second proposal stands."""
    first = stage.publish(1, eth("0.5"))
    stage.vote(first, 1, "gil")
    stage.decide(first)
    second = stage.publish(1, eth("0.5"))

    found = standing(stage)
    assert ("Voting", "not_open") == (found.state, found.reason)
    assert (first.id, second.id) == found.numbered.proposals
