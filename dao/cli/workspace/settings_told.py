"""How settings, duties, findings and the steps to a founded space are told: rows for people, members for JSON.

Decides which settings a person is shown, and in which words of the catalogue; never whether they are good.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from chain import amount
from chain.address import checksum
from chain.amount import spell
from chain.finding import Finding
from chain.json_text import canonical
from dao.cli import text
from dao.cli.wide import ljust, width
from dao.sentences import escape, language, sentence
from dao.views.duties import Duty
from governance.settings import Committee, FundSettings, GroupSettings, Quorum, Settings, StrategySettings, Threshold
from governance.settings_changes import Change
from governance.settings_draft import spell_votes
from proposals.durations import spell_duration

MAIN = (
    "space", "prefix", "safes", "funds", "strategies", "proposers", "quorum.minimum", "threshold", "voting.delay",
    "voting.period", "timelock", "grace", "notice", "reviewers", "journal",
)  # fmt: skip
"""The settings that whoever makes a workspace is shown, by their place in a draft."""
SHOWN = (*MAIN, "choices", "voting.max_snapshot_age", "chains", "limits", "admission")
"""All that owners sign; what this release does not act upon is refused, so it cannot hide."""


class Row(NamedTuple):
    """One setting as people read it."""

    path: str
    """Where it stands in a draft."""
    value: str


class Step(NamedTuple):
    """What has to be done next: a key of the catalogue, its facts, and the command if there is one."""

    reason: str
    facts: Mapping[str, object]
    command: str = ""


def setting_rows(settings: Settings, names: Mapping[bytes, str]) -> list[Row]:
    """All settings as people read them, in the order of `SHOWN`; periods stand last, where there are any."""
    people, voting = settings.reviewers, settings.voting
    values = (
        settings.space,
        settings.prefix,
        "; ".join(f"{checksum(safe.address)} ({safe.version}, eip155:{safe.chain_id})" for safe in settings.safes),
        "; ".join(map(_fund, settings.funds)),
        "; ".join(map(_strategy, settings.strategies)),
        _people(settings.proposers, names) or _told("SETTING", "anybody"),
        _quorum(settings.quorum),
        _threshold(settings.threshold),
        *map(spell_duration, (voting.delay, voting.period, settings.timelock, settings.grace, settings.notice)),
        _reviewers(people.addresses, people.required, names),
        settings.journal.key.hex(),
        ", ".join(settings.choices),
        spell_duration(voting.max_snapshot_age),
        "; ".join(_told("SETTING", "depth", chain._asdict()) for chain in settings.chains),
        _limits(settings),
        settings.admission,
    )
    rows = [Row(path, value) for path, value in zip(SHOWN, values, strict=True)]
    if settings.housekeeping:
        classes = (_told("SETTING", f"class_{name}") for name in settings.housekeeping)
        rows.append(Row("housekeeping", "; ".join(classes)))
    if settings.groups:
        rows.append(Row("groups", "; ".join(_group(group, settings, names) for group in settings.groups)))
    periods = [
        Row(f"periods.{name}", spell_duration(seconds))
        for name, seconds in settings.periods._asdict().items()
        if seconds
    ]
    return [*rows, *periods]


def setting_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Lay the settings out, each under its name for people."""
    yield from text.rows([(_told("SETTING", row.path), escape(row.value)) for row in rows])


def change_lines(changes: Sequence[Change]) -> Iterator[str]:
    """Say each difference in one sentence."""
    for change in changes:
        yield from text.wrapped(change_message(change), "  ", "    ")


def change_message(change: Change) -> str:
    """Say one difference."""
    return sentence("CHANGE", change.reason, change._asdict(), language())


def change_documents(changes: Sequence[Change]) -> list[dict[str, object]]:
    """The differences as JSON."""
    return [{**change._asdict(), "message": change_message(change)} for change in changes]


def duty_lines(duties: Sequence[Duty], names: Mapping[bytes, str]) -> Iterator[str]:
    """The table of duties: what, by which rule, and who."""
    table = [(_told("DUTY", duty.name), duty_rule(duty), _people(duty.holders, names)) for duty in duties]
    start = max(width(name) for name, _, _ in table) + 4
    for name, rule, holders in table:
        head, *more = text.wrapped(rule, " " * start)
        yield ljust(f"  {name}", start) + head[start:]
        yield from more
        if holders:
            yield from text.wrapped(holders, " " * start)


def duty_rule(duty: Duty) -> str:
    """Say by which rule a duty is held."""
    return sentence("DUTY_RULE", f"{duty.name}_{duty.reason}".rstrip("_"), duty.facts, language())


def duty_documents(duties: Sequence[Duty], names: Mapping[bytes, str]) -> list[dict[str, object]]:
    """The table of duties as JSON."""
    return [
        {
            "duty": duty.name,
            "rule": duty_rule(duty),
            "holders": [{"address": checksum(who), "name": names.get(who)} for who in duty.holders],
        }
        for duty in duties
    ]


def finding_lines(found: Sequence[Finding], names: Mapping[bytes, str]) -> Iterator[str]:
    """Each finding with its level, its code and its sentence."""
    for finding in found:
        yield from text.told(with_names(finding, names), "  ")


def finding_documents(found: Sequence[Finding], names: Mapping[bytes, str]) -> list[dict[str, object]]:
    """The findings as JSON."""
    return [
        {
            "code": finding.code,
            "level": finding.level,
            "place": finding.place or None,
            "message": text.message(with_names(finding, names)),
            "fix": text.fix(with_names(finding, names)),
        }
        for finding in found
    ]


def with_names(finding: Finding, names: Mapping[bytes, str]) -> Finding:
    """Tell people by their names where they are known."""
    told = {key: _person(fact, names) if key in {"who", "owner"} else fact for key, fact in finding.facts.items()}
    return Finding(
        code=finding.code,
        level=finding.level,
        reason=finding.reason,
        place=finding.place,
        line=finding.line,
        facts=told,
    )


def step_lines(steps: Sequence[Step]) -> Iterator[str]:
    """The steps in their order, each with its command on a line of its own, to be copied."""
    for number, step in enumerate(steps, 1):
        yield from text.wrapped(f"{number}. {_told('NEEDED', step.reason, step.facts)}", "  ", "     ")
        if step.command:
            yield f"     {step.command}"


def step_documents(steps: Sequence[Step]) -> list[dict[str, object]]:
    """The steps as JSON."""
    return [{"what": _told("NEEDED", step.reason, step.facts), "command": step.command or None} for step in steps]


def heading(reason: str, **facts: object) -> str:
    """A heading of the catalogue, in bold where there is a terminal."""
    return text.paint(_told("SETTINGS", reason, facts), "bold")


def _told(code: str, reason: str, facts: Mapping[str, object] | None = None) -> str:
    return sentence(code, reason, facts or {}, language())


def _fund(fund: FundSettings) -> str:
    """Whole, however long it is: whoever signs must see every asset."""
    tokens = [(asset.symbol, "" if asset.address is None else f" {checksum(asset.address)}") for asset in fund.assets]
    told = f"{fund.name} ({checksum(fund.safe)}): {', '.join(symbol + address for symbol, address in tokens)}"
    sources = ", ".join(checksum(source.address) for source in fund.sources)
    told = f"{told}; {_told('SETTING', 'income_from')} {sources}" if sources else told
    told = "; ".join([told, *_mandate(fund)])
    return told if fund.committee is None else f"{told}; {_committee(fund, fund.committee)}"


def _mandate(fund: FundSettings) -> Iterator[str]:
    """What the fund may never do, whole."""
    decimals = {asset.symbol: asset.decimals for asset in fund.assets}
    if fund.mandate.excluded:
        yield _told("SETTING", "excluded", {"addresses": [checksum(each) for each in fund.mandate.excluded]})
    if fund.mandate.largest_share is not None:
        numerator, denominator = fund.mandate.largest_share
        yield _told("SETTING", "largest_share", {"share": f"{numerator}/{denominator}"})
    for symbol, most, seconds in fund.mandate.limits:
        facts = {"amount": spell(most, decimals[symbol]), "symbol": symbol, "span": spell_duration(seconds)}
        yield _told("SETTING", "outflow", facts)
    for each in fund.mandate.liquidity:
        share, symbols = f"{each.numerator}/{each.denominator}", ", ".join(each.symbols)
        yield _told("SETTING", "liquidity", {"name": each.name, "symbols": symbols, "share": share})


def _committee(fund: FundSettings, committee: Committee) -> str:
    """Whoever signs must see every member and every limit."""
    told = _told("SETTING", "committee", {"required": committee.required, "members": len(committee.members)})
    decimals = {asset.symbol: asset.decimals for asset in fund.assets}
    limits = [
        _told("SETTING", "committee_limit", {
            "symbol": limit.symbol,
            "grant": spell(limit.grant, decimals[limit.symbol]),
            "year": spell(limit.year, decimals[limit.symbol]),
        })
        for limit in committee.limits
    ]  # fmt: skip
    members = ", ".join(map(checksum, committee.members))
    return f"{told} ({members}); {'; '.join(limits)}; “{committee.mandate}”"


def _group(group: GroupSettings, settings: Settings, names: Mapping[bytes, str]) -> str:
    """Whoever signs must see who asks, who confirms, and what may be drawn."""
    who = {"members": _people(group.members, names), "confirmers": _people(group.confirmers, names)}
    told = [_told("SETTING", "group", {"name": group.name, "fund": group.fund, **who})]
    fund = settings.fund(group.fund)
    assets = {} if fund is None else {asset.address: asset for asset in fund.assets}
    for line in group.credit:
        asset = assets[line.address]
        facts = {"amount": spell(line.limit, asset.decimals), "symbol": asset.symbol}
        told.append(_told("SETTING", "group_credit", facts))
    return ", ".join(told)


def _strategy(strategy: StrategySettings) -> str:
    """Whole, for whoever signs a strategy signs all its parameters."""
    params, fate = strategy.params, "trusted" if strategy.proof is None else "proved"
    if strategy.name == "erc20-balance-of":
        return _told("SETTING", f"token_{fate}", {"symbol": params.get("symbol"), "token": params.get("address")})
    return _told("SETTING", f"power_{fate}", {"strategy": strategy.name, "params": canonical(dict(params))})


def _limits(settings: Settings) -> str:
    """All of them: whoever signs must see what may leave the Safe in a day."""
    told = [_told("SETTING", "limits_of", {"body": settings.limits.body, "parts": settings.limits.parts})]
    decimals = {(fund.name, asset.symbol): asset.decimals for fund in settings.funds for asset in fund.assets}
    for limit in settings.limits.spending:
        for reason, units in (("per_day", limit.per_day), ("per_payee", limit.per_payee)):
            if units is not None:
                spelled = amount.spell(units, decimals[limit.fund, limit.symbol])
                told.append(_told("SETTING", reason, {"fund": limit.fund, "symbol": limit.symbol, "amount": spelled}))
    return "; ".join(told)


def _quorum(quorum: Quorum) -> str:
    votes = spell_votes(quorum.minimum)
    parts = [votes if quorum.kind == "all_choices" else _told("SETTING", f"quorum_{quorum.kind}", {"votes": votes})]
    if quorum.of_supply is not None:
        parts.append(_told("SETTING", "quorum_share", {"share": f"{quorum.of_supply[0]}/{quorum.of_supply[1]}"}))
    if quorum.voters:
        parts.append(_told("SETTING", "quorum_voters", {"voters": quorum.voters}))
    return "; ".join(parts)


def _threshold(threshold: Threshold) -> str:
    share = f"{threshold.numerator}/{threshold.denominator}"
    return _told("SETTING", "reaches", {"share": share}) if threshold.at_least else share


def _reviewers(addresses: Sequence[bytes], required: int, names: Mapping[bytes, str]) -> str:
    if not addresses:
        return _told("SETTING", "nobody")
    return f"{_told('SETTING', 'of', {'required': required})} {_people(addresses, names)}"


def _people(addresses: Sequence[bytes], names: Mapping[bytes, str]) -> str:
    return ", ".join(_person(address, names) for address in addresses)


def _person(address: object, names: Mapping[bytes, str]) -> str:
    if not isinstance(address, bytes):
        return str(address)
    return names.get(address) or checksum(address)
