"""The rules of one vote, and the verdict that follows from its scores.

`Rules` is the part of the settings that decides one vote, with the snapshot blocks; later settings never touch it.
Release needs a quorum above zero, a score above zero for choice 1, `counted >= quorum`, and
`for * d > n * (for + against)`, cross-multiplied so that nothing is rounded; a tie never releases (H64). What is
counted is the settings' choice of four (H66); where it is `rejection`, silence is consent: choice 1 releases with any
score above zero, unless the score against it reaches the quorum, and no share is asked. Voting systems other than
`basic` decide and never release. Every verdict names the sentence that says which rule decided. Which ballots make the
scores is decided by `governance.tally`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

from chain.amount import spell
from chain.blocks import BlockRef
from chain.errors import UncheckableError
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


class Electorate(NamedTuple):
    """Who could vote and who did, for the rules that ask."""

    voters: int = 0
    """Voters with power whose ballots were counted."""
    supply: int | None = None
    """All the power there could be, in 1e-18; None where no rule asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the scores mean, with the catalogue's key and facts of the sentence that says it."""

    state: State
    released: bool
    """Whether choice 1 releases the parts; true exactly when the state is `passed`."""
    key: str
    facts: Mapping[str, object]


NOBODY = Electorate()


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
    scores: Sequence[int],
    rules: Rules,
    electorate: Electorate = NOBODY,
    *,
    counted: int | None = None,
    winners: Sequence[int] | None = None,
) -> Verdict:
    """Judge the scores of the choices, in 1e-18 of voting power and in the order of the choices.

    `counted` and `winners` are the tally's total and winners; by `basic` and `single-choice` the scores say both.
    `UncheckableError` (`E_TALLY_INCOMPLETE`) where the quorum is a share of a supply that nobody told.
    """
    assert len(scores) == len(rules.choices), "one score a choice"
    assert all(type(score) is int and score >= 0 for score in scores), "scores are exact and not negative"
    facts = _facts(scores, rules, electorate)
    if electorate.voters < rules.quorum.voters:
        return _missed("V_QUORUM_NOT_MET.voters", facts)
    if rules.system != "basic":
        assert rules.system == "single-choice" or None not in (counted, winners), "only the tally knows them"
        best = max(scores)
        strongest = [number for number, score in enumerate(scores, 1) if score == best]
        total = sum(scores) if counted is None else counted
        return _decision(scores, rules, total, winners or strongest, quorum_of(rules, electorate))
    if rules.quorum.kind == "rejection":
        return _unless_rejected(scores, rules, electorate, facts)
    if quorum_of(rules, electorate) <= 0 or counted_of(scores, rules) < quorum_of(rules, electorate):
        supply = quorum_of(rules, electorate) > rules.quorum.minimum
        return _missed("V_QUORUM_NOT_MET.supply" if supply else _MISSED[rules.quorum.kind], facts)
    in_favour, against = scores[0], scores[1]
    numerator, denominator, at_least = rules.threshold
    left, right = in_favour * denominator, numerator * (in_favour + against)
    if in_favour > 0 and (left >= right if at_least else left > right):
        return Verdict(state="passed", released=True, key=_PASSED[rules.quorum.kind], facts=facts)
    key = "V_REJECTED.at_least" if at_least else "V_REJECTED"
    if in_favour == against:
        key = "V_REJECTED.tie"
    elif at_least and numerator == denominator:
        key = "V_REJECTED.unanimity"
    return Verdict(state="rejected", released=False, key=key, facts=facts)


def counted_of(scores: Sequence[int], rules: Rules) -> int:
    """What counts towards the quorum, by its kind; for `rejection`, what rejects."""
    if rules.system != "basic" or rules.quorum.kind == "all_choices":
        return sum(scores)
    if rules.quorum.kind == "for_abstain":
        return scores[0] + sum(scores[2:])
    return scores[0] if rules.quorum.kind == "for" else scores[1]


def quorum_of(rules: Rules, electorate: Electorate) -> int:
    """The least that must be counted: the minimum, or the share of the supply where that is more, rounded up."""
    if rules.quorum.of_supply is None:
        return rules.quorum.minimum
    if electorate.supply is None:
        raise UncheckableError("E_TALLY_INCOMPLETE", "supply")
    numerator, denominator = rules.quorum.of_supply
    return max(rules.quorum.minimum, -(-electorate.supply * numerator // denominator))


_PASSED = MappingProxyType({"all_choices": "V_PASSED", "for_abstain": "V_PASSED.for_abstain", "for": "V_PASSED.for"})
_MISSED = MappingProxyType({
    "all_choices": "V_QUORUM_NOT_MET", "for_abstain": "V_QUORUM_NOT_MET.for_abstain", "for": "V_QUORUM_NOT_MET.for",
})  # fmt: skip


def _facts(scores: Sequence[int], rules: Rules, electorate: Electorate) -> dict[str, object]:
    numerator, denominator, _ = rules.threshold
    share = rules.quorum.of_supply or (0, 1)
    return {
        "in_favour": spell(scores[0], 18),
        "against": spell(scores[1], 18) if len(scores) > 1 else "0",
        "counted": spell(counted_of(scores, rules), 18),
        "quorum": spell(quorum_of(rules, electorate), 18),
        "numerator": numerator,
        "denominator": denominator,
        "share": f"{share[0]}/{share[1]}",
        "supply": spell(electorate.supply or 0, 18),
        "voters": electorate.voters,
        "least": rules.quorum.voters,
    }


def _missed(key: str, facts: Mapping[str, object]) -> Verdict:
    return Verdict(state="quorum_not_met", released=False, key=key, facts=facts)


def _unless_rejected(
    scores: Sequence[int], rules: Rules, electorate: Electorate, facts: Mapping[str, object]
) -> Verdict:
    """Silence is consent, but somebody must have asked for it."""
    if scores[1] >= quorum_of(rules, electorate):
        return Verdict(state="rejected", released=False, key="V_REJECTED.opposed", facts=facts)
    if scores[0] == 0:
        return Verdict(state="rejected", released=False, key="V_REJECTED.nobody", facts=facts)
    return Verdict(state="passed", released=True, key="V_PASSED.unopposed", facts=facts)


def _decision(scores: Sequence[int], rules: Rules, counted: int, winners: Sequence[int], quorum: int) -> Verdict:
    """Name the strongest choices of a vote that releases nothing."""
    held = {scores[number - 1] for number in winners}
    facts = {
        "winners": ", ".join(rules.choices[number - 1] for number in winners),
        "score": spell(max(held), 18),
        "counted": spell(counted, 18),
        "quorum": spell(quorum, 18),
    }
    if quorum <= 0 or counted < quorum:
        return _missed("V_QUORUM_NOT_MET.decision", facts)
    key = "V_DECIDED" if len(winners) == 1 else "V_DECIDED.tie" if len(held) == 1 else "V_DECIDED.open"
    return Verdict(state="decided", released=False, key=key, facts=facts)


def _listed(chain_ids: Sequence[int]) -> str:
    return ", ".join(map(str, chain_ids)) or "none"
