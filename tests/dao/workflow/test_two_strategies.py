"""A space with two tokens: powers are added, each proved from its own storage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chain.address import checksum
from chain.clients import devnet_contracts
from chain.clients.devnet import Devnet
from chain.errors import CodedError
from chain.json_text import canonical
from dao.cli.start.demo import cast, world
from dao.record.case import need
from dao.store.journal import Journal
from dao.workflow import founding
from dao.workflow.desk import Desk
from tests.dao.workflow.stage import Stage, eth, refused


def test_power_of_any_token_lets_vote(tmp_path: Path) -> None:
    """Who holds only the second token votes; who holds both weighs both; who holds none is turned away."""
    with Devnet.temporary(cast.GENESIS) as devnet, Journal(tmp_path / "journal.sqlite", create=True) as journal:
        there, node = world.build(devnet), devnet.node()
        second = devnet_contracts.deploy_votes_token(
            node, cast.key("dora"), name="Second", symbol="SEC", supply=cast.SUPPLY
        )
        for name in ("jan", "eve"):
            devnet_contracts.transfer(node, cast.key("dora"), second, cast.address(name), 100_000 * cast.UNIT)
        settings = json.loads(world.settings_text(there))
        (first,) = settings["strategies"]
        params = {**first["params"], "address": checksum(second), "symbol": "SEC"}
        text = canonical({**settings, "strategies": [first, {**first, "params": params}]})
        desk = Desk(journal, node)
        founding.found(desk, text, founding.sign_settings(text, [cast.signer("ann"), cast.signer("ben")]))
        stage = Stage(there, desk)
        published = stage.publish(1, eth("0.5"))

        stage.vote(published, 1, "jan", "eve")
        with pytest.raises(CodedError) as caught:
            stage.vote(published, 1, "lea")
        stage.decide(published)

        assert ("E_NO_POWER", "zero") == refused(caught)
        case = desk.case(published.id, 10, 20, 21, 22, 23, 24, 30, 31, 32, 40, 41)
        assert (100_000 + 100_000 + 210_000) * cast.UNIT == need(case.expected).scores[0]
        assert stage.verifies(published)
