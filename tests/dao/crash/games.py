"""Games of two owners and a restless chain (`interleaving`), one after another on one anvil.

`python -m tests.dao.crash.games 200` plays as many and tells how their runs ended; CI plays a few.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chain.clients.safe_deploy import exec_transaction_call
from chain.safe import SafeTx, join_signatures
from chain.signer import KeySigner
from tests.dao.cli.nodes.proxy import Proxy
from tests.dao.crash.interleaving import Game, Owner
from tests.dao.crash.nursery import Nursery, nursery
from tests.dao.crash.payday import PAID, PAYEE, TOWN, Payday, payday
from treasury.confirmations import sign_safe_tx
from treasury.rejection import rejection_of

WALLET_GAS = 400_000
ANVIL_LASTS = 30
"""Games on one anvil; after some more it has lost states that it was asked to keep."""


@dataclass(frozen=True, slots=True)
class Table:
    """A payday, and a second owner's process and provider beside the first one's."""

    payday: Payday
    proxy: Proxy
    children: Nursery

    def play(self, seed: int, folder: Path) -> Counter[str]:
        """Play one game in copies of the workspace; the chain is put back when it is over."""
        chain, tx = self.payday.chain, self.payday.queued()
        moment = chain.snapshot()
        chain.ask("evm_setAutomine", False)
        owners = [
            Owner(key, shutil.copytree(self.payday.folder, folder / key), children, proxy)
            for key, children, proxy in (
                ("ann", self.payday.children, self.payday.proxy), ("ben", self.children, self.proxy),
            )
        ]  # fmt: skip
        game = Game(
            seed=seed, chain=chain, tx=tx, payee=TOWN.address(PAYEE), amount=PAID, depth=TOWN.finality_depth,
            wallet=self._by_wallet(tx), rejection=self._by_wallet(rejection_of(tx)), owners=owners,
        )  # fmt: skip
        try:
            game.play()
        finally:
            chain.ask("anvil_dropAllTransactions")
            chain.ask("evm_setAutomine", True)
            chain.revert(moment)
        return game.told

    def _by_wallet(self, tx: SafeTx) -> str:
        """The third owner's transaction that executes a Safe's, with the signatures of the two others."""
        signed = [sign_safe_tx(tx, KeySigner(TOWN.key(name))) for name in ("ann", "ben")]
        call = exec_transaction_call(tx, join_signatures({each.owner: each.signature for each in signed}))
        cho = KeySigner(TOWN.key("cho"))
        fields = self.payday.chain.node().prepare(cho.address, tx.safe, data=call, gas=WALLET_GAS)
        return "0x" + cho.sign_transaction(fields).hex()


@contextmanager
def table(laid: Payday, folder: Path) -> Iterator[Table]:
    """Lay it; `folder` is for what the second owner's commands print."""
    with Proxy(laid.chain.url) as proxy, nursery(folder / "second", CRASH_RPC=proxy.url) as children:
        yield Table(laid, proxy, children)


def _main(games: int, first: int) -> None:
    told, began = Counter[str](), time.monotonic()
    for start in range(first, first + games, ANVIL_LASTS):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            with payday(folder) as laid, table(laid, folder) as round_table:
                for seed in range(start, min(start + ANVIL_LASTS, first + games)):
                    told += round_table.play(seed, folder / str(seed))
                    shutil.rmtree(folder / str(seed))
                    print(seed, dict(told), flush=True)
    print(json.dumps({"games": games, "seconds": round(time.monotonic() - began), "ends": dict(told)}, indent=2))


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
