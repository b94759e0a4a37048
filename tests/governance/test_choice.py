"""`governance.choice`: a choice has one form, in every policy."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chain.errors import CodedError
from governance.choice import read_choice


def refusal(action: str, choice: object) -> str:
    """Return the code with which a choice is refused."""
    with pytest.raises(CodedError) as caught:
        read_choice(action, choice)
    return caught.value.code


@pytest.mark.parametrize(
    ("action", "choice", "expected"),
    [
        ("vote", 1, 1),
        ("vote", 2**32 - 1, 2**32 - 1),
        ("vote-array", [3, 1], (3, 1)),
        ("vote-string", '{"1":1}', {1: Decimal(1)}),
        ("vote-string", '{"1":0,"3":0.25}', {1: Decimal(0), 3: Decimal("0.25")}),
    ],
)
def test_the_three_forms(action: str, choice: object, expected: object) -> None:
    """A number, a list of numbers, and the JSON text of weights."""
    assert expected == read_choice(action, choice)


@pytest.mark.parametrize("choice", [0, -1, 2**32, True, "1", Decimal("1.0"), None, [1], {"1": 1}])
def test_H50_choice_that_is_no_number(choice: object) -> None:
    """0, true, "1", 1.0 and whatever else is not a whole number from 1."""
    assert "E_CHOICE" == refusal("vote", choice)


@pytest.mark.parametrize("choice", [[], [0], [1, "1"], [1, True], [1, 1], [1, Decimal("2.0")], (1, 2), "1", 1, None])
def test_H50_choice_that_is_no_list(choice: object) -> None:
    """An empty list, a text or a truth among numbers, a number twice."""
    assert "E_CHOICE" == refusal("vote-array", choice)


@pytest.mark.parametrize(
    "choice",
    [
        "", "{}", "[1]", "1", '{"1":-1}', '{"1":0,"2":0}', '{"01":1}', '{"0":1}', '{" 1":1}', '{"1.0":1}', '{"0x1":1}',
        '{"1":true}', '{"1":"1"}', '{"1":1,"1":2}', '{"1":1e400}', '{"1":NaN}', '{"4294967296":1}', '{"1":1', 1, None,
        ["1"],
    ],
)  # fmt: skip
def test_H51_weights_that_are_none(choice: object) -> None:
    """Negative, all zero, misnamed, repeated, infinite or missing weights."""
    assert "E_CHOICE" == refusal("vote-string", choice)


@pytest.mark.parametrize("choice", ["0xdeadbeef", "0X00"])
def test_an_encrypted_choice_is_named(choice: str) -> None:
    """A shutter vote is refused by its own name, since it is not malformed."""
    assert "E_SCHEME_SHUTTER" == refusal("vote-string", choice)
