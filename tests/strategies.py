"""The one home of Hypothesis strategies."""

from __future__ import annotations

from hypothesis import strategies as st


def anything() -> st.SearchStrategy[object]:
    """Values of the kinds that errors and findings carry, nested a little, with all of Unicode and lone surrogates."""
    leaves = st.none() | st.booleans() | st.integers() | st.binary(max_size=120) | st.text(st.characters(), max_size=40)
    return st.recursive(
        leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=8
    )


def facts() -> st.SearchStrategy[dict[str, object]]:
    """Facts of an error by name, some with the names that catalogued sentences use."""
    names = st.sampled_from(["path", "problem", "limit"]) | st.text(max_size=8)
    return st.dictionaries(names, anything(), max_size=5)
