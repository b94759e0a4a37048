"""Everybody does anything, in any order: what the writer took the verifier takes, and no coin moves twice.

One DAO on an embedded chain, a plain model of it (`machine.model`), what always holds (`machine.holds`), the rules of
people who use the tool (`machine.people`) and of everything past it (`machine.strangers`). Run for longer with
`MACHINE_EXAMPLES` and `MACHINE_STEPS`; a failure prints its steps, already made few.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from chain.safe import safe_tx_hash
from dao.cli.start.demo import cast
from tests.dao.workflow.machine import house
from tests.dao.workflow.machine.holds import Holds
from tests.dao.workflow.machine.model import Asked
from tests.dao.workflow.machine.people import DAY
from tests.dao.workflow.machine.strangers import Strangers

IS_LONG = os.environ.get("CI") == "true"
EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "3"))
STEPS = int(os.environ.get("MACHINE_STEPS", "40" if IS_LONG else "30"))


class Machine(Strangers):
    """All of them together."""

    def teardown(self) -> None:
        try:
            self.house.desk.node = self.house.node
            self.all_verify()
            self.the_views_can_be_shown()
            self.the_dao_goes_on()
        finally:
            self.leave()

    def the_dao_goes_on(self) -> None:
        """Whatever happened, honest people found, earn, ask, vote and pay again; nothing of that is refused."""
        self.house.there.wait(60 * DAY)
        while self.house.node.head().ref.number <= self.house.journal.leaves[-1].block.number:
            self.house.there.wait(1)  # after a reorganisation
        self.restore_the_safe()
        self.must(self.house.change_settings(self.changes("as at first"), self.owners_now()) > 0)
        self.house.there.wait(3 * DAY)
        gift = self.bring("coins", 10 * cast.UNIT)
        self.book_it(gift, gift.kind, gift.log)
        self.must(gift.booked is not None)

        before = len(self.model.asked)
        self.pass_some(["plain"], ("eve", "hana"))
        self.must(len(self.model.asked) > before)
        one = self.model.asked[-1]
        self.must(bool(one.released))
        self.queue_it(one, 1)
        self.must(1 in one.txs)
        self.house.there.wait(2 * DAY)
        self.pay(one)
        self.the_chain_did_what_was_made()
        self.the_books_are_the_chain()
        self.the_verifier_takes(one)

    def pay(self, one: Asked) -> None:
        """Owners first spend the nonces of others that nobody executes, with transfers of nothing."""
        tx = one.txs[1][0]
        while self.house.safe().nonce < tx.nonce:
            self.send_by_hand(self.invented(cast.address("pat")), Counter(), None, self.owners_now())
        for name in self.owners_now():
            self.sign_it(one, 1, name, tx)
            self.must(self.refusal is None)
        self.execute_it(one, 1, "ann", tx)
        self.must(self.model.made[safe_tx_hash(tx)].depth is not None)
        self.happened["goes on"] += 1

    def must(self, is_done: bool) -> None:
        assert is_done, f"honest people cannot go on: {self.refusal}"


def test_everybody_does_anything(tmp_path: Path) -> None:
    """Few short examples here, longer ones with `CI=true`; the same ones each time."""
    places = house.build(tmp_path / "base")
    Holds.happened.clear()

    run_state_machine_as_test(
        lambda: Machine(tmp_path / "base", places),  # type: ignore[arg-type]
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert Holds.happened["goes on"] >= EXAMPLES
