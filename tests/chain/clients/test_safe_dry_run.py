"""Dry runs by genuine Safes: what would succeed, what would not, and that nothing stays of either."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chain.abi import encode_call
from chain.clients.node import Node
from chain.clients.safe_dry_run import DryRun, dry_run
from chain.safe import MULTI_SEND_CALL_ONLY, InnerCall, encode_multi_send
from chain.signature import address_of
from tests.chain.clients.genuine import SILENT, make_safe, payment, place, put, safes

OWNERS = [address_of(bytes([n]) * 32) for n in (1, 2)]
PAYEE = b"\x99" * 20
ACCESSORS = {"1.4.1": "SimulateTxAccessor_V1_4_1", "1.5.0": "SimulateTxAccessor_V1_5_0"}
BATCHES = {"1.4.1": "MultiSendCallOnly_V1_4_1", "1.5.0": "MultiSendCallOnly_V1_5_0"}


@pytest.mark.parametrize("version", ACCESSORS)
def test_what_would_come_of_it(node: Node, version: str) -> None:
    """A payment that the Safe can make, one that it cannot, a batch of which one call fails, a call that reverts."""
    place(node, ACCESSORS[version])
    place(node, BATCHES[version])
    safe = make_safe(node, safes(node, version), OWNERS, 2, wei=100)
    refuses = put(node, SILENT)
    head, before = node.head().ref.number, node.balance(PAYEE)
    pays, too_much = payment(node, safe, version, PAYEE, 100), payment(node, safe, version, PAYEE, 101)
    data = encode_multi_send([InnerCall(0, PAYEE, 60, b""), InnerCall(0, refuses, 1, b"")])
    batch = payment(node, safe, version, MULTI_SEND_CALL_ONLY[version], data=data, operation=1)
    fine = replace(batch, data=encode_multi_send([InnerCall(0, PAYEE, 60, b""), InnerCall(0, PAYEE, 40, b"")]))

    tried = [dry_run(node, tx, head) for tx in (pays, too_much, batch, fine, payment(node, safe, version, refuses))]

    assert [True, False, False, True, False] == [found is not None and found.succeeds for found in tried]
    assert None not in tried
    assert (100, before) == (node.balance(safe), node.balance(PAYEE))
    threshold = payment(node, safe, version, safe, data=encode_call("changeThreshold(uint256)", [1]))
    assert DryRun(succeeds=True, answer=b"") == dry_run(node, threshold, head)
    assert 2 == node.storage(safe, 4)


def test_where_nobody_can_say(node: Node) -> None:
    """A chain without the accessor of that release, and an address that is no Safe."""
    safe = make_safe(node, safes(node, "1.3.0"), OWNERS, 1)
    place(node, ACCESSORS["1.4.1"])
    head = node.head().ref.number

    assert None is dry_run(node, payment(node, safe, "1.3.0", PAYEE), head)
    assert None is dry_run(node, replace(payment(node, safe, "1.3.0", PAYEE), safe=PAYEE, version="1.4.1"), head)
