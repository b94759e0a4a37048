"""`dao sign RECORD`: an owner signs on a machine without network, by a decision record and a trust file.

Decides how files come in and go out; what may be signed so is decided by `dao.workflow.record_signing`. No node is
asked, and of a workspace only its keyring is opened, where the key is named by `--key`.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

from chain import address
from chain.safe import safe_tx_hash
from chain.signer import KeySigner, Signer
from dao import cores
from dao.cli import carrying, steps
from dao.cli.answer import Answer, write_line
from dao.cli.files import read
from dao.cli.treasury import review_told as told
from dao.errors import UsageError
from dao.record.trust import MAX_BYTES as TRUST_BYTES
from dao.record.trust import read_trust
from dao.record.verify import verify
from dao.session import KeySource, key_behind, keyring, wallet_behind
from dao.workflow import record_signing
from dao.workspace import Workspace


class Asked(NamedTuple):
    """What the command line says of a record."""

    part: int | None
    trust: Path | None


def sign_record(raw: bytes, asked: Asked, source: KeySource, out: Path | None, folder: Path) -> Answer:
    """Verify a record, review the transaction that waits for a part, and sign it into a file."""
    part, trust = asked
    if out is None:
        raise UsageError("E_USAGE", "sign_out")
    if trust is None:
        raise UsageError("E_USAGE", "sign_trust")
    with cores.spread_if_many() as spread:
        report = verify(raw, read_trust(read(trust, TRUST_BYTES)), spread)
    parts = 1 if report.case is None or report.case.parts is None else len(report.case.parts)
    if not part and parts > 1:
        raise UsageError("E_USAGE", "sign_part", parts=parts)
    found = record_signing.review_record(report, part or 1, int(time.time()))
    case = report.case
    assert case is not None, "it was reviewed"
    assert case.settings is not None, "it was reviewed"
    shown = told.answer(told.Draft(found.tx), found.review, steps.symbols(case.settings))
    lines = list(shown.lines)
    if found.review.verdict == "refuse":
        for line in lines:  # what spoke against it; the refusal itself follows as any other
            write_line(line)
    signer = _signer(source, folder, found.tx.chain_id)
    confirmation = record_signing.sign(found, signer)
    data = carrying.file_of(found.tx, {confirmation.owner: confirmation.signature})
    document = {
        "ok": True,
        "part": part or 1,
        "safe_tx_hash": "0x" + safe_tx_hash(found.tx).hex(),
        "owner": address.checksum(signer.address),
        "as_of": found.as_of,
        "assumed": list(report.assumed),
        "review": shown.document,
        "file": str(out),
    }
    done = steps.done("STEP_SIGNED", "record", owner=signer.address, time=found.as_of)
    return Answer(document, [*lines, "", *done, *carrying.carried(out, data)])


def _signer(source: KeySource, folder: Path, chain_id: int) -> Signer:
    if source.wallet_variable:
        return wallet_behind(source, chain_id)
    if source.variable:
        return KeySigner(key_behind(source.variable))
    with Workspace(folder) as workspace:
        return KeySigner(keyring(workspace, source.passphrase_file, ask=True).load(source.name))
