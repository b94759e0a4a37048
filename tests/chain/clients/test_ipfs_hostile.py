"""`chain.clients.ipfs` against servers that are no node, or one that lies: every failure is one refusal, and soon."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator

import pytest

from chain.cid import raw_cid
from chain.clients.ipfs import IpfsNode
from chain.content_id import ContentId
from tests.chain.clients.http_double import Reply, Request, serving
from tests.chain.refusal import refused

CID = ContentId.from_cid(raw_cid(b"content"))
OTHER = str(raw_cid(b"other"))


def drip() -> Iterator[bytes]:
    """A byte now and then, for ever."""
    for _ in itertools.count():
        time.sleep(0.05)
        yield b"x"


def test_H96_another_name_is_refused() -> None:
    """A node that cuts files otherwise, or puts something else, has not put this."""
    added = {"Name": "x", "Hash": OTHER}
    with serving(lambda _: Reply(body=json.dumps(added).encode())) as url, refused("E_CID_MISMATCH", "named"):
        IpfsNode(url).add(b"content")
    imported = {"Root": {"Cid": {"/": OTHER}, "PinErrorMsg": ""}}
    with serving(lambda _: Reply(body=json.dumps(imported).encode())) as url, refused("E_CID_MISMATCH", "named"):
        IpfsNode(url).put(raw_cid(b"content"), [(raw_cid(b"content"), b"content")])


def test_a_pin_that_failed_is_told() -> None:
    """The blocks were taken and the root was not pinned: that is no success."""
    imported = {"Root": {"Cid": {"/": str(CID)}, "PinErrorMsg": "no space\x1b[31m"}}
    with serving(lambda _: Reply(body=json.dumps(imported).encode())) as url, refused("E_IPFS", "refused"):
        IpfsNode(url).put(raw_cid(b"content"), [(raw_cid(b"content"), b"content")])


def test_H96_other_bytes_are_refused() -> None:
    """A block is compared with its name before anybody reads it."""
    with serving(lambda _: Reply(body=b"other", kind="text/plain")) as url, refused("E_CID_MISMATCH", "served"):
        IpfsNode(url).block(CID)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(200, b"<html>", "text/html"), "answer"),
        (Reply(200, b"[]"), "answer"),
        (Reply(200, b'{"Keys": 7}'), "answer"),
        (Reply(200, b""), "answer"),
        (Reply(200, b'{"Hash": "../../etc"}'), "answer"),
        (Reply(401, b"<html>", "text/html"), "http"),
        (Reply(502, b"Bad Gateway", "text/plain"), "http"),
        (Reply(500, b'{"Message": "disk full\\u001b[31m", "Code": 0, "Type": "error"}'), "refused"),
    ],
    ids=["page", "list", "number", "nothing", "path", "locked", "gateway", "error"],
)
def test_H96_what_is_no_answer(reply: Reply, reason: str) -> None:
    """Somebody else's page, half an answer and a refusal are told apart; none is an answer."""
    with serving(lambda _: reply) as url, refused("E_IPFS", reason):
        IpfsNode(url).add(b"content")


def test_H96_an_answer_without_end_is_not_read_to_the_end() -> None:
    """Neither more bytes than a block has nor a drip keeps us."""
    start = time.monotonic()
    with serving(lambda _: Reply(more=itertools.repeat(bytes(1 << 16)))) as url, refused("E_IPFS", "size"):
        IpfsNode(url).block(CID)
    with serving(lambda _: Reply(more=drip())) as url, refused("E_IPFS", "absent"):
        IpfsNode(url, seconds=2).block(CID)

    assert time.monotonic() - start < 10


def test_a_redirect_is_not_followed() -> None:
    """What is put, and with which password, is one host's business."""
    seen: list[Request] = []

    def elsewhere(request: Request) -> Reply:
        seen.append(request)
        return Reply(body=b"content")

    with (
        serving(elsewhere) as other,
        serving(lambda _: Reply(307, location=f"{other}/api/v0/block/get")) as url,
        refused("E_IPFS", "connect"),
    ):
        IpfsNode(url.replace("//", "//user:secretkey0123456789@")).block(CID)
    assert [] == seen


@pytest.mark.parametrize(
    ("user", "token", "expected"),
    [
        ("", "", None),
        ("user:secretkey0123456789@", "", "Basic dXNlcjpzZWNyZXRrZXkwMTIzNDU2Nzg5"),
        ("", "alsosecret", "Bearer alsosecret"),
    ],
)
def test_who_asks_is_said_to_the_node_alone(user: str, token: str, expected: str | None) -> None:
    """A password of the URL and a token travel in one header, below the URL's own prefix."""
    seen: list[Request] = []

    def answer(request: Request) -> Reply:
        seen.append(request)
        return Reply(body=b"content", kind="text/plain")

    with serving(answer) as url:
        assert b"content" == IpfsNode(url.replace("//", f"//{user}") + "/behind/", token=token).block(CID)
    (request,) = seen
    assert expected == request.headers.get("Authorization")
    assert ("POST", "/behind/api/v0/block/get") == (request.method, request.path)
    assert f"arg={CID}" in request.query
