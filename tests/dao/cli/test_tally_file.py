"""`dao tally` of a file: a hub's answer, counted without a workspace."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]

BALLOTS: dict[str, list[tuple[object, float]]] = {
    "basic": [(1, 0.1), (1, 0.2), (2, 0.3), (4, 5)],
    "single-choice": [(3, 7), (2, 1e-3)],
    "approval": [([1, 2], 2), ([2], 1), ([], 9)],
    "weighted": [({"1": 1, "2": 2}, 1.0), ({"3": 1}, 0.25)],
    "quadratic": [({"1": 1, "2": 2}, 1.0), ({"2": 1}, 3)],
    "ranked-choice": [([1, 2, 3], 4), ([2, 3, 1], 3), ([3, 1, 2], 3)],
    "copeland": [([1, 2, 3], 4), ([2, 3, 1], 3), ([3, 1, 2], 3)],
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Write a file into an empty folder, and stand in it."""
    monkeypatch.chdir(tmp_path)

    def write(system: str, name: str = "hub.json") -> Path:
        rows = [{"voter": f"0x{n:040x}", "choice": c, "vp": p} for n, (c, p) in enumerate(BALLOTS[system], 1)]
        proposal = {"id": "0xab", "type": system, "choices": ["For", "Against", "Ab\u202estain"]}
        (tmp_path / name).write_text(json.dumps({"proposal": proposal, "votes": rows}))
        return Path(name)

    return write


@pytest.mark.parametrize("system", BALLOTS)
def test_both_arithmetics_say_what_the_audit_says(dao: Dao, file: Callable[..., Path], system: str) -> None:
    """The same numbers in the same shapes, by every system, and nothing is left behind."""
    path = file(system)
    audited = dao("audit", path, "--json").document
    default = dao("tally", path, "--json")
    exact = dao("tally", path, "--arithmetic", "exact", "--json").document
    doubles = dao("tally", path, "--arithmetic", "snapshot", "--json").document

    assert (0, exact) == (default.status, default.document), default.err
    assert audited["exact"] == {name: exact[name] for name in audited["exact"]}
    assert [audited["snapshot"][name] for name in ("scores", "scores_total", "winners")] == [
        doubles[name] for name in ("scores", "total", "winners")
    ]
    assert ("exact", "snapshot", system) == (exact["arithmetic"], doubles["arithmetic"], doubles["type"])
    assert [path] == list(Path().iterdir())


def test_what_counts_nowhere_is_summed_up(dao: Dao, file: Callable[..., Path]) -> None:
    """Exactly, tenths tie and a choice that is none is left out; in doubles its power is in the total."""
    exact = dao("tally", file("basic"), "--json").document
    doubles = dao("tally", file("basic"), "--arithmetic", "snapshot", "--json").document

    assert (["0.3", "0.3", "0"], "0.6", [1, 2]) == (exact["scores"], exact["total"], exact["winners"])
    assert [{"code": "E_CHOICE", "votes": 1, "power": "5"}] == exact["left_out"]
    assert ([0.1 + 0.2, 0.3, 0], 0.1 + 0.2 + 0.3 + 5, [1]) == (doubles["scores"], doubles["total"], doubles["winners"])


def test_H31_people_read_names_that_cannot_hurt(dao: Dao, file: Callable[..., Path]) -> None:
    """Hidden characters are spelled out, and who won or tied is said."""
    told, won = dao("tally", file("basic")), dao("tally", file("basic"), "--arithmetic", "snapshot")

    assert (0, 0) == (told.status, won.status)
    assert "\u202e" not in told.out
    assert "\\u{202e}" in told.out
    assert "Nobody won: For, Against are tied" in " ".join(told.out.split())
    assert "For came first." in won.out


def test_scores_that_are_no_numbers(dao: Dao, file: Callable[..., Path]) -> None:
    """What is infinite in doubles is null in JSON, and still one document."""
    path = file("weighted")
    path.write_text(path.read_text().replace('{"3": 1}', '{"3": 1e400}'))

    told = dao("tally", path, "--arithmetic", "snapshot", "--json")

    assert 0 == told.status
    assert told.document == json.loads(json.dumps(told.document, allow_nan=False))


def test_a_name_is_never_a_file(dao: Dao, file: Callable[..., Path]) -> None:
    """IIP-2 is the proposal whatever lies there; a path before it makes it a file, and an arithmetic is for files."""
    file("basic", "IIP-2")

    assert "E_WORKSPACE" == dao("tally", "IIP-2", "--json").document["error"]["code"]
    assert 0 == dao("tally", "./IIP-2").status
    refused = dao("tally", "IIP-2", "--arithmetic", "exact", "--json")
    assert (64, "E_USAGE") == (refused.status, refused.document["error"]["code"])
    assert 64 == dao("tally", "./IIP-2", "--arithmetic", "floating").status


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("", 1, "E_PARSE"),
        ("[]", 1, "E_HUB"),
        ('{"proposal": {"type": "lottery", "choices": ["a", "b"]}, "votes": []}', 1, "E_VERSION"),
        ("[" * 100_000, 1, "E_LIMIT"),
        (None, 2, "E_IO_READ"),
    ],
)
def test_refused(dao: Dao, tmp_path: Path, text: str | None, status: int, code: str) -> None:
    """One sentence, a code, and one document, in both arithmetics."""
    if text is not None:
        (tmp_path / "hub.json").write_text(text)

    for arithmetic in ("exact", "snapshot"):
        told = dao("tally", tmp_path / "hub.json", "--arithmetic", arithmetic, "--json")

        assert (status, code) == (told.status, told.document["error"]["code"])
