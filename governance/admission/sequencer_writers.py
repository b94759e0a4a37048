"""What the sequencer's writers say to a proposal, a vote or a cancellation, after the rules that all messages share.

Each rule returns Snapshot's own error string, or nothing. Their order, and what comes before them, is decided by
`governance.admission.sequencer`.

Source: sx-monorepo `apps/sequencer` `src/writer/{proposal,vote,delete-proposal}.ts`, and their schemas.
"""

from __future__ import annotations

import re

from chain.errors import CodedError
from governance.admission.sequencer_case import Seen, json_in, people, units, voting
from governance.counting import doubles

TYPES = ("single-choice", "approval", "ranked-choice", "quadratic", "copeland", "weighted", "custom", "basic")
METADATA_MAX, REASON_MAX, APP_MAX = 2_000, 5_000, 24
BODY_MAX, BODY_MAX_TURBO = 10_000, 40_000
CHOICES_MAX, CHOICES_MAX_TURBO = 20, 1_000

_TIMES = range(10**9, 2 * 10**9 + 1)
_LABEL = re.compile(r"[A-Za-z0-9]{1,8}\Z", re.ASCII)
_STRINGS = frozenset({"type", "title", "body", "discussion", "app", "privacy", "plugins"})


# Proposals


def _space_may_be_voted_in(seen: Seen) -> str:
    told = seen.case.told
    if told.settings_problem:
        return f"invalid space settings: {told.settings_problem}"
    return "space is using a non-premium network" if told.premium_network is False else ""


def _proposal_has_its_form(seen: Seen) -> str:
    message = seen.message
    choices, labels = message.get("choices"), message.get("labels", [])
    good = (
        all(isinstance(message.get(name, ""), str) for name in _STRINGS)
        and 1 <= units(message.get("title", "")) <= 256
        and units(message.get("discussion", "")) <= 256
        and (not message.get("discussion") or re.match(r"[a-z][a-z0-9+.-]*:", message["discussion"], re.I) is not None)
        and message.get("type") in TYPES
        and isinstance(choices, list)
        and bool(choices)
        and all(isinstance(choice, str) and 1 <= units(choice) <= 256 for choice in choices)
        and isinstance(labels, list)
        and len(labels) <= 10
        and all(isinstance(label, str) and _LABEL.match(label) for label in labels)
        and len(set(labels)) == len(labels)
        and all(type(message.get(name)) is int and message[name] in _TIMES for name in ("start", "end"))
        and type(message.get("snapshot")) is int
        and units(message.get("app", "")) <= APP_MAX
        and message.get("privacy", "") in ("", "shutter")
    )
    return "" if good else "wrong proposal format"


def _ends_later(seen: Seen) -> str:
    return "" if seen.message["end"] > seen.case.now else "proposal end date must be in the future"


def _basic_has_its_choices(seen: Seen) -> str:
    is_basic = seen.message["type"] == "basic"
    return "wrong choices for basic type voting" if is_basic and len(seen.message["choices"]) not in (2, 3) else ""


def _is_as_the_space_votes(seen: Seen) -> str:
    message, rules = seen.message, voting(seen)
    if rules.get("delay") and message["start"] != message["timestamp"] + rules["delay"]:
        return "invalid voting delay"
    if rules.get("period") and message["end"] - message["start"] != rules["period"]:
        return "invalid voting period"
    if rules.get("type") and message["type"] != rules["type"]:
        return "invalid voting type"
    privacy = rules.get("privacy") or ""
    return "not allowed to set privacy" if privacy != "any" and message.get("privacy", "") != privacy else ""


def _content_is_taken(seen: Seen) -> str:
    if seen.case.told.content_ok is False:
        return "invalid proposal content"
    return "invalid proposal, please contact support" if seen.case.told.author_ok is False else ""


def _author_may_propose(seen: Seen) -> str:
    space = seen.case.space or {}
    author = str(seen.message["from"]).lower()
    if author in people(space, "members", "admins", "moderators"):
        return ""
    if (space.get("filters") or {}).get("onlyMembers"):
        return "only space authors can propose"
    known = {"failed": "validation failed", "error": "failed to check validation"}
    return known.get(seen.case.told.validation or "", "")


def _snapshot_is_a_block(seen: Seen) -> str:
    snapshot, told = seen.message["snapshot"], seen.case.told
    if told.network_start is not None and snapshot < told.network_start:
        return "proposal snapshot must be after network start"
    if told.head is not None and told.head < 0:
        return "unable to fetch block"
    return "invalid snapshot block" if told.head is not None and snapshot > told.head else ""


def _is_within_the_limits(seen: Seen) -> str:
    told, space, message = seen.case.told, seen.case.space or {}, seen.message
    if told.space_full:
        return "proposal limit reached"
    is_member = str(message["from"]).lower() in people(space, "members", "admins", "moderators")
    if told.author_full and not is_member:
        return "active proposal limit reached for author"
    body, choices = (BODY_MAX_TURBO, CHOICES_MAX_TURBO) if space.get("turbo") else (BODY_MAX, CHOICES_MAX)
    if units(message.get("body", "")) > body:
        return f"proposal body length can not exceed {body} characters"
    return f"number of choices can not exceed {choices}" if len(message["choices"]) > choices else ""


# Votes


def _vote_can_be_read(seen: Seen) -> str:
    if units(str(seen.message.get("metadata", ""))) > METADATA_MAX:
        return "too large metadata"
    if seen.action != "vote-string":
        return ""
    if seen.case.proposal is None:
        return "unknown proposal"
    return "" if _is_shutter(seen) or json_in(seen.message.get("choice")) is not None else "invalid choice"


def _vote_has_its_form(seen: Seen) -> str:
    message = seen.message
    good = (
        units(str(message.get("reason", ""))) <= REASON_MAX
        and units(str(message.get("app", ""))) <= APP_MAX
        and isinstance(message.get("proposal"), str)
        and "choice" in message
    )
    return "" if good else "wrong vote format"


def _vote_is_in_its_window(seen: Seen) -> str:
    proposal = seen.case.proposal
    if proposal is None:
        return "unknown proposal"
    start, end = proposal.get("start", 0), proposal.get("end", 0)
    moments = (seen.message["timestamp"], seen.case.now)
    return "" if all(start <= moment <= end for moment in moments) else "not in voting window"


def _choice_exists(seen: Seen) -> str:
    proposal, choice = seen.case.proposal or {}, seen.message.get("choice")
    if _is_shutter(seen):
        if seen.message.get("reason"):
            return "reason not allowed with shutter"
        return "" if isinstance(choice, str) and choice.startswith("0x") else "invalid choice"
    shown = json_in(choice) if seen.action == "vote-string" else choice
    try:
        good = doubles.is_valid(str(proposal.get("type")), shown, len(proposal.get("choices") or ()))
    except CodedError:
        good = False
    return "" if good else "invalid choice"


def _voter_has_power(seen: Seen) -> str:
    told = seen.case.told
    known = {"failed": "failed vote validation", "error": "failed to check vote validation"}
    if told.vote_validation in known:
        return known[told.vote_validation]
    if told.power is not None and told.power < 0:
        return "failed to check voting power"
    return "no voting power" if told.power == 0 else ""


def _is_the_later_vote(seen: Seen) -> str:
    if seen.case.previous is None:
        return ""
    id_, timestamp = seen.case.previous
    if timestamp > seen.message["timestamp"]:
        return "already voted at later time"
    same = timestamp == seen.message["timestamp"]
    return "already voted same time with lower index" if same and seen.id <= id_ else ""


# Cancellations


def _sender_may_archive(seen: Seen) -> str:
    proposal = seen.case.proposal
    if proposal is None:
        return "unknown proposal"
    may = {str(proposal.get("author")).lower(), *people(seen.case.space or {}, "admins", "moderators")}
    return "" if str(seen.message["from"]).lower() in may else "not authorized to archive proposal"


def _is_shutter(seen: Seen) -> bool:
    return (seen.case.proposal or {}).get("privacy") == "shutter"


PROPOSAL = (
    _space_may_be_voted_in, _proposal_has_its_form, _ends_later, _basic_has_its_choices, _is_as_the_space_votes,
    _content_is_taken, _author_may_propose, _snapshot_is_a_block, _is_within_the_limits,
)  # fmt: skip
READING_VOTE = (_vote_can_be_read,)
VOTE = (_vote_has_its_form, _vote_is_in_its_window, _choice_exists, _voter_has_power, _is_the_later_vote)
CANCELLATION = (_sender_may_archive,)
