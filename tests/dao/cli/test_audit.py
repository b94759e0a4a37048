"""`dao audit`: what it answers to people and to machines."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]
TIE = [(1, 0.1), (1, 0.2), (2, 0.3)]


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(system: str, votes: list[tuple[object, float]], **proposal: object) -> Path:
        rows = [{"voter": f"0x{n:040x}", "choice": choice, "vp": power} for n, (choice, power) in enumerate(votes, 1)]
        named = {"id": "0xab", "type": system, "choices": ["For", "Against", "Ab\u202estain"], **proposal}
        (tmp_path / "hub.json").write_text(json.dumps({"proposal": named, "votes": rows}))
        return tmp_path / "hub.json"

    return write


def test_the_document(dao: Dao, file: Callable[..., Path]) -> None:
    """Exact numbers are text and doubles are numbers; another winner is exit status 1."""
    told = dao("audit", file("basic", TIE), "--json")

    document = told.document
    assert 1 == told.status
    assert {"scores": ["0.3", "0.3", "0"], "total": "0.6", "winners": [1, 2]} == document["exact"]
    assert ([0.1 + 0.2, 0.3, 0], [1]) == (document["snapshot"]["scores"], document["snapshot"]["winners"])
    assert {"kind": "winner", "option": None, "exact": [1, 2], "snapshot": [1]} in document["differences"]
    assert (False, "file", 3) == (document["ok"], document["order"], document["votes"])


def test_numbers_without_an_end(dao: Dao, file: Callable[..., Path]) -> None:
    """A third is `1/3` to machines and digits to people; roots have their bound."""
    thirds = file("weighted", [({"1": 1, "2": 2}, 1.0)])
    assert ["1/3", "2/3", "0"] == dao("audit", thirds, "--json").document["exact"]["scores"]
    assert "≈0.333333333333" in dao("audit", thirds).out

    roots = file("quadratic", [({"1": 1, "2": 2}, 1.0)])
    assert "error_bound" in dao("audit", roots, "--json").document["exact"]
    assert "lies within" in dao("audit", roots).out


def test_what_no_double_is(dao: Dao, file: Callable[..., Path]) -> None:
    """A weight that is infinite makes Snapshot's scores no numbers, which JSON has none for."""
    hostile = file("weighted", [({"1": 1, "2": 2}, 1.0), ({"1": 1}, 2.0)])
    hostile.write_text(hostile.read_text().replace('{"1": 1}', '{"1": 1e400}'))

    told = dao("audit", hostile, "--json")

    assert 0 == told.status or told.document["differences"]
    assert json.loads(json.dumps(told.document, allow_nan=False)) == told.document


def test_the_page(dao: Dao, file: Callable[..., Path]) -> None:
    """A name that hides something is spelled out, the order of addition is said, and a good audit says so."""
    told = dao("audit", file("basic", [(1, 2), (2, 1)], scores_total=3), "--order", "vp")

    assert (0, False) == (told.status, "\u202e" in told.out)
    assert "in the order `vp`" in " ".join(told.out.split())
    assert "The same wins in both counts: For." in told.out


def test_what_was_published_in_another_order(dao: Dao, file: Callable[..., Path]) -> None:
    """The order that gives it is named, and nothing is wrong; a total that no order gives is."""
    votes = [(2, 1e16), (1, 1.0), (1, 1.0)]

    told = dao("audit", file("basic", votes, scores_total=1e16 + 2))

    assert (0, True, False) == (
        told.status, "comes out in the order: vp." in " ".join(told.out.split()), "✗" in told.out,
    )  # fmt: skip

    invented = dao("audit", file("basic", votes, scores_total=3.5), "--json")
    assert (1, "3.5") == (invented.status, invented.document["differences"][-1]["published"])


@pytest.mark.parametrize("text", ["", "[]", '{"proposal": {"type": "basic", "choices": ["a"]}, "votes": [7]}'])
def test_refused(dao: Dao, tmp_path: Path, text: str) -> None:
    """One sentence, a code, and one document."""
    (tmp_path / "hub.json").write_text(text)

    told = dao("audit", tmp_path / "hub.json", "--json")

    assert (1, {"code", "message"}) == (told.status, set(told.document["error"]))
    assert 2 == dao("audit", tmp_path / "none.json").status
    assert 64 == dao("audit", tmp_path / "hub.json", "--order", "time").status


def test_H113_thousands_of_ballots_with_weights_of_18_digits(dao: Dao, file: Callable[..., Path]) -> None:
    """Their exact sums would be fractions of a million digits: they are cut, with a bound, in time that grows with the
    ballots and no faster.
    """
    random = Random(113)
    count = 16_000 if os.environ.get("CI") == "true" else 2_000
    weights = [{str(n): random.randrange(10**17, 10**18) for n in (1, 2, 3)} for _ in range(count)]

    told = dao("audit", file("weighted", [(choice, 1.5) for choice in weights]), "--json")

    exact = told.document["exact"]
    shares = [sum(1.5 * choice[n] / sum(choice.values()) for choice in weights) for n in ("1", "2", "3")]
    assert 0 == told.status
    assert shares == pytest.approx([float(score) for score in exact["scores"]])
    assert 0 < Fraction(exact["error_bound"]) < Fraction(1, 10**18)
    assert 0 <= Fraction(exact["total"]) - sum(map(Fraction, exact["scores"])) <= 3 * Fraction(exact["error_bound"])


@pytest.mark.parametrize("system", ["single-choice", "approval", "weighted", "quadratic"])
def test_many_choices_cost_no_more_than_ballots(dao: Dao, file: Callable[..., Path], system: str) -> None:
    """A hostile file of as many choices as ballots: what no ballot names is not looked at for every ballot."""
    count = 5_000
    of = {"single-choice": lambda n: n, "approval": lambda n: [n, n % count + 1]}
    choice = of.get(system, lambda n: {str(n): 1, str(n % count + 1): 3})
    path = file(system, [(choice(n), 1.0) for n in range(1, count + 1)], choices=[f"c{n}" for n in range(count)])

    told = dao("audit", path, "--json")

    assert (0, count) == (told.status, len(told.document["exact"]["scores"]))
    assert told.document["snapshot"]["scores"] == pytest.approx(list(map(float, told.document["exact"]["scores"])))
