"""Powers are read at one block of one chain, of all providers alike; whoever lies or moves stops the count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chain import abi
from chain.blocks import BlockRef
from chain.clients import devnet_contracts as contracts
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.node import Node
from chain.clients.nodes import Nodes
from chain.errors import CodedError
from chain.signature import address_of
from dao.workflow.power_evidence import reader
from governance.strategies.delegation import SET
from governance.strategies.strategy import Balance, Header, Logs, Question, Read
from tests.chain.clients.canned import URL, through

ME = address_of(FAUCET_KEY)
YOU = b"\x44" * 20

Change = Callable[[str, list[Any], Any], Any]


@pytest.fixture(scope="module")
def devnet() -> Iterator[Devnet]:
    with Devnet.temporary(1_700_000_000) as devnet:
        yield devnet


@pytest.fixture(scope="module")
def token(devnet: Devnet) -> bytes:
    return contracts.deploy_votes_token(devnet.node(), FAUCET_KEY, name="V", symbol="V", supply=1000)


@pytest.fixture(scope="module")
def registry(devnet: Devnet) -> bytes:
    """A registry with three delegations, the last of them taken back."""
    node = devnet.node()
    registry = contracts.deploy(node, FAUCET_KEY, "DelegateRegistry")
    for space in ("a", "b", ""):
        contracts.set_delegate(node, FAUCET_KEY, registry, space, YOU)
    contracts.clear_delegate(node, FAUCET_KEY, registry, "")
    return registry


def questions(token: bytes, registry: bytes) -> list[Question]:
    """One of each kind that a chain answers."""
    balance = abi.encode_call("balanceOf(address)", [ME])
    logs = Logs(registry, (None, None, contracts.space_id("a")), 1)
    return [Header(), logs, Balance(ME), Read(token, balance), Balance(YOU), Read(token, b"\x01\x02\x03\x04")]


def refusal(node: Node, block: BlockRef, asked: list[Question]) -> CodedError:
    """What stops the reading."""
    with pytest.raises(CodedError) as caught:
        reader(node, block, lambda _: None)(asked)
    return caught.value


def truth(_method: str, _params: list[Any], answer: Any) -> Any:
    """A provider that changes nothing."""
    return answer


def lying(method: str, found: Any) -> Change:
    """A provider with an answer of its own to one method."""

    def change(asked: str, _: list[Any], answer: Any) -> Any:
        if asked == method:
            answer["result"] = found
        return answer

    return change


def test_every_kind_of_question_is_answered_in_its_place(devnet: Devnet, token: bytes, registry: bytes) -> None:
    """Header, logs, coins, words and a revert, in the order of the questions."""
    node = devnet.node()
    head = node.head().ref

    header, logs, mine, word, yours, failed = reader(node, head, lambda _: None)(questions(token, registry))

    assert node.header(head.number) == header
    assert isinstance(logs, tuple)
    assert [SET] == [row.topics[0] for row in logs]
    assert (node.balance(ME), 0, None) == (mine, yours, failed)
    assert (1000).to_bytes(32, "big") == word


def test_no_question_asks_nobody(devnet: Devnet) -> None:
    """What follows from the settings alone needs no chain."""
    nowhere = BlockRef(1, 10**6, bytes(32))

    assert [] == reader(devnet.node(), nowhere, lambda _: None)([])


def test_H59_another_history_before_or_meanwhile(devnet: Devnet, token: bytes, registry: bytes) -> None:
    """The block's hash is compared before the first question and after the last."""
    head = devnet.node().head().ref
    other = BlockRef(head.chain_id, head.number, b"\x01" * 32)
    assert "E_RPC_REORG" == refusal(devnet.node(), other, questions(token, registry)).code

    seen: list[str] = []

    def reorganise(method: str, _: list[Any], answer: Any) -> Any:
        seen.append(method)
        if method == "eth_getBlockByNumber" and "eth_call" in seen:
            answer["result"]["hash"] = "0x" + "01" * 32
        return answer

    moving = Node(URL, through(devnet.session(), reorganise))
    assert "E_RPC_REORG" == refusal(moving, head, [Read(token, b"\x18\x16\x0d\xdd")]).code


@pytest.mark.parametrize("number", ["0x0", "0xfffff"])
def test_logs_from_elsewhere_are_no_answer(devnet: Devnet, registry: bytes, number: str) -> None:
    """Before the first block that was asked for, or behind the snapshot."""

    def elsewhere(method: str, _: list[Any], answer: Any) -> Any:
        if method == "eth_getLogs":
            for log in answer["result"]:
                log["blockNumber"] = number
        return answer

    node = Node(URL, through(devnet.session(), elsewhere))
    asked: list[Question] = [Logs(registry, (None, None, contracts.space_id("a")), 1)]

    assert refusal(node, devnet.node().head().ref, asked).code in {"E_RPC_ANSWER", "E_RPC_REORG"}


@pytest.mark.parametrize(
    ("lie", "place"),
    [
        (lying("eth_getLogs", []), 1),
        (lying("eth_getBalance", "0x7"), 2),
        (lying("eth_call", "0x" + "00" * 32), 3),
    ],
)
def test_providers_must_agree_on_every_answer(
    devnet: Devnet, token: bytes, registry: bytes, lie: Change, place: int
) -> None:
    """One that leaves out a log, or names another balance, stops the count; alike, both stand in the evidence."""
    asked = [questions(token, registry)[place]]
    head = devnet.node().head().ref
    honest = Node(URL, through(devnet.session(), truth), name="A")
    liar = Node(URL, through(devnet.session(), lie), name="B")

    assert "E_RPC_DISAGREE" == refusal(Nodes([honest, liar]), head, asked).code

    both = Nodes([honest, Node(URL, through(devnet.session(), truth), name="B")])
    assert reader(honest, head, lambda _: None)(asked) == reader(both, head, lambda _: None)(asked)
    assert ["A", "B"] == [label[-2] for label in both.labels]
