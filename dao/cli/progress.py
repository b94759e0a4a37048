"""A bar on stderr while something takes long, and nothing where stderr is no terminal.

Decides only how it looks; what is counted, and its words, are the caller's. Nothing of it ever reaches stdout.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dao.cli.text import say

Progress = Callable[[str, int, int], None]
"""Told which stage, how many are done, and of how many; 0 where nobody knows."""


@contextmanager
def bar(code: str) -> Iterator[Progress]:
    """Show a bar for the time of a `with` statement; a stage is a reason of `code` in the catalogue."""
    if sys.__stderr__ is None or not sys.__stderr__.isatty():
        yield lambda _stage, _done, _whole: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(file=sys.__stderr__), transient=True) as bars:
        tasks: dict[str, object] = {}

        def told(stage: str, done: int, whole: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(say(code, stage), total=whole or None)
            bars.update(tasks[stage], completed=done, total=whole or None)  # type: ignore[arg-type]

        yield told
