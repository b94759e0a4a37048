"""The form of a choice inside a vote: one number, a list of numbers, or the JSON text of weights.

Stricter than Snapshot in every policy, because a choice that two readers understand differently moves power: `true`,
`"1"`, `1.0`, an empty list, a repeated number and a weight named `"01"` are all `E_CHOICE` (H50, H51). Whether the
number exists in the proposal, and what it counts for, is decided by the counting method.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from chain.errors import ChainError
from chain.json_text import loads
from governance.message_types import MessageError

Choice = int | tuple[int, ...] | Mapping[int, int | Decimal]

_MAX = 2**32 - 1
_KEY = re.compile(r"[1-9][0-9]{0,9}\Z", re.ASCII)
_CIPHERTEXT = re.compile(r"0[xX][0-9a-fA-F]")


def read_choice(action: str, choice: object) -> Choice:
    """Read the choice of a `vote`, `vote-array` or `vote-string` message; raise `MessageError` (`E_CHOICE`).

    An encrypted choice is refused by name (`E_SCHEME_SHUTTER`): it cannot be counted before somebody else opens it.
    """
    if action == "vote":
        return _number(choice)
    if action == "vote-array":
        return _numbers(choice)
    return _weights(choice)


def _number(choice: object) -> int:
    if type(choice) is not int or not 1 <= choice <= _MAX:
        raise MessageError("E_CHOICE", "number", choice=_shown(choice))
    return choice


def _numbers(choice: object) -> tuple[int, ...]:
    if not isinstance(choice, list) or not choice:
        raise MessageError("E_CHOICE", "list", choice=_shown(choice))
    numbers = tuple(_number(item) for item in choice)
    if len(set(numbers)) != len(numbers):
        raise MessageError("E_CHOICE", "repeated", choice=_shown(choice))
    return numbers


def _weights(choice: object) -> Mapping[int, int | Decimal]:
    if isinstance(choice, str) and _CIPHERTEXT.match(choice):
        raise MessageError("E_SCHEME_SHUTTER", "vote")
    try:
        found = loads(choice, max_bytes=16_384, allow_floats=True) if isinstance(choice, str) else None
    except ChainError as error:
        raise MessageError("E_CHOICE", "weights", choice=_shown(choice)) from error
    return weights_of(found)


def weights_of(found: object) -> Mapping[int, int | Decimal]:
    """Read the weights of a choice that is parsed already, as a hub shows it."""
    if not isinstance(found, dict) or not found:
        raise MessageError("E_CHOICE", "weights", choice=_shown(found))
    weights: dict[int, int | Decimal] = {}
    for key, weight in found.items():
        if not _KEY.match(key) or int(key) > _MAX:
            raise MessageError("E_CHOICE", "weight_key", choice=_shown(key))
        if isinstance(weight, bool) or not isinstance(weight, int | Decimal) or weight < 0:
            raise MessageError("E_CHOICE", "weight", choice=_shown(weight))
        weights[int(key)] = weight
    if not any(weights.values()):
        raise MessageError("E_CHOICE", "no_weight", choice=_shown(found))
    return weights


def _shown(value: object) -> str:
    return ascii(value)[:80]
