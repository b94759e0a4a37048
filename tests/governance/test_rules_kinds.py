"""Kinds of quorum and threshold: what counts, what rejects, who must take part, and which sentence says so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.errors import CodedError, UncheckableError
from dao.sentences import LANGUAGES, sentence
from governance.rules import Electorate, Rules, Verdict, rules_of, verdict
from governance.settings import Quorum, Threshold
from tests.governance.space_values import BLOCK, settings, settings_values, spelled, write_settings

UNIT = 10**18
KINDS = ("all_choices", "for_abstain", "for", "rejection")


def rules(kind: str = "all_choices", minimum: int = 100, threshold: dict[str, Any] | None = None, **more: Any) -> Rules:
    """Rules with this quorum."""
    quorum = {"kind": kind, "minimum": str(minimum * UNIT)} | more
    share = threshold or {"numerator": 1, "denominator": 2}
    return rules_of(settings(lambda values: values.update(quorum=quorum, threshold=share)), [BLOCK])


def judged(of: Rules, *votes: int, voters: int = 9, supply: int | None = None) -> Verdict:
    """The verdict on scores in whole powers."""
    return verdict([vote * UNIT for vote in votes], of, Electorate(voters, None if supply is None else supply * UNIT))


def test_H66_what_abstaining_does() -> None:
    """60 for, 10 against, 40 abstain, a quorum of 100: counted with all choices, not by the other two kinds."""
    votes = (60, 10, 40)

    assert ["V_PASSED", "V_PASSED.for_abstain", "V_QUORUM_NOT_MET.for"] == [
        judged(rules(kind), *votes).key for kind in KINDS[:3]
    ]
    assert ["V_PASSED", "V_QUORUM_NOT_MET.for_abstain", "V_QUORUM_NOT_MET.for"] == [
        judged(rules(kind), 60, 30, 10).key for kind in KINDS[:3]
    ]
    assert "V_PASSED.for" == judged(rules("for"), 100, 99, 0).key


@pytest.mark.parametrize(
    ("votes", "key"),
    [
        ((1, 99, 0), "V_PASSED.unopposed"),
        ((1, 0, 0), "V_PASSED.unopposed"),
        ((500, 100, 0), "V_REJECTED.opposed"),
        ((0, 0, 500), "V_REJECTED.nobody"),
        ((0, 0, 0), "V_REJECTED.nobody"),
        ((0, 100, 0), "V_REJECTED.opposed"),
    ],
)
def test_silence_is_consent_where_the_quorum_rejects(votes: tuple[int, int, int], key: str) -> None:
    """Exactly the quorum against rejects, whatever is for it; nobody for it releases nothing."""
    assert key == judged(rules("rejection"), *votes).key


@pytest.mark.parametrize(
    ("votes", "key"),
    [((100, 0, 50), "V_PASSED"), ((99, 1, 0), "V_REJECTED.unanimity"), ((0, 0, 100), "V_REJECTED.tie")],
)
def test_unanimity(votes: tuple[int, int, int], key: str) -> None:
    """One vote against is enough; abstaining is not against."""
    assert key == judged(rules(threshold={"kind": "at_least", "numerator": 1, "denominator": 1}), *votes).key


def test_at_least_and_more_than() -> None:
    """Two thirds exactly reach a share, and do not exceed it."""
    share = {"numerator": 2, "denominator": 3}

    assert "V_PASSED" == judged(rules(threshold=share | {"kind": "at_least"}), 200, 100, 0).key
    assert "V_REJECTED" == judged(rules(threshold=share), 200, 100, 0).key
    assert "V_REJECTED.at_least" == judged(rules(threshold=share | {"kind": "at_least"}), 199, 100, 0).key


def test_a_share_of_the_supply() -> None:
    """Rounded up, never below the minimum, and unknown is not zero."""
    of = rules("for", 10, of_supply={"numerator": 1, "denominator": 3})

    assert "V_QUORUM_NOT_MET.supply" == judged(of, 33, 0, 0, supply=100).key
    assert "V_PASSED.for" == judged(of, 34, 0, 0, supply=100).key
    assert "V_QUORUM_NOT_MET.for" == judged(of, 9, 0, 0, supply=1).key
    assert "V_QUORUM_NOT_MET.for" == judged(of, 0, 0, 0, supply=0).key
    with pytest.raises(UncheckableError) as caught:
        judged(of, 34, 0, 0)
    assert ("E_TALLY_INCOMPLETE", "supply") == (caught.value.code, caught.value.reason)


def test_enough_people_must_take_part() -> None:
    """Voters with power are counted, not votes; also where silence is consent."""
    assert "V_QUORUM_NOT_MET.voters" == judged(rules(voters=3), 1000, 0, 0, voters=2).key
    assert "V_PASSED" == judged(rules(voters=3), 1000, 0, 0, voters=3).key
    assert "V_QUORUM_NOT_MET.voters" == judged(rules("rejection", voters=1), 0, 0, 0, voters=0).key


def test_a_committee_of_three_of_five() -> None:
    """A list of members and a quorum of For: the third yes decides, if fewer say no."""
    members = [spelled(f"member {number}") for number in range(5)]

    def committee(values: dict[str, Any], minimum: int = 3) -> None:
        strategy = values["strategies"][0] | {"name": "whitelist", "params": {"addresses": members}, "proof": None}
        values.update(strategies=[strategy], quorum={"kind": "for", "minimum": str(minimum * UNIT)})

    of = rules_of(settings(committee), [BLOCK])

    assert "V_QUORUM_NOT_MET.for" == judged(of, 2, 0, 0).key
    assert "V_PASSED.for" == judged(of, 3, 2, 0).key
    with pytest.raises(CodedError) as caught:
        settings(lambda values: committee(values, 6))
    assert ("E_RULE_UNSAFE", "committee_quorum") == (caught.value.code, caught.value.reason)


@pytest.mark.parametrize(
    ("quorum", "code"),
    [
        ({"kind": "against"}, "E_VERSION"),
        ({"voters": 0}, "E_SETTINGS"),
        ({"voters": "2"}, "E_SETTINGS"),
        ({"of_supply": None}, "E_SETTINGS"),
        ({"of_supply": {"numerator": 0, "denominator": 1}}, "E_SETTINGS"),
        ({"of_supply": {"numerator": 1}}, "E_SETTINGS"),
        ({"of_supply": {"numerator": 1, "denominator": 2, "of": "MUT"}}, "E_VERSION"),
        ({"share": 1}, "E_VERSION"),
    ],
)
def test_quorums_are_read_strictly(quorum: dict[str, Any], code: str) -> None:
    """A key that may be left out has no second spelling of its absence."""
    told = settings_values(lambda values: values["quorum"].update(quorum))

    with pytest.raises(CodedError) as caught:
        settings(lambda values: values.update(told))
    assert code == caught.value.code


def test_older_settings_read_as_before() -> None:
    """Without the new keys a quorum counts every choice and a share must be exceeded."""
    assert (Quorum("all_choices", 100 * UNIT), Threshold(1, 2)) == (settings().quorum, settings().threshold)
    assert write_settings(settings_values()) == settings().text


@given(
    st.sampled_from(KINDS), st.tuples(*[st.integers(0, 300)] * 3), st.integers(0, 3), st.integers(0, 900),
    st.sampled_from([None, {"kind": "at_least", "numerator": 1, "denominator": 1}]),
)  # fmt: skip
def test_no_kind_releases_without_a_vote_for_it_or_on_a_tie(
    kind: str, votes: tuple[int, int, int], voters: int, supply: int, threshold: dict[str, Any] | None
) -> None:
    """Whatever the rule, nothing is paid that nobody asked for; and every verdict has its sentence in each language."""
    of = rules(kind, threshold=threshold, voters=2, of_supply={"numerator": 1, "denominator": 5})
    found = judged(of, *votes, voters=voters, supply=supply)

    assert found.released == (found.state == "passed")
    assert not (found.released and votes[0] == 0)
    assert not (found.released and voters < 2)
    if kind != "rejection":
        assert not (found.released and votes[0] <= votes[1])
    code, _, reason = found.key.partition(".")
    for lang in LANGUAGES:
        assert "{" not in sentence(code, reason, found.facts, lang)
