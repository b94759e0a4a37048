"""A contract's ABI in JSON, as compilers and explorers write it: its functions with the names of their arguments.

Decides which entries are functions and how their types are spelled. Everything else of an ABI (events, errors,
constructors, mutability) says nothing about a call's bytes and is left out. An argument without a name is numbered,
because a row names every one. Source: Solidity documentation, "Contract ABI Specification", JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chain.errors import CodedError
from chain.json_text import loads
from proposals.action import ActionError, Function, read_function


def is_abi_json(text: str) -> bool:
    """Whether a block of text is meant as JSON."""
    return text.lstrip().startswith("[")


def read_abi_json(text: str) -> tuple[Function, ...]:
    """Return the functions of an ABI; those that do not read are left out, and so is a text that is no ABI."""
    try:
        entries = loads(text)
    except CodedError:
        return ()
    return tuple(_functions(entries))


def _functions(entries: object) -> Iterator[Function]:
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or entry.get("type", "function") != "function":
            continue
        name, inputs = entry.get("name"), entry.get("inputs", [])
        if not isinstance(name, str) or not isinstance(inputs, list):
            continue
        try:
            spelled = [f"{_type(each)} {each.get('name') or f'a{at}'}" for at, each in enumerate(inputs, 1)]
            yield read_function(f"{name}({', '.join(spelled)})")
        except (ActionError, AttributeError, TypeError):
            continue


def _type(entry: Mapping[str, object]) -> str:
    """Spell a type as signatures do: a tuple by its members, whatever its struct is called."""
    kind = entry.get("type", "")
    if not isinstance(kind, str):
        raise TypeError("a type is text")
    if not kind.startswith("tuple"):
        return kind
    members = entry.get("components")
    if not isinstance(members, list):
        raise TypeError("a tuple has components")
    return f"({','.join(map(_type, members))}){kind.removeprefix('tuple')}"
