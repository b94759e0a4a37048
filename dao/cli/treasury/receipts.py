"""`dao receipts`: each payment of a proposal, with the transaction and the log by which it was paid.

Decides only what is told: executions were proved when they came into the journal, and which log is a row's is decided
by `treasury.row_receipts`. No node is asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chain import address, amount
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.files import write
from dao.cli.options import Dir, PassphraseFile
from dao.cli.spreadsheet import write_csv
from dao.record.case import Case, need
from dao.record.receipts import receipt_behind
from dao.workflow.desk import QUEUED
from dao.workflow.proposing import settings_in_force
from treasury.binding import Paying, paying
from treasury.row_receipts import row_receipts

EXAMPLES = (
    "dao receipts IIP-2",
    "dao receipts IIP-2 --dir demo --json",
    "dao receipts IIP-2 --out receipts.csv",
)

_COLUMNS = ("row", "part", "payee", "amount", "asset", "transaction", "log", "block")


def command(
    name: Annotated[str, typer.Argument(help="A proposal, as IIP-2, or one part, as IIP-2/1.", metavar="NAME")],
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="Also write the rows to this file, as CSV.", metavar="FILE")
    ] = None,
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Show which row of a proposal was paid by which transaction and log.

    Rows count the payments in the order of the budget, which is that of the file that `dao pay` was given. A payment of
    coins leaves no log of its own: its log is the Safe's report that the transaction succeeded.
    """
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        named = steps.find_proposal(session, name)
        case = session.desk.case(named.id, *QUEUED)
        rows = [row for row in _rows(case) if named.part in (0, row["part"])]
        symbols = steps.symbols(settings_in_force(session.desk))
    shown = [_shown(row, symbols) for row in rows]
    if out is not None:
        write(out, write_csv(_COLUMNS, [[row[column] for column in _COLUMNS] for row in shown]))
    paid = sum(row["transaction"] is not None for row in rows)
    lines = [
        *steps.noted("STEP_RECEIPTS", name=named.name, rows=len(rows), paid=paid),
        *text.columns([tuple(row[column] for column in _COLUMNS) for row in shown], right=[0, 1, 3]),
    ]
    return Answer({"ok": True, "name": named.name, "rows": rows, "paid": paid}, lines)


def _rows(case: Case) -> list[dict[str, Any]]:
    """Every payment of the proposal, in order; what is not executed has no transaction."""
    found: list[dict[str, Any]] = []
    for part, receipts in _receipts(case).items():
        for payment, paid in receipts:
            found.append({
                "row": len(found) + 1, "part": part, "payee": address.checksum(payment.payee),
                "amount": str(payment.amount), "asset": payment.asset,
            } | (paid or dict.fromkeys(("transaction", "log", "block"))))  # fmt: skip
    return found


def _receipts(case: Case) -> dict[int, list[tuple[Paying, dict[str, Any] | None]]]:
    """By part: its payments, each with what proves it, if it was executed."""
    parts = need(case.parts)
    found: dict[int, list[tuple[Paying, dict[str, Any] | None]]] = {}
    for number, part in enumerate(parts, 1):
        payments = (paying(call, part.chain_id) for call in part.calls)
        found[number] = [(payment, None) for payment in payments if payment is not None]
    for row in case.rows("executed", proposal=case.proposal):
        number, tx = need(case.safe_txs)[bytes(row.leaf.body["hash"])]  # type: ignore[call-overload]
        proved = receipt_behind(case, row)
        about = {"transaction": "0x" + proved.transaction_hash.hex(), "block": proved.header.number}
        found[number] = [
            (receipt.payment, about | {"log": receipt.log})
            for receipt in row_receipts(proved, parts[number - 1], tx)
            if receipt.payment is not None
        ]
    return found


def _shown(row: dict[str, Any], symbols: dict[str, tuple[str, int]]) -> dict[str, str]:
    symbol, decimals = symbols.get(row["asset"], (row["asset"], 0))
    told = row | {"amount": amount.spell(int(row["amount"]), decimals), "asset": symbol}
    return {column: "-" if told[column] is None else str(told[column]) for column in _COLUMNS}
