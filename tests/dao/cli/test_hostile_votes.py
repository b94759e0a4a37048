"""Lines H18 to H114 of the hostile catalogue where a user meets them: files that are taken, counted and verified."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from chain import car, dag_cbor
from chain.address import checksum
from chain.cid import dag_cbor_cid
from chain.clients import devnet_contracts
from chain.clients.devnet import Devnet
from chain.clients.node import Node
from dao.cli.start.demo import cast
from dao.workspace import Workspace
from governance.messages import message_id, read_envelope
from governance.settings_draft import write_draft
from tests.dao.cli import steps_workspace
from tests.dao.cli.hostile_envelopes import changed
from tests.dao.cli.poll import Dao, Poll


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A writer's workspace with IIP-2 open for votes, to copy."""
    return steps_workspace.build(tmp_path_factory.mktemp("votes") / "workspace")


@pytest.fixture
def poll(dao: Dao, made: Path, tmp_path: Path) -> Poll:
    return Poll(dao, steps_workspace.copy_of(made, tmp_path / "workspace"))


def test_H18_vote_of_another_space_is_not_taken(poll: Poll) -> None:
    """The same proposal, signed for another space under the domain that all of them share."""
    assert "E_SPACE" == poll.refuses(poll.vote(space="4f.devnet"))


def test_H19_vote_of_another_hubs_proposal_is_not_taken(poll: Poll) -> None:
    """Its digest and signature are as good there as here; the proposal's id is all that tells."""
    raw = poll.vote(proposal=b"\x19" * 32)
    read = read_envelope(raw)

    assert message_id("Vote", dict(read.message)) == read.id
    assert "E_PROPOSAL" == poll.refuses(raw)


def test_H47_vote_outside_its_window_is_not_taken(poll: Poll) -> None:
    """Signed before the start, after the end, more than 300 s ahead, or taken after the end."""
    day = 86_400
    for timestamp in (poll.now - 30 * day, poll.now + 30 * day, poll.now + 1_000):
        assert "E_WINDOW" == poll.refuses(poll.vote(timestamp=timestamp)), timestamp
    poll.wait("80h")
    assert "E_WINDOW" == poll.refuses(poll.vote())


def test_H48_of_two_votes_of_one_second_the_greater_id_counts(poll: Poll) -> None:
    """Both are kept, in whichever order they come."""
    votes = sorted((poll.vote(choice=1), poll.vote(choice=2)), key=lambda raw: read_envelope(raw).id)
    later = poll.take(votes[1])
    poll.wait("2m")
    earlier = poll.take(votes[0])

    found = poll.tally()

    assert ("taken", "taken") == (later["state"], earlier["state"])
    assert (2, 1) == (found["votes"], found["voters"])
    winner = "For" if read_envelope(votes[1]).message["choice"] == 1 else "Against"
    assert str(210_000 * cast.UNIT) == found["scores"][winner]


def test_H49_an_older_vote_that_comes_later_does_not_count(poll: Poll) -> None:
    """It is kept, and superseded by the newer one that was there before it."""
    poll.wait("5m")
    assert "taken" == poll.take(poll.vote(choice=2, timestamp=poll.now + 100))["state"]
    poll.wait("2m")
    assert "taken" == poll.take(poll.vote(choice=1, timestamp=poll.now + 50))["state"]

    found = poll.tally()

    assert (2, 1, str(210_000 * cast.UNIT), "0") == (
        found["votes"], found["voters"], found["scores"]["Against"], found["scores"]["For"]
    )  # fmt: skip


@pytest.mark.parametrize("choice", [0, 4, 2**32, True, "1", 1.0, [1, "1"], [], None, {"1": 1}], ids=repr)
def test_H50_a_choice_of_another_form_is_not_taken(poll: Poll, choice: object) -> None:
    """Also where it would have been signed with the types that fit it."""
    raw = changed(poll.honest, lambda envelope: envelope["data"]["message"].update(choice=choice))
    assert "E_CHOICE" == poll.refuses(raw if choice != 4 else poll.vote(choice=4))


def test_H55_one_token_in_two_strategies(poll: Poll) -> None:
    """Settings that would count it twice are refused before anybody signs them, unless they say that they mean it."""
    settings = poll.settings()
    (first,) = settings["strategies"]
    twice = {**settings, "strategies": [first, {**first, "proof": None}]}
    (poll.folder / "settings.draft.json").write_text(write_draft(twice))

    outcome = poll.dao("settings", "check", "--dir", poll.folder, "--json")

    assert 1 == outcome.status
    assert "twice" in outcome.document["error"]["message"]
    assert "(E_DOUBLE_COUNT)" in outcome.document["error"]["message"]


@pytest.mark.parametrize("staked", [0, 7])
def test_H58_what_is_staked_may_vote_twice(poll: Poll, staked: int) -> None:
    """A contract whose units vote holds tokens that vote: a warning names it; one that holds none is not named."""
    with Workspace(poll.folder) as workspace, Devnet.open(workspace.devnet_path) as devnet:
        node, dora = devnet.node(), cast.key("dora")
        stakes = devnet_contracts.deploy(node, dora, "StakedVotes")
        settings = poll.settings()
        (first,) = settings["strategies"]
        token = bytes.fromhex(str(first["params"]["address"])[2:])
        if staked:
            devnet_contracts.transfer(node, dora, token, stakes, staked * cast.UNIT)
    second = {
        "chain_id": first["chain_id"], "name": "erc20-balance-of", "version": 1, "proof": None,
        "params": {"address": checksum(stakes), "decimals": 18, "symbol": "sVOTES"},
    }  # fmt: skip
    (poll.folder / "settings.draft.json").write_text(write_draft({**settings, "strategies": [first, second]}))

    found = poll.dao("settings", "check", "--dir", poll.folder, "--json").document["findings"]

    told = [finding["message"] for finding in found if finding["code"] == "W_DOUBLE"]
    assert bool(staked) == bool(told)
    assert [] == [message for message in told if checksum(stakes) not in message or f" {staked}" not in message]


def test_H56_one_power_that_cannot_be_read_leaves_no_count(poll: Poll, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tally could not be made (status 2), and nobody counts for zero."""
    for name in ("eve", "finn", "hana"):
        assert "taken" == poll.take(poll.vote(name))["state"]
    honest = Node.read_many

    def read_many(self: Node, reads: Sequence[Any], number: int, *more: Any) -> list[bytes | None]:
        return [None if place == 1 else answer for place, answer in enumerate(honest(self, reads, number, *more))]

    monkeypatch.setattr(Node, "read_many", read_many)
    before = steps_workspace.state(poll.folder)

    outcome = poll.dao("tally", "IIP-2", "--dir", poll.folder, "--json")

    assert (2, "E_TALLY_INCOMPLETE") == (outcome.status, outcome.document["error"]["code"])
    assert before == steps_workspace.state(poll.folder)


def test_H64_a_tie_releases_nothing(poll: Poll) -> None:
    """140,000 for and as many against, above the quorum; the recount says the same."""
    for name, choice in (("ivo", 1), ("kim", 1), ("hana", 2)):
        assert "taken" == poll.take(poll.vote(name, choice=choice))["state"]
    poll.wait("80h")

    for found in (poll.tally(), poll.dao("tally", "IIP-2", "--recount", "--dir", poll.folder, "--json").document):
        assert ("rejected", False) == (found["verdict"], found["released"])
        assert found["scores"]["For"] == found["scores"]["Against"] == str(140_000 * cast.UNIT)


# Files of a hub


def hub_file(folder: Path, system: str, votes: Sequence[tuple[object, object]], choices: int = 3) -> Path:
    rows = [{"voter": f"0x{n:040x}", "choice": choice, "vp": power} for n, (choice, power) in enumerate(votes, 1)]
    named = {"id": "0xab", "type": system, "choices": [f"c{n}" for n in range(1, choices + 1)]}
    (folder / "hub.json").write_text(json.dumps({"proposal": named, "votes": rows}))
    return folder / "hub.json"


@pytest.mark.parametrize("power", ["1", True, None, [1], {}], ids=repr)
def test_H57_a_power_of_another_kind_is_not_counted(dao: Dao, tmp_path: Path, power: object) -> None:
    """Neither exactly nor as Snapshot counts."""
    path = hub_file(tmp_path, "basic", [(1, 1.5), (2, power)])

    for words in (("audit", path), ("tally", path)):
        outcome = dao(*words, "--json")
        assert (1, "E_VP_TYPE") == (outcome.status, outcome.document["error"]["code"])


@pytest.mark.parametrize(("system", "choices"), [
    ("basic", (1, 2, 2, 3)), ("approval", ([1], [1, 2], [3], [2])), ("weighted", ({"1": 1, "2": 2}, {"3": 7}) * 2),
    ("quadratic", ({"1": 1, "2": 2}, {"3": 7}) * 2), ("ranked-choice", ([1, 2, 3], [3, 2, 1], [2, 1, 3], [2, 3, 1])),
    ("copeland", ([1, 2, 3], [3, 2, 1], [2, 1, 3], [2, 3, 1])),
])  # fmt: skip
def test_H60_no_order_of_the_file_changes_the_count(dao: Dao, tmp_path: Path, system: str, choices: Any) -> None:
    """Powers that doubles add to another sum in another order."""
    rows = list(zip(choices, (0.1, 0.2, 0.3, 1e15 + 0.5), strict=True))
    told = {dao("tally", hub_file(tmp_path, system, order), "--json").out for order in permutations(rows)}

    assert 1 == len(told)


def test_H61_tenths_and_large_powers_tie_exactly(dao: Dao, tmp_path: Path) -> None:
    """0.1 + 0.2 and 0.3; 2**53 + 1 and 2**53 + 1 in two halves."""
    for votes in ([(1, 0.1), (1, 0.2), (2, 0.3)], [(1, 2**53), (1, 1), (2, 2**53 + 1)]):
        assert [1, 2] == dao("tally", hub_file(tmp_path, "basic", votes), "--json").document["winners"]


def test_H62_renamed_options_rename_the_winner_only(dao: Dao, tmp_path: Path) -> None:
    """A runoff in which two are equally last: nobody is drawn by lot, in any order of the options."""
    rows = [([1, 2, 3], 3), ([2, 3, 1], 2), ([3, 2, 1], 2)]
    for names in permutations((1, 2, 3)):
        renamed = [([names[number - 1] for number in ranks], power) for ranks, power in rows]
        for system in ("ranked-choice", "copeland"):
            found = dao("tally", hub_file(tmp_path, system, renamed), "--json").document
            plain = dao("tally", hub_file(tmp_path, system, rows), "--json").document
            assert sorted(names[number - 1] for number in plain["winners"]) == found["winners"]


def test_H63_roots_that_are_equal_are_a_tie(dao: Dao, tmp_path: Path) -> None:
    """√2 + √8 is √18: no number of digits tells them apart, and the bound is said."""
    path = hub_file(tmp_path, "quadratic", [({"1": 1}, 2), ({"1": 1}, 8), ({"2": 1}, 18)])

    found = dao("audit", path, "--json").document

    assert [1, 2] == found["exact"]["winners"]
    assert 0 < float(found["exact"]["error_bound"]) < 1e-18


@pytest.mark.parametrize("block", ["a16161f93e00", "a1616118" + "01", "9f01ff", "a2616201616101", "81" * 500 + "01"])
def test_H114_a_record_with_a_block_that_is_not_canonical(dao: Dao, tmp_path: Path, block: str) -> None:
    """A float, a long number, an endless list, keys out of order, depth 500: each under its right hash."""
    data = bytes.fromhex(block)
    good = dag_cbor.encode({})
    whole = car.write(dag_cbor_cid(good), [(dag_cbor_cid(good), good)])
    forged = whole.replace(dag_cbor_cid(good).to_bytes(), dag_cbor_cid(data).to_bytes())
    (tmp_path / "iip.car").write_bytes(forged[: -len(good) - 37] + _section(data))

    outcome = dao("verify", tmp_path / "iip.car", "--json")

    assert (1, "E_CANONICAL") == (outcome.status, outcome.document["checks"][0]["code"])


def _section(data: bytes) -> bytes:
    size = 36 + len(data)
    length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
    return length + dag_cbor_cid(data).to_bytes() + data
