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
from typing import Any, NamedTuple

from chain.address import checksum
from chain.finding import Finding
from chain.json_text import canonical
from dao.cli.answer import Answer
from dao.cli.proposals.draft_file import DRAFT_FILE, load_draft, write_new
from dao.cli.start import init_devnet, init_safe
from dao.cli.start.init_answer import Made, answer
from dao.cli.start.init_answers import Answers, check_form, read_journal_key, read_place, read_space, read_start
from dao.cli.start.init_ask import complete
from dao.cli.start.init_folder import NewFolder, refuse_workspace
from dao.cli.start.init_ground import Origin, origins, person, plan_of
from dao.cli.workspace.key_files import Place
from dao.cli.workspace.settings_told import SHOWN
from dao.connect import connect
from dao.errors import DaoError, UsageError
from dao.keys import KeyFileError, Keyring, public_key
from dao.passphrase import read_passphrase
from dao.store.journal import Journal
from dao.views.duties import findings
from dao.views.founding_facts import gather, token_findings
from dao.views.keystores import names_in
from dao.workflow import founding
from dao.workspace import DEVNET_FILE, JOURNAL_KEY, KEYS, Anchors, Workspace
from governance.settings import Quorum, Settings
from governance.settings_draft import write_draft
from governance.settings_plan import Plan, plan_values
from governance.settings_text import parse_settings

_BESIDE_DRAFT = frozenset({"space", "safe", "rpc_env", "draft", "journal_key"})


class InitError(DaoError):
    """Something that was found when the workspace stood, and for which it was taken away again."""


class Site(NamedTuple):
    """Where a workspace is made, and what is known of it besides its settings."""

    folder: Path
    passphrase_file: Path | None
    rpc_env: str
    origins: Mapping[str, Origin]
    also: tuple[bytes, ...] = ()
    """People who stand in no setting and whose votes are looked at."""


class Drafted(NamedTuple):
    """Settings and their draft; `is_complete` False where only the votes token is still to be named."""

    settings: Settings
    text: str
    is_complete: bool = True


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
        return _write(Site(folder, None, "", origins(answers)), _draft(plan_of(answers, ground, key)))


def _around_safe(folder: Path, answers: Answers, passphrase_file: Path | None) -> Made:
    init_safe.check(answers)
    with NewFolder(folder, []):
        node = init_safe.reach(answers)
        names = {name: address for address, name in names_in(folder / KEYS).items()}
        ground = init_safe.survey(node, answers, names)
        _draft(plan_of(answers, ground, bytes(32)))  # refused before anybody types a passphrase
        key = _journal_key(folder / KEYS, answers, passphrase_file)
        holders = tuple(person(name, names) for name in answers.holders)
        site = Site(folder, passphrase_file, answers.rpc_env, origins(answers), holders)
        return _write(site, _draft(plan_of(answers, ground, key)))


def _from_draft(folder: Path, answers: Answers, passphrase_file: Path | None) -> Made:
    """Take another owner's draft: it must be of the space and the Safe that were named here."""
    init_safe.check(answers)
    named = {field.name: getattr(answers, field.name) for field in fields(Answers)}
    given = [name for name, value in named.items() if value and name not in _BESIDE_DRAFT]
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
        founding.refuse_unknown(settings, settings)
        site = Site(folder, passphrase_file, answers.rpc_env, dict.fromkeys(SHOWN, "draft"))
        return _write(site, Drafted(settings, drafted.file.read_text(encoding="utf-8")))


def _draft(plan: Plan) -> Drafted:
    values = plan_values(plan)
    if plan.strategy is None:
        return Drafted(_provisional(values), write_draft(values), is_complete=False)
    return Drafted(parse_settings(canonical(values)), write_draft(values))


def _write(site: Site, drafted: Drafted) -> Made:
    """Write the workspace around its anchors; settings with errors undo it."""
    settings = drafted.settings
    safe = settings.treasury()
    anchors = Anchors(
        space=settings.space, chain_id=safe.chain_id, safe=safe.address, journal_key=settings.journal.key,
        rpc_env=(site.rpc_env,) if site.rpc_env else (),
    )  # fmt: skip
    with Workspace.create(site.folder, anchors) as workspace, connect(workspace) as node:
        with Journal(workspace.journal_path, create=True):
            pass
        write_new(site.folder / DRAFT_FILE, drafted.text)
        state = founding.read_treasury(node, safe.address).state
        facts = gather(workspace, node, settings, state, site.also)
        found = [*findings(facts), *token_findings(node, facts)]
    _refuse_errors(found)
    return Made(
        folder=site.folder, facts=facts, names=names_in(site.folder / KEYS), origins=site.origins, findings=found,
        is_complete=drafted.is_complete, passphrase_file=site.passphrase_file,
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
