"""Journals with more than one story: proposals that were stopped, and what others did with the money.

Each is played once by a worker, on an embedded chain, by the steps that commands take. The demo's own record is a story
too; the others come from journals that hold several proposals, of which a record shows only its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from chain import abi
from chain.address import ZERO
from chain.cid import CID
from dao.cli.start.demo import cast
from dao.record.leaves import Leaf
from dao.store.journal import Journal
from dao.workflow import (
    acting,
    advancing,
    cancelling,
    housekeeping,
    income,
    paying,
    stopping,
    submitting,
    voting,
)  # fmt: skip
from dao.workflow.converting import Bounded, book_conversion
from dao.workflow.desk import Blocks, Fact
from dao.workflow.premium_books import book_premiums
from dao.workflow.proposing import settings_in_force
from governance.messages import message_id
from tests.dao.record.forge import Bench
from tests.dao.record.invented import rebuilt_header
from tests.dao.workflow import committees, contract_voters, conversions, group_money
from tests.dao.workflow.contract_voters import SafeVoter
from tests.dao.workflow.stage import Stage, eth, open_stage
from tests.dao.workflow.stops import (
    DECISION,
    GUARDIAN,
    PANEL,
    PANEL_SECONDS,
    REASON,
    found_guardian,
    found_panel,
    found_periods,
    found_source,
    found_with,
    reject,
)  # fmt: skip
from tests.treasury.mutual_pool.devnet_mutual import deploy_mutual
from treasury.clients.mutual_logs import read_purchases
from treasury.housekeeping import OwnerChange
from treasury.mutual_pool.import_file import Import
from treasury.payouts import PayoutId


@dataclass(frozen=True, slots=True)
class Story:
    """A journal, and the proposal whose record is looked at."""

    leaves: tuple[Leaf, ...]
    blocks: dict[CID, bytes]
    proposal: bytes

    def bench(self) -> Bench:
        """The journal in a forger's hands."""
        return Bench.of_journal(self.leaves, self.blocks, self.proposal)


def _blocks(journal: Journal) -> dict[CID, bytes]:
    with journal._engine.connect() as connection:  # every block, also of leaves that no record shows
        rows = connection.execute(sa.text("SELECT cid, data FROM blocks")).all()
    return {CID.from_bytes(row.cid): row.data for row in rows}


def _vetoed(stage: Stage) -> list[bytes]:
    """IIP-1 is vetoed after one owner signed its part 1; IIP-2 gets the money, is paid, and gives some of it back, and
    buys tokens of the fund's own kind with the rest.
    """
    buys = conversions.offer(stage)
    found_guardian(stage)
    first = stage.pass_(1, eth("2"), eth("1"))
    tx = paying.queue(stage.desk, first.id, 1)
    paying.queue(stage.desk, first.id, 2)
    stage.there.wait(2 * cast.DAY + 60)
    paying.sign(stage.desk, first.id, 1, tx, cast.signer("ann"))
    stopping.veto(stage.desk, first.id, 0, REASON, cast.signer(GUARDIAN))
    reject(stage, tx)
    stopping.end(stage.desk, first.id, 1)
    second = stage.pass_(2, eth("3.8"), buys)
    txs = [paying.queue(stage.desk, second.id, part) for part in (1, 2)]
    stage.there.wait(2 * cast.DAY + 60)
    for part, paid in enumerate(txs, 1):
        stage.sign(second, part, paid)
        paying.execute(stage.desk, second.id, part, paid, cast.signer("ann"))
    back = stage.desk.node.send(cast.key(cast.BUYER), stage.there.safe, value=cast.UNIT).transaction_hash
    income.book_refund(stage.desk, PayoutId(second.id, 1), cast.FUND, back, 0)
    fund = settings_in_force(stage.desk).funds[0]
    book_conversion(stage.desk, PayoutId(second.id, 2), fund, Bounded(conversions.prices(stage), "USD", 100))
    return [first.id, second.id]


def _disputed(stage: Stage) -> list[bytes]:
    """Part 1 is disputed after one signature, let go on, and paid; part 2 is disputed, and the panel is silent."""
    found_panel(stage)
    first = stage.pass_(1, eth("2"), eth("1"))
    tx = paying.queue(stage.desk, first.id, 1)
    paying.queue(stage.desk, first.id, 2)
    stage.there.wait(2 * cast.DAY + 60)
    paying.sign(stage.desk, first.id, 1, tx, cast.signer("ann"))
    for part, name in ((1, "nora"), (2, "dora")):
        acting.act(stage.desk, first.id, part, "dispute", signer=cast.signer(name), evidence=REASON)
    stage.there.wait(cast.DAY)
    for name in PANEL[:2]:
        acting.act(stage.desk, first.id, 1, "resolve", signer=cast.signer(name), evidence=DECISION)
    paying.sign(stage.desk, first.id, 1, tx, cast.signer("ben"))
    paying.execute(stage.desk, first.id, 1, tx, cast.signer("ann"))
    stage.there.wait(PANEL_SECONDS)
    stopping.end(stage.desk, first.id, 2)
    return [first.id]


def _superseded(stage: Stage) -> list[bytes]:
    """IIP-1 is queued, and superseded by IIP-2 before anybody signed it."""
    first = stage.pass_(1, eth("2"), eth("1.5"))
    paying.queue(stage.desk, first.id, 1)
    second = stage.pass_(2, eth("3.8"), supersedes=[first.id])
    return [first.id, second.id]


def _withdrawn(stage: Stage) -> list[bytes]:
    """IIP-1 is submitted, revised and voted on in vain; then it is brought back, and withdrawn. Meanwhile a working
    group holds some of the fund's ether.
    """
    author = cast.signer(cast.AUTHOR)
    group_money.found_group(stage)
    group_money.deposit(stage, cast.UNIT)
    submitting.submit(stage.desk, stage.document(1, eth("0.4")), author)
    submitting.submit(stage.desk, stage.document(1, eth("0.5")), author)
    first = stage.publish(1, eth("0.5"))
    stage.vote(first, 1, "gil")
    stage.decide(first)
    submitting.submit(stage.desk, stage.document(1, eth("0.5")), author)
    stage.there.wait(cast.HOUR)
    submitting.withdraw(stage.desk, 1, "IIP-4 says it better", author)
    return [first.id]


def _patient(stage: Stage) -> list[bytes]:
    """IIP-1 lies idle, is brought back, and takes every step in its time; cancelled, its parts are asked again as IIP-2
    when they have cooled down, by whoever was in no hurry either.
    """
    author = cast.signer(cast.AUTHOR)
    found_periods(
        stage, review=2 * cast.DAY, last_call=cast.DAY, stagnation=20 * cast.DAY, cool_down=5 * cast.DAY
    )  # fmt: skip
    asked = []
    for number, idle in ((1, 21 * cast.DAY), (2, 0)):
        raw = stage.document(number, eth("0.5"))
        submitting.submit(stage.desk, raw, author)
        stage.there.wait(idle + 600)
        published = None
        while published is None:
            done = advancing.advance(stage.desk, raw, author=author, fund=cast.FUND)
            published = done.published
            if done.earliest is not None:
                stage.there.wait_until(done.earliest)
                stage.there.wait(600)
        asked.append(published)
        stage.vote(published, 1, "eve", "hana")
        if number == 1:
            cancelling.cancel(stage.desk, published.id, author)
            stage.there.wait(3 * cast.DAY)
    stage.decide(asked[1])
    return [each.id for each in asked]


def _asked_again(stage: Stage) -> list[bytes]:
    """IIP-1 misses its quorum and is asked again; its part 1 and one of IIP-2 are paid, its part 2 is being signed."""
    missed, other = stage.publish(1, eth("0.5")), stage.publish(2, eth("0.3"), eth("0.2"))
    stage.vote(missed, 1, "gil")
    stage.vote(other, 1, "eve", "hana")
    stage.decide(missed, other)
    again = stage.publish(1, eth("0.4"), eth("0.3"))
    stage.vote(again, 1, "eve", "hana")
    stage.vote(again, 2, "finn")
    stage.decide(again)
    elsewhere = paying.queue(stage.desk, other.id, 1)
    first, second = (paying.queue(stage.desk, again.id, part) for part in (1, 2))
    stage.there.wait(2 * cast.DAY + 60)
    for published, tx in ((other, elsewhere), (again, first)):
        stage.sign(published, 1, tx)
        paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
    paying.sign(stage.desk, again.id, 2, second, cast.signer("ben"))
    return [again.id]


def _overtaken(stage: Stage) -> list[bytes]:
    """Part 1 of IIP-1 is paid, then IIP-2 supersedes it; part 2, which is signed, loses its nonce to IIP-2."""
    first = stage.pass_(1, eth("0.5"), eth("3"))
    tx, signed = (paying.queue(stage.desk, first.id, part) for part in (1, 2))
    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(first, 1, tx)
    paying.execute(stage.desk, first.id, 1, tx, cast.signer("ann"))
    paying.sign(stage.desk, first.id, 2, signed, cast.signer("ben"))
    second = stage.pass_(2, eth("3.2"), supersedes=[first.id])
    reject(stage, signed)
    stopping.end(stage.desk, first.id, 2)
    paid = paying.queue(stage.desk, second.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(second, 1, paid)
    paying.execute(stage.desk, second.id, 1, paid, cast.signer("cho"))
    return [first.id, second.id]


def _contracts(stage: Stage) -> list[bytes]:
    """IIP-1 passes with the votes of three contracts beside those of keys: a Safe by its owners, a Safe that signed on
    chain, and a wallet that only says so.
    """
    by_keys, on_chain = SafeVoter.create(stage), SafeVoter.create(stage, salt=8)
    wallet = contract_voters.deploy(stage, contract_voters.YES)
    published = stage.publish(1, eth("0.5"))
    stage.vote(published, 1, "eve", "hana")
    message = contract_voters.ballot(stage, published, by_keys.address)
    voting.cast(stage.desk, by_keys.envelope(message, "ann", "cho"))
    message = contract_voters.ballot(stage, published, on_chain.address, choice=2)
    on_chain.execute_message(message_id("Vote", message))
    voting.cast(stage.desk, on_chain.envelope(message))
    message = contract_voters.ballot(stage, published, wallet)
    voting.cast(stage.desk, contract_voters.vote(message, wallet, b"\x01" * 130))
    stage.decide(published)
    return [published.id]


def _housekept(stage: Stage) -> list[bytes]:
    """Two parts are queued, and ann signs the second; then jan takes her place, as it was announced, by which the first
    part lost its nonce. Jan and ben sign and pay the second.
    """
    found_with(stage, housekeeping=["add_owner", "rejection", "swap_owner"])
    first = stage.pass_(1, eth("0.5"), eth("0.4"))
    tx = [paying.queue(stage.desk, first.id, part) for part in (1, 2)][1]
    housekeeping.announce(stage.desk, OwnerChange(cast.address("jan"), cast.address("ann"), None))
    stage.there.wait(2 * cast.DAY + 60)
    paying.sign(stage.desk, first.id, 2, tx, cast.signer("ann"))
    change = housekeeping.announced_tx(stage.desk)
    given = housekeeping.sign(stage.desk, change, cast.signer("ann"))
    given = housekeeping.sign(stage.desk, change, cast.signer("cho"), given)
    housekeeping.execute(stage.desk, change, given, cast.signer("ben"))
    for name in ("jan", "ben"):
        paying.sign(stage.desk, first.id, 2, tx, cast.signer(name))
    paying.execute(stage.desk, first.id, 2, tx, cast.signer("ben"))
    return [first.id]


def _premiums(stage: Stage) -> list[bytes]:
    """Two ranges of a mutual's premiums are booked; the second is taken back for a block that is made up here, and is
    booked again; IIP-1 is asked and cancelled.
    """
    node, mutual = stage.desk.node, deploy_mutual(stage.desk.node, stage.there.devnet.now())
    found_source(stage, mutual)
    begun = Import(contract=mutual, chain_id=node.chain_id(), from_block=0)
    for premium in (10**18, 3 * 10**17 + 9):
        node.send(cast.key(cast.BUYER), mutual, premium, abi.encode_call("buy(address,uint256)", [ZERO, 1]))
        last = node.head().ref
        begun = begun.with_purchases(read_purchases(node, mutual, begun.next_block, last.number), last)
        book_premiums(stage.desk, cast.FUND, begun)
    blocks, second = Blocks(), [at for at, leaf in enumerate(stage.desk.journal.leaves) if leaf.kind == "premiums"][-1]
    header = blocks.raw(rebuilt_header(node.header(last.number), parent_hash=bytes(32)))
    stage.desk.take([Fact("reversed", {"source": second, "header": header})], blocks)
    stage.there.wait(12)
    last = node.head().ref
    book_premiums(stage.desk, cast.FUND, begun.with_purchases((), last))
    published = stage.publish(1, eth("0.5"))
    stage.there.wait_until(published.start)
    cancelling.cancel(stage.desk, published.id, cast.signer(cast.AUTHOR))
    return [published.id]


def _granted(stage: Stage) -> list[bytes]:
    """A committee grants, and pays; it grants what is left of its year, and one owner signs."""
    committees.found_committee(stage)
    first = committees.grant(stage, 1, committees.mut("100"))
    tx = paying.queue(stage.desk, first.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(first, 1, tx)
    paying.execute(stage.desk, first.id, 1, tx, cast.signer("ann"))
    second = committees.grant(stage, 2, committees.mut("50"), members=committees.MEMBERS)
    tx = paying.queue(stage.desk, second.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    paying.sign(stage.desk, second.id, 1, tx, cast.signer("ann"))
    return [first.id, second.id]


_PLAYS: dict[str, tuple[Callable[[Stage], list[bytes]], int]] = {
    "vetoed": (_vetoed, 0),
    "after a veto": (_vetoed, 1),
    "disputed": (_disputed, 0),
    "superseded": (_superseded, 0),
    "superseding": (_superseded, 1),
    "withdrawn": (_withdrawn, 0),
    "asked again": (_asked_again, 0),
    "patient": (_patient, 0),
    "patient again": (_patient, 1),
    "contracts": (_contracts, 0),
    "housekept": (_housekept, 0),
    "overtaken": (_overtaken, 0),
    "overtaking": (_overtaken, 1),
    "premiums": (_premiums, 0),
    "granted": (_granted, 1),
}
"""By name: what is played, and which of its proposals is looked at."""


@cache
def _played(play: Callable[[Stage], list[bytes]]) -> tuple[tuple[Leaf, ...], dict[CID, bytes], list[bytes]]:
    with TemporaryDirectory() as folder, open_stage(Path(folder)) as stage:
        proposals = play(stage)
        return tuple(stage.desk.journal.leaves), _blocks(stage.desk.journal), proposals


def story(name: str) -> Story:
    """A story by its name."""
    play, number = _PLAYS[name]
    leaves, blocks, proposals = _played(play)
    return Story(leaves, blocks, proposals[number])


NAMES = tuple(_PLAYS)
SAID = frozenset({"premiums"})
"""Stories of which a part is only somebody's word (`A_PREMIUM`), which the journal's writer can spell otherwise."""
