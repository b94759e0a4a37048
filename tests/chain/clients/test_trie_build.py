"""Our tries against the `trie` library's, and against our own reader of proofs."""

from __future__ import annotations

import rlp
from hypothesis import given
from hypothesis import strategies as st
from trie import HexaryTrie

from chain.clients.trie_build import TrieBuild, index_key, list_trie
from chain.keccak import keccak256
from chain.state_proof import Trie, index_nodes

keys = st.one_of(
    st.binary(min_size=1, max_size=3), st.binary(min_size=32, max_size=32), st.integers(0, 300).map(index_key)
)
contents = st.dictionaries(keys, st.one_of(st.binary(min_size=1, max_size=3), st.binary(min_size=1, max_size=80)))


def oracle(content: dict[bytes, bytes]) -> HexaryTrie:
    trie = HexaryTrie({})
    for key, value in content.items():
        trie[key] = value
    return trie


@given(contents)
def test_root_is_that_of_the_trie_library(content: dict[bytes, bytes]) -> None:
    """Whatever the keys share, and wherever one ends inside another, the root is the same."""
    assert oracle(content).root_hash == TrieBuild(content).root


@given(contents.filter(bool), st.data())
def test_path_proves_what_stands_at_its_end(content: dict[bytes, bytes], data: st.DataObject) -> None:
    """A path is enough to read its key, holds no node too many, and proves absence of a key that is not there."""
    key = data.draw(st.one_of(st.sampled_from(sorted(content)), keys))
    trie = TrieBuild(content)
    nodes = index_nodes(trie.path(key))
    reader = Trie(trie.root, nodes)

    assert content.get(key) == reader.get(key)
    assert set(nodes) == reader.used


def test_list_of_many() -> None:
    """The keys of a list are the RLP of its places, also beyond 127 where they grow."""
    values = [bytes([index % 251]) * (1 + index % 90) for index in range(300)]
    trie = list_trie(values)

    assert oracle({rlp.encode(index): value for index, value in enumerate(values)}).root_hash == trie.root
    for index in (0, 1, 127, 128, 255, 256, 299):
        assert values[index] == Trie(trie.root, index_nodes(trie.path(index_key(index)))).get(index_key(index))


def test_empty_list_has_the_root_of_nothing() -> None:
    """No values, no nodes, and the root that a header of an empty block holds."""
    assert keccak256(b"\x80") == list_trie([]).root
