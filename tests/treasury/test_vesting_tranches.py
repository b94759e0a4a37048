"""`treasury.vesting_tranches`: grants as dated payments, through a document's text and back, and every difference."""

from __future__ import annotations

import pytest

from chain.address import checksum
from chain.amount import spell
from proposals.compile import compile_parts
from proposals.document import parse_document
from proposals.draft import budget_row, draft
from proposals.payment import Asset, asset_book
from proposals.tables import BudgetRow
from proposals.times import parse_instant, spell_instant
from tests.dao.workflow.stage import SECTIONS
from tests.treasury.plans import ANN, BEN, changed, grant
from treasury.allocation import Plan, PlanError
from treasury.binding import paying
from treasury.vesting_tranches import Dated, check_rows, of_a_term, parts_by_date, tranches_of

TGE = parse_instant("2026-01-31T12:00:00Z")
SAFE, TOKEN = b"\x01" * 20, b"\x02" * 20
MTN = Asset(symbol="MTN", decimals=18, address=TOKEN, chain_id=1)
BY_QUARTER = 'release = { kind = "tranches", lock_months = 6, months = 12, every_months = 3 }'
IN_A_LINE = 'release = { kind = "linear", lock_months = 0, months = 3 }'
UNEVEN = "100.000000000000000001"


def plan() -> Plan:
    """Ann in four quarters of what four does not divide, Ben in a line, and Ben at once."""
    grants = (
        grant("ann", ANN, amount=UNEVEN, more=BY_QUARTER),
        grant("ben", BEN, amount="10", more=IN_A_LINE),
        grant("ben-now", BEN, amount="7", bucket="research"),
    )
    return changed(more="".join(grants))


def rows_of(dated: tuple[Dated, ...]) -> list[BudgetRow]:
    """The rows of a document that pays them."""
    numbers = parts_by_date(dated, 60)
    return [
        budget_row(
            number, f"{spell(row.tranche.amount, 18)} MTN to {checksum(row.tranche.payee)}",
            purpose=row.grant.id, not_before=row.tranche.at,
        )
        for number, row in zip(numbers, dated, strict=True)
    ]  # fmt: skip


def test_dates_and_amounts() -> None:
    """Real quarters from the 31st, the exact total at the end, a line by the month, and never more than is vested."""
    made = plan()
    dated = tranches_of(made, made.grants, TGE)
    quarter = 25 * 10**18

    assert [
        ("ben-now", "2026-01-31T12:00:00Z", 7 * 10**18),
        ("ann", "2026-10-31T12:00:00Z", quarter),
        ("ann", "2027-01-31T12:00:00Z", quarter),
        ("ann", "2027-04-30T12:00:00Z", quarter),
        ("ann", "2027-07-31T12:00:00Z", quarter + 1),
    ] == [(row.grant.id, spell_instant(row.tranche.at), row.tranche.amount) for row in dated if row.grant.id != "ben"]
    for one in made.grants:
        schedule, paid = made.schedule_of(one, TGE), 0
        for row in dated:
            if row.grant is one:
                paid += row.tranche.amount
                assert paid == schedule.vested(row.tranche.at) > schedule.vested(row.tranche.at - 1)
        assert paid == one.amount
    assert [2, 3, 4] == [int(spell_instant(row.tranche.at)[5:7]) for row in dated if row.grant.id == "ben"]


def test_from_the_plan_to_parts_and_back() -> None:
    """Text and parts say the same dates, payees and units; one date is one part, and the document is the plan's."""
    made = plan()
    dated = tranches_of(made, made.grants, TGE)
    raw = draft(
        number=4, title="Vesting of the team", description="Pays what vests", author="Dora (@dora)",
        discussions_to="https://forum.example.org/t/4", created="2026-02-01", sections=SECTIONS, budget=rows_of(dated),
    )  # fmt: skip
    document = parse_document(raw)
    parts = compile_parts(document, chain_id=1, safe=SAFE, assets=asset_book([MTN]))
    paid = [(part.not_before, paying(call, 1)) for part in parts for call in part.calls]

    assert [(row.tranche.at, row.tranche.payee, row.tranche.amount) for row in dated] == [
        (at, payment.payee, payment.amount) for at, payment in paid if payment is not None
    ]
    assert len({row.tranche.at for row in dated}) == len(parts)
    assert {0} == {part.not_after for part in parts}
    assert () == check_rows(made, dated, document.budget)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"not_before": TGE + 1}, ["surplus", "missing"]),
        ({"action": "7.000000000000000001 MTN to " + BEN}, ["surplus", "missing"]),
        ({"action": "6.9999999999999999999 MTN to " + BEN}, ["surplus", "missing"]),
        ({"action": "7 MTN to " + ANN}, ["surplus", "missing"]),
        ({"action": "7 ETH to " + BEN}, ["other", "missing"]),
        ({"release": "m1"}, ["condition"]),
        ({"not_after": TGE + 9}, ["condition"]),
    ],
)
def test_every_difference_is_found(changes: dict[str, object], found: list[str]) -> None:
    """A second early or late, one unit, another payee or asset, a milestone, an end."""
    made = plan()
    rows = rows_of(tranches_of(made, made.grants, TGE))
    words: dict[str, object] = {"action": "7 MTN to " + BEN, "not_before": TGE} | changes
    action = str(words.pop("action"))
    rows[0] = budget_row(1, action, **words)  # type: ignore[arg-type]  # the keyword arguments of a row

    assert found == [finding.reason for finding in check_rows(made, tranches_of(made, made.grants, TGE), rows)]


def test_twice_missing_and_too_many() -> None:
    """A tranche in two rows is one too many; one that is left out is named with its date."""
    made = plan()
    rows = rows_of(tranches_of(made, made.grants, TGE))

    assert ["surplus"] == [
        row.reason for row in check_rows(made, tranches_of(made, made.grants, TGE), [rows[0], *rows])
    ]
    (missing,) = check_rows(made, tranches_of(made, made.grants, TGE), rows[:-1])
    assert ("missing", parse_instant("2027-07-31T12:00:00Z")) == (missing.reason, missing.facts["at"])


def test_who_has_a_wallet_is_paid_by_it() -> None:
    """Its tranches would pay the same money a second time."""
    made = changed(more=grant("ann", ANN, more=f'wallet = "{BEN}"'))

    with pytest.raises(PlanError) as caught:
        tranches_of(made, made.grants, TGE)

    assert ("E_PLAN", "wallet_pays") == (caught.value.code, caught.value.reason)


def test_a_date_with_many_payments_is_several_parts() -> None:
    """So that a part finds a place in a block; and two dates never share one."""
    made = plan()
    (first, *_) = tranches_of(made, made.grants, TGE)
    later = first._replace(tranche=first.tranche._replace(at=TGE + 5))

    assert [1, 1, 2, 3, 3, 4] == parts_by_date([first] * 3 + [later] * 3, 2)


def test_a_document_pays_twelve_months() -> None:
    """From the first tranche, or from the document's own day where that is later; the last day is in it."""
    made = plan()
    dated = tranches_of(made, made.grants, TGE)

    assert ["ann", "ann"] == [row.grant.id for row in of_a_term(dated, 0) if row.grant.id == "ann"]
    assert dated[-2].tranche.at == parse_instant("2027-04-30T12:00:00Z")
    assert len(dated) - 1 == len(of_a_term(dated, parse_instant("2026-04-30T12:00:00Z")))
    assert len(dated) - 2 == len(of_a_term(dated, parse_instant("2026-04-29T12:00:00Z")))
    assert () == of_a_term((), TGE)
