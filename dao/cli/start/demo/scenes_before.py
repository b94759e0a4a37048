"""The first half of the demo: chain, settings, income, proposal, votes, result."""

from __future__ import annotations

from pathlib import Path

from chain import signature
from chain.amount import spell
from chain.clients import devnet_contracts
from chain.errors import CodedError
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast, world
from dao.cli.start.demo.books import fund_rows
from dao.cli.start.demo.stage import Stage
from dao.cli.start.demo.world import World
from dao.cli.text import counted, label, place
from dao.record.case import Case, need
from dao.store import durable
from dao.workflow import founding, income, proposing, voting
from dao.workflow.desk import Desk
from dao.workflow.proposing import Published
from governance.messages import envelope_json, message_id, sign_envelope, vote_message
from governance.space import settings_cid
from proposals.payment import write_sentence
from treasury import premiums


def found(stage: Stage, desk: Desk, there: World) -> None:
    """The owners sign the settings."""
    stage.scene("DEMO_SETTINGS")
    text = world.settings_text(there)
    signers = cast.OWNERS[: cast.THRESHOLD]
    index = founding.found(desk, text, founding.sign_settings(text, [cast.signer(name) for name in signers]))
    stage.good("DEMO_SETTINGS_SIGNED", names=stage.both(signers), index=index)
    stage.say("DEMO_SETTINGS_CID", cid=str(settings_cid(text)))
    stage.say("DEMO_SETTINGS_RULES", quorum=spell(cast.QUORUM, 18), period=3, timelock=2, reviewers=2)


def earn(stage: Stage, desk: Desk, there: World) -> None:
    """Premiums come in, their tenth reaches the Safe, and a grant with it."""
    stage.scene("DEMO_INCOME")
    node, buyer = desk.node, cast.key(cast.BUYER)
    for premium in cast.PREMIUMS:
        receipt = devnet_contracts.bring_premium(node, buyer, there.proxy, premium)
        income.book_income(desk, "premium", cast.FUND, receipt.transaction_hash)
    stage.good("DEMO_PREMIUMS", count=len(cast.PREMIUMS), total=spell(sum(cast.PREMIUMS), 18))
    largest = max(cast.PREMIUMS)
    stage.say("DEMO_SPLIT", premium=spell(largest, 18))
    shares = premiums.split(largest)._asdict()
    stage.rows([(label(name), f"{spell(share, 18)} ETH") for name, share in shares.items()], right=[1])

    stage.say("DEMO_RECEIVABLE")
    stage.rows(fund_rows(desk, there), right=range(1, 6))

    receipt = devnet_contracts.forward(node, buyer, there.proxy)
    income.book_income(desk, "forward", cast.FUND, receipt.transaction_hash, log=len(receipt.logs) - 1)
    rebate, forwarded = premiums.forward_rebate(sum(premium // 10 for premium in cast.PREMIUMS))
    stage.good("DEMO_FORWARD", forwarded=spell(forwarded, 18), rebate=spell(rebate, 18))
    receipt = devnet_contracts.transfer(node, cast.key(cast.AUTHOR), there.token, there.safe, cast.GRANT)
    income.book_income(desk, "donation", cast.FUND, receipt.transaction_hash)
    stage.good("DEMO_DONATION", amount=spell(cast.GRANT, 18))
    stage.say("DEMO_FUND")
    stage.rows(fund_rows(desk, there), right=range(1, 6))


def publish(stage: Stage, desk: Desk, there: World, document: Path) -> Published:
    """The author drafts, lints and publishes."""
    stage.scene("DEMO_PUBLISH")
    raw = world.document()
    durable.replace(document, raw)
    there.wait(cast.DAY)
    published = proposing.publish(desk, raw, author=cast.signer(cast.AUTHOR), fund=cast.FUND)
    stage.good("DEMO_LINT", file=document.name, findings=counted(0, "error"))
    stage.say("DEMO_PARTS", count=len(published.parts))
    case = desk.case(published.id, 10, 20, 21, 22, 23)
    assets = world.assets(there)
    stage.rows(
        [
            (place(f"part {number}"), write_sentence(payment), _after(stage, part.release))
            for number, part in enumerate(published.parts, 1)
            for payment in world.payments(part, assets)
        ]
    )
    stage.rows(
        [
            (label("document"), str(published.document)),
            (label("parts"), str(published.parts_cid)),
            (label("settings"), str(published.settings)),
        ]
    )
    stage.good("DEMO_PUBLISHED", id=published.id)
    block = need(case.commitment).blocks[0].number
    stage.say("DEMO_WINDOW", start=published.start, end=published.end, block=block)
    return published


def _after(stage: Stage, release: str) -> str:
    return stage.told("DEMO_AFTER", release=release) if release else ""


_CHOICES = ("For", "Against", "Abstain")


def vote(stage: Stage, desk: Desk, there: World, published: Published) -> None:
    """Seven people vote: two of the votes are refused by name, one voter votes twice."""
    stage.scene("DEMO_VOTE")
    there.wait_until(published.start)
    for name, choice in (("eve", 1), ("finn", 2), ("gil", 3), ("hana", 2), ("ivo", 1)):
        voting.cast(desk, _ballot(there, published, name, choice, cast.key(name)))
        stage.good("DEMO_VOTED", name=name, choice=_CHOICES[choice - 1])
        there.wait(cast.HOUR)
    voting.cast(desk, _ballot(there, published, "hana", 1, cast.key("hana")))
    stage.good("DEMO_VOTED_AGAIN", name="hana", choice="For")
    for name, code, signer in (("jan", "DEMO_TRIES", "jan"), ("kim", "DEMO_TRIES_FORGED", "jan")):
        try:
            voting.cast(desk, _ballot(there, published, name, 2, cast.key(signer)))
        except CodedError as error:
            stage.refused(code, error, name=name, choice="Against")


def _ballot(there: World, published: Published, name: str, choice: int, key: bytes) -> bytes:
    message = vote_message(
        voter=cast.address(name),
        space=cast.SPACE,
        proposal=published.id,
        choice=choice,
        timestamp=there.devnet.now(),
    )
    if key == cast.key(name):
        return sign_envelope("Vote", message, cast.signer(name))
    return envelope_json("Vote", message, cast.address(name), signature.sign(message_id("Vote", message), key))


def decide(stage: Stage, desk: Desk, there: World, published: Published) -> Case:
    """The vote ends, is closed, proved, counted and committed."""
    stage.scene("DEMO_RESULT")
    there.wait_until(published.end + cast.HOUR)
    index = voting.close(desk, published.id)
    case = voting.count(desk, published.id)
    transcript, verdict = need(case.expected), need(case.verdict)
    stage.good("DEMO_CLOSED", time=desk.journal.leaves[index].time, index=index, count=transcript.votes)
    block = need(case.commitment).blocks[0].number
    stage.good("DEMO_PROVED", voters=transcript.voters, block=block)
    rows = zip(transcript.choices, transcript.scores, strict=True)
    stage.rows([(choice, f"{spell(score, 18)} MUT") for choice, score in rows], right=[1])
    stage.good(verdict.key, **verdict.facts)
    stage.say("DEMO_COMMITTED")
    stage.rows(fund_rows(desk, there), right=range(1, 6))
    return case


def set_up(stage: Stage, there: World, file: str) -> None:
    """Say what was deployed."""
    stage.good("DEMO_CHAIN_BEGUN", chain_id=DEVNET_CHAIN_ID, time=cast.GENESIS, file=file)
    stage.good("DEMO_GENUINE", count=len(world.CONTRACTS))
    stage.good(
        "DEMO_SAFE", safe=there.safe, threshold=cast.THRESHOLD, owners=len(cast.OWNERS), names=", ".join(cast.OWNERS)
    )
    stage.good("DEMO_TOKEN", token=there.token, holders=len(cast.HOLDINGS))
