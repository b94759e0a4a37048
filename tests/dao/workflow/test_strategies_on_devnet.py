"""Powers of genuine contracts, from the chain to a record that verifies: what is proved, what is only attested."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chain.address import checksum
from chain.cid import CID, raw_cid
from chain.clients import devnet_contracts as contracts
from chain.clients.contracts import load
from chain.clients.devnet import Devnet
from chain.clients.node import Node
from chain.errors import CodedError
from chain.json_text import canonical
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast, world
from dao.cli.start.verify import answer_of
from dao.record.case import need
from dao.record.checks_vote import rules
from dao.record.verify import verify
from dao.store.journal import Journal
from dao.workflow import founding, recording, voting
from dao.workflow.desk import Blocks, Desk, Fact
from dao.workflow.power_evidence import gather, gather_supply
from tests.dao.workflow.stage import Stage, eth, refused

UNIT = cast.UNIT


def row(name: str, params: dict[str, Any], proof: dict[str, Any] | None = None) -> dict[str, Any]:
    """A strategy of the settings."""
    return {"name": name, "version": 1, "chain_id": DEVNET_CHAIN_ID, "params": params, "proof": proof}


@contextmanager
def space(folder: Path) -> Iterator[tuple[world.World, Node, Journal]]:
    """A funded DAO before its settings."""
    with Devnet.temporary(cast.GENESIS) as devnet, Journal(folder / "journal.sqlite", create=True) as journal:
        yield world.build(devnet), devnet.node(), journal


def found(there: world.World, desk: Desk, strategies: list[dict[str, Any]], **changed: Any) -> Stage:
    """Sign settings with these strategies."""
    settings = json.loads(world.settings_text(there)) | {"strategies": strategies} | changed
    text = canonical(settings)
    founding.found(desk, text, founding.sign_settings(text, [cast.signer("ann"), cast.signer("ben")]))
    return Stage(there, desk)


def told(stage: Stage, proposal: bytes) -> dict[str, Any]:
    """What `dao verify --json` says of a record."""
    record = recording.write_record(stage.desk, proposal, cast.journal_key(), world.origin())
    return dict(answer_of(verify(record)).document)


def test_five_strategies_are_told_apart_by_what_proves_them(tmp_path: Path) -> None:
    """Delegated tokens and stakes are attested, coins and memberships proved, and a committee's file is settled."""
    members = f"{checksum(cast.address('lea'))}\n{checksum(cast.address('eve'))}\n".encode()
    with space(tmp_path) as (there, node, journal):
        registry = contracts.deploy(node, cast.key("dora"), "DelegateRegistry")
        stakes = contracts.deploy(node, cast.key("dora"), "StakedVotes")
        collection = contracts.deploy(node, cast.key("dora"), "Collection")
        contracts.set_delegate(node, cast.key("finn"), registry, "3f.devnet", cast.address("eve"))
        contracts.set_delegate(node, cast.key("gil"), registry, "", cast.address("finn"))
        contracts.set_delegate(node, cast.key("hana"), registry, "", cast.address("eve"))
        contracts.stake(node, cast.key("hana"), stakes, 1000 * UNIT + 1, 30)
        contracts.mint(node, cast.key("eve"), collection)
        contracts.mint(node, cast.key("eve"), collection)
        token = {"address": checksum(there.token), "decimals": 18, "symbol": "MUT"}
        artifact = load("Collection")
        inner = [{"name": "erc20-balance-of", "version": 1, "params": token}]
        delegation = {
            "registry": checksum(registry), "space": "3f.devnet", "first_block": 1, "hops": 3, "strategies": inner,
        }  # fmt: skip
        call = {
            "address": checksum(stakes), "method": "votingPower(address)", "args": ["%{address}"], "decimals": 18,
            "symbol": "sVOTES",
        }  # fmt: skip
        storage = {"layout": "vyper", "slot": "0", "code_hash": "0x" + artifact.runtime_code_hash.hex()}
        strategies = [
            row("delegation", delegation),
            row("contract-call", call),
            row("eth-balance", {}, {"layout": "account"}),
            row("erc721", {"address": checksum(collection), "symbol": "SEAT"}, storage),
            row("whitelist", {"files": [str(raw_cid(members))]}),
        ]
        files = {raw_cid(members): members}
        stage = found(there, Desk(journal, node, files=files.get), strategies)
        published = stage.publish(1, eth("0.5"))
        stage.vote(published, 1, "eve")
        stage.vote(published, 2, "hana")
        at = need(stage.desk.case(published.id, 10, 20, 21).commitment).blocks[0].number
        coins = {name: node.balance(cast.address(name), at) for name in ("eve", "hana")}
        stage.desk = Desk(journal, node, files=files.get)
        stage.decide(published)

        document = told(stage, published.id)

        # eve: her own tokens, Finn's, Gil's over Finn; two seats, one vote of the committee
        in_favour = (210_000 + 90_000 + 60_000 + 2 + 1) * UNIT + coins["eve"]
        against = 140_000 * UNIT + (1000 * UNIT + 1) // 12 + coins["hana"]
        assert document["ok"], document
        assert [str(in_favour), str(against), "0"] == document["scores"]
        assert ["attested", "attested", "proved", "proved", "settled"] == [each["how"] for each in document["power"]]
        assert list(node.labels) == document["power"][0]["providers"]
        assert "A_POWER" in document["assumed"]
        notes = need(stage.desk.case(published.id, 10, 20, 21, 22, 23, 24, 30, 31, 32, 40)).power_tables[0].notes
        assert {"delegators": 2, "delegates": 1, "lent": "150000", "total": "500000"} == notes[0].facts


def test_a_share_of_the_supply_must_agree(tmp_path: Path) -> None:
    """Half of all MUT, two thirds of For and Against or more; the supply at the snapshot is evidence too."""
    with space(tmp_path) as (there, node, journal):
        for name in ("eve", "finn", "hana"):
            contracts.delegate(node, cast.key(name), there.token, cast.address("eve" if name == "finn" else name))
        token = {"address": checksum(there.token), "decimals": 18, "symbol": "MUT"}
        quorum = {"kind": "for", "minimum": "1", "of_supply": {"numerator": 3, "denominator": 10}, "voters": 2}
        threshold = {"kind": "at_least", "numerator": 2, "denominator": 3}
        stage = found(
            there, Desk(journal, node), [row("erc20-votes", token)], quorum=quorum, threshold=threshold, proposers=[]
        )
        stage.desk = Desk(journal, node)
        contracts.delegate(node, cast.key("dora"), there.token, cast.address("dora"))
        published = stage.publish(1, eth("0.5"))
        stage.vote(published, 1, "eve")
        stage.vote(published, 2, "hana")
        there.wait_until(published.end + 60)
        voting.close(stage.desk, published.id)
        _without_supply(stage, published.id)
        voting.count(stage.desk, published.id)

        document = told(stage, published.id)
        case = stage.desk.case(published.id, 10, 20, 21, 22, 23, 24, 30, 31, 32, 40, 41, 42)

        assert document["ok"], document
        assert ("passed", 300_000 * UNIT) == (document["verdict"], need(case.expected).quorum)
        assert cast.SUPPLY == case.supply
        assert "V_PASSED.for" == need(case.verdict).key


def _without_supply(stage: Stage, proposal: bytes) -> None:
    """Powers alone are not what these rules ask for, nor is a supply too many: check 40 refuses both."""
    case = stage.desk.case(proposal, 10, 20, 21, 22, 23, 24, 30, 31, 32)
    blocks = Blocks()
    voters = sorted(vote.envelope.address for vote in need(case.votes))
    links = gather(stage.desk.node, rules(case), voters, blocks, stage.desk.file)
    supply = gather_supply(stage.desk.node, rules(case), blocks, stage.desk.file)
    before = stage.desk.journal.leaf_hashes()
    for evidence, reason in ((links, "supplies"), (links + supply * 2, "supplies"), (links + links, "field")):
        with pytest.raises(CodedError) as caught:
            stage.desk.take([Fact("power", {"proposal": proposal, "evidence": evidence})], blocks, proposal)
        assert caught.value.reason in {reason, "unknown_key"}
        assert before == stage.desk.journal.leaf_hashes()


def test_a_missing_file_stops_the_count_and_changes_nothing(tmp_path: Path) -> None:
    """Members whose list is not at hand are not nobody: E_TALLY_INCOMPLETE, and the journal is as before."""
    members = f"{checksum(cast.address('eve'))}\n".encode()
    here: dict[CID, bytes] = {raw_cid(members): members}
    with space(tmp_path) as (there, node, journal):
        desk = Desk(journal, node, files=here.get)
        stage = found(
            there, desk, [row("whitelist", {"files": [str(raw_cid(members))]})],
            quorum={"kind": "for", "minimum": str(UNIT)},
        )  # fmt: skip
        published = stage.publish(1, eth("0.5"))
        stage.vote(published, 1, "eve")
        here.clear()
        there.wait_until(published.end + 60)
        before = len(journal), journal.leaf_hashes()

        with pytest.raises(CodedError) as caught:
            stage.decide(published)

        assert ("E_TALLY_INCOMPLETE", "file") == refused(caught)
        closed = before[0] + 1  # the list of votes is fixed, no power is
        assert (closed, before[1]) == (len(journal), journal.leaf_hashes()[:-1])
        here[raw_cid(members)] = members
        from dao.workflow import voting

        voting.count(stage.desk, published.id)
        assert told(stage, published.id)["ok"]
