"""`governance.strict_map`: exactly the known keys, each in its only spelling."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chain.errors import CodedError
from governance.strict_map import StrictMap, expect_version, open_map
from tests.governance.space_values import person, spelled


def opened(value: object) -> StrictMap:
    """A map with one key, `x`."""
    return open_map({"x": value}, "x", code="E_SETTINGS", place="here")


def refused(take: Callable[[], object]) -> tuple[str, object]:
    """Return code and field of a refusal."""
    with pytest.raises(CodedError) as caught:
        take()
    return caught.value.code, caught.value.facts["field"]


@pytest.mark.parametrize(
    ("take", "good", "bad"),
    [
        (lambda m: m.integer("x", 0, 5), [0, 5], [-1, 6, True, "1", None]),
        (lambda m: m.text("x", "[a-z]+"), ["a", "abc"], ["", "A", "a\n", 1, None]),
        (lambda m: m.flag("x"), [True, False], [0, 1, "true", None]),
        (lambda m: m.amount("x"), ["0", "10"], ["", "01", "-1", "1.0", "1e3", "１", 1, None]),
        (lambda m: m.amounts("x"), [[], ["0", "10"]], [["01"], [1], "1", None]),
        (lambda m: m.address("x"), [spelled("a")], [spelled("a").lower(), person("a"), "", None]),
        (lambda m: m.optional_address("x"), [None, spelled("a")], ["", spelled("a").lower()]),
        (lambda m: m.address_list("x"), [[], [spelled("a"), spelled("b")]], [[spelled("a")] * 2, [None], spelled("a")]),
        (lambda m: m.text_list("x", "[a-z]"), [[], ["a", "b"]], [["a", "a"], ["A"], [1], "a", None]),
        (lambda m: m.hash32("x"), ["0x" + "ab" * 32, b"1" * 32], ["0x" + "AB" * 32, "ab" * 32, b"1" * 31, 1, None]),
        (lambda m: m.items("x"), [[], [1]], ["", {}, None]),
        (lambda m: m.open("x", "y"), [{"y": 1}], [{}, [], None]),
        (lambda m: m.open_each("x", "y"), [[], [{"y": 1}]], [[{}], [1], None]),
    ],
)
def test_values_have_one_spelling(take: Callable[[StrictMap], object], good: list[object], bad: list[object]) -> None:
    """What fits is taken; what does not is refused under the format's code, naming its place."""
    for value in good:
        take(opened(value))
    for value in bad:
        code, field = refused(lambda value=value: take(opened(value)))
        assert "E_SETTINGS" == code
        assert str(field).startswith("here.x")


def test_values_come_as_their_own_kind() -> None:
    """Addresses and hashes become bytes, amounts numbers."""
    assert person("a") == opened(spelled("a")).address("x")
    assert b"\xab" * 32 == opened("0x" + "ab" * 32).hash32("x")
    assert 10**20 == opened(str(10**20)).amount("x")


def test_unknown_keys_are_another_version_and_missing_ones_a_wrong_form() -> None:
    """A newer writer meant something by a key that we do not know."""
    assert ("E_VERSION", "y") == refused(lambda: open_map({"x": 1, "y": 2}, "x", code="E_SETTINGS"))
    assert ("E_SETTINGS", "y") == refused(lambda: open_map({"x": 1}, "x y", code="E_SETTINGS"))
    assert ("E_SETTINGS", "document") == refused(lambda: open_map([1], "x", code="E_SETTINGS"))


def test_versions_and_words_of_later_releases_are_told_as_such() -> None:
    """Another version, or a word that this one does not know, is `E_VERSION`."""
    expect_version(opened(1), "x", 1)
    assert "here" == opened("here").one_of("x", ("here", "there"))

    for other in (2, 0, True, "1", None):
        assert ("E_VERSION", "here.x") == refused(lambda other=other: expect_version(opened(other), "x", 1))
    assert ("E_VERSION", "here.x") == refused(lambda: opened("elsewhere").one_of("x", ("here", "there")))


def test_places_count_from_one() -> None:
    """The second of a list is called [2]."""
    rows = opened([{"y": 1}, {"y": "two"}]).open_each("x", "y")

    assert ("E_SETTINGS", "here.x[2].y") == refused(lambda: rows[1].integer("y", 0, 9))
