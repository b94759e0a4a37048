"""ticket: every voter weighs the same.

Addresses cost nothing, so whoever makes many of them has many tickets: settings take this strategy on a devnet alone
(`E_RULE_UNSAFE`). Where people are to weigh the same, name them: `whitelist`, `mutual-policies`.
"""

from __future__ import annotations

from collections.abc import Sequence

from governance.strategies.parameters import expect_keys, votes
from governance.strategies.strategy import Answer, Params, Question, Strategy, one_round

NAME = "ticket"
VERSION = 1


def check_params(params: Params) -> None:
    """Refuse anything but `value`, decimal text above zero; Snapshot turns a zero into one."""
    expect_keys(NAME, params, "value")
    votes(NAME, params, "value")


def reads(params: Params, voters: Sequence[bytes]) -> list[Question]:  # noqa: ARG001 (a strategy's shape)
    """Ask nothing."""
    return []


def powers(params: Params, voters: Sequence[bytes], answers: Sequence[Answer]) -> dict[bytes, int]:  # noqa: ARG001
    """The same for all."""
    return dict.fromkeys(voters, votes(NAME, params, "value"))


STRATEGY = Strategy(NAME, VERSION, check_params, one_round(reads, powers), counts=lambda _: frozenset())
