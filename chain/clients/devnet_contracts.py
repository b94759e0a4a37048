"""The devnet's own contracts: deploy them and call them, one function a deed.

Decides calldata and nothing else; each function sends one transaction and waits for its block. Balances and votes are
read as any strategy reads them, through `Node.read_many`, or proved through the artifact's slots. A call that would
revert raises `CallReverted` and sends nothing.
"""

from __future__ import annotations

from chain import abi
from chain.clients.contracts import load
from chain.clients.node import Node, TxReceipt
from chain.clients.rpc import hex_text
from chain.errors import ChainError
from chain.keccak import keccak256


class DeployError(ChainError):
    """A contract whose code is not there after its transaction (`E_DEPLOY`)."""


PREMIUM_SHARE_TOPIC = abi.topic("PremiumShare(address,uint256,uint256)")
"""Indexed payer; data: premium, share."""
FORWARDED_TOPIC = abi.topic("Forwarded(address,uint256,uint256)")
"""Indexed caller; data: rebate, forwarded."""


def deploy_votes_token(node: Node, key: bytes, *, name: str, symbol: str, supply: int) -> bytes:
    """Deploy a token whose whole supply (base units, 18 decimals) belongs to the deployer; return its address."""
    return deploy(node, key, "VotesToken", abi.encode(["string", "string", "uint256"], [name, symbol, supply]))


def deploy_iip_proxy(node: Node, key: bytes, safe: bytes) -> bytes:
    """Deploy a proxy that forwards to this Safe for ever; return its address."""
    return deploy(node, key, "IIPProxy", abi.encode(["address"], [safe]))


def deploy(node: Node, key: bytes, name: str, arguments: bytes = b"") -> bytes:
    """Deploy any of the devnet's contracts; return its address."""
    artifact = load(name)
    receipt = node.send(key, None, data=artifact.bytecode + arguments)
    if receipt.contract is None or keccak256(node.code(receipt.contract)) != artifact.runtime_code_hash:
        raise DeployError("E_DEPLOY", contract=name, transaction=hex_text(receipt.transaction_hash))
    return receipt.contract


def transfer(node: Node, key: bytes, token: bytes, to: bytes, amount: int) -> TxReceipt:
    """Transfer tokens of the key's holder."""
    return node.send(key, token, data=abi.encode_call("transfer(address,uint256)", [to, amount]))


def approve(node: Node, key: bytes, token: bytes, spender: bytes, amount: int) -> TxReceipt:
    """Let `spender` transfer up to `amount` of the holder's tokens."""
    return node.send(key, token, data=abi.encode_call("approve(address,uint256)", [spender, amount]))


def delegate(node: Node, key: bytes, token: bytes, to: bytes) -> TxReceipt:
    """Give the holder's votes to `to`: himself, another, or nobody (the zero address)."""
    return node.send(key, token, data=abi.encode_call("delegate(address)", [to]))


def space_id(space: str) -> bytes:
    """Spell a space as the delegate registry does; empty: everywhere."""
    return space.encode("ascii").ljust(32, b"\x00")


def set_delegate(node: Node, key: bytes, registry: bytes, space: str, to: bytes) -> TxReceipt:
    """Delegate in the registry, for a space or (empty) everywhere."""
    return node.send(key, registry, data=abi.encode_call("setDelegate(bytes32,address)", [space_id(space), to]))


def clear_delegate(node: Node, key: bytes, registry: bytes, space: str) -> TxReceipt:
    """Take a delegation back."""
    return node.send(key, registry, data=abi.encode_call("clearDelegate(bytes32)", [space_id(space)]))


def stake(node: Node, key: bytes, stakes: bytes, amount: int, days: int) -> TxReceipt:
    """Stake for 30, 90, 180 or 360 days."""
    return node.send(key, stakes, data=abi.encode_call("stake(uint256,uint256)", [amount, days]))


def mint(node: Node, key: bytes, collection: bytes) -> TxReceipt:
    """Mint oneself one of a collection."""
    return node.send(key, collection, data=abi.encode_call("mint()", []))


def bring_premium(node: Node, key: bytes, proxy: bytes, premium: int) -> TxReceipt:
    """Bring the tenth of a premium (wei) to the proxy, as the mutual does at a purchase."""
    return node.send(key, proxy, premium // 10, abi.encode_call("bring(uint256)", [premium]))


def forward(node: Node, key: bytes, proxy: bytes) -> TxReceipt:
    """Send what the proxy holds to its Safe; the caller keeps a two-hundredth."""
    return node.send(key, proxy, data=abi.encode_call("forward()", []))
