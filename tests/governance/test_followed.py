"""`governance.followed`: a fact has one spelling, and what is spelled otherwise is none."""

from __future__ import annotations

from typing import Any

import pytest

from chain import dag_cbor
from chain.errors import CodedError
from governance.followed import Fact, decode, read_kept

ID = "0x" + "ab" * 32
FACT = {"v": 1, "kind": "vote", "seen": 7, "of": ID, "row": f'{{"id":"{ID}","created":5,"voter":"0x1"}}'}


def refusal(value: object) -> str:
    with pytest.raises(CodedError) as caught:
        decode(dag_cbor.encode(value))  # type: ignore[arg-type]  # whatever a stranger encodes
    return caught.value.code


def test_a_fact_is_read_as_it_was_spelled() -> None:
    """There and back, with the digits of its numbers."""
    row = {**FACT, "row": f'{{"id":"{ID}","created":5,"voter":"0x1","vp":1.50}}'}
    fact = decode(dag_cbor.encode(row))

    assert ("vote", 7, ID, "0x1") == (fact.kind, fact.seen, fact.of, fact.row["voter"])
    assert dag_cbor.encode(row) == fact.encode()


@pytest.mark.parametrize(("changed", "code"), [
    ({"v": 2}, "E_VERSION"), ({"v": True}, "E_VERSION"), ({"v": "1"}, "E_VERSION"), ({"kind": "votes"}, "E_VERSION"),
    ({"kind": ["vote"]}, "E_VERSION"), ({"seen": "7"}, "E_FOLLOW"), ({"seen": True}, "E_FOLLOW"),
    ({"of": None}, "E_FOLLOW"), ({"row": {}}, "E_FOLLOW"), ({"row": "[]"}, "E_FOLLOW"),
    ({"row": '{"id": 1}'}, "E_FOLLOW"),
    ({"row": '{"id":"\\u0041"}'}, "E_FOLLOW"), ({"row": '{"vp":1e2}'}, "E_FOLLOW"), ({"more": 1}, "E_FOLLOW"),
])  # fmt: skip
def test_what_is_spelled_otherwise_is_no_fact(changed: dict[str, Any], code: str) -> None:
    """Another version or kind is said to be that; all else is no fact of ours."""
    assert code == refusal({**FACT, **changed})


def test_what_is_no_map_is_no_fact() -> None:
    for value in ([], 7, "fact", None, {}):
        assert "E_FOLLOW" == refusal(value)


@pytest.mark.parametrize(("kind", "row"), [
    ("vote", {"id": ID, "created": 5}), ("vote", {"id": ID, "created": "5", "voter": "0x1"}),
    ("vote", {"created": 5, "voter": "0x1"}), ("vote", {"id": "0x" + "cd" * 32, "created": 5, "voter": "0x1"}),
    ("proposal", {"id": "other", "created": 5}), ("message", {"id": "other"}),
])  # fmt: skip
def test_what_no_round_would_keep_is_not_read_as_kept(kind: str, row: dict[str, object]) -> None:
    """A row without id, time or voter, or of another id than the fact says."""
    with pytest.raises(CodedError) as caught:
        read_kept(Fact(kind, 7, ID, row).encode())

    assert "E_FOLLOW" == caught.value.code
