"""`dao explain --chart`: a picture that says what the count says, and that no name can break."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dao.cli.votes import chart, chart_svg
from dao.cli.votes.result import Judged, Result
from governance.counting import method
from governance.rules import Verdict
from tests.dao.cli.conftest import Outcome
from tests.test_tidy import ROOT, numbers_are_exact, parse, pure_modules_have_no_effects

Dao = Callable[..., Outcome]
Drawn = Callable[..., ElementTree.Element]
SVG = "{http://www.w3.org/2000/svg}"
CIRCLE = [([1, 2, 3], 4), ([2, 3, 1], 3), ([3, 1, 2], 3)]


@pytest.fixture
def hub(tmp_path: Path) -> Callable[..., Path]:
    def write(system: str, choices: Sequence[str], votes: Sequence[tuple[object, float]]) -> Path:
        rows = [{"voter": f"0x{n:040x}", "choice": c, "vp": p} for n, (c, p) in enumerate(votes, 1)]
        proposal = {"id": "0xab", "type": system, "choices": choices}
        (tmp_path / "hub.json").write_text(json.dumps({"proposal": proposal, "votes": rows}))
        return tmp_path / "hub.json"

    return write


@pytest.fixture
def drawn(dao: Dao, hub: Callable[..., Path], tmp_path: Path) -> Drawn:
    """Draw a hub's votes, and read the picture as XML."""

    def draw(system: str, choices: Sequence[str], votes: Sequence[tuple[object, float]]) -> ElementTree.Element:
        told = dao("explain", hub(system, choices, votes), "--chart", tmp_path / "chart.svg", "--force")
        assert 0 == told.status, told.err
        return ElementTree.fromstring((tmp_path / "chart.svg").read_bytes())

    return draw


def lines(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def widths(root: ElementTree.Element) -> list[int]:
    """Of the bars, from top to bottom."""
    return [int(bar.attrib["width"]) for bar in root.iter(f"{SVG}rect") if bar.attrib["class"].startswith("bar")]


def result(scores: Sequence[int], verdict: str, counted: int, quorum: int) -> Result:
    """A vote of a workspace, in whole units."""
    ballots = [(number, score) for number, score in enumerate(scores, 1)]
    state, key = verdict.split(" ")
    facts = {"in_favour": str(scores[0]), "against": str(scores[1]), "counted": str(counted), "quorum": str(quorum)}
    judged = Verdict(state=state, released=state == "passed", key=key, facts=facts)  # type: ignore[arg-type]
    count = method("basic").count(ballots, len(scores))
    names = ("For", "Against", "Abstain")[: len(scores)]
    return Result("IIP-2", "basic", names, count, sum(scores), 0, Judged(judged, counted, quorum))


def test_two_choices(drawn: Drawn) -> None:
    """Names, powers, shares, who won, and bars as long as the powers are great."""
    root = drawn("basic", ["For", "Against"], [(1, 300), (2, 100)])

    assert ["1. For", "won · 300 · 75.0 %", "2. Against", "100 · 25.0 %"] == lines(root)[2:6]
    assert "For came first." == lines(root)[1]
    assert 3 * widths(root)[1] == widths(root)[0] == 672


def test_a_tie_is_marked_on_all_that_are_tied(drawn: Drawn) -> None:
    """Tenths tie, the outcome says so, and a third choice is not marked."""
    told = lines(drawn("single-choice", ["A", "B", "C"], [(1, 0.1), (1, 0.2), (2, 0.3), (3, 0.05)]))

    assert ["tied · 0.3 · 46.2 %", "tied · 0.3 · 46.2 %", "0.05 · 7.7 %"] == [line for line in told if "·" in line]
    assert told[1].startswith("Nobody won: A, B are tied")


def test_rounds_of_ranked_choice(drawn: Drawn) -> None:
    """Each round has its rows, who leaves, and a line at half; the last names who passed it."""
    votes = [([1, 2, 3], 40), ([2, 1, 3], 35), ([3, 2, 1], 25)]
    root = drawn("ranked-choice", ["A", "B", "C"], votes)
    told = lines(root)

    assert 2 == len(list(root.iter(f"{SVG}path")))
    assert told.index("Round 1") < told.index("leaves · 25 · 25.0 %") < told.index("Round 2")
    assert ["2. B", "60 · 60.0 %", "1. A", "40 · 40.0 %"] == told[told.index("Round 2") + 1 :][:4]


def test_the_picture_of_the_page(drawn: Drawn, tmp_path: Path) -> None:
    """The one in docs/concepts/voting-systems.md is what is drawn now; to renew it, copy the file named here."""
    cities = ["Rome", "Oslo", "Bern", "Taipei"]
    drawn(
        "ranked-choice",
        cities,
        [([1, 2, 3, 4], 380), ([2, 3, 4, 1], 265.5), ([3, 2, 1, 4], 150), ([4, 2, 3, 1], 204.5)],
    )

    shown = ROOT / "docs" / "images" / "ranked-choice.svg"
    assert (tmp_path / "chart.svg").read_bytes() == shown.read_bytes(), tmp_path / "chart.svg"


def test_cases_of_an_equal_last_place_are_told(drawn: Drawn) -> None:
    """Where the rounds part, the sentences of the explanation stand below."""
    told = lines(drawn("ranked-choice", ["A", "B", "C"], CIRCLE))

    assert "If B leaves, C wins." in told
    assert "If C leaves, A wins." in told
    assert 2 == sum(line.startswith("tied · ") for line in told)


@pytest.mark.parametrize(
    ("system", "votes"),
    [
        ("basic", [(1, 0.1), (2, 7), (3, 2), (1, 0.2)]),
        ("weighted", [({"1": 1, "2": 2}, 1), ({"3": 1, "1": 3}, 0.7), ({"2": 1}, 5)]),
        ("quadratic", [({"1": 1, "2": 2}, 1), ({"3": 1, "1": 3}, 0.7), ({"2": 1}, 5)]),
        ("ranked-choice", CIRCLE),
        ("copeland", CIRCLE),
    ],
)
def test_the_order_of_ballots_changes_no_byte(dao: Dao, hub: Callable[..., Path], system: str, votes: list) -> None:  # type: ignore[type-arg]
    """The same votes in another order give the same file, which `--force` is not needed for."""
    path = hub(system, ["A", "B", "C"], votes)
    picture = path.with_name("chart.svg")
    first = dao("explain", path, "--chart", picture, "--json")
    random.Random(7).shuffle(votes)
    again = dao("explain", hub(system, ["A", "B", "C"], votes[::-1]), "--chart", picture, "--json")

    assert (0, 0, str(picture)) == (first.status, again.status, again.document["chart"]), again.err


def test_H31_hostile_names_stay_text(drawn: Drawn, tmp_path: Path) -> None:
    """Markup, terminal escapes, bidirectional and zero-width characters, marks without end, and half a megabyte."""
    names = [
        '</text><script>alert(1)</script><image href="http://evil.example/x"/>',
        "Rome\u202eevil\u200b\x1b[31m\x00",
        "Zalgo" + "\u0301" * 5000,
        "]]>&amp;<!--",
        "W" * 500_000,
        "\ufffe\U000e0001",
    ]
    root = drawn("single-choice", names, [(number, number) for number in range(1, 7)])
    text = (tmp_path / "chart.svg").read_text("utf-8")

    allowed = {"svg", "title", "desc", "style", "rect", "g", "text", "path"}
    assert allowed >= {element.tag.removeprefix(SVG) for element in root.iter()}
    assert set() == {char for char in text if unicodedata.category(char)[0] == "C" and char != "\n"}
    assert not re.search(r"(?:href|src|url\(|@import|<!)", re.sub(r">[^<]*<", "><", text))
    assert len(text) < 20_000
    assert any("Rome\\u{202e}evil" in line for line in lines(root))
    assert any(line.startswith("5. WWW") and line.endswith("…") for line in lines(root))


@given(st.lists(st.text(max_size=90), min_size=2, max_size=5))
def test_any_names_make_well_formed_xml(names: list[str]) -> None:
    """Whatever text names are, the picture is XML without a control character, and draws each name on its line."""
    bars = tuple(chart_svg.Bar(number, name, number) for number, name in enumerate(names, 1))
    drawn = chart_svg.Chart(lang="en", title=names[0], outcome=(names[1],), bars=bars, total=9, decimals=2)

    root = ElementTree.fromstring(chart_svg.draw(drawn))

    assert len(names) == sum(bool(re.match(r"\d\. ", line)) for line in lines(root)[-2 * len(names) :])


def test_two_hundred_options_and_more(drawn: Drawn) -> None:
    """All of 200 are drawn, the greatest first; of more, it is said how many are not."""
    root = drawn("single-choice", [f"C{n}" for n in range(1, 201)], [(n, n) for n in range(1, 201)])
    assert ["200. C200", "won · 200 · 1.0 %"] == lines(root)[2:4]
    assert 200 == len(widths(root)) == len(set(lines(root)) & {f"{n}. C{n}" for n in range(1, 201)})

    more = drawn("single-choice", [f"C{n}" for n in range(1, 204)], [(n, n) for n in range(1, 204)])
    assert 200 == len(widths(more))
    assert "3 more choices are not drawn; none of them has more than 3." in lines(more)


def test_many_rounds_are_drawn_from_the_end(drawn: Drawn) -> None:
    """The rounds that decide are there, and which are missing is said."""
    mixed = random.Random(7)
    votes = [(mixed.sample(range(1, 61), 60), mixed.randrange(1, 900)) for _ in range(80)]
    told = lines(drawn("ranked-choice", [f"R{n}" for n in range(1, 61)], votes))

    missing = next(line for line in told if line.startswith("Rounds 1 to "))
    assert f"Round {int(missing.split()[3]) + 1}" in told
    assert "Round 1" not in told
    assert len(told) < 700


def test_powers_beyond_all_measure(drawn: Drawn) -> None:
    """A power of a hundred digits and one of a billionth keep their place, and neither is invisible."""
    root = drawn("basic", ["A", "B"], [(1, 1e100), (2, 1e-9)])

    assert ["won · 1.000…e100 · 100.0 %", "0.0000… · <0.1 %"] == [line for line in lines(root) if "·" in line]
    assert [672, 1] == widths(root)


def test_nothing_was_voted(drawn: Drawn) -> None:
    """No bar, no share and no winner."""
    root = drawn("basic", ["A", "B"], [])

    assert [] == widths(root)
    assert "Nobody won, for no power was counted." == lines(root)[1]


@pytest.mark.parametrize(
    ("scores", "verdict", "quorum", "marked"),
    [
        ((6, 2, 1), "passed V_PASSED", 4, ["won · 6 · 66.7 %"]),
        ((6, 2, 1), "quorum_not_met V_QUORUM_NOT_MET", 12, []),
        ((2, 6), "rejected V_REJECTED", 4, []),
    ],
)
def test_the_quorum_is_a_line(scores: tuple[int, ...], verdict: str, quorum: int, marked: list[str]) -> None:
    """It cuts what counted where it was reached and stands behind it where not, and only what passed is marked."""
    counted = sum(scores)
    root = ElementTree.fromstring(chart.draw(result(scores, verdict, counted, quorum)))
    told = lines(root)

    (line,) = root.iter(f"{SVG}path")
    at = int(re.match(r"M(\d+) ", line.attrib["d"])[1])  # type: ignore[index]
    assert (counted >= quorum) == (at < widths(root)[-1])
    assert min(672 * quorum // max(counted, quorum), 671) == at
    assert marked == [line for line in told if line.startswith("won")]
    assert {f"Quorum {quorum}", "Counted towards the quorum", str(counted)} < set(told)


@pytest.mark.parametrize(("lang", "said"), [("zh-Hant", "獲勝 · 3 · 75.0 %"), ("zh-Hans", "获胜 · 3 · 75.0 %")])
def test_words_are_the_readers(dao: Dao, hub: Callable[..., Path], tmp_path: Path, lang: str, said: str) -> None:
    """Titles, labels and sentences are in the language asked for, and the picture names it."""
    told = dao("explain", hub("basic", ["A", "B"], [(1, 3), (2, 1)]), "--chart", tmp_path / "c.svg", "--lang", lang)
    text = (tmp_path / "c.svg").read_text("utf-8")

    assert (0, True, True) == (told.status, said in text, f'xml:lang="{lang}"' in text)
    assert "voted" not in text


def test_refused_charts_write_nothing(dao: Dao, hub: Callable[..., Path], tmp_path: Path) -> None:
    """Another kind of picture, a file with other bytes, an answer that cannot be counted, a record that is none."""
    path, other = hub("basic", ["A", "B"], [(1, 3)]), tmp_path / "other.svg"
    other.write_text("mine")
    before = sorted(tmp_path.iterdir())
    png = dao("explain", path, "--chart", tmp_path / "a.png", "--json")
    there = dao("explain", path, "--chart", other, "--json")
    path.write_text('{"proposal": 7}')
    hubless = dao("explain", path, "--chart", tmp_path / "a.svg", "--json")
    path.write_text("no record")
    unproved = dao("explain", path, "--chart", tmp_path / "a.svg", "--json")

    assert [(64, "E_USAGE"), (1, "E_IO_EXISTS"), (1, "E_HUB")] == [
        (refused.status, refused.document["error"]["code"]) for refused in (png, there, hubless)
    ]
    assert (1, False) == (unproved.status, unproved.document["ok"])
    assert ("mine", before) == (other.read_text(), sorted(tmp_path.iterdir()))


def test_the_drawing_is_pure() -> None:
    """What draws reads no clock, disk or environment, and computes with whole numbers only, as the rooms do."""
    for name in ("chart", "chart_svg"):
        module = parse(f"governance/{name}.py", (ROOT / "dao" / "cli" / "votes" / f"{name}.py").read_text("utf-8"))

        assert [] == [found for rule in (pure_modules_have_no_effects, numbers_are_exact) for found in rule(module)]
