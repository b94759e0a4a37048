"""H85 on a chain: a payee that ran one thing when the vote was published, and runs another when owners should sign."""

from __future__ import annotations

import pytest

from chain.address import with_chain
from chain.clients.code_read import fetch_code
from chain.clients.devnet import FAUCET_KEY
from chain.contract_code import IMPLEMENTATION_SLOTS
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import DELEGATECALL, safe_tx_hash
from chain.signature import eip191_digest, sign
from dao.cli.start.demo import cast
from dao.workflow import part_facts, paying
from tests.chain.clients.genuine import put
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage
from treasury.confirmations import Confirmation

PROXY = bytes.fromhex("36156029575f357f") + IMPLEMENTATION_SLOTS[0].to_bytes(32, "big") + bytes.fromhex("555b00")
"""Takes coins; called with a word, it runs that implementation from then on (EIP-1967's slot, no delegate call)."""


def upgrade(stage: Stage, proxy: bytes, implementation: int) -> None:
    stage.desk.node.send(FAUCET_KEY, proxy, data=implementation.to_bytes(32, "big"))


def test_H85_a_payee_that_was_upgraded_since_publication_is_not_paid(stage: Stage) -> None:
    """Neither signed nor executed while it differs; and signed again when it is what was voted for."""
    node = stage.desk.node
    payee = put(node, PROXY)
    upgrade(stage, payee, 1)
    published = stage.pass_(1, f"0.5 ETH to {with_chain(payee, DEVNET_CHAIN_ID)}")
    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    upgrade(stage, payee, 2)

    refuses(stage, "E_CODE_CHANGED", "implementation", lambda: stage.sign(published, 1, tx))
    upgrade(stage, payee, 1)
    stage.sign(published, 1, tx)
    upgrade(stage, payee, 3)
    refuses(
        stage, "E_CODE_CHANGED", "implementation",
        lambda: paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann")),
    )  # fmt: skip
    upgrade(stage, payee, 1)
    paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
    assert stage.verifies(published)


def test_a_signature_of_text_is_taken_executed_and_verified(stage: Stage) -> None:
    """An owner whose wallet can only sign text confirms with v + 4, which the Safe takes as it stands."""
    published = stage.pass_(1, f"0.5 ETH to {with_chain(cast.address('nora'), DEVNET_CHAIN_ID)}")
    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    made = sign(eip191_digest(safe_tx_hash(tx)), cast.key("ann"))
    given = Confirmation(cast.address("ann"), made[:64] + bytes([made[64] + 4]))

    refuses(
        stage, "E_SAFE_SIGS", "other_signer",
        lambda: paying.confirm(stage.desk, published.id, 1, tx, [given._replace(signature=made)]),
    )  # fmt: skip
    paying.confirm(stage.desk, published.id, 1, tx, [given])
    paying.sign(stage.desk, published.id, 1, tx, cast.signer("ben"))
    paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
    assert stage.verifies(published)


def test_a_batch_that_nobody_would_unpack_is_not_queued(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Safe reports success where its delegate call meets no code; another contract's code is not the pinned one."""
    node, payees = stage.desk.node, [with_chain(cast.address(name), DEVNET_CHAIN_ID) for name in cast.PAYEES]
    published = stage.pass_(1, *(f"0.1 ETH to {payee}" for payee in payees), parts=1)
    other = put(node, PROXY)
    for instead, code, reason in ((cast.address("nobody"), "E_NO_CODE", "batch"), (other, "E_CODE_CHANGED", "batch")):
        found = fetch_code(node, instead, node.head().ref.number)
        with monkeypatch.context() as patch:
            patch.setattr(part_facts, "fetch_code", lambda *_, found=found: found)
            refuses(stage, code, reason, lambda: paying.queue(stage.desk, published.id, 1))

    tx = paying.queue(stage.desk, published.id, 1)

    assert DELEGATECALL == tx.operation
