"""Merkle-Patricia proofs against the `trie` library and py-evm's own state."""

from __future__ import annotations

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from chain.keccak import keccak256
from chain.rlp_items import ProofError
from chain.state_proof import (
    EMPTY_ROOT,
    NO_ACCOUNT,
    Trie,
    account,
    account_in,
    canonical_nodes,
    index_nodes,
    mapping_slot,
    read_trie,
    refuse_surplus,
    storage,
    storage_in,
)
from tests.chain.forge import path, storage_trie, trie_of
from tests.chain.proof_chain import SENDERS, proof_chain, vyper_contract

# Few letters and short keys make prefixes, extensions, branch values and embedded nodes likely.
KEYS = st.binary(max_size=4).map(lambda key: bytes(byte & 0x13 for byte in key))
TRIES = st.dictionaries(KEYS, st.binary(min_size=1, max_size=40), max_size=24)


@given(TRIES, KEYS)
def test_readings_agree_with_the_trie_library(content, absent):
    """Presence and absence are what the other implementation says, from exactly the nodes on the path."""
    tree = trie_of(content)
    for key in {*content, absent}:
        nodes = index_nodes(path(tree, key))
        reader = Trie(tree.root_hash, nodes)
        assert content.get(key) == reader.get(key)
        assert nodes.keys() == reader.used


@given(TRIES.filter(bool), st.data())
def test_a_path_with_a_gap_proves_nothing(content, data):
    """Without one of the nodes on its path a key is neither present nor absent."""
    tree = trie_of(content)
    key = data.draw(st.sampled_from(sorted(content)))
    nodes = path(tree, key)
    nodes.remove(data.draw(st.sampled_from(nodes)))
    with pytest.raises(ProofError) as caught:
        read_trie(tree.root_hash, key, index_nodes(nodes))
    assert ("E_PROOF", "missing_node") == (caught.value.code, caught.value.reason)


@given(TRIES.filter(bool), st.data())
def test_a_flipped_byte_is_found(content, data):
    """A node with a flipped byte is not the node of its hash, wherever it is filed."""
    tree = trie_of(content)
    key = data.draw(st.sampled_from(sorted(content)))
    nodes = path(tree, key)
    at = data.draw(st.integers(0, len(nodes) - 1))
    broken = bytearray(nodes[at])
    broken[data.draw(st.integers(0, len(broken) - 1))] ^= data.draw(st.integers(1, 255))
    altered = [*nodes[:at], bytes(broken), *nodes[at + 1 :]]
    with pytest.raises(ProofError) as caught:
        read_trie(tree.root_hash, key, index_nodes(altered))
    assert "missing_node" == caught.value.reason
    with pytest.raises(ProofError) as caught:
        read_trie(tree.root_hash, key, dict(zip(map(keccak256, nodes), altered, strict=True)))
    assert "node_hash" == caught.value.reason


def test_the_empty_trie_needs_no_nodes():
    """Nothing stands behind the empty root."""
    assert read_trie(EMPTY_ROOT, b"key", {}) is None
    assert EMPTY_ROOT == trie_of({}).root_hash


A_HASH = b"\xaa" * 32
LEAF = [b"\x20" + b"\x00" * 40, b"value"]
SHORT_LEAF = [b"\x20", b"v"]


@pytest.mark.parametrize(
    ("node", "fault"),
    [
        (b"value", "items"),
        ([b"\x20"], "items"),
        ([b""] * 16, "items"),
        ([b"", b"value"], "path"),
        ([b"\x40", b"value"], "path"),  # a flag that is neither leaf nor extension
        ([b"\x21", b"value"], "path"),  # padding of an even path is zero
        ([[b"\x20"], b"value"], "path"),
        ([b"\x20", b""], "leaf_value"),
        ([b"\x20", [b"value"]], "leaf_value"),
        ([b"\x00", A_HASH], "extension"),  # an extension by nothing
        ([b"\x11", b""], "extension"),
        ([b"\x11", A_HASH[:31]], "child"),
        ([b"\x10", SHORT_LEAF], "extension_child"),  # only a branch stands behind an extension
        ([A_HASH, *[b""] * 16], "branch"),  # a branch to one side only
        ([b""] * 16 + [b"value"], "branch"),
        ([A_HASH, A_HASH[:5], *[b""] * 15], "child"),
        ([A_HASH, A_HASH, *[b""] * 14, [b"value"]], "branch_value"),
        ([LEAF, A_HASH, *[b""] * 15], "embedded"),  # 32 bytes and more stand behind their hash
        ([[b"\x20"], A_HASH, *[b""] * 15], "items"),
    ],
)
def test_a_malformed_node_is_refused_even_under_its_own_hash(node, fault):
    """A trie that no client would build proves nothing, whatever its root."""
    encoded = rlp.encode(node)
    with pytest.raises(ProofError) as caught:
        read_trie(keccak256(encoded), b"\x00", {keccak256(encoded): encoded})
    assert ("malformed", fault) == (caught.value.reason, caught.value.facts["fault"])


def test_a_short_node_stands_inside_its_parent():
    """A node shorter than a hash is read inside its parent; behind its hash it is another spelling, and refused."""
    leaf, key = [b"\x3f", b"v"], b"\x0f"  # nibbles 0, f: the branch's first child, then the leaf's whole path
    short = rlp.encode(leaf)
    inside, behind = (rlp.encode([child, A_HASH, *[b""] * 15]) for child in (leaf, keccak256(short)))
    assert b"v" == read_trie(keccak256(inside), key, index_nodes([inside]))
    with pytest.raises(ProofError) as caught:
        read_trie(keccak256(behind), key, index_nodes([behind, short]))
    assert "short" == caught.value.facts["fault"]


@pytest.mark.parametrize("size", range(24, 34))
def test_nodes_of_31_and_32_bytes_stand_where_they_belong(size):
    """Around the size of a hash, what the library embeds is read embedded, and what it hashes is read by hash."""
    content = {b"\x00": b"v" * size, b"\x10": b"w" * size}
    tree = trie_of(content)
    assert content == {key: read_trie(tree.root_hash, key, index_nodes(path(tree, key))) for key in content}
    leaf = [b"\x30", b"v" * size]
    inside = rlp.encode([leaf, A_HASH, *[b""] * 15])
    if len(rlp.encode(leaf)) < 32:
        assert b"v" * size == read_trie(keccak256(inside), b"\x00", index_nodes([inside]))
    else:
        with pytest.raises(ProofError) as caught:
            read_trie(keccak256(inside), b"\x00", index_nodes([inside]))
        assert "embedded" == caught.value.facts["fault"]


def test_mapping_slots_of_both_languages():
    """Solidity hashes key then slot, Vyper slot then key; keys up to a word are padded on the left."""
    word, place = bytes(12) + b"\x0a" * 20, (3).to_bytes(32, "big")
    for key in (b"\x0a" * 20, word):
        assert keccak256(word + place) == mapping_slot("solidity", 3, key).to_bytes(32, "big")
        assert keccak256(place + word) == mapping_slot("vyper", 3, key).to_bytes(32, "big")


def test_surplus_nodes_are_refused():
    """A node that no reading needed is refused; nodes that different tries needed are not."""
    one, two = storage_trie({1: 1, 2: 2}), storage_trie({3: 3})
    nodes = index_nodes(path(one, *one_key(1)) + path(two, *one_key(3)))
    first, second = Trie(one.root_hash, nodes), Trie(two.root_hash, nodes)
    assert 1 == storage_in(first, 1)
    with pytest.raises(ProofError) as caught:
        refuse_surplus(nodes, first, second)
    assert ("surplus", 1) == (caught.value.reason, caught.value.facts["count"])
    assert 3 == storage_in(second, 3)
    refuse_surplus(nodes, first, second)


def one_key(slot):
    """The key of one slot, as arguments of `path`."""
    return (keccak256(slot.to_bytes(32, "big")),)


def test_canonical_nodes_have_one_order():
    """Ascending, each once, and without the node of the empty trie."""
    assert (b"a", b"b") == canonical_nodes([b"b", b"a", b"b", b"\x80"])


def test_an_account_is_what_py_evm_says():
    """Nonce, balance and code of a plain account and of a contract, at the head and in an old block."""
    chain, contract = proof_chain(), vyper_contract()
    number = chain.number()
    for text in (SENDERS[0].address, contract.address):
        address = bytes.fromhex(text[2:])
        for at in (1, number):
            nodes = index_nodes(chain.state_nodes(address, [], at))
            trie = Trie(chain.py_evm_header(at).state_root, nodes)
            read = account_in(trie, address)
            assert chain.web3.eth.get_balance(text, at) == read.balance
            assert chain.web3.eth.get_transaction_count(text, at) == read.nonce
            assert keccak256(bytes(chain.web3.eth.get_code(text, at))) == read.code_hash
            refuse_surplus(nodes, trie)


def test_an_absent_account_is_proved_to_be_empty():
    """The proof of absence says no account, and without its last node says nothing."""
    chain = proof_chain()
    address, number = b"\xee" * 20, chain.number()
    root, nodes = chain.py_evm_header(number).state_root, chain.state_nodes(address, [], number)
    assert NO_ACCOUNT == account(root, address, index_nodes(nodes))
    with pytest.raises(ProofError):
        account(root, address, index_nodes(nodes[:-1]))


def test_words_of_a_vyper_contract_are_proved():
    """Plain slots, mappings, nested mappings and absent slots of genuine Vyper storage."""
    chain, contract = proof_chain(), vyper_contract()
    address, owner = bytes.fromhex(contract.address[2:]), bytes.fromhex(chain.faucet[2:])
    allowance = mapping_slot("vyper", mapping_slot("vyper", 2, owner), address)
    expected = {0: 1000, mapping_slot("vyper", 1, owner): 1000, allowance: 55, mapping_slot("vyper", 1, address): 0}
    number = chain.number()
    nodes = index_nodes(chain.state_nodes(address, list(expected), number))
    root = account(chain.py_evm_header(number).state_root, address, nodes).storage_root
    assert expected == {slot: storage(root, slot, nodes) for slot in expected}
    assert 0 == storage(EMPTY_ROOT, 0, {})


def test_another_slot_or_root_proves_nothing():
    """A proof of one slot is none of another, and none under another root."""
    tree = storage_trie({slot: slot for slot in range(1, 50)})
    nodes = index_nodes(path(tree, *one_key(7)))
    assert 7 == storage(tree.root_hash, 7, nodes)
    with pytest.raises(ProofError):
        storage(tree.root_hash, 8, nodes)
    with pytest.raises(ProofError):
        storage(keccak256(b"another root"), 7, nodes)


@pytest.mark.parametrize("value", [b"\x80", b"\x00", b"\x82\x00\x01", b"\xc0", b"\xa1" + b"\x01" * 33, b"\x01\x02"])
def test_a_word_has_one_spelling(value):
    """A stored zero, leading zeros, more than 32 bytes and surplus bytes are refused."""
    tree = trie_of({one_key(1)[0]: value})
    with pytest.raises(ProofError) as caught:
        storage(tree.root_hash, 1, index_nodes(path(tree, *one_key(1))))
    assert ("malformed", "storage value") == (caught.value.reason, caught.value.facts["what"])


@pytest.mark.parametrize(
    "items",
    [
        [1, 7, EMPTY_ROOT],
        [2**64, 7, EMPTY_ROOT, A_HASH],
        [1, b"\x00\x07", EMPTY_ROOT, A_HASH],
        [1, 7, EMPTY_ROOT[:31], A_HASH],
        [1, 7, EMPTY_ROOT, b""],
        b"account",
    ],
)
def test_an_account_has_one_form(items):
    """Four fields of their sizes, nothing else."""
    address = b"\x0a" * 20
    tree = trie_of({keccak256(address): rlp.encode(items)})
    with pytest.raises(ProofError) as caught:
        account(tree.root_hash, address, index_nodes(path(tree, keccak256(address))))
    assert "account" == caught.value.facts["what"]


def test_many_slots_share_their_nodes():
    """All slots of a trie are read from its nodes given once, and every node is needed by some slot."""
    words = {mapping_slot("solidity", 3, bytes([n >> 8, n & 255])): n + 1 for n in range(400)}
    tree = storage_trie(words)
    nodes = index_nodes(path(tree, *(key for slot in words for key in one_key(slot))))
    reader = Trie(tree.root_hash, nodes)
    assert words == {slot: storage_in(reader, slot) for slot in words}
    refuse_surplus(nodes, reader)
