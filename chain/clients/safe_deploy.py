"""Genuine Safe 1.4.1 on a chain that has Safe's singleton factory, and a Safe of one's own behind its proxy.

Decides addresses and checks them: each contract's init code goes through CREATE2 with salt 0, so it can only come to
its canonical address if it is byte for byte the code that stands there on mainnet. The bytecode is what safe-eth-py
ships (LGPL; `Safe_V1_4_1.json` is SafeL2 there), read as data, because importing that library takes a second and a
half. Which Safe transactions may be signed or executed is decided elsewhere; `execute_safe_tx` sends what it is given.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from chain import abi
from chain.address import ZERO, checksum
from chain.clients.devnet import SINGLETON_FACTORY
from chain.clients.node import Node, TxReceipt
from chain.errors import ChainError
from chain.keccak import keccak256
from chain.safe_deployments import KNOWN_CONTRACTS

if TYPE_CHECKING:
    from chain.safe import SafeTx

VERSION = "1.4.1"


def _known(name: str) -> bytes:
    return next(address for address, known in KNOWN_CONTRACTS.items() if (known.name, known.version) == (name, VERSION))


SAFE_L2 = _known("SafeL2")
PROXY_FACTORY = _known("SafeProxyFactory")
FALLBACK_HANDLER = _known("CompatibilityFallbackHandler")

CANONICAL = MappingProxyType({
    "Safe_V1_4_1": SAFE_L2,
    "ProxyFactory_V1_4_1": PROXY_FACTORY,
    "CompatibilityFallbackHandler_V1_4_1": FALLBACK_HANDLER,
    "MultiSend_V1_4_1": _known("MultiSend"),
    "MultiSendCallOnly_V1_4_1": _known("MultiSendCallOnly"),
    "SimulateTxAccessor_V1_4_1": _known("SimulateTxAccessor"),
    "SignMessageLib": _known("SignMessageLib"),
})  # fmt: skip
"""Where the code in each file of safe-eth-py belongs, on every chain (`chain.safe_deployments`)."""

_EXEC = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
_SIGNATURES = slice(4 + 9 * 32, 4 + 10 * 32)
"""Where the calldata says at which byte the signatures begin."""
_SETUP = "setup(address[],uint256,address,bytes,address,address,uint256,address)"


class SafeDeployError(ChainError):
    """Bytecode that is not the genuine one, or a factory that is not there (`E_SAFE_DEPLOY`)."""


def deploy_safe_contracts(node: Node, key: bytes) -> None:
    """Put the contracts of `CANONICAL` where they belong; those that are there already are left alone."""
    if not node.code(SINGLETON_FACTORY):
        raise SafeDeployError("E_SAFE_DEPLOY", "factory", factory=checksum(SINGLETON_FACTORY))
    for name, expected in CANONICAL.items():
        init_code = bytecode(name)
        found = create2_address(SINGLETON_FACTORY, bytes(32), init_code)
        if found != expected:
            raise SafeDeployError("E_SAFE_DEPLOY", "genuine", contract=name, expected=checksum(expected),
                                  found=checksum(found))  # fmt: skip
        if not node.code(expected):
            node.send(key, SINGLETON_FACTORY, data=bytes(32) + init_code)
        if not node.code(expected):
            raise SafeDeployError("E_SAFE_DEPLOY", "missing", contract=name, expected=checksum(expected))


def create_safe(node: Node, key: bytes, *, owners: Sequence[bytes], threshold: int, salt_nonce: int = 0) -> bytes:
    """Create a SafeL2 1.4.1 with the official fallback handler and no modules; return its address.

    The address depends on owners (in this order), threshold and `salt_nonce` only. One that exists already is kept.
    """
    initializer = setup_call(owners, threshold)
    safe = safe_address(initializer, salt_nonce)
    if not node.code(safe):
        data = abi.encode_call("createProxyWithNonce(address,bytes,uint256)", [SAFE_L2, initializer, salt_nonce])
        node.send(key, PROXY_FACTORY, data=data)
    if not node.code(safe):
        raise SafeDeployError("E_SAFE_DEPLOY", "missing", contract="SafeProxy", expected=checksum(safe))
    return safe


def setup_call(owners: Sequence[bytes], threshold: int) -> bytes:
    """Make the calldata that a new proxy sends to its singleton: no delegate call, no payment."""
    return abi.encode_call(_SETUP, [list(owners), threshold, ZERO, b"", FALLBACK_HANDLER, ZERO, 0, ZERO])


def safe_address(initializer: bytes, salt_nonce: int) -> bytes:
    """Say where the factory puts a proxy: its salt binds the initializer, so nobody can take the address first."""
    salt = keccak256(keccak256(initializer) + salt_nonce.to_bytes(32, "big"))
    return create2_address(PROXY_FACTORY, salt, bytecode("Proxy_V1_4_1") + SAFE_L2.rjust(32, b"\x00"))


def create2_address(deployer: bytes, salt: bytes, init_code: bytes) -> bytes:
    """Say where CREATE2 puts a contract (EIP-1014)."""
    return keccak256(b"\xff" + deployer + salt + keccak256(init_code))[12:]


def execute_safe_tx(node: Node, key: bytes, tx: SafeTx, signatures: bytes) -> TxReceipt:
    """Send a signed SafeTx to its Safe and wait; `CallReverted` if the Safe would refuse it.

    Success of the payment is not the receipt's status but an `ExecutionSuccess` log with this transaction's hash.
    """
    return node.send(key, tx.safe, data=exec_transaction_call(tx, signatures))


def exec_transaction_call(tx: SafeTx, signatures: bytes) -> bytes:
    """Make the calldata of `execTransaction`; the nonce is not in it, only under the signatures."""
    return abi.encode_call(
        _EXEC,
        [
            tx.to,
            tx.value,
            tx.data,
            tx.operation,
            tx.safe_tx_gas,
            tx.base_gas,
            tx.gas_price,
            tx.gas_token,
            tx.refund_receiver,
            signatures,
        ],
    )


def signatures_sent(tx: SafeTx, data: bytes) -> bytes:
    """Return the signatures in the calldata of an `execTransaction` of just this transaction; empty in any other. What
    stands behind the call, as some wallets leave their names there, is not looked at.
    """
    at = 4 + int.from_bytes(data[_SIGNATURES], "big")
    size = int.from_bytes(data[at : at + 32], "big")
    found = data[at + 32 : at + 32 + size]
    return found if data.startswith(exec_transaction_call(tx, found)) else b""


@lru_cache
def bytecode(name: str) -> bytes:
    """Read a contract's init code from the files of safe-eth-py, without importing it."""
    spec = importlib.util.find_spec("safe_eth")
    roots = spec.submodule_search_locations if spec is not None else None
    if not roots:
        raise SafeDeployError("E_SAFE_DEPLOY", "package", package="safe-eth-py")
    path = Path(next(iter(roots)), "eth", "contracts", "abis", f"{name}.json")
    return bytes.fromhex(json.loads(path.read_text(encoding="utf-8"))["bytecode"].removeprefix("0x"))
