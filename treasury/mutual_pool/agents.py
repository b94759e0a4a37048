"""Agents of the pool: ten tiers, their share of a premium, and what a name may be.

Decides the thresholds as the contract's own literals (the white paper's table is rounded, and wrong at level 8), and
names as the contract's `Agency` filters them. Who is an agent is `state`'s.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from treasury.errors import TreasuryError

REGISTER_MIN_WEI = 10**16
"""A hundredth of an ether, at least, and all of it goes to the vault."""
LEVEL_MAX = 10

_FORM = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*\Z", re.ASCII)
_NAME_MAX = 32


class Tier(NamedTuple):
    """One level of agents."""

    level: int
    name: str
    chinese: str
    requirement: int
    """Wei of referrals earned in a lifetime that the step *to* this level asks for."""
    white_paper: str
    """The same in ether as the white paper prints it (section 2.6)."""

    @property
    def percent(self) -> int:
        """Of a premium, paid out of the vault's fifth."""
        return self.level + 6


TIERS = (
    Tier(1, "bronze", "銅", 0, "0"),
    Tier(2, "silver", "銀", 73890560989306501, "0.073891"),
    Tier(3, "gold", "黃金", 200855369231876674, "0.200855"),
    Tier(4, "platinum", "白金", 545981500331442382, "0.545981"),
    Tier(5, "emerald", "綠寶石", 1484131591025766010, "1.484132"),
    Tier(6, "sapphire", "藍寶石", 4034287934927351160, "4.034288"),
    Tier(7, "ruby", "紅寶石", 10966331584284585813, "10.966332"),
    Tier(8, "jade", "翡翠", 29809579870417282259, "29.807980"),
    Tier(9, "diamond", "鑽石", 81030839275753838749, "81.030839"),
    Tier(10, "blue diamond", "藍鑽", 220264657948067161559, "220.264658"),
)


class AgentNameError(TreasuryError):
    """A name that the contract's filter reverts (`E_PREM_NAME`)."""


def may_rise(level: int, accumulated_ref: int) -> bool:
    """Whether `upgrade()` raises an agent of `level` (1 to 9) who has earned so much by referrals."""
    return accumulated_ref >= TIERS[level].requirement


def clean_name(text: str) -> str:
    """The name as the contract keeps it, in lower case.

    1 to 32 letters and digits with single blanks between them, not only digits, and not beginning with 0x. Raises
    `AgentNameError`.
    """
    if len(text) > _NAME_MAX or not _FORM.match(text):
        raise AgentNameError("E_PREM_NAME", "form", name=text[:80])
    if text[:2].lower() == "0x":
        raise AgentNameError("E_PREM_NAME", "hex", name=text)
    if text.isdigit():
        raise AgentNameError("E_PREM_NAME", "digits", name=text)
    return text.lower()
