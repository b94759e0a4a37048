"""Rules IIP-F01 to F13: what is asked, who gets it, when, and who looks at the result."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chain import address, amount
from chain.amount import AmountError
from chain.errors import CodedError
from chain.finding import Finding
from proposals import lint_books, lint_calls, times
from proposals.compile import CompileError, check_look_alikes, difference, row_call, token_addresses
from proposals.lint_rules import Rule, Sight, decided_by_reader
from proposals.parts import MAX_CALLS, MAX_PARTS, Call
from proposals.payment import totals
from proposals.problems import finding_of, problem
from proposals.tables import BUDGET, MILESTONES, BudgetRow

ETHER_DECIMALS = 18
"""The one asset whose decimals are known without a fund."""
SETTINGS = "settings"
"""What a Reviewer cell says when the reviewers are those that the space's settings name."""

_RESERVE = ("contingency", "預備金", "预备金")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


def requested_fits_the_asset(sight: Sight) -> Iterator[Finding]:
    """F01: no more decimals than the asset has; the reader refuses other spellings."""
    asks = sight.reading.values.get("requested", ())
    assert isinstance(asks, tuple), "the reader makes a tuple of asks"
    for spelled, symbol in asks:
        decimals = _decimals(sight, symbol)
        if decimals is not None and (error := _misfit(spelled, decimals)):
            yield problem("IIP-F01", error.reason, sight.line_of("requested"), "requested", **error.facts)


def payees_are_safe(sight: Sight) -> Iterator[Finding]:
    """F03, for whom the reader lets pass: the Safe itself, the token's own contract, an address of another chain.

    Also tells unknown assets and amounts with too many decimals, under their own codes.
    """
    for row in sight.reading.budget:
        place = f"part {row.part}"
        if sight.assets is None or sight.chain_id is None:
            for spelled, symbol in row.asks:
                decimals = _decimals(sight, symbol)
                if decimals is not None and (error := _misfit(spelled, decimals)):
                    yield finding_of(error, line=row.line, place=place)
            continue
        try:
            row_call(row, chain_id=sight.chain_id, safe=sight.safe, assets=sight.assets)
        except CodedError as refused:
            yield finding_of(refused, line=row.line, place=place)


def payees_are_not_look_alikes(sight: Sight) -> Iterator[Finding]:
    """A payee that only resembles another, the Safe, a token or one paid before (`E_RECIPIENT_LOOKALIKE`)."""
    known = (*((sight.safe,) if sight.safe else ()), *token_addresses(sight.assets or {}), *(sight.paid or ()))
    try:
        check_look_alikes(sight.reading.budget, known)
    except CompileError as refused:
        line = refused.facts["line"]
        assert isinstance(line, int), "the row's line"
        yield finding_of(refused, line=line, place=str(refused.facts["place"]))


def lists_are_short(sight: Sight) -> Iterator[Finding]:
    """No more parts than a block may hold, and calls than a part may (`E_LIMIT`)."""
    calls: dict[int, int] = {}
    for row in sight.reading.budget:
        calls[row.part] = calls.get(row.part, 0) + 1
        if row.part == MAX_PARTS + 1 and calls[row.part] == 1:
            yield problem("E_LIMIT", "parts", row.line, BUDGET, limit=MAX_PARTS, found=len(sight.reading.budget))
        if calls[row.part] == MAX_CALLS + 1:
            yield problem("E_LIMIT", "calls", row.line, BUDGET, part=row.part, limit=MAX_CALLS, found=calls[row.part])


def payments_are_not_repeated(sight: Sight) -> Iterator[Finding]:
    """F04: one payee, one asset and the same conditions, twice."""
    first: dict[tuple[object, ...], BudgetRow] = {}
    for row in sight.reading.budget:
        if row.payment is None:
            continue
        key = (row.payment.to, row.payment.symbol, row.release, row.not_before, row.not_after)
        other = first.setdefault(key, row)
        if other is not row:
            payee = address.checksum(row.payment.to)
            facts = {"payee": payee, "asset": row.payment.symbol, "first": other.line}
            yield problem("IIP-F04", "", row.line, f"part {row.part}", **facts)


def term_is_a_year(sight: Sight) -> Iterator[Finding]:
    """F06: it starts within 3 months of its creation and ends within 12 months of its start.

    The start is the earliest `Not before`, or the creation if something may be paid at once; the end is the latest
    `Not after` and due date.
    """
    created, budget = sight.reading.values.get("created"), sight.reading.budget
    if not isinstance(created, int) or not budget:
        return
    first = min(budget, key=lambda row: row.not_before)
    start = max(created, first.not_before)
    latest_start = times.add_months(created, 3)
    if start > latest_start:
        facts = {"start": times.spell_day(start), "latest": times.spell_day(latest_start)}
        yield problem("IIP-F06", "start", first.line, f"part {first.part}", **facts)
    latest_end = times.add_months(start, 12)
    ends = [(row.line, f"part {row.part}", row.not_after) for row in budget]
    ends += [(line, f"part {row.part}", row.not_before) for line, row in {row.line: row for row in budget}.items()]
    ends += [(each.line, f"milestone {each.id}", each.due or 0) for each in sight.reading.milestones]
    for line, place, end in ends:
        if end > latest_end:
            facts = {"end": times.spell_day(end), "latest": times.spell_day(latest_end)}
            yield problem("IIP-F06", "end", line, place, **facts)


def milestones_are_described(sight: Sight) -> Iterator[Finding]:
    """F07: contingency is at most a tenth per asset, and every milestone says what, when, how shown and to whom."""
    budget = sight.reading.budget
    reserve = [row for row in budget if any(word in row.purpose.casefold() for word in _RESERVE)]
    total = totals(ask for row in budget for ask in row.asks)
    for symbol, spelled in totals(ask for row in reserve for ask in row.asks).items():
        tenfold = totals([(spelled, symbol)] * 10)[symbol]
        if _units(tenfold) > _units(total[symbol]):
            line = next(row.line for row in reserve if symbol in [name for _, name in row.asks])
            yield problem("IIP-F07", "contingency", line, BUDGET, asset=symbol, found=spelled, total=total[symbol])
    unread = {finding.line for finding in sight.reading.findings}
    for each in sight.reading.milestones:
        if each.line in unread:
            continue
        cells = (
            ("Deliverable", each.deliverable), ("Due", each.due), ("Evidence", each.evidence),
            ("Reviewer", each.reviewers),
        )  # fmt: skip
        for column, value in cells:
            if not value:
                yield problem(
                    "IIP-F07", "milestone", each.line, f"milestone {each.id}", milestone=each.id, column=column
                )


def reviewers_are_others(sight: Sight) -> Iterator[Finding]:
    """F08: at least two reviewers over all milestones, none of them a payee."""
    milestones = sight.reading.milestones
    if not milestones:
        return
    names = {name for each in milestones for name in each.reviewers}
    if len(names) < 2 and SETTINGS not in names:
        yield problem("IIP-F08", "few", milestones[0].line, MILESTONES, found=len(names), least=2)
    payees = {row.action.to for row in sight.reading.budget}
    for each in milestones:
        for name in each.reviewers:
            match = _ADDRESS.search(name)
            if match and bytes.fromhex(match.group()[2:]) in payees:
                yield problem("IIP-F08", "payee", each.line, f"milestone {each.id}", reviewer=name, milestone=each.id)


def unwinding_is_told(sight: Sight) -> Iterator[Finding]:
    """F09: who is paid in steps says what happens to money that is not spent."""
    released = next((row for row in sight.reading.budget if row.release), None)
    if released and not any(section.title == "Unwinding" and section.text for section in sight.reading.sections):
        yield problem("IIP-F09", "", released.line, f"part {released.part}", release=released.release)


def parts_pay_the_budget(sight: Sight) -> Iterator[Finding]:
    """F10: the given parts make exactly the calls of the Budget table."""
    assert sight.parts is not None, "the rule needs parts"
    assert sight.assets is not None, "the rule needs assets"
    assert sight.chain_id is not None, "the rule needs a chain"
    expected: list[tuple[int, Call, int]] = []
    for row in sight.reading.budget:
        try:
            call = row_call(row, chain_id=sight.chain_id, safe=sight.safe, assets=sight.assets)
        except CodedError:
            return  # told by F03 and its neighbours; nothing to compare with
        expected.append((row.part, call, row.line))
    given = [(number, call) for number, part in enumerate(sight.parts, 1) for call in part.calls]
    for index, (number, call, line) in enumerate(expected):
        place = f"part {number}"
        if index >= len(given) or given[index][0] != number:
            yield problem("IIP-F10", "row", line, place, part=number)
            return
        if given[index][1] != call:
            position = 1 + index - next(at for at, row in enumerate(expected) if row[0] == number)
            where = {"part": number, "call": position}
            told = difference(where, call, given[index][1], sight.assets, sight.chain_id)
            yield problem("IIP-F10", told.reason, line, place, **told.facts)
            return
    if len(given) > len(expected):
        number = given[len(expected)][0]
        yield problem("IIP-F10", "more", len(sight.reading.lines), f"part {number}", part=number)


def _decimals(sight: Sight, symbol: str) -> int | None:
    if sight.assets is not None:
        return sight.assets[symbol].decimals if symbol in sight.assets else None
    return ETHER_DECIMALS if symbol == "ETH" else None


def _misfit(spelled: str, decimals: int) -> AmountError | None:
    try:
        amount.parse(spelled, decimals)
    except AmountError as error:
        return error
    return None


def _units(spelled: str) -> int:
    """An amount in the smallest unit that any asset could have, to compare two."""
    whole, _, fraction = spelled.partition(".")
    return int(whole + fraction.ljust(amount.MAX_DECIMALS, "0"))


RULES = (
    Rule("IIP-F01", requested_fits_the_asset),
    Rule("IIP-F02", decided_by_reader),
    Rule("IIP-F03", payees_are_safe),
    Rule("IIP-F04", payments_are_not_repeated, "warning"),
    lint_books.COVER,
    Rule("IIP-F06", term_is_a_year),
    Rule("IIP-F07", milestones_are_described, "warning"),
    Rule("IIP-F08", reviewers_are_others),
    Rule("IIP-F09", unwinding_is_told),
    Rule("IIP-F10", parts_pay_the_budget, needs=("parts", "assets", "chain_id")),
    lint_calls.PRIVILEGES,
    lint_books.SWAPS,
    lint_books.GROWTH,
)
