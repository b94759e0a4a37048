"""How an allocation is written: a TOML text with exactly these keys, read strictly.

Decides spelling only: every key is known, every amount is decimal text, every time has an offset, no number is a
fraction in binary. Whether the plan adds up is `treasury.allocation`'s.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, cast

from chain import address, amount
from chain.errors import CodedError
from proposals.schedule import CALENDARS, STEPS
from proposals.times import parse_instant
from treasury.allocation import (
    PERCENT_DECIMALS,
    Bucket,
    Grant,
    Kind,
    Label,
    Payment,
    Plan,
    PlanError,
    Release,
    Released,
)
from treasury.beneficiaries import WHYS, Change, Ground, after
from treasury.ledger import is_fund_name

MAX_BYTES = 1 << 20
ROWS_MAX = 2000
"""Buckets, labels, grants or payments."""

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z", re.ASCII)
_ID_MAX = 32
_HASH = re.compile(r"0x[0-9a-f]{64}\Z", re.ASCII)
_SIGNATURE = re.compile(r"0x[0-9a-f]{130}\Z", re.ASCII)
_KINDS: Mapping[str, tuple[str, ...]] = {
    "immediate": ("lock_months",),
    "linear": ("lock_months", "months"),
    "tranches": ("lock_months", "months", "every_months"),
    "committee": ("grant", "year"),
}
_MISSING = object()


class _Table:
    """One table of the file, which must have been read to its last key."""

    def __init__(self, place: str, found: object, keys: str) -> None:
        if not isinstance(found, dict):
            raise PlanError("E_PLAN_FILE", "table", place=place)
        unknown = sorted(set(found) - set(keys.split()))
        if unknown:
            raise PlanError("E_PLAN_FILE", "unknown", place=place, key=unknown[0])
        self.place = place
        self._found: dict[str, Any] = found

    def take(self, key: str, expected: type, default: object = _MISSING) -> Any:
        value = self._found.get(key, default)
        if value is _MISSING:
            raise PlanError("E_PLAN_FILE", "missing", place=self.place, key=key)
        if value is not default and type(value) is not expected:
            raise PlanError("E_PLAN_FILE", _REASONS[expected], place=self.place, key=key)
        return value

    def is_number(self, key: str) -> bool:
        return type(self._found.get(key)) is int

    def text(self, key: str, default: object = _MISSING) -> str:
        value = self.take(key, str, default)
        if not 0 < len(value) <= 200 or not value.isprintable():
            raise PlanError("E_PLAN_FILE", "text", place=self.place, key=key)
        return cast("str", value)

    def id(self, key: str) -> str:
        value = self.text(key)
        if not _ID.match(value) or len(value) > _ID_MAX:
            raise PlanError("E_PLAN_FILE", "id", place=self.place, key=key, name=value)
        return value

    def word(self, key: str, known: tuple[str, ...], default: object = _MISSING) -> Any:
        value = self.text(key, default)
        if value not in known:
            raise PlanError("E_PLAN_FILE", "word", place=self.place, key=key, name=value, known=known)
        return value

    def read(self, key: str, reader: Callable[[str], Any]) -> Any:
        """Read a text by its own rules, and say where it stands when they refuse it."""
        text = self.text(key)
        try:
            return reader(text)
        except (CodedError, ValueError):  # the reader's own words know no place
            raise PlanError("E_PLAN_FILE", reader.__name__.strip("_"), place=self.place, key=key, text=text) from None

    def rows(self, key: str, keys: str) -> list[_Table]:
        found = self.take(key, list, [])
        if len(found) > ROWS_MAX:
            raise PlanError("E_PLAN_FILE", "many", key=key, count=len(found), limit=ROWS_MAX)
        return [_Table(f"{key} {number}", row, keys) for number, row in enumerate(found, 1)]


_REASONS = {str: "type_text", int: "type_number", list: "type_list", dict: "type_table"}
_TOP = (
    "version name title asset aliases decimals total calendar step tge chain token steward bucket label grant change "
    "payment released"
)


def read_plan(data: bytes, decimals: int | None = None) -> Plan:
    """Read a plan, with other decimals than its own where some are given.

    Raises `PlanError`: `E_PLAN_FILE` for what is not written as a plan, `E_PLAN` for what adds up to none, `E_VERSION`
    for another version, `E_LIMIT` for too much; and `ScheduleError` for what could not be paid.
    """
    if len(data) > MAX_BYTES:
        raise PlanError("E_LIMIT", "plan", limit=MAX_BYTES)
    try:
        found = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise PlanError("E_PLAN_FILE", "toml") from None
    top = _Table("plan", found, _TOP)
    if (version := top.take("version", int)) != 1:
        raise PlanError("E_VERSION", "plan", version=version)
    own = top.take("decimals", int, 18)
    decimals = own if decimals is None else decimals
    if not 0 <= decimals <= amount.MAX_DECIMALS:
        raise PlanError("E_PLAN_FILE", "decimals", decimals=decimals, limit=amount.MAX_DECIMALS)

    def _amount(text: str) -> int:
        return amount.parse(text, decimals)

    return Plan(
        name=top.id("name"),
        title=top.text("title", top.text("name")),
        asset=top.text("asset"),
        aliases=_texts(top, "aliases"),
        decimals=decimals,
        total=top.read("total", _amount),
        calendar=top.word("calendar", CALENDARS, CALENDARS[0]),
        step=top.word("step", STEPS, STEPS[0]),
        tge=top.read("tge", _time) if "tge" in found else None,
        buckets=tuple(_bucket(row, _amount) for row in top.rows("bucket", "id title percent amount release fund")),
        labels=tuple(_label(row, _amount) for row in top.rows("label", "id title percent amount buckets")),
        grants=_grants(top, _amount),
        payments=tuple(
            Payment(
                bucket=row.id("bucket"),
                at=row.read("at", _time),
                amount=row.read("amount", _amount),
                evidence=row.text("evidence"),
            )
            for row in top.rows("payment", "bucket at amount evidence")
        ),
        released=tuple(
            Released(
                grant=row.id("grant"),
                amount=row.read("amount", _amount),
                transaction=row.read("transaction", _transaction),
            )
            for row in top.rows("released", "grant amount transaction")
        ),
        chain_id=_chain_id(top),
        token=top.read("token", _address) if "token" in found else None,
        steward=top.read("steward", _address) if "steward" in found else None,
    )


def _grants(top: _Table, _amount: Callable[[str], int]) -> tuple[Grant, ...]:
    """The grants, with the beneficiaries whom they have after the changes that two sides signed."""
    keys = "id bucket beneficiary title amount start release wallet successor"
    grants = tuple(_grant(row, _amount) for row in top.rows("grant", keys))
    changes = [_change(row) for row in top.rows("change", "grant to why at by steward")]
    if not changes:
        return grants
    ground = Ground(top.id("name"), _chain_id(top) or 0, top.read("token", _address), top.read("steward", _address))
    return after(ground, grants, changes)


def _change(row: _Table) -> Change:
    return Change(
        grant=row.id("grant"),
        to=row.read("to", _address),
        why=row.word("why", WHYS),
        at=row.read("at", _time),
        by=row.read("by", _signature),
        steward=row.read("steward", _signature),
    )


def _bucket(row: _Table, _amount: Callable[[str], int]) -> Bucket:
    return Bucket(
        id=row.id("id"),
        title=row.text("title"),
        percent=_percent(row),
        amount=row.read("amount", _amount),
        release=_release(row, row.take("release", dict), _amount),
        fund=None if row.take("fund", str, None) is None else row.read("fund", _fund),
    )


def _label(row: _Table, _amount: Callable[[str], int]) -> Label:
    return Label(
        id=row.id("id"),
        title=row.text("title"),
        percent=_percent(row),
        amount=row.read("amount", _amount),
        buckets=_texts(row, "buckets"),
    )


def _grant(row: _Table, _amount: Callable[[str], int]) -> Grant:
    release = row.take("release", dict, None)
    return Grant(
        id=row.id("id"),
        bucket=row.id("bucket"),
        beneficiary=row.read("beneficiary", _address),
        title=row.text("title", row.text("id")),
        amount=row.read("amount", _amount),
        start=None if row.take("start", str, None) is None else row.read("start", _time),
        release=None if release is None else _release(row, release, _amount),
        wallet=None if row.take("wallet", str, None) is None else row.read("wallet", _address),
        successor=None if row.take("successor", str, None) is None else row.read("successor", _address),
    )


def _release(row: _Table, found: object, _amount: Callable[[str], int]) -> Release:
    table = _Table(row.place, found, "kind lock_months months every_months grant year")
    kind: Kind = table.word("kind", tuple(_KINDS))
    _Table(row.place, found, " ".join(("kind", *_KINDS[kind])))
    months = table.take("months", int) if "months" in _KINDS[kind] else 0
    return Release(
        kind=kind,
        lock_months=table.take("lock_months", int, 0),
        months=months,
        every_months=table.take("every_months", int, 1),
        grant_most=None if table.take("grant", str, None) is None else table.read("grant", _amount),
        year_most=None if table.take("year", str, None) is None else table.read("year", _amount),
    )


def _percent(row: _Table) -> int:
    """A whole number, or text where there are decimals: TOML's own fractions are binary."""
    if row.is_number("percent"):
        return _share(str(row.take("percent", int)), row)
    text = row.text("percent")
    return _share(text, row)


def _texts(row: _Table, key: str) -> tuple[str, ...]:
    found = row.take(key, list, [])
    if not all(isinstance(text, str) and 0 < len(text) <= 200 and text.isprintable() for text in found):
        raise PlanError("E_PLAN_FILE", "text", place=row.place, key=key)
    return tuple(found)


def _share(text: str, row: _Table) -> int:
    try:
        return amount.parse(text, PERCENT_DECIMALS)
    except amount.AmountError:
        raise PlanError("E_PLAN_FILE", "share", place=row.place, key="percent", text=text) from None


def _chain_id(top: _Table) -> int | None:
    chain_id = top.take("chain", int, None)
    if chain_id is not None and not 0 < chain_id < 2**53:
        raise PlanError("E_PLAN_FILE", "chain", chain_id=chain_id)
    return cast("int | None", chain_id)


def _fund(text: str) -> str:
    if not is_fund_name(text):
        raise ValueError(text)
    return text


def _transaction(text: str) -> bytes:
    if not _HASH.match(text):
        raise ValueError(text)
    return bytes.fromhex(text[2:])


def _signature(text: str) -> bytes:
    if not _SIGNATURE.match(text):
        raise ValueError(text)
    return bytes.fromhex(text[2:])


def _time(text: str) -> int:
    return parse_instant(text)


def _address(text: str) -> bytes:
    return address.parse(text)
