"""Snapshot's hub, asked over GraphQL: one answer at a time, and every way of failing as one error with the host only.

Decides what an answer is and what a failure is, how often the hub may be asked, and how long a refusal is waited for:
a hub that says how long it wants is believed up to a minute. What is asked next, and whether the answers fit each
other, is decided by `governance.hub_pages`. The URL may hold a key and the key is one: both stand in no error, and
exceptions that carry them are not chained. A redirect is a failure, for it would take the key to another host.

Source: the hub's `schema.gql`, `rateLimit.ts` and `keycard.ts`: 100 requests a minute without a key, `x-api-key`, and
the headers `Retry-After` and `X-Api-Key-Reset`.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from chain.clients.rpc import AnswerTooLongError, bounded_session, printable
from chain.errors import CodedError, UncheckableError
from governance.errors import GovernanceError
from governance.hub_answer import read_hub_json

URL = "https://hub.snapshot.org/graphql"
CONNECT_SECONDS, PATIENCE_SECONDS = 10, 30
"""To connect, and between two bytes."""
ANSWER_SECONDS = 120
"""For a whole answer, however slowly it drips."""
ANSWER_MAX = 32 * 2**20
"""Bytes of one answer; 1,000 votes with long reasons have 6 MB."""
PAUSES = (1, 2, 4, 8, 16)
"""Seconds before a question is asked again after HTTP 429, 502, 503 or 504, where the hub does not say how long."""
PAUSE_MAX = 60
"""The hub's window is a minute; one that wants longer is not waited for."""
PACE = (90, 60)
"""Questions within so many seconds; the hub allows 100 without a key."""
_AGAIN = frozenset({429, 502, 503, 504})
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})

PROPOSAL = """
fragment Asked on Proposal {
  id ipfs author created start end snapshot state space { id network } network type title choices plugins privacy
  strategies { name network params } quorum quorumType scores scores_by_strategy scores_state scores_total
  scores_updated votes flagged
}
"""
ONE_PROPOSAL = PROPOSAL + "query Proposal($id: String!) { proposal(id: $id) { ...Asked } }"
PROPOSALS = (
    PROPOSAL
    + """
query Proposals($space: String!, $created: Int, $first: Int!, $skip: Int!) {
  proposals(where: { space: $space, state: "closed", created_gte: $created }, first: $first, skip: $skip,
            orderBy: "created", orderDirection: asc) { ...Asked }
}
"""
)
_WHOLE = """
fragment Whole on Proposal {
  id ipfs author created updated start end snapshot state space { id network } network symbol type title body discussion
  choices labels plugins privacy app strategies { name network params } validation { name params } quorum quorumType
  scores scores_by_strategy scores_state scores_total scores_updated votes flagged
}
"""
ALL_PROPOSALS = (
    _WHOLE
    + """
query Proposals($space: String!, $created: Int, $first: Int!, $skip: Int!) {
  proposals(where: { space: $space, created_gte: $created }, first: $first, skip: $skip, orderBy: "created",
            orderDirection: asc) { ...Whole }
}
"""
)
SPACE = """
query Space($space: String!) {
  space(id: $space) {
    id name about network symbol admins moderators members private domain plugins
    strategies { name network params } filters { minScore onlyMembers } validation { name params }
    voteValidation { name params } voting { delay period type quorum quorumType privacy hideAbstain aliased }
    treasuries { name address network } terms verified flagged hibernated turbo parent { id } children { id }
  }
}
"""
VOTES = """
query Votes($proposal: String!, $created: Int, $first: Int!, $skip: Int!) {
  votes(where: { proposal: $proposal, created_gte: $created }, first: $first, skip: $skip, orderBy: "created",
        orderDirection: asc) {
    id ipfs voter created choice reason app vp vp_by_strategy vp_state proposal { id }
  }
}
"""
MESSAGES = """
query Messages($ids: [String], $first: Int!) {
  messages(where: { id_in: $ids }, first: $first) { id address sig }
}
"""
KEPT_MESSAGES = """
query Messages($ids: [String], $first: Int!) {
  messages(where: { id_in: $ids }, first: $first) { id ipfs address timestamp type sig receipt }
}
"""
VOTES_OF = """
query VotesOf($proposal: String!, $voter: String!) {
  votes(where: { proposal: $proposal, voter: $voter }, first: 1, skip: 0) { id created voter proposal { id } }
}
"""
POWER = """
query Power($voter: String!, $space: String!, $proposal: String!) {
  vp(voter: $voter, space: $space, proposal: $proposal) { vp vp_state }
}
"""
IDS_MAX = 100
"""Ids of one question: the hub's limit of lists in `where`."""


class HubError(GovernanceError, UncheckableError):
    """A hub gave no usable answer (`E_HUB_…`); facts: the hub's host, the field that was asked for, what was found."""


class Hub:
    """A hub behind a URL. With a `session` the caller decides how requests travel."""

    def __init__(
        self,
        url: str = URL,
        api_key: str = "",
        *,
        session: requests.Session | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
        told: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`told` is called with the seconds of every pause that the hub's limits ask for."""
        parts = _parts(url)
        self.host = parts.hostname or "?"
        """What errors call the hub."""
        if api_key and parts.scheme != "https" and self.host not in _LOCAL:
            raise self._error("E_HUB_URL", "key")
        self._secrets = [piece for piece in (url, api_key, parts.path, parts.query) if len(piece) > 1]
        self._url, self._key = url, api_key
        self._session = session
        self._sleep, self._now, self._told = sleep, now, told
        self._asked: deque[float] = deque()
        self._transport: Any = None

    def ask(self, field: str, query: str, variables: Mapping[str, object]) -> bytes:
        """Return the bytes of an answer whose `data` has `field`; raises `HubError`."""
        pauses = list(PAUSES)
        while True:
            self._keep_pace()
            try:
                return self._ask_once(field, query, variables)
            except _Busy as busy:
                usual = pauses.pop(0) if pauses else None
                pause = busy.seconds if busy.seconds is not None else usual
                if usual is None or pause is None:
                    raise self._error("E_HUB_LIMIT", "pace", field=field) from None
                if pause > PAUSE_MAX:
                    raise self._error("E_HUB_LIMIT", "pause", field=field, seconds=pause) from None
            self._told(pause)
            self._sleep(pause)

    def _keep_pace(self) -> None:
        """With a key the hub's own headers set the pace."""
        number, seconds = PACE
        now = self._now()
        while self._asked and self._asked[0] <= now - seconds:
            self._asked.popleft()
        if len(self._asked) >= number and not self._key:
            pause = self._asked[0] + seconds - now
            self._told(round(pause))
            self._sleep(pause)
        self._asked.append(self._now())

    def _ask_once(self, field: str, query: str, variables: Mapping[str, object]) -> bytes:
        from gql import gql
        from gql.transport.exceptions import TransportError

        transport = self._connected()
        request = gql(query)
        request.variable_values = dict(variables)
        transport.failed = None
        try:
            result = transport.execute(request)
        except (TransportError, CodedError):  # each may hold the URL, so none is chained
            raise self._failure(transport, field) from None
        if result.errors:
            raise self._refused(result.errors, field)
        if not isinstance(result.data, dict) or field not in result.data:
            raise self._error("E_HUB_ANSWER", "shape", field=field)
        return bytes(transport.body)

    def _connected(self) -> Any:
        if self._transport is None:
            self._transport = _make_transport(self._url, self._key, self._session)
        return self._transport

    def _failure(self, transport: Any, field: str) -> Exception:
        """Say what became of a request, from what the transport saw."""
        cause, response = transport.failed, transport.response
        if isinstance(cause, requests.Timeout):
            return self._error("E_HUB_TIMEOUT", field=field)
        if isinstance(cause, AnswerTooLongError):
            return self._error("E_HUB_ANSWER", "size", field=field, limit=ANSWER_MAX)
        if cause is not None or response is None:
            return self._error("E_HUB_ANSWER", "connect", field=field)
        if response.status_code in _AGAIN:
            return _Busy(_wanted(response))
        if response.status_code != requests.codes.ok:
            return self._error("E_HUB_ANSWER", "http", field=field, status=response.status_code)
        return self._error("E_HUB_ANSWER", "json", field=field)

    def _refused(self, errors: Any, field: str) -> Exception:
        first = errors[0] if isinstance(errors, list) and errors else {}
        message = first.get("message") if isinstance(first, dict) else None
        text = str(message or "?")
        for secret in self._secrets:
            text = text.replace(secret, "…")
        if re.search(r"too many requests|rate limit", text, re.I):
            return _Busy(None)
        return self._error("E_HUB_ANSWER", "refused", field=field, message=printable(text))

    def _error(self, code: str, reason: str = "", **facts: object) -> HubError:
        return HubError(code, reason, hub=self.host, **facts)


class _Busy(Exception):  # noqa: N818 - never leaves this module
    """The hub wants to be asked later."""

    def __init__(self, seconds: int | None) -> None:
        super().__init__()
        self.seconds = seconds


def _parts(url: str) -> Any:
    """Take a URL apart; what is none is `E_HUB_URL`, which does not repeat it."""
    try:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return parts
    except ValueError:
        pass
    raise HubError("E_HUB_URL", "form")


def _wanted(response: requests.Response) -> int | None:
    """How many seconds a hub that refuses wants to be left alone; None where it does not say."""
    for name in ("Retry-After", "X-Api-Key-Reset", "RateLimit-Reset"):
        value = response.headers.get(name, "")
        if re.fullmatch("[0-9]{1,6}", value):
            return int(value)
    return None


def _make_transport(url: str, key: str, session: requests.Session | None) -> Any:
    """Make gql's transport over our bounded session; it keeps the body and what failed."""
    import logging

    from gql.transport.requests import RequestsHTTPTransport

    for name in ("gql.transport.requests", "gql.dsl", "urllib3"):  # they log addresses and bodies
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger(name).level))

    class Transport(RequestsHTTPTransport):  # type: ignore[misc, unused-ignore]
        """Keeps what `Hub` needs of a response, which gql only tells in words."""

        body: bytes = b""
        failed: Exception | None = None
        response: requests.Response | None = None

        def connect(self) -> None:
            self.session = session or bounded_session(ANSWER_SECONDS, ANSWER_MAX)
            send = self.session.request

            def request(*args: Any, **kwargs: Any) -> requests.Response:
                self.response, self.body = None, b""
                try:
                    self.response = send(*args, **kwargs)
                except Exception as error:
                    self.failed = error
                    raise
                self.response.encoding = "utf-8"
                self.body = self.response.content
                return self.response

            self.session.request = request  # type: ignore[method-assign]

        def _get_json_result(self, response: requests.Response) -> Any:
            result = read_hub_json(response.content) if response.status_code == requests.codes.ok else None
            if not isinstance(result, dict) or not {"data", "errors"} & result.keys():
                self._raise_response_error(response, "no answer of GraphQL")
            return result

    transport = Transport(
        url,
        headers={"x-api-key": key} if key else None,
        timeout=(CONNECT_SECONDS, PATIENCE_SECONDS),  # type: ignore[arg-type]
        allow_redirects=False,
    )
    transport.connect()
    return transport
