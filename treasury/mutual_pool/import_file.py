"""An import of premiums as a file: every purchase so far, and where to go on.

Decides the format, and that a file is only taken if its rows, followed again one by one, give what stands in it. So a
file that was cut, edited or put together from two cannot be continued. Fetching is the client's, and booking nobody's
yet: rows are facts about a chain, to be held to the contract's totals first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chain import address
from chain.address import AddressError, checksum
from chain.amount import AmountError, parse_base_units
from chain.blocks import BlockRef
from chain.json_text import loads
from treasury.mutual_pool.follower import Followed, Place, PremiumRow, Purchase, follow, follow_all
from treasury.premiums import PremiumError

VERSION = 1
BYTES_MAX = 64 * 2**20
_FIELDS = frozenset({"version", "contract", "chain_id", "from_block", "last", "rows"})
_ROW = frozenset(
    {"block", "log", "transaction", "buyer", "day", "days", "units", "shares", "value", "premium", "share"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What was read so far."""

    contract: bytes
    chain_id: int
    from_block: int
    last: BlockRef | None = None
    """The last block that was read; None before the first."""
    followed: Followed = field(default_factory=Followed)
    rows: tuple[PremiumRow, ...] = ()

    @property
    def next_block(self) -> int:
        """Where to go on."""
        return self.from_block if self.last is None else self.last.number + 1

    @property
    def reached(self) -> BlockRef:
        """The last block. Raises `PremiumError` (`E_PREM_IMPORT`) where none was read."""
        if self.last is None:
            raise PremiumError("E_PREM_IMPORT", "nothing", from_block=self.from_block)
        return self.last

    def expect(self, contract: bytes, chain_id: int, from_block: int | None) -> None:
        """Refuse (`E_PREM_IMPORT`) another contract or chain, or another beginning than was asked for."""
        if (self.contract, self.chain_id) != (contract, chain_id):
            raise PremiumError("E_PREM_IMPORT", "other", found=self.contract, chain_id=self.chain_id, expected=contract)
        if from_block is not None and from_block != self.from_block:
            raise PremiumError("E_PREM_IMPORT", "begun", from_block=self.from_block, asked=from_block)

    def with_purchases(self, purchases: Sequence[Purchase], last: BlockRef) -> Import:
        """The import after more blocks, all purchases of which are these. Raises as `follow` does."""
        followed, rows = follow_all(self.followed, purchases)
        return replace(self, followed=followed, rows=(*self.rows, *rows), last=last)


def told_import(found: Import) -> dict[str, Any]:
    """The file's document."""
    last = found.last
    return {
        "version": VERSION,
        "contract": checksum(found.contract),
        "chain_id": found.chain_id,
        "from_block": found.from_block,
        "last": None if last is None else {"number": last.number, "hash": "0x" + last.hash.hex()},
        "rows": [_told_row(row) for row in found.rows],
    }


def read_import(data: bytes) -> Import:
    """Read a file and follow its rows again. Raises `PremiumError` (`E_PREM_IMPORT`) and `JsonError`."""
    document = loads(data, max_bytes=BYTES_MAX)
    if not isinstance(document, dict):
        raise PremiumError("E_PREM_IMPORT", "file")
    try:
        return _import(document)
    except (AddressError, AmountError, KeyError, TypeError, ValueError):
        raise PremiumError("E_PREM_IMPORT", "file") from None


def _import(document: Any) -> Import:
    if document.keys() != _FIELDS or document["version"] != VERSION or type(document["version"]) is not int:
        raise PremiumError("E_PREM_IMPORT", "file")
    chain_id, last = _count(document["chain_id"]), document["last"]
    begun = Import(
        contract=address.parse(document["contract"]), chain_id=chain_id, from_block=_count(document["from_block"])
    )
    if last is None:
        if document["rows"]:
            raise PremiumError("E_PREM_IMPORT", "file")
        return begun
    reached = BlockRef(chain_id, _count(last["number"]), _bytes(last["hash"], 32))
    followed, rows = Followed(), []
    for told in document["rows"]:
        followed, row = follow(followed, _purchase(told))
        if _told_row(row) != told or not begun.from_block <= row.purchase.place.block <= reached.number:
            raise PremiumError("E_PREM_IMPORT", "file")
        rows.append(row)
    return replace(begun, followed=followed, rows=tuple(rows), last=reached)


def _told_row(row: PremiumRow) -> dict[str, Any]:
    bought = row.purchase
    return {
        "block": bought.place.block,
        "log": bought.place.log,
        "transaction": "0x" + bought.transaction.hex(),
        "buyer": checksum(bought.buyer),
        "day": bought.day,
        "days": bought.days,
        "units": str(bought.units),
        "shares": str(bought.shares),
        "value": None if bought.value is None else str(bought.value),
        "premium": str(row.premium),
        "share": str(row.share),
    }


def _purchase(told: Any) -> Purchase:
    if told.keys() != _ROW:
        raise PremiumError("E_PREM_IMPORT", "file")
    return Purchase(
        place=Place(_count(told["block"]), _count(told["log"])),
        transaction=_bytes(told["transaction"], 32),
        buyer=address.parse(told["buyer"]),
        day=_count(told["day"]),
        units=parse_base_units(told["units"]),
        days=_count(told["days"]),
        shares=parse_base_units(told["shares"]),
        value=None if told["value"] is None else parse_base_units(told["value"]),
    )


def _count(found: object) -> int:
    if type(found) is not int or found < 0:
        raise PremiumError("E_PREM_IMPORT", "file")
    return found


def _bytes(found: object, size: int) -> bytes:
    if not isinstance(found, str) or not found.startswith("0x") or len(found) != 2 + 2 * size or found != found.lower():
        raise PremiumError("E_PREM_IMPORT", "file")
    return bytes.fromhex(found[2:])
