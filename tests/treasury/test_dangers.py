"""The dangers are real: each attack that review refuses succeeds against a genuine Safe when nobody reviews it.

Only review stands between the owners' signatures and these ends; the Safe itself takes what enough owners signed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chain.abi import encode_call
from chain.address import checksum
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.node import Node
from chain.clients.safe_deploy import exec_transaction_call
from chain.keccak import keccak256
from chain.safe import MULTI_SEND_CALL_ONLY, InnerCall, SafeTx, encode_multi_send, safe_tx_hash
from chain.safe_deployments import CALL_ONLY_CODE
from chain.signature import address_of, sign
from chain.signer import KeySigner
from dao.workflow.part_facts import BatchError, on_chain, refuse_batch
from tests.chain.clients.genuine import VERSIONS, execute, make_safe, payment, place, put, safes, says_yes, state
from tests.treasury.cases import codes
from treasury.confirmations import Confirmation, check_confirmations
from treasury.review import review
from treasury.safe_pinned import unpinned

KEYS = [keccak256(f"signer {n} who was fooled".encode()) for n in (1, 2)]
OWNERS = [address_of(key) for key in KEYS]
THIEF, PAYEE, ETHER = b"\x7f" * 20, b"\x21" * 20, 10**18

PUBLISHED = (
    Path(__file__).parents[1] / "npm" / "protocol_kit" / "node_modules" / "@safe-global" / "safe-deployments" / "dist"
    / "assets" / "v1.3.0" / "multi_send_call_only.json"
)  # fmt: skip

WRITES_THE_CODE_SLOT = bytes.fromhex("60043560005500")
"""sstore(0, calldataload(4)): run as the Safe, its first argument becomes the Safe's code."""
AGREES_TO_ALL = bytes.fromhex("60003560e01c60e01b60005260206000f3")


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with Devnet.temporary(1_700_000_000) as devnet:
        yield devnet.node()


def sign_all(node: Node, tx: SafeTx) -> bytes:
    """The owners confirm without a review."""
    given = [Confirmation(address_of(key), sign(safe_tx_hash(tx), key)) for key in KEYS]
    return check_confirmations(tx, given, state(node, tx.safe))


def safe_of(node: Node, version: str = "1.4.1") -> bytes:
    return make_safe(node, safes(node, version), OWNERS, 2, wei=ETHER)


@pytest.mark.parametrize("version", VERSIONS)
def test_H77_bybit_replayed(node: Node, version: str) -> None:
    """What looks like an ERC-20 transfer of nothing, with operation 1, gives the Safe's code to the thief."""
    safe, trap = safe_of(node, version), put(node, WRITES_THE_CODE_SLOT)
    tx = payment(node, safe, version, trap, data=encode_call("transfer(address,uint256)", [THIEF, 0]), operation=1)

    assert [("E_DELEGATECALL", "unknown", "transaction")] == codes(review(tx))
    assert [] == codes(review(replace(tx, operation=0)))
    blob = sign_all(node, tx)
    node.send(FAUCET_KEY, safe, data=exec_transaction_call(tx, blob))
    assert THIEF == node.storage(safe, 0).to_bytes(20, "big")


@pytest.mark.parametrize("version", VERSIONS)
def test_H78_the_refund_theft(node: Node, version: str) -> None:
    """A payment of nothing by which the Safe pays the thief 0.1 ether: `baseGas` is whatever its maker likes."""
    safe = safe_of(node, version)
    theft = payment(
        node, safe, version, PAYEE, base_gas=10**8, gas_price=10**9, refund_receiver=THIEF, safe_tx_gas=30_000
    )
    before = node.balance(THIEF)

    assert {"gasPrice", "baseGas", "refundReceiver"} == {place for _, _, place in codes(review(theft))}
    assert [] == codes(review(replace(theft, base_gas=0, gas_price=0, refund_receiver=bytes(20))))
    call = exec_transaction_call(theft, sign_all(node, theft))
    prepared = node.prepare(address_of(FAUCET_KEY), safe, data=call)
    fields = {**prepared, "maxFeePerGas": 2 * 10**9, "maxPriorityFeePerGas": 10**9}
    receipt = node.wait(node.send_raw(KeySigner(FAUCET_KEY).sign_transaction(fields)))
    assert receipt.status == 1
    assert node.balance(THIEF) - before >= ETHER // 10


@pytest.mark.parametrize("version", VERSIONS)
def test_H83_a_hostile_module(node: Node, version: str) -> None:
    """Once enabled, it empties the Safe without any signature; and a Safe that has one is refused for its
    configuration.
    """
    safe = safe_of(node, version)
    module_key = keccak256(b"a module may be a mere key")
    enable = payment(node, safe, version, safe, data=encode_call("enableModule(address)", [address_of(module_key)]))
    before = node.balance(THIEF)

    assert [("E_PRIVILEGED", "modules", "transaction")] == codes(review(enable))
    assert [] == codes(review(replace(enable, data=b"")))
    assert [] == list(unpinned(state(node, safe), version))
    assert execute(node, enable, sign_all(node, enable))
    assert [("modules", (address_of(module_key),))] == list(unpinned(state(node, safe), version))
    steal = encode_call("execTransactionFromModule(address,uint256,bytes,uint8)", [THIEF, ETHER, b"", 0])
    node.send(module_key, safe, data=steal)
    assert (0, ETHER) == (node.balance(safe), node.balance(THIEF) - before)


@pytest.mark.parametrize("version", VERSIONS)
def test_H83_a_hostile_fallback_handler(node: Node, version: str) -> None:
    """Once set, it signs anything in the Safe's name; and a Safe that has it is refused for its configuration."""
    safe, hostile = safe_of(node, version), put(node, AGREES_TO_ALL)
    change = payment(node, safe, version, safe, data=encode_call("setFallbackHandler(address)", [hostile]))
    permit = keccak256(b"whatever a thief wants signed")

    assert [("E_PRIVILEGED", "guards", "transaction")] == codes(review(change))
    assert not says_yes(node, safe, permit, b"nobody signed this")
    assert execute(node, change, sign_all(node, change))
    assert [("fallback_handler", hostile)] == list(unpinned(state(node, safe), version))
    assert says_yes(node, safe, permit, b"nobody signed this")


def test_H85_a_batch_that_nothing_unpacks(node: Node) -> None:
    """On a chain where nobody deployed MultiSendCallOnly the Safe reports success, spends its nonce and pays nobody;
    the same batch through the contract that is there is paid.
    """
    absent, there = safe_of(node, "1.3.0"), safe_of(node, "1.4.1")
    place(node, "MultiSendCallOnly_V1_4_1")
    data = encode_multi_send([InnerCall(0, PAYEE, 7, b""), InnerCall(0, PAYEE, 8, b"")])
    hollow, whole = (
        payment(node, safe, version, MULTI_SEND_CALL_ONLY[version], data=data, operation=1)
        for safe, version in ((absent, "1.3.0"), (there, "1.4.1"))
    )
    before = node.balance(PAYEE)

    assert [("E_NO_CODE", "batch", "transaction")] == codes(review(hollow, seen=on_chain(node, hollow)))
    assert [] == codes(review(whole, seen=on_chain(node, whole)))
    head = node.head().ref.number
    refuse_batch(node, whole, head)
    with pytest.raises(BatchError) as refused:
        refuse_batch(node, hollow, head)
    assert ("E_NO_CODE", "batch") == (refused.value.code, refused.value.reason)
    assert execute(node, hollow, sign_all(node, hollow))
    assert node.balance(PAYEE) == before
    assert execute(node, whole, sign_all(node, whole))
    assert node.balance(PAYEE) == before + 15


def test_pinned_batch_code_is_the_genuine_one(node: Node) -> None:
    """The hash of what the genuine init code puts at the pinned address; 1.3.0, which no Python package ships, is
    compared with the hash that Safe publishes.
    """
    for version in ("1.4.1", "1.5.0"):
        at = place(node, f"MultiSendCallOnly_V{version.replace('.', '_')}")
        assert (MULTI_SEND_CALL_ONLY[version], CALL_ONLY_CODE[version]) == (at, keccak256(node.code(at)))
    if PUBLISHED.exists():
        told = json.loads(PUBLISHED.read_text("utf-8"))["deployments"]["canonical"]
        assert ("0x" + CALL_ONLY_CODE["1.3.0"].hex(), checksum(MULTI_SEND_CALL_ONLY["1.3.0"])) == (
            told["codeHash"],
            told["address"],
        )
