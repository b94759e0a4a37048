"""The devnet's JSON-RPC, as other programs meet it: plain JSON in, plain JSON out, and refusals by name."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import rlp
from eth_account import Account

from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.devnet_chain import BLOCK_GAS_MAX
from chain.clients.devnet_rpc import URL
from chain.clients.node import Node
from chain.keccak import keccak256
from chain.networks import DEVNET_CHAIN_ID
from chain.signature import address_of

PAYEE = "0x" + "22" * 20
FAUCET = "0x" + address_of(FAUCET_KEY).hex()
LOGGER = bytes.fromhex("6005600c60003960056000f3" + "60006000a0")  # a contract that logs nothing, without topics


def ask(devnet: Devnet, method: str, *params: Any) -> Any:
    answer = post(devnet, {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}).json()
    assert "error" not in answer, answer
    return answer["result"]


def refusal(devnet: Devnet, method: str, *params: Any) -> tuple[int, str]:
    answer = post(devnet, {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}).json()
    return answer["error"]["code"], answer["error"]["message"]


def post(devnet: Devnet, body: Any) -> requests.Response:
    return devnet.session().post(URL, json=body)


def signed(nonce: int, **changes: Any) -> str:
    fields = {"type": 2, "chainId": DEVNET_CHAIN_ID, "maxFeePerGas": 0, "maxPriorityFeePerGas": 0}
    transaction = {**fields, "nonce": nonce, "to": PAYEE, "value": 1, "gas": 100_000, **changes}
    for name in [name for name, value in transaction.items() if value is None]:
        del transaction[name]
    return "0x" + Account.sign_transaction(transaction, FAUCET_KEY).raw_transaction.hex()


def next_nonce(devnet: Devnet) -> int:
    return int(ask(devnet, "eth_getTransactionCount", FAUCET), 16)


def test_chain_id_is_the_reserved_one_everywhere(devnet: Devnet) -> None:
    """In the answers, and inside contracts."""
    code = "0x" + "4660005260206000f3"  # CHAINID, returned by init code

    assert hex(DEVNET_CHAIN_ID) == ask(devnet, "eth_chainId")
    assert str(DEVNET_CHAIN_ID) == ask(devnet, "net_version")
    assert DEVNET_CHAIN_ID == int(ask(devnet, "eth_call", {"data": code}), 16)


def test_header_and_its_fields_are_those_that_are_hashed(devnet: Devnet, node: Node) -> None:
    """The raw header hashes to the block's hash, by number and by hash, and holds what the JSON says."""
    number = node.send(FAUCET_KEY, b"\x22" * 20, 1).block.number
    block = ask(devnet, "eth_getBlockByNumber", hex(number), False)
    raw = bytes.fromhex(ask(devnet, "debug_getRawHeader", hex(number))[2:])

    assert bytes.fromhex(block["hash"][2:]) == keccak256(raw)
    assert block == ask(devnet, "eth_getBlockByHash", block["hash"], False)
    assert block["stateRoot"] == "0x" + rlp.decode(raw)[3].hex()
    assert 512 + 2 == len(block["logsBloom"])
    assert ("0x", "0x0") == (block["extraData"], block["baseFeePerGas"])


def test_state_is_read_by_number_tag_and_hash(devnet: Devnet, node: Node) -> None:
    """Every way of naming a block reads that block's state; `blockHash` (EIP-1898) too."""
    before = int(ask(devnet, "eth_getBalance", PAYEE), 16)
    paid = node.send(FAUCET_KEY, b"\x22" * 20, 9)
    node.send(FAUCET_KEY, b"\x22" * 20, 100)
    block_hash = "0x" + paid.block.hash.hex()
    ways = [hex(paid.block.number), {"blockNumber": hex(paid.block.number)}, {"blockHash": block_hash},
            {"blockHash": block_hash, "requireCanonical": True}]  # fmt: skip

    assert [hex(before + 9)] * 4 == [ask(devnet, "eth_getBalance", PAYEE, way) for way in ways]
    assert [hex(before + 109)] * 3 == [
        ask(devnet, "eth_getBalance", PAYEE, tag) for tag in ("latest", "safe", "finalized")
    ]
    assert "0x0" == ask(devnet, "eth_getBalance", PAYEE, "earliest")


def test_unknown_blocks_and_transactions(devnet: Devnet) -> None:
    """What is not there is null where a node says null, and an error where it reads state."""
    nothing = "0x" + "ee" * 32

    for method, params in (
        ("eth_getBlockByNumber", ["0xffffff", False]),
        ("eth_getBlockByHash", [nothing, False]),
        ("eth_getTransactionReceipt", [nothing]),
        ("eth_getTransactionByHash", [nothing]),
    ):
        assert ask(devnet, method, *params) is None
    assert (-32000, "header not found") == refusal(devnet, "eth_getBalance", PAYEE, "0xffffff")
    assert (-32000, "header not found") == refusal(devnet, "eth_getBalance", PAYEE, {"blockHash": nothing})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"type": None, "maxFeePerGas": None, "maxPriorityFeePerGas": None, "gasPrice": 0}, "legacy transactions"),
        ({"chainId": 1}, "invalid chain id: 1"),
        ({"nonce": 10_000}, "nonce"),
        ({"gas": 20_999}, "gas"),
        ({"gas": BLOCK_GAS_MAX + 1}, "exceeds block gas limit"),
        ({"value": 10**30}, "enough balance"),
        ({"to": None, "data": "0x" + "00" * 49_153, "gas": 10**8}, "max initcode size"),
    ],
)
def test_transactions_that_no_block_takes(devnet: Devnet, changes: dict[str, Any], told: str) -> None:
    """Each is refused with a word of why; no block comes of it, and the next good one goes through."""
    head, nonce = ask(devnet, "eth_blockNumber"), next_nonce(devnet)
    code, message = refusal(devnet, "eth_sendRawTransaction", signed(**{"nonce": nonce, **changes}))

    assert (-32000, True) == (code, told in message), message
    assert (head, nonce) == (ask(devnet, "eth_blockNumber"), next_nonce(devnet))
    ask(devnet, "eth_sendRawTransaction", signed(nonce))
    assert int(head, 16) + 1 == int(ask(devnet, "eth_blockNumber"), 16)


@pytest.mark.parametrize("raw", ["0x", "0x02", "0x02c0", "0x03c0", "0x7ec0", "0xzz", "02c0", None, 5])
def test_bytes_that_are_no_transaction(devnet: Devnet, raw: Any) -> None:
    """Garbage is an error answer and no crash."""
    head = ask(devnet, "eth_blockNumber")

    assert refusal(devnet, "eth_sendRawTransaction", raw)[0] in (-32000, -32602)
    assert head == ask(devnet, "eth_blockNumber")


def test_types_1_2_and_4_are_mined_and_told_whole(devnet: Devnet) -> None:
    """Each type comes back with its fields, and its raw bytes hash to its hash."""
    access = [{"address": PAYEE, "storageKeys": ["0x" + "01" * 32]}]
    authorization = Account.sign_authorization(
        {"chainId": DEVNET_CHAIN_ID, "address": PAYEE, "nonce": 0}, keccak256(b"delegating")
    )
    nonce = next_nonce(devnet)
    kinds = [
        signed(nonce, type=1, maxFeePerGas=None, maxPriorityFeePerGas=None, gasPrice=0, accessList=access),
        signed(nonce + 1, accessList=access),
        signed(nonce + 2, type=4, authorizationList=[authorization]),
    ]

    for kind, raw in zip(("0x1", "0x2", "0x4"), kinds, strict=True):
        tx_hash = ask(devnet, "eth_sendRawTransaction", raw)
        told = ask(devnet, "eth_getTransactionByHash", tx_hash)
        assert (kind, tx_hash) == (told["type"], told["hash"])
        assert kind == ask(devnet, "eth_getTransactionReceipt", tx_hash)["type"]
        assert raw == ask(devnet, "debug_getRawTransaction", tx_hash)
    assert access == ask(devnet, "eth_getTransactionByHash", "0x" + keccak256(bytes.fromhex(kinds[1][2:])).hex())[
        "accessList"
    ]  # fmt: skip
    delegated = ask(devnet, "eth_getCode", "0x" + address_of(keccak256(b"delegating")).hex())
    assert "0xef0100" + PAYEE[2:] == delegated


def test_calls_cost_nothing_and_change_nothing(devnet: Devnet) -> None:
    """A caller without a wei may ask; what the call wrote is forgotten."""
    store_and_load = "0x602a600055600054600052" + "60206000f3"

    assert 42 == int(ask(devnet, "eth_call", {"from": "0x" + "99" * 20, "data": store_and_load}), 16)
    assert "0x0" == ask(devnet, "eth_getTransactionCount", "0x" + "99" * 20)
    code, message = refusal(devnet, "eth_call", {"from": "0x" + "99" * 20, "to": PAYEE, "value": "0x1"})
    assert (-32000, True) == (code, "enough balance" in message)


def test_reverts_and_halts_are_told_apart(devnet: Devnet) -> None:
    """REVERT is code 3 with its data; an invalid opcode is an error without."""
    revert_with_word = "0x602a60005260206000fd"
    answer = post(devnet, {"id": 1, "method": "eth_call", "params": [{"data": revert_with_word}]}).json()

    assert {"code": 3, "message": "execution reverted", "data": "0x" + f"{42:064x}"} == answer["error"]
    assert "InvalidInstruction" in refusal(devnet, "eth_call", {"data": "0xfe"})[1]


def test_estimate_is_enough(devnet: Devnet) -> None:
    """With the estimated gas a transaction succeeds, also one that creates, and one whose long data has a floor."""
    for data in ("0x", "0x" + LOGGER.hex(), "0x" + "ff" * 5000):
        call = {"from": FAUCET, "to": None if data == "0x" + LOGGER.hex() else PAYEE, "data": data}
        gas = ask(devnet, "eth_estimateGas", {name: value for name, value in call.items() if value})
        raw = signed(next_nonce(devnet), to=call["to"], data=data, gas=int(gas, 16), value=0)
        assert "0x1" == ask(devnet, "eth_getTransactionReceipt", ask(devnet, "eth_sendRawTransaction", raw))["status"]


def test_estimate_is_for_the_next_block(devnet: Devnet, node: Node) -> None:
    """A contract that keeps its block's number pays for a new slot each block, and the estimate knows it."""
    keeper = bytes.fromhex("6001435500")  # slot[block number] = 1
    contract = node.send(FAUCET_KEY, None, data=bytes.fromhex("6005600c60003960056000f3") + keeper).contract
    assert contract is not None
    for _ in range(2):
        call = {"from": FAUCET, "to": "0x" + contract.hex()}
        raw = signed(next_nonce(devnet), to=contract, gas=int(ask(devnet, "eth_estimateGas", call), 16), value=0)
        assert "0x1" == ask(devnet, "eth_getTransactionReceipt", ask(devnet, "eth_sendRawTransaction", raw))["status"]


def test_unknown_methods_and_parameters_are_refused(devnet: Devnet) -> None:
    """Nothing is guessed."""
    assert -32601 == refusal(devnet, "evm_increaseTime", 100)[0]
    assert -32602 == refusal(devnet, "eth_getBalance")[0]
    assert -32602 == refusal(devnet, "eth_getBalance", "0x1234")[0]
    assert -32602 == refusal(devnet, "eth_getBalance", PAYEE, "newest")[0]
    assert -32602 == refusal(devnet, "eth_getBalance", PAYEE, {"block": "0x1"})[0]


def test_batches_and_bodies(devnet: Devnet) -> None:
    """A batch is answered in order with its ids; what is not JSON is HTTP 400; no other host exists."""
    batch = [{"id": number, "method": "eth_chainId", "params": []} for number in (7, 8)]

    assert [7, 8] == [answer["id"] for answer in post(devnet, batch).json()]
    assert 400 == devnet.session().post(URL, data=b"<html>").status_code
    assert -32601 == post(devnet, 5).json()["error"]["code"]
    with pytest.raises(requests.exceptions.InvalidSchema):
        devnet.session().post("http://example.org/")


def test_fees(devnet: Devnet) -> None:
    """Gas is free by every way of asking."""
    history = ask(devnet, "eth_feeHistory", "0x2", "latest", [50])

    assert ["0x0", "0x0"] == [ask(devnet, "eth_gasPrice"), ask(devnet, "eth_maxPriorityFeePerGas")]
    assert (["0x0"] * 3, [["0x0"]] * 2) == (history["baseFeePerGas"], history["reward"])
