"""Genuine Safes of three releases on the embedded chain, and two contracts that are no Safe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chain import abi
from chain.address import ZERO
from chain.clients.devnet import FAUCET_KEY, SINGLETON_FACTORY
from chain.clients.node import CallReverted, Node
from chain.clients.safe_deploy import bytecode, create2_address, exec_transaction_call
from chain.clients.safe_read import fetch_safe_state, safe_nonce
from chain.safe import KNOWN_CONTRACTS, SafeTx
from chain.safe_state import APPROVED_HASHES_SLOT, SafeState, open_safe_state
from chain.signature import address_of
from chain.state_proof import mapping_slot

FILES: Mapping[str, tuple[str, str, str]] = {
    version: (f"{name}_V{suffix}", f"CompatibilityFallbackHandler_V{suffix}", f"ProxyFactory_V{suffix}")
    for version, name, suffix in (
        ("1.3.0", "GnosisSafe", "1_3_0"), ("1.4.1", "Safe", "1_4_1"), ("1.5.0", "Safe", "1_5_0"),
    )
}  # fmt: skip
VERSIONS = tuple(FILES)
_SETUP = "setup(address[],uint256,address,bytes,address,address,uint256,address)"

AGREEABLE = bytes.fromhex("60003560e01c60e01b60005260206000f3")
"""A contract that answers with the selector it is called by, which for both forms of ERC-1271 means yes."""
CALLS_ON = bytes.fromhex("60243610601a57602036038060205f375f5f825f5f5f355af1005b00")
"""A wallet that makes the call it is told: an address, then the data."""
SILENT = bytes.fromhex("60006000fd")
"""A contract that reverts."""


class Safes(NamedTuple):
    """The contracts of one release."""

    version: str
    singleton: bytes
    handler: bytes
    factory: bytes


def place(node: Node, file: str) -> bytes:
    """Deploy a genuine contract; that its address is the canonical one proves its bytes."""
    address = create2_address(SINGLETON_FACTORY, bytes(32), bytecode(file))
    assert address in KNOWN_CONTRACTS, file
    if not node.code(address):
        node.send(FAUCET_KEY, SINGLETON_FACTORY, data=bytes(32) + bytecode(file))
    return address


def safes(node: Node, version: str) -> Safes:
    return Safes(version, *(place(node, file) for file in FILES[version]))


def make_safe(
    node: Node, of: Safes, owners: Sequence[bytes], threshold: int, *, wei: int = 0, handler: bytes | None = None
) -> bytes:
    """Create a Safe; every one has a salt of its own."""
    answering = of.handler if handler is None else handler
    initializer = abi.encode_call(_SETUP, [list(owners), threshold, ZERO, b"", answering, ZERO, 0, ZERO])
    salt = node.nonce(address_of(FAUCET_KEY))
    call = abi.encode_call("createProxyWithNonce(address,bytes,uint256)", [of.singleton, initializer, salt])
    (safe,) = abi.decode(["address"], node.call(of.factory, call))
    node.send(FAUCET_KEY, of.factory, data=call)
    if wei:
        node.send(FAUCET_KEY, safe, wei)
    return bytes(safe)


def put(node: Node, runtime: bytes) -> bytes:
    """Deploy a contract of a few bytes."""
    size = bytes([len(runtime)])
    receipt = node.send(FAUCET_KEY, None, data=b"\x60" + size + bytes.fromhex("600c600039") + b"\x60" + size
                        + bytes.fromhex("6000f3") + runtime)  # fmt: skip
    assert receipt.contract is not None
    return receipt.contract


def state(node: Node, safe: bytes) -> SafeState:
    return open_safe_state(fetch_safe_state(node, safe, node.head().ref.number))


def has_approved(node: Node, safe: bytes, owner: bytes, hash_: bytes) -> bool:
    slot = mapping_slot("solidity", mapping_slot("solidity", APPROVED_HASHES_SLOT, owner), hash_)
    return node.storage(safe, slot) == 1


def says_yes(node: Node, contract: bytes, asked: bytes, signature: bytes) -> bool:
    """Ask a contract as a Safe asks it: below 1.5.0 about bytes, from then on about a hash."""
    form, magic = ("bytes32,bytes", "1626ba7e") if len(asked) == 32 else ("bytes,bytes", "20c13b0b")
    try:
        answer = node.call(contract, abi.encode_call(f"isValidSignature({form})", [asked, signature]))
    except CallReverted:
        return False
    return answer == bytes.fromhex(magic) + bytes(28)


def payment(node: Node, safe: bytes, version: str, to: bytes, value: int = 0, **fields: object) -> SafeTx:
    made = {"data": b"", "operation": 0, "nonce": safe_nonce(node, safe), **fields}
    return SafeTx(chain_id=node.chain_id(), safe=safe, version=version, to=to, value=value, **made)  # type: ignore[arg-type]


def execute(node: Node, tx: SafeTx, blob: bytes, key: bytes = FAUCET_KEY) -> bool:
    """Send a signed transaction; whether the Safe spent its nonce for it."""
    node.send(key, tx.safe, data=exec_transaction_call(tx, blob))
    return safe_nonce(node, tx.safe) == tx.nonce + 1
