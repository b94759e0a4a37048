"""One remote pinning service behind the standard Pinning Service API: it keeps what its network already has.

Decides how a root is asked for, looked up and let go. The service fetches the content itself from whoever serves it, so
nothing is uploaded and `queued` is not `pinned`. Its answers are bounded in time and size; the token is a secret and
stands in no error.

Source: IPFS Pinning Service API 1.0.0 (ipfs.github.io/pinning-services-api-spec).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import requests

from chain.cid import CidError
from chain.clients.rpc import AnswerTooLongError, BoundedAdapter, printable
from chain.content_id import ContentId
from chain.errors import UncheckableError

CONNECT_SECONDS, ANSWER_SECONDS = 5, 30
WAIT_SECONDS = 60
"""How long a pin that is queued is looked after."""
_PAUSES = (1, 2, 4, 8)
_ANSWER_MAX = 1 << 20
_STATES = frozenset({"queued", "pinning", "pinned", "failed"})
_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,256}\Z", re.ASCII)
_NAME_MAX = 255


class PinningError(UncheckableError):
    """A service gave no usable answer, or gave up (`E_PIN`)."""


class Pin(NamedTuple):
    """What a service says of one request."""

    request: str
    status: str
    """`queued`, `pinning`, `pinned` or `failed`."""


class PinningService:
    """A service behind a URL, with the token that opens it."""

    def __init__(self, url: str, token: str, *, name: str = "", pause: Callable[[float], object] = time.sleep) -> None:
        parts = _parts(url)
        if parts is None:
            raise PinningError("E_IPFS_ENV", "service", variable=name)
        self.label = f"{parts.hostname} ({name})" if name else parts.hostname
        """What errors call the service."""
        self._url = url.rstrip("/")
        self._pause = pause
        self._session = requests.Session()
        self._session.max_redirects = 0
        self._session.trust_env = False  # no password of a .netrc in place of the token
        self._session.headers["Authorization"] = f"Bearer {token}"
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, BoundedAdapter(ANSWER_SECONDS, _ANSWER_MAX))

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def pin(self, cid: ContentId, name: str = "") -> Pin:
        """Ask for a root, once: a request that stands already is looked up, and one that failed is made anew."""
        standing = self.find(cid)
        for failed in (pin for pin in standing if pin.status == "failed"):
            self._delete(failed.request)
        for pin in standing:
            if pin.status != "failed":
                return pin
        body = {"cid": str(cid), **({"name": name[:_NAME_MAX]} if name else {})}
        return self._read(self._ask("POST", "/pins", json=body), cid)

    def find(self, cid: ContentId) -> list[Pin]:
        """All requests for a root, whatever has become of them; those that are pinned first."""
        query = {"cid": str(cid), "status": ",".join(sorted(_STATES)), "limit": "100"}
        answer = self._ask("GET", "/pins", params=query)
        results = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(results, list):
            raise self._error("answer", method="GET /pins")
        pins = [self._read(result, cid) for result in results]
        return sorted(pins, key=lambda pin: ("pinned", "pinning", "queued", "failed").index(pin.status))

    def is_pinned(self, cid: ContentId) -> bool:
        """Whether the service says that it keeps the root."""
        return any(pin.status == "pinned" for pin in self.find(cid))

    def unpin(self, cid: ContentId) -> bool:
        """Let go of every request for a root; False where there was none."""
        standing = self.find(cid)
        for pin in standing:
            self._delete(pin.request)
        return bool(standing)

    def wait(self, cid: ContentId, pin: Pin, seconds: int = WAIT_SECONDS) -> Pin:
        """Look after a request until it is pinned; one that fails is `E_PIN` failed, a late one is `E_PIN` waiting."""
        waited, pauses = 0, list(_PAUSES)
        while pin.status != "pinned":
            if pin.status == "failed":
                raise self._error("failed", cid=str(cid))
            if waited >= seconds:
                raise self._error("waiting", cid=str(cid), seconds=seconds)
            step = min(pauses.pop(0) if pauses else _PAUSES[-1], seconds - waited)
            self._pause(step)
            waited += step
            pin = self._read(self._ask("GET", f"/pins/{quote(pin.request, safe='')}"), cid)
        return pin

    def _delete(self, request: str) -> None:
        self._ask("DELETE", f"/pins/{quote(request, safe='')}")

    def _read(self, answer: Any, cid: ContentId) -> Pin:
        """Take what is needed of a PinStatus; one about other content is refused."""
        try:
            request, status, named = answer["requestid"], answer["status"], answer["pin"]["cid"]
            is_ours = ContentId.parse(named).names_same(cid)
        except (KeyError, TypeError, CidError):
            raise self._error("answer", method="PinStatus") from None
        if not isinstance(request, str) or not _REQUEST_ID.match(request) or status not in _STATES or not is_ours:
            raise self._error("answer", method="PinStatus")
        return Pin(request, status)

    def _ask(self, method: str, path: str, **how: Any) -> Any:
        told = f"{method} {path if path == '/pins' else '/pins/…'}"
        timeout = (CONNECT_SECONDS, ANSWER_SECONDS)
        try:
            response = self._session.request(method, self._url + path, timeout=timeout, **how)
            if response.status_code >= 300:
                raise self._refusal(response, told)
            return response.json() if response.content else {}
        except PinningError:
            raise
        except AnswerTooLongError:
            raise self._error("answer", method=told) from None
        except requests.exceptions.JSONDecodeError:
            raise self._error("answer", method=told) from None
        except requests.RequestException:  # it may hold the URL
            raise self._error("connect", method=told) from None

    def _refusal(self, response: requests.Response, method: str) -> PinningError:
        """The standard's error has a reason and, perhaps, details; only what is printable of them is told."""
        if response.status_code in {401, 403}:
            return self._error("token", method=method)
        try:
            message = str(response.json()["error"]["reason"])
        except (ValueError, KeyError, TypeError):
            message = "?"
        return self._error("refused", method=method, status=response.status_code, message=printable(message))

    def _error(self, reason: str, **facts: object) -> PinningError:
        return PinningError("E_PIN", reason, provider=self.label, **facts)


def _parts(url: str) -> Any:
    """The pieces of a service's URL; None unless the token travels encrypted, or no further than this machine."""
    try:
        parts = urlsplit(url)
        is_url = bool(parts.hostname) and parts.port != 0 and not (parts.username or parts.query or parts.fragment)
    except ValueError:
        return None
    is_here = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    return parts if is_url and (parts.scheme == "https" or is_here) else None
