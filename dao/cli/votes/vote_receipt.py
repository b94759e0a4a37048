"""`dao vote receipt`: the journal's signed word to one voter that his vote is in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from chain import address
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.files import write
from dao.cli.options import Dir
from dao.session import Session
from dao.workflow import recording
from dao.workflow.desk import Desk
from governance.admission import AdmissionError
from governance.messages import read_envelope

EXAMPLES = (
    "dao vote receipt IIP-2 0x44A7… --out eve.receipt.json",
    "dao vote receipt IIP-2 0x5d1c… --out vote.receipt.json --json",
)

_ID = re.compile("0x[0-9a-f]{64}", re.ASCII)


def command(
    proposal: Annotated[str, typer.Argument(help="The proposal's name, as IIP-2.", metavar="IIP")],
    vote: Annotated[
        str, typer.Argument(help="A voter's address, for his latest vote, or the id of one vote.", metavar="VOTE")
    ],
    *,
    out: Annotated[Path, typer.Option("--out", help="Write the receipt to this file.", metavar="FILE")],
    folder: Dir = Path(),
) -> Answer:
    """Write the receipt of a vote: the journal's signed word that it is in it.

    Its voter keeps the file. `dao verify RECORD --receipt FILE` then refuses any record of the proposal that leaves the
    vote out, whoever wrote the record. A workspace that follows a journal writes it under the writer's newest note.
    """
    steps.refuse_part(proposal)
    with steps.open_for(folder, None) as session:
        named = steps.find_proposal(session, proposal)
        index, id_, voter = _find(session, named, vote)
        kept(session.desk, index, out)
    document: dict[str, Any] = {
        "ok": True,
        "proposal": named.name,
        "id": "0x" + id_.hex(),
        "leaf": index,
        "voter": address.checksum(voter),
        "receipt": str(out),
    }
    rows = [("vote", document["id"]), ("leaf", str(index)), ("voter", document["voter"])]
    lines = [*steps.done("STEP_RECEIPT", file=out), *text.rows([(text.label(name), told) for name, told in rows])]
    return Answer(document, lines)


def kept(desk: Desk, index: int, file: Path | None) -> Path | None:
    """Write the receipt of the vote at a leaf, where a file is named for it."""
    if file is not None:
        write(file, recording.vote_receipt(desk, index))
    return file


def _find(session: Session, named: steps.Named, vote: str) -> tuple[int, bytes, bytes]:
    """Index, id and voter of the vote that is meant."""
    wanted = bytes.fromhex(vote[2:]) if _ID.fullmatch(vote) else None
    voter = None if wanted is not None else address.parse_on(vote, session.workspace.anchors.chain_id)
    for index, leaf in reversed(list(enumerate(session.journal.leaves))):
        if leaf.kind == "vote" and leaf.body["proposal"] == named.id:
            envelope = read_envelope(session.journal.get(steps.link(leaf, "envelope")), "snapshot")
            if wanted in (None, envelope.id) and voter in (None, envelope.address):
                return index, envelope.id, envelope.address
    raise AdmissionError("E_PROPOSAL", "no_vote", name=named.name, vote=vote)
