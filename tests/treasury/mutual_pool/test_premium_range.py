"""Ranges of purchases as evidence: one spelling, and only rows that lead from range to range to the totals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from chain import dag_cbor
from chain.blocks import BlockRef
from chain.cid import CID, dag_cbor_cid
from chain.errors import CodedError
from treasury.mutual_pool import curve
from treasury.mutual_pool.follower import Followed, Place, Purchase
from treasury.mutual_pool.premium_range import (
    ROWS_A_CHUNK,
    PremiumRange,
    RangeSums,
    read_range,
    sums_of,
    write_range,
)
from treasury.premiums import PremiumError

PREMIUMS = (10**18, 4_829_757_440_450_779, 10**16 + 9, 10**9)
CONTRACT = b"\x3f" * 20


def bought(premiums: Sequence[int], begun: Followed, first: int) -> tuple[list[Purchase], int, int]:
    """One purchase of a day a block, and where the curve stands then: `eth_of_share` and shares."""
    along, shares, rows = begun.eth_of_share, begun.shares, []
    for place, premium in enumerate(premiums, first):
        step = curve.eth_to_buy_share(premium, 1)
        minted = curve.mint_share(along, step)
        rows.append(
            Purchase(Place(place, 3), bytes([place % 251]) * 32, b"\x11" * 20, 19_000, minted, 1, minted, premium)
        )
        along, shares = along + step, shares + minted
    return rows, along, shares


def a_range(premiums: Sequence[int] = PREMIUMS, before: PremiumRange | None = None) -> PremiumRange:
    first = 10 if before is None else before.last.number + 1
    rows, along, shares = bought(premiums, Followed() if before is None else before.after, first)
    last = BlockRef(1, first + len(premiums), bytes([first % 251]) * 32)
    return PremiumRange(contract=CONTRACT, first=first, last=last, eth_of_share=along, shares=shares,
                        providers=("node.example (NODE)",), purchases=tuple(rows))  # fmt: skip


def test_a_range_is_read_back_and_comes_to_its_tenths() -> None:
    """The floors are summed one by one; a second range goes on where the first one ended."""
    first = a_range()
    second = a_range((10**17, 7 * 10**17 + 1), first)
    for found, before, premiums in ((first, None, PREMIUMS), (second, first, (10**17, 7 * 10**17 + 1))):
        blocks: dict[CID, bytes] = {}
        assert found == read_range(write_range(found, blocks), blocks.__getitem__)
        assert RangeSums(len(premiums), sum(premiums), sum(p // 10 for p in premiums)) == sums_of(found, before)


def test_rows_fill_their_chunks() -> None:
    """A range of more rows than a chunk holds is read back whole, and no block is large."""
    many = a_range([10**9] * (ROWS_A_CHUNK + 1))
    blocks: dict[CID, bytes] = {}
    cid = write_range(many, blocks)

    assert (3, True) == (len(blocks), max(map(len, blocks.values())) < 2**19)
    assert many == read_range(cid, blocks.__getitem__)


CHANGES: dict[str, tuple[Callable[[PremiumRange], PremiumRange], str, str]] = {
    "a row left out": (lambda r: replace(r, purchases=r.purchases[:1] + r.purchases[2:]), "E_PREM_IMPORT", "minted"),
    "the last row left out": (lambda r: replace(r, purchases=r.purchases[:-1]), "E_PREM_INCOMPLETE", "shares"),
    "no rows": (lambda r: replace(r, purchases=()), "E_PREM_RANGES", "empty"),
    "a gap": (lambda r: replace(r, first=r.first + 1), "E_PREM_RANGES", "gap"),
    "a row behind its range": (lambda r: replace(r, last=r.last._replace(number=r.first)), "E_PREM_RANGES", "outside"),
    "another pointer": (lambda r: replace(r, eth_of_share=r.eth_of_share + 1), "E_PREM_INCOMPLETE", "pointer"),
    "a greater premium": (
        lambda r: replace(r, purchases=(r.purchases[0]._replace(value=2 * 10**17), *r.purchases[1:])),
        "E_PREM_IMPORT", "minted",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_H94_a_range_that_does_not_follow_is_refused(
    change: tuple[Callable[[PremiumRange], PremiumRange], str, str],
) -> None:
    """Whatever is missing, altered or elsewhere is found, by the next row or by the totals."""
    first = a_range()
    altered, code, reason = change
    with pytest.raises(PremiumError) as refused:
        sums_of(altered(a_range((10**17, 10**17, 10**17), first)), first)

    assert (code, reason) == (refused.value.code, refused.value.reason)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contract", bytes(19)), ("first", -1), ("first", True), ("providers", []), ("providers", [""]),
        ("shares", "01"), ("shares", 1), ("chunks", None), ("chunks", []), ("kind", "premium-rows"), ("block", {}),
        ("more", 1),
    ],
)  # fmt: skip
def test_another_spelling_is_no_range(field: str, value: object) -> None:
    """A field of another type, a surplus one, or chunks cut otherwise."""
    blocks: dict[CID, bytes] = {}
    told = dag_cbor.decode(blocks[write_range(a_range(), blocks)])
    assert isinstance(told, dict)
    data = dag_cbor.encode({**told, field: value})
    cid = dag_cbor_cid(data)
    blocks[cid] = data
    with pytest.raises(CodedError) as refused:
        sums_of(read_range(cid, blocks.__getitem__), None)

    assert refused.value.code in ("E_PROOF", "E_PREM_RANGES")
