"""Two who take the same files, in whatever order and company, come to the same states, scores and verdicts."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain import log_tree
from chain.cid import raw_cid
from chain.clients.devnet import Devnet
from chain.errors import CodedError
from chain.safe_json import write_safe_tx
from dao.cli.start.demo import cast, world
from dao.record.carrier import SignedAct, Submission, write_act, write_publication, write_submission
from dao.record.case import need
from dao.record.safe_tx_block import read_safe_tx
from dao.store.journal import Journal
from dao.views.iip_standing import iip_standing
from dao.views.money import books_of
from dao.views.numbers import numbers
from dao.workflow import acting, proposing, taking, voting
from dao.workflow.desk import Desk
from dao.workflow.guard import Guard
from dao.workspace import Workspace
from governance.admission.window import VOTE_GAP_SECONDS
from governance.document_steps import sign_step, step_message
from governance.messages import read_envelope, sign_envelope, vote_message
from tests.dao.cli import steps_workspace
from treasury.confirmations import sign_safe_tx

EXAMPLES = 4
REPORT = b"Called on three days of the week."


@dataclass(frozen=True, slots=True)
class Writer:
    """A workspace that writes its own journal, on its own copy of one chain."""

    desk: Desk
    devnet: Devnet


class Derived(NamedTuple):
    """All that people are told of a journal, without the moments at which facts came."""

    states: dict[str, object]
    scores: list[tuple[int, ...]]
    verdicts: list[tuple[str, bool]]
    votes: list[tuple[int, int]]
    signed: set[bytes]
    balances: tuple[object, ...]


@contextmanager
def opened(folder: Path) -> Iterator[Writer]:
    with (
        Workspace(folder) as workspace,
        Devnet.open(workspace.devnet_path) as devnet,
        Journal(workspace.journal_path) as journal,
    ):
        guard = Guard(workspace.anchors, workspace.checkpoint_path, cast.journal_key())
        yield Writer(Desk(journal, devnet.node(), guard), devnet)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """IIP-1 is queued and waits for signatures and a milestone, IIP-2 is open for votes."""
    return steps_workspace.build(tmp_path_factory.mktemp("order") / "workspace")


@pytest.fixture(scope="module")
def files(made: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, ...]:
    """What many people signed: a proposal, votes on two of them, some of which were changed, a text that was revised
    and withdrawn, acts, confirmations.
    """
    copy = steps_workspace.copy_of(made, tmp_path_factory.mktemp("signing") / "copy")
    with opened(copy) as writer:
        return tuple(signed(writer.desk.rehearsal()))


def signed(desk: Desk) -> Iterator[bytes]:
    known = numbers(desk.journal)
    first, second = known[1].proposals[0], known[2].proposals[0]
    raw = world.document().replace(b"iip: 1\n", b"iip: 3\n")
    publication = proposing.sign(desk, raw, author=cast.signer(cast.AUTHOR), fund=cast.FUND)
    yield write_publication(publication)
    third = read_envelope(publication.envelope)
    now, start = desk.now(), int(str(third.message["start"]))
    for name, choice, time in (
        ("eve", 1, 0), ("finn", 2, 1), ("gil", 3, 0), ("hana", 2, 0), ("hana", 1, 50), ("ivo", 1, 60), ("ivo", 2, 7),
    ):  # fmt: skip
        yield ballot(second, name, choice, now + time)
    for name, choice in (("eve", 1), ("finn", 2)):
        yield ballot(third.id, name, choice, start + 5)
    leaf = next(leaf for leaf in desk.journal.leaves if leaf.kind == "queued")
    tx = read_safe_tx(desk.get(leaf.body["safe_tx"]))  # type: ignore[arg-type]
    for name in ("ann", "cho"):
        confirmation = sign_safe_tx(tx, cast.signer(name))
        yield json.dumps(write_safe_tx(tx, {confirmation.owner: confirmation.signature})).encode()
    other = world.document().replace(b"iip: 1\n", b"iip: 4\n")
    newer = other.replace(b"on the forum", b"in the forum")
    yield write_submission(Submission(step("submit_for_review", other, now), other))
    yield write_submission(Submission(step("revise", newer, now + 1), newer))
    yield step("withdraw", newer, now + 2)
    for name, kind in (("nora", "report"), *((name, "approve") for name in cast.REVIEWERS)):
        envelope = acting.sign(desk, first, 2, kind, signer=cast.signer(name), evidence=REPORT)
        yield write_act(SignedAct(envelope, REPORT))


def step(event: str, document: bytes, time: int) -> bytes:
    """A step on the text of number 4, which its author takes back in the end."""
    reason = "IIP-3 says it better" if event == "withdraw" else ""
    digest = raw_cid(document).digest
    message = step_message(space=cast.SPACE, iip=4, event=event, document=digest, reason=reason, timestamp=time)
    return sign_step(message, cast.signer(cast.AUTHOR))


def ballot(proposal: bytes, name: str, choice: int, time: int) -> bytes:
    message = vote_message(voter=cast.address(name), space=cast.SPACE, proposal=proposal, choice=choice, timestamp=time)
    return sign_envelope("Vote", message, cast.signer(name))


def take(writer: Writer, batch: Sequence[bytes]) -> list[bytes]:
    """Take some files as one call of `dao take` does; return those that were refused for now."""
    bound = proposing.settings_in_force(writer.desk)
    parcels = [(taking.read_parcel(raw, bound, writer.desk.node.chain_id()), raw) for raw in batch]
    waiting = []
    for parcel, raw in sorted(parcels, key=lambda pair: pair[0].order):
        try:
            parcel.take(writer.desk)
        except CodedError:
            waiting.append(raw)
    return waiting


def derived(folder: Path, batches: Sequence[Sequence[bytes]]) -> tuple[Derived, bytes]:
    """Take all files before the votes end, count, and tell what came of it; and the journal's root."""
    with opened(folder) as writer:
        desk, devnet = writer.desk, writer.devnet
        waiting: list[bytes] = []
        for batch in batches:
            waiting += take(writer, batch)
            devnet.time_travel(devnet.now() + VOTE_GAP_SECONDS)
        for wait in (VOTE_GAP_SECONDS, cast.HOUR, VOTE_GAP_SECONDS):  # what came too early, or too soon again
            devnet.time_travel(devnet.now() + wait)
            waiting = take(writer, waiting)
        assert [] == waiting
        known = numbers(desk.journal)
        moment = max(ends(desk, number.proposals[0]) for number in known.values() if number.proposals) + cast.DAY
        devnet.time_travel(moment)
        cases = []
        for number in (2, 3):
            voting.close(desk, known[number].proposals[0])
            cases.append(voting.count(desk, known[number].proposals[0]))
        standings = {n: iip_standing(desk, one, cast.PREFIX, desk.now()) for n, one in known.items()}
        found = Derived(
            states={
                one.name: (one.state, one.code, one.reason, [(part.state, set(part.signed)) for part in one.parts])
                for one in standings.values()
            },
            scores=[need(case.expected).scores for case in cases],
            verdicts=[(need(case.expected).verdict, need(case.expected).released) for case in cases],
            votes=[(need(case.expected).votes, need(case.expected).voters) for case in cases],
            signed={bytes(leaf.body["owner"]) for leaf in desk.journal.leaves if leaf.kind == "confirmation"},  # type: ignore[call-overload]
            balances=tuple(books_of(desk.journal).ledger.balances()),
        )
        return found, log_tree.root(desk.journal.leaf_hashes())


def ends(desk: Desk, proposal: bytes) -> int:
    leaf = next(leaf for leaf in desk.journal.leaves if leaf.kind == "proposal" and leaf.body["id"] == proposal)
    return int(str(read_envelope(desk.get(leaf.body["envelope"])).message["end"]))  # type: ignore[arg-type]


def in_a_copy(made: Path, batches: Sequence[Sequence[bytes]]) -> tuple[Derived, bytes]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(shutil.copytree(made, Path(temporary) / "copy"))
        return derived(folder, batches)


@pytest.fixture(scope="module")
def expected(made: Path, files: tuple[bytes, ...]) -> tuple[Derived, bytes]:
    """What a writer comes to who gets everything at once."""
    return in_a_copy(made, [files])


def test_what_everybody_comes_to(expected: tuple[Derived, bytes]) -> None:
    """The reference itself: the newest vote of each voter, two owners' signatures, a milestone that is released."""
    found, _ = expected
    units = tuple(n * cast.UNIT for n in (350_000 + 125_000, 90_000, 60_000))

    assert [units, (210_000 * cast.UNIT, 90_000 * cast.UNIT, 0)] == found.scores
    assert [("passed", True), ("passed", True)] == found.verdicts
    assert [(7, 5), (2, 2)] == found.votes
    assert {cast.address("ann"), cast.address("cho")} == found.signed
    assert ("Withdrawn", "STATUS", "withdrawn", []) == found.states["IIP-4"]
    assert ["executable", "ready"] == [state for state, _ in found.states["IIP-1"][3]]  # type: ignore[index]


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_the_order_of_files_does_not_matter(
    made: Path, files: tuple[bytes, ...], expected: tuple[Derived, bytes], data: st.DataObject
) -> None:
    """Permuted, cut into calls anywhere, some of them taken again: the journal is another one, what it says is not."""
    order = data.draw(st.permutations(files))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(files) - 1))))
    again = data.draw(st.lists(st.sampled_from(files), max_size=3))
    batches = [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]

    found, _ = in_a_copy(made, [*batches, again])

    assert expected[0] == found
