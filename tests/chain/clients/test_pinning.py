"""`chain.clients.pinning`: the standard's requests, against a double of a service, and answers that are none."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from chain.cid import raw_cid
from chain.clients.pinning import PinningService
from chain.content_id import ContentId
from chain.unixfs import lay_out
from tests.chain.clients.http_double import Reply, Request, serving
from tests.chain.clients.pinning_double import TOKEN, ServiceDouble, pinning_service
from tests.chain.refusal import refused
from tests.ipfs_node import free_port

CID = ContentId.from_cid(raw_cid(b"content"))


@pytest.fixture
def double() -> Iterator[ServiceDouble]:
    with pinning_service() as made:
        yield made


def client(double: ServiceDouble, token: str = TOKEN) -> PinningService:
    return PinningService(double.url, token, name="PINS", pause=lambda _: None)


def test_pin_look_let_go(double: ServiceDouble) -> None:
    """One request pins, the list shows it, deleting lets go; each as the standard spells it."""
    service = client(double)

    assert not service.is_pinned(CID)
    assert "pinned" == service.pin(CID, "IIP-1 " + "x" * 300).status
    assert service.is_pinned(CID)
    assert service.unpin(CID)
    assert not service.is_pinned(CID)
    assert not service.unpin(CID)
    posted = json.loads(next(one for one in double.seen if one.method == "POST").body)
    assert (str(CID), 255) == (posted["cid"], len(posted["name"]))
    assert "status=failed%2Cpinned%2Cpinning%2Cqueued" in double.seen[0].query


def test_what_is_asked_for_is_not_asked_again(double: ServiceDouble) -> None:
    """A run that was cut off is run again: a request that stands is found, whatever its state."""
    double.at_first = "queued"
    first = client(double).pin(CID)

    assert first == client(double).pin(CID)
    assert 1 == len(double.pins)
    assert "queued" == first.status


def test_what_failed_is_asked_for_anew(double: ServiceDouble) -> None:
    """A request that the service gave up on is taken away and made again."""
    double.at_first = "failed"
    failed = client(double).pin(CID)
    double.at_first = ""

    assert "pinned" == client(double).pin(CID).status
    assert failed.request not in double.pins


def test_a_queue_is_waited_for(double: ServiceDouble) -> None:
    """A queued request is looked after until it is pinned; one that fails, or takes too long, is said so."""
    double.at_first = "queued"
    service = client(double)
    queued = service.pin(CID)

    assert "pinned" == service.wait(CID, queued).status
    double.becomes = "failed"
    with refused("E_PIN", "failed"):
        service.wait(CID, queued)
    double.becomes = "pinning"
    with refused("E_PIN", "waiting"):
        service.wait(CID, queued, seconds=5)


def test_a_pin_in_the_other_spelling_is_the_same(double: ServiceDouble) -> None:
    """A service may name a dag-pb root in version 1 where version 0 was asked for."""
    old = lay_out(bytes(300_000), 0).root
    answer = {"requestid": "r", "status": "pinned", "pin": {"cid": str(ContentId(old.codec, old.digest))}}
    with serving(lambda _: Reply(body=json.dumps({"count": 1, "results": [answer]}).encode())) as url:
        assert PinningService(url, TOKEN).is_pinned(old)


def test_a_wrong_token_is_told_and_never_shown(double: ServiceDouble) -> None:
    """401 names the service, not the token."""
    with pytest.raises(Exception, match="E_PIN") as caught:
        client(double, "wrong-alsosecret").pin(CID)

    assert "token" == caught.value.reason  # type: ignore[attr-defined]
    assert "alsosecret" not in str(caught.value)


_GOOD = {"requestid": "r", "status": "pinned", "pin": {"cid": str(CID)}}


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"results": 7},
        {"results": [7]},
        {"results": [{**_GOOD, "status": "perhaps"}]},
        {"results": [{**_GOOD, "requestid": 7}]},
        {"results": [{**_GOOD, "requestid": "a b"}]},
        {"results": [{**_GOOD, "pin": {}}]},
        {"results": [{**_GOOD, "pin": {"cid": str(raw_cid(b"other"))}}]},
        {"results": [{**_GOOD, "pin": {"cid": "../.."}}]},
    ],
)
def test_H96_what_the_standard_does_not_say(answer: object) -> None:
    """An answer of another form, or about other content, is no answer."""
    with serving(lambda _: Reply(body=json.dumps(answer).encode())) as url, refused("E_PIN", "answer"):
        PinningService(url, TOKEN).find(CID)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(200, b"<html>", "text/html"), "answer"),
        (Reply(200, bytes(2 << 20)), "answer"),
        (Reply(403), "token"),
        (Reply(409, b'{"error": {"reason": "FULL\\u001b[31m"}}'), "refused"),
        (Reply(503, b"<html>", "text/html"), "refused"),
    ],
)
def test_H96_failures_are_told_apart(reply: Reply, reason: str) -> None:
    """A page, too many bytes, a refusal."""
    with serving(lambda _: reply) as url, refused("E_PIN", reason):
        PinningService(url, TOKEN).find(CID)


def test_nobody_is_there() -> None:
    """A port that nobody listens on."""
    with refused("E_PIN", "connect"):
        PinningService(f"http://127.0.0.1:{free_port()}", TOKEN).find(CID)


def test_the_token_goes_nowhere_else() -> None:
    """A redirect is not followed, and the token never travels unencrypted beyond this machine."""
    seen: list[Request] = []

    def elsewhere(request: Request) -> Reply:
        seen.append(request)
        return Reply(body=b"{}")

    with (
        serving(elsewhere) as other,
        serving(lambda _: Reply(302, location=other)) as url,
        refused("E_PIN", "connect"),
    ):
        PinningService(url, TOKEN).find(CID)
    assert [] == seen
    for bad in ("http://pins.example", "https://user:x@pins.example", "https://pins.example?x=1", "pins", "https://["):
        with refused("E_IPFS_ENV", "service"):
            PinningService(bad, TOKEN, name="PINS")
