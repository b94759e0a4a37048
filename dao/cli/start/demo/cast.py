"""Who plays in the demo, and with what: names, devnet keys, amounts, times. All of it is fixed, so a run repeats."""

from __future__ import annotations

from chain.signature import address_of
from chain.signer import KeySigner
from dao.keys import devnet_key

GENESIS = 1_767_571_200
"""2026-01-05T00:00:00Z: the devnet begins on a Monday, whatever the clock says."""
HOUR, DAY = 3_600, 86_400

SPACE = "3f.devnet"
FUND = "iip"
PREFIX = "IIP"

OWNERS = ("ann", "ben", "cho")
THRESHOLD = 2
AUTHOR = "dora"
REVIEWERS = ("lea", "max")
PAYEES = ("nora", "omar")
VOTERS = ("eve", "finn", "gil", "hana", "ivo", "jan", "kim")
"""jan holds nothing; kim's vote is signed by somebody else."""
BUYER = "pat"
PEOPLE = (*OWNERS, AUTHOR, *REVIEWERS, *PAYEES, *VOTERS, BUYER)

UNIT = 10**18
SUPPLY = 1_000_000 * UNIT
HOLDINGS = {"eve": 210_000, "finn": 90_000, "gil": 60_000, "hana": 140_000, "ivo": 125_000, "kim": 15_000}
"""Whole MUT; dora, the deployer, keeps the rest."""
GRANT = 5_000 * UNIT
"""MUT given to the fund."""
QUORUM = 200_000 * UNIT

PREMIUMS = (
    4_829_757_440_450_779, 3 * UNIT + 7, 2_500_000_000_000_000_001, 6 * UNIT, 1_234_567_890_123_456_789, 4 * UNIT + 3,
    5_750_000_000_000_000_000, 999_999_999_999_999_999, 7 * UNIT, 2 * UNIT + 1, 3_333_333_333_333_333_333, 4 * UNIT,
)  # fmt: skip
"""A dozen premiums in wei; the first is the least that mints one unit of 100 days on an empty pool."""

REPORT = b"""# Report on milestone m1 of IIP-1

The keeper called forward() on three days of the week, each time within ten minutes of midnight UTC.
Source, logs and a runbook: https://forum.example.org/t/keeper/12
"""


def key(name: str) -> bytes:
    """A person's devnet key."""
    return devnet_key(name)


def signer(name: str) -> KeySigner:
    """A person, signing with the devnet key."""
    return KeySigner(devnet_key(name))


def address(name: str) -> bytes:
    """A person's address."""
    return address_of(devnet_key(name))


def journal_key() -> bytes:
    """The devnet's Ed25519 journal key."""
    return devnet_key("journal")
