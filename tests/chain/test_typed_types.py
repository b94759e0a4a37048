"""Types given by strangers: what is a type, and how large it may be."""

from __future__ import annotations

from typing import Any

import pytest

from chain import typed_data, typed_types
from chain.typed_types import Field, TypedDataError


def one(kind: str) -> dict[str, Any]:
    """Write the JSON of a struct with one member of this type."""
    return {"Box": [{"name": "item", "type": kind}]}


def chain_of(length: int) -> dict[str, Any]:
    """Write the JSON of structs that each hold the next."""
    types = {f"S{n}": [{"name": "next", "type": f"S{n + 1}"}] for n in range(length - 1)}
    return {**types, f"S{length - 1}": [{"name": "item", "type": "uint8"}]}


def refusal(types: Any) -> tuple[str, str]:
    """Return code and reason with which these types are refused."""
    with pytest.raises(TypedDataError) as caught:
        typed_types.parse_types(types)
    return caught.value.code, caught.value.reason


@pytest.mark.parametrize("kind", ["uint8", "uint256", "int8", "int256", "bytes1", "bytes32", "bytes", "string", "bool",
                                  "address", "uint8[]", "uint8[3]", "string[][4]"])  # fmt: skip
def test_every_type_of_the_standard(kind: str) -> None:
    """The atomic types, and arrays of them."""
    assert f"Box({kind} item)" == typed_data.encode_type("Box", typed_types.parse_types(one(kind)))


@pytest.mark.parametrize(
    "kind",
    ["uint", "int", "uint7", "uint0", "uint264", "uint08", "int12", "bytes0", "bytes33", "bytes01", "Uint8", "Missing",
     "", " uint8", "uint8 ", "uint8[", "uint8]", "uint8[]]", "uint8[0]", "uint8[01]", "uint8[-1]", "uint8[٢]", "[]",
     "uint8[2]x", "function", "fixed128x18", 8, None, ["uint8"]],
)  # fmt: skip
def test_type_that_the_standard_does_not_know(kind: Any) -> None:
    """The aliases `uint` and `int` are not EIP-712; neither is any other spelling."""
    assert ("E_TYPES", "unknown_type") == refusal(one(kind))


@pytest.mark.parametrize(
    ("types", "reason"),
    [
        ([], "form"),
        ({}, "form"),
        ({"Box": None}, "form"),
        ({"Box": [["item", "uint8"]]}, "form"),
        ({"Box": [{"name": "item"}]}, "form"),
        ({"Box": [{"name": "item", "type": "uint8", "indexed": True}]}, "form"),
        ({"Box": []}, "empty"),
        ({"Box(uint8 a)Evil": [{"name": "item", "type": "uint8"}]}, "name"),
        ({"Box": [{"name": "a,uint8 b", "type": "uint8"}]}, "name"),
        ({"Box": [{"name": "", "type": "uint8"}]}, "name"),
        ({"Böx": [{"name": "item", "type": "uint8"}]}, "name"),
        ({1: [{"name": "item", "type": "uint8"}]}, "name"),
        ({"address": [{"name": "item", "type": "uint8"}]}, "reserved"),
        ({"uint7": [{"name": "item", "type": "uint8"}]}, "reserved"),
        ({"EIP712Domain": [{"name": "name", "type": "string"}]}, "domain_type"),
        ({"Box": [{"name": "a", "type": "uint8"}, {"name": "a", "type": "uint16"}]}, "duplicate"),
    ],
)
def test_types_out_of_form(types: Any, reason: str) -> None:
    """Names are identifiers (or a name could smuggle a type string), members are named once."""
    assert ("E_TYPES", reason) == refusal(types)


def test_H21_recursive_and_cyclic_types() -> None:
    """A struct that holds itself, directly, through an array or through another struct."""
    self_held = {"Box": [{"name": "box", "type": "Box"}]}
    in_array = {"Box": [{"name": "boxes", "type": "Box[]"}]}
    ring = {"A": [{"name": "b", "type": "B"}], "B": [{"name": "c", "type": "C"}], "C": [{"name": "a", "type": "A"}]}
    for types in (self_held, in_array, ring):
        assert ("E_TYPES_LIMIT", "cycle") == refusal(types)


@pytest.mark.parametrize(
    ("types", "reason"),
    [
        (chain_of(9), "nesting"),
        (dict(reversed(chain_of(9).items())), "nesting"),
        (chain_of(10_000), "structs"),
        (one("uint8" + "[]" * 10_000), "dimensions"),
        (one("uint8[10001]"), "items"),
        ({"Box": [{"name": f"m{n}", "type": "uint8"} for n in range(65)]}, "fields"),
        ({"B" * 65: [{"name": "item", "type": "uint8"}]}, "name"),
        ({"Box": [{"name": "i" * 10_000, "type": "uint8"}]}, "name"),
    ],
    ids=["nesting", "nesting-bottom-up", "structs", "dimensions", "items", "fields", "struct-name", "member-name"],
)
def test_H21_types_beyond_every_limit(types: Any, reason: str) -> None:
    """Ten thousand levels cost nothing: sizes are judged before anything is built."""
    assert ("E_TYPES_LIMIT", reason) == refusal(types)


def test_types_at_the_limit_are_taken() -> None:
    """Eight levels of structs, four dimensions, sixty-four members."""
    types = chain_of(8)
    types["S7"] = [{"name": f"m{n}", "type": "uint8[][][][]"} for n in range(64)]
    typed_types.parse_types(types)


def test_a_struct_may_be_used_many_times() -> None:
    """A diamond is no cycle, and costs no more than its structs."""
    diamond = {f"S{n}": [{"name": f"m{k}", "type": f"S{n + 1}"} for k in range(60)] for n in range(7)}
    types = typed_types.parse_types({**diamond, "S7": [{"name": "item", "type": "uint8"}]})
    assert typed_data.encode_type("S0", types).startswith("S0(S1 m0,S1 m1")


def test_types_built_by_hand_pass_the_same_check() -> None:
    """`digest` judges types itself, so nothing depends on who parsed them."""
    with pytest.raises(TypedDataError) as caught:
        typed_data.hash_struct("Box", {"Box": (Field("box", "Box"),)}, {"box": {}})
    assert "E_TYPES_LIMIT" == caught.value.code


@pytest.mark.parametrize(
    ("types", "reason"),
    [
        ({f"S{n}": (Field("item", "uint8"),) for n in range(33)}, "structs"),
        ({"S0": tuple(Field(f"m{n}", "uint8") for n in range(65))}, "fields"),
    ],
)
def test_types_built_by_hand_have_the_same_limits(types: Any, reason: str) -> None:
    """Whoever built them."""
    with pytest.raises(TypedDataError) as caught:
        typed_data.encode_type("S0", types)
    assert ("E_TYPES_LIMIT", reason) == (caught.value.code, caught.value.reason)


def test_type_string_of_an_unknown_struct() -> None:
    """The primary type is named, never guessed."""
    with pytest.raises(TypedDataError) as caught:
        typed_data.encode_type("Letter", typed_types.parse_types(one("uint8")))
    assert ("E_TYPES", "primary", "Letter") == (caught.value.code, caught.value.reason, caught.value.facts["place"])
