"""`dao.views.duties`: each concentration of duties is found, and its opposite is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chain.address import ZERO
from chain.blocks import BlockRef
from chain.networks import DEVNET_CHAIN_ID
from chain.safe_state import SafeState
from dao.views.duties import Facts, duties, findings
from governance.settings import BalanceProof, Disputes, Quorum, Reviewers
from tests.governance.space_values import CODE_HASH, SAFE, person, settings

ANN, BEN, CHO, EVE, FINN, LEA, MAX, DORA = map(person, ("ann", "ben", "cho", "eve", "finn", "lea", "max", "dora"))
UNIT = 10**18

STATE = SafeState(
    chain_id=DEVNET_CHAIN_ID,
    safe=SAFE,
    block=BlockRef(DEVNET_CHAIN_ID, 9, bytes(32)),
    proxy="1.4.1",
    singleton=ZERO,
    owners=(ANN, BEN, CHO),
    threshold=2,
    nonce=0,
    modules=(),
    guard=ZERO,
    module_guard=ZERO,
    fallback_handler=ZERO,
)
BASE = settings()
SETTINGS = replace(
    BASE,
    quorum=Quorum("all_choices", 200 * UNIT),
    reviewers=Reviewers((LEA, MAX), 2),
    guardian=None,
    voting=BASE.voting._replace(period=5 * 86_400),
    timelock=2 * 86_400,
    notice=7 * 86_400,
    strategies=tuple(replace(s, proof=BalanceProof(CODE_HASH, "vyper", 0)) for s in BASE.strategies),
)
SOUND = Facts(
    settings=SETTINGS,
    state=STATE,
    powers={EVE: 150 * UNIT, FINN: 199 * UNIT, LEA: 0, SAFE: 0},
    inside={DORA: 0},
    supply=1000 * UNIT,
    contracts=frozenset(),
    keys_here=frozenset(),
    writes_journal=True,
)


def test_a_sound_space_has_no_findings() -> None:
    """Two of three owners, reviewers apart, no power above the quorum, the owners' keys elsewhere."""
    assert [] == findings(SOUND)


@pytest.mark.parametrize(
    ("facts", "code", "reason", "level"),
    [
        (replace(SOUND, state=replace(STATE, threshold=1)), "W_SAFE_THRESHOLD", "one", "warning"),
        (replace(SOUND, state=replace(STATE, threshold=3)), "W_SAFE_THRESHOLD", "all", "warning"),
        (replace(SOUND, contracts=frozenset({ANN})), "W_SAFE_OWNER", "contract", "warning"),
        (
            replace(SOUND, settings=replace(SETTINGS, reviewers=Reviewers((ANN, LEA), 2))),
            "W_DUTIES", "owner_reviewer", "warning",
        ),
        (
            replace(SOUND, settings=replace(SETTINGS, reviewers=Reviewers((SAFE, LEA), 2))),
            "W_DUTIES", "safe_reviewer", "warning",
        ),
        (
            replace(SOUND, settings=replace(SETTINGS, reviewers=Reviewers((), 0))),
            "W_DUTIES", "no_reviewer", "info",
        ),
        (replace(SOUND, settings=replace(SETTINGS, proposers=(DORA,))), "W_DUTIES", "one_proposer", "warning"),
        (replace(SOUND, settings=replace(SETTINGS, proposers=(ANN, BEN))), "W_DUTIES", "owners_propose", "warning"),
        (replace(SOUND, keys_here=frozenset({ANN, EVE})), "W_DUTIES", "writer_owner", "warning"),
        (replace(SOUND, keys_here=frozenset({ANN, BEN})), "W_DUTIES", "writer_pays", "warning"),
        (replace(SOUND, powers={EVE: 200 * UNIT}), "W_POWER_CONCENTRATED", "one_holder", "warning"),
        (
            replace(SOUND, powers={EVE: 200 * UNIT}, contracts=frozenset({EVE})),
            "W_POWER_CONCENTRATED", "contract", "warning",
        ),
        (replace(SOUND, inside={DORA: 1}), "W_DOUBLE", "", "warning"),
        (replace(SOUND, supply=199 * UNIT, powers={}), "E_RULE_UNSAFE", "quorum_supply", "error"),
        (replace(SOUND, powers={SAFE: 801 * UNIT}), "E_RULE_UNSAFE", "quorum_out_of_reach", "error"),
        (
            replace(SOUND, settings=replace(SETTINGS, strategies=(replace(BASE.strategies[0], proof=None),))),
            "W_POWER_UNPROVED", "", "warning",
        ),
        (
            replace(SOUND, settings=replace(SETTINGS, voting=SETTINGS.voting._replace(period=86_399))),
            "W_RULE_SHORT", "", "warning",
        ),
        (replace(SOUND, settings=replace(SETTINGS, timelock=3_600)), "W_RULE_SHORT", "", "warning"),
        (replace(SOUND, settings=replace(SETTINGS, notice=0)), "W_RULE_SHORT", "", "warning"),
    ],
)  # fmt: skip
def test_what_should_be_apart_is_found(facts: Facts, code: str, reason: str, level: str) -> None:
    """One change of a sound space makes exactly one finding."""
    assert [(code, reason, level)] == [(finding.code, finding.reason, finding.level) for finding in findings(facts)]


def test_a_reviewer_who_alone_proposes() -> None:
    """Two findings: nobody else can propose, and nobody reviews a proposal of his own."""
    facts = replace(SOUND, settings=replace(SETTINGS, proposers=(LEA,)))

    assert {"proposer_reviewer", "one_proposer"} == {finding.reason for finding in findings(facts)}


def test_contracts_that_nobody_can_speak_for() -> None:
    """With too few people among the owners no settings can be signed: an error, beside a warning for each contract."""
    facts = replace(SOUND, contracts=frozenset({ANN, BEN}))

    assert ["W_SAFE_OWNER", "W_SAFE_OWNER", "E_SAFE_CONFIG"] == [finding.code for finding in findings(facts)]


def test_the_edge_of_the_quorum() -> None:
    """One base unit below it is not enough alone, and the last vote outside the Safe still reaches it."""
    below = replace(SOUND, powers={EVE: 200 * UNIT - 1})
    reached = replace(SOUND, powers={SAFE: 800 * UNIT})

    assert [] == findings(below)
    assert [] == findings(reached)


def test_whoever_does_not_write_the_journal_may_hold_owners_keys() -> None:
    """An owner's own workspace is no concentration."""
    assert [] == findings(replace(SOUND, writes_journal=False, keys_here=frozenset({ANN, BEN, CHO})))


def test_a_space_without_a_panel_resolves_nothing() -> None:
    """The duty is listed where somebody has it, with how many it takes."""
    without = replace(SOUND, settings=replace(SETTINGS, disputes=Disputes((), 0, 0)))

    assert "resolve" not in {duty.name for duty in duties(without)}
    (duty,) = (duty for duty in duties(SOUND) if duty.name == "resolve")
    assert (BASE.disputes.panel, {"required": 2, "count": 2}) == (duty.holders, duty.facts)


def test_the_table_names_every_duty() -> None:
    """In the order of a proposal's life, the strongest voter first, nobody who holds nothing."""
    table = {duty.name: duty for duty in duties(SOUND)}

    assert ["propose", "vote", "review", "sign", "veto", "resolve", "journal", "send"] == list(table)
    assert ((FINN, EVE), (LEA, MAX), (ANN, BEN, CHO)) == (
        table["vote"].holders,
        table["review"].holders,
        table["sign"].holders,
    )
    assert ("", (ANN, BEN, CHO)) == (table["veto"].reason, table["veto"].holders)
    guarded = duties(replace(SOUND, settings=replace(SOUND.settings, guardian=EVE)))
    assert ("guardian", (EVE, ANN, BEN, CHO)) == next(
        (duty.reason, duty.holders) for duty in guarded if duty.name == "veto"
    )
    assert ("here", "elsewhere") == (
        table["journal"].reason,
        next(duty.reason for duty in duties(replace(SOUND, writes_journal=False)) if duty.name == "journal"),
    )
