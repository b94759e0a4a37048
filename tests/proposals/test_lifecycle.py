"""`proposals.lifecycle`: only the edges of the tables are walked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.lifecycle import IIP, PAYOUT, Machine, StateError, status, step

MACHINES = [IIP, PAYOUT]
MORE = [
    ("Passed", "veto", "Vetoed"), ("Passed", "supersede", "Superseded"), ("Queued", "supersede", "Superseded"),
    ("Review", "revise", "Review"), ("Voting", "tally_decide", "Decided"),
]  # fmt: skip
MORE_OF_A_PAYOUT = [
    ("Planned", "release", "Approved"), ("Reported", "report", "Reported"),
    ("Reported", "lapse", "Lapsed"), ("Approved", "lapse", "Lapsed"),
    ("Planned", "veto", "Terminated"), ("Planned", "supersede", "Terminated"),
    ("Reported", "veto", "Terminated"), ("Reported", "supersede", "Terminated"),
    ("Approved", "veto", "Terminated"), ("Approved", "supersede", "Terminated"),
    ("Planned", "dispute", "PlannedDisputed"), ("PlannedDisputed", "resolve", "Planned"),
    ("PlannedDisputed", "terminate", "Terminated"), ("PlannedDisputed", "veto", "Terminated"),
    ("PlannedDisputed", "supersede", "Terminated"),
    ("Reported", "dispute", "ReportedDisputed"), ("ReportedDisputed", "resolve", "Reported"),
    ("ReportedDisputed", "terminate", "Terminated"), ("ReportedDisputed", "veto", "Terminated"),
    ("ReportedDisputed", "supersede", "Terminated"),
    ("Approved", "dispute", "ApprovedDisputed"), ("ApprovedDisputed", "resolve", "Approved"),
    ("ApprovedDisputed", "terminate", "Terminated"), ("ApprovedDisputed", "veto", "Terminated"),
    ("ApprovedDisputed", "supersede", "Terminated"),
]  # fmt: skip
FROZEN = {"PlannedDisputed", "ReportedDisputed", "ApprovedDisputed"}
Edge = tuple[str, str, str]


def test_tables_have_their_size() -> None:
    """16 states and 29 transitions of a proposal, 10 and 33 of a payout."""
    assert [(16, 29), (10, 33)] == [(len(machine.states), len(machine.transitions)) for machine in MACHINES]


def test_tables_are_those_of_the_catalogue(shared_data: Path) -> None:
    """State by state and edge by edge; after those of the catalogue come the ends of what passed and was not queued,
    of what another proposal superseded before it was executed, a newer text under review, and votes that decide and
    pay nothing; and of a payout its disputes, its vetoes, and what the vote itself releases.
    """
    table = json.loads((shared_data / "mutual" / "iip_lifecycle.json").read_text("utf-8"))
    edges = [[(edge.source, edge.event, edge.target) for edge in machine.transitions] for machine in MACHINES]

    assert table["initial"] == IIP.initial
    assert {*table["terminal"], "Decided"} == IIP.final_states
    assert {*table["states"], "Decided"} == IIP.states
    assert {*table["payout_states"], *FROZEN} == PAYOUT.states
    expected = _expected(shared_data)
    for machine, found in zip(MACHINES, edges, strict=True):
        assert sorted(expected[machine.name]) == sorted(found)


def _expected(shared_data: Path) -> dict[str, list[Edge]]:
    """The edges of both machines: the catalogue's, and those that stand above."""
    table = json.loads((shared_data / "mutual" / "iip_lifecycle.json").read_text("utf-8"))
    rows = {"iip": table["transitions"], "payout": table["payout_transitions"]}
    listed = {name: [(edge["from"], edge["event"], edge["to"]) for edge in edges] for name, edges in rows.items()}
    return {"iip": [*listed["iip"], *MORE], "payout": [*listed["payout"], *MORE_OF_A_PAYOUT]}


def test_the_whole_tables_are_walked(shared_data: Path) -> None:
    """Every state with every event: what the tables list leads where they say, and every blank is refused with what is
    allowed instead.
    """
    for machine in MACHINES:
        edges = {(state, event): target for state, event, target in _expected(shared_data)[machine.name]}
        states = {state for state, _ in edges} | set(edges.values())
        events = {event for one in MACHINES for event in {edge.event for edge in one.transitions}}
        blanks = 0
        for state in sorted(states):
            allowed = {event for known, event in edges if known == state}
            for event in sorted({*events, "", "tally"}):
                if (state, event) in edges:
                    assert edges[state, event] == machine.step(state, event)
                    continue
                blanks += 1
                with pytest.raises(StateError) as refused:
                    machine.step(state, event)
                told = str(refused.value.facts.get("allowed", ""))
                assert ("E_STATE", allowed) == (refused.value.code, {*told.split(", ")} - {""})
        assert len(states) * (len(events) + 2) - len(edges) == blanks


@pytest.mark.parametrize("state", ["Planned", "Reported", "Approved"])
def test_a_dispute_freezes_a_part_where_it_stands(state: str) -> None:
    """Nothing is reported, approved, returned or paid of it, nor does it lapse; then it goes on from there, or ends."""
    frozen = step(state, "dispute", PAYOUT)

    for event in ("report", "accept", "return", "release", "pay", "lapse", "dispute"):
        with pytest.raises(StateError, match="E_STATE"):
            step(frozen, event, PAYOUT)
    assert state == step(frozen, "resolve", PAYOUT)
    assert "Terminated" == step(frozen, "terminate", PAYOUT)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_event_leads_to_one_state(machine: Machine) -> None:
    """No state knows an event twice, and every state is reached."""
    pairs = [(edge.source, edge.event) for edge in machine.transitions]

    assert len(pairs) == len(set(pairs))
    assert machine.states == {machine.initial} | {edge.target for edge in machine.transitions}


@given(st.sampled_from(MACHINES), st.data())
def test_random_walks_take_only_edges(machine: Machine, data: st.DataObject) -> None:
    """Any event that is accepted is an edge of the table, and any other changes nothing and says what is allowed."""
    events = sorted({edge.event for edge in machine.transitions})
    edges = {(edge.source, edge.event): edge.target for edge in machine.transitions}
    state = machine.initial
    for event in data.draw(st.lists(st.sampled_from(events), max_size=30)):
        if (state, event) in edges:
            state = step(state, event, machine)
            assert state in machine.states
        else:
            with pytest.raises(StateError, match="E_STATE"):
                step(state, event, machine)


@given(st.sampled_from(MACHINES), st.data())
def test_allowed_events_always_lead_on(machine: Machine, data: st.DataObject) -> None:
    """Whoever follows what is allowed never gets stuck outside an end."""
    history: list[str] = []
    for _ in range(20):
        allowed = machine.allowed(status(history, machine))
        if not allowed:
            assert status(history, machine) in machine.final_states
            break
        history.append(data.draw(st.sampled_from([edge.event for edge in allowed])))

    assert [machine.initial, *(step_.target for step_ in _edges(machine, history))] == list(machine.replay(history))


def _edges(machine: Machine, history: list[str]) -> list[object]:
    state, edges = machine.initial, []
    for event in history:
        edge = machine.transition(state, event)
        edges.append(edge)
        state = edge.target
    return edges


@pytest.mark.parametrize(
    ("state", "event", "reason"),
    [
        ("Executed", "open_vote", "event"),
        ("Executed", "tally_pass", "event"),
        ("Draft", "queue", "event"),
        ("Voting", "veto", "event"),
        ("Rejected", "resubmit", "final"),
        ("Superseded", "execute", "final"),
        ("Active", "queue", "unknown"),
    ],
)
def test_H37_illegal_transitions(state: str, event: str, reason: str) -> None:
    """An executed proposal is never voted on again, and nothing leaves an end: E_STATE."""
    with pytest.raises(StateError) as refused:
        step(state, event)

    assert ("E_STATE", reason, state) == (refused.value.code, refused.value.reason, refused.value.facts["state"])


def test_refusal_names_what_is_allowed() -> None:
    """In the order of the table."""
    with pytest.raises(StateError) as refused:
        step("Queued", "tally_pass")

    assert "veto, execute, lapse, execution_failed, supersede" == refused.value.facts["allowed"]


def test_life_of_a_paid_proposal() -> None:
    """From draft to executed, with one attempt that failed."""
    life = ["submit_for_review", "freeze", "open_vote", "tally_pass", "queue", "execution_failed", "execute"]

    assert "Executed" == status(life)
    assert "Draft" == status([])
    assert "Paid" == status(["report", "return", "report", "accept", "pay"], PAYOUT)


def test_the_page_shows_the_whole_table() -> None:
    """`docs/concepts/lifecycle.md` lists every edge, and none besides."""
    page = Path(__file__).parents[2].joinpath("docs", "concepts", "lifecycle.md").read_text("utf-8")
    table = page.partition("## The table\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in table.splitlines() if line.startswith("| ")]
    told = {(state, event.strip("`"), target) for states, event, target in rows[1:] for state in states.split(", ")}

    assert {(edge.source, edge.event, edge.target) for edge in IIP.transitions} == told
