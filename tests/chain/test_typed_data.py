"""Typed data: the 32 bytes that a wallet signs, and every value that must not reach them."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from eth_account.messages import _hash_eip191_message, encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from chain import typed_data
from chain.address import AddressError, checksum
from chain.errors import ChainError
from chain.typed_data import Field, TypedDataError

from . import strategies

# The example of EIP-712 itself ("Mail"), with the hashes that its reference test states.
MAIL_TYPES = typed_data.parse_types({
    "Mail": [
        {"name": "from", "type": "Person"},
        {"name": "to", "type": "Person"},
        {"name": "contents", "type": "string"},
    ],
    "Person": [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}],
})  # fmt: skip
MAIL: dict[str, Any] = {
    "from": {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
    "to": {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
    "contents": "Hello, Bob!",
}
MAIL_DOMAIN: dict[str, Any] = {
    "name": "Ether Mail",
    "version": "1",
    "chainId": 1,
    "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
}
SNAPSHOT_DOMAIN = {"name": "snapshot", "version": "0.1.4"}


def hash_one(kind: str, value: Any) -> bytes:
    """Hash a struct with one member of this type: the front door for a single value."""
    return typed_data.hash_struct("Box", {"Box": (Field("item", kind),)}, {"item": value})


def refusal(kind: str, value: Any) -> str:
    """Return the code with which the front door refuses a value."""
    with pytest.raises(ChainError) as caught:
        hash_one(kind, value)
    assert "Box.item" == caught.value.facts["place"]
    return caught.value.code


def test_the_example_of_the_standard_hashes_as_the_standard_says() -> None:
    """Type, domain, struct and digest of the EIP's own example."""
    type_string = "Mail(Person from,Person to,string contents)Person(string name,address wallet)"
    assert type_string == typed_data.encode_type("Mail", MAIL_TYPES)
    assert (
        "f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f"
        == typed_data.domain_separator(MAIL_DOMAIN).hex()
    )
    assert (
        "c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e"
        == typed_data.hash_struct("Mail", MAIL_TYPES, MAIL).hex()
    )
    assert (
        "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
        == typed_data.digest(domain=MAIL_DOMAIN, types=MAIL_TYPES, primary="Mail", message=MAIL).hex()
    )


def test_snapshots_domain_separator_is_the_known_one() -> None:
    """Every vote on every Snapshot hub is signed under this one domain."""
    assert (
        "484fce18f892e8535a4b6700e197a8026f4213f809d23ae117da03b497e18670"
        == typed_data.domain_separator(SNAPSHOT_DOMAIN).hex()
    )


def test_referenced_structs_are_spelled_in_alphabetical_order() -> None:
    """The primary struct comes first, whatever its name; the others are sorted, at whatever depth they are met."""
    types = {
        "Top": (Field("z", "Zone[]"), Field("a", "Act")),
        "Zone": (Field("m", "Mail"),),
        "Act": (Field("n", "uint8"),),
        "Mail": (Field("n", "uint8"),),
    }
    expected = "Top(Zone[] z,Act a)Act(uint8 n)Mail(uint8 n)Zone(Mail m)"
    assert expected == typed_data.encode_type("Top", types)


def as_eth_account_does(domain: dict[str, Any], types: Any, message: dict[str, Any]) -> bytes:
    """Hash with the library that the field trusts: right for values that are already exact."""
    plain = {name: [field._asdict() for field in fields] for name, fields in types.items()}
    return bytes(_hash_eip191_message(encode_typed_data(domain, plain, message)))


@settings(max_examples=300)
@given(strategies.typed_data())
def test_any_structure_hashes_as_eth_account_hashes_it(drawn: Any) -> None:
    """Nested structs, arrays of arrays, fixed arrays, every atomic type."""
    primary, types, message = drawn
    expected = as_eth_account_does(MAIL_DOMAIN, types, message)
    assert expected == typed_data.digest(domain=MAIL_DOMAIN, types=types, primary=primary, message=message)


@settings(max_examples=200)
@given(strategies.vote())
def test_votes_hash_as_eth_account_hashes_them(drawn: Any) -> None:
    """Snapshot's Vote with each of its three kinds of choice."""
    types, message = drawn
    expected = as_eth_account_does(SNAPSHOT_DOMAIN, types, message)
    assert expected == typed_data.digest(domain=SNAPSHOT_DOMAIN, types=types, primary="Vote", message=message)
    assert expected == typed_data.digester(domain=SNAPSHOT_DOMAIN, types=types, primary="Vote")(message)


@settings(max_examples=50)
@given(
    st.sets(st.sampled_from(["name", "version", "chainId", "verifyingContract", "salt"]), min_size=1),
    strategies.text,
    strategies.uint256,
    strategies.address,
    strategies.digest,
)
def test_any_domain_hashes_as_eth_account_hashes_it(
    fields: set[str], name: str, chain_id: int, contract: bytes, salt: bytes
) -> None:
    """A domain has the fields that it has, always in the standard's order."""
    full = {"name": name, "version": name, "chainId": chain_id, "verifyingContract": checksum(contract), "salt": salt}
    domain = {field: full[field] for field in fields}
    types = {"Box": (Field("item", "uint8"),)}
    expected = as_eth_account_does(domain, types, {"item": 1})
    assert expected == typed_data.digest(domain=domain, types=types, primary="Box", message={"item": 1})


# --- domains


def test_H16_other_chain_id() -> None:
    """Another chain id is told apart from every other difference of domains."""
    typed_data.check_domain(dict(MAIL_DOMAIN), MAIL_DOMAIN)
    with pytest.raises(TypedDataError) as caught:
        typed_data.check_domain({**MAIL_DOMAIN, "chainId": 5}, MAIL_DOMAIN)
    assert "E_DOMAIN_CHAIN" == caught.value.code
    with pytest.raises(TypedDataError) as caught:
        typed_data.check_domain({**MAIL_DOMAIN, "chainId": True}, MAIL_DOMAIN)
    assert "E_DOMAIN_CHAIN" == caught.value.code


def test_H17_missing_extra_or_different_domain_field() -> None:
    """A domain has exactly the expected fields."""
    without_version = {k: v for k, v in MAIL_DOMAIN.items() if k != "version"}
    for found, reason in (
        (without_version, "missing"),
        ({**MAIL_DOMAIN, "salt": bytes(32)}, "extra"),
        ({**MAIL_DOMAIN, "version": "2"}, "differs"),
    ):
        with pytest.raises(TypedDataError) as caught:
            typed_data.check_domain(found, MAIL_DOMAIN)
        assert ("E_DOMAIN", reason) == (caught.value.code, caught.value.reason)


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ({"name": "snapshot", "chain": 1}, "E_DOMAIN"),
        ({"name": None}, "E_DOMAIN"),
        ({"name": ["snapshot"]}, "E_DOMAIN"),
        ({"chainId": True}, "E_DOMAIN"),
        ({"chainId": 1.0}, "E_DOMAIN"),
        ({"chainId": "1"}, "E_UINT"),
        ({"name": 1}, "E_TEXT"),
        ({"salt": "0x01"}, "E_BYTES"),
        ({"verifyingContract": "0x" + "aB" * 20}, "E_ADDRESS"),
    ],
)
def test_domain_that_cannot_be_hashed(domain: dict[str, Any], code: str) -> None:
    """An unknown field, or a value of the wrong kind, is refused; also after an equal-looking value was hashed."""
    typed_data.domain_separator({"chainId": 1})
    with pytest.raises(ChainError) as caught:
        typed_data.domain_separator(domain)
    assert code == caught.value.code


# --- members


def test_H20_reordered_renamed_or_extra_member() -> None:
    """Another order or name is another type; a message has exactly the members of its type."""
    person, reordered = MAIL_TYPES["Person"], MAIL_TYPES["Person"][::-1]
    cow = MAIL["from"]
    assert typed_data.hash_struct("Person", {"Person": person}, cow) != typed_data.hash_struct(
        "Person", {"Person": reordered}, cow
    )
    broken: list[tuple[Any, str]] = [
        ({"name": "Cow"}, "missing"),
        ({**cow, "age": 3}, "extra"),
        ({"name": "Cow", "Wallet": cow["wallet"]}, "missing"),
        ([cow], "struct"),
    ]
    for message, reason in broken:
        with pytest.raises(TypedDataError) as caught:
            typed_data.hash_struct("Person", {"Person": person}, message)
        assert ("E_TYPES", reason, "Person") == (caught.value.code, caught.value.reason, caught.value.facts["place"])


def test_struct_that_nothing_refers_to() -> None:
    """A struct beside the message would be shown and never signed."""
    types = {**MAIL_TYPES, "Stray": (Field("a", "uint8"),)}
    with pytest.raises(TypedDataError) as caught:
        typed_data.digest(domain=MAIL_DOMAIN, types=types, primary="Mail", message=MAIL)
    assert ("E_TYPES", "unused", "Stray") == (caught.value.code, caught.value.reason, caught.value.facts["found"])


def test_primary_that_is_not_among_the_types() -> None:
    """The primary type is named, never guessed."""
    with pytest.raises(TypedDataError) as caught:
        typed_data.digest(domain=MAIL_DOMAIN, types=MAIL_TYPES, primary="Letter", message=MAIL)
    assert ("E_TYPES", "primary") == (caught.value.code, caught.value.reason)


# --- values: each of these, eth_account takes


@pytest.mark.parametrize("value", ["01", " 1 ", "0x1", "1_000", "１", "1", "0x", "", 1.0, 1e18, True, None, b"\x01"])
def test_H22_number_that_is_not_an_integer(value: Any) -> None:
    """Only an int is a number: no text in any spelling, no float, no bool."""
    hash_one("uint256", 1)
    assert "E_UINT" == refusal("uint256", value)
    assert "E_UINT" == refusal("int256", value)


@pytest.mark.parametrize(
    ("kind", "least", "greatest"),
    [
        ("uint256", 0, 2**256 - 1),
        ("uint64", 0, 2**64 - 1),
        ("uint8", 0, 255),
        ("int8", -128, 127),
        ("int256", -(2**255), 2**255 - 1),
    ],
)
def test_H22_number_out_of_range(kind: str, least: int, greatest: int) -> None:
    """Each integer type takes its own range, and not one more."""
    assert hash_one(kind, least) != hash_one(kind, greatest)
    assert "E_UINT" == refusal(kind, least - 1)
    assert "E_UINT" == refusal(kind, greatest + 1)


@pytest.mark.parametrize("value", ["no", "", "true", 2, 1, 0, None])
def test_bool_that_is_not_a_bool(value: Any) -> None:
    """Only True and False are booleans."""
    assert hash_one("bool", True) != hash_one("bool", False)
    assert "E_TYPES" == refusal("bool", value)


@pytest.mark.parametrize(
    "value",
    [bytes(31), bytes(33), b"", "0x01", "zz", "0x" + "zz" * 32, "0x" + "0" * 63, "ab" * 32, "0X" + "ab" * 32,
     "0x" + "AB" * 32, " 0x" + "ab" * 32, "0x" + "ab" * 32 + "\n", 1, None],
)  # fmt: skip
def test_H23_bytes_of_the_wrong_length_or_spelling(value: Any) -> None:
    """`bytes32` is 32 bytes, or 0x and 64 lower-case hex digits."""
    assert hash_one("bytes32", b"\xab" * 32) == hash_one("bytes32", "0x" + "ab" * 32)
    assert "E_BYTES" == refusal("bytes32", value)


@pytest.mark.parametrize("value", ["zz", "0x0", "0xAB", "0X", "", 5, [1]])
def test_dynamic_bytes_in_another_spelling(value: Any) -> None:
    """`bytes` is bytes, or 0x and pairs of lower-case hex digits; `0x` is empty."""
    assert hash_one("bytes", b"") == hash_one("bytes", "0x")
    assert "E_BYTES" == refusal("bytes", value)


@pytest.mark.parametrize("value", ["a\0b", "\ud800", "\udfff tail", "x" * 200 + "\0", "x" * 200 + "\ud800"])
def test_H26_text_that_is_no_text(value: str) -> None:
    """A lone surrogate has no UTF-8, and a NUL ends the text for half of its readers."""
    assert "E_TEXT" == refusal("string", value)


def test_H26_composed_and_decomposed_twins_are_different_texts() -> None:
    """What looks the same is not the same bytes; nothing is normalised on the way to a signature."""
    composed, decomposed = "é", unicodedata.normalize("NFD", "é")
    assert composed != decomposed
    assert hash_one("string", composed) != hash_one("string", decomposed)


@pytest.mark.parametrize("value", [1, b"abc", None, ["a"]])
def test_text_of_another_kind(value: Any) -> None:
    """Only str is text."""
    assert "E_TEXT" == refusal("string", value)


@pytest.mark.parametrize(
    "value",
    [
        "0x8ba1f109551bD432803012645Ac136ddd64DBa72",  # one letter of the checksum turned
        "0x8ba1f109551bd432803012645ac136ddd64dba72",
        "8ba1f109551bD432803012645Ac136ddd64DBA72",
        "0X8ba1f109551bD432803012645Ac136ddd64DBA72",
        "XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS",
        "0x8ba1f109551bD432803012645Ac136ddd64DBA7",
        "vitalik.eth",
        bytes(19),
        0,
        None,
    ],
)
def test_H27_address_that_is_none(value: Any) -> None:
    """An address is 20 bytes, or text with its EIP-55 checksum: no ICAP, no other prefix, no lower case."""
    right = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
    assert hash_one("address", right) == hash_one("address", bytes.fromhex(right[2:]))
    assert "E_ADDRESS" == refusal("address", value)


def test_bad_address_names_its_member() -> None:
    """A person must find the one bad address of a long message."""
    with pytest.raises(AddressError) as caught:
        typed_data.hash_struct("Mail", MAIL_TYPES, {**MAIL, "to": {"name": "Bob", "wallet": "0xb0b"}})
    assert "Person.wallet" == caught.value.facts["place"]


@pytest.mark.parametrize("value", [[1, 2, 3], [1], [], (1, 2, 3), "12", {1, 2}, None, 12])
def test_fixed_array_of_another_length_or_kind(value: Any) -> None:
    """`uint8[2]` takes two items in a list."""
    assert hash_one("uint8[2]", [1, 2]) == hash_one("uint8[2]", (1, 2))
    assert "E_TYPES" == refusal("uint8[2]", value)


def test_array_longer_than_any_of_ours() -> None:
    """A list is limited before it is hashed."""
    hash_one("uint8[]", [0] * 10_000)
    assert "E_TYPES_LIMIT" == refusal("uint8[]", [0] * 10_001)


def test_a_warm_cache_lets_nothing_equal_looking_through() -> None:
    """Python holds True == 1 == 1.0 and hashes them alike; no cache of ours may."""
    hash_one("uint8", 1)
    assert ["E_UINT", "E_UINT"] == [refusal("uint8", True), refusal("uint8", 1.0)]
