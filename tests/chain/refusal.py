"""Expecting a refusal of `chain`: its code, its reason, and a sentence that finds all its facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chain.errors import ChainError
from dao.sentences import catalogue


@contextmanager
def refused(code: str, reason: str = "") -> Iterator[None]:
    """Expect exactly this refusal; reasons that are chosen at run time are only seen here, not in the source."""
    with pytest.raises(ChainError) as caught:
        yield
    error = caught.value

    assert (code, reason) == (error.code, error.reason)
    template = catalogue("en")[f"{code}.{reason}" if reason else code]
    assert set(re.findall(r"\{(\w+)\}", template)) <= error.facts.keys()
