"""The tree over an append-only log: roots, and proofs that a leaf is in it or that it only grew.

Hashes and proofs are those of RFC 9162 §2.1 with SHA-256. Beside them stands one proof for many leaves at once
(`batch_proof`), which a record uses to carry the leaves of one decision out of a whole journal. A verifier returns
nothing or raises `E_LOG_INCONSISTENT`: there is no boolean to forget. Who signed a root, and whether it is the latest,
is decided by `checkpoint` and by the workspace that keeps the last one.

An empty log proves nothing: a consistency proof *from* size 0 is refused although RFC 9162 gives it no meaning either
way, because a textbook verifier then accepts any root for the larger log. Indexes of leaves start at 0, as there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple, NoReturn

from chain.errors import ChainError

EMPTY_ROOT = sha256().digest()
"""Root of a log without leaves."""

MAX_SIZE = (1 << 63) - 1
"""Leaves of the largest log; more than anybody writes, and it bounds the height of a tree."""


class LogError(ChainError):
    """A leaf, a proof and a root that do not belong together (`E_LOG_INCONSISTENT`)."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf; the prefix keeps leaves and inner nodes apart."""
    return sha256(b"\0" + data).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root of the log with these leaf hashes; `EMPTY_ROOT` where there are none."""
    level = list(leaf_hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        # pairing from the left and carrying an odd last node up gives the tree of RFC 9162: its left subtree is
        # always the largest complete one
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        # a million leaves have as many nodes: this is `_node` without the call
        level = [sha256(b"\1" + left + right).digest() for left, right in pairs] + odd
    return level[0]


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the path from leaf `index` up to the root: the roots of the subtrees beside it, lowest first."""
    assert 0 <= index < len(leaf_hashes), "the leaf is one of the log's"
    start, end = 0, len(leaf_hashes)
    path = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(root(leaf_hashes[middle:end]))
            end = middle
        else:
            path.append(root(leaf_hashes[start:middle]))
            start = middle
    return path[::-1]


def verify_inclusion(*, root: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]) -> None:
    """Check that the leaf with hash `leaf` is number `index` of the log of `size` leaves with this root.

    RFC 9162 §2.1.3.2, after the lengths of all hashes: an empty root equals an empty leaf, which proves nothing.
    """
    _check_hashes(root, leaf, *proof)
    if not 0 <= index < size:
        _refuse("index", index=index, size=size)
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            _refuse("proof_long", length=len(proof), size=size)
        if node & 1 or node == last:
            found = _node(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = _node(found, sibling)
        node, last = node >> 1, last >> 1
    if last:
        _refuse("proof_short", length=len(proof), size=size)
    _compare(root, found)


def consistency_proof(leaf_hashes: Sequence[bytes], size: int) -> list[bytes]:
    """Return the proof that the log grew from its first `size` leaves to these, without changing them."""
    assert 0 < size <= len(leaf_hashes), "the smaller log is not empty and begins the larger"
    start, end = 0, len(leaf_hashes)
    path = []
    while size < end:
        middle = start + _split(end - start)
        if size <= middle:
            path.append(root(leaf_hashes[middle:end]))
            end = middle
        else:
            path.append(root(leaf_hashes[start:middle]))
            start = middle
    if start:  # otherwise the lowest node is the smaller root itself, which the verifier has
        path.append(root(leaf_hashes[start:end]))
    return path[::-1]


def verify_consistency(*, size1: int, root1: bytes, size2: int, root2: bytes, proof: Sequence[bytes]) -> None:
    """Check that the log of `size2` leaves begins with the log of `size1` leaves (RFC 9162 §2.1.4.2).

    A smaller log without leaves is refused; whoever has only seen an empty log has nothing to compare.
    """
    _check_hashes(root1, root2, *proof)
    if not 0 < size1 <= size2:
        _refuse("sizes", size1=size1, size2=size2)
    if size1 == size2:
        if proof:
            _refuse("proof_long", length=len(proof), size=size2)
        return _compare(root2, root1)
    path = list(proof) if size1 & (size1 - 1) else [root1, *proof]
    if not path:
        _refuse("proof_short", length=len(proof), size=size2)
    node, last = size1 - 1, size2 - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    found1 = found2 = path[0]
    for sibling in path[1:]:
        if last == 0:
            _refuse("proof_long", length=len(proof), size=size2)
        if node & 1 or node == last:
            found1, found2 = _node(sibling, found1), _node(sibling, found2)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found2 = _node(found2, sibling)
        node, last = node >> 1, last >> 1
    if last:
        _refuse("proof_short", length=len(proof), size=size2)
    _compare(root1, found1)
    return _compare(root2, found2)


def batch_proof(leaf_hashes: Sequence[bytes], indexes: Iterable[int]) -> list[bytes]:
    """Return what `batch_root` needs beside the named leaves: the roots of the largest subtrees that hold none of
    them, from left to right. The order and repetition of `indexes` do not matter.
    """
    named = sorted(set(indexes))
    assert not named or 0 <= named[0] <= named[-1] < len(leaf_hashes), "the leaves are the log's"
    return [root(leaf_hashes[start:end]) for start, end in _gaps(named, len(leaf_hashes))]


def batch_root(size: int, known: Mapping[int, bytes], proof: Sequence[bytes]) -> bytes:
    """Return the root of the log of `size` leaves in which the `known` leaf hashes stand at their indexes.

    `proof` must be just as long as `batch_proof` would make it. The caller compares the root with a signed one, and
    takes `size` from the same checkpoint: a tree does not hold its own size.
    """
    _check_hashes(*known.values(), *proof)
    if not 0 <= size <= MAX_SIZE:
        _refuse("size", size=size)
    named = sorted(known)
    if named and not 0 <= named[0] <= named[-1] < size:
        _refuse("index", index=named[0] if named[0] < 0 else named[-1], size=size)
    rest = iter(proof)
    found = EMPTY_ROOT
    if size:
        found = _batch_node(_Range(0, size, named), known, rest)
    if next(rest, None) is not None:
        _refuse("proof_long", length=len(proof), size=size)
    return found


class _Range(NamedTuple):
    """A subtree: the leaves from `start` to before `end`, and which of them are named, ascending."""

    start: int
    end: int
    named: Sequence[int]

    def halves(self) -> tuple[_Range, _Range]:
        middle = self.start + _split(self.end - self.start)
        cut = bisect_left(self.named, middle)
        return _Range(self.start, middle, self.named[:cut]), _Range(middle, self.end, self.named[cut:])

    def is_named(self) -> bool:
        return len(self.named) == self.end - self.start


def _gaps(named: Sequence[int], size: int) -> Iterator[tuple[int, int]]:
    """Yield the largest subtrees, from left to right, that hold none of the `named` leaves."""
    stack = [_Range(0, size, named)] if size else []
    while stack:
        subtree = stack.pop()
        if not subtree.named:
            yield subtree.start, subtree.end
        elif not subtree.is_named():
            left, right = subtree.halves()
            stack += [right, left]


def _batch_node(subtree: _Range, known: Mapping[int, bytes], rest: Iterator[bytes]) -> bytes:
    """Compute the root of a subtree; recursion is as deep as the tree is high."""
    if not subtree.named:
        return next(rest, None) or _refuse("batch_short", start=subtree.start, end=subtree.end)
    if subtree.is_named():
        return root([known[index] for index in subtree.named])
    left, right = subtree.halves()
    return _node(_batch_node(left, known, rest), _batch_node(right, known, rest))


def _split(size: int) -> int:
    """Return how many leaves the left subtree has: the largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def _check_hashes(*hashes: bytes) -> None:
    for given in hashes:
        if len(given) != 32:
            _refuse("hash_length", length=len(given))


def _compare(expected: bytes, found: bytes) -> None:
    if expected != found:
        _refuse("root", expected="0x" + expected.hex(), found="0x" + found.hex())


def _refuse(reason: str, **facts: object) -> NoReturn:
    raise LogError("E_LOG_INCONSISTENT", reason, **facts)
