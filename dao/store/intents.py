"""What this workspace was about to send: signed transactions, kept before the first byte of them leaves.

An intention is no fact: it stands in no record, and whether it came true is read from the chain. It holds what anybody
sees who sees the transaction, and never a key. Rows are only added, and taken away where the node refused the
transaction before anybody else could have it; a payout that is booked leaves its rows as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from chain.keccak import keccak256
from dao.errors import DaoError
from dao.store.schema import INTENTS


class IntentError(DaoError):
    """An intention that cannot be kept, or that is damaged (`E_IO_JOURNAL`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One signed transaction that executes one Safe transaction."""

    proposal: bytes
    part: int
    safe_tx: bytes
    """Hash of the Safe transaction."""
    sender: bytes
    nonce: int
    """The sender's."""
    raw: bytes
    """As it is broadcast."""

    @property
    def transaction(self) -> bytes:
        """The hash under which the chain knows it."""
        return keccak256(self.raw)


class Intents:
    """The table of a workspace's database; made when the first row is kept."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of(self, safe_tx: bytes) -> Sequence[Intent]:
        """Everything that was kept for a Safe transaction, the oldest first."""
        try:
            with self._engine.connect() as connection:
                if not sa.inspect(connection).has_table(INTENTS.name):
                    return ()
                wanted = sa.select(INTENTS).where(INTENTS.c.safe_tx == safe_tx).order_by(INTENTS.c.idx)
                return [read_intent(row) for row in connection.execute(wanted)]
        except sa.exc.SQLAlchemyError as error:
            raise IntentError("E_IO_JOURNAL", "intents") from error

    def keep(self, intent: Intent) -> None:
        """Keep one: it is on the disk when this returns."""
        try:
            with self._engine.begin() as connection:
                INTENTS.create(connection, checkfirst=True)
                next_index = connection.execute(sa.select(sa.func.coalesce(sa.func.max(INTENTS.c.idx) + 1, 0))).scalar()
                connection.execute(sa.insert(INTENTS).values(idx=next_index, **write_intent(intent)))
        except sa.exc.SQLAlchemyError as error:
            raise IntentError("E_IO_JOURNAL", "write") from error

    def forget(self, intent: Intent) -> None:
        """Take away one that can never be mined."""
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.delete(INTENTS).where(INTENTS.c.tx == intent.transaction))
        except sa.exc.SQLAlchemyError as error:
            raise IntentError("E_IO_JOURNAL", "write") from error


def write_intent(intent: Intent) -> dict[str, object]:
    """The fields of a row, without its index."""
    return {
        "proposal": intent.proposal,
        "part": intent.part,
        "safe_tx": intent.safe_tx,
        "tx": intent.transaction,
        "sender": intent.sender,
        "nonce": str(intent.nonce),  # up to 2**64, more than SQLite's integers hold
        "raw": intent.raw,
    }


def read_intent(row: sa.Row[Any]) -> Intent:
    """Read a row; `IntentError` (`E_IO_JOURNAL`) unless the transaction has the hash that stands beside it."""
    octets = (row.proposal, row.safe_tx, row.tx, row.sender, row.raw)
    is_whole = all(isinstance(value, bytes) for value in octets) and type(row.part) is int
    if not is_whole or not str(row.nonce).isdecimal() or keccak256(row.raw) != row.tx:
        raise IntentError("E_IO_JOURNAL", "intents")
    return Intent(
        proposal=row.proposal, part=row.part, safe_tx=row.safe_tx, sender=row.sender, nonce=int(row.nonce), raw=row.raw
    )
