"""What tests of conversions share: an exchange on the embedded chain, and prices of the day."""

from __future__ import annotations

from chain import abi
from chain.address import ZERO, checksum
from chain.clients import devnet_contracts
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast
from proposals.times import spell_day
from tests.dao.workflow.stage import Stage
from tests.treasury.weird import deploy
from treasury.assets import erc20, native
from treasury.prices import PriceFile, read_prices

ETH = native(DEVNET_CHAIN_ID)
RATE = 2_000
"""MUT for one ETH."""


def offer(stage: Stage) -> str:
    """Let somebody sell MUT, and write the call by which a fund buys some for a twentieth of an ether."""
    node, key, token = stage.desk.node, cast.key(cast.AUTHOR), stage.there.token
    exchange = deploy(node, "Exchange", ["address", "address", "uint256", "uint256"], [token, ZERO, RATE, 1])
    devnet_contracts.transfer(node, key, token, exchange, 1_000 * cast.UNIT)
    return f"call {checksum(exchange)} sending 0.05 ETH buy(uint256 least) with least = {100 * cast.UNIT}"


def prices(stage: Stage, **told: str) -> PriceFile:
    """A file with prices of today: by asset, or such that the offer loses 25 in ten thousand."""
    told = told or {ETH: "4010", erc20(DEVNET_CHAIN_ID, stage.there.token): "2"}
    day = spell_day(stage.desk.now())
    rows = [f"{day},{asset},USD,{price}" for asset, price in told.items()]
    return read_prices("\n".join(["date,asset,currency,price", *rows]).encode())


def balance_of(stage: Stage, token: bytes, holder: bytes) -> int:
    """What the chain says."""
    data = abi.encode_call("balanceOf(address)", [holder])
    return int.from_bytes(stage.desk.node.call(token, data), "big")
