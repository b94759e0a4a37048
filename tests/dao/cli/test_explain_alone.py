"""`dao explain` of a document where there is no workspace: what the text alone says, and what nobody could look up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dao.views.opening import open_journal, settings_of
from proposals.compile import compile_parts
from proposals.decode import KNOWN
from proposals.document import parse_document
from proposals.parts import parts_cid
from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played
from tests.proposals.sample import ASSETS, GOOD, SAFE, changed

Dao = Callable[..., Outcome]
BATCH = (
    "call 0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB sending 0.25 ETH schedule(address target, uint256 value, "
    "bytes data, bytes32 predecessor, bytes32 salt, uint256 delay) with target = "
    f"0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359, value = 0, data = 0x8456cb59, predecessor = 0x{'00' * 32}, "
    f"salt = 0x{'00' * 32}, delay = 60"
)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bare clone: one document in an empty folder, and nothing of ours beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "iip-12.md").write_bytes(GOOD)
    return tmp_path


def test_rows_are_told_and_nothing_is_invented(dao: Dao, clone: Path) -> None:
    """Amounts as they are written; no Safe, no contract, no CID of parts, and all that is missing is named."""
    outcome = dao("explain", "iip-12.md", "--json")
    found = outcome.document

    assert 0 == outcome.status, outcome.err
    assert (None, None, None, 12) == (found["fund"], found["safe"], found["parts_cid"], found["iip"])
    assert [(1, None), (2, "m1")] == [(part["part"], part["release"]) for part in found["parts"]]
    assert [
        "Part 1: 2 calls in one transaction of a Safe that the document does not name.",
        "It waits for no milestone.",
        "It lapses when the space's grace time is over.",
        "Call 1 pays 0.5 ETH to eip155:1:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed.",
        "Call 2 pays 25000 MUT to 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359.",
    ] == found["parts"][0]["sentences"]
    assert [True, True, True] == [
        any(word in line for line in found["unchecked"]) for word in ("which Safe pays", "ETH, MUT", "No journal")
    ]
    assert ["iip-12.md"] == [path.name for path in clone.iterdir()]
    assert "? No settings were at hand" in dao("explain", "iip-12.md").out


def test_calls_are_unfolded_from_their_bytes(dao: Dao, clone: Path) -> None:
    """A call's bytes stand in its row: coins, power and what it carries are told, an unknown selector as unknown."""
    assert any(text.startswith("schedule(address target") for text in KNOWN)
    text = changed(("2 ETH to eip155:1:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", BATCH), ("2.5 ETH,", "0.75 ETH,"))
    (clone / "call.md").write_bytes(text)
    told = dao("explain", "call.md", "--json").document["parts"][1]["sentences"]

    assert [True, True] == [any(word in line for line in told) for word in ("sending 0.25 ETH", "selector 0x8456cb59")]
    assert not any("eip155" in line for line in told)


def test_price_is_its_author_s_word(dao: Dao, clone: Path) -> None:
    """An ask in dollars is told as the coins that it is, and by whose price."""
    ask = "5000 USD in ETH at 2500 on 2026-01-30, at most 3 ETH, to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    (clone / "usd.md").write_bytes(changed(("2 ETH to eip155:1:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", ask)))
    told = dao("explain", "usd.md", "--json").document["parts"][1]["sentences"]

    assert "Call 1 pays 2 ETH to" in told[-2]
    assert "5000 USD at 2500 USD for one ETH" in told[-1]
    assert "nobody looked it up" in told[-1]


def test_settings_of_a_file_compile(dao: Dao, clone: Path, played: Played) -> None:
    """With the settings' text the same parts come out as in the workspace, and only the journal stays unread."""
    (clone / "iip-1.md").write_bytes(played.document.read_bytes())
    with open_journal(played.folder) as reading:
        (clone / "settings.json").write_text(settings_of(reading.journal).text, "utf-8")
    alone = dao("explain", "iip-1.md", "--settings", "settings.json", "--json").document
    there = dao("explain", played.document, "--dir", played.folder, "--json").document

    assert there["parts_cid"]
    assert [] == there.pop("unchecked")
    assert 2 == len(alone.pop("unchecked"))
    assert there == alone


def test_page_of_a_bare_document(dao: Dao, clone: Path) -> None:
    """The page says what could not be looked up as well."""
    assert 0 == dao("explain", "iip-12.md", "--html", "page.html").status
    page = (clone / "page.html").read_text("utf-8")

    assert "a Safe that the document does not name" in page
    assert "No journal was read" in page


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        (("iip-12.md", "--fund", "iip"), 64, "E_USAGE"),
        (("iip-12.md", "--dir", "nowhere"), 1, "E_WORKSPACE"),
        (("iip-12.md", "--settings", "nothing.json"), 1, "E_DRAFT"),
        (("iip-12.md", "--settings", "iip-12.md"), 1, "E_DRAFT"),
        (("IIP-12", "--settings", "iip-12.md"), 64, "E_USAGE"),
        (("IIP-12",), 1, "E_WORKSPACE"),
    ],
)
def test_what_is_not_told(dao: Dao, clone: Path, options: tuple[str, ...], status: int, code: str) -> None:
    """A fund that nobody knows, settings that are none, and a vote without its journal."""
    outcome = dao("explain", *options, "--json")

    assert (status, code) == (outcome.status, outcome.document["error"]["code"])
    assert ["iip-12.md"] == [path.name for path in clone.iterdir()]


def test_sample_compiles_where_a_fund_is_known() -> None:
    """The same document has parts as soon as somebody knows the fund: nothing but that was missing."""
    assert parts_cid(compile_parts(parse_document(GOOD), chain_id=1, safe=SAFE, assets=ASSETS))
