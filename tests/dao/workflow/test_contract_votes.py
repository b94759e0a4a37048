"""Contracts vote: genuine Safes, wallets yet to be deployed, and contracts that would do harm."""

from __future__ import annotations

from dao.cli.start.demo import cast, world
from dao.record.verify import verify
from dao.workflow import recording, voting
from governance.messages import message_id
from tests.dao.workflow.contract_voters import SafeVoter, ballot, counterfactual, fund, vote, wrapped
from tests.dao.workflow.stage import Stage, eth


def test_safe_votes(stage: Stage) -> None:
    safe = SafeVoter.create(stage)
    onchain = SafeVoter.create(stage, salt=8)
    later, factory, data = counterfactual()
    fund(stage, later)
    published = stage.publish(1, eth("0.5"))
    stage.vote(published, 1, "eve", "hana")
    message = ballot(stage, published, safe.address)
    voting.cast(stage.desk, safe.envelope(message, "ann", "cho"))
    safe.swap_owner("ann", "dora")
    message = ballot(stage, published, onchain.address)
    onchain.sign_on_chain(message_id("Vote", message))
    voting.cast(stage.desk, onchain.envelope(message))
    stage.decide(published)
    record = recording.write_record(stage.desk, published.id, cast.journal_key(), world.origin())
    report = verify(record)
    print(report.failed, report.assumed)
    assert report.ok
    assert "A_1271" not in report.assumed


def test_6492(stage: Stage) -> None:
    later, factory, data = counterfactual()
    fund(stage, later)
    safe = SafeVoter(stage, later)
    published = stage.publish(1, eth("0.5"))
    stage.vote(published, 1, "eve", "hana")
    message = ballot(stage, published, later)
    voting.cast(
        stage.desk, vote(message, later, wrapped(factory, data, safe.blob(message_id("Vote", message), "ann", "cho")))
    )
    stage.decide(published)
    record = recording.write_record(stage.desk, published.id, cast.journal_key(), world.origin())
    report = verify(record)
    print(report.failed, report.assumed)
    assert report.ok
    assert "A_1271" in report.assumed
