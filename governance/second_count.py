"""A second count of what may release money, by another road than the tally's, so that one mistake is not believed.

Votes are put on the scores one by one as they come; when a later vote of the same voter comes, the older one is taken
off again. `governance.tally` first chooses the votes that count and then adds. Voters' powers, and which of one voter's
votes is the later (timestamp, then id), are the same for both: a mistake in those is not found here. Only scores are
held against each other, and only of the systems in which a vote names one choice; others decide and never pay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chain.errors import UncheckableError
from governance.ballot import Ballot

SYSTEMS = frozenset({"basic", "single-choice"})


def expect_same(
    scores: Sequence[int], ballots: Iterable[Ballot], powers: Mapping[bytes, int], choices: Sequence[str]
) -> None:
    """Return if the second count gives these scores, in 1e-18; else `E_TALLY_DIVERGE`, could not be checked (H68)."""
    again = [0] * len(choices)
    standing: dict[bytes, Ballot] = {}
    for ballot in ballots:
        before = standing.get(ballot.voter)
        if before is not None:
            if (before.timestamp, before.id) >= (ballot.timestamp, ballot.id):
                continue
            again[_place(before)] -= powers[ballot.voter]
        standing[ballot.voter] = ballot
        again[_place(ballot)] += powers[ballot.voter]
    for option, first, second in zip(choices, scores, again, strict=True):
        if first != second:
            raise UncheckableError("E_TALLY_DIVERGE", option=option, first=first, second=second)


def _place(ballot: Ballot) -> int:
    assert isinstance(ballot.choice, int), "the tally took it for one choice"
    return ballot.choice - 1
