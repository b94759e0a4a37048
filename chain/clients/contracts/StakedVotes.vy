# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title StakedVotes: the devnet's stake whose voting power grows with the time that it is locked
@license MIT
@notice Answers `votingPower(address)` as Hakka's staking does: amount times a rate of the lock (360 days 1, 180 days
        1/2, 90 days 1/4, 30 days 1/12), fixed when the stake is made, rounded down. `balanceOf` and `totalSupply` say
        the same, as its wrapper for plain balance strategies does. It moves no token: it is here to be read, has had no
        audit, and holds nothing.
"""

votingPower: public(HashMap[address, uint256])
total: uint256


@external
def stake(amount: uint256, days: uint256):
    numerator: uint256 = 0
    denominator: uint256 = 12
    if days == 360:
        numerator = 12
    elif days == 180:
        numerator = 6
    elif days == 90:
        numerator = 3
    elif days == 30:
        numerator = 1
    assert numerator != 0, "UnknownLock"
    added: uint256 = amount * numerator // denominator
    self.votingPower[msg.sender] += added
    self.total += added


@external
@view
def balanceOf(account: address) -> uint256:
    return self.votingPower[account]


@external
@view
def totalSupply() -> uint256:
    return self.total


@external
@pure
def decimals() -> uint8:
    return 18


@external
@pure
def symbol() -> String[8]:
    return "sVOTES"
