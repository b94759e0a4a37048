"""Money that two logs tell of is booked once: a forwarding, and its arrival in the Safe."""

from __future__ import annotations

import json

from chain.amount import parse
from chain.clients import devnet_contracts
from dao.cli.start.demo import cast
from dao.workflow import income
from dao.workflow.proposing import settings_in_force
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage
from tests.dao.workflow.stops import found_with, money


def sources(stage: Stage, *found: object) -> None:
    """The fund names these sources from now on."""
    fund = json.loads(settings_in_force(stage.desk).text)["funds"][0]
    found_with(stage, funds=[{**fund, "sources": list(found)}])


def forwarded(stage: Stage) -> bytes:
    """A premium's tenth goes from the proxy to the Safe, and nobody has booked it."""
    node, buyer = stage.desk.node, cast.key(cast.BUYER)
    devnet_contracts.bring_premium(node, buyer, stage.there.proxy, parse("10", 18))
    return devnet_contracts.forward(node, buyer, stage.there.proxy).transaction_hash


def test_a_forwarding_is_booked_once_whatever_the_settings_call_its_proxy(stage: Stage) -> None:
    """What a proxy forwarded is no gift when the settings name it no more; what it sends from then on is one, and is no
    forwarding when they name it again.
    """
    (named,) = json.loads(settings_in_force(stage.desk).text)["funds"][0]["sources"]
    old = forwarded(stage)
    income.book_income(stage.desk, "forward", cast.FUND, old, log=1)
    sources(stage)
    late, held = forwarded(stage), money(stage).held

    refuses(stage, "E_LEDGER", "twice", lambda: income.book_income(stage.desk, "donation", cast.FUND, old, log=0))
    (gift,) = income.sweep(stage.desk, settings_in_force(stage.desk).funds[0], 0).booked
    assert ("donation", late, held + gift.amount) == (gift.kind, gift.origin.transaction, money(stage).held)

    sources(stage, named)
    held = money(stage).held
    refuses(stage, "E_LEDGER", "twice", lambda: income.book_income(stage.desk, "forward", cast.FUND, late, log=1))
    again = income.sweep(stage.desk, settings_in_force(stage.desk).funds[0], 0)
    assert ({"premium"}, held) == ({each.kind for each in again.booked}, money(stage).held)
