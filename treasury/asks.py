"""What a part takes out of its Safe.

Decides the money that a part's calls move: the value of every call, and the amounts of ERC-20 `transfer`s and of
`transferFrom`s out of the Safe itself. Other calls move what their contracts decide (an approval that somebody draws on
later, a swap); they ask for nothing here, and the review names them. Whether a fund covers the sum is for
`treasury.fund`.
"""

from __future__ import annotations

from collections.abc import Iterable

from chain.abi import decode_call, selector
from chain.safe import CALL, DELEGATECALL, InnerCall, SafeTx, decode_multi_send
from proposals.calls import TRANSFER
from proposals.parts import Call, Part
from treasury.assets import erc20, native, total

TRANSFER_FROM = "transferFrom(address,address,uint256)"


def asks(parts: Iterable[Part]) -> tuple[dict[str, int], ...]:
    """What each part takes: base units by asset id, part by part; empty where a part moves no money.

    Raises `chain.abi`'s error (`E_CALLDATA`) for a transfer whose bytes are not canonical.
    """
    return tuple(total(_asked(part, call) for call in part.calls) for part in parts)


def asked_by(tx: SafeTx) -> dict[str, int]:
    """What a part's transaction takes, where the part itself is not at hand: the same as `asks` says of the part.

    Raises a `ChainError` (`E_CALLDATA`) for a batch or a transfer whose bytes are not canonical.
    """
    direct = (InnerCall(CALL, tx.to, tx.value, tx.data),)
    calls = decode_multi_send(tx.data) if tx.operation == DELEGATECALL else direct
    return total(_asked(tx, call) for call in calls)


def _asked(asking: Part | SafeTx, call: Call | InnerCall) -> dict[str, int]:
    amounts = {native(asking.chain_id): call.value}
    if call.data[:4] == selector(TRANSFER):
        _, amount = decode_call(TRANSFER, call.data)
        amounts[erc20(asking.chain_id, call.to)] = amount
    elif call.data[:4] == selector(TRANSFER_FROM):
        giver, _, amount = decode_call(TRANSFER_FROM, call.data)
        amounts[erc20(asking.chain_id, call.to)] = amount if giver == asking.safe else 0
    return amounts
