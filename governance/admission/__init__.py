"""Admission: may this message enter the journal, given its space, its history and the time?

One pure table for each kind of message, cheap rules before dear ones, the signature last. The dry run before
publishing, the intake of files and the verifier of records call the same functions, with facts from different places.
What is refused leaves no leaf. Rules here judge one message against facts that are handed in; they read nothing.
"""

from __future__ import annotations

from governance.admission.act import ActCase, ActRoles, admit_act
from governance.admission.cancellation import admit_cancel
from governance.admission.document_step import NumberSoFar, admit_step
from governance.admission.proposal import NumberLeaf, ProposalCase, admit_proposal
from governance.admission.vote import EarlierVote, OpenProposal, VoteCase, admit_vote
from governance.admission.window import AdmissionError

__all__ = [
    "ActCase", "ActRoles", "AdmissionError", "EarlierVote", "NumberLeaf", "NumberSoFar", "OpenProposal", "ProposalCase",
    "VoteCase", "admit_act", "admit_cancel", "admit_proposal", "admit_step", "admit_vote",
]  # fmt: skip
