"""A provider that answers what a test puts in: the hostile internet, one line an attack."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import BaseAdapter

URL = "https://node.example/v3/secretkey0123456789?token=alsosecret"

Reply = Callable[[str, list[Any]], Any]


class Canned(BaseAdapter):
    """Hands each request to a function, which returns a result, a `requests.Response`, or raises."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply
        self.asked: list[str] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        question = json.loads(request.body or b"")
        self.asked.append(question["method"])
        answer = self.reply(question["method"], question["params"])
        if not isinstance(answer, requests.Response):
            body = answer if isinstance(answer, dict) and "error" in answer else {"result": answer}
            answer = response(json.dumps({"jsonrpc": "2.0", "id": question["id"], **body}))
        answer.request, answer.url = request, request.url or ""
        return answer

    def close(self) -> None:
        pass


def response(body: str | bytes, status: int = 200) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made._content = body if isinstance(body, bytes) else body.encode()
    made.encoding = "utf-8"
    return made


def session(reply: Reply) -> requests.Session:
    made = requests.Session()
    made.mount("https://node.example", Canned(reply))
    return made


def through(below: requests.Session, change: Callable[[str, list[Any], Any], Any]) -> requests.Session:
    """A session that asks another one (the devnet's) and lets a function change each answer's result on the way.

    `change` gets method, parameters and the whole answer; it returns an answer, or raises what a network would.
    """
    from chain.clients.devnet_rpc import URL as BELOW

    def reply(method: str, params: list[Any]) -> Any:
        answer = below.post(BELOW, json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).json()
        changed = change(method, params, answer)
        return changed if isinstance(changed, requests.Response) or "error" in changed else changed["result"]

    return session(reply)


def refusing(below: requests.Session, *methods: str) -> requests.Session:
    """A session on which some methods do not exist, as with most public providers."""

    def change(method: str, _: list[Any], answer: Any) -> Any:
        missing = {"error": {"code": -32601, "message": f"the method {method} does not exist/is not available"}}
        return missing if method in methods else answer

    return through(below, change)
