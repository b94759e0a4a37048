"""The devnet's votes token against a plain model: balances, delegation, and votes at every block that is over."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain import abi
from chain.address import ZERO
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.devnet_contracts import approve, delegate, deploy_votes_token, transfer
from chain.clients.node import CallReverted, Node, Read
from chain.keccak import keccak256
from chain.signature import address_of

KEYS = tuple(keccak256(f"holder {number}".encode()) for number in range(3))
HOLDERS = tuple(map(address_of, KEYS))
SUPPLY = 10_000
GAS = 400_000


class Deed(NamedTuple):
    """One transaction: `who` delegates to `other` (3: nobody), or sends `amount`, perhaps more than he has."""

    kind: str
    who: int
    other: int
    amount: int


deeds = st.one_of(
    st.builds(Deed, st.just("delegate"), st.integers(0, 2), st.integers(0, 3), st.just(0)),
    st.builds(Deed, st.just("transfer"), st.integers(0, 2), st.integers(0, 2), st.integers(0, 6000)),
)


class Model:
    """What an ERC20Votes token does, said without checkpoints: votes are summed anew after each block."""

    def __init__(self) -> None:
        self.balances = defaultdict(int, {0: SUPPLY})
        self.delegates: dict[int, int] = {}
        self.history: dict[int, dict[int, int]] = {}

    def apply(self, deed: Deed) -> bool:
        if deed.kind == "delegate":
            self.delegates[deed.who] = deed.other
        elif deed.amount > self.balances[deed.who]:
            return False
        else:
            self.balances[deed.who] -= deed.amount
            self.balances[deed.other] += deed.amount
        return True

    def votes(self) -> dict[int, int]:
        return {
            one: sum(balance for who, balance in self.balances.items() if self.delegates.get(who) == one)
            for one in range(3)
        }


def ask(token: bytes, signature: str, *arguments: Any) -> Read:
    return Read(token, abi.encode_call(signature, list(arguments)))


def number(answer: bytes | None) -> int:
    assert answer is not None
    return int.from_bytes(answer, "big")


@pytest.fixture(scope="module")
def funded(node: Node) -> Node:
    for holder in HOLDERS:
        node.send(FAUCET_KEY, holder, 1)
    return node


@settings(max_examples=12)
@given(st.lists(st.lists(deeds, min_size=1, max_size=4), min_size=1, max_size=5))
def test_token_behaves_as_the_model(devnet: Devnet, funded: Node, blocks: list[list[Deed]]) -> None:
    """Any deeds, several to a block: statuses, balances, and votes now and at the end of each block are the model's."""
    node, model = funded, Model()
    token = deploy_votes_token(node, KEYS[0], name="Mutual", symbol="MUT", supply=SUPPLY)
    born = node.head().ref.number
    for block in blocks:
        with devnet.one_block():
            hashes = [submit(node, token, deed) for deed in block]
        assert [model.apply(deed) for deed in block] == [node.wait(tx_hash).status == 1 for tx_hash in hashes]
        model.history[node.head().ref.number] = model.votes()
    devnet.time_travel(devnet.now() + 12)

    head = node.head().ref.number
    reads = [ask(token, "balanceOf(address)", holder) for holder in HOLDERS]
    reads += [ask(token, "getVotes(address)", holder) for holder in HOLDERS]
    assert [*(model.balances[one] for one in range(3)), *model.votes().values()] == [
        number(answer) for answer in node.read_many(reads, head)
    ]
    past = [ask(token, "getPastVotes(address,uint256)", HOLDERS[one], at) for at in model.history for one in range(3)]
    assert [votes for all_votes in model.history.values() for votes in all_votes.values()] == [
        number(answer) for answer in node.read_many(past, head)
    ]
    supply = [ask(token, "getPastTotalSupply(uint256)", at) for at in (born - 1, born, head - 1)]
    assert [0, SUPPLY, SUPPLY] == [number(answer) for answer in node.read_many(supply, head)]


def submit(node: Node, token: bytes, deed: Deed) -> bytes:
    other = ZERO if deed.other == 3 else HOLDERS[deed.other]
    data = (
        abi.encode_call("delegate(address)", [other])
        if deed.kind == "delegate"
        else abi.encode_call("transfer(address,uint256)", [other, deed.amount])
    )
    return node.submit(KEYS[deed.who], token, data=data, gas=GAS)


@pytest.fixture(scope="module")
def token(node: Node) -> bytes:
    return deploy_votes_token(node, FAUCET_KEY, name="Mutual DAO", symbol="MUT", supply=10**24)


def test_metadata(node: Node, token: bytes) -> None:
    """Name, symbol, 18 decimals, and a clock that counts blocks (ERC-6372)."""
    answers = [node.call(*ask(token, f"{name}()")) for name in ("name", "symbol", "decimals", "CLOCK_MODE", "clock")]

    assert ("Mutual DAO",) == abi.decode(["string"], answers[0])
    assert ("MUT",) == abi.decode(["string"], answers[1])
    assert 18 == number(answers[2])
    assert ("mode=blocknumber&from=default",) == abi.decode(["string"], answers[3])
    assert node.head().ref.number == number(answers[4])


def test_events(node: Node, token: bytes) -> None:
    """Transfers, approvals and changes of delegates and votes are logged as their standards say."""
    owner = address_of(FAUCET_KEY)
    delegated = delegate(node, FAUCET_KEY, token, owner)
    moved = transfer(node, FAUCET_KEY, token, HOLDERS[0], 5)
    approved = approve(node, FAUCET_KEY, token, HOLDERS[0], 9)

    def word(value: bytes) -> bytes:
        return value.rjust(32, b"\x00")

    def pair(first: int, second: int) -> bytes:
        return first.to_bytes(32, "big") + second.to_bytes(32, "big")

    changed, voted = delegated.logs
    assert (abi.topic("DelegateChanged(address,address,address)"), word(owner), bytes(32), word(owner)) == (
        changed.log.topics
    )
    assert ((abi.topic("DelegateVotesChanged(address,uint256,uint256)"), word(owner)), pair(0, 10**24)) == voted.log[1:]
    assert pair(10**24, 10**24 - 5) == moved.logs[1].log.data
    assert (abi.topic("Transfer(address,address,uint256)"), word(owner), word(HOLDERS[0])) == moved.logs[0].log.topics
    assert (abi.topic("Approval(address,address,uint256)"), word(owner), word(HOLDERS[0])) == approved.logs[
        0
    ].log.topics


def test_allowances(node: Node, token: bytes) -> None:
    """A spender takes up to what he was allowed; an unlimited allowance stays unlimited."""
    owner = address_of(FAUCET_KEY)
    take = abi.encode_call("transferFrom(address,address,uint256)", [owner, HOLDERS[2], 6])
    allowance = ask(token, "allowance(address,address)", owner, HOLDERS[1])
    approve(node, FAUCET_KEY, token, HOLDERS[1], 10)

    node.send(KEYS[1], token, data=take)
    assert 4 == number(node.call(*allowance))
    with pytest.raises(CallReverted) as refused:
        node.send(KEYS[1], token, data=take)
    assert "InsufficientAllowance" == refused.value.facts["message"]
    approve(node, FAUCET_KEY, token, HOLDERS[1], 2**256 - 1)
    node.send(KEYS[1], token, data=take)
    assert 2**256 - 1 == number(node.call(*allowance))


@pytest.mark.parametrize(
    ("signature", "arguments", "reason"),
    [
        ("transfer(address,uint256)", [HOLDERS[0], 10**30], "InsufficientBalance"),
        ("transfer(address,uint256)", [ZERO, 1], "InvalidReceiver"),
        ("approve(address,uint256)", [ZERO, 1], "InvalidSpender"),
        ("getPastVotes(address,uint256)", [HOLDERS[0], 2**63], "FutureLookup"),
        ("getPastTotalSupply(uint256)", [2**63], "FutureLookup"),
    ],
)
def test_what_the_token_refuses(node: Node, token: bytes, signature: str, arguments: list[Any], reason: str) -> None:
    """Too much, nobody, and the future are refused with a reason."""
    with pytest.raises(CallReverted) as refused:
        node.call(token, abi.encode_call(signature, arguments), sender=address_of(FAUCET_KEY))
    assert reason == refused.value.facts["message"]


def test_the_block_that_runs_is_not_over(node: Node, token: bytes) -> None:
    """Votes of the newest block can be read only once another stands on it."""
    head = node.head().ref.number

    assert 0 <= number(node.call(*ask(token, "getPastVotes(address,uint256)", HOLDERS[0], head - 1)))
    with pytest.raises(CallReverted):
        node.call(*ask(token, "getPastVotes(address,uint256)", HOLDERS[0], head))
