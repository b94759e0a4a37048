"""`governance.clients.snapshot`: a hub's ways of failing, each one coded error with the host and nothing else."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from chain.clients.rpc import AnswerTooLongError
from chain.errors import UncheckableError
from governance.clients import snapshot
from governance.clients.snapshot import VOTES, Hub, HubError
from tests.chain.clients.canned import response
from tests.hub_double import HubDouble, serving

URL = "https://hub.example/graphql/pathsecret0123?apiKey=urlsecret456"
KEY = "keysecret789"
ASKED = {"proposal": "0xab", "created": 0, "first": 1000, "skip": 0}
GOOD = b'{"data": {"votes": [{"vp": 0.1000000000000000055511151231257827}]}}'

Reply = Callable[[requests.PreparedRequest], Any]


class _Canned(BaseAdapter):
    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply
        self.seen: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.seen.append(request)
        made = self.reply(request)
        if isinstance(made, Exception):
            raise made
        made.request, made.url = request, request.url or ""
        return made  # type: ignore[no-any-return]

    def close(self) -> None:
        pass


def hub(*replies: Any) -> tuple[Hub, _Canned, list[float]]:
    """A hub that answers one after another, the last one for ever; and the pauses that were made."""
    left, slept = list(replies), list[float]()
    canned = _Canned(lambda _: left.pop(0) if len(left) > 1 else left[0])
    session = requests.Session()
    session.mount("https://hub.example", canned)
    return Hub(URL, KEY, session=session, sleep=slept.append, now=lambda: 0.0), canned, slept


def with_headers(status: int, headers: Mapping[str, str]) -> requests.Response:
    made = response("slower", status)
    made.headers.update(headers)
    return made


@pytest.mark.parametrize(
    ("reply", "code", "reason"),
    [
        (requests.ReadTimeout(URL), "E_HUB_TIMEOUT", ""),
        (requests.ConnectionError(URL), "E_HUB_ANSWER", "connect"),
        (AnswerTooLongError(URL), "E_HUB_ANSWER", "size"),
        (response("<html>sign in</html>"), "E_HUB_ANSWER", "json"),
        (response(b"\xff\xfe"), "E_HUB_ANSWER", "json"),
        (response("[" * 100_000), "E_HUB_ANSWER", "json"),
        (response("[]"), "E_HUB_ANSWER", "json"),
        (response('{"data": {"votes": [{"vp": NaN}]}}'), "E_HUB_ANSWER", "json"),
        (response('{"data": {"votes": [{"vp": 1e999999}]}}'), "E_HUB_ANSWER", "json"),
        (response('{"data": {"other": []}}'), "E_HUB_ANSWER", "shape"),
        (response('{"data": null}'), "E_HUB_ANSWER", "shape"),
        (with_headers(302, {"Location": "https://evil.example/"}), "E_HUB_ANSWER", "http"),
        (response("", 500), "E_HUB_ANSWER", "http"),
        (response("", 401), "E_HUB_ANSWER", "http"),
        (response(json.dumps({"errors": [{"message": f"no {URL} \x1b[2J {KEY}"}]})), "E_HUB_ANSWER", "refused"),
        (response('{"errors": "all wrong"}'), "E_HUB_ANSWER", "refused"),
        (response("", 429), "E_HUB_LIMIT", "pace"),
        (response("", 503), "E_HUB_LIMIT", "pace"),
        (with_headers(429, {"Retry-After": "3600"}), "E_HUB_LIMIT", "pause"),
    ],
)
def test_H96_failures_of_a_hub_could_not_be_checked(reply: Any, code: str, reason: str) -> None:
    """Web pages, numbers that are none, redirects and limits: exit status 2, the host, no secret, no control."""
    asked, canned, _ = hub(reply)
    with pytest.raises(HubError) as failed:
        asked.ask("votes", VOTES, ASKED)

    told = "".join(traceback.format_exception(failed.value)) + repr(failed.value.facts)
    assert (code, reason) == (failed.value.code, failed.value.reason)
    assert isinstance(failed.value, UncheckableError)
    assert "hub.example" == failed.value.facts["hub"]
    assert not [secret for secret in ("pathsecret", "urlsecret", KEY, "\x1b") if secret in told], told
    assert {"hub.example"} == {str(request.url).split("/")[2] for request in canned.seen}, "a redirect was followed"


def test_an_answer_keeps_its_bytes() -> None:
    """Digits that no double has come through; the key travels in a header only."""
    asked, canned, _ = hub(response(GOOD))

    assert GOOD == asked.ask("votes", VOTES, ASKED)
    assert KEY == canned.seen[0].headers["x-api-key"]
    assert KEY.encode() not in (canned.seen[0].body or b"")  # type: ignore[operator]


def test_a_busy_hub_is_waited_for() -> None:
    """As long as it says, else a little longer each time."""
    answers = (with_headers(429, {"Retry-After": "7"}), with_headers(429, {"X-Api-Key-Reset": "30"}), response("", 503))
    asked, _, slept = hub(*answers, response(GOOD))

    assert GOOD == asked.ask("votes", VOTES, ASKED)
    assert [7, 30, 4] == slept


def test_the_pace_is_kept() -> None:
    """Without a key no more than the hub allows in a minute."""
    clock, slept = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    session = requests.Session()
    session.mount("https://hub.example", _Canned(lambda _: response(GOOD)))
    asked = Hub(URL, session=session, sleep=sleep, now=lambda: clock[0])
    for _ in range(snapshot.PACE[0] + 1):
        asked.ask("votes", VOTES, ASKED)

    assert [60.0] == slept


@pytest.mark.parametrize("url", ["", "hub.example", "ftp://hub.example", "https://", "http://[::1", "https://h:x/"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(HubError, match="E_HUB_URL"):
        Hub(url)


def test_a_key_is_not_sent_in_the_clear() -> None:
    with pytest.raises(HubError, match="E_HUB_URL"):
        Hub("http://hub.example/graphql", KEY)
    Hub("http://127.0.0.1:1/graphql", KEY)


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever turns every log on sees neither address nor key nor answer."""
    caplog.set_level(logging.DEBUG)
    asked, _, _ = hub(response(GOOD))
    asked.ask("votes", VOTES, ASKED)

    assert not [
        record for record in caplog.records if "secret" in record.getMessage() or "votes" in record.getMessage()
    ]


def test_a_body_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """More bytes than anybody asked for are not read to their end: a real server over a real socket."""
    monkeypatch.setattr(snapshot, "ANSWER_MAX", 10_000)
    with serving(HubDouble(change=lambda *_: (200, b" " * 5_000_000, {}))) as double, pytest.raises(HubError) as failed:
        Hub(double.url).ask("votes", VOTES, ASKED)

    assert ("E_HUB_ANSWER", "size") == (failed.value.code, failed.value.reason)
