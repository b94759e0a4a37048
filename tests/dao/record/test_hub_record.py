"""`dao.record.hub_pack` and `hub_verify`: a vote at a hub as one file, what holds of it, and every lie inside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from chain import dag_cbor, log_tree
from chain.errors import CodedError, UncheckableError
from dao.cli.start.verify_hub import answer_of
from dao.record import hub_pack
from dao.record.hub_verify import HUB_CHECKS, HubReport, verify_hub
from dao.record.trust import Trust
from dao.record.verify import verify
from governance import followed
from governance.followed import Fact, Followed
from governance.hub_answer import read_hub_json
from governance.hub_pages import check_row
from tests.governance.test_hub_audit import JUNK
from tests.hub_double import HubDouble, Row, cast, propose, vote_row

SPACE, BEGAN, DAY = "club.eth", 1_700_000_000, 86_400
BEFORE, AFTER = BEGAN - 9, BEGAN + 2 * DAY
FORMATS = Path(__file__).resolve().parents[2] / "vectors" / "formats"
ALWAYS = ("A_SETTINGS", "A_BLOCK", "A_POWER", "A_COMPLETE", "A_TIME")


class Club:
    """Two proposals at a hub, votes of the first, and what a follower keeps of both."""

    def __init__(self) -> None:
        self.hub = HubDouble()
        self.id = propose(self.hub, SPACE, 1, BEGAN)
        self.other = propose(self.hub, SPACE, 2, BEGAN + 60)
        for number in range(5):
            cast(self.hub, self.id, number, 1 + number % 2, 1.5 + number, BEGAN + 100 + number)
        self.facts: list[Fact] = [Fact("follow", BEFORE, SPACE, {"hub": "hub.example"})]
        self.known = Followed(self.facts)

    @property
    def row(self) -> Row:
        return self.hub.proposals[self.id]

    def end(self) -> None:
        """Publish what the votes give."""
        votes = self.hub.votes[self.id]
        scores = [sum(vote["vp"] for vote in votes if vote["choice"] == option) for option in (1, 2)]
        total = sum(vote["vp"] for vote in votes)
        self.row.update(scores=scores, scores_total=total, votes=len(votes), scores_state="final", state="closed")

    def look(self, seen: int) -> None:
        """A round of `dao sync`, without the hub's pages."""
        self._keep(followed.of_proposals(self.known, [parsed(row) for row in self.hub.proposals.values()], seen))
        for id_ in self.known.shown():
            self._keep(followed.of_votes(self.known, id_, [parsed(row) for row in self.hub.votes.get(id_, [])], seen))
            asked = [name for name in (id_, *self.known.votes.get(id_, {})) if name not in self.known.messages]
            rows = [self.hub.messages[name] for name in asked if name in self.hub.messages]
            self._keep(followed.of_messages(rows, asked, seen))
            self._keep(followed.of_reading(self.known, id_, seen))
        self._keep([Fact("looked", seen, SPACE, {})])

    def _keep(self, facts: Iterable[Fact]) -> None:
        for fact in list(facts):
            self.facts.append(fact)
            self.known.take(fact)

    def record(self, change: Callable[[list[Fact]], Sequence[Fact]] = lambda facts: facts) -> bytes:
        """The record of the first proposal; `change` makes of all facts what the file is written from."""
        facts = list(change(list(self.facts)))
        encoded = [fact.encode() for fact in facts]
        hashes = [log_tree.leaf_hash(data) for data in encoded]
        return hub_pack.write(self.id, hub_pack.choose(facts)[self.id], encoded, hashes)


def parsed(row: Row) -> Any:
    value: Any = read_hub_json(json.dumps(row).encode())
    check_row(value)
    return value


@pytest.fixture
def club() -> Club:
    """Looked at before the start and after the close."""
    club = Club()
    club.look(BEFORE)
    club.end()
    club.look(AFTER)
    return club


def failed(report: HubReport) -> dict[int, str]:
    return {row.number: str(row.error).partition(":")[0] for row in report.outcomes if row.ok is False}


def test_what_holds_and_what_is_assumed(club: Club) -> None:
    """Ten checks are due and pass; the rest cannot be; who looked before and after need not assume that it was not
    changed. The root is that of the follower's whole list.
    """
    report = verify_hub(club.record())
    assert (True, False, {}) == (report.ok, report.is_false, failed(report))
    assert {1, 2, *HUB_CHECKS} == {row.number for row in report.outcomes if row.due}
    assert [row.number for row in report.outcomes] == [row.number for row in verify(b"").outcomes]
    assert report.assumed == ALWAYS
    assert report.case is not None
    assert report.case.root() == log_tree.root([log_tree.leaf_hash(fact.encode()) for fact in club.facts])
    assert {fact.of for fact in report.case.facts.values()} & {club.other} == set()

    accepting = verify_hub(club.record(), Trust(accept=frozenset({"A_COMPLETE", "A_TIME", "A_NO_UPDATE"})))
    assert (True, ALWAYS[:3]) == (accepting.ok, accepting.assumed)
    for trust in (Trust(journal_key=bytes(32)), Trust(safe=(1, bytes(20)))):
        assert {90: "E_SPLIT_VIEW (hub)"} == failed(verify_hub(club.record(), trust))


def test_a_record_of_an_older_release_still_verifies(club: Club) -> None:
    """One that was written when the format was new; and it is written so today."""
    older = (FORMATS / "hub-record-1.car").read_bytes()
    assert verify_hub(older).ok
    assert older == club.record()


def test_nobody_looked_before_the_start() -> None:
    """Then it is assumed that nothing was changed before."""
    club = Club()
    club.end()
    club.look(AFTER)
    report = verify_hub(club.record())
    assert (True, (*ALWAYS, "A_NO_UPDATE")) == (report.ok, report.assumed)


def edit(club: Club) -> None:
    club.row["body"] += " edited"


def lose_the_authors_signature(club: Club) -> None:
    club.known.messages.clear()
    club.facts[:] = [fact for fact in club.facts if fact.of != club.id or fact.kind != "message"]
    club.hub.messages[club.id]["sig"] = ""


def sign_for_the_author(club: Club) -> None:
    lose_the_authors_signature(club)
    club.hub.messages[club.id]["sig"] = club.hub.messages[club.other]["sig"]


def take_a_vote_back(club: Club) -> None:
    del club.hub.votes[club.id][1]
    club.end()


def drop_a_vote_from_the_list(club: Club) -> None:
    del club.hub.votes[club.id][1]


def add_a_forged_vote(club: Club) -> None:
    row = cast(club.hub, club.id, 77, 2, 5.0, BEGAN + 200)
    club.hub.messages[row["id"]]["sig"] = club.hub.messages[club.id]["sig"]
    club.end()


def add_a_vote_of_nobody(club: Club) -> None:
    club.hub.votes[club.id].append(vote_row(club.id, {"voter": "0x" + "22" * 20, "choice": 1, "vp": 5}, BEGAN + 200))
    club.end()


def add_a_late_vote(club: Club) -> None:
    cast(club.hub, club.id, 78, 1, 5.0, club.row["end"] + 1)
    club.end()


def change_a_power(club: Club) -> None:
    club.hub.votes[club.id][2]["vp"] = 99.5


def change_a_power_and_its_parts(club: Club) -> None:
    club.hub.votes[club.id][2].update(vp=99.5, vp_by_strategy=[99.5])


def swap_the_scores(club: Club) -> None:
    club.row["scores"].reverse()


def publish_too_much(club: Club) -> None:
    club.row["scores_total"] += 1


def name_two_executors(club: Club) -> None:
    place = {"network": "1", "moduleAddress": "0x" + "33" * 20, "safeAddress": "0x" + "44" * 20, "transactions": []}
    plugins = {"oSnap": {"safes": [place]}, "safeSnap": {"safes": [{}]}}
    club.id = propose(club.hub, SPACE, 3, BEGAN, plugins=json.dumps(plugins, separators=(",", ":")))
    cast(club.hub, club.id, 1, 1, 1.5, BEGAN + 5)
    club.end()


@pytest.mark.parametrize(
    ("attack", "expected", "status"),
    [
        (edit, {20: "E_REVISION (hub_changed)"}, "false"),
        (lose_the_authors_signature, {20: "E_HUB_SIG (text)"}, "unproved"),
        (sign_for_the_author, {20: "E_HUB_SIG (author)"}, "false"),
        (take_a_vote_back, {32: "E_HUB_VOTES (vanished)"}, "false"),
        (drop_a_vote_from_the_list, {32: "E_HUB_VOTES (missing)"}, "false"),
        (add_a_forged_vote, {30: "E_HUB_SIG (bad)"}, "false"),
        (add_a_vote_of_nobody, {30: "E_HUB_SIG (votes)"}, "unproved"),
        (add_a_late_vote, {31: "E_HUB_VOTES (window)"}, "false"),
        (change_a_power, {41: "E_HUB_POWER (parts)"}, "false"),
        (change_a_power_and_its_parts, {41: "E_HUB_POWER (score)"}, "false"),
        (swap_the_scores, {41: "E_HUB_POWER (score)", 42: "E_HUB_WINNER"}, "false"),
        (publish_too_much, {41: "E_RESULT_MISMATCH (hub)"}, "false"),
        (name_two_executors, {23: "E_EXECUTOR (several)"}, "false"),
    ],
)
def test_what_a_hub_can_lie_about(
    attack: Callable[[Club], None], expected: dict[int, str], status: str, club: Club
) -> None:
    """Each is caught by its check and by its name; what cannot be said is not called false."""
    attack(club)
    club.look(AFTER + DAY)
    report = verify_hub(club.record())

    assert (False, status == "false") == (report.ok, report.is_false)
    assert expected.items() <= failed(report).items(), failed(report)
    first = next(row for row in report.outcomes if row.ok is False)
    assert expected[min(expected)] == str(first.error).partition(":")[0]


def test_gone_before_the_end() -> None:
    """A proposal that a follower saw vanish while votes were taken was never decided."""
    club = Club()
    club.look(BEFORE)
    row = club.hub.proposals.pop(club.id)
    club.look(BEGAN + 3_600)
    club.hub.proposals[club.other] |= {"votes": 0}
    report = verify_hub(club.record())
    assert "E_REVISION (hub_gone)" == failed(report)[26]
    club.hub.proposals[club.id] = row


def test_a_list_that_was_not_read_to_its_end() -> None:
    """Nobody looked since the scores became final: whether the list is whole could not be checked."""
    club = Club()
    club.look(BEGAN + 3_600)
    report = verify_hub(club.record())
    assert ({32: "E_HUB_VOTES (reading)"}, False, False) == (failed(report), report.ok, report.is_false)


def leave_out(kind: str) -> Callable[[list[Fact]], list[Fact]]:
    """Drop the first fact of a kind from the list and write a new one without it."""

    def change(facts: list[Fact]) -> list[Fact]:
        first = next(number for number, fact in enumerate(facts) if fact.kind == kind)
        return [fact for number, fact in enumerate(facts) if number != first]

    return change


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("vote", (32, "E_HUB_VOTES (missing)")),
        ("message", (20, "E_HUB_SIG (text)")),
        ("follow", (2, "E_CANONICAL (manifest)")),
        ("proposal", (20, "E_HUB_SIG (text)")),
        ("looked", (20, "")),
    ],
)
def test_a_follower_who_leaves_something_out(club: Club, kind: str, expected: tuple[int, str]) -> None:
    """What the rest needs is missed; what it does not need, nobody misses, and that is what `A_COMPLETE` says."""
    report = verify_hub(club.record(leave_out(kind)))
    assert (not expected[1]) == report.ok
    assert expected[1] == failed(report).get(expected[0], "")


def rewritten(club: Club, **members: object) -> bytes:
    """The record with members of its root changed."""
    from chain import car
    from chain.cid import dag_cbor_cid

    file = car.read(club.record())
    value = {**file.values[file.root], **members}  # type: ignore[dict-item]
    data = dag_cbor.encode({name: value for name, value in value.items() if value is not ...})
    root = dag_cbor_cid(data)
    return car.write(root, car.collect(root, lambda cid: data if cid == root else file.blocks[cid]))


def test_a_file_of_another_form(club: Club) -> None:
    """Another proposal's id, version, member or size, a proof of something else, and facts that do not belong there."""
    assert {2: "E_CANONICAL (manifest)"} == failed(verify_hub(rewritten(club, proposal=club.other)))
    assert {2: "E_VERSION (record)"} == failed(verify_hub(rewritten(club, v=2)))
    assert {2: "E_CANONICAL (manifest)"} == failed(verify_hub(rewritten(club, more=1)))
    assert 3 in failed(verify_hub(rewritten(club, size=len(club.facts) + 1)))
    assert 3 in failed(verify_hub(rewritten(club, proof=[])))
    assert not verify_hub(rewritten(club, v=2)).is_false

    encoded = [fact.encode() for fact in club.facts]
    every = hub_pack.write(club.id, range(len(encoded)), encoded, [log_tree.leaf_hash(data) for data in encoded])
    assert {2: "E_LOG_INCONSISTENT (foreign)"} == failed(verify_hub(every))
    renamed = club.record(lambda facts: [*facts, Fact("message", AFTER, club.id, {"id": club.other, "sig": "0x"})])
    assert {2: "E_LOG_INCONSISTENT (foreign)"} == failed(verify_hub(renamed))
    earlier = club.record(lambda facts: [*facts, Fact("looked", BEFORE - 1, SPACE, {})])
    assert {2: "E_LOG_INCONSISTENT (time)"} == failed(verify_hub(earlier))


@pytest.mark.parametrize("row", [{"id": None}, {"created": "x"}, {"voter": 7}, {"vp": "1"}, {"choice": {"1": None}}])
def test_rows_that_no_hub_serves(club: Club, row: Row) -> None:
    """A vote's row of another form is refused by a code, whatever it holds."""
    facts = [
        fact._replace(row={**fact.row, **row}) if fact.kind == "vote" and fact.row["voter"] == voter else fact
        for voter in [club.hub.votes[club.id][0]["voter"]]
        for fact in club.facts
    ]
    report = verify_hub(club.record(lambda _: facts))
    assert not report.ok
    assert all(isinstance(outcome.error, CodedError | None) for outcome in report.outcomes)


def test_H96_junk_in_a_fact(club: Club) -> None:
    """A member of any fact's row replaced by anything: an answer with codes, that a machine and a person can read."""
    take_a_vote_back(club)
    club.look(AFTER + DAY)
    random = Random(96)
    for _ in range(60):
        at = random.randrange(len(club.facts))
        fact = club.facts[at]
        name = random.choice([*fact.row, "more"])
        junk = parsed_junk(random.choice(JUNK))
        facts = [*club.facts[:at], fact._replace(row={**fact.row, name: junk}), *club.facts[at + 1 :]]
        if club.id in hub_pack.choose(facts):
            told = answer_of(verify_hub(club.record(lambda _, facts=facts: facts)))  # type: ignore[misc]
            assert json.dumps(told.document)
            assert all(line.encode() is not None for line in told.lines)


def parsed_junk(value: Any) -> Any:
    return read_hub_json(json.dumps(value).replace("Infinity", "1e400").encode())


def test_every_flipped_bit_is_seen(club: Club) -> None:
    """By the container, or by a check of what the facts say; never by a crash."""
    data, random = club.record(), Random(9)
    for _ in range(120):
        at = random.randrange(len(data))
        flipped = data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]
        assert not verify_hub(flipped).ok
    assert not hub_pack.is_hub_record(b"")
    assert hub_pack.is_hub_record(data)


def test_what_could_not_be_checked_is_of_that_kind(club: Club) -> None:
    add_a_vote_of_nobody(club)
    club.look(AFTER + DAY)
    (error,) = [row.error for row in verify_hub(club.record()).outcomes if row.error is not None]
    assert isinstance(error, UncheckableError)
