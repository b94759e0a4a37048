"""Acts: a payee reports a milestone, reviewers approve it; each act is signed and comes with its evidence."""

from __future__ import annotations

from chain.cid import raw_cid
from chain.signer import Signer
from dao.workflow.desk import Blocks, Desk, Fact
from governance.acts import NO_EVIDENCE, act_message, read_act, sign_act


def act(desk: Desk, proposal: bytes, part: int, kind: str, *, signer: Signer, evidence: bytes | None = None) -> int:
    """Sign and take one act over the bytes of its evidence; return the leaf's index."""
    return take_act(desk, sign(desk, proposal, part, kind, signer=signer, evidence=evidence), evidence)


def sign(desk: Desk, proposal: bytes, part: int, kind: str, *, signer: Signer, evidence: bytes | None) -> bytes:
    """Sign one act over the bytes of its evidence, and take it nowhere; return its envelope."""
    digest = NO_EVIDENCE if evidence is None else raw_cid(evidence).digest
    return sign_act(act_message(proposal=proposal, part=part, kind=kind, evidence=digest, timestamp=desk.now()), signer)


def take_act(desk: Desk, raw: bytes, evidence: bytes | None) -> int:
    """Take a signed act."""
    found = read_act(raw)
    blocks = Blocks()
    fact = Fact(
        "act",
        {
            "id": found.id,
            "proposal": found.proposal,
            "envelope": blocks.raw(raw),
            "evidence": None if evidence is None else blocks.raw(evidence),
        },
    )
    return desk.take([fact], blocks, found.proposal)[0]
