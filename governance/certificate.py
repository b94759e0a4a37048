"""The signed result: a transcript that says how a vote was counted, and the leaf that the journal signs over it.

The transcript is one canonical block; the result leaf names it and repeats scores, verdict and release. Both are
checked against a tally made anew: a digit changed anywhere is `E_RESULT_MISMATCH`, naming the option (H67). Whether the
journal signed the leaf is decided by its checkpoint, whether the ballots are complete by the `closed` leaf.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

from chain import dag_cbor
from chain.cid import CID, dag_cbor_cid
from governance.errors import GovernanceError
from governance.rules import Electorate, Rules, quorum_of, verdict
from governance.strict_map import StrictMap, expect_version, open_map
from governance.tally import Tally

VERSION = 1
"""Of transcripts by `basic` and `single-choice`, whose scores say everything."""
VERSION_OF_WINNERS = 2
"""Of all other systems: it says also who won, and how far a score may be off."""
KIND = "transcript"
_COUNT_MAX = 2**53 - 1
_KEYS = (
    "v kind proposal closed arithmetic voting choices scores total votes voters superseded without_power quorum "
    "threshold verdict released"
)
_MORE_KEYS = " bound winners"
_PLAIN = ("basic", "single-choice")


class CertificateError(GovernanceError):
    """A transcript of another form (`E_TRANSCRIPT`), or a result that its own ballots do not give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """How one vote was counted, and what came of it."""

    proposal: bytes
    """Id of the proposal."""
    closed: int
    """0-based leaf index of the `closed` leaf that fixed the list of votes."""
    voting: str
    choices: tuple[str, ...]
    scores: tuple[int, ...]
    """In 1e-18 of voting power, in the order of the choices."""
    total: int
    """The power of all whose ballots count."""
    votes: int
    voters: int
    superseded: int
    without_power: int
    quorum: int
    """How much must be counted; what counts is the settings'."""
    threshold: tuple[int, int]
    """Numerator and denominator."""
    verdict: str
    """`passed`, `rejected`, `quorum_not_met`, or `decided` where the voting system releases nothing."""
    released: bool
    winners: tuple[int, ...] = ()
    """Numbers of the choices that won, from 1; several are a declared tie. Empty where the scores say it: `basic` and
    `single-choice`.
    """
    bound: int = 0
    """How far a true score may lie from the one here."""


class Result(NamedTuple):
    """What the journal's result leaf says."""

    proposal: bytes
    closed: int
    transcript: CID
    scores: tuple[int, ...]
    verdict: str
    released: bool


def transcript_of(
    proposal: bytes, closed: int, voting: str, tally: Tally, rules: Rules, *, supply: int | None = None
) -> Transcript:
    """Write down a tally and the verdict of its rules, which must be those of the same system (`E_OPTION_MAP`).

    `supply` is all the power there could be, where the rules ask for it.
    """
    if voting != rules.system:
        raise CertificateError("E_OPTION_MAP", "system", voting=voting, expected=rules.system)
    electorate = Electorate(tally.voters - tally.without_power, supply)
    judged = verdict(tally.scores, rules, electorate, counted=tally.total, winners=tally.winners)
    is_plain = voting in _PLAIN
    return Transcript(
        proposal=proposal,
        closed=closed,
        voting=voting,
        choices=rules.choices,
        scores=tally.scores,
        total=tally.total,
        votes=tally.votes,
        voters=tally.voters,
        superseded=tally.superseded,
        without_power=tally.without_power,
        quorum=quorum_of(rules, electorate),
        threshold=(rules.threshold.numerator, rules.threshold.denominator),
        verdict=judged.state,
        released=judged.released,
        winners=() if is_plain else tally.winners,
        bound=0 if is_plain else tally.bound,
    )


def write_transcript(transcript: Transcript) -> bytes:
    """Return the canonical block of a transcript."""
    is_plain = transcript.voting in _PLAIN
    more = {} if is_plain else {"bound": str(transcript.bound), "winners": list(transcript.winners)}
    return dag_cbor.encode({
        "v": VERSION if is_plain else VERSION_OF_WINNERS,
        "kind": KIND,
        "proposal": transcript.proposal,
        "closed": transcript.closed,
        "arithmetic": "exact",
        "voting": transcript.voting,
        "choices": list(transcript.choices),
        "scores": [str(score) for score in transcript.scores],
        "total": str(transcript.total),
        "votes": transcript.votes,
        "voters": transcript.voters,
        "superseded": transcript.superseded,
        "without_power": transcript.without_power,
        "quorum": str(transcript.quorum),
        "threshold": list(transcript.threshold),
        "verdict": transcript.verdict,
        "released": transcript.released,
        **more,
    })  # fmt: skip


def read_transcript(data: bytes) -> Transcript:
    """Read the block of a transcript, and nothing that `write_transcript` would not have written byte for byte."""
    found = dag_cbor.decode(data)
    has_winners = isinstance(found, dict) and found.get("voting") not in _PLAIN
    opened = open_map(found, _KEYS + _MORE_KEYS if has_winners else _KEYS, code="E_TRANSCRIPT", place=KIND)
    expect_version(opened, "v", VERSION_OF_WINNERS if has_winners else VERSION)
    if opened.values["kind"] != KIND:
        opened.refuse("kind", KIND)
    opened.one_of("arithmetic", ("exact",))
    transcript = Transcript(
        proposal=opened.hash32("proposal"),
        closed=opened.integer("closed", 0, _COUNT_MAX),
        voting=opened.text("voting"),
        choices=opened.text_list("choices", r"(?s).{1,256}"),
        scores=tuple(opened.amounts("scores")),
        total=opened.amount("total"),
        votes=opened.integer("votes", 0, _COUNT_MAX),
        voters=opened.integer("voters", 0, _COUNT_MAX),
        superseded=opened.integer("superseded", 0, _COUNT_MAX),
        without_power=opened.integer("without_power", 0, _COUNT_MAX),
        quorum=opened.amount("quorum"),
        threshold=_threshold(opened),
        verdict=opened.one_of("verdict", ("passed", "rejected", "quorum_not_met", "decided")),
        released=opened.flag("released"),
        winners=_winners(opened) if has_winners else (),
        bound=opened.amount("bound") if has_winners else 0,
    )
    if write_transcript(transcript) != data:
        raise CertificateError("E_CANONICAL", "transcript")
    return transcript


def result_of(transcript: Transcript) -> Result:
    """Return what the result leaf over this transcript must say."""
    return Result(
        proposal=transcript.proposal,
        closed=transcript.closed,
        transcript=dag_cbor_cid(write_transcript(transcript)),
        scores=transcript.scores,
        verdict=transcript.verdict,
        released=transcript.released,
    )


def check_result(claimed: Result, transcript: Transcript, recomputed: Transcript) -> None:
    """Check a result leaf against its transcript, and the transcript against a tally made anew.

    Raises `CertificateError` (`E_RESULT_MISMATCH`): the option (and its number) whose score differs, or the field.
    """
    _compare_scores(transcript.scores, recomputed)
    _compare_scores(claimed.scores, recomputed)
    for field in fields(Transcript):
        _compare(field.name, getattr(transcript, field.name), getattr(recomputed, field.name))
    expected = result_of(recomputed)
    for name, claim, value in zip(Result._fields, claimed, expected, strict=True):
        _compare(name, claim, value)


def _compare_scores(scores: tuple[int, ...], recomputed: Transcript) -> None:
    if len(scores) != len(recomputed.scores):
        _compare("scores", len(scores), len(recomputed.scores))
    for number, (said, counted) in enumerate(zip(scores, recomputed.scores, strict=True), 1):
        if said != counted:
            option = recomputed.choices[number - 1]
            raise CertificateError(
                "E_RESULT_MISMATCH", "score", option=option, number=number, said=said, counted=counted
            )


def _compare(field: str, said: object, counted: object) -> None:
    if said != counted or type(said) is not type(counted):
        raise CertificateError("E_RESULT_MISMATCH", "field", field=field, said=_shown(said), counted=_shown(counted))


def _shown(value: object) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)[:200]


def _threshold(opened: StrictMap) -> tuple[int, int]:
    pair = opened.items("threshold")
    if len(pair) != 2 or any(type(number) is not int or number < 0 for number in pair):
        opened.refuse("threshold", "numerator and denominator")
    numerator, denominator = pair
    assert isinstance(numerator, int), "checked above"
    assert isinstance(denominator, int), "checked above"
    return numerator, denominator


def _winners(opened: StrictMap) -> tuple[int, ...]:
    numbers = opened.items("winners")
    if not numbers or any(type(number) is not int or number < 1 for number in numbers):
        opened.refuse("winners", "a list")
    return tuple(number for number in numbers if isinstance(number, int))
