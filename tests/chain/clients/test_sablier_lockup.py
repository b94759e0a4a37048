"""`lockup_linear` against Sablier's own code, on a chain of ours.

The code comes from npm at test time (`tests.chain.clients.sablier_vectors` says how). Without it the test skips, and
fails instead with CI=true.
"""

from __future__ import annotations

import json
import os
import random

import pytest

from chain.clients.devnet import Devnet
from proposals.schedule.contracts import lockup_linear
from tests.chain.clients.sablier_vectors import BORN, PACKAGE, VECTORS, Library, stream

STREAMS = 80


def test_sablier_is_equal_in_every_streamed_amount() -> None:
    """Random streams around the moment of the block, other ones than the vectors', and the code that those are of."""
    if not PACKAGE.is_file():
        reason = "Sablier's package is not there; `npm pack` of it, as its module says, brings it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    chance, within = random.Random("other streams"), 0
    with Devnet.temporary(BORN) as devnet:
        node = devnet.node()
        library = Library(node)
        assert json.loads(VECTORS.read_text("utf-8"))["init_code_hash"] == library.code_hash
        now = node.head().timestamp
        for _ in range(STREAMS):
            row = stream(chance, now)
            start, end, deposited = (row[name] for name in ("start", "end", "deposited"))
            more = {name: row[name] for name in ("cliff", "unlock_start", "unlock_cliff", "granularity")}
            vested = lockup_linear(deposited, start, end, **more).vested(now)

            assert library.vested(row) == vested, row
            within += 0 < vested < deposited
    assert within > STREAMS // 5
