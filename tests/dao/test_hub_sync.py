"""`dao.hub_sync`: a space is followed as it is shown, wherever it is cut off. The hub is a double."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from chain.errors import CodedError
from dao import hub_sync
from dao.store import follow, schema
from dao.store.follow import FollowStore, FollowStoreError, path_of
from governance.clients import snapshot
from governance.clients.snapshot import Hub, HubError
from governance.commitment import Commitment, write_commitment
from governance.followed import Fact
from governance.followed_proposals import Standing, standings
from governance.hub_pages import HubPageError
from tests.governance.test_commitment import COMMITMENT
from tests.hub_double import HubDouble, cast, propose

SPACE = "club.eth"
BEGAN = 1_700_000_000
DAY = 86_400


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> HubDouble:
    """Two proposals with votes, one of them final, and one that nobody voted on; pages and questions are cut small."""
    monkeypatch.setattr(follow, "open_engine", _without_waiting)
    monkeypatch.setattr(snapshot, "IDS_MAX", 3)
    monkeypatch.setattr(hub_sync, "PAGE_ROWS", 3)
    monkeypatch.setattr(hub_sync, "PROPOSALS_AT_ONCE", 2)
    double = HubDouble(spaces={SPACE: {"id": SPACE, "name": "Club", "strategies": []}})
    plugins = write_commitment(COMMITMENT)
    ids = [propose(double, SPACE, n, BEGAN + n * 1_000, plugins="{}" if n else plugins) for n in range(3)]
    for number in range(5):
        cast(double, ids[0], number, 1, 1.5, BEGAN + 100 + number)
        cast(double, ids[1], number, 2, 2.25, BEGAN + 1_100 + number)
    for id_ in ids:
        double.proposals[id_]["votes"] = len(double.votes.get(id_, ()))
    double.proposals[ids[0]] |= {"scores_state": "final", "scores_updated": BEGAN + DAY, "state": "closed"}
    return double


def _without_waiting(path: Path) -> sa.Engine:
    """As the store opens a file, but without waiting for the disk: these processes die, and no power is cut."""
    engine = schema.open_engine(path)
    sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    return engine


class _Near(Hub):
    """Asks the double without a network between: what a network does to an answer, the client's own tests say."""

    def __init__(self, double: HubDouble) -> None:
        super().__init__("http://127.0.0.1:1/")
        self._double = double

    def ask(self, field: str, query: str, variables: Mapping[str, object]) -> bytes:
        name, rows = self._double.answer(query, variables)
        self._double.asked.append((name, variables))
        made = self._double.change(name, rows, len(self._double.asked))
        if isinstance(made, tuple):
            raise HubError("E_HUB_ANSWER", "http", hub=self.host, field=field, status=made[0])
        return json.dumps({"data": {name: made}}, default=float).encode()


def run(hub: HubDouble, path: Path, now: int = BEGAN + 5_000, *, again: bool = False) -> tuple[bytes, ...]:
    """One round."""
    with FollowStore(path, create=True) as store:
        hub_sync.sync(_Near(hub), store, SPACE, now, lambda *_: None, again=again)
        return tuple(store.facts)


def stand(path: Path, now: int) -> list[Standing]:
    with FollowStore(path) as store:
        return list(standings(store.known, now))


def marks(path: Path) -> list[tuple[str, str]]:
    with FollowStore(path) as store:
        return [(str(f.row["what"]), f.of) for facts in store.known.marks.values() for f in facts]


def test_cut_off_at_every_question(hub: HubDouble, tmp_path: Path) -> None:
    """A hub that fails at the n-th question, for every n: the rest of the round gives the bytes of a whole one."""
    whole = run(hub, tmp_path / "whole.sqlite")
    questions = len(hub.asked)
    assert questions > 12, "the round is too short to say anything"

    for failing in range(1, questions + 1):
        hub.asked.clear()
        hub.change = lambda _name, rows, n, failing=failing: (500, b"", {}) if n == failing else rows  # type: ignore[misc]
        path = tmp_path / f"{failing}.sqlite"
        with pytest.raises(HubError):
            run(hub, path)
        assert whole == run(hub, path, BEGAN + 5_000 + failing), f"question {failing}"
        assert len(hub.asked) < 2 * questions or failing == 1, "nothing was asked twice but the step that failed"


class _DeathError(Exception):
    """Nobody catches it."""


@pytest.mark.parametrize("after", [False, True], ids=["before the commit", "after the commit"])
def test_killed_at_every_commit(
    hub: HubDouble,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    after: bool,
) -> None:
    """A process that dies before or after its n-th commit, for every n."""
    whole = run(hub, tmp_path / "whole.sqlite")
    append, begin = FollowStore.append, FollowStore.begin
    left = [0]

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def write(*arguments: Any, **more: Any) -> Any:
            left[0] -= 1
            if left[0] == 0 and not after:
                raise _DeathError
            done = real(*arguments, **more)
            if left[0] == 0:
                raise _DeathError
            return done

        return write

    monkeypatch.setattr(FollowStore, "append", dying(append))
    monkeypatch.setattr(FollowStore, "begin", dying(begin))
    for number in range(1, 40):
        left[0] = number
        path = tmp_path / f"{number}.sqlite"
        try:
            run(hub, path)
        except _DeathError:
            left[0] = 0
            with FollowStore(path) as store:
                ended = tuple(store.facts) == whole  # it died when all was done
            again = run(hub, path)
            assert whole == (again[: len(whole)] if ended else again), f"commit {number}"
        else:
            assert number > 12
            return
    pytest.fail("the round never ended")


def test_an_old_round_begins_anew(hub: HubDouble, tmp_path: Path) -> None:
    """What is seen a day after a round was cut off is not dated back; nothing is kept twice."""
    hub.change = lambda name, rows, _: (500, b"", {}) if name == "messages" else rows
    with pytest.raises(HubError):
        run(hub, tmp_path / "f.sqlite")
    hub.change = lambda _name, rows, _n: rows
    run(hub, tmp_path / "f.sqlite", BEGAN + DAY)

    with FollowStore(tmp_path / "f.sqlite") as store:
        assert [BEGAN + DAY] == store.known.looked
        kept = [(fact.kind, fact.of) for fact in map(_decoded, store.facts) if fact.kind in ("vote", "proposal")]
    assert len(set(kept)) == len(kept) == 13


def _decoded(data: bytes) -> Fact:
    from governance.followed import decode

    return decode(data)


def test_nothing_new_is_one_fact(hub: HubDouble, tmp_path: Path) -> None:
    """A second round adds only that somebody looked; votes that are final are not asked for, but by `again`."""
    first = run(hub, tmp_path / "f.sqlite")
    hub.asked.clear()
    assert len(first) + 1 == len(run(hub, tmp_path / "f.sqlite", BEGAN + 6_000))
    of_votes = {variables["proposal"] for name, variables in hub.asked if name == "votes"}
    final = next(id_ for id_, row in hub.proposals.items() if row["scores_state"] == "final")
    assert final not in of_votes

    hub.asked.clear()
    assert len(first) + 2 == len(run(hub, tmp_path / "f.sqlite", BEGAN + 7_000, again=True))
    assert final in {variables["proposal"] for name, variables in hub.asked if name == "votes"}


def test_what_changes_at_the_hub_is_marked(hub: HubDouble, tmp_path: Path) -> None:
    """A changed text, a vote in another's place, one that is gone, a deleted proposal, and one that came back."""
    path = tmp_path / "f.sqlite"
    run(hub, path)
    bound, voted, empty = hub.proposals
    assert ["signed"] * 3 == [row.text for row in stand(path, BEGAN + 5_000)]

    first = hub.votes[voted].pop(0)
    cast(hub, voted, 0, 1, 2.25, BEGAN + 1_200)
    lost = hub.votes[voted].pop(0)
    hub.votes[voted][0]["reason"] = "another one"
    hub.proposals[bound]["body"] += "!"
    taken = hub.proposals.pop(empty)
    run(hub, path, BEGAN + 6_000)

    found = {row.id: row for row in stand(path, BEGAN + 6_000)}
    changed = hub.votes[voted][0]["id"]
    assert {("superseded", first["id"]), ("vanished", lost["id"]), ("changed", changed), ("changed", bound),
            ("vanished", empty)} == set(marks(path))  # fmt: skip
    assert ("changed", "unseen") == (found[bound].text, found[bound].at_start)
    assert (("open_vote", BEGAN), ("revised", BEGAN + 6_000)) == found[bound].events
    assert (4, 1, 1) == (found[voted].votes, found[voted].superseded, found[voted].vanished)
    assert ("vanished", "signed") == (found[empty].state, found[empty].text)

    hub.proposals[empty] = taken
    hub.votes[voted].append(lost)
    run(hub, path, BEGAN + 7_000)
    assert {("returned", empty), ("returned", lost["id"])} <= set(marks(path))
    assert 5 == {row.id: row for row in stand(path, BEGAN + 7_000)}[voted].votes


def test_start_and_close_are_what_somebody_saw(hub: HubDouble, tmp_path: Path) -> None:
    """Nothing is said of a moment that nobody looked at: before the first round, and while nobody has looked since."""
    path = tmp_path / "f.sqlite"
    bound = next(iter(hub.proposals))
    run(hub, path, BEGAN - 50)
    (row, *_) = stand(path, BEGAN + 10)
    assert ("active", "signed", "unseen") == (row.state, row.at_start, row.at_close)
    (row, *_) = stand(path, BEGAN + DAY + 1)
    assert ("closed", "unseen") == (row.state, row.at_close), "nobody has looked since the end"

    run(hub, path, BEGAN + DAY + 10)
    (row, *_) = stand(path, BEGAN + DAY + 10)
    assert ("signed", "signed", (("open_vote", BEGAN), ("ended", BEGAN + DAY))) == (
        row.at_start,
        row.at_close,
        row.events,
    )
    assert COMMITMENT == row.bound

    hub.proposals.pop(bound)
    run(hub, path, BEGAN + DAY + 20)
    (row, *_) = stand(path, BEGAN + DAY + 20)
    assert ("vanished", "signed", "ended") == (row.state, row.at_close, row.events[-1][0])


def test_a_proposal_that_is_lost_before_its_end_is_not_ended(hub: HubDouble, tmp_path: Path) -> None:
    """Of an IIP that the hub shows no more before the end nothing is released (E_REVISION), so it does not end."""
    path = tmp_path / "f.sqlite"
    run(hub, path)
    hub.proposals.pop(next(iter(hub.proposals)))
    run(hub, path, BEGAN + 6_000)
    (row, *_) = stand(path, BEGAN + 2 * DAY)

    assert (("open_vote", BEGAN), ("lost", BEGAN + 6_000)) == row.events


def test_a_foreign_signature_is_not_the_authors(hub: HubDouble, tmp_path: Path) -> None:
    """The row hashes to its id, and somebody else signed; or nobody did, as far as the hub shows."""
    first, second, third = hub.proposals
    hub.messages[first]["sig"] = hub.messages[second]["sig"]
    hub.messages[second]["sig"] = "0x"
    del hub.messages[third]
    run(hub, tmp_path / "f.sqlite")

    assert ["forged", "contract", "unproved"] == [row.text for row in stand(tmp_path / "f.sqlite", BEGAN + 1)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda name, rows, _: None if name == "space" else rows, "no_space"),
        (lambda name, rows, _: {"id": "other.eth"} if name == "space" else rows, "shape"),
        (lambda name, rows, _: [{**row, "id": "0xee"} for row in rows] if name == "messages" else rows, "other"),
        (lambda name, rows, _: [{**row, "body": "x" * 600_000} for row in rows] if name == "proposals" else rows,
         "row_size"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_adds_nothing(
    hub: HubDouble, tmp_path: Path, change: Callable[..., Any], reason: str
) -> None:
    hub.change = change
    with pytest.raises(HubPageError) as refused:
        run(hub, tmp_path / "f.sqlite")

    assert reason == refused.value.reason
    with FollowStore(tmp_path / "f.sqlite") as store:
        assert "looked" not in [_decoded(data).kind for data in store.facts]


def test_a_proposal_left_out_of_a_list_is_asked_for(hub: HubDouble, tmp_path: Path) -> None:
    """A list without a proposal that the hub still has contradicts itself, and nothing is marked."""
    run(hub, tmp_path / "f.sqlite")
    hub.change = lambda name, rows, _: rows[1:] if name == "proposals" else rows
    with pytest.raises(HubPageError) as refused:
        run(hub, tmp_path / "f.sqlite", BEGAN + 6_000)

    assert ("gone", []) == (refused.value.reason, marks(tmp_path / "f.sqlite"))


def test_another_hub_is_refused(hub: HubDouble, tmp_path: Path) -> None:
    """Two hubs' claims are not mixed, and one process writes."""
    path = tmp_path / "f.sqlite"
    run(hub, path)
    with FollowStore(path, create=True) as store, pytest.raises(FollowStoreError, match="E_FOLLOW"):
        hub_sync.sync(Hub("http://localhost:1/"), store, SPACE, BEGAN, lambda *_: None)
    with FollowStore(path, create=True), pytest.raises(FollowStoreError, match="E_LOCKED"):
        FollowStore(path, create=True)


def _damage(path: Path, sql: str, *values: object) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(path)) as database:
        database.execute(sql, values)
        database.commit()


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("DELETE FROM facts WHERE idx = 2", ()),
        ("UPDATE facts SET data = ? WHERE idx = 1", (b"\xa0",)),
        ("UPDATE facts SET data = ? WHERE idx = 1", ("text",)),
        ("CREATE VIEW more AS SELECT 1", ()),
        ("DROP TABLE facts", ()),
    ],
)
def test_a_damaged_file_is_refused(hub: HubDouble, tmp_path: Path, sql: str, values: Sequence[object]) -> None:
    path = tmp_path / "f.sqlite"
    run(hub, path)
    _damage(path, sql, *values)
    with pytest.raises(CodedError, match="E_FOLLOW"):
        FollowStore(path)


@pytest.mark.parametrize(
    ("kind", "member", "value"),
    [("vote", "created", None), ("vote", "voter", 7), ("vote", "id", "0x"), ("proposal", "created", "x")],
)
def test_a_row_that_no_round_would_keep(hub: HubDouble, tmp_path: Path, kind: str, member: str, value: object) -> None:
    """A well-spelled fact in the file of which the hub's row is none; it is refused when it is read."""
    path = tmp_path / "f.sqlite"
    run(hub, path)
    kept = list(map(_decoded, FollowStore(path).facts))
    index, fact = next((index, fact) for index, fact in enumerate(kept) if fact.kind == kind)
    _damage(
        path, "UPDATE facts SET data = ? WHERE idx = ?", fact._replace(row={**fact.row, member: value}).encode(), index
    )
    with pytest.raises(CodedError, match="E_FOLLOW"):
        FollowStore(path)


def test_names_are_file_names(tmp_path: Path) -> None:
    """A space's name is the hub's text, and leads to no other folder."""
    assert tmp_path / "follow" / "hakka.eth.sqlite" == path_of(tmp_path, "hakka.eth")
    for name in ("../x", ".hidden", "a/b", "", "x" * 300, "s:0x1", "好" * 90):
        assert tmp_path / "follow" == path_of(tmp_path, name).parent
        assert path_of(tmp_path, name).name.startswith("space-")


def test_the_commitment_is_found_in_whatever_order(hub: HubDouble, tmp_path: Path) -> None:
    """A database may sort the members of `plugins`; our block has one spelling, so it is found all the same."""
    bound = next(iter(hub.proposals))
    block = hub.proposals[bound]["plugins"]["mutualDao"]
    hub.proposals[bound]["plugins"] = {
        "mutualDao": dict(sorted(block.items(), key=lambda item: (len(item[0]), item[0])))
    }
    run(hub, tmp_path / "f.sqlite")
    (row, *_) = stand(tmp_path / "f.sqlite", BEGAN + 1)

    assert ("signed", COMMITMENT) == (row.text, row.bound)
    assert isinstance(row.bound, Commitment)
