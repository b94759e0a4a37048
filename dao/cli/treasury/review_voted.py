"""`dao review` in a workspace: a queued part against its vote, and a file against everything that was queued.

Decides only which vote a transaction is held against: the one under which exactly its hash was queued. A transaction
of a Safe that the settings name, and that no vote covers, is refused (`E_NO_VOTE`).
"""

from __future__ import annotations

from pathlib import Path

from chain.safe import SafeTx, safe_tx_hash
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.treasury import review_told as told
from dao.errors import UsageError
from dao.files import is_there
from dao.session import Session
from dao.workflow import paying
from dao.workflow.proposing import settings_in_force
from governance.settings import Settings
from treasury.review import review


def review_in_workspace(
    target: str, folder: Path, place: tuple[int | None, str], asked: told.Asked, passphrase_file: Path | None
) -> Answer:
    """Review a file, or where there is no such file a queued part by its name; `place` is a chain and a version."""
    if not is_there(Path(target)) and steps.is_name(target):
        with steps.open_for(folder, passphrase_file=passphrase_file) as session:
            named = steps.find_part(session, target)
            return of_part(session, named, steps.queued(session, named))
    raw = read(Path(target))
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        return _of_file(session, raw, place, asked)


def of_part(session: Session, named: steps.Named, tx: SafeTx) -> Answer:
    """Review a transaction of a part against its vote."""
    found = paying.review_part(session.desk, named.id, named.part, tx)
    return told.answer(told.Draft(tx), found, steps.symbols(settings_in_force(session.desk)))


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
        return told.answer(found, review(tx, is_own_safe=is_own), symbols)
    proposal, part = queued[1].body["proposal"], queued[1].body["part"]
    assert isinstance(proposal, bytes), "the leaf's schema says so"
    assert isinstance(part, int), "the leaf's schema says so"
    return told.answer(found, paying.review_part(session.desk, proposal, part, tx), symbols)


def _version(settings: Settings, chain_id: int) -> str:
    """The version that all Safes of a chain have in the settings; where they differ it must be named."""
    versions = {safe.version for safe in settings.safes if safe.chain_id == chain_id}
    if len(versions) != 1:
        raise UsageError("E_USAGE", "review_option", option="--safe-version")
    return versions.pop()
