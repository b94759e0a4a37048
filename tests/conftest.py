"""What every test shares: how hard Hypothesis searches, and data that lies beside the repository on some machines."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("dev", max_examples=25, deadline=None)
settings.register_profile("ci", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") == "true" else "dev")

pytest_plugins = ["tests.secret_scan", "tests.ipfs_node"]

_SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Measured data that is too large for the repository; the vectors that matter are in `tests/vectors`."""
    if not _SHARED_DATA.is_dir():
        pytest.skip("there is no ../shared/data beside this clone; the vectors in tests/vectors are checked regardless")
    return _SHARED_DATA
