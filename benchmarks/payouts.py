"""Gas of 1,000 payees out of one file, beside MultiSendCallOnly's own floor; and the same list as claims, all of them.

Ours are the parts that `dao pay` makes of the file, executed by a genuine Safe with two signatures; the floor is told
in `tests/treasury/payday.py`. Both singletons are measured: the plain one, whose code comes from Safe's npm package
(`npm ci --prefix tests/npm/safe_contracts --legacy-peer-deps --ignore-scripts`), and the one that logs every
transaction. From single batches of three sizes follows what a batch of any size takes above the floor, a + b·n + c·n²
(what every transaction takes; each row's log and copies; memory), and from that the least that any division of a list
comes to. The claims are funded and rooted by one transaction of the Safe, made of the list's file, and sent by a
stranger; every balance is read afterwards and the sums must be equal. All on the embedded chain: gas does not depend on
the machine. The last figures stand in `benchmarks/results/payouts.json`.
"""

from __future__ import annotations

import json
from fractions import Fraction
from math import isqrt
from pathlib import Path

from chain import abi
from chain.clients.devnet import Devnet
from chain.clients.node import Node, Read
from chain.keccak import keccak256
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import MULTI_SEND_CALL_ONLY, InnerCall, encode_multi_send
from proposals.calls import erc20_transfer
from proposals.parts import Call
from proposals.payment import Asset
from tests.treasury import payday, weird
from treasury.claim_file import Distribution, claim_call, read_claims, write_claims
from treasury.merkle_tree import Claim, ClaimTree

PAYEES, AT_ONCE = 1_000, 125
SIZES = (60, 240, 480)
"""Rows of the batches by which the curve is drawn."""
RESULT = Path(__file__).resolve().parents[1] / "benchmarks" / "results" / "payouts.json"
STRANGER = keccak256(b"a stranger who claims for others")


def main() -> None:
    """Measure, print and keep the figures."""
    with Devnet.temporary(1_700_000_000) as devnet:
        node = devnet.node()
        payers = {"SafeL2": weird.make_payer(node, 10**22), "Safe": payday.plain_payer(node, payday.PLAIN, 10**22)}
        kept: dict[str, object] = {
            "what": f"gas to pay {PAYEES} new payees from one file by a Safe 1.4.1 with two signatures",
            "bar": "at most 5 per cent above the floor",
        }
        for name, safe in payers.items():
            token = weird.granted(node, safe, 0)
            kept[name] = {"coins": _cost(node, safe, None), "tokens": _cost(node, safe, token)}
        kept["claims"] = _claims(node, payers["SafeL2"], weird.granted(node, payers["SafeL2"], 0))
    RESULT.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    print(json.dumps(kept, indent=2))


def _cost(node: Node, safe: bytes, token: bytes | None) -> dict[str, object]:
    asset = Asset(symbol="PAY" if token else "ETH", decimals=18, address=token, chain_id=DEVNET_CHAIN_ID)
    whole = payday.cost_of(node, safe, asset, PAYEES)
    single = [payday.cost_of(node, safe, asset, size, is_one_part=True) for size in SIZES]
    curve = _curve([cost.ours - cost.floor for cost in single], Fraction(whole.floor, PAYEES))
    return {**whole.row(), "within_the_bar_from_gas_of_a_row": round(20 * (whole.ours - whole.floor) / PAYEES), **curve}


def _curve(above: list[int], floor: Fraction) -> dict[str, object]:
    """What batches of any size take above the floor, from three; `floor` is that of a row."""
    (n1, n2, n3), (e1, e2, e3) = SIZES, above
    c = (Fraction(e3 - e2, n3 - n2) - Fraction(e2 - e1, n2 - n1)) / (n3 - n1)
    b = Fraction(e2 - e1, n2 - n1) - c * (n1 + n2)
    a = e1 - b * n1 - c * n1 * n1
    fixed = a + payday.ONE_TRANSACTION  # of all batches but the first the floor has no intrinsic gas
    best = isqrt(round(fixed / c))
    least = b + fixed / best + c * best
    return {
        "gas_above_the_floor": {
            "of_a_batch": round(fixed),
            "of_a_row": float(round(b, 1)),
            "of_a_row_squared": float(round(c, 3)),
        },
        "least_of_any_division": {
            "rows_of_a_batch": best,
            "gas_of_a_row": float(round(least, 1)),
            "per_cent_above_the_floor": float(round(100 * least / floor, 2)),
        },
    }


def _claims(node: Node, safe: bytes, token: bytes) -> dict[str, object]:
    """Claim everything; refuse to tell figures of sums that differ."""
    tree = ClaimTree(Claim(keccak256(b"claims %d" % n)[12:], 10**18 + n) for n in range(PAYEES))
    distributor = weird.deploy(node, "MerkleDistributor", ["address", "address"], [safe, token])
    fixing = Call(distributor, 0, abi.encode_call("setMerkleRoot(bytes32)", [tree.root]))
    part = weird.part_of(safe, [erc20_transfer(token, distributor, tree.total), fixing])
    _, funded = weird.execute(node, part)
    read = read_claims(write_claims(Distribution(DEVNET_CHAIN_ID, distributor, token, tree))).tree
    calls = [InnerCall(0, distributor, 0, claim_call(read, claim.payee)) for claim in read.claims]
    gas = 0
    for start in range(0, PAYEES, AT_ONCE):
        data = encode_multi_send(calls[start : start + AT_ONCE])
        sent = node.submit(STRANGER, MULTI_SEND_CALL_ONLY[weird.VERSION], data=data, gas=60_000_000)
        gas += node.wait(sent).gas_used
    reads = [Read(token, weird.balance_call(claim.payee)) for claim in tree.claims]
    paid = [int.from_bytes(word or b"", "big") for word in node.read_many(reads, node.head().ref.number)]
    if paid != [claim.amount for claim in tree.claims] or weird.balance_of(node, token, distributor):
        raise SystemExit("not everybody was paid what the list says")
    return {"claimed": len(paid), "gas_of_the_safe": funded.gas_used, "gas_of_a_claim": round(gas / PAYEES)}


if __name__ == "__main__":
    main()
