"""`dao review`: a verdict, the three hashes, and what nobody checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chain.abi import encode_call
from chain.address import checksum
from chain.safe import MULTI_SEND_CALL_ONLY, InnerCall, SafeTx, encode_multi_send, safe_tx_hash
from chain.safe_json import write_safe_tx
from chain.transaction_builder import write_batch
from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]
SAFE, PAYEE = b"\x5a" * 20, b"\x0b" * 20
OPTIONS = ("--chain-id", 1, "--safe-version", "1.4.1")


def payment(**fields: Any) -> SafeTx:
    given = {"chain_id": 1, "safe": SAFE, "version": "1.4.1", "to": PAYEE, "value": 10**18, "data": b"", "operation": 0}
    return SafeTx(**{**given, "nonce": 7, **fields})


def write(path: Path, tx: SafeTx, **members: Any) -> Path:
    file = path / "tx.json"
    file.write_text(json.dumps({**write_safe_tx(tx), **members}), "utf-8")
    return file


def codes(outcome: Outcome) -> set[str]:
    return {finding["code"] for finding in outcome.document["findings"]}


def test_a_plain_payment_may_be_signed(dao: Dao, tmp_path: Path) -> None:
    """No vote is a warning, no node leaves questions open, and neither refuses."""
    outcome = dao("review", write(tmp_path, payment()), *OPTIONS, "--json")

    document = outcome.document
    assert (0, "sign", {"W_NO_VOTE"}) == (outcome.status, document["verdict"], codes(outcome))
    assert {"vote", "nonce", "configuration"} <= set(document["unchecked"])
    assert "0x" + safe_tx_hash(payment()).hex() == document["safe_tx_hash"]
    assert all(document[name].startswith("0x") for name in ("domain_hash", "message_hash"))


def test_people_see_what_it_does_and_what_to_compare(dao: Dao, tmp_path: Path) -> None:
    """The text tells payee and amount in coins, the hashes, what was not checked, and a verdict at the end."""
    out = dao("review", write(tmp_path, payment()), *OPTIONS).out

    assert "pays 1 of the chain's own coin (1000000000000000000 base units)" in out
    assert checksum(PAYEE) in out
    assert "0x" + safe_tx_hash(payment()).hex() in out
    assert "Whether the nonce is the Safe's next one needs a node." in out
    assert "sign: nothing found here speaks against it (no errors, 1 warning)" == out.splitlines()[-1]


def test_H76_a_stated_hash_of_another_transaction_refuses(dao: Dao, tmp_path: Path) -> None:
    """What the file says about its own hash is compared, not believed."""
    outcome = dao("review", write(tmp_path, payment(), safeTxHash="0x" + "11" * 32), *OPTIONS, "--json")

    assert (1, "refuse", {"E_HASH_MISMATCH"}) == (outcome.status, outcome.document["verdict"], codes(outcome))


def test_H77_a_delegatecall_to_a_stranger_refuses(dao: Dao, tmp_path: Path) -> None:
    """Foreign code would run as the Safe."""
    batch = encode_multi_send([InnerCall(0, PAYEE, 1, b"")])
    outcome = dao("review", write(tmp_path, payment(operation=1, value=0, data=batch)), *OPTIONS, "--json")

    assert (1, "refuse") == (outcome.status, outcome.document["verdict"])
    assert "E_DELEGATECALL" in codes(outcome)


def test_H78_a_refund_refuses(dao: Dao, tmp_path: Path) -> None:
    """Gas fields that pay whoever executes are refused."""
    assert "E_REFUND" in codes(dao("review", write(tmp_path, payment(gas_price=1)), *OPTIONS, "--json"))


def test_H82_an_old_safe_refuses(dao: Dao, tmp_path: Path) -> None:
    """A signature for a Safe below 1.3.0 counts on every chain."""
    file = write(tmp_path, payment(version="1.2.0"))

    outcome = dao("review", file, "--chain-id", 1, "--safe-version", "1.2.0", "--json")

    assert (1, {"E_REPLAY"}) == (outcome.status, codes(outcome) - {"W_NO_VOTE"})


def test_H83_a_privileged_call_refuses(dao: Dao, tmp_path: Path) -> None:
    """Adding an owner is not a payment, and no vote names it."""
    data = encode_call("addOwnerWithThreshold(address,uint256)", (PAYEE, 1))
    outcome = dao("review", write(tmp_path, payment(to=SAFE, value=0, data=data)), *OPTIONS, "--json")

    assert (1, "refuse") == (outcome.status, outcome.document["verdict"])
    assert "E_PRIVILEGED" in codes(outcome)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"to": checksum(PAYEE).upper()}, "E_ADDRESS"),
        ({"value": "1e18"}, "E_UINT"),
        ({"data": "0x123"}, "E_BYTES"),
        ({"nonce": -1}, "E_UINT"),
        ({"chainId": 5}, "E_SAFE_CONFIG"),
    ],
)
def test_members_out_of_form_refuse_and_hash_nothing(
    dao: Dao, tmp_path: Path, members: dict[str, Any], code: str
) -> None:
    """A file that cannot be read strictly is refused with the verdict's own shape, and no hash is offered."""
    outcome = dao("review", write(tmp_path, payment(), safeTxHash=None, **members), *OPTIONS, "--json")

    assert (1, "refuse", {code}) == (outcome.status, outcome.document["verdict"], codes(outcome))
    assert None is outcome.document["safe_tx_hash"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"to":1,"to":2}'])
def test_other_files_refuse(dao: Dao, tmp_path: Path, content: bytes) -> None:
    """Whatever is no transaction must not be signed."""
    (tmp_path / "tx.json").write_bytes(content)

    spoken, written = (
        dao("review", tmp_path / "tx.json", *OPTIONS),
        dao("review", tmp_path / "tx.json", *OPTIONS, "--json"),
    )

    assert (1, 1, "refuse") == (spoken.status, written.status, written.document["verdict"])
    assert spoken.out.startswith("error    E_")


def test_chain_and_version_must_be_named(dao: Dao, tmp_path: Path) -> None:
    """They are part of the hash and are never guessed."""
    outcome = dao("review", write(tmp_path, payment()), "--json")

    assert (64, "E_USAGE") == (outcome.status, outcome.document["error"]["code"])


def test_a_builders_batch_is_reviewed_as_the_transaction_that_a_wallet_makes_of_it(dao: Dao, tmp_path: Path) -> None:
    """Several calls go through MultiSendCallOnly of the version; without a nonce there is no hash to compare."""
    calls = [InnerCall(0, PAYEE, 5, b""), InnerCall(0, b"\x0c" * 20, 6, b"")]
    batch = write_batch(calls, chain_id=1, safe=SAFE, created_at=1_700_000_000, name="two")
    file = tmp_path / "batch.json"
    file.write_text(json.dumps(batch), "utf-8")

    bare, hashed = dao("review", file, *OPTIONS, "--json"), dao("review", file, *OPTIONS, "--nonce", 7, "--json")

    data = encode_multi_send(calls)
    tx = payment(to=MULTI_SEND_CALL_ONLY["1.4.1"], value=0, data=data, operation=1)
    assert ("sign", None, None) == (
        bare.document["verdict"], bare.document["message_hash"], bare.document["safe_tx_hash"],
    )  # fmt: skip
    assert ("sign", "0x" + safe_tx_hash(tx).hex()) == (hashed.document["verdict"], hashed.document["safe_tx_hash"])
    assert "nonce" in bare.document["unchecked"]
    assert "-" == dao("review", file, *OPTIONS).out.split("nonce")[1].split()[0]


def test_a_builders_batch_is_no_way_around_the_rules(dao: Dao, tmp_path: Path) -> None:
    """One privileged call among payments, another chain, a change after it was made, and no Safe."""
    steal = InnerCall(0, SAFE, 0, encode_call("enableModule(address)", (PAYEE,)))
    batch = write_batch([InnerCall(0, PAYEE, 5, b""), steal], chain_id=1, safe=SAFE, created_at=0, name="x")
    file = tmp_path / "batch.json"

    def found(**members: Any) -> Outcome:
        file.write_text(json.dumps({**batch, **members}), "utf-8")
        return dao("review", file, *OPTIONS, "--json")

    assert "E_PRIVILEGED" in codes(found())
    assert {"E_SAFE_CONFIG"} == codes(found(chainId="10", meta={}))
    assert {"E_HASH_MISMATCH"} == codes(found(transactions=batch["transactions"][:1]))
    assert (64, "E_USAGE") == ((none := found(meta={})).status, none.document["error"]["code"])
