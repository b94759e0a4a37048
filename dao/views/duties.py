"""Who holds which duty in a space, and where one person holds two that should be apart.

Decides what counts as too much in one hand, from facts that `dao.views.founding_facts` gathered: owners and threshold
as the Safe's storage proves them, holdings of the people that are known here, and whose keys lie in this workspace. A
finding is advice, not a rule: the settings may be signed all the same, except where nothing could ever be decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chain.finding import Finding
from chain.safe_state import SafeState
from governance.settings import Settings
from governance.settings_draft import spell_votes


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a space's people."""

    settings: Settings
    state: SafeState
    powers: Mapping[bytes, int]
    """Voting power now, in 1e-18, of everybody who is known here and of the Safe."""
    inside: Mapping[bytes, int]
    """Voting power that lies in a contract whose own units another strategy counts: wrapped, staked or pooled."""
    supply: int | None
    """All the power there could be; None where a strategy cannot say it."""
    contracts: frozenset[bytes]
    """Which of the known addresses have code."""
    keys_here: frozenset[bytes]
    """Addresses whose keystores lie in this workspace."""
    writes_journal: bool
    """Whether the journal's private key lies here."""

    @property
    def safe(self) -> bytes:
        """The treasury's address."""
        return self.state.safe


class Duty(NamedTuple):
    """One row of the table: a duty, who holds it, and the rule (a key of the catalogue, with facts)."""

    name: str
    holders: tuple[bytes, ...]
    reason: str
    facts: Mapping[str, object]


def duties(facts: Facts) -> tuple[Duty, ...]:
    """List every duty in the order of a proposal's life."""
    settings, state = facts.settings, facts.state
    quorum = {"quorum": spell_votes(settings.quorum.minimum)}
    if facts.supply is not None:
        quorum["supply"] = spell_votes(facts.supply)
    reviews = {"required": settings.reviewers.required, "count": len(settings.reviewers.addresses)}
    signing = {"threshold": state.threshold, "count": len(state.owners)}
    held = sorted(facts.powers.items(), key=lambda held: (-held[1], held[0]))
    voters = tuple(who for who, power in held if power)
    return (
        Duty("propose", settings.proposers, "listed" if settings.proposers else "holders", {}),
        Duty("vote", voters, _how_they_vote(facts, voters), quorum),
        Duty("review", settings.reviewers.addresses, "" if settings.reviewers.addresses else "nobody", reviews),
        Duty("sign", state.owners, "", signing),
        _vetoes(facts, signing),
        *_resolves(facts),
        *_grants(facts),
        Duty("journal", (), "here" if facts.writes_journal else "elsewhere", {"key": settings.journal.key.hex()}),
        Duty("send", (), "", {}),
    )


def _vetoes(facts: Facts, signing: Mapping[str, object]) -> Duty:
    """The guardian stands first, if there is one."""
    guardian, owners = facts.settings.guardian, facts.state.owners
    if guardian is None:
        return Duty("veto", owners, "", signing)
    return Duty("veto", tuple(dict.fromkeys((guardian, *owners))), "guardian", signing)


def _resolves(facts: Facts) -> Iterator[Duty]:
    """The panel, if there is one."""
    disputes = facts.settings.disputes
    if disputes.panel:
        yield Duty("resolve", disputes.panel, "", {"required": disputes.required, "count": len(disputes.panel)})


def _grants(facts: Facts) -> Iterator[Duty]:
    """The committee of each fund that has one."""
    for fund in facts.settings.funds:
        if fund.committee is not None:
            members, required = fund.committee.members, fund.committee.required
            yield Duty("grant", members, "", {"required": required, "count": len(members), "fund": fund.name})


def _how_they_vote(facts: Facts, voters: Sequence[bytes]) -> str:
    if not facts.settings.strategies:
        return "unknown"
    if facts.supply is None:
        return "unlimited"
    return "" if voters else "strangers"


def findings(facts: Facts) -> list[Finding]:
    """List what should be apart and is not, and what could never work; nothing that is as it should be."""
    return [finding for look in _LOOKS for finding in look(facts)]


def _warning(code: str, reason: str, place: str, **facts: object) -> Finding:
    return Finding(code=code, level="warning", reason=reason, place=place, facts=facts)


def _threshold(facts: Facts) -> Iterator[Finding]:
    """One key that pays, or one lost key that locks everything."""
    state = facts.state
    told = {"threshold": state.threshold, "owners": len(state.owners)}
    if state.threshold == 1:
        yield _warning("W_SAFE_THRESHOLD", "one", "sign", **told)
    elif state.threshold == len(state.owners):
        yield _warning("W_SAFE_THRESHOLD", "all", "sign", **told)


def _contract_owners(facts: Facts) -> Iterator[Finding]:
    """An owner that is a contract agrees to payouts, not to settings, for which too few people may be left."""
    others = [owner for owner in facts.state.owners if owner in facts.contracts]
    people = len(facts.state.owners) - len(others)
    for owner in others:
        yield _warning("W_SAFE_OWNER", "contract", "sign", owner=owner)
    if people < facts.state.threshold:
        told = {"people": people, "threshold": facts.state.threshold}
        yield Finding(code="E_SAFE_CONFIG", reason="no_people", place="sign", facts=told)


def _reviewers(facts: Facts) -> Iterator[Finding]:
    """Whoever pays or asks should not also say that the work is done."""
    reviewers = facts.settings.reviewers.addresses
    for reviewer in reviewers:
        if reviewer in facts.state.owners:
            yield _warning("W_DUTIES", "owner_reviewer", "review", who=reviewer)
        if facts.settings.proposers == (reviewer,):
            yield _warning("W_DUTIES", "proposer_reviewer", "review", who=reviewer)
        if reviewer == facts.safe:
            yield _warning("W_DUTIES", "safe_reviewer", "review", who=reviewer)
    if not reviewers:
        yield Finding(code="W_DUTIES", level="info", reason="no_reviewer", place="review")


def _writer(facts: Facts) -> Iterator[Finding]:
    """Whoever writes the journal could leave votes out; with enough owners' keys beside it, also pay."""
    if not facts.writes_journal:
        return
    owners = [owner for owner in facts.state.owners if owner in facts.keys_here]
    told = {"owners": len(owners), "threshold": facts.state.threshold}
    if len(owners) >= facts.state.threshold:
        yield _warning("W_DUTIES", "writer_pays", "journal", **told)
    elif owners:
        yield _warning("W_DUTIES", "writer_owner", "journal", **told)


def _proposers(facts: Facts) -> Iterator[Finding]:
    """Whoever pays should not be the only ones who ask, nor one person alone."""
    proposers = set(facts.settings.proposers)
    if len(proposers) == 1:
        yield _warning("W_DUTIES", "one_proposer", "propose", who=facts.settings.proposers[0])
    if proposers and proposers <= set(facts.state.owners):
        yield _warning("W_DUTIES", "owners_propose", "propose")


def _power(facts: Facts) -> Iterator[Finding]:
    """Votes in one hand, votes that nobody can cast, and power that nobody can prove."""
    quorum = facts.settings.quorum.minimum
    held_by_safe = facts.powers.get(facts.safe, 0)
    if facts.supply is None:
        yield _warning("W_SUPPLY_UNKNOWN", "", "vote", quorum=spell_votes(quorum))
    elif quorum > facts.supply:
        told = {"quorum": spell_votes(quorum), "supply": spell_votes(facts.supply)}
        yield Finding(code="E_RULE_UNSAFE", reason="quorum_supply", place="quorum.minimum", facts=told)
    elif quorum > facts.supply - held_by_safe:
        told = {"quorum": spell_votes(quorum), "left": spell_votes(facts.supply - held_by_safe)}
        yield Finding(code="E_RULE_UNSAFE", reason="quorum_out_of_reach", place="quorum.minimum", facts=told)
    for who, power in sorted(facts.powers.items(), key=lambda held: (-held[1], held[0])):
        if who != facts.safe and power and power >= quorum:
            reason = "contract" if who in facts.contracts else "one_holder"
            held, needed = spell_votes(power), spell_votes(quorum)
            yield _warning("W_POWER_CONCENTRATED", reason, "vote", who=who, power=held, quorum=needed)
    for contract, power in sorted(facts.inside.items()):
        if power:
            yield _warning("W_DOUBLE", "", "vote", contract=contract, power=spell_votes(power))
    for strategy in facts.settings.strategies:
        if strategy.proof is None:
            yield _warning("W_POWER_UNPROVED", "", "vote", strategy=strategy.name)


def _times(facts: Facts) -> Iterator[Finding]:
    """Times that are allowed and leave nobody time."""
    settings = facts.settings
    for field, seconds, least in (
        ("voting.period", settings.voting.period, 86_400),
        ("timelock", settings.timelock, 86_400),
        ("notice", settings.notice, 86_400),
    ):
        if seconds < least:
            yield _warning("W_RULE_SHORT", "", field, seconds=seconds, least=least)


_LOOKS: Sequence[Callable[[Facts], Iterator[Finding]]] = (
    _threshold, _contract_owners, _reviewers, _writer, _proposers, _power, _times,
)  # fmt: skip
