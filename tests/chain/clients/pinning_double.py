"""A double of a remote pinning service: the standard API over HTTP, and no content at all.

It takes requests, lists and deletes them as IPFS Pinning Service API 1.0.0 says. What becomes of a request is decided
by the test (`becomes`): no real service can be had for tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.chain.clients.http_double import Reply, Request, serving

TOKEN = "alsosecret"  # one of the texts that tests/secret_scan.py looks for


@dataclass
class ServiceDouble:
    """What a service remembers."""

    url: str = ""
    becomes: str = "pinned"
    """The status of a new request, and of every queued one when it is asked for again."""
    at_first: str = ""
    """The status in the answer to the request itself, where it is another one."""
    pins: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: list[Request] = field(default_factory=list)
    number: int = 0

    def respond(self, request: Request) -> Reply:
        self.seen.append(request)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _error(401, "UNAUTHORIZED")
        _, _, wanted = request.path.partition("/pins")
        match request.method, wanted.strip("/"):
            case "POST", "":
                return self._add(json.loads(request.body))
            case "GET", "":
                return self._list(parse_qs(request.query))
            case "GET", one if one in self.pins:
                self.pins[one]["status"] = self.becomes
                return _json(200, self.pins[one])
            case "DELETE", one if one in self.pins:
                del self.pins[one]
                return Reply(202)
        return _error(404, "NOT_FOUND")

    def _add(self, pin: dict[str, Any]) -> Reply:
        self.number += 1
        request = f"request-{self.number}"
        made = {
            "requestid": request,
            "status": self.at_first or self.becomes,
            "created": "2026-11-21T18:00:00Z",
            "pin": pin,
            "delegates": ["/dnsaddr/pins.example"],
        }
        self.pins[request] = made
        return _json(202, made)

    def _list(self, query: dict[str, list[str]]) -> Reply:
        statuses = query.get("status", ["pinned"])[0].split(",")  # the standard's default
        cids = query.get("cid", [""])[0].split(",")
        found = [one for one in self.pins.values() if one["status"] in statuses and one["pin"]["cid"] in cids]
        return _json(200, {"count": len(found), "results": found})


@contextmanager
def pinning_service() -> Iterator[ServiceDouble]:
    """Serve a double on loopback."""
    double = ServiceDouble()
    with serving(double.respond) as url:
        double.url = url
        yield double


def _json(status: int, value: object) -> Reply:
    return Reply(status, json.dumps(value).encode())


def _error(status: int, reason: str) -> Reply:
    return _json(status, {"error": {"reason": reason, "details": "no"}})
