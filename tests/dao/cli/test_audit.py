"""`dao audit`: what it answers to people and to machines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

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
