"""`governance.message_types`: every accepted type hash, recomputed from what is kept."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from chain.errors import CodedError
from chain.typed_data import encode_type
from governance.message_types import CURRENT, DOMAIN, TODAY, current, known_type, registry


def javascript(types: object) -> str:
    """Spell types as `JSON.stringify` does."""
    return json.dumps(types, separators=(",", ":"), ensure_ascii=False)


def test_every_hash_is_that_of_its_types() -> None:
    """79 entries, each the SHA-256 of the JavaScript spelling of the types kept beside it."""
    found = {key: sha256(javascript(entry.to_json()).encode()).hexdigest() for key, entry in registry().items()}

    assert {key: key for key in registry()} == found
    assert 79 == len(registry())


def test_actions_are_counted() -> None:
    """The registry's actions, as often as Snapshot's list has them."""
    counted = Counter(entry.action for entry in registry().values())

    assert (12, 12, 12) == (counted["vote"], counted["vote-array"], counted["vote-string"])
    assert {"proposal": 8, "update-proposal": 4, "delete-proposal": 4, "flag-proposal": 2, "alias": 4} == {
        action: counted[action]
        for action in ("proposal", "update-proposal", "delete-proposal", "flag-proposal", "alias")
    }
    assert 2 == sum(entry.starknet for entry in registry().values())


def test_todays_types_are_spelled_as_the_clients_sign_them() -> None:
    """The EIP-712 spelling of what is signed today, from Snapshot's sources."""
    spelled = {action: encode_type(current(action).primary, current(action).types) for action in CURRENT}

    assert {
        "vote": "Vote(string from,string space,uint64 timestamp,string proposal,uint32 choice,string reason,"
        "string app,string metadata)",
        "vote-array": "Vote(string from,string space,uint64 timestamp,string proposal,uint32[] choice,string reason,"
        "string app,string metadata)",
        "vote-string": "Vote(string from,string space,uint64 timestamp,string proposal,string choice,string reason,"
        "string app,string metadata)",
        "proposal": "Proposal(string from,string space,uint64 timestamp,string type,string title,string body,"
        "string discussion,string[] choices,string[] labels,uint64 start,uint64 end,uint64 snapshot,string plugins,"
        "string privacy,string app)",
        "update-proposal": "UpdateProposal(string proposal,string from,string space,uint64 timestamp,string type,"
        "string title,string body,string discussion,string[] choices,string[] labels,string plugins,string privacy)",
        "delete-proposal": "CancelProposal(string from,string space,uint64 timestamp,string proposal)",
        "flag-proposal": "FlagProposal(string from,string space,string proposal,uint64 timestamp)",
        "settings": "Space(address from,string space,uint64 timestamp,string settings)",
        "delete-space": "DeleteSpace(address from,string space,uint64 timestamp)",
        "follow": "Follow(string from,string network,string space,uint64 timestamp)",
        "unfollow": "Unfollow(string from,string network,string space,uint64 timestamp)",
        "subscribe": "Subscribe(address from,string space,uint64 timestamp)",
        "unsubscribe": "Unsubscribe(address from,string space,uint64 timestamp)",
        "profile": "Profile(string from,uint64 timestamp,string profile)",
        "statement": "Statement(string from,uint64 timestamp,string space,string about,string statement,"
        "string discourse,string status,string network)",
        "alias": "Alias(address from,address alias,uint64 timestamp)",
        "revoke-alias": "RevokeAlias(address from,address alias,uint64 timestamp)",
    } == spelled
    assert {action: action for action in CURRENT} == {action: current(action).action for action in CURRENT}


def test_every_action_has_a_type_of_today() -> None:
    """25 of the 79 hashes are of today's clients, at least one for each thing that a message can do."""
    today = [entry for entry in registry().values() if entry.is_of_today]

    assert (25, TODAY) == (len(today), {entry.sha256 for entry in today})
    assert {entry.action for entry in registry().values()} == {entry.action for entry in today}
    assert not any(entry.starknet for entry in today)


def test_known_types_are_found_and_others_refused() -> None:
    """The same members in another order, or one more, are other types (H20)."""
    types = current("vote").to_json()

    assert current("vote") == known_type(types)
    for other in ({"Vote": types["Vote"][::-1]}, {"Vote": types["Vote"][:-1]}, {}, [], None, {"Vote": 1}):
        with pytest.raises(CodedError) as caught:
            known_type(other)
        assert ("E_TYPES", "registry") == (caught.value.code, caught.value.reason)


def test_types_with_members_in_another_order_are_other_types() -> None:
    """`{"type", "name"}` instead of `{"name", "type"}` is another JavaScript text, so another hash."""
    turned = {"Vote": [{"type": field["type"], "name": field["name"]} for field in current("vote").to_json()["Vote"]]}

    with pytest.raises(CodedError):
        known_type(turned)


def test_registry_is_the_shared_one(shared_data: Path) -> None:
    """Hash by hash, action and types are those recovered from Snapshot's sources."""
    rows = json.loads((shared_data / "snapshot" / "hashed-types-registry.json").read_text("utf-8"))

    expected = {row["sha256"]: (row["action"], row["types"]) for row in rows}

    assert expected == {key: (entry.action, entry.to_json()) for key, entry in registry().items()}


def test_domain_is_snapshots() -> None:
    """Name and version, nothing else."""
    assert {"name": "snapshot", "version": "0.1.4"} == dict(DOMAIN)
