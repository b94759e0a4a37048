"""Genuine Safes: canonical addresses, predicted proxies, and payments that need two of three signatures."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chain import abi
from chain.clients import safe_deploy
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.node import CallReverted, Node, TxReceipt
from chain.clients.safe_deploy import (
    CANONICAL,
    FALLBACK_HANDLER,
    SAFE_L2,
    SafeDeployError,
    create2_address,
    create_safe,
    deploy_safe_contracts,
    execute_safe_tx,
    safe_address,
    setup_call,
)
from chain.clients.safe_read import fetch_safe_state, safe_nonce
from chain.keccak import keccak256
from chain.receipt import open_receipt
from chain.safe import MULTI_SEND_CALL_ONLY, InnerCall, SafeTx, encode_multi_send, join_signatures, safe_tx_hash
from chain.safe_state import SafeState, open_safe_state
from chain.signature import address_of, sign
from tests.chain.clients.conftest import BORN, OWNER_KEYS, OWNERS

PAYEE = b"\x99" * 20
SUCCESS = abi.topic("ExecutionSuccess(bytes32,uint256)")


def safe_tx(node: Node, safe: bytes, to: bytes, value: int, data: bytes = b"") -> SafeTx:
    return SafeTx(
        chain_id=node.chain_id(),
        safe=safe,
        version="1.4.1",
        to=to,
        value=value,
        data=data,
        operation=1 if to == MULTI_SEND_CALL_ONLY["1.4.1"] else 0,
        nonce=safe_nonce(node, safe),
    )


def execute(node: Node, tx: SafeTx, keys: Sequence[bytes]) -> TxReceipt:
    digest = safe_tx_hash(tx)
    signatures = join_signatures({address_of(key): sign(digest, key) for key in keys})
    return execute_safe_tx(node, FAUCET_KEY, tx, signatures)


def state(node: Node, safe: bytes, number: int | None = None) -> SafeState:
    return open_safe_state(fetch_safe_state(node, safe, node.head().ref.number if number is None else number))


def test_contracts_are_at_their_canonical_addresses(node: Node, safe: bytes) -> None:
    """Every contract of the set has code where safe-deployments says; CREATE2 makes that a proof."""
    assert all(node.code(address) for address in CANONICAL.values())
    assert MULTI_SEND_CALL_ONLY["1.4.1"] in CANONICAL.values()
    version = node.call(safe, abi.encode_call("VERSION()", []))
    assert ("1.4.1",) == abi.decode(["string"], version)


def test_deploying_again_sends_nothing(node: Node, safe: bytes) -> None:
    """What is there is left alone: contracts and the Safe of the same owners."""
    head = node.head()
    deploy_safe_contracts(node, FAUCET_KEY)

    assert safe == create_safe(node, FAUCET_KEY, owners=OWNERS, threshold=2, salt_nonce=7)
    assert head == node.head()


def test_changed_bytecode_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte of difference comes to another address, and is refused before anything is sent."""
    genuine = safe_deploy.bytecode
    monkeypatch.setattr(safe_deploy, "bytecode", lambda name: genuine(name)[:-1] + b"\x00")
    with Devnet.temporary(BORN) as devnet:
        with pytest.raises(SafeDeployError) as refused:
            deploy_safe_contracts(devnet.node(), FAUCET_KEY)

        assert ("E_SAFE_DEPLOY", "genuine") == (refused.value.code, refused.value.reason)
        assert 0 == devnet.node().head().ref.number


def test_a_chain_without_the_factory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the deployer no genuine address can be reached."""
    monkeypatch.setattr(safe_deploy, "SINGLETON_FACTORY", b"\x01\x02" * 10)
    with Devnet.temporary(BORN) as devnet, pytest.raises(SafeDeployError) as refused:
        deploy_safe_contracts(devnet.node(), FAUCET_KEY)
    assert "factory" == refused.value.reason


def test_create2_address_is_that_of_the_standard() -> None:
    """The fourth example of EIP-1014."""
    deployer = bytes.fromhex("00000000000000000000000000000000deadbeef")
    salt = bytes.fromhex("00000000000000000000000000000000000000000000000000000000cafebabe")

    expected = bytes.fromhex("60f3f640a8508fc6a86d45df051962668e1e8ac7")
    assert expected == create2_address(deployer, salt, bytes.fromhex("deadbeef"))


def test_safe_is_where_it_was_predicted_and_as_it_was_ordered(node: Node, safe: bytes) -> None:
    """Its configuration is proved from its storage: owners in order, threshold, singleton, handler, no modules."""
    proved = state(node, safe)

    assert safe_address(setup_call(OWNERS, 2), 7) == safe == proved.safe
    assert (OWNERS, 2, SAFE_L2, FALLBACK_HANDLER) == (
        proved.owners,
        proved.threshold,
        proved.singleton,
        proved.fallback_handler,
    )
    assert ((), bytes(20), "1.4.1") == (proved.modules, proved.guard, proved.proxy)


def test_another_salt_is_another_safe(node: Node, safe: bytes) -> None:
    """The address depends on owners, threshold and salt."""
    others = {safe_address(setup_call(OWNERS, 2), 8), safe_address(setup_call(OWNERS, 3), 7),
              safe_address(setup_call(OWNERS[::-1], 2), 7)}  # fmt: skip

    assert 3 == len(others - {safe})


def test_two_of_three_pay(node: Node, safe: bytes) -> None:
    """Two signatures move ETH, use up the nonce, and log success with our own hash, proved by a receipt."""
    tx = safe_tx(node, safe, PAYEE, 123)
    before = node.balance(PAYEE)
    receipt = execute(node, tx, OWNER_KEYS[:2])
    proved = open_receipt(node.receipt_proof(receipt.transaction_hash))
    (success,) = [log for log in proved.receipt.logs if log.topics[0] == SUCCESS]

    assert before + 123 == node.balance(PAYEE)
    assert (safe, safe_tx_hash(tx)) == (
        success.address,
        success.data[:32] if len(success.topics) == 1 else success.topics[1],
    )
    assert tx.nonce + 1 == safe_nonce(node, safe) == state(node, safe).nonce
    assert tx.nonce == state(node, safe, receipt.block.number - 1).nonce


@pytest.mark.parametrize(
    ("keys", "message"), [(OWNER_KEYS[:1], "GS020"), ((OWNER_KEYS[0], keccak256(b"no owner")), "GS026")]
)
def test_one_of_three_or_a_stranger_do_not_pay(node: Node, safe: bytes, keys: tuple[bytes, ...], message: str) -> None:
    """Below the threshold, or with somebody else's signature, the Safe refuses and nothing is sent."""
    head = node.head()
    with pytest.raises(CallReverted) as refused:
        execute(node, safe_tx(node, safe, PAYEE, 1), keys)

    assert (message, head) == (refused.value.facts["message"], node.head())


def test_batches_go_through_multi_send_call_only(node: Node, safe: bytes) -> None:
    """Two payments in one delegatecall to the genuine batch contract; one that cannot be paid stops both."""
    batch = MULTI_SEND_CALL_ONLY["1.4.1"]
    calls = [InnerCall(0, PAYEE, 5, b""), InnerCall(0, b"\x9a" * 20, 7, b"")]
    before = node.balance(PAYEE), node.balance(b"\x9a" * 20)
    execute(node, safe_tx(node, safe, batch, 0, encode_multi_send(calls)), OWNER_KEYS[1:])
    assert (before[0] + 5, before[1] + 7) == (node.balance(PAYEE), node.balance(b"\x9a" * 20))

    calls[1] = InnerCall(0, b"\x9a" * 20, 10**24, b"")
    with pytest.raises(CallReverted):
        execute(node, safe_tx(node, safe, batch, 0, encode_multi_send(calls)), OWNER_KEYS[1:])
    assert before[0] + 5 == node.balance(PAYEE)


def test_modules_are_found_and_proved(node: Node) -> None:
    """A module that the owners enabled is in the proved configuration, and was not before."""
    safe = create_safe(node, FAUCET_KEY, owners=OWNERS[:1], threshold=1, salt_nonce=1)
    module = b"\xab" * 20
    enable = safe_tx(node, safe, safe, 0, abi.encode_call("enableModule(address)", [module]))
    number = execute(node, enable, OWNER_KEYS[:1]).block.number

    assert ((module,), ()) == (state(node, safe, number).modules, state(node, safe, number - 1).modules)


def test_where_there_is_no_safe_there_is_nothing_to_prove(node: Node) -> None:
    """An address without code answers nothing, which is no list of owners."""
    with pytest.raises(Exception, match="E_CALLDATA"):
        fetch_safe_state(node, PAYEE, 0)
