"""The maps in which evidence travels: a version, a kind, and exactly the keys of that kind.

Decides the shape of a map that a DAG-CBOR block held (keys, types, sizes, order of nodes), so that each piece of
evidence has one encoding. Does not decide whether the evidence proves anything. Maps are plain dicts; encoding them is
`chain.dag_cbor`'s work.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from chain.errors import UncheckableError
from chain.rlp_items import ProofError

VERSION = 1


class EvidenceMap:
    """A map whose keys are known to be right, and whose values are taken one by one by the type that they must have."""

    def __init__(self, value: object, what: str, keys: Iterable[str]) -> None:
        self.what = what
        if not isinstance(value, dict):
            raise self._form("map")
        self._values = value
        surprises = set(value).symmetric_difference(keys)
        if surprises:
            raise self._form(min(str(key) for key in surprises))

    def integer(self, key: str, limit: int, least: int = 0) -> int:
        """Take an integer from `least` to `limit`; a bool is none."""
        value = self._values[key]
        if type(value) is not int or not least <= value <= limit:
            raise self._form(key)
        return value

    def octets(self, key: str, size: int | None = None) -> bytes:
        """Take a byte string, of `size` bytes if a size is given."""
        value = self._values[key]
        if not isinstance(value, bytes) or (size is not None and len(value) != size):
            raise self._form(key)
        return value

    def nodes(self, key: str) -> tuple[bytes, ...]:
        """Take a list of trie nodes in strictly ascending order, which is what `canonical_nodes` makes."""
        value = self._values[key]
        if not isinstance(value, list) or not all(isinstance(node, bytes) for node in value):
            raise self._form(key)
        if any(left >= right for left, right in pairwise(value)):
            raise ProofError("E_PROOF", "node_order", what=self.what, field=key)
        return tuple(value)

    def _form(self, field: str) -> ProofError:
        return ProofError("E_PROOF", "form", what=self.what, field=field)


def open_map(value: object, kind: str, keys: Iterable[str]) -> EvidenceMap:
    """Open a map `{v: 1, kind, …keys}`.

    Another kind or other keys raise `E_PROOF` form; another version raises `UncheckableError` (`E_VERSION`), because
    a map that a later release wrote is not false, only unreadable here.
    """
    if isinstance(value, dict) and value.get("kind") == kind:
        version = value.get("v")
        if type(version) is int and version != VERSION:
            raise UncheckableError("E_VERSION", "evidence", what=kind, version=version, known=VERSION)
    opened = EvidenceMap(value, kind, ("v", "kind", *keys))
    opened.integer("v", VERSION)
    if not isinstance(value, dict) or value["v"] != VERSION or value["kind"] != kind:
        raise ProofError("E_PROOF", "form", what=kind, field="kind")
    return opened
