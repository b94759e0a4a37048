"""`treasury.allocation`: Muton's plan is the white paper's, to the integer; what does not add up is no plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chain.errors import CodedError
from proposals.times import parse_instant
from tests.treasury.plans import ANN, BEN, MUTON, changed, grant, payment
from treasury.allocation import WHOLE
from treasury.allocation_text import read_plan

VECTORS = Path(__file__).parents[1] / "vectors" / "mutual"
ALLOCATION: dict[str, Any] = json.loads((VECTORS / "muton_allocation.json").read_text("utf-8"))
VESTING: dict[str, Any] = json.loads((VECTORS / "muton_vesting.json").read_text("utf-8"))
CALENDARS = {"years_of_365_days": "365-days", "calendar_anniversary_utc": "anniversaries"}
TGE = VESTING["tge"]


def test_the_shipped_plan_is_the_white_papers() -> None:
    """Five buckets of 400 million, in its order; 50 % and 30 % are labels over them and no further buckets."""
    plan, checks = changed(), ALLOCATION["checks"]
    unit = 10**plan.decimals

    assert [(row["percent"], row["amount"]) for row in ALLOCATION["buckets"]] == [
        (row.percent * 100 // WHOLE, row.amount // unit) for row in plan.buckets
    ]
    assert ALLOCATION["total"] * unit == plan.total == sum(row.amount for row in plan.buckets)
    assert checks["amount_sum"] * unit == plan.total
    assert [(checks["ico_percent"], checks["ico_amount"]), (30, checks["community_label"]["amount"])] == [
        (row.percent * 100 // WHOLE, row.amount // unit) for row in plan.labels
    ]
    assert ["presale", "sale", "team", "reserve", "research"] == [row.id for row in plan.buckets]
    assert all(map(plan.names_asset, ("Muton", "MTN", "MutualChainCoin", "muton")))
    assert not plan.names_asset("MDS")


@pytest.mark.parametrize(
    "case", VESTING["cases"], ids=lambda case: f"{case['mode']} {case['decimals']} {case['label']}"
)
def test_the_teams_share_vests_as_the_paper_says(case: dict[str, Any]) -> None:
    """Nothing at month 12, the half in the middle, everything at month 36; in both calendars, with any decimals."""
    plan = changed(
        ("decimals = 18", f"decimals = {case['decimals']}"), ('"anniversaries"', f'"{CALENDARS[case["mode"]]}"')
    )
    schedule = plan.schedule(plan.bucket("team"), TGE)

    assert int(case["total_base_units"]) == schedule.total
    assert int(case["vested_base_units"]) == schedule.vested(case["t"])
    assert int(case["total_base_units"]) == schedule.vested(case["t"]) + schedule.locked(case["t"])
    assert (case["lock_end"], case["end"]) == (schedule.dates[0], schedule.end)


def test_the_mistaken_reading_does_not_match() -> None:
    """A cliff of a year in three years of vesting would give a third at month 12: it is another number everywhere
    between the end of the lock and the end.
    """
    for case in VESTING["cases"]:
        wrong, right = int(case["wrong_if_cliff_catch_up"]), int(case["vested_base_units"])
        plan = changed(
            ("decimals = 18", f"decimals = {case['decimals']}"), ('"anniversaries"', f'"{CALENDARS[case["mode"]]}"')
        )

        found = plan.schedule(plan.bucket("team"), TGE).vested(case["t"])
        assert (wrong != right) == (found != wrong) == (case["lock_end"] <= case["t"] < case["end"])


def test_the_monthly_reading_is_a_step() -> None:
    """24 equal months, cumulated and rounded down: the paper's half at month 24 exactly."""
    plan = changed(("decimals = 18", "decimals = 0"), ('step = "second"', 'step = "month"'))
    schedule = plan.schedule(plan.bucket("team"), TGE)
    found = {row["month"]: row["vested"] for row in VESTING["monthly_24_variant"]["values"]}

    assert 24 == len(schedule.dates)
    assert found == {
        month: str(schedule.vested(schedule.dates[month - 1] if month else schedule.dates[0] - 1)) for month in found
    }


def test_the_others_vest_at_the_event() -> None:
    """Presale, sale and research at once; the reserve when its committee pays, and nothing without."""
    plan, unit = changed(), 10**18
    vested = {row.id: plan.schedule(row, TGE).vested(TGE) // unit for row in plan.buckets}

    assert {"presale": 60_000_000, "sale": 140_000_000, "team": 0, "reserve": 0, "research": 40_000_000} == vested
    assert 0 == plan.schedule(plan.bucket("presale"), TGE).vested(TGE - 1)
    reserve = plan.schedule(plan.bucket("reserve"), TGE)
    assert (None, None, 0) == (reserve.end, reserve.next_event(TGE), reserve.vested(9 * 10**9))


def test_the_reserve_vests_what_its_committee_paid() -> None:
    """Each payment at its moment, up to the bucket; the rest is locked until it is decided."""
    plan = changed(more=payment("1000.5") + payment("2", "2020-01-01T00:00:00Z", "minutes 2"))
    schedule = plan.schedule(plan.bucket("reserve"), TGE)
    first, second = parse_instant("2019-01-01T00:00:00Z"), parse_instant("2020-01-01T00:00:00Z")

    assert [0, 10005 * 10**17, 10025 * 10**17] == [schedule.vested(time) for time in (first - 1, first, second)]
    assert 80_000_000 * 10**18 == schedule.total
    assert 80_000_000 * 10**18 == schedule.vested(second) + schedule.locked(second)


def test_a_grant_vests_as_its_bucket_or_by_its_own_rule() -> None:
    """From the event, or from its own start."""
    own = 'start = "2018-02-28T00:00:00Z"\nrelease = { kind = "tranches", months = 12, every_months = 3 }'
    plan = changed(more=grant("ann") + grant("ben", BEN, amount="10", more=own))
    ann, ben = (plan.schedule_of(one, TGE) for one in plan.grants)
    team = plan.schedule(plan.bucket("team"), TGE)

    assert (team.dates, team.end) == (ann.dates, ann.end)
    assert [f"2018-{month}-28T00:00:00Z" for month in ("05", "08", "11")] == [
        f"2018-{month}-28T00:00:00Z"
        for month in ("05", "08", "11")
        if parse_instant(f"2018-{month}-28T00:00:00Z") in ben.dates
    ]
    assert [25 * 10**17, 5 * 10**18, 75 * 10**17, 10**19] == [ben.vested(time) for time in ben.dates]


LABEL = '[[label]]\nid = "community"'
REFUSED: list[tuple[str, str, list[tuple[str, str]], str]] = [
    ("E_PLAN", "share", [('"60000000"', '"60000001"')], ""),
    ("E_PLAN", "share", [("percent = 15", 'percent = "15.0001"')], ""),
    ("E_PLAN", "sum", [("percent = 15", "percent = 14"), ('"60000000"', '"56000000"')], ""),
    (
        "E_PLAN",
        "overlap",
        [
            (LABEL, '[[bucket]]\nid = "community"'),
            ('buckets = ["reserve", "research"]', 'release = { kind = "committee" }'),
        ],
        "",
    ),
    ("E_PLAN", "label_sum", [('buckets = ["reserve", "research"]', 'buckets = ["reserve"]')], ""),
    ("E_PLAN", "bucket", [('buckets = ["reserve", "research"]', 'buckets = ["reserve", "gifts"]')], ""),
    ("E_PLAN", "twice_bucket", [('buckets = ["reserve", "research"]', 'buckets = ["reserve", "reserve"]')], ""),
    ("E_PLAN", "twice_bucket", [('id = "sale"', 'id = "presale"')], ""),
    ("E_PLAN", "twice_bucket", [('id = "community"', 'id = "reserve"')], ""),
    ("E_PLAN", "twice_asset", [('"MTN"', '"muton"')], ""),
    ("E_PLAN", "twice_grant", [], grant("ann") + grant("ann", BEN)),
    ("E_PLAN", "grant_twice", [], grant("ann") + grant("ann-2")),
    ("E_PLAN", "granted", [], grant("ann", amount="80000000") + grant("ben", BEN, amount="0.000000000000000001")),
    ("E_PLAN", "bucket", [], grant("ann", bucket="gifts")),
    ("E_PLAN", "label", [], grant("ann", bucket="community")),
    ("E_PLAN", "grant_release", [], grant("ann", bucket="reserve")),
    ("E_PLAN", "payment", [], payment("1", bucket="team")),
    ("E_PLAN", "granted", [], payment("80000000") + payment("1", evidence="minutes 2")),
    ("E_PLAN", "twice_payment", [], payment("1") + payment("2")),
    ("E_SCHEDULE", "months", [("months = 24 }", "months = 0 }")], ""),
    ("E_SCHEDULE", "months", [("lock_months = 12", "lock_months = -12")], ""),
    ("E_SCHEDULE", "months", [("months = 24 }", "months = 2000000 }")], ""),
    (
        "E_SCHEDULE",
        "every",
        [('"linear", lock_months = 12, months = 24', '"tranches", months = 24, every_months = 7')],
        "",
    ),
    ("E_PLAN_FILE", "toml", [("version = 1", "version =")], ""),
    ("E_PLAN_FILE", "unknown", [("version = 1", 'version = 1\ndecimal = "8"')], ""),
    ("E_PLAN_FILE", "unknown", [('"immediate" }', '"immediate", months = 24 }')], ""),
    ("E_PLAN_FILE", "missing", [('title = "Presale"\n', "")], ""),
    ("E_PLAN_FILE", "missing", [(", months = 24 }", " }")], ""),
    ("E_PLAN_FILE", "type_text", [('"60000000"', "60000000")], ""),
    ("E_PLAN_FILE", "type_text", [("percent = 15", "percent = 15.0")], ""),
    ("E_PLAN_FILE", "type_number", [("decimals = 18", "decimals = true")], ""),
    ("E_PLAN_FILE", "type_list", [('aliases = ["MTN", "MutualChainCoin"]', 'aliases = "MTN"')], ""),
    ("E_PLAN_FILE", "type_table", [('release = { kind = "committee" }', 'release = "committee"')], ""),
    ("E_PLAN_FILE", "amount", [('"400000000"', '"4e8"')], ""),
    ("E_PLAN_FILE", "amount", [('"60000000"', '"60_000_000"')], ""),
    ("E_PLAN_FILE", "amount", [('"400000000"', '"-1"')], ""),
    ("E_PLAN_FILE", "share", [("percent = 15", 'percent = "15 %"')], ""),
    ("E_PLAN_FILE", "share", [("percent = 15", "percent = -15")], ""),
    (
        "E_PLAN_FILE",
        "word",
        [('"365-days"', '"x"')] if '"365-days"' in MUTON else [('"anniversaries"', '"360-days"')],
        "",
    ),
    ("E_PLAN_FILE", "word", [('kind = "linear"', 'kind = "cliff"')], ""),
    ("E_PLAN_FILE", "id", [('id = "presale"', 'id = "Pre sale"')], ""),
    ("E_PLAN_FILE", "text", [('title = "Presale"', 'title = "Pre\\u202Esale"')], ""),
    ("E_PLAN_FILE", "decimals", [("decimals = 18", "decimals = 78")], ""),
    ("E_PLAN_FILE", "time", [("decimals = 18", 'decimals = 18\ntge = "2017-12-01"')], ""),
    ("E_PLAN_FILE", "address", [], grant("ann", ANN.lower())),
    ("E_VERSION", "plan", [("version = 1", "version = 2")], ""),
]


@pytest.mark.parametrize(("code", "reason", "changes", "more"), REFUSED)
def test_a_plan_that_is_none_is_refused(code: str, reason: str, changes: list[tuple[str, str]], more: str) -> None:
    """By one code and one reason each: sums, overlaps, names, double grants, and every slip of the pen."""
    with pytest.raises(CodedError) as refused:
        changed(*changes, more=more)

    assert (code, reason) == (refused.value.code, refused.value.reason)


@pytest.mark.parametrize(
    "data", [b"\xff", b"[[bucket]]\n" * 99_999, b"version = 1", b"", b"[" * 5000, b"a = " + b"[" * 5000]
)
def test_junk_is_refused(data: bytes) -> None:
    """Whatever it is, with a code of ours."""
    with pytest.raises(CodedError) as refused:
        read_plan(data)

    assert refused.value.code in {"E_PLAN_FILE", "E_LIMIT"}


def test_a_percentage_with_decimals_is_text() -> None:
    """12.5 and 17.5 % instead of 15 and 15 are exact, because they are no binary fractions."""
    plan = changed(
        ("percent = 15", 'percent = "12.5"'),
        ('"60000000"', '"50000000"'),
        ("percent = 35", 'percent = "37.5"'),
        ('"140000000"', '"150000000"'),
    )

    assert [125_000, 375_000] == [row.percent for row in plan.buckets[:2]]
