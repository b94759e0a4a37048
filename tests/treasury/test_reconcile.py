"""The books against balances: every difference has its blocks, and all of them together are the whole difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.finding import has_errors
from dao.sentences import sentence
from tests.treasury.book_cases import ETH, TOKEN, line
from treasury.book_lines import NOWHERE
from treasury.ledger import opposite
from treasury.reconcile import Place, Reconciled, Stretch, booked_in, judge

PLACE = Place("Assets:Safe:IIP", ("Assets:Safe:IIP",), 1, (b"\x5a" * 20,), TOKEN)
LAST = 20


def chain(
    moves: Mapping[int, int], logs: Mapping[int, int], booked: Mapping[int, int], opening: int = 0
) -> list[Stretch]:
    """The stretches of blocks 1 to 20 as a node would tell them: what moved in each, and what its logs say."""
    found, start, held = [], 1, opening
    marked = sorted({*logs, *(block for block in booked if block > 0)})
    for block in [*marked, LAST + 1]:
        if block > start:
            quiet = sum(amount for at, amount in moves.items() if start <= at < block)
            found.append(Stretch(start, block - 1, held, held + quiet, 0, is_quiet=True))
            held += quiet
        if block <= LAST:
            found.append(Stretch(block, block, held, held + moves.get(block, 0), logs.get(block, 0)))
            held += moves.get(block, 0)
        start = block + 1
    return found


def judged(
    moves: Mapping[int, int], logs: Mapping[int, int], booked: Mapping[int, int], opening: int = 0
) -> Reconciled:
    result = judge(PLACE, opening + sum(moves.values()), booked, chain(moves, logs, booked, opening), known=15)
    for finding in result.findings:
        told = sentence(finding.code, finding.reason, {"place": finding.place, "line": 0, **finding.facts}, "en")
        assert "?" not in told, told
    return result


def reasons(result: Reconciled) -> list[tuple[str, str]]:
    return [(finding.code, finding.reason) for finding in result.findings]


@pytest.mark.parametrize(
    ("moves", "logs", "booked", "expected"),
    [
        ({3: 100}, {3: 100}, {3: 100}, []),
        ({3: 100, 5: 7}, {3: 100, 5: 7}, {3: 100}, [("W_RECONCILE", "unbooked")]),
        ({3: 100, 16: 7}, {3: 100, 16: 7}, {3: 100}, [("W_RECONCILE", "pending")]),
        ({3: 100, 5: -7}, {3: 100, 5: -7}, {3: 100}, [("E_RECONCILE", "outflow")]),
        ({3: 100}, {3: 100}, {3: 100, 6: 9}, [("E_RECONCILE", "absent")]),
        ({3: 98}, {3: 100}, {3: 100}, [("E_TOKEN_BEHAVIOUR", "logs"), ("E_RECONCILE", "differs")]),
        ({3: 100, 9: 5}, {3: 100}, {3: 100}, [("E_RECONCILE", "silent")]),
        ({3: 100, 9: -5}, {3: 100}, {3: 100}, [("E_RECONCILE", "silent")]),
        ({3: 0}, {3: 100}, {}, [("E_TOKEN_BEHAVIOUR", "logs")]),
        ({3: 100}, {3: 100}, {3: 100, -1: 4}, [("E_RECONCILE", "untraced")]),
    ],
    ids=["agrees", "gift", "pending", "theft", "absent", "fee", "rebase up", "rebase down", "lying log", "untraced"],
)  # fmt: skip
def test_what_a_difference_is(
    moves: dict[int, int], logs: dict[int, int], booked: dict[int, int], expected: Sequence[tuple[str, str]]
) -> None:
    """H91, from the books' side: fees, rebases and logs that lie are found by balances; gifts alone are no error."""
    found = judged(moves, logs, booked)

    assert expected == reasons(found)
    assert has_errors(found.findings) == any(code.startswith("E_") for code, _ in expected)


def test_what_lay_there_before_and_what_cannot_be_read() -> None:
    """An opening balance is a finding; a node without old balances leaves the difference unexplained."""
    assert [("E_RECONCILE", "opening")] == reasons(judged({3: 1}, {3: 1}, {3: 1}, opening=50))
    blind = judge(PLACE, 7, {3: 4}, None, known=15)
    assert ([("E_RECONCILE", "unexplained")], 3) == (reasons(blind), blind.findings[0].facts["difference"])


def test_offsetting_mistakes_are_seen_when_every_block_is() -> None:
    """A gift and a theft of the same size leave the total right."""
    assert [("W_RECONCILE", "unbooked"), ("E_RECONCILE", "outflow")] == reasons(
        judged({4: 9, 8: -9}, {4: 9, 8: -9}, {})
    )


AMOUNTS = st.dictionaries(st.integers(1, LAST), st.integers(-(10**24), 10**24).filter(bool), max_size=6)


@given(moves=AMOUNTS, logs=AMOUNTS, booked=AMOUNTS, opening=st.integers(0, 10**20))
def test_findings_add_up_to_the_difference(
    moves: dict[int, int], logs: dict[int, int], booked: dict[int, int], opening: int
) -> None:
    """Whatever a chain does and books say, the findings that are about money sum up to what the balance is off by."""
    found = judged(moves, logs, booked, opening)
    off = 0
    for finding in found.findings:
        if finding.code == "E_TOKEN_BEHAVIOUR":
            continue
        amount = finding.facts["amount"]
        assert isinstance(amount, int)
        booked_too = finding.facts.get("booked", 0)
        assert isinstance(booked_too, int)
        off += {"outflow": -amount, "absent": -amount, "differs": amount - booked_too}.get(finding.reason, amount)

    assert found.difference == off
    assert bool(found.difference) <= bool(found.findings)


def test_books_by_block() -> None:
    """Only this account, asset and chain; what was taken back counts in its original's block; later blocks do not."""
    first = line(1, 5, asset=TOKEN, block=3)
    second = line(2, 8, asset=TOKEN, block=9)
    back = replace(
        first,
        index=4,
        entry=replace(first.entry, id="reversed/1:donation/1:1", rule="reversed/1",
                      postings=opposite(first.entry.postings)),
        trace=NOWHERE,
    )  # fmt: skip
    lines = [first, second, line(3, 99, asset=ETH, block=3), line(5, 2, asset=TOKEN), back]

    assert {3: 0, 9: 8, -1: 2} == booked_in(lines, PLACE, 10)
    assert {3: 5, -1: 2} == booked_in(lines[:4], PLACE, 8)
    assert {-1: 15} == booked_in(lines[:4], PLACE._replace(chain_id=10), 8)
