"""The carrier: a signed thing and its files in one JSON file, which has one form or is refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import json_text
from chain.cid import raw_cid
from chain.errors import CodedError
from dao.record import carrier
from dao.record.carrier import (
    Publication,
    SignedAct,
    Submission,
    open_carrier,
    write_act,
    write_publication,
    write_submission,
)
from governance.acts import check_act_signature, read_act
from governance.document_steps import check_step_signature, read_step
from governance.messages import check_signature, read_envelope

FORMATS = Path(__file__).resolve().parents[2] / "vectors" / "formats"
TEXTS = st.text().filter(lambda text: "\0" not in text and text.isprintable()).map(str.encode)
FILES = st.binary(max_size=3_000)


def opened(raw: bytes) -> carrier.Carried:
    return open_carrier(json_text.loads(raw, max_bytes=carrier.MAX_BYTES))


@given(TEXTS, FILES, FILES)
def test_a_publication_arrives_as_it_left(envelope: bytes, document: bytes, parts: bytes) -> None:
    """Whatever the bytes are: the carrier does not look into them."""
    publication = Publication(envelope, document, parts)

    assert publication == opened(write_publication(publication))


@given(TEXTS, st.none() | FILES)
def test_an_act_arrives_as_it_left(envelope: bytes, evidence: bytes | None) -> None:
    """With its evidence, or without any; an empty file is not the same as none."""
    assert SignedAct(envelope, evidence) == opened(write_act(SignedAct(envelope, evidence)))


@given(TEXTS, FILES)
def test_a_submission_arrives_as_it_left(envelope: bytes, document: bytes) -> None:
    """The text beside its author's signature."""
    assert Submission(envelope, document) == opened(write_submission(Submission(envelope, document)))


@given(FILES, st.integers(0, 10_000), st.integers(0, 255))
def test_a_changed_byte_never_passes_as_what_was_sent(evidence: bytes, at: int, byte: int) -> None:
    """One byte off is refused, or it says something else; then the digest under the signature does not fit."""
    sent = SignedAct(b"{}", evidence)
    raw = bytearray(write_act(sent))
    before = raw[at % len(raw)]
    raw[at % len(raw)] = byte
    try:
        found = opened(bytes(raw))
    except CodedError:
        return

    is_blank = chr(before).isspace() and chr(byte).isspace()
    assert (found == sent) == (before == byte or is_blank)


def act() -> dict[str, Any]:
    return dict(json.loads(write_act(SignedAct(b"{}", b"done"))))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mutualDao": {"version": 2, "kind": "act"}}, "E_VERSION"),
        ({"mutualDao": {"version": "1", "kind": "act"}}, "E_VERSION"),
        ({"mutualDao": {"version": 1, "kind": "settings"}}, "E_VERSION"),
        ({"mutualDao": {"version": 1, "kind": "act", "safe": "0x"}}, "E_VERSION"),
        ({"mutualDao": {"version": 1}}, "E_CARRIER"),
        ({"mutualDao": None}, "E_CARRIER"),
        ({"checkpoint": "mine"}, "E_VERSION"),
        ({"envelope": None}, "E_CARRIER"),
        ({"files": {}}, "E_CARRIER"),
        ({"files": {"evidence": 1}}, "E_CARRIER"),
        ({"files": {"evidence": "AA"}}, "E_CARRIER"),
        ({"files": {"evidence": "AA==\n"}}, "E_CARRIER"),
        ({"files": {"evidence": "AB=="}}, "E_CARRIER"),
        ({"files": {"evidence": "-_8="}}, "E_CARRIER"),
        ({"files": {"evidence": "AAAA", "/etc/passwd": "AAAA"}}, "E_VERSION"),
        ({"files": {"evidence": "A" * (carrier.FILE_MAX * 4 // 3 + 8)}}, "E_LIMIT"),
        ({"files": {"evidence": "AAAA" * (carrier.FILE_MAX // 3 + 1)}}, "E_LIMIT"),
    ],
)
def test_other_forms_are_refused_by_name(change: dict[str, Any], code: str) -> None:
    """An unknown version, kind or key may mean something; everything else is simply out of form."""
    with pytest.raises(CodedError) as caught:
        open_carrier({**act(), **change})

    assert code == caught.value.code


@pytest.mark.parametrize("value", [None, 1, "mutualDao", [], {}, {"mutualdao": {}}])
def test_what_does_not_say_that_it_is_one_is_none(value: object) -> None:
    """The caller asks first; whoever does not is told all the same."""
    assert not carrier.is_carrier(value)
    with pytest.raises(CodedError) as caught:
        open_carrier(value)
    assert ("E_CARRIER", "unknown") == (caught.value.code, caught.value.reason)


def test_files_of_the_first_version_are_read_for_ever() -> None:
    """The samples were written by the release that introduced them."""
    publication, act = (
        opened(FORMATS.joinpath("publication-1.json").read_bytes()),
        opened(FORMATS.joinpath("act-1.json").read_bytes()),
    )

    assert isinstance(publication, Publication)
    assert isinstance(act, SignedAct)
    assert check_signature(read_envelope(publication.envelope))
    assert check_act_signature(read_act(act.envelope))
    assert publication.document.startswith(b"---\niip: 3\n")
    assert act.evidence is not None


def test_steps_of_the_first_version_are_read_for_ever() -> None:
    """A text that was submitted, and its withdrawal, as the release that introduced them wrote them."""
    submission = opened(FORMATS.joinpath("submission-1.json").read_bytes())
    assert isinstance(submission, Submission)
    first, last = read_step(submission.envelope), read_step(FORMATS.joinpath("withdrawal-1.json").read_bytes())

    assert check_step_signature(first) == check_step_signature(last)
    assert first.document == last.document == raw_cid(submission.document).digest
    assert ("submit_for_review", "", "withdraw", "IIP-4 says it better") == (
        first.event, first.reason, last.event, last.reason,
    )  # fmt: skip
