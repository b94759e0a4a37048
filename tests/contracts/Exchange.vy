# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title Exchange: gives a token for coins, or for the token that came before it, at rates chosen when it is deployed
@license MIT
@notice For tests alone.
"""

interface Token:
    def transfer(to: address, amount: uint256) -> bool: nonpayable
    def transferFrom(giver: address, to: address, amount: uint256) -> bool: nonpayable

token: Token
former: Token
bought: uint256
migrated: uint256


@deploy
def __init__(token: address, former: address, bought: uint256, migrated: uint256):
    self.token = Token(token)
    self.former = Token(former)
    self.bought = bought
    self.migrated = migrated


@payable
@external
def buy(least: uint256):
    assert msg.value * self.bought >= least
    assert extcall self.token.transfer(msg.sender, msg.value * self.bought)


@external
def migrate(amount: uint256):
    assert extcall self.former.transferFrom(msg.sender, self, amount)
    assert extcall self.token.transfer(msg.sender, amount * self.migrated)
