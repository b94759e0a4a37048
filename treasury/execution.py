"""Whether a part's transaction was executed, read from a proved receipt.

Decides that the Safe itself reported success for exactly our hash. The outer status says nothing: a Safe's transaction
can succeed while the call inside failed. It does not decide that the receipt's block is the chain's, nor that its time
lay in the part's window: `check_window` takes `proved.header.timestamp`.

What precedes an execution is offered here too: `treasury.binding`, `treasury.window`, `treasury.nonces`.

Source: Safe smart account, `event ExecutionSuccess(bytes32 indexed txHash, uint256 payment)` and ExecutionFailure; the
hash is indexed from 1.4.0 on and stood in the data before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chain.receipt import Log, ProvedReceipt
from chain.safe import EXECUTION_FAILURE, EXECUTION_SUCCESS, SafeTx, safe_tx_hash
from chain.safe import release as release_of
from proposals.parts import Part
from treasury.binding import BindingError, Paying, build, check_binding, paying
from treasury.errors import TreasuryError
from treasury.income import TRANSFER
from treasury.nonces import NonceError, check_nonce, check_single
from treasury.window import Window, WindowError, check_window, window

__all__ = [
    "EXECUTION_FAILURE",
    "EXECUTION_SUCCESS",
    "BindingError",
    "ExecutionError",
    "NonceError",
    "Window",
    "WindowError",
    "build",
    "check_binding",
    "check_execution",
    "check_nonce",
    "check_single",
    "check_token_transfers",
    "check_window",
    "transfer_log",
    "window",
]


class ExecutionError(TreasuryError):
    """A receipt in which the Safe does not report that our transaction succeeded (`E_EXECUTION`)."""


def check_execution(proved: ProvedReceipt, tx: SafeTx) -> int:
    """Return the position (from 0) of the log by which the Safe reports that `tx` was executed with success.

    Raises `ExecutionError`: `E_EXECUTION.failed` where it reports that the call inside failed (the nonce is spent, no
    money moved), `E_EXECUTION.absent` where it reports nothing of this hash. Logs of any other address mean nothing.
    """
    ours = safe_tx_hash(tx)
    reports = [(event, at) for event, hash_, at in _reports(proved.receipt.logs, tx) if hash_ == ours]
    for event, at in reports:
        if event == EXECUTION_FAILURE:
            raise ExecutionError("E_EXECUTION", "failed", hash=ours, transaction=proved.transaction_hash, log=at)
    if len(reports) != 1:
        raise ExecutionError("E_EXECUTION", "absent", hash=ours, transaction=proved.transaction_hash, safe=tx.safe)
    return reports[0][1]


def check_token_transfers(proved: ProvedReceipt, part: Part) -> None:
    """Raise `ExecutionError` (`E_TOKEN_BEHAVIOUR`, H91) unless every ERC-20 transfer of the part left its own log.

    A Safe does not look at what a token answers: one that returns false, or does nothing, still ends in success. Each
    `Transfer(safe, payee, amount)` of the token counts for one call.
    """
    logs = [(log.address, tuple(log.topics), log.data) for log in proved.receipt.logs]
    for number, call in enumerate(part.calls, 1):
        payment = paying(call, part.chain_id)
        if payment is None or not call.data:
            continue
        expected = transfer_log(part.safe, call.to, payment)
        if expected not in logs:
            raise ExecutionError("E_TOKEN_BEHAVIOUR", "no_log", call=number, token=call.to, payee=payment.payee)
        logs.remove(expected)


def transfer_log(safe: bytes, token: bytes, payment: Paying) -> tuple[bytes, tuple[bytes, ...], bytes]:
    """Address, topics and data of the log that a token leaves when the Safe pays somebody."""
    words = (TRANSFER, safe.rjust(32, b"\0"), payment.payee.rjust(32, b"\0"))
    return token, words, payment.amount.to_bytes(32, "big")


def _reports(logs: Iterable[Log], tx: SafeTx) -> Iterator[tuple[bytes, bytes, int]]:
    """Give event, transaction hash and position of every well-formed report by the Safe itself."""
    is_indexed = release_of(tx.version) >= (1, 4, 0)
    for at, log in enumerate(logs):
        if log.address != tx.safe or log.topics[:1] not in ((EXECUTION_SUCCESS,), (EXECUTION_FAILURE,)):
            continue
        if is_indexed and len(log.topics) == 2 and len(log.data) == 32:
            yield log.topics[0], log.topics[1], at
        elif not is_indexed and len(log.topics) == 1 and len(log.data) == 64:
            yield log.topics[0], log.data[:32], at
