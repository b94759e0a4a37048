"""The second half of the demo: payouts, books, the record, and what does not get through."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from chain.amount import spell
from chain.cid import raw_cid
from chain.errors import CodedError
from chain.multi_send import InnerCall, decode_multi_send, encode_multi_send
from chain.receipt import open_receipt
from chain.safe import SafeTx, safe_tx_hash
from dao.cli.start.demo import cast, forgery, world
from dao.cli.start.demo.books import account_rows, ledger_of, names
from dao.cli.start.demo.stage import Stage
from dao.cli.start.demo.world import World
from dao.record.case import need
from dao.record.verify import Report, verify
from dao.store import durable
from dao.workflow import acting, paying, recording
from dao.workflow.desk import QUEUED, Desk
from dao.workflow.proposing import Published
from governance.rules import Verdict
from treasury.review import Review


def pay_first(stage: Stage, desk: Desk, there: World, published: Published) -> None:
    """Part 1: too early, reviewed, signed, executed."""
    stage.scene("DEMO_PAY")
    tx = paying.queue(desk, published.id, 1)
    stage.good("DEMO_QUEUED", hash=safe_tx_hash(tx), nonce=tx.nonce, part="IIP-1/1")
    try:
        paying.sign(desk, published.id, 1, tx, cast.signer("ann"))
    except CodedError as error:
        stage.refused("DEMO_TRIES_EARLY", error, name="ann")
    stage.say("DEMO_WAIT", time=there.wait(2 * cast.DAY))
    _review(stage, names(there), paying.review_part(desk, published.id, 1, tx))
    _sign(stage, desk, published, 1, ("ann", "cho"))


def pay_second(stage: Stage, desk: Desk, there: World, published: Published) -> None:
    """Part 2: reported, approved by two reviewers, paid."""
    stage.scene("DEMO_MILESTONE")
    acting.act(desk, published.id, 2, "report", signer=cast.signer("nora"), evidence=cast.REPORT)
    stage.good("DEMO_REPORTED", name="nora", milestone="m1", digest=raw_cid(cast.REPORT).digest)
    there.wait(cast.HOUR)
    for name in cast.REVIEWERS:
        acting.act(desk, published.id, 2, "approve", signer=cast.signer(name), evidence=cast.REPORT)
    stage.good("DEMO_APPROVED", names=stage.both(cast.REVIEWERS))
    tx = paying.queue(desk, published.id, 2)
    stage.good("DEMO_QUEUED", hash=safe_tx_hash(tx), nonce=tx.nonce, part="IIP-1/2")
    stage.say("DEMO_WAIT", time=there.wait(2 * cast.DAY))
    _sign(stage, desk, published, 2, ("ben", "cho"))


def _review(stage: Stage, symbols: dict[str, str], found: Review) -> None:
    verdict = stage.told("DEMO_REVIEW_SIGN" if found.verdict == "sign" else "DEMO_REVIEW_REFUSE")
    stage.good("DEMO_REVIEW", verdict=verdict)
    for action in found.actions:
        facts = dict(action.facts)
        if action.kind == "pay":
            facts.update(amount=spell(int(str(facts["amount"])), 18), asset=symbols[str(facts["asset"])])
            stage.say("DEMO_ACTION_PAY", place=action.place, **facts)
        else:
            stage.say("DEMO_ACTION_BATCH", place=action.place, **facts)
    stage.say("DEMO_DEVICE", domain=found.domain_hash, message=found.message_hash)


def _sign(stage: Stage, desk: Desk, published: Published, part: int, signers: tuple[str, ...]) -> None:
    """Two owners sign, the first of them sends it."""
    (tx,) = [tx for number, tx in _queued(desk, published) if number == part]
    for name in signers:
        paying.sign(desk, published.id, part, tx, cast.signer(name))
    stage.good("DEMO_SIGNED", names=stage.both(signers))
    transaction = paying.execute(desk, published.id, part, tx, cast.signer(signers[0]))
    proof = desk.node.receipt_proof(transaction)
    number = open_receipt(proof).header.number
    nodes = len(proof.receipt_nodes) + len(proof.transaction_nodes)
    stage.good("DEMO_EXECUTED", transaction=transaction, block=number, nodes=nodes)


def balance(stage: Stage, desk: Desk, there: World) -> None:
    """Every account, the sums, and the chain's own word."""
    stage.scene("DEMO_BOOKS")
    stage.good("DEMO_BALANCED", entries=len(ledger_of(desk)))
    stage.rows(account_rows(desk, there), right=[1])
    token = world.token_balance(there, there.safe)
    stage.good("DEMO_CHAIN_AGREES", eth=spell(desk.node.balance(there.safe), 18), mut=spell(token, 18))


def record(stage: Stage, desk: Desk, published: Published, file: Path) -> tuple[bytes, Report]:
    """Write the record and verify it from its bytes."""
    stage.scene("DEMO_RECORD")
    data = recording.write_record(desk, published.id, cast.journal_key(), world.origin())
    durable.replace(file, data)
    report = verify(data)
    leaves = len(need(report.case).leaves)
    stage.good("DEMO_WRITTEN", file=file.name, size=len(data), leaves=leaves, total=len(desk.journal))
    verdict: Verdict = need(need(report.case).verdict)
    passed = sum(1 for outcome in report.outcomes if outcome.ok)
    stage.good("DEMO_VERIFIED", count=passed, verdict=stage.told(verdict.key, **verdict.facts))
    stage.say("DEMO_ASSUMED", assumed=report.assumed)
    return data, report


def refuse(stage: Stage, desk: Desk, published: Published, data: bytes) -> None:
    """Another payee, and a record with one changed vote, plain and sealed anew: each is refused by name."""
    stage.scene("DEMO_REFUSED")
    (tx,) = [tx for part, tx in _queued(desk, published) if part == 1]
    inner = [InnerCall(*call) for call in decode_multi_send(tx.data)]
    stolen = encode_multi_send([inner[0]._replace(to=cast.address("jan")), *inner[1:]])
    try:
        paying.sign(desk, published.id, 1, replace(tx, data=stolen), cast.signer("ann"))
    except CodedError as error:
        stage.refused("DEMO_OTHER_PAYEE", error, name="jan")
    for code, forged in (
        ("DEMO_FLIPPED", forgery.flipped_vote(data)),
        ("DEMO_RESEALED", forgery.resealed_vote(data, cast.journal_key(), world.origin())),
    ):
        failed = verify(forged).failed
        if failed is not None and failed.error is not None:
            stage.refused(code, failed.error)
            stage.say("DEMO_CHECK", number=failed.number, name=failed.name)


def _queued(desk: Desk, published: Published) -> list[tuple[int, SafeTx]]:
    case = desk.case(published.id, *QUEUED)
    return list(need(case.safe_txs).values())
