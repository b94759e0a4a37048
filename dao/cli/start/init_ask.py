"""What `dao init` asks at a terminal: only what has no sensible default and was not said as an option.

Decides the questions and their order. An answer that cannot be is told why and asked again; without a terminal nothing
is asked, and what is missing is refused by name.
"""

from __future__ import annotations

from dataclasses import replace

from dao.cli.asking import ask
from dao.cli.start.init_answers import Answers, read_contract, read_holder, read_place, read_space
from dao.cli.steps import check_key_name
from dao.errors import UsageError
from dao.passphrase import is_terminal


def complete(answers: Answers) -> Answers:
    """Ask for what is missing where there is somebody to ask, and refuse what is still missing."""
    if answers.devnet and answers.safe:
        raise UsageError("E_USAGE", "devnet_only")
    if is_terminal():
        answers = _ask_all(answers)
    if not answers.devnet and not answers.safe:
        raise UsageError("E_USAGE", "road")
    if not answers.space:
        raise UsageError("E_USAGE", "space")
    return answers


def _ask_all(answers: Answers) -> Answers:
    if not answers.devnet and not answers.safe and not answers.rpc_env:
        answers = replace(answers, devnet=ask("road", _yes_or_no) == "yes")
    if not answers.space:
        answers = replace(answers, space=ask("space", lambda text: _space(text, answers)))
    if answers.devnet:
        if not answers.owners:
            answers = replace(answers, owners=tuple(ask("owners", _names).split()))
        if not answers.holders:
            answers = replace(answers, holders=tuple(ask("holders", _holders).split()))
        return answers
    if not answers.rpc_env:
        answers = replace(answers, rpc_env=ask("rpc_env", _filled))
    if not answers.safe:
        answers = replace(answers, safe=ask("safe", _safe))
    if not answers.token and answers.draft is None:
        answers = replace(answers, token=ask("token", _token))
    return answers


def _yes_or_no(text: str) -> None:
    if text not in {"yes", "no"}:
        raise UsageError("E_USAGE", "yes_or_no")


def _space(text: str, answers: Answers) -> None:
    read_space(text, is_devnet=answers.devnet)


def _filled(text: str) -> None:
    if not text or text.split() != [text]:
        raise UsageError("E_USAGE", "one_word")


def _names(text: str) -> None:
    if not text:
        raise UsageError("E_USAGE", "owners")
    for name in text.split():
        check_key_name(name)


def _holders(text: str) -> None:
    for holder in text.split():
        read_holder(holder)


def _safe(text: str) -> None:
    read_place(text)


def _token(text: str) -> None:
    if text:
        read_contract(text)
