"""Safe's own kit for JavaScript reads what we export, adds a second owner's signature and executes it; we take the
signature, and book the execution that was not ours.

The kit comes from npm at test time: `npm ci --prefix tests/npm/protocol_kit --ignore-scripts --omit=optional`. Without
it the test skips, and fails with CI=true.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from chain.address import checksum
from chain.clients.devnet import FAUCET_KEY
from chain.clients.safe_deploy import CANONICAL
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import safe_tx_hash
from chain.safe_json import write_safe_tx
from chain.signature import address_of
from dao.cli.start.demo import cast, world
from dao.workflow import paying, taking
from dao.workflow.proposing import settings_in_force
from tests.dao.cli.nodes.chains import anvil, furnish
from tests.dao.workflow.stage import eth, stage_in
from treasury.confirmations import sign_safe_tx

FOLDER = Path(__file__).resolve().parents[2] / "npm" / "protocol_kit"
CONTRACTS = {
    "safeSingletonAddress": "Safe_V1_4_1",
    "safeProxyFactoryAddress": "ProxyFactory_V1_4_1",
    "multiSendAddress": "MultiSend_V1_4_1",
    "multiSendCallOnlyAddress": "MultiSendCallOnly_V1_4_1",
    "fallbackHandlerAddress": "CompatibilityFallbackHandler_V1_4_1",
    "signMessageLibAddress": "SignMessageLib",
    "simulateTxAccessorAddress": "SimulateTxAccessor_V1_4_1",
}
"""What the kit asks for on a chain that it does not know, and which of the genuine contracts that is."""


def need_kit() -> None:
    if not shutil.which("node") or not (FOLDER / "node_modules" / "@safe-global" / "protocol-kit").exists():
        reason = (
            "Safe's kit is not installed; Node and `npm ci --prefix tests/npm/protocol_kit --ignore-scripts "
            "--omit=optional` install it"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def test_safes_own_kit_signs_and_executes_what_we_export(tmp_path: Path) -> None:
    """Two payments in one part: the kit comes to our hash, signs as we would, and pays through the genuine Safe."""
    need_kit()
    with anvil("--preserve-historical-states", chain_id=DEVNET_CHAIN_ID) as chain:
        furnish(chain, address_of(FAUCET_KEY), *map(cast.address, ("ann", "ben", cast.AUTHOR, cast.BUYER)))
        with (
            stage_in(tmp_path, world.build(chain), cast.OWNERS[:2]) as stage,  # type: ignore[arg-type]
            subprocess.Popen(
                ["node", str(FOLDER / "execute.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            ) as node,
        ):
            assert node.stdin is not None
            assert node.stdout is not None
            published = stage.pass_(1, eth("0.5"), eth("0.25", "omar"), parts=1)
            tx = paying.queue(stage.desk, published.id, 1)
            stage.there.wait(2 * cast.DAY + 60)
            ann = paying.sign(stage.desk, published.id, 1, tx, cast.signer("ann"))
            exported = write_safe_tx(tx, {ann.owner: ann.signature})
            order = {
                "rpc": chain.url, "key": "0x" + cast.key("ben").hex(), "chainId": str(DEVNET_CHAIN_ID),
                "contracts": {name: checksum(CANONICAL[file]) for name, file in CONTRACTS.items()},
                "exported": exported,
            }  # fmt: skip
            node.stdin.write(json.dumps(order) + "\n")
            node.stdin.flush()

            told = json.loads(node.stdout.readline())

            ben = sign_safe_tx(tx, cast.signer("ben"))
            assert ("1.4.1", "0x" + safe_tx_hash(tx).hex()) == (told["version"], told["hash"])
            assert {checksum(c.owner): "0x" + c.signature.hex() for c in (ann, ben)} == told["signatures"]
            file = json.dumps({**exported, "confirmations": [
                {"owner": owner, "signature": signature} for owner, signature in told["signatures"].items()
            ]}).encode()  # fmt: skip
            parcel = taking.read_parcel(file, settings_in_force(stage.desk), tx.chain_id)
            assert parcel.take(stage.desk).is_new

            node.stdin.write("go\n")
            node.stdin.flush()
            done = bytes.fromhex(json.loads(node.stdout.readline())["transaction"][2:])

            assert done == paying.execute(stage.desk, published.id, 1, tx, cast.signer("cho"))
            assert 0 == len(stage.desk.journal.intents.of(safe_tx_hash(tx)))
            assert [5 * 10**17, 25 * 10**16] == [stage.desk.node.balance(cast.address(n)) for n in ("nora", "omar")]
            assert stage.verifies(published)
