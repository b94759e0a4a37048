"""The carrier: one JSON file that takes a signed thing to another workspace, together with the bytes it rests on.

    {"mutualDao": {"version": 1, "kind": "publication"}, "envelope": "{…}", "files": {"document": "…", "parts": "…"}}
    {"mutualDao": {"version": 1, "kind": "act"}, "envelope": "{…}", "files": {"evidence": "…"}}
    {"mutualDao": {"version": 1, "kind": "submission"}, "envelope": "{…}", "files": {"document": "…"}}

An envelope is the JSON text that was signed and kept, as one string, so that its bytes arrive as they left; files are
base64. What rests on nothing but its signature needs no carrier: a vote travels as Snapshot's own envelope, a Safe
transaction as the Transaction Service shows it. Only the form is decided here. No carrier names a path, a key or an
anchor, and what it says counts for nothing until the workflow has checked it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import NamedTuple

from chain import dag_cbor, json_text
from dao.errors import DaoError
from governance.strict_map import StrictMap, expect_version, open_map

KEY = "mutualDao"
VERSION = 1
KINDS = ("publication", "act", "submission")

MAX_BYTES = 4 << 20
"""Of the file: two blocks of the journal fit, spelled as base64, and an envelope."""
FILE_MAX = dag_cbor.MAX_BLOCK
"""Of one file inside: it becomes one block."""

_CODE = "E_CARRIER"


class CarrierError(DaoError):
    """A file that is none of the signed things that travel (`E_CARRIER`), or whose parts are too long (`E_LIMIT`)."""


class Publication(NamedTuple):
    """A signed proposal, with what its author bound by content."""

    envelope: bytes
    document: bytes
    parts: bytes
    """The block of parts, in DAG-CBOR."""


class SignedAct(NamedTuple):
    """A signed act, with the evidence whose digest it names; None where it names none."""

    envelope: bytes
    evidence: bytes | None


class Submission(NamedTuple):
    """A signed step that brings a text, with that text."""

    envelope: bytes
    document: bytes


Carried = Publication | SignedAct | Submission


def write_publication(publication: Publication) -> bytes:
    """Spell a publication."""
    files = {"document": publication.document, "parts": publication.parts}
    return _write("publication", publication.envelope, files)


def write_act(act: SignedAct) -> bytes:
    """Spell an act."""
    return _write("act", act.envelope, {"evidence": act.evidence})


def write_submission(submission: Submission) -> bytes:
    """Spell a submission."""
    return _write("submission", submission.envelope, {"document": submission.document})


def is_carrier(value: object) -> bool:
    """Whether a JSON value claims to be a carrier, of whatever version."""
    return isinstance(value, Mapping) and KEY in value


def open_carrier(value: object) -> Carried:
    """Take a carrier apart. `E_VERSION` for a version, kind or key that this release does not know, `E_CARRIER` for
    everything else that is out of form, `E_LIMIT` for a file inside that is too long.
    """
    if not isinstance(value, Mapping) or KEY not in value:
        raise CarrierError(_CODE, "unknown")
    head = open_map(value[KEY], "version kind", code=_CODE, place=KEY)
    expect_version(head, "version", VERSION)
    kind = head.one_of("kind", KINDS)
    opened = open_map(value, f"{KEY} envelope files", code=_CODE)
    envelope = _text(opened, "envelope").encode()
    if kind == "act":
        return SignedAct(envelope, _optional_file(opened.open("files", "evidence"), "evidence"))
    if kind == "submission":
        return Submission(envelope, _file(opened.open("files", "document"), "document"))
    files = opened.open("files", "document parts")
    return Publication(envelope, _file(files, "document"), _file(files, "parts"))


def _write(kind: str, envelope: bytes, files: Mapping[str, bytes | None]) -> bytes:
    document = {
        KEY: {"version": VERSION, "kind": kind},
        "envelope": envelope.decode(),
        "files": {
            name: None if data is None else base64.b64encode(data).decode("ascii") for name, data in files.items()
        },
    }
    raw = (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
    open_carrier(json_text.loads(raw, max_bytes=MAX_BYTES))
    return raw


def _text(opened: StrictMap, key: str) -> str:
    value = opened.values[key]
    if not isinstance(value, str):
        opened.refuse(key, "JSON as one text")
    return value


def _optional_file(files: StrictMap, key: str) -> bytes | None:
    return None if files.values[key] is None else _file(files, key)


def _file(files: StrictMap, key: str) -> bytes:
    """Read base64 in its one spelling."""
    value = files.values[key]
    if isinstance(value, str) and len(value) > FILE_MAX // 3 * 4 + 4:
        raise CarrierError("E_LIMIT", "carried", field=files.at(key), limit=FILE_MAX)
    try:
        data = base64.b64decode(value, validate=True) if isinstance(value, str) else None
    except (binascii.Error, ValueError):
        data = None
    if data is None or base64.b64encode(data).decode("ascii") != value:
        files.refuse(key, "bytes in base64")
    if len(data) > FILE_MAX:
        raise CarrierError("E_LIMIT", "carried", field=files.at(key), limit=FILE_MAX)
    return data
