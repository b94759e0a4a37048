"""The tally: from ballots and powers to scores, exactly, and the same for every order of the ballots.

Every vote is accounted for: it counts, or it is superseded, or its voter has no power. A voter whose power is unknown
makes the whole tally incomplete (`E_TALLY_INCOMPLETE`, could not be checked): a failure to read is never a zero (H56).
Whether the scores pass is decided by `governance.rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chain.address import checksum
from chain.errors import UncheckableError
from governance.ballot import Ballot, effective
from governance.counting import Method, Step
from governance.errors import GovernanceError


class TallyError(GovernanceError):
    """A power that is no power (`E_VP_TYPE`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The result of counting; powers in 1e-18 of voting power."""

    scores: tuple[int, ...]
    """One for each choice, in their order."""
    winners: tuple[int, ...]
    """Numbers of the strongest choices, from 1; more than one is a declared tie."""
    total: int
    """The power of all whose ballots count. By approval the scores may add up to more, by shares to a little less."""
    votes: int
    """Different votes, counted or not."""
    voters: int
    """Different voters."""
    superseded: int
    """Votes replaced by a later one of the same voter: `votes - voters`."""
    without_power: int
    """Voters whose power is known to be zero."""
    bound: int = 0
    """How far a true score may lie from the one shown; the winners are decided beyond it."""
    steps: tuple[Step, ...] = ()
    """How it came about, where the scores alone do not say it."""


def tally(ballots: Iterable[Ballot], powers: Mapping[bytes, int], method: Method, choices: int) -> Tally:
    """Count every voter's latest ballot by his power.

    Raises `UncheckableError` (`E_TALLY_INCOMPLETE`) if any voter's power is missing, `TallyError` (`E_VP_TYPE`, H57)
    for a power that is not a whole number from zero, and `E_CHOICE` for a choice that the proposal does not have.
    """
    method.check_choices(choices)
    latest, superseded = effective(ballots)
    weights = [powers.get(voter) for voter in latest]
    if None in weights:
        _refuse_missing(latest, powers)
    weighed = []
    for ballot, power in zip(latest.values(), weights, strict=True):
        if type(power) is not int or power < 0:
            raise TallyError("E_VP_TYPE", "power", voter=checksum(ballot.voter), power=ascii(power)[:80])
        method.check(ballot.choice, choices)
        weighed.append((ballot.choice, power))
    found = method.count(weighed, choices)
    return Tally(
        scores=found.scores,
        winners=found.winners,
        total=sum(power for _, power in weighed),
        votes=len(latest) + len(superseded),
        voters=len(latest),
        superseded=len(superseded),
        without_power=sum(power == 0 for _, power in weighed),
        bound=found.bound,
        steps=found.steps,
    )


def _refuse_missing(voters: Mapping[bytes, Ballot], powers: Mapping[bytes, int]) -> None:
    missing = sorted(voters.keys() - powers.keys())
    if missing:
        raise UncheckableError("E_TALLY_INCOMPLETE", "power", voter=checksum(missing[0]), missing=len(missing))
