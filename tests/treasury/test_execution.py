"""Execution, read from receipts: only the Safe's own word about our hash counts."""

from __future__ import annotations

import pytest

from chain.receipt import Log, ProvedReceipt
from chain.safe import SafeTx, safe_tx_hash
from proposals.calls import erc20_transfer, native_transfer
from proposals.parts import Part
from tests.treasury.cases import OTHER, SAFE, proved, report, safe_tx
from treasury.execution import (
    EXECUTION_FAILURE,
    EXECUTION_SUCCESS,
    ExecutionError,
    check_execution,
    check_token_transfers,
)
from treasury.income import TRANSFER

TX = safe_tx()
UNRELATED = Log(OTHER, (b"\x01" * 32,), b"")


def refusal(receipt: ProvedReceipt, tx: SafeTx = TX) -> tuple[str, str]:
    with pytest.raises(ExecutionError) as refused:
        check_execution(receipt, tx)
    return refused.value.code, refused.value.reason


def test_success_of_our_hash_from_the_safe() -> None:
    """The position of the report is returned, whatever else the receipt holds."""
    assert 0 == check_execution(proved(report(TX)), TX)
    assert 2 == check_execution(proved(UNRELATED, report(TX, hash_=b"\1" * 32), report(TX), UNRELATED), TX)


def test_H87_inner_call_failed_while_the_outer_succeeded() -> None:
    """The receipt's status is 1 and the nonce is spent, but nothing was paid."""
    receipt = proved(report(TX, EXECUTION_FAILURE))

    assert 1 == receipt.receipt.status
    assert ("E_EXECUTION", "failed") == refusal(receipt)
    assert ("E_EXECUTION", "failed") == refusal(proved(report(TX), report(TX, EXECUTION_FAILURE)))


@pytest.mark.parametrize(
    "logs",
    [
        (),
        (UNRELATED,),
        (report(TX, emitter=OTHER),),
        (report(TX, hash_=b"\1" * 32),),
        (report(safe_tx(nonce=5)),),
        (report(TX, EXECUTION_FAILURE, hash_=b"\1" * 32),),
        (Log(SAFE, (EXECUTION_SUCCESS,), safe_tx_hash(TX) + bytes(32)),),
        (Log(SAFE, (EXECUTION_SUCCESS, safe_tx_hash(TX)), b""),),
        (Log(SAFE, (), b""),),
        (report(TX), report(TX)),
    ],
    ids=["none", "unrelated", "other-address", "other-hash", "other-nonce", "other-failed", "old-form", "no-payment",
         "no-topic", "twice"],
)  # fmt: skip
def test_reports_that_say_nothing_about_us(logs: tuple[Log, ...]) -> None:
    """Another contract's event, another transaction's, or one in another release's form is no report."""
    assert ("E_EXECUTION", "absent") == refusal(proved(*logs))


def test_the_hash_stood_in_the_data_before_1_4() -> None:
    """A Safe 1.3.0 does not index the hash; a report in the later form is not its own."""
    old = safe_tx(version="1.3.0")

    def told(event: bytes) -> Log:
        return Log(SAFE, (event,), safe_tx_hash(old) + bytes(32))

    assert 0 == check_execution(proved(told(EXECUTION_SUCCESS)), old)
    assert ("E_EXECUTION", "failed") == refusal(proved(told(EXECUTION_FAILURE)), old)
    assert ("E_EXECUTION", "absent") == refusal(proved(report(old)), old)


TOKEN, NORA = b"\x7a" * 20, b"\x7b" * 20
TWICE = erc20_transfer(TOKEN, NORA, 7)
PAID = Part(chain_id=1, safe=SAFE, calls=(native_transfer(NORA, 5), TWICE, TWICE))


def moved(amount: int = 7, *, token: bytes = TOKEN, giver: bytes = SAFE, payee: bytes = NORA) -> Log:
    return Log(token, (TRANSFER, bytes(12) + giver, bytes(12) + payee), amount.to_bytes(32, "big"))


def test_tokens_that_moved_left_a_log_each() -> None:
    """One log of the token counts for one call, and other logs do no harm."""
    check_token_transfers(proved(UNRELATED, moved(), report(TX), moved()), PAID)


@pytest.mark.parametrize(
    "logs",
    [
        (),
        (moved(),),
        (moved(), moved(6)),
        (moved(), moved(token=OTHER)),
        (moved(), moved(giver=OTHER)),
        (moved(), moved(payee=OTHER)),
    ],
    ids=["false-or-nothing", "one-of-two", "fee-on-transfer", "other-token", "other-giver", "other-payee"],
)
def test_H91_token_that_moves_nothing(logs: tuple[Log, ...]) -> None:
    """The Safe reports success whatever a token answers: without the token's own log nothing is paid."""
    with pytest.raises(ExecutionError) as refused:
        check_token_transfers(proved(report(TX), *logs), PAID)

    assert ("E_TOKEN_BEHAVIOUR", "no_log") == (refused.value.code, refused.value.reason)
