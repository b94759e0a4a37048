"""The draft of settings: the same keys in people's units, to be read and edited until the owners sign.

Decides how a draft is spelled (durations as `3d`, the quorum as `200 votes`, everything else as in the settings), and
at which line a refusal of `governance.settings_text` lies. Whether the values make settings is decided there; what
stands in a new space's first draft is decided by `governance.settings_plan`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any

from chain import amount
from chain.errors import ChainError, CodedError
from chain.json_lines import line_of
from chain.json_text import canonical, loads
from governance.errors import GovernanceError
from governance.settings_text import MAX_BYTES, parse_settings
from governance.strict_map import FormatError
from proposals.durations import parse_duration, spell_duration
from proposals.periods import Periods
from proposals.times import TimeError

_VOTES = " votes"
_LINE_MAX = 110
_DURATIONS = (
    "voting.delay", "voting.period", "voting.max_snapshot_age", "timelock", "grace", "notice", "disputes.seconds",
    *(f"periods.{name}" for name in Periods._fields),
)  # fmt: skip


class DraftError(GovernanceError):
    """A draft that is no map (`E_DRAFT`)."""


def write_draft(values: Mapping[str, Any]) -> str:
    """Spell the values of settings as a draft, one small map to a line."""
    return _layout(in_people_units(values), 0, "") + "\n"


def in_people_units(values: Mapping[str, Any]) -> dict[str, Any]:
    """Respell seconds as durations and the quorum as votes, on a copy."""
    drafted = deepcopy(dict(values))
    for path in _DURATIONS:
        _respell(drafted, path, lambda found, _: spell_duration(found))
    _respell(drafted, "quorum.minimum", lambda found, _: None if found is None else spell_votes(int(found)))
    return drafted


def read_draft(text: str) -> str:
    """Return the canonical text of the settings that a draft says, or raise what `parse_settings` raises of it."""
    drafted = loads(text, max_bytes=MAX_BYTES)
    if not isinstance(drafted, dict):
        raise DraftError("E_DRAFT", "map")
    for path in _DURATIONS:
        _respell(drafted, path, _seconds)
    _respell(drafted, "quorum.minimum", _power)
    settings = canonical(drafted)
    parse_settings(settings)
    return settings


def spell_votes(power: int) -> str:
    """Spell voting power in 1e-18 as `200 votes`."""
    return amount.spell(power, 18) + _VOTES


def parse_votes(text: object) -> int:
    """Read `200 votes` as voting power in 1e-18; `AmountError` (`E_AMOUNT`) for anything else."""
    if not isinstance(text, str) or not text.endswith(_VOTES):
        raise amount.AmountError("E_AMOUNT", "votes", amount=text)
    return amount.parse(text.removesuffix(_VOTES), 18)


def line_of_refusal(text: str, error: CodedError) -> int | None:
    """Say at which line of a draft the reason of a refusal stands; None where no line is to blame."""
    facts = error.facts
    if type(facts.get("line")) is int:  # text that is no JSON names its line itself
        return int(str(facts["line"]))
    if error.code in {"E_JSON_DUPKEY", "E_JSON_NUMBER"}:
        culprit = json.dumps(facts["key"], ensure_ascii=False) if "key" in facts else str(facts.get("number", ""))
        place = text.rfind(culprit)
        return None if place < 0 or not culprit else text.count("\n", 0, place) + 1
    try:
        loads(text, max_bytes=MAX_BYTES)
    except ChainError:
        return None
    return line_of(text, _place(error))


_PLACES = MappingProxyType({
    "E_DEVNET": "space", "E_REPLAY": "safes", "E_STRATEGY": "strategies", "E_DOUBLE_COUNT": "strategies",
    "quorum": "quorum.minimum", "threshold": "threshold", "period": "voting.period", "grace": "grace",
    "stagnation": "periods.stagnation",
    "snapshot_age": "voting.max_snapshot_age", "choices": "choices", "choice_role": "choices", "finality": "chains",
    "fund": "funds", "fund_safe": "funds", "fund_twice": "funds", "strategies": "strategies", "no_safe": "safes",
    "safe_twice": "safes", "chain_twice": "chains", "chain_unknown": "chains", "option": "choices",
    "looks": "choices",
})  # fmt: skip
"""By code or reason: where the value stands that a refusal is about, if the refusal itself does not say it."""

_SHORT = MappingProxyType({"delay": "voting.delay"})
"""Settings that a refusal names by less than their path."""


def _place(error: CodedError) -> str:
    for name in ("field", "setting"):
        if isinstance(error.facts.get(name), str):
            found = str(error.facts[name])
            return _SHORT.get(found, found)
    if "committee" in error.facts:
        return f"{error.facts['committee']}.required"
    return _PLACES.get(error.reason, _PLACES.get(error.code, ""))


def _respell(values: dict[str, Any], path: str, spell: Callable[[Any, str], object]) -> None:
    """Respell the value at a path, if there is one; what lacks it is named by who reads the whole."""
    *above, key = path.split(".")
    for name in above:
        below = values.get(name)
        if not isinstance(below, dict):
            return
        values = below
    if key in values:
        values[key] = spell(values[key], path)


def _seconds(value: object, path: str) -> int:
    try:
        return parse_duration(value)
    except TimeError:
        raise FormatError("E_SETTINGS", "field", field=path, expected="a duration such as `3d` or `36h`") from None


def _power(value: object, path: str) -> str:
    try:
        return str(parse_votes(value))
    except amount.AmountError:
        raise FormatError("E_SETTINGS", "field", field=path, expected="voting power such as `200 votes`") from None


def _layout(value: object, depth: int, before: str) -> str:
    """Lay out JSON: whatever holds no lists or maps that are filled, and fits, on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    is_small = not any(isinstance(item, dict | list) and item for item in inner)
    if not inner or (depth and is_small and 2 * depth + len(before) + len(flat) <= _LINE_MAX):
        return flat
    start, end = "\n" + "  " * (depth + 1), "\n" + "  " * depth
    if isinstance(value, dict):
        names = [json.dumps(key, ensure_ascii=False) + ": " for key in value]
        rows = [name + _layout(item, depth + 1, name) for name, item in zip(names, inner, strict=True)]
        return f"{{{start}{f',{start}'.join(rows)}{end}}}"
    rows = [_layout(item, depth + 1, "") for item in inner]
    return f"[{start}{f',{start}'.join(rows)}{end}]"
