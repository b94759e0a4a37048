"""`governance.options`: a choice is what it looks like, and no two look alike."""

from __future__ import annotations

import pytest

from chain.errors import CodedError
from governance.options import check_options
from governance.space import write_settings
from tests.governance.space_values import settings_values


def refusal(*choices: str) -> str:
    """Return the code with which choices are refused."""
    with pytest.raises(CodedError) as caught:
        check_options(choices)
    return caught.value.code


@pytest.mark.parametrize(
    "choices", [["For", "Against", "Abstain"], ["贊成", "反對", "棄權"], ["Für", "Gegen"], ["1", "2"]]
)
def test_plain_choices_are_taken(choices: list[str]) -> None:
    """In any script."""
    check_options(choices)


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u202a"])
def test_H28_choice_that_is_turned_around(hidden: str) -> None:
    """Embeddings, overrides and isolates reorder what a voter reads."""
    assert "E_BIDI" == refusal("For", f"Again{hidden}st")


@pytest.mark.parametrize("hidden", ["\u200b", "\u200d", "\U000e0041", "\u00ad", "\u00a0", "\x1b", "\n", "e\u0301"])
def test_H30_choice_with_characters_that_nobody_sees(hidden: str) -> None:
    """Zero widths, tags, soft hyphens, odd blanks, controls and decomposed letters."""
    assert "E_TEXT" == refusal("For", f"For{hidden}")


@pytest.mark.parametrize("twin", ["For", "for", "FOR", " For ", "Ｆｏｒ"])
def test_H30_choices_that_look_alike(twin: str) -> None:
    """Case, blanks and widths make no second choice."""
    assert "E_OPTION_DUP" == refusal("For", "Against", twin)


def test_a_choice_of_blanks_is_none() -> None:
    """There is nothing to read."""
    assert "E_TEXT" == refusal("For", "  ")


def test_settings_hold_their_choices_to_it() -> None:
    """The choices of every vote that pays come from the settings."""
    with pytest.raises(CodedError) as caught:
        write_settings(settings_values(lambda values: values.update(choices=["For", "For\u200b"])))

    assert ("E_TEXT", "option") == (caught.value.code, caught.value.reason)
