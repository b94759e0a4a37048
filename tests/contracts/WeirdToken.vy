# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title WeirdToken: an ERC-20 that misbehaves in one of twelve ways, chosen when it is deployed
@license MIT
@notice For tests alone.
@dev    Kinds: 1 answers nothing, 2 answers false and moves, 3 answers false and does not, 4 keeps a hundredth of what
        is sent, 5 is paused, 6 blocks some payees, 7 keeps shares and rounds, 8 counts in 96 bits, 9 has a name of 32
        bytes with code in it, 10 takes a hundredth more of the sender, 11 says yes, logs and moves nothing, 12 burns
        all gas. 0 behaves.
"""

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    value: uint256

ONE: constant(uint256) = 10**18
INDEX: constant(uint256) = 13 * 10**17  # what a share of kind 7 is worth

kind: public(uint256)
decimals: public(uint8)
totalSupply: public(uint256)
blocked: public(HashMap[address, bool])
shares: HashMap[address, uint256]


@deploy
def __init__(kind_: uint256, supply: uint256, blocked_: address):
    self.kind = kind_
    self.decimals = 18
    self.totalSupply = supply
    self.shares[msg.sender] = self._shares(supply)
    self.blocked[blocked_] = True
    log Transfer(sender=empty(address), receiver=msg.sender, value=supply)


@external
def turn(kind: uint256):  # what cannot be given to anybody is given first
    self.kind = kind


@view
@internal
def _shares(amount: uint256) -> uint256:
    return amount * ONE // INDEX if self.kind == 7 else amount


@view
@external
def balanceOf(holder: address) -> uint256:
    return self.shares[holder] * INDEX // ONE if self.kind == 7 else self.shares[holder]


@view
@external
@raw_return
def symbol() -> Bytes[128]:
    if self.kind == 9:
        return abi_encode(convert(b"<script>alert(1)</script>", bytes32))
    return abi_encode("WEIRD")


@external
@raw_return
def transfer(to: address, amount: uint256) -> Bytes[32]:
    assert self.kind != 5, "paused"
    assert self.kind != 6 or not self.blocked[to], "blocked"
    assert self.kind != 8 or amount < 2**96, "96 bits"
    if self.kind == 12:
        raise UNREACHABLE
    if self.kind == 3:
        return abi_encode(False)
    if self.kind != 11:
        self._move(to, amount)
    log Transfer(sender=msg.sender, receiver=to, value=amount)
    if self.kind == 1:
        return b""
    return abi_encode(self.kind != 2)


@internal
def _move(to: address, amount: uint256):
    taken: uint256 = amount
    given: uint256 = amount
    if self.kind == 4:
        given -= amount // 100
    if self.kind == 10:
        taken += amount // 100
    self.shares[msg.sender] -= self._shares(taken)
    self.shares[to] += self._shares(given)
