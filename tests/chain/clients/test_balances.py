"""`Node.balances`: the native coin of many addresses in few questions."""

from __future__ import annotations

from typing import Any

import pytest

from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.node import Node, NodeError
from chain.keccak import keccak256
from chain.signature import address_of
from tests.chain.clients.canned import URL, refusing, response, through

PAYEE = b"\x33" * 20


def test_balances_are_told_many_at_a_time(devnet: Devnet, node: Node) -> None:
    """Six hundred balances take two calls and are those of single questions, at an old block too."""
    payees = [keccak256(b"paid %d" % index)[:20] for index in range(3)]
    for wei, payee in enumerate(payees, 1):
        node.send(FAUCET_KEY, payee, wei)
    number = node.head().ref.number
    calls: list[str] = []

    def count(method: str, _: list[Any], answer: Any) -> Any:
        calls.append(method)
        return answer

    counted = Node(URL, through(devnet.session(), count))
    assert [1, 2, 3] * 200 == counted.balances(payees * 200, number)
    assert 2 == calls.count("eth_call")
    assert [1, 2, 0] == node.balances(payees, number - 1)
    assert [node.balance(payee, number) for payee in payees] == node.balances(payees, number)
    assert [] == node.balances([], number)


def test_balances_of_a_node_without_long_calls(devnet: Devnet, node: Node) -> None:
    """A provider that refuses init code is asked one by one; what it says in the wrong form is no balance."""
    payees = [PAYEE, address_of(FAUCET_KEY), PAYEE]
    number = node.head().ref.number

    assert node.balances(payees, number) == Node(URL, refusing(devnet.session(), "eth_call")).balances(payees, number)


def test_an_answer_of_another_length_is_asked_again_in_halves(devnet: Devnet, node: Node) -> None:
    """A provider that cuts what it answers is not believed: the single questions are."""

    def cut(method: str, _: list[Any], answer: Any) -> Any:
        if method == "eth_call":
            answer["result"] = answer["result"][:-2]
        return answer

    payees = [PAYEE, address_of(FAUCET_KEY), PAYEE]
    number = node.head().ref.number

    assert node.balances(payees, number) == Node(URL, through(devnet.session(), cut)).balances(payees, number)


def test_H96_impatience_is_no_balance(devnet: Devnet) -> None:
    """A limit in the middle makes the whole reading uncheckable."""

    def tired(method: str, _: list[Any], answer: Any) -> Any:
        return response("slow down", 429) if method == "eth_call" else answer

    with pytest.raises(NodeError) as failed:
        Node(URL, through(devnet.session(), tired)).balances([PAYEE] * 3, 1)
    assert "E_RPC_LIMIT" == failed.value.code
