"""One good document and one fund, to be broken in one place at a time."""

from __future__ import annotations

from chain import address
from proposals.payment import Asset

ADA = address.parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
BOB = address.parse("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")
EVE = address.parse("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")
SAFE = address.parse("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")
TOKEN = bytes.fromhex("07" * 20)
DUST = bytes.fromhex("09" * 20)

ETH = Asset(symbol="ETH", decimals=18, address=None, chain_id=1)
MUT = Asset(symbol="MUT", decimals=18, address=TOKEN, chain_id=1)
USD = Asset(symbol="USDC.e", decimals=6, address=DUST, chain_id=1)
ASSETS = {asset.symbol: asset for asset in (ETH, MUT, USD)}

TEXT = """\
---
iip: 12
title: Keeper for the forward call
description: Pays a keeper who calls forward every week
author: Ada (@ada), bob.eth
discussions-to: https://forum.example.org/t/keeper/34
type: Funding
created: 2026-01-31
requires: 3, 7
requested: 2.5 ETH, 25000 MUT
---

## Summary

Pay a keeper.

## Motivation

Nobody calls it, as [IIP-7](iip-7.md) says.

## Specification

```python
print("<b>")  # code may hold anything
```

A bot calls it every week.

## Budget

| Part | Payment | Release | Purpose |
|---|---|---|---|
| 1 | 0.5 ETH to eth:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed | - | start |
| 1 | 25,000 MUT to 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359 | - | incentive |
| 2 | 2 ETH to eip155:1:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed | m1 | delivery |

## Milestones

| Milestone | Deliverable | Due | Evidence | Reviewer |
|---|---|---|---|---|
| m1 | Bot runs for 30 days | 2026-04-30 | Transaction list | @carol, @dave |

## Unwinding

Unspent money returns to the Safe.

## Risks

The bot stops.

## Copyright

CC0.
"""

GOOD = TEXT.encode()


def changed(*changes: tuple[str, str]) -> bytes:
    """Replace texts that each stand exactly once in the good document."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text.encode()


def line_of(raw: bytes, words: str) -> int:
    """Return the 1-based line that holds the words first."""
    return raw.decode()[: raw.decode().index(words)].count("\n") + 1
