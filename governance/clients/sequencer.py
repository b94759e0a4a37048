"""Snapshot's sequencer, to which signed envelopes are sent: one answer, and every way of failing with the host only.

Decides what an answer is: a receipt, the sequencer's own refusal in its own words, or nothing that can be relied on. A
Safe that signs on chain (signature `0x`) is sent to the relayer instead, which passes the same envelope on. What may be
sent is decided by `governance.admission.sequencer`; whether a receipt is one by `governance.sequencer_receipt`. An
envelope is sent once: whoever got no answer asks for the message before he sends it again.

Source: sx-monorepo `apps/sequencer` `src/index.ts`, `ingestor.ts`; snapshot.js `src/sign/index.ts`.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import requests

from chain.clients.rpc import AnswerTooLongError, bounded_session, printable
from chain.errors import UncheckableError
from governance.errors import GovernanceError

URL = "https://seq.snapshot.org"
RELAYER_URL = "https://relayer.snapshot.org"
CONNECT_SECONDS, ANSWER_SECONDS = 10, 60
ANSWER_MAX = 1 << 20
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_BUSY = frozenset({425, 429})


class SequencerError(GovernanceError, UncheckableError):
    """The sequencer gave no usable answer (`E_SEQUENCER_…`); facts: its host, and what was found."""


class SequencerRefusalError(GovernanceError):
    """The sequencer refused the envelope, in its own words (`E_SEQUENCER` refused)."""


class Sequencer:
    """A sequencer behind a URL."""

    def __init__(self, url: str = URL) -> None:
        parts = _parts(url)
        self.host = parts.hostname or "?"
        self._url = url
        self._session = bounded_session(ANSWER_SECONDS, ANSWER_MAX)

    def send(self, body: bytes) -> bytes:
        """Send an envelope as it is, and return the answer's bytes, a JSON object.

        Raises `SequencerRefusalError` for its own refusals and `SequencerError` for everything else; after the latter
        it is not known whether the envelope was taken.
        """
        response = self._ask("POST", body)
        if response.status_code == requests.codes.ok:
            return self._object(response)
        said = _said(response)
        if response.status_code in _BUSY or said is None:
            raise self._error("http", status=response.status_code)
        raise SequencerRefusalError("E_SEQUENCER", "refused", said=printable(said), sequencer=self.host)

    def relayer(self) -> str:
        """The address that signs receipts, as the sequencer names it; empty where it names none."""
        response = self._ask("GET", None)
        if response.status_code != requests.codes.ok:
            raise self._error("http", status=response.status_code)
        named = json.loads(self._object(response)).get("relayer")
        return named if isinstance(named, str) else ""

    def _ask(self, method: str, body: bytes | None) -> requests.Response:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        try:
            return self._session.request(
                method, self._url, data=body, headers=headers, timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
            )  # fmt: skip
        except requests.Timeout:
            raise self._error("timeout") from None
        except AnswerTooLongError:
            raise self._error("size", limit=ANSWER_MAX) from None
        except requests.RequestException:  # it may hold the URL
            raise self._error("connect") from None

    def _object(self, response: requests.Response) -> bytes:
        try:
            found = json.loads(response.content)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise self._error("json")
        return bytes(response.content)

    def _error(self, reason: str, **facts: object) -> SequencerError:
        return SequencerError("E_SEQUENCER_ANSWER", reason, sequencer=self.host, **facts)


def _said(response: requests.Response) -> str | None:
    """The sequencer's own words: `{"error": "client_error", "error_description": …}`; None where it has none."""
    try:
        found = json.loads(response.content)
    except (ValueError, RecursionError):
        return None
    told = found.get("error_description") if isinstance(found, dict) and found.get("error") == "client_error" else None
    return told[:400] if isinstance(told, str) else None


def _parts(url: str) -> Any:
    """Take a URL apart; a vote travels encrypted, or no further than this machine."""
    try:
        parts = urlsplit(url)
        is_private = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
        if parts.hostname and parts.port != 0 and not parts.username and is_private:
            return parts
    except ValueError:
        pass
    raise SequencerError("E_SEQUENCER_ANSWER", "url")
