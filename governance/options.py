"""The wording of choices: each is what it looks like, and no two look alike.

A voter chooses by reading, so a choice may hold no character that hides, turns around or only takes room, and two
choices that differ in nothing a reader sees are one choice written twice (H28, H30). Look-alike letters of other
scripts are not decided here, nor which choice has which role.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import chain

from governance.errors import GovernanceError
from proposals.text_safety import label_findings, text_findings


class OptionError(GovernanceError):
    """A choice that a reader could take for another one."""


def check_options(choices: Sequence[str]) -> None:
    """Refuse choices with unsafe characters (`E_BIDI`, `E_TEXT`) and choices that look alike (`E_OPTION_DUP`)."""
    seen: dict[str, int] = {}
    for number, choice in enumerate(choices, 1):
        for finding in chain(text_findings([choice]), label_findings(choice, line=1, place="choice")):
            character = finding.facts.get("character", "a decomposed character")
            raise OptionError(finding.code, "option", number=number, choice=choice, character=character)
        looks = " ".join(unicodedata.normalize("NFKC", choice).casefold().split())
        if not looks or "\n" in choice:
            character = "a line break" if looks else "nothing to read"
            raise OptionError("E_TEXT", "option", number=number, choice=choice, character=character)
        if looks in seen:
            raise OptionError("E_OPTION_DUP", "looks", number=number, choice=choice, first=seen[looks])
        seen[looks] = number
