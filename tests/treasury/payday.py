"""What a list of payments costs in gas: by the parts that `dao pay` makes, and by MultiSendCallOnly alone.

The floor is what the same calls cost where nobody signs anything: an account with the money calls MultiSendCallOnly
directly with the very bytes of each batch, and of all batches but the first the 21,000 of a transaction are taken off,
as if they were one. Payees of both sides are new, so that the same accounts and slots are made. The L2 singleton logs
every transaction whole, which no batch can save: what that log takes is told apart. The plain singleton does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from chain import abi
from chain.address import checksum
from chain.clients.devnet import FAUCET_KEY, SINGLETON_FACTORY
from chain.clients.node import Node
from chain.clients.safe_deploy import FALLBACK_HANDLER, PROXY_FACTORY, create2_address, deploy_safe_contracts
from chain.keccak import keccak256
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import KNOWN_CONTRACTS, MULTI_SEND_CALL_ONLY, InnerCall, encode_multi_send
from chain.signature import address_of
from proposals.calls import call_for
from proposals.parts import Call
from proposals.pay_file import Fund, read_pay_file
from proposals.payment import Asset, Payment
from tests.chain.clients.genuine import Safes, make_safe
from tests.treasury import weird
from treasury.clients.payment_trials import transfer_costs
from treasury.payout_batches import parts_of

PLAIN = (
    Path(__file__).parents[1] / "npm" / "safe_contracts" / "node_modules" / "@safe-global" / "safe-contracts"
    / "build" / "artifacts" / "contracts" / "Safe.sol" / "Safe.json"
)  # fmt: skip
"""The plain singleton's artifact, where `npm ci` puts it."""
ONE_TRANSACTION = 21_000
GAS = 28_000_000


class Cost(NamedTuple):
    """Gas of both ways."""

    parts: int
    ours: int
    logged: int
    """Of ours what the Safe takes for its longest log: of the L2 singleton that of the whole transaction."""
    floor: int

    def row(self) -> dict[str, object]:
        """As a benchmark keeps it."""
        shares = {"with_its_log": self.ours, "without_its_log": self.ours - self.logged}
        above = {name: round(100 * (gas / self.floor - 1), 2) for name, gas in shares.items()}
        return {**self._asdict(), "per_cent_above_the_floor": above}


def plain_payer(node: Node, artifact: Path, wei: int = 0) -> bytes:
    """A 2-of-3 Safe of the singleton that logs no transaction, from its artifact in Safe's own npm package (which
    safe-eth-py does not ship); that it comes to its canonical address proves its bytes.
    """
    deploy_safe_contracts(node, FAUCET_KEY)
    code = bytes.fromhex(json.loads(artifact.read_text("utf-8"))["bytecode"].removeprefix("0x"))
    singleton = create2_address(SINGLETON_FACTORY, bytes(32), code)
    assert ("Safe", weird.VERSION) == KNOWN_CONTRACTS[singleton][:2]
    if not node.code(singleton):
        node.send(FAUCET_KEY, SINGLETON_FACTORY, data=bytes(32) + code)
    made = Safes(weird.VERSION, singleton, FALLBACK_HANDLER, PROXY_FACTORY)
    return make_safe(node, made, [address_of(key) for key in weird.OWNER_KEYS], 2, wei=wei)


def cost_of(node: Node, safe: bytes, asset: Asset, payees: int, *, is_one_part: bool = False) -> Cost:
    """Pay a file of so many payees out of a Safe that holds enough, and as many others by MultiSendCallOnly alone;
    divided as `dao pay` divides them, or not at all.
    """
    alone = MULTI_SEND_CALL_ONLY[weird.VERSION]
    measured = transfer_costs(node, safe, [] if asset.address is None else [asset.address])
    salt = safe.hex()
    lists = [_rows(safe, asset, payees, who + salt) for who in ("ours", "others")]
    ours, others = ([_calls(rows)] if is_one_part else _batches(rows, measured) for rows in lists)
    if asset.address is not None:
        total = sum(amount for batch in others for amount in _token_amounts(batch))
        node.send(FAUCET_KEY, asset.address, data=abi.encode_call("transfer(address,uint256)", [alone, total + 1]))
    spent, logged, least = 0, 0, ONE_TRANSACTION
    for batch in ours:
        _, receipt = weird.execute(node, weird.part_of(safe, batch), gas=GAS)
        assert 1 == receipt.status
        spent += receipt.gas_used
        logged += max(375 * (1 + len(entry.log.topics)) + 8 * len(entry.log.data)
                      for entry in receipt.logs if entry.log.address == safe)  # fmt: skip
    for batch in others:
        data, wei = encode_multi_send(InnerCall(0, *call) for call in batch), sum(call.value for call in batch)
        receipt = node.wait(node.submit(FAUCET_KEY, alone, wei, data, gas=GAS))
        assert 1 == receipt.status
        least += receipt.gas_used - ONE_TRANSACTION
    return Cost(len(ours), spent, logged, least)


def _rows(safe: bytes, asset: Asset, payees: int, who: str) -> list[Payment]:
    lines = [f"{checksum(keccak256(f'{who} {payees} {n} {asset.symbol}'.encode())[12:])},0.00{n + 1},{asset.symbol}"
             for n in range(payees)]  # fmt: skip
    file = "\n".join(["payee,amount,asset", *lines]).encode()
    rows, findings = read_pay_file(file, Fund(DEVNET_CHAIN_ID, safe, {asset.symbol: asset}))
    assert [] == findings
    return [row.payment for row in rows]


def _batches(payments: Sequence[Payment], measured: Mapping[bytes, int]) -> list[list[Call]]:
    numbered = zip(parts_of(payments, [], (), measured), payments, strict=True)
    grouped = groupby(numbered, key=lambda row: row[0])
    return [[call_for(payment) for _, payment in group] for _, group in grouped]


def _calls(payments: Sequence[Payment]) -> list[Call]:
    return [call_for(payment) for payment in payments]


def _token_amounts(batch: Sequence[Call]) -> list[int]:
    return [abi.decode_call("transfer(address,uint256)", call.data)[1] for call in batch]
