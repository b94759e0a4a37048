"""A mapping that is never changed: a new one with one more item shares nearly all of the old.

Decides nothing about pools. It is here because a state a step, each with every player, would otherwise be copied whole
for every purchase of a long history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

_BUCKETS = 256


class PersistentMap(Mapping[Key, Value], Generic[Key, Value]):
    """Items by the last byte of their key's hash: one more copies one bucket and the row of buckets."""

    __slots__ = ("_buckets", "_size")

    def __init__(self) -> None:
        self._buckets: tuple[Mapping[Key, Value], ...] = ({},) * _BUCKETS
        self._size = 0

    def with_item(self, key: Key, value: Value) -> PersistentMap[Key, Value]:
        """The same mapping with this value for this key."""
        place = hash(key) % _BUCKETS
        bucket = self._buckets[place]
        made: PersistentMap[Key, Value] = PersistentMap()
        made._buckets = (*self._buckets[:place], {**bucket, key: value}, *self._buckets[place + 1 :])
        made._size = self._size + (key not in bucket)
        return made

    def __getitem__(self, key: Key) -> Value:
        return self._buckets[hash(key) % _BUCKETS][key]

    def __contains__(self, key: object) -> bool:
        return key in self._buckets[hash(key) % _BUCKETS]

    def __iter__(self) -> Iterator[Key]:
        for bucket in self._buckets:
            yield from bucket

    def __len__(self) -> int:
        return self._size
