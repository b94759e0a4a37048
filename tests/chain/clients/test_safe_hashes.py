"""The hash of a transaction, against `getTransactionHash` of genuine Safes of five releases."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import given, settings

from chain import abi
from chain.address import ZERO
from chain.clients.devnet import FAUCET_KEY
from chain.clients.node import Node
from chain.clients.safe_deploy import bytecode
from chain.safe import SafeTx, domain_hash, safe_tx_hash
from chain.signature import address_of
from tests.chain import strategies
from tests.chain.clients.genuine import VERSIONS, make_safe, safes

OWNERS = [address_of(bytes([n]) * 32) for n in (1, 2)]
EXAMPLES = 100 if os.environ.get("CI") == "true" else 6
"""Random transactions of each release; five releases."""

_ASK = "getTransactionHash(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,uint256)"
_OLD_SETUP = {
    "1.0.0": ("setup(address[],uint256,address,bytes,address,uint256,address)", [OWNERS, 1, ZERO, b"", ZERO, 0, ZERO]),
    "1.1.1": (
        "setup(address[],uint256,address,bytes,address,address,uint256,address)",
        [OWNERS, 1, ZERO, b"", ZERO, ZERO, 0, ZERO],
    ),
}


def make_old_safe(node: Node, version: str) -> bytes:
    """Create a Safe below 1.3.0, whose contracts have no canonical address on this chain."""
    suffix = version.replace(".", "_")
    singleton = node.send(FAUCET_KEY, None, data=bytecode(f"GnosisSafe_V{suffix}")).contract
    factory = node.send(FAUCET_KEY, None, data=bytecode(f"ProxyFactory_V{suffix}")).contract
    assert singleton is not None
    assert factory is not None
    initializer = abi.encode_call(*_OLD_SETUP[version])
    call = abi.encode_call("createProxyWithNonce(address,bytes,uint256)", [singleton, initializer, 1])
    (safe,) = abi.decode(["address"], node.call(factory, call))
    node.send(FAUCET_KEY, factory, data=call)
    return bytes(safe)


@pytest.fixture(scope="module")
def by_version(node: Node) -> dict[str, bytes]:
    new = {version: make_safe(node, safes(node, version), OWNERS, 1) for version in VERSIONS}
    return {**{version: make_old_safe(node, version) for version in _OLD_SETUP}, **new}


@pytest.mark.parametrize("version", [*_OLD_SETUP, *VERSIONS])
def test_the_contract_hashes_alike(node: Node, by_version: dict[str, bytes], version: str) -> None:
    """Random transactions in all their fields; and the domain by itself."""
    safe = by_version[version]
    assert domain_hash(node.chain_id(), safe, version) == node.call(safe, abi.encode_call("domainSeparator()", []))

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(strategies.safe_tx)
    def check(drawn: SafeTx) -> None:
        tx = replace(drawn, chain_id=node.chain_id(), safe=safe, version=version)
        call = abi.encode_call(
            _ASK,
            [
                tx.to, tx.value, tx.data, tx.operation, tx.safe_tx_gas, tx.base_gas, tx.gas_price, tx.gas_token,
                tx.refund_receiver, tx.nonce,
            ],
        )  # fmt: skip
        assert node.call(safe, call) == safe_tx_hash(tx)

    check()
