"""`proposals.explain`: said back from the bytes, and compiled to the same bytes again."""

from __future__ import annotations

import pytest
from hypothesis import given

from chain import abi, address
from chain.errors import CodedError
from dao import sentences as words
from proposals.calls import erc20_transfer, native_transfer
from proposals.compile import compile_parts
from proposals.document import parse_document
from proposals.draft import draft, milestone
from proposals.explain import budget_rows, explain, sentences
from proposals.parts import Call, Part, encode_parts
from proposals.privileged import KINDS
from tests.proposals import strategies
from tests.proposals.sample import ADA, ASSETS, BOB, SAFE, TOKEN

PART = Part(
    chain_id=1, safe=SAFE, not_before=86_400, release="m1",
    calls=(native_transfer(ADA, 10**18), erc20_transfer(TOKEN, BOB, 5 * 10**17)),
)  # fmt: skip


@given(strategies.paying_parts())
def test_explanation_compiles_back_to_the_same_bytes(parts: tuple[Part, ...]) -> None:
    """What is read out of any paying parts, written as a document, compiles to these parts byte for byte."""
    rows = budget_rows(parts, ASSETS)
    raw = draft(
        number=1,
        title="Round trip",
        description="Nothing is lost on the way",
        author="@ada",
        discussions_to="https://forum.example.org/t/1",
        created="2026-01-31",
        sections={"Summary": "Text."},
        budget=rows,
        milestones=[
            milestone(part.release, "it", due=None, evidence="a file", reviewers=["settings"])
            for part in parts
            if part.release
        ],
    )
    found = compile_parts(parse_document(raw), chain_id=1, safe=SAFE, assets=ASSETS)

    assert encode_parts(parts) == encode_parts(found)


def test_payments_are_sentences() -> None:
    """The same sentence in every language, with the chain."""
    assert [
        f"1 ETH to eip155:1:{address.checksum(ADA)}",
        f"0.5 MUT to eip155:1:{address.checksum(BOB)}",
    ] == sentences(PART, ASSETS)


def test_part_that_does_more_has_no_payment_sentences() -> None:
    """One call that is no payment refuses the whole list, by its number."""
    part = Part(chain_id=1, safe=SAFE, calls=(*PART.calls, Call(ADA, 0, b"\x01\x02\x03\x04")))
    with pytest.raises(CodedError) as refused:
        sentences(part, ASSETS)

    assert ("E_CALLDATA", 3) == (refused.value.code, refused.value.facts["call"])


def told(part: Part) -> list[str]:
    """Give what a person reads."""
    return [words.sentence(*sentence) for sentence in explain(part, 2, ASSETS)]


def test_everything_that_a_part_fixes_is_told() -> None:
    """Safe, milestone, window and each call, in this order."""
    assert [
        f"Part 2: the Safe eip155:1:{address.checksum(SAFE)} makes 2 calls in one transaction.",
        "It waits until the milestone `m1` is approved.",
        "It is not paid before 1970-01-02T00:00:00Z.",
        "It lapses when the space's grace time is over.",
        f"Call 1 pays 1 ETH to eip155:1:{address.checksum(ADA)}.",
        f"Call 2 pays 0.5 MUT to eip155:1:{address.checksum(BOB)}.",
    ] == told(PART)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (Call(SAFE, 0, abi.encode_call("changeThreshold(uint256)", (1,))), "it changes who signs for a Safe"),
        (Call(TOKEN, 0, abi.encode_call("approve(address,uint256)", (ADA, 1))), "it lets somebody take tokens later"),
        (Call(TOKEN, 0, erc20_transfer(TOKEN, ADA, 1).data + b"\x00"), "its data is not canonical (trailing)"),
        (Call(ADA, 5, b"\x01\x02\x03\x04\x05"), "is unknown: selector 0x01020304, 5 bytes, 5 wei"),
        (Call(ADA, 0, b""), "sends 0 wei"),
    ],
)
def test_other_calls_are_told_as_what_they_are(call: Call, expected: str) -> None:
    """Privileged, broken and unknown calls have sentences of their own, and none of them refuses."""
    assert expected in told(Part(chain_id=1, safe=SAFE, not_after=5, calls=(call,)))[-1]


def test_every_kind_of_power_has_words() -> None:
    """Each kind of privileged call has its sentence."""
    assert [] == [kind for kind in KINDS if f"EXPLAIN.privileged_{kind}" not in words.catalogue("en")]


@given(strategies.part_lists())
def test_any_parts_can_be_told(parts: tuple[Part, ...]) -> None:
    """Whatever the calls, there are words for each, and no fact is missing."""
    for number, part in enumerate(parts, 1):
        for sentence in explain(part, number, ASSETS):
            assert "?" not in words.sentence(*sentence)
