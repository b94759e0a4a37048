"""`dao review FILE --json` over a table: what people sign every day gets `sign`, and every refusal has a benign twin
that differs in one field.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chain.abi import encode_call
from chain.address import checksum
from chain.safe import (
    KNOWN_CONTRACTS,
    MULTI_SEND,
    MULTI_SEND_CALL_ONLY,
    InnerCall,
    domain_hash,
    encode_multi_send,
    message_hash,
    safe_tx_hash,
)
from chain.safe_json import read_safe_tx
from proposals.calls import erc20_transfer
from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]

SAFE, PAYEE, OTHER, TOKEN, ROUTER, PIECES = (bytes([n]) * 19 + bytes([n ^ 0x3F]) for n in (90, 11, 12, 13, 14, 15))
LIKE_PAYEE = PAYEE[:2] + bytes(16) + PAYEE[-2:]
CALL_ONLY = MULTI_SEND_CALL_ONLY["1.4.1"]
OLD_CALL_ONLY = next(
    c.address for c in KNOWN_CONTRACTS.values() if (c.name, c.variant) == ("MultiSendCallOnly", "eip155")
)
PAY, PAY_OTHER = InnerCall(0, PAYEE, 10**18, b""), InnerCall(0, OTHER, 5, b"")
TRANSFER = erc20_transfer(TOKEN, PAYEE, 25_000 * 10**6).data
Members = Mapping[str, Any]


def say(signature: str, *arguments: object) -> str:
    return "0x" + encode_call(signature, list(arguments)).hex()


def to(address: bytes, data: str | None = None, value: int = 0) -> Members:
    return {"to": checksum(address), "value": str(value), "data": data}


def batch(*calls: InnerCall, contract: bytes = CALL_ONLY) -> Members:
    return {"to": checksum(contract), "value": "0", "data": "0x" + encode_multi_send(calls).hex(), "operation": 1}


def token(signature: str, *arguments: object) -> InnerCall:
    return InnerCall(0, TOKEN, 0, encode_call(signature, list(arguments)))


class Case(NamedTuple):
    """Members of a file, and the version under which it is reviewed."""

    members: Members
    version: str = "1.4.1"


NESTED = InnerCall(0, CALL_ONLY, 0, encode_multi_send([PAY]))
for _ in range(9):
    NESTED = InnerCall(0, CALL_ONLY, 0, encode_multi_send([NESTED]))

BENIGN = {
    "coins": Case(to(PAYEE, value=10**18)),
    "coins of a Safe 1.3.0": Case(to(PAYEE, value=1), "1.3.0"),
    "coins of a SafeL2 1.3.0": Case(to(PAYEE, "0x", 10**18), "1.3.0+L2"),
    "coins of a Safe 1.5.0": Case(to(PAYEE, value=2**200), "1.5.0"),
    "a call with nothing": Case(to(PAYEE)),
    "tokens": Case(to(TOKEN, "0x" + TRANSFER.hex())),
    "tokens of nothing": Case(to(TOKEN, say("transfer(address,uint256)", PAYEE, 0))),
    "a batch of coins": Case(batch(PAY, PAY_OTHER)),
    "a batch of one": Case(batch(PAY)),
    "a batch of tokens and coins": Case(batch(PAY, InnerCall(0, TOKEN, 0, TRANSFER))),
    "a batch of a Safe 1.3.0": Case(batch(PAY, PAY_OTHER, contract=MULTI_SEND_CALL_ONLY["1.3.0"]), "1.3.0"),
    "a batch of a Safe 1.3.0, second set": Case(batch(PAY, PAY_OTHER, contract=OLD_CALL_ONLY), "1.3.0+L2"),
    "a batch of a Safe 1.5.0": Case(batch(PAY, PAY_OTHER, contract=MULTI_SEND_CALL_ONLY["1.5.0"]), "1.5.0"),
    "batches in batches": Case(batch(NESTED)),
    "a rejection": Case(to(SAFE)),
    "approval of an exact amount": Case(to(TOKEN, say("approve(address,uint256)", ROUTER, 25_000 * 10**6))),
    "approval of nothing": Case(to(TOKEN, say("approve(address,uint256)", ROUTER, 0))),
    "approval and use of it": Case(
        batch(
            token("approve(address,uint256)", ROUTER, 7), InnerCall(0, ROUTER, 0, encode_call("deposit(uint256)", [7]))
        )
    ),
    "a right taken back": Case(to(PIECES, say("setApprovalForAll(address,bool)", ROUTER, False))),
    "a collectible": Case(to(PIECES, say("safeTransferFrom(address,address,uint256)", SAFE, PAYEE, 77))),
    "pieces by number": Case(
        to(PIECES, say("safeTransferFrom(address,address,uint256,uint256,bytes)", SAFE, PAYEE, 1, 5, b""))
    ),
    "tokens by one's own right": Case(to(TOKEN, say("transferFrom(address,address,uint256)", SAFE, PAYEE, 9))),
    "tokens that come in": Case(to(TOKEN, say("transferFrom(address,address,uint256)", PAYEE, SAFE, 9))),
    "coins into a wrapper": Case(to(TOKEN, say("deposit()"), 10**18)),
    "gas for the call inside": Case({**to(PAYEE, value=1), "safeTxGas": "50000"}),
    "the greatest nonce": Case({**to(PAYEE, value=1), "nonce": 2**64 - 1}),
}

TWINS: Mapping[str, tuple[str, Members, str]] = {
    "delegatecall of what looks like a payment": ("tokens", {"operation": 1}, "E_DELEGATECALL"),
    "the batch contract that delegatecalls": (
        "a batch of coins", {"to": checksum(MULTI_SEND["1.4.1"])}, "E_DELEGATECALL"),
    "a batch by a stranger's contract": ("a batch of coins", {"to": checksum(OTHER)}, "E_DELEGATECALL"),
    "a delegatecall in a batch": (
        "a batch of coins", batch(PAY, PAY_OTHER._replace(operation=1)), "E_DELEGATECALL"),
    "a delegatecall ten batches deep": (
        "batches in batches", batch(NESTED._replace(data=NESTED.data.replace(b"\0" + PAYEE, b"\1" + PAYEE))),
        "E_DELEGATECALL"),
    "an approval without limit": (
        "approval of an exact amount", to(TOKEN, say("approve(address,uint256)", ROUTER, 2**256 - 1)), "E_PRIVILEGED"),
    "an approval without limit of a small token": (
        "approval of an exact amount", to(TOKEN, say("approve(address,uint256)", ROUTER, 2**96 - 1)), "E_PRIVILEGED"),
    "an approval without limit, in a batch": (
        "approval and use of it", batch(token("approve(address,uint256)", ROUTER, 2**255)), "E_PRIVILEGED"),
    "an approval to oneself": ("approval of an exact amount", {"to": checksum(SAFE)}, "E_PRIVILEGED"),
    "a right given": (
        "a right taken back", to(PIECES, say("setApprovalForAll(address,bool)", ROUTER, True)), "E_PRIVILEGED"),
    "somebody else's tokens": (
        "tokens by one's own right", to(TOKEN, say("transferFrom(address,address,uint256)", OTHER, PAYEE, 9)),
        "E_PRIVILEGED"),
    "a new owner": ("a rejection", {"data": say("addOwnerWithThreshold(address,uint256)", OTHER, 1)}, "E_PRIVILEGED"),
    "another owner": ("a rejection", {"data": say("swapOwner(address,address,address)", PAYEE, OTHER, TOKEN)},
                      "E_PRIVILEGED"),
    "a threshold": ("a rejection", {"data": say("changeThreshold(uint256)", 1)}, "E_PRIVILEGED"),
    "a module": ("a rejection", {"data": say("enableModule(address)", OTHER)}, "E_PRIVILEGED"),
    "a guard": ("a rejection", {"data": say("setGuard(address)", OTHER)}, "E_PRIVILEGED"),
    "a fallback handler": ("a rejection", {"data": say("setFallbackHandler(address)", OTHER)}, "E_PRIVILEGED"),
    "a master copy": ("a rejection", {"data": say("changeMasterCopy(address)", OTHER)}, "E_PRIVILEGED"),
    "a module's transaction": (
        "coins", {"data": say("execTransactionFromModule(address,uint256,bytes,uint8)", OTHER, 1, b"", 0)},
        "E_PRIVILEGED"),
    "an upgrade": ("a call with nothing", {"data": say("upgradeTo(address)", OTHER)}, "E_PRIVILEGED"),
    "an owner of a contract": (
        "a call with nothing", {"data": say("transferOwnership(address)", OTHER)}, "E_PRIVILEGED"),
    "a role": ("a call with nothing", {"data": say("grantRole(bytes32,address)", bytes(32), OTHER)}, "E_PRIVILEGED"),
    "a permit": (
        "a call with nothing",
        {"data": say("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", SAFE, OTHER, 1, 1, 27,
                     bytes(32), bytes(32))}, "E_PRIVILEGED"),
    "a threshold, in a batch": (
        "a batch of coins", batch(PAY, InnerCall(0, SAFE, 0, encode_call("changeThreshold(uint256)", [1]))),
        "E_PRIVILEGED"),
    "a function of the Safe that nobody knows": ("a rejection", {"data": "0x12345678"}, "E_PRIVILEGED"),
    "gasPrice": ("coins", {"gasPrice": "1"}, "E_REFUND"),
    "baseGas": ("coins", {"baseGas": "100000000"}, "E_REFUND"),
    "gasToken": ("coins", {"gasToken": checksum(TOKEN)}, "E_REFUND"),
    "refundReceiver": ("coins", {"refundReceiver": checksum(OTHER)}, "E_REFUND"),
    "a byte behind a transfer": ("tokens", {"data": "0x" + TRANSFER.hex() + "00"}, "E_CALLDATA"),
    "a transfer that is cut": ("tokens", {"data": "0x" + TRANSFER.hex()[:-2]}, "E_CALLDATA"),
    "a batch that is cut": ("a batch of coins", {"data": batch(PAY)["data"][:-64]}, "E_CALLDATA"),
    "half a selector": ("tokens", {"data": "0xa9059c"}, "E_CALLDATA"),
    "coins to nobody": ("coins", {"to": checksum(bytes(20))}, "E_RECIPIENT_ZERO"),
    "coins to oneself": ("coins", {"to": checksum(SAFE)}, "E_RECIPIENT_SAFE"),
    "tokens to their contract": ("tokens", {"to": checksum(PAYEE)}, "E_RECIPIENT_TOKEN"),
    "tokens to nobody": ("tokens", to(TOKEN, say("transfer(address,uint256)", bytes(20), 1)), "E_RECIPIENT_ZERO"),
    "a collectible to oneself": (
        "a collectible", to(PIECES, say("safeTransferFrom(address,address,uint256)", SAFE, SAFE, 77)),
        "E_RECIPIENT_SAFE"),
    "a payee like another": (
        "a batch of coins", batch(PAY, PAY_OTHER._replace(to=LIKE_PAYEE)), "E_RECIPIENT_LOOKALIKE"),
    "another chain": ("coins", {"chainId": "10"}, "E_SAFE_CONFIG"),
    "another hash than its own": ("coins", {"safeTxHash": "0x" + "11" * 32}, "E_HASH_MISMATCH"),
    "an operation that no Safe knows": ("coins", {"operation": 2}, "E_SAFE_TX"),
    "a number with a fraction": ("coins", {"value": 1.5}, "E_JSON_NUMBER"),
    "a negative nonce": ("coins", {"nonce": -1}, "E_UINT"),
    "a word for a number": ("coins", {"value": "many"}, "E_UINT"),
    "true for a number": ("coins", {"operation": True}, "E_UINT"),
    "no payee": ("coins", {"to": None}, "E_ADDRESS"),
    "a checksum that is wrong": ("coins", {"to": "0x" + PAYEE.hex()}, "E_ADDRESS"),
    "data with a digit too many": ("tokens", {"data": "0x" + TRANSFER.hex() + "0"}, "E_BYTES"),
}  # fmt: skip

OUT_OF_FORM = {"E_SAFE_CONFIG", "E_HASH_MISMATCH", "E_SAFE_TX", "E_JSON_NUMBER", "E_UINT", "E_ADDRESS", "E_BYTES"}
"""Codes of files that cannot be read; no hash is offered for them."""


def file_of(case: Case) -> dict[str, Any]:
    """A file as the Transaction Service shows it, with some of the members that it adds."""
    fixed = {"safe": checksum(SAFE), "operation": 0, "nonce": 7, "safeTxGas": "0", "gasToken": None}
    return {**fixed, "isExecuted": False, "origin": "{}", "confirmations": None, **case.members}


def review(dao: Dao, folder: Path, value: object, version: str) -> Outcome:
    (folder / "tx.json").write_text(json.dumps(value), "utf-8")
    return dao("review", folder / "tx.json", "--chain-id", 1, "--safe-version", version, "--json")


def errors(document: Mapping[str, Any]) -> list[str]:
    return [finding["code"] for finding in document["findings"] if finding["level"] == "error"]


@pytest.mark.parametrize("name", BENIGN)
def test_what_people_sign_every_day_gets_sign(dao: Dao, tmp_path: Path, name: str) -> None:
    """No error, exit 0, and the three hashes of exactly these fields."""
    case = BENIGN[name]
    value = file_of(case)

    outcome = review(dao, tmp_path, value, case.version)

    tx = read_safe_tx(value, 1, case.version)
    assert (0, "sign", []) == (outcome.status, outcome.document["verdict"], errors(outcome.document))
    assert "W_NO_VOTE" in [finding["code"] for finding in outcome.document["findings"]]
    hashes = (domain_hash(1, SAFE, case.version), message_hash(tx), safe_tx_hash(tx))
    shown = [outcome.document[name] for name in ("domain_hash", "message_hash", "safe_tx_hash")]
    assert ["0x" + hash_.hex() for hash_ in hashes] == shown


@pytest.mark.parametrize("name", TWINS)
def test_one_field_away_is_refused(dao: Dao, tmp_path: Path, name: str) -> None:
    """Exit 1, `refuse`, and the code of the danger."""
    twin, members, code = TWINS[name]
    case = BENIGN[twin]
    value = {**file_of(case), **members}
    assert 1 <= sum(value[key] != file_of(case).get(key) for key in value) <= 2  # data, and the value it goes with

    outcome = review(dao, tmp_path, value, case.version)

    assert (1, "refuse") == (outcome.status, outcome.document["verdict"])
    assert code in errors(outcome.document)
    assert (code in OUT_OF_FORM) == (outcome.document["safe_tx_hash"] is None)


@pytest.mark.parametrize("member", ["safe", "to", "value", "data", "operation", "nonce"])
def test_a_member_that_is_missing_is_named(dao: Dao, tmp_path: Path, member: str) -> None:
    """Nothing is guessed of what is signed."""
    value = file_of(BENIGN["coins"])
    del value[member]

    outcome = review(dao, tmp_path, value, "1.4.1")

    assert ["E_SAFE_TX"] == errors(outcome.document)
    assert member == outcome.document["findings"][0]["place"]


@pytest.mark.parametrize("version", ["0.1.0", "1.0.0", "1.1.1", "1.2.0"])
def test_H82_an_old_safe_is_hashed_and_refused(dao: Dao, tmp_path: Path, version: str) -> None:
    """The hashes are those of its version, and a signature would count on every chain."""
    value = file_of(BENIGN["coins"])
    outcome = review(dao, tmp_path, value, version)

    assert ["E_REPLAY"] == errors(outcome.document)
    assert "0x" + safe_tx_hash(read_safe_tx(value, 1, version)).hex() == outcome.document["safe_tx_hash"]
