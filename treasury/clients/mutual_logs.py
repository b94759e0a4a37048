"""The mutual's purchases as a node's logs tell them, block range by block range, and the totals to hold them to.

Decides how a purchase's two logs are paired and when a transaction's value is its premium. Logs are asked for and
believed; that none is missing is decided by `treasury.mutual_pool.follower`, against the contract's own totals.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chain import abi
from chain.clients.multicall import Read
from chain.clients.node import ChainLog, Node
from treasury.clients.mutual_contract import read_totals
from treasury.mutual_pool.follower import BOUGHT, MINTED, Place, Purchase, check_complete, read_purchase
from treasury.mutual_pool.import_file import Import
from treasury.premiums import PremiumError

_PLAYER_WORDS = 12
_PLAYER_ETH = 5
"""Place of `eth`, all premiums of a buyer, among the words of `player(address)`."""


def read_purchases(node: Node, contract: bytes, first: int, last: int) -> list[Purchase]:
    """Read every purchase from block `first` to block `last`, both included, in order.

    Raises `PremiumError` (`E_PREM_EVENT`) where a purchase's `Transfer` does not follow it at once.
    """
    bought = _by_place(node.logs(contract, [BOUGHT], first, last))
    minted = _by_place(node.logs(contract, [MINTED], first, last))
    purchases = []
    for place in sorted(bought):
        entry, after = bought[place], minted.pop(Place(place.block, place.log + 1), None)
        if after is None:
            raise PremiumError("E_PREM_EVENT", "position", event="Transfer", log=place.log + 1)
        buyer = entry.log.topics[1][12:] if len(entry.log.topics) > 1 else b""
        value = _value(node, contract, buyer, entry.transaction_hash)
        purchases.append(read_purchase(entry.log, after.log, place, entry.transaction_hash, value))
    if minted:
        raise PremiumError("E_PREM_EVENT", "position", event="BUYINSURANCE", log=min(minted).log - 1)
    return purchases


def read_paid(node: Node, contract: bytes, buyers: Collection[bytes], number: int) -> dict[bytes, int]:
    """What each buyer ever paid in premiums, as the contract itself counts it at a block."""
    asked = sorted(buyers)
    answers = node.read_many([Read(contract, abi.encode_call("player(address)", [buyer])) for buyer in asked], number)
    if any(answer is None or len(answer) != 32 * _PLAYER_WORDS for answer in answers):
        raise PremiumError("E_PREM_CONTRACT", address=contract, number=number)
    at = 32 * _PLAYER_ETH
    return {
        buyer: int.from_bytes((answer or b"")[at : at + 32], "big")
        for buyer, answer in zip(asked, answers, strict=True)
    }


def hold_to_totals(node: Node, found: Import) -> None:
    """Hold an import to the contract's own totals at the very block that it reached, which must be the chain's.

    Raises `PremiumError` (`E_PREM_INCOMPLETE`) where premiums are missing or too many, `E_RPC_REORG` for a block that
    is gone.
    """
    node.expect_block(found.reached)
    number = found.reached.number
    totals = read_totals(node, found.contract, number).numbers
    paid = read_paid(node, found.contract, list(found.followed.paid), number)
    check_complete(found.followed, totals["ethOfShare"], totals["shares"], paid)
    node.expect_block(found.reached)


def _by_place(entries: Sequence[ChainLog]) -> dict[Place, ChainLog]:
    return {Place(entry.block.number, entry.log_index): entry for entry in entries}


def _value(node: Node, contract: bytes, buyer: bytes, transaction: bytes) -> int | None:
    """The premium of a person who sent the transaction straight to the contract; None of a contract's purchase."""
    sent = node.transaction(transaction)
    return sent.value if (sent.sender, sent.to) == (buyer, contract) else None
