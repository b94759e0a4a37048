"""Batches of many payments cost at most a twentieth more than MultiSendCallOnly alone; 1,000 payees are measured by
`benchmarks/payouts.py`.
"""

from __future__ import annotations

import os

import pytest

from chain.clients.node import Node
from chain.networks import DEVNET_CHAIN_ID
from proposals.payment import Asset
from tests.treasury import payday, weird


def cost_of(node: Node, safe: bytes, symbol: str, token: bytes | None) -> payday.Cost:
    asset = Asset(symbol=symbol, decimals=18, address=token, chain_id=DEVNET_CHAIN_ID)
    cost = payday.cost_of(node, safe, asset, 60)
    assert 1 == cost.parts
    return cost


def test_gas_is_near_the_floor(node: Node) -> None:
    """A part of coins and one of tokens, made from files and executed by a Safe of two signatures of the singleton that
    logs no transaction.
    """
    if not payday.PLAIN.exists():
        reason = "Safe's contracts are not installed; `npm ci --prefix tests/npm/safe_contracts` installs them"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    safe = payday.plain_payer(node, payday.PLAIN, 10**20)
    for symbol, token in (("ETH", None), ("PAY", weird.granted(node, safe, 0))):
        cost = cost_of(node, safe, symbol, token)

        assert cost.floor < cost.ours <= cost.floor * 105 // 100


def test_only_its_log_takes_the_other_singleton_further(node: Node) -> None:
    """SafeL2 repeats the transaction whole in a log: 8 gas for each of the 153 bytes of a row of tokens, which no batch
    saves (ADR 0020).
    """
    safe = weird.make_payer(node, 10**20)
    cost = cost_of(node, safe, "PAY", weird.granted(node, safe, 0))

    assert cost.floor < cost.ours - cost.logged <= cost.floor * 105 // 100 < cost.ours
    assert 0 <= cost.logged - 60 * 153 * 8 < 15_000
