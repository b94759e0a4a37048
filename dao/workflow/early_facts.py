"""What is checked of the facts that come before a proposal: its text, its parts, and its way to the vote.

They cannot yet be held against a signed proposal (checks 22, 23 and 25 do that when it comes), but nothing unreadable
is taken, a number belongs to one author, and a step that the lifecycle's table lacks is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from chain import log_tree
from chain.cid import CID
from dao.record.case import Get
from dao.record.checks_group import check_group
from dao.record.checks_steps import check_step, check_transition
from dao.record.errors import RecordError
from dao.record.leaves import Leaf
from dao.record.life import numbered, periods_at, place_of, written_settings
from governance.proof_of_life import check_proof_signature, read_proof
from proposals.document import parse_document
from proposals.parts import decode_parts

Early = Callable[[Sequence[Leaf], Leaf, Get], None]


def _document(before: Sequence[Leaf], leaf: Leaf, get: Get) -> None:
    document = parse_document(get(_link(leaf, "document")))
    number = leaf.body["iip"]
    if document.front.iip != number:
        raise RecordError("E_IIP_DUP", "number", iip=number, found=document.front.iip)
    for known in before:
        if known.kind == "document" and known.body["iip"] == number and known.body["author"] != leaf.body["author"]:
            raise RecordError("E_IIP_DUP", "author", iip=number)


def _parts(_: Sequence[Leaf], leaf: Leaf, get: Get) -> None:
    decode_parts(get(_link(leaf, "parts")))


def _transition(before: Sequence[Leaf], leaf: Leaf, get: Get) -> None:
    number = leaf.body["iip"]
    documents = [known.body["document"] for known in before if known.kind == "document" and known.body["iip"] == number]
    check_transition(len(before), leaf, documents[-1] if documents else None)
    _follow(before, leaf, get)


def _step(before: Sequence[Leaf], leaf: Leaf, get: Get) -> None:
    number = leaf.body["iip"]
    if any(known.kind == "step" and known.body["id"] == leaf.body["id"] for known in before):
        raise RecordError("E_DUPLICATE", "step", id=leaf.body["id"])
    _follow(before, leaf, get)
    check_step(leaf, numbered(before, number, get), get, _space(before, get))


def _follow(before: Sequence[Leaf], leaf: Leaf, get: Get) -> None:
    """The table and the periods allow the step where its number stands."""
    place_of([*before, leaf], leaf.body["iip"], get, periods_at(written_settings(before, get)))


def _space(before: Sequence[Leaf], get: Get) -> str:
    """The space of the journal's settings, whose signatures check 10 checks."""
    settings = written_settings(before, get)
    if not settings:
        raise RecordError("E_SETTINGS", "none")
    return settings[-1].settings.space


def _proposal(before: Sequence[Leaf], leaf: Leaf, _: Get) -> None:
    if any(known.kind == "proposal" and known.body["id"] == leaf.body["id"] for known in before):
        raise RecordError("E_DUPLICATE", "proposal", id=leaf.body["id"])


def _alive(before: Sequence[Leaf], leaf: Leaf, get: Get) -> None:
    """A proof of life names a leaf that stands before it, by its hash, and says it once."""
    proof = read_proof(get(_link(leaf, "envelope")))
    check_proof_signature(proof)
    told = {"id": proof.id, "owner": proof.address}
    for field, value in told.items():
        if leaf.body[field] != value:
            raise RecordError("E_CANONICAL", "leaf", kind=leaf.kind, field=field)
    if proof.space != _space(before, get):
        raise RecordError("E_SPACE", "alive", space=proof.space)
    if proof.index >= len(before) or log_tree.leaf_hash(before[proof.index].encode()) != proof.leaf:
        raise RecordError("E_LOG_INCONSISTENT", "alive", index=proof.index)
    if any(known.kind == "alive" and told.items() <= known.body.items() for known in before):
        raise RecordError("E_DUPLICATE", "alive", owner=proof.address)


def _link(leaf: Leaf, field: str) -> CID:
    cid = leaf.body[field]
    assert isinstance(cid, CID), "the leaf's schema says so"
    return cid


EARLY: Mapping[str, Early] = MappingProxyType({
    "document": _document, "parts": _parts, "transition": _transition, "step": _step, "proposal": _proposal,
    "alive": _alive, "group": check_group,
})  # fmt: skip
