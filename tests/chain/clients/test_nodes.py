"""Several providers as one node: every question that no hash answers is asked of all, and a difference is told."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from chain import abi
from chain.clients import node as node_module
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.devnet_contracts import deploy_votes_token, transfer
from chain.clients.node import CallReverted, Node, NodeError, Read
from chain.clients.nodes import Nodes
from chain.erc1271 import question
from chain.networks import DEVNET_CHAIN_ID
from chain.signature import address_of
from tests.chain.clients.canned import URL, through

FAUCET = address_of(FAUCET_KEY)
PAYEE = b"\x35" * 20
Change = Callable[[str, list[Any], Any], Any]


@pytest.fixture(scope="module")
def token(node: Node) -> bytes:
    return deploy_votes_token(node, FAUCET_KEY, name="Mutual", symbol="MUT", supply=10**24)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_module, "LAG_WAIT_SECONDS", 0)


def truth(_method: str, _params: list[Any], answer: Any) -> Any:
    return answer


def nodes(devnet: Devnet, *changes: Change) -> Nodes:
    """Providers named A, B, … that change what the devnet answers."""
    return Nodes([
        Node(URL, through(devnet.session(), change), chain_id=DEVNET_CHAIN_ID, name=name)
        for name, change in zip("ABC", changes, strict=False)
    ])  # fmt: skip


def result(method: str, value: Any) -> Change:
    return lambda asked, _, answer: {"result": value} if asked == method else answer


def balance_of(holder: bytes) -> bytes:
    return abi.encode_call("balanceOf(address)", [holder])


def _other_value(method: str, _params: list[Any], answer: Any) -> Any:
    if method == "eth_getTransactionByHash":
        answer["result"]["value"] = "0x7"
    return answer


COMPARED: dict[str, tuple[Change, Callable[[Nodes, bytes], object]]] = {
    "block": (result("eth_getBlockByNumber", None), lambda asked, token: asked.block(1)),
    "balance": (result("eth_getBalance", "0x1"), lambda asked, token: asked.balance(FAUCET)),
    "code": (result("eth_getCode", "0x"), lambda asked, token: asked.code(token)),
    "nonce": (result("eth_getTransactionCount", "0x0"), lambda asked, token: asked.nonce(FAUCET)),
    "storage": (result("eth_getStorageAt", "0x" + "00" * 32), lambda asked, token: asked.storage(token, 2)),
    "call": (result("eth_call", "0x" + "00" * 32), lambda asked, token: asked.call(token, balance_of(FAUCET))),
    "read_many": (
        result("eth_call", "0x" + "00" * 32),
        lambda asked, token: asked.read_many([Read(token, balance_of(FAUCET))], asked.head().ref.number),
    ),
    "ask_contract": (
        result("eth_call", "0x" + "".join(f"{word:064x}" for word in (7_000_000, 1, 10, 32, 1, 6_900_000, 5))),
        lambda asked, token: asked.ask_contract(question("erc-1271", token, bytes(32), b""), asked.head().ref.number),
    ),
    "balances": (
        result("eth_getBalance", "0x1"),
        lambda asked, token: asked.balances([FAUCET], asked.head().ref.number),
    ),
    "transaction": (
        _other_value,
        lambda asked, token: asked.transaction(asked.logs(token, [], 0, asked.head().ref.number)[-1].transaction_hash),
    ),
    "logs": (
        result("eth_getLogs", []),
        lambda asked, token: asked.logs(token, [], asked.head().ref.number - 1, asked.head().ref.number),
    ),
}
"""What must differ where one provider lies about it, and a question that shows it."""
ON_COMPARED = {"head", "finalized", "header", "expect_block", "state_proof", "receipt", "receipt_proof", "chain_id"}
"""Have tests of their own below, or in `tests/dao/cli/nodes`."""
SENDING = {"knows", "send", "submit", "prepare", "send_raw", "wait"}
OF_THE_FIRST = {"estimate_gas", "label", "labels", "error", "absent"}
"""Decide nothing."""
OTHER_CHAINS = {"on", "beside"}
"""Lead to nodes that compare for themselves."""


def test_every_question_is_compared_or_known_not_to_be() -> None:
    """A new method of `Node` would be asked of the first provider alone, without anybody noticing."""
    public = {name for name, _ in inspect.getmembers(Node) if not name.startswith("_")}

    assert public == COMPARED.keys() | ON_COMPARED | SENDING | OF_THE_FIRST | OTHER_CHAINS


@pytest.mark.parametrize("name", COMPARED)
@pytest.mark.parametrize("liar", [0, 1, 2])
def test_one_that_says_another_thing_is_not_outvoted(devnet: Devnet, token: bytes, name: str, liar: int) -> None:
    """Of three the one that differs stops the work: how many say a thing proves nothing. All alike, it is answered."""
    transfer(devnet.node(), FAUCET_KEY, token, PAYEE, 1)
    lie, ask = COMPARED[name]
    if name == "block":
        lie = _other_hash
    changes = [lie if place == liar else truth for place in range(3)]

    with pytest.raises(NodeError) as failed:
        ask(nodes(devnet, *changes), token)

    facts = failed.value.facts
    assert "E_RPC_DISAGREE" == failed.value.code
    named = {str(facts["provider"])[-2], str(facts["other"])[-2]}
    assert named == {"A", "ABC"[liar] if liar else "B"}
    assert ask(nodes(devnet, truth, truth, truth), token) == ask(nodes(devnet, truth), token)


def _other_hash(method: str, _params: list[Any], answer: Any) -> Any:
    if method == "eth_getBlockByNumber":
        answer["result"]["hash"] = "0x" + "05" * 32
    return answer


def test_a_revert_is_something_that_can_be_said(devnet: Devnet, token: bytes) -> None:
    """Reverted everywhere, in whatever words, it is the answer; here and not there, it is a disagreement."""
    call = abi.encode_call("transfer(address,uint256)", [PAYEE, 10**30])

    def curt(method: str, _params: list[Any], answer: Any) -> Any:
        return {"error": {"code": -32000, "message": "execution reverted"}} if method == "eth_call" else answer

    with pytest.raises(CallReverted):
        nodes(devnet, truth, curt).call(token, call, sender=FAUCET)
    for changes in ((truth, result("eth_call", "0x")), (result("eth_call", "0x"), truth)):
        with pytest.raises(NodeError) as failed:
            nodes(devnet, *changes).call(token, call, sender=FAUCET)
        assert "revert" in {failed.value.facts["found"], failed.value.facts["other_found"]}


def test_the_lower_head_is_everybodys(devnet: Devnet) -> None:
    """A block behind is no lag; what is read at the head is read at one that all have."""
    head = devnet.node().head()
    before = devnet.session().post(
        "http://devnet.invalid/",
        json={"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber",
              "params": [hex(head.ref.number - 1), False]},
    ).json()  # fmt: skip

    def behind(method: str, params: list[Any], answer: Any) -> Any:
        return before if method == "eth_getBlockByNumber" and params[0] in {"latest", "finalized"} else answer

    if head.timestamp - int(before["result"]["timestamp"], 16) > 60:
        pytest.fail("the devnet's blocks are a second apart here")
    for changes in ((behind, truth), (truth, behind)):
        assert head.ref.number - 1 == nodes(devnet, *changes).head().ref.number
        assert head.ref.number - 1 == nodes(devnet, *changes).finalized().ref.number


def test_proofs_hang_on_a_block_that_all_name(devnet: Devnet, token: bytes) -> None:
    """A header and a state proof come from the first; if the others name another block there, they are not taken."""
    number = devnet.node().head().ref.number
    agreeing, other = nodes(devnet, truth, truth), nodes(devnet, truth, _other_hash)

    assert devnet.node().header(number) == agreeing.header(number)
    assert devnet.node().state_proof(token, [2], number) == agreeing.state_proof(token, [2], number)
    for ask in (other.header, lambda at: other.state_proof(token, [2], at)):
        with pytest.raises(NodeError) as failed:
            ask(number)
        assert "E_RPC_DISAGREE" == failed.value.code


def test_a_proof_of_a_block_that_has_gone(devnet: Devnet, token: bytes) -> None:
    """All agree by now, and the first had served another block a moment before."""
    number = devnet.node().head().ref.number
    asked: list[str] = []

    def reorganised(method: str, params: list[Any], answer: Any) -> Any:
        asked.append(method)
        first = asked.count("eth_getBlockByNumber") == 1
        return answer if first else _other_hash(method, params, answer)

    with pytest.raises(NodeError) as failed:
        nodes(devnet, reorganised, _other_hash).state_proof(token, [2], number)
    assert "E_RPC_REORG" == failed.value.code


def test_logs_that_one_made_up(devnet: Devnet, token: bytes) -> None:
    """The one that has a log is told apart from the one that has not, also where there is one too many."""
    number = transfer(devnet.node(), FAUCET_KEY, token, PAYEE, 1).block.number

    def doubled(method: str, _params: list[Any], answer: Any) -> Any:
        if method == "eth_getLogs":
            answer["result"] *= 2
        return answer

    for changes, has in (((truth, doubled), "B"), ((doubled, truth), "A")):
        with pytest.raises(NodeError) as failed:
            nodes(devnet, *changes).logs(token, [], number, number)
        assert has == str(failed.value.facts["provider"])[-2]
    assert 1 == len(nodes(devnet, truth, truth).logs(token, [], number, number))
    assert [] == nodes(devnet, truth, truth).logs(token, [], number + 1, number)


def test_a_receipt_is_proved_as_by_one(devnet: Devnet) -> None:
    """Proof and receipt of a transaction that all know; of one that nobody knows, None."""
    asked = nodes(devnet, truth, truth)
    tx_hash = asked.send(FAUCET_KEY, PAYEE, 1).transaction_hash

    assert devnet.node().receipt_proof(tx_hash) == asked.receipt_proof(tx_hash)
    assert asked.receipt(b"\x0e" * 32) is None


def test_fees_that_one_made_up_are_not_paid(devnet: Devnet) -> None:
    """Of the fees that are named the lowest is offered, whoever names it."""
    greedy = result("eth_maxPriorityFeePerGas", hex(10**18))

    for changes in ((truth, greedy), (greedy, truth)):
        fields = nodes(devnet, *changes).prepare(FAUCET, PAYEE, 1)
        assert (0, 0) == (fields["maxPriorityFeePerGas"], fields["maxFeePerGas"])
