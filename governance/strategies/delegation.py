"""delegation: own power, and that of everybody who delegated to a voter in the Gnosis Delegate Registry.

Delegations are the registry's logs up to the snapshot block, those for this space before those for all. A delegator who
votes keeps his power (H54); one who does not lends it to the first voter on his chain of at most `hops` delegations (1
is Snapshot's rule). What leads nowhere, a cycle, a chain that is too long, to oneself or to nobody, is noted
(`E_DELEG`, H53) and weighs nowhere, so the powers of all voters are always the sum of the powers of those who are
counted: it is checked here, and told.

Snapshot's strategy of this name leaves out a voter's own power, and is listed beside another one; here one strategy
holds both, or the same tokens would stand in two strategies (`E_DOUBLE_COUNT`).

Source: gnosis/delegate-registry, DelegateRegistry.sol (`SetDelegate`, `ClearDelegate`).
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from typing import NamedTuple

from chain.abi import topic
from chain.address import ZERO
from chain.amount import spell
from chain.errors import UncheckableError
from governance.strategies import inner
from governance.strategies.parameters import address_of, expect_keys, refuse, whole
from governance.strategies.strategy import (
    Answer,
    LogRow,
    Logs,
    Note,
    Params,
    Plan,
    Question,
    Strategy,
    Weighed,
)

NAME = "delegation"
VERSION = 1

SET = topic("SetDelegate(address,bytes32,address)")
CLEAR = topic("ClearDelegate(address,bytes32,address)")
EVERYWHERE = bytes(32)
HOPS_MAX = 64
_BLOCK_MAX = 2**53 - 1


class Routes(NamedTuple):
    """Where power goes."""

    to: Mapping[bytes, bytes]
    """From a delegator to the voter who weighs for him."""
    faults: Mapping[str, tuple[bytes, ...]]
    """By reason: delegators whose delegation leads nowhere, ascending."""


def check_params(params: Params) -> None:
    """Refuse anything but `registry`, `space`, `first_block`, `hops` and `strategies`."""
    expect_keys(NAME, params, "first_block, hops, registry, space, strategies")
    address_of(NAME, params, "registry")
    whole(NAME, params, "first_block", 0, _BLOCK_MAX)
    whole(NAME, params, "hops", 1, HOPS_MAX)
    space_id(params)
    inner.check_inner(NAME, params)


def space_id(params: Params) -> bytes:
    """Spell the space as the registry does: its UTF-8 bytes, filled up with zeros."""
    space = params["space"]
    encoded = space.encode() if isinstance(space, str) else b""
    if not 1 <= len(encoded) <= 31 or not encoded.isascii():
        refuse(NAME, "space as the text of 1 to 31 characters under which delegations are made")
    return encoded.ljust(32, b"\x00")


def plan(params: Params, voters: Sequence[bytes]) -> Plan:
    """Ask the registry's logs, then the power of voters and of those who delegated to them."""
    routes = routes_of((yield from _delegations(params)), set(voters), whole(NAME, params, "hops", 1, HOPS_MAX))
    own = yield from inner.weigh(params, sorted({*voters, *routes.to}))
    powers = {voter: own.powers[voter] for voter in voters}
    for delegator, voter in routes.to.items():
        powers[voter] += own.powers[delegator]
    total = sum(powers.values())
    assert total == sum(own.powers.values()), "power is moved, never made or lost"
    lent = sum(own.powers[delegator] for delegator in routes.to)
    told = {
        "delegators": len(routes.to),
        "delegates": len(set(routes.to.values())),
        "lent": spell(lent, 18),
        "total": spell(total, 18),
    }
    notes = [Note("N_DELEGATION", "", told)]
    notes += [
        Note("E_DELEG", reason, {"delegator": who[0], "count": len(who)})
        for reason, who in sorted(routes.faults.items())
    ]
    return Weighed(powers=powers, notes=(*notes, *own.notes))


def routes_of(chosen: Mapping[bytes, bytes], voting: Collection[bytes], hops: int) -> Routes:
    """Follow every delegator who does not vote himself to the first voter on his chain."""
    to: dict[bytes, bytes] = {}
    faults: dict[str, list[bytes]] = {}
    for delegator in sorted(chosen.keys() - set(voting)):
        end = _end(chosen, voting, delegator, hops)
        if isinstance(end, bytes):
            to[delegator] = end
        elif end:
            faults.setdefault(end, []).append(delegator)
    return Routes(to, {reason: tuple(who) for reason, who in faults.items()})


def _end(chosen: Mapping[bytes, bytes], voting: Collection[bytes], delegator: bytes, hops: int) -> bytes | str:
    """The voter at whom a chain ends, or why it leads nowhere; an empty reason if the last one just did not vote."""
    at, seen = delegator, {delegator}
    for _ in range(hops):
        after = chosen.get(at)
        if after is None:
            return ""
        if after in {at, ZERO}:
            return "self" if after == at else "zero"
        if after in voting:
            return after
        if after in seen:
            return "cycle"
        seen.add(after)
        at = after
    return "depth" if hops > 1 and at in chosen else ""


def _delegations(params: Params) -> Generator[Sequence[Question], Sequence[Answer], dict[bytes, bytes]]:
    """The registry's state at the snapshot block: whom each delegator named last, for this space or for all."""
    registry, first = address_of(NAME, params, "registry"), whole(NAME, params, "first_block", 0, _BLOCK_MAX)
    places = (EVERYWHERE, space_id(params))
    answers = yield [Logs(registry, (None, None, place), first) for place in places]
    chosen: dict[bytes, bytes] = {}
    for place, answer in zip(places, answers, strict=True):
        chosen |= _last(answer, place)
    return chosen


def _last(answer: Answer, place: bytes) -> dict[bytes, bytes]:
    assert isinstance(answer, tuple), "logs are answered by logs"
    chosen: dict[bytes, bytes] = {}
    for kind, delegator, delegate in _changes(answer, place):
        if kind == SET:
            chosen[delegator] = delegate
        else:
            chosen.pop(delegator, None)
    return chosen


def _changes(rows: Sequence[LogRow], place: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """What the registry logged; a log of another form is not the registry's, and then nothing is known."""
    for row in rows:
        if len(row.topics) != 4 or row.topics[0] not in {SET, CLEAR} or row.topics[2] != place or row.data:
            raise UncheckableError("E_TALLY_INCOMPLETE", "log", strategy=NAME, number=row.block)
        if any(row.topics[which][:12] != bytes(12) for which in (1, 3)):
            raise UncheckableError("E_TALLY_INCOMPLETE", "log", strategy=NAME, number=row.block)
        yield row.topics[0], row.topics[1][12:], row.topics[3][12:]


STRATEGY = Strategy(NAME, VERSION, check_params, plan, counts=inner.counts, supply=inner.supply)
