"""erc20-votes-with-override: votes that were delegated inside a token, except where the owner votes himself.

A voter weighs `getVotes` less the balances of those who delegated to him and vote too, and his own balance if he had
delegated it to somebody else. So every balance counts once, where its owner put it last (H54). Snapshot subtracts in
doubles; here a token whose answers contradict each other, votes below what was delegated, makes the tally incomplete.
"""

from __future__ import annotations

from collections.abc import Sequence

from chain.abi import selector
from chain.address import ZERO, checksum
from chain.errors import UncheckableError
from governance.strategies import erc20_balance_of, erc20_votes
from governance.strategies.parameters import address_of, check_token, decimals_of, expect_keys
from governance.strategies.strategy import Params, Plan, Read, Strategy, Weighed, scale, supply_of_one_call, word

NAME = "erc20-votes-with-override"
VERSION = 1

_DELEGATES = selector("delegates(address)")


def check_params(params: Params) -> None:
    """Refuse anything but `address`, `decimals`, `symbol`: the functions have their standard names."""
    expect_keys(NAME, params, "address, decimals, symbol")
    check_token(NAME, params)


def contract(params: Params) -> bytes:
    """Return the token's address."""
    return address_of(NAME, params)


def plan(params: Params, voters: Sequence[bytes]) -> Plan:
    """Ask votes, balance and delegate of each voter."""
    token, decimals = contract(params), decimals_of(params)
    heads = (erc20_votes.GET_VOTES, erc20_balance_of.BALANCE_OF, _DELEGATES)
    answers = yield [Read(token, head + bytes(12) + voter) for head in heads for voter in voters]
    count = len(voters)
    words = [word(answer, NAME, voters[place % count]) for place, answer in enumerate(answers)]
    units = dict(zip(voters, words[:count], strict=True))
    balances = dict(zip(voters, words[count : 2 * count], strict=True))
    for voter, delegate_word in zip(voters, words[2 * count :], strict=True):
        delegate = _address(delegate_word, voter)
        if delegate in {ZERO, voter}:
            continue
        units[voter] += balances[voter]
        if delegate in units:
            units[delegate] -= balances[voter]
    for voter, found in units.items():
        if found < 0:
            raise UncheckableError("E_TALLY_INCOMPLETE", "contradiction", voter=checksum(voter), strategy=NAME)
    return Weighed(powers={voter: scale(found, decimals) for voter, found in units.items()})


def _address(found: int, voter: bytes) -> bytes:
    if found >> 160:
        raise UncheckableError("E_TALLY_INCOMPLETE", "answer", voter=checksum(voter), strategy=NAME)
    return found.to_bytes(20, "big")


STRATEGY = Strategy(
    NAME,
    VERSION,
    check_params,
    plan,
    counts=lambda params: frozenset({contract(params)}),
    supply=supply_of_one_call(
        lambda params: Read(contract(params), erc20_balance_of.TOTAL_SUPPLY),
        lambda params, units: scale(units, decimals_of(params)),
        NAME,
    ),
    token=contract,
)
