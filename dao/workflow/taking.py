"""Taking files: what a file is, in which order several are taken, and by which road each enters the journal.

A file is recognised by its members and by nothing else; its name and whoever brought it mean nothing. Every kind takes
the same road as if it had been signed in this workspace, with the same checks; anchors are the workspace's own. What is
in the journal already is said to be so and changes nothing. The order is that of the leaves' dependence, so that a
folder of files gives the same states however it is listed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from chain import address, json_text
from chain.cid import CID
from chain.safe import safe_tx_hash
from chain.safe_json import SafeTxFile, read_safe_tx_file
from dao.errors import DaoError
from dao.record import carrier
from dao.record.carrier import CarrierError, Publication, SignedAct, Submission
from dao.record.owners_since import owners_now
from dao.workflow import acting, cancelling, grouping, living, paying, proposing, stopping, submitting, voting
from dao.workflow.desk import Desk
from governance.acts import Act, check_act_signature, read_act
from governance.admission import AdmissionError
from governance.admission.window import member_int
from governance.document_steps import DocumentStep, check_step_signature, is_step, read_step
from governance.group_steps import GroupStep, check_group_signature, is_group_step, read_group_step
from governance.messages import Envelope, check_signature, proposal_id, read_envelope
from governance.proof_of_life import ProofOfLife, is_proof, read_proof
from governance.settings import Settings
from treasury.confirmations import check_confirmation, needs_proof

MAX_BYTES = carrier.MAX_BYTES

_CAR = b"\xa2\x65roots"
"""How a CAR begins, after the length of its header."""
_CLOSED = (10, 20, 21, 22, 23, 24, 30, 31, 32, 54, 55)
_ACTS = MappingProxyType({"report": 0, "return": 1, "approve": 1, "resolve": 3})


class TakeError(DaoError):
    """A file that this journal cannot take (`E_NO_VOTE`), or that comes without what it rests on (`E_CARRIER`)."""


class Taken(NamedTuple):
    """What became of a file."""

    leaves: tuple[int, ...]
    """Indexes of the facts themselves: new ones, or those that were there already."""
    proposal: bytes
    part: int
    """0 where it is about the whole proposal."""
    is_new: bool
    number: int = 0
    """Of a document that no proposal has to ask for yet; `proposal` is empty then."""
    group: str = ""
    """The working group that it is about; `proposal` is empty then, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One signed thing that was read, and nothing of it believed yet."""

    kind: str
    """`publication`, `vote`, `report`, `approve`, `confirmation`, …"""
    id: bytes
    """The digest under the signature."""
    order: tuple[int, int, int, bytes]
    take: Callable[[Desk], Taken]


class Intake(NamedTuple):
    """How a plain envelope of Snapshot enters the journal."""

    kind: str
    """Of its leaf, whose `id` is the message's."""
    rank: int
    take: Callable[[Desk, bytes], int]


_PUBLICATION, _VOTE, _CANCEL, _ACT, _CONFIRMATION, _GROUP = range(6)
_OF_A_SECOND, _LAST = MappingProxyType({"resurrect": 0, "freeze": 2, "withdraw": 3}), 4
"""The order of a document's steps that were signed in one second; 1 for those that bring a text."""

ENVELOPES: Mapping[str, Intake] = MappingProxyType({
    "vote": Intake("vote", _VOTE, voting.cast),
    "vote-array": Intake("vote", _VOTE, voting.cast),
    "vote-string": Intake("vote", _VOTE, voting.cast),
    "delete-proposal": Intake("cancel", _CANCEL, cancelling.take_cancel),
})  # fmt: skip
"""By action. Another message that needs nothing besides itself is one more row."""


def open_json(raw: bytes) -> object:
    """Read a file's text, whatever it holds; a CAR is told by name, because it is often taken for a signed thing."""
    if raw[1:].startswith(_CAR):
        raise CarrierError("E_CARRIER", "car")
    return json_text.loads(raw, max_bytes=MAX_BYTES, allow_floats=True)


def read_parcel(raw: bytes, settings: Settings, chain_id: int) -> Parcel:
    """Recognise a file and read it strictly; `settings` and `chain_id` are the workspace's own."""
    value = open_json(raw)
    if carrier.is_carrier(value):
        carried = carrier.open_carrier(value)
        if isinstance(carried, Submission):
            return _of_step("submission", read_step(carried.envelope),
                            lambda desk: submitting.take_submission(desk, carried))  # fmt: skip
        return _of_publication(carried) if isinstance(carried, Publication) else _of_act(carried)
    if isinstance(value, dict) and {"safe", "to", "nonce"} <= value.keys():
        return _of_safe_tx(value, settings, chain_id)
    if isinstance(value, dict) and {"address", "sig", "data"} <= value.keys():
        if _is_act(value["data"]):
            return _of_act(SignedAct(raw, None))
        if is_proof(value):
            return _of_life(read_proof(raw))
        if is_step(value):
            step = read_step(raw)
            kind = "withdrawal" if step.event == "withdraw" else step.event
            return _of_step(kind, step, lambda desk: submitting.take_step(desk, raw))
        if is_group_step(value):
            return _of_group_step(read_group_step(raw))
        return _of_envelope(read_envelope(raw, settings.admission), settings)
    raise CarrierError("E_CARRIER", "unknown")


def _is_act(data: object) -> bool:
    types = data.get("types") if isinstance(data, dict) else None
    return isinstance(types, dict) and "Act" in types


def _of_publication(publication: Publication) -> Parcel:
    envelope = read_envelope(publication.envelope)

    def take(desk: Desk) -> Taken:
        check_signature(envelope)
        known = _find(desk, "proposal", id=envelope.id)
        leaf = proposing.take(desk, publication).leaf if known is None else known
        return Taken((leaf,), envelope.id, 0, is_new=known is None)

    order = (_PUBLICATION, _time(envelope), _LAST, envelope.id)
    return Parcel(kind="publication", id=envelope.id, order=order, take=take)


def _of_step(kind: str, step: DocumentStep, enter: Callable[[Desk], submitting.Submitted]) -> Parcel:
    """A step of a document: among publications by its signed time, because one ends what the other could still do."""

    def take(desk: Desk) -> Taken:
        check_step_signature(step)
        known = submitting.find_step(desk, step)
        leaf = enter(desk).leaf if known is None else known
        return Taken((leaf,), b"", 0, is_new=known is None, number=step.iip)

    order = (_PUBLICATION, step.timestamp, _OF_A_SECOND.get(step.event, 1), step.id)
    return Parcel(kind=kind, id=step.id, order=order, take=take)


def _of_group_step(step: GroupStep) -> Parcel:
    """A step of a working group, after all else that it may lean on, in the order of its number."""

    def take(desk: Desk) -> Taken:
        check_group_signature(step)
        known = grouping.find_group_step(desk, step)
        leaf = grouping.take_group_step(desk, step.raw) if known is None else known
        return Taken((leaf,), b"", 0, is_new=known is None, group=step.group)

    return Parcel(kind="group", id=step.id, order=(_GROUP, step.timestamp, step.number, step.id), take=take)


def _of_envelope(envelope: Envelope, settings: Settings) -> Parcel:
    """A message that rests on nothing but a proposal. Of one voter's votes the newest goes first: it is the one that
    counts, and an older one may have to wait for its minute.
    """
    intake = ENVELOPES.get(envelope.action)
    if intake is None:
        raise TakeError("E_CARRIER", "alone", action=envelope.action)
    proposal = proposal_id(envelope)

    def take(desk: Desk) -> Taken:
        if envelope.message["space"] != settings.space:
            raise AdmissionError("E_SPACE", intake.kind, space=envelope.message["space"], expected=settings.space)
        _refuse_unknown(desk, proposal)
        known = _find(desk, intake.kind, id=envelope.id, proposal=proposal)
        if known is not None and desk.get(_link(desk, known)) != envelope.raw:
            check_signature(envelope, settings.admission)  # the same thing said in other bytes
        leaf = intake.take(desk, envelope.raw) if known is None else known
        return Taken((leaf,), proposal, 0, is_new=known is None)

    order = (intake.rank, -_time(envelope), 0, envelope.id)
    return Parcel(kind=intake.kind, id=envelope.id, order=order, take=take)


def _of_act(signed: SignedAct) -> Parcel:
    act = read_act(signed.envelope)

    def take(desk: Desk) -> Taken:
        _refuse_unknown(desk, act.proposal)
        check_act_signature(act)
        known = _find_act(desk, act)
        leaf = _take_act(desk, act, signed) if known is None else known
        return Taken((leaf,), act.proposal, act.part, is_new=known is None)

    order = (_ACT, act.timestamp, _ACTS.get(act.kind, 2), act.id + act.address)
    return Parcel(kind=act.kind, id=act.id, order=order, take=take)


def _take_act(desk: Desk, act: Act, signed: SignedAct) -> int:
    """A veto ends what it stops, as far as it can, in the same commit."""
    if act.kind == "veto" and signed.evidence is not None:
        return stopping.take_veto(desk, signed.envelope, signed.evidence).leaf
    return acting.take_act(desk, signed.envelope, signed.evidence)


def _of_life(proof: ProofOfLife) -> Parcel:
    def take(desk: Desk) -> Taken:
        known = _find(desk, "alive", id=proof.id, owner=proof.address)
        leaf = living.take(desk, proof.raw) if known is None else known
        return Taken((leaf,), b"", 0, is_new=known is None)

    return Parcel(kind="alive", id=proof.id, order=(_CONFIRMATION, proof.index, 1, proof.id), take=take)


def _of_safe_tx(value: Mapping[str, object], settings: Settings, chain_id: int) -> Parcel:
    file = read_safe_tx(value, settings, chain_id)
    hash_ = safe_tx_hash(file.tx)

    def take(desk: Desk) -> Taken:
        queued = _find(desk, "queued", hash=hash_)
        if queued is None:
            raise TakeError("E_NO_VOTE", "not_queued", hash=hash_)
        known = {owner: _find(desk, "confirmation", hash=hash_, owner=owner) for owner, _ in file.confirmations}
        leaf = desk.journal.leaves[queued]
        proposal, part = bytes(leaf.body["proposal"]), leaf.body["part"]  # type: ignore[call-overload]
        assert isinstance(part, int), "the leaf's schema says so"
        state = owners_now(desk.guarded(proposal, *_CLOSED))
        for confirmation in file.confirmations:
            if not needs_proof(confirmation):  # what does is proved when it is taken
                check_confirmation(file.tx, confirmation, state)
        new = [confirmation for confirmation in file.confirmations if known[confirmation.owner] is None]
        if new:
            leaves = paying.confirm(desk, proposal, part, file.tx, new)
        else:
            leaves = [index for index in known.values() if index is not None] or [queued]
        return Taken(tuple(leaves), proposal, part, is_new=bool(new))

    return Parcel(kind="confirmation", id=hash_, order=(_CONFIRMATION, 0, 0, hash_), take=take)


def read_safe_tx(value: object, settings: Settings, chain_id: int) -> SafeTxFile:
    """Read a transaction of a Safe that the settings name; they say which version it has."""
    if not isinstance(value, Mapping) or "safe" not in value:
        raise CarrierError("E_CARRIER", "unknown")
    found = address.parse(value["safe"])
    for safe in settings.safes:
        if (safe.chain_id, safe.address) == (chain_id, found):
            return read_safe_tx_file(value, chain_id=chain_id, version=safe.version)
    raise TakeError("E_NO_VOTE", "other_safe", safe=found)


def _refuse_unknown(desk: Desk, proposal: bytes) -> None:
    if _find(desk, "proposal", id=proposal) is None:
        raise AdmissionError("E_PROPOSAL", "absent", id=proposal)


def _find(desk: Desk, kind: str, **body: object) -> int | None:
    for index, leaf in enumerate(desk.journal.leaves):
        if leaf.kind == kind and all(leaf.body[field] == value for field, value in body.items()):
            return index
    return None


def _link(desk: Desk, index: int) -> CID:
    link = desk.journal.leaves[index].body["envelope"]
    assert isinstance(link, CID), "the leaf's schema says so"
    return link


def _find_act(desk: Desk, act: Act) -> int | None:
    """An act is told apart by id and signer together: two reviewers may sign one digest."""
    for index, leaf in enumerate(desk.journal.leaves):
        if leaf.kind == "act" and leaf.body["id"] == act.id:
            envelope = leaf.body["envelope"]
            if read_act(desk.get(envelope)).address == act.address:  # type: ignore[arg-type]
                return index
    return None


def _time(envelope: Envelope) -> int:
    return member_int(envelope.message, "timestamp")
