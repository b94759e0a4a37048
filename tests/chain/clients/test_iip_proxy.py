"""The devnet's IIP proxy against the figures of the real one, and against what must not work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chain import abi
from chain.clients.devnet import FAUCET_KEY
from chain.clients.devnet_contracts import (
    FORWARDED_TOPIC,
    PREMIUM_SHARE_TOPIC,
    bring_premium,
    deploy_iip_proxy,
    forward,
)
from chain.clients.node import CallReverted, Node
from chain.keccak import keccak256
from chain.signature import address_of

VECTORS = Path(__file__).parents[2] / "vectors" / "mutual" / "iip_forward.json"
CASES = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
CALLER_KEY = keccak256(b"whoever forwards")
CALLER = address_of(CALLER_KEY)
SAFE_RECEIVED = abi.topic("SafeReceived(address,uint256)")
ANYBODY = b"\x88" * 20

pytestmark = pytest.mark.filterwarnings("ignore:SELFDESTRUCT opcode:DeprecationWarning")


@pytest.fixture
def proxy(node: Node, safe: bytes) -> bytes:
    return deploy_iip_proxy(node, FAUCET_KEY, safe)


def fill(node: Node, proxy: bytes, amount: int) -> None:
    """Put an exact balance there, past the contract: coins of a contract that destroys itself need no welcome."""
    if amount:
        node.send(FAUCET_KEY, None, amount, b"\x73" + proxy + b"\xff")  # PUSH20 proxy SELFDESTRUCT
    assert amount == node.balance(proxy)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["balance"])
def test_forward_splits_as_the_real_proxy(node: Node, safe: bytes, proxy: bytes, case: dict[str, str]) -> None:
    """Half a percent, rounded down, to whoever calls; the rest to the Safe, which logs what it receives."""
    fill(node, proxy, int(case["balance"]))
    caller, held = node.balance(CALLER), node.balance(safe)
    receipt = forward(node, CALLER_KEY, proxy)
    received, forwarded = (entry.log for entry in receipt.logs)

    assert (int(case["rebate"]), int(case["forwarded"]), 0) == (
        node.balance(CALLER) - caller,
        node.balance(safe) - held,
        node.balance(proxy),
    )
    assert (proxy, FORWARDED_TOPIC, CALLER.rjust(32, b"\x00")) == (forwarded.address, *forwarded.topics)
    assert (int(case["rebate"]), int(case["forwarded"])) == abi.decode(["uint256", "uint256"], forwarded.data)
    assert (safe, SAFE_RECEIVED, proxy.rjust(32, b"\x00")) == (received.address, *received.topics)


@pytest.mark.parametrize("premium", [10**9, 10**9 + 9, 10**18 + 7, 10**22])
def test_bring_logs_premium_and_share(node: Node, proxy: bytes, premium: int) -> None:
    """A tenth, rounded down, comes in; the log says of which premium."""
    (entry,) = bring_premium(node, FAUCET_KEY, proxy, premium).logs

    assert (PREMIUM_SHARE_TOPIC, address_of(FAUCET_KEY).rjust(32, b"\x00")) == entry.log.topics
    assert (premium, premium // 10) == abi.decode(["uint256", "uint256"], entry.log.data)
    assert premium // 10 == node.balance(proxy)


@pytest.mark.parametrize(
    ("premium", "value", "reason"),
    [
        (10**9 - 1, (10**9 - 1) // 10, "PremiumRange"),
        (10**22 + 1, 10**21, "PremiumRange"),
        (10**18, 10**17 - 1, "PremiumShare"),
        (10**18, 10**17 + 1, "PremiumShare"),
        (10**18, 0, "PremiumShare"),
    ],
)
def test_bring_refuses(node: Node, proxy: bytes, premium: int, value: int, reason: str) -> None:
    """Premiums below 1 gwei or above 10,000 ETH, and any share but the tenth."""
    with pytest.raises(CallReverted) as refused:
        node.send(FAUCET_KEY, proxy, value, abi.encode_call("bring(uint256)", [premium]))
    assert (reason, 0) == (refused.value.facts["message"], node.balance(proxy))


@pytest.mark.parametrize("data", [b"", b"\x01\x02\x03\x04", abi.encode_call("newIIP(address)", [ANYBODY])])
def test_plain_transfers_and_unknown_calls_revert(node: Node, proxy: bytes, data: bytes) -> None:
    """No payable fallback, and no way to name another target."""
    with pytest.raises(CallReverted):
        node.send(FAUCET_KEY, proxy, 1 if not data else 0, data)


def test_forward_is_for_people_only(node: Node, proxy: bytes) -> None:
    """A contract that calls forward is refused (in its constructor too), and nothing moves."""
    fill(node, proxy, 1000)
    selector = abi.encode_call("forward()", [])
    # Init code that calls the proxy, CALL(gas, proxy, 0, 0, 4, 0, 0), and leaves the outcome as its code.
    load = b"\x63" + selector + bytes.fromhex("60e01b600052")
    call = bytes.fromhex("60006000600460006000") + b"\x73" + proxy + bytes.fromhex("5af1")
    receipt = node.send(FAUCET_KEY, None, data=load + call + bytes.fromhex("60005260206000f3"))

    assert receipt.contract is not None
    assert (bytes(32), 1000) == (node.code(receipt.contract), node.balance(proxy))
    assert b"" == node.call(proxy, selector, sender=CALLER)


def test_forward_is_all_or_nothing(node: Node) -> None:
    """If the Safe cannot take the money, the caller gets no rebate either."""
    refuser = node.send(FAUCET_KEY, None, data=bytes.fromhex("6005600c60003960056000f3" + "60006000fd")).contract
    assert refuser is not None
    proxy = deploy_iip_proxy(node, FAUCET_KEY, refuser)
    fill(node, proxy, 1000)
    before = node.balance(CALLER)

    with pytest.raises(CallReverted):
        forward(node, CALLER_KEY, proxy)
    assert (before, 1000) == (node.balance(CALLER), node.balance(proxy))


def test_a_proxy_has_a_target(node: Node) -> None:
    """The zero address would burn what is forwarded."""
    with pytest.raises(CallReverted) as refused:
        deploy_iip_proxy(node, FAUCET_KEY, bytes(20))
    assert "InvalidSafe" == refused.value.facts["message"]
