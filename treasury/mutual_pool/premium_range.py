"""Purchases of the mutual in a range of blocks, as evidence behind a booking: what was bought, and where that led.

Decides the bytes (one block that names the range, and chunks of rows behind it) and whether the rows follow from the
range before, one by one, to where the contract's own totals say that the curve stands. Ranges of one contract follow
each other without a gap, from its first purchase on. That the node which was asked told the truth about logs and totals
is nobody's proof (`A_PREMIUM`): the contract logs no ether. What the rows came to is a receivable, never available.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chain import dag_cbor
from chain.amount import AmountError, parse_base_units
from chain.blocks import UINT64_MAX, BlockRef
from chain.cid import CID, DAG_CBOR, dag_cbor_cid
from chain.evidence_map import VERSION, open_map
from chain.rlp_items import ProofError
from treasury.mutual_pool.follower import Followed, Place, Purchase, follow_all
from treasury.premiums import PremiumError

KIND = "premium-range"
CHUNK = "premium-rows"
ROWS_A_CHUNK = 2_000
"""Rows in one chunk, all but the last of which are full; 2,000 rows are under half a mebibyte."""

_FIELDS = ("block", "chunks", "contract", "eth_of_share", "first", "providers", "shares")
_ROW = 9
_PROVIDERS_MAX = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiumRange:
    """All purchases from block `first` to block `last`, both included, and the contract's own totals at `last`."""

    contract: bytes
    first: int
    last: BlockRef
    eth_of_share: int
    shares: int
    providers: tuple[str, ...]
    """Who said so, by host and name."""
    purchases: tuple[Purchase, ...]

    @property
    def after(self) -> Followed:
        """Where the next range goes on."""
        day = self.purchases[-1].day if self.purchases else 0
        return Followed(eth_of_share=self.eth_of_share, shares=self.shares, day=day,
                        place=Place(self.last.number, UINT64_MAX))  # fmt: skip


class RangeSums(NamedTuple):
    """What a range's premiums come to, in wei."""

    purchases: int
    premiums: int
    tenths: int
    """The proposals' shares, each rounded down as the contract pays them."""


def sums_of(found: PremiumRange, before: PremiumRange | None) -> RangeSums:
    """Follow the rows from the end of the range before, or from the contract's beginning.

    Raises `PremiumError`: `E_PREM_RANGES` where the ranges do not meet or a row lies outside its own, `E_PREM_IMPORT`
    where a row does not continue those before it, `E_PREM_INCOMPLETE` where they do not lead to the totals.
    """
    if before is not None and found.first != before.last.number + 1:
        raise PremiumError("E_PREM_RANGES", "gap", first=found.first, last=before.last.number)
    for purchase in found.purchases:
        if not found.first <= purchase.place.block <= found.last.number:
            raise PremiumError("E_PREM_RANGES", "outside", block=purchase.place.block, first=found.first)
    if not found.purchases:
        raise PremiumError("E_PREM_RANGES", "empty", first=found.first, last=found.last.number)
    followed, rows = follow_all(Followed() if before is None else before.after, found.purchases)
    if followed.shares != found.shares:
        raise PremiumError("E_PREM_INCOMPLETE", "shares", found=followed.shares, expected=found.shares)
    if followed.eth_of_share != found.eth_of_share:
        raise PremiumError("E_PREM_INCOMPLETE", "pointer", found=followed.eth_of_share, expected=found.eth_of_share)
    return RangeSums(len(rows), sum(row.premium for row in rows), sum(row.share for row in rows))


def write_range(found: PremiumRange, blocks: dict[CID, bytes]) -> CID:
    """Add the range's blocks to `blocks` and return the name of the one that names the others."""

    def add(value: object) -> CID:
        data = dag_cbor.encode(value)
        cid = dag_cbor_cid(data)
        blocks[cid] = data
        return cid

    rows = [_told(purchase) for purchase in found.purchases]
    chunks = [
        add({"v": VERSION, "kind": CHUNK, "rows": rows[start : start + ROWS_A_CHUNK]})
        for start in range(0, len(rows), ROWS_A_CHUNK)
    ]
    return add({
        "v": VERSION, "kind": KIND, "block": found.last.to_map(), "chunks": chunks, "contract": found.contract,
        "eth_of_share": str(found.eth_of_share), "first": found.first, "providers": list(found.providers),
        "shares": str(found.shares),
    })  # fmt: skip


def read_range(cid: CID, get: Callable[[CID], bytes]) -> PremiumRange:
    """Read a range strictly, and rebuild it: `E_PROOF` (`form`) for any but its one spelling."""
    value = dag_cbor.decode(get(cid))
    fields = open_map(value, KIND, _FIELDS)
    assert isinstance(value, dict), "it was opened as a map"
    found = PremiumRange(
        contract=fields.octets("contract", 20),
        first=fields.integer("first", UINT64_MAX),
        last=BlockRef.from_map(value["block"]),
        eth_of_share=_decimal(value, "eth_of_share"),
        shares=_decimal(value, "shares"),
        providers=_providers(value),
        purchases=tuple(purchase for link in _links(value) for purchase in _chunk(link, get)),
    )
    if write_range(found, {}) != cid:
        raise _form("chunks")
    return found


def _told(bought: Purchase) -> list[object]:
    value = None if bought.value is None else str(bought.value)
    return [*bought.place, bought.transaction, bought.buyer, bought.day, bought.days, str(bought.units),
            str(bought.shares), value]  # fmt: skip


def _chunk(cid: CID, get: Callable[[CID], bytes]) -> Sequence[Purchase]:
    value = dag_cbor.decode(get(cid))
    open_map(value, CHUNK, ("rows",))
    rows = value["rows"] if isinstance(value, dict) else None
    if not isinstance(rows, list) or len(rows) > ROWS_A_CHUNK:
        raise _form("rows")
    return [_purchase(row) for row in rows]


def _purchase(row: object) -> Purchase:
    if not isinstance(row, list) or len(row) != _ROW:
        raise _form("rows")
    block, log, transaction, buyer, day, days, units, shares, value = row
    numbers = (block, log, day, days)
    if any(type(number) is not int or not 0 <= number <= UINT64_MAX for number in numbers):
        raise _form("rows")
    if not isinstance(transaction, bytes) or len(transaction) != 32 or not isinstance(buyer, bytes) or len(buyer) != 20:
        raise _form("rows")
    try:
        amounts = [parse_base_units(text) for text in (units, shares)]
        paid = None if value is None else parse_base_units(value)
    except AmountError:
        raise _form("rows") from None
    return Purchase(Place(block, log), transaction, buyer, day, amounts[0], days, amounts[1], paid)


def _decimal(value: Mapping[str, object], name: str) -> int:
    try:
        return parse_base_units(value[name])
    except AmountError:
        raise _form(name) from None


def _providers(value: Mapping[str, object]) -> tuple[str, ...]:
    found = value["providers"]
    if not isinstance(found, list) or not 1 <= len(found) <= _PROVIDERS_MAX:
        raise _form("providers")
    if not all(isinstance(name, str) and 0 < len(name) <= 256 for name in found):
        raise _form("providers")
    return tuple(found)


def _links(value: Mapping[str, object]) -> list[CID]:
    links = value["chunks"]
    if not isinstance(links, list) or not all(isinstance(cid, CID) and cid.codec == DAG_CBOR for cid in links):
        raise _form("chunks")
    return links


def _form(field: str) -> ProofError:
    return ProofError("E_PROOF", "form", what=KIND, field=field)
