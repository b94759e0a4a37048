"""One proposal, five parts, five fates: paid, failed, disputed and paid late, lapsed, terminated; each its own."""

from __future__ import annotations

import pytest

from chain.address import with_chain
from chain.errors import CodedError
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import SafeTx
from dao.cli.start.demo import cast
from dao.workflow import acting, paying, stopping
from dao.workflow.proposing import Published, settings_in_force
from tests.dao.workflow.contract_voters import deploy
from tests.dao.workflow.stage import Stage, eth
from tests.dao.workflow.stops import DECISION, PANEL, PANEL_SECONDS, REASON, found_panel, money, reject, standing

DAY, CENT = cast.DAY, 10**16
REFUSES_COINS = "5f5ffd"


def act(stage: Stage, published: Published, part: int, kind: str, name: str) -> None:
    words = REASON if kind == "dispute" else DECISION
    acting.act(stage.desk, published.id, part, kind, signer=cast.signer(name), evidence=words)


def pay(stage: Stage, published: Published, part: int, tx: SafeTx) -> None:
    stage.sign(published, part, tx)
    paying.execute(stage.desk, published.id, part, tx, cast.signer("ann"))


def holds(stage: Stage, *, paid: int, committed: int, fates: str) -> None:
    """The fund's numbers in hundredths of a coin, which the Safe's own balance bears out, and each part's state."""
    found, now = money(stage), standing(stage)
    assert (paid * CENT, committed * CENT) == (found.paid, found.committed)
    assert (398 - paid - committed) * CENT == found.available
    assert (398 - paid) * CENT == found.held == stage.desk.node.balance(stage.there.safe)
    assert fates.split() == [part.payout for part in now.parts]
    assert now.problem is None


def test_each_part_has_its_own_fate(stage: Stage) -> None:
    """What becomes of one part changes nothing of the others, and of the fund just its own money."""
    found_panel(stage)
    wall = with_chain(deploy(stage, REFUSES_COINS, holds=1), DEVNET_CHAIN_ID)
    one = stage.pass_(1, eth("0.10"), eth("0.20"), f"0.30 ETH to {wall}", eth("0.40"), eth("0.25"))
    paid, fails, late = (paying.queue(stage.desk, one.id, part) for part in (1, 3, 2))
    holds(stage, paid=0, committed=125, fates="Approved Approved Approved Approved Approved")

    stage.there.wait(2 * DAY + 60)
    pay(stage, one, 1, paid)
    holds(stage, paid=10, committed=115, fates="Paid Approved Approved Approved Approved")

    with pytest.raises(CodedError, match="E_REVERT"):
        pay(stage, one, 3, fails)
    holds(stage, paid=10, committed=115, fates="Paid Approved Approved Approved Approved")
    assert ("executable", "Queued") == (standing(stage).parts[2].state, standing(stage).state)

    act(stage, one, 2, "dispute", "nora")
    act(stage, one, 5, "dispute", "dora")
    holds(stage, paid=10, committed=115, fates="Paid ApprovedDisputed Approved Approved ApprovedDisputed")

    reject(stage, fails)  # by the owners' wallets, for it blocks what is queued behind it
    stage.there.wait(PANEL_SECONDS - 60)
    for name in PANEL[:2]:
        act(stage, one, 2, "resolve", name)
    stage.there.wait(120)
    holds(stage, paid=10, committed=115, fates="Paid Approved Approved Approved Terminated")

    stopping.end(stage.desk, one.id, 5)
    holds(stage, paid=10, committed=90, fates="Paid Approved Approved Approved Terminated")

    stage.there.wait(settings_in_force(stage.desk).grace - PANEL_SECONDS + DAY)
    holds(stage, paid=10, committed=90, fates="Paid Approved Lapsed Lapsed Terminated")
    pay(stage, one, 2, late)  # after the first end of all parts, by as much as its dispute was open
    holds(stage, paid=30, committed=70, fates="Paid Paid Lapsed Lapsed Terminated")

    stopping.end(stage.desk, one.id, 4)
    holds(stage, paid=30, committed=30, fates="Paid Paid Lapsed Lapsed Terminated")
    assert (fails.nonce,) == stopping.end(stage.desk, one.id, 3).spent
    holds(stage, paid=30, committed=0, fates="Paid Paid Lapsed Lapsed Terminated")
    assert "Executed" == standing(stage).state
    assert stage.verifies(one)
