"""`chain.finding`: bad news as values."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from chain.finding import Finding, has_errors


def test_findings_are_values() -> None:
    """Two findings of the same news are equal, and none can be changed."""
    finding = Finding(code="IIP-P07", place="IIP-1/2", line=3, facts={"found": 1})

    assert Finding(code="IIP-P07", place="IIP-1/2", line=3, facts={"found": 1}) == finding
    with pytest.raises(FrozenInstanceError):
        finding.level = "info"  # type: ignore[misc]


def test_only_errors_are_errors() -> None:
    """Warnings and remarks alone do not refuse."""
    warning, remark = Finding(code="W_X", level="warning"), Finding(code="IIP-X01", level="info")

    assert not has_errors([])
    assert not has_errors([warning, remark])
    assert has_errors([warning, Finding(code="E_X"), remark])
