"""mutual-policies: the members of a mutual vote by what they bought, out of files with the history of its premiums.

`weigh` says how: `member` is one vote for whoever has a policy in force at the snapshot block, `units` are the
insurance units of his policies in force, and `shares` are all that he ever got for his premiums (a policy of no time
gives shares alone). Files are named by CID in what the Safe's owners signed, and are in the record: this power follows
from the settings and the block's header, and nobody's word is taken for it but theirs.

A file is ASCII text, at most 1 MiB: the line `holder,units,shares,from,until`, then one policy a line. Units are a
whole number, shares decimal text of at most 18 places, times Unix seconds; a policy is in force from `from` to just
before `until`. Anything else is refused with its line.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NamedTuple

from chain import address
from chain.amount import parse
from chain.cid import CID
from chain.errors import ChainError
from chain.header import decode_header
from governance.strategies.named import lines_of
from governance.strategies.parameters import expect_keys, files, refuse
from governance.strategies.strategy import (
    UNIT,
    Answer,
    File,
    Header,
    Params,
    Plan,
    Question,
    Strategy,
    StrategyError,
    SupplyPlan,
    Weighed,
)

NAME = "mutual-policies"
VERSION = 1

HEADING = "holder,units,shares,from,until"
WEIGHTS = ("member", "units", "shares")
_TIME_MAX = 10_000_000_000
_UNITS_MAX = 10**18


class Policy(NamedTuple):
    """One line of the history."""

    holder: bytes
    units: int
    shares: int
    """In 1e-18."""
    start: int
    end: int


def check_params(params: Params) -> None:
    """Refuse anything but `files` and `weigh`."""
    expect_keys(NAME, params, "files, weigh")
    files(NAME, params)
    if params["weigh"] not in WEIGHTS:
        refuse(NAME, "weigh as member, units or shares")


def plan(params: Params, voters: Sequence[bytes]) -> Plan:
    """Weigh the voters by the history."""
    held = yield from _weights(params)
    return Weighed(powers={voter: held.get(voter, 0) for voter in voters})


def supply(params: Params) -> SupplyPlan:
    """What all members weigh."""
    held = yield from _weights(params)
    return sum(held.values())


def _weights(params: Params) -> Generator[Sequence[Question], Sequence[Answer], dict[bytes, int]]:
    cids = files(NAME, params)
    header, *texts = yield [Header(), *(File(cid) for cid in cids)]
    assert isinstance(header, bytes), "a header is answered by its bytes"
    time = decode_header(header).timestamp
    held: dict[bytes, int] = {}
    for cid, text in zip(cids, texts, strict=True):
        for policy in read_policies(text, cid):
            weight = _weight(policy, str(params["weigh"]), time)
            before = held.get(policy.holder, 0)
            held[policy.holder] = max(before, weight) if params["weigh"] == "member" else before + weight
    return held


def _weight(policy: Policy, weigh: str, time: int) -> int:
    if weigh == "shares":
        return policy.shares if policy.start <= time else 0
    is_in_force = policy.start <= time < policy.end
    return (UNIT if weigh == "member" else policy.units * UNIT) if is_in_force else 0


def read_policies(answer: Answer, cid: CID) -> list[Policy]:
    """Read a file of policies; refuse it with its first bad line."""
    heading, *lines = lines_of(answer, cid)
    if heading != HEADING:
        raise StrategyError("E_STRATEGY", "file", file=str(cid), line=1, expected=HEADING)
    policies = []
    for number, line in enumerate(lines, 2):
        try:
            policies.append(_policy(line))
        except (ChainError, ValueError):
            raise StrategyError("E_STRATEGY", "file", file=str(cid), line=number, expected=HEADING) from None
    return policies


def _policy(line: str) -> Policy:
    holder, units, shares, start, end = line.split(",")
    policy = Policy(address.parse(holder), parse(units, 0), parse(shares, 18), parse(start, 0), parse(end, 0))
    if policy.units > _UNITS_MAX or not policy.start <= policy.end <= _TIME_MAX:
        raise ValueError(line)
    return policy


STRATEGY = Strategy(NAME, VERSION, check_params, plan, counts=lambda _: frozenset(), supply=supply)
