"""The demo's world: an embedded chain with genuine Safe contracts, a token, holders, and a proxy that gathers premiums.

Everything is deployed by ordinary transactions. The Safe's contracts come to their canonical addresses through CREATE2,
which they only do if their code is, byte for byte, the code that stands there on mainnet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chain import abi
from chain.address import checksum
from chain.clients import devnet_contracts, safe_deploy
from chain.clients.contracts import load
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.json_text import canonical
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast
from dao.keys import public_key
from proposals.calls import describe
from proposals.draft import budget_row, draft, milestone
from proposals.parts import Part
from proposals.payment import Asset, Payment, asset_book


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What stands on the demo's chain."""

    devnet: Devnet
    safe: bytes
    token: bytes
    proxy: bytes

    def wait(self, seconds: int) -> int:
        """Let time pass; return the new time."""
        self.devnet.time_travel(self.devnet.now() + seconds)
        return self.devnet.now()

    def wait_until(self, time: int) -> int:
        """Let time pass up to a moment, if it has not come."""
        if self.devnet.now() < time:
            self.devnet.time_travel(time)
        return self.devnet.now()


def build(devnet: Devnet) -> World:
    """Deploy the Safe of three owners, the token with its holders, and the proxy."""
    node = devnet.node()
    safe_deploy.deploy_safe_contracts(node, FAUCET_KEY)
    owners = [cast.address(name) for name in cast.OWNERS]
    safe = safe_deploy.create_safe(node, FAUCET_KEY, owners=owners, threshold=cast.THRESHOLD)
    dora = cast.key(cast.AUTHOR)
    token = devnet_contracts.deploy_votes_token(node, dora, name="Mutual", symbol="MUT", supply=cast.SUPPLY)
    for name, amount in cast.HOLDINGS.items():
        devnet_contracts.transfer(node, dora, token, cast.address(name), amount * cast.UNIT)
    proxy = devnet_contracts.deploy_iip_proxy(node, FAUCET_KEY, safe)
    node.send(FAUCET_KEY, cast.address(cast.BUYER), value=100 * cast.UNIT)
    return World(devnet=devnet, safe=safe, token=token, proxy=proxy)


def origin() -> str:
    """The journal's name: a local journal is named after its key."""
    return f"mutual-dao/{public_key(cast.journal_key()).hex()[:16]}"


def settings_text(world: World) -> str:
    """The settings that the Safe's owners sign."""
    artifact = load("VotesToken")
    safe, token = checksum(world.safe), checksum(world.token)
    reviewers: list[Any] = [checksum(cast.address(name)) for name in cast.REVIEWERS]
    settings: dict[str, Any] = {
        "version": 1,
        "space": cast.SPACE,
        "prefix": cast.PREFIX,
        "venue": "journal",
        "admission": "strict",
        "journal": {"key": public_key(cast.journal_key()).hex(), "origin": origin()},
        "chains": [{"chain_id": DEVNET_CHAIN_ID, "finality_depth": 0}],
        "safes": [{"address": safe, "chain_id": DEVNET_CHAIN_ID, "version": "1.4.1"}],
        "funds": [
            {
                "name": cast.FUND,
                "chain_id": DEVNET_CHAIN_ID,
                "safe": safe,
                "assets": [
                    {"address": None, "decimals": 18, "symbol": "ETH"},
                    {"address": token, "decimals": 18, "symbol": "MUT"},
                ],
                "sources": [{"address": checksum(world.proxy), "kind": "premium_share"}],
            }
        ],
        "proposers": [checksum(cast.address(cast.AUTHOR))],
        "choices": ["For", "Against", "Abstain"],
        "strategies": [
            {
                "name": "erc20-balance-of",
                "version": 1,
                "chain_id": DEVNET_CHAIN_ID,
                "params": {"address": token, "decimals": 18, "symbol": "MUT"},
                "proof": {
                    "code_hash": "0x" + artifact.runtime_code_hash.hex(),
                    "layout": "vyper",
                    "slot": str(artifact.slots["balanceOf"]),
                },
            }
        ],
        "quorum": {"kind": "all_choices", "minimum": str(cast.QUORUM)},
        "threshold": {"numerator": 1, "denominator": 2},
        "voting": {"delay": cast.HOUR, "period": 3 * cast.DAY, "max_snapshot_age": cast.DAY},
        "timelock": 2 * cast.DAY,
        "grace": 14 * cast.DAY,
        "notice": cast.HOUR,
        "guardian": None,
        "reviewers": {"addresses": reviewers, "required": 2},
        "disputes": {"panel": [], "required": 0, "seconds": 0},
        "housekeeping": [],
        "limits": {"body": 10_000, "parts": 20},
    }
    return canonical(settings)


def document() -> bytes:
    """IIP-1, as its author wrote it."""
    nora, omar = (checksum(cast.address(name)) for name in cast.PAYEES)
    return draft(
        number=1,
        title="A keeper for the forward() call",
        description="Pay a keeper so that the share of premiums reaches the Safe every week",
        author=f"Dora (@dora), {checksum(cast.address(cast.AUTHOR))}",
        discussions_to="https://forum.example.org/t/keeper/12",
        created="2026-01-05",
        sections={
            "Summary": "The tenth of each premium waits at a proxy until somebody calls forward(). "
            "This proposal pays a keeper to do it, and a reviewer of the keeper's code.",
            "Motivation": "Money that lies at the proxy funds nothing. In the last quarter nobody called for weeks.",
            "Specification": "The keeper calls forward() whenever the proxy holds more than 0.5 ETH, "
            "at least once a week.",
            "Budget": "The keeper is paid half at the start and half when the first month was reported.",
            "Milestones": "One report, read by both reviewers.",
            "Reporting": "A report on the forum every month.",
            "Unwinding": "If the keeper stops, the second half is not released.",
            "Risks": "The keeper's key can only call forward(), which anybody may.",
            "Copyright": "CC0.",
        },
        budget=[
            budget_row(1, f"1.5 ETH to devnet:{nora}", purpose="Keeper, first half"),
            budget_row(1, f"1,200 MUT to devnet:{omar}", purpose="Review of the keeper's code"),
            budget_row(2, f"0.75 ETH to devnet:{nora}", release="m1", purpose="Keeper, second half"),
        ],
        milestones=[
            milestone(
                "m1",
                "One month of calls, reported",
                due=cast.GENESIS + 60 * cast.DAY,
                evidence="Report with logs",
                reviewers=("@lea", "@max"),
            )
        ],
    )


CONTRACTS = tuple(safe_deploy.CANONICAL)
"""The Safe project's contracts that the world deploys."""


def assets(there: World) -> Mapping[str, Asset]:
    """The fund's assets by symbol."""
    coin = Asset(symbol="ETH", decimals=18, address=None, chain_id=DEVNET_CHAIN_ID)
    token = Asset(symbol="MUT", decimals=18, address=there.token, chain_id=DEVNET_CHAIN_ID)
    return asset_book([coin, token])


def payments(part: Part, book: Mapping[str, Asset]) -> list[Payment]:
    """What a part of the demo pays, call by call."""
    found = [describe(call, book, part.chain_id) for call in part.calls]
    return [payment for payment in found if isinstance(payment, Payment)]


def token_balance(there: World, holder: bytes) -> int:
    """What somebody holds of the token, in base units, as the chain says now."""
    answer = there.devnet.node().call(there.token, abi.encode_call("balanceOf(address)", [holder]))
    return int.from_bytes(answer, "big")
