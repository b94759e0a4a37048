"""The devnet's JSON-RPC: one table of methods over `EvmChain`, and an adapter that serves it without a socket.

Decides what each method takes and answers, as the execution API specification says (ethereum/execution-apis), with the
extensions that evidence needs: `eth_getProof`, `debug_getRawHeader`, `debug_getRawReceipts`, `debug_getRawTransaction`.
What it does not know it refuses by name (-32601); it never guesses a default that a real node would refuse.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
import rlp
from requests.adapters import BaseAdapter

from chain.clients.devnet_chain import BLOCK_GAS_MAX, EvmCall, EvmChain, EvmRefusedError, EvmRevertError
from chain.clients.devnet_json import block_json, octets, quantity, receipts_json, transaction_json
from chain.clients.devnet_store import DevnetError
from chain.networks import DEVNET_CHAIN_ID

URL = "http://devnet.invalid/"
"""A host that no resolver knows (RFC 2606): without the adapter a request to it fails, and never leaves the machine."""

_PARAMS, _METHOD, _SERVER, _REVERT = -32602, -32601, -32000, 3
_LOGS_MAX = 100_000


class RpcError(Exception):
    """What goes into the `error` member of an answer."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


class DevnetRpc:
    """Answers JSON-RPC requests on a chain; `saved` is called after each one that made a block."""

    def __init__(self, chain: EvmChain, saved: Callable[[], None]) -> None:
        self._chain = chain
        self._saved = saved
        self._one_at_a_time = threading.RLock()
        self._methods: dict[str, Callable[..., Any]] = {
            "web3_clientVersion": lambda: "mutual-dao-devnet/py-evm",
            "net_version": lambda: str(DEVNET_CHAIN_ID),
            "eth_chainId": lambda: quantity(DEVNET_CHAIN_ID),
            "eth_syncing": lambda: False,
            "eth_accounts": list,
            "eth_blockNumber": lambda: quantity(chain.head().block_number),
            "eth_gasPrice": lambda: quantity(0),
            "eth_maxPriorityFeePerGas": lambda: quantity(0),
            "eth_feeHistory": self._fee_history,
            "eth_getBlockByNumber": lambda block, full=False: self._block(block, full),
            "eth_getBlockByHash": lambda block, full=False: self._block({"blockHash": block}, full),
            "eth_getBlockReceipts": self._block_receipts,
            "eth_getTransactionByHash": self._transaction,
            "eth_getTransactionReceipt": self._receipt,
            "eth_getBalance": lambda address, at="latest": quantity(self._state(at).get_balance(_address(address))),
            "eth_getCode": lambda address, at="latest": octets(self._state(at).get_code(_address(address))),
            "eth_getTransactionCount": self._count,
            "eth_getStorageAt": self._storage,
            "eth_getProof": self._proof,
            "eth_getLogs": self._logs,
            "eth_call": lambda call, at="latest", lent=None: octets(chain.call(_call(call, lent), self._header(at))),
            "eth_estimateGas": lambda call, at="latest": quantity(chain.estimate(_call(call), self._header(at))),
            "eth_sendRawTransaction": self._send,
            "debug_getRawHeader": lambda at: octets(rlp.encode(self._header(at))),
            "debug_getRawReceipts": lambda at: [
                octets(receipt.encode()) for receipt in chain.receipts(chain.block(self._header(at)))
            ],
            "debug_getRawTransaction": self._raw_transaction,
        }

    def answer(self, request: Any) -> Any:
        """Answer one request object, or a batch of them."""
        if isinstance(request, list):
            return [self.answer(item) for item in request]
        reply: dict[str, Any] = {"jsonrpc": "2.0", "id": request.get("id") if isinstance(request, dict) else None}
        try:
            with self._one_at_a_time:
                return {**reply, "result": self._dispatch(request)}
        except RpcError as error:
            failure = {"code": error.code, "message": error.message}
            return {**reply, "error": failure if error.data is None else {**failure, "data": error.data}}

    def _dispatch(self, request: Any) -> Any:
        method, params = (request.get("method"), request.get("params", [])) if isinstance(request, dict) else (None, [])
        if method not in self._methods or not isinstance(params, list):
            raise RpcError(_METHOD, f"the method {method} does not exist/is not available")
        try:
            return self._methods[method](*params)
        except EvmRevertError as error:
            if error.halted:
                raise RpcError(_SERVER, error.halted) from None
            raise RpcError(_REVERT, "execution reverted", octets(error.data)) from None
        except EvmRefusedError as error:
            raise RpcError(_SERVER, str(error)) from None
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise RpcError(_PARAMS, f"invalid params: {error}") from None

    # Blocks

    def _find(self, at: Any) -> Any | None:
        if isinstance(at, dict):  # EIP-1898
            if set(at) - {"blockHash", "blockNumber", "requireCanonical"} or len(at.keys() - {"requireCanonical"}) != 1:
                raise RpcError(_PARAMS, "invalid block identifier")
            return self._chain.header_of(_word(at["blockHash"])) if "blockHash" in at else self._find(at["blockNumber"])
        if at in {"latest", "safe", "finalized", "pending"}:  # nothing here is ever undone
            return self._chain.head()
        return self._chain.header_at(0 if at == "earliest" else _number(at))

    def _header(self, at: Any) -> Any:
        header = self._find(at)
        if header is None:
            raise RpcError(_SERVER, "header not found")
        return header

    def _block(self, at: Any, full: Any) -> Any:
        header = self._find(at)
        return None if header is None else block_json(self._chain.block(header), full=bool(full))

    def _block_receipts(self, at: Any) -> Any:
        header = self._find({"blockHash": at} if isinstance(at, str) and len(at) == 66 else at)
        if header is None:
            return None
        block = self._chain.block(header)
        return receipts_json(block, self._chain.receipts(block))

    def _fee_history(self, count: Any, newest: Any, percentiles: Any = None) -> Any:
        last = self._header(newest).block_number
        first = max(0, last - (count if isinstance(count, int) else _number(count)) + 1)
        return {
            "oldestBlock": quantity(first),
            "baseFeePerGas": [quantity(0)] * (last - first + 2),
            "gasUsedRatio": [0] * (last - first + 1),
            "reward": [[quantity(0) for _ in percentiles or ()] for _ in range(first, last + 1)],
        }

    # Transactions

    def _mined(self, tx_hash: Any) -> tuple[Any, int] | None:
        place = self._chain.find_transaction(_word(tx_hash))
        return None if place is None else (self._chain.block(self._header(quantity(place[0]))), place[1])

    def _transaction(self, tx_hash: Any) -> Any:
        found = self._mined(tx_hash)
        return None if found is None else transaction_json(*found)

    def _receipt(self, tx_hash: Any) -> Any:
        found = self._mined(tx_hash)
        return None if found is None else receipts_json(found[0], self._chain.receipts(found[0]))[found[1]]

    def _raw_transaction(self, tx_hash: Any) -> Any:
        found = self._mined(tx_hash)
        return None if found is None else octets(found[0].transactions[found[1]].encode())

    def _send(self, raw: Any) -> Any:
        tx_hash = self._chain.send(_octets(raw))
        self._saved()
        return octets(tx_hash)

    def _logs(self, wanted: Any) -> Any:
        if "blockHash" in wanted:
            first = last = self._header({"blockHash": wanted["blockHash"]}).block_number
        else:
            first = self._header(wanted.get("fromBlock", "latest")).block_number
            last = min(self._header(wanted.get("toBlock", "latest")).block_number, self._chain.head().block_number)
        addresses = wanted.get("address") or []
        addresses = {_address(one) for one in (addresses if isinstance(addresses, list) else [addresses])}
        topics = [
            None if topic is None else {octets(_word(one)) for one in (topic if isinstance(topic, list) else [topic])}
            for topic in wanted.get("topics") or []
        ]
        found = [log for number in range(first, last + 1) for log in self._logs_of(number, addresses, topics)]
        if len(found) > _LOGS_MAX:
            raise RpcError(-32005, f"query returned more than {_LOGS_MAX} results")
        return found

    def _logs_of(self, number: int, addresses: set[bytes], topics: list[set[str] | None]) -> list[dict[str, Any]]:
        header = self._header(quantity(number))
        if not header.bloom:
            return []
        block = self._chain.block(header)
        return [
            log
            for receipt in receipts_json(block, self._chain.receipts(block))
            for log in receipt["logs"]
            if (not addresses or _octets(log["address"]) in addresses)
            and len(log["topics"]) >= len(topics)
            and all(wanted is None or topic in wanted for wanted, topic in zip(topics, log["topics"], strict=False))
        ]

    # State

    def _state(self, at: Any) -> Any:
        return self._chain.state(self._header(at))

    def _count(self, address: Any, at: Any = "latest") -> Any:
        state = self._chain.pending_state() if at == "pending" else self._state(at)
        return quantity(state.get_nonce(_address(address)))

    def _storage(self, address: Any, slot: Any, at: Any = "latest") -> Any:
        return octets(self._state(at).get_storage(_address(address), int(slot, 16)).to_bytes(32, "big"))

    def _proof(self, address: Any, slots: Any, at: Any = "latest") -> Any:
        header, account = self._header(at), _address(address)
        numbers = [int(slot, 16) for slot in slots]
        account_nodes, slot_nodes = self._chain.proof(header, account, numbers)
        state = self._chain.state(header)
        return {
            "address": octets(account),
            "accountProof": [octets(node) for node in account_nodes],
            "balance": quantity(state.get_balance(account)),
            "nonce": quantity(state.get_nonce(account)),
            "codeHash": octets(state.get_code_hash(account)),
            "storageHash": octets(self._chain.storage_root(header, account)),
            "storageProof": [
                {
                    "key": quantity(slot),
                    "value": quantity(state.get_storage(account, slot)),
                    "proof": [octets(node) for node in nodes],
                }
                for slot, nodes in zip(numbers, slot_nodes, strict=True)
            ],
        }


class DevnetAdapter(BaseAdapter):
    """Hands the body of a POST to `DevnetRpc` and its answer back as a response; mount it on a `requests.Session`."""

    def __init__(self, rpc: DevnetRpc) -> None:
        super().__init__()
        self._rpc = rpc

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Answer a request in this process; `DevnetError` (a file that cannot be written) goes through as it is."""
        response = requests.Response()
        response.request = request
        response.url = request.url or URL
        response.encoding = "utf-8"
        response.headers["Content-Type"] = "application/json"
        try:
            asked = json.loads(request.body if isinstance(request.body, str | bytes) else b"")
        except ValueError:
            response.status_code = 400
            response._content = b""
            return response
        response.status_code = 200
        response._content = json.dumps(self._rpc.answer(asked)).encode()
        return response

    def close(self) -> None:
        """Nothing to close."""


def mount(rpc: DevnetRpc) -> requests.Session:
    """Make a session for which `URL` is the devnet and nothing else can be reached."""
    session = requests.Session()
    session.trust_env = False
    session.adapters.clear()
    session.mount(f"http://{urlsplit(URL).hostname}", DevnetAdapter(rpc))
    return session


def _octets(text: Any) -> bytes:
    if not isinstance(text, str) or not text.startswith("0x"):
        raise ValueError("expected 0x hex")
    return bytes.fromhex(text[2:])


def _sized(text: Any, size: int) -> bytes:
    data = _octets(text)
    if len(data) != size:
        raise ValueError(f"expected {size} bytes")
    return data


def _word(text: Any) -> bytes:
    return _sized(text, 32)


def _address(text: Any) -> bytes:
    return _sized(text, 20)


def _number(text: Any) -> int:
    if not isinstance(text, str) or not text.startswith("0x"):
        raise ValueError("expected a 0x quantity")
    return int(text, 16)


def _call(call: Any, lent: Any = None) -> EvmCall:
    if any(set(state) != {"code"} for state in (lent or {}).values()):
        raise RpcError(_PARAMS, "of another state only code can be said")
    return EvmCall(
        codes={_address(at): _octets(state["code"]) for at, state in (lent or {}).items()},
        to=_address(call["to"]) if call.get("to") else None,
        sender=_address(call["from"]) if call.get("from") else bytes(20),
        value=_number(call.get("value") or "0x0"),
        data=_octets(call.get("input") or call.get("data") or "0x"),
        gas=min(_number(call["gas"]), BLOCK_GAS_MAX) if call.get("gas") else BLOCK_GAS_MAX,
    )


__all__ = ["URL", "DevnetAdapter", "DevnetError", "DevnetRpc", "mount"]
