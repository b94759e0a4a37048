"""The second count: the same scores as the tally's for every order of the votes, and a refusal where they differ."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.errors import UncheckableError
from governance.ballot import Ballot
from governance.counting import method
from governance.second_count import SYSTEMS, expect_same
from governance.tally import tally

CHOICES = ("For", "Against", "Abstain")
VOTERS = [bytes([number]) * 20 for number in range(1, 5)]
BALLOTS = st.lists(
    st.builds(
        Ballot,
        st.sampled_from(VOTERS),
        st.integers(1, 3),
        st.integers(0, 5).map(lambda n: bytes([n]) * 32),
        st.integers(1, 3),
    ),
    unique_by=lambda ballot: (ballot.voter, ballot.timestamp, ballot.id),
    max_size=12,
)


@settings(max_examples=60)
@given(BALLOTS, st.lists(st.integers(0, 10**30), min_size=4, max_size=4), st.integers(0, 2), st.sampled_from((-1, 1)))
def test_both_counts_agree_and_one_unit_is_seen(ballots: list[Ballot], held: list[int], place: int, by: int) -> None:
    """Several votes of one voter, some of one second, in any order; then one score is a unit off."""
    powers = dict(zip(VOTERS, held, strict=True))
    for system in SYSTEMS:
        scores = list(tally(ballots, powers, method(system), 3).scores)
        expect_same(scores, ballots, powers, CHOICES)
        expect_same(scores, ballots[::-1], powers, CHOICES)

    scores[place] += by
    with pytest.raises(UncheckableError) as caught:
        expect_same(scores, ballots, powers, CHOICES)
    assert ("E_TALLY_DIVERGE", CHOICES[place]) == (caught.value.code, caught.value.facts["option"])
