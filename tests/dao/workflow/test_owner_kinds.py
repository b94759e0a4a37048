"""A Safe that is owned by keys, by another Safe and by a contract wallet: confirmed by each in its own way, executed,
booked, and verified from the record alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chain.abi import encode_call
from chain.clients.devnet import FAUCET_KEY
from chain.clients.node import Node
from chain.clients.safe_deploy import create_safe, execute_safe_tx
from chain.errors import CodedError
from chain.safe import SafeTx, join_signatures, safe_tx_hash
from chain.safe_json import write_safe_tx
from chain.safe_owners import approved_part, contract_part, nested, question_of
from chain.signature import eip191_digest, sign
from dao.cli.start.demo import cast
from dao.cli.start.demo.world import World
from dao.record.leaves import decode
from dao.workflow import paying, taking
from dao.workflow.desk import QUEUED, run_checks
from dao.workflow.proposing import Published, settings_in_force
from tests.chain.clients.genuine import CALLS_ON, payment, put, state
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth, open_stage
from treasury.confirmations import Confirmation

INNER = ("finn", "gil")


class Owners:
    """Who owns the Safe besides ann, ben and cho."""

    safe = b""
    wallet = b""


def by_owners(node: Node, there: World, data: bytes) -> None:
    tx = payment(node, there.safe, "1.4.1", there.safe, data=data)
    blob = join_signatures({cast.address(name): sign(safe_tx_hash(tx), cast.key(name)) for name in ("ann", "ben")})
    execute_safe_tx(node, FAUCET_KEY, tx, blob)


@pytest.fixture
def owners() -> Owners:
    return Owners()


@pytest.fixture
def stage(tmp_path: Path, owners: Owners) -> Iterator[Stage]:
    """Five owners of whom three must agree; a Safe of two and a wallet are among them."""

    def before(there: World, node: Node) -> None:
        owners.safe = create_safe(node, FAUCET_KEY, owners=[cast.address(name) for name in INNER], threshold=2)
        owners.wallet = put(node, CALLS_ON)
        add = "addOwnerWithThreshold(address,uint256)"
        by_owners(node, there, encode_call(add, [owners.safe, 2]))
        by_owners(node, there, encode_call(add, [owners.wallet, 3]))

    with open_stage(tmp_path, before, signers=3) as opened:
        yield opened


@pytest.fixture
def queued(stage: Stage) -> tuple[Published, SafeTx]:
    """A part that passed and whose time has come."""
    published = stage.pass_(1, eth("0.5"))
    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    return published, tx


def inner_part(stage: Stage, tx: SafeTx, owner: bytes, *names: str) -> bytes:
    """What a Safe that owns the Safe gives: its own owners' signatures of its own message."""
    inside = nested(question_of(tx), state(stage.desk.node, owner))
    return contract_part(owner, join_signatures({cast.address(n): sign(inside.hash, cast.key(n)) for n in names}))


def approve(stage: Stage, tx: SafeTx, wallet: bytes) -> None:
    call = encode_call("approveHash(bytes32)", [safe_tx_hash(tx)])
    stage.desk.node.send(FAUCET_KEY, wallet, data=tx.safe.rjust(32, b"\0") + call)


def text_part(tx: SafeTx, name: str) -> bytes:
    made = sign(eip191_digest(safe_tx_hash(tx)), cast.key(name))
    return made[:64] + bytes([made[64] + 4])


def test_a_nested_safe_a_wallet_and_a_signature_of_text(
    stage: Stage, owners: Owners, queued: tuple[Published, SafeTx]
) -> None:
    """The whole way, with no plain signature among the three, through a file as owners pass it around."""
    published, tx = queued
    approve(stage, tx, owners.wallet)
    parts = {
        owners.safe: inner_part(stage, tx, owners.safe, *INNER),
        owners.wallet: approved_part(owners.wallet),
        cast.address("ann"): text_part(tx, "ann"),
    }
    file = json.dumps(write_safe_tx(tx, parts)).encode()

    parcel = taking.read_parcel(file, settings_in_force(stage.desk), tx.chain_id)
    taken, again = parcel.take(stage.desk), parcel.take(stage.desk)

    assert (True, 3, False) == (taken.is_new, len(taken.leaves), again.is_new)
    kept = [leaf for leaf in stage.desk.journal.leaves if leaf.kind == "confirmation"]
    assert [True, True, False] == [
        "contract" in leaf.body for leaf in sorted(kept, key=lambda leaf: leaf.body["owner"] == cast.address("ann"))
    ]
    assert kept == [decode(leaf.encode()) for leaf in kept]
    paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
    assert stage.verifies(published)


def test_H80_what_nobody_approved_or_signed_is_not_taken(
    stage: Stage, owners: Owners, queued: tuple[Published, SafeTx]
) -> None:
    """An approval that is not there, a nested Safe of whom one is missing or who signed something else, a wallet's own
    signature, and a Safe that owns nothing: refused, and nothing of it is kept.
    """
    published, tx = queued
    other = replace(tx, nonce=tx.nonce + 1)
    stranger = create_safe(
        stage.desk.node, FAUCET_KEY, owners=[cast.address(name) for name in INNER], threshold=2, salt_nonce=9
    )

    def give(owner: bytes, part: bytes) -> None:
        paying.confirm(stage.desk, published.id, 1, tx, [Confirmation(owner, part)])

    for owner, part, reason in (
        (owners.wallet, approved_part(owners.wallet), "not_approved"),
        (owners.wallet, contract_part(owners.wallet, b""), "no_safe"),
        (owners.safe, inner_part(stage, tx, owners.safe, INNER[0]), "malformed"),
        (owners.safe, inner_part(stage, other, owners.safe, *INNER), "malformed"),
        (stranger, inner_part(stage, tx, stranger, *INNER), "stranger"),
        (owners.wallet, approved_part(owners.wallet)[:64] + b"\x02", "v"),
    ):
        refuses(stage, "E_SAFE_SIGS", reason, lambda owner=owner, part=part: give(owner, part))  # type: ignore[misc]
    assert stage.verifies(published)


def test_evidence_of_something_else_is_refused_by_the_verifier(
    stage: Stage, owners: Owners, queued: tuple[Published, SafeTx]
) -> None:
    """A record whose evidence was cut out of a confirmation, or exchanged for another's, does not verify."""
    published, tx = queued
    approve(stage, tx, owners.wallet)
    paying.confirm(
        stage.desk, published.id, 1, tx,
        [
            Confirmation(owners.wallet, approved_part(owners.wallet)),
            Confirmation(owners.safe, inner_part(stage, tx, owners.safe, *INNER)),
        ],
    )  # fmt: skip
    rows = list(stage.desk.case(published.id).rows("confirmation"))
    run_checks(stage.desk.case(published.id), {*QUEUED, 61, 62})

    for fault, reason in (("cut", "unproved"), ("exchanged", "consent")):
        forged = stage.desk.case(published.id)
        leaves = dict(forged.leaves)
        for row, giver in zip(rows, reversed(rows), strict=True):
            body = {name: value for name, value in row.leaf.body.items() if name != "contract"}
            if fault == "exchanged":
                body["contract"] = giver.leaf.body["contract"]
            leaves[row.index] = replace(row.leaf, body=body)
        with pytest.raises(CodedError) as caught:
            run_checks(replace(forged, leaves=leaves), {*QUEUED, 61, 62})
        assert ("E_SAFE_SIGS", reason) == (caught.value.code, caught.value.reason)


def test_evidence_is_of_the_block_at_which_it_was_taken(
    stage: Stage, owners: Owners, queued: tuple[Published, SafeTx]
) -> None:
    """An approval is proved at the leaf's own block; a leaf that claims another one is refused."""
    published, tx = queued
    approve(stage, tx, owners.wallet)
    paying.confirm(stage.desk, published.id, 1, tx, [Confirmation(owners.wallet, approved_part(owners.wallet))])
    forged = stage.desk.case(published.id)
    (row,) = forged.rows("confirmation")
    earlier = row.leaf.block._replace(number=row.leaf.block.number - 1)
    forged = replace(forged, leaves={**forged.leaves, row.index: replace(row.leaf, block=earlier)})

    with pytest.raises(CodedError) as caught:
        run_checks(forged, {*QUEUED, 61, 62})
    assert ("E_SAFE_SIGS", "consent_block") == (caught.value.code, caught.value.reason)
