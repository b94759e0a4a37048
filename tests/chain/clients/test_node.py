"""A node's answers as values, on the devnet and on providers that lie, lag or lack methods."""

from __future__ import annotations

from typing import Any

import pytest

from chain import abi
from chain.clients import node as node_module
from chain.clients import node_evidence
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.devnet_contracts import deploy_votes_token, transfer
from chain.clients.node import CallReverted, Node, NodeError, Read
from chain.errors import UncheckableError
from chain.header import decode_header
from chain.keccak import keccak256
from chain.networks import DEVNET_CHAIN_ID
from chain.receipt import open_receipt
from chain.signature import address_of
from chain.state_proof import NO_ACCOUNT, account, index_nodes, mapping_slot, refuse_surplus, storage
from tests.chain.clients.canned import URL, refusing, response, session, through

PAYEE = b"\x33" * 20
SUPPLY = 10**24
TRANSFER = abi.topic("Transfer(address,address,uint256)")


@pytest.fixture(scope="module")
def token(node: Node) -> bytes:
    return deploy_votes_token(node, FAUCET_KEY, name="Mutual", symbol="MUT", supply=SUPPLY)


def balance_of(token: bytes, holder: bytes) -> Read:
    return Read(token, abi.encode_call("balanceOf(address)", [holder]))


def failure(work: Any, *arguments: Any) -> NodeError:
    with pytest.raises(NodeError) as failed:
        work(*arguments)
    assert isinstance(failed.value, UncheckableError)
    return failed.value


# Proofs


def test_header_hashes_to_the_block(node: Node) -> None:
    """The header's bytes hash to the block's hash and say the same of it."""
    info = node.send(FAUCET_KEY, PAYEE, 1).block
    header = decode_header(node.header(info.number))

    assert info == header.ref(DEVNET_CHAIN_ID) == node.block(info.number).ref
    assert header.timestamp == node.block(info.number).timestamp


def test_header_is_taken_raw_where_its_fields_are_not_enough(devnet: Devnet) -> None:
    """A node that spells a field wrongly is still checkable if it serves the header raw; else it says so."""

    def blind(method: str, _: list[Any], answer: Any) -> Any:
        if method == "eth_getBlockByNumber":
            answer["result"]["extraData"] = "0x" + "00" * 32  # as eth-tester does
        return answer

    def mute(method: str, params: list[Any], answer: Any) -> Any:
        missing = {"error": {"code": -32601, "message": "the method does not exist"}}
        return missing if method == "debug_getRawHeader" else blind(method, params, answer)

    expected = devnet.node().header(1)
    assert expected == Node(URL, through(devnet.session(), blind)).header(1)
    assert "E_RPC_HEADER" == failure(Node(URL, through(devnet.session(), mute)).header, 1).code


def test_state_proof_proves_account_and_slots(node: Node, token: bytes) -> None:
    """A balance of ETH, a balance of tokens and an empty slot are proved by the nodes, and no node is too many."""
    transfer(node, FAUCET_KEY, token, PAYEE, 77)
    number = node.head().ref.number
    slots = [mapping_slot("vyper", 0, holder) for holder in (PAYEE, b"\x44" * 20)]
    proof = node.state_proof(token, slots, number)
    nodes, root = index_nodes(proof.nodes), decode_header(proof.header).state_root
    proved = account(root, token, nodes)

    assert (1, keccak256(node.code(token))) == (proved.nonce, proved.code_hash)
    assert [77, 0] == [storage(proved.storage_root, slot, nodes) for slot in slots]


def test_long_lists_of_slots_are_asked_in_pieces(node: Node, token: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the question is cut, the nodes are the same."""
    slots = [mapping_slot("vyper", 0, bytes([holder]) * 20) for holder in range(7)]
    number = node.head().ref.number
    whole = node.state_proof(token, slots, number)
    monkeypatch.setattr(node_evidence, "SLOTS_MAX", 3)

    assert whole == node.state_proof(token, slots, number)


def test_state_proof_is_of_its_block(node: Node) -> None:
    """An older block proves the older balance, and an address that never was is proved absent."""
    stranger = keccak256(b"a stranger")[:20]
    before = node.send(FAUCET_KEY, PAYEE, 1).block.number
    node.send(FAUCET_KEY, stranger, 5)
    proofs = [node.state_proof(stranger, [], number) for number in (before, before + 1)]
    accounts = [account(decode_header(p.header).state_root, stranger, index_nodes(p.nodes)) for p in proofs]

    assert [NO_ACCOUNT, NO_ACCOUNT._replace(balance=5)] == accounts


def test_receipt_proof_opens(node: Node, token: bytes) -> None:
    """The proof of a transfer shows its log under its transaction's hash."""
    receipt = transfer(node, FAUCET_KEY, token, PAYEE, 5)
    proved = open_receipt(node.receipt_proof(receipt.transaction_hash))

    assert (receipt.transaction_hash, receipt.block.hash) == (proved.transaction_hash, proved.header.hash)
    assert [log.log for log in receipt.logs] == list(proved.receipt.logs)
    assert TRANSFER == proved.receipt.logs[0].topics[0]


def test_receipt_proof_in_a_full_block(devnet: Devnet, node: Node, token: bytes) -> None:
    """In a block of many, each transaction has its own proof, also behind index 127 and when it failed."""
    call = abi.encode_call("transfer(address,uint256)", [PAYEE, 1])
    too_much = abi.encode_call("transfer(address,uint256)", [PAYEE, SUPPLY + 1])
    with devnet.one_block():
        hashes = [node.submit(FAUCET_KEY, token, data=call, gas=120_000) for _ in range(130)]
        hashes.append(node.submit(FAUCET_KEY, token, data=too_much, gas=120_000))

    for index, status in ((0, 1), (127, 1), (128, 1), (130, 0)):
        proved = open_receipt(node.receipt_proof(hashes[index]))
        assert (hashes[index], index, status) == (proved.transaction_hash, proved.index, proved.receipt.status)


@pytest.mark.parametrize("missing", [(), ("eth_getBlockReceipts",), ("eth_getBlockReceipts", "debug_getRawHeader")])
def test_receipt_proof_needs_only_common_methods(devnet: Devnet, missing: tuple[str, ...]) -> None:
    """Providers without the newer methods give the same proof."""
    tx_hash = devnet.node().send(FAUCET_KEY, PAYEE, 1).transaction_hash

    assert devnet.node().receipt_proof(tx_hash) == Node(URL, refusing(devnet.session(), *missing)).receipt_proof(
        tx_hash
    )


@pytest.mark.parametrize("what", ["receipts", "transactions"])
def test_H96_node_that_leaves_something_out_proves_nothing(devnet: Devnet, what: str) -> None:
    """A log that is missing from a receipt, or a transaction from its block, changes the root: E_RPC_TRIE."""
    tx_hash = devnet.node().send(FAUCET_KEY, PAYEE, 1).transaction_hash

    def forge(method: str, params: list[Any], answer: Any) -> Any:
        if what == "receipts" and method == "eth_getBlockReceipts":
            answer["result"][0]["status"] = "0x0"
        if what == "transactions" and method == "eth_getBlockByNumber" and params[1]:
            answer["result"]["transactions"][0]["value"] = "0x2"
        return answer

    failed = failure(Node(URL, through(devnet.session(), forge)).receipt_proof, tx_hash)
    assert ("E_RPC_TRIE", what) == (failed.code, failed.facts["what"])


def test_H96_null_receipt(node: Node) -> None:
    """A transaction that no block holds has no receipt, and no proof of one."""
    assert node.receipt(b"\x0e" * 32) is None
    assert "E_RPC_NULL" == failure(node.receipt_proof, b"\x0e" * 32).code


# Reads


def test_read_many_answers_in_order_and_at_its_block(node: Node, token: bytes) -> None:
    """Twelve hundred reads take three calls and answer as single calls do, at an old block too."""
    holders = [keccak256(bytes([index]))[:20] for index in range(5)]
    for amount, holder in enumerate(holders, 1):
        transfer(node, FAUCET_KEY, token, holder, amount)
    number = node.head().ref.number
    reads = [balance_of(token, holder) for holder in holders * 240]
    told: list[int] = []

    answers = node.read_many(reads, number, told.append)
    assert [1, 2, 3, 4, 5] * 240 == [int.from_bytes(answer or b"", "big") for answer in answers]
    assert [500, 1000, 1200] == told
    older = node.read_many(reads[:5], number - 2)
    assert [1, 2, 3, 0, 0] == [int.from_bytes(answer or b"", "big") for answer in older]
    assert older == [node.call(*read, number - 2) for read in reads[:5]]


def test_failing_reads_are_none_and_harm_no_other(node: Node, token: bytes) -> None:
    """A revert, an unknown function and a burner of all gas are None; code that is not there answers nothing."""
    burner = node.send(FAUCET_KEY, None, data=bytes.fromhex("6001600c60003960016000f3fe")).contract
    assert burner is not None
    good = balance_of(token, address_of(FAUCET_KEY))
    future = Read(token, abi.encode_call("getPastVotes(address,uint256)", [PAYEE, 2**64]))
    number = node.head().ref.number
    reads = [good, Read(burner, b""), Read(burner, b""), good, future, Read(token, b"\x01\x02\x03\x04"), good,
             Read(b"\x55" * 20, b"")]  # fmt: skip
    expected = node.call(*good, number)

    assert [expected, None, None, expected, None, None, expected, b""] == node.read_many(reads, number)


def test_long_answers_are_asked_for_in_smaller_batches(node: Node) -> None:
    """What does not fit into one answer (24,576 bytes) is split, down to single calls."""
    runtime = bytes.fromhex("6127106000f3")  # returns 10,000 zero bytes
    init = bytes.fromhex("6006600c60003960066000f3") + runtime
    contract = node.send(FAUCET_KEY, None, data=init).contract
    assert contract is not None
    number = node.head().ref.number

    assert [bytes(10_000)] * 7 == node.read_many([Read(contract, b"")] * 7, number)


def test_read_many_of_nothing(node: Node) -> None:
    """No reads, no questions."""
    assert [] == node.read_many([], 0)


def test_H96_limits_while_reading_are_not_answers(devnet: Devnet, token: bytes) -> None:
    """A provider that runs out of patience in the middle makes the whole reading uncheckable, never zeros."""

    def tired(method: str, _: list[Any], answer: Any) -> Any:
        return response("slow down", 429) if method == "eth_call" else answer

    reads = [balance_of(token, PAYEE)] * 3
    assert "E_RPC_LIMIT" == failure(Node(URL, through(devnet.session(), tired)).read_many, reads, 1).code


def test_calls_revert_with_their_reason(node: Node, token: bytes) -> None:
    """What a contract says when it refuses is kept."""
    with pytest.raises(CallReverted) as reverted:
        node.call(token, abi.encode_call("transfer(address,uint256)", [PAYEE, 1]), sender=b"\x77" * 20)
    node.call(token, abi.encode_call("transfer(address,uint256)", [PAYEE, 1]), sender=address_of(FAUCET_KEY))

    assert ("E_REVERT", "InsufficientBalance") == (reverted.value.code, reverted.value.facts["message"])


def test_small_reads(node: Node, token: bytes) -> None:
    """Balance, nonce, code and storage, now and then."""
    number = node.send(FAUCET_KEY, PAYEE, 4).block.number

    assert 4 == node.balance(PAYEE, number) - node.balance(PAYEE, number - 1)
    assert 1 == node.nonce(address_of(FAUCET_KEY)) - node.nonce(address_of(FAUCET_KEY), number - 1)
    assert (b"", True) == (node.code(PAYEE), len(node.code(token)) > 1000)
    assert SUPPLY == node.storage(token, 2)


# Logs


def test_logs_by_contract_topic_and_range(node: Node, token: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs come in order with their places, however the range has to be cut."""
    receipts = [transfer(node, FAUCET_KEY, token, b"\x66" * 20, amount) for amount in (1, 2, 3)]
    first, last = receipts[0].block.number, receipts[-1].block.number
    to = (b"\x66" * 20).rjust(32, b"\x00")
    expected = [log for receipt in receipts for log in receipt.logs]

    assert expected == node.logs(token, [TRANSFER, None, to], first, last)
    assert expected[1:2] == node.logs(token, [TRANSFER], first + 1, first + 1)
    assert [] == node.logs(token, [TRANSFER, to], first, last)
    assert [] == node.logs(PAYEE, [], first, last)
    monkeypatch.setattr(node_module, "LOGS_SPAN", 1)
    assert expected == node.logs(token, [TRANSFER, None, to], first, last)


def test_H96_truncated_and_refused_ranges_of_logs(devnet: Devnet, node: Node, token: bytes) -> None:
    """A provider that refuses long ranges, or cuts their answers, is asked for shorter ones until all is there."""
    receipts = [transfer(node, FAUCET_KEY, token, b"\x67" * 20, amount) for amount in (1, 2, 3, 4)]
    first, last = receipts[0].block.number, receipts[-1].block.number

    def short_sighted(method: str, params: list[Any], answer: Any) -> Any:
        if method == "eth_getLogs" and int(params[0]["toBlock"], 16) > int(params[0]["fromBlock"], 16):
            return {"error": {"code": -32005, "message": "range too long"}}
        return answer

    found = Node(URL, through(devnet.session(), short_sighted)).logs(token, [TRANSFER], first, last)
    assert [log for receipt in receipts for log in receipt.logs] == found


def test_cut_lists_of_logs_are_asked_again(
    devnet: Devnet, node: Node, token: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many logs as providers cut at are not believed to be all of them."""
    receipts = [transfer(node, FAUCET_KEY, token, b"\x68" * 20, amount) for amount in (1, 2, 3, 4)]
    first, last = receipts[0].block.number, receipts[-1].block.number
    monkeypatch.setattr(node_module, "LOGS_SUSPECT", 2)

    def cut(method: str, _: list[Any], answer: Any) -> Any:
        return {**answer, "result": answer["result"][:2]} if method == "eth_getLogs" else answer

    assert 4 == len(Node(URL, through(devnet.session(), cut)).logs(token, [TRANSFER], first, last))


def test_logs_of_something_else_are_no_answer(devnet: Devnet, node: Node, token: bytes) -> None:
    """A log of another contract, or outside of the range, is a broken answer."""
    number = transfer(node, FAUCET_KEY, token, PAYEE, 1).block.number

    def mixed(method: str, _: list[Any], answer: Any) -> Any:
        if method == "eth_getLogs":
            answer["result"][0]["address"] = "0x" + "99" * 20
        return answer

    failed = failure(Node(URL, through(devnet.session(), mixed)).logs, token, [TRANSFER], number, number)
    assert ("E_RPC_ANSWER", "other") == (failed.code, failed.reason)


# Which chain, and sending


def test_H96_wrong_chain_is_noticed_before_anything_is_asked(devnet: Devnet) -> None:
    """A provider of another chain than expected is refused with both ids."""
    failed = failure(Node(URL, refusing(devnet.session()), chain_id=1).balance, PAYEE)
    assert ("E_RPC_CHAIN", 1, DEVNET_CHAIN_ID) == (failed.code, failed.facts["expected"], failed.facts["found"])


def test_missing_blocks(node: Node) -> None:
    """A block that is not there is E_RPC_NULL; another block than asked for is no answer."""
    assert "E_RPC_NULL" == failure(node.block, 10**9).code

    def other(method: str, _: list[Any]) -> Any:
        return hex(1) if method == "eth_chainId" else {"number": "0x7", "hash": "0x" + "00" * 32, "timestamp": "0x1"}

    failed = failure(Node(URL, session(other)).block, 8)
    assert ("E_RPC_ANSWER", "other") == (failed.code, failed.reason)
    assert 7 == Node(URL, session(other)).block(7).ref.number


def test_finalized_and_head(node: Node) -> None:
    """On the devnet every block is final."""
    assert node.head() == node.finalized()


def test_sending_what_would_fail_sends_nothing(node: Node, token: bytes) -> None:
    """A transaction that would revert is refused before it is sent."""
    head = node.head()
    with pytest.raises(CallReverted):
        node.send(FAUCET_KEY, token, data=abi.encode_call("transfer(address,uint256)", [PAYEE, 2 * SUPPLY]))
    assert head == node.head()


def test_creating_a_contract_names_it(node: Node) -> None:
    """A transaction without a target has the new contract's address in its receipt; others have none."""
    contract = node.send(FAUCET_KEY, None, data=bytes.fromhex("6001600c60003960016000f300")).contract

    assert contract is not None
    assert b"\x00" == node.code(contract)
    assert node.send(FAUCET_KEY, PAYEE, 1).contract is None


def test_waiting_has_an_end(devnet: Devnet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that no block takes is not waited for any longer; it may still come."""
    monkeypatch.setattr(node_module, "WAIT_SECONDS", 0)
    failed = failure(devnet.node().wait, b"\x0f" * 32)
    assert "E_RPC_TIMEOUT" == failed.code


def test_a_node_that_answers_with_another_hash_is_caught(devnet: Devnet) -> None:
    """The hash of what was sent is computed here."""

    def lie(method: str, _: list[Any], answer: Any) -> Any:
        return {**answer, "result": "0x" + "00" * 32} if method == "eth_sendRawTransaction" else answer

    failed = failure(Node(URL, through(devnet.session(), lie)).send, FAUCET_KEY, PAYEE, 1)
    assert ("E_RPC_ANSWER", "other") == (failed.code, failed.reason)


def test_storage_trie_of_the_token_has_no_surplus(node: Node, token: bytes) -> None:
    """All nodes of a proof are needed for it, so evidence made of them passes the strict readers."""
    from chain.state_proof import Trie, account_in, storage_in

    slot = mapping_slot("vyper", 0, address_of(FAUCET_KEY))
    proof = node.state_proof(token, [slot], node.head().ref.number)
    nodes = index_nodes(proof.nodes)
    state = Trie(decode_header(proof.header).state_root, nodes)
    words = Trie(account_in(state, token).storage_root, nodes)

    assert storage_in(words, slot) > 0
    refuse_surplus(nodes, state, words)
