"""`dao fund income`: what came in on the chain, found, proved and booked; or rows of a file, each held to the chain.

Decides what is told. Which logs are income, and whether they are final, is the workflow's and the checks'.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chain.amount import spell
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Dir, PassphraseFile
from dao.cli.progress import bar
from dao.errors import UsageError
from dao.sentences import language, sentence
from dao.session import Session
from dao.workflow import income
from dao.workflow.income import Found
from dao.workflow.proposing import settings_in_force
from governance.settings import Asset, FundSettings
from treasury.income_file import MAX_BYTES, IncomeRow, read_income_file
from treasury.service_transfers import Transfers, is_json, read_transfers

EXAMPLES = (
    "dao fund income",
    "dao fund income iip --from 19000000 --dir club --json",
    "dao fund income iip --file received.csv",
    "dao fund income iip --file incoming-transfers.json",
)


class Unproven(NamedTuple):
    """A row of a file that no receipt proves, and why."""

    row: IncomeRow
    reason: str


def command(
    name: Annotated[
        str, typer.Argument(help="The fund; its only one may be left out.", metavar="NAME", show_default=False)
    ] = "",
    *,
    start: Annotated[
        int | None,
        typer.Option("--from", help="Block to begin at; else that of the journal's first leaf.", metavar="N", min=0),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            help="CSV transaction,asset,amount, or the incoming-transfers of a Safe Transaction Service as JSON: only "
            "these, each held to the chain.",
            metavar="FILE",
        ),
    ] = None,
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Find what came in for a fund, and book it: premiums' shares, forwardings, coins and tokens into the Safe.

    Every row is a log in a proved receipt of a final block. What stands in the books is passed over, so a run that was
    stopped is begun again; income whose block left the chain since is taken back by an entry of its own. Rows of a
    --file that no receipt proves are listed as unproven and are not booked.
    """
    if file is not None and start is not None:
        raise UsageError("E_USAGE", "income")
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        settings = settings_in_force(session.desk)
        fund = steps.choose_fund(settings, name)
        answer = _swept(session, fund, start) if file is None else _held(session, fund, read(file, MAX_BYTES))
        session.desk.keep_as(settings.journal.origin)
    return answer


def _swept(session: Session, fund: FundSettings, start: int | None) -> Answer:
    first = session.journal.leaves[0].block.number if start is None else start
    with bar("STEP_INCOME") as told:
        done = income.sweep(session.desk, fund, first, lambda last, final: told("reading", last - first, final - first))
    document = {
        "ok": True,
        "fund": fund.name,
        "from_block": first,
        "to_block": done.last,
        "booked": [_row(fund, each) for each in done.booked],
        "known": done.known,
        "reversed": done.reversed,
        "passed_over": [_row(fund, each) for each in done.passed_over],
    }
    return Answer(document, _lines(fund, done.booked, done.reversed, done.passed_over))


def _held(session: Session, fund: FundSettings, data: bytes) -> Answer:
    rows, elsewhere = _rows(fund, data)
    back = income.take_back(session.desk)
    proved, unproven = _match(session, fund, rows)
    fresh = income.unbooked(session.desk, proved)
    income.book(session.desk, fund, fresh)
    document = {
        "ok": not unproven,
        "fund": fund.name,
        "booked": [_row(fund, each) for each in fresh],
        "known": len(proved) - len(fresh),
        "reversed": back,
        "elsewhere": elsewhere,
        "unproven": [
            {"line": row.line, "transaction": "0x" + row.transaction.hex(), "asset": row.asset,
             "amount": str(row.amount), "reason": reason}
            for row, reason in unproven
        ],
    }  # fmt: skip
    lines = list(_lines(fund, fresh, back, ()))
    if elsewhere:
        lines += steps.noted("STEP_INCOME", "elsewhere", count=elsewhere, fund=fund.name)
    for row, reason in unproven:
        lines += steps.noted("STEP_INCOME", reason, line=row.line, transaction=row.transaction)
    return Answer(document, lines)


def _rows(fund: FundSettings, data: bytes) -> Transfers:
    if is_json(data):
        return read_transfers(data, fund.safe, {asset.address: asset.symbol for asset in fund.assets})
    return Transfers(read_income_file(data, {asset.symbol: asset.decimals for asset in fund.assets}), 0)


def _match(session: Session, fund: FundSettings, rows: Sequence[IncomeRow]) -> tuple[list[Found], list[Unproven]]:
    """Each row's log, of which each proves one row; and the rows without any."""
    final = income.final_number(session.desk, fund.chain_id)
    tokens = {asset.symbol: asset.address for asset in fund.assets}
    left: dict[bytes, list[Found]] = {}
    brought: set[bytes] = set()
    proved: list[Found] = []
    unproven: list[Unproven] = []
    for row in rows:
        if row.transaction not in left:
            left[row.transaction] = income.look_in(session.node, fund, row.transaction)
            brought |= {row.transaction} if left[row.transaction] else set()
        there = left[row.transaction]
        match = next((each for each in there if (each.asset, each.amount) == (tokens[row.asset], row.amount)), None)
        if match is None:
            reason = "unproven_amount" if row.transaction in brought else "unproven"
            unproven.append(Unproven(row, reason))
        elif match.number > final:
            unproven.append(Unproven(row, "unproven_final"))
        else:
            there.remove(match)
            proved.append(match)
    return proved, unproven


def _row(fund: FundSettings, found: Found) -> dict[str, object]:
    problem = found.problem
    row: dict[str, object] = {
        "kind": found.kind,
        "block": found.number,
        "transaction": "0x" + found.origin.transaction.hex(),
        "log": found.origin.log,
        "asset": _asset(fund, found).symbol,
        "amount": str(found.amount),
    }
    return row if problem is None else {**row, "code": problem.code}


def _lines(fund: FundSettings, booked: Sequence[Found], back: int, passed_over: Sequence[Found]) -> Iterator[str]:
    if back:
        yield from steps.noted("STEP_INCOME", "reversed", count=back)
    for found in booked:
        asset = _asset(fund, found)
        facts = {"amount": spell(found.amount, asset.decimals), "symbol": asset.symbol, "block": found.number}
        yield from steps.noted("STEP_INCOME", found.kind, **facts)
    for found in passed_over:
        assert found.problem is not None, "it was passed over for that"
        problem = _told(found.problem.code, found.problem.reason, found.problem.facts)
        yield from steps.noted("STEP_INCOME", "passed", block=found.number, log=found.origin.log, problem=problem)
    if booked:
        yield from steps.done("STEP_INCOME", "", count=len(booked), fund=fund.name)
    else:
        yield from steps.done("STEP_INCOME", "nothing", fund=fund.name)


def _told(code: str, reason: str, facts: Mapping[str, object]) -> str:
    return sentence(code, reason, facts, language())


def _asset(fund: FundSettings, found: Found) -> Asset:
    native = Asset(None, 18, "ETH")
    return next((asset for asset in fund.assets if asset.address == found.asset), native)
