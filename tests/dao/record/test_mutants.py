"""A record of a journal that its writer edited: it is refused, or it says of the money what the genuine one says.

The edits are drawn by chance, and the writer seals whatever comes of them with his own key. A fact may be missing or
stand at another time, which a record assumes away by name (`A_COMPLETE`, `A_TIME`); none may be added or changed.
"""

from __future__ import annotations

from random import Random

import pytest

from chain.errors import CodedError
from dao.record.verify import verify
from tests.dao.record import mutants, stories

MUTANTS = 8
"""Of each story. A campaign by hand takes thousands."""


@pytest.mark.parametrize("name", [name for name in stories.NAMES if name not in stories.SAID])
def test_mutant_is_refused_or_says_the_same(name: str) -> None:
    """Whatever the writer changed: no decision is another, nothing more was done, and no money is elsewhere."""
    story = stories.story(name)
    genuine, choose = mutants.told(verify(story.bench().record())), Random(name)
    for number in range(MUTANTS):
        bench = story.bench()
        edits = choose.choices(mutants.EDITS, k=1 + number % 2)
        try:
            touched = [edit(bench, choose) for edit in edits]
            record = bench.record()
        except CodedError:
            continue  # a leaf that no writer can spell
        report = verify(record)
        if report.ok:
            mutants.refuse_other(genuine, mutants.told(report), f"{number}: {edits} {touched}")
