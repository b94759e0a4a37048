"""An ERC-20 token as a node shows it: its name for people, its supply, balances, and where its storage keeps them.

Decides what must be there for a token to carry votes or money (code, decimals, a supply), and finds the place of its
balances by looking for known ones in proved storage. The token's own words (symbol, decimals) are taken as it says
them; whether it is the right token, or behaves, is decided by people.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

from chain import abi
from chain.address import checksum
from chain.amount import MAX_DECIMALS
from chain.clients.node import CallReverted, Node
from chain.errors import ChainError
from chain.header import decode_header
from chain.rlp_items import ProofError
from chain.state_proof import Trie, account_in, index_nodes, mapping_slot, storage_in

_SLOTS_PLAIN = range(64)
_SLOT_NAMESPACED = 0x52C63247E1F47DB19D5CE0460030C497F067CA4CEBF71BA98EEADABE20BACE00
"""Of OpenZeppelin's upgradeable ERC-20 since 5.0 (ERC-7201, `openzeppelin.storage.ERC20`)."""
_HOLDERS_MAX = 3
"""Two layouts of 65 slots for each holder stay below what nodes answer to one `eth_getProof`."""


class TokenError(ChainError):
    """An address that is no token whose balances could be counted (`E_TOKEN`)."""


class Token(NamedTuple):
    """A token at one block."""

    address: bytes
    symbol: str
    """As the token says it; empty where it says none."""
    decimals: int
    supply: int
    """Base units."""


class BalancePlace(NamedTuple):
    """Where a token keeps its balances, and the hash of the code that does."""

    layout: Literal["solidity", "vyper"]
    slot: int
    code_hash: bytes


class Words(NamedTuple):
    """Proved words of a contract's storage, and the hash of its code."""

    code_hash: bytes
    words: tuple[int | None, ...]
    """None where the trie holds what no trie may hold, as some test nodes do for zeros."""


def read_token(node: Node, token: bytes, number: int) -> Token:
    """Read a token at a block; raise `TokenError` (`E_TOKEN`) for an address without code, decimals or supply."""
    if not node.code(token, number):
        raise TokenError("E_TOKEN", "no_code", token=token)
    decimals = _word(node, token, "decimals()", number)
    if decimals is None or decimals > MAX_DECIMALS:
        raise TokenError("E_TOKEN", "decimals", token=token)
    supply = _word(node, token, "totalSupply()", number)
    if supply is None:
        raise TokenError("E_TOKEN", "supply", token=token)
    return Token(token, _symbol(node, token, number), decimals, supply)


def read_balance(node: Node, token: bytes, holder: bytes, number: int) -> int:
    """Read what somebody holds, in base units; `TokenError` where the token does not say."""
    answer = _call(node, token, abi.encode_call("balanceOf(address)", [holder]), number)
    if len(answer) != 32:
        raise TokenError("E_TOKEN", "balance", token=token, holder=checksum(holder))
    return int.from_bytes(answer, "big")


def find_balances(node: Node, token: bytes, balances: dict[bytes, int], number: int) -> BalancePlace | None:
    """Find the mapping whose proved entries are these balances; None where none is, or more than one.

    Balances of zero tell nothing, because an empty slot is zero, too.
    """
    known = sorted((holder for holder, balance in balances.items() if balance), key=lambda held: -balances[held])
    holders = known[:_HOLDERS_MAX]
    if not holders:
        return None
    tried: list[tuple[Literal["solidity", "vyper"], int]] = [("solidity", slot) for slot in _SLOTS_PLAIN]
    tried += [("vyper", slot) for slot in _SLOTS_PLAIN]
    tried.append(("solidity", _SLOT_NAMESPACED))
    proved = read_words(node, token, [mapping_slot(*place, holder) for place in tried for holder in holders], number)
    expected = tuple(balances[holder] for holder in holders)
    count = len(holders)
    fitting = [place for n, place in enumerate(tried) if proved.words[n * count : (n + 1) * count] == expected]
    return BalancePlace(*fitting[0], proved.code_hash) if len(fitting) == 1 else None


def read_words(node: Node, contract: bytes, slots: Sequence[int], number: int) -> Words:
    """Read slots of a contract's storage with their proof, and the hash of its code."""
    header, nodes = node.state_proof(contract, slots, number)
    indexed = index_nodes(nodes)
    account = account_in(Trie(decode_header(header).state_root, indexed), contract)
    storage = Trie(account.storage_root, indexed)
    return Words(account.code_hash, tuple(_stored(storage, slot) for slot in slots))


def contracts_among(node: Node, addresses: Collection[bytes], number: int) -> frozenset[bytes]:
    """Say which addresses have code at a block."""
    return frozenset(address for address in addresses if node.code(address, number))


def _stored(storage: Trie, slot: int) -> int | None:
    try:
        return storage_in(storage, slot)
    except ProofError as error:
        if error.reason == "missing_node":  # the node did not answer what it was asked
            raise
        return None


def _symbol(node: Node, token: bytes, number: int) -> str:
    answer = _call(node, token, abi.encode_call("symbol()", []), number)
    if len(answer) == 32:  # tokens older than the standard's text: a word, padded with zeros
        return answer.rstrip(b"\0").decode("utf-8", "replace")
    try:
        (told,) = abi.decode(["string"], answer)
    except ChainError:
        return ""
    return str(told)


def _word(node: Node, token: bytes, signature: str, number: int) -> int | None:
    answer = _call(node, token, abi.encode_call(signature, []), number)
    return int.from_bytes(answer, "big") if len(answer) == 32 else None


def _call(node: Node, token: bytes, data: bytes, number: int) -> bytes:
    try:
        return node.call(token, data, number)
    except CallReverted:
        return b""
