"""Contracts for tests of payouts, on the embedded chain: tokens that misbehave, a distributor, and a Safe that pays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from chain import abi
from chain.address import ZERO
from chain.clients.devnet import FAUCET_KEY
from chain.clients.node import Node, TxReceipt
from chain.clients.safe_deploy import create_safe, deploy_safe_contracts, exec_transaction_call
from chain.clients.safe_read import fetch_safe_state, safe_nonce
from chain.keccak import keccak256
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import SafeTx
from chain.safe_state import open_safe_state
from chain.signature import address_of
from chain.signer import KeySigner
from proposals.parts import Call, Part
from treasury.binding import build
from treasury.confirmations import check_confirmations, sign_safe_tx

FOLDER = Path(__file__).parents[1] / "contracts"
OWNER_KEYS = tuple(sorted((keccak256(b"owner %d of a payer" % n) for n in (1, 2, 3)), key=address_of))
VERSION = "1.4.1"


def deploy(node: Node, name: str, types: Sequence[str], values: Sequence[object]) -> bytes:
    """Put a test contract on the chain; its code is the artifact's."""
    artifact = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    contract = node.send(
        FAUCET_KEY, None, data=bytes.fromhex(artifact["bytecode"]) + abi.encode(types, values)
    ).contract

    assert contract is not None
    assert artifact["runtime_code_hash"] == keccak256(node.code(contract)).hex()
    return contract


def deploy_weird(node: Node, kind: int, supply: int, blocked: bytes = ZERO) -> bytes:
    """A token of one of twelve kinds (`WeirdToken.vy`); 0 behaves."""
    return deploy(node, "WeirdToken", ["uint256", "uint256", "address"], [kind, supply, blocked])


def granted(node: Node, safe: bytes, kind: int, blocked: bytes = ZERO) -> bytes:
    """A token of some kind, of which the Safe holds 10³⁰; one that nobody could be given any of turns afterwards."""
    token = deploy_weird(node, 7 if kind == 7 else 0, 4 * 10**30, blocked)
    node.send(FAUCET_KEY, token, data=abi.encode_call("transfer(address,uint256)", [safe, 10**30]))
    if kind not in (0, 7):
        node.send(FAUCET_KEY, token, data=abi.encode_call("turn(uint256)", [kind]))
    return token


def balance_call(holder: bytes) -> bytes:
    return abi.encode_call("balanceOf(address)", [holder])


def make_payer(node: Node, wei: int = 0) -> bytes:
    """A 2-of-3 Safe."""
    deploy_safe_contracts(node, FAUCET_KEY)
    salt = node.nonce(address_of(FAUCET_KEY))
    owners = [address_of(key) for key in OWNER_KEYS]
    safe = create_safe(node, FAUCET_KEY, owners=owners, threshold=2, salt_nonce=salt)
    if wei:
        node.send(FAUCET_KEY, safe, wei)
    return safe


def balance_of(node: Node, token: bytes, holder: bytes) -> int:
    return int.from_bytes(node.call(token, balance_call(holder)), "big")


def part_of(safe: bytes, calls: Sequence[Call]) -> Part:
    return Part(chain_id=DEVNET_CHAIN_ID, safe=safe, not_before=0, not_after=0, release="", calls=tuple(calls))


def confirmed(node: Node, part: Part) -> tuple[SafeTx, bytes]:
    """A part's transaction at the Safe's nonce, and the call that carries it with two owners' signatures."""
    tx = build(part, safe_nonce(node, part.safe), version=VERSION)
    state = open_safe_state(fetch_safe_state(node, part.safe, node.head().ref.number))
    blob = check_confirmations(tx, [sign_safe_tx(tx, KeySigner(key)) for key in OWNER_KEYS[:2]], state)
    return tx, exec_transaction_call(tx, blob)


def execute(node: Node, part: Part, *, gas: int = 30_000_000) -> tuple[SafeTx, TxReceipt]:
    """Execute a part as its owners would, by the calls that the product builds."""
    tx, call = confirmed(node, part)
    return tx, node.wait(node.submit(FAUCET_KEY, part.safe, data=call, gas=gas))
