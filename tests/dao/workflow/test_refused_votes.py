"""Publishing, voting and closing: each mistake is refused by its code, keeps nothing, and spoils nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chain import signature
from chain.clients import devnet_contracts
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast, world
from dao.cli.start.demo.books import ledger_of
from dao.record.case import need
from dao.workflow import paying, proposing, voting
from dao.workflow.desk import Blocks, Fact
from dao.workflow.proposing import Published
from governance.messages import envelope_json, message_id, sign_envelope, vote_message
from tests.dao.record.forgeries_proposal import twin
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth
from treasury.assets import native
from treasury.fund import fund_state


def ballot(stage: Stage, published: Published, name: str, **members: Any) -> dict[str, Any]:
    """A vote of somebody for choice 1, now."""
    message = vote_message(
        voter=cast.address(name), space=cast.SPACE, proposal=published.id, choice=1, timestamp=stage.there.devnet.now()
    )
    return {**message, **members}


def casting(stage: Stage, message: dict[str, Any], name: str) -> Callable[[], int]:
    return lambda: voting.cast(stage.desk, sign_envelope("Vote", message, cast.signer(name)))


def again(stage: Stage, name: str = cast.AUTHOR) -> Callable[[], Published]:
    """Somebody publishes another text under number 1."""
    raw = stage.document(1, eth("0.6"))
    return lambda: proposing.publish(stage.desk, raw, author=cast.signer(name), fund=cast.FUND)


def test_publishing_is_refused(stage: Stage) -> None:
    """A document that does not lint, another fund, another author, and a text from the future are not published."""
    stage.there.wait(600)
    good = stage.document(1, eth("0.5"))

    def publishing(raw: bytes, name: str = cast.AUTHOR, fund: str = cast.FUND) -> Callable[[], Published]:
        return lambda: proposing.publish(stage.desk, raw, author=cast.signer(name), fund=fund)

    error = refuses(stage, "E_LINT", "errors", publishing(good.replace(b"## Risks", b"## Rewards")))
    assert error.findings  # type: ignore[attr-defined]
    refuses(stage, "E_LINT", "errors", publishing(b"\xff\xfe"))
    refuses(stage, "E_LINT", "errors", publishing(good.replace(b"0.5 ETH", b"0.50000000000000000001 ETH")))
    refuses(stage, "E_SAFE_CONFIG", "no_fund", publishing(good, fund="other"))
    refuses(stage, "E_THRESHOLD", "proposer", publishing(good, name="jan"))
    refuses(stage, "E_TIME", "created", publishing(good.replace(b"created: 2026-01-05", b"created: 2026-02-05")))

    assert stage.verifies(stage.pass_(1, eth("0.5")))


def test_H103_number_of_somebody_else_or_twice(stage: Stage) -> None:
    """While a number is open nobody asks it again: neither its author, nor another, nor by a twin of the proposal."""
    published = stage.publish(1, eth("0.5"))
    case = stage.desk.case(published.id, 10, 20, 21, 22, 23, 24)
    row, envelope = need(case.proposal_row), need(case.envelope)

    refuses(stage, "E_STATE", "event", again(stage))
    refuses(stage, "E_IIP_DUP", "author", again(stage, name="jan"))
    refuses(
        stage, "E_DUPLICATE", "proposal",
        lambda: stage.desk.take([Fact("proposal", row.leaf.body)], {}, published.id),
    )  # fmt: skip

    stage.there.wait(60)
    message = {**envelope.message, "timestamp": stage.desk.now()}
    message |= {"start": message["timestamp"] + cast.HOUR, "end": message["timestamp"] + cast.HOUR + 3 * cast.DAY}
    blocks = Blocks()
    id_ = message_id("Proposal", message)
    body = {**row.leaf.body, "id": id_, "envelope": blocks.raw(sign_envelope("Proposal", message, cast.signer("dora")))}
    refuses(stage, "E_IIP_DUP", "standing", lambda: stage.desk.take([Fact("proposal", body)], blocks, id_))

    stage.vote(published, 1, "eve", "hana")
    stage.decide(published)
    refuses(stage, "E_STATE", "event", again(stage))
    assert stage.verifies(published)


def test_votes_are_refused(stage: Stage) -> None:
    """Too early, without power, in another's name, in another form, for another thing, twice, too soon, too late."""
    published = stage.publish(1, eth("0.5"))
    refuses(stage, "E_WINDOW", "leaf", casting(stage, ballot(stage, published, "eve"), "eve"))
    stage.there.wait_until(published.start)

    refuses(stage, "E_NO_POWER", "zero", casting(stage, ballot(stage, published, "jan"), "jan"))
    refuses(stage, "E_CHOICE", "range", casting(stage, ballot(stage, published, "eve", choice=4), "eve"))
    refuses(stage, "E_CHOICE", "form", casting(stage, ballot(stage, published, "eve", choice=[1]), "eve"))
    refuses(stage, "E_SPACE", "vote", casting(stage, ballot(stage, published, "eve", space="other.devnet"), "eve"))
    refuses(stage, "E_LOG_INCONSISTENT", "proposals",
            casting(stage, ballot(stage, published, "eve", proposal="0x" + "11" * 32), "eve"))  # fmt: skip
    late = ballot(stage, published, "eve", timestamp=stage.there.devnet.now() + 301)
    refuses(stage, "E_WINDOW", "ahead", casting(stage, late, "eve"))
    early = ballot(stage, published, "eve", timestamp=published.start - 1)
    refuses(stage, "E_WINDOW", "signed", casting(stage, early, "eve"))

    message = ballot(stage, published, "eve")
    signed = signature.sign(message_id("Vote", message), cast.key("jan"))
    forged = envelope_json("Vote", message, cast.address("eve"), signed)
    refuses(stage, "E_SIG_SIGNER", "other", lambda: voting.cast(stage.desk, forged))
    genuine = signature.sign(message_id("Vote", message), cast.key("eve"))
    high = envelope_json("Vote", message, cast.address("eve"), bytes.fromhex(twin("0x" + genuine.hex())[2:]))
    refuses(stage, "E_SIG_HIGH_S", "", lambda: voting.cast(stage.desk, high))
    refuses(stage, "E_PARSE", "json", lambda: voting.cast(stage.desk, b"{"))

    casting(stage, message, "eve")()
    refuses(stage, "E_DUPLICATE", "message", casting(stage, message, "eve"))
    stage.there.wait(58)
    refuses(stage, "E_LIMIT", "vote_rate", casting(stage, ballot(stage, published, "eve", choice=2), "eve"))
    stage.there.wait(60)
    casting(stage, ballot(stage, published, "eve", choice=2), "eve")()
    stage.there.wait_until(published.end + 1)
    refuses(stage, "E_WINDOW", "leaf", casting(stage, ballot(stage, published, "hana"), "hana"))
    stage.decide(published)
    assert stage.verifies(published)


def test_closing_is_refused(stage: Stage) -> None:
    """Not before the end, and not twice; nothing is counted before; and after it nobody votes."""
    published = stage.publish(1, eth("0.5"))
    stage.vote(published, 1, "eve", "hana")
    refuses(stage, "E_LOG_INCONSISTENT", "not_closed", lambda: voting.count(stage.desk, published.id))
    stage.there.wait_until(published.end)
    refuses(stage, "E_WINDOW", "early_close", lambda: voting.close(stage.desk, published.id))
    stage.there.wait(1)
    message = ballot(stage, published, "ivo", timestamp=published.end)

    voting.close(stage.desk, published.id)

    refuses(stage, "E_SPLIT_VIEW", "closed", lambda: voting.close(stage.desk, published.id))
    refuses(stage, "E_WINDOW", "closed", casting(stage, message, "ivo"))
    voting.count(stage.desk, published.id)
    refuses(stage, "E_LOG_INCONSISTENT", "one_of", lambda: voting.count(stage.desk, published.id))
    assert stage.verifies(published)


@pytest.mark.parametrize(
    ("ballots", "verdict"),
    [
        ({"gil": 1}, "quorum_not_met"),
        ({"eve": 2, "hana": 2, "ivo": 1}, "rejected"),
        ({"eve": 3, "hana": 3}, "rejected"),
        ({}, "quorum_not_met"),
    ],
)
def test_what_did_not_pass_gives_back_what_it_asked(ballots: dict[str, int], verdict: str, stage: Stage) -> None:
    """A vote that did not pass releases nothing: its ask leaves the books, and no part of it is queued."""
    coin = native(DEVNET_CHAIN_ID)
    before = fund_state(ledger_of(stage.desk), cast.FUND, coin)
    published = stage.publish(1, eth("0.5"))
    assert before.asked + cast.UNIT // 2 == fund_state(ledger_of(stage.desk), cast.FUND, coin).asked
    for name, choice in ballots.items():
        stage.vote(published, choice, name)
    stage.decide(published)

    case = stage.desk.case(published.id, 10, 20, 21, 22, 23, 24, 30, 31, 32, 40, 41, 42)

    assert (verdict, False) == (need(case.verdict).state, case.released)
    assert before == fund_state(ledger_of(stage.desk), cast.FUND, coin)
    refuses(stage, "E_STATE", "not_released", lambda: paying.queue(stage.desk, published.id, 1))
    assert stage.verifies(published)


def test_H64_tie_releases_nothing(stage: Stage) -> None:
    """As much against as for is a rejection, to the last unit of power."""
    dora = world.token_balance(stage.there, cast.address("dora"))
    half = cast.HOLDINGS["eve"] * cast.UNIT
    receipt = devnet_contracts.transfer(stage.desk.node, cast.key("dora"), stage.there.token, cast.address("jan"), half)
    assert receipt.transaction_hash
    assert dora > half
    published = stage.publish(1, eth("0.5"))
    stage.vote(published, 1, "eve")
    stage.vote(published, 2, "jan")
    stage.decide(published)

    case = stage.desk.case(published.id, 10, 20, 21, 22, 23, 24, 30, 31, 32, 40, 41, 42)

    assert ("rejected", "V_REJECTED.tie") == (need(case.verdict).state, need(case.verdict).key)
    assert stage.verifies(published)


def test_H110_proposal_that_asks_for_everything_blocks_nobody(stage: Stage) -> None:
    """An open vote that asks for more than the fund has is only shown: another one passes and is paid."""
    greedy = stage.publish(1, eth("1000"))
    modest = stage.pass_(2, eth("0.5"))
    tx = paying.queue(stage.desk, modest.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(modest, 1, tx)
    paying.execute(stage.desk, modest.id, 1, tx, cast.signer("ann"))

    voting.close(stage.desk, greedy.id)
    voting.count(stage.desk, greedy.id)

    assert stage.verifies(modest)
    assert stage.verifies(greedy)
