"""`dao review` for whoever has no workspace: by a Safe's chain, and by a hash that a service has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chain.abi import encode_call
from chain.address import checksum, parse
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_json import write_safe_tx
from tests.chain.clients.http_double import serving
from tests.dao.cli import served_chain
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.served_chain import CHAIN_ID, Served
from tests.dao.cli.service_double import KEY, ServiceDouble

Dao = Callable[..., Outcome]
PAYEE = b"\x0b" * 20


@pytest.fixture(scope="module")
def chain() -> Iterator[Served]:
    with served_chain.served() as found:
        yield found


@pytest.fixture
def node(chain: Served, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    monkeypatch.setenv("CLUB_NODE", chain.url)
    return ("--rpc-env", "CLUB_NODE", "--json")


def payment(chain: Served, safe: str = "safe", **fields: Any) -> SafeTx:
    given = {"chain_id": CHAIN_ID, "safe": parse(chain.places[safe]), "version": "1.4.1", "to": PAYEE, "value": 0}
    return SafeTx(**{**given, "data": b"", "operation": 0, "nonce": 0, **fields})


def write(folder: Path, tx: SafeTx) -> Path:
    file = folder / "tx.json"
    file.write_text(json.dumps(write_safe_tx(tx)), "utf-8")
    return file


def codes(outcome: Outcome) -> set[str]:
    return {finding["code"] for finding in outcome.document["findings"]}


def test_the_safe_itself_is_looked_at(dao: Dao, chain: Served, node: tuple[str, ...], tmp_path: Path) -> None:
    """Its version is proved, its configuration and nonce are known, the payment is tried, and what it would move is
    told; one field away it waits, is spent, fails, or is another chain's.
    """
    benign = dao("review", write(tmp_path, payment(chain)), *node)
    waits = dao("review", write(tmp_path, payment(chain, nonce=3)), *node)
    fails = dao("review", write(tmp_path, payment(chain, value=10**18)), *node)
    elsewhere = dao("review", write(tmp_path, payment(chain)), "--chain-id", 1, *node)

    assert (0, "sign", {"W_NO_VOTE"}) == (benign.status, benign.document["verdict"], codes(benign))
    assert ["vote", "window", "code"] == benign.document["unchecked"]
    assert ("0x" + safe_tx_hash(payment(chain)).hex(), []) == (
        benign.document["safe_tx_hash"], benign.document["storage"],
    )  # fmt: skip
    assert [0, 0] == [waits.status, fails.status]
    assert ({"W_NO_VOTE", "W_NONCE"}, {"W_NO_VOTE", "W_DRY_RUN"}) == (codes(waits), codes(fails))
    assert (2, "E_RPC_CHAIN") == (elsewhere.status, elsewhere.document["error"]["code"])


def test_H81_what_may_act_beside_the_owners_refuses(
    dao: Dao, chain: Served, node: tuple[str, ...], tmp_path: Path
) -> None:
    """A module, whatever the transaction; code that is no known Safe's; an account that is none at all."""
    by_module = dao("review", write(tmp_path, payment(chain, "module")), *node)
    no_safes = [dao("review", write(tmp_path, payment(chain, name)), *node) for name in ("old", "account")]
    copy = dao("review", write(tmp_path, payment(chain, "copy")), "--safe-version", "1.4.1", *node)

    assert (1, "refuse") == (by_module.status, by_module.document["verdict"])
    assert ["modules"] == [row["place"] for row in by_module.document["findings"] if row["code"] == "E_SAFE_CONFIG"]
    assert ["singleton"] == [row["place"] for row in copy.document["findings"] if row["code"] == "E_SAFE_CONFIG"]
    assert not {0} & {each.status for each in no_safes}


def test_a_swapped_owner_is_told_in_words(dao: Dao, chain: Served, node: tuple[str, ...], tmp_path: Path) -> None:
    """Refused, because nobody voted it; and the words of the list that would change stand in the answer."""
    sentinel, ann, zoe = bytes(19) + b"\x01", parse(served_chain.address("ann")), b"\x7a" * 20
    swap = encode_call("swapOwner(address,address,address)", [sentinel, ann, zoe])
    tx = payment(chain, to=parse(chain.places["safe"]), data=swap)
    found = dao("review", write(tmp_path, tx), *node)

    words = {row["word"]: (row["before"], row["after"]) for row in found.document["storage"]}
    assert {"W_NO_VOTE", "E_PRIVILEGED"} == codes(found)
    assert {f"owners[{checksum(who)}]" for who in (sentinel, ann, zoe)} == set(words)
    assert (hex(int.from_bytes(ann, "big")), hex(int.from_bytes(zoe, "big"))) == words[f"owners[{checksum(sentinel)}]"]


def test_a_hash_that_a_service_has(
    dao: Dao, chain: Served, node: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for by its hash and hashed anew: another transaction under that hash is not reviewed."""
    tx = payment(chain)
    hash_, double = "0x" + safe_tx_hash(tx).hex(), ServiceDouble()
    double.kept[hash_] = {**write_safe_tx(tx), "confirmations": []}
    named = ("--service-env", "SAFE_SERVICE", "--service-key-env", "SAFE_KEY")
    with serving(double.respond) as url:
        monkeypatch.setenv("SAFE_SERVICE", url)
        monkeypatch.setenv("SAFE_KEY", KEY)
        found = dao("review", hash_, *named, *node)
        offline = dao("review", hash_, *named, "--chain-id", CHAIN_ID, "--safe-version", "1.4.1", "--json")
        unknown = dao("review", "0x" + "07" * 32, *named, *node)
        double.lies = {"nonce": 5, "safeTxHash": None}
        other = dao("review", hash_, *named, *node)
    nowhere = dao("review", hash_, *node)

    assert (0, 0, hash_) == (found.status, offline.status, found.document["safe_tx_hash"])
    assert [2, 2, 64] == [each.status for each in (unknown, other, nowhere)]
    assert {"E_SAFE_SERVICE"} == {each.document["error"]["code"] for each in (unknown, other, nowhere)}
