"""Queueing, signing and executing: each mistake is refused by its code, keeps nothing, and stops no honest payout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chain.abi import encode_call
from chain.address import with_chain
from chain.amount import spell
from chain.cid import raw_cid
from chain.clients import devnet_contracts
from chain.clients.devnet import FAUCET_KEY
from chain.clients.safe_deploy import execute_safe_tx
from chain.clients.safe_read import safe_nonce
from chain.errors import CodedError
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import SafeTx, join_signatures, safe_tx_hash
from chain.signature import sign
from dao.cli.start.demo import cast, world
from dao.record.case import need
from dao.record.safe_tx_block import write_safe_tx
from dao.workflow import acting, income, paying, proposing
from dao.workflow.desk import Blocks, Fact
from dao.workflow.proposing import Published
from governance.acts import act_message, sign_act
from tests.dao.workflow.refusing import nothing_kept, refuses
from tests.dao.workflow.stage import Stage, eth
from treasury.binding import build

SENTINEL = bytes(19) + b"\x01"
REPORT = b"I called forward() every week.\n"


@pytest.fixture
def queued(stage: Stage) -> tuple[Published, SafeTx]:
    """A part that passed and is queued; its timelock runs."""
    published = stage.pass_(1, eth("0.5"))
    return published, paying.queue(stage.desk, published.id, 1)


def signing(stage: Stage, published: Published, tx: SafeTx, name: str) -> Callable[[], bytes]:
    return lambda: paying.sign(stage.desk, published.id, 1, tx, cast.signer(name))


def by_hand(stage: Stage, data: bytes, to: bytes | None = None, value: int = 0) -> None:
    """Two owners let the Safe do something that nobody voted, past every tool of ours."""
    safe = stage.there.safe
    tx = SafeTx(
        chain_id=DEVNET_CHAIN_ID, safe=safe, version="1.4.1", to=safe if to is None else to, value=value, data=data,
        operation=0, nonce=safe_nonce(stage.desk.node, safe),
    )  # fmt: skip
    signed = {cast.address(name): sign(safe_tx_hash(tx), cast.key(name)) for name in ("ann", "ben")}
    execute_safe_tx(stage.desk.node, FAUCET_KEY, tx, join_signatures(signed))


def test_H97_signing_has_its_time(stage: Stage, queued: tuple[Published, SafeTx]) -> None:
    """Nobody signs a second before the timelock ends, and nobody after the grace: a Safe has no clock."""
    published, tx = queued
    closed = need(stage.desk.case(published.id, 10, 20, 21, 22, 23, 24, 30, 31, 32).closed).leaf.time
    refuses(stage, "E_TIMELOCK", "", signing(stage, published, tx, "ann"))
    stage.there.wait_until(closed + 2 * cast.DAY - 1)
    refuses(stage, "E_TIMELOCK", "", signing(stage, published, tx, "ann"))
    stage.there.wait(1)
    signing(stage, published, tx, "ann")()
    stage.there.wait_until(closed + 16 * cast.DAY + 1)

    refuses(stage, "E_EXPIRED", "", signing(stage, published, tx, "ben"))
    refuses(stage, "E_EXPIRED", "", lambda: paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann")))
    assert stage.verifies(published)


def test_H102_second_transaction_of_one_payout(stage: Stage, queued: tuple[Published, SafeTx]) -> None:
    """While the first can still be executed, no second one is queued or signed at another nonce."""
    published, tx = queued
    stage.there.wait(2 * cast.DAY + 60)

    refuses(stage, "E_DOUBLE_PAY", "live", lambda: paying.queue(stage.desk, published.id, 1))
    refuses(stage, "E_DOUBLE_PAY", "live", signing(stage, published, replace(tx, nonce=tx.nonce + 1), "ann"))
    stage.sign(published, 1, tx)
    refuses(stage, "E_DOUBLE_PAY", "live", signing(stage, published, replace(tx, nonce=tx.nonce + 1), "cho"))
    paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
    refuses(stage, "E_ALREADY", "executed", lambda: paying.queue(stage.desk, published.id, 1))
    assert stage.verifies(published)


def test_H76_only_what_was_voted_is_signed(stage: Stage, queued: tuple[Published, SafeTx]) -> None:
    """Another payee, amount, call or field is refused before anybody's key touches it."""
    published, tx = queued
    stage.there.wait(2 * cast.DAY + 60)
    for other, reason in (
        (replace(tx, to=cast.address("jan")), "payee"),
        (replace(tx, value=tx.value + 1), "amount"),
        (replace(tx, data=b"\x01"), "call_data"),
        (replace(tx, operation=1), "field"),
        (replace(tx, safe_tx_gas=1), "field"),
        (replace(tx, gas_price=1), "field"),
        (replace(tx, refund_receiver=cast.address("jan")), "field"),
    ):
        refuses(stage, "E_HASH_MISMATCH", reason, signing(stage, published, other, "ann"))
    refuses(stage, "E_HASH_MISMATCH", "no_part", lambda: paying.queue(stage.desk, published.id, 2))
    refuses(stage, "E_HASH_MISMATCH", "no_part", lambda: paying.queue(stage.desk, published.id, 0))
    stage.sign(published, 1, tx)
    assert stage.verifies(published)


def test_only_owners_sign_and_each_once(stage: Stage, queued: tuple[Published, SafeTx]) -> None:
    """A stranger's signature or an owner's second one is not taken: it would keep the payout from ever being made."""
    published, tx = queued
    stage.there.wait(2 * cast.DAY + 60)
    refuses(stage, "E_SAFE_SIGS", "stranger", signing(stage, published, tx, "jan"))
    signing(stage, published, tx, "ann")()
    refuses(stage, "E_SAFE_SIGS", "confirmed_twice", signing(stage, published, tx, "ann"))
    refuses(
        stage, "E_SAFE_SIGS", "too_few", lambda: paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
    )
    signing(stage, published, tx, "cho")()

    paying.execute(stage.desk, published.id, 1, tx, cast.signer("jan"))  # anybody may send what owners signed

    refuses(stage, "E_ALREADY", "paid", signing(stage, published, tx, "ben"))
    refuses(
        stage,
        "E_ALREADY",
        "executed_twice",
        lambda: paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann")),
    )
    assert "0.5" == spell(stage.desk.node.balance(cast.address("nora")), 18)
    assert stage.verifies(published)


@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        (("changeThreshold(uint256)", [1]), "E_NO_VOTE", "threshold"),
        (("addOwnerWithThreshold(address,uint256)", ["jan", 2]), "E_NO_VOTE", "owners"),
        (("removeOwner(address,address,uint256)", ["ann", "ben", 2]), "E_NO_VOTE", "owners"),
        (("enableModule(address)", ["jan"]), "E_SAFE_CONFIG", "changed"),
        (("setFallbackHandler(address)", ["jan"]), "E_SAFE_CONFIG", "changed"),
    ],
)
def test_H111_owners_change_the_safe_without_a_vote(
    change: tuple[str, list[object]], code: str, reason: str, stage: Stage, queued: tuple[Published, SafeTx]
) -> None:
    """When owners, threshold, modules or handler are not those of the close, nobody signs."""
    published, tx = queued
    function, arguments = change
    by_hand(stage, encode_call(function, [cast.address(a) if isinstance(a, str) else a for a in arguments]))
    stage.there.wait(2 * cast.DAY + 60)

    # the change itself spent the nonce of what was queued, so it is asked for at the next one
    found = paying.review_part(stage.desk, published.id, 1, replace(tx, nonce=tx.nonce + 1))
    assert (code, reason) in {(finding.code, finding.reason) for finding in found.findings}
    assert "refuse" == found.verdict
    with nothing_kept(stage), pytest.raises(paying.PayError):
        signing(stage, published, tx, "ben")()


def test_payment_past_the_tools_leaves_nothing_to_pay(stage: Stage, queued: tuple[Published, SafeTx]) -> None:
    """What the owners executed by hand before its time, as owners can, is neither repeated nor booked."""
    published, tx = queued
    signed = {cast.address(name): sign(safe_tx_hash(tx), cast.key(name)) for name in ("ann", "ben")}
    execute_safe_tx(stage.desk.node, FAUCET_KEY, tx, join_signatures(signed))
    before = stage.desk.node.balance(cast.address("nora"))

    with nothing_kept(stage), pytest.raises(CodedError, match="E_TIMELOCK"):
        paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))

    assert before == stage.desk.node.balance(cast.address("nora"))


def test_budget_that_is_not_covered(stage: Stage) -> None:
    """A result that the fund does not cover is recorded, commits nothing, and is not queued."""
    published = stage.pass_(1, eth("1000"))
    kinds = [leaf.kind for leaf in stage.desk.journal.leaves]

    assert "result" == kinds[-1]
    refuses(stage, "E_BUDGET", "", lambda: paying.queue(stage.desk, published.id, 1))
    blocks, tx = Blocks(), build(published.parts[0], 0, version="1.4.1")
    body = {"proposal": published.id, "part": 1, "hash": safe_tx_hash(tx), "safe_tx": blocks.map(write_safe_tx(tx))}
    refuses(stage, "E_BUDGET", "uncommitted", lambda: stage.desk.take([Fact("queued", body)], blocks, published.id))
    assert stage.verifies(published)


@pytest.fixture
def milestones(stage: Stage) -> Published:
    """The demo's proposal, passed: its second part waits for a report and two approvals."""
    there = stage.there
    grant = devnet_contracts.transfer(stage.desk.node, cast.key("dora"), there.token, there.safe, cast.GRANT)
    income.book_income(stage.desk, "donation", cast.FUND, grant.transaction_hash)
    there.wait(600)
    published = proposing.publish(stage.desk, world.document(), author=cast.signer("dora"), fund=cast.FUND)
    stage.vote(published, 1, "eve", "hana")
    return published


def test_H106_milestone_is_released_by_its_reviewers_alone(stage: Stage, milestones: Published) -> None:
    """Not before the close, not by author, payee, stranger or one reviewer twice, and not over another report."""
    published = milestones

    def acts(kind: str, name: str, evidence: bytes | None = REPORT, part: int = 2) -> Callable[[], int]:
        return lambda: acting.act(stage.desk, published.id, part, kind, signer=cast.signer(name), evidence=evidence)

    refuses(stage, "E_LOG_INCONSISTENT", "not_closed", acts("report", "nora"))
    stage.decide(published)
    stage.there.wait(60)
    refuses(stage, "E_MILESTONE", "queued_early", lambda: paying.queue(stage.desk, published.id, 2))
    refuses(stage, "E_MILESTONE", "other_reporter", acts("report", "jan"))
    refuses(stage, "E_MILESTONE", "no_evidence", acts("report", "nora", evidence=None))
    refuses(stage, "E_MILESTONE", "no_milestone", acts("report", "nora", part=1))
    refuses(stage, "E_ACT", "no_part", acts("report", "nora", part=3))
    refuses(stage, "E_MILESTONE", "other_report", acts("approve", "lea"))
    acts("report", "nora")()
    for name, reason in (("nora", "not_reviewer"), ("dora", "not_reviewer"), ("jan", "not_reviewer")):
        refuses(stage, "E_MILESTONE", reason, acts("approve", name))
    refuses(stage, "E_MILESTONE", "other_report", acts("approve", "lea", evidence=REPORT + b"!"))
    refuses(stage, "E_ACT", "role", acts("veto", "lea"))
    refuses(stage, "E_ACT", "role", acts("dispute", "nora"))  # these settings name no panel
    acts("approve", "lea")()
    refuses(stage, "E_DUPLICATE", "message", acts("approve", "lea"))
    stage.there.wait(60)
    refuses(stage, "E_MILESTONE", "twice", acts("approve", "lea"))
    refuses(stage, "E_MILESTONE", "queued_early", lambda: paying.queue(stage.desk, published.id, 2))
    acts("return", "max")()
    refuses(stage, "E_MILESTONE", "other_report", acts("approve", "max"))
    stage.there.wait(60)
    acts("report", "nora")()
    stage.there.wait(60)
    acts("approve", "lea")()
    acts("approve", "max")()
    stage.there.wait(60)
    refuses(stage, "E_MILESTONE", "released", acts("report", "nora"))

    assert 0 == paying.queue(stage.desk, published.id, 2).nonce
    assert stage.verifies(published)


def test_act_comes_with_the_file_that_was_signed(stage: Stage, milestones: Published) -> None:
    """A signed act is taken only with the bytes whose digest it names."""
    published = milestones
    stage.decide(published)
    stage.there.wait(60)
    message = act_message(
        proposal=published.id, part=2, kind="report", evidence=raw_cid(REPORT).digest, timestamp=stage.desk.now()
    )
    raw = sign_act(message, cast.signer("nora"))

    refuses(stage, "E_MILESTONE", "evidence", lambda: acting.take_act(stage.desk, raw, REPORT + b"!"))
    refuses(stage, "E_MILESTONE", "evidence", lambda: acting.take_act(stage.desk, raw, None))
    acting.take_act(stage.desk, raw, REPORT)
    refuses(stage, "E_DUPLICATE", "message", lambda: acting.take_act(stage.desk, raw, REPORT))


def test_payee_on_another_chain_is_no_payee_here(stage: Stage) -> None:
    """A payment whose address names another chain is not published."""
    there = with_chain(cast.address("nora"), 1)

    refuses(stage, "E_LINT", "errors", lambda: _publish(stage, f"0.5 ETH to {there}"))


def _publish(stage: Stage, payment: str) -> Published:
    raw = stage.document(1, payment)
    return proposing.publish(stage.desk, raw, author=cast.signer("dora"), fund=cast.FUND)
