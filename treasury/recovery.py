"""The reward for whoever brought money back: a share of what came back, and never of anything else.

Decides how much that can be. Whether it is paid, and to whom, is voted on like every payment.
"""

from __future__ import annotations

from treasury.errors import TreasuryError


class RecoveryError(TreasuryError):
    """A reward that is no share of what came back (`E_BOUNTY`)."""


def bounty(refunded: int, numerator: int, denominator: int) -> int:
    """The share `numerator/denominator` of what came back, rounded down, in base units. At most all of it."""
    if not 0 < numerator <= denominator or refunded < 0:
        raise RecoveryError("E_BOUNTY", numerator=numerator, denominator=denominator)
    return refunded * numerator // denominator
