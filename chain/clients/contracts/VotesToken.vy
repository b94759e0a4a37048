# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title VotesToken: the devnet's ERC-20 with delegation and vote checkpoints by block number
@license MIT
@notice Behaves as an ERC-20 with the reading side of ERC-5805 (getVotes, getPastVotes, getPastTotalSupply, delegate,
        clock by block number), and no more: no permit, no delegateBySig, no owner, no later mint. It is here so that
        strategies have something to read; it has had no audit and holds nothing of value.
@dev    Everything lives in storage and nothing in immutables, so that its code hash is one number wherever it is
        deployed, and `balanceOf` is the mapping at a fixed slot, so that balances can be proved.
"""

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    value: uint256

event Approval:
    owner: indexed(address)
    spender: indexed(address)
    value: uint256

event DelegateChanged:
    delegator: indexed(address)
    fromDelegate: indexed(address)
    toDelegate: indexed(address)

event DelegateVotesChanged:
    delegate: indexed(address)
    previousVotes: uint256
    newVotes: uint256

struct Checkpoint:
    block: uint256
    votes: uint256

balanceOf: public(HashMap[address, uint256])  # stays first: the artifact names its slot
allowance: public(HashMap[address, HashMap[address, uint256]])
totalSupply: public(uint256)
delegates: public(HashMap[address, address])
checkpoint_count: HashMap[address, uint256]
checkpoints: HashMap[address, HashMap[uint256, Checkpoint]]  # ascending by block, one a block
born: uint256  # the block in which the whole supply was minted
name: public(String[64])
symbol: public(String[32])


@deploy
def __init__(name_: String[64], symbol_: String[32], supply: uint256):
    self.name = name_
    self.symbol = symbol_
    self.totalSupply = supply
    self.balanceOf[msg.sender] = supply
    self.born = block.number
    log Transfer(sender=empty(address), receiver=msg.sender, value=supply)


@external
@pure
def decimals() -> uint8:
    return 18


@external
def transfer(to: address, amount: uint256) -> bool:
    self._move(msg.sender, to, amount)
    return True


@external
def transferFrom(sender: address, to: address, amount: uint256) -> bool:
    allowed: uint256 = self.allowance[sender][msg.sender]
    if allowed != max_value(uint256):
        assert allowed >= amount, "InsufficientAllowance"
        self.allowance[sender][msg.sender] = allowed - amount
    self._move(sender, to, amount)
    return True


@external
def approve(spender: address, amount: uint256) -> bool:
    assert spender != empty(address), "InvalidSpender"
    self.allowance[msg.sender][spender] = amount
    log Approval(owner=msg.sender, spender=spender, value=amount)
    return True


@external
def delegate(delegatee: address):
    before: address = self.delegates[msg.sender]
    self.delegates[msg.sender] = delegatee
    log DelegateChanged(delegator=msg.sender, fromDelegate=before, toDelegate=delegatee)
    self._move_votes(before, delegatee, self.balanceOf[msg.sender])


@external
@view
def clock() -> uint48:
    return convert(block.number, uint48)


@external
@pure
def CLOCK_MODE() -> String[32]:
    return "mode=blocknumber&from=default"


@external
@view
def getVotes(account: address) -> uint256:
    return self._latest(account)


@external
@view
def getPastVotes(account: address, timepoint: uint256) -> uint256:
    """
    @notice The votes at the end of a block that is over.
    """
    assert timepoint < block.number, "FutureLookup"
    low: uint256 = 0  # checkpoints below `low` are not later than `timepoint`, those from `high` on are
    high: uint256 = self.checkpoint_count[account]
    for _: uint256 in range(256):
        if low == high:
            break
        middle: uint256 = (low + high) // 2
        if self.checkpoints[account][middle].block <= timepoint:
            low = middle + 1
        else:
            high = middle
    if low == 0:
        return 0
    return self.checkpoints[account][low - 1].votes


@external
@view
def getPastTotalSupply(timepoint: uint256) -> uint256:
    assert timepoint < block.number, "FutureLookup"
    if timepoint < self.born:
        return 0
    return self.totalSupply


@internal
def _move(sender: address, to: address, amount: uint256):
    assert to != empty(address), "InvalidReceiver"
    assert self.balanceOf[sender] >= amount, "InsufficientBalance"
    self.balanceOf[sender] -= amount
    self.balanceOf[to] += amount
    log Transfer(sender=sender, receiver=to, value=amount)
    self._move_votes(self.delegates[sender], self.delegates[to], amount)


@internal
def _move_votes(before: address, after: address, amount: uint256):
    if before == after or amount == 0:
        return
    if before != empty(address):
        self._write(before, self._latest(before) - amount)
    if after != empty(address):
        self._write(after, self._latest(after) + amount)


@internal
@view
def _latest(account: address) -> uint256:
    count: uint256 = self.checkpoint_count[account]
    if count == 0:
        return 0
    return self.checkpoints[account][count - 1].votes


@internal
def _write(account: address, votes: uint256):
    log DelegateVotesChanged(delegate=account, previousVotes=self._latest(account), newVotes=votes)
    count: uint256 = self.checkpoint_count[account]
    if count != 0 and self.checkpoints[account][count - 1].block == block.number:
        self.checkpoints[account][count - 1].votes = votes
    else:
        self.checkpoints[account][count] = Checkpoint(block=block.number, votes=votes)
        self.checkpoint_count[account] = count + 1
