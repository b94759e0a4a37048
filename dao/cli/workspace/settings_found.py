"""`dao settings found`: the signed draft becomes the journal's first fact, or the next settings of a running space."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from chain.address import checksum
from chain.safe import join_signatures
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.options import Dir, PassphraseFile
from dao.cli.proposals.draft_file import SIGNATURES_FILE
from dao.cli.workspace.founding_desk import Examined, collected, examine, refuse_errors, take_files
from dao.cli.workspace.founding_steps import command as spelled
from dao.keys import KeyFileError
from dao.record.checks_settings import leaves
from dao.session import Session
from dao.workflow import founding
from governance.settings import Settings
from governance.space import SettingsError, binding, settings_cid

EXAMPLES = (
    "dao settings found",
    "dao settings found --in ben.signatures.json --dir club --json",
)


def command(
    *,
    passphrase_file: PassphraseFile = None,
    taken: Annotated[
        list[Path] | None,
        typer.Option("--in", help="Take the signatures of a file that another owner sent; repeatable.", metavar="FILE"),
    ] = None,
    folder: Dir = Path(),
) -> Answer:
    """Put the draft into the journal, once enough of the Safe's owners have signed it.

    The first settings bind at once; later ones after the notice of those in force when they came. Only where the
    journal's key lies can this be done. Settings that are founded already are shown as they are.
    """
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        if not session.workspace.is_writer:
            raise KeyFileError("E_KEY_FILE", "no_journal_key", key=session.workspace.anchors.journal_key.hex())
        examined = examine(session.workspace, session.desk)
        dropped: list[bytes] = []
        if examined.founded is None:
            dropped = _found(session, examined, taken or ())
        _finish(session, examined.draft.settings, is_new=examined.founded is None)
        return _answer(session, examined.draft.settings.text, dropped, folder, is_new=examined.founded is None)


def _found(session: Session, examined: Examined, taken: Sequence[Path]) -> list[bytes]:
    """Commit what enough owners signed; return who signed and owns the Safe no longer."""
    refuse_errors(examined)
    state = examined.facts.state
    signed = collected(session.workspace, examined)
    dropped = sorted(signed.by_owner.keys() - set(state.owners))
    signed = take_files(founding.without(signed, dropped), taken, examined)
    if len(signed.by_owner) < state.threshold:
        raise SettingsError("E_SETTINGS", "too_few", signed=len(signed.by_owner), threshold=state.threshold)
    founding.found(session.desk, examined.draft.settings.text, join_signatures(signed.by_owner))
    return dropped


def _finish(session: Session, settings: Settings, *, is_new: bool) -> None:
    """Keep a checkpoint, and clear away the signatures, which stand in the journal now.

    Also after a founding that was cut off behind its commit, which is why `is_new` alone does not decide.
    """
    if is_new or not session.workspace.checkpoint_path.exists():
        session.desk.keep_as(settings.journal.origin)
    (session.workspace.folder / SIGNATURES_FILE).unlink(missing_ok=True)


def _answer(session: Session, text: str, dropped: list[bytes], folder: Path, *, is_new: bool) -> Answer:
    rows = founding.settings_rows(session.desk)
    since, leaf = next((since, leaf) for since, leaf in reversed(binding(leaves(rows))) if leaf.settings.text == text)
    is_first = leaf.index == rows[0].index
    document = {
        "ok": True,
        "is_new": is_new,
        "settings": str(settings_cid(text)),
        "leaf": leaf.index,
        "binds_from": since,
        "dropped": [checksum(owner) for owner in dropped],
    }
    lines = steps.done("STEP_FOUNDED", "" if is_new else "already", space=leaf.settings.space, index=leaf.index)
    lines += steps.noted("STEP_BINDS", "first" if is_first else "", since=since)
    if dropped:
        lines += steps.noted("STEP_DROPPED", people=[checksum(owner) for owner in dropped])
    if is_first:
        lines += steps.noted("STEP_BEGIN", command=spelled("draft --title …", folder))
    return Answer(document, lines)
