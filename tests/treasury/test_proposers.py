"""What an owner signs about a proposer, against the official library."""

from __future__ import annotations

import pytest

from chain.address import checksum
from treasury.proposers import proposer_data

PROPOSER = b"\x5a" * 20


@pytest.mark.parametrize(("chain_id", "now"), [(1, 1_700_000_000), (42161, 1_793_318_400), (100, 3_600)])
def test_it_is_what_the_library_signs(monkeypatch: pytest.MonkeyPatch, chain_id: int, now: int) -> None:
    """The digest of safe-eth-py, at the same second."""
    from safe_eth.eth.eip712 import eip712_encode_hash
    from safe_eth.safe.api.transaction_service_api import transaction_service_messages as theirs

    monkeypatch.setattr(theirs.time, "time", lambda: now)
    message = theirs.get_delegate_message(checksum(PROPOSER), chain_id)  # type: ignore[arg-type]

    assert bytes(eip712_encode_hash(message)) == proposer_data(chain_id, PROPOSER, now).digest()


def test_it_holds_for_an_hour() -> None:
    """The same within an hour, another in the next; another for another account or chain."""
    digests = {
        proposer_data(*facts).digest()
        for facts in [(1, PROPOSER, 3_600), (1, PROPOSER, 7_199), (1, PROPOSER, 7_200), (1, b"\x5b" * 20, 3_600),
                      (5, PROPOSER, 3_600)]
    }  # fmt: skip

    assert 4 == len(digests)
