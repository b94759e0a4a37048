"""`dao review`: what a Safe transaction would do, and whether to sign it.

A file is judged by its own bytes; with a workspace also by what was voted there, where a transaction that no vote
covers is refused. A part that is queued is judged by the vote, the clock and the Safe as it is now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from dao.cli.options import PassphraseFile
from dao.errors import UsageError
from dao.sentences import language, sentence
from treasury import review as reviewing
from treasury.assets import asset_id

EXAMPLES = (
    "dao review tx.json --chain-id 1 --safe-version 1.4.1",
    "dao review tx.json --chain-id 1 --safe-version 1.4.1 --json",
    "dao review tx.json --dir demo",
    "dao review IIP-1/1 --dir demo",
)

_HASHES = ("domain_hash", "message_hash", "safe_tx_hash")

Symbols = Mapping[str, tuple[str, int]]
"""Symbol and decimals by asset id, of the assets that a workspace's settings name."""


def command(
    target: Annotated[
        str,
        typer.Argument(
            help="A transaction as the Safe Transaction Service shows it, or a queued part, as IIP-1/1.", metavar="FILE"
        ),
    ],
    *,
    chain_id: Annotated[
        int | None, typer.Option("--chain-id", help="The chain of the Safe.", metavar="N", min=1)
    ] = None,
    safe_version: Annotated[str, typer.Option("--safe-version", help="Its version, as 1.4.1.", metavar="V")] = "",
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Folder of a workspace; it says which chain, and what was voted.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> Answer:
    """Say what a Safe transaction does and whether to sign it.

    The hashes are computed here: compare them with what your wallet shows. What could not be checked is listed. Without
    a workspace no node is asked, and chain and version must be named.
    """
    if folder is not None:
        from dao.cli.review_voted import review_in_workspace

        return review_in_workspace(target, folder, chain_id, safe_version, passphrase_file)
    if chain_id is None or not safe_version:
        option = "--chain-id" if chain_id is None else "--safe-version"
        raise UsageError("E_USAGE", "review_option", option=option)
    found = read_transaction(read(Path(target)), chain_id, safe_version)
    return found if isinstance(found, Answer) else answer(found, reviewing.review(found), {})


def read_transaction(raw: bytes, chain_id: int, safe_version: str) -> SafeTx | Answer:
    """Read a transaction, or refuse to have it signed; what could not be checked is raised."""
    try:
        return read_safe_tx(json_text.loads(raw), chain_id, safe_version)
    except UncheckableError:
        raise
    except CodedError as error:
        return _unreadable(error)


def answer(tx: SafeTx, review: reviewing.Review, symbols: Symbols) -> Answer:
    """The review as the command answers it."""
    document: dict[str, Any] = {
        "verdict": review.verdict,
        "findings": [_row(finding) for finding in review.findings],
        "unchecked": list(review.unchecked),
        "domain_hash": "0x" + review.domain_hash.hex(),
        "message_hash": "0x" + review.message_hash.hex(),
        "safe_tx_hash": "0x" + review.safe_tx_hash.hex(),
        "actions": [
            {"place": action.place, "kind": action.kind, "message": _told(action, tx.chain_id, symbols)}
            for action in review.actions
        ],
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
    yield from text.rows([("Safe", safe), (text.label("version"), tx.version), ("nonce", str(tx.nonce))])
    yield ""
    yield text.paint(text.say("REVIEW", "does"), "bold")
    yield from text.rows([(text.place(action["place"]), action["message"]) for action in document["actions"]])
    yield ""
    if review.findings:
        yield text.paint(text.say("REVIEW", "found"), "bold")
        for finding in review.findings:
            yield from text.told(finding, "  ")
        yield ""
    yield text.paint(text.say("REVIEW", "compare"), "bold")
    yield from text.rows([(name.replace("_", " "), document[name]) for name in _HASHES])
    yield ""
    if review.unchecked:
        yield text.paint(text.say("REVIEW", "unchecked"), "bold")
        yield from text.rows([(name, sentence("UNCHECKED", name, {}, language())) for name in review.unchecked])
        yield ""
    yield _verdict(review.verdict, review.findings)


def _verdict(verdict: str, findings: tuple[Finding, ...]) -> str:
    levels = [finding.level for finding in findings]
    errors, warnings = (text.counted(levels.count(level), level) for level in ("error", "warning"))
    head = text.paint(text.label(verdict), "green" if verdict == "sign" else "red")
    return head + text.say("REVIEW", verdict, errors=errors, warnings=warnings)


def _told(action: reviewing.Action, chain_id: int, symbols: Symbols) -> str:
    """Say what one call does; the chain's own coin, and what a workspace knows, is told in whole units as well."""
    kind, facts = action.kind, action.facts
    if kind == "pay":
        units, asset = cast("int", facts["amount"]), str(facts["asset"])
        if asset in symbols:
            symbol, decimals = symbols[asset]
            kind, facts = "pay_known", {**facts, "amount": amount.spell(units, decimals), "symbol": symbol}
        elif asset == asset_id(chain_id, None):
            kind, facts = "pay_coin", {**facts, "amount": amount.spell(units, 18), "units": units}
    return sentence("ACTION", kind, facts, language())
