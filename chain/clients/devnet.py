"""The devnet: an Ethereum chain inside this process, in one file, that needs nothing but pip.

Decides how the embedded chain is made, opened, moved in time and kept: one process holds it from opening to closing,
and every mined block is saved before its transaction is acknowledged. It is Prague, with the chain id that this
toolkit reserves, free gas, no randomness, and Safe's singleton factory in place, so that genuine contracts come to
their canonical addresses. Its faucet's key is public, and so whatever trusts it anywhere else is robbed: refusing it
there (`E_DEVNET`) is the work of those who take keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from chain.clients.devnet_store import DevnetError, Store
from chain.keccak import keccak256
from chain.networks import DEVNET_CHAIN_ID

if TYPE_CHECKING:
    import requests

    from chain.clients.devnet_chain import EvmChain
    from chain.clients.node import Node

FAUCET_KEY = keccak256(b"mutual-dao devnet faucet: everybody knows this key")
FAUCET_BALANCE = 10**27
"""A thousand million ETH, in wei."""

SINGLETON_FACTORY = bytes.fromhex("914d7fec6aac8cd542e72bca78b30650d45643d7")
"""Safe's deployer (safe-singleton-factory): CREATE2 of the calldata after its first word, the salt."""
_FACTORY_CODE = bytes.fromhex(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0"
    "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
)

_TIMESTAMP_MAX = 10_000_000_000
"""Later than this is somebody's milliseconds."""


class Devnet:
    """The embedded chain, held by this process until `close`; use it in a `with` statement."""

    def __init__(self, store: Store, chain: EvmChain) -> None:
        from chain.clients.devnet_rpc import DevnetRpc

        self._store = store
        self._chain = chain
        self._rpc = DevnetRpc(chain, self.save)
        self._node: Node | None = None

    @classmethod
    def create(cls, path: Path | str, now: int) -> Self:
        """Make a new chain in a file that must not exist; block 0 has the timestamp `now` (Unix seconds)."""
        _check_time(now)
        return cls._begin(Store.create(Path(path)), now)

    @classmethod
    def temporary(cls, now: int) -> Self:
        """Make a chain that lives in memory and is gone when closed."""
        _check_time(now)
        return cls._begin(Store.create(None), now)

    @classmethod
    def _begin(cls, store: Store, now: int) -> Self:
        from chain.clients.devnet_chain import EvmChain, GenesisAccount
        from chain.signature import address_of

        try:
            accounts = {
                address_of(FAUCET_KEY): GenesisAccount(FAUCET_BALANCE),
                SINGLETON_FACTORY: GenesisAccount(0, _FACTORY_CODE),
            }
            chain = EvmChain.create(store, now, accounts)
            store.save()
            return cls(store, chain)
        except BaseException:
            store.close()
            raise

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Continue the chain in a file that `create` made; `E_LOCKED` at once if another process holds it."""
        from chain.clients.devnet_chain import EvmChain

        store = Store.open(Path(path))
        try:
            return cls(store, EvmChain.open(store))
        except BaseException:
            store.close()
            raise

    def node(self) -> Node:
        """Return a node on this chain; it needs no network and dies with the devnet."""
        from chain.clients.devnet_rpc import URL
        from chain.clients.node import Node

        if self._node is None:
            self._node = Node(URL, self.session(), chain_id=DEVNET_CHAIN_ID)
        return self._node

    def session(self) -> requests.Session:
        """Return an HTTP session for which `devnet_rpc.URL` is this chain, for clients of other makers."""
        from chain.clients.devnet_rpc import mount

        return mount(self._rpc)

    def now(self) -> int:
        """Return the head's timestamp: what `now` means on this chain."""
        return int(self._chain.head().timestamp)

    def time_travel(self, timestamp: int) -> None:
        """Mine a block at that Unix time; `E_TIME` if it is not later than the head."""
        _check_time(timestamp)
        self._chain.mine(timestamp)
        self.save()

    @contextmanager
    def one_block(self, timestamp: int | None = None) -> Iterator[None]:
        """Put the transactions sent inside into one block, mined at the end; nothing has a receipt before it.

        The block is one second after its parent, or at `timestamp`. Inside, send with `Node.submit`.
        """
        if timestamp is not None:
            _check_time(timestamp)
        self._chain.hold(timestamp)
        try:
            yield
        finally:
            self._chain.mine()
            self.save()

    def save(self) -> None:
        """Write what is new to the file. Done after every block; here for who wants to be sure."""
        self._store.save()

    def close(self) -> None:
        """Let go of the file. Blocks are saved already."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Also after a failure: what was mined has happened, whatever became of the command that sent it.
        try:
            self.save()
        finally:
            self.close()


def _check_time(timestamp: int) -> None:
    if not 0 <= timestamp < _TIMESTAMP_MAX:
        raise DevnetError("E_TIME", "range", asked=timestamp, limit=_TIMESTAMP_MAX)
