"""A builder's file: its checksum as the wallet computes it, its calls, and what it may not show."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.abi import encode_call
from chain.errors import ChainError, CodedError
from chain.multi_send import InnerCall
from chain.transaction_builder import Batch, checksum, is_batch, read_batch, write_batch

OWNER = "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6"
HOLDER = bytes.fromhex(OWNER[2:])
SAFE = "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa"
PUBLISHED: dict[str, Any] = {
    "version": "1.0", "chainId": "4", "createdAt": 1646321521061,
    "meta": {
        "name": "test batch file", "txBuilderVersion": "1.4.0", "checksum": "", "createdFromSafeAddress": SAFE,
        "createdFromOwnerAddress": OWNER,
    },
    "transactions": [
        {
            "to": OWNER, "value": "0",
            "contractMethod": {
                "inputs": [{"internalType": "address", "name": "paramAddress", "type": "address"}],
                "name": "testAddress", "payable": False,
            },
            "contractInputsValues": {"paramAddress": OWNER},
        },
        {
            "to": OWNER, "value": "0",
            "contractMethod": {
                "inputs": [{"internalType": "bool", "name": "paramBool", "type": "bool"}], "name": "testBool",
                "payable": False,
            },
            "contractInputsValues": {"paramAddress": "", "paramBool": "false"},
        },
        {
            "to": OWNER, "value": "2000000000000000000",
            "data": "0x42f4579000000000000000000000000049d4450977e2c95362c13d3a31a09311e0ea26a6",
        },
    ],
}  # fmt: skip
"""The batch of the wallet's own test, and the checksums that the wallet gives it, before and since 2022-05."""
BEFORE = "0x832ecdb6653751ed00b79dede73864163e46e71815b72e11e506d6399bedffc9"
SINCE = "0x4ecbfd364aa6759983915644e73f8bd411e85a2dc306f252a387c2728c4db64c"


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    value = copy.deepcopy(PUBLISHED)
    change(value)
    return value


def refusal(value: object) -> tuple[str, str]:
    with pytest.raises(CodedError) as caught:
        read_batch(value)
    return caught.value.code, caught.value.reason


def test_checksums_of_the_wallet() -> None:
    """The wallet's own vector; the order of members means nothing."""
    backwards = {key: PUBLISHED[key] for key in reversed(PUBLISHED)}

    assert SINCE == checksum(PUBLISHED) == checksum(backwards)
    assert BEFORE != checksum(PUBLISHED)


def test_calls_are_read_from_data_or_from_what_is_shown() -> None:
    """Three calls, two of them by method and arguments."""
    batch = read_batch(PUBLISHED)

    assert (4, SAFE[2:].lower()) == (batch.chain_id, (batch.safe or b"").hex())
    assert encode_call("testAddress(address)", [HOLDER]) == batch.calls[0].data
    assert encode_call("testBool(bool)", [False]) == batch.calls[1].data
    assert (2 * 10**18, "42f45790") == (batch.calls[2].value, batch.calls[2].data[:4].hex())


ARGUMENTS = (
    ("uint256", "12", 12), ("int8", "-3", -3), ("string", "hé", "hé"), ("bytes4", "0x01020304", b"\1\2\3\4"),
    ("uint256[]", "[1, 2]", (1, 2)), ("address[1]", f'["{OWNER}"]', (HOLDER,)), ("bytes", "0x", b""),
    ("bool[2]", "[true, false]", (True, False)),
)  # fmt: skip


@pytest.mark.parametrize(("type_", "text", "value"), ARGUMENTS)
def test_arguments_of_every_kind(type_: str, text: str, value: object) -> None:
    """The builder keeps them as text."""
    method = {"name": "f", "payable": False, "inputs": [{"name": "x", "type": type_, "internalType": type_}]}
    row = {"to": OWNER, "value": "0", "data": None, "contractMethod": method, "contractInputsValues": {"x": text}}

    found = read_batch({**PUBLISHED, "transactions": [row]})

    assert encode_call(f"f({type_})", [value]) == found.calls[0].data


def test_tuples_are_read_by_their_members() -> None:
    """A struct is a list in the order of its components."""
    components = [{"name": "a", "type": "address"}, {"name": "n", "type": "uint8"}]
    method = {"name": "f", "inputs": [{"name": "x", "type": "tuple[]", "components": components}]}
    row = {"to": OWNER, "value": "0", "contractMethod": method, "contractInputsValues": {"x": f'[["{OWNER}", 7]]'}}

    found = read_batch({**PUBLISHED, "transactions": [row]})

    assert encode_call("f((address,uint8)[])", [((HOLDER, 7),)]) == found.calls[0].data


def test_H84_a_method_beside_other_data() -> None:
    """Who reads the file would see one call and sign another."""
    shows = PUBLISHED["transactions"][0]
    fine = {**shows, "data": "0x" + encode_call("testAddress(address)", [HOLDER]).hex()}
    other = {**shows, "data": "0x" + encode_call("testAddress(address)", [bytes(20)]).hex()}

    assert 1 == len(read_batch({**PUBLISHED, "transactions": [fine]}).calls)
    assert ("E_CALLDATA", "builder_method") == refusal({**PUBLISHED, "transactions": [other]})


def test_H76_a_batch_changed_after_it_was_made() -> None:
    """Either checksum is taken of the file it belongs to, and none of another; the name alone may change."""
    bare = changed(lambda value: value["meta"].pop("checksum"))
    good = {**bare, "meta": {**bare["meta"], "checksum": checksum(bare)}}
    other = copy.deepcopy(good)
    other["transactions"][2]["value"] = "3000000000000000000"
    renamed = {**good, "meta": {**good["meta"], "name": "another"}}

    assert read_batch(good).calls == read_batch(renamed).calls
    assert ("E_HASH_MISMATCH", "builder_checksum") == refusal(other)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda v: v.pop("chainId"), "E_SAFE_TX"),
        (lambda v: v.update(version="2.0"), "E_VERSION"),
        (lambda v: v.update(transactions=[]), "E_SAFE_TX"),
        (lambda v: v.update(transactions={}), "E_SAFE_TX"),
        (lambda v: v.update(meta=3), "E_SAFE_TX"),
        (lambda v: v.update(chainId="four"), "E_UINT"),
        (lambda v: v["transactions"][0].pop("to"), "E_SAFE_TX"),
        (lambda v: v["transactions"][0].update(to="0x12"), "E_ADDRESS"),
        (lambda v: v["transactions"][2].update(value="-1"), "E_UINT"),
        (lambda v: v["transactions"][2].update(data="0x1"), "E_BYTES"),
        (lambda v: v["transactions"][0].update(contractMethod="x"), "E_SAFE_TX"),
        (lambda v: v["transactions"][0]["contractInputsValues"].clear(), "E_SAFE_TX"),
        (lambda v: v["transactions"][0]["contractMethod"].update(inputs=[7]), "E_SAFE_TX"),
        (lambda v: v["transactions"][0]["contractMethod"].update(name="a b"), "E_CALLDATA"),
        (lambda v: v["transactions"][0]["contractMethod"].update(name=["receive"]), "E_SAFE_TX"),
        (lambda v: v["transactions"][0]["contractMethod"].update(name={}), "E_SAFE_TX"),
        (lambda v: v["transactions"][1]["contractInputsValues"].update(paramBool="maybe"), "E_SAFE_TX"),
        (lambda v: v["transactions"].__setitem__(0, 1), "E_SAFE_TX"),
    ],
)
def test_members_out_of_form(change: Callable[[dict[str, Any]], object], code: str) -> None:
    """Each is refused by name."""
    assert code == refusal(changed(change))[0]


calls = st.builds(
    InnerCall, st.just(0), st.binary(min_size=20, max_size=20), st.integers(0, 2**256 - 1), st.binary(max_size=40)
)


@given(st.lists(calls, min_size=1, max_size=4), st.text(st.characters(exclude_categories=["Cs"]), max_size=9))
def test_what_is_written_is_read_back(given_calls: list[InnerCall], name: str) -> None:
    """With a checksum that holds, through JSON text."""
    written = write_batch(given_calls, chain_id=10, safe=HOLDER, created_at=1_700_000_000, name=name)
    again = json.loads(json.dumps(written))

    assert is_batch(again)
    assert Batch(chain_id=10, safe=HOLDER, calls=tuple(given_calls)) == read_batch(again)


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda x: st.lists(x) | st.dictionaries(
    st.sampled_from(["type", "name", "inputs", "components", "to", "value", "data"]), x), max_leaves=12))  # fmt: skip
def test_whatever_stands_in_a_row_is_read_or_refused(row: object) -> None:
    """Never another exception than ours."""
    for place in ("contractMethod", "contractInputsValues", None):
        value = {**PUBLISHED["transactions"][0], place: row} if place else row
        with contextlib.suppress(ChainError):
            assert 1 == len(read_batch({**PUBLISHED, "transactions": [value]}).calls)
