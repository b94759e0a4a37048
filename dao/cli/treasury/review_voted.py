"""`dao review` in a workspace: a queued part against its vote, and a file against everything that was queued.

Decides only which vote a transaction is held against: the one under which exactly its hash was queued. A transaction
of a Safe that the settings name, and that neither a vote nor a housekeeping class covers, is refused (`E_NO_VOTE`).
"""

from __future__ import annotations

import re
from pathlib import Path

from chain.safe import SafeTx, safe_tx_hash
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.treasury import review_told as told
from dao.errors import UsageError
from dao.files import is_there
from dao.record.leaves import Leaf
from dao.record.safe_tx_block import read_safe_tx
from dao.session import Session
from dao.workflow import paying
from dao.workflow.housekeeping import review_housekeeping
from dao.workflow.proposing import settings_in_force
from governance.settings import Settings
from treasury.review import Review, review

_HASH = re.compile(r"0x[0-9a-fA-F]{64}\Z", re.ASCII)


def review_in_workspace(
    target: str, folder: Path, place: tuple[int | None, str], asked: told.Asked, passphrase_file: Path | None
) -> Answer:
    """Review a file, or where there is no such file a queued part by its name, or by the hash of its transaction;
    `place` is a chain and a version.
    """
    if not is_there(Path(target)) and steps.is_name(target):
        with steps.open_for(folder, passphrase_file=passphrase_file) as session:
            named = steps.find_part(session, target)
            return of_part(session, named, steps.queued(session, named))
    if not is_there(Path(target)) and _HASH.match(target):
        with steps.open_for(folder, passphrase_file=passphrase_file) as session:
            return _of_hash(session, bytes.fromhex(target[2:]))
    raw = read(Path(target))
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        return _of_file(session, raw, place, asked)


def of_part(session: Session, named: steps.Named, tx: SafeTx) -> Answer:
    """Review a transaction of a part against its vote."""
    found = paying.review_part(session.desk, named.id, named.part, tx)
    return told.answer(told.Draft(tx), found, steps.symbols(settings_in_force(session.desk)))


def _of_hash(session: Session, hash_: bytes) -> Answer:
    found = steps.find_leaf(session, "queued", hash=hash_)
    if found is None:
        raise steps.StepError("E_NO_VOTE", "not_queued", hash=hash_)
    tx = read_safe_tx(session.journal.get(steps.link(found[1], "safe_tx")))
    return told.answer(told.Draft(tx), _by_vote(session, found[1], tx), steps.symbols(settings_in_force(session.desk)))


def _by_vote(session: Session, queued: Leaf, tx: SafeTx) -> Review:
    """The review of a transaction under the vote by which it was queued."""
    proposal, part = queued.body["proposal"], queued.body["part"]
    assert isinstance(proposal, bytes), "the leaf's schema says so"
    assert isinstance(part, int), "the leaf's schema says so"
    return paying.review_part(session.desk, proposal, part, tx)


def _of_file(session: Session, raw: bytes, place: tuple[int | None, str], asked: told.Asked) -> Answer:
    settings = settings_in_force(session.desk)
    chain_id = place[0] or session.workspace.anchors.chain_id
    found = told.read_transaction(raw, chain_id, place[1] or _version(settings, chain_id), asked)
    if isinstance(found, Answer):
        return found
    tx = found.tx
    symbols = steps.symbols(settings)
    queued = steps.find_leaf(session, "queued", hash=safe_tx_hash(tx))
    if queued is None:
        is_own = any((safe.chain_id, safe.address) == (tx.chain_id, tx.safe) for safe in settings.safes)
        kept = review_housekeeping(session.desk, tx) if is_own and found.has_nonce else None
        return told.answer(found, kept or review(tx, is_own_safe=is_own), symbols)
    return told.answer(found, _by_vote(session, queued[1], tx), symbols)


def _version(settings: Settings, chain_id: int) -> str:
    """The version that all Safes of a chain have in the settings; where they differ it must be named."""
    versions = {safe.version for safe in settings.safes if safe.chain_id == chain_id}
    if len(versions) != 1:
        raise UsageError("E_USAGE", "review_option", option="--safe-version")
    return versions.pop()
