"""How a choice is written on the command line and told, in each voting system's form.

A choice is a number from 1 or an exact name; a weight stands behind `=`, as `Rome=3`. Several stand in several options,
or in one text with commas, unless that text is itself the name of a choice. What a choice must be to count is decided
by the counting method, which is asked before anything is signed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dao.cli.steps import StepError
from dao.sentences import spell
from governance.choice import read_choice
from governance.counting import method

Spelled = int | list[int] | str
"""A choice as a vote's message holds it."""

_WEIGHT = re.compile(r"(?:0|[1-9][0-9]{0,29})(?:\.[0-9]{1,29})?\Z", re.ASCII)


def spelled(voting: str, options: Sequence[str], texts: Sequence[str]) -> Spelled:
    """Make the choice of a vote out of what was typed; `E_CHOICE` for what no vote of this system can say."""
    system = method(voting)
    single = system.action == "vote"
    items = [item for text in texts for item in ([text] if single or text in options else text.split(","))]
    if single and len(items) != 1:
        raise StepError("E_CHOICE", "one", choice=", ".join(items), voting=voting)
    found: Spelled
    if single:
        found = _number(options, items[0])
    elif system.action == "vote-array":
        found = [_number(options, item) for item in items]
    else:
        found = _weights(options, items)
    system.check(read_choice(system.action, found), len(options))
    return found


def told(voting: str, options: Sequence[str], choice: object) -> str:
    """Say a choice in the words of the proposal."""
    match read_choice(method(voting).action, choice):
        case int(number):
            return options[number - 1]
        case tuple(numbers):
            between = " > " if voting in ("ranked-choice", "copeland") else ", "
            return between.join(options[number - 1] for number in numbers)
        case weights:
            return ", ".join(f"{options[number - 1]}={spell(weight)}" for number, weight in sorted(weights.items()))


def _weights(options: Sequence[str], items: Sequence[str]) -> str:
    """The JSON text of weights, as JavaScript spells it: numbers ascending, no blanks."""
    weights: dict[int, str] = {}
    for item in items:
        name, _, weight = item.rpartition("=") if "=" in item else (item, "", "1")
        number = _number(options, name)
        if not _WEIGHT.match(weight):
            raise StepError("E_CHOICE", "typed_weight", choice=item)
        if number in weights:
            raise StepError("E_CHOICE", "typed_twice", choice=item)
        weights[number] = weight.rstrip("0").rstrip(".") if "." in weight else weight
    return "{" + ",".join(f'"{number}":{weight}' for number, weight in sorted(weights.items())) + "}"


def _number(options: Sequence[str], choice: str) -> int:
    """The number of a choice; its name goes before a number that looks like it."""
    choice = choice if choice in options else choice.strip()
    if choice in options:
        return options.index(choice) + 1
    if choice.isascii() and choice.isdigit() and len(choice) < 10 and 1 <= int(choice) <= len(options):
        return int(choice)
    raise StepError("E_CHOICE", "unknown", choice=choice, choices=options)
