"""One IPFS node behind its RPC API, through `ipfshttpclient`, and nothing that it says is believed.

Decides how content is put, pinned, asked for and let go; every name that comes back is compared with the one computed
here, and every block with its name (`E_CID_MISMATCH`). Answers are bounded in time and size. A node that does not
answer, or does not have what was asked for, is `E_IPFS` (could not be checked). The URL may carry a user and a password
and is a secret: errors name its host.

The client library is not kept up any more: it knows no new node by number (so it is not asked which it has before it),
and its own connections need a urllib3 that will go away, so requests travel over the adapter that `rpc` uses.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

import requests

from chain import car, unixfs
from chain.cid import CID, CidError
from chain.clients.rpc import AnswerTooLongError, BoundedAdapter, printable
from chain.content_id import ContentId
from chain.errors import ChainError, CodedError, UncheckableError

CONNECT_SECONDS = 2
ASK_SECONDS = 4
"""For a block or a pin that the node has, or finds in its network; whoever can wait says so."""
SEND_SECONDS = 300
"""For what is uploaded."""
_ANSWER_MAX = 4 << 20
"""Bytes of one answer: a block has at most 2 MiB, and the lines of an upload are few."""
FILE_MAX = 64 << 20
"""Bytes of a file that is put or fetched."""
_ABSENT = re.compile(r"timed? ?out|deadline exceeded|not found|could not find|no link named", re.I)
"""How nodes say that nobody gave them a block in time."""
_UNPINNED = re.compile(r"not pinned|is pinned indirectly", re.I)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\Z", re.ASCII)


class IpfsError(UncheckableError):
    """A node gave no usable answer (`E_IPFS`), or cannot be asked at all (`E_IPFS_ENV`, `E_INSTALL`)."""


class IpfsNode:
    """A node behind a URL as `http://127.0.0.1:5001` or `https://user:password@host/prefix`."""

    def __init__(self, url: str, *, token: str = "", name: str = "", seconds: int = ASK_SECONDS) -> None:
        parts = _parts(url, name)
        self.label = f"{parts.hostname} ({name})" if name else str(parts.hostname)
        """What errors call the node."""
        self._parts = parts
        self._token = token
        self._seconds = seconds
        self._clients: dict[int, Any] = {}

    def close(self) -> None:
        """Let go of the connections."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def add(self, data: bytes, version: int = 1) -> ContentId:
        """Put a file, pinned; the node must name it as we do."""
        expected = unixfs.lay_out(data, version).root
        options = {
            "cid-version": str(version),
            "raw-leaves": "true" if version else "false",
            "chunker": f"size-{unixfs.CHUNK}",
            "pin": "true",
        }
        if version:
            options["cid-base"] = "base32"
        answer = self._ask("add", lambda client: client.add_bytes(data, opts=options), SEND_SECONDS)
        self._same(expected, answer)
        return expected

    def put(self, root: CID, blocks: Iterable[tuple[CID, bytes]]) -> None:
        """Put everything that hangs below a root, in the order of `chain.car`, and pin the root."""
        packed = io.BytesIO(car.write(root, blocks))
        answer = self._ask("dag/import", lambda client: client.dag.imprt(packed), SEND_SECONDS)
        named = self._member(self._member(answer, "Root"), "Cid")
        self._same(ContentId.from_cid(root), self._member(named, "/"))
        problem = self._member(answer, "Root").get("PinErrorMsg")
        if problem:
            raise self._error("refused", method="dag/import", message=printable(str(problem)))

    def block(self, cid: ContentId) -> bytes:
        """One block, compared with its name."""
        data = self._ask("block/get", lambda client: client.block.get(str(cid), opts=self._patience()), cid=cid)
        if not isinstance(data, bytes):
            raise self._error("answer", method="block/get")
        if not cid.is_of(data):
            found = ContentId.of(cid.codec, data, cid.version)
            raise CidError("E_CID_MISMATCH", "served", provider=self.label, cid=str(cid), found=str(found))
        return data

    def pin(self, cid: ContentId) -> None:
        """Have the node keep everything below a root; what it lacks it looks for in its network."""
        self._ask("pin/add", lambda client: client.pin.add(str(cid), opts=self._patience()), cid=cid)

    def is_pinned(self, cid: ContentId) -> bool:
        """Whether the node keeps the root and everything below it."""
        try:
            answer = self._ask("pin/ls", lambda client: client.pin.ls(str(cid), type="recursive"))
        except IpfsError as error:
            if error.reason == "refused" and _UNPINNED.search(str(error.facts["message"])):
                return False
            raise
        return any(ContentId.parse(found).names_same(cid) for found in self._member(answer, "Keys"))

    def unpin(self, cid: ContentId) -> bool:
        """Let go of a root; False where it was not pinned."""
        if not self.is_pinned(cid):
            return False
        self._ask("pin/rm", lambda client: client.pin.rm(str(cid)))
        return True

    def _ask(
        self, method: str, ask: Callable[[Any], Any], seconds: int | None = None, *, cid: ContentId | None = None
    ) -> Any:
        """Ask, and turn every way of failing into one error; nothing that holds the URL is chained."""
        try:
            return ask(self._client(seconds or self._seconds))
        except CodedError:
            raise
        except Exception as error:
            raise self._failure(error, method, cid) from None

    def _failure(self, error: Exception, method: str, cid: ContentId | None) -> ChainError:
        import ipfshttpclient.exceptions as theirs

        if isinstance(error, theirs.ErrorResponse):
            message = printable(str(error.args[0]))
            if cid is not None and _ABSENT.search(message):
                return self._error("absent", cid=str(cid), seconds=self._seconds)
            return self._error("refused", method=method, message=message)
        if isinstance(error, theirs.TimeoutError | requests.Timeout):
            if cid is not None:
                return self._error("absent", cid=str(cid), seconds=self._seconds)
            return self._error("timeout", method=method)
        if isinstance(error, AnswerTooLongError):
            return self._error("size", method=method, limit=_ANSWER_MAX)
        if isinstance(error, theirs.StatusError):
            response = getattr(error.original, "response", None)
            return self._error("http", method=method, status=getattr(response, "status_code", 0))
        if isinstance(error, theirs.CommunicationError | requests.RequestException):
            return self._error("connect", method=method)
        return self._error("answer", method=method)

    def _error(self, reason: str, **facts: object) -> IpfsError:
        return IpfsError("E_IPFS", reason, provider=self.label, **facts)

    def _member(self, answer: Any, name: str) -> Any:
        try:
            return answer[name]
        except (KeyError, TypeError, IndexError):
            raise self._error("answer", method=name) from None

    def _same(self, expected: ContentId, answer: object) -> None:
        try:
            found = ContentId.parse(answer)
        except CidError:
            raise self._error("answer", method="add") from None
        if not found.names_same(expected):
            raise CidError("E_CID_MISMATCH", "named", provider=self.label, cid=str(expected), found=str(found))

    def _patience(self) -> dict[str, str]:
        """The node is told to give up before we do: some look for what nobody has until they are stopped."""
        return {"timeout": f"{max(self._seconds - 1, 1)}s"}

    def _client(self, seconds: int) -> Any:
        if seconds not in self._clients:
            self._clients[seconds] = self._open(seconds)
        return self._clients[seconds]

    def _open(self, seconds: int) -> Any:
        try:
            import ipfshttpclient
        except ImportError:
            raise IpfsError("E_INSTALL", "ipfs", extra="mutual-dao[ipfs]") from None
        parts = self._parts
        port = parts.port or (443 if parts.scheme == "https" else 80)
        user = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        client = ipfshttpclient.Client(
            f"/dns/{parts.hostname}/tcp/{port}/{parts.scheme}",
            base=f"{parts.path.strip('/')}/api/v0".lstrip("/"),
            auth=user,
            headers={"Authorization": f"Bearer {self._token}"} if self._token else None,
            timeout=(CONNECT_SECONDS, seconds),
            session=True,
        )
        session = client._client._session
        session.max_redirects = 0  # what is put, and with which password, is this host's business alone
        session.adapters.clear()
        for scheme in ("http://", "https://"):
            session.mount(scheme, BoundedAdapter(seconds, _ANSWER_MAX))
        return client


def _parts(url: str, name: str) -> Any:
    """The pieces of the URL; one that is none is refused without being shown."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in {"http", "https"} and _HOST.match(parts.hostname or "") and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or parts.query or parts.fragment:
        raise IpfsError("E_IPFS_ENV", "url", variable=name)
    return parts
