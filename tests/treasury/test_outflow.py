"""`treasury.outflow`: what a transaction pays, and the limits that a day's payments stay under (H92)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chain.abi import encode_call
from proposals.calls import erc20_transfer, native_transfer
from proposals.parts import Call
from tests.treasury.cases import (
    OTHER,
    PAY_ETHER,
    PAY_TOKENS,
    PAYEE,
    SAFE,
    TOKEN,
    codes,
    foreign_tx,
    part,
    safe_tx,
    voted,
)
from treasury.assets import erc20, native
from treasury.outflow import Outflow, Spending, SpendingCap, outflows
from treasury.review import review

COIN, TOKENS = native(1), erc20(1, TOKEN)
CAPS = (SpendingCap(COIN, "ETH", 3, 5_000, 4_000), SpendingCap(TOKENS, "MUT", 0, 9_000, None))


def say(signature: str, *arguments: object, value: int = 0) -> Call:
    return Call(TOKEN, value, encode_call(signature, list(arguments)))


def test_what_a_transaction_pays() -> None:
    """Coins with every call, transfers, the Safe's own tokens moved by anybody's name, and allowances."""
    tx = safe_tx(
        PAY_ETHER,
        PAY_TOKENS,
        say("approve(address,uint256)", OTHER, 30),
        say("transferFrom(address,address,uint256)", SAFE, PAYEE, 40),
        say("mint(uint256)", 1, value=7),
    )

    assert (
        Outflow(COIN, PAYEE, 2_500),
        Outflow(TOKENS, PAYEE, 7_000),
        Outflow(TOKENS, OTHER, 30),
        Outflow(TOKENS, PAYEE, 40),
        Outflow(COIN, TOKEN, 7),
    ) == outflows(tx)


@pytest.mark.parametrize(
    "call",
    [
        say("transferFrom(address,address,uint256)", PAYEE, OTHER, 40),
        say("safeTransferFrom(address,address,uint256)", SAFE, OTHER, 40),
        say("mint(uint256)", 1),
        Call(TOKEN, 0, b"\x09\x5e\xa7\xb3"),
        Call(SAFE, 9, b""),
    ],
)
def test_what_is_no_payment(call: Call) -> None:
    """Others' tokens, a piece by its number, a function that nobody knows, a stub, and the Safe's coin to itself."""
    assert () == outflows(safe_tx(call))


def test_of_a_delegatecall_nothing_is_known() -> None:
    assert () == outflows(foreign_tx(TOKEN, PAY_TOKENS.data, operation=1))


@pytest.mark.parametrize(
    ("executed", "waiting", "verdicts"),
    [
        (1_500, 0, []),
        (0, 1_500, []),
        (1_000, 500, []),
        (1_501, 0, ["payee"]),
        (0, 1_501, ["payee"]),
        (1_500, 1_500, ["day", "payee"]),
    ],
)
def test_H92_the_whole_queue_stays_under_the_limits(executed: int, waiting: int, verdicts: list[str]) -> None:
    """To the last unit: what was paid within the day and what waits count alike, whoever is paid."""
    spending = Spending(
        caps=CAPS,
        executed=(safe_tx(native_transfer(PAYEE, executed), nonce=2),) if executed else (),
        waiting=(safe_tx(native_transfer(PAYEE, waiting), nonce=3),) if waiting else (),
    )
    found = review(safe_tx(), voted(spending=spending), is_own_safe=True)

    assert [("E_OUTFLOW_CAP", reason, "transaction") for reason in verdicts] == codes(found)
    told = {f.reason: f.facts for f in found.findings if f.code in ("E_OUTFLOW_CAP", "W_OUTFLOW")}
    assert {"day", "payee"} == told.keys()
    assert ("2.5", "5", "ETH") == (told["day"]["asked"], told["day"]["limit"], told["day"]["symbol"])


def test_H92_each_payee_and_each_asset_by_itself() -> None:
    """Two payees of one batch, and another's payments of the day; an asset that is not asked for says nothing."""
    batch = part(native_transfer(PAYEE, 900), native_transfer(OTHER, 4_001), native_transfer(PAYEE, 99))
    spending = Spending(caps=CAPS, executed=(safe_tx(erc20_transfer(TOKEN, PAYEE, 9_000), nonce=2),))
    found = review(safe_tx(*batch.calls), voted(batch, spending=spending), is_own_safe=True)

    assert [("E_OUTFLOW_CAP", "payee", "transaction")] == codes(found)
    assert [("W_OUTFLOW", "day", "transaction"), ("W_OUTFLOW", "payee", "transaction")] == codes(found, "info")
    wide = replace(spending, caps=(CAPS[0]._replace(per_payee=None),))
    assert [] == codes(review(safe_tx(*batch.calls), voted(batch, spending=wide), is_own_safe=True))


def test_without_limits_nothing_is_said() -> None:
    found = review(safe_tx(), voted(spending=None), is_own_safe=True)
    assert [] == codes(found)
    assert [] == codes(found, "info")
