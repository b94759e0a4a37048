# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title MerkleDistributor: pays each payee of a list once, by a proof against the root that its owner set
@license MIT
@notice For tests alone, without audit. It speaks the functions that `dao pay --merkle` expects of a distributor.
@dev    The root is set once. Anybody may send a claim; the money goes to the payee in any case.
"""

interface Token:
    def transfer(to: address, amount: uint256) -> bool: nonpayable

event Claimed:
    payee: indexed(address)
    amount: uint256

owner: public(address)
token: public(address)  # empty for the chain's own coin
merkleRoot: public(bytes32)
claimed: public(HashMap[address, bool])


@deploy
def __init__(owner_: address, token_: address):
    self.owner = owner_
    self.token = token_


@external
@payable
def setMerkleRoot(root: bytes32):
    assert msg.sender == self.owner, "owner"
    assert self.merkleRoot == empty(bytes32), "set"
    self.merkleRoot = root


@external
def claim(payee: address, amount: uint256, proof: DynArray[bytes32, 32]):
    assert not self.claimed[payee], "claimed"
    node: bytes32 = keccak256(keccak256(abi_encode(payee, amount)))
    for sibling: bytes32 in proof:
        if convert(node, uint256) < convert(sibling, uint256):
            node = keccak256(concat(node, sibling))
        else:
            node = keccak256(concat(sibling, node))
    assert node == self.merkleRoot, "proof"
    self.claimed[payee] = True
    if self.token == empty(address):
        raw_call(payee, b"", value=amount)
    else:
        assert extcall Token(self.token).transfer(payee, amount, default_return_value=True)
    log Claimed(payee=payee, amount=amount)
