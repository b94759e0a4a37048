"""The rules of honest and of careless people: they ask, vote, close, count, report, queue, sign and execute.

Every rule may be tried at any time by anybody. What of it succeeds is written into the model, with what must have been
true for it to succeed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from chain.safe import SafeTx, safe_tx_hash
from dao.cli.start.demo import cast
from tests.dao.workflow.machine.earners import Earners, picks
from tests.dao.workflow.machine.house import name_of
from tests.dao.workflow.machine.model import SHAPES, Asked, Made, asked, document

DAY = cast.DAY
EVIDENCE = (b"Report one\n", b"Report two\n", None)

parts = st.sampled_from((1, 1, 1, 2, 2, 3, 0))
shapes = st.sampled_from(("plain", "plain", *SHAPES))
people = st.sampled_from(("nora", "omar", "dora", "lea", "max", "kim", "jan"))


class People(Earners):
    """Steps of the tool, in any order."""

    def pick(self, number: int) -> Asked:
        """One of the proposals, the latest first."""
        return self.model.asked[-1 - number % len(self.model.asked)]

    # Asking

    @initialize(shapes=st.lists(shapes, max_size=3), is_guarded=st.booleans())
    def begin(self, shapes: list[str], is_guarded: bool) -> None:
        if is_guarded:
            self.guard()
        self.pass_some(shapes, ("eve", "hana"))

    def guard(self) -> None:
        """The owners name a guardian."""
        raise NotImplementedError

    @rule(
        shapes=st.lists(shapes, min_size=1, max_size=3), voters=st.sampled_from(("eve hana", "eve hana", "gil", "eve"))
    )
    def ask_and_decide(self, shapes: list[str], voters: str) -> None:
        self.pass_some(shapes, tuple(voters.split()))

    def pass_some(self, shapes: list[str], voters: tuple[str, ...]) -> None:
        """Some proposals side by side, from publication to result."""
        before = len(self.model.asked)
        for shape in shapes:
            self.publish(0, shape, "dora")
        mine = self.model.asked[before:]
        for one in mine:
            self.house.wait_until(one.start)
            for name in voters:
                self.cast_vote(one, name, 1, self.now())
        for one in mine:
            self.house.wait_until(one.end + 1)
            self.close_it(one)
            self.count_it(one)

    @rule(number=st.sampled_from((0, 0, 1, 2)), shape=shapes, author=st.sampled_from(("dora", "dora", "dora", "eve")))
    def publish(self, number: int, shape: str, author: str) -> None:
        """Number 0 is the next that nobody has."""
        self.house.there.wait(600)
        taken = [int(str(leaf.body["iip"])) for leaf in self.house.journal.leaves if leaf.kind == "document"]
        number = number or 1 + max(taken, default=0)
        self.publish_it(number, shape, author, document(number, shape, self.house.now(), self.places.proxy))

    @precondition(lambda self: self.model.asked)
    @rule(pick=picks, is_same_text=st.booleans(), shape=shapes)
    def publish_again(self, pick: int, is_same_text: bool, shape: str) -> None:
        """A number that was asked before."""
        self.house.there.wait(600)
        one = self.pick(pick)
        shape = one.shape if is_same_text else shape
        raw = one.raw if is_same_text else document(one.number, shape, self.house.now(), self.places.proxy)
        self.publish_it(one.number, shape, one.author, raw)

    def publish_it(self, number: int, shape: str, author: str, raw: bytes, older: Sequence[bytes] = ()) -> None:
        rules, depth = self.house.rules(self.now()), self.depth()
        published = self.attempt(lambda: self.house.publish(raw, author, older))
        if published is None:
            return
        self.happened["published"] += 1
        others = [one for one in self.model.asked if one.number == number]
        assert all(one.author == author for one in others), "a number was taken from its author"
        assert all(one.released is False for one in others), "a number was asked while it is open or passed"
        for one in self.model.asked:
            if one.id in older:
                assert one.released, "superseded what did not pass"
                assert len({*one.ended, *self.booked_parts(one)}) < len(one.parts), "superseded what is over"
        self.model.asked.append(
            Asked(
                id=published.id,
                number=number,
                author=author,
                shape=shape,
                raw=raw,
                parts=published.parts,
                start=published.start,
                end=published.end,
                timelock=rules.timelock,
                grace=rules.grace,
                required=rules.reviewers.required,
                depth=depth,
                supersedes=tuple(older),
                guardian="" if rules.guardian is None else name_of(rules.guardian),
                reviewers=frozenset(map(name_of, rules.reviewers.addresses)),
                panel=frozenset(map(name_of, rules.disputes.panel)),
                panel_required=rules.disputes.required,
                panel_seconds=rules.disputes.seconds,
            )
        )

    # Voting

    @precondition(lambda self: self.model.asked)
    @rule(
        pick=picks,
        name=st.sampled_from(("eve", "hana", "finn", "gil", "ivo", "jan")),
        choice=st.sampled_from((1, 1, 1, 1, 2, 3, 0, 4)),
        skew=st.sampled_from((0, 0, 0, 0, 0, 300, 301, -1, -3_600, -4 * DAY)),
        signer=st.sampled_from(("", "", "", "jan")),
    )
    def vote(self, pick: int, name: str, choice: int, skew: int, signer: str) -> None:
        """Also too late, dated early or late, without power, for no choice, in another's name."""
        self.cast_vote(self.pick(pick), name, choice, self.now() + skew, signer)

    def cast_vote(self, one: Asked, name: str, choice: Any, timestamp: int, signer: str = "") -> None:
        ballot = self.attempt(lambda: self.house.ballot(name, one.id, choice, timestamp, signer=signer))
        if ballot is not None:
            self.cast_it(one, name, ballot)

    @precondition(lambda self: any(one.ballots for one in self.model.asked))
    @rule(pick=picks, which=picks)
    def vote_again_with_the_same(self, pick: int, which: int) -> None:
        one = self.pick(pick)
        if one.ballots:
            self.cast_it(one, "", one.ballots[which % len(one.ballots)])

    def cast_it(self, one: Asked, name: str, ballot: bytes) -> None:
        now = self.now()
        if self.attempt(lambda: self.house.vote(ballot)) is None:
            return
        self.happened["voted"] += 1
        assert one.start <= now <= one.end, "a vote outside its window"
        assert one.closed_at is None, "a vote after the close"
        assert not one.is_cancelled, "a vote on what was cancelled"
        assert ballot not in one.ballots, "a vote twice"
        assert now >= one.voted.get(name, 0) + 60, "a vote within a minute of another"
        assert name != "jan", "a vote without power"
        one.ballots.append(ballot)
        one.voted[name] = now

    @precondition(lambda self: self.model.asked)
    @rule(pick=picks, is_count=st.booleans())
    def close_or_count(self, pick: int, is_count: bool) -> None:
        if is_count:
            self.count_it(self.pick(pick))
        else:
            self.close_it(self.pick(pick))

    def close_it(self, one: Asked) -> None:
        now, safe = self.now(), self.house.safe()
        if self.attempt(lambda: self.house.close_vote(one.id)) is not None:
            one.owners, one.threshold = frozenset(map(name_of, safe.owners)), safe.threshold
            assert now > one.end, "closed before its end"
            assert one.closed_at is None, "closed twice"
            assert not one.is_cancelled, "closed, and was cancelled"
            one.closed_at = now

    def count_it(self, one: Asked) -> None:
        case = self.attempt(lambda: self.house.count(one.id))
        if self.refusal is not None and self.refusal.code == "E_RPC_REORG":
            assert self.lost > one.depth, "a vote whose snapshot was final can never be counted"
        if case is not None:
            assert one.closed_at is not None, "counted before the close"
            assert one.released is None, "counted twice"
            one.released = case.released
            self.happened["passed" if one.released else "did not pass"] += 1
            if one.released and one.supersedes:
                self.superseded(one)

    def superseded(self, newer: Asked) -> None:
        """What follows for the older ones when a proposal passes that supersedes them."""
        raise NotImplementedError

    @precondition(lambda self: self.model.asked)
    @rule(pick=picks, name=st.sampled_from(("dora", "dora", "eve", "ann")))
    def cancel(self, pick: int, name: str) -> None:
        one, now = self.pick(pick), self.now()
        if self.attempt(lambda: self.house.cancel(one.id, name)) is not None:
            self.happened["cancelled"] += 1
            assert name == one.author, "cancelled by somebody else"
            assert now < one.end, "cancelled after the end"
            assert one.closed_at is None, "cancelled after the close"
            assert not one.is_cancelled, "cancelled twice"
            one.is_cancelled, one.released = True, False

    # Milestones

    @precondition(lambda self: self.model.asked)
    @rule(
        pick=picks,
        part=parts,
        kind=st.sampled_from(("report", "approve", "approve", "return")),
        name=people,
        evidence=st.sampled_from(EVIDENCE),
    )
    def act(self, pick: int, part: int, kind: str, name: str, evidence: bytes | None) -> None:
        self.act_on(self.pick(pick), part, kind, name, evidence)

    def act_on(self, one: Asked, part: int, kind: str, name: str, evidence: bytes | None) -> None:
        now = self.now()
        if self.attempt(lambda: self.house.act(name, one.id, part, kind, evidence)) is None:
            return
        self.happened[kind] += 1
        assert one.closed_at is not None, "an act before the close"
        assert part not in one.released_at, "an act on a milestone that was released"
        assert not one.is_frozen(part), "an act on a part that is disputed"
        if kind == "report":
            payees = [row.payee for row in SHAPES[one.shape] if row.part == part]
            assert evidence is not None, "a report of nothing"
            assert name in (one.author, *payees), "a report of somebody else"
            one.reports[part], one.approvals[part] = evidence, set()
            return
        assert name in cast.REVIEWERS, "reviewed by somebody else"
        assert one.reports.get(part) == evidence, "reviewed what is not reported"
        if kind == "return":
            del one.reports[part]
            one.approvals[part] = set()
            return
        assert "approve" == kind
        assert name not in one.approvals[part], "approved twice"
        one.approvals[part].add(name)
        if len(one.approvals[part]) >= one.required:
            one.released_at[part] = now
            self.happened["released"] += 1

    # Paying

    @precondition(lambda self: self.model.asked)
    @rule(pick=picks, part=parts)
    def queue(self, pick: int, part: int) -> None:
        self.queue_it(self.pick(pick), part)

    def queue_it(self, one: Asked, part: int) -> None:
        now = self.now()
        tx = self.attempt(lambda: self.house.queue(one.id, part))
        if tx is None:
            return
        self.happened["queued"] += 1
        window = one.window(part)
        assert window is not None, "queued before its milestone was released"
        assert now <= window[1], "queued after its end"
        assert part not in one.stopped, "queued what was stopped"
        assert not one.is_frozen(part), "queued what is disputed"
        assert part not in one.ended, "queued what had ended"
        assert not self.paid_by_hand(one, part), "queued what the owners had paid by hand"
        self.remember_queued(one, part, tx)

    def remember_queued(self, one: Asked, part: int, tx: SafeTx, *, past_the_tool: bool = False) -> None:
        known = self.model.made.get(safe_tx_hash(tx))
        assert known is None or known.by_hand, "one hash was queued twice"
        made = Made(tx, asked(one.shape, part), (one.id, part), by_hand=False, past_the_tool=past_the_tool)
        made.done = known.done if known else 0
        self.model.made[safe_tx_hash(tx)] = made
        one.txs.setdefault(part, []).append(tx)

    @precondition(lambda self: any(one.txs for one in self.model.asked))
    @rule(pick=picks, part=parts, name=st.sampled_from(("ann", "ben", "cho", "jan", "finn")))
    def sign(self, pick: int, part: int, name: str) -> None:
        one = self.pick(pick)
        if one.txs.get(part):
            self.sign_it(one, part, name, one.txs[part][-1])

    def sign_it(self, one: Asked, part: int, name: str, tx: SafeTx) -> None:
        now, owners = self.now(), self.house.safe().owners
        if self.attempt(lambda: self.house.sign(name, one.id, part, tx)) is not None:
            self.happened["signed"] += 1
            self.may_be_signed(one, part, tx, name, now, owners)

    @precondition(lambda self: any(one.txs for one in self.model.asked))
    @rule(pick=picks, part=parts, name=st.sampled_from(("ann", "jan")))
    def execute(self, pick: int, part: int, name: str) -> None:
        """Anybody may send what owners signed."""
        one = self.pick(pick)
        if one.txs.get(part):
            self.execute_it(one, part, name, one.txs[part][-1])

    def execute_it(self, one: Asked, part: int, name: str, tx: SafeTx) -> None:
        height, depth, by_hand = self.house.node.head().ref.number, self.depth(), self.paid_by_hand(one, part)
        done = self.attempt(lambda: self.house.execute(name, one.id, part, tx))
        is_sent = self.house.node.head().ref.number > height
        if is_sent:
            assert not by_hand, "paid what the owners had paid by hand"
            assert part not in one.stopped, "paid what was stopped"
            assert not one.is_frozen(part), "paid what is disputed"
            assert part not in one.ended, "paid what had ended"
            is_pending = self.refusal is not None and self.refusal.code == "E_PENDING"
            is_lagging = self.house.desk.node is not self.house.node
            assert done is not None or is_pending or is_lagging, f"sent, and cannot be booked: {self.refusal}"
        if done is not None:
            self.happened["executed" if is_sent else "adopted"] += 1
            assert tx in one.txs[part]
            self.model.made[safe_tx_hash(tx)].depth = depth

    # The next step of each, as honest people take it

    @precondition(lambda self: self.model.asked)
    @rule(pick=picks, times=st.integers(1, 8))
    def go_on(self, pick: int, times: int) -> None:
        one = self.pick(pick)
        for _ in range(times):
            self.next_step(one)

    @precondition(lambda self: self.model.asked)
    @rule(pick=picks, part=st.integers(1, 2), times=st.integers(1, 4))
    def go_on_with_part(self, pick: int, part: int, times: int) -> None:
        one = self.pick(pick)
        for _ in range(times):
            if one.released and part <= len(one.parts) and not self.is_over(one, part):
                self.next_step_of_part(one, part)

    def next_step(self, one: Asked) -> None:
        now = self.house.now()
        if one.closed_at is not None or one.is_cancelled:
            if one.released is None:
                self.count_it(one)
            waiting = [part for part in range(1, len(one.parts) + 1) if not self.is_over(one, part)]
            if one.released and waiting:
                self.next_step_of_part(one, waiting[self.steps % len(waiting)])
        elif now < one.start:
            self.house.wait_until(one.start)
        elif now <= one.end and not {"eve", "hana"} <= set(one.voted):
            self.cast_vote(one, "hana" if "eve" in one.voted else "eve", 1, self.now())
        elif now <= one.end:
            self.house.wait_until(one.end + 1)
        else:
            self.close_it(one)

    def decide_it(self, one: Asked, part: int) -> None:
        """The panel lets a disputed part go on."""
        raise NotImplementedError

    def booked_parts(self, one: Asked) -> set[int]:
        """The parts whose execution the journal knows."""
        known = self.model.made
        return {part for part, txs in one.txs.items() if any(known[safe_tx_hash(tx)].depth is not None for tx in txs)}

    def is_over(self, one: Asked, part: int) -> bool:
        window = one.window(part)
        is_late = window is not None and self.house.now() > window[1]
        if part in one.stopped or part in one.ended or one.is_silenced(part, self.house.now()):
            return True
        return is_late or any(self.model.made[safe_tx_hash(tx)].done for tx in one.txs.get(part, ()))

    def next_step_of_part(self, one: Asked, part: int) -> None:
        window, tx = one.window(part), one.txs.get(part, [None])[-1]
        if one.is_frozen(part):
            self.decide_it(one, part)
        elif window is None and part not in one.reports:
            self.act_on(one, part, "report", "dora", EVIDENCE[0])
        elif window is None:
            missing = [name for name in cast.REVIEWERS if name not in one.approvals[part]]
            self.act_on(one, part, "approve", missing[0] if missing else "lea", one.reports[part])
        elif tx is None:
            self.queue_it(one, part)
        elif self.house.now() < window[0]:
            self.house.wait_until(window[0])
        else:
            safe, signed = self.house.safe(), self.signers(safe_tx_hash(tx))
            left = [name_of(owner) for owner in safe.owners if name_of(owner) not in signed]
            if len(signed) < safe.threshold and left:
                self.sign_it(one, part, left[0], tx)
            else:
                self.execute_it(one, part, "ann", tx)
