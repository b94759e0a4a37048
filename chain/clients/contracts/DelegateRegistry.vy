# pragma version 0.4.3
# pragma evm-version prague
# pragma optimize gas
"""
@title DelegateRegistry: the devnet's registry of delegations by space
@license MIT
@notice Behaves as Gnosis's registry does (setDelegate, clearDelegate, delegation, and their two events), so that the
        strategy `delegation` has logs to read. It has had no audit and holds nothing.
"""

event SetDelegate:
    delegator: indexed(address)
    id: indexed(bytes32)
    delegate: indexed(address)

event ClearDelegate:
    delegator: indexed(address)
    id: indexed(bytes32)
    delegate: indexed(address)

delegation: public(HashMap[address, HashMap[bytes32, address]])


@external
def setDelegate(id: bytes32, delegate: address):
    before: address = self.delegation[msg.sender][id]
    assert delegate != msg.sender, "Can't delegate to self"
    assert delegate != empty(address), "Can't delegate to 0x0"
    assert delegate != before, "Already delegated to this address"
    self.delegation[msg.sender][id] = delegate
    if before != empty(address):
        log ClearDelegate(delegator=msg.sender, id=id, delegate=before)
    log SetDelegate(delegator=msg.sender, id=id, delegate=delegate)


@external
def clearDelegate(id: bytes32):
    before: address = self.delegation[msg.sender][id]
    assert before != empty(address), "No delegate set"
    self.delegation[msg.sender][id] = empty(address)
    log ClearDelegate(delegator=msg.sender, id=id, delegate=before)
