"""`governance.envelope`: real signed messages are read and checked, and everything that only looks like one is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chain.address import checksum
from chain.errors import CodedError, UncheckableError
from chain.signature import eip191_digest, sign
from governance.envelope import MAX_BYTES, check_signature, judge_signature, read_envelope
from governance.message_types import DOMAIN, registry
from governance.messages import current_type, message_id, sign_envelope, vote_message
from tests.governance.space_values import NOW, SPACE, key, person, signed_vote, signer, unsigned

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "snapshot" / "signed.json").read_text("utf-8"))["vectors"]
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

Change = Callable[[dict[str, Any]], object]


def spell(envelope: object) -> bytes:
    """Write JSON as the clients do."""
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()


def envelope_of(vector: dict[str, Any]) -> bytes:
    """Put an envelope together from a retyped vector; its types come from the registry."""
    types = registry()[vector["types_sha256"]].to_json()
    data = {"domain": dict(DOMAIN), "types": types, "message": vector["message"]}
    return spell({"address": vector["address"], "sig": vector["sig"], "data": data})


def changed(change: Change, raw: bytes | None = None) -> bytes:
    """A sound vote, with a change."""
    envelope = json.loads(raw or signed_vote())
    change(envelope)
    return spell(envelope)


def refusal(raw: bytes, policy: Any = "strict") -> tuple[str, str]:
    """Return code and reason with which an envelope is refused."""
    with pytest.raises(CodedError) as caught:
        check_signature(read_envelope(raw, policy), policy)
    return caught.value.code, caught.value.reason


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_known_messages_have_their_ids_and_signers(vector: dict[str, Any]) -> None:
    """Ids and signers of real and published messages are those that ethers computes."""
    envelope = read_envelope(envelope_of(vector), "snapshot")

    assert vector["id"] == "0x" + envelope.id.hex()
    assert (vector["action"], vector["types_sha256"]) == (envelope.action, envelope.types_hash.hex())
    if vector["recovered"] == vector["address"]:
        assert vector["recovered"] == checksum(check_signature(envelope))
    else:
        assert ("E_SIG_SIGNER", "other") == refusal(envelope.raw, "snapshot")


def test_shared_fixtures_are_judged_as_expected(shared_data: Path) -> None:
    """Every signed fixture: recovered, or refused, or not checkable, exactly as its own `expected` says."""
    judged = {}
    for file in sorted((shared_data / "snapshot" / "signed").glob("[!p]*.json")) + sorted(
        (shared_data / "snapshot" / "signed").glob("proposal-*.json")
    ):
        fixture = json.loads(file.read_text("utf-8"))
        try:
            envelope = read_envelope(spell(fixture["envelope"]), "snapshot")
        except CodedError as error:
            judged[file.stem] = error.code
            continue
        assert fixture["expected"]["id"] == "0x" + envelope.id.hex()
        try:
            judged[file.stem] = checksum(check_signature(envelope))
            assert fixture["expected"]["recovered"] == judged[file.stem]
        except CodedError as error:
            assert fixture["expected"]["eoa_valid"] is False
            judged[file.stem] = error.code

    assert {
        "alias-starknet": "E_SCHEME_STARKNET",
        "proposal-eip1271-real": "E_1271_UNCHECKED",
        "sequencer-proposal": "E_SIG_SIGNER",
    } == {name: answer for name, answer in judged.items() if answer.startswith("E_")}
    assert 12 == len(judged)


def test_pinned_bytes_of_2021_verify(shared_data: Path) -> None:
    """The very bytes that were pinned in 2021 are an envelope, and its author signed them."""
    file = next((shared_data / "snapshot" / "signed").glob("pinned-*.json"))

    envelope = read_envelope(file.read_bytes(), "snapshot")

    assert "0xeF8305E140ac520225DAf050e2f71d5fBcC543e7" == checksum(check_signature(envelope))


def test_a_vote_is_read_as_it_was_received() -> None:
    """Raw bytes are kept, the message is read, the id is the digest."""
    raw = signed_vote(choice=2)

    envelope = read_envelope(raw)

    assert raw == envelope.raw
    assert (person("alice"), "vote", 2) == (envelope.address, envelope.action, envelope.message["choice"])
    assert message_id("Vote", dict(envelope.message)) == envelope.id
    assert person("alice") == check_signature(envelope)
    assert envelope.is_vote()


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.pop("sig"),
        lambda e: e.update(extra=1),
        lambda e: e["data"].update(primaryType="Vote"),
        lambda e: e["data"].pop("domain"),
        lambda e: e.update(data=[]),
        lambda e: e["data"].update(message=[]),
        lambda e: e.update(hash="0x" + "00" * 32),
    ],
)
def test_another_form_is_refused(change: Change) -> None:
    """An envelope has exactly its members, and a hub's `hash` is the id."""
    assert "E_ENVELOPE" == refusal(changed(change))[0]


def test_the_form_in_which_hubs_pin_is_taken() -> None:
    """`hash` may stand beside the members if it is the id."""
    envelope = read_envelope(signed_vote())

    pinned = changed(lambda e: e.update(hash="0x" + envelope.id.hex()))

    assert envelope.id == read_envelope(pinned).id


def test_types_of_a_domain_do_not_belong_into_the_message() -> None:
    """Clients send no `EIP712Domain` among the types, and the registry knows none."""
    name = [{"name": "name", "type": "string"}]

    raw = changed(lambda e: e["data"]["types"].update(EIP712Domain=name))
    assert ("E_TYPES", "domain_type") == refusal(raw)
    assert ("E_TYPES", "domain_type") == refusal(raw, "snapshot")


def test_messages_are_bounded() -> None:
    """100 KB for any message, 16 KB for a vote; just below each is read."""
    message = vote_message(voter=person("alice"), space=SPACE, proposal=bytes(32), choice=1, timestamp=NOW)

    assert read_envelope(unsigned("Vote", message | {"reason": "r" * 15_000})).is_vote()
    assert ("E_LIMIT", "vote") == refusal(unsigned("Vote", message | {"reason": "r" * 16_000}))
    assert ("E_LIMIT", "message") == refusal(b" " * (MAX_BYTES + 1))


def test_an_unsigned_member_is_refused() -> None:
    """What the types do not name is not signed, so it must not be there to be read."""
    assert ("E_TYPES", "extra") == refusal(changed(lambda e: e["data"]["message"].update(privacy="")))
    assert ("E_TYPES", "missing") == refusal(changed(lambda e: e["data"]["message"].pop("metadata")))


def test_a_vote_by_an_alias_is_named() -> None:
    """Who signs for another is refused by name; a bad address is a bad address."""
    assert ("E_ALIAS", "sender") == refusal(changed(lambda e: e.update(address=checksum(person("bob")))))
    assert "E_ADDRESS" == refusal(changed(lambda e: e["data"]["message"].update({"from": "0x00"})))[0]


def test_starknet_and_shutter_messages_are_named() -> None:
    """Other schemes are told apart from broken messages."""
    message = vote_message(voter=person("alice"), space=SPACE, proposal=bytes(32), choice="0xabcd", timestamp=NOW)

    assert ("E_SCHEME_SHUTTER", "vote") == refusal(unsigned("Vote", message))
    assert ("E_SCHEME_STARKNET", "message") == refusal(changed(lambda e: e.update(sig=["0x1", "0x2"])))
    assert ("E_SCHEME_STARKNET", "message") == refusal(
        changed(lambda e: e["data"]["types"].update(StarkNetDomain=[{"name": "name", "type": "felt"}]))
    )


def test_H02_high_s_twin_of_a_vote() -> None:
    """The mirrored signature is refused strictly; policy `snapshot` takes it and says so."""
    twin = changed(_mirror)

    assert ("E_SIG_HIGH_S", "") == refusal(twin)
    assert (person("alice"), ("W_SIG_HIGH_S",)) == judge_signature(read_envelope(twin, "snapshot"), "snapshot")


def _mirror(envelope: dict[str, Any]) -> None:
    signed = bytes.fromhex(envelope["sig"][2:])
    s = ORDER - int.from_bytes(signed[32:64], "big")
    envelope["sig"] = "0x" + (signed[:32] + s.to_bytes(32, "big") + bytes([55 - signed[64]])).hex()


def test_H03_v_below_27_in_a_vote() -> None:
    """v 0 and 1 are normalised under policy `snapshot` and refused strictly; 37 never passes."""

    def lower(by: int) -> Change:
        def change(envelope: dict[str, Any]) -> None:
            signed = bytes.fromhex(envelope["sig"][2:])
            envelope["sig"] = "0x" + (signed[:64] + bytes([signed[64] - by])).hex()

        return change

    assert "E_SIG_V" == refusal(changed(lower(27)))[0]
    assert ("W_SIG_V_NORMALISED",) == judge_signature(read_envelope(changed(lower(27))), "snapshot")[1]
    assert "E_SIG_V" == refusal(changed(lower(-10)), "snapshot")[0]


@pytest.mark.parametrize("length", [1, 63, 64, 66, 97, 129])
def test_H04_signature_of_another_length(length: int) -> None:
    """What is no key's signature and no contract's either is refused."""
    assert refusal(changed(lambda e: e.update(sig="0x" + "11" * length)))[0] == "E_SIG_LEN"


def test_H05_vote_signed_by_somebody_else() -> None:
    """A signature of other bytes, or of another key, recovers to another address."""
    other = json.loads(signed_vote(choice=2))["sig"]

    assert ("E_SIG_SIGNER", "other") == refusal(changed(lambda e: e.update(sig=other)))
    assert ("E_SIG_SIGNER", "other") == refusal(changed(lambda e: e.update(sig=other)), "snapshot")


def test_H07_one_vote_in_three_encodings() -> None:
    """Id and signer depend on no spelling of the signature or the JSON."""
    raw = signed_vote()
    spaced = json.dumps(json.loads(raw), indent=1, sort_keys=True).encode()

    ids = {read_envelope(form, "snapshot").id for form in (raw, changed(_mirror, raw), spaced)}

    assert 1 == len(ids)


def test_H08_personal_signature_over_a_vote() -> None:
    """The right key over the right bytes, but by `personal_sign`, is told as what it is."""
    envelope = read_envelope(signed_vote())
    personal = sign(eip191_digest(envelope.id), key("alice"))

    assert ("E_SIG_SCHEME", "eip191") == refusal(changed(lambda e: e.update(sig="0x" + personal.hex())))


def test_H12_wallet_that_is_not_deployed() -> None:
    """An ERC-6492 wrapper asks for a contract to be made: it could not be checked."""
    wrapped = bytes(12) + person("factory") + (96).to_bytes(32, "big") + bytes(96) + bytes.fromhex("6492") * 16

    with pytest.raises(UncheckableError) as caught:
        check_signature(read_envelope(changed(lambda e: e.update(sig="0x" + wrapped.hex()))))
    assert "E_6492" == caught.value.code


def test_H13_erc6492_suffix_on_a_vote() -> None:
    """The suffix after a key's own signature is no wrapper."""
    suffix = "6492" * 16

    assert ("E_SIG_SCHEME", "erc6492") == refusal(changed(lambda e: e.update(sig=e["sig"] + suffix)))


@pytest.mark.parametrize(("signed", "reason"), [("0x", "on_chain"), ("0x" + "11" * 130, "contract")])
def test_a_contracts_signature_could_not_be_checked(signed: str, reason: str) -> None:
    """A Safe's vote is neither taken nor called false; its id is known all the same."""
    envelope = read_envelope(changed(lambda e: e.update(sig=signed)))

    with pytest.raises(UncheckableError) as caught:
        check_signature(envelope)

    assert read_envelope(signed_vote()).id == envelope.id
    assert ("E_1271_UNCHECKED", reason) == (caught.value.code, caught.value.reason)


def test_H16_domain_with_a_chain_id() -> None:
    """Two wallets add it: refused strictly, told and hashed under policy `snapshot`."""
    raw = changed(lambda e: e["data"]["domain"].update(chainId=1))

    assert ("E_DOMAIN_CHAIN", "extra") == refusal(raw)
    assert ("W_DOMAIN_CHAIN",) == read_envelope(raw, "snapshot").warnings
    assert read_envelope(signed_vote()).id != read_envelope(raw, "snapshot").id
    for odd in ("1", True, None):
        assert ("E_DOMAIN_CHAIN", "extra") == refusal(
            changed(lambda e, odd=odd: e["data"]["domain"].update(chainId=odd)), "snapshot"
        )


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e["data"]["domain"].update(version="0.1.5"),
        lambda e: e["data"]["domain"].pop("version"),
        lambda e: e["data"]["domain"].update(salt="0x" + "00" * 32),
        lambda e: e["data"]["domain"].update(chainId=1, salt="0x" + "00" * 32),
        lambda e: e["data"].update(domain="snapshot"),
    ],
)
def test_H17_other_domain(change: Change) -> None:
    """Snapshot's domain has two fields and two values, in both policies."""
    assert "E_DOMAIN" == refusal(changed(change))[0]
    assert "E_DOMAIN" == refusal(changed(change), "snapshot")[0]


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields.reverse(),
        lambda fields: fields[4].update(name="option"),
        lambda fields: fields.append({"name": "power", "type": "uint256"}),
        lambda fields: fields[4].update(type="uint256"),
        lambda fields: fields[4].update(indexed=True),
    ],
)
def test_H20_other_types(change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Reordered, renamed, added or widened members are types that nobody has accepted."""
    assert ("E_TYPES", "registry") == refusal(changed(lambda e: change(e["data"]["types"]["Vote"])))


@pytest.mark.parametrize(
    ("value", "code"),
    [(2**64, "E_UINT"), (-1, "E_UINT"), ("1700000000", "E_UINT"), (True, "E_UINT"), (None, "E_UINT")],
)
def test_H22_timestamp_in_another_spelling(value: object, code: str) -> None:
    """A time is a JSON integer of 64 bits."""
    assert code == refusal(changed(lambda e: e["data"]["message"].update(timestamp=value)))[0]


def test_H22_timestamp_as_a_float() -> None:
    """`1e18` and `1.0` are not integers, whatever their value."""
    for digits in (b"1.7e9", b"1700000000.0"):
        assert "E_UINT" == refusal(signed_vote().replace(b"1700000000", digits))[0]


def test_H24_repeated_member() -> None:
    """A second `choice` that another parser would keep is refused."""
    assert "E_JSON_DUPKEY" == refusal(signed_vote().replace(b'"choice":1', b'"choice":1,"choice":2'))[0]


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1e999", b"-0"])
def test_H25_number_that_is_none(number: bytes) -> None:
    """What only some parsers take for a number is refused."""
    assert "E_JSON_NUMBER" == refusal(signed_vote().replace(b'"choice":1', b'"choice":' + number))[0]


def test_H26_text_that_two_readers_read_differently() -> None:
    """A byte order mark, NUL, half a surrogate and bytes that are no UTF-8."""
    raw = signed_vote(reason="X")
    for hostile in (b"\xef\xbb\xbf" + raw, raw.replace(b"X", b"\\u0000"), raw.replace(b"X", b"\\ud800"),
                    raw.replace(b"X", b"\xff")):  # fmt: skip
        assert "E_TEXT" == refusal(hostile)[0]


def test_H27_address_in_another_spelling() -> None:
    """Lower case, a wrong checksum and `0X` are no addresses, as sender or as `from`."""
    sender = checksum(person("alice"))
    for text in (sender.lower(), "0X" + sender[2:], sender[2:], sender.swapcase()):
        assert "E_ADDRESS" == refusal(changed(lambda e, text=text: e.update(address=text)))[0]
        assert (
            "E_ADDRESS"
            == refusal(
                changed(lambda e, text=text: (e.update(address=text), e["data"]["message"].update({"from": text})))
            )[0]
        )


@pytest.mark.parametrize("choice", [b"0", b"true", b'"1"', b"1.0", b"[1]", b"null", b"-1", b"4294967296"])
def test_H50_choice_of_another_form_in_a_vote(choice: bytes) -> None:
    """Strict in both policies, before any signature is looked at."""
    raw = signed_vote().replace(b'"choice":1', b'"choice":' + choice)

    assert "E_CHOICE" == refusal(raw)[0]
    assert "E_CHOICE" == refusal(raw, "snapshot")[0]


def test_messages_of_the_past_are_read_by_policy_snapshot() -> None:
    """A vote in the types of 2022 is checked by the same code and told; `strict` takes none, for no client signs it."""
    old = next(entry for entry in registry().values() if entry.sha256.startswith("bc8c6814"))
    message = vote_message(voter=person("alice"), space=SPACE, proposal=b"\x11" * 32, choice=1, timestamp=NOW)
    signed = sign(old.digester(DOMAIN)(message), key("alice"))
    data = {"domain": dict(DOMAIN), "types": old.to_json(), "message": message}
    raw = spell({"address": message["from"], "sig": "0x" + signed.hex(), "data": data})

    envelope = read_envelope(raw, "snapshot")

    assert (person("alice"), ("W_TYPES_OLD",)) == (check_signature(envelope), envelope.warnings)
    assert current_type("Vote", message).sha256 != envelope.types_hash.hex()
    assert ("E_TYPES", "history") == refusal(raw)


def test_what_is_signed_with_another_key_is_not_written() -> None:
    """`sign_envelope` hands out nothing that its own reader would refuse."""
    message = vote_message(voter=person("alice"), space=SPACE, proposal=bytes(32), choice=1, timestamp=NOW)

    with pytest.raises(CodedError) as caught:
        sign_envelope("Vote", message, signer("mallory"))
    assert "E_ALIAS" == caught.value.code
