"""Which payout is which, and that each is made once.

Decides the identity of a payout, (proposal id, part), and refuses one that was made already. What a payout moves is in
`treasury.asks`, how it is executed in `treasury.execution`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from treasury.errors import TreasuryError


class PayoutError(TreasuryError):
    """A payout that was made already (`E_ALREADY`), or that two transactions could make (`E_DOUBLE_PAY`)."""


class PayoutId(NamedTuple):
    """What is paid at most once."""

    proposal: bytes
    """The proposal's 32-byte id."""
    part: int
    """1-based; 0 where the whole proposal is meant."""

    def __str__(self) -> str:
        return f"0x{self.proposal.hex()}/{self.part}"


def check_not_paid(payout: PayoutId, paid: Collection[PayoutId]) -> None:
    """Raise `PayoutError` (`E_ALREADY`) when the payout is among those made."""
    if payout in paid:
        raise PayoutError("E_ALREADY", "paid", proposal=payout.proposal, part=payout.part)
