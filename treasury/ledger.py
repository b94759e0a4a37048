"""Double-entry books: an entry that does not balance cannot exist, and an entry is posted once.

Decides what an entry is (its id, the journal leaf it was booked from, the rule that booked it, postings that come to
zero for every asset), that the same entry twice is one, that another entry under the same id is refused, and what each
account holds. Positive amounts are debits, negative ones credits, as in Beancount. It does not decide *what* to book:
that is `treasury.booking`; nor whether a fund can afford it: that is `treasury.fund`.

An id reads `<rule>:<fact>` or, for a fact of the chain, `<rule>:<fact>@<block hash>`. One fact stands in the books at
most once, whatever the version of the rule: when its block was reorganised away, an entry of rule `reversed/1` takes it
back, and only then the same fact can be booked from another block. Nothing is ever edited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from treasury.assets import AssetError, parse_asset
from treasury.errors import TreasuryError

ROOTS = ("Assets", "Liabilities", "Equity", "Income", "Expenses")
REVERSED = "reversed/1"

_ACCOUNT = re.compile(rf"(?:{'|'.join(ROOTS)})(?::[A-Z][A-Za-z0-9-]*)+\Z", re.ASCII)
_RULE = re.compile(r"[a-z][a-z_]{0,31}/[1-9][0-9]{0,3}\Z", re.ASCII)
_ID = re.compile(r"[!-~]{1,300}\Z", re.ASCII)
_FUND = re.compile(r"[a-z][a-z0-9-]{0,31}\Z", re.ASCII)
_AMOUNT = re.compile(r"-?[1-9][0-9]{0,77}\Z", re.ASCII)
_AMOUNT_LIMIT = 2**256
_FIELDS = ("id", "source", "rule", "fund", "iip", "postings")


class LedgerError(TreasuryError):
    """An entry that is malformed (`E_ENTRY`), unbalanced (`E_UNBALANCED`) or against the books (`E_ENTRY_CLASH`)."""


class Posting(NamedTuple):
    """One line of an entry."""

    account: str
    asset: str
    """CAIP-19, see `treasury.assets`."""
    amount: int
    """Base units; positive debits the account, negative credits it, never zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One balanced booking. Constructing it checks it, so a value of this type is an entry that may be posted."""

    id: str
    source: int
    """Index of the journal leaf that holds the fact."""
    rule: str
    """Name and version of the booking rule, `premium/1`."""
    fund: str
    iip: int = 0
    """Number of the proposal it belongs to; 0 for none."""
    postings: tuple[Posting, ...]
    """In the order in which the rule builds them; one line an account and asset."""

    def __post_init__(self) -> None:
        _check_head(self)
        _check_postings(self)

    @property
    def fact(self) -> str:
        """What was booked, whatever the rule's version and the block it was read from: `premium:eip155:1:0x…:0`."""
        return _fact(self.id)

    def to_map(self) -> dict[str, object]:
        """The fields of an `entry` leaf, amounts as signed decimal text."""
        lines = [{"account": p.account, "amount": str(p.amount), "asset": p.asset} for p in self.postings]
        return {"id": self.id, "source": self.source, "rule": self.rule, "fund": self.fund, "iip": self.iip,
                "postings": lines}  # fmt: skip

    @classmethod
    def from_map(cls, fields: Mapping[str, object]) -> Entry:
        """Read exactly what `to_map` writes; raise `LedgerError` for anything else."""
        if not isinstance(fields, Mapping) or set(fields) != set(_FIELDS):
            raise LedgerError("E_ENTRY", "fields", found=_names(fields))
        lines = fields["postings"]
        if not isinstance(lines, list | tuple):
            raise LedgerError("E_ENTRY", "postings", entry=fields["id"])
        head = {name: fields[name] for name in _FIELDS if name != "postings"}
        return cls(**head, postings=tuple(_read_posting(line) for line in lines))  # type: ignore[arg-type]


class Balance(NamedTuple):
    """What an account holds of one asset, seen for one fund."""

    fund: str
    account: str
    asset: str
    amount: int


class Ledger:
    """The books: entries in the order of posting, and their sums. Entries only come in by `post`."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: dict[str, Entry] = {}
        self._standing: dict[str, str] = {}
        self._sums: dict[tuple[str, str, str], int] = {}
        # Sums at and below every account, for one fund and ("") for all, so that asking does not walk the accounts.
        self._totals: dict[tuple[str, str, str], int] = {}
        for entry in entries:
            self.post(entry)

    def post(self, entry: Entry) -> bool:
        """Post an entry: True when it was new, False when the very same entry stood there already.

        Another entry under a known id, a fact that still stands from another block, and a reversal that does not take
        back exactly one standing entry raise `LedgerError` (`E_ENTRY_CLASH`); the books are then unchanged.
        """
        known = self._entries.get(entry.id)
        if known is not None:
            _check_same(known, entry)
            return False
        if entry.rule == REVERSED:
            del self._standing[self._taken_back(entry).fact]
        elif entry.fact in self._standing:
            raise LedgerError("E_ENTRY_CLASH", "stands", entry=entry.id, standing=self._standing[entry.fact])
        else:
            self._standing[entry.fact] = entry.id
        self._entries[entry.id] = entry
        for account, asset, amount in entry.postings:
            _add(self._sums, (entry.fund, account, asset), amount)
            for prefix in ("", *accumulate(account.split(":"), "{}:{}".format)):
                _add(self._totals, (entry.fund, prefix, asset), amount)
                _add(self._totals, ("", prefix, asset), amount)
        return True

    def balances(self, prefix: str = "", *, fund: str | None = None) -> tuple[Balance, ...]:
        """Every account at or below `prefix` that is not at zero, sorted; whole components, so `IIP-1` is not `IIP-12`.

        With `fund`, only what entries of that fund moved.
        """
        return tuple(
            Balance(*key, amount)
            for key, amount in sorted(self._sums.items())
            if amount and fund in (None, key[0]) and _is_below(key[1], prefix)
        )

    def balance(self, prefix: str, asset: str, *, fund: str | None = None) -> int:
        """The sum of one asset over every account at or below `prefix`, in base units, debits positive."""
        return self._totals.get((fund or "", prefix, asset), 0)

    def assets(self, fund: str) -> tuple[str, ...]:
        """Every asset that entries of a fund ever moved, sorted."""
        return tuple(sorted(asset for name, prefix, asset in self._totals if name == fund and not prefix))

    def stands(self, entry_id: str) -> bool:
        """Whether an entry of this id was posted and not taken back since."""
        return self._standing.get(_fact(entry_id)) == entry_id

    def __contains__(self, entry_id: object) -> bool:
        return entry_id in self._entries

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def _taken_back(self, entry: Entry) -> Entry:
        original_id = entry.id.removeprefix(f"{REVERSED}:")
        original = self._entries.get(original_id)
        if original is None or not self.stands(original_id):
            raise LedgerError("E_ENTRY_CLASH", "not_standing", entry=entry.id, standing=original_id)
        if entry.postings != opposite(original.postings) or (entry.fund, entry.iip) != (original.fund, original.iip):
            raise LedgerError("E_ENTRY_CLASH", "reversal", entry=entry.id, standing=original_id)
        return original


def opposite(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """The same lines with debit and credit exchanged."""
    return tuple(Posting(account, asset, -amount) for account, asset, amount in postings)


def is_fund_name(name: object) -> bool:
    """Whether a fund can be called so: lower-case letters, digits and hyphens, a letter first, 32 at most."""
    return isinstance(name, str) and _FUND.match(name) is not None


def _fact(entry_id: str) -> str:
    rule, _, rest = entry_id.partition(":")
    return f"{rule.partition('/')[0]}:{rest.partition('@')[0]}"


def _add(sums: dict[tuple[str, str, str], int], key: tuple[str, str, str], amount: int) -> None:
    sums[key] = sums.get(key, 0) + amount


def _is_below(account: str, prefix: str) -> bool:
    return not prefix or account == prefix or account.startswith(f"{prefix}:")


def _check_same(known: Entry, entry: Entry) -> None:
    if known == entry:
        return
    if known.source != entry.source:
        raise LedgerError("E_ENTRY_CLASH", "source", entry=entry.id, kept=known.source, found=entry.source)
    raise LedgerError("E_ENTRY_CLASH", "content", entry=entry.id, kept=known.source)


def _check_head(entry: Entry) -> None:
    if not isinstance(entry.id, str) or not _ID.match(entry.id):
        raise LedgerError("E_ENTRY", "id", entry=entry.id)
    if not isinstance(entry.rule, str) or not _RULE.match(entry.rule) or not entry.id.startswith(f"{entry.rule}:"):
        raise LedgerError("E_ENTRY", "rule", entry=entry.id, found=entry.rule)
    if type(entry.source) is not int or entry.source < 0:
        raise LedgerError("E_ENTRY", "source", entry=entry.id, found=entry.source)
    if not is_fund_name(entry.fund):
        raise LedgerError("E_ENTRY", "fund", entry=entry.id, found=entry.fund)
    if type(entry.iip) is not int or entry.iip < 0:
        raise LedgerError("E_ENTRY", "iip", entry=entry.id, found=entry.iip)


def _check_postings(entry: Entry) -> None:
    if not isinstance(entry.postings, tuple) or not all(isinstance(line, Posting) for line in entry.postings):
        raise LedgerError("E_ENTRY", "postings", entry=entry.id)
    sums: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    for account, asset, amount in entry.postings:
        if not _is_account(account):
            raise LedgerError("E_ENTRY", "account", entry=entry.id, found=account)
        if not _is_asset(asset):
            raise LedgerError("E_ENTRY", "asset", entry=entry.id, found=asset)
        if type(amount) is not int or amount == 0 or abs(amount) >= _AMOUNT_LIMIT:
            raise LedgerError("E_ENTRY", "amount", entry=entry.id, found=amount)
        if (account, asset) in seen:
            raise LedgerError("E_ENTRY", "twice", entry=entry.id, found=account)
        seen.add((account, asset))
        sums[asset] = sums.get(asset, 0) + amount
    if not sums:
        raise LedgerError("E_ENTRY", "empty", entry=entry.id)
    for asset, amount in sums.items():
        if amount:
            raise LedgerError("E_UNBALANCED", entry=entry.id, asset=asset, sum=amount)


def _is_account(text: object) -> bool:
    return isinstance(text, str) and _ACCOUNT.match(text) is not None


def _is_asset(text: object) -> bool:
    if not isinstance(text, str):
        return False
    try:
        parse_asset(text)
    except AssetError:
        return False
    return True


def _read_posting(line: object) -> Posting:
    if not isinstance(line, Mapping) or set(line) != {"account", "amount", "asset"}:
        raise LedgerError("E_ENTRY", "fields", found=_names(line))
    amount = line["amount"]
    if not isinstance(amount, str) or not _AMOUNT.match(amount):
        raise LedgerError("E_ENTRY", "amount_text", found=amount)
    return Posting(line["account"], line["asset"], int(amount))


def _names(fields: object) -> str:
    return ", ".join(sorted(map(str, fields))) if isinstance(fields, Mapping) else type(fields).__name__
