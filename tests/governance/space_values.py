"""A small DAO for tests: keys, settings and messages, so that every attack is one line."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from chain.address import checksum
from chain.blocks import BlockRef
from chain.keccak import keccak256
from chain.networks import DEVNET_CHAIN_ID
from chain.signature import address_of
from chain.signer import KeySigner
from governance.messages import DOMAIN, current_type, sign_envelope, vote_message
from governance.settings import Settings
from governance.space import parse_settings, write_settings

SPACE = "3f.devnet"
NOW = 1_700_000_000


def signer(name: str) -> KeySigner:
    """A person who signs."""
    return KeySigner(key(name))


def key(name: str) -> bytes:
    """The private key of a person of that name."""
    return keccak256(b"key of " + name.encode())


def person(name: str) -> bytes:
    """The address of a person of that name."""
    return address_of(key(name))


def spelled(name: str) -> str:
    """The address of a person, as JSON carries it."""
    return checksum(person(name))


SAFE = person("the treasury safe")
TOKEN = person("the token")
CODE_HASH = keccak256(b"code of the token")
BLOCK = BlockRef(DEVNET_CHAIN_ID, 40, keccak256(b"block 40"))

_VALUES: dict[str, Any] = {
    "admission": "strict",
    "chains": [{"chain_id": DEVNET_CHAIN_ID, "finality_depth": 0}],
    "choices": ["For", "Against", "Abstain"],
    "disputes": {"panel": [spelled("judge 1"), spelled("judge 2")], "required": 2, "seconds": 1_209_600},
    "funds": [
        {
            "assets": [
                {"address": None, "decimals": 18, "symbol": "ETH"},
                {"address": checksum(TOKEN), "decimals": 18, "symbol": "MUT"},
            ],
            "chain_id": DEVNET_CHAIN_ID,
            "name": "iip",
            "safe": checksum(SAFE),
            "sources": [{"address": spelled("the premium proxy"), "kind": "premium_share"}],
        }
    ],
    "grace": 604_800,
    "guardian": spelled("guardian"),
    "housekeeping": [],
    "journal": {"key": "ab" * 32, "origin": "mutual-dao/0123456789abcdef"},
    "limits": {"body": 10_000, "parts": 3},
    "notice": 86_400,
    "prefix": "IIP",
    "proposers": [],
    "quorum": {"kind": "all_choices", "minimum": "100000000000000000000"},
    "reviewers": {"addresses": [spelled("reviewer 1"), spelled("reviewer 2"), spelled("reviewer 3")], "required": 2},
    "safes": [{"address": checksum(SAFE), "chain_id": DEVNET_CHAIN_ID, "version": "1.4.1"}],
    "space": SPACE,
    "strategies": [
        {
            "chain_id": DEVNET_CHAIN_ID,
            "name": "erc20-balance-of",
            "params": {"address": checksum(TOKEN), "decimals": 18, "symbol": "MUT"},
            "proof": {"code_hash": "0x" + CODE_HASH.hex(), "layout": "vyper", "slot": "1"},
            "version": 1,
        }
    ],
    "threshold": {"denominator": 2, "numerator": 1},
    "timelock": 172_800,
    "venue": "journal",
    "version": 1,
    "voting": {"delay": 3_600, "max_snapshot_age": 86_400, "period": 259_200},
}


def settings_values(change: Callable[[dict[str, Any]], object] | None = None) -> dict[str, Any]:
    """The settings' JSON as a dict that may be changed; `change` is applied to it."""
    values = copy.deepcopy(_VALUES)
    if change is not None:
        change(values)
    return values


def settings(change: Callable[[dict[str, Any]], object] | None = None) -> Settings:
    """The settings of the DAO, with a change."""
    return parse_settings(write_settings(settings_values(change)))


def signed_vote(name: str = "alice", **members: Any) -> bytes:
    """A vote of a person in today's types."""
    told = {"voter": person(name), "space": SPACE, "proposal": b"\x11" * 32, "choice": 1, "timestamp": NOW}
    return sign_envelope("Vote", vote_message(**(told | members)), signer(name))


def unsigned(primary: str, message: dict[str, Any], **changed: Any) -> bytes:
    """An envelope whose signature is somebody's, whose members are anybody's: for what is refused before it counts."""
    envelope: dict[str, Any] = {
        "address": message.get("from"),
        "sig": "0x" + "11" * 64 + "1b",
        "data": {"domain": dict(DOMAIN), "types": current_type(primary, message).to_json(), "message": message},
    }
    return json.dumps(envelope | changed, ensure_ascii=False, separators=(",", ":")).encode()
