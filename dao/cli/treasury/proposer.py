"""`dao proposer`: which accounts may propose for the treasury Safe at a service, one more, or one less.

Decides what is asked and told. The service's list is shown as the service's word: nothing here rests on it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from chain import address
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.options import Account, Dialect, Dir, Key, KeyEnv, PassphraseFile, ServiceEnv, ServiceKeyEnv, WalletEnv
from dao.cli.treasury.post import service_behind
from dao.errors import UsageError
from dao.session import KeySource
from dao.workflow import proposers
from dao.workflow.proposing import settings_in_force
from treasury.clients.safe_service import Proposer, SafeService, SafeServiceError
from treasury.proposers import LABEL_MAX

EXAMPLES = (
    "dao proposer --service-env SAFE_SERVICE",
    "dao proposer 0x… --label bot --key ann --service-env SAFE_SERVICE",
    "dao proposer 0x… --remove --key ann --service-env SAFE_SERVICE",
)


def command(
    proposer: Annotated[
        str, typer.Argument(help="Address that may propose; without one all are shown.", metavar="ADDRESS")
    ] = "",
    *,
    label: Annotated[str, typer.Option("--label", help="Name under which the service keeps it.")] = "dao",
    remove: Annotated[bool, typer.Option("--remove", help="Let it propose no more.")] = False,
    service_env: ServiceEnv,
    service_key_env: ServiceKeyEnv = "",
    dialect: Dialect = "tx-service",
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Show who may propose for the treasury Safe at a Safe Transaction Service, or let an owner name one more.

    A proposer, in the service's API a delegate, puts transactions before the owners in their wallets (dao post --key)
    and can confirm none: the right key for a bot. An owner signs for it, and ends it with --remove. What the owner
    signs holds for an hour and for all of that owner's Safes on the chain.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    if not 1 <= len(label) <= LABEL_MAX or (remove and not proposer):
        raise UsageError("E_USAGE", "proposer", limit=LABEL_MAX)
    with (
        closing(service_behind(service_env, service_key_env, dialect)) as service,
        steps.open_for(folder, source if proposer else None, passphrase_file=passphrase_file) as session,
    ):
        safe = settings_in_force(session.desk).treasury()
        who = address.parse_on(proposer, safe.chain_id) if proposer else None
        if who is not None:
            owner = session.signer(source)
            signed = proposers.sign(session.desk, safe, who, owner, int(time.time()), is_end=remove)
            if remove:
                service.end_proposing(safe.address, who, owner.address, signed)
            else:
                service.let_propose(safe.address, who, owner.address, label, signed)
        shown, is_whole = service.proposers(safe.address)
        if who is not None and is_whole:
            _refuse_unchanged(service, shown, who, owner.address, is_there=not remove)
    document = {
        "ok": True,
        "safe": address.with_chain(safe.address, safe.chain_id),
        "proposers": [_row(each) for each in shown],
        "is_whole": is_whole,
    }
    return Answer(document, _lines(service.label, safe.address, shown, is_whole=is_whole))


def _refuse_unchanged(service: SafeService, shown: list[Proposer], who: bytes, owner: bytes, *, is_there: bool) -> None:
    if is_there != any((each.proposer, each.owner) == (who, owner) for each in shown):
        raise SafeServiceError("E_SAFE_SERVICE", "proposer", provider=service.label, address=who)


def _row(each: Proposer) -> dict[str, str | None]:
    return {
        "proposer": address.checksum(each.proposer),
        "owner": address.checksum(each.owner),
        "safe": None if each.safe is None else address.checksum(each.safe),
        "label": each.label,
        "expires": each.expires,
    }


def _lines(label: str, safe: bytes, shown: list[Proposer], *, is_whole: bool) -> Iterator[str]:
    reason = "" if shown else "none"
    yield from steps.noted("STEP_PROPOSERS", reason, provider=label, count=len(shown), safe=safe)
    yield from text.rows([(address.checksum(each.proposer), _told(each)) for each in shown])
    if not is_whole:
        yield from steps.noted("STEP_PROPOSERS", "more", provider=label)


def _told(each: Proposer) -> str:
    until = "ends" if each.expires else "told"
    return text.say("PROPOSER", until, owner=each.owner, label=each.label, expires=each.expires)
