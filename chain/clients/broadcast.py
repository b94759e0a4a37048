"""What a node's refusal of `eth_sendRawTransaction` means for the transaction, and how a stuck one is outbid.

Decides from the words that nodes use (Geth, Erigon, Nethermind, Besu, Reth, anvil) which of four things was said. A
node that was silent, overloaded or cut off has said nothing: the transaction may be on its way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from chain.clients.rpc import CallReverted, NodeError
from chain.rlp_items import decode, integer, malformed, octets, sequence

Said = Literal["known", "nonce", "refused", "nothing"]

_KNOWN = re.compile(r"already[ _]?(?:known|imported|in (?:mempool|the pool)|exists)|known transaction", re.I)
_NONCE = re.compile(r"nonce[ _](?:is )?too[ _]low|old[ _]?nonce|nonce has already been used", re.I)

_FIELDS = 12
"""Of a signed type-2 transaction (EIP-1559)."""
_WHAT = "transaction"


def what_was_said(error: NodeError | CallReverted) -> Said:
    """`known`: the node has it; `nonce`: another transaction of the sender has its nonce; `refused`: this node does not
    take it; `nothing`: nobody can tell.
    """
    if isinstance(error, CallReverted):
        return "refused"
    if error.code != "E_RPC_ANSWER" or error.reason != "refused":
        return "nothing"
    message = str(error.facts["message"])
    if _KNOWN.search(message):
        return "known"
    return "nonce" if _NONCE.search(message) else "refused"


def outbid(raw: bytes, current: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of a signed type-2 transaction again, with fees an eighth above its own, or `current` ones if
    those are higher. Most nodes ask for a tenth more on both, some for an eighth. `E_PROOF` for other bytes.
    """
    if raw[:1] != b"\x02":
        raise malformed(_WHAT, "type")
    items = sequence(decode(raw[1:], _WHAT), _WHAT, "fields", _FIELDS)
    chain_id, nonce, tip, most, gas, value = (integer(items[n], _WHAT, "number") for n in (0, 1, 2, 3, 4, 6))
    return {
        "type": 2,
        "chainId": chain_id,
        "nonce": nonce,
        "gas": gas,
        "maxPriorityFeePerGas": _higher(tip, current["maxPriorityFeePerGas"]),
        "maxFeePerGas": _higher(most, current["maxFeePerGas"]),
        "to": octets(items[5], _WHAT, "to", 20),
        "value": value,
        "data": octets(items[7], _WHAT, "data"),
    }


def _higher(fee: int, current: object) -> int:
    assert isinstance(current, int), "a fee of `Node.prepare`"
    return max(current, fee + fee // 8 + 1)
