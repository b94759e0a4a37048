"""Forgeries of a cancelled proposal: check 26, and what the books say of it.

The demo's record is cut behind its last vote, and its author cancels there; each row then changes one thing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dao.cli.start.demo import cast
from governance.messages import cancel_message, message_id, sign_envelope
from tests.dao.record.forge import Bench, Slot
from tests.dao.record.forgeries_proposal import edit_envelope, twin
from tests.dao.record.row import Row

CANCEL = (26, "proposal.cancel")


def cancel(bench: Bench) -> Slot:
    """Cut the record behind its last vote, and let the author cancel there; return the leaf."""
    last = bench.all("vote")[-1]
    bench.drop(*bench.slots[bench.slots.index(last) + 1 :])
    slot = bench.insert(last, "cancel", {"id": bytes(32), "proposal": bench.proposal, "envelope": bench.raw(b"")})
    sign(bench, slot)
    asked = bench.entry("asked/1").body
    postings = [{**line, "amount": str(-int(line["amount"]))} for line in asked["postings"]]
    given_back = {
        **asked, "id": asked["id"].replace("asked/1", "released/1"), "rule": "released/1", "source": slot.label,
        "postings": postings,
    }  # fmt: skip
    bench.insert(slot, "entry", given_back)
    return slot


def sign(bench: Bench, slot: Slot, name: str = cast.AUTHOR, **members: Any) -> None:
    """Sign a cancellation, by default the genuine one."""
    told = {"space": cast.SPACE, "proposal": bench.proposal, "timestamp": slot.leaf.time} | members
    message = cancel_message(author=cast.address(name), **told)
    raw = sign_envelope("CancelProposal", message, cast.signer(name))
    bench.edit(slot, id=message_id("CancelProposal", message), envelope=bench.raw(raw))


def _by(name: str, **members: Any) -> Callable[[Bench], None]:
    return lambda bench: sign(bench, cancel(bench), name, **members)


def _ahead(bench: Bench) -> None:
    slot = cancel(bench)
    sign(bench, slot, timestamp=slot.leaf.time + 301)


def _after_the_end(bench: Bench) -> None:
    slot = cancel(bench)
    end = int(bench.message(bench.one("proposal"))["end"])
    bench.shift(slot, end + 1 - slot.leaf.time)
    sign(bench, slot)


def _other_id(bench: Bench) -> None:
    bench.edit(cancel(bench), id=bytes(32))


def _unsigned(bench: Bench) -> None:
    cancel(bench)
    edit_envelope(bench, "cancel", 1, lambda envelope: envelope.update(sig=bench.envelope(bench.one("vote"))["sig"]))


def _twin(bench: Bench) -> None:
    cancel(bench)
    edit_envelope(bench, "cancel", 1, lambda envelope: envelope.update(sig=twin(envelope["sig"])))


def _a_vote_instead(bench: Bench) -> None:
    slot, vote = cancel(bench), bench.one("vote").body
    bench.edit(slot, id=vote["id"], envelope=vote["envelope"])


def _followed_by(kind: str) -> Callable[[Bench], None]:
    """A leaf of the decided proposal stands behind the cancellation."""

    def change(bench: Bench) -> None:
        later = bench.one(kind)
        body = later.body
        cancel(bench)
        if later in bench.slots:
            bench.drop(later)
        bench.insert(bench.slots[-1], kind, body)

    return change


def _close_of_another(bench: Bench) -> None:
    body = {**bench.one("closed").body, "proposal": bytes(32)}
    cancel(bench)
    bench.insert(bench.slots[-1], "closed", body)


def _before_its_proposal(bench: Bench) -> None:
    bench.move(cancel(bench), bench.one("parts"))


def _decided_all_the_same(bench: Bench) -> None:
    """The whole story of the result and its payouts, with a cancellation in the middle of the votes."""
    slot = bench.insert(bench.all("vote")[-1], "cancel", {
        "id": bytes(32), "proposal": bench.proposal, "envelope": bench.raw(b""),
    })  # fmt: skip
    sign(bench, slot)


def _nothing_given_back(bench: Bench) -> None:
    cancel(bench)
    bench.drop(bench.entry("released/1"))


def _more_given_back(bench: Bench) -> None:
    cancel(bench)
    slot = bench.entry("released/1")
    bench.edit(slot, postings=[{**line, "amount": line["amount"] + "0"} for line in slot.body["postings"]])


ROWS = (
    Row("a cancellation by an owner", _by("ann"), *CANCEL, "E_PROPOSAL"),
    Row("a cancellation by a voter", _by("eve"), *CANCEL, "E_PROPOSAL"),
    Row("a cancellation for another space", _by("dora", space="4f.devnet"), *CANCEL, "E_SPACE"),
    Row("a cancellation of another proposal", _by("dora", proposal=b"\x11" * 32), *CANCEL, "E_PROPOSAL"),
    Row("a cancellation dated ahead", _ahead, *CANCEL, "E_WINDOW"),
    Row("a cancellation after the end", _after_the_end, *CANCEL, "E_WINDOW"),
    Row("a cancellation under another id", _other_id, *CANCEL, "E_LOG_INCONSISTENT"),
    Row("a cancellation with a vote's signature", _unsigned, *CANCEL, "E_SIG_SIGNER"),
    Row("the high twin of a cancellation's signature", _twin, *CANCEL, "E_SIG_HIGH_S"),
    Row("a vote that says it cancels", _a_vote_instead, *CANCEL, "E_TYPES"),
    Row("a vote behind the cancellation", _followed_by("vote"), *CANCEL, "E_STATE"),
    Row("a close behind the cancellation", _followed_by("closed"), *CANCEL, "E_STATE"),
    Row("powers behind the cancellation", _followed_by("power"), *CANCEL, "E_STATE"),
    Row("an act behind the cancellation", _followed_by("act"), *CANCEL, "E_STATE"),
    Row("the close of another proposal beside it", _close_of_another, *CANCEL, "E_LOG_INCONSISTENT"),
    Row("a cancellation before its proposal", _before_its_proposal, 25, "proposal.lifecycle", "E_STATE"),
    Row("cancelled, and decided all the same", _decided_all_the_same, 25, "proposal.lifecycle", "E_STATE"),
    Row("a payout behind the cancellation", _followed_by("queued"), 25, "proposal.lifecycle", "E_STATE"),
    Row("cancelled, and nothing given back", _nothing_given_back, 72, "books.cover", "E_LEDGER"),
    Row("cancelled, and more given back", _more_given_back, 71, "books.entries", "E_LEDGER"),
)
