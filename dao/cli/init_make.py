"""The making of a workspace: read or make the ground, draft the settings, write the folder, look at the duties.

Decides the order: everything that can be refused without writing is refused first, and what is written before the last
refusal is taken away again (`init_folder`). A draft whose settings are wrong is not written; one that only lacks its
votes token is.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from chain.address import checksum
from chain.finding import Finding
from chain.json_text import canonical
from dao.cli import init_devnet, init_safe
from dao.cli.answer import Answer
from dao.cli.draft_file import DRAFT_FILE, load_draft, write_new
from dao.cli.init_answer import Made, answer
from dao.cli.init_answers import Answers, check_form, read_journal_key, read_place, read_space, read_start
from dao.cli.init_ask import complete
from dao.cli.init_folder import NewFolder, refuse_workspace
from dao.cli.init_ground import Origin, origins, plan_of
from dao.cli.key_files import Place
from dao.cli.settings_told import SHOWN
from dao.connect import connect
from dao.errors import DaoError, UsageError
from dao.keys import JOURNAL_KEY, KeyFileError, Keyring, public_key
from dao.passphrase import read_passphrase
from dao.record.checks_settings import refuse_later_features
from dao.store.journal import Journal
from dao.views.duties import findings
from dao.views.founding_facts import gather, token_findings
from dao.views.keystores import names_in
from dao.workflow import founding
from dao.workspace import DEVNET_FILE, KEYS, Anchors, Workspace
from governance.settings import Quorum, Settings
from governance.settings_draft import write_draft
from governance.settings_plan import Plan, plan_values
from governance.settings_text import parse_settings


class InitError(DaoError):
    """Something that was found when the workspace stood, and for which it was taken away again."""


def init(folder: Path, answers: Answers, passphrase_file: Path | None) -> Answer:
    """Make the workspace, or leave the folder as it was."""
    refuse_workspace(folder)
    answers = complete(answers)
    read_space(answers.space, is_devnet=answers.devnet)
    check_form(answers)
    if answers.devnet:
        made = _on_devnet(folder, answers)
    elif answers.draft is not None:
        made = _from_draft(folder, answers, passphrase_file)
    else:
        made = _around_safe(folder, answers, passphrase_file)
    return answer(made)


def _on_devnet(folder: Path, answers: Answers) -> Made:
    init_devnet.check(answers)
    start = read_start(answers.start, int(time.time()))
    names = init_devnet.people(answers)
    with NewFolder(folder, names):
        ground = init_devnet.build(folder / DEVNET_FILE, answers, start)
        key = public_key(init_devnet.save_keys(folder / KEYS, names))
        plan = plan_of(answers, ground, key)
        return _from_plan(folder, plan, origins(answers), None)


def _around_safe(folder: Path, answers: Answers, passphrase_file: Path | None) -> Made:
    init_safe.check(answers)
    with NewFolder(folder, []):
        node = init_safe.reach(answers)
        names = {name: address for address, name in names_in(folder / KEYS).items()}
        ground = init_safe.survey(node, answers, names)
        plan_of(answers, ground, bytes(32))  # refused before anybody types a passphrase
        key = _journal_key(folder / KEYS, answers, passphrase_file)
        return _from_plan(
            folder, plan_of(answers, ground, key), origins(answers), passphrase_file, rpc_env=answers.rpc_env
        )


def _from_plan(
    folder: Path, plan: Plan, known: Mapping[str, Origin], passphrase_file: Path | None, *, rpc_env: str = ""
) -> Made:
    values = plan_values(plan)
    settings = parse_settings(canonical(values)) if plan.strategy is not None else _provisional(values)
    return _write(
        folder, settings, write_draft(values), known, passphrase_file, rpc_env=rpc_env,
        is_complete=plan.strategy is not None,
    )  # fmt: skip


def _from_draft(folder: Path, answers: Answers, passphrase_file: Path | None) -> Made:
    """Take another owner's draft: it must be of the space and the Safe that were named here."""
    init_safe.check(answers)
    given = [
        field.name
        for field in fields(Answers)
        if getattr(answers, field.name) and field.name not in {"space", "safe", "rpc_env", "draft", "journal_key"}
    ]
    if given:
        raise UsageError("E_USAGE", "draft_alone", options=given)
    assert answers.draft is not None, "asked only where there is one"
    drafted = load_draft(answers.draft)
    settings = drafted.settings
    with NewFolder(folder, []):
        node = init_safe.reach(answers)
        is_known = bool(answers.journal_key) or (folder / KEYS / JOURNAL_KEY).exists()
        founding.refuse_other_space(
            settings,
            space=answers.space,
            chain_id=node.chain_id(),
            safe=read_place(answers.safe).address,
            journal_key=_journal_key(folder / KEYS, answers, passphrase_file) if is_known else settings.journal.key,
        )
        refuse_later_features(settings, settings)
        known: dict[str, Origin] = dict.fromkeys(SHOWN, "draft")
        text = drafted.file.read_text(encoding="utf-8")
        return _write(folder, settings, text, known, passphrase_file, rpc_env=answers.rpc_env, is_complete=True)


def _write(
    folder: Path,
    settings: Settings,
    draft: str,
    known: Mapping[str, Origin],
    passphrase_file: Path | None,
    *,
    rpc_env: str,
    is_complete: bool,
) -> Made:
    """Write the workspace around its anchors; settings with errors undo it."""
    safe = settings.treasury()
    anchors = Anchors(
        space=settings.space,
        chain_id=safe.chain_id,
        safe=safe.address,
        journal_key=settings.journal.key,
        rpc_env=(rpc_env,) if rpc_env else (),
    )
    with Workspace.create(folder, anchors) as workspace, connect(workspace) as node:
        with Journal(workspace.journal_path, create=True):
            pass
        write_new(folder / DRAFT_FILE, draft)
        treasury = founding.read_treasury(node, safe.address)
        facts = gather(workspace, node, settings, treasury.state)
        found = [*findings(facts), *token_findings(node, facts)]
    _refuse_errors(found)
    return Made(
        folder=folder, facts=facts, names=names_in(folder / KEYS), origins=known, findings=found,
        is_complete=is_complete, passphrase_file=passphrase_file,
    )  # fmt: skip


def _refuse_errors(found: list[Finding]) -> None:
    """Whoever begins with settings that are wrong is told so, and begins again."""
    for finding in found:
        if finding.level == "error":
            raise InitError(finding.code, finding.reason, **finding.facts)


def _journal_key(keys: Path, answers: Answers, passphrase_file: Path | None) -> bytes:
    """The journal's public key: as told, that of the key file that is here, or of a new one."""
    told = read_journal_key(answers.journal_key) if answers.journal_key else None
    if (keys / JOURNAL_KEY).exists():
        ring = Keyring(keys, read_passphrase(keys, passphrase_file, ask=True))
        here = public_key(ring.load_journal_key())
        if told not in {None, here}:
            raise KeyFileError("E_KEY_FILE", "other_journal", name=JOURNAL_KEY)
        return here
    if told is not None:
        return told
    key = secrets.token_bytes(32)
    Place(keys, None).new_ring(passphrase_file).save_journal_key(key)
    return public_key(key)


def _provisional(values: Mapping[str, Any]) -> Settings:
    """Settings as they are but for the votes token, to show and to check everything else."""
    safe = values["safes"][0]
    nobody = {
        "name": "erc20-balance-of",
        "version": 1,
        "chain_id": safe["chain_id"],
        "params": {"address": checksum(bytes(20)), "decimals": 0, "symbol": "-"},
        "proof": None,
    }
    filled = {**values, "strategies": [nobody], "quorum": {"kind": "all_choices", "minimum": "1"}}
    return replace(parse_settings(canonical(filled)), strategies=(), quorum=Quorum("all_choices", 0))
