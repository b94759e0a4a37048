"""Ids and signatures of every type, against ethers 5, which is what Snapshot's own clients sign with.

Installed from npm at test time, with ethers' own cases (`tests/npm/testcases`); the test skips without, and fails
instead with CI=true.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from chain.address import checksum
from chain.signature import sign
from governance.message_types import DOMAIN, registry
from tests.governance.space_values import key, person
from tests.governance.test_examination import message_of

FOLDER = Path(__file__).parents[1] / "npm" / "testcases"


def test_every_type_is_hashed_and_signed_as_ethers_does() -> None:
    """77 types of the registry, each with and without a chain in the domain: same id, same 65 bytes."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / "ethers").exists():
        reason = "ethers is not installed; `npm ci --prefix tests/npm/testcases --ignore-scripts` installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    offered = [
        (kind, {**DOMAIN, **more}, message_of(kind))
        for kind in registry().values()
        if not kind.starknet
        for more in ({}, {"chainId": 56})
    ]
    asked = [{"domain": domain, "types": kind.to_json(), "message": message} for kind, domain, message in offered]
    command = [node, str(FOLDER / "ids.mjs"), "0x" + key("alice").hex()]
    answered = subprocess.run(command, input=json.dumps(asked), stdout=subprocess.PIPE, check=True, text=True).stdout

    ids = [kind.digester(domain)(message) for kind, domain, message in offered]

    assert [["0x" + id_.hex(), "0x" + sign(id_, key("alice")).hex()] for id_ in ids] == json.loads(answered)
    assert (154, 154) == (len(ids), len(set(ids)))
    assert all(message["from"] == checksum(person("alice")) for _, _, message in offered)
