"""A part that enough owners have signed, on an anvil that mines when it is told: made once, copied for each use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chain.clients.devnet import FAUCET_KEY
from chain.safe import SafeTx
from chain.signature import address_of
from dao.record.safe_tx_block import read_safe_tx
from dao.store.journal import Journal
from tests.dao.cli.nodes.chains import CHAIN_ID, Chain, anvil, furnish
from tests.dao.cli.nodes.proxy import Proxy
from tests.dao.crash.deaths import Deaths
from tests.dao.crash.life import Living, life
from tests.dao.crash.nursery import Nursery, nursery
from tests.dao.crash.town import Town, found

TOWN = Town(chain_id=CHAIN_ID, space="3f.example", rpc_env=("CRASH_RPC",), finality_depth=2)
PAID = 15 * 10**17
PAYEE = "nora"


@dataclass(frozen=True, slots=True)
class Payday:
    """The workspace, its chain, and who runs commands that ask a provider before it."""

    folder: Path
    chain: Chain
    proxy: Proxy
    children: Nursery

    def queued(self) -> SafeTx:
        """The transaction that is signed."""
        with Journal(self.folder / "journal.sqlite") as journal:
            leaf = next(leaf for leaf in journal.leaves if leaf.kind == "queued")
            return read_safe_tx(journal.get(leaf.body["safe_tx"]))  # type: ignore[arg-type]


@contextmanager
def payday(folder: Path) -> Iterator[Payday]:
    """Make it below a folder; every block that the journal names is final when it is handed out."""
    workspace = folder / "workspace"
    with anvil("--preserve-historical-states") as chain, Proxy(chain.url) as proxy:
        furnish(chain, address_of(FAUCET_KEY), TOWN.address("ben"), TOWN.address("cho"))
        found(workspace, TOWN, chain.node(), FAUCET_KEY)

        def wait(seconds: int) -> None:
            until = chain.now() + seconds
            for left in reversed(range(TOWN.finality_depth + 1)):
                chain.time_travel(until - left)

        with nursery(folder / "told", CRASH_RPC=proxy.url) as children:
            one = Living(workspace, children, Deaths())
            for step in life(TOWN, workspace, wait, pays=1):
                if step.words[0] == "execute":
                    break
                one.undisturbed(step)
            wait(TOWN.finality_depth)
            yield Payday(workspace, chain, proxy, children)
