"""What was kept of a contract's signature: whatever bit of it is changed, the record is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chain import dag_cbor
from chain.cid import CID
from chain.dag_cbor import DagCborError
from dao.record.trust import Trust
from dao.record.verify import verify
from tests.dao.record import stories
from tests.dao.record.forge import Bench
from tests.dao.record.forgeries_contract import BY_KEYS, ON_CHAIN, STORY, WALLET, voted

SAMPLE = Path(__file__).resolve().parents[2] / "vectors" / "formats" / "record-of-contracts-1.car"
FLIPS = 150 if os.environ.get("CI") == "true" else 25


@pytest.fixture(scope="module", autouse=True)
def played() -> None:
    """The story is played before anything is drawn: its imports take their time."""
    stories.story(STORY)


def blocks_of(bench: Bench, number: int) -> list[tuple[str, CID]]:
    """The evidence of a vote, and the Safe's state behind it."""
    link = voted(bench, number).body["contract"]
    state = bench.map_of(voted(bench, number), "contract")["state"]
    return [("contract", link)] + ([("state", state)] if state is not None else [])


@settings(max_examples=FLIPS, deadline=None)
@given(st.sampled_from((BY_KEYS, ON_CHAIN, WALLET)), st.integers(0, 1), st.integers(0, 10**6))
def test_a_flipped_bit_of_evidence_is_refused(number: int, which: int, at: int) -> None:
    """Everything around it made anew by the journal's own writer. Only who was asked is a name that nothing proves."""
    bench = stories.story(STORY).bench()
    blocks = blocks_of(bench, number)
    name, link = blocks[which % len(blocks)]
    data = bytearray(bench.blocks[link])
    data[at // 8 % len(data)] ^= 1 << at % 8
    try:
        value: Any = dag_cbor.decode(bytes(data))
    except DagCborError:
        return  # no block of the format
    if name == "state":
        bench.edit_map(voted(bench, number), "contract", state=bench.map(value))
    else:
        kept = bench.map_of(voted(bench, number), "contract")
        assume(not isinstance(value, dict) or {**value, "providers": kept["providers"]} != kept)
        assume(not isinstance(value, dict) or value.get("state") in (None, kept["state"]))  # a link to nothing
        bench.edit(voted(bench, number), contract=bench.map(value))
    report = verify(bench.record())

    assert report.failed is not None
    assert (30, "votes.signature") == (report.failed.number, report.failed.name)


def test_sample_of_the_first_release_verifies_for_ever() -> None:
    """A record with two Safes' votes, which are proved, and a wallet's, which is somebody's word."""
    report = verify(SAMPLE.read_bytes())

    assert report.ok, report.failed
    assert "A_1271" in report.assumed
    assert report.case is not None
    assert 3 == len(report.case.contract_votes)


def test_vote_asked_again_though_its_block_stands() -> None:
    """Whoever knows that the block is of the chain takes no word for the contrary."""
    bench = stories.story(STORY).bench()
    slot = voted(bench, BY_KEYS)
    block = slot.leaf.block
    bench.edit(bench.one("closed"), again=[[slot.body["id"], None]])
    report = verify(bench.record(), Trust(blocks=frozenset({block})))

    assert report.failed is not None
    assert ("E_1271_BLOCK", 32) == (report.failed.code, report.failed.number)


@pytest.mark.parametrize("trusted", [True, False])
def test_blocks_of_contracts_are_among_those_to_trust(trusted: bool) -> None:
    """A record with contracts' votes leans on the blocks at which they were asked."""
    bench = stories.story(STORY).bench()
    known = verify(bench.record()).case
    assert known is not None
    blocks = frozenset(known.blocks if trusted else known.blocks - {voted(bench, BY_KEYS).leaf.block})

    assert trusted == ("A_BLOCK" not in verify(bench.record(), Trust(blocks=blocks)).assumed)
