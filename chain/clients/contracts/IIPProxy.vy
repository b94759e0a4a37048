# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title IIPProxy: the devnet's stand-in for the proxy through which 3F Mutual's IIP money runs
@license MIT
@notice Our own source with the behaviour that matters to a treasury: a tenth of each premium comes in, anybody may
        forward what is here, gets a two-hundredth for his trouble, and the rest goes to the Safe, all or nothing.
        Plain transfers revert. It has had no audit and holds nothing of value.
@dev    Differs from the real one where that helps a test and harms no lesson: the premium arrives with `bring`, which
        says in a log what the real contract leaves to traces, and there is no owner and no way to name another
        target, so no `newIIP`. The Safe's address is in storage and not in the code: one code hash for all.
"""

event PremiumShare:
    payer: indexed(address)
    premium: uint256
    share: uint256

event Forwarded:
    caller: indexed(address)
    rebate: uint256
    forwarded: uint256

PREMIUM_MIN: constant(uint256) = 10 ** 9
PREMIUM_MAX: constant(uint256) = 10 ** 22

safe: public(address)


@deploy
def __init__(safe_: address):
    assert safe_ != empty(address), "InvalidSafe"
    self.safe = safe_


@external
@payable
def bring(premium: uint256):
    """
    @notice Bring the IIP's tenth of a premium, rounded down, as the mutual does at each purchase.
    """
    assert premium >= PREMIUM_MIN and premium <= PREMIUM_MAX, "PremiumRange"
    assert msg.value == premium // 10, "PremiumShare"
    log PremiumShare(payer=msg.sender, premium=premium, share=msg.value)


@external
@nonreentrant
def forward():
    """
    @notice Send what is here to the Safe, less half a percent, rounded down, for the caller.
    """
    assert msg.sender == tx.origin, "OnlyEOA"
    held: uint256 = self.balance
    rebate: uint256 = held // 200
    forwarded: uint256 = held - rebate
    # Calls with all gas, not transfers with 2300: a Safe behind its proxy logs what it receives.
    raw_call(msg.sender, b"", value=rebate)
    raw_call(self.safe, b"", value=forwarded)
    log Forwarded(caller=msg.sender, rebate=rebate, forwarded=forwarded)
