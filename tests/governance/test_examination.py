"""`governance.examination`: everything that a message tells, and never another verdict than the intake's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.address import checksum
from chain.errors import CodedError
from chain.signature import sign
from governance.envelope import Policy, check_signature, read_envelope
from governance.examination import Examination, examine
from governance.message_types import CURRENT, DOMAIN, MessageType, current, registry
from governance.messages import proposal_message, sign_envelope, vote_message
from tests.governance.space_values import NOW, SPACE, key, person, signed_vote, signer
from tests.governance.test_envelope import spell
from tests.governance.test_hostile_json import hostile, places, planted

POLICIES: tuple[Policy, ...] = ("strict", "snapshot")
ONLY_HERE = frozenset({"W_ALIAS", "W_SHUTTER", "W_TYPES_DOMAIN", "W_UNSIGNED"})
"""What Snapshot accepts and no intake of ours."""

_VALUES: dict[str, Any] = {
    "string": "text", "address": checksum(person("alice")), "uint64": NOW, "uint32": 2, "uint32[]": [2, 1],
    "string[]": ["For", "Against"], "bytes32": "0x" + "11" * 32,
}  # fmt: skip


def message_of(kind: MessageType, name: str = "alice") -> dict[str, Any]:
    """A message with every member of a type, in somebody's name."""
    told = {field.name: _VALUES[field.type] for field in kind.types[kind.primary]}
    told["from"] = checksum(person(name))
    if kind.action == "vote-string":
        told["choice"] = '{"1":2,"3":1}'
    return told


def signed(kind: MessageType, message: dict[str, Any], name: str = "alice", **members: Any) -> bytes:
    """Sign a message of any type, as its sender's wallet would."""
    sig = "0x" + sign(kind.digester(DOMAIN)(message), key(name)).hex()
    data = {"domain": dict(DOMAIN), "types": kind.to_json(), "message": message | members}
    return spell({"address": checksum(person(name)), "sig": sig, "data": data})


def codes(examined: Examination) -> tuple[str | None, str | None]:
    """What the two policies say."""
    strict, snapshot = (examined.refusal(policy) for policy in POLICIES)
    return strict.code if strict else None, snapshot.code if snapshot else None


def warnings(examined: Examination, policy: Policy | None = "snapshot") -> list[str]:
    return [finding.code for finding in examined.findings(policy) if finding.level == "warning"]


@pytest.mark.parametrize(
    "kind", [kind for kind in registry().values() if not kind.starknet], ids=lambda k: k.sha256[:8]
)
def test_any_message_ever_accepted_can_be_checked(kind: MessageType) -> None:
    """All 77 types of Ethereum wallets: signed, read, and taken by the policies that should."""
    message = message_of(kind)

    examined = examine(signed(kind, message))

    assert (kind, person("alice"), person("alice")) == (examined.kind, examined.address, examined.recovered)
    assert kind.digester(DOMAIN)(message) == examined.id
    assert (None if kind.is_of_today else "E_TYPES", None) == codes(examined)
    assert examined.refusal(None) is None
    assert kind.is_of_today == ("W_TYPES_OLD" not in warnings(examined))


@pytest.mark.parametrize("action", sorted(CURRENT))
def test_every_current_message_is_signed_and_read(action: str) -> None:
    """`sign_envelope` writes each of today's types, and both policies take what it wrote."""
    kind = current(action)

    examined = examine(sign_envelope(kind.primary, message_of(kind), signer("alice")))

    assert (kind, (None, None), ()) == (examined.kind, codes(examined), examined.findings("strict"))


@settings(max_examples=150)
@given(data=st.data(), put=hostile)
def test_examination_and_intake_never_disagree(data: st.DataObject, put: object) -> None:
    """Whatever stands anywhere in an envelope, the first remark is what the intake raises."""
    kinds = [current("vote"), current("alias"), *(k for k in registry().values() if k.sha256.startswith("bc8c6814"))]
    kind = data.draw(st.sampled_from(kinds))
    sound = json.loads(signed(kind, message_of(kind)))
    raw = json.dumps(planted(sound, data.draw(st.sampled_from(list(places(sound)))), put)).encode()

    agree(raw)


def agree(raw: bytes) -> None:
    examined = examine(raw)
    for policy in POLICIES:
        found = examined.refusal(policy)
        if policy == "snapshot" and ONLY_HERE & set(warnings(examined)):
            continue
        assert _told(found) == _told(_intake(raw, policy))
        assert found is not None or examined.recovered == examined.address


def _intake(raw: bytes, policy: Policy) -> CodedError | None:
    try:
        check_signature(read_envelope(raw, policy), policy)
    except CodedError as error:
        return error
    return None


def _told(error: CodedError | None) -> object:
    return None if error is None else (error.code, error.facts)  # the reason tells which policy said so


def test_an_alias_is_told_and_takes_no_part() -> None:
    """Snapshot takes what an alias signs if it was authorised; that is not in the message, and no intake takes it."""
    kind = current("vote")
    raw = signed(kind, message_of(kind, "alice"), "bob")

    examined = examine(raw)

    assert ("E_ALIAS", None) == codes(examined)
    assert ["W_ALIAS"] == warnings(examined)
    assert person("bob") == examined.recovered
    with pytest.raises(CodedError) as caught:
        read_envelope(raw, "snapshot")
    assert "E_ALIAS" == caught.value.code


def test_a_closed_ballot_has_a_signature_all_the_same() -> None:
    """Shutter's ciphertext is text to a signature; who signed is told, and no intake takes it."""
    message = vote_message(voter=person("alice"), space=SPACE, proposal=bytes(32), choice="0xabcd12", timestamp=NOW)
    raw = signed(current("vote-string"), message)

    examined = examine(raw)

    assert ("E_SCHEME_SHUTTER", None) == codes(examined)
    assert (["W_SHUTTER"], person("alice")) == (warnings(examined), examined.recovered)


def test_members_that_nobody_signed_are_named() -> None:
    """The hub reads `privacy` of an older proposal, though its types do not name it: the id does not know of it."""
    kind = next(kind for kind in registry().values() if kind.sha256.startswith("9fecffaa"))
    message = message_of(kind)

    examined = examine(signed(kind, message, privacy="shutter"))

    assert ("E_TYPES", None) == codes(examined)
    assert ["W_TYPES_OLD", "W_UNSIGNED"] == warnings(examined)
    assert kind.digester(DOMAIN)(message) == examined.id
    assert "privacy" == examined.remarks[1].error.facts["found"]


def test_the_domain_s_own_type_is_taken_out() -> None:
    """Some libraries want it among the types; the id does not depend on it, and no intake takes it."""
    envelope = json.loads(signed_vote())
    envelope["data"]["types"]["EIP712Domain"] = [{"name": "name", "type": "string"}]

    examined = examine(spell(envelope))

    assert ("E_TYPES", None) == codes(examined)
    assert (["W_TYPES_DOMAIN"], read_envelope(signed_vote()).id) == (warnings(examined), examined.id)
    assert person("alice") == examined.recovered


def test_times_that_are_none_are_noted() -> None:
    """Milliseconds, and a message without a time: no clock is needed to see that."""
    plain = proposal_message(
        author=person("alice"), space=SPACE, timestamp=NOW, title="t", body="b", choices=["For"], start=NOW * 1000,
        end=NOW + 1, snapshot=1, plugins="{}",
    )  # fmt: skip
    follow = next(kind for kind in registry().values() if kind.sha256.startswith("99569db6"))

    late, ageless = (
        examine(sign_envelope("Proposal", plain, signer("alice"))),
        examine(signed(follow, message_of(follow))),
    )

    assert [("W_TIMESTAMP", "range", "start")] == [
        (finding.code, finding.reason, finding.facts["member"]) for finding in late.findings("strict")
    ]
    assert (None, None) == codes(late)
    assert ["W_TYPES_OLD", "W_TIMESTAMP"] == warnings(ageless, None)


def test_as_much_is_told_as_can_be_read() -> None:
    """A choice of 0 does not hide who signed; text that is no JSON tells nothing."""
    envelope = json.loads(signed_vote())
    envelope["data"]["message"]["choice"] = 0

    told, nothing = examine(spell(envelope)), examine(b"no")

    assert ("E_CHOICE", "E_CHOICE") == codes(told)
    assert (current("vote"), person("alice")) == (told.kind, told.address)
    assert told.id is not None
    assert ["E_CHOICE", "E_SIG_SIGNER"] == [remark.error.code for remark in told.remarks]
    assert (None, None, None, ("E_PARSE", "E_PARSE")) == (nothing.kind, nothing.id, nothing.recovered, codes(nothing))


def test_shared_fixtures_are_examined_as_expected(shared_data: Path) -> None:
    """Every signed fixture, with its hash of types, id and recovered address as ethers computed them."""
    files = [file for file in sorted((shared_data / "snapshot" / "signed").glob("*.json")) if "Qm" not in file.name]
    for file in files:
        fixture = json.loads(file.read_text("utf-8"))
        expected, examined = fixture["expected"], examine(spell(fixture["envelope"]))
        if file.stem == "alias-starknet":
            assert ("E_SCHEME_STARKNET", "E_SCHEME_STARKNET") == codes(examined)
            continue
        assert examined.kind is not None
        assert examined.id is not None
        assert (expected["id"], expected["types_sha256"], expected["action"]) == (
            "0x" + examined.id.hex(), examined.kind.sha256, examined.kind.action
        )  # fmt: skip
        if expected["recovered"].startswith("0x"):
            assert examined.recovered is not None
            assert expected["recovered"] == checksum(examined.recovered)
        assert expected["eoa_valid"] == (examined.refusal("snapshot") is None) == (examined.refusal(None) is None)

    assert 12 == len(files)
