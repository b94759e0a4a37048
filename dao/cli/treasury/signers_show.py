"""`dao signers`: who owns the treasury Safe, when each was last heard of, how far it is from its loss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chain import address
from chain.clients.safe_read import fetch_safe_state
from chain.safe_state import open_safe_state
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.options import Dir, PassphraseFile
from dao.sentences import spell_time
from dao.views.signers import Signers, SignerStanding, signers
from dao.workflow.proposing import settings_in_force
from treasury.housekeeping import SWAP_OWNER

EXAMPLES = (
    "dao signers",
    "dao signers --dir demo --json",
)


def command(*, passphrase_file: PassphraseFile = None, folder: Dir = Path()) -> Answer:
    """Show the owners of the treasury Safe, and what to do when one of them must be replaced.

    An owner is heard of when the journal takes a signature of his: a confirmation, settings, a veto, or a proof of life
    (dao signers prove). An owner of whom nothing was heard for long may have lost his key, which nobody notices until
    it is needed.
    """
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        settings = settings_in_force(session.desk)
        safe = settings.treasury()
        head = session.desk.head()
        state = open_safe_state(fetch_safe_state(session.node, safe.address, head.ref.number))
        found = signers(session.desk, settings, state)
    can_swap = SWAP_OWNER in settings.housekeeping
    document = {
        "ok": True,
        "safe": address.with_chain(safe.address, safe.chain_id),
        "time": head.timestamp,
        "threshold": state.threshold,
        "keys_that_may_be_lost": found.may_be_lost,
        "keys_that_take_all": state.threshold,
        "owners": [_row(each) for each in found.owners],
        "waiting": [{"part": each.name, "nonce": each.nonce, "signed": len(each.signed)} for each in found.waiting],
        "queue_again": list(found.queue_again),
        "housekeeping": can_swap,
        "notice": settings.notice,
    }
    return Answer(document, _lines(found, head.timestamp, can_swap=can_swap, notice=settings.notice))


def _row(each: SignerStanding) -> dict[str, object]:
    last = None if each.last is None else each.last._asdict()
    return {"owner": address.checksum(each.owner), "last": last, "sign_again": list(each.sign_again)}


def _lines(found: Signers, now: int, *, can_swap: bool, notice: int) -> Iterator[str]:
    state = found.state
    owners, threshold = len(state.owners), state.threshold
    yield from text.wrapped(text.say("SIGNERS", "threshold", owners=owners, threshold=threshold, safe=state.safe), "")
    reason = "may_lose" if found.may_be_lost else "none_to_lose"
    yield from text.wrapped(text.say("SIGNERS", reason, lost=found.may_be_lost, threshold=threshold), "")
    yield ""
    for each in found.owners:
        yield from text.rows([(address.checksum(each.owner), _told(each, now))])
        if each.sign_again:
            names = ", ".join(each.sign_again)
            yield from text.wrapped(text.say("SIGNERS", "sign_again", names=names), "    ")
    yield ""
    yield text.paint(text.say("SIGNERS", "plan"), "bold")
    steps_of = ("announce", "wait", "change", "again") if can_swap else ("vote",)
    names = ", ".join(found.queue_again) or "-"
    for number, step in enumerate(steps_of, 1):
        told = text.say("SIGNERS", f"plan_{step}", days=notice // 86_400, seconds=notice, names=names)
        yield from text.wrapped(f"{number}. {told}", "  ", "     ")


def _told(each: SignerStanding, now: int) -> str:
    if each.last is None:
        return text.say("SIGNERS", "never")
    days = (now - each.last.time) // 86_400
    return text.say("SIGNERS", f"by_{each.last.kind}", time=spell_time(each.last.time), days=days, index=each.last.leaf)
