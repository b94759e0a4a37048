"""What every refusal has in common: a code, and a journal that is as it was before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from chain import log_tree
from chain.errors import CodedError
from dao.cli.start.demo.books import ledger_of
from dao.sentences import catalogue
from dao.store.journal import Journal
from dao.workflow.desk import Desk
from tests.dao.workflow.stage import Stage
from treasury.ledger import Balance

Sums = tuple[Balance, ...]


def state(desk: Desk) -> tuple[int, bytes, Sums, list[tuple[object, ...]]]:
    """Size and root of the journal, the ledger's sums, and the ordered dump of every table."""
    hashes = desk.journal.leaf_hashes()
    return len(hashes), log_tree.root(hashes), ledger_of(desk).balances(), list(_dump(desk.journal))


def _dump(journal: Journal) -> Iterator[tuple[object, ...]]:
    engine = journal._engine  # the tables themselves, whatever the journal would say of them
    with engine.connect() as connection:
        for table in sorted(sa.inspect(engine).get_table_names()):
            for row in connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY 1")):
                yield table, *row


@contextmanager
def nothing_kept(stage: Stage) -> Iterator[None]:
    """Whatever happens inside leaves journal, ledger and tables as they were."""
    before = state(stage.desk)
    yield
    assert before == state(stage.desk)


def refuses(stage: Stage, code: str, reason: str, step: Callable[[], object]) -> CodedError:
    """Expect this refusal, a sentence for it, and that nothing of the step was kept."""
    with nothing_kept(stage), pytest.raises(CodedError) as caught:
        step()
    assert (code, reason) == (caught.value.code, caught.value.reason), caught.value
    assert f"{code}.{reason}" in catalogue("en") or code in catalogue("en")
    return caught.value
