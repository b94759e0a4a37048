"""What always holds, whoever does what: every step is taken whole or refused whole, and no coin moves unseen.

The machine's invariants stand here, each as a sentence and a few lines. They compare the tool with the chain itself and
with the plain model beside it, never with a second answer of the tool.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, TypeVar

from hypothesis import note
from hypothesis.stateful import RuleBasedStateMachine, invariant

from chain.errors import CodedError
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import SafeTx
from dao.cli.start.demo import cast, world
from dao.cli.start.demo.books import ledger_of
from dao.record.verify import verify
from dao.sentences import catalogue
from dao.views.iip_standing import iip_standing
from dao.views.money import asks_of, books_of, labels_of
from dao.views.numbers import numbers
from dao.views.opening import settings_of
from tests.dao.workflow.machine import evidence, house
from tests.dao.workflow.machine.house import House, Places, name_of
from tests.dao.workflow.machine.model import Amounts, Asked, Model
from tests.dao.workflow.refusing import state
from treasury.assets import erc20, native
from treasury.execution import EXECUTION_SUCCESS
from treasury.fund import fund_states

T = TypeVar("T")
ETH = native(DEVNET_CHAIN_ID)


class Holds(RuleBasedStateMachine):
    """A house, the model beside it, and what must be true of both after every step."""

    happened: ClassVar[Counter[str]] = Counter()
    """What all examples together did: a machine that only refuses proves nothing."""
    folders: ClassVar[int] = 0

    def __init__(self, base: Path, places: Places) -> None:
        super().__init__()
        Holds.folders += 1
        self.places = places
        self.house = House(base, places, base.with_name(f"copy-{Holds.folders}"))
        self.model = Model()
        self.base_safe = self.on_chain()
        self.first = self.scanned = self.house.node.head().ref.number
        self.photo: int | None = None
        """Height at which the chain was photographed, to come back to it."""
        self.lost = 0
        """How many blocks the deepest reorganisation took back."""
        self.steps = 0
        self.seen: object = None
        self.refusal: CodedError | None = None
        self.kept = self.whole_state()

    def leave(self) -> None:
        """Close the house and take it down."""
        self.house.close()
        shutil.rmtree(self.house.folder)

    # One step

    def attempt(self, step: Callable[[], T]) -> T | None:
        """Take a step: it succeeds, or it is refused with a code and a sentence and nothing of it is kept."""
        self.steps += 1
        self.refusal = None
        try:
            done = step()
        except CodedError as error:
            self.refusal = error
        else:
            self.kept = self.whole_state()
            return done
        code = f"{self.refusal.code}.{self.refusal.reason}"
        self.happened[code] += 1
        note(f"    refused: {code} {dict(self.refusal.facts)}")
        assert {code, self.refusal.code} & catalogue("en").keys(), f"{code} has no sentence"
        assert self.kept == self.whole_state(), f"refused with {code}, and something was kept"
        return None

    def whole_state(self) -> object:
        """The journal in every form: size, root, sums of the ledger, rows of all tables, and the kept checkpoint."""
        size, root, sums, rows = state(self.house.desk)
        facts = [row for row in rows if row[0] != "intents"]  # what is about to be sent is no fact
        kept = self.house.folder / house.KEPT
        return size, root, sums, facts, kept.read_bytes() if kept.exists() else b""

    def now(self) -> int:
        """The time that the tool sees, as far as its node tells it any."""
        try:
            return self.house.desk.now()
        except CodedError:
            return self.house.now()

    def on_chain(self) -> Amounts:
        """What the Safe holds, whatever anybody says."""
        tokens = world.token_balance(self.house.there, self.places.safe)
        return Counter(ETH=self.house.node.balance(self.places.safe), MUT=tokens)

    def signers(self, tx_hash: bytes) -> list[str]:
        """Whose confirmations of a transaction the journal holds."""
        found = [leaf.body for leaf in self.house.journal.leaves if leaf.kind == "confirmation"]
        return [name_of(bytes(body["owner"])) for body in found if body["hash"] == tx_hash]  # type: ignore[call-overload]

    # After every step

    @invariant()
    def everything_holds(self) -> None:
        seen = (self.house.node.head().ref, len(self.house.journal))
        if seen != self.seen:
            self.seen = seen
            self.the_chain_did_what_was_made()
            self.the_books_are_the_chain()
            self.the_queue_is_sound()
            if self.steps % 7 == 6 and self.model.asked:
                self.the_verifier_takes(self.model.asked[self.steps % len(self.model.asked)])
            if self.steps % 23 == 22:
                self.the_views_can_be_shown()

    def the_chain_did_what_was_made(self) -> None:
        """The Safe executed known transactions only, each once, no payout twice; its balance follows from them."""
        head = self.house.node.head().ref.number
        for log in self.house.node.logs(self.places.safe, [EXECUTION_SUCCESS], self.scanned + 1, head):
            self.model.made[log.log.topics[1]].done += 1
        self.scanned = head

        made = self.model.made.values()
        assert all(each.done <= 1 for each in made), "one transaction was executed twice"
        paid = Counter(each.payout for each in made if each.done and each.payout and not each.by_hand)
        assert all(times == 1 for times in paid.values()), "the tool paid a payout twice"
        for each in made:
            if each.done and each.payout and not each.by_hand:
                assert self.model.by_id(each.payout[0]).released, "a proposal that did not pass was paid"
        expected = Counter(self.base_safe)
        for move in self.model.movements:
            if not move.gone:
                expected.update(move.safe)
        for each in made:
            if each.done:
                expected.subtract(each.amounts)
        assert +expected == +self.on_chain()

    def the_books_are_the_chain(self) -> None:
        """What the books say the Safe holds is what was there, what was booked as income, less what was booked as paid;
        no more is promised than is there.
        """
        executed = [leaf.body["hash"] for leaf in self.house.journal.leaves if leaf.kind == "executed"]
        assert len(set(executed)) == len(executed), "one execution was booked twice"
        expected, receivable = Counter(self.base_safe), 0
        for move in self.model.movements:
            if move.booked is not None:
                expected.update(move.booked[0])
                receivable += move.booked[1]
        for hash_ in executed:
            made = self.model.made[bytes(hash_)]  # type: ignore[call-overload]
            assert made.done or self.photo is not None, "booked, and never executed"
            expected.subtract(made.amounts)

        states = fund_states(ledger_of(self.house.desk), cast.FUND)
        held = Counter(ETH=states[ETH].held, MUT=states[erc20(DEVNET_CHAIN_ID, self.places.token)].held)
        assert expected == held
        assert receivable == states[ETH].receivable
        for asset, each in states.items():
            assert each.available >= 0, f"more is committed than the fund has: {asset} {each}"
            assert min(each.committed, each.asked, each.paid) >= 0, f"{asset} {each}"

    def the_queue_is_sound(self) -> None:
        """What is queued passed, each with a hash of its own and, while it can be executed, with a nonce of its own."""
        queued = [leaf.body for leaf in self.house.journal.leaves if leaf.kind == "queued"]
        assert len({body["hash"] for body in queued}) == len(queued), "one hash was queued twice"
        live: Counter[int] = Counter()
        for body in queued:
            made = self.model.made[bytes(body["hash"])]  # type: ignore[call-overload]
            assert made.payout is not None
            one, part = self.model.by_id(made.payout[0]), made.payout[1]
            window = one.window(part)
            assert one.released, "queued, and did not pass"
            assert window is not None, "queued before its milestone was released"
            now = self.house.now()
            is_over = now > window[1] or part in one.stopped or part in one.ended or one.is_silenced(part, now)
            is_dead = is_over and not self.signers(bytes(body["hash"]))  # type: ignore[call-overload]
            if made.tx.nonce >= self.house.safe().nonce and not is_dead and not made.past_the_tool:
                live[made.tx.nonce] += 1
        assert all(times == 1 for times in live.values()), "two that can be executed have one nonce"

    # Now and then, and at the end

    def all_verify(self) -> None:
        """The record of every proposal, and the whole journal as a follower checks it."""
        for one in self.model.asked:
            self.the_verifier_takes(one)
        assert len(self.model.asked) == self.house.check_as_a_follower()

    def the_verifier_takes(self, one: Asked) -> None:
        """What the writer took, the verifier takes; of a vote that is not closed it says that, and nothing else."""
        report = verify(self.house.record(one.id))
        if one.released is not None:
            assert report.ok, report.failed
            self.happened["verified"] += 1
        elif one.closed_at is None:
            assert report.failed is not None
            assert "votes.closed" == report.failed.name, report.failed

    def the_views_can_be_shown(self) -> None:
        """Status, fund and ledger never raise, and find nothing that should not be there."""
        journal = self.house.journal
        settings = settings_of(journal)
        books = books_of(journal)
        labels_of(settings)
        for fund in settings.funds:
            asks_of(books.ledger, fund.name)
        for numbered in numbers(journal).values():
            standing = iip_standing(self.house.desk, numbered, settings.prefix, self.house.now())
            assert standing.problem is None, standing.problem
            evidence.check(self.house.journal, standing)
            self.happened[f"state {standing.state}"] += 1
            for part in standing.parts:
                self.happened[f"part {part.state}"] += 1

    # When a payout is signed or sent

    def may_be_signed(self, one: Asked, part: int, tx: SafeTx, name: str, now: int, owners: tuple[bytes, ...]) -> None:
        """Not before eta, not after the end, only what was queued, by an owner, and not what owners had paid."""
        window = one.window(part)
        assert one.released
        assert window is not None
        assert window[0] <= now <= window[1], f"signed at {now}, and the window was {window}"
        assert tx in one.txs[part], "something was signed that is not this part's"
        assert cast.address(name) in owners, "a stranger signed"
        assert not self.paid_by_hand(one, part), "signed what the owners had paid by hand"
        assert part not in one.stopped, "signed what was stopped"
        assert not one.is_frozen(part), "signed what is disputed"
        assert part not in one.ended, "signed what had ended"

    def paid_by_hand(self, one: Asked, part: int) -> bool:
        """Whether the owners executed a part with a transaction that was never queued."""
        mine = (one.id, part)
        return any(made.by_hand and made.done and made.payout == mine for made in self.model.made.values())
