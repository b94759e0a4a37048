"""A wallet over HTTP that signs with eth_account, which is not ours; each way to misbehave has a name."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data

CLEF = {
    "eth_accounts": "account_list",
    "eth_signTypedData_v4": "account_signTypedData",
    "eth_signTransaction": "account_signTransaction",
}


class RefusedError(Exception):
    """A JSON-RPC error that the wallet answers with."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.error = {"code": code, "message": message}


class Wallet:
    """Some keys, a dialect and a way to misbehave."""

    def __init__(self, keys: list[bytes], *, clef: bool = False, way: str = "") -> None:
        self.accounts = {Account.from_key(key).address: key for key in keys}
        self.way = way
        self.asked: list[str] = []
        self._names = {there: here for here, there in CLEF.items()} if clef else dict.fromkeys(CLEF)

    def answer(self, method: str, params: list[Any]) -> Any:
        self.asked.append(method)
        if method not in self._names or (self.way == "sends only" and method == "eth_signTransaction"):
            raise RefusedError(-32601, f"the method {method} does not exist")
        method = self._names[method] or method
        if method == "eth_accounts":
            return [name.lower() for name in self.accounts]
        if self.way == "user says no":
            raise RefusedError(4001, "User rejected the request")
        return self._typed(*params) if method == "eth_signTypedData_v4" else self._transaction(*params)

    def _typed(self, name: str, shown: Any) -> str:
        data = json.loads(shown) if isinstance(shown, str) else shown
        if self.way == "other data":
            data["message"] = {**data["message"], "timestamp": 5} if "timestamp" in data["message"] else {
                **data["message"], "nonce": 99}  # fmt: skip
        key = list(self.accounts.values())[-1] if self.way == "other account" else self.accounts[name]
        signed = bytes(Account.sign_message(encode_typed_data(full_message=data), key).signature)
        if self.way == "hardware":
            signed = signed[:64] + bytes([signed[64] - 27])
        return {"short": "0x1234", "text": "yes"}.get(self.way, "0x" + signed.hex())

    def _transaction(self, wanted: dict[str, str]) -> Any:
        fields = {
            name: int(value, 16) if name not in {"to", "data", "from"} else value for name, value in wanted.items()
        }
        key = self.accounts[str(fields.pop("from"))]
        if self.way == "other fee":
            fields["maxFeePerGas"] = int(str(fields["maxFeePerGas"])) + 1
        if self.way == "other payee":
            fields["to"] = "0x" + "11" * 20
        if self.way == "other account":
            key = list(self.accounts.values())[-1]
        if self.way == "legacy":
            fields = {name: fields[name] for name in ("chainId", "nonce", "gas", "value", "to", "data")} | {
                "gasPrice": 10**10
            }
        raw = "0x" + bytes(Account.sign_transaction(fields, key).raw_transaction).hex()
        return {"raw": "0xnone" if self.way == "text" else raw, "tx": {}}


@contextmanager
def serving(wallet: Wallet) -> Iterator[str]:
    """Serve a wallet on a free port; its URL carries a secret that must show nowhere."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer: dict[str, Any] = {"jsonrpc": "2.0", "id": asked["id"]}
            try:
                answer["result"] = wallet.answer(asked["method"], asked["params"])
            except RefusedError as error:
                answer["error"] = error.error
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/wallet-secret-7f3a"
    finally:
        server.shutdown()
        server.server_close()
