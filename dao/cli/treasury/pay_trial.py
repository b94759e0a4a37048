"""Rows of a file of payments, tried on the chain as it is: which tokens do not do what a payment says.

Decides how many rows are tried in one question, and that a row is never judged in the company of one that burns all
gas. What a problem is, `treasury.trial` decides. A row that cannot be tried, because the Safe does not hold so much or
the node lends no code, is not judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chain import address
from chain.clients.safe_dry_run import run_steps
from chain.finding import Finding
from chain.trial_program import BALANCE, Step
from dao.session import Session
from proposals.calls import call_for
from proposals.parts import Part
from proposals.pay_file import Fund, PayRow
from treasury.trial import ROW, row_problem, try_row

AT_ONCE = 40

Problems = Mapping[int, tuple[str, Mapping[str, object]]]
"""What is wrong with a row, by its place among the rows, from 0."""


def try_rows(session: Session, rows: Sequence[PayRow], fund: Fund) -> Problems:
    """Try every row that pays a token; say which do not behave, and how."""
    head = session.desk.head().ref.number
    tokens = [place for place, row in enumerate(rows) if row.payment.asset.address is not None]
    if not tokens or run_steps(session.node, fund.safe, [Step(BALANCE)], head) is None:
        return {}
    calls = tuple(call_for(rows[place].payment) for place in tokens)
    part = Part(chain_id=fund.chain_id, safe=fund.safe, not_before=0, not_after=0, release="", calls=calls)
    found: dict[int, tuple[str, Mapping[str, object]]] = {}
    waiting = [range(start, min(start + AT_ONCE, len(tokens))) for start in range(0, len(tokens), AT_ONCE)]
    while waiting:
        chunk = waiting.pop()
        steps = [step for place in chunk for step in try_row(part, place + 1)]
        told = run_steps(session.node, fund.safe, steps, head)
        if told is None and len(chunk) > 1:
            waiting += [chunk[: len(chunk) // 2], chunk[len(chunk) // 2 :]]
            continue
        for number, place in enumerate(chunk):
            answers = [] if told is None else told[number * ROW : (number + 1) * ROW]
            problem = row_problem(part, place + 1, answers) if answers else ("balance", {})
            if problem is not None:
                found[tokens[place]] = problem
    return found


def trial_findings(rows: Sequence[PayRow], parts: Sequence[int], problems: Problems) -> list[Finding]:
    """W_TOKEN_BEHAVIOUR for each row that does not behave, with the part that it has for itself."""
    return [
        Finding(
            code="W_TOKEN_BEHAVIOUR", reason=reason, level="warning", line=rows[place].line,
            facts={"payee": address.checksum(rows[place].payment.to), "part": parts[place], "line": rows[place].line,
                   **facts},
        )
        for place, (reason, facts) in sorted(problems.items())
    ]  # fmt: skip
