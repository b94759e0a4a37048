"""Leaves of something else, put into a record where nobody might look at them: each is refused by the check that reads
its kind.
"""

from __future__ import annotations

from collections.abc import Callable

from chain.cid import CID, DAG_CBOR
from tests.dao.record.forge import Bench
from tests.dao.record.row import Row


def _stranger(kind: str, **fields: object) -> Callable[[Bench], None]:
    """A copy of the last leaf of a kind that belongs to something else, behind all others."""

    def change(bench: Bench) -> None:
        bench.edit(bench.copy(bench.all(kind)[-1], after=bench.slots[-1]), **fields)

    return change


def _parts(bench: Bench) -> None:
    other = bench.map_bytes(bench.blocks[CID(DAG_CBOR, bench.one("power").body["evidence"][0].digest)])
    bench.edit(bench.copy(bench.one("parts"), after=bench.slots[-1]), parts=other)


def _cancel(bench: Bench) -> None:
    body = {"id": bytes(32), "proposal": bytes(32), "envelope": bench.one("vote").body["envelope"]}
    bench.insert(bench.slots[-1], "cancel", body)


def _group_step(bench: Bench) -> None:
    body = {"id": bytes(32), "group": "writers", "envelope": bench.one("vote").body["envelope"]}
    bench.insert(bench.slots[-1], "group", body)


def _proof_of_life(bench: Bench) -> None:
    vote = bench.one("vote")
    bench.insert(bench.slots[-1], "alive", {"id": bytes(32), "owner": bytes(20), "envelope": vote.body["envelope"]})


OTHER = {"proposal": bytes(32)}
CODE = "E_LOG_INCONSISTENT"

ROWS = (
    Row("an owner's proof of life, which no check would read", _proof_of_life, 2, "file.manifest", CODE),
    Row("a step of a working group that is another message", _group_step, 72, "books.cover", "E_DOMAIN"),
    Row("another proposal besides", _stranger("proposal", id=bytes(32)), 24, "proposal.rules", CODE),
    Row("a document of another number besides", _stranger("document", iip=7), 22, "proposal.document", CODE),
    Row("other parts besides", _parts, 23, "proposal.actions", CODE),
    Row("a step of another number", _stranger("transition", iip=7), 25, "proposal.lifecycle", CODE),
    Row("a vote on another proposal besides", _stranger("vote", **OTHER), 30, "votes.signature", CODE),
    Row("the close of another proposal", _stranger("closed", **OTHER), 32, "votes.closed", CODE),
    Row("the powers of another proposal", _stranger("power", **OTHER), 40, "power.proof", CODE),
    Row("the cancellation of another proposal", _cancel, 24, "proposal.rules", CODE),
    Row("the result of another proposal", _stranger("result", **OTHER), 24, "proposal.rules", CODE),
    Row("an act on another proposal besides", _stranger("act", **OTHER), 50, "acts.signature", CODE),
    Row("a payout of another proposal queued", _stranger("queued", **OTHER), 60, "payout.binding", "E_DOUBLE_PAY"),
    Row("another proposal's payout executed", _stranger("executed", **OTHER), 61, "payout.receipt", "E_HASH_MISMATCH"),
    Row("a confirmation of nothing", _stranger("confirmation", hash=bytes(32)), 62, "payout.confirmations", CODE),
)
