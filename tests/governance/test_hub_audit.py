"""`governance.hub_audit`: whatever a hub answers, the audit ends in findings or in a coded refusal."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.errors import CodedError
from governance.hub_answer import read_hub_json
from governance.hub_audit import HubAudit, audit_served, verdict
from governance.hub_pages import Gathering
from governance.hub_votes import answer_of, read_messages, read_proposal, read_votes
from governance.rebuilding import check_signatures
from tests.hub_double import HubDouble, cast, proposal_row

ID = "0x" + "ab" * 32
DOUBLE = HubDouble()
DOUBLE.proposals[ID] = proposal_row(ID, "club.eth", "weighted", ["For", "Against", "Abstain"], 4, scores=[7, 3, 1])
for _number, _choice in enumerate([{"1": 1}, {"2": 0.5, "3": 2}, {"1": 3}, {"2": 1}]):
    cast(DOUBLE, ID, _number, _choice, 2.5, 1_700_000_100 + _number // 2)

JUNK: list[Any] = [
    None, True, -1, 0, 1.5, 10**30, 1e308, -1e-300, "", "x", "0x", "\x1b[2J\u202e", "x" * 9_000, [], {}, [[]],
    {"id": 1}, {"id": []},
    [None], {"1": "1"}, {"safes": [{}]}, {"safes": 5}, [1, 1], [1e400], {"oSnap": {"safes": [{"network": "1"}]}},
    {"safeSnap": {"safes": [{"network": "1", "realityAddress": "0x" + "11" * 20, "txs": [[{}]]}]}},
]  # fmt: skip
SYSTEMS = ["single-choice", "basic", "approval", "ranked-choice", "quadratic", "weighted", "copeland", "custom"]


def audited(proposal: Any, rows: Any, messages: Any) -> HubAudit:
    """The way of `dao.hub_reading`, without a network: each answer as bytes."""
    gathering = Gathering("proposal", ID)
    found = read_proposal(_parsed(proposal))
    gathering.take(_parsed(rows))
    votes = read_votes(gathering.rows)
    signed = read_messages(_parsed(messages), [vote.id for vote in votes])
    rebuilt = list(check_signatures(votes, found.space, found.id, signed))
    return audit_served(found, answer_of(found, gathering.rows), votes, rebuilt)


def _parsed(value: Any) -> Any:
    return read_hub_json(json.dumps(value).replace("Infinity", "1e400").encode())


def test_the_good_answer() -> None:
    """The positive beside all junk."""
    found = audited(DOUBLE.proposals[ID], DOUBLE.votes[ID], list(DOUBLE.messages.values()))

    assert {"signed": 4} == found.signatures


@given(st.data())
def test_H96_junk_in_a_hubs_answer(data: st.DataObject) -> None:
    """One member of one row replaced by anything: findings, or a refusal with a code, and never another exception."""
    proposal, rows = copy.deepcopy(DOUBLE.proposals[ID]), copy.deepcopy(DOUBLE.votes[ID])
    messages = copy.deepcopy(list(DOUBLE.messages.values()))
    proposal["type"] = data.draw(st.sampled_from(SYSTEMS))
    for _ in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.sampled_from([proposal, *rows, *messages]))
        name = data.draw(st.sampled_from(sorted(row)))
        row[name] = data.draw(st.sampled_from(JUNK))
    ended = outcome(proposal, rows, messages)

    assert isinstance(ended, str) or json.dumps([dict(row.facts) for row in ended.findings], default=str)


def outcome(proposal: Any, rows: Any, messages: Any) -> HubAudit | str:
    """The audit, or the code of its refusal."""
    try:
        return audited(proposal, rows, messages)
    except CodedError as error:
        return error.code


@pytest.mark.parametrize("name", sorted(proposal_row(ID, "s", "basic", ["a"], 0)))
def test_every_member_of_a_proposal_takes_every_junk(name: str) -> None:
    """Member by member, so that none is left to luck."""
    for junk in JUNK:
        ended = outcome({**DOUBLE.proposals[ID], name: junk}, DOUBLE.votes[ID], [])
        assert isinstance(ended, HubAudit) or ended.startswith("E_")


def test_verdicts_of_snapshots_page() -> None:
    """Enough and more for than against; with `rejection`, not more than the quorum against; ties are rejected."""

    def said(scores: list[int], total: int, **more: Any) -> str | None:
        row = {**DOUBLE.proposals[ID], "type": "basic", "quorum": 10, **more}
        return verdict(read_proposal(_parsed(row)), scores, total)  # type: ignore[arg-type]

    assert ("passed", "rejected", "rejected") == (said([6, 4], 10), said([6, 3], 9), said([5, 5], 10))
    assert ("passed", "rejected") == (
        said([0, 10], 10, quorumType="rejection"), said([99, 11], 110, quorumType="rejection"),
    )  # fmt: skip
    assert None is said([6, 4], 10, type="single-choice")
