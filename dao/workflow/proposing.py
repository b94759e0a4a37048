"""Publishing: a document that lints becomes a signed proposal, with everything it binds in the journal before it.

The order is what the signature later proves: document and parts first, then the proposal that names them by content.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chain.blocks import BlockRef
from chain.cid import CID, dag_cbor_cid, raw_cid
from chain.clients.node import BlockInfo
from chain.finding import Finding, has_errors
from chain.signer import Signer
from dao.errors import DaoError
from dao.record.carrier import Publication
from dao.record.case import Row, cid_of
from dao.record.checks_proposal import assets_of
from dao.record.checks_settings import leaves as settings_leaves
from dao.record.life import periods_at, place_of, written_settings
from dao.workflow.desk import NO_PROPOSAL, Blocks, Desk, Fact
from dao.workflow.payees import paid_payees
from dao.workflow.power_evidence import gather
from governance.admission import AdmissionError
from governance.admission.window import member_int
from governance.commitment import Commitment, read_commitment, write_commitment
from governance.messages import Envelope, proposal_message, read_envelope, sign_envelope
from governance.rules import rules_of
from governance.settings import FundSettings, Settings
from governance.space import in_force, settings_cid
from proposals.compile import compile_parts
from proposals.document import Document, parse_document
from proposals.lint import lint
from proposals.parts import Part, decode_parts, encode_parts
from proposals.periods import Periods, Place, at
from proposals.scripts import confusable_findings


class PublishError(DaoError):
    """A document that may not be published (`E_LINT`), or a fund that the settings do not name (`E_SAFE_CONFIG`)."""

    findings: tuple[Finding, ...] = ()


class Decision(NamedTuple):
    """What a proposal decides that pays nothing: by which voting system, between what."""

    voting: str
    choices: tuple[str, ...]
    """Empty where they are the space's."""


class Published(NamedTuple):
    """A proposal in the journal, and what it binds."""

    id: bytes
    document: CID
    parts: tuple[Part, ...]
    parts_cid: CID | None
    """None where it only decides."""
    settings: CID
    start: int
    end: int
    leaf: int
    """Index of the proposal's own leaf."""


def settings_in_force(desk: Desk) -> Settings:
    """The settings that would bind a proposal now."""
    case = desk.case(NO_PROPOSAL, 10)
    rows = case.settings_rows or ()
    return in_force(settings_leaves(rows), len(desk.journal), desk.now()).settings


def publish(
    desk: Desk,
    raw: bytes,
    *,
    author: Signer,
    fund: str,
    supersedes: Sequence[bytes] = (),
    decision: Decision | None = None,
) -> Published:
    """Lint, compile, sign and publish a document; the vote opens after the settings' delay. When it passes, the unpaid
    parts of the proposals that it supersedes are stopped.
    """
    return take(desk, sign(desk, raw, author=author, fund=fund, supersedes=supersedes, decision=decision))


def sign(
    desk: Desk,
    raw: bytes,
    *,
    author: Signer,
    fund: str,
    supersedes: Sequence[bytes] = (),
    decision: Decision | None = None,
) -> Publication:
    """Lint, compile and sign a document as the proposal of this moment, and take it nowhere.

    A document whose Budget pays nobody is published with a `decision` and has no parts; its fund is the one whose Safe
    is held against the chain when the vote closes.
    """
    settings = settings_in_force(desk)
    money = _fund(settings, fund)
    document, parts = _compiled(desk, raw, money, decides=decision is not None)
    number = document.front.iip
    if number is None:
        raise PublishError("E_LINT", "number", count=1)
    refuse_withdrawn(desk, number)
    choices = (decision and decision.choices) or settings.choices
    _refuse_look_alikes(choices)
    encoded = encode_parts(parts) if parts else None
    head = desk.head()  # asked once: the snapshot must be older than the proposal, and the chain goes on meanwhile
    now, snapshots = head.timestamp, snapshots_of(desk, settings, head)
    commitment = Commitment(
        iip=number,
        document=raw_cid(raw),
        parts=None if encoded is None else dag_cbor_cid(encoded),
        settings=settings_cid(settings.text),
        blocks=tuple(snapshots[chain_id] for chain_id in sorted(snapshots)),
        fund=fund,
        supersedes=tuple(supersedes),
    )
    start = now + settings.voting.delay
    message = proposal_message(
        author=author.address,
        space=settings.space,
        timestamp=now,
        title=f"{settings.prefix}-{number}: {document.front.title}",
        body=document.body,
        choices=choices,
        voting="basic" if decision is None else decision.voting,
        start=start,
        end=start + settings.voting.period,
        snapshot=snapshots[settings.strategies[0].chain_id].number,
        plugins=write_commitment(commitment),
        discussion=document.front.discussions_to,
    )
    return Publication(sign_envelope("Proposal", message, author), raw, encoded)


def take(desk: Desk, publication: Publication) -> Published:
    """Take a signed proposal with its document and parts, wherever it was signed.

    Both are compiled again here, and the author's power is proved on this chain; everything enters in one commit, so a
    proposal that is refused leaves no document behind.
    """
    envelope = read_envelope(publication.envelope)
    settings = settings_in_force(desk)
    commitment = _commitment(envelope, settings)
    blocks = Blocks()
    document_cid = blocks.raw(publication.document)
    parts_cid = None if publication.parts is None else blocks.map_bytes(publication.parts)
    for field, found, signed in (
        ("document", document_cid, commitment.document),
        ("parts", parts_cid, commitment.parts),
    ):
        if found != signed:
            raise PublishError("E_REVISION", "carried", field=field, found=str(found), signed=str(signed))
    money = _fund(settings, commitment.fund or "")
    choices = envelope.message.get("choices")
    _refuse_look_alikes([str(choice) for choice in choices] if isinstance(choices, list) else ())
    _, parts = _compiled(desk, publication.document, money, decides=parts_cid is None)
    for block in commitment.blocks:
        desk.node.on(block.chain_id).expect_block(block)
        _expect_final(desk, settings, block)
    author, number = envelope.address, commitment.iip
    bound = rules_of(settings, commitment.blocks)
    asked = [] if settings.proposers else gather(desk.node, bound, [author], blocks, desk.file)
    body = {
        "id": envelope.id,
        "envelope": blocks.raw(publication.envelope),
        "headers": [blocks.raw(desk.node.on(ref.chain_id).header(ref.number)) for ref in commitment.blocks],
        "power": asked,
    }
    facts = [
        *_way_to_vote(desk, number, author, document_cid),
        *([] if parts_cid is None else [Fact("parts", {"parts": parts_cid})]),
        Fact("proposal", body),
    ]
    leaf = desk.take(facts, blocks, envelope.id)[-1]
    start, end = member_int(envelope.message, "start"), member_int(envelope.message, "end")
    return Published(envelope.id, document_cid, parts, parts_cid, commitment.settings, start, end, leaf)


def _fund(settings: Settings, name: str) -> FundSettings:
    money = settings.fund(name)
    if money is None:
        raise PublishError("E_SAFE_CONFIG", "no_fund", fund=name)
    return money


def _commitment(envelope: Envelope, settings: Settings) -> Commitment:
    """What a proposal of this space binds; refused here where everything else would only look strange."""
    if envelope.action != "proposal":
        raise AdmissionError("E_TYPES", "old", action=envelope.action, expected="proposal")
    if envelope.message["space"] != settings.space:
        raise AdmissionError("E_SPACE", "proposal", space=envelope.message["space"], expected=settings.space)
    return read_commitment(envelope.message.get("plugins"))


def _compiled(desk: Desk, raw: bytes, money: FundSettings, *, decides: bool) -> tuple[Document, tuple[Part, ...]]:
    """A document without errors, and the parts that its tables make on this fund: none, if it `decides`."""
    refuse_findings(raw, money)
    document = parse_document(raw)
    if decides:
        if document.budget:
            raise PublishError("E_OPTION_MAP", "budget", line=document.budget[0].line)
        return document, ()
    known = paid_payees(desk.journal)  # at this door and no later one: what was voted on is verified as it was
    parts = compile_parts(document, chain_id=money.chain_id, safe=money.safe, assets=assets_of(money), known=known)
    _refuse_hostage_parts(desk, parts)
    return document, parts


def _refuse_look_alikes(choices: Sequence[str]) -> None:
    """Refuse choices with letters of another script that only look the same (`E_CONFUSABLE`).

    At this door and no later one: what was voted on is verified as it was.
    """
    for number, choice in enumerate(choices, 1):
        for found in confusable_findings(choice, line=1, place="choice"):
            raise PublishError(found.code, "option", number=number, **found.facts)


def find_published(
    desk: Desk,
    raw: bytes,
    author: bytes,
    fund: str,
    supersedes: Sequence[bytes] = (),
    *,
    decision: Decision | None = None,
) -> Published | None:
    """The proposal with which this author published these very bytes, while its vote is not closed; else None.

    Whoever was interrupted after the commit finds it here, and publishes nothing again.
    """
    over = {leaf.body["proposal"] for leaf in desk.journal.leaves if leaf.kind in {"closed", "cancel"}}
    for index, leaf in enumerate(desk.journal.leaves):
        if leaf.kind != "proposal" or leaf.body["id"] in over:
            continue
        envelope = read_envelope(desk.get(cid_of(Row(index, leaf), "envelope")))
        bound = read_commitment(envelope.message.get("plugins"))
        same = (bound.document, envelope.address, bound.fund) == (raw_cid(raw), author, fund)
        if same and bound.supersedes == tuple(supersedes) and _decision(envelope, bound, decision):
            parts = () if bound.parts is None else decode_parts(desk.get(bound.parts))
            start, end = member_int(envelope.message, "start"), member_int(envelope.message, "end")
            return Published(envelope.id, bound.document, parts, bound.parts, bound.settings, start, end, index)
    return None


def _decision(envelope: Envelope, bound: Commitment, decision: Decision | None) -> bool:
    """Whether a proposal decides just this; or whether both pay."""
    if decision is None or bound.parts is not None:
        return decision is None and bound.parts is not None
    said, choices = envelope.message["type"], envelope.message["choices"]
    return said == decision.voting and (not decision.choices or choices == list(decision.choices))


def snapshots_of(desk: Desk, settings: Settings, head: BlockInfo) -> dict[int, BlockRef]:
    """The blocks of a snapshot, by the chains that strategies read: each so deep below its head that the settings call
    it final, for a vote cannot outlive it, and older than this workspace's own `head`.
    """
    found: dict[int, BlockRef] = {}
    for chain_id in {strategy.chain_id for strategy in settings.strategies}:
        node, chain = desk.node.on(chain_id), settings.chain(chain_id)
        top = head.ref.number if chain_id == head.ref.chain_id else node.head().ref.number
        block = node.block(max(0, top - max(1, 0 if chain is None else chain.finality_depth)))
        while chain_id != head.ref.chain_id and block.timestamp >= head.timestamp and block.ref.number:
            block = node.block(block.ref.number - 1)  # another chain's clock may be a little ahead
        found[chain_id] = block.ref
    return found


def _expect_final(desk: Desk, settings: Settings, block: BlockRef) -> None:
    """Refuse a snapshot that its chain could still take back, and with it every vote on it (H59).

    At this door and no later one: no leaf says how high another chain was.
    """
    chain = settings.chain(block.chain_id)
    wanted = 0 if chain is None else chain.finality_depth
    depth = desk.node.on(block.chain_id).head().ref.number - block.number if wanted else 0
    if depth < wanted:
        raise AdmissionError("E_RULE_DRIFT", "snapshot_open", number=block.number, depth=depth, wanted=wanted)


def _refuse_hostage_parts(desk: Desk, parts: Sequence[Part]) -> None:
    """A contract that is paid in coins may refuse them, and with them everything else of its part."""
    for number, part in enumerate(parts, 1):
        for call in part.calls:
            if len(part.calls) > 1 and call.value and not call.data and desk.node.code(call.to):
                raise PublishError("E_RECIPIENT_CONTRACT", part=number, payee=call.to)


def stands(desk: Desk, number: int) -> tuple[Place, Periods]:
    """Where a number stands in the lifecycle now, as far as its votes go, and the periods in force."""
    leaves, now = desk.journal.leaves, desk.now()
    periods = periods_at(written_settings(leaves, desk.get))
    in_force = periods(len(leaves), now)
    return at(place_of(leaves, number, desk.get, periods), in_force, now), in_force


def state_of(desk: Desk, number: int) -> str:
    """The state alone."""
    return stands(desk, number)[0].state


def refuse_withdrawn(desk: Desk, number: int) -> None:
    """Refuse any step on a text that its author withdrew (`E_STATE`)."""
    for index, leaf in enumerate(desk.journal.leaves):
        if leaf.kind == "step" and leaf.body["iip"] == number and leaf.body["event"] == "withdraw":
            raise PublishError("E_STATE", "withdrawn", iip=number, index=index, time=leaf.time)


def _way_to_vote(desk: Desk, number: int, author: bytes, document: CID) -> list[Fact]:
    """The document and its steps: a new number is submitted; one whose vote missed the quorum is submitted again; what
    is under review, or in its last call, is there, or has a newer text now.
    """
    refuse_withdrawn(desk, number)
    state = state_of(desk, number)
    text = Fact("document", {"iip": number, "author": author, "document": document})
    first = Fact("transition", {
        "iip": number, "event": "resubmit" if state == "QuorumNotMet" else "submit_for_review", "document": document,
    })  # fmt: skip
    freeze = Fact("transition", {"iip": number, "event": "freeze", "document": document})
    if state not in ("Review", "LastCall"):
        return [text, first, freeze]
    texts = [leaf for leaf in desk.journal.leaves if leaf.kind == "document" and leaf.body["iip"] == number]
    is_there = bool(texts) and (texts[-1].body["document"], texts[-1].body["author"]) == (document, author)
    return [*([] if is_there else [text]), *([freeze] if state == "Review" else [])]


def refuse_findings(raw: bytes, fund: FundSettings) -> None:
    """Refuse a document with errors, as far as they show with this fund's assets (`E_LINT`)."""
    findings, _ = lint(raw, assets=assets_of(fund))
    if has_errors(findings):
        errors = [finding for finding in findings if finding.level == "error"]
        refusal = PublishError("E_LINT", "errors", count=len(errors), first=errors[0].code)
        refusal.findings = tuple(findings)
        raise refusal
