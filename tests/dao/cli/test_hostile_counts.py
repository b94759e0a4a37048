"""Lines H53 to H107 of the hostile catalogue by the commands that publish, count and verify: whose power counts, under
which rules, and on which list of votes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

import governance.tally
from chain.address import checksum
from chain.cid import CID
from chain.clients import devnet_contracts
from chain.clients.devnet import Devnet
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast
from dao.record.carrier import Publication, write_publication
from dao.store.journal import Journal
from dao.workspace import Workspace
from governance.ballot import Ballot, Effective, effective
from governance.commitment import read_commitment
from governance.messages import read_envelope, sign_envelope
from tests.dao.cli import steps_workspace
from tests.dao.cli.poll import Dao, Poll
from tests.dao.conftest import Played
from tests.dao.record.forge import Bench
from tests.dao.record.forgeries_vote import added_after, dropped_vote

UNIT = cast.UNIT


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A writer's workspace with IIP-1 passed and IIP-2 open for votes, to copy."""
    return steps_workspace.build(tmp_path_factory.mktemp("counts") / "workspace")


@pytest.fixture
def poll(dao: Dao, made: Path, tmp_path: Path) -> Poll:
    return Poll(dao, steps_workspace.copy_of(made, tmp_path / "workspace"))


# Whose power it is


def delegating(poll: Poll, *delegations: tuple[str, str], hops: int = 1) -> None:
    """IIP-3 is open for votes, and power follows a registry in which these people named others."""
    (token,) = poll.settings()["strategies"]
    with Workspace(poll.folder) as workspace, Devnet.open(workspace.devnet_path) as devnet:
        node = devnet.node()
        registry = devnet_contracts.deploy(node, cast.key("dora"), "DelegateRegistry")
        for who, whom in delegations:
            devnet_contracts.set_delegate(node, cast.key(who), registry, cast.SPACE, cast.address(whom))
    inner = [{"name": "erc20-balance-of", "version": 1, "params": token["params"]}]
    params = {
        "registry": checksum(registry), "space": cast.SPACE, "first_block": 1, "hops": hops, "strategies": inner,
    }  # fmt: skip
    strategy = {"name": "delegation", "version": 1, "chain_id": DEVNET_CHAIN_ID, "params": params, "proof": None}
    poll.change_settings(strategies=[strategy])
    poll.wait("2h")
    poll.publish(3)


def scores(found: Any) -> dict[str, int]:
    """Whole votes by choice."""
    return {choice: int(score) // UNIT for choice, score in found["scores"].items()}


def counted(poll: Poll, name: str) -> dict[str, int]:
    """The scores of the signed result, to which a recount without a node agrees."""
    poll.wait("73h")
    found = poll.tally(name)
    again = poll.run("tally", name, "--recount", "--json").document
    assert (False, found["scores"], found["verdict"]) == (found["provisional"], again["scores"], again["verdict"])
    return scores(found)


def test_H53_delegations_that_lead_nowhere_weigh_nowhere(poll: Poll) -> None:
    """A circle of two, and a chain of more hands than the settings allow: both are told, nobody gains by them. Oneself
    and nobody, whom this registry does not take, are tested where logs are read.
    """
    delegating(poll, ("finn", "gil"), ("gil", "finn"), ("kim", "hana"), ("hana", "ivo"), ("ivo", "eve"), hops=2)
    poll.cast("eve", "For", "IIP-3")
    before = steps_workspace.everything(poll.folder)

    outcome = poll.run("tally", "IIP-3")

    told = " ".join(outcome.out.split())
    assert (0, before) == (outcome.status, steps_workspace.everything(poll.folder))
    assert "2 delegation(s), that of" in told
    assert "lead in a circle" in told
    assert "1 delegation(s), that of" in told
    assert "pass through more hands than the settings allow" in told
    # eve's own, ivo's and hana's over ivo; kim would be the third hand; finn and gil turn in their circle
    assert {"For": 210_000 + 125_000 + 140_000, "Against": 0, "Abstain": 0} == counted(poll, "IIP-3")


def test_H54_power_of_a_delegator_who_votes_counts_once(poll: Poll) -> None:
    """It was his delegate's until his own vote came, and is his alone from then on."""
    delegating(poll, ("hana", "eve"), ("finn", "eve"))
    poll.cast("eve", "For", "IIP-3")
    assert 210_000 + 140_000 + 90_000 == scores(poll.tally("IIP-3"))["For"]

    poll.cast("hana", "Against", "IIP-3")

    assert {"For": 300_000, "Against": 140_000, "Abstain": 0} == counted(poll, "IIP-3")


Members = dict[str, Callable[[dict[str, Any]], Any]]


def carried(poll: Poll, **members: Callable[[dict[str, Any]], Any]) -> bytes:
    """A publication of IIP-3 as a file, signed by its author with some members made otherwise."""
    file = poll.folder.parent / "publication.json"
    file.unlink(missing_ok=True)
    outcome = poll.run("publish", poll.write(3), "--key", "dora", "--out", file)
    assert 0 == outcome.status, outcome.err
    carrier = json.loads(file.read_text("utf-8"))
    message = json.loads(carrier["envelope"])["data"]["message"]
    changed = {**message, **{name: make(message) for name, make in members.items()}}
    carrier["envelope"] = sign_envelope("Proposal", changed, cast.signer("dora")).decode()
    return json.dumps(carrier).encode()


def bound_to(poll: Poll, depth: int) -> Members:
    """Members of a proposal whose snapshot is so many blocks below the head."""
    with Workspace(poll.folder) as workspace, Devnet.open(workspace.devnet_path) as devnet:
        node = devnet.node()
        block = node.block(node.head().ref.number - depth).ref

    def plugins(message: dict[str, Any]) -> str:
        found = json.loads(message["plugins"])
        (own,) = found.values()
        own["blocks"] = [{**own["blocks"][0], "number": block.number, "hash": "0x" + block.hash.hex()}]
        return json.dumps(found, separators=(",", ":"), sort_keys=True)

    return {"snapshot": lambda _: block.number, "plugins": plugins}


def test_H59_a_snapshot_that_could_still_be_moved_for_is_not_taken(poll: Poll) -> None:
    """The head itself; and, where the settings call a block final that lies five deep, one above that."""
    young = carried(poll, **bound_to(poll, 0))
    assert "E_RULE_DRIFT" == poll.refuses(young)
    assert "is not older than the proposal" in poll.take(young)["message"]
    poll.change_settings(chains=[{"chain_id": DEVNET_CHAIN_ID, "finality_depth": 5}])
    poll.wait("2h")
    for _ in range(5):
        poll.wait("1m")
    early = carried(poll, **bound_to(poll, 4))
    assert "E_RULE_DRIFT" == poll.refuses(early)
    assert "is 4 blocks deep, and the settings call a block final at 5" in poll.take(early)["message"]
    assert "taken" == poll.take(carried(poll, **bound_to(poll, 5)))["state"]


def test_H59_tokens_that_moved_after_the_snapshot_vote_where_they_were(poll: Poll) -> None:
    """All of eve's go to jan while the vote is open: jan has no power, and eve has hers."""
    (token,) = poll.settings()["strategies"]
    with Workspace(poll.folder) as workspace, Devnet.open(workspace.devnet_path) as devnet:
        address = bytes.fromhex(token["params"]["address"][2:])
        devnet_contracts.transfer(devnet.node(), cast.key("eve"), address, cast.address("jan"), 210_000 * UNIT)

    assert "E_NO_POWER" == poll.refuses(poll.vote("jan"))
    assert (1, "E_NO_POWER") == poll.refuses_words("vote", "cast", "IIP-2", "For", "--key", "jan")
    poll.cast("eve", "For")
    assert {"For": 210_000, "Against": 0, "Abstain": 0} == counted(poll, "IIP-2")


# Under which rules


def test_H65_settings_founded_meanwhile_leave_an_open_vote_alone(poll: Poll) -> None:
    """A quorum raised over an open vote decides later votes; what was signed before it binds is not taken after."""
    high = {"kind": "all_choices", "minimum": str(900_000 * UNIT)}
    poll.change_settings(quorum=high)
    poll.wait("50m")
    early = carried(poll)
    poll.wait("20m")
    assert "E_SETTINGS" == poll.refuses(early)
    poll.cast("eve", "For")
    provisional = poll.tally()
    poll.publish(3)
    poll.cast("eve", "For", "IIP-3")
    poll.wait("80h")

    first, second = poll.tally(), poll.tally("IIP-3")

    assert ("passed", str(200_000 * UNIT)) == (provisional["verdict"], provisional["quorum"])
    assert ("passed", True, str(200_000 * UNIT)) == (first["verdict"], first["released"], first["quorum"])
    assert ("quorum_not_met", False, high["minimum"]) == (second["verdict"], second["released"], second["quorum"])


@pytest.mark.parametrize(
    ("kind", "minimum", "verdict", "told"),
    [
        ("all_choices", 245_000, "passed", "245000 counted of"),
        ("for_abstain", 230_001, "quorum_not_met", "For and Abstain are 230000 of"),
        ("for", 140_001, "quorum_not_met", "140000 for, of"),
    ],
)
def test_H66_what_abstaining_does_to_a_verdict(poll: Poll, kind: str, minimum: int, verdict: str, told: str) -> None:
    """140,000 for, 15,000 against and 90,000 abstain: counted with all, with For, or not at all."""
    poll.change_settings(quorum={"kind": kind, "minimum": str(minimum * UNIT)})
    poll.wait("2h")
    poll.publish(3)
    for name, choice in (("hana", "For"), ("kim", "Against"), ("finn", "Abstain")):
        poll.cast(name, choice, "IIP-3")

    poll.wait("73h")
    outcome, found = poll.run("tally", "IIP-3"), poll.tally("IIP-3")

    assert {"For": 140_000, "Against": 15_000, "Abstain": 90_000} == scores(found)
    assert (0, verdict, verdict == "passed") == (outcome.status, found["verdict"], found["released"])
    assert told in " ".join(outcome.out.split())


def earliest(ballots: Iterable[Ballot]) -> Effective:
    """A mistaken count: of a voter's votes it takes the first, not the last."""
    return effective([ballot._replace(timestamp=-ballot.timestamp) for ballot in ballots])


def test_H68_counts_that_disagree_give_no_verdict(poll: Poll, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tally that took a voter's first vote for his last is found by the second count: no result is signed, nobody
    recounts or records it, and once it is mended the same votes give the result.
    """
    poll.cast("eve", "For")
    poll.wait("5m")
    poll.cast("eve", "Against")
    poll.wait("73h")
    with monkeypatch.context() as patched:
        patched.setattr(governance.tally, "effective", earliest)
        outcome = poll.run("tally", "IIP-2", "--json")
        assert (2, "E_TALLY_DIVERGE") == (outcome.status, outcome.document["error"]["code"])
        assert (2, "E_TALLY_DIVERGE") == poll.refuses_words("tally", "IIP-2")
    with Journal(poll.folder / "journal.sqlite") as journal:
        assert ["closed", "power"] == [leaf.kind for leaf in journal.leaves][-2:]

    assert {"For": 0, "Against": 210_000, "Abstain": 0} == scores(poll.tally())

    with monkeypatch.context() as patched:
        patched.setattr(governance.tally, "effective", earliest)
        assert (2, "E_TALLY_DIVERGE") == poll.refuses_words("tally", "IIP-2", "--recount")


# Of which proposal


def another_text(poll: Poll) -> Path:
    """A document without errors that asks for the number of IIP-2 in other words."""
    return poll.write(9, b"least once a week", b"least twice a week")


def twin(poll: Poll) -> bytes:
    """IIP-2 itself, signed again by its author for a window that begins now."""
    with Journal(poll.folder / "journal.sqlite") as journal:
        leaf = [leaf for leaf in journal.leaves if leaf.kind == "proposal"][-1]
        link = leaf.body["envelope"]
        assert isinstance(link, CID)
        message = dict(read_envelope(journal.get(link)).message)
        parts = read_commitment(message["plugins"]).parts
        assert parts is not None
        block = journal.get(parts)
    with Workspace(poll.folder) as workspace, Devnet.open(workspace.devnet_path) as devnet:
        now = devnet.now()
    message |= {"timestamp": now, "start": now + cast.HOUR, "end": now + cast.HOUR + 3 * cast.DAY}
    signed = sign_envelope("Proposal", message, cast.signer("dora"))
    return write_publication(Publication(signed, (poll.folder / "iips" / "iip-2.md").read_bytes(), block))


def test_H103_twin_of_a_number_that_is_open_or_passed(poll: Poll) -> None:
    """Another text under the number, by its author or by somebody else, and a file with the same text signed anew."""
    other, words = another_text(poll), ("publish", poll.folder / "iips" / "iip-9.md", "--key")
    for state in ("open", "passed"):
        assert (1, "E_STATE") == poll.refuses_words(*words, "dora"), state
        assert (1, "E_IIP_DUP") == poll.refuses_words(*words, "jan"), state
        assert (1, "E_STATE") == poll.refuses_words(*words, "dora", "--out", other.with_suffix(".json")), state
        assert "E_STATE" == poll.refuses(twin(poll)), state
        if state == "open":
            poll.cast("eve", "For")
            poll.wait("73h")
            assert "passed" == poll.tally()["verdict"]


def test_H103_resubmission_is_for_what_missed_its_quorum(poll: Poll) -> None:
    """The number is asked again after a vote without a quorum, once: the second proposal is the one that stands."""
    poll.cast("gil", "For")
    poll.wait("73h")
    assert "quorum_not_met" == poll.tally()["verdict"]

    again = poll.run("publish", poll.folder / "iips" / "iip-2.md", "--key", "dora", "--json")

    assert (0, True) == (again.status, again.document["is_new"]), again.out
    assert (1, "E_STATE") == poll.refuses_words("publish", another_text(poll), "--key", "dora")


# On which list of votes


@pytest.mark.parametrize("change", [dropped_vote, added_after], ids=["missing", "added"])
def test_H107_a_record_whose_closed_list_is_another(
    dao: Dao, tmp_path: Path, played: Played, change: Callable[[Bench], object]
) -> None:
    """The journal's own key sealed it anew; the list of votes still says how many there were, and which."""
    bench = Bench(played.record)
    change(bench)
    forged = bench.seal()
    (tmp_path / "forged.car").write_bytes(forged)

    outcome = dao("verify", tmp_path / "forged.car", "--json")

    failed = next(row for row in outcome.document["checks"] if row["ok"] is False)
    assert (1, 32, "E_LOG_INCONSISTENT") == (outcome.status, failed["number"], failed["code"])
    assert forged == (tmp_path / "forged.car").read_bytes()


def test_H107_a_vote_that_comes_after_the_close_is_not_taken(poll: Poll) -> None:
    """Though it was signed in time, and before the count as well as after it."""
    poll.cast("eve", "For")
    late = poll.vote("finn", choice=2)
    poll.wait("73h")
    assert "E_WINDOW" == poll.refuses(late)
    first = poll.tally()

    assert "E_WINDOW" == poll.refuses(late)

    assert (1, first) == (first["voters"], poll.tally())
