"""Forgeries of votes, powers and the result: checks 30 to 42."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chain import dag_cbor
from chain.address import checksum
from chain.signature import sign
from dao.cli.demo import cast
from governance.messages import envelope_json, message_id, sign_envelope, vote_message
from tests.dao.record.forge import Bench, Slot
from tests.dao.record.forgeries_file import damaged_node, surplus_node
from tests.dao.record.forgeries_proposal import edit_envelope, twin
from tests.dao.record.row import Row

SIGNATURE, ADMISSION, CLOSED, POWER, SCORES, VERDICT = (
    (30, "votes.signature"), (31, "votes.admission"), (32, "votes.closed"), (40, "power.proof"), (41, "tally.scores"),
    (42, "tally.verdict"),
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
    raw = sign_envelope("Vote", message, cast.key("eve"))
    add_vote(bench, raw, message_id("Vote", message), after=slot)


def _several_choices(bench: Bench) -> None:
    _again(choice=[1, 2])(bench)


# --- 32: the close


def _dropped_vote(bench: Bench) -> None:
    bench.drop(bench.vote("finn"))


def _added_after(bench: Bench) -> None:
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
        "envelope": bench.raw(sign_envelope("Vote", message, cast.key("kim"))),
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
    """So, and its leaf says that this block was the last."""
    _close_of_the_snapshot(bench)
    slot = bench.one("closed")
    slot.leaf = replace(slot.leaf, block=bench.one("settings").leaf.block)


def _count(bench: Bench) -> None:
    slot = bench.one("closed")
    bench.edit(slot, count=slot.body["count"] + 1)


# --- 40: powers


def _evidence(change: Callable[[Bench, dict[str, object]], None]) -> Callable[[Bench], None]:
    """Change the root of the evidence of power."""

    def forge(bench: Bench) -> None:
        slot = bench.one("power")
        root = dict(dag_cbor.decode(bench.blocks[slot.body["evidence"][0]]))  # type: ignore[arg-type]
        change(bench, root)
        bench.edit(slot, evidence=[bench.map(root)])

    return forge


def _values(change: Callable[[list[list[object]]], None]) -> Callable[[Bench], None]:
    """Change the rows of voters and powers."""

    def edit(bench: Bench, root: dict[str, object]) -> None:
        chunk = dict(dag_cbor.decode(bench.blocks[root["values"][0]]))  # type: ignore
        change(chunk["values"])
        root["values"] = [bench.map(chunk)]

    return _evidence(edit)


def _more_power(rows: list[list[object]]) -> None:
    rows[0][1] = str(int(str(rows[0][1])) + 1)


def _less_voters(rows: list[list[object]]) -> None:
    del rows[0]


def _another_voter(rows: list[list[object]]) -> None:
    rows.append([b"\xff" * 20, "1"])


def _power_in_hex(rows: list[list[object]]) -> None:
    rows[0][1] = hex(int(str(rows[0][1])))


def _storage_nodes(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Bench], None]:
    def edit(bench: Bench, root: dict[str, object]) -> None:
        chunk = dict(dag_cbor.decode(bench.blocks[root["nodes"][0]]))  # type: ignore
        chunk["nodes"] = sorted(change(list(chunk["nodes"])))
        root["nodes"] = [bench.map(chunk)]

    return _evidence(edit)


def _header_of_the_close(bench: Bench, root: dict[str, object]) -> None:
    root["header"] = bench.map_of(bench.one("closed"), "state")["header"]


def _unproved(bench: Bench, root: dict[str, object]) -> None:
    root.update(header=None, account_nodes=[], nodes=[])


def _no_evidence(bench: Bench) -> None:
    bench.edit(bench.one("power"), evidence=[])


def _power_twice(bench: Bench) -> None:
    bench.copy(bench.one("power"))


# --- 41 and 42: the result


def edit_result(bench: Bench, leaf: dict[str, object], transcript: dict[str, object]) -> None:
    """Change the result leaf and its transcript, each in its own way."""
    slot = bench.one("result")
    if transcript:
        bench.edit_map(slot, "transcript", **transcript)
    bench.edit(slot, **leaf)


def _result(**values: object) -> Callable[[Bench], None]:
    return lambda bench: edit_result(bench, values, {})


def _transcript(**values: object) -> Callable[[Bench], None]:
    return lambda bench: edit_result(bench, {}, values)


def _both(**values: object) -> Callable[[Bench], None]:
    return lambda bench: edit_result(bench, values, values)


def _digit(scores: list[str]) -> list[str]:
    return [str(int(scores[0]) + 1), *scores[1:]]


def _digit_everywhere(bench: Bench) -> None:
    _both(scores=_digit(bench.one("result").body["scores"]))(bench)


def _digit_in_the_leaf(bench: Bench) -> None:
    _result(scores=_digit(bench.one("result").body["scores"]))(bench)


def _digit_in_the_transcript(bench: Bench) -> None:
    _transcript(scores=_digit(bench.one("result").body["scores"]))(bench)


def _vote_left_out(bench: Bench) -> None:
    """Finn's vote is left out, and the close made without it."""
    _dropped_vote(bench)
    bench.close_again()


def _hana_again(bench: Bench) -> None:
    """Hana's later vote is left out, so that her first one counts."""
    bench.drop(bench.vote("hana", 2))
    bench.close_again()


def _voter_without_power(bench: Bench) -> None:
    """Kim votes in time and is listed, and nobody proved what she weighs."""
    _added_after(bench)
    bench.close_again()


def _superseded_left_out(bench: Bench) -> None:
    """Hana's first vote, which does not count, is left out."""
    bench.drop(bench.vote("hana", 1))
    bench.close_again()


def _surplus_score(bench: Bench) -> None:
    _both(scores=[*bench.one("result").body["scores"], "0"])(bench)


def _other_close(bench: Bench) -> None:
    bench.edit(bench.one("result"), closed=bench.one("power").label)


def _before_the_close(bench: Bench) -> None:
    """The result stands in the journal before the close on which it rests."""
    slot, last = bench.one("result"), bench.all("vote")[-1]
    bench.move(slot, last)


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
    Row("a vote left out", _dropped_vote, *CLOSED, "E_LOG_INCONSISTENT"),
    Row("a vote added after the close", _added_after, *CLOSED, "E_LOG_INCONSISTENT"),
    Row("votes in another order", _reordered, *CLOSED, "E_LOG_INCONSISTENT"),
    Row("another count", _count, *CLOSED, "E_LOG_INCONSISTENT"),
    Row("a second close", _second_close, *CLOSED, "E_SPLIT_VIEW"),
    Row("no close", _no_close, *CLOSED, "E_LOG_INCONSISTENT"),
    Row("a close at the end", _closed_at_the_end, *CLOSED, "E_WINDOW"),
    Row("a close with the owners of another block", _close_of_the_snapshot, *CLOSED, "E_SAFE_CONFIG"),
    Row("a close at a block before the end", _early_block, 3, "journal.tree", "E_LOG_INCONSISTENT"),
    Row("a trie node of the Safe at the close", damaged_node("closed", "state", "nodes"), *CLOSED, "E_PROOF"),
    Row("a surplus trie node there", surplus_node("closed", "state", "nodes"), *CLOSED, "E_PROOF"),
    Row("a power", _values(_more_power), *POWER, "E_POWER"),
    Row("a voter left out of the evidence", _values(_less_voters), *POWER, "E_POWER"),
    Row("a voter whom nobody proved", _values(_another_voter), *POWER, "E_POWER"),
    Row("a power in hexadecimal digits", _values(_power_in_hex), *POWER, "E_POWER"),
    Row("the header of another block under the powers", _evidence(_header_of_the_close), *POWER, "E_POWER"),
    Row("a trie node left out", _storage_nodes(lambda nodes: nodes[1:]), *POWER, "E_PROOF"),
    Row("a trie node that nothing needs", _storage_nodes(lambda nodes: [*nodes, b"\xc0"]), *POWER, "E_POWER"),
    Row("no evidence", _no_evidence, *POWER, "E_POWER"),
    Row("powers without their proof", _evidence(_unproved), *POWER, "E_POWER"),
    Row("evidence twice", _power_twice, *POWER, "E_LOG_INCONSISTENT"),
    Row("a score, in leaf and transcript", _digit_everywhere, *SCORES, "E_RESULT_MISMATCH"),
    Row("a score in the leaf", _digit_in_the_leaf, *SCORES, "E_RESULT_MISMATCH"),
    Row("a score in the transcript", _digit_in_the_transcript, *SCORES, "E_RESULT_MISMATCH"),
    Row("a vote left out, and closed without it", _vote_left_out, *SCORES, "E_RESULT_MISMATCH"),
    Row("a vote put back to what it was", _hana_again, *SCORES, "E_RESULT_MISMATCH"),
    Row("a voter without evidence of power", _voter_without_power, *SCORES, "E_TALLY_INCOMPLETE"),
    Row("a transcript of another form", _transcript(arithmetic="doubles"), *SCORES, "E_VERSION"),
    Row("released, in the leaf", _result(released=False), *VERDICT, "E_RESULT_MISMATCH"),
    Row("released, in the transcript", _transcript(released=False), *VERDICT, "E_RESULT_MISMATCH"),
    Row("a verdict in the transcript", _transcript(verdict="rejected"), *VERDICT, "E_RESULT_MISMATCH"),
    Row("a superseded vote left out", _superseded_left_out, *VERDICT, "E_RESULT_MISMATCH"),
    Row("the number of superseded votes", _transcript(superseded=0), *VERDICT, "E_RESULT_MISMATCH"),
    Row("the number of voters", _transcript(voters=6), *VERDICT, "E_RESULT_MISMATCH"),
    Row("the number of votes", _transcript(votes=7), *VERDICT, "E_RESULT_MISMATCH"),
    Row("the voters without power", _transcript(without_power=1), *VERDICT, "E_RESULT_MISMATCH"),
    Row("the total", _transcript(total="1"), *VERDICT, "E_RESULT_MISMATCH"),
    Row("the quorum", _transcript(quorum="1"), *VERDICT, "E_RESULT_MISMATCH"),
    Row("the threshold", _transcript(threshold=[1, 3]), *VERDICT, "E_RESULT_MISMATCH"),
    Row("the voting system", _transcript(voting="single-choice"), *VERDICT, "E_RESULT_MISMATCH"),
    Row("a fourth score", _surplus_score, *VERDICT, "E_RESULT_MISMATCH"),
    Row("a result over another close", _other_close, *VERDICT, "E_RESULT_MISMATCH"),
    Row("a result before the close", _before_the_close, *VERDICT, "E_LOG_INCONSISTENT"),
)
