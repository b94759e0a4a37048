"""The configuration of genuine Safes, and of forged ones."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
import safe_eth.eth.contracts as safe_contracts

from chain.address import ZERO
from chain.errors import UncheckableError
from chain.keccak import keccak256
from chain.rlp_items import ProofError
from chain.safe_state import (
    LIST_MAX,
    OWNERS_SLOT,
    PROXY_CODE,
    SENTINEL,
    SafeStateError,
    SafeStateProof,
    open_safe_state,
    prove,
    slots,
)
from chain.state_proof import mapping_slot
from tests.chain.forge import SAFE, safe_evidence, safe_words
from tests.chain.proof_chain import NO_ONE, OWNERS, YES_CODE, GenuineSafe, genuine_safe, proof_chain

OWNER_ADDRESSES = [bytes.fromhex(owner.address[2:]) for owner in OWNERS]
A, B, C = (bytes([0x10 + n]) * 20 for n in range(3))


def raw(text):
    """The bytes of an address."""
    return bytes.fromhex(text[2:])


@pytest.mark.parametrize("version", ["1.3.0", "1.4.1", "1.5.0"])
def test_a_fresh_safe_is_proved(version):
    """What the storage proves is what the Safe itself answers."""
    chain, safe = proof_chain(), genuine_safe(version)
    call = safe.contract.functions
    proved = open_safe_state(chain.safe_proof(safe.address, slots(OWNER_ADDRESSES, []), chain.number()))
    assert (1, safe.address, version) == (proved.chain_id, proved.safe, proved.proxy)
    assert proved.block == (1, chain.number(), chain.py_evm_header(chain.number()).hash)
    assert [raw(owner) for owner in call.getOwners().call()] == list(proved.owners)
    assert (call.getThreshold().call(), call.nonce().call()) == (proved.threshold, proved.nonce)
    assert (raw(safe.singleton.address), raw(safe.handler.address)) == (proved.singleton, proved.fallback_handler)
    assert ((), ZERO, ZERO) == (proved.modules, proved.guard, proved.module_guard)


@cache
def changed_safe():
    """A Safe 1.5.0 that gained an owner, two modules and both guards; the guard's address and the last block."""
    chain = proof_chain()
    safe = GenuineSafe(chain, "1.5.0")  # one of its own: other modules of the same process expect theirs fresh
    guard = chain.deploy([], YES_CODE).address
    safe.execute("addOwnerWithThreshold", "0x" + C.hex(), 2)
    safe.execute("enableModule", "0x" + A.hex())
    safe.execute("enableModule", "0x" + B.hex())
    safe.execute("setModuleGuard", guard)
    return safe, guard, safe.execute("setGuard", guard)


def test_a_changed_safe_is_proved():
    """New owners and modules stand first in their lists; guards and nonce are seen."""
    safe, guard, number = changed_safe()
    proved = open_safe_state(proof_chain().safe_proof(safe.address, slots([C, *OWNER_ADDRESSES], [B, A]), number))
    assert (C, *OWNER_ADDRESSES) == proved.owners
    assert ((B, A), 5) == (proved.modules, proved.nonce)
    assert (raw(guard), raw(guard)) == (proved.guard, proved.module_guard)


def test_the_block_decides():
    """The same Safe at an earlier block still has its earlier configuration."""
    safe, _, number = changed_safe()
    earlier = open_safe_state(proof_chain().safe_proof(safe.address, slots([C, *OWNER_ADDRESSES], [A]), number - 3))
    assert ((A,), ZERO, 2) == (earlier.modules, earlier.guard, earlier.nonce)


def test_a_slot_too_few_or_too_many_is_refused():
    """Without an owner's slot the list does not close; a slot that nobody asked for is surplus."""
    safe, _, number = changed_safe()
    for owners in (OWNER_ADDRESSES, [C, *OWNER_ADDRESSES[:2]]):
        with pytest.raises(ProofError) as caught:
            open_safe_state(proof_chain().safe_proof(safe.address, slots(owners, [B, A]), number))
        assert "missing_node" == caught.value.reason
    wanted = slots([C, *OWNER_ADDRESSES], [B, A])
    proof = proof_chain().safe_proof(safe.address, wanted, number)
    with pytest.raises(ProofError) as caught:
        open_safe_state(replace(proof, nodes=(*proof.nodes, b"\x80")))
    assert "surplus" == caught.value.reason


def test_every_node_is_needed_and_checked():
    """Dropping or altering any node of a genuine proof refuses it."""
    chain, safe = proof_chain(), genuine_safe("1.4.1")
    proof = chain.safe_proof(safe.address, slots(OWNER_ADDRESSES, []), chain.number())
    for at, node in enumerate(proof.nodes):
        rest = (*proof.nodes[:at], *proof.nodes[at + 1 :])
        for nodes in (rest, (*rest, node[:-1] + bytes([node[-1] ^ 1]))):
            with pytest.raises(ProofError):
                open_safe_state(replace(proof, nodes=nodes))


def test_evidence_comes_back_from_its_map():
    """The map has its nodes in one order, and proves the same state."""
    chain, safe = proof_chain(), genuine_safe("1.4.1")
    proof = chain.safe_proof(safe.address, slots(OWNER_ADDRESSES, []), chain.number())
    again = SafeStateProof.from_map(proof.to_map())
    assert proof.to_map() == again.to_map()
    assert open_safe_state(proof) == open_safe_state(again)


@pytest.mark.parametrize(
    "change",
    [{"kind": "receipt-proof"}, {"chain_id": 0}, {"safe": bytes(19)}, {"header": "0x"}, {"nodes": {}}, {"x": 1}],
)
def test_a_map_of_another_form_is_refused(change):
    """Exact keys and types; another version could not be checked."""
    sound = SafeStateProof(chain_id=1, safe=SAFE, header=b"", nodes=()).to_map()
    with pytest.raises(ProofError):
        SafeStateProof.from_map(sound | change)
    with pytest.raises(UncheckableError):
        SafeStateProof.from_map(sound | {"v": 2})


@pytest.mark.parametrize("version", PROXY_CODE.values())
def test_proxy_code_is_that_of_the_released_proxies(version):
    """The table of code hashes agrees with the bytecode that the Safe project ships."""
    code = getattr(safe_contracts, f"get_proxy_{version.replace('.', '_')}_deployed_bytecode")()
    assert version == PROXY_CODE[keccak256(bytes(code))]


def forged(words, **options):
    """Prove a forged Safe."""
    return prove(1, SAFE, *safe_evidence(words, **options))


def refusal(words, **options):
    """The reason with which a forged Safe is refused."""
    with pytest.raises(SafeStateError) as caught:
        forged(words, **options)
    assert "E_SAFE_CONFIG" == caught.value.code
    return caught.value.reason


def test_the_forged_safe_is_sound_until_it_is_altered():
    """The twin of all attacks below."""
    proved = forged(safe_words([A, B], [C], threshold=2))
    assert ((A, B), 2, (C,), 3) == (proved.owners, proved.threshold, proved.modules, proved.nonce)


def test_H81_other_code_is_no_safe():
    """A contract that holds the words of a Safe, or an address without code, proves nothing."""
    assert "proxy_code" == refusal(safe_words([A]), code_hash=keccak256(b"evil"))
    assert "no_code" == refusal(safe_words([A]), code_hash=keccak256(b""))
    header, nodes = safe_evidence(safe_words([A]))
    with pytest.raises(ProofError):
        prove(1, A, header, nodes)


def test_H81_the_count_is_the_length_of_the_list():
    """A hidden or a phantom owner is found."""
    assert "owner_count" == refusal(safe_words([A, B], count=1))
    assert "owner_count" == refusal(safe_words([A, B], count=3))


@pytest.mark.parametrize("threshold", [0, 3, 2**255])
def test_H81_the_threshold_can_be_met(threshold):
    """None, and more than there are owners, is refused."""
    assert "threshold" == refusal(safe_words([A, B], threshold=threshold))


def test_H81_lists_come_back_to_the_sentinel():
    """A list that ends in nothing, or runs in a circle, is refused."""

    def at(owner):
        return mapping_slot("solidity", OWNERS_SLOT, owner)

    sound = safe_words([A, B])
    assert "list" == refusal(sound | {at(B): 0})
    assert "list" == refusal(sound | {at(B): int.from_bytes(A, "big")})
    assert "list" == refusal(sound | {at(A): int.from_bytes(A, "big")})
    assert "list" == refusal(sound | {at(SENTINEL): 0})
    assert "threshold" == refusal(safe_words([], threshold=0))


def test_H81_lists_are_bounded():
    """The longest list is followed, one more entry is not."""
    many = [n.to_bytes(20, "big") for n in range(2, LIST_MAX + 3)]
    assert LIST_MAX == len(forged(safe_words(many[:-1])).owners)
    assert "list_limit" == refusal(safe_words(many))


@pytest.mark.parametrize("field", ["singleton", "guard", "handler"])
def test_H81_an_address_is_160_bits(field):
    """Bits above an address are refused, not cut off."""
    assert "word" == refusal(safe_words([A], **{field: 2**160}))


def test_H81_a_safe_has_a_singleton():
    """A proxy to nothing is refused."""
    assert "no_singleton" == refusal(safe_words([A], singleton=0))


def test_no_one_is_zero():
    """The zero address of the helpers is ours."""
    assert ZERO == raw(NO_ONE)
