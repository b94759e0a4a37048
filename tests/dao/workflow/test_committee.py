"""A fund whose approval rule is a committee: m of n grant within limits, and the record alone proves it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chain.address import checksum, with_chain
from dao.cli.start.demo import cast, world
from dao.cli.start.demo.books import ledger_of
from dao.cli.treasury import committee, vesting_check, vesting_show
from dao.record.case import need
from dao.record.verify import Report, verify
from dao.views.numbers import UnknownNameError
from dao.workflow import paying, recording, stopping
from dao.workflow.proposing import Published, settings_in_force
from dao.workspace import Anchors, Workspace
from tests.dao.workflow.committees import GRANT, HELD, MEMBERS, RESERVE, YEAR, ask, found_committee, grant, mut
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth
from tests.treasury.plans import MUTON, payment
from treasury.assets import erc20
from treasury.fund import FundState, fund_state
from treasury.payouts import PayoutId

UNIT = cast.UNIT


def pay(stage: Stage, published: Published, part: int = 1) -> None:
    """Queue, sign and execute a part."""
    tx = paying.queue(stage.desk, published.id, part)
    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(published, part, tx)
    paying.execute(stage.desk, published.id, part, tx, cast.signer("ann"))


def reserve(stage: Stage) -> FundState:
    """What the books say of the reserve's tokens."""
    asset = erc20(stage.desk.node.chain_id(), stage.there.token)
    return fund_state(ledger_of(stage.desk), RESERVE, asset)


def report(stage: Stage, published: Published) -> Report:
    """What anybody finds in the record, and nothing else."""
    return verify(recording.write_record(stage.desk, published.id, cast.journal_key(), world.origin()))


def test_two_of_three_grant_and_the_record_proves_it(stage: Stage) -> None:
    """Holders of tokens have no vote here, one member is not enough, two are; the Safe pays, and the record says who
    could vote, how many had to agree, and that the limits held, without a node. What the mandate does not allow is not
    published: no stranger asks, no asset beyond it, nothing above the limit, no member, and no call.
    """
    safe = found_committee(stage)
    refuses(stage, "E_THRESHOLD", "proposer", lambda: ask(stage, 1, mut("1"), member=cast.AUTHOR))
    refuses(stage, "E_GRANT", "asset", lambda: ask(stage, 1, eth("1")))
    refuses(stage, "E_GRANT", "grant", lambda: ask(stage, 1, mut("60"), mut("40.000000000000000001", "omar")))
    refuses(stage, "E_GRANT", "member", lambda: ask(stage, 1, mut("1"), mut("1", "jan")))
    call = f"call {with_chain(stage.there.token, stage.desk.node.chain_id())} note(uint256 number) with number = 1"
    refuses(stage, "E_GRANT", "call", lambda: ask(stage, 1, mut("1"), call))
    missed = grant(stage, 1, mut("100"), members=MEMBERS[:1])
    published = ask(stage, 2, mut("60"), mut("40", "omar"))
    stage.there.wait_until(published.start)
    refuses(stage, "E_NO_POWER", "zero", lambda: stage.vote(published, 1, "eve"))
    stage.vote(published, 1, "gil", "jan")
    stage.vote(published, 2, "finn")
    stage.decide(published)
    pay(stage, published, 2)

    found = report(stage, published)

    assert found.ok, found.failed
    assert "A_POWER" not in found.assumed
    assert {34: True, 44: True} == {row.number: row.ok for row in found.outcomes if row.number in (34, 44)}
    case = need(found.case)
    assert {cast.address(name): UNIT for name in MEMBERS} == case.powers
    assert (2 * UNIT, UNIT, 0) == tuple(need(case.counted).scores)
    assert 2 * UNIT == need(case.settings).quorum.minimum
    assert ("passed", "Queued") == (need(case.verdict).state, case.status)
    assert safe == need(case.safe_at_close).safe
    assert FundState(available=HELD - GRANT, committed=60 * UNIT, paid=40 * UNIT) == reserve(stage)
    assert "quorum_not_met" == need(need(report(stage, missed).case).verdict).state


def test_a_year_holds_no_more_than_its_limit(stage: Stage, tmp_path: Path) -> None:
    """What would be too much passes and waits, until what was granted before ended unpaid, or is 365 days old."""
    found_committee(stage)
    first = grant(stage, 1, mut("100"))
    second = grant(stage, 2, mut("60"))
    assert GRANT == reserve(stage).committed
    refuses(stage, "E_GRANT", "year", lambda: paying.queue(stage.desk, second.id, 1))
    found = report(stage, second)
    assert found.ok, found.failed

    third = grant(stage, 3, mut("50"))  # exactly what is left
    assert YEAR == reserve(stage).committed
    pay(stage, third)
    promised = next(entry.leaf.time for entry in stage.desk.case(third.id).rows("entry", id=_promise(third)))
    stage.there.wait(settings_in_force(stage.desk).grace)
    for published in (first, second):
        stopping.end(stage.desk, published.id, 1)
    fourth = grant(stage, 4, mut("100"))  # the first one's, which nobody was paid
    pay(stage, fourth)
    assert YEAR == reserve(stage).paid

    stage.there.wait_until(promised + 361 * cast.DAY)
    fifth = grant(stage, 5, mut("50"))
    refuses(stage, "E_GRANT", "year", lambda: paying.queue(stage.desk, fifth.id, 1))
    stage.there.wait_until(promised + 365 * cast.DAY)
    pay(stage, fifth)

    for published in (third, fourth, fifth):
        assert report(stage, published).ok
    _told(stage, tmp_path)


def _told(stage: Stage, folder: Path) -> None:
    """`dao committee` says the same of each grant, and what is left of the last 365 days; as a table, too."""
    text = settings_in_force(stage.desk)
    anchors = Anchors(
        space=text.space, chain_id=text.treasury().chain_id, safe=text.treasury().address, journal_key=text.journal.key
    )
    with Workspace.create(folder, anchors):
        pass
    table = folder / "report.csv"
    answer = committee.command(RESERVE, table, folder=folder)
    (fund,) = _json(answer.document)["funds"]

    assert [1, 3, 4, 5] == [row["iip"] for row in fund["grants"]]
    assert ["released", "paid", "paid", "paid"] == [row["state"] for row in fund["grants"]]
    assert {2} == {row["in_favour"] for row in fund["grants"]}
    (limit,) = fund["limits"]
    assert (str(GRANT), str(YEAR), str(YEAR), "0") == (limit["grant"], limit["year"], limit["used"], limit["left"])
    assert 4 == table.read_text("utf-8").count("reserve,IIP-")
    told = "\n".join(answer.lines)
    assert "2 of 3 in favour" in told
    assert "ended unpaid" in told
    with pytest.raises(UnknownNameError):
        committee.command(cast.FUND, folder=folder)
    _same_money(stage, folder)


def _same_money(stage: Stage, folder: Path) -> None:
    """The plan whose bucket names the fund: `check` finds nothing, `show` vests what the books paid, and each changed
    limit or row of the plan is a finding.
    """
    plan = folder / "plan.toml"
    token = f'decimals = 18\nchain = {stage.desk.node.chain_id()}\ntoken = "{checksum(stage.there.token)}"'
    text = MUTON.replace("decimals = 18", token).replace('"MTN"', '"MTN", "MUT"').replace('fund = "research"\n', "")
    limits = '"committee", grant = "100", year = "150" }'

    def check(*changes: tuple[str, str], more: str = "") -> tuple[int, list[str]]:
        changed = text.replace('"committee" }', limits)
        for old, new in changes:
            assert old in changed
            changed = changed.replace(old, new)
        plan.write_text(changed + more, "utf-8")
        answer = vesting_check.command(str(plan), tge="2026-01-05T00:00:00Z", folder=folder)
        return answer.status, [row["reason"] for row in _json(answer.document)["funds"][0]["findings"]]

    assert (0, []) == check()
    assert (1, ["year_limit"]) == check(("150", "150.000000000000000001"))
    assert (1, ["grant_limit"]) == check(('grant = "100"', 'grant = "99"'))
    assert (1, ["fund"]) == check(('fund = "reserve"', 'fund = "rest"'))
    assert (1, ["no_committee"]) == check(('fund = "reserve"', f'fund = "{cast.FUND}"'))
    assert (1, ["unbooked", *["unwritten"] * 3]) == check(more=payment("1"))
    assert (0, []) == check()
    times = {"tge": "2026-01-05T00:00:00Z", "at": "2028-01-01T00:00:00Z"}
    shown = vesting_show.command(str(plan), bucket="reserve", folder=folder, **times)
    document = _json(shown.document)
    (row,) = document["funds"]
    assert str(2 * GRANT) == document["vested"] == row["paid"]
    assert (str(HELD), "0") == (row["received"], row["promised"])
    assert str(80_000_000 * UNIT - 2 * GRANT) == row["left"]
    assert "79999800" in "\n".join(shown.lines)


def _json(document: object) -> Any:
    """What `--json` prints, read again."""
    return json.loads(json.dumps(document))


def _promise(published: Published) -> str:
    return f"committed/1:{PayoutId(published.id, 1)}"


def test_a_committee_stops_no_proposal_of_another_fund(stage: Stage) -> None:
    """Superseding works on passing, so three people could end what all voters decided; the voters may end a grant."""
    found_committee(stage)
    voted = stage.pass_(1, eth("0.5"))
    refuses(stage, "E_GRANT", "supersedes", lambda: ask(stage, 2, mut("1"), supersedes=[voted.id]))
    own = grant(stage, 2, mut("1"))
    assert ask(stage, 3, mut("2"), supersedes=[own.id])
    by_all = stage.pass_(4, eth("0.1"), supersedes=[own.id])

    assert "Superseded" == need(report(stage, own).case).status
    assert report(stage, by_all).ok
    assert report(stage, voted).ok
