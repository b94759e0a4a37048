"""Following: an export is taken when it continues what is known and every fact in it holds, and else nothing is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chain.address import checksum
from chain.clients.devnet import Devnet
from dao.cli.start.demo import cast
from dao.keys import public_key
from dao.record.leaves import Leaf
from dao.store.journal import Journal
from tests.dao.cli import people, steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.people import People, exported, nothing_kept

Dao = Callable[..., Outcome]
Change = Callable[[list[Leaf]], list[Leaf]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A writer's workspace to copy."""
    return steps_workspace.build(tmp_path_factory.mktemp("follow") / "workspace")


@pytest.fixture
def three(dao: Dao, made: Path, tmp_path: Path) -> People:
    """Three workspaces, of which two have not followed yet."""
    return people.settle(dao, made, tmp_path)


def size(folder: Path) -> int:
    with Journal(folder / "journal.sqlite") as journal:
        return len(journal)


def follow(three: People, data: bytes, folder: Path | None = None) -> tuple[int, str]:
    """Status and code of following some bytes, in Ann's workspace."""
    file = three.inbox / "x.car"
    file.write_bytes(data)
    document = three.dao("journal", "follow", file, "--dir", folder or three.ann, "--json")
    return document.status, document.document.get("error", {}).get("code", "")


def test_a_follower_has_what_the_writer_has(three: People) -> None:
    """After following, every reading command answers there as it does in the writer's workspace."""
    three.carry()

    assert people.kept(three.ben)["journal"] == people.kept(three.ann)["journal"]
    assert (three.ben / "checkpoint").read_bytes() == (three.ann / "checkpoint").read_bytes()
    for words in (["status"], ["fund"], ["ledger"], ["journal"], ["review", "IIP-1/1"], ["tally", "IIP-1"]):
        assert (
            three.dao(*words, "--dir", three.ben, "--json").out == three.dao(*words, "--dir", three.ann, "--json").out
        )
    assert 1 == three.dao("record", "IIP-2", "--dir", three.ann).status  # its vote is open


def test_only_what_is_new_is_taken_and_twice_is_no_error(three: People) -> None:
    """An export from a later leaf on is enough for whoever has those before it."""
    three.carry()
    known = size(three.ben)
    three.dao("vote", "cast", "IIP-2", "For", "--key", "eve", "--dir", three.ben)
    file = three.inbox / "new.car"
    three.dao("journal", "export", file, "--since", known, "--dir", three.ben)

    first = three.dao("journal", "follow", file, "--dir", three.ann, "--json").document
    with nothing_kept(three.ann):
        again = three.dao("journal", "follow", file, "--dir", three.ann, "--json").document

    assert (1, "followed", known + 1) == (first["new"], first["state"], first["size"])
    assert (0, "already", known + 1) == (again["new"], again["state"], again["size"])
    assert known + 1 == size(three.ann)


def test_a_follower_passes_on_what_it_has(three: People) -> None:
    """Under the writer's own checkpoint, byte for byte the writer's file; without a checkpoint there is none."""
    three.carry()
    ours, theirs = three.inbox / "ours.car", three.inbox / "theirs.car"

    assert 0 == three.dao("journal", "export", theirs, "--dir", three.ann).status
    three.dao("journal", "export", ours, "--dir", three.ben)
    (three.ann / "checkpoint").unlink()
    refused = three.dao("journal", "export", theirs, "--dir", three.ann, "--json")

    assert ours.read_bytes() == theirs.read_bytes()
    assert (1, "E_WRITER") == (refused.status, refused.document["error"]["code"])


def test_a_record_is_read_and_written_by_a_follower(three: People) -> None:
    """The kept checkpoint is the record's: both write the same bytes."""
    sign_and_pay(three)
    three.carry()

    assert 0 == three.dao("record", "IIP-1", "--out", three.inbox / "ann.car", "--dir", three.ann).status
    assert 0 == three.dao("record", "IIP-1", "--out", three.inbox / "ben.car", "--dir", three.ben).status
    assert (three.inbox / "ben.car").read_bytes() == (three.inbox / "ann.car").read_bytes()


def sign_and_pay(three: People) -> None:
    for name in ("ann", "cho"):
        assert 0 == three.dao("sign", "IIP-1/1", "--key", name, "--dir", three.ben).status
    assert 0 == three.dao("execute", "IIP-1/1", "--key", "cho", "--dir", three.ben).status


def test_a_journal_is_followed_from_its_first_leaves_on(three: People) -> None:
    """Settings alone, then income, then proposals: an export at any moment is one that can be followed."""
    whole = size(three.ben)
    for end in (1, 3, 5, 7, 13, whole):
        assert (0, "") == follow(three, exported(three.ben, lambda leaves, end=end: leaves[:end])), end  # type: ignore[misc]
        assert end == size(three.ann)


def without(kind: str) -> Change:
    """Leave out the last leaf of a kind, and have the others point where they pointed."""

    def change(leaves: list[Leaf]) -> list[Leaf]:
        out = max(index for index, leaf in enumerate(leaves) if leaf.kind == kind)
        return [moved(leaf, out) for leaf in leaves[:out] + leaves[out + 1 :]]

    return change


def moved(leaf: Leaf, out: int) -> Leaf:
    named = {"entry": "source", "result": "closed"}.get(leaf.kind, "")
    index = leaf.body.get(named)
    return replace(leaf, body={**leaf.body, named: index - 1}) if isinstance(index, int) and index > out else leaf


def altered(kind: str, **body: object) -> Change:
    """Change some fields of the first leaf of a kind."""

    def change(leaves: list[Leaf]) -> list[Leaf]:
        at = next(index for index, leaf in enumerate(leaves) if leaf.kind == kind)
        leaves[at] = replace(leaves[at], body={**leaves[at].body, **body})
        return leaves

    return change


def later(leaves: list[Leaf]) -> list[Leaf]:
    """The last leaf says that it came tomorrow."""
    leaves[-1] = replace(leaves[-1], time=leaves[-1].time + cast.DAY)
    return leaves


def on_an_older_block(leaves: list[Leaf]) -> list[Leaf]:
    """The last leaf knows less of the chain than those before it."""
    leaves[-1] = replace(leaves[-1], block=leaves[0].block)
    return leaves


def a_stranger_s_entry(leaves: list[Leaf]) -> list[Leaf]:
    """Money is promised in the name of a proposal that nobody knows."""
    entry = next(leaf for leaf in leaves if leaf.kind == "entry" and str(leaf.body["rule"]).startswith("commit"))
    named = str(entry.body["id"])
    start = named.index(":0x")
    body = {**entry.body, "id": f"{named[: start + 3]}{'ab' * 32}{named[start + 67 :]}"}
    return [*leaves, replace(leaves[-1], kind="entry", body=body)]


LIES = (
    pytest.param(without("vote"), "E_LOG_INCONSISTENT", id="a vote that was counted is left out"),
    pytest.param(without("document"), "E_STATE", id="the text of an open proposal is left out"),
    pytest.param(without("proposal"), "E_LEDGER", id="a proposal is left out and its entry stays"),
    pytest.param(without("settings"), "E_SETTINGS", id="no settings"),
    pytest.param(altered("result", verdict="rejected"), "E_STATE", id="the verdict is turned round"),
    pytest.param(altered("result", scores=["1", "2", "3"]), "E_RESULT_MISMATCH", id="the scores are others"),
    pytest.param(altered("closed", count=1), "E_LOG_INCONSISTENT", id="the closed list is shorter"),
    pytest.param(altered("queued", part=2), "E_MILESTONE", id="a transaction is said to pay a part that waits"),
    pytest.param(altered("transition", event="tally_pass"), "E_STATE", id="a step that follows from others is written"),
    pytest.param(altered("entry", fund="other"), "E_LEDGER", id="an entry in another fund"),
    pytest.param(a_stranger_s_entry, "E_LOG_INCONSISTENT", id="an entry in the name of an unknown proposal"),
    pytest.param(later, "E_TIME", id="a leaf from the future"),
    pytest.param(on_an_older_block, "E_LOG_INCONSISTENT", id="a leaf on an older block"),
)


@pytest.mark.parametrize(("lie", "code"), LIES)
def test_the_writer_is_not_believed(three: People, lie: Change, code: str) -> None:
    """A journal that its own writer signed is refused when a fact in it does not hold; nothing is there afterwards."""
    with nothing_kept(three.ann):
        assert (1, code) == follow(three, exported(three.ben, lie))
    assert not (three.ann / "journal.sqlite").exists()


def test_H71_two_journals_under_one_key_are_a_split_view_and_both_are_kept_as_proof(three: People) -> None:
    """The writer shows Ann one list of votes and Cho another: whoever sees both has the proof, and keeps his own."""
    other = steps_workspace.copy_of(three.ben, three.inbox / "other")
    for folder, choice in ((three.ben, "For"), (other, "Against")):
        assert 0 == three.dao("vote", "cast", "IIP-2", choice, "--key", "eve", "--dir", folder).status
    three.carry()
    fork = exported(other)

    with nothing_kept(three.ann):
        assert (1, "E_SPLIT_VIEW") == follow(three, fork)

    (aside,) = (three.ann / "quarantine").glob("*.refused")
    assert fork == aside.read_bytes()
    assert "E_SPLIT_VIEW" == json.loads(aside.with_suffix(".json").read_text())["code"]
    assert (three.ann / "checkpoint").is_file()


def test_a_fork_is_found_in_whatever_is_sent_of_it(three: People) -> None:
    """Longer, shorter or only its end: a journal that does not begin with ours is never a rollback or a gap."""
    other = steps_workspace.copy_of(three.ben, three.inbox / "other")
    known = size(three.ben)
    for name in ("eve", "finn"):
        three.dao("vote", "cast", "IIP-2", "For", "--key", name, "--dir", three.ben)
    three.carry()
    three.dao("vote", "cast", "IIP-2", "Against", "--key", "eve", "--dir", other)
    shorter, end = exported(other), exported(other, since=known)
    for name in ("gil", "hana", "ivo"):
        three.dao("vote", "cast", "IIP-2", "Against", "--key", name, "--dir", other)

    with nothing_kept(three.ann):
        for data in (shorter, end, exported(other), exported(other, since=known + 2)):
            assert (1, "E_SPLIT_VIEW") == follow(three, data)


def test_an_older_export_is_a_rollback(three: People) -> None:
    """Also where only the kept checkpoint remembers how long the journal was."""
    old = exported(three.ben)
    three.dao("vote", "cast", "IIP-2", "For", "--key", "eve", "--dir", three.ben)
    three.carry()

    with nothing_kept(three.ann):
        assert (1, "E_ROLLBACK") == follow(three, old)
    (three.ann / "journal.sqlite").unlink()
    with nothing_kept(three.ann):
        assert (1, "E_ROLLBACK") == follow(three, old)
    assert 0 == follow(three, exported(three.ben))[0]


def test_a_lost_journal_comes_back_only_as_it_was(three: People) -> None:
    """The kept checkpoint outlives the journal: another one of the same length is refused."""
    other = steps_workspace.copy_of(three.ben, three.inbox / "other")
    for folder, choice in ((three.ben, "For"), (other, "Against")):
        three.dao("vote", "cast", "IIP-2", choice, "--key", "eve", "--dir", folder)
    three.carry()
    (three.ann / "journal.sqlite").unlink()

    with nothing_kept(three.ann):
        assert (1, "E_SPLIT_VIEW") == follow(three, exported(other))
    assert 0 == follow(three, exported(three.ben))[0]


def test_what_was_changed_on_the_way_is_refused(three: People) -> None:
    """Without the key nobody changes an export: not by a leaf, not by another signature, not by one byte."""
    honest = exported(three.ben)
    flipped = bytearray(honest)
    flipped[len(honest) // 2] ^= 1
    for data, code in (
        (exported(three.ben, without("vote"), honest_note=True), "E_LOG_INCONSISTENT"),
        (exported(three.ben, lambda leaves: leaves[:-1], honest_note=True), "E_LOG_INCONSISTENT"),
        (exported(three.ben, key=bytes(31) + b"\x01"), "E_NOTE"),
        (bytes(flipped), "E_CID_MISMATCH"),
        (honest[:-100], "E_CAR"),
        (honest + b"\0", "E_CAR"),
        (b"", "E_CAR"),
        (b'{"mutualDao": {}}', "E_CAR"),
    ):
        with nothing_kept(three.ann):
            assert (1, code) == follow(three, data), code


def test_an_export_that_begins_too_late_is_no_fork(three: People) -> None:
    """Leaves that lie between cannot be judged; the refusal says from where on to ask."""
    three.carry()
    known = size(three.ben)
    for name in ("eve", "finn"):
        three.dao("vote", "cast", "IIP-2", "For", "--key", name, "--dir", three.ben)

    with nothing_kept(three.ann):
        assert (1, "E_LOG_INCONSISTENT") == follow(three, exported(three.ben, since=known + 1))


def test_H101_another_dao_is_not_followed(three: People) -> None:
    """Space, chain, Safe and journal key are those of the workspace's own dao.toml, whatever the export says."""
    text = (three.ann / "dao.toml").read_text("utf-8")
    data = exported(three.ben)
    safe = text.partition('safe = "')[2].partition('"')[0]
    for old, new in (
        ('space = "3f.devnet"', 'space = "4f.devnet"'),
        (safe, f"eip155:20200903:{checksum(cast.address('nora'))}"),
        (public_key(cast.journal_key()).hex(), "11" * 32),
    ):
        assert old in text
        (three.ann / "dao.toml").write_text(text.replace(old, new), "utf-8")
        with nothing_kept(three.ann):
            assert (1, "E_SPLIT_VIEW") == follow(three, data)


def test_blocks_are_compared_with_ones_own_chain(three: People, tmp_path: Path) -> None:
    """A writer who invents the chain proves everything on it; a follower asks a chain of his own."""
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    with Devnet.create(stranger / "devnet.sqlite", cast.GENESIS) as devnet:
        for n in range(1, 40):
            devnet.time_travel(cast.GENESIS + n * cast.DAY)
    text = (three.ann / "dao.toml").read_text("utf-8")
    (three.ann / "dao.toml").write_text(text.replace('"../ben"', '"../stranger"'), "utf-8")

    with nothing_kept(three.ann):
        assert (1, "E_SPLIT_VIEW") == follow(three, exported(three.ben))


def test_the_writer_follows_nobody(three: People) -> None:
    """There is one writer, and he has the journal."""
    with nothing_kept(three.ben):
        assert (1, "E_WRITER") == follow(three, exported(three.ben), three.ben)


def test_income_that_the_writer_took_is_checked_too(three: People) -> None:
    """A donation reaches the follower with its proof; one without its entry, or told twice, does not."""

    def twice(leaves: list[Leaf]) -> list[Leaf]:
        donation = next(leaf for leaf in leaves if leaf.kind == "donation")
        return [*leaves, replace(leaves[-1], kind="donation", body=donation.body)]

    def unbooked(leaves: list[Leaf]) -> list[Leaf]:
        donated = next(index for index, leaf in enumerate(leaves) if leaf.kind == "donation")
        return leaves[: donated + 1]

    with nothing_kept(three.ann):
        assert (1, "E_LEDGER") == follow(three, exported(three.ben, twice))
        assert (1, "E_LEDGER") == follow(three, exported(three.ben, unbooked))
    assert 0 == follow(three, exported(three.ben))[0]
