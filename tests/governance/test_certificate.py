"""`governance.certificate`: a transcript has one spelling, and a result that differs in a digit is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import dag_cbor
from chain.cid import dag_cbor_cid
from chain.errors import CodedError
from governance.certificate import (
    Transcript,
    check_result,
    read_transcript,
    result_of,
    transcript_of,
    write_transcript,
)
from governance.rules import rules_of
from governance.tally import Tally
from tests.governance.space_values import BLOCK, settings

UNIT = 10**18
TALLY = Tally(
    scores=(120 * UNIT, 45 * UNIT, 5 * UNIT),
    winners=(1,),
    total=170 * UNIT,
    votes=9,
    voters=7,
    superseded=2,
    without_power=1,
)
TRANSCRIPT = transcript_of(b"\x66" * 32, 41, "basic", TALLY, rules_of(settings(), [BLOCK]))


def refusal(claimed: Any, transcript: Transcript) -> CodedError:
    """The refusal of a result, counted anew as `TRANSCRIPT`."""
    with pytest.raises(CodedError) as caught:
        check_result(claimed, transcript, TRANSCRIPT)
    assert "E_RESULT_MISMATCH" == caught.value.code
    return caught.value


def test_a_transcript_says_how_it_was_counted() -> None:
    """Tally, rules and verdict in one block of fixed keys, read back as itself."""
    block = dag_cbor.decode(write_transcript(TRANSCRIPT))

    assert {
        "v": 1, "kind": "transcript", "proposal": b"\x66" * 32, "closed": 41, "arithmetic": "exact", "voting": "basic",
        "choices": ["For", "Against", "Abstain"], "scores": [str(120 * UNIT), str(45 * UNIT), str(5 * UNIT)],
        "total": str(170 * UNIT), "votes": 9, "voters": 7, "superseded": 2, "without_power": 1,
        "quorum": str(100 * UNIT), "threshold": [1, 2], "verdict": "passed", "released": True,
    } == block  # fmt: skip
    assert TRANSCRIPT == read_transcript(write_transcript(TRANSCRIPT))


def test_a_result_repeats_its_transcript() -> None:
    """The leaf names the transcript by CID, and passes when all three agree."""
    result = result_of(TRANSCRIPT)

    assert dag_cbor_cid(write_transcript(TRANSCRIPT)) == result.transcript
    check_result(result, TRANSCRIPT, TRANSCRIPT)


def test_rules_of_another_system_give_no_transcript() -> None:
    """The verdict must be that of the system by which the ballots were counted."""
    with pytest.raises(CodedError) as caught:
        transcript_of(bytes(32), 0, "single-choice", TALLY, rules_of(settings(), [BLOCK]))

    assert ("E_OPTION_MAP", "system") == (caught.value.code, caught.value.reason)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_H67_result_with_one_digit_changed(place: int) -> None:
    """The option whose score was changed is named, in the transcript or in the leaf, with both numbers."""
    scores = list(TALLY.scores)
    scores[place] += 1
    altered = replace(TRANSCRIPT, scores=tuple(scores))

    for refused in (
        refusal(result_of(altered), altered),
        refusal(result_of(TRANSCRIPT)._replace(scores=tuple(scores)), TRANSCRIPT),
    ):
        assert "score" == refused.reason
        assert {
            "option": TRANSCRIPT.choices[place],
            "number": place + 1,
            "said": scores[place],
            "counted": TALLY.scores[place],
        } == refused.facts


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("total", 171 * UNIT), ("votes", 10), ("voters", 8), ("superseded", 1), ("without_power", 0),
        ("quorum", 1), ("threshold", (1, 3)), ("verdict", "rejected"), ("released", False), ("closed", 42),
        ("proposal", b"\x67" * 32), ("voting", "single-choice"), ("choices", ("Against", "For", "Abstain")),
    ],
)  # fmt: skip
def test_H67_transcript_with_another_field(field: str, value: Any) -> None:
    """Every other field is compared and named, too."""
    altered = replace(TRANSCRIPT, **{field: value})

    refused = refusal(result_of(altered), altered)

    assert ("field", field) == (refused.reason, refused.facts["field"])


def test_H67_leaf_that_differs_from_its_transcript() -> None:
    """A sound transcript does not cover for a leaf that says something else."""
    result = result_of(TRANSCRIPT)

    assert "released" == refusal(result._replace(released=False), TRANSCRIPT).facts["field"]
    assert "verdict" == refusal(result._replace(verdict="rejected"), TRANSCRIPT).facts["field"]
    assert "transcript" == refusal(result._replace(transcript=dag_cbor_cid(b"")), TRANSCRIPT).facts["field"]
    assert "scores" == refusal(result._replace(scores=result.scores[:2]), TRANSCRIPT).facts["field"]
    assert "released" == refusal(result._replace(released=1), TRANSCRIPT).facts["field"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda block: block.update(v=2), "E_VERSION"),
        (lambda block: block.update(arithmetic="doubles"), "E_VERSION"),
        (lambda block: block.update(verdict="maybe"), "E_VERSION"),
        (lambda block: block.update(extra=1), "E_VERSION"),
        (lambda block: block.pop("quorum"), "E_TRANSCRIPT"),
        (lambda block: block.update(kind="result"), "E_TRANSCRIPT"),
        (lambda block: block.update(scores=[1, 2, 3]), "E_TRANSCRIPT"),
        (lambda block: block.update(total="0170"), "E_TRANSCRIPT"),
        (lambda block: block.update(proposal=b"\x66" * 31), "E_TRANSCRIPT"),
        (lambda block: block.update(proposal="0x" + "66" * 32), "E_CANONICAL"),
        (lambda block: block.update(threshold=[1]), "E_TRANSCRIPT"),
        (lambda block: block.update(threshold=[1, True]), "E_TRANSCRIPT"),
        (lambda block: block.update(released=1), "E_TRANSCRIPT"),
        (lambda block: block.update(votes=-1), "E_TRANSCRIPT"),
    ],
)
def test_another_form_of_a_transcript_is_refused(change: Callable[[dict[str, Any]], object], code: str) -> None:
    """A transcript has exactly its keys, each in one spelling."""
    block: Any = dag_cbor.decode(write_transcript(TRANSCRIPT))
    change(block)

    with pytest.raises(CodedError) as caught:
        read_transcript(dag_cbor.encode(block))
    assert code == caught.value.code


@given(
    scores=st.tuples(*[st.integers(0, 10**30)] * 3),
    counts=st.tuples(*[st.integers(0, 2**40)] * 4),
)
def test_every_transcript_reads_back(scores: tuple[int, int, int], counts: tuple[int, int, int, int]) -> None:
    """Whatever was counted, the block is read as it was written."""
    counted = Tally(
        scores=scores, winners=(1,), total=sum(scores), votes=counts[0], voters=counts[1], superseded=counts[2],
        without_power=counts[3],
    )  # fmt: skip
    transcript = transcript_of(bytes(32), 0, "basic", counted, rules_of(settings(), [BLOCK]))

    assert transcript == read_transcript(write_transcript(transcript))
    check_result(result_of(transcript), transcript, transcript)
