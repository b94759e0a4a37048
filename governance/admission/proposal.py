"""May this proposal enter the journal?

The author's signature must cover everything that decides and pays: the text by the body, document, parts and settings
by CID, the snapshot by block hash, the rules by being those of the settings in force. A proposal that only its hub
could complete is refused. Which settings are in force, which leaves stand before it and what a block's time is are
facts, handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from chain.address import checksum
from chain.blocks import BlockRef
from chain.cid import CID
from chain.errors import UncheckableError
from governance import counting
from governance.admission.window import LEAF_SECONDS, SKEW_SECONDS, AdmissionError, member_int, time_of
from governance.commitment import Commitment
from governance.envelope import Envelope, check_signature
from governance.fund_settings import YEAR
from governance.message_types import CURRENT
from governance.options import check_options
from governance.rules import rules_of
from governance.settings import Settings
from governance.space import settings_cid
from proposals.parts import Part, parts_cid


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLeaf:
    """The `document` leaf by which an IIP has its number."""

    index: int
    iip: int
    author: bytes
    document: CID


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalCase:
    """A proposal, and every fact that its admission depends on."""

    envelope: Envelope
    commitment: Commitment
    """Read from the envelope's `plugins`."""
    settings: Settings
    """In force at the proposal's leaf."""
    leaf_index: int
    """The place that the proposal's leaf has, or would get."""
    leaf_time: int
    """Unix seconds; `now` before publishing."""
    document: NumberLeaf | None
    """The latest document leaf of the IIP's number, if there is one."""
    body: str
    """Of that document: what stands below its front matter."""
    title: str
    """Of that document."""
    parts: Sequence[Part] | None
    """Decoded from the block that the commitment names."""
    parts_index: int | None
    """The leaf of those parts, if there is one."""
    block_times: Mapping[BlockRef, int]
    """Timestamps of the snapshot blocks (by number and hash), Unix seconds."""
    author_power: int | None
    """At the snapshot, in 1e-18; None where it could not be read. Not asked for where the settings name proposers."""
    standing: bytes | None = None
    """Id of a proposal of the same number that is open or passed."""
    known_ids: Collection[bytes] = field(default_factory=frozenset)
    """Ids of all messages in the journal."""
    known_proposals: Collection[bytes] = field(default_factory=frozenset)
    """Ids of the proposals that this one may supersede."""


def admit_proposal(case: ProposalCase) -> None:
    """Return if the proposal may enter the journal, or raise the first rule that it breaks, cheap rules first.

    Raises `AdmissionError`, a refusal of the rooms below, or `UncheckableError` where a fact is missing.
    """
    for rule in RULES:
        rule(case)


def _is_a_proposal_of_today(case: ProposalCase) -> None:
    """Older types leave members unsigned that a hub then fills in."""
    if case.envelope.types_hash.hex() != CURRENT["proposal"]:
        raise AdmissionError("E_TYPES", "old", action=case.envelope.action, expected="proposal")


def _fits_the_limits(case: ProposalCase) -> None:
    size = len(_text(case, "body").encode("utf-16-le")) // 2  # as JavaScript measures it, so that a hub agrees
    if size > case.settings.limits.body:
        raise AdmissionError("E_LIMIT", "body", size=size, limit=case.settings.limits.body)
    if case.parts is not None and len(case.parts) > case.settings.limits.parts:
        raise AdmissionError("E_LIMIT", "parts_of_space", count=len(case.parts), limit=case.settings.limits.parts)


def _belongs_to_the_space(case: ProposalCase) -> None:
    space = case.envelope.message["space"]
    if space != case.settings.space:
        raise AdmissionError("E_SPACE", "proposal", space=space, expected=case.settings.space)


def _is_new(case: ProposalCase) -> None:
    if case.envelope.id in case.known_ids:
        raise AdmissionError("E_DUPLICATE", "message", id=case.envelope.id)


def _is_voted_in_the_open(case: ProposalCase) -> None:
    if case.envelope.message["privacy"] != "":
        raise AdmissionError("E_SCHEME_SHUTTER", "proposal", privacy=case.envelope.message["privacy"])


def _binds_the_settings_in_force(case: ProposalCase) -> None:
    """H44: the rules are those of the settings in force, whatever the message's sender believed."""
    expected = settings_cid(case.settings.text)
    if case.commitment.settings != expected:
        raise AdmissionError("E_RULE_DRIFT", "settings", found=str(case.commitment.settings), expected=str(expected))


def _options_have_their_roles(case: ProposalCase) -> None:
    """H46, H105: a proposal that pays is `basic`, with the settings' choices letter for letter."""
    voting, choices = case.envelope.message["type"], case.envelope.message["choices"]
    assert isinstance(choices, list), "an array in the message's types"
    if case.commitment.parts is None:
        counting.method(voting).check_choices(len(choices))
        check_options(choices)
        return
    if voting != "basic":
        raise AdmissionError("E_OPTION_MAP", "voting", voting=voting)
    if tuple(choices) != case.settings.choices:
        raise AdmissionError(
            "E_OPTION_MAP", "choices", found=", ".join(choices), expected=", ".join(case.settings.choices)
        )


def _times_make_sense(case: ProposalCase) -> None:
    """H40: first what is absurd in any space."""
    message = case.envelope.message
    timestamp, start, end = (time_of(message, name) for name in ("timestamp", "start", "end"))
    if end <= start:
        raise AdmissionError("E_TIME", "order", start=start, end=end)
    if end - start > YEAR:
        raise AdmissionError("E_TIME", "period", seconds=end - start, limit=YEAR)
    if abs(case.leaf_time - timestamp) > LEAF_SECONDS:
        raise AdmissionError("E_TIME", "leaf", timestamp=timestamp, leaf_time=case.leaf_time, limit=LEAF_SECONDS)
    if start + SKEW_SECONDS < case.leaf_time:
        raise AdmissionError("E_TIME", "past", start=start, leaf_time=case.leaf_time)


def _window_is_the_settings(case: ProposalCase) -> None:
    """H104: then what this space fixes."""
    message, voting = case.envelope.message, case.settings.voting
    timestamp, start, end = (member_int(message, name) for name in ("timestamp", "start", "end"))
    if start != timestamp + voting.delay:
        raise AdmissionError("E_RULE_DRIFT", "delay", found=start - timestamp, expected=voting.delay)
    if end != start + voting.period:
        raise AdmissionError("E_RULE_DRIFT", "period", found=end - start, expected=voting.period)


def _snapshot_is_recent(case: ProposalCase) -> None:
    """H59, H104: power is the state at the end of blocks older than the publication, but not too old."""
    message, settings = case.envelope.message, case.settings
    rules = rules_of(settings, case.commitment.blocks)
    first = rules.block(settings.strategies[0].chain_id)
    if message["snapshot"] != first.number:
        raise AdmissionError("E_RULE_DRIFT", "snapshot", found=message["snapshot"], expected=first.number)
    published = min(member_int(message, "timestamp"), case.leaf_time)
    for block in case.commitment.blocks:
        if block not in case.block_times:
            raise UncheckableError("E_SNAPSHOT", "unknown", chain_id=block.chain_id, number=block.number)
        age = published - case.block_times[block]
        if age <= 0:
            raise AdmissionError("E_RULE_DRIFT", "snapshot_young", number=block.number, age=age)
        if age > settings.voting.max_snapshot_age:
            raise AdmissionError(
                "E_RULE_DRIFT", "snapshot_old", number=block.number, age=age, limit=settings.voting.max_snapshot_age
            )


def _document_is_in_the_journal(case: ProposalCase) -> None:
    """H109, H43: the number is a leaf of (iip, author, document) before this one, and says the same."""
    leaf, iip, named = case.document, case.commitment.iip, case.commitment.document
    if leaf is None or leaf.index >= case.leaf_index or leaf.iip != iip:
        raise AdmissionError("E_REVISION", "no_document", iip=iip, document=str(named))
    author = case.envelope.address
    if leaf.author != author:
        raise AdmissionError("E_IIP_DUP", "other_author", iip=iip, author=checksum(leaf.author), by=checksum(author))
    if leaf.document != named:
        raise AdmissionError("E_IIP_DUP", "other_document", iip=iip, found=str(named), expected=str(leaf.document))


def _text_is_the_document(case: ProposalCase) -> None:
    """H108: the body is the document's, byte for byte; the title is its title, with or without its number."""
    body = _text(case, "body")
    if body != case.body:
        at = next((i for i, (a, b) in enumerate(zip(body, case.body, strict=False)) if a != b), None)
        offset = min(len(body), len(case.body)) if at is None else at
        raise AdmissionError("E_TEXT_PAYLOAD", "body", offset=offset)
    titles = (case.title, f"{case.settings.prefix}-{case.commitment.iip}: {case.title}")
    if case.envelope.message["title"] not in titles:
        raise AdmissionError("E_TEXT_PAYLOAD", "title", found=case.envelope.message["title"], expected=titles[1])


def _parts_are_in_the_journal(case: ProposalCase) -> None:
    """H109: what will be paid is known before it is asked."""
    named = case.commitment.parts
    if named is None:
        if case.parts is not None:
            raise AdmissionError("E_REVISION", "parts_differ", found="none", expected=str(parts_cid(case.parts)))
        return
    if case.parts is None or case.parts_index is None or case.parts_index >= case.leaf_index:
        raise AdmissionError("E_REVISION", "no_parts", parts=str(named))
    if parts_cid(case.parts) != named:
        raise AdmissionError("E_REVISION", "parts_differ", found=str(named), expected=str(parts_cid(case.parts)))


def _parts_are_the_funds(case: ProposalCase) -> None:
    """H109: every part's Safe is the named fund's."""
    name = case.commitment.fund
    fund = None if name is None else case.settings.fund(name)
    if fund is None:
        if name is not None or case.parts is not None:
            raise AdmissionError("E_SAFE_CONFIG", "no_fund", fund=str(name))
        return
    for number, part in enumerate(case.parts or (), 1):
        if (part.chain_id, part.safe) != (fund.chain_id, fund.safe):
            raise AdmissionError(
                "E_SAFE_CONFIG", "part_safe", part=number, safe=checksum(part.safe), chain_id=part.chain_id, fund=name
            )


def _number_is_free(case: ProposalCase) -> None:
    """H103: of one number at most one proposal is open or passed."""
    if case.standing is not None:
        raise AdmissionError("E_IIP_DUP", "standing", iip=case.commitment.iip, id=case.standing)


def _supersedes_known_ones(case: ProposalCase) -> None:
    for superseded in case.commitment.supersedes:
        if superseded not in case.known_proposals:
            raise AdmissionError("E_PROPOSAL", "superseded", id=superseded)


def _author_may_propose(case: ProposalCase) -> None:
    """H42."""
    author, proposers = case.envelope.address, case.settings.proposers
    if proposers:
        if author not in proposers:
            raise AdmissionError("E_THRESHOLD", "proposer", author=checksum(author))
        return
    if case.author_power is None:
        raise UncheckableError("E_THRESHOLD", "unknown", author=checksum(author))
    if case.author_power <= 0:
        raise AdmissionError("E_THRESHOLD", "no_power", author=checksum(author))


def _author_signed(case: ProposalCase) -> None:
    check_signature(case.envelope, case.settings.admission)


def _text(case: ProposalCase, name: str) -> str:
    value = case.envelope.message[name]
    assert isinstance(value, str), "a string in the message's types"
    return value


RULES: tuple[Callable[[ProposalCase], None], ...] = (
    _is_a_proposal_of_today,
    _fits_the_limits,
    _belongs_to_the_space,
    _is_new,
    _is_voted_in_the_open,
    _binds_the_settings_in_force,
    _options_have_their_roles,
    _times_make_sense,
    _window_is_the_settings,
    _snapshot_is_recent,
    _document_is_in_the_journal,
    _text_is_the_document,
    _parts_are_in_the_journal,
    _parts_are_the_funds,
    _number_is_free,
    _supersedes_known_ones,
    _author_may_propose,
    _author_signed,
)
"""Cheap to dear; each raises or returns. The signature is last because it costs most."""
