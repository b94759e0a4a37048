"""The devnet's engine: py-evm's chain (through eth-tester's backend) over our store.

Decides what a block holds, what a call answers and what a proof is; always at a header that the caller names. Knows
nothing of JSON-RPC (`devnet_rpc`) or of files (`devnet_store`). Two rules keep it simple to check: gas costs nothing
(the base fee is 0 for ever, so a balance changes by exactly what was paid), and nothing is random (the same
transactions at the same times make the same blocks).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import rlp

from chain.clients.devnet_store import DevnetError, Store
from chain.keccak import keccak256
from chain.networks import DEVNET_CHAIN_ID

GAS_LIMIT = 300_000_000
BLOCK_GAS_MAX = GAS_LIMIT // 2
"""A block above half of its limit would raise the base fee from 0, and it would never fall back: none is made."""

TX_TYPES = (1, 2, 4)
"""A legacy transaction does not survive py-evm's block building with a chain id above 109; blobs have no side here."""

_INIT_CODE_MAX = 49_152  # EIP-3860


class GenesisAccount(NamedTuple):
    """What an address holds in block 0."""

    balance: int
    code: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvmCall:
    """A message to run without a transaction; `to` is None for init code."""

    to: bytes | None
    sender: bytes = bytes(20)
    value: int = 0
    data: bytes = b""
    gas: int = BLOCK_GAS_MAX
    codes: Mapping[bytes, bytes] = field(default_factory=dict)
    """Code that stands at an address for this call alone."""


class EvmRevertError(Exception):
    """A call ended in REVERT (`halted` False, `data` its answer) or in another EVM failure (`halted` True)."""

    def __init__(self, data: bytes, halted: str = "") -> None:
        super().__init__(halted or "execution reverted")
        self.data = data
        self.halted = halted


class EvmRefusedError(Exception):
    """A transaction that no block takes: wrong chain, nonce, signature, type, or funds."""


class EvmChain:
    """Blocks, calls and proofs of the embedded chain over a `Store`."""

    def __init__(self, chain: Any) -> None:
        self._chain = chain
        self._held = False
        self._begin_block()

    @classmethod
    def create(cls, store: Store, now: int, accounts: Mapping[bytes, GenesisAccount]) -> EvmChain:
        """Make block 0 with timestamp `now`."""
        chain_class, atomic_db = _engine()
        state: dict[bytes, dict[str, Any]] = {
            address: {
                "balance": account.balance,
                "nonce": 1 if account.code else 0,
                "code": account.code,
                "storage": {},
            }
            for address, account in accounts.items()
        }
        return cls(chain_class.from_genesis(atomic_db(store), _genesis_params(now), state))

    @classmethod
    def open(cls, store: Store) -> EvmChain:
        """Continue from the head that the store holds."""
        chain_class, atomic_db = _engine()
        from eth.exceptions import CanonicalHeadNotFound

        try:
            return cls(chain_class(atomic_db(store)))
        except CanonicalHeadNotFound:
            raise store.damaged() from None

    # Reading

    def head(self) -> Any:
        """Return the header of the last mined block."""
        return self._chain.chaindb.get_canonical_head()

    def header_at(self, number: int) -> Any | None:
        """Return the canonical header of that number, or None."""
        from eth.exceptions import HeaderNotFound

        try:
            return self._chain.chaindb.get_canonical_block_header_by_number(number)
        except HeaderNotFound:
            return None

    def header_of(self, block_hash: bytes) -> Any | None:
        """Return the header of that hash if it is canonical, or None."""
        from eth.exceptions import HeaderNotFound

        try:
            header = self._chain.chaindb.get_block_header_by_hash(block_hash)
        except HeaderNotFound:
            return None
        found = self.header_at(header.block_number)
        return header if found is not None and found.hash == block_hash else None

    def block(self, header: Any) -> Any:
        """Return the block below a header."""
        return self._chain.get_block_by_header(header)

    def receipts(self, block: Any) -> list[Any]:
        """Return the receipts of a block in the order of its transactions."""
        return list(block.get_receipts(self._chain.chaindb))

    def find_transaction(self, tx_hash: bytes) -> tuple[int, int] | None:
        """Return block number and index of a mined transaction, or None."""
        from eth.exceptions import TransactionNotFound

        try:
            number, index = self._chain.chaindb.get_transaction_index(tx_hash)
        except TransactionNotFound:
            return None
        return int(number), int(index)

    def state(self, header: Any) -> Any:
        """Return py-evm's state at the end of a block: balances, nonces, code, storage."""
        return self._chain.get_vm(header).state

    def pending_state(self) -> Any:
        """Return the state after the transactions that wait for their block."""
        return self._vm.state

    def proof(self, header: Any, address: bytes, slots: Sequence[int]) -> tuple[list[bytes], list[list[bytes]]]:
        """Return the trie nodes from the state root to the account, and from its storage root to each slot."""
        account = self._trie(header.state_root).get(keccak256(address))
        account_nodes = self._path(header.state_root, keccak256(address))
        if not account:
            return account_nodes, [[] for _ in slots]
        storage_root = rlp.decode(account)[2]
        return account_nodes, [self._path(storage_root, keccak256(slot.to_bytes(32, "big"))) for slot in slots]

    def storage_root(self, header: Any, address: bytes) -> bytes:
        """Return the root of an account's storage; that of the empty trie where there is no account."""
        account = self._trie(header.state_root).get(keccak256(address))
        return bytes(rlp.decode(account)[2]) if account else keccak256(b"\x80")

    def _trie(self, root: bytes) -> Any:
        from trie import HexaryTrie

        return HexaryTrie(self._chain.chaindb.db, root)

    def _path(self, root: bytes, key: bytes) -> list[bytes]:
        encoded = [rlp.encode(node) for node in self._trie(root).get_proof(key)]
        return [node for place, node in enumerate(encoded) if place == 0 or len(node) >= 32]  # others stand inside

    # Running

    def call(self, call: EvmCall, header: Any) -> bytes:
        """Run a call on the state after a block, in that block's own context, and forget what it changed."""
        return bytes(self._run(call, header).output)

    def estimate(self, call: EvmCall, header: Any) -> int:
        """Return a gas limit with which this call succeeds in the block after this one: near the least.

        In the next block and not in this one, because a contract that keeps its block's number pays for a new slot
        there, where here it would write again what it wrote.
        """
        header = self._chain.create_header_from_parent(header, timestamp=header.timestamp + 1)
        left: int = self._run(call, header).get_gas_remaining()
        zeros = call.data.count(0)
        floor = 21_000 + 10 * (zeros + 4 * (len(call.data) - zeros))  # EIP-7623
        needed = max(call.gas - left, floor)
        # A callee gets 63/64 of what is there, and refunds come only at the end: try a little more, then much more.
        for limit in (needed, needed + needed // 32 + 5_000, 2 * needed, 8 * needed):
            try:
                self._run(replace(call, gas=min(limit, call.gas)), header)
            except (EvmRevertError, EvmRefusedError):
                continue
            return min(limit, call.gas)
        return call.gas

    def _run(self, call: EvmCall, header: Any) -> Any:
        from eth.exceptions import Revert
        from eth.vm.spoof import SpoofTransaction

        if call.to is None and len(call.data) > _INIT_CODE_MAX:
            raise EvmRefusedError(f"max initcode size exceeded: {len(call.data)} > {_INIT_CODE_MAX}")
        vm = self._chain.get_vm(header)
        for address, code in call.codes.items():
            vm.state.set_code(address, code)
        unsigned = vm.get_transaction_builder().new_unsigned_dynamic_fee_transaction(
            chain_id=DEVNET_CHAIN_ID,
            nonce=vm.state.get_nonce(call.sender),
            max_priority_fee_per_gas=0,
            max_fee_per_gas=0,
            gas=call.gas,
            to=call.to or b"",
            value=call.value,
            data=call.data,
            access_list=(),
        )
        computation = _refusing(vm.state.apply_transaction, SpoofTransaction(unsigned, from_=call.sender))
        if computation.is_error:
            error = computation.error
            if isinstance(error, Revert):
                raise EvmRevertError(bytes(computation.output))
            raise EvmRevertError(b"", f"{type(error).__name__}: {error}")
        return computation

    # Writing

    def send(self, raw: bytes) -> bytes:
        """Take a signed transaction into the next block, mine it unless blocks are held, and return its hash."""
        if not raw or raw[0] not in TX_TYPES:
            kind = "legacy" if raw[:1] >= b"\xc0" else "blob" if raw[:1] == b"\x03" else "unknown"
            raise EvmRefusedError(f"{kind} transactions are not taken here: send type 2 (EIP-1559)")
        transaction = _refusing(self._vm.get_transaction_builder().decode, raw)
        if transaction.chain_id != DEVNET_CHAIN_ID:
            raise EvmRefusedError(f"invalid chain id: {transaction.chain_id}, this is {DEVNET_CHAIN_ID}")
        if self._header.gas_used + transaction.gas > BLOCK_GAS_MAX:
            raise EvmRefusedError(f"exceeds block gas limit: {BLOCK_GAS_MAX}")
        if transaction.to == b"" and len(transaction.data) > _INIT_CODE_MAX:
            raise EvmRefusedError(f"max initcode size exceeded: {len(transaction.data)} > {_INIT_CODE_MAX}")
        waiting = list(self._transactions)
        outbid = _refusing(self._outbid, transaction)
        try:
            if outbid is None:
                _refusing(self._apply, transaction)
            else:
                self._apply_anew([transaction if earlier is outbid else earlier for earlier in waiting])
        except EvmRefusedError:
            self._apply_anew(waiting)  # a refusal halfway may have left its traces in the state
            raise
        if not self._held:
            self.mine()
        return bytes(transaction.hash)

    def _outbid(self, transaction: Any) -> Any | None:
        """The waiting transaction whose place a new one takes; refused in the words of Geth where it may not."""
        if transaction in self._transactions:
            raise EvmRefusedError("already known")
        for earlier in self._transactions:
            if (earlier.sender, earlier.nonce) == (transaction.sender, transaction.nonce):
                for fee in ("max_fee_per_gas", "max_priority_fee_per_gas"):
                    new, old = getattr(transaction, fee), getattr(earlier, fee)
                    if new <= old or 10 * new < 11 * old:
                        raise EvmRefusedError("replacement transaction underpriced")
                return earlier
        expected = self._vm.state.get_nonce(transaction.sender)
        if transaction.nonce != expected:
            told = "low" if transaction.nonce < expected else "high"
            raise EvmRefusedError(f"nonce too {told}: next nonce {expected}, tx nonce {transaction.nonce}")
        return None

    def _apply_anew(self, transactions: Sequence[Any]) -> None:
        """Begin the next block again, at the time that it has, with these transactions in it."""
        self._begin_block(self._header.timestamp)
        for transaction in transactions:
            _refusing(self._apply, transaction)

    def hold(self, timestamp: int | None = None) -> None:
        """Keep the transactions that follow for one block, one second after its parent or at `timestamp`."""
        self._begin_block(timestamp)
        self._held = True

    def mine(self, timestamp: int | None = None) -> None:
        """Mine what waits as one block; nothing may wait if it is to be at another time than its parent's next."""
        if timestamp is not None:
            assert not self._transactions, "the transactions that wait have seen the time already"
            self._begin_block(timestamp)
        self._held = False
        self._vm.state.persist()
        header = self._header.copy(state_root=self._vm.state.state_root)
        block = self._vm.set_block_transactions_and_withdrawals(
            self._vm.get_block(), header, tuple(self._transactions), tuple(self._receipts)
        )
        # Where a real chain has the beacon's randomness, the parent's hash: nobody should draw lots here.
        mined = self._vm.mine_block(block, mix_hash=header.parent_hash).block
        self._chain.validate_block(mined)
        self._chain.chaindb.persist_block(mined)
        self._begin_block()

    def _begin_block(self, timestamp: int | None = None) -> None:
        head = self.head()
        if timestamp is None:
            timestamp = head.timestamp + 1  # py-evm would take the clock
        elif timestamp <= head.timestamp:
            raise DevnetError("E_TIME", "devnet", now=head.timestamp, asked=timestamp)
        self._header = self._chain.create_header_from_parent(head, timestamp=timestamp)
        self._vm = self._chain.get_vm(self._header)
        self._transactions: list[Any] = []
        self._receipts: list[Any] = []

    def _apply(self, transaction: Any) -> None:
        # As MiningChain.apply_transaction does, but tries and receipts are made once a block and not once each.
        receipt, _ = self._vm.apply_transaction(self._header, transaction)
        self._header = self._vm.add_receipt_to_header(self._header, receipt)
        self._transactions.append(transaction)
        self._receipts.append(receipt)


def _refusing(work: Callable[[Any], Any], transaction: Any) -> Any:
    """Run a step of py-evm; whatever it raises about a transaction is one refusal with its text."""
    try:
        return work(transaction)
    except (DevnetError, EvmRefusedError):
        raise
    except Exception as error:
        raise EvmRefusedError(f"{type(error).__name__}: {error}") from None


def _engine() -> tuple[Any, Any]:
    """Make py-evm's chain class for Prague with our chain id; the class is eth-tester's own per call, so no patch."""
    try:
        from eth.db.atomic import AtomicDB
        from eth_tester import PyEVMBackend
    except ImportError:
        raise DevnetError("E_INSTALL", "devnet", extra="mutual-dao[devnet]") from None
    chain_class = type(PyEVMBackend(genesis_parameters=_genesis_params(0), genesis_state={bytes(20): _NOBODY}).chain)
    chain_class.chain_id = DEVNET_CHAIN_ID
    return chain_class, AtomicDB


_NOBODY = {"balance": 0, "nonce": 0, "code": b"", "storage": {}}


def _genesis_params(now: int) -> dict[str, Any]:
    return {
        "coinbase": bytes(20),
        "difficulty": 0,
        "extra_data": b"",
        "gas_limit": GAS_LIMIT,
        "mix_hash": bytes(32),
        "nonce": bytes(8),
        "receipt_root": keccak256(b"\x80"),
        "transaction_root": keccak256(b"\x80"),
        "timestamp": now,
        "base_fee_per_gas": 0,
    }
