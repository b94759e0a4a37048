"""`dao vesting show`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dao.cli.conftest import Outcome
from tests.treasury.plans import ANN, MUTON, grant, payment

Dao = Callable[..., Outcome]

VESTING = json.loads((Path(__file__).parents[2] / "vectors" / "mutual" / "muton_vesting.json").read_text("utf-8"))
MILLION = 10**24


@pytest.mark.parametrize(
    "case",
    [case for case in VESTING["cases"] if case["decimals"] == 18 and case["mode"] == "calendar_anniversary_utc"],
    ids=lambda case: case["label"],
)
def test_the_teams_share_by_default(dao: Dao, case: dict[str, str]) -> None:
    """18 decimals, UTC anniversaries, seconds: the published integers, by either spelling of a moment."""
    for tge, at in (("2017-12-01T00:00:00+00:00", case["utc"]), (VESTING["tge"], case["t"])):
        told = dao("vesting", "show", "--plan", "muton", "--bucket", "team", "--tge", tge, "--at", at, "--json")
        document = told.document

        assert 0 == told.status
        assert (case["total_base_units"], case["vested_base_units"]) == (document["total"], document["vested"])
        assert int(document["total"]) == int(document["vested"]) + int(document["locked"])


@pytest.mark.parametrize(
    "case", [case for case in VESTING["cases"] if case["decimals"] == 0][:11], ids=lambda c: c["label"]
)
def test_settings_are_options(dao: Dao, case: dict[str, str]) -> None:
    """Years of 365 days, and no decimals."""
    options = ("--calendar", "365-days", "--decimals", 0, "--step", "second")
    told = dao("vesting", "show", "--bucket", "team", "--tge", VESTING["tge"], "--at", case["t"], *options, "--json")

    assert case["vested_base_units"] == told.document["vested"]


@pytest.mark.parametrize(
    ("bucket", "total", "vested"),
    [("presale", 60, 60), ("sale", 140, 140), ("team", 80, 0), ("reserve", 80, 0), ("research", 40, 40)],
)
def test_every_bucket_at_the_event(dao: Dao, bucket: str, total: int, vested: int) -> None:
    """Three vest at once, the team later, the reserve when somebody decides; one second before, nothing."""
    line = ("vesting", "show", "--plan", "muton", "--bucket", bucket, "--tge", "2026-01-31T12:00:00+08:00", "--json")
    at, before = (
        dao(*line, "--at", f"2026-01-31T04:00:0{s}Z") if s == 0 else dao(*line, "--at", "2026-01-31T03:59:59Z")
        for s in (0, 1)
    )

    assert [str(number * MILLION) for number in (total, vested, total - vested)] == [
        at.document[name] for name in ("total", "vested", "locked")
    ]
    assert "0" == before.document["vested"]


def test_without_a_bucket_all_are_added_up(dao: Dao) -> None:
    """The sum of the buckets is the whole token."""
    told = dao("vesting", "show", "--plan", "MTN", "--tge", 1512086400, "--at", 1606780800, "--json").document

    assert [str(400 * MILLION), str(320 * MILLION), str(80 * MILLION)] == [
        told[name] for name in ("total", "vested", "locked")
    ]
    assert ["presale", "sale", "team", "reserve", "research"] == [row["id"] for row in told["buckets"]]
    assert [None, None, None, None, None] == [row["next"] for row in told["buckets"]]


def test_a_file_with_grants_and_payments(dao: Dao, tmp_path: Path) -> None:
    """The reserve vests what its committee paid; a grant is asked for by its id; the event may stand in the plan."""
    path = tmp_path / "plan.toml"
    path.write_text(
        MUTON.replace("decimals = 18", 'decimals = 18\ntge = "2017-12-01T00:00:00Z"') + grant("ann") + payment("7"),
        "utf-8",
    )
    reserve = dao("vesting", "show", "--plan", path, "--bucket", "reserve", "--at", "2019-01-01T00:00:00Z", "--json")
    ann = dao("vesting", "show", "--plan", path, "--grant", "ann", "--at", "2030-01-01T00:00:00Z", "--json")

    assert ("7" + "0" * 18, None) == (reserve.document["vested"], reserve.document["end"])
    assert ("ann", "1000" + "0" * 18, "0") == tuple(ann.document[name] for name in ("grant", "vested", "locked"))
    assert [path] == list(tmp_path.iterdir())


def test_people_read_a_table(dao: Dao) -> None:
    """Each bucket, the sum, and when more vests."""
    told = dao("vesting", "show", "--tge", "2017-12-01T00:00:00Z", "--at", "2019-12-01T12:00:00Z")

    assert 0 == told.status
    assert "  team       80000000   40000000   40000000" in told.out.splitlines()
    assert "  sum       400000000  280000000  120000000" in told.out.splitlines()
    assert "more vests at 2019-12-01T12:00:01Z" in " ".join(told.out.split())


def test_now_is_the_moment_when_none_is_named(dao: Dao) -> None:
    """Long after the event everything but the reserve is vested."""
    assert str(320 * MILLION) == dao("vesting", "show", "--tge", "2017-12-01T00:00:00Z", "--json").document["vested"]


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        (("--bucket", "founders"), 64, "E_PLAN"),
        (("--bucket", "community"), 64, "E_PLAN"),
        (("--bucket", "Team"), 64, "E_PLAN"),
        (("--bucket", "team", "--grant", "ann"), 64, "E_USAGE"),
        (("--grant", "ann"), 64, "E_PLAN"),
        (("--plan", "mutton"), 64, "E_USAGE"),
        (("--plan", "./none.toml"), 2, "E_IO_READ"),
        (("--tge", "2017-12-01"), 64, "E_TIME"),
        (("--tge", "2017-12-01T00:00:00"), 64, "E_TIME"),
        (("--tge", "2017-02-29T00:00:00Z"), 64, "E_TIME"),
        (("--tge", "1512086400000"), 64, "E_TIME"),
        (("--tge", "-1"), 64, "E_TIME"),
        (("--tge", "１５１２０８６４００"), 64, "E_TIME"),
        (("--tge", ""), 64, "E_USAGE"),
        (("--tge", "2285-12-01T00:00:00Z"), 1, "E_SCHEDULE"),
        (("--at", "soon"), 64, "E_TIME"),
        (("--at", "2019-12-01T00:00:00-00:00"), 64, "E_TIME"),
        (("--decimals", "78"), 64, "E_PLAN_FILE"),
        (("--decimals", "-1"), 64, "E_PLAN_FILE"),
        (("--decimals", "1.5"), 64, "E_USAGE"),
        (("--calendar", "360-days"), 64, "E_USAGE"),
        (("--step", "hour"), 64, "E_USAGE"),
    ],
)
def test_H93_mistakes_are_refused(dao: Dao, options: tuple[str, ...], status: int, code: str) -> None:
    """One sentence, one document, and nothing that looks like an answer."""
    told = dao("vesting", "show", "--plan", "muton", "--tge", "2017-12-01T00:00:00Z", *options, "--json")

    assert (status, code) == (told.status, told.document["error"]["code"]), told.err
    assert ["error"] == list(told.document)


def test_H31_a_plans_text_cannot_hurt(dao: Dao, tmp_path: Path) -> None:
    """Hidden characters are refused where they would be shown, and spelled out in the refusal."""
    path = tmp_path / "plan.toml"
    path.write_text(MUTON.replace('"Presale"', '"Pre\\u202Esale"') + grant("ann", ANN), "utf-8")
    told = dao("vesting", "show", "--plan", path, "--tge", 5)
    path.write_text(MUTON.replace('id = "presale"', 'id = "\\u202Esale"'), "utf-8")
    other = dao("vesting", "show", "--plan", path, "--tge", 5)

    assert (1, 1) == (told.status, other.status)
    assert "\u202e" not in told.err + other.err
