"""`proposals.periods`: nothing comes before its time, and a state never without what it rests on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.errors import CodedError
from proposals.lifecycle import IIP, StateError
from proposals.periods import NO_PERIODS, Moment, PeriodError, Periods, Place, after, at, earliest, places, walk

WEEK = Periods(review=7, last_call=5, stagnation=30, cool_down=10)
TEXT, OTHER = b"\x01" * 32, b"\x02" * 32


def moments(*told: tuple[str, int], periods: Periods = WEEK) -> list[Moment]:
    """Events with their times, all on one text."""
    return [Moment(event, time, periods, TEXT) for event, time in told]


def refusal(*told: Moment) -> tuple[str, str, object]:
    with pytest.raises(CodedError) as caught:
        walk(told)
    return caught.value.code, caught.value.reason, caught.value.facts.get("earliest")


def test_without_periods_everything_may_come_at_once() -> None:
    """As before there were any: from draft to vote in one second, and brought back in the next."""
    events = ("submit_for_review", "freeze", "open_vote", "tally_no_quorum", "resubmit", "freeze", "open_vote")
    way = [Moment(event, 0) for event in events]

    assert "Voting" == walk(way).state
    assert Place("Review", 0) == at(walk(way[:1]), NO_PERIODS, 10**9)


def test_a_text_stands_for_its_periods() -> None:
    """To the second: one second less is refused, and says when."""
    assert Place("Voting", 12, TEXT) == walk(moments(("submit_for_review", 0), ("freeze", 7), ("open_vote", 12)))
    assert ("E_STATE", "early", 7) == refusal(*moments(("submit_for_review", 0), ("freeze", 6)))
    assert ("E_STATE", "early", 12) == refusal(*moments(("submit_for_review", 0), ("freeze", 7), ("open_vote", 11)))
    assert 7 == earliest(walk(moments(("submit_for_review", 0))), "freeze", WEEK)
    assert None is earliest(walk(moments(("submit_for_review", 0))), "freeze", NO_PERIODS)


def test_a_newer_text_begins_its_review_anew() -> None:
    """Revised, or changed in the last call; and no other text is frozen than the one that was reviewed."""
    way = moments(("submit_for_review", 0), ("revise", 6))
    assert ("E_STATE", "early", 13) == refusal(*way, *moments(("freeze", 12)))
    assert ("E_STATE", "unreviewed", None) == refusal(*way, Moment("freeze", 13, WEEK, OTHER))
    frozen = [*way, *moments(("freeze", 13))]
    assert ("E_STATE", "unchanged", None) == refusal(*frozen, *moments(("normative_change", 14)))
    changed = [*frozen, Moment("normative_change", 14, WEEK, OTHER)]
    assert Place("Review", 14, OTHER) == walk(changed)
    assert ("E_STATE", "early", 21) == refusal(*changed, Moment("freeze", 20, WEEK, OTHER))


@pytest.mark.parametrize("way", [(), (("freeze", 7),), (("freeze", 7), ("normative_change", 8))])
def test_a_text_that_nobody_touches_is_stagnant(way: tuple[tuple[str, int], ...]) -> None:
    """In the second after its period, wherever it waits for its vote; then only its author brings it back."""
    told = [Moment(event, time, WEEK, OTHER if event == "normative_change" else TEXT) for event, time in way]
    waiting = [*moments(("submit_for_review", 0)), *told]
    last = waiting[-1].time
    assert walk(waiting) == at(walk(waiting), WEEK, last + 30)
    assert ("Stagnant", last + 30) == at(walk(waiting), WEEK, last + 31)[:2]

    for event in ("revise", "freeze", "open_vote", "withdraw", "submit_for_review", "normative_change"):
        assert ("E_STATE", "event", None) == refusal(*waiting, Moment(event, last + 31, WEEK, TEXT))
    back = [*waiting, *moments(("resurrect", last + 31))]
    assert ("Draft", last + 31) == walk(back)[:2]
    assert ("E_STATE", "event", None) == refusal(*waiting, *moments(("resurrect", last + 30)))
    assert "Stagnant" in {place.state for place in places(back)}


def test_what_is_voted_on_is_never_stagnant() -> None:
    """Nor what was decided, for as long as anybody waits."""
    open_ = walk(moments(("submit_for_review", 0), ("freeze", 7), ("open_vote", 12)))

    assert open_ == at(open_, WEEK, 10**9)
    assert Place() == at(Place(), WEEK, 10**9)


def test_a_missed_quorum_cools_down() -> None:
    """The same number comes back when its cool-down is over, by the periods that are in force then."""
    missed = moments(("submit_for_review", 0), ("freeze", 7), ("open_vote", 12), ("tally_no_quorum", 20))

    assert ("E_RESUBMIT", "number", 30) == refusal(*missed, *moments(("resubmit", 29)))
    assert "Review" == walk([*missed, *moments(("resubmit", 30))]).state
    assert "Review" == walk([*missed, *moments(("resubmit", 21), periods=NO_PERIODS)]).state


EVENTS = sorted({edge.event for edge in IIP.transitions} - {"inactive"})
LIKELY = ("submit_for_review", "freeze", "open_vote", "revise", "tally_no_quorum", "resubmit", "resurrect")
periods = st.builds(Periods, *(st.sampled_from((0, 0, 3, 9)) for _ in range(2)), st.sampled_from((0, 15)),
                    st.sampled_from((0, 6)))  # fmt: skip
seconds = st.sampled_from((0, 1, 3, 6, 9, 16))
walks = st.lists(
    st.tuples(st.sampled_from((*LIKELY, *LIKELY, *EVENTS)), seconds, st.sampled_from((TEXT, OTHER))), max_size=25
)
NEEDS = {
    "Review": ("submit_for_review", "resubmit", "normative_change", "revise"), "LastCall": ("freeze",),
    "Voting": ("open_vote",), "Passed": ("tally_pass",), "Rejected": ("tally_fail",),
    "QuorumNotMet": ("tally_no_quorum",), "Cancelled": ("cancel",), "Queued": ("queue", "execution_failed"),
    "Executed": ("execute",), "Expired": ("lapse",), "Vetoed": ("veto",), "Superseded": ("supersede",),
    "Withdrawn": ("withdraw",), "Decided": ("tally_decide",),
}  # fmt: skip
"""By state: the events one of which is its evidence; the others are a draft's, and the clock's."""
OF_A_TEXT = (
    "submit_for_review", "request_changes", "freeze", "revise", "normative_change", "open_vote", "withdraw",
)  # fmt: skip


@given(periods, walks)
def test_random_walks_never_reach_a_state_without_its_evidence(
    rules: Periods, told: list[tuple[str, int, bytes]]
) -> None:
    """Whatever is tried, what was taken has its event, its text and its time; and taken again it gives the same."""
    taken: list[Moment] = []
    states: list[Place] = [Place()]
    now = 0
    for event, seconds, text in told:
        now += seconds
        moment = Moment(event, now, rules, text)
        try:
            place = after(states[-1], moment)
        except (StateError, PeriodError):
            continue
        taken.append(moment)
        states.append(place)
        _has_its_evidence(taken, place.state, rules)

    assert states == [place for place in places(taken) if place.state != "Stagnant"]


def _has_its_evidence(taken: list[Moment], state: str, rules: Periods) -> None:
    """From the events alone, without the table: the newest one made the state, and came in its time."""
    last, before = taken[-1], taken[:-1]
    assert state == "Draft" or last.event in NEEDS[state]
    waited = last.time - before[-1].time if before else 0
    brought = [one for one in before if one.event in NEEDS["Review"]]
    if last.event == "freeze":
        assert waited >= rules.review
        assert not rules.review or brought[-1].document == last.document
    if last.event == "open_vote":
        assert waited >= rules.last_call
        assert "freeze" == before[-1].event
    if last.event == "resubmit":
        assert waited >= rules.cool_down
        assert "tally_no_quorum" == before[-1].event
    if last.event.startswith("tally_"):
        assert "open_vote" == before[-1].event
    if last.event in ("queue", "lapse", "execute"):
        assert "tally_pass" in {one.event for one in before}
    if last.event == "resurrect":
        assert 0 < rules.stagnation < waited
    elif rules.stagnation and before and last.event in OF_A_TEXT:
        assert waited <= rules.stagnation
