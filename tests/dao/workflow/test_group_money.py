"""Working groups beside votes: what a group holds no vote is promised, and what a vote is promised no group gets."""

from __future__ import annotations

from functools import partial

from dao.cli.start.demo import cast
from dao.views.money import held_by_groups
from dao.workflow import paying
from tests.dao.workflow import group_money
from tests.dao.workflow.group_money import ETH
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth
from tests.dao.workflow.stops import money


def test_H92_what_a_group_holds_is_promised_to_no_vote(stage: Stage) -> None:
    """A vote that passed waits for it, as its record says, and gets it when the group asks to withdraw; afterwards the
    group can be given no more than is left, and draws nothing of what the vote was promised.
    """
    group_money.found_group(stage)
    group_money.deposit(stage, cast.UNIT)
    before = money(stage).available
    published = stage.pass_(1, eth("4.5"))
    queue = partial(paying.queue, stage.desk, published.id, 1)
    refused = refuses(stage, "E_BUDGET", "", queue)
    waits = stage.verifies(published)
    group_money.ask(stage, "E10", cast.UNIT, "we stop")
    queue()
    committed = money(stage)
    group_money.answer(stage, confirms=False)
    given = group_money.give(stage, cast.UNIT // 4)
    draw = partial(group_money.ask, stage, "E07", cast.UNIT // 10, "until July")
    claim = partial(group_money.ask, stage, "E01", cast.UNIT // 4, given)

    assert (before - cast.UNIT, 45 * 10**17) == (refused.facts["available"], refused.facts["asked"])
    assert (45 * 10**17, before - 45 * 10**17) == (committed.committed, committed.available)
    assert {ETH: cast.UNIT} == held_by_groups(stage.desk.journal, cast.FUND)
    refuses(stage, "E_GROUP", "available", draw)
    refuses(stage, "E_GROUP", "available", claim)
    assert waits
    assert stage.verifies(published)
