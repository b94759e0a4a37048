"""`chain.log_tree`: RFC 9162, and the traps of its textbook verifiers."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import log_tree
from chain.log_tree import (
    LogError,
    batch_proof,
    batch_root,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.chain.refusal import refused

# The eight leaves and their roots of the Certificate Transparency reference implementation, as retyped in
# transparency-dev/merkle (testonly/constants.go).
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    bytes.fromhex(root)
    for root in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
# nodes of that tree by the leaves that they cover
NODE_1, NODE_2_4, NODE_4_8, NODE_4_6, NODE_6_8, NODE_4 = (
    bytes.fromhex(node)
    for node in (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    )
)


def _leaves(size: int) -> list[bytes]:
    return [leaf_hash(b"leaf %d" % number) for number in range(size)]


def _plain_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 9162 §2.1.1, word for word."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + _plain_root(leaves[:k]) + _plain_root(leaves[k:])).digest()


sizes = st.integers(1, 70)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference(size: int) -> None:
    """Trees of no leaf to eight have the published roots."""
    assert ROOTS[size] == log_tree.root(HASHES[:size])


@given(st.integers(0, 200))
def test_root_is_the_definition(size: int) -> None:
    """Pairing level by level gives what the recursive definition gives."""
    assert _plain_root(_leaves(size)) == log_tree.root(_leaves(size))


@pytest.mark.parametrize(
    ("size", "index", "proof"),
    [
        (1, 0, []),
        (8, 0, [NODE_1, NODE_2_4, NODE_4_8]),
        (8, 5, [NODE_4, NODE_6_8, ROOTS[4]]),
        (3, 2, [ROOTS[2]]),
        (5, 1, [HASHES[0], NODE_2_4, HASHES[4]]),
    ],
)
def test_inclusion_proofs_are_those_of_the_reference(size: int, index: int, proof: list[bytes]) -> None:
    """The published proofs are made and accepted."""
    assert proof == inclusion_proof(HASHES[:size], index)
    verify_inclusion(root=ROOTS[size], size=size, index=index, leaf=HASHES[index], proof=proof)


@pytest.mark.parametrize(
    ("size1", "size2", "proof"),
    [
        (1, 1, []),
        (1, 8, [NODE_1, NODE_2_4, NODE_4_8]),
        (6, 8, [NODE_4_6, NODE_6_8, ROOTS[4]]),
        (2, 5, [NODE_2_4, NODE_4]),
    ],
)
def test_consistency_proofs_are_those_of_the_reference(size1: int, size2: int, proof: list[bytes]) -> None:
    """The published proofs are made and accepted."""
    assert proof == consistency_proof(HASHES[:size2], size1)
    verify_consistency(size1=size1, root1=ROOTS[size1], size2=size2, root2=ROOTS[size2], proof=proof)


@given(sizes, st.data())
def test_inclusion_is_proved_for_the_leaf_alone(size: int, data: st.DataObject) -> None:
    """A proof holds for its leaf, index and size, and for no other leaf, index or root."""
    leaves = _leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(leaves, index), log_tree.root(leaves)
    verify_inclusion(root=root, size=size, index=index, leaf=leaves[index], proof=proof)

    for other in {0, size // 2, size - 1, size, -1} - {index}:
        with pytest.raises(LogError):
            verify_inclusion(root=root, size=size, index=other, leaf=leaves[index], proof=proof)
    with pytest.raises(LogError):
        verify_inclusion(root=root, size=size, index=index, leaf=leaf_hash(b"another"), proof=proof)
    with pytest.raises(LogError):
        verify_inclusion(root=leaf_hash(b""), size=size, index=index, leaf=leaves[index], proof=proof)


@given(sizes, st.data())
def test_altered_inclusion_proofs_are_refused(size: int, data: st.DataObject) -> None:
    """A proof with a hash changed, dropped, added or moved does not hold."""
    leaves = _leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(leaves, index)

    for altered in _alterations(proof, data):
        with pytest.raises(LogError):
            verify_inclusion(root=log_tree.root(leaves), size=size, index=index, leaf=leaves[index], proof=altered)


@given(sizes, st.data())
def test_consistency_is_proved_for_the_prefix_alone(size2: int, data: st.DataObject) -> None:
    """A proof holds between a log and what it grew to, and not from a log with another leaf."""
    leaves = _leaves(size2)
    size1 = data.draw(st.integers(1, size2))
    proof = consistency_proof(leaves, size1)
    root1, root2 = log_tree.root(leaves[:size1]), log_tree.root(leaves)
    verify_consistency(size1=size1, root1=root1, size2=size2, root2=root2, proof=proof)

    forked = log_tree.root([*leaves[: size1 - 1], leaf_hash(b"another")])
    for altered1, altered2 in ((forked, root2), (root1, forked), (root2, root1)):
        if (altered1, altered2) != (root1, root2):
            with pytest.raises(LogError):
                verify_consistency(size1=size1, root1=altered1, size2=size2, root2=altered2, proof=proof)
    for altered in _alterations(proof, data):
        with pytest.raises(LogError):
            verify_consistency(size1=size1, root1=root1, size2=size2, root2=root2, proof=altered)


def _alterations(proof: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    surplus = leaf_hash(b"surplus")
    altered = [[*proof, surplus], [surplus, *proof]]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        altered += [
            proof[:at] + proof[at + 1 :],
            [*proof[:at], surplus, *proof[at + 1 :]],
            [*proof[:at], proof[at][:-1], *proof[at + 1 :]],
            proof[1:] + proof[:1] if len(proof) > 1 else [],
        ]
    return altered


_ROOT = leaf_hash(b"root")


def test_H73_consistency_from_size_zero_to_another_size() -> None:
    """size1 = 0 ≠ size2, without a proof: any root could be called the growth of nothing."""
    with refused("E_LOG_INCONSISTENT", "sizes"):
        verify_consistency(size1=0, root1=_ROOT, size2=1, root2=HASHES[0], proof=[])


def test_H73_consistency_of_the_empty_root_with_a_larger_log() -> None:
    """size1 = 0 < size2 with the true empty root: meaningless, with an empty proof and with a surplus one."""
    for proof in ([], [log_tree.EMPTY_ROOT]):
        with refused("E_LOG_INCONSISTENT", "sizes"):
            verify_consistency(size1=0, root1=log_tree.EMPTY_ROOT, size2=1, root2=log_tree.EMPTY_ROOT, proof=proof)


def test_H73_consistency_of_two_empty_logs() -> None:
    """size1 = size2 = 0 with an empty proof and equal roots, which need not be the root of anything."""
    for root in (_ROOT, log_tree.EMPTY_ROOT):
        with refused("E_LOG_INCONSISTENT", "sizes"):
            verify_consistency(size1=0, root1=root, size2=0, root2=root, proof=[])


def test_H73_inclusion_of_an_empty_leaf_under_an_empty_root() -> None:
    """A single entry whose root and leaf hash are both empty bytes: equal, and proof of nothing."""
    with refused("E_LOG_INCONSISTENT", "hash_length"):
        verify_inclusion(root=b"", size=1, index=0, leaf=b"", proof=[])
    verify_inclusion(root=_ROOT, size=1, index=0, leaf=_ROOT, proof=[])


def test_nothing_is_included_in_an_empty_log() -> None:
    """An empty log has no leaf 0."""
    with refused("E_LOG_INCONSISTENT", "index"):
        verify_inclusion(root=log_tree.EMPTY_ROOT, size=0, index=0, leaf=log_tree.EMPTY_ROOT, proof=[])


def test_a_log_does_not_shrink() -> None:
    """A proof towards a smaller log is refused by its sizes."""
    with refused("E_LOG_INCONSISTENT", "sizes"):
        verify_consistency(size1=2, root1=ROOTS[2], size2=1, root2=ROOTS[1], proof=[])


def test_proofs_say_what_is_wrong() -> None:
    """Too long, too short, or of another root: each has its sentence."""
    proof = inclusion_proof(HASHES, 0)
    with refused("E_LOG_INCONSISTENT", "proof_long"):
        verify_inclusion(root=ROOTS[8], size=8, index=0, leaf=HASHES[0], proof=[*proof, _ROOT])
    with refused("E_LOG_INCONSISTENT", "proof_short"):
        verify_inclusion(root=ROOTS[8], size=8, index=0, leaf=HASHES[0], proof=proof[:-1])
    with refused("E_LOG_INCONSISTENT", "root"):
        verify_inclusion(root=_ROOT, size=8, index=0, leaf=HASHES[0], proof=proof)
    with refused("E_LOG_INCONSISTENT", "proof_long"):
        verify_consistency(size1=8, root1=ROOTS[8], size2=8, root2=ROOTS[8], proof=[_ROOT])
    with refused("E_LOG_INCONSISTENT", "proof_long"):
        verify_consistency(size1=1, root1=ROOTS[1], size2=8, root2=ROOTS[8], proof=[*proof, _ROOT])
    with refused("E_LOG_INCONSISTENT", "proof_short"):
        verify_consistency(size1=1, root1=ROOTS[1], size2=8, root2=ROOTS[8], proof=proof[:-1])
    with refused("E_LOG_INCONSISTENT", "proof_short"):
        verify_consistency(size1=6, root1=ROOTS[6], size2=8, root2=ROOTS[8], proof=[])


@given(st.integers(0, 70), st.data())
def test_batch_proof_leads_to_the_root(size: int, data: st.DataObject) -> None:
    """For any leaves of any log, the named leaves and the proof give the root, and an index may be named twice."""
    leaves = _leaves(size)
    indexes = data.draw(st.lists(st.integers(0, size - 1), max_size=size)) if size else []
    proof = batch_proof(leaves, indexes)

    assert log_tree.root(leaves) == batch_root(size, {index: leaves[index] for index in indexes}, proof)


def test_batch_proof_is_minimal() -> None:
    """What no named leaf stands in is one hash, from left to right."""
    assert [ROOTS[8]] == batch_proof(HASHES, [])
    assert [] == batch_proof(HASHES, range(8))
    assert [HASHES[1], NODE_2_4, HASHES[4], NODE_6_8] == batch_proof(HASHES, [5, 0])
    assert [ROOTS[4], NODE_4_6] == batch_proof(HASHES[:7], [6])


@given(sizes, st.data())
def test_batch_of_one_is_an_inclusion_proof(size: int, data: st.DataObject) -> None:
    """One leaf needs the same hashes either way."""
    leaves = _leaves(size)
    index = data.draw(st.integers(0, size - 1))

    assert sorted(inclusion_proof(leaves, index)) == sorted(batch_proof(leaves, [index]))


@given(sizes, st.data())
def test_altered_batch_proofs_do_not_lead_to_the_root(size: int, data: st.DataObject) -> None:
    """A proof with a hash changed, dropped, added or moved is refused or gives another root."""
    leaves = _leaves(size)
    indexes = data.draw(st.sets(st.integers(0, size - 1), min_size=1))
    known = {index: leaves[index] for index in indexes}
    proof, root = batch_proof(leaves, indexes), log_tree.root(leaves)

    for altered in _alterations(proof, data):
        try:
            found = batch_root(size, known, altered)
        except LogError:
            continue
        assert len(altered) == len(proof)
        assert root != found


def test_sizes_are_signed_and_not_proved() -> None:
    """A confession: the tree of RFC 9162 does not hold its own size, so only the checkpoint does."""
    leaves = _leaves(3)
    proof = batch_proof(leaves, [0])

    assert batch_root(3, {0: leaves[0]}, proof) == batch_root(4, {0: leaves[0]}, proof)


@given(st.integers(2, 40), st.data())
def test_H70_leaf_dropped_reordered_altered_or_duplicated(size: int, data: st.DataObject) -> None:
    """Whatever is done to one leaf of a log, its root is another and every proof against the signed one fails."""
    leaves = _leaves(size)
    root = log_tree.root(leaves)
    at = data.draw(st.integers(0, size - 2))
    dropped = leaves[:at] + leaves[at + 1 :]
    duplicated = leaves[: at + 1] + leaves[at:]
    reordered = [*leaves[:at], leaves[at + 1], leaves[at], *leaves[at + 2 :]]
    altered = [*leaves[:at], leaf_hash(b"altered"), *leaves[at + 1 :]]

    for bad in (dropped, duplicated, reordered, altered):
        assert root != log_tree.root(bad)
        with pytest.raises(LogError) as caught:
            verify_inclusion(root=root, size=len(bad), index=at, leaf=bad[at], proof=inclusion_proof(bad, at))
        assert "E_LOG_INCONSISTENT" == caught.value.code
        with pytest.raises(LogError):
            verify_consistency(
                size1=size, root1=root, size2=size + 5, root2=log_tree.root([*bad, *leaves[:5]]),
                proof=consistency_proof(_leaves(size + 5), size),
            )  # fmt: skip


def test_batch_roots_are_bounded() -> None:
    """Sizes, indexes and hashes that no log has are refused, and the largest log is walked in 63 steps."""
    for size in (-1, log_tree.MAX_SIZE + 1):
        with refused("E_LOG_INCONSISTENT", "size"):
            batch_root(size, {}, [])
    for index in (-1, 8, 2**70):
        with refused("E_LOG_INCONSISTENT", "index"):
            batch_root(8, {0: HASHES[0], index: HASHES[1]}, [])
    for known, proof in (({0: b""}, []), ({}, [b"\0" * 31])):
        with refused("E_LOG_INCONSISTENT", "hash_length"):
            batch_root(1, known, proof)
    with refused("E_LOG_INCONSISTENT", "batch_short"):
        batch_root(2, {0: HASHES[0]}, [])
    with refused("E_LOG_INCONSISTENT", "proof_long"):
        batch_root(0, {}, [_ROOT])

    assert 32 == len(batch_root(log_tree.MAX_SIZE, {0: HASHES[0]}, [_ROOT] * 63))
