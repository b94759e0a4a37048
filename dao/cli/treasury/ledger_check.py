"""`dao ledger check`: the books against the chain's balances at a block, and closed periods against the journal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from chain.blocks import BlockRef
from chain.finding import Finding, has_errors
from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.options import Dir
from dao.cli.text import columns, counted, label, message, paint, say, told
from dao.store.journal import Journal
from dao.views.closes import check_closes
from dao.views.exporting import export_of
from dao.views.money import AssetLabel, labels_of
from dao.views.money import told as told_money
from dao.views.opening import open_workspace, settings_of
from dao.views.reconciling import Asked, reconcile, reorganised
from treasury.book_lines import Export
from treasury.ledger import REVERSED
from treasury.reconcile import Reconciled

EXAMPLES = (
    "dao ledger check",
    "dao ledger check --block 21000000 --full",
    "dao ledger check --dir demo --json",
)


def command(
    *,
    block: Annotated[
        int | None, typer.Option("--block", help="Which block; without it the newest final one.", metavar="N", min=0)
    ] = None,
    since: Annotated[
        int | None,
        typer.Option("--since", help="First block to look at; without it the books' first.", metavar="N", min=0),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Look at every movement, also where totals agree.")] = False,
    folder: Dir = Path(),
) -> Answer:
    """Hold the books against the chain's balances at a block.

    Every account that lies on the chain is compared, asset by asset, to the base unit. Where they part, every block in
    which something moved is looked at, so that each difference has its blocks: by balances, whatever logs say.
    What merely came in unbooked is a warning; everything else is an error and exit status 1. Old blocks need a node
    that keeps old balances.
    """
    with open_workspace(folder) as (_, desk):
        journal, node = desk.journal, desk.node
        settings = settings_of(journal)
        export = export_of(journal, settings)
        asked = Asked(block, since, full, _progress)
        at, found = reconcile(node, settings, export.lines, _known(journal, node.chain_id()), asked)
        closes = list(check_closes(folder, journal, settings, export))
        gone = reorganised(node, export.lines, _taken_back(export)) if full else []
    labels = labels_of(settings)
    findings = [finding for row in found for finding in row.findings]
    findings += closes
    findings += [_reorganised(line.entry.id, line.trace.block, now) for line, now in gone]
    ok = not has_errors(findings)
    document = {
        "ok": ok,
        "chain_id": at.chain_id,
        "block": at.number,
        "block_hash": f"0x{at.hash.hex()}",
        "places": [_row(row, labels) for row in found],
        "findings": [_finding(finding) for finding in findings],
    }
    return Answer(document, _lines(at, found, findings, labels), TRUE if ok else FALSE)


def _known(journal: Journal, chain_id: int) -> int:
    return max((leaf.block.number for leaf in journal.leaves if leaf.block.chain_id == chain_id), default=0)


def _taken_back(export: Export) -> Iterator[str]:
    for line in export.lines:
        if line.entry.rule == REVERSED:
            yield line.entry.id.removeprefix(f"{REVERSED}:")


def _reorganised(entry: str, booked: BlockRef | None, now: BlockRef) -> Finding:
    assert booked is not None, "only entries with a block can lose it"
    facts = {"entry": entry, "block": booked.number, "booked": booked.hash, "found": now.hash}
    return Finding(code="E_RECONCILE", reason="reorganised", facts=facts)


def _progress(done: int, blocks: int) -> None:
    if done % 100 == 0:
        print(say("BOOKS", "progress", done=done, blocks=blocks), file=sys.stderr)


def _row(row: Reconciled, labels: Mapping[str, AssetLabel]) -> dict[str, object]:
    known = labels.get(row.place.asset)
    return {
        "account": row.place.account,
        "asset": row.place.asset,
        "symbol": None if known is None else known.symbol,
        "held": str(row.held),
        "booked": str(row.booked),
        "difference": str(row.difference),
    }


def _finding(finding: Finding) -> dict[str, object]:
    facts = {key: f"0x{value.hex()}" if isinstance(value, bytes) else value for key, value in finding.facts.items()}
    told_facts = {key: str(value) if key in {"amount", "booked", "logged", "difference"} else value
                  for key, value in facts.items()}  # fmt: skip
    return {
        "code": finding.code,
        "reason": finding.reason,
        "level": finding.level,
        "account": finding.place,
        "facts": told_facts,
        "message": message(finding),
    }


def _lines(
    at: BlockRef, found: list[Reconciled], findings: list[Finding], labels: Mapping[str, AssetLabel]
) -> Iterator[str]:
    yield paint(say("BOOKS", "at_block", number=at.number, hash=at.hash), "bold")
    head = ("", *map(label, ("chain", "booked", "difference")), "")
    rows = []
    for row in found:
        amounts = [told_money(amount, row.place.asset, labels) for amount in (row.held, row.booked, row.difference)]
        rows.append((row.place.account, *(amount for amount, _ in amounts), amounts[0][1]))
    yield from columns([head, *rows], right=range(1, 4))
    for finding in findings:
        yield ""
        yield from told(finding)
    if not findings:
        yield f"{paint('✓', 'green')} {say('BOOKS', 'agree', places=counted(len(found), 'place'))}"
