"""Binding: one part, one transaction, and every difference by its name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.safe import (
    MULTI_SEND,
    MULTI_SEND_CALL_ONLY,
    InnerCall,
    SafeError,
    SafeTx,
    decode_multi_send,
    encode_multi_send,
)
from proposals.calls import erc20_transfer, native_transfer
from proposals.parts import Call, Part
from tests.treasury.cases import OTHER, PAY_ETHER, PAY_TOKENS, PAYEE, SAFE, TOKEN, VERSION, part
from treasury.assets import erc20, native
from treasury.binding import BindingError, build, check_binding, paying

addresses = st.binary(min_size=20, max_size=20).filter(any)
calls = st.one_of(
    st.builds(Call, addresses, st.integers(0, 2**256 - 1), st.binary(max_size=40)),
    st.builds(native_transfer, addresses, st.integers(0, 2**256 - 1)),
    st.builds(erc20_transfer, addresses, addresses, st.integers(0, 2**256 - 1)),
)
parts = st.builds(
    Part,
    chain_id=st.integers(1, 2**40),
    safe=addresses,
    calls=st.lists(calls, min_size=1, max_size=4).map(tuple),
)


def mismatch(voted: Part, tx: SafeTx) -> tuple[str, dict[str, object]]:
    with pytest.raises(BindingError) as refused:
        check_binding(voted, tx)
    assert "E_HASH_MISMATCH" == refused.value.code
    return refused.value.reason, refused.value.facts


def test_one_call_is_sent_directly() -> None:
    """No batch, no delegatecall, no gas field for a single payment."""
    expected = SafeTx(chain_id=1, safe=SAFE, version=VERSION, to=PAYEE, value=2_500, data=b"", operation=0, nonce=9)

    assert expected == build(part(PAY_ETHER), 9, version=VERSION)


@pytest.mark.parametrize("version", ["1.3.0", "1.3.0+L2", "1.4.1", "1.5.0"])
def test_several_calls_go_through_the_versions_own_batch_contract(version: str) -> None:
    """MultiSendCallOnly of that release, by delegatecall, with ordinary calls inside."""
    tx = build(part(PAY_ETHER, PAY_TOKENS), 9, version=version)

    assert (MULTI_SEND_CALL_ONLY[version.partition("+")[0]], 0, 1) == (tx.to, tx.value, tx.operation)
    assert (InnerCall(0, *PAY_ETHER), InnerCall(0, *PAY_TOKENS)) == decode_multi_send(tx.data)


@pytest.mark.parametrize("version", ["1.2.0", "1.1.1", "1.0.0", "0.1.0"])
def test_H82_safes_without_a_chain_id_in_their_domain(version: str) -> None:
    """A signature for such a Safe counts on every chain, so nothing is built for it."""
    build(part(), 9, version="1.3.0")
    with pytest.raises(BindingError) as refused:
        build(part(), 9, version=version)

    assert "E_REPLAY" == refused.value.code


def test_versions_without_a_batch_contract() -> None:
    """1.4.0 has no pinned MultiSendCallOnly; an unknown release has no known hash."""
    build(part(PAY_ETHER), 9, version="1.4.0")
    with pytest.raises(BindingError) as refused:
        build(part(PAY_ETHER, PAY_TOKENS), 9, version="1.4.0")
    with pytest.raises(SafeError) as unknown:
        build(part(), 9, version="1.6.0")

    assert ("E_SAFE_CONFIG", "no_multi_send") == (refused.value.code, refused.value.reason)
    assert "E_SAFE_CONFIG" == unknown.value.code


@given(parts, st.integers(0, 2**64), st.sampled_from(["1.3.0", "1.4.1", "1.5.0"]))
def test_what_is_built_is_bound(voted: Part, nonce: int, version: str) -> None:
    """Every part's own transaction binds to it, at any nonce, and decodes back to its calls."""
    tx = build(voted, nonce, version=version)
    check_binding(voted, tx)
    inner = decode_multi_send(tx.data) if tx.operation else (InnerCall(0, tx.to, tx.value, tx.data),)

    assert voted.calls == tuple(Call(to, value, data) for _, to, value, data in inner)


@given(parts, parts)
def test_parts_bind_only_their_own(voted: Part, other: Part) -> None:
    """The transaction of another part never binds, whatever the difference is."""
    tx = build(other, 0, version=VERSION)
    if (voted.chain_id, voted.safe, voted.calls) == (other.chain_id, other.safe, other.calls):
        check_binding(voted, tx)
    else:
        mismatch(voted, tx)


def test_H76_another_payee() -> None:
    """Call, voted payee and found payee are named, for coins and for tokens, alone and in a batch."""
    tokens = replace(part(), calls=(erc20_transfer(TOKEN, OTHER, 7_000),))
    batch = replace(part(), calls=(PAY_ETHER, erc20_transfer(TOKEN, OTHER, 7_000)))

    assert ("payee", {"call": 1, "voted": PAYEE, "found": OTHER, "asset": native(1)}) == mismatch(
        part(), build(part(native_transfer(OTHER, 2_500)), 4, version=VERSION)
    )
    assert ("payee", {"call": 1, "voted": PAYEE, "found": OTHER, "asset": erc20(1, TOKEN)}) == mismatch(
        part(PAY_TOKENS), build(tokens, 4, version=VERSION)
    )
    assert ("payee", {"call": 2, "voted": PAYEE, "found": OTHER, "asset": erc20(1, TOKEN)}) == mismatch(
        part(PAY_ETHER, PAY_TOKENS), build(batch, 4, version=VERSION)
    )


def test_H76_another_amount_or_asset() -> None:
    """One base unit more is an amount; the same number of another token is an asset."""
    more = build(part(PAY_ETHER, erc20_transfer(TOKEN, PAYEE, 7_001)), 4, version=VERSION)
    foreign = build(part(PAY_ETHER, erc20_transfer(OTHER, PAYEE, 7_000)), 4, version=VERSION)

    assert ("amount", {"call": 2, "voted": 7_000, "found": 7_001, "asset": erc20(1, TOKEN)}) == mismatch(
        part(PAY_ETHER, PAY_TOKENS), more
    )
    assert "asset" == mismatch(part(PAY_ETHER, PAY_TOKENS), foreign)[0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chain_id", 10), ("safe", OTHER), ("operation", 1), ("to", MULTI_SEND[VERSION]), ("value", 1),
        ("safe_tx_gas", 1), ("base_gas", 1), ("gas_price", 1), ("gas_token", TOKEN), ("refund_receiver", OTHER),
    ],
)  # fmt: skip
def test_H76_any_other_field(field: str, value: object) -> None:
    """Chain, Safe, operation, batch contract and the five gas fields are named as they are called."""
    voted = part(PAY_ETHER, PAY_TOKENS) if field != "operation" else part()
    tx = replace(build(voted, 4, version=VERSION), **{field: value})
    reason, facts = mismatch(voted, tx)

    assert ("field", field, value) == (reason, facts["field"], facts["found"])


def test_H76_calls_left_out_added_reordered_or_delegated() -> None:
    """A batch of other calls is told by its count, its order, or the operation of a call inside."""
    voted = part(PAY_ETHER, PAY_TOKENS)
    tx = build(voted, 4, version=VERSION)
    both = [InnerCall(0, *PAY_ETHER), InnerCall(0, *PAY_TOKENS)]

    def reason(inner: list[InnerCall]) -> str:
        return mismatch(voted, replace(tx, data=encode_multi_send(inner)))[0]

    assert "calls" == reason(both[:1])
    assert "calls" == reason([*both, both[0]])
    assert "asset" == mismatch(voted, build(part(PAY_TOKENS, PAY_TOKENS), 4, version=VERSION))[0]
    assert "call_operation" == reason([both[0], both[1]._replace(operation=1)])
    assert "batch" == mismatch(voted, replace(tx, data=tx.data + b"\0"))[0]
    assert "batch" == mismatch(voted, replace(tx, data=b"\1\2\3\4"))[0]


def test_H84_calls_that_are_no_payment() -> None:
    """Target, value and data are told apart; trailing bytes make a transfer something that is no payment."""
    unknown = Call(OTHER, 5, b"\1\2\3\4\5")
    voted = part(unknown)

    def found(call: Call) -> str:
        return mismatch(voted, build(part(call), 4, version=VERSION))[0]

    assert "target" == found(unknown._replace(to=PAYEE))
    assert "call_value" == found(unknown._replace(value=6))
    assert "call_data" == found(unknown._replace(data=b"\1\2\3\4\6"))
    trailing = PAY_TOKENS._replace(data=PAY_TOKENS.data + b"\0")
    assert "call_data" == mismatch(part(PAY_TOKENS), build(part(trailing), 4, version=VERSION))[0]


def test_payments_are_read_in_one_form() -> None:
    """A transfer that also carries coins, or is not canonical, is no payment."""
    assert (erc20(1, TOKEN), PAYEE, 7_000) == paying(PAY_TOKENS, 1)
    assert (native(10), PAYEE, 2_500) == paying(PAY_ETHER, 10)
    assert paying(PAY_TOKENS._replace(value=1), 1) is None
    assert paying(PAY_TOKENS._replace(data=PAY_TOKENS.data[:-1]), 1) is None
    assert paying(Call(OTHER, 0, b"\1\2\3\4"), 1) is None
