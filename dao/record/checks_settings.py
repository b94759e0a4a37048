"""Checks 10 and 21: the settings that the Safe signed, and those that bind the proposal.

The owners' signatures are held against the Safe's state at the block of the leaf that brought the settings, so that
whoever owned the Safe once cannot write settings later. What the settings *say* was checked when they were read.
"""

from __future__ import annotations

from chain import dag_cbor
from chain.address import checksum
from chain.cid import CID
from chain.header import decode_header
from chain.safe import SINGLETONS
from chain.safe_state import SafeState, SafeStateProof, open_safe_state
from dao.record.case import Case, Row, SettingsRow, cid_of, need
from dao.record.errors import RecordError
from governance.committee import ruling
from governance.space import (
    NO_PREVIOUS,
    Settings,
    SettingsLeaf,
    check_settings_signature,
    check_succession,
    in_force,
    parse_settings,
)
from treasury.housekeeping import CLASSES

BLOCK_AGE_MAX = 3_600
"""Seconds between a block and the leaf that names it as its head."""


def settings_signature(case: Case) -> None:
    """Every settings leaf was signed by the Safe it names, once, and follows the settings before it."""
    rows: list[SettingsRow] = []
    signed: set[tuple[bytes, CID]] = set()
    for row in case.rows("settings"):
        cid = cid_of(row, "settings")
        text = _text(case.get(cid), row)
        settings = parse_settings(text)
        state = _state_at(case, row)
        check_known_singleton(state, settings.treasury().version)
        previous = rows[-1].cid.digest if rows else NO_PREVIOUS
        if (previous, cid) in signed:  # after A, B, A the owners' old word for B would fit again, without them
            raise RecordError("E_SETTINGS", "replayed", index=row.index)
        signed.add((previous, cid))
        signatures = row.leaf.body["signatures"]
        assert isinstance(signatures, bytes), "the leaf's schema says so"
        check_settings_signature(text, previous, signatures, state, settings.treasury().version)
        refuse_later_features(settings, rows[0].settings if rows else settings)
        if rows:
            check_succession(rows[-1].settings, settings, state)
        rows.append(SettingsRow(row.index, row.leaf.time, cid, settings, state))
    if not rows:
        raise RecordError("E_SETTINGS", "none")
    case.settings_rows = tuple(rows)


def proposal_settings(case: Case) -> None:
    """The settings that the author signed are those in force when the proposal came; they rule as they do about the
    fund that it asks.
    """
    row, commitment = need(case.proposal_row), need(case.commitment)
    rows = need(case.settings_rows)
    bound = in_force(leaves(rows), row.index, row.leaf.time)
    cid = next(found.cid for found in rows if found.index == bound.index)
    if cid != commitment.settings:
        raise RecordError("E_SETTINGS", "not_in_force", signed=str(commitment.settings), in_force=str(cid))
    case.settings = ruling(bound.settings, bound.settings.fund(commitment.fund or ""))


def leaves(rows: tuple[SettingsRow, ...]) -> list[SettingsLeaf]:
    """The rows as `governance.space.in_force` takes them."""
    return [SettingsLeaf(row.index, row.time, row.settings) for row in rows]


def settings_now(case: Case, index: int, time: int) -> Settings:
    """The settings in force for a leaf at `index`."""
    return in_force(leaves(need(case.settings_rows)), index, time).settings


def _text(data: bytes, row: Row) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError("E_SETTINGS", "text", index=row.index) from error


def _state_at(case: Case, row: Row) -> SafeState:
    proof = SafeStateProof.from_map(dag_cbor.decode(case.get(cid_of(row, "state"))))
    state = open_safe_state(proof)
    if state.block != row.leaf.block:
        raise RecordError("E_SETTINGS", "block", expected=row.leaf.block.number, found=state.block.number)
    check_fresh(row, decode_header(proof.header).timestamp)
    case.blocks.add(state.block)
    return state


def check_fresh(row: Row, block_time: int) -> None:
    """The block of a leaf is not older than its time by more than an hour, nor newer: former owners prove nothing."""
    if not 0 <= row.leaf.time - block_time <= BLOCK_AGE_MAX:
        raise RecordError("E_TIME", "block_age", index=row.index, time=row.leaf.time, block_time=block_time)


def refuse_later_features(settings: Settings, first: Settings) -> None:
    """What these settings ask for and this release would ignore is refused by name, never ignored."""
    asked = {
        "venue": settings.venue != "journal",
        "housekeeping": not {*settings.housekeeping} <= {*CLASSES},
        "another journal key": settings.journal != first.journal,
    }
    for field, is_there in asked.items():
        if is_there:
            raise RecordError("E_VERSION", "settings_later", field=field)


def check_known_singleton(state: SafeState, version: str | None = None) -> None:
    """The Safe is genuine: its singleton is one that the Safe project deployed, for this version if one is named.
    What other code logs, and what stands in its storage, means nothing.
    """
    releases = SINGLETONS if version is None else {version: SINGLETONS.get(version, {})}
    if not any(state.singleton in known for known in releases.values()):
        raise RecordError("E_SAFE_CONFIG", "singleton", safe=checksum(state.safe), singleton=checksum(state.singleton))
