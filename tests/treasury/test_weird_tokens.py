"""Twelve tokens that misbehave in one list of payments: what one row does leaves the others right, and is told."""

from __future__ import annotations

import pytest

from chain.clients.node import Node
from chain.clients.safe_dry_run import run_steps
from chain.keccak import keccak256
from chain.networks import DEVNET_CHAIN_ID
from proposals.calls import call_for
from proposals.payment import Asset, Payment
from tests.treasury import weird
from treasury.clients.payment_trials import Problems, try_payments
from treasury.payout_batches import parts_of
from treasury.trial import read_trial, steps_of, trial_findings

BLOCKED = keccak256(b"a payee who is blocked")[12:]
KINDS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 6, 0)
"""Kind of the token of each row; the first row of kind 6 pays who is blocked, the second one anybody."""
FOUND = {3: "false", 4: "payee", 5: "reverts", 6: "reverts", 7: "payee", 8: "reverts", 10: "safe", 11: "nothing",
         12: "reverts"}  # fmt: skip
"""What is wrong with which row, by its place; all others behave."""


class Payday:
    """A Safe, a token of each kind, and one payment a row."""

    def __init__(self, node: Node) -> None:
        self.node, self.safe = node, weird.make_payer(node)
        self.tokens = {kind: weird.granted(node, self.safe, kind, BLOCKED) for kind in sorted(set(KINDS))}
        self.payments = [self._payment(place, kind) for place, kind in enumerate(KINDS)]
        self.whole = weird.part_of(self.safe, [call_for(payment) for payment in self.payments])

    def _payment(self, place: int, kind: int) -> Payment:
        asset = Asset(symbol=f"T{kind}", decimals=18, address=self.tokens[kind], chain_id=DEVNET_CHAIN_ID)
        payee = BLOCKED if place == 6 else keccak256(b"payee %d" % place)[12:]
        return Payment(asset, 2**96 if kind == 8 else 1_000, payee)

    def problems(self) -> Problems:
        return try_payments(self.node, self.whole, self.node.head().ref.number)

    def paid(self, place: int) -> bool:
        """Whether a payee holds exactly what his row says."""
        payment = self.payments[place]
        token = payment.asset.address
        assert token is not None
        return weird.balance_of(self.node, token, payment.to) == payment.amount


@pytest.fixture(scope="module")
def payday(node: Node) -> Payday:
    return Payday(node)


def test_H91_each_row_is_judged_alone(payday: Payday) -> None:
    """Tried before the vote: which rows misbehave, and how; nothing stays of it."""
    problems = payday.problems()

    assert FOUND == {place: reason for place, (reason, _) in problems.items()}
    assert (990, 1_010) == (problems[4][1]["found"], problems[10][1]["found"])
    assert not any(map(payday.paid, range(len(KINDS))))


def test_H91_weird_rows_stop_no_others(payday: Payday) -> None:
    """Every part is sent, also those that review refuses: rows that behave are paid to the unit, and each row that does
    not is named by the review of its own part (one pays its payee right, and costs the Safe more).
    """
    places = parts_of(payday.payments, [], payday.problems())
    refused, told = set(), set()

    for part in sorted(set(places)):
        rows = [place for place, number in enumerate(places) if number == part]
        wanted = weird.part_of(payday.safe, [payday.whole.calls[place] for place in rows])
        tokens = {call.to for call in wanted.calls}
        answers = run_steps(payday.node, payday.safe, steps_of(wanted, tokens), payday.node.head().ref.number)
        codes = {"burns"} if answers is None else {
            found.code for found in trial_findings(wanted, read_trial(wanted, tokens, answers))
        }  # fmt: skip
        assert not codes or len(rows) == 1
        refused |= set(rows) if "E_TOKEN_BEHAVIOUR" in codes else set()
        told |= set(rows) if codes else set()
        weird.execute(payday.node, wanted, gas=3_000_000)

    assert (set(FOUND), {3, 4, 7, 10, 11}) == (told, refused)
    assert {*FOUND} - {10} == {place for place in range(len(KINDS)) if not payday.paid(place)}


def test_what_the_safe_does_not_hold_is_not_judged(payday: Payday) -> None:
    """A file may be written before the money is there."""
    asset = payday.payments[0].asset
    part = weird.part_of(payday.safe, [call_for(Payment(asset, 10**30, BLOCKED))])

    assert {} == try_payments(payday.node, part, payday.node.head().ref.number)
