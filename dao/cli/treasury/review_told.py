"""What a review of a Safe transaction answers: its document, and its lines for people.

Decided here: how findings, calls and hashes are told. Not decided: what is found (`treasury.review`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from chain import address, amount, json_text
from chain.errors import CodedError, UncheckableError
from chain.finding import Finding
from chain.safe import SafeError, SafeTx
from chain.safe_json import read_safe_tx
from chain.transaction_builder import Batch, is_batch, read_batch
from dao.cli import text
from dao.cli.answer import FALSE, TRUE, Answer
from dao.errors import UsageError
from dao.sentences import language, sentence
from proposals.parts import Call
from treasury.assets import asset_id
from treasury.binding import build_calls
from treasury.review import Action, Review
from treasury.trial import Change, Word

_HASHES = ("domain_hash", "message_hash", "safe_tx_hash")

Symbols = Mapping[str, tuple[str, int]]
"""Symbol and decimals by asset id, of the assets that a workspace's settings name."""


class Asked(NamedTuple):
    """What the command line adds to a batch, which names no nonce and perhaps no Safe."""

    safe: str = ""
    nonce: int | None = None


class Draft(NamedTuple):
    """A transaction out of a file."""

    tx: SafeTx
    has_nonce: bool = True
    """Whether its nonce is known; without it there is nothing to sign, and no hash."""


def read_transaction(raw: bytes, chain_id: int, safe_version: str, asked: Asked) -> Draft | Answer:
    """Read a transaction, or refuse to have it signed; what could not be checked is raised."""
    try:
        value = json_text.loads(raw)
        if is_batch(value):
            return _of_batch(read_batch(value), chain_id, safe_version, asked)
        return Draft(read_safe_tx(value, chain_id, safe_version))
    except (UncheckableError, UsageError):
        raise
    except CodedError as error:
        return _unreadable(error)


def answer(draft: Draft, review: Review, symbols: Symbols) -> Answer:
    """The review as the command answers it."""
    tx = draft.tx
    of_nonce = {"message_hash": review.message_hash, "safe_tx_hash": review.safe_tx_hash}
    document: dict[str, Any] = {
        "verdict": review.verdict,
        "findings": [_row(finding) for finding in review.findings],
        "unchecked": list(review.unchecked),
        "domain_hash": "0x" + review.domain_hash.hex(),
        **{name: "0x" + hash_.hex() if draft.has_nonce else None for name, hash_ in of_nonce.items()},
        "actions": [
            {"place": action.place, "kind": action.kind, "message": _told(action, tx.chain_id, symbols)}
            for action in review.actions
        ],
        "changes": [_change(tx, change) for change in review.trial.changes] if review.trial else None,
        "storage": [
            {"word": _name(word), "before": hex(word.before), "after": hex(word.after)} for word in review.trial.words
        ] if review.trial else None,
    }  # fmt: skip
    return Answer(document, _lines(draft, review, document, symbols), TRUE if review.verdict == "sign" else FALSE)


def _of_batch(batch: Batch, chain_id: int, safe_version: str, asked: Asked) -> Draft:
    """Make the transaction that a wallet makes of a batch."""
    if batch.chain_id != chain_id:
        raise SafeError("E_SAFE_CONFIG", "chain", expected=chain_id, found=batch.chain_id)
    safe = address.parse(asked.safe) if asked.safe else batch.safe
    if safe is None:
        raise UsageError("E_USAGE", "review_option", option="--safe")
    calls = [Call(call.to, call.value, call.data) for call in batch.calls]
    nonce = asked.nonce or 0
    tx = build_calls(calls, chain_id=chain_id, safe=safe, version=safe_version, nonce=nonce)
    return Draft(tx, asked.nonce is not None)


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


def _lines(draft: Draft, review: Review, document: dict[str, Any], symbols: Symbols) -> Iterator[str]:
    tx, nonce = draft.tx, str(draft.tx.nonce) if draft.has_nonce else "-"
    safe = address.with_chain(tx.safe, tx.chain_id)
    yield from text.rows([("Safe", safe), (text.label("version"), tx.version), ("nonce", nonce)])
    yield ""
    yield text.paint(text.say("REVIEW", "does"), "bold")
    yield from text.rows([(text.place(action["place"]), action["message"]) for action in document["actions"]])
    yield ""
    if review.trial is not None:
        yield text.paint(text.say("REVIEW", "changes"), "bold")
        yield from text.rows([_gain(tx, change, symbols) for change in review.trial.changes if change.gained])
        yield from text.rows([(_name(word), f"{word.before:#x} → {word.after:#x}") for word in review.trial.words])
        yield ""
    if review.findings:
        yield text.paint(text.say("REVIEW", "found"), "bold")
        for finding in review.findings:
            yield from text.told(finding, "  ")
        yield ""
    yield text.paint(text.say("REVIEW", "compare"), "bold")
    yield from text.rows([(name.replace("_", " "), document[name] or "-") for name in _HASHES])
    yield ""
    if review.unchecked:
        yield text.paint(text.say("REVIEW", "unchecked"), "bold")
        yield from text.rows([(name, sentence("UNCHECKED", name, {}, language())) for name in review.unchecked])
        yield ""
    yield _verdict(review.verdict, review.findings)


def _change(tx: SafeTx, change: Change) -> dict[str, str | None]:
    before, after = (None if units is None else str(units) for units in (change.before, change.after))
    holder, asset = address.checksum(change.holding.holder), asset_id(tx.chain_id, change.holding.token)
    return {"holder": holder, "asset": asset, "before": before, "after": after, "expected": str(change.expected)}


def _name(word: Word) -> str:
    """How a word of the Safe is called: `threshold`, or `owners[0x…]` for an address's place in the list."""
    return word.field if word.entry is None else f"{word.field}[{address.checksum(word.entry)}]"


def _gain(tx: SafeTx, change: Change, symbols: Symbols) -> tuple[str, str]:
    """A holder and what he would gain, in whole units where the asset is known."""
    asset, gained = asset_id(tx.chain_id, change.holding.token), change.gained or 0
    symbol, decimals = symbols.get(asset, (asset, 0))
    sign = "+" if gained > 0 else ""
    return address.checksum(change.holding.holder), f"{sign}{amount.spell(gained, decimals)} {symbol}"


def _verdict(verdict: str, findings: tuple[Finding, ...]) -> str:
    levels = [finding.level for finding in findings]
    errors, warnings = (text.counted(levels.count(level), level) for level in ("error", "warning"))
    head = text.paint(text.label(verdict), "green" if verdict == "sign" else "red")
    return head + text.say("REVIEW", verdict, errors=errors, warnings=warnings)


def _told(action: Action, chain_id: int, symbols: Symbols) -> str:
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
