"""Forgeries of the proposal, many by its own author: checks 20 to 25."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chain.address import checksum
from chain.cid import raw_cid
from chain.signature import sign
from dao.cli.demo import cast
from governance.message_types import DOMAIN, registry
from governance.messages import envelope_json, message_id
from governance.space import settings_cid
from proposals.parts import decode_parts, encode_parts, parts_cid
from tests.dao.record.forge import Bench
from tests.dao.record.forgeries_file import QUORUM, change_settings
from tests.dao.record.row import Row

SIGNATURE, SETTINGS, DOCUMENT, ACTIONS, RULES, LIFECYCLE = (
    (20, "proposal.signature"), (21, "proposal.settings"), (22, "proposal.document"), (23, "proposal.actions"),
    (24, "proposal.rules"), (25, "proposal.lifecycle"),
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


def _plugin(**values: object) -> Callable[[Bench], None]:
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


# --- 24: the rules


def _signed(**members: object) -> Callable[[Bench], None]:
    return lambda bench: bench.sign_proposal(**members)


def _times(**seconds: int) -> Callable[[Bench], None]:
    """Move times of the proposal, under the author's signature."""

    def change(bench: Bench) -> None:
        message = bench.message(bench.one("proposal"))
        bench.sign_proposal(**{name: message[name] + more for name, more in seconds.items()})

    return change


def _late_leaf(bench: Bench) -> None:
    bench.shift(bench.one("proposal"), 3_700)


def _other_author(bench: Bench) -> None:
    """Somebody whom the settings do not name proposes, with everything else in order."""
    old = bench.proposal
    for slot in bench.all("document"):
        bench.edit(slot, author=cast.address("jan"))
    bench.sign_message(bench.one("proposal"), "Proposal", key=cast.key("jan"))
    bench.rename(old, bench.one("proposal").body["id"])


def _other_header(bench: Bench) -> None:
    """The header of the block of the donation stands where that of the snapshot should."""
    header = bench.map_of(bench.one("closed"), "state")["header"]
    bench.edit(bench.one("proposal"), headers=[bench.raw(header)])


def _no_header(bench: Bench) -> None:
    bench.edit(bench.one("proposal"), headers=[])


def _surplus_header(bench: Bench) -> None:
    slot = bench.one("proposal")
    header = bench.map_of(bench.one("closed"), "state")["header"]
    bench.edit(slot, headers=[*slot.body["headers"], bench.raw(header)])


def _other_snapshot(bench: Bench) -> None:
    number = bench.message(bench.one("proposal"))["snapshot"]
    bench.sign_proposal(snapshot=number - 1)


# --- 25: the lifecycle


def _event(number: int, event: str) -> Callable[[Bench], None]:
    return lambda bench: bench.edit(bench.one("transition", number), event=event)


def _no_freeze(bench: Bench) -> None:
    bench.drop(bench.one("transition", 2))


def _verdict(word: str) -> Callable[[Bench], None]:
    return lambda bench: bench.edit(bench.one("result"), verdict=word)


def _queued_before_result(bench: Bench) -> None:
    bench.move(bench.one("queued"), bench.one("power"))


def _two_results(bench: Bench) -> None:
    bench.copy(bench.one("result"))


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
    Row("plugins of version 2", _plugin(version=2), *SIGNATURE, "E_VERSION"),
    Row("plugins with a key of tomorrow", _plugin(bonus="0x00"), *SIGNATURE, "E_VERSION"),
    Row("a commitment without a block", _plugin(blocks=[]), *SIGNATURE, "E_COMMITMENT"),
    Row("other settings, signed by the author", _other_settings, *SETTINGS, "E_SETTINGS"),
    Row("other settings, signed by two owners", _rule_by_two_owners, *SETTINGS, "E_SETTINGS"),
    Row("another document", _other_document, *DOCUMENT, "E_REVISION"),
    Row("a document after the proposal", _later_document, *DOCUMENT, "E_REVISION"),
    Row("a document of another number", _other_number, *DOCUMENT, "E_REVISION"),
    Row("somebody else's document", _somebody_elses_document, *DOCUMENT, "E_REVISION"),
    Row("a document that was revised", _revised_after, *DOCUMENT, "E_REVISION"),
    Row("a document that nobody can read", _unreadable_document, *DOCUMENT, "E_TEXT"),
    Row("a body one byte off its document", _other_body, *DOCUMENT, "E_TEXT_PAYLOAD"),
    Row("another number, signed", _plugin(iip=2), *DOCUMENT, "E_REVISION"),
    Row("a payee in the parts, unsigned", _unsigned_payee, *ACTIONS, "E_REVISION"),
    Row("a payee in the parts, signed by the author", _other_parts(_payee), *ACTIONS, "E_TEXT_PAYLOAD"),
    Row("a payee in the document, signed by the author", _payee_in_the_document, *ACTIONS, "E_TEXT_PAYLOAD"),
    Row("an amount in the parts", _other_parts(_amount), *ACTIONS, "E_TEXT_PAYLOAD"),
    Row("a part without its milestone", _other_parts(_without_release), *ACTIONS, "E_TEXT_PAYLOAD"),
    Row("a part left out", _other_parts(_fewer), *ACTIONS, "E_TEXT_PAYLOAD"),
    Row("parts after the proposal", _later_parts, *ACTIONS, "E_REVISION"),
    Row("no parts", _no_parts, *ACTIONS, "E_REVISION"),
    Row("a proposal that says it pays nothing", _plugin(parts=None), *ACTIONS, "E_REVISION"),
    Row("another fund", _plugin(fund="other"), *ACTIONS, "E_SAFE_CONFIG"),
    Row("choices swapped by the author", _signed(choices=["Against", "For", "Abstain"]), *RULES, "E_OPTION_MAP"),
    Row("choices of other words", _signed(choices=["Yes", "No", "Abstain"]), *RULES, "E_OPTION_MAP"),
    Row("another voting system", _signed(type="single-choice"), *RULES, "E_OPTION_MAP"),
    Row("a voting system that nobody knows", _signed(type="coin-toss"), *RULES, "E_OPTION_MAP"),
    Row("a shorter vote", _times(end=-3_600), *RULES, "E_RULE_DRIFT"),
    Row("a vote that begins sooner", _times(start=-600, end=-600), *RULES, "E_RULE_DRIFT"),
    Row("a vote that ends before it begins", _times(end=-1_000_000), *RULES, "E_TIME"),
    Row("a vote of a century", _times(end=3_155_760_000), *RULES, "E_TIME"),
    Row("an end in milliseconds", _times(end=1_767_571_200_000), *RULES, "E_TIME"),
    Row("a proposal dated two hours back", _times(timestamp=-7_200), *RULES, "E_TIME"),
    Row("a proposal taken an hour late", _late_leaf, *RULES, "E_TIME"),
    Row("another snapshot number", _other_snapshot, *RULES, "E_RULE_DRIFT"),
    Row("another title", _signed(title="Gifts"), *RULES, "E_TEXT_PAYLOAD"),
    Row("a vote in the dark", _signed(privacy="shutter"), *RULES, "E_SCHEME_SHUTTER"),
    Row("another space", _signed(space="other.devnet"), *RULES, "E_SPACE"),
    Row("an author whom the settings do not name", _other_author, *RULES, "E_THRESHOLD"),
    Row("the header of another block", _other_header, *RULES, "E_PROOF"),
    Row("no header", _no_header, *RULES, "E_SNAPSHOT"),
    Row("a header too many", _surplus_header, *RULES, "E_PROOF"),
    Row("a proposal that supersedes an unknown one", _plugin(supersedes=["0x" + "11" * 32]), *RULES, "E_PROPOSAL"),
    Row("another step of the lifecycle", _event(1, "resurrect"), *LIFECYCLE, "E_STATE"),
    Row("a step that only follows from other facts", _event(2, "tally_pass"), *LIFECYCLE, "E_STATE"),
    Row("a proposal that was never frozen", _no_freeze, *LIFECYCLE, "E_STATE"),
    Row("a verdict of rejected, and paid all the same", _verdict("rejected"), *LIFECYCLE, "E_STATE"),
    Row("a verdict that nobody knows", _verdict("glorious"), *LIFECYCLE, "E_STATE"),
    Row("a payout queued before the result", _queued_before_result, *LIFECYCLE, "E_STATE"),
    Row("two results", _two_results, *LIFECYCLE, "E_STATE"),
)
