"""`proposals.compile`: the text and the calls say the same, or nothing is paid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chain import address
from chain.errors import CodedError
from proposals.calls import erc20_transfer, native_transfer
from proposals.compile import check_parts, compile_parts
from proposals.document import parse_document
from proposals.parts import Call, Part, encode_parts
from proposals.payment import Asset
from tests.proposals.sample import ADA, ASSETS, BOB, EVE, GOOD, SAFE, TOKEN, changed, line_of

ETHER = 10**18
PARTS = (
    Part(chain_id=1, safe=SAFE, calls=(native_transfer(ADA, ETHER // 2), erc20_transfer(TOKEN, BOB, 25_000 * ETHER))),
    Part(chain_id=1, safe=SAFE, release="m1", calls=(native_transfer(ADA, 2 * ETHER),)),
)
TINY = "0.0000001 USDC.e"
TO_BOB = "25,000 MUT to 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"


def compiled(raw: bytes, assets: dict[str, Asset] = ASSETS, known: tuple[bytes, ...] = ()) -> tuple[Part, ...]:
    """Compile for the fund of the sample."""
    return compile_parts(parse_document(raw), chain_id=1, safe=SAFE, assets=assets, known=known)


def paying_bob(to: bytes) -> bytes:
    """Give the good document with another payee of the tokens."""
    return changed((TO_BOB, f"25,000 MUT to {address.checksum(to)}"))


def test_document_becomes_its_parts() -> None:
    """Rows of one part are its calls in order; releases and amounts are those of the text."""
    assert PARTS == compiled(GOOD)
    check_parts(parse_document(GOOD), PARTS, chain_id=1, safe=SAFE, assets=ASSETS)
    encode_parts(compiled(GOOD))


def test_windows_become_those_of_the_part() -> None:
    """`Not before` and `Not after` are read as Unix seconds."""
    raw = changed(
        ("| Purpose |\n|---|", "| Purpose | Not before | Not after |\n|---|---|---|"),
        ("| start |", "| start | - | - |"), ("| incentive |", "| incentive | - | - |"),
        ("| delivery |", "| delivery | 2026-03-01T00:00:00Z | 2026-06-01T02:00:00+02:00 |"),
    )  # fmt: skip

    assert [(0, 0), (1_772_323_200, 1_780_272_000)] == [(part.not_before, part.not_after) for part in compiled(raw)]


def lookalike(of: bytes) -> bytes:
    """Give an address with the same first and last four digits."""
    return of[:2] + bytes(16) + of[-2:]


@pytest.mark.parametrize(
    ("to", "code"),
    [
        (SAFE, "E_RECIPIENT_SAFE"),
        (TOKEN, "E_RECIPIENT_TOKEN"),
        (ASSETS["USDC.e"].address or b"", "E_RECIPIENT_TOKEN"),
        (lookalike(ADA), "E_RECIPIENT_LOOKALIKE"),
        (lookalike(SAFE), "E_RECIPIENT_LOOKALIKE"),
        (lookalike(TOKEN), "E_RECIPIENT_LOOKALIKE"),
        (lookalike(EVE), "E_RECIPIENT_LOOKALIKE"),
        (bytes(20), "E_RECIPIENT_ZERO"),
    ],
)
def test_H88_payees_that_lose_the_money(to: bytes, code: str) -> None:
    """Nobody, the Safe, a token, and what only resembles a payee are refused with line and part."""
    raw = paying_bob(to)
    with pytest.raises(CodedError) as refused:
        compiled(raw, known=(EVE,))

    assert code == refused.value.code
    assert (line_of(raw, "25,000 MUT"), "part 1") in {
        (refused.value.facts["line"], refused.value.facts["place"]),
        (refused.value.facts["line"], "part 1" if code == "E_RECIPIENT_LOOKALIKE" else ""),
    }


def test_known_payees_pass_as_themselves() -> None:
    """An address that is already known is no look-alike of itself, and neither is a payee paid twice."""
    assert PARTS == compile_parts(parse_document(GOOD), chain_id=1, safe=SAFE, assets=ASSETS, known=(ADA, BOB, EVE))


@pytest.mark.parametrize(
    ("raw", "code", "reason"),
    [
        (changed((TO_BOB, TO_BOB.replace("MUT", "DAI")), ("25000 MUT", "25000 DAI")), "E_ASSET", "unknown"),
        (changed((TO_BOB, TO_BOB.replace("to 0x", "to oeth:0x"))), "E_ADDRESS", "chain"),
        (changed((TO_BOB, TO_BOB.replace("25,000 MUT", TINY)), ("25000 MUT", TINY)), "E_AMOUNT", "places"),
        (changed((TO_BOB, TO_BOB.replace("25,000", "9" * 78)), ("25000 MUT", "9" * 78 + " MUT")), "E_AMOUNT", "range"),
    ],
)  # fmt: skip
def test_rows_that_the_fund_cannot_pay(raw: bytes, code: str, reason: str) -> None:
    """Unknown assets, other chains, too many decimals and more than a contract can hold."""
    with pytest.raises(CodedError) as refused:
        compiled(raw)

    assert (code, reason, "part 1") == (refused.value.code, refused.value.reason, refused.value.facts["place"])


def test_asset_of_another_chain_is_refused() -> None:
    """An asset with the right symbol on the wrong chain is not paid."""
    with pytest.raises(CodedError, match="E_ASSET"):
        compiled(GOOD, {**ASSETS, "MUT": replace(ASSETS["MUT"], chain_id=10)})


def test_H112_time_ten_years_ahead() -> None:
    """A part that may be paid in ten years is E_TIME, counted from the document's day."""
    raw = changed(
        ("| Purpose |\n|---|", "| Purpose | Not after |\n|---|---|"),
        ("| start |", "| start | - |"), ("| incentive |", "| incentive | - |"),
        ("| delivery |", "| delivery | 2036-01-31T00:00:00Z |"),
    )  # fmt: skip
    with pytest.raises(CodedError) as refused:
        compiled(raw)

    assert ("E_TIME", "far", 2) == (refused.value.code, refused.value.reason, refused.value.facts["part"])


def test_document_without_rows_has_no_parts() -> None:
    """There is nothing to vote on, and that is said."""
    start, end = GOOD.index(b"| 1 | 0.5 ETH"), GOOD.index(b"\n\n## Milestones")
    raw = (GOOD[:start].rstrip(b"\n") + GOOD[end:]).replace(b"requested: 2.5 ETH, 25000 MUT\n", b"")
    with pytest.raises(CodedError, match="empty"):
        compiled(raw.replace(b"type: Funding", b"type: Process"))


def call(part: int, position: int, change: Callable[[Call], Call]) -> tuple[Part, ...]:
    """Give the right parts with one call changed; positions count from 0."""
    calls = list(PARTS[part].calls)
    calls[position] = change(calls[position])
    parts = list(PARTS)
    parts[part] = replace(PARTS[part], calls=tuple(calls))
    return tuple(parts)


@pytest.mark.parametrize(
    ("parts", "reason", "facts"),
    [
        (PARTS[:1], "count", {"expected": 2, "found": 1}),
        ((PARTS[0], replace(PARTS[1], chain_id=10)), "chain_id", {"part": 2, "expected": 1, "found": 10}),
        ((PARTS[0], replace(PARTS[1], safe=ADA)), "safe", {"part": 2, "expected": SAFE, "found": ADA}),
        ((PARTS[0], replace(PARTS[1], not_before=5)), "not_before", {"part": 2, "found": 5}),
        ((PARTS[0], replace(PARTS[1], not_after=5)), "not_after", {"part": 2, "found": 5}),
        ((PARTS[0], replace(PARTS[1], release="")), "release", {"part": 2, "expected": "m1", "found": ""}),
        ((replace(PARTS[0], calls=PARTS[0].calls[::-1]), PARTS[1]), "payee", {"part": 1, "call": 1}),
        ((replace(PARTS[0], calls=PARTS[0].calls * 2), PARTS[1]), "calls", {"part": 1, "expected": 2, "found": 4}),
        (call(1, 0, lambda c: c._replace(to=EVE)), "payee", {"part": 2, "call": 1, "expected": ADA, "found": EVE}),
        (call(1, 0, lambda c: c._replace(value=1)), "amount", {"expected": "2 ETH"}),
        (call(0, 1, lambda c: erc20_transfer(TOKEN, BOB, ETHER)), "amount", {"call": 2, "found": "1 MUT"}),
        (call(0, 1, lambda c: native_transfer(BOB, 5)), "asset", {"expected": "MUT", "found": "ETH"}),
        (call(0, 1, lambda c: c._replace(data=c.data + b"\x00")), "call", {"call": 2, "found": "0xa9059cbb"}),
        (call(1, 0, lambda c: c._replace(data=b"\x01")), "call", {"part": 2, "call": 1, "to": ADA}),
        (call(1, 0, lambda c: Call(SAFE, 0, bytes.fromhex("694e80c3") + bytes(32))), "call", {"found": "0x694e80c3"}),
    ],
)  # fmt: skip
def test_H45_parts_that_say_something_else(parts: tuple[Part, ...], reason: str, facts: dict[str, object]) -> None:
    """E_TEXT_PAYLOAD names the first difference in words: part, call, payee, amount, asset."""
    with pytest.raises(CodedError) as refused:
        check_parts(parse_document(GOOD), parts, chain_id=1, safe=SAFE, assets=ASSETS)

    assert ("E_TEXT_PAYLOAD", reason) == (refused.value.code, refused.value.reason)
    assert facts == {name: refused.value.facts[name] for name in facts}
