"""The rules of one vote, and the verdict that follows from its scores.

`Rules` is the part of the settings that decides one vote, with the snapshot blocks; later settings never touch it.
Release needs a quorum above zero, a score above zero for choice 1, `counted >= quorum`, and
`for * d > n * (for + against)`, cross-multiplied so that nothing is rounded; a tie never releases (H64). Voting systems
other than `basic` decide and never release. Which ballots make the scores is decided by `governance.tally`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from chain.amount import spell
from chain.blocks import BlockRef
from governance.errors import GovernanceError
from governance.settings import Admission, Quorum, Settings, StrategySettings, Threshold, Voting

State = Literal["passed", "rejected", "quorum_not_met", "decided"]


class RulesError(GovernanceError):
    """Scores or blocks that do not fit the rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What decides one vote."""

    system: str
    """Snapshot's name of the voting system; only `basic` releases."""
    choices: tuple[str, ...]
    """By `basic`, the first releases, the second is against, a third abstains."""
    strategies: tuple[StrategySettings, ...]
    quorum: Quorum
    threshold: Threshold
    voting: Voting
    admission: Admission
    blocks: tuple[BlockRef, ...]
    """The snapshot, one block for each chain that a strategy reads, by ascending chain id."""

    def block(self, chain_id: int) -> BlockRef:
        """Return the snapshot block of a chain that a strategy reads."""
        return next(ref for ref in self.blocks if ref.chain_id == chain_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the scores mean, with the catalogue's key and facts of the sentence that says it."""

    state: State
    released: bool
    """Whether choice 1 releases the parts; true exactly when the state is `passed`."""
    key: str
    facts: Mapping[str, object]


def rules_of(
    settings: Settings, blocks: Sequence[BlockRef], *, system: str = "basic", choices: Sequence[str] | None = None
) -> Rules:
    """Take the rules of a vote from the settings in force and the commitment's snapshot blocks.

    The blocks must be exactly those of the strategies' chains, by ascending chain id (`E_RULE_DRIFT`). A proposal that
    pays is `basic` with the settings' choices; `system` and `choices` are for one that only decides.
    """
    needed = sorted({strategy.chain_id for strategy in settings.strategies})
    found = [ref.chain_id for ref in blocks]
    if found != needed:
        raise RulesError("E_RULE_DRIFT", "blocks", expected=_listed(needed), found=_listed(found))
    return Rules(
        system=system,
        choices=settings.choices if choices is None else tuple(choices),
        strategies=settings.strategies,
        quorum=settings.quorum,
        threshold=settings.threshold,
        voting=settings.voting,
        admission=settings.admission,
        blocks=tuple(blocks),
    )


def verdict(
    scores: Sequence[int], rules: Rules, *, counted: int | None = None, winners: Sequence[int] | None = None
) -> Verdict:
    """Judge the scores of the choices, in 1e-18 of voting power and in the order of the choices.

    `counted` and `winners` are the tally's total and winners; by `basic` and `single-choice` the scores say both. The
    quorum counts every choice, so abstaining helps to reach it; the threshold looks at the first two alone.
    """
    assert len(scores) == len(rules.choices), "one score a choice"
    assert all(type(score) is int and score >= 0 for score in scores), "scores are exact and not negative"
    if rules.system != "basic":
        assert rules.system == "single-choice" or None not in (counted, winners), "only the tally knows them"
        best = max(scores)
        strongest = [number for number, score in enumerate(scores, 1) if score == best]
        return _decision(scores, rules, sum(scores) if counted is None else counted, winners or strongest)
    in_favour, against, counted = scores[0], scores[1], sum(scores)
    minimum = rules.quorum.minimum
    numerator, denominator = rules.threshold
    facts = {
        "in_favour": spell(in_favour, 18),
        "against": spell(against, 18),
        "counted": spell(counted, 18),
        "quorum": spell(minimum, 18),
        "numerator": numerator,
        "denominator": denominator,
    }
    if minimum <= 0 or counted < minimum:
        return Verdict(state="quorum_not_met", released=False, key="V_QUORUM_NOT_MET", facts=facts)
    if in_favour > 0 and in_favour * denominator > numerator * (in_favour + against):
        return Verdict(state="passed", released=True, key="V_PASSED", facts=facts)
    key = "V_REJECTED.tie" if in_favour == against else "V_REJECTED"
    return Verdict(state="rejected", released=False, key=key, facts=facts)


def _decision(scores: Sequence[int], rules: Rules, counted: int, winners: Sequence[int]) -> Verdict:
    """Name the strongest choices of a vote that releases nothing."""
    held = {scores[number - 1] for number in winners}
    facts = {
        "winners": ", ".join(rules.choices[number - 1] for number in winners),
        "score": spell(max(held), 18),
        "counted": spell(counted, 18),
        "quorum": spell(rules.quorum.minimum, 18),
    }
    if rules.quorum.minimum <= 0 or counted < rules.quorum.minimum:
        return Verdict(state="quorum_not_met", released=False, key="V_QUORUM_NOT_MET.decision", facts=facts)
    key = "V_DECIDED" if len(winners) == 1 else "V_DECIDED.tie" if len(held) == 1 else "V_DECIDED.open"
    return Verdict(state="decided", released=False, key=key, facts=facts)


def _listed(chain_ids: Sequence[int]) -> str:
    return ", ".join(map(str, chain_ids)) or "none"
