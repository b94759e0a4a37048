"""`dao settings sign`: an owner signs the draft, and signatures of other owners are taken in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.address import checksum
from chain.safe import domain_hash
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.options import Dir, Key, KeyEnv, PassphraseFile
from dao.cli.proposals.draft_file import SIGNATURES_FILE, DraftFileError, replace, write_new
from dao.cli.workspace import settings_told as told
from dao.cli.workspace.founding_desk import Examined, collected, examine, refuse_errors, take_files
from dao.cli.workspace.founding_steps import steps_to_found
from dao.errors import UsageError
from dao.files import is_there
from dao.session import KeySource
from dao.views.keystores import names_in
from dao.workflow import founding
from governance.settings_changes import changes
from governance.settings_signatures import SettingsSignatures, typed_settings, write_signatures

EXAMPLES = (
    "dao settings sign --key ann",
    "dao settings sign --key-env OWNER_KEY --out ann.signatures.json",
    "dao settings sign --in ben.signatures.json --in cho.signatures.json --json",
)


def command(
    *,
    key: Key = "",
    key_env: KeyEnv = "",
    passphrase_file: PassphraseFile = None,
    taken: Annotated[
        list[Path] | None,
        typer.Option("--in", help="Take the signatures of a file that another owner sent; repeatable.", metavar="FILE"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write to a new file, to be sent, not to settings.signatures.json.", metavar="FILE"),
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Throw away the signatures over an earlier draft.")] = False,
    folder: Dir = Path(),
) -> Answer:
    """Sign the draft of the settings as an owner of the Safe, or take in what other owners signed.

    What is signed is the Safe's own message over exactly these settings, after exactly those before them; every
    signature is checked before it is kept. Nobody signs a draft with errors.
    """
    source = KeySource(name=key, variable=key_env, passphrase_file=passphrase_file)
    is_signing = bool(key or key_env)
    if not is_signing and not taken:
        raise UsageError("E_USAGE", "sign_settings")
    if out is not None and is_there(out):
        raise DraftFileError("E_IO_EXISTS", "settings", path=str(out))
    with steps.open_for(folder, source if is_signing else None, passphrase_file=passphrase_file) as session:
        examined = examine(session.workspace, session.desk)
        if examined.founded is not None:
            raise founding.FoundingError("E_SETTINGS", "unchanged", index=examined.founded.index)
        refuse_errors(examined)
        before = collected(session.workspace, examined, anew=anew)
        signed = take_files(before, taken or (), examined)
        if is_signing:
            owner = session.signer(source)
            signed = founding.add_signature(signed, examined.draft.settings.text, owner, examined.facts.state)
        file = out or session.workspace.folder / SIGNATURES_FILE
        (write_new if out else replace)(file, write_signatures(signed) + "\n")
        names = names_in(session.workspace.keys)
    return _answer(examined, signed, names=names, file=file, folder=folder, passphrase_file=passphrase_file)


def _answer(
    examined: Examined,
    signed: SettingsSignatures,
    *,
    names: dict[bytes, str],
    file: Path,
    folder: Path,
    passphrase_file: Path | None,
) -> Answer:
    state, settings = examined.facts.state, examined.draft.settings
    owners = sorted(signed.by_owner)
    digest = typed_settings(settings.text, signed.previous).digest()
    domain = domain_hash(state.chain_id, state.safe, settings.treasury().version)
    needed = steps_to_found(
        state, owners, names, folder,
        writes_journal=examined.facts.writes_journal, passphrase_file=passphrase_file,
    )  # fmt: skip
    document = {
        "ok": True,
        "settings": examined.draft.cid,
        "previous": "0x" + signed.previous.hex(),
        "message_hash": "0x" + digest.hex(),
        "domain_hash": "0x" + domain.hex(),
        "signed": [checksum(owner) for owner in owners],
        "threshold": state.threshold,
        "file": str(file),
        "needed": told.step_documents(needed),
    }
    lines = [told.heading("signing", cid=examined.draft.cid)]
    if examined.rows:
        lines += told.change_lines(changes(examined.rows[-1].settings, settings))
    else:
        lines += told.setting_lines(told.setting_rows(settings, names))
    lines += text.rows([("hash", document["message_hash"]), ("domain", document["domain_hash"])])  # type: ignore[list-item]
    people = [names.get(owner) or checksum(owner) for owner in owners]
    reason = "" if len(owners) < state.threshold else "enough"
    lines += ["", *steps.done("STEP_SETTINGS_SIGNED", reason, people=people, needed=state.threshold, file=str(file))]
    return Answer(document, [*lines, *told.step_lines(needed)])
