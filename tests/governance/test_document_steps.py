"""`governance.document_steps` and its admission: a step has one form, its author's signature, and its place in time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from chain.errors import CodedError
from chain.signer import KeySigner
from governance.admission import NumberSoFar, admit_step
from governance.document_steps import (
    EVENTS,
    MAX_BYTES,
    REASON_MAX,
    check_step_signature,
    is_step,
    read_step,
    sign_step,
    step_message,
    typed_step,
)
from proposals.lifecycle import IIP

AUTHOR, OTHER = KeySigner(b"\x01" * 32), KeySigner(b"\x02" * 32)
DOCUMENT = b"\x0d" * 32
NOW = 1_768_000_000
NUMBER = NumberSoFar(space="club.eth", author=AUTHOR.address, document=DOCUMENT, signed=NOW - 60)


def message(event: str = "withdraw", **changes: object) -> dict[str, object]:
    reason = "No longer needed" if event == "withdraw" else ""
    told = step_message(space="club.eth", iip=3, event=event, document=DOCUMENT, reason=reason, timestamp=NOW)
    return {**told, **changes}


def envelope(**changes: Any) -> bytes:
    """A genuine envelope with something else in it."""
    told = json.loads(sign_step(message(), AUTHOR))
    for path, value in changes.items():
        *way, last = path.split("__")
        place = told
        for name in way:
            place = place[name]
        place[last] = value
    return json.dumps(told).encode()


def refused(code: str, reason: str, raw: bytes) -> None:
    with pytest.raises(CodedError) as caught:
        check_step_signature(read_step(raw))
    assert (code, reason) == (caught.value.code, caught.value.reason)


@pytest.mark.parametrize("event", EVENTS)
def test_a_step_arrives_as_it_was_signed(event: str) -> None:
    """Every event that is signed is one of the lifecycle's, and is read back with what was signed."""
    told = message(event)
    step = read_step(sign_step(told, AUTHOR))

    assert (AUTHOR.address, typed_step(told).digest()) == (check_step_signature(step), step.id)
    assert ("club.eth", 3, event, DOCUMENT, NOW) == (step.space, step.iip, step.event, step.document, step.timestamp)
    assert is_step(json.loads(step.raw))
    assert event in {edge.event for edge in IIP.transitions}


def test_a_wallet_signs_the_same_bytes() -> None:
    """`eth_account`, shown what a wallet is shown, comes to the same digest, which no later release may change."""
    told = typed_step(message())
    signed = Account.sign_message(encode_typed_data(full_message=told.to_json()), b"\x01" * 32)

    assert signed.message_hash == told.digest()
    assert "106d00623373a28f69d58f3644b3983900c34cbaf746997001abdebabeb5dca0" == told.digest().hex()


@pytest.mark.parametrize(
    ("changes", "code", "reason"),
    [
        ({"data__domain": {"name": "snapshot", "version": "0.1.4"}}, "E_DOMAIN", "step"),
        ({"data__types": {"Act": []}}, "E_TYPES", "step"),
        ({"data__more": 1}, "E_ACT", "step"),
        ({"more": 1}, "E_ACT", "step"),
        ({"data": None}, "E_ACT", "step"),
        ({"data__message__event": "publish"}, "E_VERSION", "step_event"),
        ({"data__message__iip": 0}, "E_ACT", "step_iip"),
        ({"data__message__iip": 10**9}, "E_ACT", "step_iip"),
        ({"data__message__reason": ""}, "E_ACT", "step_reason"),
        ({"data__message__reason": "   "}, "E_ACT", "step_reason"),
        ({"data__message__event": "revise"}, "E_ACT", "step_reason"),
        ({"data__message__reason": "two\nlines"}, "E_TEXT", "step_reason"),
        ({"data__message__reason": " blanks "}, "E_TEXT", "step_reason"),
        ({"data__message__reason": "esc\x1b[2J"}, "E_TEXT", "step_reason"),
        ({"data__message__reason": "zero\u200bwidth"}, "E_TEXT", "step_reason"),
        ({"data__message__reason": "\u202edrow"}, "E_BIDI", "step_reason"),
        ({"data__message__reason": "x" * (REASON_MAX + 1)}, "E_LIMIT", "step_reason"),
        ({"data__message__more": 1}, "E_TYPES", "extra"),
        ({"data__message__reason": "Another reason"}, "E_SIG_SIGNER", "other"),
        ({"data__message__iip": 4}, "E_SIG_SIGNER", "other"),
        ({"address": "0x2f382B50A0D4bCcCcade73935dA41d98a2baee37"}, "E_SIG_SIGNER", "other"),
    ],
)
def test_other_forms_are_refused(changes: dict[str, Any], code: str, reason: str) -> None:
    """Each thing that was changed after the signature is refused by its own name."""
    refused(code, reason, envelope(**changes))


def test_what_would_be_refused_is_not_signed() -> None:
    """Nobody is asked for a signature that no journal takes."""

    class Asked:
        address = AUTHOR.address

        def sign_typed(self, data: object) -> bytes:
            raise AssertionError(data)

        sign_transaction = sign_typed

    for told in (message(reason=""), message(event="publish"), message(event="submit_for_review", reason="why")):
        with pytest.raises(CodedError):
            sign_step(told, Asked())  # type: ignore[arg-type]


def test_a_long_text_of_a_reason_fits() -> None:
    """The longest reason in the widest characters is read; a file that is longer is not."""
    assert REASON_MAX == len(read_step(sign_step(message(reason="撤" * REASON_MAX), AUTHOR)).reason)
    refused("E_LIMIT", "step", b" " * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    "value", [None, [], {}, {"data": None}, {"data": {"types": []}}, {"data": {"types": {"Act": 1}}}]
)
def test_other_values_are_no_steps(value: object) -> None:
    """A value of another shape does not pass for one."""
    assert not is_step(value)


@pytest.mark.parametrize(
    ("changes", "code", "reason"),
    [
        ({"space": "other.eth"}, "E_SPACE", "step"),
        ({"document": "0x" + "0e" * 32}, "E_REVISION", "step"),
        ({"timestamp": NOW + 301}, "E_WINDOW", "ahead"),
        ({"timestamp": NOW - 61}, "E_WINDOW", "step_old"),
        ({"timestamp": NOW * 1000}, "E_TIME", "member_milliseconds"),
    ],
)
def test_a_step_in_the_wrong_place(changes: dict[str, Any], code: str, reason: str) -> None:
    """Another space or text, a clock ahead, milliseconds, or a time before the newest step."""
    with pytest.raises(CodedError) as caught:
        admit_step(read_step(sign_step(message(**changes), AUTHOR)), NUMBER, NOW)

    assert (code, reason) == (caught.value.code, caught.value.reason)


def test_only_the_author_takes_steps() -> None:
    """At both ends of the time that is allowed; anybody else's signature is no step, and a forged one neither."""
    for timestamp in (NOW - 60, NOW + 300):
        admit_step(read_step(sign_step(message(timestamp=timestamp), AUTHOR)), NUMBER, NOW)
    with pytest.raises(CodedError, match="E_PROPOSAL"):
        admit_step(read_step(sign_step(message(), OTHER)), NUMBER, NOW)
    with pytest.raises(CodedError, match="E_SIG_SIGNER"):
        admit_step(read_step(envelope(data__message__timestamp=NOW + 1)), NUMBER, NOW)
