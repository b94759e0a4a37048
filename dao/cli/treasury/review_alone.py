"""`dao review` without a workspace: a transaction by its own bytes, and by its Safe's chain where a node is named.

Decides where the transaction comes from (a file, or a service that has it under the hash that was typed, and that is
computed anew) and which version its Safe has: what is typed, or what a node proves. A review of bytes alone imports
neither node nor service.
"""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chain.safe import SafeTx, safe_tx_hash
from chain.safe_deployments import singleton_release
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.treasury import review_told as told
from dao.errors import UsageError
from dao.files import is_there
from treasury.review import review

if TYPE_CHECKING:
    from chain.clients.node import Node

_HASH = re.compile(r"0x[0-9a-fA-F]{64}\Z", re.ASCII)
_ANY_RELEASE = "1.4.1"
"""Under which a file is read to learn its Safe; from 1.3.0 on all releases hash alike."""


class Place(NamedTuple):
    """What the command line says of the Safe, and whom to ask: names of variables, empty for nobody."""

    chain_id: int | None
    version: str
    node: str
    service: str
    service_key: str
    dialect: str


def review_alone(target: str, place: Place, asked: told.Asked) -> Answer:
    """Review a file, or where there is no such file the transaction that a service has under a hash."""
    node = _node(place) if place.node else None
    chain_id = place.chain_id if node is None else node.chain_id()
    if chain_id is None or not (place.version or node):
        raise UsageError("E_USAGE", "review_option", option="--chain-id" if chain_id is None else "--safe-version")
    hash_ = bytes.fromhex(target[2:]) if _HASH.match(target) and not is_there(Path(target)) else None
    raw = read(Path(target)) if hash_ is None else _of_service(hash_, place)
    version = place.version or _ANY_RELEASE
    found = told.read_transaction(raw, chain_id, version, asked)
    if node is not None and not place.version and not isinstance(found, Answer):
        found = told.read_transaction(raw, chain_id, _proved_version(node, found.tx.safe), asked)
    if isinstance(found, Answer):
        return found
    if hash_ is not None:
        _refuse_other(found.tx, hash_, place)
    if node is None:
        return told.answer(found, review(found.tx), {})
    from dao.workflow.part_facts import on_chain

    return told.answer(found, review(found.tx, seen=on_chain(node, found.tx)), {})


def _node(place: Place) -> Node:
    from dao.connect import node_behind

    return node_behind(place.node, place.chain_id)


def _of_service(hash_: bytes, place: Place) -> bytes:
    from dao.cli.treasury.post import service_behind
    from treasury.clients.safe_service import SafeServiceError

    if not place.service:
        raise UsageError("E_SAFE_SERVICE", "hash")
    with closing(service_behind(place.service, place.service_key, place.dialect)) as service:
        raw = service.find(hash_)
        if raw is None:
            raise SafeServiceError("E_SAFE_SERVICE", "unknown", provider=service.label, hash=hash_)
    return raw


def _refuse_other(tx: SafeTx, hash_: bytes, place: Place) -> None:
    from treasury.clients.safe_service import SafeServiceError

    found = safe_tx_hash(tx)
    if found != hash_:
        raise SafeServiceError("E_SAFE_SERVICE", "other", provider=place.service, found=found)


def _proved_version(node: Node, safe: bytes) -> str:
    """The release of a Safe's singleton; of another code none is known, and it must be typed."""
    from chain.clients.safe_read import fetch_safe_state
    from chain.safe_state import open_safe_state

    state = open_safe_state(fetch_safe_state(node, safe, node.head().ref.number))
    release = singleton_release(state.singleton)
    if release is None:
        raise UsageError("E_USAGE", "review_option", option="--safe-version")
    return release
