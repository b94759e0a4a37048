"""`governance.admission.proposal`: what an author must have bound before anybody votes on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chain.blocks import BlockRef
from chain.cid import raw_cid
from chain.errors import CodedError, UncheckableError
from chain.networks import DEVNET_CHAIN_ID
from chain.signature import sign
from governance.admission import NumberLeaf, ProposalCase, admit_proposal
from governance.admission.proposal import RULES
from governance.commitment import Commitment, write_commitment
from governance.messages import proposal_message, read_envelope, sign_envelope
from governance.space import settings_cid
from proposals.parts import Call, Part, parts_cid
from tests.governance.space_values import BLOCK, NOW, SAFE, SPACE, key, person, settings, signed_vote, signer

BODY = "# Summary\n\nPay the auditors.\n"
DOCUMENT = raw_cid(b"---\niip: 12\n---\n" + BODY.encode())
PARTS = (Part(chain_id=DEVNET_CHAIN_ID, safe=SAFE, calls=(Call(person("payee"), 10**18, b""),)),)
SETTINGS = settings()
COMMITMENT = Commitment(
    iip=12, document=DOCUMENT, parts=parts_cid(PARTS), settings=settings_cid(SETTINGS.text), blocks=(BLOCK,), fund="iip"
)
LEAF = NumberLeaf(index=3, iip=12, author=person("alice"), document=DOCUMENT)


def case(
    members: dict[str, Any] | None = None,
    binds: dict[str, Any] | None = None,
    by: str = "alice",
    **facts: Any,
) -> ProposalCase:
    """A sound proposal: with other members of the message, another commitment, or other facts around it."""
    commitment = replace(COMMITMENT, **(binds or {}))
    told: dict[str, Any] = {
        "author": person(by), "space": SPACE, "timestamp": NOW, "title": "IIP-12: Pay the auditors", "body": BODY,
        "choices": ["For", "Against", "Abstain"], "start": NOW + 3_600, "end": NOW + 3_600 + 259_200,
        "snapshot": BLOCK.number, "plugins": write_commitment(commitment),
    }  # fmt: skip
    envelope = read_envelope(sign_envelope("Proposal", proposal_message(**(told | (members or {}))), signer(by)))
    known: dict[str, Any] = {
        "envelope": envelope, "commitment": commitment, "settings": SETTINGS, "leaf_index": 9, "leaf_time": NOW + 5,
        "document": LEAF, "body": BODY, "title": "Pay the auditors", "parts": PARTS, "parts_index": 4,
        "block_times": {BLOCK: NOW - 60}, "author_power": 1,
    }  # fmt: skip
    return ProposalCase(**(known | facts))


def refusal(found: ProposalCase) -> tuple[str, str]:
    """Return code and reason with which a proposal is refused."""
    with pytest.raises(CodedError) as caught:
        admit_proposal(found)
    return caught.value.code, caught.value.reason


def test_a_sound_proposal_is_admitted() -> None:
    """With its number in the title or without it; with the leaf's time before or after its own."""
    admit_proposal(case())
    admit_proposal(case({"title": "Pay the auditors"}))
    admit_proposal(case(leaf_time=NOW - 10))
    admit_proposal(case(leaf_time=NOW + 3_600))


def test_a_proposal_that_pays_nothing_is_admitted() -> None:
    """It may be voted by any known system, with choices of its own."""
    quiet = {"parts": None, "fund": None}

    admit_proposal(case(binds=quiet, parts=None, parts_index=None))
    admit_proposal(
        case({"voting": "single-choice", "choices": list("abcd")}, binds=quiet, parts=None, parts_index=None)
    )
    assert ("E_VERSION", "voting") == refusal(case({"voting": "approval"}, binds=quiet, parts=None))
    assert ("E_OPTION_MAP", "count") == refusal(case({"choices": ["Only"]}, binds=quiet, parts=None))
    assert ("E_REVISION", "parts_differ") == refusal(case(binds=quiet))


def test_other_messages_are_no_proposals() -> None:
    """A vote, or a proposal of older types, in which a hub would fill in what nobody signed."""
    assert ("E_TYPES", "old") == refusal(replace(case(), envelope=read_envelope(signed_vote())))


def test_limits_of_the_space() -> None:
    """The body in UTF-16 units, as a hub measures it; the number of parts."""
    just, over = "𝕏" * 5_000, "𝕏" * 5_001
    admit_proposal(case({"body": just}, body=just))

    assert ("E_LIMIT", "body") == refusal(case({"body": over}, body=over))
    assert ("E_LIMIT", "parts_of_space") == refusal(case(parts=PARTS * 4))


def test_a_proposal_comes_once() -> None:
    """The same id again is a duplicate."""
    found = case()

    assert ("E_DUPLICATE", "message") == refusal(replace(found, known_ids={found.envelope.id}))


def test_encrypted_votes_are_refused() -> None:
    """A shutter proposal's votes could not be counted."""
    assert ("E_SCHEME_SHUTTER", "proposal") == refusal(case({"privacy": "shutter"}))


def test_H18_proposal_of_another_space() -> None:
    """The space is signed, and is this one's."""
    assert ("E_SPACE", "proposal") == refusal(case({"space": "4f.devnet"}))


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"end": NOW + 3_600}, ("E_TIME", "order")),
        ({"start": NOW + 3_600, "end": NOW}, ("E_TIME", "order")),
        ({"end": NOW + 3_600 + 100 * 31_536_000}, ("E_TIME", "period")),
        ({"start": NOW - 86_400, "end": NOW + 172_800}, ("E_TIME", "past")),
        ({"timestamp": NOW - 3_600, "start": NOW, "end": NOW + 259_200}, ("E_TIME", "leaf")),
        ({"timestamp": NOW * 1_000}, ("E_TIME", "member_milliseconds")),
        ({"start": NOW * 1_000, "end": NOW * 1_000 + 1}, ("E_TIME", "member_milliseconds")),
    ],
)
def test_H40_times_that_make_no_sense(members: dict[str, Any], expected: tuple[str, str]) -> None:
    """End before start, a vote of a hundred years, a start in the past, milliseconds."""
    assert expected == refusal(case(members))


def test_H40_leaf_within_an_hour_of_the_timestamp() -> None:
    """An hour either way is the border."""
    assert ("E_TIME", "leaf") == refusal(case(leaf_time=NOW + 3_601))
    assert ("E_TIME", "leaf") == refusal(case(leaf_time=NOW - 3_601))


def test_H42_proposer_below_the_threshold_at_the_snapshot() -> None:
    """A known zero is refused, an unknown power could not be checked, and named proposers need none.

    Power rented for the snapshot and sold after it still proposes: settings have no minimum age of a holding yet.
    """
    assert ("E_THRESHOLD", "no_power") == refusal(case(author_power=0))
    with pytest.raises(UncheckableError):
        admit_proposal(case(author_power=None))

    named = settings(lambda values: values.update(proposers=[values["guardian"]]))
    binds = {"settings": settings_cid(named.text)}
    leaf = replace(LEAF, author=person("guardian"))
    admit_proposal(case(binds=binds, by="guardian", settings=named, document=leaf, author_power=None))
    assert ("E_THRESHOLD", "proposer") == refusal(case(binds=binds, settings=named))


def test_H43_number_of_another_author_or_document() -> None:
    """The number's leaf says author and document; a proposal that says otherwise is a twin."""
    assert ("E_IIP_DUP", "other_author") == refusal(case(by="mallory"))
    assert ("E_IIP_DUP", "other_document") == refusal(case(binds={"document": raw_cid(b"another")}))
    assert ("E_REVISION", "no_document") == refusal(case(binds={"iip": 13}))


def test_H44_settings_that_are_not_in_force() -> None:
    """Older settings, younger ones or anybody's: the rules are those in force at the leaf."""
    other = settings(lambda values: values.update(timelock=0))

    assert ("E_RULE_DRIFT", "settings") == refusal(case(binds={"settings": settings_cid(other.text)}))
    assert ("E_RULE_DRIFT", "settings") == refusal(case(settings=other))
    assert ("E_RULE_DRIFT", "blocks") == refusal(case(binds={"blocks": (BlockRef(1, BLOCK.number, BLOCK.hash),)}))


@pytest.mark.parametrize(
    "choices",
    [
        ["Against", "For", "Abstain"],
        ["For", "Abstain", "Against"],
        ["for", "Against", "Abstain"],
        ["For ", "Against", "Abstain"],
        ["For", "Against"],
        ["For", "Against", "Abstain", "Abstain"],
        [],
    ],
)
def test_H105_choices_in_another_order_or_wording(choices: list[str]) -> None:
    """A proposal that pays has the settings' choices, letter for letter."""
    assert ("E_OPTION_MAP", "choices") == refusal(case({"choices": choices}))


def test_H46_proposal_that_pays_by_another_system() -> None:
    """Only `basic` releases; other systems decide, and a following proposal pays."""
    assert ("E_OPTION_MAP", "voting") == refusal(case({"voting": "single-choice"}))


def test_H59_snapshot_that_is_not_older_than_the_publication() -> None:
    """Power could still be moved for it, whichever of timestamp and leaf is earlier."""
    assert ("E_RULE_DRIFT", "snapshot_young") == refusal(case(block_times={BLOCK: NOW}))
    assert ("E_RULE_DRIFT", "snapshot_young") == refusal(case(block_times={BLOCK: NOW - 5}, leaf_time=NOW - 5))
    admit_proposal(case(block_times={BLOCK: NOW - 1}))


def test_H104_vote_that_the_space_does_not_hold() -> None:
    """A snapshot of two years ago, a vote of a minute, a start in a year: none is this space's."""
    old = NOW - 2 * 31_536_000
    minute = {"end": NOW + 3_660}
    later = {"start": NOW + 31_536_000, "end": NOW + 31_536_000 + 259_200}

    assert ("E_RULE_DRIFT", "snapshot_old") == refusal(case(block_times={BLOCK: old}))
    assert ("E_RULE_DRIFT", "period") == refusal(case(minute))
    assert ("E_RULE_DRIFT", "delay") == refusal(case(later))
    assert ("E_RULE_DRIFT", "delay") == refusal(case({"start": NOW, "end": NOW + 259_200}))
    assert ("E_RULE_DRIFT", "snapshot") == refusal(case({"snapshot": BLOCK.number - 1}))
    admit_proposal(case(block_times={BLOCK: NOW - 86_400}))


def test_a_snapshot_whose_time_is_unknown_could_not_be_checked() -> None:
    """A block of the same number but another hash is another block."""
    with pytest.raises(UncheckableError):
        admit_proposal(case(block_times={}))
    with pytest.raises(UncheckableError):
        admit_proposal(case(block_times={BLOCK._replace(hash=bytes(32)): NOW - 60}))


def test_H103_twin_of_one_number() -> None:
    """While one proposal of a number is open or passed, there is no second."""
    assert ("E_IIP_DUP", "standing") == refusal(case(standing=b"\x01" * 32))


def test_H108_body_one_byte_off_the_document() -> None:
    """The text that is voted is the document's, to the last newline; so is its title."""
    for body in (BODY[:-1], BODY + "\n", BODY.replace("Pay", "pay"), ""):
        assert ("E_TEXT_PAYLOAD", "body") == refusal(case({"body": body}))
    for title in ("IIP-13: Pay the auditors", "Pay the Auditors", "IIP-12", ""):
        assert ("E_TEXT_PAYLOAD", "title") == refusal(case({"title": title}))


def test_H109_document_or_parts_not_in_the_journal_before() -> None:
    """What is voted must be there to be read, by leaf index."""
    assert ("E_REVISION", "no_document") == refusal(case(document=None))
    assert ("E_REVISION", "no_document") == refusal(case(document=replace(LEAF, index=9)))
    assert ("E_REVISION", "no_parts") == refusal(case(parts_index=None))
    assert ("E_REVISION", "no_parts") == refusal(case(parts_index=9))
    assert ("E_REVISION", "no_parts") == refusal(case(parts=None))
    assert ("E_REVISION", "parts_differ") == refusal(case(parts=(replace(PARTS[0], not_before=NOW),)))


def test_H109_part_on_another_funds_safe() -> None:
    """Every part's Safe and chain are the named fund's, and the fund is one of the settings."""
    for part in (replace(PARTS[0], safe=person("another safe")), replace(PARTS[0], chain_id=1)):
        named = (PARTS[0], part)
        assert ("E_SAFE_CONFIG", "part_safe") == refusal(case(binds={"parts": parts_cid(named)}, parts=named))
    assert ("E_SAFE_CONFIG", "no_fund") == refusal(case(binds={"fund": "other"}))


def test_only_known_proposals_are_superseded() -> None:
    """An id that nobody knows ends nothing."""
    old = b"\x07" * 32

    assert ("E_PROPOSAL", "superseded") == refusal(case(binds={"supersedes": (old,)}))
    admit_proposal(case(binds={"supersedes": (old,)}, known_proposals={old}))


def test_the_signature_is_judged_last() -> None:
    """A forged signature is refused, but only after everything that costs less."""
    found = case()
    forged = replace(found, envelope=replace(found.envelope, signature=sign(bytes(32), key("mallory"))))

    assert ("E_SIG_SIGNER", "other") == refusal(forged)
    assert ("E_THRESHOLD", "no_power") == refusal(replace(forged, author_power=0))
    assert "_author_signed" == RULES[-1].__name__
