"""Who a grant is paid to after its beneficiary changed: two sides sign each change, and nobody alone makes one.

Decides the message that both sides sign, who they are, and who the beneficiary is after all changes. One side is the
plan's steward, a key that speaks for the DAO. The other is the beneficiary himself; or, when he has died or lost his
key, the successor whom the plan names, and then only to the successor. What a contract's owner does on chain, and what
parts that were voted pay, no change alters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, NamedTuple

from chain.address import checksum
from chain.errors import ChainError
from chain.signature import recover
from chain.signer import TypedData
from chain.typed_data import digester, parse_types
from governance.own_envelope import DOMAIN
from treasury.allocation import Grant, PlanError

Why = Literal["agreed", "successor"]
WHYS: tuple[Why, ...] = ("agreed", "successor")
_PRIMARY = "BeneficiaryChange"
_TYPES = parse_types({
    _PRIMARY: [
        {"name": "plan", "type": "string"},
        {"name": "chain", "type": "uint256"},
        {"name": "token", "type": "address"},
        {"name": "grant", "type": "string"},
        {"name": "from", "type": "address"},
        {"name": "to", "type": "address"},
        {"name": "why", "type": "string"},
        {"name": "timestamp", "type": "uint64"},
    ],
})  # fmt: skip
_digest = digester(domain=DOMAIN, types=_TYPES, primary=_PRIMARY)


class Ground(NamedTuple):
    """The plan whose grants change hands."""

    plan: str
    chain_id: int
    token: bytes
    steward: bytes
    """Speaks for the DAO."""


class Change(NamedTuple):
    """One change of a grant's beneficiary."""

    grant: str
    to: bytes
    why: Why
    at: int
    """Unix seconds; of one grant each is later than the one before, so no signature counts twice."""
    by: bytes
    """65 bytes: the beneficiary's signature, or the successor's."""
    steward: bytes
    """65 bytes."""


def message_of(ground: Ground, grant: Grant, to: bytes, why: Why, at: int) -> Mapping[str, object]:
    """What both sides sign."""
    return MappingProxyType({
        "plan": ground.plan,
        "chain": ground.chain_id,
        "token": checksum(ground.token),
        "grant": grant.id,
        "from": checksum(grant.beneficiary),
        "to": checksum(to),
        "why": why,
        "timestamp": at,
    })  # fmt: skip


def typed(message: Mapping[str, object]) -> TypedData:
    """As a wallet shows it."""
    return TypedData(DOMAIN, _TYPES, _PRIMARY, message)


def side_of(ground: Ground, grant: Grant, to: bytes, why: Why) -> bytes:
    """Who has to sign beside the steward; raise `PlanError` for a change that nobody could make."""
    if why == "successor" and (grant.successor is None or grant.successor != to):
        raise PlanError("E_PLAN", "no_successor", grant=grant.id, to=checksum(to))
    other = grant.beneficiary if why == "agreed" else to
    if to == grant.beneficiary or ground.steward in (other, to):
        raise PlanError("E_PLAN", "change_alone", grant=grant.id, to=checksum(to))
    return other


def after(ground: Ground, grants: Sequence[Grant], changes: Sequence[Change]) -> tuple[Grant, ...]:
    """Return the grants with their beneficiaries after all changes; raise `PlanError` for the first that is not signed
    by both sides, or not later than the one before.
    """
    found = {grant.id: grant for grant in grants}
    last: dict[str, int] = {}
    for change in changes:
        if change.grant not in found:
            raise PlanError("E_PLAN", "grant", name=change.grant, known=tuple(found))
        grant = found[change.grant]
        if change.at <= last.get(change.grant, -1):
            raise PlanError("E_PLAN", "change_order", grant=grant.id, at=change.at)
        last[change.grant] = change.at
        other = side_of(ground, grant, change.to, change.why)
        digest = _digest(message_of(ground, grant, change.to, change.why, change.at))
        for signature, expected in ((change.by, other), (change.steward, ground.steward)):
            if _signer(digest, signature) != expected:
                raise PlanError("E_PLAN", "change_side", grant=grant.id, expected=checksum(expected))
        heir = None if grant.successor == change.to else grant.successor
        found[grant.id] = replace(
            grant, beneficiary=change.to, successor=heir, former=(*grant.former, grant.beneficiary)
        )
    return tuple(found.values())


def _signer(digest: bytes, signature: bytes) -> bytes | None:
    try:
        return recover(digest, signature)
    except ChainError:
        return None
