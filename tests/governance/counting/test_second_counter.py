"""`exact` arithmetic against the plain counter: 2,000 random elections over all systems."""

from __future__ import annotations

from collections import Counter

from governance.counting import Round, method
from tests.governance.counting import plain_counter
from tests.governance.counting.elections import SYSTEMS, clean_election

ELECTIONS = 2_000


def test_a_second_counter_agrees() -> None:
    """On every winner and every declared tie, and on every score within the bound that is said."""
    seen: Counter[tuple[str, str]] = Counter()
    for seed in range(ELECTIONS):
        system, ballots, choices = clean_election(seed)
        for choice, _ in ballots:
            method(system).check(choice, choices)
        found = method(system).count(ballots, choices)

        expected = plain_counter.winners(system, ballots, choices)
        assert expected == set(found.winners), f"seed {seed}: {system}, {ballots}"
        seen[system, "tie" if len(expected) > 1 else "winner"] += 1
        shown = plain_counter.shared_out(system, ballots, choices)
        if shown is None:
            last = dict([step for step in found.steps if isinstance(step, Round)][-1].counts)
            assert [last.get(number, 0) for number in range(1, choices + 1)] == list(found.scores)
            continue
        for score, true in zip(found.scores, shown, strict=True):
            assert abs(true - score) <= found.bound, f"seed {seed}: {system}, {ballots}"
    assert all(seen[system, outcome] > 10 for system in SYSTEMS for outcome in ("tie", "winner")), seen


def test_scores_are_exact_where_nothing_is_divided() -> None:
    """Single choice, basic, approval and ranked choice know no error bound at all."""
    for seed in range(200):
        system, ballots, choices = clean_election(seed)
        if system in ("single-choice", "basic", "approval", "ranked-choice"):
            assert 0 == method(system).count(ballots, choices).bound
