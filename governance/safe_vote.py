"""The vote of a Safe while its owners sign it: an ordinary envelope, in which their signatures are collected.

Decides what an owner signs (the Safe's own message over the vote's id), which signatures a file holds so far, and how
they are joined. The file that goes from owner to owner is the vote itself, so the last of them has what is cast. Not
decided: who owns the Safe, and whether enough have signed.
"""

from __future__ import annotations

from collections.abc import Mapping

from chain import signature
from chain.address import checksum
from chain.safe import join_signatures, recover_owners, safe_message_data, split_signatures
from chain.safe_message import message_hash
from chain.signer import TypedData
from governance.envelope import Envelope
from governance.errors import GovernanceError
from governance.messages import envelope_json

VERSION = "1.4.1"
"""Any release from 1.3.0 on: their messages hash alike."""


class SafeVoteError(GovernanceError):
    """A file that holds another vote, or no vote (`E_SIGNATURES`)."""


def typed_vote(envelope: Envelope, chain_id: int) -> TypedData:
    """What an owner's wallet shows, and signs."""
    return safe_message_data(chain_id=chain_id, safe=envelope.address, version=VERSION, message=envelope.id)


def signatures_in(envelope: Envelope, chain_id: int) -> dict[bytes, bytes]:
    """The owners' signatures that an envelope holds, by owner; none where it is not signed yet.

    Whoever signed something else is a stranger here: whether all are owners is for whoever knows the owners.
    """
    if not envelope.is_vote():
        raise SafeVoteError("E_SIGNATURES", "no_vote", action=envelope.action)
    blob = envelope.signature
    if not blob:
        return {}
    owners = recover_owners(message_hash(chain_id, envelope.address, envelope.id), blob)
    return {owner: entry.signature for owner, entry in zip(owners, split_signatures(blob), strict=True)}


def joined(mine: Envelope, others: Mapping[bytes, bytes], chain_id: int) -> bytes:
    """Write the vote with these signatures besides its own, each checked to be its owner's."""
    hash_ = message_hash(chain_id, mine.address, mine.id)
    for owner, made in others.items():
        if made[64] in (27, 28):
            signature.check(hash_, made, owner)
    signed = {**others, **signatures_in(mine, chain_id)}
    return envelope_json("Vote", mine.message, mine.address, join_signatures(signed))


def refuse_other(mine: Envelope, other: Envelope) -> None:
    """Return if both files hold the same vote of the same Safe."""
    if (mine.id, mine.address) != (other.id, other.address):
        raise SafeVoteError("E_SIGNATURES", "other_vote", voter=checksum(other.address), id=other.id, expected=mine.id)
