"""Part of check 25: each step of a document before its proposal, by itself and on the newest text of its time.

A step either is signed by the author (a `step` leaf), or goes into the journal with the proposal whose signature covers
it (a `transition` leaf). A withdrawal ends what an author asked for, so it always carries his own signature. The order
of the steps is held against the lifecycle's table elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from chain.cid import CID
from dao.record.case import Get
from dao.record.errors import RecordError
from dao.record.leaves import Leaf
from governance.admission import NumberSoFar, admit_step
from governance.admission.window import member_int
from governance.document_steps import EVENTS, DocumentStep, read_step
from governance.messages import read_envelope

WRITTEN = frozenset({
    "submit_for_review", "request_changes", "freeze", "normative_change", "resubmit",
})  # fmt: skip
"""The lifecycle's events that a `transition` leaf may say; signed ones have a `step` leaf, all others follow from other
leaves."""


def check_transition(index: int, leaf: Leaf, newest: object) -> None:
    """A step without a signature of its own is one of `WRITTEN`, on the newest text of its number (None: no text)."""
    event = leaf.body["event"]
    if event not in WRITTEN:
        raise RecordError("E_STATE", "unsigned" if event in EVENTS else "derived", event=event)
    if newest is None or leaf.body["document"] != newest:
        raise RecordError("E_STATE", "step_document", index=index, event=event)


def check_step(leaf: Leaf, before: Sequence[Leaf], get: Get, space: str) -> DocumentStep:
    """A signed step says what its leaf says, and its number's author took it on the newest text.

    `before` are the texts, steps and proposals of its number ahead of it, in journal order.
    """
    step = read_step(get(_link(leaf, "envelope")))
    document = _link(leaf, "document")
    said = (leaf.body["id"], leaf.body["iip"], leaf.body["event"], document.digest)
    if said != (step.id, step.iip, step.event, step.document):
        raise RecordError("E_LOG_INCONSISTENT", "step", iip=leaf.body["iip"], event=leaf.body["event"])
    texts = [known for known in before if known.kind == "document"]
    if not texts:
        raise RecordError("E_REVISION", "no_text", iip=step.iip, event=step.event)
    author = texts[0].body["author"]
    assert isinstance(author, bytes), "the leaf's schema says so"
    number = NumberSoFar(space, author, _link(texts[-1], "document").digest, _signed(before, get))
    admit_step(step, number, leaf.time)
    return step


def _signed(before: Sequence[Leaf], get: Get) -> int:
    """The signed time of the newest step or proposal; 0 where there is none."""
    for known in reversed(before):
        if known.kind == "step":
            return read_step(get(_link(known, "envelope"))).timestamp
        if known.kind == "proposal":
            return member_int(read_envelope(get(_link(known, "envelope"))).message, "timestamp")
    return 0


def _link(leaf: Leaf, field: str) -> CID:
    cid = leaf.body[field]
    assert isinstance(cid, CID), "the leaf's schema says so"
    return cid
