"""One embedded chain for all tests of a process that pay out of a Safe: each makes what it needs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chain.clients.devnet import Devnet
from chain.clients.node import Node


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    with Devnet.temporary(1_700_000_000) as devnet:
        yield devnet.node()
