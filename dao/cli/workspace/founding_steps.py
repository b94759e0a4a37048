"""What is still needed until a draft of settings is founded, in order, each with its command.

Decides who of the Safe's owners can sign here and who must be sent the draft; nothing is read but what is handed in.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from pathlib import Path

from chain.address import checksum
from chain.safe_state import SafeState
from dao.cli.proposals.draft_file import DRAFT_FILE
from dao.cli.workspace.settings_told import Step


def command(words: str, folder: Path, passphrase_file: Path | None = None) -> str:
    """Spell a command as it would be typed from here."""
    where = "" if folder == Path() else f" --dir {shlex.quote(str(folder))}"
    passphrase = "" if passphrase_file is None else f" --passphrase-file {shlex.quote(str(passphrase_file))}"
    return f"dao {words}{where}{passphrase}"


def steps_to_found(
    state: SafeState,
    signed: Collection[bytes],
    names: Mapping[bytes, str],
    folder: Path,
    *,
    writes_journal: bool,
    passphrase_file: Path | None = None,
) -> list[Step]:
    """The signatures that are missing, then the founding itself, as far as they can be done from this workspace."""
    missing = max(state.threshold - len([owner for owner in state.owners if owner in signed]), 0)
    waiting = [owner for owner in state.owners if owner not in signed]
    here = [owner for owner in waiting if owner in names][:missing]
    out = "" if writes_journal else " --out {}.signatures.json"
    steps = [
        Step("sign_here", {"name": names[owner]}, _sign(names[owner], out, folder, passphrase_file)) for owner in here
    ]
    if not writes_journal:
        if missing and not here:
            steps.append(Step("sign_own", {}, _sign("NAME", out, folder, passphrase_file)))
        return [*steps, Step("found_there", {"threshold": state.threshold})]
    left = missing - len(here)
    if left:
        others = [checksum(owner) for owner in waiting if owner not in here]
        facts = {"count": left, "owners": others, "file": DRAFT_FILE}
        steps.append(Step("sign_there", facts))
        steps.append(Step("take", {}, command("settings sign --in NAME.signatures.json", folder, passphrase_file)))
    return [*steps, Step("found", {}, command("settings found", folder, passphrase_file))]


def _sign(name: str, out: str, folder: Path, passphrase_file: Path | None) -> str:
    return command(f"settings sign --key {shlex.quote(name)}{out.format(shlex.quote(name))}", folder, passphrase_file)
