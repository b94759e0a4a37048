"""Forgeries of what an author did with his text before and after its vote: check 25.

They change the record of a number that was submitted, revised, voted on in vain, brought back and withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable

from dao.cli.start.demo import cast
from governance.document_steps import read_step
from tests.dao.record.forge import Bench, Slot
from tests.dao.record.forgeries_proposal import edit_envelope
from tests.dao.record.row import Row

STEPS = (25, "proposal.lifecycle")
Change = Callable[[Bench], bytes | None]


def _withdrawal(bench: Bench) -> Slot:
    return bench.all("step")[-1]


def _signed(name: str = cast.AUTHOR, **members: object) -> Change:
    return lambda bench: bench.sign_step(_withdrawal(bench), name, **members)


def _told(**fields: object) -> Change:
    return lambda bench: bench.edit(_withdrawal(bench), **fields)


def _unsigned(bench: Bench) -> None:
    """The writer withdraws what its author has not."""
    slot = _withdrawal(bench)
    body = {name: slot.body[name] for name in ("iip", "event", "document")}
    bench.insert(slot, "transition", body)
    bench.drop(slot)


def _reason(bench: Bench) -> None:
    """The reason of a genuine withdrawal is another one."""
    edit_envelope(bench, "step", 4, lambda told: told["data"]["message"].update(reason="He lied"))
    slot = _withdrawal(bench)
    bench.edit(slot, id=read_step(bench.blocks[slot.body["envelope"]]).id)


def _of_the_first_text(bench: Bench) -> None:
    first = bench.one("step").body["document"]
    bench.sign_step(_withdrawal(bench), document="0x" + first.digest.hex())


def _signed_before_the_second_try(bench: Bench) -> None:
    bench.sign_step(_withdrawal(bench), timestamp=bench.all("step")[-2].leaf.time - 1)


def _before_the_vote(bench: Bench) -> None:
    """What was withdrawn was voted on all the same."""
    slot, revised = _withdrawal(bench), bench.one("step", 2)
    bench.move(slot, revised)
    bench.sign_step(slot, timestamp=slot.leaf.time)


def _unwithdrawn(bench: Bench) -> None:
    """After its withdrawal the text is brought back once more."""
    slot = bench.copy(bench.all("step")[-2], after=bench.slots[-1])
    bench.sign_step(slot, timestamp=slot.leaf.time)


def _of_another_number(bench: Bench) -> bytes:
    slot = bench.copy(_withdrawal(bench))
    bench.sign_step(slot, iip=7)
    return bench.seal()


def _without_a_text(bench: Bench) -> None:
    bench.drop(bench.one("document"))


ROWS = tuple(
    Row(name, change, *STEPS, code, story="withdrawn")
    for name, change, code in (
        ("a withdrawal by an owner", _signed("ann"), "E_PROPOSAL"),
        ("a withdrawal in another space", _signed(space="other.devnet"), "E_SPACE"),
        ("a withdrawal dated ahead", _signed(timestamp=2**32), "E_WINDOW"),
        ("a withdrawal without a signature", _unsigned, "E_STATE"),
        ("a withdrawal for another reason", _reason, "E_SIG_SIGNER"),
        ("a withdrawal told as a revision", _told(event="revise"), "E_LOG_INCONSISTENT"),
        ("a withdrawal with another id", _told(id=bytes(32)), "E_LOG_INCONSISTENT"),
        ("a withdrawal of an older text", _of_the_first_text, "E_REVISION"),
        ("a withdrawal that was signed before", _signed_before_the_second_try, "E_WINDOW"),
        ("a withdrawn text that was voted on", _before_the_vote, "E_STATE"),
        ("a withdrawn text that was brought back", _unwithdrawn, "E_STATE"),
        ("a withdrawal of another number", _of_another_number, "E_LOG_INCONSISTENT"),
        ("a submission without its text", _without_a_text, "E_REVISION"),
    )
)
