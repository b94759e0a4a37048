"""`dao pay`: a file of payments becomes the draft of a proposal, and nothing else.

Decides what the file is held against: the fund's assets with the decimals that their contracts say, the payees of every
proposal so far, and which payees are contracts. Rows are judged by `proposals.pay_file`, parts by
`treasury.payout_batches`; the draft is made as `dao draft` makes one. Nothing here can move money: the draft is voted
on, and its parts are queued, reviewed and signed like all others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from chain import address, amount
from chain.clients.token_read import contracts_among, read_token
from chain.finding import Finding, has_errors
from dao.cli import steps, text
from dao.cli.answer import FALSE, Answer
from dao.cli.files import read
from dao.cli.options import Dir, PassphraseFile
from dao.cli.proposals.draft import begin
from dao.cli.proposals.draft_ask import Said
from dao.cli.proposals.lint import finding_row
from dao.cli.treasury.pay_merkle import claim_findings, make_claims
from dao.record.checks_proposal import assets_of
from dao.session import Session
from dao.workflow.proposing import settings_in_force
from proposals.calls import call_for
from proposals.draft import budget_row
from proposals.parts import Part, decode_parts
from proposals.pay_file import MAX_BYTES, Fund, PayFileError, PayRow, read_pay_file
from proposals.payment import Asset, write_sentence
from proposals.tables import BudgetRow
from treasury.binding import paying
from treasury.clients.payment_trials import transfer_costs, try_payments
from treasury.payout_batches import parts_of

EXAMPLES = (
    "dao pay payees.csv --title … --description … --author … --discussions-to …",
    "dao pay airdrop.csv --number 7 --title … --description … --author … --json",
)


def command(
    file: Annotated[
        Path,
        typer.Argument(help="CSV: Safe's airdrop format, or the columns payee,amount,asset,purpose.", metavar="FILE"),
    ],
    *,
    title: Annotated[str, typer.Option("--title", help="Title, one line.")],
    description: Annotated[str, typer.Option("--description", help="One sentence.")],
    author: Annotated[str, typer.Option("--author", help="As `Dora (@dora), 0x…`.")],
    discussions_to: Annotated[str, typer.Option("--discussions-to", help="Address of the discussion.", metavar="URL")],
    merkle: Annotated[
        str,
        typer.Option(
            "--merkle", help="Contract that pays claims by proofs: the draft funds it and fixes the root.", metavar="A"
        ),
    ] = "",
    number: Annotated[int, typer.Option("--number", help="Number; without it the next free one.", min=0)] = 0,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; else iips/iip-N.md.")] = None,
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Make the draft of a proposal out of a file of payments; nothing is paid.

    Every row is checked, and all that is wrong is listed by line: then nothing is written. Decimals are compared with
    what the token's contract says, and every payment of tokens is tried on the chain as it is. Rows are divided into
    parts by gas; coins to a contract, and tokens that did not do what the row says, stand alone. With --merkle the rows
    become a list of claims instead, which the document names by its CID.
    """
    raw = read(file, MAX_BYTES)
    said = Said(
        title=title, description=description, author=author, discussions_to=discussions_to, pay=None, part=(), due=()
    )
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        settings = settings_in_force(session.desk)
        fund, assets = settings.funds[0], assets_of(settings.funds[0])
        _check_decimals(session, assets)
        held = Fund(fund.chain_id, fund.safe, assets, _payees(session))
        rows, findings = read_pay_file(raw, held)
        findings += claim_findings(rows, findings) if merkle else []
        if has_errors(findings):
            return _refused(findings, len(rows))
        claims = make_claims(session, rows, held, merkle) if merkle else None
        if claims is None:
            budget, tried = _budget(session, rows, held)
            findings += tried
        else:
            budget = claims.budget
        drafted = begin(session, said, number, out, budget)
        if claims is not None:
            claims.write()
    totals = Counter[str]()
    for row in rows:
        totals[row.payment.asset.symbol] += row.payment.amount
    made = cast("dict[str, Any]", drafted.document)
    document = {
        **made,
        "rows": len(rows),
        "parts": budget[-1].part,
        "totals": {symbol: str(units) for symbol, units in totals.items()},
        "findings": [*map(finding_row, findings), *made["findings"]],
        "claims": None if claims is None else claims.row(),
    }
    spelled = [f"{amount.spell(units, assets[symbol].decimals)} {symbol}" for symbol, units in totals.items()]
    told = steps.noted("STEP_PAY_FILE", rows=len(rows), parts=budget[-1].part, totals=", ".join(spelled))
    if claims is not None:
        told += steps.noted("STEP_PAY_FILE", "claims", file=str(claims.file), root=claims.made.tree.root)
    warned = [line for finding in findings for line in text.told(finding, "  ")]
    return Answer(document, [*told, *warned, *drafted.lines], drafted.status)


def _check_decimals(session: Session, assets: Mapping[str, Asset]) -> None:
    """Refuse settings that spell a token with other decimals than its contract: every amount would be another one."""
    head = session.desk.head().ref.number
    for symbol, asset in assets.items():
        if asset.address is not None:
            found = read_token(session.node, asset.address, head).decimals
            if found != asset.decimals:
                raise PayFileError("E_ASSET", "decimals", asset=symbol, expected=found, found=asset.decimals)


def _payees(session: Session) -> set[bytes]:
    """Everybody whom a proposal of this journal pays, or would have paid."""
    found: set[bytes] = set()
    for leaf in session.journal.leaves:
        if leaf.kind == "parts":
            for part in decode_parts(session.desk.get(leaf.body["parts"])):  # type: ignore[arg-type]
                payments = (paying(call, part.chain_id) for call in part.calls)
                found |= {payment.payee for payment in payments if payment}
    return found


def _budget(session: Session, rows: Sequence[PayRow], fund: Fund) -> tuple[list[BudgetRow], list[Finding]]:
    """The rows in their parts, and what was seen when they were tried."""
    head = session.desk.head().ref.number
    coins = {row.payment.to for row in rows if row.payment.asset.address is None}
    calls = tuple(call_for(row.payment) for row in rows)
    whole = Part(chain_id=fund.chain_id, safe=fund.safe, not_before=0, not_after=0, release="", calls=calls)
    problems = try_payments(session.node, whole, head)
    tokens = {row.payment.asset.address for row in rows if row.payment.asset.address is not None}
    measured = transfer_costs(session.node, fund.safe, tokens)
    parts = parts_of([row.payment for row in rows], contracts_among(session.node, coins, head), problems, measured)
    budget = [
        budget_row(part, write_sentence(row.payment), purpose=row.purpose)
        for part, row in zip(parts, rows, strict=True)
    ]
    findings = []
    for place, (reason, facts) in sorted(problems.items()):
        row = rows[place]
        told = {"payee": address.checksum(row.payment.to), "part": parts[place], "line": row.line, **facts}
        findings.append(Finding(code="W_TOKEN_BEHAVIOUR", reason=reason, level="warning", line=row.line, facts=told))
    return budget, findings


def _refused(findings: Sequence[Finding], rows: int) -> Answer:
    document = {"ok": False, "file": None, "number": None, "rows": rows, "findings": [*map(finding_row, findings)]}
    lines = [line for finding in findings for line in text.told(finding)]
    return Answer(document, lines, FALSE)
