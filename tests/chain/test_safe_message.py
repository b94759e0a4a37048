"""What a genuine Safe would answer, proved from its storage; held against what its own contract answers.

This chain has the genuine code of three releases at other addresses than the canonical ones, which are told to the
module under test; the canonical ones are used by `tests/dao/workflow/test_contract_votes`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_tester.exceptions import TransactionFailed
from web3.exceptions import ContractLogicError

from chain import abi, erc1271, safe_deployments
from chain.errors import UncheckableError
from chain.keccak import keccak256
from chain.rlp_items import ProofError
from chain.safe import join_signatures
from chain.safe_errors import SafeError
from chain.safe_message import check_message, message_hash, message_slots
from chain.safe_state import SafeStateError, SafeStateProof, slots
from chain.signature import sign
from tests.chain.proof_chain import OWNERS, genuine_safe, proof_chain

DIGEST = bytes(range(32))
ADDRESSES = [bytes.fromhex(owner.address[2:]) for owner in OWNERS]
VERSIONS = ("1.3.0", "1.4.1", "1.5.0")


CHAIN_ID = 131_277_322_940_537
"""Of eth-tester, whatever it is asked."""


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """The contracts of this chain are those of the Safe project."""
    safes = [genuine_safe(version) for version in VERSIONS]
    raw = [(bytes.fromhex(s.singleton.address[2:]), bytes.fromhex(s.handler.address[2:])) for s in safes]
    monkeypatch.setattr(safe_deployments, "SINGLETONS", {"x": {singleton: "SafeL2" for singleton, _ in raw}})
    handlers = {"x": {handler: "CompatibilityFallbackHandler" for _, handler in raw}}
    monkeypatch.setattr(safe_deployments, "FALLBACK_HANDLERS", handlers)


def blob(safe, *numbers, digest=DIGEST):
    """Signatures of some owners over the Safe's message."""
    hash_ = message_hash(CHAIN_ID, safe.address, digest)
    return join_signatures({ADDRESSES[n]: sign(hash_, keccak256(b"owner %d" % n)) for n in numbers})


def proof(safe, signed, digest=DIGEST, owners=None, more=None):
    """Evidence at the newest block."""
    chain = proof_chain()
    extra = message_slots(CHAIN_ID, safe.address, digest, signed) if more is None else more
    wanted = [*slots(ADDRESSES if owners is None else owners, []), *extra]
    return replace(chain.safe_proof(safe.address, wanted, chain.number()), chain_id=CHAIN_ID)


def says_yes(safe, signed, digest=DIGEST):
    """What the Safe itself answers to ERC-1271."""
    call = abi.encode_call("isValidSignature(bytes32,bytes)", [digest, signed])
    try:
        answer = proof_chain().web3.eth.call({"to": safe.contract.address, "data": "0x" + call.hex()})
    except (ContractLogicError, TransactionFailed):
        return False
    return bytes(answer) == erc1271.YES["erc-1271"]


def approve(number, safe, hash_):
    """Let an owner approve a hash on chain, by a transaction of his own."""
    chain, owner = proof_chain(), OWNERS[number]
    chain.wait(chain.web3.eth.send_transaction({"from": chain.faucet, "to": owner.address, "value": 10**18}))
    data = "0x" + abi.encode_call("approveHash(bytes32)", [hash_]).hex()
    call = {"nonce": 0, "gas": 200_000, "value": 0, "data": data, "to": safe.contract.address, "type": 2}
    fees = {"maxFeePerGas": 10**9, "maxPriorityFeePerGas": 0, "chainId": chain.web3.eth.chain_id}
    raw = owner.sign_transaction({**call, **fees}).raw_transaction
    assert chain.wait(chain.web3.eth.send_raw_transaction(raw))["status"] == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_owners_signatures_are_proved(version):
    """Two of three by key: proved, and the contract says the same; one is too few for both."""
    safe = genuine_safe(version)
    for numbers, expected in (((0, 1), True), ((1, 2), True), ((0, 1, 2), True), ((0,), False)):
        signed = blob(safe, *numbers)
        assert expected == says_yes(safe, signed)
        if expected:
            assert check_message(proof(safe, signed), DIGEST, signed).safe == safe.address
        else:
            with pytest.raises(SafeError):
                check_message(proof(safe, signed), DIGEST, signed)


def test_other_message_is_no_signature():
    """The owners signed something else."""
    safe = genuine_safe("1.4.1")
    signed = blob(safe, 0, 1)
    assert not says_yes(safe, signed, bytes(32))
    with pytest.raises(SafeError):
        check_message(proof(safe, signed), bytes(32), signed)


def test_approval_on_chain_is_proved():
    """An owner who approved the hash on chain counts; one who only says so does not."""
    safe, digest = genuine_safe("1.4.1"), b"\x55" * 32
    hash_ = message_hash(CHAIN_ID, safe.address, digest)
    owner = min(ADDRESSES[:2])
    other = ADDRESSES.index(max(ADDRESSES[:2]))
    approved = owner.rjust(32, b"\0") + bytes(32) + b"\x01"
    signed = approved + sign(hash_, keccak256(b"owner %d" % other))
    assert not says_yes(safe, signed, digest)
    with pytest.raises(SafeError) as caught:
        check_message(proof(safe, signed, digest), digest, signed)
    assert "not_approved" == caught.value.reason

    approve(ADDRESSES.index(owner), safe, hash_)
    assert says_yes(safe, signed, digest)
    assert check_message(proof(safe, signed, digest), digest, signed).safe == safe.address


def test_unsigned_on_chain_is_refused():
    """An empty signature rests on a slot that holds nothing."""
    safe = genuine_safe("1.5.0")
    assert not says_yes(safe, b"")
    with pytest.raises(SafeError) as caught:
        check_message(proof(safe, b""), DIGEST, b"")
    assert "not_signed" == caught.value.reason


def test_contract_owner_is_left_to_the_chain():
    """What another contract would say is not in this Safe's storage."""
    safe = genuine_safe("1.4.1")
    owner = ADDRESSES[0]
    signed = owner.rjust(32, b"\0") + (65).to_bytes(32, "big") + b"\0" + (1).to_bytes(32, "big") + b"x"
    with pytest.raises(UncheckableError):
        message_slots(CHAIN_ID, safe.address, DIGEST, signed)


def test_every_node_is_needed():
    """A node too few, too many or altered is refused; so is the proof of another Safe."""
    safe = genuine_safe("1.4.1")
    signed = blob(safe, 0, 1)
    good = proof(safe, signed)
    for at, node in enumerate(good.nodes):
        rest = (*good.nodes[:at], *good.nodes[at + 1 :])
        for nodes in (rest, (*rest, node[:-1] + bytes([node[-1] ^ 1])), (*good.nodes, b"\x80")):
            with pytest.raises(ProofError):
                check_message(replace(good, nodes=nodes), DIGEST, signed)
    assert SafeStateProof.from_map(good.to_map()) == replace(good, nodes=tuple(sorted(good.nodes)))


def test_other_handler_is_not_known(monkeypatch):
    """Of a handler that is not the Safe project's nobody knows here what it answers."""
    safe = genuine_safe("1.4.1")
    signed = blob(safe, 0, 1)
    monkeypatch.setattr(safe_deployments, "FALLBACK_HANDLERS", {})
    with pytest.raises(SafeStateError) as caught:
        check_message(proof(safe, signed), DIGEST, signed)
    assert "message_handler" == caught.value.reason
