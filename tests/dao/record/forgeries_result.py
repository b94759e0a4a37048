"""Forgeries of powers and of the result: checks 40 to 42."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chain import dag_cbor
from chain.blocks import BlockRef
from dao.cli.start.demo import cast
from governance.power import build_evidence
from governance.space import parse_settings
from tests.dao.record.forge import Bench
from tests.dao.record.forgeries_vote import added_after, dropped_vote
from tests.dao.record.row import Row

POWER, SCORES, VERDICT = (40, "power.proof"), (41, "tally.scores"), (42, "tally.verdict")


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
    dropped_vote(bench)
    bench.close_again()


def _vote_left_out_of_everything(bench: Bench) -> None:
    """Finn's vote is left out, the close made without it, and what he weighs is not proved any more."""
    _vote_left_out(bench)
    slot = bench.one("power")
    root: Any = dag_cbor.decode(bench.blocks[slot.body["evidence"][0]])
    values, nodes = ([dag_cbor.decode(bench.blocks[cid]) for cid in root[key]] for key in ("values", "nodes"))
    powers = {voter: int(power) for chunk in values for voter, power in chunk["values"]}
    del powers[cast.address("finn")]
    evidence, blocks = build_evidence(
        number=1,
        settings=parse_settings(bench.blocks[bench.one("settings").body["settings"]].decode()).strategies[0],
        block=BlockRef.from_map(root["block"]),
        powers=powers,
        header=root["header"],
        nodes=[*root["account_nodes"], *(node for chunk in nodes for node in chunk["nodes"])],
    )
    bench.blocks.update(blocks)
    bench.edit(slot, evidence=[evidence])


def _hana_again(bench: Bench) -> None:
    """Hana's later vote is left out, so that her first one counts."""
    bench.drop(bench.vote("hana", 2))
    bench.close_again()


def _voter_without_power(bench: Bench) -> None:
    """Kim votes in time and is listed, and nobody proved what she weighs."""
    added_after(bench)
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
    Row("a power", _values(_more_power), *POWER, "E_POWER"),
    Row("a voter left out of the evidence", _values(_less_voters), *POWER, "E_POWER"),
    Row("a voter whom nobody proved", _values(_another_voter), *POWER, "E_POWER"),
    Row("a power in hexadecimal digits", _values(_power_in_hex), *POWER, "E_POWER"),
    Row("the header of another block under the powers", _evidence(_header_of_the_close), *POWER, "E_POWER"),
    Row("a trie node left out", _storage_nodes(lambda nodes: nodes[1:]), *POWER, "E_PROOF"),
    Row("a trie node that nothing needs", _storage_nodes(lambda nodes: [*nodes, b"\xc0"]), *POWER, "E_POWER"),
    Row("no evidence", _no_evidence, *POWER, "E_POWER"),
    Row("powers without their proof", _evidence(_unproved), *POWER, "E_POWER"),
    Row("a vote left out, and closed without it", _vote_left_out, *POWER, "E_POWER"),
    Row("evidence twice", _power_twice, *POWER, "E_LOG_INCONSISTENT"),
    Row("a score, in leaf and transcript", _digit_everywhere, *SCORES, "E_RESULT_MISMATCH"),
    Row("a score in the leaf", _digit_in_the_leaf, *SCORES, "E_RESULT_MISMATCH"),
    Row("a score in the transcript", _digit_in_the_transcript, *SCORES, "E_RESULT_MISMATCH"),
    Row("a vote left out, and proved without it", _vote_left_out_of_everything, *SCORES, "E_RESULT_MISMATCH"),
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
