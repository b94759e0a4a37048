"""`proposals.bindings`: SafeSnap's and oSnap's blocks against vectors made with ethers, and blocks that lie."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chain.errors import CodedError
from chain.multi_send import InnerCall, encode_multi_send
from proposals.bindings import BindingError, osnap, read_bindings
from proposals.bindings.block import BoundCall

VECTORS = json.loads(
    (Path(__file__).resolve().parents[2] / "vectors" / "snapshot" / "executors.json").read_text("utf-8")
)
REALITY = VECTORS["reality"]
ID = REALITY[0]["proposalId"]
SAFE = "0xB8034521BB1a343D556e5005680B3F17FFc74BeD"


def reality_block(case: dict[str, Any]) -> dict[str, Any]:
    txs = [{"hash": h, "transactions": [tx]} for h, tx in zip(case["tx_hashes"], case["txs"], strict=True)]
    safe = {"network": str(case["chainId"]), "realityAddress": case["module"], "hash": case["hashes_hash"], "txs": txs}
    return {"safes": [safe], "valid": True}


def osnap_block() -> dict[str, Any]:
    rows = VECTORS["osnap"]["transactions"]
    calls = [
        {"to": to, "value": value, "data": data, "formatted": [to, op, value, data]} for to, op, value, data in rows
    ]
    safe = {"network": "1", "moduleAddress": REALITY[0]["module"], "safeAddress": SAFE, "transactions": calls}
    return {"safes": [safe]}


@pytest.mark.parametrize("case", REALITY, ids=lambda case: str(case["chainId"]))
def test_safesnap_hashes(case: dict[str, Any]) -> None:
    """Every transaction's hash, the hash of hashes, the question and its hash."""
    (binding,) = read_bindings({"safeSnap": reality_block(case)}, case["proposalId"])

    assert case["tx_hashes"] == ["0x" + found.hex() for found in binding.hashes]
    assert (case["hashes_hash"], case["question"]) == ("0x" + binding.hash.hex(), binding.question)
    assert case["question_hash"] == "0x" + binding.question_hash.hex()
    assert ("safeSnap", case["chainId"], len(case["txs"])) == (binding.executor, binding.chain_id, len(binding.calls))


def test_safesnap_batches_are_multisends() -> None:
    """Several calls in one batch are one delegatecall, whose bytes are those of the vector; lists without hashes, as
    older blocks have them, give the same.
    """
    rows = VECTORS["multisend_packed"]["transactions"]
    calls = [{"to": to, "operation": str(op), "value": value, "data": data} for to, op, value, data in rows]
    inner = [InnerCall(op, bytes.fromhex(to[2:]), int(value), bytes.fromhex(data[2:])) for to, op, value, data in rows]
    assert bytes.fromhex(VECTORS["multisend_packed"]["packed"][2:]) in encode_multi_send(inner)
    safe = {"network": "1", "realityAddress": REALITY[0]["module"], "multiSendAddress": SAFE}

    (new,) = read_bindings({"safeSnap": {"safes": [{**safe, "txs": [{"transactions": calls}]}]}}, ID)
    (old,) = read_bindings({"safeSnap": {"safes": [{**safe, "txs": [calls]}]}}, ID)
    outer = {"to": SAFE, "value": "0", "data": "0x" + encode_multi_send(inner).hex(), "operation": "1"}
    (alone,) = read_bindings({"safeSnap": {"safes": [{**safe, "txs": [[outer]]}]}}, ID)

    assert new == old
    assert (new.hash, new.hashes) == (alone.hash, alone.hashes)


def test_osnap_hash() -> None:
    (binding,) = read_bindings({"oSnap": osnap_block(), "safeSnap": {"safes": []}, "quorum": {"total": 1}}, ID)

    assert VECTORS["osnap"]["proposalHash"] == "0x" + binding.hash.hex()
    assert ("oSnap", bytes.fromhex(SAFE[2:])) == (binding.executor, binding.safe)
    (legacy,) = read_bindings({"oSnap": {"safe": osnap_block()["safes"][0]}}, ID)
    assert binding == legacy


def test_every_part_of_a_call_is_in_the_hash() -> None:
    """Another payee, value, datum or operation is another hash."""
    call = BoundCall(b"\x11" * 20, 5, b"\x01", 0)
    others = [
        call._replace(to=b"\x12" * 20),
        call._replace(value=6),
        call._replace(data=b""),
        call._replace(operation=1),
    ]
    assert 5 == len({osnap.proposal_hash([one]) for one in [call, *others]})


Change = Callable[[dict[str, Any]], Any]


def changed(plugins: dict[str, Any], change: Change) -> dict[str, Any]:
    made = copy.deepcopy(plugins)
    change(made)
    return made


def first(plugins: dict[str, Any]) -> dict[str, Any]:
    return plugins["safeSnap"]["safes"][0]["txs"][0]["transactions"][0]  # type: ignore[no-any-return]


def call_of(plugins: dict[str, Any]) -> dict[str, Any]:
    return plugins["oSnap"]["safes"][0]["transactions"][0]  # type: ignore[no-any-return]


REALITY_ONE, OSNAP_ONE = {"safeSnap": reality_block(REALITY[0])}, {"oSnap": osnap_block()}


@pytest.mark.parametrize(
    ("plugins", "change", "code", "reason"),
    [
        (REALITY_ONE, lambda p: first(p).update(to=SAFE.lower().replace("b8", "c8")), "E_BINDING", "hash"),
        (REALITY_ONE, lambda p: first(p).update(value="1"), "E_BINDING", "hash"),
        (REALITY_ONE, lambda p: p["safeSnap"]["safes"][0].update(hash="0x" + "11" * 32), "E_BINDING", "hash"),
        (REALITY_ONE, lambda p: p["safeSnap"]["safes"][0].update(network="5"), "E_BINDING", "hash"),
        (REALITY_ONE, lambda p: p["safeSnap"]["safes"][0]["txs"].reverse(), "E_BINDING", "hash"),
        (REALITY_ONE, lambda p: p["safeSnap"]["safes"][0].update(umaAddress=SAFE), "E_BINDING", "uma"),
        (REALITY_ONE, lambda p: p.update(safeSnap={"txs": [[]], "address": SAFE}), "E_BINDING", "legacy"),
        (REALITY_ONE, lambda p: first(p).update(operation="2"), "E_BINDING", "form"),
        (REALITY_ONE, lambda p: first(p).update(value="1e18"), "E_BINDING", "form"),
        (REALITY_ONE, lambda p: first(p).update(value="１"), "E_BINDING", "form"),
        (REALITY_ONE, lambda p: first(p).update(value=-1), "E_BINDING", "form"),
        (REALITY_ONE, lambda p: first(p).update(value=True), "E_BINDING", "form"),
        (REALITY_ONE, lambda p: first(p).update(data="0x0"), "E_BINDING", "form"),
        (REALITY_ONE, lambda p: first(p).update(to=SAFE.replace("e", "E")), "E_BINDING", "form"),
        (REALITY_ONE, lambda p: p["safeSnap"]["safes"][0].update(txs=[]), "E_BINDING", "form"),
        (REALITY_ONE, lambda p: p["safeSnap"].update(safes="x"), "E_BINDING", "form"),
        (OSNAP_ONE, lambda p: call_of(p)["formatted"].__setitem__(2, "7"), "E_BINDING", "twice"),
        (OSNAP_ONE, lambda p: call_of(p).update(value="7"), "E_BINDING", "twice"),
        (OSNAP_ONE, lambda p: call_of(p).update(formatted=[]), "E_BINDING", "form"),
        (OSNAP_ONE, lambda p: p["oSnap"]["safes"][0].pop("moduleAddress"), "E_BINDING", "form"),
        (OSNAP_ONE, lambda p: p.update(safeSnap=reality_block(REALITY[0])), "E_EXECUTOR", "several"),
        (OSNAP_ONE, lambda p: p.update(mutualDao={"version": 1}), "E_EXECUTOR", "several"),
    ],
)
def test_blocks_that_lie(plugins: dict[str, Any], change: Change, code: str, reason: str) -> None:
    """A hash that is not that of the calls, a call told in two ways, two executors, numbers that are none."""
    assert read_bindings(plugins, ID)
    with pytest.raises(BindingError) as refused:
        read_bindings(changed(plugins, change), ID)

    assert (code, reason) == (refused.value.code, refused.value.reason)


def test_a_batch_to_nobody_is_refused() -> None:
    """MultiSend gives the zero address another meaning in another version."""
    rows = [{"to": "0x" + "00" * 20, "value": "0", "data": "0x"}] * 2
    safe = {"network": "1", "realityAddress": REALITY[0]["module"], "multiSendAddress": SAFE, "txs": [rows]}
    with pytest.raises(CodedError):
        read_bindings({"safeSnap": {"safes": [safe]}}, ID)


def test_other_plugins_are_nobodys_business() -> None:
    assert () == read_bindings({"quorum": {"total": 5}, "safeSnap": {}, "oSnap": {"safe": None}}, ID)
