"""`dao vesting compare`: a document's dated payments against the grants of a plan, every difference a finding."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.finding import has_errors
from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.files import read
from dao.cli.proposals.lint import finding_row
from dao.cli.text import paint, say, told, wrapped
from dao.cli.treasury.vesting_draft import chosen_grants
from dao.cli.treasury.vesting_plan import Grants, PlanName, Tge, choose, moment
from proposals.document import parse_document
from treasury.vesting_tranches import check_rows, tranches_of

EXAMPLES = (
    "dao vesting compare iips/iip-4.md --plan plan.toml",
    "dao vesting compare iips/iip-4.md --plan plan.toml --grant ann --json",
)


def command(
    file: Annotated[Path, typer.Argument(help="The document of a proposal.", metavar="FILE")],
    *,
    plan: PlanName,
    grant: Grants = None,
    since: Annotated[
        str, typer.Option("--since", help="First moment that is compared; the first payment's when absent.")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", help="Last moment that is compared; the last payment's when absent.")
    ] = "",
    tge: Tge = "",
) -> Answer:
    """Check that a document pays the tranches of a plan's grants, each on its date, and nothing else.

    A document pays a term of the plan: of its tranches those count that fall between its first payment and its last,
    or between --since and --until. Without --grant all grants that name no wallet are meant. Works on two files alone.
    """
    chosen = choose(plan, tge, "")
    grants = chosen_grants(chosen, grant or ())
    document = parse_document(read(file))
    dates = [row.not_before for row in document.budget]
    first = moment(since) if since else min(dates, default=0)
    last = moment(until) if until else max(dates, default=0)
    expected = [row for row in tranches_of(chosen.plan, grants, chosen.tge) if first <= row.tranche.at <= last]
    findings = check_rows(chosen.plan, expected, document.budget)
    answer = {
        "ok": not has_errors(findings),
        "grants": [one.id for one in grants],
        "since": first,
        "until": last,
        "payments": len(document.budget),
        "findings": [finding_row(finding) for finding in findings],
    }
    if findings:
        return Answer(answer, [line for finding in findings for line in told(finding)], FALSE)
    facts = {"payments": len(document.budget), "grants": len(grants), "title": chosen.plan.title}
    sentence = say("VESTING", "compared", **facts, since=first, until=last)
    return Answer(answer, list(wrapped(f"{paint('✓', 'green')} {sentence}", "", "  ")), TRUE)
