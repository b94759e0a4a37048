"""Settings as text: canonical JSON (RFC 8785) in, `Settings` out, and back.

Read strictly: another version or an unknown key is `E_VERSION`, a wrong form `E_SETTINGS`, text that is not its own
canonical form `E_CANONICAL`. Rules under which a vote could release money that nobody decided, or never release any,
are `E_RULE_UNSAFE`. Whether the settings are signed and in force is decided by `governance.space`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import cast, get_args

from chain.json_text import canonical, loads_canonical
from chain.networks import DEVNET_CHAIN_ID
from governance.errors import GovernanceError
from governance.fund_settings import FUND_KEYS, read_fund
from governance.group_settings import check_groups, read_groups
from governance.options import check_options
from governance.settings import (
    AccountProof,
    Admission,
    BalanceProof,
    ChainSettings,
    Disputes,
    Journal,
    Quorum,
    QuorumKind,
    Reviewers,
    SafeSettings,
    Settings,
    StrategySettings,
    Threshold,
    Voting,
)
from governance.settings_limits import read_limits
from governance.settings_periods import YEAR, read_periods, texts_can_reach_their_vote
from governance.strategies import BUILT_IN, Strategy, ticket, whitelist
from governance.strategies.inner import has_supply
from governance.strategies.strategy import UNIT
from governance.strict_map import SECONDS_MAX, StrictMap, expect_version, open_map

VERSION = 1
MAX_BYTES = 100_000

_KEYS = (
    "admission chains choices disputes funds grace guardian housekeeping journal limits notice prefix proposers quorum "
    "reviewers safes space strategies threshold timelock venue version voting"
)
_OPTIONAL = ("groups", "periods")
"""Keys that may be left out."""
_CHAIN_ID_MAX = 2**53 - 1
_NAME = r"[a-z0-9][a-z0-9_-]{0,31}"
_LINE = r"[^\x00-\x1f\x7f]{1,256}"
_SPACE = r"[^\s]{1,256}"
_FIRST_SAFE_VERSION = (1, 3, 0)

_ROLES = MappingProxyType({
    "for": 1, "yes": 1, "yea": 1, "yae": 1, "against": 2, "no": 2, "nay": 2, "abstain": 3,
})  # fmt: skip


class SettingsError(GovernanceError):
    """Settings that have another form, are not in force, or would be unsafe."""


def parse_settings(text: str) -> Settings:
    """Read the canonical JSON text of settings; raise `SettingsError` (or its code's own error) for anything else."""
    values = loads_canonical(text, max_bytes=MAX_BYTES)
    there = [key for key in _OPTIONAL if isinstance(values, Mapping) and key in values]
    opened = open_map(values, " ".join([_KEYS, *there]), code="E_SETTINGS")
    expect_version(opened, "version", VERSION)
    settings = _read(opened, text)
    for rule in _RULES:
        rule(settings)
    return settings


def write_settings(values: Mapping[str, object]) -> str:
    """Spell `values` as canonical JSON, and make sure that `parse_settings` takes it."""
    text = canonical(values)
    parse_settings(text)
    return text


def _read(opened: StrictMap, text: str) -> Settings:
    reviewers = opened.open("reviewers", "addresses required")
    disputes = opened.open("disputes", "panel required seconds")
    journal = opened.open("journal", "key origin")
    funds = tuple(read_fund(item) for item in opened.open_each_with("funds", FUND_KEYS, "mandate committee"))
    voting = opened.open("voting", "delay max_snapshot_age period")
    return Settings(
        text=text,
        space=opened.text("space", _SPACE),
        prefix=opened.text("prefix", r"[A-Z][A-Z0-9]{0,15}"),
        venue="journal" if opened.one_of("venue", ("journal", "snapshot")) == "journal" else "snapshot",
        admission=cast("Admission", opened.one_of("admission", ("strict", "snapshot"))),
        journal=Journal(
            key=bytes.fromhex(journal.text("key", r"[0-9a-f]{64}")),
            origin=journal.text("origin", r"[a-z0-9.-]{1,200}/[^\s+\x00-\x1f\x7f]{1,200}"),
        ),
        chains=tuple(_chain(item) for item in opened.open_each("chains", "chain_id finality_depth")),
        safes=tuple(_safe(item) for item in opened.open_each("safes", "address chain_id version")),
        funds=funds,
        proposers=opened.address_list("proposers"),
        choices=opened.text_list("choices", _LINE),
        strategies=tuple(_strategy(s) for s in opened.open_each("strategies", "chain_id name params proof version")),
        quorum=_quorum(opened.open_with("quorum", "kind minimum", "of_supply voters")),
        threshold=_threshold(opened.open_with("threshold", "denominator numerator", "kind")),
        voting=Voting(
            delay=voting.integer("delay", 0, SECONDS_MAX),
            period=voting.integer("period", 0, SECONDS_MAX),
            max_snapshot_age=voting.integer("max_snapshot_age", 0, SECONDS_MAX),
        ),
        timelock=opened.integer("timelock", 0, SECONDS_MAX),
        grace=opened.integer("grace", 0, SECONDS_MAX),
        notice=opened.integer("notice", 0, SECONDS_MAX),
        guardian=opened.optional_address("guardian"),
        reviewers=Reviewers(reviewers.address_list("addresses"), reviewers.integer("required", 0, 1000)),
        disputes=Disputes(
            disputes.address_list("panel"),
            disputes.integer("required", 0, 1000),
            disputes.integer("seconds", 0, SECONDS_MAX),
        ),
        housekeeping=opened.text_list("housekeeping", _NAME),
        limits=read_limits(opened, funds),
        periods=read_periods(opened),
        groups=read_groups(opened),
    )


def _quorum(opened: StrictMap) -> Quorum:
    """A key that may be left out is refused where it says what its absence says."""
    share = opened.open("of_supply", "denominator numerator") if "of_supply" in opened.values else None
    return Quorum(
        kind=cast("QuorumKind", opened.one_of("kind", get_args(QuorumKind))),
        minimum=opened.amount("minimum"),
        of_supply=None
        if share is None
        else (share.integer("numerator", 1, 10**18), share.integer("denominator", 1, 10**18)),
        voters=opened.integer("voters", 1, 1_000_000) if "voters" in opened.values else 0,
    )


def _threshold(opened: StrictMap) -> Threshold:
    return Threshold(
        numerator=opened.integer("numerator", 0, 10**18),
        denominator=opened.integer("denominator", 1, 10**18),
        at_least="kind" in opened.values and opened.one_of("kind", ("at_least",)) == "at_least",
    )


def _chain(opened: StrictMap) -> ChainSettings:
    return ChainSettings(opened.integer("chain_id", 1, _CHAIN_ID_MAX), opened.integer("finality_depth", 0, 1_000_000))


def _safe(opened: StrictMap) -> SafeSettings:
    return SafeSettings(
        opened.integer("chain_id", 1, _CHAIN_ID_MAX),
        opened.address("address"),
        opened.text("version", r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}"),
    )


def _strategy(opened: StrictMap) -> StrategySettings:
    params = opened.values["params"]
    if not isinstance(params, Mapping):
        opened.refuse("params", "a map")
    return StrategySettings(
        chain_id=opened.integer("chain_id", 1, _CHAIN_ID_MAX),
        name=opened.text("name", r"[a-z0-9][a-z0-9-]{0,63}"),
        version=opened.integer("version", 1, 1_000_000),
        params=params,
        proof=_proof(opened),
    )


def _proof(strategy: StrictMap) -> BalanceProof | AccountProof | None:
    value = strategy.values["proof"]
    if value is None:
        return None
    if isinstance(value, Mapping) and value.get("layout") == "account":
        strategy.open("proof", "layout")
        return AccountProof()
    opened = strategy.open("proof", "code_hash layout slot")
    layout = opened.one_of("layout", ("solidity", "vyper"))
    return BalanceProof(
        opened.hash32("code_hash"), "solidity" if layout == "solidity" else "vyper", opened.amount("slot")
    )


def _unsafe(reason: str, **facts: object) -> SettingsError:
    return SettingsError("E_RULE_UNSAFE", reason, **facts)


def _quorum_is_not_zero(settings: Settings) -> None:
    if settings.quorum.minimum == 0:
        raise _unsafe("quorum")


def _quorum_can_be_reached(settings: Settings) -> None:
    """A share is at most the whole of a supply that somebody can say; a committee is no smaller than its quorum."""
    rows = [(row, s.params) for s in settings.strategies if (row := BUILT_IN.get((s.name, s.version)))]
    if settings.quorum.of_supply is not None:
        numerator, denominator = settings.quorum.of_supply
        if numerator > denominator:
            raise _unsafe("quorum_share", numerator=numerator, denominator=denominator)
        for row, params in rows:
            if not has_supply(row, params):
                raise _unsafe("no_supply", strategy=row.name)
    named = [params.get("addresses") for row, params in rows if row.name == whitelist.NAME]
    members = [len(names) for names in named if isinstance(names, list | tuple)]
    if len(members) == len(settings.strategies) and settings.quorum.minimum > sum(members) * UNIT:
        raise _unsafe("committee_quorum", members=sum(members))


def _threshold_is_a_majority(settings: Settings) -> None:
    """Below half, a minority pays; at all of it, `for * d > n * (for + against)` can never be true. What only has to be
    reached must be above half, for a tie never releases, and may be all.
    """
    numerator, denominator, at_least = settings.threshold
    is_safe = denominator < numerator * 2 <= denominator * 2 if at_least else denominator <= numerator * 2
    if not is_safe or (numerator >= denominator and not at_least):
        raise _unsafe("threshold", numerator=numerator, denominator=denominator)


def _period_can_be_voted_in(settings: Settings) -> None:
    if not 60 <= settings.voting.period <= YEAR:
        raise _unsafe("period", seconds=settings.voting.period, low=60, high=YEAR)
    for name, seconds in (
        ("delay", settings.voting.delay),
        ("notice", settings.notice),
        ("timelock", settings.timelock),
    ):
        if seconds > YEAR:
            raise _unsafe("seconds", setting=name, seconds=seconds, high=YEAR)
    if settings.housekeeping and settings.notice == 0:
        raise _unsafe("housekeeping_notice")
    if settings.grace == 0 or settings.grace > YEAR:
        raise _unsafe("grace", seconds=settings.grace, high=YEAR)
    if settings.voting.max_snapshot_age == 0 or settings.voting.max_snapshot_age > YEAR:
        raise _unsafe("snapshot_age", seconds=settings.voting.max_snapshot_age, high=YEAR)


def _choices_have_their_roles(settings: Settings) -> None:
    """Choice 1 releases whatever it is called, so a well-known word in another place is a trap (H46)."""
    if not 2 <= len(settings.choices) <= 3:
        raise _unsafe("choices", count=len(settings.choices))
    check_options(settings.choices)
    for place, choice in enumerate(settings.choices, 1):
        role = _ROLES.get(choice.strip().casefold(), place)
        if role != place:
            raise _unsafe("choice_role", choice=choice, place=place, role=role)


def _committees_can_decide(settings: Settings) -> None:
    funds = [(f"funds[{n}].committee", f.committee) for n, f in enumerate(settings.funds, 1) if f.committee]
    committees = (
        ("reviewers", settings.reviewers.addresses, settings.reviewers.required),
        ("disputes", settings.disputes.panel, settings.disputes.required),
        *((name, committee.members, committee.required) for name, committee in funds),
    )
    for name, members, required in committees:
        if required > len(members) or (members and required == 0):
            raise _unsafe("committee", committee=name, required=required, members=len(members))
    if settings.disputes.panel and not 0 < settings.disputes.seconds <= YEAR:
        raise _unsafe("seconds", setting="disputes.seconds", seconds=settings.disputes.seconds, high=YEAR)


def _chains_are_named(settings: Settings) -> None:
    known = [chain.chain_id for chain in settings.chains]
    used = [safe.chain_id for safe in settings.safes] + [fund.chain_id for fund in settings.funds]
    used += [strategy.chain_id for strategy in settings.strategies]
    if len(set(known)) != len(known):
        raise SettingsError("E_SETTINGS", "chain_twice")
    for chain_id in used:
        if chain_id not in known:
            raise SettingsError("E_SETTINGS", "chain_unknown", chain_id=chain_id)
    for chain in settings.chains:
        if chain.finality_depth == 0 and chain.chain_id != DEVNET_CHAIN_ID:
            raise _unsafe("finality", chain_id=chain.chain_id)


def _devnet_stays_apart(settings: Settings) -> None:
    """A devnet's keys are public: its spaces may name no other chain, and no other space may name it (H115)."""
    on_devnet = [chain.chain_id == DEVNET_CHAIN_ID for chain in settings.chains]
    if any(on_devnet) != settings.space.endswith(".devnet") or any(on_devnet) != all(on_devnet):
        raise SettingsError("E_DEVNET", "settings", space=settings.space, chain_id=DEVNET_CHAIN_ID)


def _safes_can_pay(settings: Settings) -> None:
    """Before Safe 1.3.0 a signature is good on every chain, because its domain holds no chain id (H82)."""
    if not settings.safes:
        raise SettingsError("E_SETTINGS", "no_safe")
    places = [(safe.chain_id, safe.address) for safe in settings.safes]
    if len(set(places)) != len(places):
        raise SettingsError("E_SETTINGS", "safe_twice")
    for safe in settings.safes:
        if tuple(int(number) for number in re.findall("[0-9]+", safe.version)) < _FIRST_SAFE_VERSION:
            raise SettingsError("E_REPLAY", "settings", version=safe.version)


def _funds_lie_in_safes(settings: Settings) -> None:
    names = [fund.name for fund in settings.funds]
    if len(set(names)) != len(names):
        raise SettingsError("E_SETTINGS", "fund_twice")
    places = {(safe.chain_id, safe.address) for safe in settings.safes}
    for fund in settings.funds:
        if (fund.chain_id, fund.safe) not in places:
            raise _unsafe("fund", fund=fund.name)
    held = [(fund.chain_id, fund.safe) for fund in settings.funds]
    if len(set(held)) != len(held):  # the same coin would be available twice
        raise _unsafe("fund_safe", safes=len(set(held)), funds=len(held))


def _power_has_a_source(settings: Settings) -> None:
    """H55: no token counts twice, and what nobody limits counts nowhere but on a devnet."""
    if not 1 <= len(settings.strategies) <= 10:
        raise _unsafe("strategies", count=len(settings.strategies))
    weighed = set()
    for strategy in settings.strategies:
        row = BUILT_IN.get((strategy.name, strategy.version))
        if row is None:  # another installation may have it; here its power could not be checked
            continue
        row.check_params(strategy.params)
        _proof_fits(strategy, row)
        if strategy.name == ticket.NAME and strategy.chain_id != DEVNET_CHAIN_ID:
            raise _unsafe("ticket")
        for token in sorted(row.counts(strategy.params)):
            if (strategy.chain_id, token) in weighed:
                raise SettingsError("E_DOUBLE_COUNT", "token", token=token, chain_id=strategy.chain_id)
            weighed.add((strategy.chain_id, token))


def _proof_fits(strategy: StrategySettings, row: Strategy) -> None:
    """A proof is of the kind that the strategy has, or there is none."""
    possible = AccountProof if row.proves_coin else BalanceProof if row.storage is not None else None
    if strategy.proof is not None and (possible is None or not isinstance(strategy.proof, possible)):
        raise SettingsError("E_STRATEGY", "proof", strategy=strategy.name)


_RULES: tuple[Callable[[Settings], None], ...] = (
    _quorum_is_not_zero,
    _threshold_is_a_majority,
    _period_can_be_voted_in,
    texts_can_reach_their_vote,
    _choices_have_their_roles,
    _committees_can_decide,
    _chains_are_named,
    _devnet_stays_apart,
    _safes_can_pay,
    _funds_lie_in_safes,
    check_groups,
    _power_has_a_source,
    _quorum_can_be_reached,
)
