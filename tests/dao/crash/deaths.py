"""A provider that kills whoever sends a transaction: a fault of the counting proxy that stands before the chain."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from tests.dao.cli.nodes.proxy import Asked

SEND = "eth_sendRawTransaction"

Moment = Literal["before", "after"]
"""Before the transaction is forwarded; after it, and before the sender hears the answer."""
MOMENTS: Final[tuple[Moment, ...]] = ("before", "after")


@dataclass(slots=True)
class Deaths:
    """What becomes of the processes that send the next transactions."""

    victim: int = 0
    """Process id of the command that runs; the threads of a test have none, and only lose their connection."""
    next: list[Moment] = field(default_factory=list)
    """One for each transaction to come; none: it is forwarded and answered."""
    sent: list[str] = field(default_factory=list)
    """Raw transactions as they were forwarded."""

    def __call__(self, asked: Asked) -> dict[str, Any] | None:
        if asked.method != SEND:
            return asked.answer()
        moment = self.next.pop(0) if self.next else None
        answer = None
        if moment != "before":
            self.sent.append(asked.params[0])
            answer = asked.answer()
        if moment is None:
            return answer
        if self.victim:
            os.kill(self.victim, signal.SIGKILL)
        asked.handler.close_connection = True
        return None
