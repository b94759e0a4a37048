"""`dao vesting calendar`, `chart` and `statement`: rows that add up, and papers that are safe where they are opened."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dao.cli.treasury import vesting_papers
from dao.cli.treasury.vesting_papers import Event
from proposals.times import spell_instant
from tests.dao.cli.conftest import Outcome
from tests.test_tidy import ROOT, numbers_are_exact, parse, pure_modules_have_no_effects
from tests.treasury.plans import ANN, BEN, MUTON, grant, payment

Dao = Callable[..., Outcome]

TGE = ("--tge", "2017-12-01T00:00:00Z")
UNIT = 10**18
HOSTILE = '=HYPERLINK(\\"http://evil\\"), <script>alert(1)</script>; x\\\\n'
"""As TOML spells it: a formula, a tag, and what means something in a calendar."""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan with grants, alone in a folder, in which we stand."""
    monkeypatch.chdir(tmp_path)
    path = Path("plan.toml")
    more = 'release = { kind = "tranches", months = 12, every_months = 3 }\n' + f'title = "{HOSTILE}"'
    text = MUTON.replace("decimals = 18", 'decimals = 18\ntge = "2024-02-29T00:00:00Z"')
    path.write_text(text + grant("ann") + grant("ann-2", bucket="sale", more=more) + grant("ben", BEN), "utf-8")
    return path


def test_months_add_up_to_what_vests(dao: Dao) -> None:
    """Over the whole life the rows are the plan without the reserve, each beginning where the last one ends."""
    line = ("vesting", "calendar", *TGE, "--at", "2017-11-30T23:59:59Z", "--months", 40, "--json")
    rows = dao(*line).document["months"]

    assert 40 == len(rows)
    assert 320_000_000 * UNIT == sum(int(row["sum"]) for row in rows)
    assert [row["until"] for row in rows[:-1]] == [row["from"] for row in rows[1:]]
    assert all(int(row["sum"]) == sum(map(int, row["unlocked"].values())) for row in rows)
    assert all(400_000_000 * UNIT == int(row["vested"]) + int(row["locked"]) for row in rows)
    assert 240_000_000 * UNIT == int(rows[1]["sum"])
    assert {0} == {int(row["sum"]) for row in rows[2:13]}


def test_what_vested_before_is_in_no_month(dao: Dao) -> None:
    """The first month begins after the moment: what vested at that second is there already."""
    rows = dao("vesting", "calendar", *TGE, "--at", "2017-12-01T00:00:00Z", "--months", 1, "--json").document["months"]

    assert [("0", str(240_000_000 * UNIT))] == [(row["sum"], row["vested"]) for row in rows]


def test_a_csv_of_months(dao: Dao, plan: Path) -> None:
    """Exact amounts, CRLF, a row a month; the same again is no news, other bytes are not replaced unasked."""
    told = dao("vesting", "calendar", "--plan", plan, "--at", "2025-03-01T00:00:00Z", "--out", "a.csv")
    again = dao("vesting", "calendar", "--plan", plan, "--at", "2025-03-01T00:00:00Z", "--out", "a.csv")
    other = dao("vesting", "calendar", "--plan", plan, "--at", "2025-04-01T00:00:00Z", "--out", "a.csv", "--json")
    data = Path("a.csv").read_bytes()

    assert (0, 0, "E_IO_EXISTS") == (told.status, again.status, other.document["error"]["code"])
    assert "already" in again.out
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    assert ["2025-03-01"] + [f"2025-{month:02}-01" for month in range(4, 7)] == [row["from"] for row in rows[:4]]
    assert 24 == len(rows) == data.count(b"\r\n") - 1
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_a_chart_as_table_and_picture(dao: Dao, tmp_path: Path) -> None:
    """At most 25 dates and the moment among them; the SVG is XML, loads nothing, and is the same every time."""
    line = ("vesting", "chart", *TGE, "--at", "2019-06-15T00:00:00Z")
    rows = dao(*line, "--json").document["rows"]
    told = dao(*line, "--out", tmp_path / "a.svg")
    dao(*line, "--out", tmp_path / "b.svg")
    data = (tmp_path / "a.svg").read_bytes()

    assert 14 == len(rows)
    assert [str(240_000_000 * UNIT), str(320_000_000 * UNIT)] == [rows[0]["sum"], rows[-1]["sum"]]
    assert "  2019-06-15*  60000000  140000000  20377…".replace("20377…", "") in told.out
    assert data == (tmp_path / "b.svg").read_bytes()
    root = ElementTree.fromstring(data)
    texts = {"".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Presale", "Team and early investors", "as of 2019-06-15", "token generation 2017-12-01"} <= texts
    assert not re.search(rb"href|<script|<image|@import|url\((?!#)", data)


def test_bands_stand_on_each_other(dao: Dao, tmp_path: Path) -> None:
    """Read off the picture at its right end: each edge is the sum of the buckets below, and a jump is upright."""
    dao("vesting", "chart", *TGE, "--at", "2017-06-01T00:00:00Z", "--out", tmp_path / "a.svg")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    polygons = [node.get("points", "") for node in root.iter("{http://www.w3.org/2000/svg}polygon")]
    points = [[tuple(map(int, point.split(","))) for point in polygon.split()] for polygon in polygons]
    right = max(x for polygon in points for x, _ in polygon)

    tops = [min(y for x, y in polygon if x == right) for polygon in points]
    assert [396 - 300 * sum_ // 400 for sum_ in (60, 200, 280, 320)] == tops
    jump = next(y for y in [point for point in points[0] if point[1] < 396])
    assert (jump[0], 396) in points[0] or (jump[0] - 1, 396) in points[0]


def test_no_tone_is_told_by_colour_alone() -> None:
    """Bands that lie on each other differ by lightness in grey, or by a hatching that the other has not."""
    from dao.cli.treasury import vesting_svg

    def grey(tone: str) -> int:
        red, green, blue = (int(tone[at : at + 2], 16) for at in (1, 3, 5))
        return (2126 * red + 7152 * green + 722 * blue) // 25_500

    looks = list(zip(vesting_svg._TONES, vesting_svg._HATCHES, strict=True))
    for (tone, hatch), (next_tone, next_hatch) in zip(looks, looks[1:] + looks[:1], strict=True):
        assert hatch != next_hatch
        assert abs(grey(tone) - grey(next_tone)) >= 15 or (hatch and next_hatch)


def test_a_statement_lists_every_date(dao: Dao, plan: Path) -> None:
    """By grant or by address; the amounts of the dates are the total, and the line is listed by the month."""
    line = ("vesting", "statement", "--plan", plan, "--at", "2026-02-28T00:00:00Z", "--json")
    ann, both = dao(*line, "--grant", "ann").document, dao(*line, "--to", ANN).document
    (one,) = ann["grants"]

    assert 24 == len(one["dates"])
    assert 1000 * UNIT == int(one["total"]) == sum(int(row["amount"]) for row in one["dates"])
    assert ["2025-03-28T00:00:00Z", "2027-02-28T00:00:00Z"] == [spell_instant(one["dates"][n]["at"]) for n in (0, -1)]
    assert str(500 * UNIT) == one["vested"]
    assert ["ann", "ann-2"] == [row["id"] for row in both["grants"]]
    assert [f"2024-{day}T00:00:00Z" for day in ("05-29", "08-29", "11-29")] + ["2025-02-28T00:00:00Z"] == [
        spell_instant(row["at"]) for row in both["grants"][1]["dates"]
    ]


class Page(HTMLParser):
    """Which elements a page has, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_H31_papers_are_safe_where_they_are_opened(dao: Dao, plan: Path) -> None:
    """A title that is a formula, a tag and calendar syntax is text in every form."""
    for form in ("html", "csv", "ics"):
        told = dao(
            "vesting", "statement", "--plan", plan, "--to", ANN, "--at", "2025-01-01T00:00:00Z", "--out", f"a.{form}"
        )
        assert 0 == told.status, told.err
    page = Page(Path("a.html").read_text("utf-8"))
    rows = list(csv.reader(io.StringIO(Path("a.csv").read_bytes().decode(), newline="")))
    calendar = Path("a.ics").read_bytes()

    assert not page.tags & {"script", "img", "iframe", "link", "object", "a"}
    assert "<script>alert(1)</script>" in page.words
    assert {'\'=HYPERLINK("http://evil"), <script>alert(1)</script>; x\\n'} == {
        row[1] for row in rows if row[0] == "ann-2"
    }
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]
    unfolded = calendar.decode().replace("\r\n ", "")
    assert '=HYPERLINK("http://evil")\\, <script>alert(1)</script>\\; x\\\\n' in unfolded


def test_an_ics_is_rfc_5545(dao: Dao, plan: Path) -> None:
    """CRLF, at most 75 octets a line, one event a date with an id of its own, moments in UTC."""
    dao("vesting", "calendar", "--plan", plan, "--at", "2025-01-01T00:00:00Z", "--out", "a.ics", "--lang", "zh-Hant")
    data = Path("a.ics").read_bytes()
    lines = data.decode().replace("\r\n ", "").split("\r\n")

    assert b"\n" not in data.replace(b"\r\n", b"")
    assert 75 >= max(map(len, data.split(b"\r\n")))
    assert ["BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR", ""] == [*lines[:2], *lines[-2:]]
    starts = [line.removeprefix("DTSTART:") for line in lines if line.startswith("DTSTART:")]
    assert 3 + 24 == len(starts) == lines.count("BEGIN:VEVENT") == len({line for line in lines if line[:4] == "UID:"})
    assert sorted(starts) == starts
    assert ("20240229T000000Z", "20270228T000000Z") == (starts[0], starts[-1])
    assert {"DTSTAMP:20250101T000000Z"} == {line for line in lines if line.startswith("DTSTAMP:")}


def test_long_characters_are_not_cut_by_folding() -> None:
    """A line of three-byte characters is cut between them, and unfolding gives it back."""
    data = vesting_papers.write_ics("歸屬" * 60, [Event(0, "k", "解" * 200, "n")], 0)

    assert 75 >= max(map(len, data.split(b"\r\n")))
    assert f"SUMMARY:{'解' * 200}\r\n" in data.decode().replace("\r\n ", "")


def test_a_committees_payment_is_in_every_paper(dao: Dao, plan: Path) -> None:
    """The reserve is drawn, listed and added up from when its committee paid."""
    plan.write_text(plan.read_text("utf-8") + payment("20000000", "2025-06-15T00:00:00Z"), "utf-8")
    line = ("--plan", plan, "--at", "2025-06-01T00:00:00Z")
    month = dao("vesting", "calendar", *line, "--months", 1, "--json").document["months"][0]
    rows = dao("vesting", "chart", *line, "--json").document["rows"]

    assert str(20_000_000 * UNIT) == month["unlocked"]["reserve"]
    assert {"0", str(20_000_000 * UNIT)} == {row["vested"]["reserve"] for row in rows}


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("chart", *TGE, "--out", "a.png"), 64, "E_USAGE"),
        (("calendar", *TGE, "--out", "a.svg"), 64, "E_USAGE"),
        (("calendar", *TGE, "--months", 0), 64, "E_USAGE"),
        (("calendar", *TGE, "--months", 601), 64, "E_USAGE"),
        (("statement", "--plan", "plan.toml", "--grant", "ann", "--out", "a.pdf"), 64, "E_USAGE"),
        (("statement", "--plan", "plan.toml"), 64, "E_USAGE"),
        (("statement", "--plan", "plan.toml", "--grant", "ann", "--to", ANN), 64, "E_USAGE"),
        (("statement", "--plan", "plan.toml", "--grant", "zoe"), 64, "E_PLAN"),
        (("statement", "--plan", "plan.toml", "--to", ANN.lower()), 64, "E_ADDRESS"),
        (("statement", "--plan", "plan.toml", "--to", "0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe"), 64, "E_PLAN"),
        (("statement", "--plan", "plan.toml", "--grant", "ann", "--out", "plan.toml/a.csv"), 1, "E_IO_WRITE"),
    ],
)
def test_mistakes_write_nothing(dao: Dao, plan: Path, words: tuple[object, ...], status: int, code: str) -> None:
    """Refused with one document, and the folder is as it was."""
    before = plan.read_bytes()
    told = dao("vesting", *words, "--json")

    assert (status, code) == (told.status, told.document["error"]["code"]), told.err
    assert (before, [plan]) == (plan.read_bytes(), list(Path().iterdir()))


def test_the_drawing_is_pure() -> None:
    """What draws and spells reads no clock, disk or environment, and computes with whole numbers only."""
    for name in ("vesting_svg", "vesting_papers"):
        text = (ROOT / "dao" / "cli" / "treasury" / f"{name}.py").read_text("utf-8").replace("import io\n", "")
        module = parse(f"treasury/{name}.py", text)

        assert [] == [found for rule in (pure_modules_have_no_effects, numbers_are_exact) for found in rule(module)]
