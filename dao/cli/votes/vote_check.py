"""`dao vote check`: everything that one signed envelope tells of itself, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from chain.address import checksum
from chain.errors import CodedError, UncheckableError
from dao.cli import text
from dao.cli.answer import TRUE, Answer
from dao.cli.files import read
from dao.cli.frame import status_of
from dao.cli.steps import open_for
from dao.cli.text import label, paint, rows, say, wrapped
from dao.sentences import language, spell
from dao.workflow.contract_signing import contract_signed
from dao.workflow.desk import Blocks
from governance import messages
from governance.examination import Examination, Remark, examine

EXAMPLES = (
    "dao vote check vote.json",
    "dao vote check vote.json --policy snapshot --json",
    "dao vote check safe.vote.json --dir demo",
)

_SHOWN = ("space", "proposal", "choice", "title", "timestamp")
"""Members of a message that tell a reader which one it is."""


class Policy(StrEnum):
    """How strictly the form is judged."""

    STRICT = "strict"
    SNAPSHOT = "snapshot"


def command(
    file: Annotated[Path, typer.Argument(help="One envelope {address, sig, data} as JSON.", metavar="FILE")],
    policy: Annotated[
        Policy | None,
        typer.Option(
            help="`strict` takes today's types only, `snapshot` what Snapshot ever took. Without it: strict in form, "
            "types of any year.",
            metavar="POLICY",
            show_default=False,
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--dir", help="Workspace whose node is asked about a contract's signature.", metavar="DIR"),
    ] = None,
) -> Answer:
    """Check one signed envelope: form, types, domain and signature.

    No clock, space or proposal is asked, so a valid vote may still come too late or have no power. A contract's
    signature, as of a Safe, could not be checked, unless --dir names a workspace: then its node is asked, at the newest
    block.
    """
    raw = read(file)
    examined = examine(raw)
    chosen: messages.Policy | None = policy.value if policy is not None else None
    contract = None
    if folder is not None:
        examined, contract = _asked(folder, raw, examined, chosen)
    refusal = examined.refusal(chosen)
    facts = _facts(examined, chosen)
    if contract is not None:
        facts["contract"] = contract
    if refusal is None:
        return Answer(facts, _valid(facts, examined), TRUE)
    return Answer(facts, _refused(facts, examined), status_of(refusal))


def _asked(
    folder: Path, raw: bytes, examined: Examination, policy: messages.Policy | None
) -> tuple[Examination, dict[str, Any] | None]:
    """Ask the contract where only it could say whether it signed: its answer takes the remark's place."""
    refusal = examined.refusal(policy)
    if refusal is None or not (isinstance(refusal, UncheckableError) or refusal.code.startswith("E_SIG_")):
        return examined, None
    remarks = tuple(remark for remark in examined.remarks if remark.error is not refusal)
    with open_for(folder) as session:
        block = session.desk.head().ref
        try:
            envelope = messages.read_envelope(raw, "snapshot")
            signed = contract_signed(session.node, envelope, policy or "strict", block, Blocks())
        except CodedError as error:
            return replace(examined, remarks=(*remarks, Remark(error))), None
    told = {"chain_id": block.chain_id, "number": block.number, "hash": _hex(block.hash), "proved": signed.is_proved}
    return replace(examined, remarks=remarks, recovered=examined.address), told


def _facts(examined: Examination, policy: messages.Policy | None) -> dict[str, Any]:
    """The document. What could not be read so far is null, and so is `signer` where the message is refused."""
    refusal, kind, message = examined.refusal(policy), examined.kind, examined.message or {}
    refusals = {name: examined.refusal(name) for name in get_args(messages.Policy)}
    facts: dict[str, Any] = {
        "ok": refusal is None,
        "id": _hex(examined.id),
        "action": None if kind is None else kind.action,
        "signer": None if refusal is not None else _spelled(examined.recovered),
        "code": None if refusal is None else refusal.code,
        "type": None if kind is None else kind.primary,
        "types_sha256": None if kind is None else kind.sha256,
        "address": _spelled(examined.address),
        "from": message["from"] if isinstance(message.get("from"), str) else None,
        "recovered": _spelled(examined.recovered),
        "domain": None if examined.domain is None else {key: _plain(value) for key, value in examined.domain.items()},
        "policies": {name: None if found is None else found.code for name, found in refusals.items()},
        "findings": [
            {"code": finding.code, "level": finding.level, "message": text.message(finding)}
            for finding in examined.findings(policy)
        ],
    }
    if refusal is not None:
        facts["message"] = say(refusal.code, refusal.reason, **refusal.facts)
    return facts | {"warnings": [row["code"] for row in facts["findings"] if row["level"] == "warning"]}


def _refused(facts: dict[str, Any], examined: Examination) -> Iterator[str]:
    yield f"{paint(label('Refused'), 'red')}  {facts['code']}"
    yield from wrapped(facts["message"], "  ")
    if facts["action"]:
        yield ""
        yield from rows([(label("action"), facts["action"]), *_about(facts, examined)])
    yield from _told(facts, besides=facts["code"])


def _valid(facts: dict[str, Any], examined: Examination) -> Iterator[str]:
    signed = say("CHECKED", "signed", action=facts["action"], signer=facts["signer"])
    yield f"{paint(label('Valid'), 'green')}  {signed}"
    yield ""
    yield from rows(_about(facts, examined))
    yield from _told(facts)
    yield ""
    yield say("CHECKED", "scope")


def _about(facts: dict[str, Any], examined: Examination) -> list[tuple[str, str]]:
    """Rows that tell which message it is; who else is named, only where it is not the signer."""
    message = examined.message or {}
    found = [] if facts["id"] is None else [("id", facts["id"])]
    if facts["from"] not in (None, facts["signer"]):
        found.append((label("from"), spell(facts["from"], language())))
    if facts["recovered"] not in (None, facts["signer"]):
        found.append((label("recovered"), facts["recovered"]))
    return [*found, *((name, spell(message[name], language())) for name in _SHOWN if name in message)]


def _told(facts: dict[str, Any], besides: str | None = None) -> Iterator[str]:
    """Every other finding, and what the policies make of the message."""
    for row in facts["findings"]:
        if row["code"] != besides:
            yield ""
            yield f"{paint(say('LEVEL', row['level']), 'red' if row['level'] == 'error' else 'yellow')} {row['code']}"
            yield from wrapped(row["message"], "  ")
    if facts["action"]:
        yield ""
        for name, code in facts["policies"].items():
            yield (
                say("CHECKED", "taken", policy=name)
                if code is None
                else say("CHECKED", "not_taken", policy=name, code=code)
            )


def _plain(value: object) -> str | int:
    return value if isinstance(value, str | int) else ascii(value)


def _hex(value: bytes | None) -> str | None:
    return None if value is None else "0x" + value.hex()


def _spelled(value: bytes | None) -> str | None:
    return None if value is None else checksum(value)
