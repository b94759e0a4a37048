"""One JSON-RPC provider: asks, and turns every way of failing into one error that names the provider's host only.

Decides what an answer is and what a failure is: no answer, somebody else's web page, a limit, a JSON-RPC error are
`NodeError` (could not be checked), while a contract that reverts is `CallReverted`, which is an answer. Does not know
what any method means (`node`). A read is asked again, a few times and with pauses, after HTTP 429, and once after a
connection that broke; a transaction is sent once. The URL is a secret, so it appears in no error, and exceptions that
carry it are not chained.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ProtocolError

from chain.errors import ChainError, CodedError, UncheckableError

CONNECT_SECONDS, PATIENCE_SECONDS = 10, 60
"""To connect, and between two bytes; behind a wallet sits somebody who reads, and takes longer."""
ANSWER_SECONDS = 300
"""For a whole answer, head and body, however slowly it drips."""
ANSWER_MAX = 64 * 1024 * 1024
"""Bytes of one answer; a block of receipts has a few MB."""
LIMIT_PAUSES = (1, 2)
"""Seconds before a read is asked again after HTTP 429, where the provider does not say how long it wants."""
RETRY_AFTER_MAX = 10
"""A provider that wants longer than that is not waited for; the refusal says how long."""
_NEVER_TWICE = frozenset({
    "eth_sendRawTransaction", "eth_signTypedData_v4", "eth_signTransaction", "account_signTypedData",
    "account_signTransaction",
})  # fmt: skip
"""What sends, and what somebody at a wallet has to confirm."""
_TEXT_MAX = 200
_DATA_TOLD = 100
"""Bytes of revert data that a message shows; all of them are in the exception's `data`."""
_SECRET_MIN = 5
"""Shorter pieces of a URL (`v2`, `rpc`) are no keys, and blanking them would garble messages."""

_LIMIT_CODE, _REVERT_CODE = -32005, 3
_HALTED = re.compile(r"invalid opcode|invalidinstruction|invalid jump|stack (under|over)flow|stackunderflow", re.I)
_PRUNED = re.compile(
    r"missing trie node|prun|historical state|state .{0,80}not available|no state available|archive|"
    r"state (is |was )?already discarded|proof window|blockoutofrange",
    re.I,
)
"""How Geth, Erigon, Nethermind, Besu, Reth, anvil and hosted providers say that they keep no old state."""


class NodeError(UncheckableError):
    """A node gave no usable answer (`E_RPC_…`); facts: the provider's host, the method, and what was found."""


class CallReverted(ChainError):  # noqa: N818 - what happened, in the words of the field
    """A call reverted (`E_REVERT`): the contract's true answer, with its data and what it said."""

    def __init__(self, data: bytes, message: str, method: str) -> None:
        self.data = data
        told = "0x" + data[:_DATA_TOLD].hex() + ("…" if len(data) > _DATA_TOLD else "")
        super().__init__("E_REVERT", message=message, data=told, method=method)


class Rpc:
    """A provider behind a URL. With a `session` the caller decides how requests travel (the devnet's never leave)."""

    def __init__(
        self, url: str, session: requests.Session | None = None, *, name: str = "", patience: int | None = None
    ) -> None:
        self.host = urlsplit(url).hostname or "?"
        self.label = f"{self.host} ({name})" if name else self.host
        """What errors call the provider: two may share a host, so the name that the user gave it stands beside."""
        self._url = url
        self._patience = PATIENCE_SECONDS if patience is None else patience
        self._name = name
        self._is_own = session is None
        self._session = session or bounded_session(max(ANSWER_SECONDS, self._patience))
        self._provider: Any = None

    def narrowed(self, seconds: int, size: int) -> Rpc:
        """The same provider, held to answers of fewer seconds and bytes; a caller's own session stays as it is."""
        session = bounded_session(seconds, size) if self._is_own else self._session
        return Rpc(self._url, session, name=self._name, patience=seconds)

    def ask(self, method: str, *params: Any) -> Any:
        """Return the `result` member, which may be null; raise `NodeError`, or `CallReverted` for a revert."""
        answer = self._request(method, list(params))
        if not isinstance(answer, dict) or ("result" not in answer and not answer.get("error")):
            raise self.error("E_RPC_ANSWER", "shape", method=method)
        if answer.get("error"):
            raise self._refusal(answer["error"], method)
        return answer["result"]

    def error(self, code: str, reason: str = "", **facts: object) -> NodeError:
        """Make an error that names this provider."""
        return NodeError(code, reason, provider=self.label, **facts)

    def _request(self, method: str, params: list[Any]) -> Any:
        pauses = [] if method in _NEVER_TWICE else [*LIMIT_PAUSES]
        may_break = method not in _NEVER_TWICE
        while True:
            try:
                return self._transport().make_request(method, params)
            except CodedError:
                raise
            except Exception as error:  # requests, urllib3, json, web3: none may leak, and all may hold the URL
                failed = self._failure(error, method)
                if failed.code == "E_RPC_LIMIT" and pauses:
                    asked, usual = failed.facts.get("seconds"), pauses.pop(0)
                    pause = asked if isinstance(asked, int) else usual
                    if pause > RETRY_AFTER_MAX:
                        raise failed from None
                elif may_break and _is_broken(error):
                    may_break, pause = False, 0
                else:
                    raise failed from None
            time.sleep(pause)

    def _transport(self) -> Any:
        if self._provider is None:
            from web3 import HTTPProvider

            for name in ("web3", "urllib3"):  # both log addresses at DEBUG
                logging.getLogger(name).setLevel(max(logging.INFO, logging.getLogger(name).level))
            self._provider = HTTPProvider(
                self._url,
                request_kwargs={"timeout": (CONNECT_SECONDS, self._patience), "allow_redirects": False},
                session=self._session,
                exception_retry_configuration=None,
            )
        return self._provider

    def _failure(self, error: Exception, method: str) -> NodeError:
        if isinstance(error, requests.Timeout):
            return self.error("E_RPC_TIMEOUT", method=method)
        if isinstance(error, requests.HTTPError):
            status = error.response.status_code if error.response is not None else 0
            if status == 429:
                wanted = "" if error.response is None else error.response.headers.get("Retry-After", "")
                if re.fullmatch("[0-9]{1,6}", wanted):
                    return self.error("E_RPC_LIMIT", "pause", method=method, seconds=int(wanted))
                return self.error("E_RPC_LIMIT", "pace", method=method)
            return self.error("E_RPC_ANSWER", "http", method=method, status=status)
        if isinstance(error, AnswerTooLongError):
            return self.error("E_RPC_ANSWER", "size", method=method, limit=error.limit)
        if isinstance(error, requests.RequestException):
            return self.error("E_RPC_ANSWER", "connect", method=method)
        return self.error("E_RPC_ANSWER", "json", method=method)

    def _refusal(self, error: Any, method: str) -> ChainError:
        code, message, data = _error_parts(error)
        lower = message.lower()
        if code == _REVERT_CODE or "revert" in lower:
            return CallReverted(data, revert_reason(data), method)
        if _HALTED.search(lower):
            return CallReverted(data, self._clean(message), method)
        if code == 429 or "rate limit" in lower or "too many requests" in lower:
            return self.error("E_RPC_LIMIT", "pace", method=method)
        if code == _LIMIT_CODE:
            return self.error("E_RPC_LIMIT", "size", method=method)
        if _PRUNED.search(message):
            return self.error("E_RPC_ANSWER", "pruned", method=method, message=self._clean(message))
        return self.error("E_RPC_ANSWER", "refused", method=method, rpc_code=code, message=self._clean(message))

    def _clean(self, message: str) -> str:
        parts = urlsplit(self._url)
        pieces = [*parts.path.split("/"), *re.split("[&=]", parts.query), parts.username or "", parts.password or ""]
        for secret in (self._url, parts.path, parts.query, *pieces):
            if len(secret) >= _SECRET_MIN:
                message = message.replace(secret, "…")
        return printable(message)


class AnswerTooLongError(requests.RequestException):
    """More bytes than anybody asked for."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class BoundedAdapter(HTTPAdapter):
    """Reads an answer up to some bytes (`ANSWER_MAX`), within some seconds, and gives up beyond."""

    def __init__(self, seconds: int | None = None, limit: int | None = None) -> None:
        super().__init__()
        self._seconds = ANSWER_SECONDS if seconds is None else seconds
        self._limit = limit

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send, and wait for the whole answer no longer than was said.

        The library's timeouts run from byte to byte, and a server may send one a minute for ever: in the head, or
        within one read of the body. So the work is done in a thread, which is left to itself when the time is over.
        """
        done: SimpleQueue[requests.Response | Exception] = SimpleQueue()

        def work() -> None:
            try:
                done.put(self._read(request, *args, **kwargs))
            except Exception as error:
                done.put(error)

        threading.Thread(target=work, daemon=True).start()
        try:
            found = done.get(timeout=self._seconds)
        except Empty:
            raise requests.ReadTimeout from None
        if isinstance(found, Exception):
            raise found
        return found

    def _read(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send, and read the body here, because `requests` would read all of it."""
        kwargs["stream"] = True
        response = super().send(request, *args, **kwargs)
        body = bytearray()
        limit = ANSWER_MAX if self._limit is None else self._limit
        for chunk in response.iter_content(1 << 16):
            body += chunk
            if len(body) > limit:
                response.close()
                raise AnswerTooLongError(limit)
        response._content = bytes(body)
        return response


def bounded_session(seconds: int, limit: int | None = None) -> requests.Session:
    """Open a session whose answers end: after so many seconds, and after so many bytes."""
    session = requests.Session()
    session.mount("http://", BoundedAdapter(seconds, limit))
    session.mount("https://", BoundedAdapter(seconds, limit))
    return session


def _is_broken(error: Exception) -> bool:
    """Whether a connection that stood was broken off: a server that restarts, or has let an idle one go."""
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return True
    return type(error) is requests.ConnectionError and isinstance(next(iter(error.args), None), ProtocolError)


def _error_parts(error: Any) -> tuple[int, str, bytes]:
    """Take code, message and revert data from an error member; makers of nodes nest the data differently."""
    if not isinstance(error, dict):
        return 0, str(error), b""
    code, message, data = error.get("code"), error.get("message"), error.get("data")
    while isinstance(data, dict):
        data = data.get("data") or data.get("result")
    text = str(data) if data else ""
    if text.startswith("Reverted "):  # Nethermind, with a code of its own
        code, text = _REVERT_CODE, text.removeprefix("Reverted ")
    try:
        octets = bytes.fromhex(text[2:]) if text.startswith("0x") else b""
    except ValueError:
        octets = b""
    return code if isinstance(code, int) else 0, str(message), octets


def revert_reason(data: bytes) -> str:
    """Say what a contract said when it reverted: `Error(string)`, a panic's number, or a custom error's selector."""
    if data[:4] == bytes.fromhex("08c379a0") and len(data) >= 68:
        size = int.from_bytes(data[36:68], "big")
        return printable(data[68 : 68 + min(size, _TEXT_MAX)].decode("utf-8", "replace"))
    if data[:4] == bytes.fromhex("4e487b71") and len(data) == 36:
        return f"panic 0x{int.from_bytes(data[4:], 'big'):02x}"
    return f"0x{data[:4].hex()}" if data else ""


def printable(text: str) -> str:
    """Cut a stranger's text to one harmless line."""
    return "".join(character if character.isprintable() else "�" for character in text[:_TEXT_MAX])


def block_tag(number: int | None) -> str:
    """Spell a block number as a parameter; None is the head."""
    return "latest" if number is None else hex(number)


def hex_text(data: bytes) -> str:
    """Spell bytes as a parameter."""
    return "0x" + data.hex()
