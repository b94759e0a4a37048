"""Publishing: a document that lints becomes a signed proposal, with everything it binds in the journal before it.

The order is what the signature later proves: document and parts first, then the proposal that names them by content.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chain import signature
from chain.cid import CID
from chain.finding import Finding, has_errors
from dao.errors import DaoError
from dao.record.checks_proposal import assets_of, events
from dao.record.checks_settings import leaves as settings_leaves
from dao.workflow.desk import NO_PROPOSAL, Blocks, Desk, Fact
from dao.workflow.early_facts import history
from dao.workflow.power_evidence import gather
from governance.commitment import Commitment, write_commitment
from governance.messages import message_id, proposal_message, sign_envelope
from governance.rules import rules_of
from governance.settings import FundSettings, Settings
from governance.space import in_force, settings_cid
from proposals.compile import compile_parts
from proposals.document import parse_document
from proposals.lint import lint
from proposals.parts import Part, encode_parts


class PublishError(DaoError):
    """A document that may not be published (`E_LINT`), or a fund that the settings do not name (`E_SAFE_CONFIG`)."""

    findings: tuple[Finding, ...] = ()


class Published(NamedTuple):
    """A proposal in the journal, and what it binds."""

    id: bytes
    document: CID
    parts: tuple[Part, ...]
    parts_cid: CID
    settings: CID
    start: int
    end: int


def settings_in_force(desk: Desk) -> Settings:
    """The settings that would bind a proposal now."""
    case = desk.case(NO_PROPOSAL, 10)
    rows = case.settings_rows or ()
    return in_force(settings_leaves(rows), len(desk.journal), desk.now()).settings


def publish(desk: Desk, raw: bytes, *, author_key: bytes, fund: str, supersedes: Sequence[bytes] = ()) -> Published:
    """Lint, compile, sign and publish a document; the vote opens after the settings' delay. When it passes, the unpaid
    parts of the proposals that it supersedes are stopped.
    """
    settings = settings_in_force(desk)
    money = settings.fund(fund)
    if money is None:
        raise PublishError("E_SAFE_CONFIG", "no_fund", fund=fund)
    _refuse_findings(raw, money)
    document = parse_document(raw)
    number = document.front.iip
    if number is None:
        raise PublishError("E_LINT", "number", count=1)
    parts = compile_parts(document, chain_id=money.chain_id, safe=money.safe, assets=assets_of(money))
    _refuse_hostage_parts(desk, parts)
    author = signature.address_of(author_key)

    blocks = Blocks()
    document_cid = blocks.raw(raw)
    encoded = encode_parts(parts)
    parts_cid = blocks.map_bytes(encoded)
    now = desk.now()
    snapshot = desk.node.block(desk.node.head().ref.number - 1)
    commitment = Commitment(
        iip=number,
        document=document_cid,
        parts=parts_cid,
        settings=settings_cid(settings.text),
        blocks=(snapshot.ref,),
        fund=fund,
        supersedes=tuple(supersedes),
    )
    start = now + settings.voting.delay
    message = proposal_message(
        author=author,
        space=settings.space,
        timestamp=now,
        title=f"{settings.prefix}-{number}: {document.front.title}",
        body=document.body,
        choices=settings.choices,
        start=start,
        end=start + settings.voting.period,
        snapshot=snapshot.ref.number,
        plugins=write_commitment(commitment),
        discussion=document.front.discussions_to,
    )
    proposal = message_id("Proposal", message)
    asked = [] if settings.proposers else gather(desk.node, rules_of(settings, commitment.blocks), [author], blocks)
    body = {
        "id": proposal,
        "envelope": blocks.raw(sign_envelope("Proposal", message, author_key)),
        "headers": [blocks.raw(desk.node.header(snapshot.ref.number))],
        "power": asked,
    }
    facts = [
        Fact("document", {"iip": number, "author": author, "document": document_cid}),
        Fact("transition", {"iip": number, "event": _first_step(desk, number), "document": document_cid}),
        Fact("transition", {"iip": number, "event": "freeze", "document": document_cid}),
        Fact("parts", {"parts": parts_cid}),
        Fact("proposal", body),
    ]
    desk.take(facts, blocks, proposal)  # in one commit: a proposal that is refused leaves no document behind
    return Published(
        proposal, document_cid, parts, parts_cid, settings_cid(settings.text), start, start + settings.voting.period
    )


def _refuse_hostage_parts(desk: Desk, parts: Sequence[Part]) -> None:
    """A contract that is paid in coins may refuse them, and with them everything else of its part."""
    for number, part in enumerate(parts, 1):
        for call in part.calls:
            if len(part.calls) > 1 and call.value and not call.data and desk.node.code(call.to):
                raise PublishError("E_RECIPIENT_CONTRACT", part=number, payee=call.to)


def _first_step(desk: Desk, number: int) -> str:
    """A new number is submitted; one whose vote missed the quorum is submitted again."""
    past = events(history(desk.journal.leaves, number, desk.get), None, 0)
    return "resubmit" if past and past[-1] == "tally_no_quorum" else "submit_for_review"


def _refuse_findings(raw: bytes, fund: FundSettings) -> None:
    findings, _ = lint(raw, assets=assets_of(fund))
    if has_errors(findings):
        errors = [finding for finding in findings if finding.level == "error"]
        refusal = PublishError("E_LINT", "errors", count=len(errors), first=errors[0].code)
        refusal.findings = tuple(findings)
        raise refusal
