"""The states of a working group's account: the table S0-S6 x E01-E12 of the Mutual Chain's white paper (4.3).

Decides which input may follow in which state, cell by cell as printed: 17 cells lead somewhere, 67 are blank, and a
blank cell refuses. The engine is the lifecycle's. Who may send an input, and what it does to money, is decided by
`treasury.group_accounts`. Two readings of the print are ours: `Final State` in S6 x E12 marks the final state and is no
transition; and a request that follows a request (E01 in S1, E04 in S2, E07 in S3, E10 in S4) replaces it. A rejected
recharge of an active account leads to S0, as printed, and not back to S5.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from proposals.lifecycle import Machine, Transition

KINDS: Mapping[str, str] = MappingProxyType({
    "E01": "recharge", "E02": "recharge", "E03": "recharge", "E04": "transfer", "E05": "transfer", "E06": "transfer",
    "E07": "credit", "E08": "credit", "E09": "credit", "E10": "withdraw", "E11": "withdraw", "E12": "withdraw",
})  # fmt: skip
"""What an input is about."""
REQUESTS = frozenset({"E01", "E04", "E07", "E10"})
REJECTS = frozenset({"E02", "E05", "E08", "E11"})
CONFIRMS = frozenset({"E03", "E06", "E09", "E12"})

_MEMBER, _OTHER = "member", "confirmer"

GROUP = Machine(
    name="group",
    initial="S0",
    transitions=(
        Transition("S0", "E01", "S1", _MEMBER),
        Transition("S1", "E01", "S1", _MEMBER),
        Transition("S5", "E01", "S1", _MEMBER),
        Transition("S1", "E02", "S0", _OTHER, ("not_the_requester",)),
        Transition("S1", "E03", "S5", _OTHER, ("not_the_requester", "arrived_in_the_safe")),
        Transition("S2", "E04", "S2", _MEMBER),
        Transition("S5", "E04", "S2", _MEMBER),
        Transition("S2", "E05", "S5", _OTHER, ("not_the_requester",)),
        Transition("S2", "E06", "S5", _OTHER, ("not_the_requester", "within_the_balance", "receiver_is_active")),
        Transition("S3", "E07", "S3", _MEMBER),
        Transition("S5", "E07", "S3", _MEMBER),
        Transition("S3", "E08", "S5", _OTHER, ("not_the_requester",)),
        Transition("S3", "E09", "S5", _OTHER, ("not_the_requester", "within_the_limit", "available")),
        Transition("S4", "E10", "S4", _MEMBER),
        Transition("S5", "E10", "S4", _MEMBER),
        Transition("S4", "E11", "S5", _OTHER, ("not_the_requester",)),
        Transition("S4", "E12", "S6", _OTHER, ("not_the_requester", "nothing_left", "credit_repaid", "paid_by_a_vote")),
    ),
)
