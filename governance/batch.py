"""Many signed messages at once: read, checked and handed back in their order, on as many cores as the caller has.

Decides nothing of its own: each message is judged as `read_envelope` and `check_signature` judge it, and a refusal
stands where its message stood, so one bad vote spoils no other. How the work is spread is the caller's: `spread` is
`map`, or that of a pool of processes (`dao.cores`). What a message means to a vote is decided by
`governance.admission`. Signatures that only a contract can confirm come back as `UncheckableError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from types import MappingProxyType
from typing import Any, TypeVar

from chain.errors import CodedError
from chain.signature import checker
from governance.envelope import Envelope, Policy, judge, read_envelope

CHUNK = 256
"""Messages that one core takes at a time: some 20 ms of work, and 300 KB that travel."""

Spread = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""Calls a function with every item, wherever it likes, and gives what it returned in the order of the items."""

_Item = TypeVar("_Item")
_Row = tuple[bytes, bytes, str, dict[str, object], bytes, bytes, tuple[str, ...]]
"""What travels of an envelope: all but its raw bytes, which the caller still has."""


def check_many(
    raws: Iterable[bytes], policy: Policy = "strict", spread: Spread = map
) -> Iterator[Envelope | CodedError]:
    """Read each message and check its signature; yield the envelope, or the refusal, of each in turn."""
    if spread is map:  # nothing travels
        for chunk in _chunks(raws):
            yield from _read_chunk(policy, chunk)
        return
    sent: list[list[bytes]] = []

    def chunks() -> Iterator[list[bytes]]:
        for chunk in _chunks(raws):
            sent.append(chunk)
            yield chunk

    for rows in spread(partial(_row_chunk, policy), chunks()):
        for raw, row in zip(sent.pop(0), rows, strict=True):
            yield row if isinstance(row, CodedError) else _envelope(raw, row)


def check_signatures(
    envelopes: Iterable[Envelope], policy: Policy = "strict", spread: Spread = map
) -> Iterator[CodedError | None]:
    """Check the signature of each envelope that was read before; yield its refusal, or None where it is sound."""
    signed = ((envelope.id, envelope.signature, envelope.address) for envelope in envelopes)
    for answers in spread(partial(_check_chunk, policy), _chunks(signed)):
        yield from answers


def _chunks(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _check_chunk(policy: Policy, chunk: list[tuple[bytes, bytes, bytes]]) -> list[CodedError | None]:
    is_signed = checker()
    return [None if is_signed(*signed) else _refusal(policy, *signed) for signed in chunk]


def _refusal(policy: Policy, id_: bytes, signed: bytes, signer: bytes) -> CodedError | None:
    try:
        judge(id_, signed, signer, policy)
    except CodedError as error:
        return error
    return None


def _read_chunk(policy: Policy, raws: list[bytes]) -> list[Envelope | CodedError]:
    """All are read before the first signature is checked: the curve's tables are as large as a core's cache, and
    reading a message between two signatures would drive them out of it.
    """
    found, is_signed = [_read(policy, raw) for raw in raws], checker()
    return [read if isinstance(read, CodedError) else _signed(policy, read, is_signed) for read in found]


def _read(policy: Policy, raw: bytes) -> Envelope | CodedError:
    try:
        return read_envelope(raw, policy)
    except CodedError as error:
        return error


def _signed(policy: Policy, read: Envelope, is_signed: Callable[[bytes, bytes, bytes], bool]) -> Envelope | CodedError:
    if is_signed(read.id, read.signature, read.address):
        return read
    return _refusal(policy, read.id, read.signature, read.address) or read


def _row_chunk(policy: Policy, raws: list[bytes]) -> list[_Row | CodedError]:
    return [read if isinstance(read, CodedError) else _row(read) for read in _read_chunk(policy, raws)]


def _row(read: Envelope) -> _Row:
    return (
        read.address, read.signature, read.action, dict(read.message), read.id, read.types_hash, read.warnings
    )  # fmt: skip


def _envelope(raw: bytes, row: _Row) -> Envelope:
    address, signed, action, message, id_, types_hash, warnings = row
    return Envelope(
        raw=raw,
        address=address,
        signature=signed,
        action=action,
        message=MappingProxyType(message),
        id=id_,
        types_hash=types_hash,
        warnings=warnings,
    )
