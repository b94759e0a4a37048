"""`governance.rules`: the verdict, at and beside each of its borders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.blocks import BlockRef
from chain.errors import CodedError
from governance.rules import Rules, rules_of, verdict
from tests.governance.space_values import BLOCK, settings

UNIT = 10**18
scores = st.tuples(*[st.integers(0, 400 * UNIT)] * 3)


def rules(numerator: int = 1, denominator: int = 2, minimum: int = 100) -> Rules:
    """The rules of the test's space, with this threshold and a quorum in whole powers."""
    changed = settings(
        lambda values: values.update(
            threshold={"numerator": numerator, "denominator": denominator},
            quorum={"kind": "all_choices", "minimum": str(minimum * UNIT)},
        )
    )
    return rules_of(changed, [BLOCK])


def judged(*votes: int, of: Rules | None = None) -> tuple[str, bool]:
    """State and release for scores in whole powers."""
    found = verdict([vote * UNIT for vote in votes], of or rules())
    return found.state, found.released


def test_rules_are_the_settings_part_that_decides() -> None:
    """Choices, strategies, quorum, threshold, window and admission, with the snapshot blocks."""
    told = settings()

    found = rules_of(told, [BLOCK])

    assert (told.choices, told.quorum, told.threshold) == (found.choices, found.quorum, found.threshold)
    assert BLOCK == found.block(BLOCK.chain_id)


@pytest.mark.parametrize(
    "blocks", [[], [BlockRef(1, 1, bytes(32))], [BLOCK, BLOCK], [BLOCK, BlockRef(1, 1, bytes(32))]]
)
def test_H44_snapshot_of_other_chains(blocks: list[BlockRef]) -> None:
    """The snapshot is exactly one block for each chain that a strategy reads."""
    with pytest.raises(CodedError) as caught:
        rules_of(settings(), blocks)

    assert ("E_RULE_DRIFT", "blocks") == (caught.value.code, caught.value.reason)


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ((60, 40, 0), ("passed", True)),
        ((100, 0, 0), ("passed", True)),
        ((51, 49, 0), ("passed", True)),
        ((40, 60, 0), ("rejected", False)),
        ((1, 0, 99), ("passed", True)),
        ((99, 0, 0), ("quorum_not_met", False)),
    ],
)
def test_verdicts(votes: tuple[int, int, int], expected: tuple[str, bool]) -> None:
    """Majority and quorum, where both are clear."""
    assert expected == judged(*votes)


@pytest.mark.parametrize(
    ("votes", "state"),
    [
        ((0, 0, 0), "quorum_not_met"),
        ((0, 0, 100), "rejected"),
        ((50, 50, 0), "rejected"),
        ((0, 100, 0), "rejected"),
    ],
)
def test_H64_ties_zero_votes_and_abstentions_never_release(votes: tuple[int, int, int], state: str) -> None:
    """No votes, a tie, and a quorum of abstentions alone."""
    assert (state, False) == judged(*votes)


def test_H64_quorum_exactly_reached() -> None:
    """`counted >= quorum`: the last unit of 1e-18 decides."""
    exact = [60 * UNIT, 40 * UNIT, 0]

    assert verdict(exact, rules()).released
    assert "quorum_not_met" == verdict([exact[0] - 1, *exact[1:]], rules()).state


def test_H64_threshold_exactly_reached_does_not_release() -> None:
    """Two thirds must be exceeded, by one unit of 1e-18 and without any rounding."""
    two_thirds = rules(2, 3)

    assert not verdict([200 * UNIT, 100 * UNIT, 0], two_thirds).released
    assert verdict([200 * UNIT + 1, 100 * UNIT, 0], two_thirds).released
    assert not verdict([50 * UNIT + 1, 50 * UNIT + 1, 0], rules()).released
    assert verdict([50 * UNIT + 1, 50 * UNIT, 0], rules()).released


def test_H61_sums_that_doubles_would_call_equal() -> None:
    """2**53 and one more, 0.1 + 0.2 against 0.3: exact numbers tell them apart, and see true ties."""
    great = 2**53 * UNIT
    assert verdict([great + 1, great, 0], rules()).released
    assert "V_REJECTED.tie" == verdict([great, great, 0], rules()).key

    tenths = [sum([UNIT // 10, 2 * UNIT // 10]) * 1000, 3 * UNIT // 10 * 1000, 0]
    assert "V_REJECTED.tie" == verdict(tenths, rules()).key


def test_other_voting_systems_decide_and_never_release() -> None:
    """The strongest choice is named, a tie is told, and nothing is paid whatever the scores are."""
    options = ["Red", "Green", "Blue", "None of them"]
    by_four = rules_of(settings(), [BLOCK], system="single-choice", choices=options)

    told = verdict([90 * UNIT, 5 * UNIT, 5 * UNIT, 0], by_four)
    tied = verdict([50 * UNIT, 50 * UNIT, 0, 0], by_four)
    thin = verdict([99 * UNIT, 0, 0, 0], by_four)

    assert ("decided", False, "V_DECIDED", "Red") == (told.state, told.released, told.key, told.facts["winners"])
    assert ("decided", False, "V_DECIDED.tie", "Red, Green") == (
        tied.state,
        tied.released,
        tied.key,
        tied.facts["winners"],
    )
    assert ("quorum_not_met", False) == (thin.state, thin.released)


def test_the_verdict_says_its_numbers_for_people() -> None:
    """Facts are decimal text, and the key picks a sentence."""
    found = verdict([60 * UNIT + UNIT // 2, 40 * UNIT, 0], rules())

    assert "V_PASSED" == found.key
    assert ("60.5", "40", "100.5", "100") == tuple(
        found.facts[name] for name in ("in_favour", "against", "counted", "quorum")
    )


@given(scores)
def test_release_is_exactly_the_rule(found: tuple[int, int, int]) -> None:
    """`released` means quorum, a vote in favour and more than the threshold; and `passed` means released."""
    in_favour, against, _ = found

    judged_ = verdict(found, rules(2, 3))

    assert judged_.released == (
        sum(found) >= 100 * UNIT and in_favour > 0 and in_favour * 3 > 2 * (in_favour + against)
    )
    assert judged_.released == (judged_.state == "passed")


@given(scores, st.integers(1, 100 * UNIT))
def test_votes_in_favour_never_hurt(found: tuple[int, int, int], more: int) -> None:
    """More power for choice 1 never turns a release into none; more against never makes one."""
    in_favour, against, abstained = found

    assert verdict(found, rules()).released <= verdict((in_favour + more, against, abstained), rules()).released
    if sum(found) >= 100 * UNIT:
        assert verdict(found, rules()).released >= verdict((in_favour, against + more, abstained), rules()).released
