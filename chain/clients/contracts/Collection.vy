# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Collection: the devnet's ERC-721 of memberships
@license MIT
@notice The reading side of ERC-721 and `transferFrom` of one's own; whoever wants one mints it. `balanceOf` is the
        mapping at a fixed slot, so that it can be proved. It has had no audit and holds nothing of value.
"""

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    tokenId: indexed(uint256)

balanceOf: public(HashMap[address, uint256])  # stays first: the artifact names its slot
ownerOf: public(HashMap[uint256, address])
totalSupply: public(uint256)


@external
def mint():
    self.totalSupply += 1
    self.ownerOf[self.totalSupply] = msg.sender
    self.balanceOf[msg.sender] += 1
    log Transfer(sender=empty(address), receiver=msg.sender, tokenId=self.totalSupply)


@external
def transferFrom(sender: address, to: address, tokenId: uint256):
    assert self.ownerOf[tokenId] == msg.sender and sender == msg.sender, "NotOwner"
    assert to != empty(address), "InvalidReceiver"
    self.ownerOf[tokenId] = to
    self.balanceOf[sender] -= 1
    self.balanceOf[to] += 1
    log Transfer(sender=sender, receiver=to, tokenId=tokenId)
