"""A table of payments as a file: Safe's airdrop format, and our own; checked row by row, refused as a whole.

Decides which bytes are such a file, what each row pays out of the assets of one fund, and every reason why a row cannot
be paid: its amount, its asset, its payee, a row that stands there twice, an address made to look like another. All rows
are looked at, and each finding names its line. Nothing is evaluated: a cell is text. It does not decide whether the
fund can pay, and moves nothing: rows become the budget of a draft (`proposals.draft`).

    token_type,token_address,receiver,amount,id      Safe's CSV Airdrop: erc20 or native, no collectibles
    payee,amount,asset,purpose                       ours: the asset by its symbol; purpose may be left out

Source: bh2smith/safe-airdrop, README ("Preparing a Transfer File").
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from chain import address, amount
from chain.errors import CodedError
from chain.finding import Finding
from proposals.compile import token_addresses
from proposals.errors import ProposalsError
from proposals.payment import Asset, Payment, read_amount, read_payee

MAX_BYTES = 1 << 20
MAX_ROWS = 5_000

AIRDROP = ("token_type", "token_address", "receiver", "amount")
OURS = ("payee", "amount", "asset")
_OPTIONAL = {AIRDROP: {"id"}, OURS: {"purpose"}}
_BOM = b"\xef\xbb\xbf"
"""Spreadsheets write it; the only thing that is taken away."""


class PayFileError(ProposalsError):
    """A file that is no table of payments (`E_PAY_FILE`), or a row that cannot be paid."""


class PayRow(NamedTuple):
    """One payment of a file."""

    line: int
    """1-based, of the file."""
    payment: Payment
    purpose: str


class Fund(NamedTuple):
    """What rows are held against: one fund of the settings, and addresses that people recognise."""

    chain_id: int
    safe: bytes
    assets: Mapping[str, Asset]
    known: Collection[bytes] = ()


def read_pay_file(raw: bytes, fund: Fund) -> tuple[list[PayRow], list[Finding]]:
    """Return the rows that can be paid, and what is wrong with the others; `PayFileError` for a file out of form."""
    rows: list[PayRow] = []
    findings: list[Finding] = []
    for line, cells in _table(raw):
        try:
            rows.append(_row(line, cells, fund))
        except CodedError as error:
            findings.append(Finding(code=error.code, reason=error.reason, line=line, facts=error.facts))
    findings += [*_twice(rows), *_look_alikes(rows, fund)]
    return rows, sorted(findings, key=lambda finding: finding.line or 0)


def _table(raw: bytes) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Give every row that is not empty, by its columns' names."""
    if len(raw) > MAX_BYTES:
        raise PayFileError("E_LIMIT", "pay_file", found=len(raw), limit=MAX_BYTES)
    try:
        text = raw.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError:
        raise PayFileError("E_PAY_FILE", "utf8") from None
    reader = csv.reader((line + "\n" for line in text.replace("\r\n", "\n").split("\n")), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error:
        raise PayFileError("E_PAY_FILE", "quotes", line=reader.line_num) from None
    filled = [(line, [cell.strip(" ") for cell in cells]) for line, cells in lines if any(cells)]
    names = tuple(filled[0][1]) if filled else ()
    _check_columns(names)
    if not 1 < len(filled) <= MAX_ROWS + 1:
        raise PayFileError("E_PAY_FILE", "rows", found=max(0, len(filled) - 1), limit=MAX_ROWS)
    for line, cells in filled[1:]:
        if len(cells) != len(names):
            raise PayFileError("E_PAY_FILE", "cells", line=line, found=len(cells), expected=len(names))
        yield line, dict(zip(names, cells, strict=True))


def _check_columns(names: tuple[str, ...]) -> None:
    for needed in (AIRDROP, OURS):
        if set(needed) <= set(names) <= {*needed, *_OPTIONAL[needed]} and len(set(names)) == len(names):
            return
    expected = " / ".join(",".join(needed) for needed in (AIRDROP, OURS))
    raise PayFileError("E_PAY_FILE", "columns", found=",".join(names)[:200], expected=expected)


def _row(line: int, cells: Mapping[str, str], fund: Fund) -> PayRow:
    asset = _airdrop_asset(cells, fund) if "token_type" in cells else _asset(cells["asset"], fund)
    chain_id, to = read_payee(cells.get("receiver") or cells.get("payee") or "")
    payee = address.checksum(to)
    if chain_id not in (None, fund.chain_id):
        raise PayFileError("E_ADDRESS", "chain", address=address.with_chain(to, chain_id or 0), chain_id=fund.chain_id)
    if to == fund.safe:
        raise PayFileError("E_RECIPIENT_SAFE", payee=payee)
    if to in token_addresses(fund.assets):
        raise PayFileError("E_RECIPIENT_TOKEN", payee=payee)
    units = amount.parse(read_amount(cells["amount"]), asset.decimals)
    return PayRow(line, Payment(asset, units, to), cells.get("purpose", ""))


def _asset(symbol: str, fund: Fund) -> Asset:
    found = fund.assets.get(symbol)
    if found is None or found.chain_id != fund.chain_id:
        raise PayFileError("E_ASSET", "unknown", asset=symbol, known=", ".join(sorted(fund.assets)))
    return found


def _airdrop_asset(cells: Mapping[str, str], fund: Fund) -> Asset:
    """Find the asset that an airdrop's row names by its contract."""
    kind, told = cells["token_type"], cells["token_address"]
    if kind not in ("erc20", "native") or cells.get("id"):
        raise PayFileError("E_PAY_FILE", "kind", kind=kind)
    if (kind == "native") == bool(told):
        raise PayFileError("E_PAY_FILE", "token", kind=kind, token=told)
    token = address.parse(told) if told else None
    for asset in fund.assets.values():
        if (asset.chain_id, asset.address) == (fund.chain_id, token):
            return asset
    raise PayFileError("E_ASSET", "unknown", asset=told or kind, known=", ".join(sorted(fund.assets)))


def _twice(rows: list[PayRow]) -> Iterator[Finding]:
    """E_DOUBLE_PAY: the same payment twice; W_DOUBLE_PAY: one payee gets one asset twice, in different amounts."""
    first: dict[tuple[bytes, str, int], int] = {}
    payees: dict[tuple[bytes, str], int] = {}
    for line, payment, _ in rows:
        facts = {"payee": payment.to, "asset": payment.asset.symbol, "line": line}
        before = first.setdefault(_identity(payment), line)
        also = payees.setdefault((payment.to, payment.asset.symbol), line)
        if before != line:
            yield Finding(code="E_DOUBLE_PAY", reason="row", line=line, facts={**facts, "first": before})
        elif also != line:
            yield Finding(code="W_DOUBLE_PAY", level="warning", line=line, facts={**facts, "first": also})


def _identity(payment: Payment) -> tuple[bytes, str, int]:
    return payment.to, payment.asset.symbol, payment.amount


def _look_alikes(rows: list[PayRow], fund: Fund) -> Iterator[Finding]:
    """E_RECIPIENT_LOOKALIKE: a payee that begins and ends like another address and is not it."""
    faces = {(to[:2], to[-2:]): to for to in (*token_addresses(fund.assets), *fund.known, fund.safe)}
    for line, payment, _ in rows:
        to = payment.to
        resembles = faces.setdefault((to[:2], to[-2:]), to)
        if resembles != to:
            facts = {"payee": address.checksum(to), "resembles": address.checksum(resembles)}
            yield Finding(code="E_RECIPIENT_LOOKALIKE", line=line, facts=facts)
