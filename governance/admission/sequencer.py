"""What would Snapshot's sequencer say to this envelope? Its own rules in its own order, with its own error strings.

Decides, before anything is sent, what can be decided from the bytes, the clock and what the hub shows: so that an
author hears `invalid voting delay` before the network does. Facts that only the sequencer has (its lists, its limits, a
live validation, a contract's answer) are None where nobody told them; their rules then pass, and `unknown_rules` names
them. Sent from here are proposals, votes and cancellations; the rules for updates, flags and settings are there for the
double that plays the sequencer. Stricter rules of our own journal stand in the tables beside this one.

Source: sx-monorepo `apps/sequencer` `src/ingestor.ts`, `writer/{proposal,vote,delete-proposal}.ts`, their schemas.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from chain import address, signature
from chain.errors import CodedError, UncheckableError
from governance.admission import sequencer_others, sequencer_writers
from governance.admission.sequencer_case import Seen, SequencerCase, Told, units
from governance.admission.window import AdmissionError
from governance.envelope import judge
from governance.message_types import DOMAIN, MessageType, known_type

SIZE_MAX = 100_000
"""Of the body as JavaScript spells it, in UTF-16 units."""
PAST_SECONDS, AHEAD_SECONDS = 518_400, 300

_ENVELOPE, _DATA = frozenset({"address", "sig", "data"}), frozenset({"domain", "types", "message"})


def refusal(case: SequencerCase) -> str:
    """Return the error string of the first rule that the envelope breaks; empty where it breaks none."""
    document = _parsed(case.body)
    if document is None or not _is_envelope(document):
        return "wrong envelope format"
    seen = _seen(case, document)
    for rule in RULES:
        said = rule(seen)
        if said:
            return said
    return ""


def admit_at_sequencer(case: SequencerCase) -> None:
    """Return if the sequencer would take the envelope, as far as that is known; `E_SEQUENCER` says its own words."""
    said = refusal(case)
    if said:
        raise AdmissionError("E_SEQUENCER", "dry_run", said=said)


def unknown_rules(case: SequencerCase) -> tuple[str, ...]:
    """Name what only the sequencer can decide of this envelope."""
    seen, told = _seen(case, _parsed(case.body) or {}), case.told
    of_one = {
        "vote": {"vote_validation", "power"},
        "proposal": {
            "settings_problem", "premium_network", "content_ok", "author_ok", "validation", "network_start", "head",
            "space_full", "author_full",
        },
        "settings": {"settings_problem", "strategies_max", "controller"},
    }  # fmt: skip
    asked = of_one.get("vote" if seen.is_vote else seen.action, set())
    left = {name for names in of_one.values() for name in names} - asked
    left |= set() if _asks_contract(seen) else {"contract_signed"}
    left |= set() if seen.document.get("address") != seen.message.get("from") else {"alias"}
    names = (member.name for member in fields(Told))
    return tuple(name for name in names if name not in left and getattr(told, name) is None)


def _asks_contract(seen: Seen) -> bool:
    try:
        judge(bytes.fromhex(seen.id[2:]), signature.parse_hex(seen.document.get("sig")), _sender(seen), "snapshot")
    except UncheckableError:
        return True
    except (CodedError, ValueError):
        return False
    return False


def _sender(seen: Seen) -> bytes:
    return address.parse(seen.document.get("address"))


# What every message is held to


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body, parse_float=str)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_envelope(document: Mapping[str, Any]) -> bool:
    data = document.get("data")
    if document.keys() != _ENVELOPE or not isinstance(data, dict) or data.keys() != _DATA:
        return False
    message, space = data["message"], data["message"].get("space") if isinstance(data["message"], dict) else None
    if not isinstance(message, dict) or type(message.get("timestamp")) is not int:
        return False
    if not isinstance(document["sig"], str) or not isinstance(data["domain"], dict) or not data["types"]:
        return False
    return isinstance(space, str) and _is_address(document["address"]) and _is_address(message.get("from"))


def _is_address(value: object) -> bool:
    try:
        address.parse(value)
    except CodedError:
        return False
    return True


def _seen(case: SequencerCase, document: Mapping[str, Any]) -> Seen:
    data = document.get("data") or {}
    message, domain = data.get("message") or {}, data.get("domain") or {}
    try:
        kind = known_type({name: rows for name, rows in data["types"].items() if name != "EIP712Domain"})
        named = {name: message[name] for name in (row.name for row in kind.types[kind.primary])}
        id_ = "0x" + kind.digester(domain)(named).hex()
    except (CodedError, KeyError, AttributeError, TypeError):
        return Seen(case, document, message, _kind(data.get("types")), "")
    return Seen(case, document, message, kind, id_)


def _kind(types: object) -> MessageType | None:
    try:
        return known_type(types)
    except CodedError:
        return None


def _is_not_flagged(seen: Seen) -> str:
    return "unauthorized" if seen.case.told.authorized is False else ""


def _is_not_too_large(seen: Seen) -> str:
    text = json.dumps(seen.document, ensure_ascii=False, separators=(",", ":"))
    return "too large message" if units(text) > SIZE_MAX else ""


def _is_of_now(seen: Seen) -> str:
    timestamp, now = seen.message["timestamp"], seen.case.now
    return "" if now - PAST_SECONDS <= timestamp <= now + AHEAD_SECONDS else "wrong timestamp"


def _names_a_proposal(seen: Seen) -> str:
    named = seen.message.get("proposal")
    return "proposal cannot contain whitespace" if isinstance(named, str) and " " in named else ""


def _is_of_the_domain(seen: Seen) -> str:
    domain = seen.document["data"]["domain"]
    return "" if all(domain.get(name) == value for name, value in DOMAIN.items()) else "wrong domain"


def _is_of_known_types(seen: Seen) -> str:
    return "wrong types" if seen.kind is None else ""


def _names_a_space(seen: Seen) -> str:
    space = seen.message["space"]
    if ":" in space:
        return "" if not space.startswith("s:") or space == space.lower() else "Invalid space id"
    return "" if space == space.lower() and not re.search(r"[\s/]", space) and space else "Invalid space id"


def _space_exists(seen: Seen) -> str:
    return "unknown space" if seen.case.space is None and seen.action != "settings" else ""


def _sender_speaks_for_himself(seen: Seen) -> str:
    if seen.document["address"] == seen.message["from"]:
        return ""
    match seen.case.told.alias:
        case "yes":
            return ""
        case "no":
            return "wrong alias"
    return f"alias not allowed for the type: {seen.action}"


def _is_signed(seen: Seen) -> str:
    try:
        judge(bytes.fromhex(seen.id[2:]), signature.parse_hex(seen.document["sig"]), _sender(seen), "snapshot")
    except UncheckableError:
        return "signature validation failed" if seen.case.told.contract_signed is False else ""
    except (CodedError, ValueError):
        return "signature validation failed"
    return ""


def _is_new(seen: Seen) -> str:
    return "duplicate message" if seen.id in seen.case.known_ids else ""


def _is_pinned(seen: Seen) -> str:
    return "pinning failed" if seen.case.told.pinned is False else ""


Rule = Callable[[Seen], str]


def _of(actions: Sequence[str], *rules: Rule) -> tuple[Rule, ...]:
    def only(rule: Rule) -> Rule:
        return lambda seen: rule(seen) if seen.action in actions else ""

    return tuple(map(only, rules))


_VOTES = ("vote", "vote-array", "vote-string")
RULES: tuple[Rule, ...] = (
    _is_not_flagged, _is_not_too_large, _is_of_now, _names_a_proposal, _is_of_the_domain, _is_of_known_types,
    _names_a_space, _space_exists, _sender_speaks_for_himself, _is_signed, _is_new,
    *_of(_VOTES, *sequencer_writers.READING_VOTE),
    *_of(("proposal",), *sequencer_writers.PROPOSAL),
    *_of(_VOTES, *sequencer_writers.VOTE),
    *_of(("delete-proposal",), *sequencer_writers.CANCELLATION),
    *_of(("update-proposal",), *sequencer_others.UPDATE),
    *_of(("flag-proposal",), *sequencer_others.FLAG),
    *_of(("settings",), *sequencer_others.SETTINGS),
    _is_pinned,
)  # fmt: skip
"""In the sequencer's order."""
