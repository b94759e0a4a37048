"""What `dao draft` asks at a terminal: what a draft cannot do without and was not said as an option.

Decides the questions, their order, and that each answer is judged at once: a whole document is made around it, with
samples for the rest, and the first error that lint finds in it is told. The draft itself is made afterwards.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from chain import address
from dao.cli.asking import ask
from dao.errors import DaoError, UsageError
from dao.passphrase import is_terminal
from proposals.front_matter import PAYING_TYPES
from proposals.imported import Imported
from proposals.lint import lint
from proposals.payment import Asset

_PAYEE = address.checksum(b"\x11" * 20)


class AnswerError(DaoError):
    """An answer in which lint finds an error; code, reason and facts are the finding's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The options of `dao draft` that make its text, as they were typed; None where nothing was."""

    title: str | None
    description: str | None
    author: str | None
    discussions_to: str | None
    pay: tuple[str, ...] | None
    part: tuple[int, ...]
    due: tuple[str, ...]
    """A day of each milestone in its order; empty for a milestone without one."""
    kind: str = "Funding"
    source: Imported | None = None
    """What another file gives."""


def from_source(said: Said) -> Said:
    """Take from the source what no option says; payments come from one of the two, never from both."""
    headers = said.source.headers if said.source else {}
    if said.source and said.source.budget and said.pay is not None:
        raise UsageError("E_USAGE", "pay_twice", line=said.source.budget[0].line)
    return replace(
        said,
        title=headers.get("title") if said.title is None else said.title,
        description=headers.get("description") if said.description is None else said.description,
        author=headers.get("author") if said.author is None else said.author,
        discussions_to=headers.get("discussions-to") if said.discussions_to is None else said.discussions_to,
        kind=said.kind or headers.get("type") or "Funding",
    )


def is_asked(said: Said) -> bool:
    """Whether something is missing and somebody is there to be asked; refuse what is missing where nobody is."""
    missing = _missing(said)
    if not missing:
        return False
    if not _is_conversation():
        raise UsageError("E_USAGE", "", problem=f"Missing option '{missing[0]}'.", help="dao draft --help")
    if said.pay is None and said.part:
        raise UsageError("E_USAGE", "parts", parts=len(said.part), pays=0)
    if said.pay is None and said.due:
        raise UsageError("E_USAGE", "due", dues=len(said.due), milestones=0)
    return True


def complete(said: Said, write: Callable[[Said], bytes], assets: Mapping[str, Asset]) -> Said:
    """Ask for what is missing; `write` makes the document of what was said. Days are asked where payments are."""
    symbol = next(iter(assets))
    sample = Said(
        title="A title", description="A description", author="@author", discussions_to="https://example.org/1",
        pay=(f"1 {symbol} to {_PAYEE}",), part=(), due=(),
    )  # fmt: skip

    def judge(**answers: object) -> None:
        _refuse_error(write(replace(sample, **answers)), assets)  # type: ignore[arg-type]  # fields of `Said`

    given = {name: value for name in Said.__slots__ if (value := getattr(said, name))}
    write(replace(sample, **given))  # what cannot be written is refused before anything is typed
    if said.title is None:
        said = replace(said, title=ask("title", lambda text: judge(title=text)))
    if said.description is None:
        said = replace(said, description=ask("description", lambda text: judge(description=text)))
    if said.author is None:
        said = replace(said, author=ask("author", lambda text: judge(author=text)))
    if said.discussions_to is None:
        said = replace(said, discussions_to=ask("discussions_to", lambda text: judge(discussions_to=text)))
    if "--pay" in _missing(said):
        pay = _ask_payments(lambda pay: judge(pay=pay))
        said = replace(said, pay=pay, due=_ask_days(pay, lambda due: judge(pay=pay, due=due)))
    return said


def releases(pay: tuple[str, ...]) -> list[str]:
    """The milestones that payments wait for, in the order in which they are named."""
    return list(dict.fromkeys(release for told in pay if (release := told.partition(" after ")[2])))


def _missing(said: Said) -> list[str]:
    told = {
        "--title": said.title,
        "--description": said.description,
        "--author": said.author,
        "--discussions-to": said.discussions_to,
        "--pay": said.pay,
    }
    pays_elsewhere = said.kind not in PAYING_TYPES or (said.source is not None and said.source.budget)
    return [option for option, value in told.items() if value is None and not (option == "--pay" and pays_elsewhere)]


def _is_conversation() -> bool:
    """Whether input, questions and answer all meet one person; with --json `sys.stdout` is not the true one."""
    return is_terminal() and sys.__stdout__ is not None and sys.__stdout__.isatty()


def _ask_payments(judge: Callable[[tuple[str, ...]], None]) -> tuple[str, ...]:
    pay = [ask("pay", lambda text: judge((text,)))]
    while told := ask("pay_more", lambda text: judge((*pay, text)) if text else None):
        pay.append(told)
    return tuple(pay)


def _ask_days(pay: tuple[str, ...], judge: Callable[[tuple[str, ...]], None]) -> tuple[str, ...]:
    due: list[str] = []
    for name in releases(pay):
        due.append(ask("due", lambda text: judge((*due, text)) if text else None, milestone=name))
    return tuple(due)


def _refuse_error(raw: bytes, assets: Mapping[str, Asset]) -> None:
    findings, _ = lint(raw, assets=assets)
    for finding in findings:
        if finding.level == "error":
            raise AnswerError(
                finding.code, finding.reason, **{"line": finding.line, "place": finding.place} | dict(finding.facts)
            )
