"""What Snapshot's sequencer says to the messages that are not sent from here: an updated or flagged proposal, settings.

Decides, in Snapshot's own words, whether such a message would be taken, so that the double of the sequencer refuses it
and whoever follows a space knows what the network lets through. Their order, and the rules that all messages share, are
decided by `governance.admission.sequencer`.

Source: sx-monorepo `apps/sequencer` `src/writer/{update-proposal,flag-proposal,settings}.ts`.
"""

from __future__ import annotations

from typing import Any

from governance.admission.sequencer_case import Seen, json_in, people, units, voting
from governance.admission.sequencer_writers import TYPES

_UPDATABLE = frozenset(TYPES) - {"copeland"}
"""The schema of updates was never told of Copeland."""


def _proposal_exists(seen: Seen) -> str:
    return "unknown proposal" if seen.case.proposal is None else ""


def _update_has_its_form(seen: Seen) -> str:
    message = seen.message
    choices = message.get("choices")
    good = (
        1 <= units(message.get("title")) <= 256
        and isinstance(message.get("body"), str)
        and units(message.get("discussion", "")) <= 256
        and message.get("type") in _UPDATABLE
        and isinstance(choices, list)
        and bool(choices)
        and all(1 <= units(choice) <= 256 for choice in choices)
        and message.get("privacy", "") in ("", "shutter")
    )
    return "" if good else "wrong proposal format"


def _vote_has_not_begun(seen: Seen) -> str:
    started = (seen.case.proposal or {}).get("start", 0) < seen.case.now
    return "proposal already started" if started else ""


def _update_keeps_to_the_space(seen: Seen) -> str:
    message, rules = seen.message, voting(seen)
    if message["type"] == "basic" and len(message["choices"]) not in (2, 3):
        return 'wrong choices for "basic" type voting'
    if str((seen.case.proposal or {}).get("author")).lower() != str(seen.document["address"]).lower():
        return "Not the author"
    privacy = rules.get("privacy")
    if privacy is not None and privacy != "any" and message.get("privacy", privacy) != privacy:
        return "not allowed to set privacy"
    return "space voting type mismatch" if rules.get("type") and message["type"] != rules["type"] else ""


def _sender_may_flag(seen: Seen) -> str:
    if (seen.case.proposal or {}).get("flagged"):
        return "proposal already flagged"
    moderators = people(seen.case.space or {}, "admins", "moderators")
    return "" if str(seen.document["address"]).lower() in moderators else "not authorized to flag proposal"


def _settings_are_valid(seen: Seen) -> str:
    if len(seen.message["space"]) > 64:
        return "id too long"
    told = seen.case.told
    if told.settings_problem:
        return told.settings_problem
    strategies = _settings(seen).get("strategies")
    many = told.strategies_max is not None and isinstance(strategies, list) and len(strategies) > told.strategies_max
    return f"max number of strategies is {told.strategies_max}" if many else ""


def _sender_may_set(seen: Seen) -> str:
    """Admins set everything but the list of admins; only the controller of the name, whom nobody here knows, that."""
    admins, controls = people(seen.case.space or {}, "admins"), seen.case.told.controller
    if str(seen.document["address"]).lower() not in admins:
        return "not allowed" if controls is False else ""
    is_changed = people(_settings(seen), "admins") != admins
    return "not allowed change admins" if controls is False and is_changed else ""


def _settings(seen: Seen) -> dict[str, Any]:
    found = json_in(seen.message.get("settings"))
    return found if isinstance(found, dict) else {}


UPDATE = (_update_has_its_form, _proposal_exists, _vote_has_not_begun, _update_keeps_to_the_space)
FLAG = (_proposal_exists, _sender_may_flag)
SETTINGS = (_settings_are_valid, _sender_may_set)
