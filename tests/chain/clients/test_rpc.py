"""A provider's ways of failing: each ends as one coded error with the host and nothing else of the URL."""

from __future__ import annotations

import json
import logging
import threading
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from chain.clients import rpc as rpc_module
from chain.clients.rpc import CallReverted, NodeError, Rpc, revert_reason
from chain.errors import CodedError, UncheckableError
from tests.chain.clients.canned import URL, response, session

SECRETS = ("secretkey0123456789", "alsosecret")


def asked(reply: Any) -> Rpc:
    def answer(_: str, __: list[Any]) -> Any:
        if isinstance(reply, Exception):
            raise reply
        return reply

    return Rpc(URL, session(answer))


def failure(reply: Any) -> CodedError:
    with pytest.raises(CodedError) as failed:
        asked(reply).ask("eth_blockNumber")
    told = "".join(traceback.format_exception(failed.value)) + str(failed.value) + repr(failed.value.facts)
    assert not any(secret in told for secret in SECRETS), told
    return failed.value


def error(code: int, message: str, data: Any = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "data": data}}


@pytest.mark.parametrize(
    ("reply", "code", "reason"),
    [
        (requests.ReadTimeout(f"timeout at {URL}"), "E_RPC_TIMEOUT", ""),
        (requests.ConnectTimeout(URL), "E_RPC_TIMEOUT", ""),
        (requests.ConnectionError(URL), "E_RPC_ANSWER", "connect"),
        (requests.exceptions.ChunkedEncodingError(URL), "E_RPC_ANSWER", "connect"),
        (response("<html>sign in</html>"), "E_RPC_ANSWER", "json"),
        (response(""), "E_RPC_ANSWER", "json"),
        (response(b"\xff\xfe"), "E_RPC_ANSWER", "json"),
        (response("[]"), "E_RPC_ANSWER", "shape"),
        (response("{}"), "E_RPC_ANSWER", "shape"),
        (response("", 429), "E_RPC_LIMIT", "pace"),
        (response("<html>", 503), "E_RPC_ANSWER", "http"),
        (response("<html>", 401), "E_RPC_ANSWER", "http"),
        (error(-32005, "limit exceeded"), "E_RPC_LIMIT", "size"),
        (error(-32000, "Too Many Requests"), "E_RPC_LIMIT", "pace"),
        (error(-32000, "missing trie node 5a0f (path 0b) state 0x5a0f is not available"), "E_RPC_ANSWER", "pruned"),
        (error(-32000, "No state available for block 12"), "E_RPC_ANSWER", "pruned"),
        (error(-32000, f"no such app {URL}"), "E_RPC_ANSWER", "refused"),
        (error(-32000, "key secretkey0123456789 is unknown"), "E_RPC_ANSWER", "refused"),
        ({"error": "plain text"}, "E_RPC_ANSWER", "refused"),
    ],
)
def test_H96_failures_of_a_provider_could_not_be_checked(reply: Any, code: str, reason: str) -> None:
    """Timeouts, web pages, limits and errors are no answers: exit status 2, with the host and no secret."""
    failed = failure(reply)

    assert (code, reason) == (failed.code, failed.reason)
    assert isinstance(failed, UncheckableError)
    assert "node.example" == failed.facts["provider"]


def test_an_answer_is_returned_as_it_is() -> None:
    """The positive beside all these: a result, also one that is null."""
    assert ("0x1", None) == (asked("0x1").ask("eth_blockNumber"), asked(None).ask("eth_blockNumber"))


REASON = "0x08c379a0" + f"{32:064x}" + f"{5:064x}" + b"GS026".hex().ljust(64, "0")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (error(3, "execution reverted: GS026", REASON), "GS026"),
        (error(-32000, "execution reverted", {"data": REASON}), "GS026"),
        (error(-32015, "VM execution error.", "Reverted " + REASON), "GS026"),
        (error(3, "execution reverted", "0x4e487b71" + f"{0x11:064x}"), "panic 0x11"),
        (error(3, "execution reverted", "0x12345678" + "00" * 32), "0x12345678"),
        (error(3, "execution reverted"), ""),
        (error(-32000, "invalid opcode: INVALID"), "invalid opcode: INVALID"),
    ],
)
def test_a_revert_is_an_answer(reply: Any, message: str) -> None:
    """However a node's maker spells it, a revert is `CallReverted` with what the contract said; not uncheckable."""
    failed = failure(reply)

    assert isinstance(failed, CallReverted)
    assert not isinstance(failed, UncheckableError)
    assert ("E_REVERT", message) == (failed.code, failed.facts["message"])


def test_out_of_gas_is_not_a_revert() -> None:
    """How much gas a call gets is the provider's choice, so running out of it says nothing of the contract."""
    assert isinstance(failure(error(-32000, "out of gas")), NodeError)


def test_what_a_contract_says_is_cut_to_one_harmless_line() -> None:
    """No control characters and no novel get from a contract into a message."""
    said = b"\x1b[31mpay\nme" + b"!" * 1000
    data = bytes.fromhex("08c379a0") + (32).to_bytes(32, "big") + len(said).to_bytes(32, "big") + said

    assert 200 == len(revert_reason(data))
    assert revert_reason(data).startswith("�[31mpay�me!!!")
    assert "" == revert_reason(b"")
    assert "0x08c379a0" == revert_reason(data[:40])


def test_addresses_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Libraries log URLs at DEBUG; not from here."""
    with caplog.at_level(logging.DEBUG):
        asked("0x1").ask("eth_blockNumber")

    assert not any(secret in caplog.text for secret in SECRETS)


class Handler(BaseHTTPRequestHandler):
    """A server that answers much, or sends elsewhere."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/")
            self.end_headers()
            return
        body = json.dumps({"jsonrpc": "2.0", "id": 0, "result": "0x" + "00" * 5000}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_H96_answer_without_end_is_not_read_to_the_end(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer above the limit is given up; one below it is read."""
    monkeypatch.setattr(rpc_module, "ANSWER_MAX", 20_000)
    assert 10_002 == len(Rpc(server).ask("eth_call"))

    monkeypatch.setattr(rpc_module, "ANSWER_MAX", 4_000)
    with pytest.raises(NodeError) as failed:
        Rpc(server).ask("eth_call")
    assert ("E_RPC_ANSWER", "size") == (failed.value.code, failed.value.reason)


def test_redirects_are_not_followed(server: str) -> None:
    """A provider that points elsewhere is a wrong address."""
    with pytest.raises(NodeError) as failed:
        Rpc(server + "/elsewhere").ask("eth_call")
    assert "E_RPC_ANSWER" == failed.value.code


def test_nobody_listens() -> None:
    """A refused connection names the host."""
    with pytest.raises(NodeError) as failed:
        Rpc("http://127.0.0.1:9/").ask("eth_chainId")
    assert ("connect", "127.0.0.1") == (failed.value.reason, failed.value.facts["provider"])
