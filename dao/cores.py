"""All cores of this machine, for work that is nothing but computing.

Processes, because Python's threads take turns. They are started afresh rather than copied from this one, so that no
lock or connection of this one is theirs too; starting them costs about half a second. What is computed, and that it may
be computed anywhere, is decided by whoever hands in the function: it and its items travel by pickle.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from typing import Any

from governance.batch import Spread

_AHEAD = 4
"""Items under way for each core: enough that none waits, and few enough that a million votes never fill the memory."""

_WORTH = 64
"""Items for which it is worth to start processes: of 256 votes each they are more than a second of work."""


def count() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def spread_over(cores: int) -> Iterator[Spread]:
    """Give a `map` that works on so many cores, in order; with one core it is `map` itself."""
    if cores == 1:
        yield map
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, mp_context=context, initializer=_settle) as pool, _settled():

        def spread(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
            under_way: deque[Future[Any]] = deque()
            for item in items:
                under_way.append(pool.submit(function, item))
                if len(under_way) >= cores * _AHEAD:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()

        yield spread


def _settle() -> None:
    """Look for garbage in cycles less often: work on millions of votes makes small values, and hardly any cycle."""
    gc.set_threshold(100_000)


@contextmanager
def _settled() -> Iterator[None]:
    """The same here, where the results of all workers come together."""
    before = gc.get_threshold()
    _settle()
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def spread_if_many(least: int = _WORTH) -> Iterator[Spread]:
    """Give a `map` that takes all cores once there are so many items, and starts no process for fewer."""
    with ExitStack() as stack:
        pools: list[Spread] = []

        def spread(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
            rest = iter(items)
            first = list(islice(rest, least))
            if len(first) < least:
                yield from map(function, first)
                return
            if not pools:
                pools.append(stack.enter_context(spread_over(count())))
            yield from pools[0](function, chain(first, rest))

        yield spread
