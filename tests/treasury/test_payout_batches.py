"""Parts of a batch: below the bound of gas, in order, and contracts that get coins alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from proposals.payment import Asset, Payment
from treasury.payout_batches import GAS_MAX, GAS_OF_COINS, GAS_OF_TOKENS, parts_of

ETH = Asset(symbol="ETH", decimals=18, address=None, chain_id=1)
USDC = Asset(symbol="USDC", decimals=6, address=b"\x70" * 20, chain_id=1)
PERSON, CONTRACT = b"\x01" * 20, b"\x02" * 20


def test_few_payments_are_one_part() -> None:
    """Coins and tokens together."""
    assert [1, 1, 1] == parts_of(
        [Payment(ETH, 1, PERSON), Payment(USDC, 1, PERSON), Payment(USDC, 1, CONTRACT)], [CONTRACT]
    )
    assert [] == parts_of([], [])


def test_coins_to_a_contract_stand_alone() -> None:
    """It can refuse them, and would stop all others; tokens to it are none of its business."""
    coins, refusing = Payment(ETH, 1, PERSON), Payment(ETH, 1, CONTRACT)

    assert [1, 2, 3, 3] == parts_of([coins, refusing, coins, coins], [CONTRACT])
    assert [1, 2, 3] == parts_of([refusing, refusing, coins], [CONTRACT])


payments = st.lists(st.builds(Payment, st.sampled_from([ETH, USDC]), st.just(1), st.sampled_from([PERSON, CONTRACT])),
                    max_size=400)  # fmt: skip


@given(payments)
def test_every_part_fits_and_none_is_left_out(rows: list[Payment]) -> None:
    """Numbers rise by one, and what a part may take is never passed."""
    parts = parts_of(rows, [CONTRACT])

    assert sorted(parts) == parts
    assert set(parts) == set(range(1, len(set(parts)) + 1))
    for part in set(parts):
        of = [row for row, number in zip(rows, parts, strict=True) if number == part]
        assert sum(GAS_OF_COINS if row.asset is ETH else GAS_OF_TOKENS for row in of) <= GAS_MAX
        assert len(of) == 1 or not any(row.asset is ETH and row.to == CONTRACT for row in of)
