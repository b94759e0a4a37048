"""Transactions that wait for the devnet's next block: known, too late, too early, outbid, in the words of Geth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.node import NodeError
from chain.signer import KeySigner

BORN = 1_700_000_000
PAYEE, OTHER = b"\x11" * 20, b"\x22" * 20
FAUCET = KeySigner(FAUCET_KEY)


@pytest.fixture
def devnet() -> Iterator[Devnet]:
    with Devnet.temporary(BORN) as opened:
        yield opened


def signed(devnet: Devnet, to: bytes, **changed: object) -> bytes:
    """A signed transfer of 5 wei with the next nonce, or another."""
    return FAUCET.sign_transaction(devnet.node().prepare(FAUCET.address, to, 5, gas=21_000) | changed)


def refused(devnet: Devnet, raw: bytes) -> str:
    with pytest.raises(NodeError) as caught:
        devnet.node().send_raw(raw)
    assert ("E_RPC_ANSWER", "refused") == (caught.value.code, caught.value.reason)
    return str(caught.value.facts["message"])


def test_the_same_again_is_known(devnet: Devnet) -> None:
    """While it waits it is known, in the word that `broadcast.what_was_said` reads; once mined, its nonce is gone."""
    raw = signed(devnet, PAYEE)
    with devnet.one_block():
        devnet.node().send_raw(raw)
        assert "already known" == refused(devnet, raw)

    assert "nonce too low: next nonce 1, tx nonce 0" == refused(devnet, raw)
    assert 5 == devnet.node().balance(PAYEE)


def test_a_nonce_that_is_not_next(devnet: Devnet) -> None:
    """One that is used, and one that leaves a gap, are told apart."""
    raw = signed(devnet, OTHER)
    devnet.node().send(FAUCET_KEY, PAYEE, 5)

    assert refused(devnet, raw).startswith("nonce too low")
    assert refused(devnet, signed(devnet, OTHER, nonce=7)).startswith("nonce too high")
    assert 0 == devnet.node().balance(OTHER)


def test_a_better_paid_one_takes_the_place_of_another(devnet: Devnet) -> None:
    """A tenth more on both fees; what came behind stays where it was."""
    first = signed(devnet, PAYEE, maxFeePerGas=10, maxPriorityFeePerGas=10)
    poor = signed(devnet, OTHER, maxFeePerGas=10, maxPriorityFeePerGas=11)
    better = signed(devnet, OTHER, maxFeePerGas=11, maxPriorityFeePerGas=11)
    with devnet.one_block():
        dropped = devnet.node().send_raw(first)
        behind = devnet.node().submit(FAUCET_KEY, PAYEE, 7, gas=21_000)
        assert "replacement transaction underpriced" == refused(devnet, poor)
        taken = devnet.node().send_raw(better)

    receipts = [devnet.node().receipt(tx_hash) for tx_hash in (taken, behind)]
    assert [0, 1] == [receipt.transaction_index for receipt in receipts if receipt is not None]
    assert None is devnet.node().receipt(dropped)
    assert (7, 5) == (devnet.node().balance(PAYEE), devnet.node().balance(OTHER))


def test_a_replacement_that_cannot_be_run_changes_nothing(devnet: Devnet) -> None:
    """One that its sender cannot pay is refused, and the one before it is mined."""
    first = signed(devnet, PAYEE, maxFeePerGas=10, maxPriorityFeePerGas=10)
    with devnet.one_block():
        devnet.node().send_raw(first)
        assert "cannot afford" in refused(devnet, signed(devnet, OTHER, nonce=0, maxFeePerGas=10**24,
                                                         maxPriorityFeePerGas=10**24))  # fmt: skip

    assert (5, 0) == (devnet.node().balance(PAYEE), devnet.node().balance(OTHER))
