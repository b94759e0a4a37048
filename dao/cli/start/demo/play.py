"""The order of the demo's scenes, and what is left of them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from chain.clients.devnet import Devnet
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast, scenes_after, scenes_before, world
from dao.cli.start.demo.stage import Stage
from dao.keys import LIGHT_SCRYPT, Keyring, public_key
from dao.record.case import need
from dao.record.verify import Report
from dao.store import durable
from dao.store.journal import Journal
from dao.workflow.desk import Desk
from dao.workflow.guard import Guard
from dao.workspace import DEVNET_FILE, Anchors, Workspace, WorkspaceError, make_folder

RECORD = "iip-1.car"
DOCUMENT = "iip-1.md"
PASSPHRASE_FILE = "passphrase"  # noqa: S105 - a file name
PASSPHRASE = "devnet"  # noqa: S105 - the keys behind it are public


class Outcome(NamedTuple):
    """What `--json` answers, and whether everything was as it should be."""

    document: dict[str, object]
    is_right: bool


def play(folder: Path) -> Outcome:
    """Run every scene in `folder`, which becomes a workspace."""
    try:
        make_folder(folder)
    except OSError as error:
        raise WorkspaceError("E_WORKSPACE", "no_folder", folder=str(folder), problem=error.strerror) from None
    if (folder / DEVNET_FILE).exists():
        raise WorkspaceError("E_WORKSPACE", "exists", folder=str(folder))
    stage = Stage()
    stage.title("DEMO_TITLE")
    with Devnet.create(folder / DEVNET_FILE, cast.GENESIS) as devnet:
        stage.scene("DEMO_CHAIN")
        there = world.build(devnet)
        scenes_before.set_up(stage, there, DEVNET_FILE)
        anchors = Anchors(
            space=cast.SPACE, chain_id=DEVNET_CHAIN_ID, safe=there.safe, journal_key=public_key(cast.journal_key())
        )
        with Workspace.create(folder, anchors) as workspace:
            _save_keys(workspace)
            stage.say("DEMO_KEYS", folder=workspace.keys.name)
            with Journal(workspace.journal_path, create=True) as journal:
                guard = Guard(anchors, workspace.checkpoint_path, cast.journal_key())
                return _play(stage, Desk(journal, devnet.node(), guard), there, workspace)


def _play(stage: Stage, desk: Desk, there: world.World, workspace: Workspace) -> Outcome:
    scenes_before.found(stage, desk, there)
    scenes_before.earn(stage, desk, there)
    published = scenes_before.publish(stage, desk, there, workspace.documents / DOCUMENT)
    scenes_before.vote(stage, desk, there, published)
    scenes_before.decide(stage, desk, there, published)
    scenes_after.pay_first(stage, desk, there, published)
    scenes_after.pay_second(stage, desk, there, published)
    scenes_after.balance(stage, desk, there)
    data, report = scenes_after.record(stage, desk, published, workspace.folder / RECORD)
    scenes_after.refuse(stage, desk, published, data)
    stage.end("DEMO_END", document=workspace.documents / DOCUMENT, record=workspace.folder / RECORD)
    return Outcome(_document(report, workspace), report.ok)


def _save_keys(workspace: Workspace) -> None:
    ring = Keyring(workspace.keys, PASSPHRASE)
    for name in cast.PEOPLE:
        ring.save(name, cast.key(name), work=LIGHT_SCRYPT)
    ring.save_journal_key(cast.journal_key())
    durable.replace(workspace.keys / PASSPHRASE_FILE, f"{PASSPHRASE}\n".encode())


def _document(report: Report, workspace: Workspace) -> dict[str, object]:
    case = need(report.case)
    transcript = need(case.expected)
    return {
        "ok": report.ok,
        "proposal": "0x" + case.proposal.hex(),
        "verdict": transcript.verdict,
        "released": transcript.released,
        "scores": {choice: str(score) for choice, score in zip(transcript.choices, transcript.scores, strict=True)},
        "safe_txs": {f"IIP-1/{part}": "0x" + tx_hash.hex() for tx_hash, (part, _) in need(case.safe_txs).items()},
        "receipts": {
            f"IIP-1/{row.leaf.body['part']}": "0x" + case.receipts[row.leaf.body["receipt"]].transaction_hash.hex()  # type: ignore[index]
            for row in case.rows("executed")
        },
        "document": str(workspace.documents / DOCUMENT),
        "record": str(workspace.folder / RECORD),
        "checks": len(report.outcomes),
        "assumed": list(report.assumed),
    }
