"""Rule IIP-F11, and two without an id: what calls do that are no payments, at every depth.

Looks at the calls that the table writes, or at the parts that would be voted where they are known. What they carry for
others to make (batches, timelocks, governors, Safes) is unfolded, so that nothing privileged and nothing unknown hides.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chain.finding import Finding
from proposals.action import CallSentence
from proposals.decode import Functions, Placed, functions_named, unfold
from proposals.errors import ProposalsError
from proposals.lint_rules import Rule, Sight
from proposals.parts import Call
from proposals.privileged import privileged
from proposals.problems import finding_of, problem

_MAY = ("Parameter", "Protocol")


class _Asked(NamedTuple):
    """One call, and where the document asks for it."""

    part: int
    position: int
    line: int
    call: Call


def calls_are_not_privileged(sight: Sight) -> Iterator[Finding]:
    """F11: nothing touches signers, modules, code or ownership, unless the document is about parameters or protocol."""
    if sight.text_of("type") in _MAY:
        return
    for asked in _asked(sight):
        for placed in _unfolded(asked):
            power = privileged(placed.call.data)
            if power is not None:
                facts = {"part": asked.part, "call": placed.place, "function": power.signature, "kind": power.kind}
                yield problem("IIP-F11", "", asked.line, f"part {asked.part}", **facts)


def privileges_are_in_the_text(sight: Sight) -> Iterator[Finding]:
    """Where the type allows privileged calls, each one that is given stands in a row of the table (`E_PRIVILEGED`)."""
    if sight.parts is None or sight.text_of("type") not in _MAY:
        return
    named = {row.action.data[:4] for row in sight.reading.budget if isinstance(row.action, CallSentence)}
    for asked in _asked(sight):
        power = privileged(asked.call.data)
        if power is not None and asked.call.data[:4] not in named:
            facts = {"part": asked.part, "call": asked.position, "function": power.signature}
            yield problem("E_PRIVILEGED", "not_in_text", asked.line, f"part {asked.part}", **facts)


def carried_calls_can_be_read(sight: Sight) -> Iterator[Finding]:
    """Every call inside of another one is of a known function (`E_CALLDATA`), and none runs foreign code."""
    functions = functions_named(sight.reading.outline, sight.reading.budget)
    for asked in _asked(sight):
        try:
            unfolded = unfold(asked.call, asked.position)
        except ProposalsError as refused:
            yield finding_of(refused, line=asked.line, place=f"part {asked.part}")
            continue
        for placed in unfolded[1:]:
            yield from _reading(placed, functions, asked)


def _reading(placed: Placed, functions: Functions, asked: _Asked) -> Iterator[Finding]:
    place, facts = f"part {asked.part}", {"call": placed.place, "to": placed.call.to}
    if placed.is_delegate:
        yield problem("E_DELEGATECALL", "carried", asked.line, place, **facts)
    if placed.call.data and placed.call.data[:4] not in functions:
        selector = placed.call.data[:4]
        yield problem("E_CALLDATA", "unknown_selector", asked.line, place, **facts, selector=selector)


def _asked(sight: Sight) -> Iterator[_Asked]:
    """Yield the calls of the given parts on the lines of their rows; without parts, those that rows write as calls."""
    rows: dict[int, list[int]] = {}
    for row in sight.reading.budget:
        lines = rows.setdefault(row.part, [])
        lines.append(row.line)
        if sight.parts is None and isinstance(row.action, CallSentence):
            yield _Asked(row.part, len(lines), row.line, Call(row.action.to, 0, row.action.data))
    for number, part in enumerate(sight.parts or (), 1):
        lines = rows.get(number, [])
        for position, call in enumerate(part.calls, 1):
            line = lines[position - 1] if position <= len(lines) else sight.line_of("type")
            yield _Asked(number, position, line, call)


def _unfolded(asked: _Asked) -> tuple[Placed, ...]:
    try:
        return unfold(asked.call, asked.position)
    except ProposalsError:
        return (Placed(str(asked.position), asked.call),)  # that it cannot be read is told besides


PRIVILEGES = Rule("IIP-F11", calls_are_not_privileged)
