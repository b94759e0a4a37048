"""Batches of many payments cost at most a twentieth more than MultiSendCallOnly alone; 1,000 payees are measured by
`benchmarks/payouts.py`.
"""

from __future__ import annotations

from chain.clients.node import Node
from chain.networks import DEVNET_CHAIN_ID
from proposals.payment import Asset
from tests.treasury import payday, weird


def test_gas_is_near_the_floor(node: Node) -> None:
    """A part of coins and one of tokens, made from files and executed by a Safe of two signatures; without the log by
    which the L2 singleton repeats the transaction.
    """
    safe = weird.make_payer(node, 10**20)
    for symbol, token in (("ETH", None), ("PAY", weird.granted(node, safe, 0))):
        asset = Asset(symbol=symbol, decimals=18, address=token, chain_id=DEVNET_CHAIN_ID)

        cost = payday.cost_of(node, safe, asset, 60)

        assert 1 == cost.parts
        assert cost.floor < cost.ours - cost.logged <= cost.floor * 105 // 100
