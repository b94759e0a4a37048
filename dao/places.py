"""Where a workspace keeps content besides its journal: a node, a folder of blocks, pinning services.

Decides how `dao.toml` names them (`[ipfs]`, which may be absent: nothing depends on it), and how content is put into
all of them in turn: node and folder first, because a service fetches what it keeps. What one place refuses stops no
other, and what is there already is not sent again, so a run that was cut off is simply run again. URLs and tokens are
secrets: the file holds names of variables, and here is where they are read.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from chain import unixfs
from chain.cid import CID
from chain.clients.block_folder import BlockFolder, links
from chain.clients.ipfs import ASK_SECONDS, FILE_MAX, IpfsNode
from chain.clients.pinning import PinningService
from chain.content_id import ContentId
from chain.errors import CodedError
from dao.errors import DaoError
from dao.files import read_file
from dao.workspace import CONFIG_FILE, is_variable

_CONFIG_BYTES = 1 << 16
_SERVICES_MAX = 8
_LOST = frozenset({"connect", "timeout", "token", "http"})
"""Why a place gives no answer, whatever it is asked for."""

Place = IpfsNode | BlockFolder | PinningService
Blocks = Callable[[], Sequence[tuple[CID, bytes]]]


class PlaceError(DaoError):
    """The places are not named as they must be (`E_IPFS_ENV`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A pinning service, by the variables that hold its URL and its token."""

    url_env: str
    token_env: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Which places there are, by name alone."""

    api_env: str = ""
    """Variable with the URL of a node's RPC API; empty: no node."""
    token_env: str = ""
    """Variable with the node's bearer token, where it wants one."""
    blocks: Path | None = None
    """Folder of blocks."""
    services: tuple[Service, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.api_env or self.blocks or self.services)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One thing to keep."""

    kind: str
    """`document`, `parts`, `settings`, `annex` or `record`."""
    name: str
    """Whose it is: an IIP, a file, or the leaf that names it."""
    root: ContentId
    blocks: Blocks | None = None
    """What hangs below the root, in the order of `chain.car`; None where it is to be had from somebody else."""


class Standing(NamedTuple):
    """What one place says of one content."""

    place: str
    state: str
    """`pinned`, `queued`, `absent`, `damaged` (it gives other bytes) or `unknown` (it gives no answer)."""
    error: CodedError | None = None
    """Why it is not known, or not there."""


def read_named(folder: Path) -> Named:
    """Read `[ipfs]` of a workspace's `dao.toml`; without it there is no place."""
    try:
        table = tomllib.loads(read_file(folder / CONFIG_FILE, _CONFIG_BYTES).decode("utf-8")).get("ipfs", {})
        services = tuple(Service(**one) for one in table.pop("services", []))
        blocks = table.pop("blocks", "")
        named = Named(**table, blocks=folder / blocks if blocks else None, services=services)
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise PlaceError("E_IPFS_ENV", "config", file=CONFIG_FILE) from error
    variables = [named.api_env, named.token_env, *(name for one in services for name in (one.url_env, one.token_env))]
    if not all(isinstance(name, str) and (name == "" or is_variable(name)) for name in variables):
        raise PlaceError("E_IPFS_ENV", "config", file=CONFIG_FILE)
    if len(services) > _SERVICES_MAX or not all(one.url_env and one.token_env for one in services):
        raise PlaceError("E_IPFS_ENV", "config", file=CONFIG_FILE)
    return named


@contextmanager
def open_places(named: Named, *, seconds: int = ASK_SECONDS) -> Iterator[list[Place]]:
    """Open every place that is named; none of them is asked yet."""
    places: list[Place] = []
    try:
        if named.api_env:
            token = _value(named.token_env) if named.token_env else ""
            places.append(IpfsNode(_value(named.api_env), token=token, name=named.api_env, seconds=seconds))
        if named.blocks is not None:
            places.append(BlockFolder(named.blocks))
        places += [
            PinningService(_value(one.url_env), _value(one.token_env), name=one.url_env) for one in named.services
        ]
        yield places
    finally:
        for place in places:
            place.close()


def standing(place: Place, root: ContentId) -> Standing:
    """Whether a place keeps a root; what it says is not believed further than its first block."""
    try:
        if isinstance(place, PinningService):
            states = [pin.status for pin in place.find(root)]
            if "pinned" in states:
                return Standing(place.label, "pinned")
            return Standing(place.label, "queued" if {"queued", "pinning"} & set(states) else "absent")
        if not place.is_pinned(root):
            return Standing(place.label, "absent")
        place.block(root)
    except CodedError as error:
        return Standing(place.label, "damaged" if error.code == "E_CID_MISMATCH" else "unknown", error)
    return Standing(place.label, "pinned")


def ask_all(
    places: Sequence[Place], wanted: Sequence[Content], *, mend: bool
) -> Iterator[tuple[Content, list[Standing]]]:
    """Ask every place for every content, or have it kept; a place that does not answer is not asked again."""
    lost: dict[str, Standing] = {}
    for content in wanted:
        standings: list[Standing] = []
        for place in places:
            said = lost.get(place.label) or (keep(place, places, content) if mend else standing(place, content.root))
            if _is_lost(said):
                lost[place.label] = said
            standings.append(said)
        yield content, standings


def _is_lost(said: Standing) -> bool:
    return said.state == "unknown" and said.error is not None and said.error.reason in _LOST


def keep(place: Place, places: Sequence[Place], content: Content) -> Standing:
    """Have a place keep a content, unless it does; without blocks a node and a service look for it in their networks,
    and a folder takes it from the other places.
    """
    before = standing(place, content.root)
    if before.state in {"pinned", "queued"} or _is_lost(before):
        return before
    try:
        match place:
            case PinningService():
                pin = place.pin(content.root, content.name)
                return Standing(place.label, "pinned" if pin.status == "pinned" else "queued")
            case _ if content.blocks is not None:
                block = content.root.to_cid()
                assert block is not None, "what the journal links to is raw or dag-cbor"
                place.put(block, content.blocks())
            case BlockFolder():
                _copy(place, places, content.root)
            case IpfsNode():
                place.pin(content.root)
    except CodedError as error:
        return Standing(place.label, "absent", error)
    return standing(place, content.root)


def _copy(folder: BlockFolder, places: Sequence[Place], root: ContentId) -> None:
    """Fetch into the folder what it lacks, block by block, each compared with its name."""
    sources = [place for place in places if not isinstance(place, PinningService)]
    pending, seen = [root], set[bytes]()
    while pending:
        cid = pending.pop()
        if cid.digest in seen:
            continue
        seen.add(cid.digest)
        if len(seen) > unixfs.MAX_BLOCKS:
            raise PlaceError("E_IPFS", "many", cid=str(root), limit=unixfs.MAX_BLOCKS)
        data = first(sources, lambda place, wanted=cid: place.block(wanted))
        folder.keep_block(cid, data)
        pending += links(cid, data)
    folder.pin(root)


def first(places: Sequence[Place], ask: Callable[..., bytes]) -> bytes:
    """The first place's answer; where none gives one, the first refusal."""
    refusals: list[CodedError] = []
    for place in places:
        try:
            return ask(place)
        except CodedError as error:
            refusals.append(error)
    raise refusals[0] if refusals else PlaceError("E_IPFS", "nowhere")


def fetch(places: Sequence[Place], root: ContentId, limit: int = FILE_MAX) -> bytes:
    """A file, or a block of ours, from the first place that gives each block of it."""
    sources = [place for place in places if not isinstance(place, PinningService)]
    return unixfs.read(root, lambda cid: first(sources, lambda place: place.block(cid)), max_bytes=limit)


def _value(variable: str) -> str:
    value = os.environ.get(variable, "")
    if not value:
        raise PlaceError("E_IPFS_ENV", "unset", variable=variable)
    return value
