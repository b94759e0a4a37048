"""Sending a signed message to Snapshot: what the hub shows first, then the sequencer's own rules, then one request.

Decides that order, and that nothing is sent twice: a message that the hub has is not sent again, and one that the
sequencer knows is told as such. Whether it would be taken is decided by `governance.admission.sequencer`, whether a
receipt is one by `governance.sequencer_receipt`. A proposal names one executor: ours, or another's, never both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from chain.address import checksum
from chain.json_text import loads
from dao.errors import DaoError
from governance.admission.sequencer import admit_at_sequencer, unknown_rules
from governance.admission.sequencer_case import SequencerCase, Told
from governance.clients import snapshot
from governance.clients.sequencer import Sequencer, SequencerRefusalError
from governance.clients.snapshot import Hub, HubError
from governance.envelope import MAX_BYTES, Envelope, read_envelope
from governance.hub_answer import read_hub_json
from governance.hub_pages import HubPageError
from governance.hub_shown import read_earlier_vote, read_space, read_votable
from governance.hub_votes import HubMessage, read_messages
from governance.sequencer_receipt import Receipt, read_receipt
from proposals.bindings import read_bindings

SENT = frozenset({"proposal", "vote", "vote-array", "vote-string", "delete-proposal"})


class SendingError(DaoError):
    """A message that is not sent from here (`E_SEQUENCER`)."""


class Prepared(NamedTuple):
    """A message, and everything that its admission depends on."""

    envelope: Envelope
    case: SequencerCase
    kept: HubMessage | None
    """What the hub keeps of this very message, if it has it."""
    unknown: tuple[str, ...]
    """What only the sequencer can decide."""


class Sent(NamedTuple):
    """What became of a message."""

    state: str
    """`sent`, `relayed` (the Safe's own signature is waited for), or `already`."""
    receipt: Receipt | None
    answer: bytes


def find_space(hub: Hub, space: str) -> Mapping[str, Any]:
    """Ask for a space's settings; raises `HubPageError` where the hub has none."""
    row = read_space(_field(hub.ask("space", snapshot.SPACE, {"space": space}), "space"))
    if row is None:
        raise HubPageError("E_HUB_PAGE", "no_space", space=space)
    return row


def prepare(hub: Hub, raw: bytes, now: int) -> Prepared:
    """Ask the hub for what the sequencer will look at.

    Raises `HubError` and `HubPageError`, and a refusal of the envelope's form.
    """
    envelope = read_envelope(raw, "snapshot")
    if envelope.action not in SENT:
        raise SendingError("E_SEQUENCER", "action", action=envelope.action)
    message, id_ = envelope.message, "0x" + envelope.id.hex()
    if envelope.action == "proposal":
        _refuse_second_executor(message, id_)
    space, voter = str(message["space"]), checksum(envelope.address)
    row = read_space(_field(hub.ask("space", snapshot.SPACE, {"space": space}), "space"))
    kept = read_messages(
        _field(hub.ask("messages", snapshot.KEPT_MESSAGES, {"ids": [id_], "first": 1}), "messages"), [id_]
    )
    proposal, previous, power = None, None, None
    if "proposal" in message:
        named = str(message["proposal"])
        proposal = read_votable(_field(hub.ask("proposal", snapshot.ONE_PROPOSAL, {"id": named}), "proposal"), named)
        if envelope.is_vote() and proposal is not None:
            asked = {"proposal": named, "voter": voter}
            previous = read_earlier_vote(_field(hub.ask("votes", snapshot.VOTES_OF, asked), "votes"))
            power = _power(hub, {"voter": voter, "space": space, "proposal": named})
    case = SequencerCase(body=raw, now=now, space=row, proposal=proposal, previous=previous, told=Told(power=power))
    return Prepared(envelope, case, kept.get(id_), unknown_rules(case))


def send(prepared: Prepared, sequencer: Sequencer, relay: Sequencer) -> Sent:
    """Send a message that its rules admit, and check the receipt; raises `AdmissionError` before anything is sent.

    A Safe that signs on chain goes through the relayer, which gives no receipt that could be checked.
    """
    envelope, raw = prepared.envelope, prepared.case.body
    if prepared.kept is not None:
        return Sent("already", None, b"")
    admit_at_sequencer(prepared.case)
    if not envelope.signature:
        return Sent("relayed", None, relay.send(raw))
    relayer = sequencer.relayer()
    try:
        answer = sequencer.send(raw)
    except SequencerRefusalError as error:
        if error.facts.get("said") == "duplicate message":
            return Sent("already", None, b"")
        raise
    return Sent("sent", read_receipt(answer, raw, envelope.id, relayer), answer)


def _refuse_second_executor(message: Mapping[str, object], id_: str) -> None:
    """Whoever reads `plugins` finds one executor whose hashes are those of its calls, or none."""
    plugins = loads(str(message.get("plugins") or "{}"), max_bytes=MAX_BYTES, allow_floats=True)
    if isinstance(plugins, dict):
        read_bindings(plugins, id_)


def _power(hub: Hub, asked: Mapping[str, object]) -> int | None:
    """Whether the hub says that the voter has power; None where it cannot say."""
    try:
        answer = _field(hub.ask("vp", snapshot.POWER, asked), "vp")
        return int(bool(answer["vp"]))
    except (HubError, KeyError, TypeError):
        return None


def _field(answer: bytes, name: str) -> Any:
    document = read_hub_json(answer)
    data = document.get("data") if isinstance(document, dict) else None
    return data.get(name) if isinstance(data, dict) else None
