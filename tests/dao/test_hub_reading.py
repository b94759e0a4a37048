"""`dao.hub_reading`: powers that a hub says, computed again from a chain at the snapshot block."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chain.address import checksum
from chain.clients import devnet_contracts as contracts
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.networks import DEVNET_CHAIN_ID
from chain.signature import address_of
from dao.hub_reading import compute_powers
from governance.hub_answer import read_hub_json
from governance.hub_votes import HubProposal, read_proposal, read_votes
from tests.hub_double import proposal_row, vote_row

ME = checksum(address_of(FAUCET_KEY))
YOU = checksum(b"\x44" * 20)
ID = "0x" + "ab" * 32


@pytest.fixture(scope="module")
def devnet() -> Iterator[Devnet]:
    with Devnet.temporary(1_700_000_000) as devnet:
        yield devnet


def told(
    devnet: Devnet, strategies: list[dict[str, Any]], powers: dict[str, list[float]]
) -> list[tuple[str, str, Any]]:
    """Code, reason and voter or strategy of each finding, at a block after which the powers have changed."""
    node = devnet.node()
    row = proposal_row(
        ID, "club.eth", "basic", ["For", "Against"], 2, strategies=strategies, snapshot=node.head().ref.number
    )
    proposal: HubProposal = read_proposal(row)
    rows = [vote_row(ID, {"voter": voter, "choice": 1, "vp": sum(parts)}, 1) for voter, parts in powers.items()]
    for vote, parts in zip(rows, powers.values(), strict=True):
        vote["vp_by_strategy"] = parts
    votes: Any = read_hub_json(json.dumps([{**vote, "proposal": ID} for vote in rows]).encode())
    found = compute_powers(node, proposal, read_votes(votes), lambda *_: None)
    return [(row.code, row.reason, row.facts.get("voter", row.facts["strategy"])) for row in found]


def test_powers_at_the_snapshot(devnet: Devnet) -> None:
    """A token's balance and a ticket are computed; a changed power is named, and what is not computed is said."""
    node = devnet.node()
    token = contracts.deploy_votes_token(node, FAUCET_KEY, name="V", symbol="V", supply=1000 * 10**18)
    params = {"address": checksum(token), "decimals": 18, "symbol": "V"}
    network = str(DEVNET_CHAIN_ID)
    held = {"name": "erc20-balance-of", "network": network, "params": {**params, "address": params["address"].lower()}}
    ticket = {"name": "ticket", "network": network, "params": {"value": 3}}

    assert [] == told(devnet, [held, ticket], {ME: [1000.0, 3], YOU: [0, 3]})
    assert [("E_HUB_POWER", "node", ME)] == told(devnet, [held], {ME: [1000.5], YOU: [0]})
    assert [("E_HUB_POWER", "node", YOU)] == told(devnet, [held], {ME: [1000], YOU: [1e-9]})

    others = [
        {"name": "split-delegation", "network": network, "params": {}},
        {**held, "network": "1"},
        {**held, "params": {**params, "more": 1}},
        {**held, "network": "1\n"},
    ]
    reasons = ["strategy", "chain", "params", "chain"]
    expected = [("W_HUB_POWER", reason, row["name"]) for reason, row in zip(reasons, others, strict=True)]
    assert expected == told(devnet, [held, *others], {ME: [1000, 7, 7, 7, 7], YOU: [0, 1, 1, 1, 1]})
