"""From what a document says to what a Safe does, and the proof that given parts say the same.

Decides the calls of every Budget row, once a chain, a Safe and its assets are named, and refuses payees that lose the
money: nobody, the Safe itself, the token's own contract, and addresses made to look like another. A call that pays a
known asset is refused unless it is written as a payment, so that sums and payees are always seen. Does not decide
whether the fund can pay, whether the payee is a contract that refuses, or anything about votes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from chain import address, amount
from chain.errors import CodedError
from proposals.action import CallSentence, addresses_in
from proposals.calls import call_for, describe
from proposals.document import Document
from proposals.errors import ProposalsError
from proposals.parts import Call, Part, check_horizon, validate
from proposals.payment import Asset, Payment, write_sentence
from proposals.problems import DocumentError
from proposals.tables import BudgetRow


class CompileError(ProposalsError):
    """A document that does not become parts here, or parts that say something else than the document.

    `E_ASSET`, `E_ADDRESS`, `E_RECIPIENT_*`, `E_TEXT_PAYLOAD`.
    """


def compile_parts(
    document: Document,
    *,
    chain_id: int,
    safe: bytes,
    assets: Mapping[str, Asset],
    known: Collection[bytes] = (),
) -> tuple[Part, ...]:
    """Return the parts of a document for one fund: a chain, its Safe, and its assets by symbol.

    `known` are addresses that people recognise, such as payees of earlier proposals: a payee that only resembles one of
    them, or another of this document, is refused. Errors name the line and the part.
    """
    calls = [_on_its_line(row, chain_id, safe, assets) for row in document.budget]
    check_look_alikes(document.budget, (*known, safe, *token_addresses(assets)))
    rows = zip(document.budget, calls, strict=True)
    parts = tuple(_part(list(group), chain_id, safe) for _, group in groupby(rows, key=lambda pair: pair[0].part))
    validate(parts)
    check_horizon(parts, day=document.front.created)
    return parts


def row_call(row: BudgetRow, *, chain_id: int, safe: bytes | None, assets: Mapping[str, Asset]) -> Call:
    """Return the call of one row on a chain; the Safe may be unknown, then nothing is compared with it."""
    if row.action.chain_id not in (None, chain_id):
        spelled = address.with_chain(row.action.to, row.action.chain_id or 0)
        raise CompileError("E_ADDRESS", "chain", address=spelled, chain_id=chain_id)
    if isinstance(row.action, CallSentence):
        return _call(row.action, chain_id, assets)
    asset = _asset(row.action.symbol, chain_id, assets)
    payee = address.checksum(row.action.to)
    if row.action.to == safe:
        raise CompileError("E_RECIPIENT_SAFE", payee=payee)
    if row.action.to in token_addresses(assets):
        raise CompileError("E_RECIPIENT_TOKEN", payee=payee)
    return call_for(Payment(asset, amount.parse(row.action.amount, asset.decimals), row.action.to))


def _call(sentence: CallSentence, chain_id: int, assets: Mapping[str, Asset]) -> Call:
    value = 0
    if sentence.coins is not None:
        coin = _asset(sentence.coins[1], chain_id, assets)
        if coin.address is not None:
            raise CompileError("E_ASSET", "not_coin", asset=coin.symbol)
        value = amount.parse(sentence.coins[0], coin.decimals)
    call = Call(sentence.to, value, sentence.data)
    if isinstance(describe(call, assets, chain_id), Payment):
        raise CompileError("E_PARSE", "call_payment", function=sentence.function.text)
    return call


def _asset(symbol: str, chain_id: int, assets: Mapping[str, Asset]) -> Asset:
    asset = assets.get(symbol)
    if asset is None:
        raise CompileError("E_ASSET", "unknown", asset=symbol, known=", ".join(sorted(assets)))
    if asset.chain_id != chain_id:
        raise CompileError("E_ASSET", "chain", asset=asset.symbol, found=asset.chain_id, expected=chain_id)
    return asset


def token_addresses(assets: Mapping[str, Asset]) -> tuple[bytes, ...]:
    """Return the contracts of the tokens among the assets."""
    return tuple(asset.address for asset in assets.values() if asset.address is not None)


def check_look_alikes(rows: Sequence[BudgetRow], known: Collection[bytes]) -> None:
    """Raise for the first address that shares its first and last 4 digits with another one and is not it.

    Looks at payees, at targets of calls, and at addresses among the arguments.
    """
    faces = {_face(to): to for to in known}
    for row in rows:
        for to in addresses_in(row.action) if isinstance(row.action, CallSentence) else (row.action.to,):
            other = faces.setdefault(_face(to), to)
            if other != to:
                payee, resembles = address.checksum(to), address.checksum(other)
                raise CompileError(
                    "E_RECIPIENT_LOOKALIKE", payee=payee, resembles=resembles, line=row.line, place=f"part {row.part}"
                )


def check_parts(
    document: Document,
    parts: Sequence[Part],
    *,
    chain_id: int,
    safe: bytes,
    assets: Mapping[str, Asset],
) -> None:
    """Raise `E_TEXT_PAYLOAD` at the first difference between given parts and those that the document compiles to.

    The facts are words for people: which part and call, what the document says (`expected`), what was given (`found`).
    """
    compiled = compile_parts(document, chain_id=chain_id, safe=safe, assets=assets)
    if len(compiled) != len(parts):
        raise CompileError("E_TEXT_PAYLOAD", "count", expected=len(compiled), found=len(parts))
    for number, (expected, found) in enumerate(zip(compiled, parts, strict=True), 1):
        _check_frame(number, expected, found)
        for position, (said, given) in enumerate(zip(expected.calls, found.calls, strict=True), 1):
            if said != given:
                where = {"part": number, "call": position}
                raise difference(where, said, given, assets, chain_id)
    assert tuple(parts) == compiled, "every field was compared"


def _on_its_line(row: BudgetRow, chain_id: int, safe: bytes, assets: Mapping[str, Asset]) -> Call:
    """Compile a row, and let every refusal name its line."""
    try:
        return row_call(row, chain_id=chain_id, safe=safe, assets=assets)
    except CodedError as error:
        facts = dict(error.facts) | {"line": row.line, "place": f"part {row.part}"}
        raise DocumentError(error.code, error.reason, **facts) from error


def _part(rows: list[tuple[BudgetRow, Call]], chain_id: int, safe: bytes) -> Part:
    first = rows[0][0]
    return Part(
        chain_id=chain_id,
        safe=safe,
        not_before=first.not_before,
        not_after=first.not_after,
        release=first.release,
        calls=tuple(call for _, call in rows),
    )


def _face(to: bytes) -> tuple[bytes, bytes]:
    """What a wallet shows of an address: 4 hexadecimal digits in front and 4 behind."""
    return to[:2], to[-2:]


def _check_frame(number: int, expected: Part, found: Part) -> None:
    """Compare everything of two parts but what their calls say."""
    for field in ("chain_id", "safe", "not_before", "not_after", "release"):
        said, given = getattr(expected, field), getattr(found, field)
        if said != given:
            raise CompileError("E_TEXT_PAYLOAD", field, part=number, expected=said, found=given)
    if len(expected.calls) != len(found.calls):
        raise CompileError("E_TEXT_PAYLOAD", "calls", part=number, expected=len(expected.calls), found=len(found.calls))


def difference(
    where: Mapping[str, int], said: Call, given: Call, assets: Mapping[str, Asset], chain_id: int
) -> CompileError:
    """Name the first difference between two calls in the words of payments, as far as both are payments."""
    expected = describe(said, assets, chain_id)
    try:
        found = describe(given, assets, chain_id)
    except CodedError:
        found = None
    if not isinstance(expected, Payment) or not isinstance(found, Payment):
        selector, told = "0x" + given.data[:4].hex(), "0x" + said.data.hex()
        if isinstance(expected, Payment):
            told = write_sentence(expected)
        elif said.data[:4] == given.data[:4]:
            selector = "0x" + given.data.hex()
        return CompileError("E_TEXT_PAYLOAD", "call", expected=told, to=given.to, found=selector, **where)
    if expected.to != found.to:
        return CompileError("E_TEXT_PAYLOAD", "payee", expected=expected.to, found=found.to, **where)
    if expected.asset != found.asset:
        names = {"expected": expected.asset.symbol, "found": found.asset.symbol}
        return CompileError("E_TEXT_PAYLOAD", "asset", **names, **where)
    amounts = [f"{amount.spell(each.amount, each.asset.decimals)} {each.asset.symbol}" for each in (expected, found)]
    return CompileError("E_TEXT_PAYLOAD", "amount", expected=amounts[0], found=amounts[1], **where)
