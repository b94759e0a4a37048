"""`governance.plain_votes`: the short way of reading a vote says what the long way says, or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.address import checksum
from chain.errors import CodedError
from chain.signature import check, checker, sign
from governance.choice import read_choice
from governance.envelope import Envelope, read_envelope
from governance.message_types import DOMAIN, TODAY, MessageType, registry
from governance.messages import vote_message
from governance.plain_votes import read_plain
from tests.governance.space_values import NOW, SPACE, key, person, signed_vote

KINDS = [kind for kind in registry().values() if kind.sha256 in TODAY and kind.primary == "Vote"]
CHOICES = {"vote": 2, "vote-array": [3, 1], "vote-string": '{"1":2,"3":0.5}'}
ORDERS = (
    "from space timestamp proposal choice reason app metadata",
    "from timestamp space proposal choice reason app metadata",
    "space proposal choice reason app metadata from timestamp",
)


def spelled(kind: MessageType, order: str = ORDERS[0], **members: object) -> bytes:
    """A vote as `JSON.stringify` writes it, its signature of 65 bytes whatever they are."""
    message = vote_message(voter=person("alice"), space=SPACE, proposal=b"\x0a" * 32, choice=1, timestamp=NOW)
    message |= {"choice": CHOICES[kind.action], **members}
    data = {"domain": dict(DOMAIN), "types": kind.to_json(), "message": {name: message[name] for name in order.split()}}
    envelope = {"address": checksum(person("alice")), "sig": "0x" + "ab" * 65, "data": data}
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()


def long_way(raw: bytes) -> Envelope:
    """Read by the general parsers: a blank before it makes any text one that the short way leaves alone."""
    assert read_plain(b" " + raw) is None
    return replace(read_envelope(b" " + raw), raw=raw)


def short_way(raw: bytes) -> Envelope | None:
    """Read at once, or not at all."""
    return None if read_plain(raw) is None else read_envelope(raw)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.action} {kind.sha256[:8]}")
def test_what_clients_write_is_read_at_once_and_as_ever(kind: MessageType, order: str) -> None:
    """Every type of today, in every client's order; the choice too."""
    raw = spelled(kind, order, reason="因為 é", metadata="")

    found = read_plain(raw)

    assert found is not None
    assert long_way(raw) == short_way(raw)
    assert read_choice(kind.action, CHOICES[kind.action]) == found.choice


def mutations(raw: bytes) -> Iterator[bytes]:
    """Each byte gone, twice, and as other bytes that mean something to a reader."""
    for at in range(len(raw)):
        yield raw[:at] + raw[at + 1 :]
        yield raw[:at] + raw[at : at + 1] + raw[at:]
        for other in b'0A"\\ \x00\xff':
            yield raw[:at] + bytes([other]) + raw[at + 1 :]


@pytest.mark.parametrize("action", CHOICES)
def test_no_change_of_a_byte_makes_the_two_ways_differ(action: str) -> None:
    """Whatever the short way still takes, the long way takes, and reads as the same."""
    kind = next(kind for kind in KINDS if kind.action == action)
    taken = 0
    for raw in mutations(spelled(kind, reason="why")):
        found = short_way(raw)
        if found is not None:
            taken += 1
            assert long_way(raw) == found
    assert taken > 100


@given(members=st.fixed_dictionaries({}, optional={
    "timestamp": st.integers(-1, 2**65), "choice": st.integers(-1, 2**33) | st.booleans() | st.text(max_size=3),
    "reason": st.text(max_size=20), "space": st.text(max_size=8), "proposal": st.text(max_size=4),
    "from": st.sampled_from(["", checksum(person("bob")), checksum(person("alice")).lower()]),
}))  # fmt: skip
def test_no_value_makes_the_two_ways_differ(members: dict[str, object]) -> None:
    """Values that JSON has and the type may lack."""
    kind = next(kind for kind in KINDS if kind.action == "vote")
    raw = spelled(kind, **members)

    found = short_way(raw)

    if found is not None:
        assert long_way(raw) == found


def test_a_short_signature_and_a_contracts_are_left_to_the_long_way() -> None:
    """Their forms are judged there."""
    raw = signed_vote()
    for sig in ("0x", "0x" + "00" * 64, "0x" + "00" * 130, "0x" + " 0" * 65):
        envelope = json.loads(raw)
        envelope["sig"] = sig
        assert read_plain(json.dumps(envelope, separators=(",", ":")).encode()) is None


def upper(s: bytes) -> bytes:
    """The other s of a signature, which together with the other v says the same."""
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    return (order - int.from_bytes(s, "big")).to_bytes(32, "big")


@pytest.mark.parametrize("change", [
    lambda s: s, lambda s: s[:64], lambda s: s + b"\0", lambda s: s[:64] + bytes([s[64] - 27]), lambda s: bytes(65),
    lambda s: bytes(32) + s[32:], lambda s: s[:32] + bytes(32) + s[64:], lambda s: b"\xff" * 32 + s[32:],
    lambda s: s[:32] + b"\xff" * 32 + s[64:], lambda s: s[:64] + bytes([55 - s[64]]), lambda s: b"",
    lambda s: (5).to_bytes(32, "big") + s[32:], lambda s: s[:32] + upper(s[32:64]) + bytes([55 - s[64]]),
])  # fmt: skip
def test_the_checker_says_what_check_says(change: object) -> None:
    """Of one sound signature and of every form of a bad one; the buffers keep nothing from one to the next."""
    digest, is_signed = b"\x07" * 32, checker()
    sound = sign(digest, key("alice"))
    signature = change(sound)  # type: ignore[operator]
    try:
        check(digest, signature, person("alice"))
        expected = True
    except CodedError:
        expected = False

    assert is_signed(digest, sound, person("alice"))
    assert expected == is_signed(digest, signature, person("alice"))
    assert not is_signed(digest, sound, person("bob"))
