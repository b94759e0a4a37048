"""Hypothesis strategies for this room: typed data of any shape, and what a Safe transaction is made of."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from chain.address import checksum
from chain.safe import VERSIONS, InnerCall, SafeTx
from chain.typed_data import Field
from chain.typed_types import reachable

STRUCT_NAMES = ("Act", "Zone", "Mail", "Person")

text = st.text(max_size=40).map(lambda drawn: drawn.replace("\0", "0"))
address = st.binary(min_size=20, max_size=20)
uint256 = st.integers(0, 2**256 - 1) | st.integers(0, 10)
digest = st.binary(min_size=32, max_size=32)
private_key = st.integers(1, 2**255).map(lambda number: number.to_bytes(32, "big"))

atomic_type = st.one_of(
    st.sampled_from(["address", "bool", "string", "bytes"]),
    st.integers(1, 32).map(lambda n: f"uint{8 * n}"),
    st.integers(1, 32).map(lambda n: f"int{8 * n}"),
    st.integers(1, 32).map(lambda n: f"bytes{n}"),
)
suffix = st.sampled_from(["", "", "", "[]", "[2]", "[][]", "[2][]", "[][2]"])


@st.composite
def typed_data(draw: st.DrawFn) -> tuple[str, dict[str, tuple[Field, ...]], dict[str, Any]]:
    """Draw a primary type, types that refer to each other without a cycle, and a message that fits."""
    names = STRUCT_NAMES[: draw(st.integers(1, len(STRUCT_NAMES)))]
    types: dict[str, tuple[Field, ...]] = {}
    for index, name in enumerate(names):
        later = names[index + 1 :]
        base = st.one_of(atomic_type, st.sampled_from(later)) if later else atomic_type
        members = draw(st.lists(st.tuples(base, suffix), min_size=1, max_size=5))
        types[name] = tuple(Field(f"m{number}", kind + array) for number, (kind, array) in enumerate(members))
    used = reachable(names[0], types)
    types = {name: fields for name, fields in types.items() if name in used}
    return names[0], types, draw(_struct(names[0], types))


@st.composite
def vote(draw: st.DrawFn) -> tuple[dict[str, tuple[Field, ...]], dict[str, Any]]:
    """Draw Snapshot's Vote with one of its three kinds of choice: types and message."""
    small = st.integers(0, 2**32 - 1)
    choices = {"uint32": small, "uint32[]": st.lists(small, max_size=5), "string": text}
    kind = draw(st.sampled_from(sorted(choices)))
    members: dict[str, tuple[str, st.SearchStrategy[Any]]] = {
        "from": ("string", address.map(checksum)),
        "space": ("string", st.sampled_from(["3f.devnet", "uniswapgovernance.eth"])),
        "timestamp": ("uint64", st.integers(0, 2**64 - 1)),
        "proposal": ("string", digest.map(lambda drawn: "0x" + drawn.hex())),
        "choice": (kind, choices[kind]),
        "reason": ("string", text),
        "app": ("string", st.sampled_from(["", "dao"])),
        "metadata": ("string", st.sampled_from(["", "{}"])),
    }
    types = {"Vote": tuple(Field(name, type_) for name, (type_, _) in members.items())}
    return types, {name: draw(strategy) for name, (_, strategy) in members.items()}


def _struct(name: str, types: dict[str, tuple[Field, ...]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({field.name: _value(field.type, types) for field in types[name]})


def _value(kind: str, types: dict[str, tuple[Field, ...]]) -> st.SearchStrategy[Any]:
    if kind.endswith("]"):
        inner, _, length = kind[:-1].rpartition("[")
        low, high = (int(length), int(length)) if length else (0, 3)
        return st.lists(_value(inner, types), min_size=low, max_size=high)
    if kind in types:
        return _struct(kind, types)
    if kind.startswith("uint"):
        return st.integers(0, 2 ** int(kind[4:]) - 1)
    if kind.startswith("int"):
        return st.integers(-(2 ** (int(kind[3:]) - 1)), 2 ** (int(kind[3:]) - 1) - 1)
    if kind.startswith("bytes") and kind != "bytes":
        return st.binary(min_size=int(kind[5:]), max_size=int(kind[5:]))
    return {"address": address.map(checksum), "bool": st.booleans(), "string": text, "bytes": st.binary(max_size=40)}[
        kind
    ]


abi_atomic = st.one_of(
    st.tuples(st.just("address"), address),
    st.tuples(st.just("bool"), st.booleans()),
    st.tuples(st.just("string"), text),
    st.tuples(st.just("bytes"), st.binary(max_size=70)),
    st.integers(1, 32).flatmap(lambda n: st.tuples(st.just(f"uint{8 * n}"), st.integers(0, 2 ** (8 * n) - 1))),
    st.integers(1, 32).flatmap(
        lambda n: st.tuples(st.just(f"int{8 * n}"), st.integers(-(2 ** (8 * n - 1)), 2 ** (8 * n - 1) - 1))
    ),
    st.integers(1, 32).flatmap(lambda n: st.tuples(st.just(f"bytes{n}"), st.binary(min_size=n, max_size=n))),
)


def _abi_container(inner: st.SearchStrategy[tuple[str, Any]]) -> st.SearchStrategy[tuple[str, Any]]:
    """Put pairs of type and value into a tuple, or repeat one of them in an array."""
    members = st.lists(inner, min_size=1, max_size=3).map(
        lambda pairs: (f"({','.join(kind for kind, _ in pairs)})", tuple(value for _, value in pairs))
    )
    fixed = st.tuples(inner, st.integers(1, 3)).map(lambda p: (f"{p[0][0]}[{p[1]}]", (p[0][1],) * p[1]))
    dynamic = st.tuples(inner, st.integers(0, 3)).map(lambda p: (f"{p[0][0]}[]", (p[0][1],) * p[1]))
    return members | fixed | dynamic


abi_pair = st.recursive(abi_atomic, _abi_container, max_leaves=6)
"""A type and a value of it."""

inner_call = st.builds(
    InnerCall,
    st.integers(0, 1),
    address.filter(any),
    uint256,
    st.binary(max_size=100),
)

safe_tx = st.builds(
    SafeTx,
    chain_id=st.integers(1, 2**63),
    safe=address,
    version=st.sampled_from(VERSIONS) | st.just("1.3.0+L2"),
    to=address,
    value=uint256,
    data=st.binary(max_size=100),
    operation=st.integers(0, 1),
    safe_tx_gas=uint256,
    base_gas=uint256,
    gas_price=uint256,
    gas_token=address,
    refund_receiver=address,
    nonce=uint256,
)
