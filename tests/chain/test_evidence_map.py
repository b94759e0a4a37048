"""Evidence maps: one form for each kind."""

from __future__ import annotations

import pytest

from chain.errors import UncheckableError
from chain.evidence_map import open_map
from chain.rlp_items import ProofError

SOUND = {"v": 1, "kind": "sample", "count": 3, "data": b"ab", "nodes": [b"a", b"b"]}
KEYS = ("count", "data", "nodes")


def read(value):
    """Open a sample and take all that it holds."""
    fields = open_map(value, "sample", KEYS)
    return fields.integer("count", 9), fields.octets("data", 2), fields.nodes("nodes")


def test_a_sound_map_is_read():
    """Exact keys and types are taken as they are."""
    assert (3, b"ab", (b"a", b"b")) == read(SOUND)
    assert [0, 9] == [read(SOUND | {"count": count})[0] for count in (0, 9)]
    assert () == read(SOUND | {"nodes": []})[2]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "other"}, "kind"),
        ({"surplus": 1}, "surplus"),
        ({"v": True}, "v"),
        ({"v": "1"}, "v"),
        ({"count": True}, "count"),
        ({"count": -1}, "count"),
        ({"count": 10}, "count"),
        ({"count": "3"}, "count"),
        ({"data": "ab"}, "data"),
        ({"data": b"abc"}, "data"),
        ({"nodes": (b"a",)}, "nodes"),
        ({"nodes": [b"a", "b"]}, "nodes"),
    ],
)
def test_any_other_form_is_refused(change, field):
    """A wrong kind, key, type or size is refused, and the field is named."""
    with pytest.raises(ProofError) as caught:
        read(SOUND | change)
    assert ("E_PROOF", "form") == (caught.value.code, caught.value.reason)
    assert {"what": "sample", "field": field} == caught.value.facts


@pytest.mark.parametrize("key", list(SOUND))
def test_a_missing_key_is_refused(key):
    """No key has a default."""
    with pytest.raises(ProofError):
        read({name: value for name, value in SOUND.items() if name != key})


@pytest.mark.parametrize("value", [None, [], b"", 1, "map"])
def test_what_is_no_map_is_refused(value):
    """Only a map is a map."""
    with pytest.raises(ProofError):
        read(value)


@pytest.mark.parametrize("nodes", [[b"b", b"a"], [b"a", b"a"]])
def test_nodes_have_one_order(nodes):
    """Descending or repeated nodes are refused: the same evidence has one encoding."""
    with pytest.raises(ProofError) as caught:
        read(SOUND | {"nodes": nodes})
    assert "node_order" == caught.value.reason


def test_another_version_could_not_be_checked():
    """A later version is not false: exit status 2."""
    with pytest.raises(UncheckableError) as caught:
        read(SOUND | {"v": 2, "new": 1})
    assert ("E_VERSION", "evidence") == (caught.value.code, caught.value.reason)
