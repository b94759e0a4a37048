"""`governance.disputes`: when a part is frozen, when the panel has decided, and what its silence means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.acts import Act, ActLeaf
from governance.disputes import dispute_on
from governance.settings import Disputes

PANEL = (b"\x0a" * 20, b"\x0b" * 20, b"\x0c" * 20)
RULES = Disputes(PANEL, 2, 100)


def act(
    index: int, time: int, kind: str, who: bytes = b"\x01" * 20, part: int = 1, text: bytes = b"\x07" * 32
) -> ActLeaf:
    made = Act(
        raw=b"", address=who, signature=b"", id=bytes([index]) * 32, proposal=bytes(32), part=part, kind=kind,
        evidence=text, timestamp=time,
    )  # fmt: skip
    return ActLeaf(index, time, made)


OPENED = act(1, 1000, "dispute")


def test_nobody_disputes() -> None:
    """Other acts, and disputes on other parts, freeze nothing."""
    assert dispute_on([], RULES, 1) is None
    assert dispute_on([act(1, 1, "report"), act(2, 2, "dispute", part=2)], RULES, 1) is None


def test_open_until_the_last_second() -> None:
    """The panel has the settings' time, to the second; then its silence is a decision."""
    found = dispute_on([OPENED], RULES, 1)

    assert found is not None
    assert (1100, None, 0) == (found.deadline, found.resolved, found.extension)
    assert found.is_open(1100)
    assert not found.is_open(1101)
    assert (False, True) == (found.is_lapsed(1100), found.is_lapsed(1101))
    assert (False, True, True) == tuple(map(found.freezes_leaf, (1, 2, 10**6)))
    assert (False, True, True) == tuple(map(found.freezes_time, (1000, 1001, 10**9)))


def test_enough_members_over_one_text_let_it_go_on() -> None:
    """The end moves by as long as it was open, and from the last act on nothing is frozen."""
    found = dispute_on([OPENED, act(2, 1010, "resolve", PANEL[0]), act(5, 1060, "resolve", PANEL[2])], RULES, 1)

    assert found is not None
    assert (5, 60) == (found.resolved.index if found.resolved else None, found.extension)
    assert not found.is_open(1070)
    assert not found.is_lapsed(10**9)
    assert (True, False, False) == tuple(map(found.freezes_leaf, (4, 5, 6)))
    assert (True, False, False) == tuple(map(found.freezes_time, (1059, 1060, 1061)))


@pytest.mark.parametrize(
    "acts",
    [
        [act(2, 1010, "resolve", PANEL[0])],
        [act(2, 1010, "resolve", PANEL[0]), act(3, 1011, "resolve", PANEL[0])],
        [act(2, 1010, "resolve", PANEL[0]), act(3, 1011, "resolve", b"\x01" * 20)],
        [act(2, 1010, "resolve", PANEL[0]), act(3, 1101, "resolve", PANEL[1])],
        [act(2, 1010, "resolve", PANEL[0]), act(3, 1011, "resolve", PANEL[1], text=b"\x08" * 32)],
        [act(2, 1010, "resolve", PANEL[0]), act(3, 1011, "resolve", PANEL[1], part=2)],
        [act(0, 990, "resolve", PANEL[0]), act(2, 1010, "resolve", PANEL[1])],
    ],
    ids=["one", "one twice", "a stranger", "too late", "another text", "another part", "before it"],
)
def test_what_is_no_decision(acts: list[ActLeaf]) -> None:
    """Too few, too late, over two texts, or by nobody of the panel."""
    found = dispute_on([OPENED, *acts], RULES, 1)

    assert found is not None
    assert found.resolved is None


def test_two_of_three_may_differ_from_the_third() -> None:
    """Whichever text first has enough members decides."""
    told = [act(2, 1010, "resolve", PANEL[0], text=b"\x08" * 32), act(3, 1011, "resolve", PANEL[1])]
    found = dispute_on([OPENED, *told, act(4, 1012, "resolve", PANEL[2])], RULES, 1)

    assert found is not None
    assert found.resolved is not None
    assert 4 == found.resolved.index


@given(
    st.permutations([OPENED, act(2, 1010, "resolve", PANEL[0]), act(3, 1020, "resolve", PANEL[1]), act(4, 1, "veto")])
)
def test_order_of_the_list_does_not_matter(acts: list[ActLeaf]) -> None:
    """Leaves are walked in the journal's order."""
    found = dispute_on(acts, RULES, 1)

    assert found is not None
    assert 20 == found.extension
