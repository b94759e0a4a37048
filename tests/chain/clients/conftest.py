"""One embedded chain for all tests of a process: each deploys what it needs, and none looks at another's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.node import Node
from chain.clients.safe_deploy import create_safe, deploy_safe_contracts
from chain.keccak import keccak256
from chain.signature import address_of

BORN = 1_700_000_000
OWNER_KEYS = tuple(keccak256(f"owner {number} of the tests".encode()) for number in (1, 2, 3))
OWNERS = tuple(map(address_of, OWNER_KEYS))


@pytest.fixture(scope="session")
def devnet() -> Iterator[Devnet]:
    with Devnet.temporary(BORN) as devnet:
        yield devnet


@pytest.fixture(scope="session")
def node(devnet: Devnet) -> Node:
    return devnet.node()


@pytest.fixture(scope="session")
def safe(node: Node) -> bytes:
    """A 2-of-3 Safe with ten ETH."""
    deploy_safe_contracts(node, FAUCET_KEY)
    address = create_safe(node, FAUCET_KEY, owners=OWNERS, threshold=2, salt_nonce=7)
    node.send(FAUCET_KEY, address, 10**19)
    return address
