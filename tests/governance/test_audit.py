"""`governance.audit`: what Snapshot published, counted exactly and by its own code, and where the two part."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from chain.errors import CodedError
from governance.audit import ORDERS, Audit, Order, audit
from governance.hub_answer import HubError, read_hub_answer


def answer(system: str, votes: Sequence[object], choices: int = 3, **proposal: object) -> bytes:
    """A hub's answer; a vote is its choice and its power."""
    rows = [{"voter": f"0x{n:040x}", "choice": choice, "vp": power} for n, (choice, power) in enumerate(votes, 1)]  # type: ignore[misc]
    named = {"id": "0xab", "type": system, "choices": [f"Option {n}" for n in range(1, choices + 1)], **proposal}
    return json.dumps({"proposal": named, "votes": rows}).encode()


def audited(system: str, votes: Sequence[object], choices: int = 3, order: Order = "file", **proposal: object) -> Audit:
    return audit(read_hub_answer(answer(system, votes, choices, **proposal)), order)


def kinds(found: Audit) -> list[str]:
    return [row.kind for row in found.differences]


def test_H61_a_tie_that_doubles_break() -> None:
    """0.1 and 0.2 tie with 0.3, and Snapshot's sum is one bit above it."""
    found = audited("basic", [(1, 0.1), (1, 0.2), (2, 0.3)])

    assert ((1, 2), (1,), False) == (found.exact.winners, found.snapshot_winners, found.ok)
    assert ["score", "total", "winner"] == kinds(found)
    assert (Fraction(3, 10), 0.1 + 0.2) == (found.exact.scores[0], found.snapshot.scores[0])


def test_ballots_that_are_none_stand_in_the_total() -> None:
    """Snapshot's total holds every ballot, the exact one those that are valid; each refusal has its code and power."""
    found = audited("approval", [([1, 2], 4), ([], 10), (["1"], 2.5), ([1, 1], 1)])

    assert (Fraction(4), 17.5) == (found.exact.total, found.snapshot.total)
    assert [("E_CHOICE", 3, Fraction(27, 2))] == [tuple(row) for row in found.refused]
    assert (["ballots", "total"], True) == (kinds(found), found.ok)


def test_a_negative_power_counts_for_nothing() -> None:
    """Snapshot adds it; no strategy gives one."""
    found = audited("basic", [(1, 5), (1, -2)])

    assert (Fraction(5), 3.0, "E_VP_TYPE") == (found.exact.scores[0], found.snapshot.scores[0], found.refused[0].code)


def test_shares_are_fractions() -> None:
    """A third of one is a third, and the shares of a ballot add up to it."""
    found = audited("weighted", [({"1": 1, "2": 2}, 1), ({"2": 0.25, "3": 0.5}, 10.5), ({"3": 7}, 0.125)])

    assert (Fraction(1, 3), Fraction(2, 3) + Fraction(7, 2), Fraction(57, 8)) == found.exact.scores
    assert found.exact.total == sum(found.exact.scores)
    assert (0, (3,)) == (found.exact.bound, found.exact.winners)


def test_roots_have_a_bound() -> None:
    """The true score lies within it, far below a wei; whole roots are shown to be so."""
    found = audited("quadratic", [({"1": 1}, 2), ({"2": 1}, 3), ({"2": 1}, 5)])
    strengths = (2, (3**0.5 + 5**0.5) ** 2)

    assert 0 < found.exact.bound < Fraction(1, 10**18)
    for score, strength in zip(found.exact.scores, strengths, strict=False):
        assert abs(float(score) - 10 * strength / sum(strengths)) < 1e-12


def test_duels_share_out_the_power() -> None:
    """In proportion to points and average support, as snapshot.js does, as a fraction."""
    found = audited("copeland", [([1, 2, 3], 3), ([2, 3, 1], 2)])

    assert found.exact.total == sum(found.exact.scores)
    assert all(abs(float(a) - b) < 1e-12 for a, b in zip(found.exact.scores, found.snapshot.scores, strict=True))
    assert ((1,), True) == (found.exact.winners, found.ok)


def test_H62_a_list_that_decides() -> None:
    """Three ballots for three choices: Snapshot eliminates whoever is listed first, here all three are tied."""
    found = audited("ranked-choice", [([1, 2, 3], 1), ([2, 3, 1], 1), ([3, 1, 2], 1)])

    assert ((1, 2, 3), 1) == (found.exact.winners, len(found.snapshot_winners))
    assert "winner" in kinds(found)


@pytest.mark.parametrize("order", ["file", "voter", "vp"])
def test_published_numbers_are_held_against_the_code(order: Order) -> None:
    """To the last bit; where another order gives them, it is named, and nothing is wrong."""
    votes = [(2, 1e16), (1, 1.0), (1, 1.0)]  # one is lost beside so much, two together are not

    found = audited("basic", votes, order=order, scores_total=1e16 + 2)

    unlike = [row.facts["orders"] for row in found.differences if row.kind == "published_total"]
    assert ([] if order == "vp" else [("vp",)], True) == (unlike, found.ok)


def test_a_published_score_that_nothing_gives() -> None:
    """A digit was changed."""
    found = audited("basic", [(1, 1), (2, 2)], scores=[1, 2.5, None], scores_total=3)

    (row,) = found.differences
    assert ("published_score", 2, ()) == (row.kind, row.option, row.facts["orders"])
    assert (Fraction(5, 2), 2.0) == (row.facts["published"], row.facts["computed"])
    assert not found.ok


def test_nobody_voted() -> None:
    """All are tied at nothing, in both counts."""
    for system in ("basic", "approval", "weighted", "quadratic", "ranked-choice", "copeland"):
        found = audited(system, [])
        assert (0, 0.0) == (found.exact.total, found.snapshot.total)
        assert 3 == len(found.exact.scores)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "E_PARSE"),
        (b"\xff", "E_PARSE"),
        (b"[" * 200_000, "E_LIMIT"),
        (b"[]", "E_HUB"),
        (b'{"proposal": {}}', "E_HUB"),
        (b'{"proposal": {"type": "basic", "choices": []}, "votes": []}', "E_HUB"),
        (b'{"proposal": {"type": "basic", "choices": ["a", 2]}, "votes": []}', "E_HUB"),
        (b'{"proposal": {"type": 1, "choices": ["a"]}, "votes": []}', "E_HUB"),
        (answer("basic", [(1, None)]), "E_VP_TYPE"),
        (answer("basic", [(1, "5")]), "E_VP_TYPE"),
        (answer("basic", [(1, True)]), "E_VP_TYPE"),
        (answer("basic", [(1, 5)]).replace(b"5}", b"NaN}"), "E_JSON_NUMBER"),
        (answer("basic", [(1, 5)]).replace(b"5}", b"1e999999999}"), "E_JSON_NUMBER"),
        (answer("basic", [(1, 5)]).replace(b"5}", b"1e-999999999}"), "E_JSON_NUMBER"),
        (answer("basic", [(1, 5)]).replace(b"5}", b"5" * 5_000 + b"}"), "E_JSON_NUMBER"),
        (answer("basic", [(1, 5)]).replace(b"5}", b"1e400}"), "E_VP_TYPE"),
        (answer("basic", [(1, 5)], scores=[1]), "E_HUB"),
        (answer("basic", [(1, 5)], scores_total="5"), "E_HUB"),
        (answer("basic", [(1, 5), (2, 5)]).replace(b"02", b"01"), "E_HUB"),
        (answer("majority", [(1, 5)]), "E_VERSION"),
        (answer("basic", [(1, 5)]).replace(b'"choice"', b'"chioce"'), "E_HUB"),
        (answer("basic", [(1, 5)]).replace(b"5}", b'5, "vp_by_strategy": []}'), "E_VP_TYPE"),
    ],
)
def test_answers_that_cannot_be_audited(text: bytes, code: str) -> None:
    """Each is refused by name, and soon."""
    with pytest.raises(CodedError) as caught:
        audit(read_hub_answer(text))

    assert code == caught.value.code


def test_votes_of_different_shapes() -> None:
    """Powers by strategy are as many for each."""
    text = answer("basic", [(1, 5), (2, 5)]).replace(b"5}", b'5, "vp_by_strategy": [2, 3]}', 1)

    with pytest.raises(HubError, match="E_HUB"):
        read_hub_answer(text)


def test_as_graphql_answers() -> None:
    """`data` around it, and powers by strategy."""
    inner = answer("basic", [(1, 5), (2, 4)]).replace(b"5}", b'5, "vp_by_strategy": [2, 3]}')
    inner = inner.replace(b"4}", b'4, "vp_by_strategy": [4, 0]}')

    found = audit(read_hub_answer(b'{"data": ' + inner + b"}"))

    assert ([2.0, 3.0], [4.0, 0.0]) == tuple(found.snapshot.by_strategy[:2])


def test_real_proposals(shared_data: Path) -> None:
    """Published totals come out to the last bit in the order of voters or of powers, and the same choice wins."""
    files = sorted((shared_data / "snapshot" / "real").glob("*.json"))
    for file in files:
        told = json.loads(file.read_bytes(), parse_float=lambda text: text)  # digits as published
        found = {order: audit(read_hub_answer(_as_hub(told)), order) for order in ORDERS}  # type: ignore[arg-type]
        assert all(one.ok for one in found.values()), file.name
        assert 1 == len({one.exact.winners for one in found.values()}), file.name

    assert 9 == len(files)


def _as_hub(told: Mapping[str, object]) -> bytes:
    proposal = dict(told["proposal"])  # type: ignore[call-overload]
    proposal.setdefault("choices", [f"Option {n}" for n in range(1, int(proposal.get("choices_count_min", 0)) + 1)])
    reported = told.get("reported_by_snapshot") or {}
    proposal["scores_total"] = _Digits(reported["scores_total"]) if reported else None  # type: ignore[index]
    votes = [{**vote, "vp": _Digits(vote["vp"])} for vote in told["votes"]]  # type: ignore[attr-defined]
    return json.dumps({"proposal": proposal, "votes": votes}).encode()


class _Digits(float):
    """A double that writes the digits with which it came."""

    def __new__(cls, text: object) -> _Digits:
        return super().__new__(cls, float(str(text)))
