"""Forgeries of the proposal, many by its own author: checks 20 to 23."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chain.address import checksum
from chain.cid import raw_cid
from chain.signature import sign
from dao.cli.start.demo import cast
from governance.message_types import DOMAIN, registry
from governance.messages import envelope_json, message_id
from governance.space import settings_cid
from proposals.parts import decode_parts, encode_parts, parts_cid
from tests.dao.record.forge import Bench
from tests.dao.record.forgeries_file import QUORUM, change_settings
from tests.dao.record.row import Row

SIGNATURE, SETTINGS, DOCUMENT, ACTIONS = (
    (20, "proposal.signature"), (21, "proposal.settings"), (22, "proposal.document"), (23, "proposal.actions"),
)  # fmt: skip

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Of secp256k1: the high twin of a signature's s is this less s."""


def twin(signature: str) -> str:
    """The other signature by the same key over the same message, which the standards forbid (H02)."""
    raw = bytes.fromhex(signature[2:])
    high = ORDER - int.from_bytes(raw[32:64], "big")
    return "0x" + (raw[:32] + high.to_bytes(32, "big") + bytes([55 - raw[64]])).hex()


def edit_envelope(bench: Bench, kind: str, number: int, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the JSON of an envelope without signing it."""
    slot = bench.one(kind, number)
    envelope = bench.envelope(slot)
    change(envelope)
    bench.edit(slot, envelope=bench.raw(json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()))


# --- 20: the author's signature


def _twin_signature(bench: Bench) -> None:
    edit_envelope(bench, "proposal", 1, lambda envelope: envelope.update(sig=twin(envelope["sig"])))


def _unsigned_title(bench: Bench) -> None:
    edit_envelope(bench, "proposal", 1, lambda envelope: envelope["data"]["message"].update(title="IIP-1: Gifts"))
    bench.rename(bench.proposal, message_id("Proposal", bench.message(bench.one("proposal"))))
    bench.edit(bench.one("proposal"), id=bench.proposal)


def _in_her_name(bench: Bench) -> None:
    """Signed by jan, in dora's name."""
    slot, old = bench.one("proposal"), bench.proposal
    message = {**bench.message(slot), "title": "IIP-1: Gifts"}
    id_ = message_id("Proposal", message)
    envelope = envelope_json("Proposal", message, cast.address("dora"), sign(id_, cast.key("jan")))
    bench.edit(slot, id=id_, envelope=bench.raw(envelope))
    bench.rename(old, id_)


def _other_id(bench: Bench) -> None:
    bench.edit(bench.one("proposal"), id=bytes(32))
    bench.rename(bench.proposal, bytes(32))


def _two_proposals(bench: Bench) -> None:
    bench.copy(bench.one("proposal"))


def _no_proposal(bench: Bench) -> None:
    bench.drop(bench.one("proposal"))


def _vote_as_proposal(bench: Bench) -> None:
    """A vote stands where the proposal should."""
    vote = bench.one("vote")
    bench.edit(bench.one("proposal"), id=vote.body["id"], envelope=vote.body["envelope"])
    bench.rename(bench.proposal, vote.body["id"])


def _of_type(action: str, number: int = 0) -> Callable[[Bench], None]:
    """The author signs the same plugins in another of Snapshot's types."""

    def change(bench: Bench) -> None:
        kind = [entry for entry in registry().values() if entry.action == action and not entry.starknet][number]
        slot, old = bench.one("proposal"), bench.proposal
        known = bench.message(slot) | {"proposal": "0x" + old.hex(), "network": "1", "strategies": "", "metadata": ""}
        message = {field.name: known[field.name] for field in kind.types[kind.primary]}
        id_ = kind.digester(DOMAIN)(message)
        envelope = {
            "address": message["from"],
            "sig": "0x" + sign(id_, cast.key("dora")).hex(),
            "data": {"domain": dict(DOMAIN), "types": kind.to_json(), "message": message},
        }
        raw = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
        bench.edit(slot, id=id_, envelope=bench.raw(raw))
        bench.rename(old, id_)

    return change


def _beside_ours(bench: Bench) -> None:
    plugins = json.loads(bench.message(bench.one("proposal"))["plugins"]) | {"oSnap": {"safes": []}}
    bench.sign_proposal(plugins=json.dumps(plugins, sort_keys=True, separators=(",", ":")))


def _plugins(text: str) -> Callable[[Bench], None]:
    return lambda bench: bench.sign_proposal(plugins=text)


def plugin(**values: object) -> Callable[[Bench], None]:
    return lambda bench: bench.sign_plugins(lambda plugins: plugins["mutualDao"].update(values))


# --- 21: the settings that the author binds


def _other_settings(bench: Bench) -> None:
    text = bench.blocks[bench.one("settings").body["settings"]].decode().replace(*(part.decode() for part in QUORUM))
    bench.sign_plugins(lambda plugins: plugins["mutualDao"].update(settings=str(settings_cid(text))))


def _rule_by_two_owners(bench: Bench) -> None:
    """Whoever has two of the three owners' keys may sign other settings, but not the author's name below them."""
    change_settings(bench, *QUORUM, ("ann", "cho"))


# --- 22: the document


def _other_document(bench: Bench) -> None:
    for slot in bench.all("document", "transition"):
        bench.edit_raw(slot, "document", lambda raw: raw.replace(b"1.5 ETH", b"2.5 ETH"))


def _later_document(bench: Bench) -> None:
    bench.move(bench.one("document"), bench.one("proposal"))


def _other_number(bench: Bench) -> None:
    for slot in bench.all("document", "transition"):
        bench.edit(slot, iip=2)


def _somebody_elses_document(bench: Bench) -> None:
    bench.edit(bench.one("document"), author=cast.address("jan"))


def _revised_after(bench: Bench) -> None:
    """The document is revised, and the revision comes last before the proposal."""
    copy = bench.copy(bench.one("document"), after=bench.one("parts"))
    bench.edit_raw(copy, "document", lambda raw: raw.replace(b"1.5 ETH", b"2.5 ETH"))


def _somebody_came_first(bench: Bench) -> None:
    """Jan's document has the number before dora's."""
    bench.edit(bench.copy(bench.one("document"), after=bench.entry("donation/1")), author=cast.address("jan"))


def _somebody_came_later(bench: Bench) -> None:
    """Jan takes the number while dora's vote is open."""
    bench.edit(bench.copy(bench.one("document"), after=bench.one("vote")), author=cast.address("jan"))


def _other_body(bench: Bench) -> None:
    body = bench.message(bench.one("proposal"))["body"]
    bench.sign_proposal(body=body + "\n")


def _unreadable_document(bench: Bench) -> None:
    """Document and proposal agree, and are no document."""
    raw = b"\xff\xfe no document"
    for slot in bench.all("document", "transition"):
        bench.edit(slot, document=bench.raw(raw))
    bench.sign_plugins(lambda plugins: plugins["mutualDao"].update(document=str(raw_cid(raw))))


# --- 23: the parts


def _other_parts(change: Callable[[bytes], bytes]) -> Callable[[Bench], None]:
    """Journal and author change the parts together; only the text is left as it was."""

    def forge(bench: Bench) -> None:
        slot = bench.one("parts")
        data = change(bench.blocks[slot.body["parts"]])
        parts = decode_parts(data)
        cid = parts_cid(parts)
        bench.blocks[cid] = data
        bench.edit(slot, parts=cid)
        bench.sign_plugins(lambda plugins: plugins["mutualDao"].update(parts=str(cid)))

    return forge


def _payee(data: bytes) -> bytes:
    return data.replace(cast.address("nora"), cast.address("jan"))


def _amount(data: bytes) -> bytes:
    return data.replace(b"1500000000000000000", b"1600000000000000000")


def _without_release(data: bytes) -> bytes:
    parts = decode_parts(data)
    return encode_parts([replace(part, release="") for part in parts])


def _fewer(data: bytes) -> bytes:
    return encode_parts(decode_parts(data)[:1])


def _unsigned_payee(bench: Bench) -> None:
    """The journal alone changes the parts."""
    slot = bench.one("parts")
    data = _payee(bench.blocks[slot.body["parts"]])
    bench.edit(slot, parts=bench.map_bytes(data))


def _payee_in_the_document(bench: Bench) -> None:
    """Journal and author change the text together; only the parts are left as they were."""
    nora, jan = checksum(cast.address("nora")).encode(), checksum(cast.address("jan")).encode()
    for slot in bench.all("document", "transition"):
        bench.edit_raw(slot, "document", lambda raw: raw.replace(nora, jan))
    raw = bench.blocks[bench.one("document").body["document"]]
    body = bench.message(bench.one("proposal"))["body"].replace(nora.decode(), jan.decode())
    old = bench.message(bench.one("proposal"))["plugins"]
    plugins = json.loads(old)
    plugins["mutualDao"]["document"] = str(raw_cid(raw))
    bench.sign_proposal(body=body, plugins=json.dumps(plugins, sort_keys=True, separators=(",", ":")))


def _later_parts(bench: Bench) -> None:
    bench.move(bench.one("parts"), bench.one("proposal"))


def _no_parts(bench: Bench) -> None:
    bench.drop(bench.one("parts"))


ROWS = (
    Row("the high twin of the author's signature", _twin_signature, *SIGNATURE, "E_SIG_HIGH_S"),
    Row("a title, unsigned", _unsigned_title, *SIGNATURE, "E_SIG_SIGNER"),
    Row("a proposal in the author's name", _in_her_name, *SIGNATURE, "E_SIG_SIGNER"),
    Row("a proposal under another id", _other_id, *SIGNATURE, "E_PROPOSAL"),
    Row("a proposal that stands there twice", _two_proposals, *SIGNATURE, "E_LOG_INCONSISTENT"),
    Row("no proposal", _no_proposal, *SIGNATURE, "E_LOG_INCONSISTENT"),
    Row("a vote instead of a proposal", _vote_as_proposal, *SIGNATURE, "E_TYPES"),
    Row("an update instead of a proposal", _of_type("update-proposal"), *SIGNATURE, "E_TYPES"),
    Row("a proposal of 2021's type", _of_type("proposal"), *SIGNATURE, "E_TYPES"),
    Row("a proposal of last year's type", _of_type("proposal", -2), *SIGNATURE, "E_TYPES"),
    Row("another executor beside ours", _beside_ours, *SIGNATURE, "E_EXECUTOR"),
    Row("no plugins", _plugins("{}"), *SIGNATURE, "E_COMMITMENT"),
    Row("plugins that are no JSON", _plugins("{"), *SIGNATURE, "E_PARSE"),
    Row("plugins nested without end", _plugins("[" * 5_000), *SIGNATURE, "E_LIMIT"),
    Row("plugins of version 2", plugin(version=2), *SIGNATURE, "E_VERSION"),
    Row("plugins with a key of tomorrow", plugin(bonus="0x00"), *SIGNATURE, "E_VERSION"),
    Row("a commitment without a block", plugin(blocks=[]), *SIGNATURE, "E_COMMITMENT"),
    Row("other settings, signed by the author", _other_settings, *SETTINGS, "E_SETTINGS"),
    Row("other settings, signed by two owners", _rule_by_two_owners, *SETTINGS, "E_SETTINGS"),
    Row("another document", _other_document, *DOCUMENT, "E_REVISION"),
    Row("a document after the proposal", _later_document, *DOCUMENT, "E_REVISION"),
    Row("a document of another number", _other_number, *DOCUMENT, "E_REVISION"),
    Row("somebody else's document", _somebody_elses_document, *DOCUMENT, "E_REVISION"),
    Row("a document that was revised", _revised_after, *DOCUMENT, "E_REVISION"),
    Row("a number that somebody else had first", _somebody_came_first, *DOCUMENT, "E_IIP_DUP"),
    Row("a number that somebody else has later", _somebody_came_later, *DOCUMENT, "E_IIP_DUP"),
    Row("a document that nobody can read", _unreadable_document, *DOCUMENT, "E_TEXT"),
    Row("a body one byte off its document", _other_body, *DOCUMENT, "E_TEXT_PAYLOAD"),
    Row("another number, signed", plugin(iip=2), *DOCUMENT, "E_REVISION"),
    Row("a payee in the parts, unsigned", _unsigned_payee, *ACTIONS, "E_REVISION"),
    Row("a payee in the parts, signed by the author", _other_parts(_payee), *ACTIONS, "E_TEXT_PAYLOAD"),
    Row("a payee in the document, signed by the author", _payee_in_the_document, *ACTIONS, "E_TEXT_PAYLOAD"),
    Row("an amount in the parts", _other_parts(_amount), *ACTIONS, "E_TEXT_PAYLOAD"),
    Row("a part without its milestone", _other_parts(_without_release), *ACTIONS, "E_TEXT_PAYLOAD"),
    Row("a part left out", _other_parts(_fewer), *ACTIONS, "E_TEXT_PAYLOAD"),
    Row("parts after the proposal", _later_parts, *ACTIONS, "E_REVISION"),
    Row("no parts", _no_parts, *ACTIONS, "E_REVISION"),
    Row("a proposal that says it pays nothing", plugin(parts=None), *ACTIONS, "E_REVISION"),
    Row("another fund", plugin(fund="other"), *ACTIONS, "E_SAFE_CONFIG"),
)
