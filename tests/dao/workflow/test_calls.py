"""A part that calls: from a row in words to a receipt, with a payment beside it in the same transaction."""

from __future__ import annotations

from chain.address import checksum
from dao.cli.start.demo import cast
from dao.workflow import paying, proposing
from proposals.parts import Call
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth


def document(stage: Stage, kind: str) -> bytes:
    """A document that gives the treasury's votes to Gil and pays Nora, in one part."""
    gil = checksum(cast.address("gil"))
    call = f"call {checksum(stage.there.token)} delegate(address delegatee) with delegatee = {gil}"
    raw = stage.document(1, eth("0.5"), call).decode()
    return raw.replace("| 2 | call", "| 1 | call").replace("type: Funding", f"type: {kind}").encode()


def test_a_call_is_voted_signed_and_executed(stage: Stage) -> None:
    """What the row says is what the Safe does, and the record of it verifies; in a Funding document it is refused."""
    author, raw = cast.signer(cast.AUTHOR), document(stage, "Parameter")
    stage.there.wait(600)
    refuses(
        stage, "E_LINT", "errors",
        lambda: proposing.publish(stage.desk, document(stage, "Funding"), author=author, fund=cast.FUND),
    )  # fmt: skip

    published = proposing.publish(stage.desk, raw, author=author, fund=cast.FUND)
    stage.vote(published, 1, "eve", "hana")
    stage.decide(published)
    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(published, 1, tx)
    paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))

    ((payment, call),) = (part.calls for part in published.parts)
    assert (5 * 10**17, Call(stage.there.token, 0, call.data)) == (payment.value, call)
    assert stage.verifies(published)


def test_H88_payee_that_resembles_one_paid_before(stage: Stage) -> None:
    """Who was paid is known: an address with the same ends is refused when it is published, and the payee is not."""
    published = stage.pass_(1, eth("0.5"))
    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(published, 1, tx)
    paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
    nora = cast.address("nora")
    twin = eth("0.5").replace(checksum(nora), checksum(nora[:2] + bytes(16) + nora[-2:]))

    refuses(stage, "E_RECIPIENT_LOOKALIKE", "", lambda: stage.publish(2, twin))
    assert stage.publish(2, eth("0.5")).parts
