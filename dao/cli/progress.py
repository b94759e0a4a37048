"""How far a long piece of work is, on the terminal's error stream and nowhere else.

Decides that nothing is shown where the work is short or nobody sits at a terminal. How far it is, the work itself says.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Told = Callable[[int, int], None]
"""Is told how much is done, of how much."""


@contextmanager
def progress(size: int, least: int) -> Iterator[Told | None]:
    """Show percent while work of at least `least` goes on; None where nothing is shown."""
    if size < least or not sys.stderr.isatty():
        yield None
        return

    def told(done: int, of: int) -> None:
        sys.stderr.write(f"\r{done * 100 // of:3} %")
        sys.stderr.flush()

    yield told
    sys.stderr.write("\r     \r")
