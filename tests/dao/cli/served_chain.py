"""A chain that is not the devnet, served over HTTP: the same EVM under another chain id, in a process of its own.

`python -m tests.dao.cli.served_chain` deploys a Safe, a token and whatever a stranger might mistake for either, prints
where they are as one line of JSON, and answers until it is ended. The chain id is a constant of the product, so it is
changed in this process before anything reads it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chain import networks

CHAIN_ID = 31_337
ROOT = Path(__file__).resolve().parents[3]
OWNERS = ("ann", "ben", "cho")
HOLDINGS = {"eve": 150, "finn": 250, "gil": 600}


@dataclass(frozen=True, slots=True)
class Served:
    """Where everything is."""

    url: str
    places: dict[str, str]
    """Addresses by what stands there."""

    def safe(self, name: str = "safe") -> str:
        """A Safe as it is typed."""
        return f"eip155:{CHAIN_ID}:{self.places[name]}"


def key(name: str) -> bytes:
    """Somebody's key on this chain, which is no devnet's."""
    from chain.keccak import keccak256

    return keccak256(b"served chain of the tests: " + name.encode())


def address(name: str) -> str:
    """Somebody's address."""
    from chain.address import checksum
    from chain.signature import address_of

    return checksum(address_of(key(name)))


@contextmanager
def served() -> Iterator[Served]:
    """Run the chain for the time of a `with` statement."""
    command = [sys.executable, "-m", "tests.dao.cli.served_chain"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield Served(told.pop("url"), told)
        finally:
            process.terminate()


def main() -> None:
    """Deploy, tell where, and serve."""
    networks.DEVNET_CHAIN_ID = CHAIN_ID  # type: ignore[misc]
    from chain.clients.devnet import Devnet
    from dao.cli.workspace.devnet_serve import DevnetServer

    with Devnet.temporary(1_800_000_000) as devnet, DevnetServer(devnet, 0) as server:
        print(json.dumps({"url": server.url, **_deploy(devnet)}), flush=True)
        server.serve_forever(poll_interval=0.05)


def _deploy(devnet: object) -> dict[str, str]:
    from chain.address import ZERO, checksum
    from chain.clients import devnet_contracts, safe_deploy
    from chain.clients.devnet import FAUCET_KEY, Devnet
    from chain.signature import address_of
    from dao.keys import devnet_key

    assert isinstance(devnet, Devnet)
    node = devnet.node()
    assert CHAIN_ID == node.chain_id()
    safe_deploy.deploy_safe_contracts(node, FAUCET_KEY)

    def safe_of(keys: list[bytes], threshold: int) -> bytes:
        owners = [address_of(owner) for owner in keys]
        return safe_deploy.create_safe(node, FAUCET_KEY, owners=owners, threshold=threshold)

    def create(code: bytes) -> bytes:
        contract = node.send(FAUCET_KEY, None, data=code).contract
        assert contract is not None
        return contract

    def proxy_of(file: str, singleton: bytes) -> bytes:
        made = create(safe_deploy.bytecode(file) + singleton.rjust(32, b"\0"))
        node.send(FAUCET_KEY, made, data=safe_deploy.setup_call([address_of(key("ann"))], 1))
        return made

    safe = safe_of([key(name) for name in OWNERS], 2)
    with_module = safe_of([key("ann")], 1)
    _enable_module(node, with_module, b"\x77" * 20)
    supply = sum(HOLDINGS.values()) * 10**18
    token = devnet_contracts.deploy_votes_token(node, FAUCET_KEY, name="Club", symbol="CLUB", supply=supply)
    odd = devnet_contracts.deploy_votes_token(node, FAUCET_KEY, name="Odd", symbol="US\u20ae", supply=supply)
    for name, amount in HOLDINGS.items():
        devnet_contracts.transfer(node, FAUCET_KEY, token, address_of(key(name)), amount * 10**18)
    found = {
        "safe": safe,
        "module": with_module,
        "of_a_devnet": safe_of([devnet_key("ann"), key("ben")], 2),
        "of_contracts": safe_deploy.create_safe(node, FAUCET_KEY, owners=[safe, address_of(key("ann"))], threshold=2),
        "old": proxy_of("Proxy_V1_1_1", create(safe_deploy.bytecode("GnosisSafe_V1_1_1"))),
        "copy": proxy_of("Proxy_V1_4_1", create(safe_deploy.bytecode("Safe_V1_4_1"))),
        "token": token,
        "odd": odd,
        "proxy": devnet_contracts.deploy_iip_proxy(node, FAUCET_KEY, safe),
        "account": address_of(key("eve")),
        "nothing": ZERO[:19] + b"\x42",
    }
    return {name: checksum(place) for name, place in found.items()}


def _enable_module(node: object, safe: bytes, module: bytes) -> None:
    from chain import abi
    from chain.clients.devnet import FAUCET_KEY
    from chain.clients.node import Node
    from chain.clients.safe_deploy import execute_safe_tx
    from chain.safe import SafeTx, join_signatures, safe_tx_hash
    from chain.signature import address_of, sign

    assert isinstance(node, Node)
    tx = SafeTx(
        chain_id=CHAIN_ID, safe=safe, version="1.4.1", to=safe, value=0,
        data=abi.encode_call("enableModule(address)", [module]), operation=0, nonce=0,
    )  # fmt: skip
    owner = key("ann")
    execute_safe_tx(node, FAUCET_KEY, tx, join_signatures({address_of(owner): sign(safe_tx_hash(tx), owner)}))


if __name__ == "__main__":
    main()
