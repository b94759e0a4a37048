"""`proposals.grant`: a vesting grant in a row is dated parts, exact to the last unit, the same in both directions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import address, amount
from chain.errors import CodedError
from proposals.compile import compile_parts
from proposals.document import Document, parse_document, read_document
from proposals.draft import budget_row, draft
from proposals.explain import budget_rows
from proposals.grant import EVERY, Grant, read_grant, tranches_of, write_grant
from proposals.parts import Part, encode_parts
from proposals.payment import PaymentSentence
from proposals.tables import BudgetRow, grant_rows
from proposals.times import parse_day, spell_day
from tests.proposals.sample import ADA, ASSETS, BOB, SAFE

TO = address.checksum(ADA)
ROW = f"12000 MUT to {TO} vesting monthly over 12 months from 2026-03-31"
TABLE = "| Part | Payment | Release | Purpose |\n|---|---|---|---|\n"


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    """Draw grants of any form that is one."""
    every = draw(st.sampled_from(sorted(EVERY.values())))
    count = draw(st.integers(1, 16))
    hold = draw(st.sampled_from(["none", "cliff", "lock"]))
    total = amount.spell(draw(st.integers(10**6, 10**15)), 6)
    payment = PaymentSentence(total, draw(st.sampled_from(["MUT", "ETH"])), draw(st.sampled_from([None, 1])), ADA)
    return Grant(
        payment, every, every * count, parse_day("2026-01-31") + 86_400 * draw(st.integers(0, 300)),
        cliff=every * draw(st.integers(1, count)) if hold == "cliff" else 0,
        lock=draw(st.integers(1, 9)) if hold == "lock" else 0,
    )  # fmt: skip


def document(*rows: BudgetRow) -> Document:
    """Draft a document with these rows and read it again."""
    raw = draft(
        number=1, title="A grant", description="It vests", author="@ada",
        discussions_to="https://forum.example.org/t/1", created="2026-01-31", sections={"Summary": "Text."},
        budget=rows, kind="Funding" if any(row.asks for row in rows) else "Parameter",
    )  # fmt: skip
    return parse_document(raw)


def compiled(found: Document) -> tuple[Part, ...]:
    """Compile for the sample's fund."""
    return compile_parts(found, chain_id=1, safe=SAFE, assets=ASSETS)


@given(grants(), st.booleans())
def test_sentence_and_parts_are_one(grant: Grant, is_second: bool) -> None:
    """A grant written, read and compiled, and its parts said back and compiled, give the same bytes."""
    spelled = f"{grant.payment.amount} {grant.payment.symbol} to " + (
        address.with_chain(ADA, 1) if grant.payment.chain_id else TO
    )
    others = [budget_row(1, f"1 ETH to {address.checksum(BOB)}", not_before=86_400)] if is_second else []
    rows = grant_rows(grant, BudgetRow(part=1 + len(others), action=grant.payment, purpose="work"))
    parts = compiled(document(*others, *rows))
    units = sum(call.value or int.from_bytes(call.data[-32:]) for part in parts[len(others) :] for call in part.calls)

    assert grant == read_grant(write_grant(grant, spelled))
    assert encode_parts(parts) == encode_parts(compiled(document(*budget_rows(parts, ASSETS))))
    assert amount.parse(grant.payment.amount, 18) == units
    assert [each.not_before for each in tranches_of(grant)] == [part.not_before for part in parts[len(others) :]]


def test_cliff_pays_what_was_reached_and_a_lock_moves_the_days() -> None:
    """Month ends do not drift; a cliff's first payment is that of its months, and a lock's first month comes after."""

    def told(text: str) -> list[tuple[str, str]]:
        return [(spell_day(time), each.amount) for time, each in tranches_of(read_grant(text))]

    assert ("2026-04-30", "1000") == told(ROW)[0]
    assert ("2027-03-31", "1000") == told(ROW)[-1]
    assert [("2026-09-30", "6000"), ("2026-10-31", "1000")] == told(ROW + ", cliff of 6 months")[:2]
    assert 7 == len(told(ROW + ", cliff of 6 months"))
    assert [("2026-10-31", "1000"), 12] == [told(ROW + ", locked 6 months")[0], len(told(ROW + ", locked 6 months"))]
    assert ["0.333333", "0.333333", "0.333334"] == [
        each for _, each in told(f"1 ETH to {TO} vesting quarterly over 9 months from 2026-01-01")
    ]


def table(cells: str) -> bytes:
    """Put one row into a document's table."""
    front = (
        "---\niip: 1\ntitle: A grant\ndescription: It vests\nauthor: Ada (@ada)\n"
        "discussions-to: https://forum.example.org/t/1\ntype: Grant\ncreated: 2026-01-31\nrequested: 12000 MUT\n---\n"
    )
    return f"{front}\n## Budget\n\n{TABLE}{cells}\n".encode()


def test_one_line_of_the_table_is_many_parts() -> None:
    """Written by hand; every finding of a part names the grant's own line."""
    found = parse_document(table(f"| 1-12 | {ROW} | - | work |"))

    assert list(range(1, 13)) == [row.part for row in found.budget]
    assert 1 == len({row.line for row in found.budget})
    assert found.raw == parse_document(found.raw).raw
    assert 12 == len(compiled(found))
    assert f"| 1-12 | {ROW} | - | work |".encode() in document(*found.budget).raw


@pytest.mark.parametrize(
    ("cells", "code", "reason"),
    [
        (f"| 1 | {ROW} | - | x |", "E_PARSE", "vesting_parts"),
        (f"| 1-11 | {ROW} | - | x |", "E_PARSE", "vesting_parts"),
        (f"| 2-13 | {ROW} | - | x |", "E_PARSE", "part_order"),
        (f"| 1-12 | {ROW} | m1 | x |", "E_PARSE", "vesting_column"),
        (f"| 1-12 | {ROW}, cliff of 13 months | - | x |", "E_PARSE", "vesting_months"),
        (f"| 1-12 | {ROW.replace('monthly over 12', 'quarterly over 13')} | - | x |", "E_PARSE", "vesting_months"),
        (f"| 1-12 | {ROW.replace('over 12', 'over 101')} | - | x |", "E_LIMIT", "vesting"),
        (f"| 1-12 | {ROW.replace('2026-03-31', 'soon')} | - | x |", "E_TIME", None),
        (f"| 1-12 | {ROW} and more | - | x |", "E_PARSE", "vesting"),
        (f"| 1-12 | {ROW.replace('12000', '0.000001')} | - | x |", "E_AMOUNT", "vesting"),
        (f"| 1-12 | {ROW.replace(TO, '0x' + '0' * 40)} | - | x |", "E_RECIPIENT_ZERO", "payee"),
        (f"| 1-12 | {ROW} | - | x |\n| 12 | 1 ETH to {TO} | - | x |", "E_PARSE", "part_disagrees"),
    ],
)
def test_what_is_no_grant(cells: str, code: str, reason: str | None) -> None:
    """Refused on the line of the row, and no row of it is made up."""
    found = [finding for finding in read_document(table(cells)).findings if finding.place.startswith("part ")]

    assert [code] == [finding.code for finding in found]
    assert reason in (None, found[0].reason)


def test_asset_without_the_places_refuses() -> None:
    """A third of a coin that has two decimals is nothing: compiling says so, and rounds nothing away."""
    cents = ASSETS["MUT"].__class__(symbol="MUT", decimals=2, address=ASSETS["MUT"].address, chain_id=1)
    cells = f"| 1-12 | {ROW.replace('12000', '100')} | - | x |"
    found = parse_document(table(cells).replace(b"requested: 12000", b"requested: 100"))
    with pytest.raises(CodedError) as refused:
        compile_parts(found, chain_id=1, safe=SAFE, assets={"MUT": cents})

    assert ("E_AMOUNT", "places") == (refused.value.code, refused.value.reason)


def test_a_call_that_speaks_of_dollars_and_vesting_is_a_call() -> None:
    """Words inside of an argument make neither an ask in dollars nor a grant of it."""
    row = budget_row(1, f'call {TO} note(string text) with text = "5 USD in ETH vesting monthly"')

    assert [row.action] == [each.action for each in document(row).budget]
    assert (None, None) == (document(row).budget[0].grant, document(row).budget[0].price)
