"""Whatever bytes come in, `verify` answers with a report: never an exception, and never a record that passes.

Random bytes, cut and damaged files, junk in any place of any block sealed as the journal's own writer would, and junk
that authors, voters, reviewers and owners signed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from chain.errors import CodedError
from dao.record import leaves
from dao.record.verify import Report, verify
from tests.dao.conftest import Played
from tests.dao.record import junk, signed_junk
from tests.dao.record.forge import Bench

IN_FULL = os.environ.get("CI") == "true"
PLAIN = settings(max_examples=1_000 if IN_FULL else 200, suppress_health_check=[HealthCheck.function_scoped_fixture])
SEALED = settings(PLAIN, max_examples=150)
SIGNED = settings(PLAIN, max_examples=30 if IN_FULL else 12)


def is_refused(report: Report) -> bool:
    return not report.ok and any(outcome.ok is False for outcome in report.outcomes)


@PLAIN
@given(st.binary(max_size=300))
def test_random_bytes_are_refused(data: bytes) -> None:
    """No random bytes are a record."""
    assert is_refused(verify(data))


@PLAIN
@given(data=st.data())
def test_damaged_files_are_refused(data: st.DataObject, played: Played) -> None:
    """A record that was cut, lengthened, or damaged in some places is refused."""
    damaged = bytearray(played.record[: data.draw(st.integers(0, len(played.record)))])
    for at in data.draw(st.lists(st.integers(0, max(0, len(damaged) - 1)), max_size=5)):
        damaged[at : at + 1] = data.draw(st.binary(max_size=3))
    damaged += data.draw(st.binary(max_size=3))
    assume(bytes(damaged) != played.record)

    assert is_refused(verify(bytes(damaged)))


@SEALED
@given(data=st.data())
def test_junk_in_any_place_is_refused(data: st.DataObject, played: Played) -> None:
    """A value of any block is replaced or taken away, and everything sealed anew."""
    place = data.draw(st.sampled_from(junk.places(played.record)))
    forged = junk.put(played.record, place, data.draw(junk.changes(played.record)))
    assume(forged is not None and forged != played.record)

    assert is_refused(verify(forged or b""))


@pytest.mark.parametrize("change", signed_junk.KINDS, ids=lambda change: change.__name__)
def test_signed_junk_gets_a_report(change: Callable[[Bench, Random], None], played: Played) -> None:
    """Whatever people sign, and whatever a journal's writer does with leaves, is answered by a report."""

    @SIGNED
    @given(st.randoms(use_true_random=False))
    def check(choose: Random) -> None:
        bench = Bench(played.record)
        try:
            change(bench, choose)
            forged = bench.seal()
        except (CodedError, leaves.LeafError):
            return  # our own tools refuse to write it down
        report = verify(forged)

        assert report.ok or is_refused(report)

    check()
