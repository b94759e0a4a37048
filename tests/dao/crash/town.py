"""A funded DAO in a workspace, on the embedded chain or on any other, ready for its first proposal.

The genuine Safe contracts, the votes token and the proxy are deployed by ordinary transactions. On a chain that is not
the devnet everybody has keys of their own, because the devnet's keys are public and belong nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chain.address import checksum
from chain.clients import devnet_contracts, safe_deploy
from chain.clients.node import Node
from chain.json_text import canonical
from chain.keccak import keccak256
from chain.networks import DEVNET_CHAIN_ID
from chain.signature import address_of
from chain.signer import KeySigner
from dao.cli.start.demo import cast, world
from dao.keys import LIGHT_SCRYPT, Keyring, devnet_key, public_key
from dao.store.journal import Journal
from dao.workflow import founding, income
from dao.workflow.desk import Desk
from dao.workflow.guard import Guard
from dao.workspace import Anchors, Workspace

UNIT = cast.UNIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A chain, as far as a workspace names it, and who has keys there."""

    chain_id: int
    space: str
    rpc_env: tuple[str, ...] = ()
    finality_depth: int = 0

    def key(self, name: str) -> bytes:
        if self.chain_id == DEVNET_CHAIN_ID:
            return devnet_key(name)
        return keccak256(f"mutual-dao tests, chain {self.chain_id}: {name}".encode())

    def address(self, name: str) -> bytes:
        return address_of(self.key(name))

    def origin(self) -> str:
        return f"mutual-dao/{public_key(self.key('journal')).hex()[:16]}"

    def told(self, text: str) -> str:
        """A text of the demo, with the names of this town in the place of the devnet's."""
        if self.chain_id == DEVNET_CHAIN_ID:
            return text
        changes: Mapping[str, str] = {
            str(DEVNET_CHAIN_ID): str(self.chain_id),
            f'"{cast.SPACE}"': f'"{self.space}"',
            '"finality_depth":0': f'"finality_depth":{self.finality_depth}',
            public_key(cast.journal_key()).hex(): public_key(self.key("journal")).hex(),
            world.origin(): self.origin(),
            "devnet:": "",
        } | {checksum(cast.address(name)): checksum(self.address(name)) for name in cast.PEOPLE}
        for old, new in changes.items():
            text = text.replace(old, new)
        return text


DEVNET = Town(chain_id=DEVNET_CHAIN_ID, space=cast.SPACE)


def found(folder: Path, town: Town, node: Node, faucet: bytes, sources: Mapping[bytes, str] | None = None) -> None:
    """Make the DAO and its workspace in a folder; `faucet` is a key with coins, `sources` more sources of its fund."""
    safe_deploy.deploy_safe_contracts(node, faucet)
    for name in (cast.BUYER, cast.AUTHOR, "ann"):
        node.send(faucet, town.address(name), value=100 * UNIT)
    owners = [town.address(name) for name in cast.OWNERS]
    safe = safe_deploy.create_safe(node, faucet, owners=owners, threshold=cast.THRESHOLD)
    author, buyer = town.key(cast.AUTHOR), town.key(cast.BUYER)
    token = devnet_contracts.deploy_votes_token(node, author, name="Mutual", symbol="MUT", supply=cast.SUPPLY)
    for name, amount in cast.HOLDINGS.items():
        devnet_contracts.transfer(node, author, token, town.address(name), amount * UNIT)
    proxy = devnet_contracts.deploy_iip_proxy(node, faucet, safe)

    anchors = Anchors(
        space=town.space, chain_id=town.chain_id, safe=safe, rpc_env=town.rpc_env,
        journal_key=public_key(town.key("journal")),
    )  # fmt: skip
    with Workspace.create(folder, anchors) as workspace, Journal(workspace.journal_path, create=True) as journal:
        ring = Keyring(workspace.keys, "devnet")
        for name in cast.PEOPLE:
            ring.save(name, town.key(name), work=LIGHT_SCRYPT)
        ring.save_journal_key(town.key("journal"))
        (workspace.keys / "passphrase").write_text("devnet\n", encoding="utf-8")
        desk = Desk(journal, node, Guard(anchors, workspace.checkpoint_path, town.key("journal")))
        there = world.World(devnet=None, safe=safe, token=token, proxy=proxy)  # type: ignore[arg-type]
        panel = {"panel": [checksum(cast.address("gil"))], "required": 1, "seconds": cast.DAY}
        settled = canonical({**json.loads(world.settings_text(there)), "disputes": panel})
        text = _with_sources(town.told(settled), sources or {})
        signers = [KeySigner(town.key(name)) for name in cast.OWNERS[: cast.THRESHOLD]]
        founding.found(desk, text, founding.sign_settings(text, signers))
        brought = devnet_contracts.bring_premium(node, buyer, proxy, 50 * UNIT)
        forwarded = devnet_contracts.forward(node, buyer, proxy)
        granted = devnet_contracts.transfer(node, author, token, safe, cast.GRANT)
        for _ in range(town.finality_depth):
            node.send(faucet, bytes(20))
        income.book_income(desk, "premium", cast.FUND, brought.transaction_hash)
        income.book_income(desk, "forward", cast.FUND, forwarded.transaction_hash, log=len(forwarded.logs) - 1)
        income.book_income(desk, "donation", cast.FUND, granted.transaction_hash)


def _with_sources(text: str, sources: Mapping[bytes, str]) -> str:
    settings = json.loads(text)
    settings["funds"][0]["sources"] += [{"address": checksum(place), "kind": kind} for place, kind in sources.items()]
    return canonical(settings)
