"""What tests of working groups beside votes share: a group of the fund, and a gift that it claims."""

from __future__ import annotations

from chain.address import checksum
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast
from dao.workflow import grouping, income
from dao.workflow.grouping import Request
from dao.workflow.proposing import settings_in_force
from tests.dao.workflow.stage import Stage
from tests.dao.workflow.stops import found_with
from treasury.assets import native

GROUP = "writers"
ETH = native(DEVNET_CHAIN_ID)


def found_group(stage: Stage) -> None:
    """The owners sign settings with one group, which may draw a tenth of an ether."""
    assert settings_in_force(stage.desk).fund(cast.FUND)
    found_with(stage, groups=[{
        "name": GROUP, "fund": cast.FUND, "members": [checksum(cast.address("eve"))],
        "confirmers": [checksum(cast.address("ann"))], "credit": [{"asset": None, "limit": str(cast.UNIT // 10)}],
    }])  # fmt: skip


def give(stage: Stage, wei: int) -> str:
    """Somebody sends coins to the Safe; the id of their entry."""
    sent = stage.desk.node.send(cast.key(cast.BUYER), stage.there.safe, value=wei)
    leaf = income.book_income(stage.desk, "donation", cast.FUND, sent.transaction_hash)
    (entry,) = (row.body["id"] for row in stage.desk.journal.leaves if row.body.get("source") == leaf)
    return str(entry)


def ask(stage: Stage, input_: str, wei: int, about: str) -> int:
    """Eve asks for something."""
    request = Request(input_, ETH, wei, about)
    return grouping.take_group_step(
        stage.desk, grouping.sign_request(stage.desk, GROUP, request, cast.signer("eve"))
    )  # fmt: skip


def answer(stage: Stage, *, confirms: bool = True) -> int:
    """Ann says yes, or no."""
    raw = grouping.sign_answer(stage.desk, GROUP, cast.signer("ann"), confirms=confirms)
    return grouping.take_group_step(stage.desk, raw)


def deposit(stage: Stage, wei: int) -> None:
    """A gift comes in and is the group's."""
    ask(stage, "E01", wei, give(stage, wei))
    answer(stage)
