"""Forgeries of owners and of limits: checks 54, 55, 62 and 65.

Most rows change the record of a proposal whose payouts were signed by an owner that came without a vote.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chain.safe import safe_tx_hash
from dao.cli.start.demo import cast
from dao.record.safe_tx_block import read_safe_tx, write_safe_tx
from governance.space import settings_cid
from tests.dao.record.forge import Bench
from tests.dao.record.forgeries_file import change_settings
from tests.dao.record.row import Row
from treasury.rejection import rejection_of

ANNOUNCED, EXECUTED, CONFIRMATIONS, LIMITS = (
    (54, "housekeeping.announced"), (55, "housekeeping.executed"), (62, "payout.confirmations"), (65, "payout.limits"),
)  # fmt: skip
Change = Callable[[Bench], None]


def _announced_with(**fields: object) -> Change:
    return lambda bench: bench.edit(bench.one("announced"), **fields)


def _announced_in_the_demo(bench: Bench) -> None:
    """A space that declares no class."""
    after = bench.one("result")
    safe = read_safe_tx(bench.blocks[bench.one("queued").body["safe_tx"]]).safe
    body = {"safe": safe, "owner": cast.address("jan"), "former": cast.address("ann"), "threshold": None}
    bench.insert(after, "announced", body)
    bench.insert(after, "housekept", dict(bench.one("executed").body, safe_tx=bench.one("queued").body["safe_tx"]))
    for name in ("proposal", "part"):
        bench.one("housekept").leaf.body.pop(name)  # type: ignore[attr-defined]


def _announced_too_late(bench: Bench) -> None:
    """Everything but the announcement happened as it did, and that came with the execution."""
    slot = bench.one("announced")
    bench.drop(slot)
    bench.insert(bench.one("confirmation"), "announced", slot.body)


def _announced_after(bench: Bench) -> None:
    bench.move(bench.one("announced"), bench.one("housekept"))


def _announced_again(bench: Bench) -> None:
    """Another owner was announced in between, which takes the first announcement's place."""
    body = {**bench.one("announced").body, "owner": cast.address("kim")}
    bench.insert(bench.one("announced"), "announced", body)


def _twice(bench: Bench) -> None:
    bench.copy(bench.one("housekept"))


def _another_transaction(bench: Bench) -> None:
    slot = bench.one("housekept")
    tx = rejection_of(read_safe_tx(bench.blocks[slot.body["safe_tx"]]))
    bench.edit(slot, hash=safe_tx_hash(tx), safe_tx=bench.map(write_safe_tx(tx)))


def _another_hash(bench: Bench) -> None:
    slot = bench.one("housekept")
    tx = read_safe_tx(bench.blocks[slot.body["safe_tx"]])
    bench.edit(slot, safe_tx=bench.map(write_safe_tx(replace(tx, nonce=tx.nonce + 1))))


def _state_of_another_block(bench: Bench) -> None:
    bench.edit(bench.one("housekept"), state=bench.one("closed").body["state"])


def _left_out(bench: Bench) -> None:
    bench.drop(bench.one("housekept"), bench.one("announced"))


def _former_owner_counts(bench: Bench) -> None:
    """Without the new owner's voice the payout has one that counts, and one of an owner who is gone."""
    tx_hash = bench.one("queued", part=2).body["hash"]
    bench.drop(next(s for s in bench.all("confirmation") if s.body["owner"] == cast.address("jan")
                    and s.body["hash"] == tx_hash))  # fmt: skip


def _above_a_limit(bench: Bench) -> None:
    """Everybody agrees on settings under which the fund pays one wei a day, and more was paid."""
    slot = bench.one("settings")
    row = b'{"fund":"iip","per_day":"1","per_payee":null,"symbol":"ETH"}'
    change_settings(bench, b'"parts":20}', b'"parts":20,"spending":[' + row + b"]}", ("ann", "cho"))
    text = bench.blocks[slot.body["settings"]].decode()
    bench.sign_plugins(lambda plugins: plugins["mutualDao"].update(settings=str(settings_cid(text))))
    bench.follow()


ROWS = (
    Row("a change of owners in a space without classes", _announced_in_the_demo, *ANNOUNCED, "E_NO_VOTE"),
    Row("a swap that names a threshold", _announced_with(threshold=2), *ANNOUNCED, "E_CANONICAL", story="housekept"),
    Row("an addition without a threshold", _announced_with(former=None), *ANNOUNCED, "E_CANONICAL", story="housekept"),
    Row("owners of a Safe that nobody names", _announced_with(safe=b"\x5a" * 20), *ANNOUNCED, "E_SAFE_CONFIG",
        story="housekept"),
    Row("another new owner than announced", _announced_with(owner=cast.address("kim")), *EXECUTED, "E_HASH_MISMATCH",
        story="housekept"),
    Row("another former owner than announced", _announced_with(former=cast.address("cho")), *EXECUTED,
        "E_HASH_MISMATCH", story="housekept"),
    Row("owners changed before the notice", _announced_too_late, *EXECUTED, "E_TIMELOCK", story="housekept"),
    Row("owners changed before they were announced", _announced_after, *EXECUTED, "E_NO_VOTE", story="housekept"),
    Row("an announcement that was replaced", _announced_again, *EXECUTED, "E_HASH_MISMATCH", story="housekept"),
    Row("owners changed twice by one receipt", _twice, *EXECUTED, "E_TIMELOCK", story="housekept"),
    Row("owners changed by a rejection", _another_transaction, *EXECUTED, "E_EXECUTION", story="housekept"),
    Row("owners changed under another hash", _another_hash, *EXECUTED, "E_HASH_MISMATCH", story="housekept"),
    Row("owners changed in another state", _state_of_another_block, *EXECUTED, "E_SAFE_SIGS", story="housekept"),
    Row("owners that came from nowhere", _left_out, *CONFIRMATIONS, "E_NO_VOTE", story="housekept"),
    Row("a former owner's signature", _former_owner_counts, *CONFIRMATIONS, "E_SAFE_SIGS", story="housekept"),
    Row("more paid in a day than the settings allow", _above_a_limit, *LIMITS, "E_OUTFLOW_CAP"),
)  # fmt: skip
