"""The test contract on the embedded chain: deployed, played in batches, and read back whole."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chain import abi
from chain.address import ZERO
from chain.clients.devnet import FAUCET_KEY
from chain.clients.node import Node, Read, TxReceipt
from chain.keccak import keccak256
from treasury.mutual_pool.state import (
    Account,
    Buy,
    Cage,
    Claim,
    Event,
    Forward,
    Outcome,
    Player,
    Pool,
    Register,
    Upgrade,
    Withdraw,
)

FOLDER = Path(__file__).parents[2] / "contracts"
ARTIFACT = json.loads((FOLDER / "Mutual.json").read_text("utf-8"))
BATCH = 100
GAS = 140_000_000
DEED = "(uint256,uint256,address,uint256,uint256,address,bytes32)"
KINDS = (Buy, Register, Upgrade, Withdraw, Claim, Forward, Cage)
PLAYER = ["uint256", "bytes32", "uint256", "bool", "bool", *["uint256"] * 7]


def deploy_mutual(node: Node, ts: int) -> bytes:
    """Put the contract on the chain, born at `ts`; its code is the artifact's."""
    code = bytes.fromhex(ARTIFACT["bytecode"]) + abi.encode(["uint256"], [ts])
    contract = node.send(FAUCET_KEY, None, data=code).contract

    assert contract is not None
    assert ARTIFACT["runtime_code_hash"] == keccak256(node.code(contract)).hex()
    return contract


def address_of(account: Account | None) -> bytes:
    """An account's address on the chain; nobody's is zero."""
    return ZERO if account is None else keccak256(account.encode())[12:]


def play(node: Node, contract: bytes, events: Sequence[Event]) -> list[tuple[bool, int]]:
    """Let events happen on the chain, a hundred a transaction; whether each succeeded, and the wei received."""
    answers: list[tuple[bool, int]] = []
    for start in range(0, len(events), BATCH):
        deeds = [_deed(event) for event in events[start : start + BATCH]]
        data = abi.encode_call(f"play({DEED}[])", [deeds])
        receipt = _mined(node, node.submit(FAUCET_KEY, contract, 0, data, gas=GAS))
        (outcomes,) = abi.decode(["uint256[]"], receipt.logs[0].log.data)
        answers += [(bool(found), max(found - 1, 0)) for found in outcomes]
    return answers


def _mined(node: Node, transaction: bytes) -> TxReceipt:
    """The receipt as soon as it is there; `Node.wait` looks once a second, which a hundred batches would feel."""
    deadline = time.monotonic() + 60
    while (receipt := node.receipt(transaction)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert receipt.status
    return receipt


def _deed(event: Event) -> tuple[object, ...]:
    """The contract takes names as they are kept, so they come in lower case; who is no person does not come at all."""
    actor = getattr(event, "actor", None)
    amount = event.premium if isinstance(event, Buy) else event.value if isinstance(event, Register) else 0
    days, agent = (event.days, event.agent) if isinstance(event, Buy) else (0, None)
    name = event.name.encode().ljust(32, b"\0") if isinstance(event, Register) else bytes(32)
    return (KINDS.index(type(event)), event.ts, address_of(actor), amount, days, address_of(agent), name)


def told(outcomes: Sequence[Outcome]) -> list[tuple[bool, int]]:
    """The model's outcomes as `play` tells the chain's."""
    return [(outcome.ok, outcome.received) for outcome in outcomes]


def read_state(node: Node, contract: bytes, accounts: Sequence[Account]) -> dict[str, Any]:
    """The contract's whole state: globals, balances, players, and the units of every account that count."""
    names = ("today", "_now", "end", "ethOfShare", "shares", "issuedInsurance", "pool", "mask", "agents", "getBuyPrice")
    reads = [Read(contract, abi.selector(f"{name}()")) for name in names]
    reads += [Read(contract, abi.encode_call("balances(uint256)", [place])) for place in range(4)]
    reads += [Read(contract, abi.encode_call("player(address)", [address_of(account)])) for account in accounts]
    answers = node.read_many(reads, node.head().ref.number)
    numbers = [int.from_bytes(answer or b"", "big") for answer in answers[: len(names) + 4]]
    players = [abi.decode(PLAYER, answer or b"") for answer in answers[len(names) + 4 :]]
    return {
        "globals": dict(zip(names, numbers[:-4], strict=True)),
        "balances": tuple(numbers[-4:]),
        "players": dict(zip(accounts, players, strict=True)),
    }


def model_state(pool: Pool, accounts: Sequence[Account], price: int) -> dict[str, Any]:
    """The model's state in the same form."""
    return {
        "globals": {
            "today": pool.today,
            "_now": pool.now,
            "end": pool.end,
            "ethOfShare": pool.eth_of_share,
            "shares": pool.shares,
            "issuedInsurance": pool.issued_insurance,
            "pool": pool.pool,
            "mask": pool.mask,
            "agents": pool.agents,
            "getBuyPrice": price,
        },
        "balances": tuple(pool.balances),
        "players": {account: _player(pool.player(account)) for account in accounts},
    }


def _player(player: Player) -> tuple[object, ...]:
    return (
        player.id,
        player.name.encode().ljust(32, b"\0"),
        player.ref,
        player.is_agent,
        player.claimed,
        player.eth,
        player.shares,
        player.units,
        player.plyr_last_seen,
        player.mask,
        player.level,
        player.accumulated_ref,
    )
