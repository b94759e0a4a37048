"""A space whose power lies on two chains: each strategy is asked on its own, and one record proves both.

Two embedded chains stand for two real ones: their nodes say another chain id, and whatever is read of them, blocks,
state and proofs, is their own. Nothing is sent through these nodes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from chain.address import checksum
from chain.clients import devnet_contracts
from chain.clients.devnet import Devnet
from chain.clients.devnet_rpc import URL
from chain.clients.node import Node, NodeError
from chain.errors import CodedError
from chain.json_text import canonical
from dao.cli.start.demo import cast, world
from dao.record.case import need
from dao.record.verify import verify
from dao.store.journal import Journal
from dao.workflow import founding, proposing, recording, recounting, voting
from dao.workflow.desk import Desk
from dao.workflow.guard import Guard
from dao.workflow.proposing import Decision, Published
from dao.workspace import Anchors
from governance.messages import sign_envelope, vote_message
from tests.dao.cli.steps_workspace import Ground
from tests.dao.cli.test_decisions import CITIES, DOCUMENT

HOME, ABROAD = 31_337, 31_338
SPACE = "3f.example"


class Elsewhere(Node):
    """The node of an embedded chain that passes for another one."""

    def __init__(self, devnet: Devnet, chain_id: int) -> None:
        super().__init__(URL, devnet.session(), name=f"chain {chain_id}")
        self._chain_id = chain_id


@dataclass
class Two:
    """A founded space on two chains."""

    home: world.World
    abroad: Devnet
    desk: Desk

    def publish(self) -> Published:
        self.home.wait(cast.DAY)
        for ago in (300, 200, 100):
            self.abroad.time_travel(self.home.devnet.now() - ago)
        self.home.wait(60)  # the head is one block above the snapshot
        decision = Decision("single-choice", CITIES)
        return proposing.publish(
            self.desk, DOCUMENT.encode(), author=cast.signer("dora"), fund=cast.FUND, decision=decision
        )

    def vote(self, published: Published, name: str, choice: int) -> None:
        message = vote_message(
            voter=cast.address(name), space=SPACE, proposal=published.id, choice=choice, timestamp=self.desk.now()
        )
        voting.cast(self.desk, sign_envelope("Vote", message, cast.signer(name)))


@contextmanager
def founded(folder: Path, *, reaches: bool = True) -> Iterator[Two]:
    """Found a space whose votes are tokens on both chains; `reaches` says whether the second has a node here."""
    with (
        Devnet.temporary(cast.GENESIS) as first,
        Devnet.temporary(cast.GENESIS) as second,
        Journal(folder / "journal.sqlite", create=True) as journal,
    ):
        home = world.build(first)
        node, abroad = Elsewhere(first, HOME), Elsewhere(second, ABROAD)
        if reaches:
            node.beside = {ABROAD: lambda: abroad}
        there, dora = second.node(), cast.key("dora")
        token = devnet_contracts.deploy_votes_token(there, dora, name="Abroad", symbol="ABR", supply=cast.SUPPLY)
        for name, amount in (("eve", 1_000), ("jan", 300_000)):
            devnet_contracts.transfer(there, dora, token, cast.address(name), amount * cast.UNIT)
        settings = json.loads(Ground(chain_id=HOME, space=SPACE, depth=1).settings_text(home))
        (strategy,) = settings["strategies"]
        params = {**strategy["params"], "address": checksum(token), "symbol": "ABR"}
        settings["chains"].append({"chain_id": ABROAD, "finality_depth": 2})
        settings["strategies"].append({**strategy, "chain_id": ABROAD, "params": params})
        text = canonical(settings)
        home.wait(60)
        desk = Desk(journal, node)
        founding.found(desk, text, founding.sign_settings(text, [cast.signer("ann"), cast.signer("ben")]))
        yield Two(home, second, desk)


def test_power_of_two_chains_is_gathered_added_and_proved(tmp_path: Path) -> None:
    """Who holds only abroad votes, who holds on both weighs both; the record and a recount say the same, offline."""
    with founded(tmp_path) as two:
        published = two.publish()
        two.home.wait_until(published.start)
        for name, choice in (("eve", 1), ("jan", 2), ("hana", 1)):
            two.vote(published, name, choice)
        with pytest.raises(CodedError) as caught:
            two.vote(published, "lea", 1)
        two.home.wait_until(published.end + cast.HOUR)
        voting.close(two.desk, published.id)
        case = voting.count(two.desk, published.id)
        record = recording.write_record(two.desk, published.id, cast.journal_key(), world.origin())
        settings = need(case.settings)
        anchors = Anchors(
            space=SPACE, chain_id=HOME, safe=settings.treasury().address, journal_key=settings.journal.key
        )

    report = verify(record)
    assert report.ok, report.failed
    assert "A_POWER" not in report.assumed
    assert [HOME, ABROAD] == [block.chain_id for block in need(case.commitment).blocks]
    assert {HOME, ABROAD} <= {block.chain_id for block in need(report.case).blocks}
    assert [(210_000 + 1_000 + 140_000) * cast.UNIT, 300_000 * cast.UNIT, 0] == [*need(case.expected).scores]
    assert "E_NO_POWER" == caught.value.code
    guard = Guard(anchors, tmp_path / "checkpoint")
    with recounting.opened(tmp_path / "journal.sqlite", guard, HOME) as journal:
        found = recounting.recount(journal, published.id, guard)
    assert need(case.expected) == need(found.case.expected)


def test_a_chain_that_nobody_reaches_is_named(tmp_path: Path) -> None:
    """The step could not be done, and the journal is as it was; no chain's power counts as zero."""
    with founded(tmp_path, reaches=False) as two:
        before = len(two.desk.journal)
        with pytest.raises(NodeError) as caught:
            two.publish()

        assert ("E_RPC_ENV", "chain", ABROAD) == (
            caught.value.code, caught.value.reason, caught.value.facts["chain_id"]
        )  # fmt: skip
        assert before == len(two.desk.journal)
