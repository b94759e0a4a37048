"""A result as a chart: which bars, rounds and sentences are drawn, with words in the reader's language.

Decides the order and how much is drawn; what the numbers are was counted before, and where ink goes is
`dao.cli.votes.chart_svg`'s. The order of ballots changes nothing, for nothing here comes from a ballot.
"""

from __future__ import annotations

from collections.abc import Iterator

from chain.amount import spell
from dao.cli.text import label, say
from dao.cli.votes import chart_svg
from dao.cli.votes.chart_svg import Bar, Chart, Quorum, shown
from dao.cli.votes.result import Result
from dao.sentences import language
from governance.counting import Round
from governance.counting.reasons import Reason, reasons

_BARS = 200
_ROUND_ROWS = 120
"""Rows of all rounds together; the last rounds are drawn."""
_NAME = 60
"""Characters of a name within a sentence."""
_BRANCHES = frozenset({"equally_last", "branch", "branch_tie"})
_BRANCHES_MAX = 12


def draw(result: Result) -> bytes:
    """Draw the chart of a result as SVG."""
    bars = _ranked(result, tuple(enumerate(result.found.scores, 1)))
    names = [option if len(option) <= _NAME else option[:_NAME] + "…" for option in result.options]
    told = reasons(result.system, names, result.found, result.total, decimals=result.decimals)
    rounds = [step for step in result.found.steps if isinstance(step, Round)]
    first = _first_drawn(rounds)
    return chart_svg.draw(
        Chart(
            lang=language(),
            title=say("CHART", "title", name=_short(result.name), system=result.system),
            outcome=tuple(_outcome(result, told)),
            bars=bars[:_BARS],
            total=result.total,
            decimals=result.decimals,
            quorum=_quorum(result),
            rounds=tuple(
                chart_svg.Round(say("CHART", "round", number=number), _standings(result, round_))
                for number, round_ in enumerate(rounds[first:], first + 1)
            ),
            notes=tuple(_notes(result, told, bars[_BARS:], first)),
        )
    )


def _short(name: str) -> str:
    """A long id by its two ends."""
    return name if len(name) <= 24 else f"{name[:10]}…{name[-6:]}"


def _ranked(result: Result, powers: tuple[tuple[int, int], ...]) -> tuple[Bar, ...]:
    """The greatest first; by basic voting, as on the ballot: everybody looks for yes and no there."""
    winners = _winners(result)
    said = label("won") if len(winners) == 1 else label("tied")
    bars = [
        Bar(number, result.options[number - 1], power, said, "won")
        if number in winners
        else Bar(number, result.options[number - 1], power)
        for number, power in powers
    ]
    return tuple(bars if result.system == "basic" else sorted(bars, key=lambda bar: (-bar.power, bar.number)))


def _winners(result: Result) -> tuple[int, ...]:
    """Whose bars are marked; nobody's where the rules say that nothing was decided."""
    if result.judged is None:
        return result.found.winners if result.total else ()
    by_state = {"passed": (1,), "decided": result.found.winners}
    return by_state.get(result.judged.verdict.state, ())


def _outcome(result: Result, told: tuple[Reason, ...]) -> Iterator[str]:
    if result.judged is not None:
        verdict = result.judged.verdict
        code, _, reason = verdict.key.partition(".")
        yield say(code, reason, **verdict.facts)
    else:
        yield say("WHY", told[-1].key, **told[-1].facts)


def _quorum(result: Result) -> Quorum | None:
    if result.judged is None:
        return None
    needed = say("CHART", "quorum", quorum=shown(result.judged.quorum, result.decimals))
    return Quorum(result.judged.counted, result.judged.quorum, say("CHART", "counted"), needed)


def _first_drawn(rounds: list[Round]) -> int:
    """From which round on, counted from 0, all of them have room; the last one always."""
    rows, first = 0, len(rounds)
    for round_ in reversed(rounds):
        rows += len(round_.counts) + 2
        if rows > _ROUND_ROWS and first < len(rounds):
            break
        first -= 1
    return first


def _standings(result: Result, round_: Round) -> tuple[Bar, ...]:
    majority = {number for number, power in round_.counts if 2 * power > sum(power for _, power in round_.counts)}
    bars = [
        Bar(
            number,
            result.options[number - 1],
            power,
            label("leaves") if number in round_.eliminated else "",
            "out" if number in round_.eliminated else "won" if number in majority else "",
        )
        for number, power in round_.counts
    ]
    return tuple(sorted(bars, key=lambda bar: (-bar.power, bar.number)))[:_BARS]


def _notes(result: Result, told: tuple[Reason, ...], undrawn: tuple[Bar, ...], first: int) -> Iterator[str]:
    if first:
        yield say("CHART", "rounds", last=first)
    branches = [reason for reason in told if reason.key in _BRANCHES]
    for reason in branches[:_BRANCHES_MAX]:
        yield say("WHY", reason.key, **reason.facts)
    yield say("CHART", "total", total=spell(result.total, result.decimals))
    if any(isinstance(step, Round) for step in result.found.steps):
        yield say("CHART", "half")
    if result.found.bound:
        yield say("WHY", "bound", bound=spell(result.found.bound, result.decimals))
    if undrawn:
        most = max(bar.power for bar in undrawn)
        yield say("CHART", "more", count=len(undrawn), power=shown(most, result.decimals))
    if result.left_out:
        yield say("CHART", "left_out", count=len(result.left_out))
    if result.judged is None:
        yield say("CHART", "unproved")
