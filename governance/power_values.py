"""What all power evidence shares: values by voter in chunks, links to chunks, and the table that comes of them.

Decides the form of these blocks alone. Whether the values are proved is `governance.power`'s, whether they follow from
what somebody answered is `governance.attested`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import lt
from typing import NoReturn

from chain import dag_cbor
from chain.amount import AmountError, parse_base_units
from chain.blocks import BlockRef
from chain.cid import CID, dag_cbor_cid
from governance.errors import GovernanceError
from governance.power_rows import pack, unpack
from governance.settings import StrategySettings
from governance.strategies.strategy import Note
from governance.strict_map import StrictMap, expect_version, open_map

VERSION = 1
VALUES_KIND = "power-values"

ROWS_MAX = 8_000
"""Voters in one chunk of values: at most 61 bytes of address, head and decimal text each, within 1 MiB."""
CHUNKS_MAX = 4_096

Get = Callable[[CID], bytes]


class PowerError(GovernanceError):
    """Evidence of another form, or powers that it does not give (`E_POWER`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerTable:
    """Powers in 1e-18 by voter, and on what they rest."""

    powers: Mapping[bytes, int]
    proved: bool
    """Whether each follows from the snapshot block's hash and the settings alone."""
    providers: tuple[str, ...] = ()
    """Who answered what is not proved; empty also for the evidence of older releases, which names nobody."""
    answers: int = 0
    """How many questions they answered."""
    replayed: bool = False
    """Whether the powers were computed from questions and answers, rather than from proofs or nothing."""
    notes: tuple[Note, ...] = ()


class Keeping(dict[CID, bytes]):
    """Blocks in the making."""

    def add(self, value: dict[str, object]) -> CID:
        """Keep a block and return its name."""
        return self.keep(dag_cbor.encode(value))

    def keep(self, data: bytes) -> CID:
        """Keep a block that is encoded already."""
        cid = dag_cbor_cid(data)
        self[cid] = data
        return cid


def subject_of(kind: str, number: int, settings: StrategySettings, block: BlockRef) -> dict[str, object]:
    """What a root says that it is about: strategy `number` (1-based place in the settings) at the snapshot block."""
    return {
        "v": VERSION,
        "kind": kind,
        "strategy": number,
        "name": settings.name,
        "version": settings.version,
        "block": block.to_map(),
    }


def expect_subject(opened: StrictMap, expected: Mapping[str, object]) -> None:
    """Refuse a root that is about another thing."""
    for key, value in expected.items():
        if opened.values[key] != value or type(opened.values[key]) is not type(value):
            raise PowerError("E_POWER", "subject", field=key, strategy=expected["name"])


def keep_values(powers: Mapping[bytes, int], blocks: Keeping) -> list[CID]:
    """Keep the values in full chunks, by ascending voter."""
    rows = sorted(powers.items())
    return [blocks.keep(pack(rows[start : start + ROWS_MAX])) for start in range(0, len(rows), ROWS_MAX)]


def read_values(opened: StrictMap, get: Get) -> dict[bytes, int]:
    """Read the values of a root: each voter once, in ascending order, in full chunks."""
    chunks = links(opened, "values")
    powers: dict[bytes, int] = {}
    last = b""
    for place, cid in enumerate(chunks, 1):
        rows = unpack(get(cid))
        if rows is None:
            chunk = open_chunk(get, cid, VALUES_KIND, "values")
            rows = [_row(chunk, row) for row in chunk.items("values")]
        if not rows or len(rows) > ROWS_MAX or (place < len(chunks) and len(rows) < ROWS_MAX):
            _refuse(get, cid, f"full chunks of {ROWS_MAX} rows")
        voters = [last, *(voter for voter, _ in rows)]
        if not all(map(lt, voters, voters[1:])):
            _refuse(get, cid, "each voter once, in ascending order")
        powers.update(rows)
        last = voters[-1]
    return powers


def _refuse(get: Get, cid: CID, expected: str) -> NoReturn:
    open_chunk(get, cid, VALUES_KIND, "values").refuse("values", expected)


def _row(chunk: StrictMap, row: object) -> tuple[bytes, int]:
    if not isinstance(row, list) or len(row) != 2 or not isinstance(row[0], bytes) or len(row[0]) != 20:
        chunk.refuse("values", "rows of a 20-byte voter and a power")
    try:
        return row[0], parse_base_units(row[1])
    except AmountError:
        chunk.refuse("values", "powers as decimal strings")


def open_chunk(get: Get, cid: CID, kind: str, key: str) -> StrictMap:
    """Open a chunk of a kind."""
    opened = open_map(dag_cbor.decode(get(cid)), f"v kind {key}", code="E_POWER", place=kind)
    expect_version(opened, "v", VERSION)
    if opened.values["kind"] != kind:
        opened.refuse("kind", kind)
    return opened


def links(opened: StrictMap, key: str) -> list[CID]:
    """Take a list of links."""
    cids = [cid for cid in opened.items(key) if isinstance(cid, CID)]
    if len(cids) != len(opened.items(key)) or len(cids) > CHUNKS_MAX:
        opened.refuse(key, f"at most {CHUNKS_MAX} links")
    return cids
