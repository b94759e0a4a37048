"""Solidity's ABI, strictly: what a call says, if it says it in the one canonical way.

Decides which bytes a signature and its values have, and reads such bytes back. Addresses are 20 bytes in and out. Two
roads must meet: eth_abi writes, a reader of our own reads, and every reading is written again and compared. So trailing
bytes, offsets that point elsewhere, dirty padding and overlapping tails (eth_abi's own reader takes them, and an offset
that is used a thousand times is a bomb) are refused as `E_CALLDATA`. What a call *does* is not decided here.

Source: Solidity documentation, "Contract ABI Specification", Formal Specification of the Encoding.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from chain.abi_types import AbiError, AbiType, parse_signature, parse_type
from chain.keccak import keccak256

__all__ = ["AbiError", "decode", "decode_call", "encode", "encode_call", "selector", "topic"]


def selector(signature: str) -> bytes:
    """Return the 4 bytes that name a function, from its canonical signature `transfer(address,uint256)`."""
    return topic(signature)[:4]


@lru_cache(maxsize=512)
def topic(signature: str) -> bytes:
    """Return the 32 bytes that name an event, from its canonical signature."""
    parse_signature(signature)
    return keccak256(signature.encode("ascii"))


def encode_call(signature: str, args: Sequence[object]) -> bytes:
    """Write a call: selector and arguments. Raises `AbiError` for values that do not fit, nothing is coerced."""
    return selector(signature) + _encode(parse_signature(signature), args)


def decode_call(signature: str, data: bytes) -> tuple[Any, ...]:
    """Read the arguments of a call to this function: lists as tuples, addresses as 20 bytes.

    Raises `AbiError` (`E_CALLDATA`): `selector` if the call is to another function; `short`, `trailing`, `offset`,
    `padding`, `text`, if its bytes are not the canonical ones.
    """
    if data[:4] != selector(signature):
        expected = "0x" + selector(signature).hex()
        raise AbiError("E_CALLDATA", "selector", signature=signature, expected=expected, found="0x" + data[:4].hex())
    return _decode(parse_signature(signature), data[4:])


def encode(types: Sequence[str], values: Sequence[object]) -> bytes:
    """Write values without a selector, as `abi.encode` does."""
    return _encode(tuple(map(parse_type, types)), values)


def decode(types: Sequence[str], data: bytes) -> tuple[Any, ...]:
    """Read what `encode` wrote, such as an event's data or a call's return value. Raises as `decode_call` does."""
    return _decode(tuple(map(parse_type, types)), data)


def _encode(types: tuple[AbiType, ...], values: Sequence[object]) -> bytes:
    data = _write(types, values)
    # eth_abi pads short bytes and takes text for addresses; what is read back would then differ.
    if _read_all(types, data) != _as_tuples(values):
        raise AbiError("E_CALLDATA", "value", types=_spell(types))
    return data


def _decode(types: tuple[AbiType, ...], data: bytes) -> tuple[Any, ...]:
    values = _read_all(types, data)
    if _write(types, values) != data:
        raise AbiError("E_CALLDATA", "form", types=_spell(types))
    return values


def _write(types: tuple[AbiType, ...], values: Sequence[object]) -> bytes:
    try:
        return bytes(_codec().encode([type_.text for type_ in types], values))
    except Exception as error:  # eth_abi raises its own errors, and whatever its encoders' operands raise
        raise AbiError("E_CALLDATA", "value", types=_spell(types)) from error


@cache
def _codec() -> Any:
    """Import eth_abi when it is first needed: it takes 0.3 s, and most commands never read a call."""
    from eth_abi import abi  # noqa: PLC0415

    return abi


def _spell(types: tuple[AbiType, ...]) -> str:
    return ",".join(type_.text for type_ in types)


def _as_tuples(value: object) -> object:
    """Turn lists into tuples at every level, to compare what was given with what is read back."""
    return tuple(map(_as_tuples, value)) if isinstance(value, list | tuple) else value


def _read_all(types: tuple[AbiType, ...], data: bytes) -> tuple[Any, ...]:
    values, end = _read_sequence(types, data, 0)
    if end != len(data):
        raise AbiError("E_CALLDATA", "trailing", types=_spell(types), found=len(data) - end)
    return values


def _read_sequence(types: Sequence[AbiType], data: bytes, start: int) -> tuple[tuple[Any, ...], int]:
    """Read heads, and tails in the order of their heads; return the values and where the last tail ends."""
    values: list[Any] = []
    head, tail = start, start + sum(type_.head_size for type_ in types)
    for type_ in types:
        if type_.is_dynamic:
            # The canonical offset is known before it is read: the tail of this value follows that of the last one.
            if _word(data, head) != tail - start:
                raise AbiError("E_CALLDATA", "offset", types=type_.text, at=head)
            value, tail = _read_dynamic(type_, data, tail)
        else:
            value, _ = _read_static(type_, data, head)
        values.append(value)
        head += type_.head_size
    return tuple(values), tail


def _read_dynamic(type_: AbiType, data: bytes, at: int) -> tuple[Any, int]:
    if type_.members:
        return _read_sequence(type_.members, data, at)
    if type_.item is not None and type_.length is not None:
        return _read_sequence((type_.item,) * type_.length, data, at)
    count, at = _word(data, at), at + 32
    if type_.item is not None:
        if count * type_.item.head_size > len(data) - at:  # judged before a list of that length is made
            raise AbiError("E_CALLDATA", "short", types=type_.text, at=at)
        return _read_sequence((type_.item,) * count, data, at)
    return _read_octets(type_, data, at, count)


def _read_octets(type_: AbiType, data: bytes, at: int, size: int) -> tuple[bytes | str, int]:
    end = at + (size + 31) // 32 * 32
    if end > len(data):
        raise AbiError("E_CALLDATA", "short", types=type_.text, at=at)
    octets = data[at : at + size]
    if any(data[at + size : end]):
        raise AbiError("E_CALLDATA", "padding", types=type_.text, at=at)
    if type_.text == "bytes":
        return octets, end
    try:
        return octets.decode("utf-8"), end
    except UnicodeDecodeError as error:
        raise AbiError("E_CALLDATA", "text", types=type_.text, at=at) from error


def _read_static(type_: AbiType, data: bytes, at: int) -> tuple[Any, int]:
    if type_.members:
        return _read_sequence(type_.members, data, at)
    if type_.item is not None:
        return _read_sequence((type_.item,) * (type_.length or 0), data, at)
    return _read_atomic(type_.text, data, at), at + 32


def _read_atomic(text: str, data: bytes, at: int) -> int | bool | bytes:
    number = _word(data, at)
    value: int | bool | bytes
    if text == "address":
        value, fits = data[at + 12 : at + 32], number < 2**160
    elif text == "bool":
        value, fits = number == 1, number < 2
    elif text.startswith("bytes"):
        size = int(text[5:])
        value, fits = data[at : at + size], not any(data[at + size : at + 32])
    elif text.startswith("uint"):
        value, fits = number, number < 2 ** int(text[4:])
    else:
        value = int.from_bytes(data[at : at + 32], "big", signed=True)
        bits = int(text[3:])
        fits = -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)
    if not fits:
        raise AbiError("E_CALLDATA", "padding", types=text, at=at)
    return value


def _word(data: bytes, at: int) -> int:
    if at + 32 > len(data):
        raise AbiError("E_CALLDATA", "short", types="", at=at)
    return int.from_bytes(data[at : at + 32], "big")
