"""`dao review`: what a Safe transaction would do, and whether to sign it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from chain import address, amount, json_text
from chain.errors import CodedError, UncheckableError
from chain.finding import Finding
from chain.safe import SafeTx
from chain.safe_json import read_safe_tx
from dao.cli import text
from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.files import read
from dao.sentences import language, sentence
from treasury import review as reviewing
from treasury.assets import asset_id

EXAMPLES = (
    "dao review tx.json --chain-id 1 --safe-version 1.4.1",
    "dao review tx.json --chain-id 1 --safe-version 1.4.1 --json",
)

_HASHES = ("domain_hash", "message_hash", "safe_tx_hash")


def command(
    file: Annotated[
        Path, typer.Argument(help="A transaction as the Safe Transaction Service shows it.", metavar="FILE")
    ],
    chain_id: Annotated[int, typer.Option("--chain-id", help="The chain of the Safe.", metavar="N", min=1)],
    safe_version: Annotated[str, typer.Option("--safe-version", help="Its version, as 1.4.1.", metavar="V")],
) -> Answer:
    """Say what a Safe transaction does and whether to sign it.

    The hashes are computed here: compare them with what your wallet shows. No node is asked, so what would need one is
    listed as not checked.
    """
    raw = read(file)
    try:
        tx = read_safe_tx(json_text.loads(raw), chain_id, safe_version)
    except UncheckableError:
        raise
    except CodedError as error:
        return _unreadable(error)
    review = reviewing.review(tx)
    actions = [
        {"place": action.place, "kind": action.kind, "message": _told(action, chain_id)} for action in review.actions
    ]
    document: dict[str, Any] = {
        "verdict": review.verdict,
        "findings": [_row(finding) for finding in review.findings],
        "unchecked": list(review.unchecked),
        "domain_hash": "0x" + review.domain_hash.hex(),
        "message_hash": "0x" + review.message_hash.hex(),
        "safe_tx_hash": "0x" + review.safe_tx_hash.hex(),
        "actions": actions,
    }
    return Answer(document, _lines(tx, review, document), TRUE if review.verdict == "sign" else FALSE)


def _unreadable(error: CodedError) -> Answer:
    """Refuse a file that is no Safe transaction; what cannot be read must not be signed."""
    place = str(error.facts.get("place", ""))
    finding = Finding(code=error.code, reason=error.reason, place=place, facts=error.facts)
    hashes = dict.fromkeys(_HASHES)
    document = {"verdict": "refuse", "findings": [_row(finding)], "unchecked": [], **hashes, "actions": []}
    return Answer(document, (*text.told(finding), "", _verdict("refuse", (finding,))), FALSE)


def _row(finding: Finding) -> dict[str, Any]:
    message = text.message(finding)
    return {"code": finding.code, "level": finding.level, "message": message, "place": finding.place or None}


def _lines(tx: SafeTx, review: reviewing.Review, document: dict[str, Any]) -> Iterator[str]:
    safe = address.with_chain(tx.safe, tx.chain_id)
    yield from text.rows([("Safe", safe), ("version", tx.version), ("nonce", str(tx.nonce))])
    yield ""
    yield text.paint("What it does", "bold")
    yield from text.rows([(action["place"], action["message"]) for action in document["actions"]])
    yield ""
    if review.findings:
        yield text.paint("What was found", "bold")
        for finding in review.findings:
            yield from text.told(finding, "  ")
        yield ""
    yield text.paint("Compare with what your wallet shows", "bold")
    yield from text.rows([(name.replace("_", " "), document[name]) for name in _HASHES])
    yield ""
    yield text.paint("Not checked", "bold")
    yield from text.rows([(name, sentence("UNCHECKED", name, {}, language())) for name in review.unchecked])
    yield ""
    yield _verdict(review.verdict, review.findings)


def _verdict(verdict: str, findings: tuple[Finding, ...]) -> str:
    levels = [finding.level for finding in findings]
    counts = f"{text.counted(levels.count('error'), 'error')}, {text.counted(levels.count('warning'), 'warning')}"
    if verdict == "sign":
        return f"{text.paint('sign', 'green')}: nothing found here speaks against it ({counts})"
    return f"{text.paint('refuse', 'red')}: do not sign this ({counts})"


def _told(action: reviewing.Action, chain_id: int) -> str:
    """Say what one call does; the chain's own coin is told in whole coins as well."""
    kind, facts = action.kind, action.facts
    if kind == "pay" and facts["asset"] == asset_id(chain_id, None):
        units = cast("int", facts["amount"])
        kind, facts = "pay_coin", {**facts, "amount": amount.spell(units, 18), "units": units}
    return sentence("ACTION", kind, facts, language())
