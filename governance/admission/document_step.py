"""May this step of a document enter the journal? Only its author's may, on the newest text of his number.

Whether the lifecycle allows the step in its state is decided by its table, and whether the text is fit for review by
the workflow, which lints it. The signed times of one number's steps never fall, so that a withdrawal which was signed
and never sent cannot end what its author asked for later.
"""

from __future__ import annotations

from typing import NamedTuple

from chain.address import checksum
from governance.admission.window import AdmissionError, refuse_ahead
from governance.document_steps import DocumentStep, check_step_signature
from governance.strict_map import SECONDS_MAX


class NumberSoFar(NamedTuple):
    """What a journal knows of one number when a step of its document comes."""

    space: str
    author: bytes
    """To whom the number belongs."""
    document: bytes
    """SHA-256 digest of its newest text."""
    signed: int
    """The signed time of the newest step or proposal of the number; 0 where there is none."""


def admit_step(step: DocumentStep, number: NumberSoFar, leaf_time: int) -> None:
    """Return if the step may be taken at `leaf_time` (Unix seconds), or raise, cheap rules first."""
    if step.space != number.space:
        raise AdmissionError("E_SPACE", "step", space=step.space, expected=number.space)
    if step.address != number.author:
        by, author = checksum(step.address), checksum(number.author)
        raise AdmissionError("E_PROPOSAL", "not_its_author", by=by, author=author, iip=step.iip)
    if step.document != number.document:
        raise AdmissionError("E_REVISION", "step", iip=step.iip, event=step.event)
    if step.timestamp >= SECONDS_MAX:
        raise AdmissionError("E_TIME", "member_milliseconds", field="timestamp", time=step.timestamp)
    refuse_ahead(step.timestamp, leaf_time)
    if step.timestamp < number.signed:
        raise AdmissionError("E_WINDOW", "step_old", iip=step.iip, timestamp=step.timestamp, newest=number.signed)
    check_step_signature(step)
