"""Forgeries of payouts, some by those who hold the Safe's keys: checks 60 to 63."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chain.header import decode_header
from chain.multi_send import InnerCall, decode_multi_send, encode_multi_send
from chain.safe import SafeTx, safe_tx_hash
from chain.signature import sign
from dao.cli.start.demo import cast
from dao.record.safe_tx_block import read_safe_tx, write_safe_tx
from governance.space import settings_cid
from tests.dao.record.forge import Bench, Slot
from tests.dao.record.forgeries_file import change_settings, damaged_node, surplus_node
from tests.dao.record.invented import forge_state, invent_execution, invent_receipt, rebuilt_header
from tests.dao.record.row import Row
from treasury.execution import EXECUTION_FAILURE, EXECUTION_SUCCESS

RELEASE, BINDING, RECEIPT, CONFIRMATIONS, WINDOW = (
    (51, "acts.release"), (60, "payout.binding"), (61, "payout.receipt"), (62, "payout.confirmations"),
    (63, "payout.window"),
)  # fmt: skip


# --- 60: the Safe transaction


def edit_tx(bench: Bench, part: int, change: Callable[[SafeTx], SafeTx]) -> None:
    """Change the Safe transaction of a part; the hash, the confirmations and the execution follow it."""
    slot = bench.one("queued", part=part)
    tx = change(read_safe_tx(bench.blocks[slot.body["safe_tx"]]))
    old, new = slot.body["hash"], safe_tx_hash(tx)
    bench.edit(slot, hash=new, safe_tx=bench.map(write_safe_tx(tx)))
    for leaf in bench.all("executed", "confirmation"):
        if leaf.body["hash"] == old:
            bench.edit(leaf, hash=new)
        if leaf.body["hash"] == new and leaf.leaf.kind == "confirmation":
            confirm(bench, leaf, _name(leaf.body["owner"]))


def _name(address: bytes) -> str:
    return next(name for name in cast.PEOPLE if cast.address(name) == address)


def confirm(bench: Bench, slot: Slot, name: str) -> None:
    """Let somebody sign the hash of a confirmation."""
    bench.edit(slot, owner=cast.address(name), signature=sign(slot.body["hash"], cast.key(name)))


def _tx(part: int, **fields: object) -> Callable[[Bench], None]:
    return lambda bench: edit_tx(bench, part, lambda tx: replace(tx, **fields))  # type: ignore[arg-type]


def _batch(change: Callable[[list[InnerCall]], list[InnerCall]]) -> Callable[[Bench], None]:
    def edit(tx: SafeTx) -> SafeTx:
        return replace(tx, data=encode_multi_send(change([InnerCall(*call) for call in decode_multi_send(tx.data)])))

    return lambda bench: edit_tx(bench, 1, edit)


def _paid_to_jan(calls: list[InnerCall]) -> list[InnerCall]:
    return [calls[0]._replace(to=cast.address("jan")), *calls[1:]]


def _hidden_call(calls: list[InnerCall]) -> list[InnerCall]:
    return [*calls, InnerCall(0, cast.address("jan"), 1, b"")]


def _other_hash(bench: Bench) -> None:
    bench.edit(bench.one("queued"), hash=bytes(32))


def _no_such_part(bench: Bench) -> None:
    bench.edit(bench.one("queued", 2), part=3)


def _part_zero(bench: Bench) -> None:
    bench.edit(bench.one("queued"), part=0)


def _parts_exchanged(bench: Bench) -> None:
    """The transaction of part 2 is queued as part 1."""
    bench.edit(bench.one("queued"), **{name: bench.one("queued", 2).body[name] for name in ("hash", "safe_tx")})


def _queued_again(bench: Bench) -> None:
    """The same payout once more, at the next nonce (H102)."""
    slot = bench.one("queued")
    tx = read_safe_tx(bench.blocks[slot.body["safe_tx"]])
    other = replace(tx, nonce=tx.nonce + 5)
    bench.insert(slot, "queued", {**slot.body, "hash": safe_tx_hash(other), "safe_tx": bench.map(write_safe_tx(other))})


def _queued_again_the_same(bench: Bench) -> None:
    bench.copy(bench.one("queued"))


def _tx_block(**values: object) -> Callable[[Bench], None]:
    return lambda bench: bench.edit_map(bench.one("queued"), "safe_tx", **values)


# --- 61: the execution


def _log(old: bytes, new: bytes, number: int = 1) -> Callable[[Bench], None]:
    """Change bytes inside the receipt's trie node."""

    def change(bench: Bench) -> None:
        slot = bench.one("executed", number)
        nodes = bench.map_of(slot, "receipt")["receipt_nodes"]
        changed = [node.replace(old, new) for node in nodes]
        assert nodes != changed, "the receipt holds these bytes"
        bench.edit_map(slot, "receipt", receipt_nodes=sorted(changed))

    return change


def _receipt_of_part_2(bench: Bench) -> None:
    bench.edit(bench.one("executed"), receipt=bench.one("executed", 2).body["receipt"])


def _receipt_of_a_gift(bench: Bench) -> None:
    bench.edit(bench.one("executed"), receipt=bench.one("donation").body["receipt"])


def _executed_twice(bench: Bench) -> None:
    bench.copy(bench.one("executed"))


def _executed_unqueued(bench: Bench) -> None:
    bench.edit(bench.one("executed"), hash=bytes(32))


def _executed_as_part_2(bench: Bench) -> None:
    bench.edit(bench.one("executed"), part=2)


def _executed_on_another_chain(bench: Bench) -> None:
    bench.on_chain(bench.one("executed"), 1)


def _other_index(bench: Bench) -> None:
    bench.edit_map(bench.one("executed"), "receipt", index=1)


def _token_stood_still(bench: Bench) -> None:
    """On an invented chain the Safe reports success, and the token moved nothing (H91)."""
    invent_receipt(bench, 1, lambda logs: [log for log in logs if len(log[1]) < 3])


def _reported(change: Callable[[list[Any]], list[Any]]) -> Callable[[Bench], None]:
    """Change how the Safe reports the success of part 2."""
    return lambda bench: invent_receipt(
        bench, 2, lambda logs: [change(log) if log[1][0] == EXECUTION_SUCCESS else log for log in logs]
    )


def _by_jan(log: list[Any]) -> list[Any]:
    return [cast.address("jan"), *log[1:]]


def _as_failure(log: list[Any]) -> list[Any]:
    return [log[0], [EXECUTION_FAILURE, *log[1][1:]], log[2]]


def _not_final(bench: Bench) -> None:
    """Everybody agrees on settings that let chain facts wait for five blocks, and the execution did not."""
    slot = bench.one("settings")
    change_settings(bench, b'"finality_depth":0', b'"finality_depth":5', ("ann", "cho"))
    text = bench.blocks[slot.body["settings"]].decode()
    bench.sign_plugins(lambda plugins: plugins["mutualDao"].update(settings=str(settings_cid(text))))
    bench.follow()


# --- 62: the owners


def _removed_confirmation(bench: Bench) -> None:
    bench.drop(bench.one("confirmation"))


def _confirmed_by(name: str) -> Callable[[Bench], None]:
    return lambda bench: confirm(bench, bench.one("confirmation"), name)


def _other_name(bench: Bench) -> None:
    bench.edit(bench.one("confirmation"), owner=cast.address("ben"))


def _signature_of_part_2(bench: Bench) -> None:
    bench.edit(bench.one("confirmation"), signature=bench.one("confirmation", 3).body["signature"])


def _no_signature(bench: Bench) -> None:
    bench.edit(bench.one("confirmation"), signature=bytes(65))


def _confirmed_twice(bench: Bench) -> None:
    bench.copy(bench.one("confirmation"))


def _state_of_part_2(bench: Bench) -> None:
    bench.edit(bench.one("executed"), state=bench.one("executed", 2).body["state"])


def _state_of_the_close(bench: Bench) -> None:
    bench.edit(bench.one("executed"), state=bench.one("closed").body["state"])


def _confirmed_before_it_was_queued(bench: Bench) -> None:
    bench.move(bench.one("confirmation"), bench.one("result"))


def _stray_confirmation(bench: Bench) -> None:
    """A stranger's confirmation of part 2, put in before it was executed, would keep it from ever being executed."""
    slot = bench.copy(bench.one("confirmation", 3), after=bench.one("queued", 2))
    confirm(bench, slot, "jan")


def _other_owners_at_the_close(bench: Bench) -> None:
    """An invented close says that ann, cho and jan owned the Safe."""
    slot = bench.one("closed")
    header = decode_header(forge_state(bench, slot, ("ann", "cho", "jan")))
    slot.leaf = replace(slot.leaf, block=header.ref(slot.leaf.block.chain_id))


def _late_stranger(bench: Bench) -> None:
    slot = bench.copy(bench.one("confirmation"), after=bench.one("executed"))
    confirm(bench, slot, "jan")


def _owners_changed(bench: Bench) -> None:
    """The owners let jan in between the vote and the execution, without a vote (H111)."""
    invent_execution(bench, 1, ("ann", "ben", "cho", "jan"))


def _threshold_lowered(bench: Bench) -> None:
    invent_execution(bench, 1, cast.OWNERS, threshold=1)
    bench.drop(bench.one("confirmation"))


def _singleton_changed(bench: Bench) -> None:
    """The Safe runs other code when it says that it paid."""
    invent_execution(bench, 1, cast.OWNERS, singleton=int.from_bytes(cast.address("jan"), "big"))


def _module_enabled(bench: Bench) -> None:
    """A module may act for the Safe without any signature (H81)."""
    invent_execution(bench, 1, cast.OWNERS, modules=[cast.address("jan")])


def _guard_set(bench: Bench) -> None:
    invent_execution(bench, 1, cast.OWNERS, guard=int.from_bytes(cast.address("jan"), "big"))


def _nonce_of_another(bench: Bench) -> None:
    invent_execution(bench, 1, cast.OWNERS, nonce=7)


# --- 63: the time


def _release_later(bench: Bench) -> None:
    bench.shift(bench.one("act", 3), cast.DAY)


def _confirmed_at_once(bench: Bench) -> None:
    """The first owner confirmed when the payment was queued, two days before its time."""
    queued, slot = bench.one("queued"), bench.one("confirmation")
    slot.leaf = replace(slot.leaf, time=queued.leaf.time)


def _confirmed_too_late(bench: Bench) -> None:
    """Part 2 waits, and an owner confirms it after it has expired."""
    late = bench.one("confirmation", 4)
    bench.drop(*bench.slots[bench.slots.index(late) + 1 :])
    bench.shift(late, 15 * cast.DAY)


def _booked_before_it_was(bench: Bench) -> None:
    """The execution's leaf is older than the execution's block."""
    slot, before = bench.one("executed"), bench.one("confirmation", 2)
    header = decode_header(bench.map_of(slot, "receipt")["header"])
    assert before.leaf.time < header.timestamp
    slot.leaf = replace(slot.leaf, time=before.leaf.time)


def _executed_and_booked_at(seconds: int) -> Callable[[Bench], None]:
    """Block and leaf of the execution are so much later, and everything behind them."""

    def change(bench: Bench) -> None:
        _executed_at(seconds)(bench)
        bench.shift(bench.one("executed"), seconds)

    return change


def _executed_at(seconds: int) -> Callable[[Bench], None]:
    """The execution's block is another one, so much later."""

    def change(bench: Bench) -> None:
        slot = bench.one("executed")
        header = bench.map_of(slot, "receipt")["header"]
        time = decode_header(header).timestamp + seconds
        bench.edit_map(slot, "receipt", header=rebuilt_header(header, timestamp=time))

    return change


ROWS = (
    Row("the target of a Safe transaction", _tx(1, to=cast.address("jan")), *BINDING, "E_HASH_MISMATCH"),
    Row("the payee of a direct payment", _tx(2, to=cast.address("jan")), *BINDING, "E_HASH_MISMATCH"),
    Row("the amount of a direct payment", _tx(2, value=76 * 10**16), *BINDING, "E_HASH_MISMATCH"),
    Row("the payee of a call in the batch", _batch(_paid_to_jan), *BINDING, "E_HASH_MISMATCH"),
    Row("a call hidden in the batch", _batch(_hidden_call), *BINDING, "E_HASH_MISMATCH"),
    Row("a call left out of the batch", _batch(lambda calls: calls[:1]), *BINDING, "E_HASH_MISMATCH"),
    Row("a delegatecall of a payment", _tx(2, operation=1), *BINDING, "E_HASH_MISMATCH"),
    Row("another version of the Safe", _tx(2, version="1.3.0"), *BINDING, "E_HASH_MISMATCH"),
    Row("a transaction of another Safe", _tx(2, safe=cast.address("jan")), *BINDING, "E_SAFE_CONFIG"),
    Row("a transaction of another chain", _tx(2, chain_id=1), *BINDING, "E_SAFE_CONFIG"),
    Row("another hash", _other_hash, *BINDING, "E_HASH_MISMATCH"),
    Row("a part that does not exist", _no_such_part, *RELEASE, "E_HASH_MISMATCH"),
    Row("part 0", _part_zero, *RELEASE, "E_HASH_MISMATCH"),
    Row("the transaction of another part", _parts_exchanged, *BINDING, "E_DOUBLE_PAY"),
    Row("a payout queued twice", _queued_again, *BINDING, "E_DOUBLE_PAY"),
    Row("a transaction queued twice", _queued_again_the_same, *BINDING, "E_DOUBLE_PAY"),
    Row("a transaction with a surplus key", _tx_block(safe_tx_gas=1), *BINDING, "E_CANONICAL"),
    Row("a transaction with an operation of true", _tx_block(operation=True), *BINDING, "E_SAFE_TX"),
    Row("a transaction of version true", _tx_block(v=True), *BINDING, "E_CANONICAL"),
    Row("a nonce below zero", _tx_block(nonce=-1), *BINDING, "E_UINT"),
    Row("a log's topic", _log(bytes.fromhex("442e715f"), bytes.fromhex("442e7150")), *RECEIPT, "E_PROOF"),
    Row("a surplus node in the receipt", surplus_node("executed", "receipt", "receipt_nodes"), *RECEIPT, "E_PROOF"),
    Row("a damaged transaction node", damaged_node("executed", "receipt", "transaction_nodes"), *RECEIPT, "E_PROOF"),
    Row("another place in the block", _other_index, *RECEIPT, "E_PROOF"),
    Row("the receipt of another payout", _receipt_of_part_2, *RECEIPT, "E_EXECUTION"),
    Row("the receipt of a gift", _receipt_of_a_gift, *RECEIPT, "E_EXECUTION"),
    Row("an execution that stands there twice", _executed_twice, *RECEIPT, "E_ALREADY"),
    Row("an execution of another hash", _executed_unqueued, *RECEIPT, "E_HASH_MISMATCH"),
    Row("an execution of another part", _executed_as_part_2, *RECEIPT, "E_HASH_MISMATCH"),
    Row("a token that never moved", _token_stood_still, *RECEIPT, "E_TOKEN_BEHAVIOUR"),
    Row("a success that somebody else reports", _reported(_by_jan), *RECEIPT, "E_EXECUTION"),
    Row("a failure inside a transaction that went through", _reported(_as_failure), *RECEIPT, "E_EXECUTION"),
    Row("an execution that was not final", _not_final, *RECEIPT, "E_FINALITY"),
    Row("an execution of a block to come", _executed_at(cast.HOUR), *RECEIPT, "E_TIME"),
    Row("an execution booked before its block", _booked_before_it_was, *RECEIPT, "E_TIME"),
    Row("an execution on another chain", _executed_on_another_chain, *RECEIPT, "E_EXECUTION"),
    Row("a confirmation removed", _removed_confirmation, *CONFIRMATIONS, "E_SAFE_SIGS"),
    Row("a confirmation by a stranger", _confirmed_by("jan"), *CONFIRMATIONS, "E_SAFE_SIGS"),
    Row("a confirmation by the other owner", _confirmed_by("cho"), *CONFIRMATIONS, "E_SAFE_SIGS"),
    Row("a confirmation in another owner's name", _other_name, *CONFIRMATIONS, "E_SAFE_SIGS"),
    Row("a confirmation of another payout", _signature_of_part_2, *CONFIRMATIONS, "E_SAFE_SIGS"),
    Row("a confirmation of zeros", _no_signature, *CONFIRMATIONS, "E_SAFE_SIGS"),
    Row("a confirmation that stands there twice", _confirmed_twice, *CONFIRMATIONS, "E_SAFE_SIGS"),
    Row(
        "a confirmation of what is not queued yet",
        _confirmed_before_it_was_queued,
        *CONFIRMATIONS,
        "E_LOG_INCONSISTENT",
    ),
    Row("a stranger's confirmation besides", _stray_confirmation, *CONFIRMATIONS, "E_SAFE_SIGS"),
    Row("the Safe before another execution", _state_of_part_2, *CONFIRMATIONS, "E_SAFE_SIGS"),
    Row("the Safe of the close", _state_of_the_close, *CONFIRMATIONS, "E_SAFE_SIGS"),
    Row("a Safe with another nonce, on an invented chain", _nonce_of_another, *CONFIRMATIONS, "E_SAFE_SIGS"),
    Row("other owners at the close, on an invented chain", _other_owners_at_the_close, *CONFIRMATIONS, "E_NO_VOTE"),
    Row("an owner let in without a vote", _owners_changed, *CONFIRMATIONS, "E_NO_VOTE"),
    Row("a threshold lowered without a vote", _threshold_lowered, *CONFIRMATIONS, "E_NO_VOTE"),
    Row("a module let in without a vote", _module_enabled, *CONFIRMATIONS, "E_SAFE_CONFIG"),
    Row("a guard set without a vote", _guard_set, *CONFIRMATIONS, "E_SAFE_CONFIG"),
    Row("a stranger's confirmation after the execution", _late_stranger, *CONFIRMATIONS, "E_SAFE_SIGS"),
    Row("a Safe that runs other code", _singleton_changed, *CONFIRMATIONS, "E_SAFE_CONFIG"),
    Row("a release dated a day later", _release_later, *WINDOW, "E_TIMELOCK"),
    Row("an execution after the grace", _executed_and_booked_at(15 * cast.DAY), *WINDOW, "E_EXPIRED"),
    Row("a confirmation before the timelock", _confirmed_at_once, *WINDOW, "E_TIMELOCK"),
    Row("a confirmation after the grace", _confirmed_too_late, *WINDOW, "E_EXPIRED"),
    Row("an execution before the timelock", _executed_at(-2), *WINDOW, "E_TIMELOCK"),
)
