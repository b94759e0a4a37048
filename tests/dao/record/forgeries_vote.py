"""Forgeries of votes and of their list: checks 30 to 32."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chain.address import checksum
from chain.header import decode_header
from chain.signature import sign
from dao.cli.start.demo import cast
from governance.messages import envelope_json, message_id, sign_envelope, vote_message
from tests.dao.record.forge import Bench, Slot
from tests.dao.record.forgeries_file import damaged_node, surplus_node
from tests.dao.record.forgeries_proposal import edit_envelope, twin
from tests.dao.record.invented import forge_state, rebuilt_header
from tests.dao.record.row import Row

SIGNATURE, ADMISSION, CLOSED = (
    (30, "votes.signature"), (31, "votes.admission"), (32, "votes.closed"),
)  # fmt: skip

# --- 30: who voted


def _choice(bench: Bench) -> None:
    edit_envelope(bench, "vote", 1, lambda envelope: envelope["data"]["message"].update(choice=2))
    _follow_id(bench, bench.one("vote"))
    bench.close_again()


def _follow_id(bench: Bench, slot: Slot) -> None:
    bench.edit(slot, id=message_id("Vote", bench.message(slot)))


def _twin_of_a_vote(bench: Bench) -> None:
    edit_envelope(bench, "vote", 1, lambda envelope: envelope.update(sig=twin(envelope["sig"])))


def _other_vote_id(bench: Bench) -> None:
    bench.edit(bench.one("vote"), id=bytes(32))


def _in_kims_name(bench: Bench) -> None:
    """A vote in kim's name, signed by jan, with everything around it in order."""
    message = {**bench.message(bench.vote("ivo")), "from": _address("kim")}
    id_ = message_id("Vote", message)
    raw = envelope_json("Vote", message, cast.address("kim"), sign(id_, cast.key("jan")))
    add_vote(bench, raw, id_)


def _address(name: str) -> str:
    return checksum(cast.address(name))


def add_vote(bench: Bench, raw: bytes, id_: bytes, after: Slot | None = None) -> Slot:
    """Put a vote into the journal, before the close unless said otherwise, and close again."""
    body = {"id": id_, "proposal": bench.proposal, "envelope": bench.raw(raw)}
    slot = bench.insert(after or bench.all("vote")[-1], "vote", body)
    bench.close_again()
    return slot


# --- 31: whether the vote could be cast


def _again(**members: object) -> Callable[[Bench], None]:
    """Eve signs her vote once more with other members."""

    def change(bench: Bench) -> None:
        bench.sign_message(bench.vote("eve"), "Vote", **members)
        bench.close_again()

    return change


def _other_proposal(bench: Bench) -> None:
    _again(proposal="0x" + "22" * 32)(bench)


def _taken_before_start(bench: Bench) -> None:
    slot = bench.vote("eve")
    bench.shift(slot, -10, slot)


def _dated(seconds: int) -> Callable[[Bench], None]:
    """Eve dates her vote otherwise."""

    def change(bench: Bench) -> None:
        _again(timestamp=bench.message(bench.vote("eve"))["timestamp"] + seconds)(bench)

    return change


def _taken_after_end(bench: Bench) -> None:
    slot = bench.all("vote")[-1]
    bench.shift(slot, bench.one("closed").leaf.time - slot.leaf.time, slot)


def _after_the_close(bench: Bench) -> None:
    """A vote that was signed in time, in a leaf behind the close, which counts it as well."""
    slot = bench.vote("ivo")
    closed = bench.one("closed")
    bench.drop(slot)
    slot.leaf = replace(slot.leaf, time=closed.leaf.time, block=closed.leaf.block)
    bench.slots.insert(bench.slots.index(closed) + 1, slot)
    bench.close_again()


def _twice(bench: Bench) -> None:
    bench.copy(bench.vote("eve"))
    bench.close_again()


def _too_soon(bench: Bench) -> None:
    """Eve votes twice within a minute."""
    slot = bench.vote("eve")
    message = {**bench.message(slot), "choice": 2}
    raw = sign_envelope("Vote", message, cast.signer("eve"))
    add_vote(bench, raw, message_id("Vote", message), after=slot)


def _several_choices(bench: Bench) -> None:
    _again(choice=[1, 2])(bench)


# --- 32: the close


def dropped_vote(bench: Bench) -> None:
    bench.drop(bench.vote("finn"))


def added_after(bench: Bench) -> None:
    """A vote of a holder that came in time and was never counted."""
    slot = bench.vote("ivo")
    message = vote_message(
        voter=cast.address("kim"),
        space=cast.SPACE,
        proposal=bench.proposal,
        choice=2,
        timestamp=bench.message(slot)["timestamp"],
    )
    body = {
        "id": message_id("Vote", message),
        "proposal": bench.proposal,
        "envelope": bench.raw(sign_envelope("Vote", message, cast.signer("kim"))),
    }
    bench.insert(slot, "vote", body)


def _reordered(bench: Bench) -> None:
    first, second = bench.vote("eve"), bench.vote("finn")
    one, other = first.leaf.body, second.leaf.body
    bench.shift(first, second.leaf.time - first.leaf.time, first)
    first.leaf, second.leaf = replace(first.leaf, body=other), replace(second.leaf, body=one)


def _second_close(bench: Bench) -> None:
    bench.copy(bench.one("closed"))


def _no_close(bench: Bench) -> None:
    bench.drop(bench.one("closed"))


def _closed_at_the_end(bench: Bench) -> None:
    """The close is dated at the last second of the vote."""
    slot = bench.one("closed")
    end = bench.message(bench.one("proposal"))["end"]
    bench.shift(slot, end - slot.leaf.time, slot)


def _close_of_the_snapshot(bench: Bench) -> None:
    """The close proves the Safe's owners at the block of the settings, long before the end."""
    early = bench.one("settings")
    slot = bench.one("closed")
    bench.edit(slot, state=early.body["state"])


def _early_block(bench: Bench) -> None:
    """The close is dated after the end, and the block that it knew is one of the last second of the vote."""
    slot = bench.one("closed")
    end = bench.message(bench.one("proposal"))["end"]
    header = rebuilt_header(bench.map_of(slot, "state")["header"], timestamp=end)
    block = decode_header(forge_state(bench, slot, cast.OWNERS, header))
    slot.leaf = replace(slot.leaf, block=block.ref(slot.leaf.block.chain_id))


def _close_later(bench: Bench) -> None:
    """Everything since the close is dated a day later than the block that it knew."""
    bench.shift(bench.one("closed"), cast.DAY)


def _close_knew_no_block(bench: Bench) -> None:
    """The close says that the last block it knew is older than the one of the votes."""
    _close_of_the_snapshot(bench)
    slot = bench.one("closed")
    slot.leaf = replace(slot.leaf, block=bench.one("settings").leaf.block)


def _count(bench: Bench) -> None:
    slot = bench.one("closed")
    bench.edit(slot, count=slot.body["count"] + 1)


ROWS = (
    Row("a choice", _choice, *SIGNATURE, "E_SIG_SIGNER"),
    Row("the high twin of a vote's signature", _twin_of_a_vote, *SIGNATURE, "E_SIG_HIGH_S"),
    Row("a vote under another id", _other_vote_id, *SIGNATURE, "E_LOG_INCONSISTENT"),
    Row("a vote in somebody's name", _in_kims_name, *SIGNATURE, "E_SIG_SIGNER"),
    Row("a vote on another proposal", _other_proposal, *ADMISSION, "E_PROPOSAL"),
    Row("a vote in another space", _again(space="other.devnet"), *ADMISSION, "E_SPACE"),
    Row("a choice that nobody offered", _again(choice=4), *ADMISSION, "E_CHOICE"),
    Row("several choices", _several_choices, *ADMISSION, "E_CHOICE"),
    Row("a vote taken before the start", _taken_before_start, *ADMISSION, "E_WINDOW"),
    Row("a vote taken after the end", _taken_after_end, *ADMISSION, "E_WINDOW"),
    Row("a vote dated before the start", _dated(-10), *ADMISSION, "E_WINDOW"),
    Row("a vote dated ahead of its leaf", _dated(301), *ADMISSION, "E_WINDOW"),
    Row("a vote behind the close", _after_the_close, *ADMISSION, "E_WINDOW"),
    Row("a vote counted twice", _twice, *SIGNATURE, "E_DUPLICATE"),
    Row("two votes of one voter within a minute", _too_soon, *ADMISSION, "E_LIMIT"),
    Row("a vote left out", dropped_vote, *CLOSED, "E_LOG_INCONSISTENT"),
    Row("a vote added after the close", added_after, *CLOSED, "E_LOG_INCONSISTENT"),
    Row("votes in another order", _reordered, *CLOSED, "E_LOG_INCONSISTENT"),
    Row("another count", _count, *CLOSED, "E_LOG_INCONSISTENT"),
    Row("a second close", _second_close, *CLOSED, "E_SPLIT_VIEW"),
    Row("no close", _no_close, *CLOSED, "E_LOG_INCONSISTENT"),
    Row("a close at the end", _closed_at_the_end, *CLOSED, "E_WINDOW"),
    Row("a close with the owners of another block", _close_of_the_snapshot, *CLOSED, "E_SAFE_CONFIG"),
    Row("a close at a block before the end", _early_block, *CLOSED, "E_WINDOW"),
    Row("a close dated a day later", _close_later, *CLOSED, "E_TIME"),
    Row("a close that knew older blocks than the votes", _close_knew_no_block, 3, "journal.tree", "E_LOG_INCONSISTENT"),
    Row("a trie node of the Safe at the close", damaged_node("closed", "state", "nodes"), *CLOSED, "E_PROOF"),
    Row("a surplus trie node there", surplus_node("closed", "state", "nodes"), *CLOSED, "E_PROOF"),
)
