"""What the tests of committees share: a reserve in a Safe of its own, of which two of three members grant."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from chain.address import checksum, with_chain
from chain.clients import devnet_contracts, safe_deploy
from chain.clients.devnet import FAUCET_KEY
from chain.json_text import canonical
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast
from dao.workflow import founding, income, proposing
from dao.workflow.proposing import Published, settings_in_force
from governance.space import settings_cid
from tests.dao.workflow.stage import Stage

RESERVE = "reserve"
MEMBERS = ("finn", "gil", "jan")
REQUIRED = 2
HELD = 1_000 * cast.UNIT
GRANT, YEAR = 100 * cast.UNIT, 150 * cast.UNIT
MANDATE = "Grants for building the mutual, reported every quarter"


def found_committee(stage: Stage, **changes: Any) -> bytes:
    """The owners make a Safe for the reserve, give it tokens, and sign settings in which a committee decides about it;
    `changes` are other keys of the committee.
    """
    node, owners = stage.desk.node, [cast.address(name) for name in cast.OWNERS]
    safe = safe_deploy.create_safe(node, FAUCET_KEY, owners=owners, threshold=2, salt_nonce=9)
    first = settings_in_force(stage.desk).text
    values = json.loads(first)
    token = values["funds"][0]["assets"][1]
    committee = {
        "limits": [{"symbol": "MUT", "grant": str(GRANT), "year": str(YEAR)}],
        "mandate": MANDATE,
        "members": [checksum(cast.address(name)) for name in MEMBERS],
        "required": REQUIRED,
    }
    coin = values["funds"][0]["assets"][0]
    values["funds"].append({
        "name": RESERVE, "chain_id": DEVNET_CHAIN_ID, "safe": checksum(safe), "assets": [coin, token], "sources": [],
        "committee": {**committee, **changes},
    })  # fmt: skip
    values["safes"].append({"address": checksum(safe), "chain_id": DEVNET_CHAIN_ID, "version": "1.4.1"})
    text = canonical(values)
    keys = [cast.signer("ann"), cast.signer("ben")]
    founding.found(stage.desk, text, founding.sign_settings(text, keys, settings_cid(first).digest))
    stage.there.wait(cast.HOUR)
    given = devnet_contracts.transfer(node, cast.key(cast.AUTHOR), stage.there.token, safe, HELD)
    income.book_income(stage.desk, "donation", RESERVE, given.transaction_hash)
    return safe


def mut(amount: str, payee: str = "nora") -> str:
    """A payment in the reserve's token."""
    return f"{amount} MUT to {with_chain(cast.address(payee), DEVNET_CHAIN_ID)}"


def ask(
    stage: Stage, number: int, *payments: str, member: str = MEMBERS[0], supersedes: Sequence[bytes] = ()
) -> Published:
    """A member asks the committee for a grant."""
    stage.there.wait(600)
    raw = stage.document(number, *payments)
    return proposing.publish(stage.desk, raw, author=cast.signer(member), fund=RESERVE, supersedes=supersedes)


def grant(stage: Stage, number: int, *payments: str, members: Sequence[str] = MEMBERS[:REQUIRED]) -> Published:
    """A grant to which so many members agreed."""
    published = ask(stage, number, *payments)
    stage.vote(published, 1, *members)
    stage.decide(published)
    return published
