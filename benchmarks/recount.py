"""How fast `dao tally --recount` counts the stored votes of one proposal again, against bare recoveries on all cores.

The journal is that of the demo's world up to an open vote, in a space where every voter weighs one ticket; then as many
signed votes as asked for are appended, each by a voter of his own (private keys 1, 2, 3 …), with the `closed` leaf, the
evidence of powers and the result that follow from them. What is measured is all that the command does after it has
found the proposal: it reads the database, hashes every leaf, verifies every envelope, weighs, counts, and compares the
closed list, scores, verdict and the journal's root. Before and after, all cores do nothing but
`secp256k1_ecdsa_recover`, so that a busy machine slows both.

`python -m benchmarks.recount [VOTES [FOLDER]]`: 100,000 votes where nothing is said. The journal is made in a process
of its own; a FOLDER keeps it for another run, and only such a run's peak is the recount's alone. The bars, for
1,000,000, are 0.6 of the bare rate and 1.5 GB. The last figures stand in `benchmarks/results/recount.json`, by size;
`ratio_cpu` compares processor time, which others on the machine change least, and `ratio` the clock on the wall.
"""

from __future__ import annotations

import contextlib
import io
import json
import multiprocessing
import pickle
import platform
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from coincurve import GLOBAL_CONTEXT, PrivateKey
from coincurve._libsecp256k1 import ffi, lib

from chain import log_tree
from chain.cid import CID, dag_cbor_cid, raw_cid
from chain.clients.devnet import Devnet
from chain.clients.node import BlockInfo
from chain.clients.safe_read import fetch_safe_state
from chain.json_text import canonical
from chain.networks import DEVNET_CHAIN_ID
from chain.signature import address_of, sign
from dao import cores
from dao.cli.start.demo import cast, scenes_before, world
from dao.cli.start.demo.stage import Stage
from dao.record.case import Case, need
from dao.record.checks_proposal import fund_of
from dao.record.checks_vote import rules
from dao.record.leaves import Leaf
from dao.store.journal import Journal
from dao.workflow import founding, recounting
from dao.workflow.desk import Blocks, Desk
from dao.workflow.guard import Guard
from dao.workflow.power_evidence import gather
from dao.workspace import Anchors
from governance.ballot import Ballot
from governance.batch import Spread
from governance.certificate import result_of, transcript_of, write_transcript
from governance.counting import method
from governance.messages import envelope_json, message_id, vote_message
from governance.tally import tally

VOTES = 100_000
CHUNK = 512
RECOVERIES = 20_000
BAR_RATIO, BAR_MB = 0.6, 1_500
RESULT = Path(__file__).parent / "results" / "recount.json"


def main() -> None:
    """Make the journal, measure, print and keep the figures."""
    votes = int(sys.argv[1]) if len(sys.argv) > 1 else VOTES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(sys.argv[2] if len(sys.argv) > 2 else name)
        anchors, proposal = _made(folder, votes)
        with cores.spread_over(cores.count()) as pool:
            list(pool(_recoveries, [10] * cores.count() * 8))  # every process has imported what it needs
            before = _raw(pool)
            guard = Guard(anchors, folder / "checkpoint")
            with (
                _measured(pool) as (spread, spent),
                recounting.opened(folder / "journal.sqlite", guard, anchors.chain_id) as journal,
            ):
                found = recounting.recount(journal, proposal, guard, spread)
            after = _raw(pool)
        assert need(found.case.expected).votes == votes
        size = (folder / "journal.sqlite").stat().st_size
    figures = {
        "votes": votes,
        "bar_ratio_min": BAR_RATIO,
        "ratio": round((before.wall + after.wall) / 2 * votes / spent.wall, 2),
        "ratio_cpu": round((before.cpu + after.cpu) / 2 * votes / spent.cpu, 2),
        "bar_peak_mb": BAR_MB,
        "peak_mb": round(_peak()),
        "wall_seconds": round(spent.wall, 1),
        "cpu_seconds": round(spent.cpu, 1),
        "of_it_in_the_first_process": round(spent.own, 1),
        "recover_cpu_microseconds": round((before.cpu + after.cpu) / 2 * 1e6, 1),
        "database_mb": round(size / 10**6),
        "python": platform.python_version(),
        "cpus": cores.count(),
    }
    kept = json.loads(RESULT.read_text("utf-8"))["runs"] if RESULT.exists() else []
    rows = [row for row in kept if row["votes"] != votes] + [figures]
    told = {
        "what": "votes recounted a second / bare secp256k1_ecdsa_recover a second on all cores, wall clock of one run",
        "runs": sorted(rows, key=lambda row: row["votes"]),
    }
    RESULT.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    print(json.dumps(figures, indent=2))


def _made(folder: Path, votes: int) -> tuple[Anchors, bytes]:
    """The journal in this folder, which a process of its own makes where there is none."""
    if not (folder / "made.pickle").exists():
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as maker:
            maker.submit(_make_and_tell, folder, votes).result()
    anchors, proposal, kept = pickle.loads((folder / "made.pickle").read_bytes())
    assert kept == votes, f"{folder} holds a journal of {kept} votes"
    return anchors, proposal


def _make_and_tell(folder: Path, votes: int) -> None:
    with cores.spread_over(cores.count()) as pool:
        made = make(folder, votes, pool)
    (folder / "made.pickle").write_bytes(pickle.dumps((*made, votes)))


def make(folder: Path, votes: int, pool: Spread) -> tuple[Anchors, bytes]:
    """Write a journal with so many votes of one proposal, closed and counted; return its anchors and the proposal."""
    path = folder / "journal.sqlite"
    with Devnet.temporary(cast.GENESIS) as devnet, Journal(path, create=True) as journal:
        there, desk = world.build(devnet), Desk(journal, devnet.node())
        settings = json.loads(world.settings_text(there))
        ticket = {"chain_id": DEVNET_CHAIN_ID, "name": "ticket", "params": {"value": "1"}, "proof": None, "version": 1}
        quorum = {**settings["quorum"], "minimum": str(votes // 2 * cast.UNIT)}
        text = canonical({**settings, "strategies": [ticket], "quorum": quorum})
        signers = [cast.signer(name) for name in cast.OWNERS[: cast.THRESHOLD]]
        founding.found(desk, text, founding.sign_settings(text, signers))
        with contextlib.redirect_stdout(io.StringIO()):
            scenes_before.earn(Stage(), desk, there)
            published = scenes_before.publish(Stage(), desk, there, folder / "iip-1.md")
        case = desk.case(published.id, 10, 20, 21, 22, 23, 24)
        with closing(sqlite3.connect(path)) as database:
            database.executescript("PRAGMA cache_size = -400000; PRAGMA synchronous = OFF")
            rows = _Rows(database, len(journal))
            there.wait_until(published.start)
            ballots = rows.append_votes(published.id, desk.head(), votes, pool)
            there.wait_until(published.end + cast.HOUR)
            rows.append_result(case, desk, ballots)
        found = need(case.settings)
        safe = found.treasury()
    return Anchors(
        space=found.space, chain_id=safe.chain_id, safe=safe.address, journal_key=found.journal.key
    ), published.id


class _Rows:
    """Leaves and blocks on their way into a database, in the order in which a journal would write them."""

    def __init__(self, database: sqlite3.Connection, size: int) -> None:
        self._database = database
        self._size = size

    def append(self, leaf: Leaf, blocks: Mapping[CID, bytes]) -> int:
        """Append one leaf and return its index."""
        data = leaf.encode()
        self._blocks([(cid.to_bytes(), block) for cid, block in {**blocks, dag_cbor_cid(data): data}.items()])
        return self._leaves([(leaf.kind, dag_cbor_cid(data).to_bytes())])

    def append_votes(self, proposal: bytes, head: BlockInfo, votes: int, pool: Spread) -> list[Ballot]:
        """Append votes that all cores sign; return their ballots."""
        ballots: list[Ballot] = []
        work = partial(_sign_votes, proposal, head)
        for signed in pool(work, [range(at, min(at + CHUNK, votes)) for at in range(0, votes, CHUNK)]):
            self._blocks([block for _, leaf, envelope in signed for block in (envelope, leaf)])
            self._leaves([("vote", leaf[0]) for _, leaf, _ in signed])
            ballots += [Ballot(*ballot) for ballot, _, _ in signed]
        return ballots

    def append_result(self, case: Case, desk: Desk, ballots: list[Ballot]) -> None:
        """Close the vote, keep the powers, and write the result."""
        proposal, of_vote, head = case.proposal, rules(case), desk.head()
        blocks = Blocks()
        state = fetch_safe_state(desk.node, fund_of(case).safe, head.ref.number)
        ids = log_tree.root([log_tree.leaf_hash(ballot.id) for ballot in ballots])
        body: dict[str, object] = {"proposal": proposal, "count": len(ballots), "root": ids}
        closed = self.append(_leaf("closed", head, {**body, "state": blocks.map(state.to_map())}), blocks)
        blocks = Blocks()
        links = gather(desk.node, of_vote, sorted(ballot.voter for ballot in ballots), blocks, lambda _: None)
        self.append(_leaf("power", head, {"proposal": proposal, "evidence": links}), blocks)
        powers = dict.fromkeys((ballot.voter for ballot in ballots), cast.UNIT)
        counted = tally(ballots, powers, method(of_vote.system), len(of_vote.choices))
        transcript = transcript_of(proposal, closed, of_vote.system, counted, of_vote)
        result = result_of(transcript)
        blocks = Blocks()
        blocks.map_bytes(write_transcript(transcript))
        body = {"proposal": proposal, "closed": closed, "transcript": result.transcript, "verdict": result.verdict}
        body |= {"scores": [str(score) for score in result.scores], "released": result.released}
        self.append(_leaf("result", head, body), blocks)
        self._database.commit()

    def _blocks(self, rows: list[tuple[bytes, bytes]]) -> None:
        self._database.executemany("INSERT OR IGNORE INTO blocks (cid, data) VALUES (?, ?)", rows)

    def _leaves(self, rows: list[tuple[str, bytes]]) -> int:
        numbered = [(index, *row) for index, row in enumerate(rows, self._size)]
        self._database.executemany("INSERT INTO leaves (idx, kind, cid) VALUES (?, ?, ?)", numbered)
        self._size += len(rows)
        return self._size - 1


def _leaf(kind: str, head: BlockInfo, body: Mapping[str, object]) -> Leaf:
    return Leaf(kind=kind, time=head.timestamp, block=head.ref, body=body)


_Block = tuple[bytes, bytes]


def _sign_votes(
    proposal: bytes, head: BlockInfo, numbers: range
) -> list[tuple[tuple[bytes, int, bytes, int], _Block, _Block]]:
    """One vote for each number: its ballot, and its leaf and envelope as blocks. Six in ten are for, three against."""
    made = []
    for number in numbers:
        key = (number + 1).to_bytes(32, "big")
        voter, choice = address_of(key), (1, 1, 1, 1, 1, 1, 2, 2, 2, 3)[number % 10]
        reason = "" if number % 4 else f"reason {number}"
        message = vote_message(
            voter=voter, space=cast.SPACE, proposal=proposal, choice=choice, timestamp=head.timestamp, reason=reason
        )
        id_ = message_id("Vote", message)
        raw = envelope_json("Vote", message, voter, sign(id_, key))
        body = {"id": id_, "proposal": proposal, "envelope": raw_cid(raw)}
        leaf = _leaf("vote", head, body).encode()
        ballot = (voter, head.timestamp, id_, choice)
        made.append((ballot, (dag_cbor_cid(leaf).to_bytes(), leaf), (raw_cid(raw).to_bytes(), raw)))
    return made


@dataclass(slots=True)
class Spent:
    """What some work took, in seconds."""

    wall: float = 0.0
    cpu: float = 0.0
    """Of processor time: of this process, and of its workers while they worked."""
    own: float = 0.0
    """Of it this process's."""


@contextlib.contextmanager
def _measured(pool: Spread) -> Iterator[tuple[Spread, Spent]]:
    """Give a pool whose processes tell how long they worked, and what the block took once it is over."""
    spent = Spent()

    def spread(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        for result, seconds in pool(partial(_timed, function), items):
            spent.cpu += seconds
            yield result

    start, own = time.perf_counter(), time.process_time()
    yield spread, spent
    spent.wall, spent.own = time.perf_counter() - start, time.process_time() - own
    spent.cpu += spent.own


def _timed(function: Callable[[Any], Any], item: object) -> tuple[Any, float]:
    start = time.process_time()
    return function(item), time.process_time() - start


def _raw(pool: Spread) -> Spent:
    """What one bare recovery takes, with all cores at it."""
    with _measured(pool) as (spread, spent):
        count = sum(spread(_recoveries, [CHUNK] * (RECOVERIES // CHUNK)))
    return Spent(spent.wall / count, spent.cpu / count)


def _recoveries(count: int) -> int:
    """Recover keys and do nothing else; the signatures are made once in each process."""
    context, found = GLOBAL_CONTEXT.ctx, ffi.new("secp256k1_pubkey *")
    for signature, digest in islice(cycle(_signed()), count):
        assert lib.secp256k1_ecdsa_recover(context, found, signature, digest)
    return count


@cache
def _signed() -> list[tuple[object, bytes]]:
    made = []
    for number in range(CHUNK):
        digest = sha256(number.to_bytes(4, "big")).digest()
        data = PrivateKey(sha256(digest).digest()).sign_recoverable(digest, hasher=None)
        signature = ffi.new("secp256k1_ecdsa_recoverable_signature *")
        lib.secp256k1_ecdsa_recoverable_signature_parse_compact(GLOBAL_CONTEXT.ctx, signature, data[:64], data[64])
        made.append((signature, digest))
    return made


def _peak() -> float:
    """Most memory that this process and its workers ever held together, in MB; an upper bound, for their peaks need not
    have met.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (own + cores.count() * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * unit / 10**6


if __name__ == "__main__":
    main()
