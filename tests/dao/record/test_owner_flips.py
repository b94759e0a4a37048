"""What was kept of owners who are no keys: a record of it verifies for ever, and refuses whatever bit is changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain import dag_cbor
from chain.dag_cbor import DagCborError
from dao.record.leaves import decode
from dao.record.verify import verify
from tests.dao.record.forge import Bench, Slot

SAMPLE = Path(__file__).resolve().parents[2] / "vectors" / "formats" / "record-of-owners-1.car"
FLIPS = 150 if os.environ.get("CI") == "true" else 25
CONTRACT, APPROVED = 0, 1


def confirmed(bench: Bench, v: int) -> Slot:
    """The one confirmation whose signature ends so."""
    (found,) = (slot for slot in bench.all("confirmation") if slot.body["signature"][64] == v)
    return found


def test_sample_of_the_first_release_verifies_for_ever() -> None:
    """An owner that is a Safe, one that approved the hash on chain, and a key that signed text: a payout of 0.5 ETH."""
    report = verify(SAMPLE.read_bytes())

    assert report.ok, report.failed
    assert "A_1271" not in report.assumed
    assert report.case is not None
    given_by = {row.leaf.body["signature"][64]: row.leaf for row in report.case.rows("confirmation")}  # type: ignore[index]
    assert {CONTRACT, APPROVED} < given_by.keys()
    for v, leaf in given_by.items():
        assert (2 if v in (CONTRACT, APPROVED) else 1) == dag_cbor.decode(leaf.encode())["v"]  # type: ignore[index, call-overload]
        assert leaf == decode(leaf.encode())


@pytest.mark.parametrize("v", [CONTRACT, APPROVED])
def test_evidence_cannot_be_left_out(v: int) -> None:
    """The very signature without what proves it, in a journal made anew."""
    bench = Bench(SAMPLE.read_bytes())
    assert verify(bench.record()).ok, "made anew and unchanged it is true"
    body = dict(confirmed(bench, v).body)
    del body["contract"]
    slot = confirmed(bench, v)
    bench.insert(slot, "confirmation", body)
    bench.drop(slot)
    report = verify(bench.record())

    assert report.failed is not None
    assert (62, "E_SAFE_SIGS") == (report.failed.number, report.failed.code)


def test_a_consent_of_an_older_block_is_refused() -> None:
    """Who owned the owning Safe two hours before the leaf says nothing of who owns it then."""
    bench = Bench(SAMPLE.read_bytes())
    bench.shift(confirmed(bench, CONTRACT), 7_200)
    report = verify(bench.record())

    assert report.failed is not None
    assert (62, "E_TIME") == (report.failed.number, report.failed.code)


@settings(max_examples=FLIPS, deadline=None)
@given(st.sampled_from((CONTRACT, APPROVED)), st.integers(0, 10**6))
def test_a_flipped_bit_of_evidence_is_refused(v: int, at: int) -> None:
    """Everything around it made anew by the journal's own writer."""
    bench = Bench(SAMPLE.read_bytes())
    slot = confirmed(bench, v)
    data = bytearray(bench.blocks[slot.body["contract"]])
    data[at // 8 % len(data)] ^= 1 << at % 8
    try:
        value: Any = dag_cbor.decode(bytes(data))
    except DagCborError:
        return  # no block of the format
    bench.edit(slot, contract=bench.map(value))
    report = verify(bench.record())

    assert report.failed is not None
    assert (62, "payout.confirmations") == (report.failed.number, report.failed.name)
