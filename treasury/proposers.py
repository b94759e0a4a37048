"""What an owner signs so that an account may propose for him at a Safe Transaction Service, or may no more.

The service's API calls such an account a delegate, Safe's wallet a proposer. It can put a transaction before the
owners, under an owner's name, and confirm none. Decides the signed message and no more: who may be a proposer, or whom
a service has, is the service's word, on which no payout rests. The message names neither a Safe nor a label: whoever
has it can within its hour register the account for any Safe of that owner on that chain.

Source: Safe Transaction Service API v2, `delegates`, as safe-eth-py 7.27 signs it.
"""

from __future__ import annotations

from chain.signer import TypedData
from chain.typed_data import Field

HOUR = 3600
LABEL_MAX = 50
"""Characters of the name under which a service keeps a proposer."""


def proposer_data(chain_id: int, proposer: bytes, now: int) -> TypedData:
    """Return the message about an account (20 bytes), the same to let it propose and to end that; of `now` (Unix
    seconds) only the hour is signed.
    """
    return TypedData(
        {"name": "Safe Transaction Service", "version": "1.0", "chainId": chain_id},
        {"Delegate": [Field("delegateAddress", "address"), Field("totp", "uint256")]},
        "Delegate",
        {"delegateAddress": proposer, "totp": now // HOUR},
    )
