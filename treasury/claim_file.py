"""A list of claims as a file, and one payee's claim as a call.

Decides the JSON of a list: the dump of OpenZeppelin's standard tree (`standard-v1`), which its JavaScript loads as it
is, and beside it which contract pays which asset on which chain. A reader makes the tree anew out of the values and
compares the whole text, so a file whose root is right is right throughout. It does not decide whether the contract was
given that root, or holds the money: the vote names both, and the chain is asked by whoever claims.

Source: OpenZeppelin/merkle-tree, `StandardMerkleTreeData`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from chain import abi, address, amount, json_text
from treasury.merkle_tree import Claim, ClaimTree, MerkleError

VERSION = 1
MAX_BYTES = 4 << 20
CLAIM = "claim(address,uint256,bytes32[])"
SET_ROOT = "setMerkleRoot(bytes32 root)"
"""What a distributor must offer; with names of arguments as a document spells them."""

_FORMAT = "standard-v1"
_ENCODING = ["address", "uint256"]
_OURS = "mutualDao"


class Distribution(NamedTuple):
    """A list of claims, and the contract that pays them."""

    chain_id: int
    distributor: bytes
    token: bytes | None
    """None for the chain's own coin."""
    tree: ClaimTree


def write_claims(told: Distribution) -> bytes:
    """Spell a list; the same list is always the same bytes."""
    tree = told.tree
    value = {
        "format": _FORMAT,
        "leafEncoding": _ENCODING,
        "tree": ["0x" + node.hex() for node in tree.nodes],
        "values": [
            {"value": [address.checksum(claim.payee), str(claim.amount)], "treeIndex": place}
            for claim, place in zip(tree.claims, tree.places, strict=True)
        ],
        _OURS: {
            "version": VERSION,
            "chainId": told.chain_id,
            "distributor": address.checksum(told.distributor),
            "token": None if told.token is None else address.checksum(told.token),
            "total": str(tree.total),
        },
    }
    return json_text.canonical(value).encode() + b"\n"


def read_claims(raw: bytes) -> Distribution:
    """Read a list and make its tree anew; `MerkleError` for a file of another form, or of which any node is another.

    Blanks and the order of keys may differ from what `write_claims` writes, nothing else.
    """
    value: Any = json_text.loads(raw, max_bytes=MAX_BYTES)
    try:
        claims = [Claim(address.parse(payee), amount.parse_base_units(units)) for payee, units in _values(value)]
        ours = value[_OURS]
        if ours["version"] != VERSION:
            raise MerkleError("E_VERSION", "claims", found=ours["version"], expected=VERSION)
        token = None if ours["token"] is None else address.parse(ours["token"])
        distributor, chain_id = address.parse(ours["distributor"]), ours["chainId"]
        text = json_text.canonical(value)
    except (TypeError, KeyError, ValueError):
        raise MerkleError("E_MERKLE", "form") from None
    if type(chain_id) is not int or chain_id < 1:
        raise MerkleError("E_MERKLE", "form")
    found = Distribution(chain_id, distributor, token, ClaimTree(claims))
    if write_claims(found) != text.encode() + b"\n":
        raise MerkleError("E_MERKLE", "nodes", root=found.tree.root)
    return found


def claim_call(tree: ClaimTree, payee: bytes) -> bytes:
    """The call with which anybody has a payee paid."""
    return abi.encode_call(CLAIM, [payee, tree.claim(payee).amount, list(tree.proof(payee))])


def _values(value: Any) -> list[tuple[str, str]]:
    if value["format"] != _FORMAT or value["leafEncoding"] != _ENCODING:
        raise MerkleError("E_MERKLE", "form")
    return [(payee, units) for payee, units in (each["value"] for each in value["values"])]
