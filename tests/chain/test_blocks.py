"""The name of a block."""

from __future__ import annotations

import pytest

from chain.blocks import BlockRef
from chain.rlp_items import ProofError

REF = BlockRef(1, 7, b"\x07" * 32)


def test_a_block_ref_comes_back_from_its_map():
    """Map and value say the same."""
    assert {"chain_id": 1, "hash": b"\x07" * 32, "number": 7} == REF.to_map()
    assert REF == BlockRef.from_map(REF.to_map())


@pytest.mark.parametrize(
    "change",
    [{"chain_id": 0}, {"chain_id": True}, {"number": -1}, {"number": 2**64}, {"hash": b"\x07" * 31}, {"time": 1}],
)
def test_a_map_of_another_form_is_refused(change):
    """Chain id from 1, number of 64 bits, hash of 32 bytes, nothing else."""
    with pytest.raises(ProofError) as caught:
        BlockRef.from_map(REF.to_map() | change)
    assert "form" == caught.value.reason
