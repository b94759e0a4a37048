"""An execution that somebody sent from a wallet, with signatures that this journal never saw: they stand in what was
sent, and are taken from there.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from chain.abi import encode_call
from chain.clients.devnet import FAUCET_KEY
from chain.clients.safe_deploy import exec_transaction_call, execute_safe_tx, signatures_sent
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_json import Confirmation
from chain.safe_owners import approved_part, join_parts
from chain.signature import eip191_digest, sign
from dao.cli.start.demo import cast
from dao.workflow import paying
from dao.workflow.proposing import Published
from tests.chain.clients.genuine import CALLS_ON, put
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth


@pytest.fixture
def queued(stage: Stage) -> tuple[Published, SafeTx]:
    """A part whose time has come, and that one owner of two has signed here."""
    published = stage.pass_(1, eth("0.5"))
    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    paying.sign(stage.desk, published.id, 1, tx, cast.signer("ann"))
    return published, tx


def key_part(tx: SafeTx, name: str) -> bytes:
    return sign(safe_tx_hash(tx), cast.key(name))


def text_part(tx: SafeTx, name: str) -> bytes:
    made = sign(eip191_digest(safe_tx_hash(tx)), cast.key(name))
    return made[:64] + bytes([made[64] + 4])


def owners_known(stage: Stage) -> set[object]:
    return {leaf.body["owner"] for leaf in stage.desk.journal.leaves if leaf.kind == "confirmation"}


@pytest.mark.parametrize("how", ["key", "text", "approved"])
def test_what_only_the_wallet_had_is_taken_from_what_it_sent(
    stage: Stage, queued: tuple[Published, SafeTx], how: str
) -> None:
    """The other owner's consent is found, whatever kind it is; the payment is booked, and the record verifies."""
    published, tx = queued
    cho, node = cast.address("cho"), stage.desk.node
    if how == "approved":
        node.send(cast.key("cho"), tx.safe, data=encode_call("approveHash(bytes32)", [safe_tx_hash(tx)]))
    parts = {"key": key_part, "text": text_part, "approved": lambda _tx, _name: approved_part(cho)}
    blob = join_parts({cast.address("ann"): key_part(tx, "ann"), cho: parts[how](tx, "cho")})
    theirs = execute_safe_tx(node, FAUCET_KEY, tx, blob)

    assert theirs.transaction_hash == paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))

    assert {cast.address("ann"), cho} == owners_known(stage)
    assert stage.verifies(published)


def test_a_consent_that_nobody_can_prove_is_not_taken(stage: Stage, queued: tuple[Published, SafeTx]) -> None:
    """An owner who sends it needs no signature, and leaves none: that he agreed stands in no receipt."""
    published, tx = queued
    blob = join_parts(
        {cast.address("ann"): key_part(tx, "ann"), cast.address("cho"): approved_part(cast.address("cho"))}
    )
    execute_safe_tx(stage.desk.node, cast.key("cho"), tx, blob)

    refuses(
        stage, "E_SAFE_SIGS", "too_few",
        lambda: paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann")),
    )  # fmt: skip


def test_through_another_contract(stage: Stage, queued: tuple[Published, SafeTx]) -> None:
    """What a contract sent on is not read: the other owner's signature comes in a file, and then it is booked."""
    published, tx = queued
    node = stage.desk.node
    blob = join_parts({cast.address(name): key_part(tx, name) for name in ("ann", "cho")})
    node.send(FAUCET_KEY, put(node, CALLS_ON), data=tx.safe.rjust(32, b"\0") + exec_transaction_call(tx, blob))

    def execute() -> bytes:
        return paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))

    refuses(stage, "E_SAFE_SIGS", "too_few", execute)
    paying.confirm(stage.desk, published.id, 1, tx, [Confirmation(cast.address("cho"), key_part(tx, "cho"))])
    execute()
    assert stage.verifies(published)


def test_bytes_behind_the_call_are_a_wallets_own() -> None:
    """Some wallets leave their names there; another transaction's call, or none, holds no signatures of this one."""
    tx = SafeTx(
        chain_id=1, safe=b"\1" * 20, version="1.4.1", to=b"\2" * 20, value=3, data=b"\4" * 33, operation=0, nonce=5
    )
    call = exec_transaction_call(tx, b"\x1b" * 130)

    assert b"\x1b" * 130 == signatures_sent(tx, call) == signatures_sent(tx, call + b"a wallet")
    for data in (
        b"",
        call[:4],
        call[:330],
        call[:-32],
        b"\0" + call,
        exec_transaction_call(replace(tx, value=4), b"\x1b" * 65),
    ):
        assert b"" == signatures_sent(tx, data)
