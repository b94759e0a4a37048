"""What is still needed until a draft of settings is founded, in order, each with its command.

Decides who of the Safe's owners can sign here and who must be sent the draft; nothing is read but what is handed in.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from pathlib import Path

from chain.address import checksum
from chain.safe_state import SafeState
from dao.cli.draft_file import DRAFT_FILE
from dao.cli.settings_told import Step


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
    """The signatures that are missing, then the founding itself."""
    missing = state.threshold - len([owner for owner in state.owners if owner in signed])
    waiting = [owner for owner in state.owners if owner not in signed]
    here = [owner for owner in waiting if owner in names][: max(missing, 0)]
    steps = [
        Step(
            "sign_here",
            {"name": names[owner]},
            command(f"settings sign --key {shlex.quote(names[owner])}", folder, passphrase_file),
        )
        for owner in here
    ]
    left = missing - len(here)
    if left > 0:
        others = [checksum(owner) for owner in waiting if owner not in here]
        facts = {"count": left, "owners": others, "file": DRAFT_FILE}
        steps.append(Step("sign_there", facts, "dao settings sign --key NAME --out NAME.signatures.json"))
        steps.append(Step("take", {}, command("settings sign --in NAME.signatures.json", folder)))
    if writes_journal:
        steps.append(Step("found", {}, command("settings found", folder, passphrase_file)))
    else:
        steps.append(Step("found_there", {}))
    return steps
