"""The rules of those who stop what was decided: a guardian and owners veto, parties dispute, proposals supersede,
payouts end unpaid.

What is stopped is noted beside the tool: who vetoed or disputed which part, which proposal passed over which, and what
the Safe's nonce says of the transactions that were signed.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chain.safe import SafeTx, safe_tx_hash
from tests.dao.workflow.machine.model import Asked, document
from tests.dao.workflow.machine.people import People, parts, picks, shapes

GUARDIAN = "ivo"
PANEL = ("gil", "finn", "jan")


class Stoppers(People):
    """Steps that stop others."""

    @precondition(lambda self: self.model.asked)
    @rule(pick=picks, others=st.lists(picks, max_size=1), shape=shapes, is_decided=st.booleans())
    def publish_over(self, pick: int, others: list[int], shape: str, is_decided: bool) -> None:
        """A proposal that supersedes one or two others, whatever became of them."""
        self.house.there.wait(600)
        taken = [int(str(leaf.body["iip"])) for leaf in self.house.journal.leaves if leaf.kind == "document"]
        older = sorted({self.pick(number).id for number in (pick, *others)})
        before, number = len(self.model.asked), 1 + max(taken, default=0)
        raw = document(number, shape, self.house.now(), self.places.proxy)
        self.publish_it(number, shape, "dora", raw, older)
        for one in self.model.asked[before:] if is_decided else ():
            for _ in range(6):
                self.next_step(one)

    @precondition(lambda self: any(one.released for one in self.model.asked))
    @rule(
        pick=picks, part=st.sampled_from((0, 1, 1, 2, 3)), name=st.sampled_from((GUARDIAN, "ann", "ben", "cho", "jan"))
    )
    def veto(self, pick: int, part: int, name: str) -> None:
        self.veto_it(self.pick(pick), part, name)

    def veto_it(self, one: Asked, part: int, name: str) -> None:
        standing = {number for number in self.numbers(one) if self.stands(one, number)}
        done = self.attempt(lambda: self.house.veto(name, one.id, part))
        if done is None:
            return
        self.happened["vetoed"] += 1
        touched = set(self.numbers(one)) if part == 0 else {part}
        assert one.released, "vetoed what did not pass"
        assert name == one.guardian or name in one.owners, "vetoed by somebody else"
        assert not any(self.is_paid(one, number) for number in done.parts), "stopped what the Safe had paid"
        for number in touched:
            one.vetoes.setdefault(number, set()).add(name)
        expected = {number for number in standing & touched if self.is_vetoed(one, number)}
        assert expected == set(done.parts), "a veto stopped other parts than it should"
        for number in expected:
            one.stopped[number] = self.now()
        for number in done.ended:
            self.ended(one, number, "vetoed")

    def is_vetoed(self, one: Asked, part: int) -> bool:
        """By the guardian, or by as many owners as the Safe wanted at the close."""
        names = one.vetoes.get(part, set())
        return one.guardian in names or len(names & one.owners) >= one.threshold

    @precondition(lambda self: any(one.released for one in self.model.asked))
    @rule(pick=picks, part=st.sampled_from((0, 1, 2)), names=st.sampled_from(("ivo", "ann ben", "ann ann", "ben cho")))
    def veto_together(self, pick: int, part: int, names: str) -> None:
        """On what passed: the guardian, or two owners one after the other."""
        passed = [one for one in self.model.asked if one.released]
        for name in names.split():
            self.veto_it(passed[-1 - pick % len(passed)], part, name)

    @precondition(lambda self: any(one.released for one in self.model.asked))
    @rule(
        pick=picks,
        part=st.sampled_from((0, 1, 1, 2)),
        name=st.sampled_from(("nora", "dora", "lea", GUARDIAN, "eve", "gil")),
        words=st.sampled_from((b"Not done.\n", b"Not done.\n", None)),
        is_decided=st.booleans(),
    )
    def dispute(self, pick: int, part: int, name: str, words: bytes | None, is_decided: bool) -> None:
        """One part of what passed; sometimes the panel decides at once."""
        passed = [one for one in self.model.asked if one.released]
        one, now = passed[-1 - pick % len(passed)], self.now()
        stands = part > 0 and self.stands(one, part)
        if self.attempt(lambda: self.house.act(name, one.id, part, "dispute", words)) is not None:
            self.happened["disputed"] += 1
            window = one.window(part)
            assert stands, "disputed what is paid, stopped or over"
            assert words, "disputed without a reason"
            assert one.panel, "disputed where nobody decides"
            assert name in one.parties(), "disputed by somebody else"
            assert part not in one.disputed, "disputed twice"
            assert window is None or now <= window[1], "disputed after its end"
            one.disputed[part] = now
            for _ in range(2 if is_decided else 0):
                self.decide_it(one, part)

    @precondition(lambda self: any(one.disputed for one in self.model.asked))
    @rule(
        pick=picks,
        name=st.sampled_from((*PANEL, "ann", "nora")),
        words=st.sampled_from((b"Pay it.\n", b"Pay it.\n", b"Pay half.\n", None)),
    )
    def resolve(self, pick: int, name: str, words: bytes | None) -> None:
        disputed = [(one, part) for one in self.model.asked for part in one.disputed]
        one, part = disputed[-1 - pick % len(disputed)]
        self.resolve_it(one, part, name, words)

    def decide_it(self, one: Asked, part: int) -> None:
        given = one.decisions.get(part, {})
        left = [name for name in PANEL if not any(name in names for names in given.values())]
        self.resolve_it(one, part, left[0] if left else PANEL[0], b"Pay it.\n")

    def resolve_it(self, one: Asked, part: int, name: str, words: bytes | None) -> None:
        now = self.now()
        if self.attempt(lambda: self.house.act(name, one.id, part, "resolve", words)) is None:
            return
        self.happened["resolved"] += 1
        given = one.decisions.setdefault(part, {})
        assert words, "decided without a word"
        assert name in one.panel - one.parties(), "decided by somebody else"
        assert one.is_frozen(part), "decided what is not disputed"
        assert not one.is_silenced(part, now), "decided too late"
        assert not any(name in names for names in given.values()), "decided twice"
        given.setdefault(words, set()).add(name)
        if len(given[words]) >= one.panel_required:
            one.resolved[part] = now
            self.happened["let go on"] += 1

    @precondition(lambda self: any(one.stopped for one in self.model.asked))
    @rule(pick=picks)
    def end_what_was_stopped(self, pick: int) -> None:
        """Once its nonces are spent."""
        stopped = [one for one in self.model.asked if one.stopped.keys() - one.ended.keys()]
        for one in stopped[-1 - pick % len(stopped) :][:1] if stopped else ():
            for part in sorted(one.stopped.keys() - one.ended.keys()):
                for tx in one.txs.get(part, ()):
                    if tx.nonce == self.house.safe().nonce and self.signers(safe_tx_hash(tx)):
                        self.reject_it(tx)
                self.end_it(one, part)

    def reject_it(self, tx: SafeTx) -> None:
        """Owners spend the nonce of what waits."""
        raise NotImplementedError

    @precondition(lambda self: any(one.released for one in self.model.asked))
    @rule(pick=picks, part=parts)
    def end(self, pick: int, part: int) -> None:
        self.end_it(self.pick(pick), part)

    def end_it(self, one: Asked, part: int) -> None:
        now = self.now()
        done = self.attempt(lambda: self.house.end(one.id, part))
        if done is not None:
            if part not in one.stopped and one.is_frozen(part):
                assert "terminated" == done.cause
                assert one.is_silenced(part, now), "ended while the panel could decide"
            elif part not in one.stopped:
                assert "expired" == done.cause
                window = one.window(part)
                latest = one.parts[part - 1].not_after if window is None else window[1]
                assert latest, "ended, and had no end"
                assert now > latest, "ended before its end"
            self.ended(one, part, done.cause)

    def ended(self, one: Asked, part: int, cause: str) -> None:
        """It can never be paid: nobody signed it, or its nonce is spent."""
        self.happened[f"ended {cause}"] += 1
        assert part not in one.ended, "ended twice"
        assert (cause in ("vetoed", "superseded")) == (part in one.stopped), f"ended as {cause}"
        assert not self.is_paid(one, part), "ended what the Safe had paid"
        nonce = self.house.safe().nonce
        for tx in one.txs.get(part, ()):
            assert tx.nonce < nonce or not self.signers(safe_tx_hash(tx)), "ended, and can still be paid"
        one.ended[part] = cause

    # What the other rules ask

    def superseded(self, newer: Asked) -> None:
        """A proposal passed: everything of the older ones that is neither paid nor over is stopped."""
        for one in self.model.asked:
            if one.id in newer.supersedes and one.released:
                for part in self.numbers(one):
                    if self.stands(one, part):
                        one.stopped[part] = self.now()
        for id_, part in self.attempt(lambda: self.house.end_superseded(newer.id)) or ():
            self.ended(self.model.by_id(id_), part, "superseded")

    def numbers(self, one: Asked) -> range:
        return range(1, len(one.parts) + 1)

    def stands(self, one: Asked, part: int) -> bool:
        """Whether nothing stopped or ended a part, and no booked execution paid it."""
        return part not in one.stopped and part not in one.ended and part not in self.booked_parts(one)

    def is_paid(self, one: Asked, part: int) -> bool:
        """Whether the Safe did what was queued for it, or what owners made of its calls."""
        return any(made.done and made.payout == (one.id, part) for made in self.model.made.values())
