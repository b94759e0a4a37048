"""`dao claim`: what a list of claims says, and one payee's claim as a call that anybody can send.

Decides only what is told: the list is read and its tree made anew by `treasury.claim_file`. No workspace, node or key
is needed; whether the contract has this root and still holds the money, the chain says to whoever sends the call.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from chain import address
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.files import read, write
from dao.errors import UsageError
from treasury.claim_file import MAX_BYTES, Distribution, claim_call, read_claims
from treasury.merkle_tree import MerkleError

EXAMPLES = (
    "dao claim iips/annex/claims-0123456789abcdef.json",
    "dao claim claims.json 0x… --json",
    "dao claim claims.json --root 0x… --out proofs.json",
)


def command(
    file: Annotated[Path, typer.Argument(help="A list of claims, as `dao pay --merkle` writes it.", metavar="FILE")],
    payee: Annotated[str, typer.Argument(help="Whose claim; without it the whole list.", metavar="PAYEE")] = "",
    *,
    root: Annotated[str, typer.Option("--root", help="The root that was voted; another one is refused.")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", help="Also write the claim, or all proofs, to this file.", metavar="FILE")
    ] = None,
) -> Answer:
    """Check a list of claims, and write the call that has a payee paid.

    The tree is made anew out of payees and amounts and compared node by node. The call may be sent by anybody, and pays
    nobody but the payee.
    """
    made = read_claims(read(file, MAX_BYTES))
    tree = made.tree
    if root and _root(root) != tree.root:
        raise MerkleError("E_MERKLE", "root", found=tree.root, expected=_root(root))
    whose = address.parse_on(payee, made.chain_id) if payee else None
    claim = None if whose is None else _claim(made, whose)
    if out is not None:
        write(out, _spelled(claim or {address.checksum(each.payee): _claim(made, each.payee) for each in tree.claims}))
    document = {
        "ok": True,
        "root": "0x" + tree.root.hex(),
        "chain_id": made.chain_id,
        "distributor": address.checksum(made.distributor),
        "token": None if made.token is None else address.checksum(made.token),
        "claims": len(tree.claims),
        "total": str(tree.total),
        "claim": claim,
    }
    lines = steps.done("STEP_CLAIMS", claims=len(tree.claims), total=tree.total, root=tree.root)
    lines += steps.noted("STEP_CLAIMS", "payer", distributor=address.with_chain(made.distributor, made.chain_id))
    if claim is not None:
        lines += [*steps.noted("STEP_CLAIM", payee=claim["payee"], amount=claim["amount"]), f"  {claim['data']}"]
    return Answer(document, lines)


def _root(text: str) -> bytes:
    digits = text.removeprefix("0x")
    try:
        found = bytes.fromhex(digits)
    except ValueError:
        found = b""
    if len(found) != 32 or len(text) != 66:
        raise UsageError("E_USAGE", "root", root=text)
    return found


def _claim(made: Distribution, payee: bytes) -> dict[str, Any]:
    return {
        "payee": address.checksum(payee),
        "amount": str(made.tree.claim(payee).amount),
        "proof": ["0x" + node.hex() for node in made.tree.proof(payee)],
        "to": address.checksum(made.distributor),
        "data": "0x" + claim_call(made.tree, payee).hex(),
    }


def _spelled(value: object) -> bytes:
    return json.dumps(value, indent=1).encode() + b"\n"
