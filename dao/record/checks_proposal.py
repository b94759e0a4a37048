"""Checks 20 and 22 to 25: what was asked, in whose name, and that the text says what the bytes do.

A proposal binds its document, parts, settings and snapshot blocks by content, under its author's signature. These
checks hold the leaves before it against that signature; what the rules of a space allow is decided by
`governance.admission`, with facts rebuilt from the leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from chain import dag_cbor
from chain.blocks import BlockRef
from chain.cid import CID
from chain.header import decode_header
from chain.safe_state import SafeState, SafeStateProof, open_safe_state
from dao.record.case import Case, Row, cid_of, need, refuse_strangers
from dao.record.checks_again import asks_the_same, check_cool_down
from dao.record.checks_older import check_older, known_older
from dao.record.checks_settings import check_fresh, check_known_singleton
from dao.record.checks_settings import leaves as settings_leaves
from dao.record.checks_steps import check_step, check_transition
from dao.record.errors import RecordError
from dao.record.leaves import Leaf
from dao.record.life import history, moments, periods_at
from governance import attested, power
from governance.admission import NumberLeaf, ProposalCase, admit_proposal
from governance.admission.window import member_int
from governance.commitment import read_commitment
from governance.message_types import CURRENT
from governance.messages import check_signature, read_envelope
from governance.rules import rules_of
from governance.settings import FundSettings, Settings
from proposals.compile import check_parts
from proposals.document import parse_document
from proposals.parts import check_horizon, decode_parts
from proposals.payment import Asset, asset_book
from proposals.periods import walk


def proposal_signature(case: Case) -> None:
    """The proposal is a message of today's type, its id is its digest, and its author signed it."""
    rows = list(case.rows("proposal", id=case.proposal))
    if len(rows) != 1:
        raise RecordError("E_LOG_INCONSISTENT", "proposals", count=len(rows))
    envelope = read_envelope(case.get(cid_of(rows[0], "envelope")))
    if envelope.types_hash.hex() != CURRENT["proposal"]:
        raise RecordError("E_TYPES", "old", action=envelope.action, expected="proposal")
    check_signature(envelope)
    if envelope.id != case.proposal:
        raise RecordError("E_PROPOSAL", "id", expected=case.proposal, found=envelope.id)
    case.commitment = read_commitment(envelope.message.get("plugins"))
    case.envelope, case.proposal_row = envelope, rows[0]


def proposal_document(case: Case) -> None:
    """The document that the author signed came before, carries number and author, and is the proposal's body."""
    row, envelope, commitment = need(case.proposal_row), need(case.envelope), need(case.commitment)
    leaf = _number_leaf(case)
    if leaf is None or leaf.document != commitment.document:
        raise RecordError("E_REVISION", "document", iip=commitment.iip, index=row.index)
    document = parse_document(case.get(leaf.document))
    if document.front.iip != commitment.iip or leaf.author != envelope.address:
        raise RecordError("E_REVISION", "document", iip=commitment.iip, index=row.index)
    if envelope.message["body"] != document.body:
        raise RecordError("E_TEXT_PAYLOAD", "body_differs", iip=commitment.iip)
    refuse_strangers(case, "document", iip=commitment.iip)
    for found in case.rows("document", iip=commitment.iip):
        if found.leaf.body["author"] != envelope.address:
            raise RecordError("E_IIP_DUP", "author", iip=commitment.iip)
    case.document = document


def proposal_actions(case: Case) -> None:
    """The parts that the author signed came before, and the document's tables compile to exactly these bytes.

    A proposal without parts only decides: its document asks for nothing.
    """
    row, commitment, document = need(case.proposal_row), need(case.commitment), need(case.document)
    if commitment.parts is None and not document.budget:
        fund_of(case)  # whose Safe is held against the chain when the vote closes
        case.parts = ()
        return
    found = _parts_row(case)
    if commitment.parts is None or found is None or found.index > row.index:
        raise RecordError("E_REVISION", "parts", iip=commitment.iip, index=row.index)
    refuse_strangers(case, "parts", parts=commitment.parts)
    parts = decode_parts(case.get(commitment.parts))
    fund = fund_of(case)
    check_parts(document, parts, chain_id=fund.chain_id, safe=fund.safe, assets=assets_of(fund))
    signed = member_int(need(case.envelope).message, "timestamp")
    if document.front.created > signed:
        raise RecordError("E_TIME", "created", created=document.front.created, signed=signed)
    check_horizon(parts, day=signed)
    case.parts = parts


def proposal_rules(case: Case) -> None:
    """Window, choices, voting system, snapshot block and proposer obey the settings."""
    row, document, commitment = need(case.proposal_row), need(case.document), need(case.commitment)
    parts_row = _parts_row(case)
    admit_proposal(
        ProposalCase(
            envelope=need(case.envelope),
            commitment=commitment,
            settings=need(case.settings),
            leaf_index=row.index,
            leaf_time=row.leaf.time,
            document=_number_leaf(case),
            body=document.body,
            title=document.front.title,
            parts=None if commitment.parts is None else need(case.parts),
            parts_index=None if parts_row is None else parts_row.index,
            block_times=_block_times(case, row),
            author_power=_author_power(case, row),
            standing=_standing(case, row),
            known_proposals=known_older(case, row),
        )
    )
    check_older(case, row)
    check_cool_down(case, row)


def proposal_lifecycle(case: Case) -> None:
    """The steps from draft to vote, and what followed, are steps of the lifecycle's table."""
    case.status = _walked(case, _steps(case))


def proposal_passage(case: Case) -> None:
    """The same as far as its result, of a proposal that stands beside another one."""
    result = next(case.rows("result", proposal=case.proposal), None)
    _walked(case, [row for row in _steps(case) if result is not None and row.index <= result.index])


def _steps(case: Case) -> list[Row]:
    """The leaves of the number that move its lifecycle, of which each is true by itself."""
    row, commitment = need(case.proposal_row), need(case.commitment)
    last = written = None
    before: list[Leaf] = []
    for kind in ("transition", "step"):
        refuse_strangers(case, kind, iip=commitment.iip)
    told = history(case.leaves, commitment.iip, case.get)
    mine = {found.leaf.body["id"] for found in told if found.leaf.kind == "proposal"}
    for found in case.rows_of("document", "transition", "step", "proposal"):
        if found.leaf.kind == "proposal" and found.leaf.body["id"] not in mine:
            continue
        if found.leaf.kind == "document":
            written = found.leaf.body["document"]
        elif found.leaf.kind == "transition":
            check_transition(found.index, found.leaf, written)
        elif found.leaf.kind == "step":
            check_step(found.leaf, before, case.get, need(case.settings).space)
        if found.leaf.kind in ("transition", "step") and found.index < row.index:
            last = written
        before.append(found.leaf)
    if last != commitment.document:
        raise RecordError("E_STATE", "other_document", iip=commitment.iip)
    return told


def _walked(case: Case, told: list[Row]) -> str:
    periods = periods_at(settings_leaves(need(case.settings_rows)))
    return walk(moments(told, periods, case.proposal, len(need(case.parts)))).state


def _standing(case: Case, row: Row) -> bytes | None:
    """An earlier proposal of the same number that is open or passed, if there is one (H103)."""
    number = need(case.commitment).iip
    known = {other.leaf.body["id"] for other in case.rows("proposal")}
    for end in case.rows_of("result", "cancel"):
        if end.leaf.body["proposal"] not in known:
            raise RecordError("E_LOG_INCONSISTENT", "foreign", index=end.index, kind=end.leaf.kind)
    for other in case.rows("proposal"):
        if other.leaf.body["id"] == case.proposal:
            continue
        envelope = read_envelope(case.get(cid_of(other, "envelope")))
        bound = read_commitment(envelope.message.get("plugins"))
        if envelope.id != other.leaf.body["id"] or not (bound.iip == number or asks_the_same(case, bound)):
            raise RecordError("E_LOG_INCONSISTENT", "foreign", index=other.index, kind="proposal")
        check_signature(envelope)
        found = next(case.rows("result", proposal=envelope.id), None)
        decided = found is not None and found.index < row.index and not found.leaf.body["released"]
        if bound.iip == number and other.index < row.index and not decided:
            return envelope.id
    return None


def fund_of(case: Case) -> FundSettings:
    """The fund that the proposal asks."""
    settings, commitment = need(case.settings), need(case.commitment)
    fund = settings.fund(commitment.fund) if commitment.fund else None
    if fund is None:
        raise RecordError("E_SAFE_CONFIG", "no_fund", fund=str(commitment.fund))
    return fund


def assets_of(fund: FundSettings) -> Mapping[str, Asset]:
    """A fund's assets by symbol, as documents name them."""
    return asset_book(
        Asset(symbol=row.symbol, decimals=row.decimals, address=row.address, chain_id=fund.chain_id)
        for row in fund.assets
    )


def safe_state_of(case: Case, row: Row) -> tuple[SafeState, int]:
    """The proved state of the fund's Safe behind a leaf, at the block of the leaf, and that block's time."""
    fund = fund_of(case)
    proof = SafeStateProof.from_map(dag_cbor.decode(case.get(cid_of(row, "state"))))
    state = open_safe_state(proof)
    if (state.chain_id, state.safe) != (fund.chain_id, fund.safe) or state.block != row.leaf.block:
        raise RecordError("E_SAFE_CONFIG", "state_block", index=row.index, number=state.block.number)
    check_known_singleton(state)  # of any release: an upgrade meanwhile stops payments, not the count
    block_time = decode_header(proof.header).timestamp
    check_fresh(row, block_time)
    case.blocks.add(state.block)
    return state, block_time


def safe_version(settings: Settings, chain_id: int, safe: bytes) -> str:
    """The version of a Safe that the settings name."""
    for row in settings.safes:
        if (row.chain_id, row.address) == (chain_id, safe):
            return row.version
    raise RecordError("E_SAFE_CONFIG", "unknown_safe", safe=safe)


def _number_leaf(case: Case) -> NumberLeaf | None:
    """The latest document leaf of the number before the proposal."""
    row, commitment = need(case.proposal_row), need(case.commitment)
    before = [found for found in case.rows("document", iip=commitment.iip) if found.index < row.index]
    if not before:
        return None
    author = before[-1].leaf.body["author"]
    assert isinstance(author, bytes), "the leaf's schema says so"
    return NumberLeaf(
        index=before[-1].index, iip=commitment.iip, author=author, document=cid_of(before[-1], "document")
    )


def _parts_row(case: Case) -> Row | None:
    commitment = need(case.commitment)
    return next((found for found in case.rows("parts", parts=commitment.parts)), None)


def _block_times(case: Case, row: Row) -> dict[BlockRef, int]:
    """The times of the snapshot blocks, from the headers that the proposal's leaf links to."""
    headers = row.leaf.body["headers"]
    assert isinstance(headers, list), "the leaf's schema says so"
    times: dict[BlockRef, int] = {}
    opened = {header.hash: header for header in (decode_header(case.get(_cid(cid))) for cid in headers)}
    surplus = opened.keys() - {block.hash for block in need(case.commitment).blocks}
    if surplus or len(opened) < len(headers):
        raise RecordError("E_PROOF", "surplus_header", index=row.index)
    for block in need(case.commitment).blocks:
        header = opened.get(block.hash)
        if header is not None and header.number == block.number:
            times[block] = header.timestamp
            case.blocks.add(block)
    return times


def _author_power(case: Case, row: Row) -> int | None:
    """The author's power at the snapshot, from the evidence of the proposal's leaf; None where the leaf has none."""
    links = row.leaf.body["power"]
    assert isinstance(links, list), "the leaf's schema says so"
    if not links:
        return None
    if need(case.settings).proposers:  # named ones need no power, and what nobody reads proves nothing
        raise RecordError("E_POWER", "author", index=row.index)
    author = need(case.envelope).address
    return power.combine(open_powers(case, links, {author})).powers.get(author)


def open_powers(case: Case, links: Sequence[object], voters: Set[bytes]) -> tuple[power.PowerTable, ...]:
    """The powers of these voters and nobody else at the snapshot, one table a strategy, each checked."""
    strategies = need(case.settings).strategies
    if len(links) != len(strategies):
        raise RecordError("E_POWER", "strategies", expected=len(strategies), found=len(links))
    bound = rules_of(need(case.settings), need(case.commitment).blocks)
    tables = []
    for number, (strategy, link) in enumerate(zip(strategies, links, strict=True), 1):
        block = bound.block(strategy.chain_id)
        case.blocks.add(block)
        found = power.open_evidence(case.get(_cid(link)), case.get, number, strategy, block)
        if strategy.proof is not None and not found.proved:  # the Safe signed that it can be proved, and how
            raise RecordError("E_POWER", "unproved", strategy=strategy.name)
        for stranger in sorted(voter for voter in found.powers if voter not in voters):
            raise RecordError("E_POWER", "stranger", strategy=strategy.name, voter=stranger)
        tables.append(found)
    case.power_assumed |= not all(table.proved for table in tables)
    return tuple(tables)


def open_supply(case: Case, links: Sequence[object]) -> int | None:
    """All the power there could be at the snapshot, from one piece of evidence a strategy; None where no rule asks."""
    bound = rules_of(need(case.settings), need(case.commitment).blocks)
    expected = len(bound.strategies) if bound.quorum.of_supply is not None else 0
    if len(links) != expected:
        raise RecordError("E_POWER", "supplies", expected=expected, found=len(links))
    if not expected:
        return None
    total = 0
    for number, (strategy, link) in enumerate(zip(bound.strategies, links, strict=True), 1):
        block = bound.block(strategy.chain_id)
        said, providers = attested.open_supply(case.get(_cid(link)), case.get, number, strategy, block)
        case.power_assumed |= bool(providers)
        total += said
    return total


def _cid(value: object) -> CID:
    assert isinstance(value, CID), "the leaf's schema says so"
    return value
