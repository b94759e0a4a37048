"""One Safe Transaction Service: it carries transactions and confirmations between owners, and is believed in nothing.

Decides how a transaction is proposed, confirmed and looked up, and how its proposers are named, in the dialect of the
Transaction Service (paths under `/api/v2/`). What comes back is bytes within bounds; whoever reads them recomputes
every hash and checks every signature (`chain.safe_json`, `treasury.confirmations`); a list of proposers is read
strictly and only shown. The key is a secret and stands in no error. The dialect of the newer Queue Service is not
spoken: its paths are published, the bodies of its requests and answers could not be read anywhere, so it is refused by
name.

Source: Safe Transaction Service API v2, as safe-eth-py 7.27 and api-kit 5.0 speak it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests

from chain import json_text
from chain.address import checksum
from chain.clients.rpc import AnswerTooLongError, BoundedAdapter, printable
from chain.errors import UncheckableError
from chain.json_fields import read_address
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_json import Confirmation, write_safe_tx

CONNECT_SECONDS, ANSWER_SECONDS = 5, 30
ANSWER_MAX = 1 << 20
DIALECTS = ("tx-service",)

_DELEGATES = "/api/v2/delegates/"


class SafeServiceError(UncheckableError):
    """A service gave no usable answer, or refused what it was given (`E_SAFE_SERVICE`)."""


class Proposer(NamedTuple):
    """What a service shows of an account that may propose."""

    proposer: bytes
    owner: bytes
    """In whose name."""
    safe: bytes | None
    """None: for every Safe of that owner."""
    label: str
    expires: str | None
    """As the service spells it; None: never."""


class SafeService:
    """A service behind its base URL, such as `https://api.safe.global/tx-service/eth`, with the key that opens it."""

    def __init__(self, url: str, key: str = "", *, name: str = "", dialect: str = "tx-service") -> None:
        host = _host(url)
        if host is None:
            raise SafeServiceError("E_SAFE_SERVICE", "url", variable=name)
        if dialect not in DIALECTS:
            raise SafeServiceError("E_SAFE_SERVICE", "dialect", found=dialect, known=", ".join(DIALECTS))
        self.label = f"{host} ({name})" if name else host
        """What errors call the service."""
        self._url = url.rstrip("/")
        self._session = requests.Session()
        self._session.max_redirects = 0
        self._session.trust_env = False  # no password of a .netrc in place of the key
        if key:
            self._session.headers["Authorization"] = f"Bearer {key}"
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, BoundedAdapter(ANSWER_SECONDS, ANSWER_MAX))

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def propose(self, tx: SafeTx, by: Confirmation, origin: str = "dao") -> None:
        """Give it a transaction with the confirmation of one owner, under whose name it stands there."""
        body = {name: value for name, value in write_safe_tx(tx).items() if name not in ("confirmations", "safeTxHash")}
        body |= {
            "contractTransactionHash": _hex(safe_tx_hash(tx)),
            "sender": checksum(by.owner),
            "signature": _hex(by.signature),
            "origin": origin,
        }
        self._ask("POST", f"/api/v2/safes/{checksum(tx.safe)}/multisig-transactions/", json=body)

    def confirm(self, tx: SafeTx, confirmation: Confirmation) -> None:
        """Give it one more owner's confirmation."""
        path = f"/api/v1/multisig-transactions/{_hex(safe_tx_hash(tx))}/confirmations/"
        self._ask("POST", path, json={"signature": _hex(confirmation.signature)})

    def find(self, hash_: bytes) -> bytes | None:
        """Return what it has under the hash of a transaction, unread; None where it has nothing."""
        answer = self._ask("GET", f"/api/v2/multisig-transactions/{_hex(hash_)}/")
        return None if answer is None else answer.content

    def proposers(self, safe: bytes) -> tuple[list[Proposer], bool]:
        """Return what it shows as the proposers of a Safe, and whether that is all of them (it gives them in pages, and
        the first is read).
        """
        answer = self._ask("GET", _DELEGATES, params={"safe": checksum(safe)})
        value = None if answer is None else json_text.loads(answer.content)
        rows = value.get("results") if isinstance(value, Mapping) else None
        if not isinstance(value, Mapping) or not isinstance(rows, list):
            raise self._error("shape", method="GET delegates")
        return [self._proposer(row) for row in rows], value.get("next") is None

    def let_propose(self, safe: bytes, proposer: bytes, owner: bytes, label: str, signed: bytes) -> None:
        """Let an account propose for an owner of a Safe, who signed `treasury.proposers.proposer_data`."""
        named = {"safe": checksum(safe), "delegate": checksum(proposer), "delegator": checksum(owner)}
        self._ask("POST", _DELEGATES, json={**named, "label": label, "signature": _hex(signed)})

    def end_proposing(self, safe: bytes, proposer: bytes, owner: bytes, signed: bytes) -> None:
        """Let an account propose no more for an owner of a Safe."""
        named = {"safe": checksum(safe), "delegator": checksum(owner)}
        self._ask("DELETE", f"{_DELEGATES}{checksum(proposer)}/", json={**named, "signature": _hex(signed)})

    def _proposer(self, row: object) -> Proposer:
        if not isinstance(row, Mapping):
            raise self._error("shape", method="GET delegates")
        safe, label, expires = (row.get(name) for name in ("safe", "label", "expiryDate"))
        if not isinstance(label, str) or not isinstance(expires, str | None):
            raise self._error("shape", method="GET delegates")
        proposer, owner = (read_address(row.get(name), name) for name in ("delegate", "delegator"))
        return Proposer(proposer, owner, None if safe is None else read_address(safe, "safe"), label, expires)

    def _ask(self, method: str, path: str, **how: Any) -> requests.Response | None:
        nouns = [word for word in path.split("/") if word and not word.startswith("0x")]
        told = f"{method} {nouns[-1]}"
        try:
            response = self._session.request(method, self._url + path, timeout=(CONNECT_SECONDS, ANSWER_SECONDS), **how)
        except AnswerTooLongError:
            raise self._error("answer", method=told) from None
        except requests.RequestException:  # it may hold the URL
            raise self._error("connect", method=told) from None
        if response.status_code == 404 and method == "GET":
            return None
        if response.status_code >= 300:
            reason = "key" if response.status_code in {401, 403} else "refused"
            message = printable(response.text[:200])
            raise self._error(reason, method=told, status=response.status_code, message=message)
        return response

    def _error(self, reason: str, **facts: object) -> SafeServiceError:
        return SafeServiceError("E_SAFE_SERVICE", reason, provider=self.label, **facts)


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _host(url: str) -> str | None:
    """The service's host; None unless the key travels encrypted, or no further than this machine."""
    try:
        parts = urlsplit(url)
        is_url = bool(parts.hostname) and parts.port != 0 and not (parts.username or parts.query or parts.fragment)
    except ValueError:
        return None
    is_here = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    return parts.hostname if is_url and (parts.scheme == "https" or is_here) else None
