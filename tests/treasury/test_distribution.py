"""A list of claims on a chain: the Safe funds it and fixes its root in one transaction, and everybody is paid once."""

from __future__ import annotations

from pathlib import Path

import pytest

from chain import abi
from chain.address import ZERO
from chain.clients.contracts.build import compile_contract
from chain.clients.devnet import FAUCET_KEY
from chain.clients.devnet_contracts import transfer
from chain.clients.node import CallReverted, Node, Read
from chain.keccak import keccak256
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import MULTI_SEND_CALL_ONLY, InnerCall, encode_multi_send
from proposals.calls import erc20_transfer
from proposals.parts import Call
from tests.treasury import weird
from treasury.claim_file import Distribution, claim_call, read_claims, write_claims
from treasury.merkle_tree import Claim, ClaimTree

PAYEES = 100
"""`benchmarks/payouts.py` does it with 1,000."""
AT_ONCE = 40
STRANGER = keccak256(b"a stranger who claims for others")


@pytest.fixture(scope="module")
def safe(node: Node) -> bytes:
    return weird.make_payer(node, 10**18)


def test_the_artifacts_are_those_of_the_sources() -> None:
    """Byte for byte, compiled anew."""
    for name in ("MerkleDistributor", "WeirdToken"):
        assert (weird.FOLDER / f"{name}.json").read_text("utf-8") == compile_contract(name, weird.FOLDER)


def set_root(root: bytes) -> bytes:
    return abi.encode_call("setMerkleRoot(bytes32)", [root])


def test_everybody_of_a_list_is_paid_once(node: Node, safe: bytes, tmp_path: Path) -> None:
    """One transaction of the Safe, claims sent by a stranger, and the sums are equal."""
    tree = ClaimTree(Claim(keccak256(b"payee %d" % n)[12:], 10**18 + n * 7) for n in range(PAYEES))
    token = weird.deploy_weird(node, 0, tree.total)
    transfer(node, FAUCET_KEY, token, safe, tree.total)
    distributor = weird.deploy(node, "MerkleDistributor", ["address", "address"], [safe, token])
    calls = [erc20_transfer(token, distributor, tree.total), Call(distributor, 0, set_root(tree.root))]
    file = tmp_path / "claims.json"
    file.write_bytes(write_claims(Distribution(DEVNET_CHAIN_ID, distributor, token, tree)))

    weird.execute(node, weird.part_of(safe, calls))
    read = read_claims(file.read_bytes()).tree
    sent = [InnerCall(0, distributor, 0, claim_call(read, claim.payee)) for claim in read.claims]
    for start in range(0, len(sent), AT_ONCE):
        batch = encode_multi_send(sent[start : start + AT_ONCE])
        receipt = node.wait(node.submit(STRANGER, MULTI_SEND_CALL_ONLY[weird.VERSION], data=batch, gas=30_000_000))
        assert 1 == receipt.status

    reads = [Read(token, abi.encode_call("balanceOf(address)", [claim.payee])) for claim in tree.claims]
    paid = [int.from_bytes(word or b"", "big") for word in node.read_many(reads, node.head().ref.number)]
    assert [claim.amount for claim in tree.claims] == paid
    assert (0, 0) == tuple(weird.balance_of(node, token, holder) for holder in (distributor, safe))
    with pytest.raises(CallReverted):
        node.call(distributor, claim_call(tree, tree.claims[0].payee))  # again


def test_coins_come_with_their_root(node: Node, safe: bytes) -> None:
    """In one call of the Safe; another amount, another payee, and a second root are refused by the contract."""
    tree = ClaimTree([Claim(keccak256(b"ann")[12:], 600), Claim(keccak256(b"ben")[12:], 400)])
    distributor = weird.deploy(node, "MerkleDistributor", ["address", "address"], [safe, ZERO])
    part = weird.part_of(safe, [Call(distributor, tree.total, set_root(tree.root))])
    payee, proof = tree.claims[0].payee, list(tree.proof(tree.claims[0].payee))

    with pytest.raises(CallReverted):
        node.call(distributor, claim_call(tree, payee))
    weird.execute(node, part)
    for wrong in ([payee, 601, proof], [keccak256(b"eve")[12:], 600, proof], [payee, 600, []]):
        with pytest.raises(CallReverted):
            node.call(distributor, abi.encode_call("claim(address,uint256,bytes32[])", wrong))
    with pytest.raises(CallReverted):
        node.call(distributor, set_root(bytes(32)), sender=safe)
    node.send(STRANGER, distributor, data=claim_call(tree, payee))

    assert (600, 400) == (node.balance(payee), node.balance(distributor))
