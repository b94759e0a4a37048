"""The rules of income: money comes in by every way there is, and is booked as what it is or as something else."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast
from tests.dao.workflow.machine.holds import Holds
from tests.dao.workflow.machine.model import Movement

picks = st.integers(0, 5)


class Earners(Holds):
    """What comes in."""

    def depth(self) -> int:
        """How deep a block must lie before what it holds is booked."""
        chain = self.house.rules(self.now()).chain(DEVNET_CHAIN_ID)
        assert chain is not None
        return chain.finality_depth

    @rule(
        what=st.sampled_from(("premium", "forward", "coins", "tokens")),
        size=st.sampled_from((1, 10**9, cast.UNIT, 30 * cast.UNIT)),
        is_booked=st.booleans(),
    )
    def income(self, what: str, size: int, is_booked: bool) -> None:
        move = self.bring(what, size)
        if is_booked:
            self.book_it(move, move.kind, move.log)

    def bring(self, what: str, size: int) -> Movement:
        """Money comes in, whether or not anybody books it."""
        made = self.house.bring(what, size)
        for known in self.model.movements:
            if known.transaction == made.transaction:  # the same bytes, in another block than before
                known.gone, known.safe, known.proxy = False, made.safe, made.proxy
                return known
        self.model.movements.append(made)
        return made

    @precondition(lambda self: self.model.movements)
    @rule(
        pick=picks,
        kind=st.sampled_from(("", "", "", "premium", "forward", "donation")),
        log=st.sampled_from((-1, -1, 0, 2)),
    )
    def book(self, pick: int, kind: str, log: int) -> None:
        """As what it is, or as something else, also a second time."""
        move = self.model.movements[-1 - pick % len(self.model.movements)]
        self.book_it(move, kind or move.kind, move.log if log < 0 else log)

    def book_it(self, move: Movement, kind: str, log: int) -> None:
        depth = self.depth()
        if self.attempt(lambda: self.house.book(kind, move.transaction, log)) is not None:
            self.happened["booked"] += 1
            assert (kind, log) == (move.kind, move.log), "booked as what it is not"
            assert move.booked is None, "booked twice"
            move.booked, move.depth = (move.safe, move.proxy), depth
