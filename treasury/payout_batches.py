"""How many payments fit into one Safe transaction, and which stand alone.

Decides the part of each payment: as many as stay below a bound of gas, in the order of the rows, and one of its own for
coins to a contract, because it can refuse them, and for whatever was seen to misbehave, because a batch is all or
nothing. The gas of a token's transfer is decided
by the token: where nobody measured it the bound is generous, and the node's own estimate comes when the transaction is
sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from proposals.payment import Payment

GAS_MAX = 6_000_000
"""Of one part: a fifth of the smallest block of the chains on which Safes are used, so that it finds a place."""
GAS_OF_COINS = 45_000
"""A new account (25,000), the call with value (9,000), cold access, and the batch's own work."""
GAS_OF_TOKENS = 90_000
"""Two cold storage slots and the log, with room for a token that does more, such as a proxy."""


def parts_of(
    payments: Iterable[Payment],
    contracts: Collection[bytes],
    odd: Collection[int] = (),
    measured: Mapping[bytes, int] = MappingProxyType({}),
) -> list[int]:
    """Return the 1-based part of each payment; `contracts` are the payees that have code, `odd` the places (from 0) of
    payments that stand alone whatever they are, `measured` what a transfer of a token takes, in gas.
    """
    parts: list[int] = []
    part, room, is_alone = 0, 0, True
    for place, payment in enumerate(payments):
        token = payment.asset.address
        gas = GAS_OF_COINS if token is None else min(measured.get(token, GAS_OF_TOKENS), GAS_MAX)
        can_refuse = place in odd or (token is None and payment.to in contracts)
        if can_refuse or is_alone or gas > room:
            part, room = part + 1, GAS_MAX
        room, is_alone = room - gas, can_refuse
        parts.append(part)
    return parts
