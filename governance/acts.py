"""Acts: what people decide besides votes, as signed messages of our own EIP-712 domain.

`Act(bytes32 proposal,uint256 part,string kind,bytes32 evidence,uint64 timestamp)`: a report on a milestone, its
approval or return by a reviewer, a veto, a dispute and its resolution. Part 0 means all parts. Decided here: the form
of an act, who signed it, and from which moment a milestone is released. When a veto is in force is decided by
`governance.vetoes`; who may veto or dispute, and what follows, by admission and the workflow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from chain import address, signature
from chain.signer import Signer, TypedData
from governance.errors import GovernanceError
from governance.own_envelope import Form
from governance.settings import Reviewers, Settings

KINDS = ("report", "approve", "return", "veto", "dispute", "resolve")
MILESTONE_KINDS = frozenset({"report", "approve", "return"})
MAX_BYTES = 4096
NO_EVIDENCE = bytes(32)
"""`evidence` of an act that rests on nothing but its signature."""

_PART_MAX = 1000


class ActError(GovernanceError):
    """An act that is malformed, or that its signer may not do."""


_FORM = Form(
    "act",
    "Act",
    (
        ("proposal", "bytes32"),
        ("part", "uint256"),
        ("kind", "string"),
        ("evidence", "bytes32"),
        ("timestamp", "uint64"),
    ),
    max_bytes=MAX_BYTES,
    error=ActError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act as it was received."""

    raw: bytes
    address: bytes
    signature: bytes
    id: bytes
    """The EIP-712 digest. It does not name the signer, so an act is told apart by id and address together."""
    proposal: bytes
    part: int
    """1-based; 0 means all parts."""
    kind: str
    evidence: bytes
    """SHA-256 digest of the evidence's CID, or zeros."""
    timestamp: int


@dataclass(frozen=True, slots=True)
class ActLeaf:
    """An act in its place: 0-based leaf index and leaf time (Unix seconds) of the journal."""

    index: int
    time: int
    act: Act


class ReleaseFact(NamedTuple):
    """A milestone was released: at the leaf time of the approval that completed it, by these reviewers."""

    time: int
    approvals: tuple[bytes, ...]
    """Addresses, in the order in which they approved. Ids of acts would not tell them apart: an act does not name its
    signer, so two reviewers who approve in one second sign the same digest."""


def act_message(*, proposal: bytes, part: int, kind: str, evidence: bytes, timestamp: int) -> dict[str, object]:
    """Build the message of an act."""
    return {
        "proposal": "0x" + proposal.hex(),
        "part": part,
        "kind": kind,
        "evidence": "0x" + evidence.hex(),
        "timestamp": timestamp,
    }


def act_id(message: Mapping[str, object]) -> bytes:
    """Return the 32 bytes that a wallet signs for an act."""
    return _FORM.digest(message)


def typed_act(message: Mapping[str, object]) -> TypedData:
    """Return what a wallet is shown of an act, and signs."""
    return _FORM.typed(message)


def sign_act(message: Mapping[str, object], signer: Signer) -> bytes:
    """Sign an act and write its envelope, in the shape of Snapshot's; read back and checked."""
    raw = _FORM.seal(message, signer)
    check_act_signature(read_act(raw))
    return raw


def read_act(raw: bytes) -> Act:
    """Read the envelope of an act; raise `ActError` (`E_ACT`, `E_VERSION` for an unknown kind, `E_DOMAIN`, `E_TYPES`)
    or a refusal of `chain` for its text, numbers and hashes. Who signed is `check_act_signature`'s.
    """
    opened = _FORM.read(raw)
    message = opened.message
    id_ = _FORM.digest(message)
    if message["kind"] not in KINDS:
        raise ActError("E_VERSION", "act_kind", kind=ascii(message["kind"])[:40], known=", ".join(KINDS))
    if message["part"] > _PART_MAX:
        raise ActError("E_ACT", "part", part=message["part"], limit=_PART_MAX)
    return Act(
        raw=raw,
        address=address.parse(opened.address),
        signature=signature.parse_hex(opened.signature),
        id=id_,
        proposal=bytes.fromhex(message["proposal"][2:]),
        part=message["part"],
        kind=message["kind"],
        evidence=bytes.fromhex(message["evidence"][2:]),
        timestamp=message["timestamp"],
    )


def check_act_signature(act: Act) -> bytes:
    """Return the signer, which is the act's address; raise `E_SIG_…` otherwise. Contracts cannot act yet."""
    signature.check(act.id, act.signature, act.address)
    return act.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """What is known of a milestone after some acts: the newest report, who approved it, and the release."""

    report: bytes | None = None
    """Digest of the newest report that no reviewer has returned."""
    approvals: tuple[bytes, ...] = ()
    """The reviewers who approved it, in their order."""
    release: ReleaseFact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneRules:
    """What fixes a milestone of one passed proposal: who reviews, who may not, and when the vote closed."""

    reviewers: Reviewers
    author: bytes
    payees: frozenset[bytes]
    closed_at: int


def milestone_released(
    acts: Iterable[ActLeaf],
    *,
    settings: Settings,
    author: bytes,
    payees: Collection[bytes],
    part: int,
    closed_at: int,
) -> ReleaseFact | None:
    """Return when and by whom the milestone of `part` was released, or None while approvals are missing.

    `acts` are those of one proposal, in any order; they are walked in leaf order. Raises `ActError` (`E_MILESTONE`,
    H106) for any report, approval or return on this part that breaks the rules of `after_act`.
    """
    rules = MilestoneRules(reviewers=settings.reviewers, author=author, payees=frozenset(payees), closed_at=closed_at)
    milestone = Milestone()
    for leaf in sorted(acts, key=lambda leaf: leaf.index):
        if leaf.act.part == part:
            milestone = after_act(milestone, leaf, rules)
    return milestone.release


def after_act(milestone: Milestone, leaf: ActLeaf, rules: MilestoneRules) -> Milestone:
    """Return the milestone after one more act, or refuse the act (`E_MILESTONE`).

    A report, of the author or a payee, voids what was approved before. A return, of a reviewer, closes the milestone
    until the next report. It takes `required` different reviewers, none of them author or payee, to approve the newest
    report by its digest, after the close; then nothing more can be done to it. Other kinds of act change nothing here.
    """
    act = leaf.act
    if act.kind not in MILESTONE_KINDS:
        return milestone
    _check_milestone_act(milestone, leaf, rules)
    if act.kind == "report":
        return Milestone(report=act.evidence)
    if act.kind == "return":
        return Milestone()
    approvals = (*milestone.approvals, act.address)
    enough = len(approvals) >= max(1, rules.reviewers.required)
    release = ReleaseFact(leaf.time, approvals) if enough else None
    return Milestone(report=act.evidence, approvals=approvals, release=release)


def _check_milestone_act(milestone: Milestone, leaf: ActLeaf, rules: MilestoneRules) -> None:
    act = leaf.act

    def refuse(reason: str) -> ActError:
        return ActError("E_MILESTONE", reason, part=act.part, signer=address.checksum(act.address), kind=act.kind)

    if milestone.release is not None:
        raise refuse("released")
    if leaf.time <= rules.closed_at:
        raise refuse("before_close")
    if act.kind == "report":
        if act.address != rules.author and act.address not in rules.payees:
            raise refuse("not_reporter")
        if act.evidence == NO_EVIDENCE:
            raise refuse("no_evidence")
        return
    if act.address not in rules.reviewers.addresses:
        raise refuse("not_reviewer")
    if act.address == rules.author:
        raise refuse("author")
    if act.address in rules.payees:
        raise refuse("payee")
    if milestone.report is None or act.evidence != milestone.report:
        raise refuse("other_report")
    if act.kind == "approve" and act.address in milestone.approvals:
        raise refuse("twice")
