"""The whole way to a payout with Safes of three releases, on the embedded chain and on another maker's node: a nested
Safe, a contract wallet, a hash that a key approved and a signature of text confirm, and all four are needed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from chain.abi import encode_call
from chain.clients import devnet_contracts
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.node import Node
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import SafeTx, join_signatures, safe_tx_hash
from chain.safe_json import write_safe_tx
from chain.safe_owners import approved_part, contract_part, nested, question_of
from chain.signature import address_of, eip191_digest, sign
from dao.cli.start.demo import cast, world
from dao.errors import DaoError
from dao.workflow import paying, taking
from dao.workflow.proposing import settings_in_force
from tests.chain.clients.genuine import CALLS_ON, make_safe, place, put, safes, state
from tests.dao.cli.nodes.chains import anvil, furnish
from tests.dao.workflow.stage import Stage, eth, stage_in
from treasury.errors import TreasuryError

KEYS, INNER = ("ann", "ben", "cho", "jan"), ("finn", "gil")
THRESHOLD = 4
NESTED = {"1.3.0": "1.4.1", "1.4.1": "1.3.0", "1.5.0": "1.5.0"}
"""Of which release the Safe is that owns the Safe; one of 1.5.0 cannot sign for an older one."""
BATCHES = {"1.4.1": "MultiSendCallOnly_V1_4_1", "1.5.0": "MultiSendCallOnly_V1_5_0"}
"""The contract that a part with two payments goes through; there is none of 1.3.0 in safe-eth-py."""

REST = () if os.environ.get("CI") == "true" else (("anvil", "1.3.0"), ("embedded", "1.4.1"), ("anvil", "1.5.0"))
"""Left out where every second counts: each release and each chain is met without them."""


@contextmanager
def a_chain(where: str) -> Iterator[Devnet]:
    """The embedded chain, or an anvil under its chain id, with coins for whoever sends something."""
    if where == "embedded":
        with Devnet.temporary(cast.GENESIS) as devnet:
            yield devnet
        return
    with anvil("--preserve-historical-states", chain_id=DEVNET_CHAIN_ID) as chain:
        furnish(chain, address_of(FAUCET_KEY), *(cast.address(name) for name in (*KEYS, cast.AUTHOR, cast.BUYER)))
        yield chain  # type: ignore[misc]


@contextmanager
def a_stage(folder: Path, where: str, version: str) -> Iterator[tuple[Stage, bytes, bytes]]:
    """A funded DAO whose Safe has six owners: four keys, and the two that are returned, a Safe and a wallet."""
    with a_chain(where) as devnet:
        node = devnet.node()
        there = world.build(devnet)
        inner = make_safe(node, safes(node, NESTED[version]), [cast.address(name) for name in INNER], 2)
        wallet = put(node, CALLS_ON)
        owners = [*(cast.address(name) for name in KEYS), inner, wallet]
        if version in BATCHES:
            place(node, BATCHES[version])
        safe = make_safe(node, safes(node, version), owners, THRESHOLD)
        there = replace(there, safe=safe, proxy=devnet_contracts.deploy_iip_proxy(node, FAUCET_KEY, safe))
        with stage_in(folder, there, KEYS, version) as stage:
            yield stage, inner, wallet


def confirmations(node: Node, tx: SafeTx, inner: bytes, wallet: bytes) -> dict[bytes, bytes]:
    """What four owners give, each of another kind."""
    hash_ = safe_tx_hash(tx)
    approve = encode_call("approveHash(bytes32)", [hash_])
    # the wallet hides what became of its call, so no estimate says how much gas that needs
    node.wait(node.submit(FAUCET_KEY, wallet, data=tx.safe.rjust(32, b"\0") + approve, gas=200_000))
    node.send(cast.key("cho"), tx.safe, data=approve)
    inside = nested(question_of(tx), state(node, inner)).hash
    text = sign(eip191_digest(hash_), cast.key("ann"))
    return {
        inner: contract_part(inner, join_signatures({cast.address(n): sign(inside, cast.key(n)) for n in INNER})),
        wallet: approved_part(wallet),
        cast.address("cho"): approved_part(cast.address("cho")),
        cast.address("ann"): text[:64] + bytes([text[64] + 4]),
    }


@pytest.mark.parametrize(("where", "version"), [
    ("embedded", "1.3.0"), ("anvil", "1.4.1"), ("embedded", "1.5.0"),
    *(pytest.param(where, version, marks=pytest.mark.slow) for where, version in REST),
])  # fmt: skip
def test_four_kinds_of_owners_pay_a_part(tmp_path: Path, where: str, version: str) -> None:
    """From the vote to the record; without any one of the four it is not sent, and nobody is paid twice."""
    payments = (eth("0.5"), eth("0.25", "omar")) if version in BATCHES else (eth("0.5"),)
    with a_stage(tmp_path, where, version) as (stage, inner, wallet):
        node = stage.desk.node
        published = stage.pass_(1, *payments, parts=1)
        tx = paying.queue(stage.desk, published.id, 1)
        stage.there.wait(2 * cast.DAY + 60)
        given = confirmations(node, tx, inner, wallet)
        *first, last = given
        for some in (first, [last]):
            with pytest.raises((DaoError, TreasuryError)) as caught:
                paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
            assert ("E_SAFE_SIGS", "too_few") == (caught.value.code, caught.value.reason)
            file = json.dumps(write_safe_tx(tx, {owner: given[owner] for owner in some})).encode()
            parcel = taking.read_parcel(file, settings_in_force(stage.desk), tx.chain_id)
            assert len(some) == len(parcel.take(stage.desk).leaves)

        paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))

        assert (version, version in BATCHES) == (tx.version, tx.operation == 1)
        assert [5 * 10**17, 25 * 10**16 * (version in BATCHES)] == [
            node.balance(cast.address(name)) for name in ("nora", "omar")
        ]
        assert stage.verifies(published)
