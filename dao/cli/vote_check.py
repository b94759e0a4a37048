"""`dao vote check`: form, types, domain and signature of one signed envelope, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from chain.address import checksum
from chain.errors import CodedError
from dao.cli.answer import TRUE, Answer
from dao.cli.files import read
from dao.cli.frame import status_of
from dao.cli.text import label, paint, rows, say, wrapped
from dao.sentences import language, sentence, spell
from governance import messages

EXAMPLES = (
    "dao vote check vote.json",
    "dao vote check vote.json --policy snapshot --json",
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
        Policy, typer.Option(help="`snapshot` reports what `strict` refuses in form.", metavar="POLICY")
    ] = Policy.STRICT,
) -> Answer:
    """Check one signed envelope: form, types, domain and signature.

    No clock, space or proposal is asked, so a valid vote may still come too late or have no power.
    """
    raw = read(file)
    facts: dict[str, Any] = {"ok": False, "id": None, "action": None, "signer": None, "code": None}
    try:
        envelope = messages.read_envelope(raw, policy.value)
        facts |= {"id": "0x" + envelope.id.hex(), "action": envelope.action}
        signer, warnings = messages.judge_signature(envelope, policy.value)
    except CodedError as error:
        told = sentence(error.code, error.reason, error.facts, language())
        facts |= {"code": error.code, "message": told}
        return Answer(facts, _refused(facts), status_of(error))
    facts |= {"ok": True, "signer": checksum(signer), "warnings": [*envelope.warnings, *warnings]}
    return Answer(facts, _valid(facts, envelope), TRUE)


def _refused(facts: dict[str, Any]) -> Iterator[str]:
    yield f"{paint(label('Refused'), 'red')}  {facts['code']}"
    yield from wrapped(facts["message"], "  ")
    if facts["id"]:
        yield ""
        yield from rows([(label("action"), facts["action"]), ("id", facts["id"])])


def _valid(facts: dict[str, Any], envelope: messages.Envelope) -> Iterator[str]:
    signed = say("CHECKED", "signed", action=facts["action"], signer=facts["signer"])
    yield f"{paint(label('Valid'), 'green')}  {signed}"
    yield ""
    shown = [(name, spell(envelope.message[name], language())) for name in _SHOWN if name in envelope.message]
    yield from rows([("id", facts["id"]), *shown])
    for code in facts["warnings"]:
        yield ""
        yield f"{paint(say('LEVEL', 'warning'), 'yellow')} {code}"
        yield from wrapped(say(code), "  ")
    yield ""
    yield say("CHECKED", "scope")
