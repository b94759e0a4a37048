"""`dao ledger check`: the demo's books agree with its chain, and whatever is moved beside them is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from chain import abi
from chain.clients.devnet import Devnet
from chain.signer import KeySigner
from dao.cli.start.demo import cast
from dao.served import open_devnet
from dao.workspace import Workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played
from treasury.assets import parse_asset

Dao = Callable[..., Outcome]


def move(folder: Path, act: Callable[[Devnet], object]) -> None:
    with Workspace(folder) as workspace, open_devnet(workspace) as devnet:
        act(devnet)


def test_the_demos_books_agree(dao: Dao, played: Played) -> None:
    """Every account of the chain, at its head, block by block; and at an older block as well."""
    outcome = dao("ledger", "check", "--full", "--dir", played.folder, "--json")
    older = dao("ledger", "check", "--block", outcome.document["block"] - 3, "--dir", played.folder, "--json")

    assert (0, True, []) == (outcome.status, outcome.document["ok"], outcome.document["findings"])
    assert ["Assets:Safe:IIP", "Assets:Safe:IIP", "Assets:Receivable:IIP"] == [
        place["account"] for place in outcome.document["places"]
    ]
    assert {"0"} == {place["difference"] for place in outcome.document["places"]}
    assert int(outcome.document["places"][0]["held"]) > 0
    assert (0, []) == (older.status, older.document["findings"])


def test_a_gift_is_told_and_a_loss_is_an_error(dao: Dao, played: Played, tmp_path: Path) -> None:
    """Tokens that anybody sent are a warning with their block; the node's word of a lost balance is an error."""
    folder = copied(played.folder, tmp_path / "workspace")
    first: dict[str, Any] = dao("ledger", "check", "--dir", folder, "--json").document
    token = parse_asset(first["places"][1]["asset"]).token
    safe = bytes.fromhex(dao("fund", "--dir", folder, "--json").document["funds"][0]["safe"][2:])
    assert token is not None
    sent = abi.encode_call("transfer(address,uint256)", [safe, 7])
    move(folder, lambda devnet: devnet.node().send(cast.key("eve"), token, 0, sent))
    move(folder, lambda devnet: devnet.node().send(cast.key(cast.BUYER), safe, 5))

    outcome = dao("ledger", "check", "--dir", folder, "--json")

    found = [(one["code"], one["reason"], one["facts"]["amount"]) for one in outcome.document["findings"]]
    assert (0, True) == (outcome.status, outcome.document["ok"])
    assert [("W_RECONCILE", "pending", "5"), ("W_RECONCILE", "pending", "7")] == found
    assert ["5", "7", "0"] == [place["difference"] for place in outcome.document["places"]]
    assert KeySigner(cast.key("eve")).address != safe
    told = dao("ledger", "check", "--dir", folder).out
    assert "after the last block that the journal" in " ".join(told.split())
