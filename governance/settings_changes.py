"""What newer settings change: one line for each value that differs, in the units of a draft.

Decides which entries of a list belong together (funds by name, assets by symbol, Safes by address and so on), so that
an entry which moves is no change. Whether the change is allowed, and when it binds, is decided by `governance.space`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from chain.json_text import loads
from governance.settings import Settings
from governance.settings_draft import in_people_units
from governance.settings_text import MAX_BYTES

_NAMES = MappingProxyType({
    "chains": "chain_id", "safes": "address", "funds": "name", "assets": "symbol", "sources": "address",
})  # fmt: skip
"""By list: the member by which its entries are told apart. Strategies go by their token, choices by their place."""


class Change(NamedTuple):
    """One difference. `reason` picks its sentence: a value that differs, an entry that is new, or one that is gone."""

    reason: Literal["value", "added", "removed"]
    field: str
    """The path of the value, or of the list that gains or loses an entry."""
    older: str
    newer: str
    """As a draft spells them; empty on the side where there is none."""


def changes(older: Settings, newer: Settings) -> tuple[Change, ...]:
    """List every difference in the order of the keys' names."""
    return tuple(_compare("", _values(older), _values(newer)))


def _values(settings: Settings) -> dict[str, Any]:
    values = loads(settings.text, max_bytes=MAX_BYTES)
    assert isinstance(values, dict), "settings were read from it"
    return in_people_units(values)


def _compare(path: str, older: object, newer: object) -> Iterator[Change]:
    if isinstance(older, Mapping) and isinstance(newer, Mapping):
        for key in sorted(older.keys() | newer.keys()):
            yield from _compare(f"{path}.{key}" if path else key, older.get(key), newer.get(key))
    elif isinstance(older, list) and isinstance(newer, list):
        yield from _compare_lists(path, older, newer)
    elif older != newer:
        yield Change("value", path, _spell(older), _spell(newer))


def _compare_lists(path: str, older: list[object], newer: list[object]) -> Iterator[Change]:
    list_name = path.rpartition(".")[2]
    if list_name == "choices":
        if older != newer:
            yield Change("value", path, _spell(older), _spell(newer))
        return
    before = {_name(list_name, item): item for item in older}
    after = {_name(list_name, item): item for item in newer}
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield Change("removed", path, _spell(before[name]), "")
        elif name not in before:
            yield Change("added", path, "", _spell(after[name]))
        else:
            yield from _compare(f"{path}[{name}]", before[name], after[name])
    if list_name == "safes" and [*before] != [*after] and before.keys() == after.keys():
        yield Change("value", path, _spell([*before]), _spell([*after]))  # the first is the treasury


def _name(list_name: str, item: object) -> str:
    if isinstance(item, Mapping):
        if list_name == "strategies":
            params = item["params"]
            return str(params.get("address", params)) if isinstance(params, Mapping) else str(params)
        if list_name == "limits":
            return f"{item['asset']}, {item['seconds']}"
        return str(item[_NAMES[list_name]])
    return str(item)


def _spell(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
