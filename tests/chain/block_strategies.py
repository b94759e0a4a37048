"""Hypothesis strategies for content addressing: CIDs, and values that DAG-CBOR can carry."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

from chain.cid import CID, DAG_CBOR, RAW
from chain.dag_cbor import Value

cids = st.builds(CID, st.sampled_from([RAW, DAG_CBOR]), st.binary(min_size=32, max_size=32))

# around every length of a head, and the ends of what fits
integers = st.one_of(
    st.integers(-(2**64), 2**64 - 1),
    st.sampled_from([sign * 2**bits + step for bits in (3, 8, 16, 32, 63) for sign in (-1, 1) for step in (-1, 0, 1)]),
    st.integers(-30, 30),
)
scalars: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.booleans(), integers, st.text(max_size=30), st.binary(max_size=300), cids
)
keys = st.text(max_size=30).map(lambda key: unicodedata.normalize("NFC", key))


def _containers(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    lists: st.SearchStrategy[Value] = st.lists(inner, max_size=6)
    maps: st.SearchStrategy[Value] = st.dictionaries(keys, inner, max_size=6)
    return lists | maps


values = st.recursive(scalars, _containers, max_leaves=20)
