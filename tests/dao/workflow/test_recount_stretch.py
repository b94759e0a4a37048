"""`dao.workflow.recount_stretch`: a journal whose writer took what he should have refused is counted by nobody."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chain import log_tree
from chain.cid import raw_cid
from chain.errors import CodedError
from dao.record.leaves import Leaf
from dao.store.journal import Journal
from dao.workflow.recount_stretch import Ask, Seen, examine
from governance.admission import OpenProposal
from governance.envelope import read_envelope
from tests.governance.space_values import BLOCK, NOW, SPACE, person, signed_vote

ID = b"\x11" * 32
PROPOSAL = OpenProposal(id=ID, space=SPACE, voting="basic", choices=3, start=NOW, end=NOW + 1_000)
SOUND, LAST = signed_vote(), signed_vote("carol", choice=2)


class Taken(NamedTuple):
    """A vote as a writer put it into his journal: what the leaf says beside the envelope."""

    raw: bytes
    time: int = NOW + 10
    id: bytes = b""
    """The envelope's own where nothing is said."""


def leaf_of(vote: Taken) -> Leaf:
    said = {"id": vote.id or read_envelope(vote.raw).id, "proposal": ID, "envelope": raw_cid(vote.raw)}
    return Leaf(kind="vote", time=vote.time, block=BLOCK, body=said)


def told(folder: Path, *votes: Taken, closed: int | None = None) -> Seen:
    """What a stretch of these votes holds."""
    path = folder / "journal.sqlite"
    with Journal(path, create=True) as journal:
        journal.append([leaf_of(vote) for vote in votes], {raw_cid(vote.raw): vote.raw for vote in votes})
        hashes = journal.leaf_hashes()
    seen = examine(Ask(path, PROPOSAL, "strict", closed, frozenset({BLOCK.chain_id})), 0, len(votes))
    assert (b"".join(hashes), log_tree.root(hashes)) == (seen.hashes, seen.root)
    return seen


def changed(raw: bytes, **members: Any) -> bytes:
    return json.dumps(json.loads(raw) | members, separators=(",", ":")).encode()


def test_sound_votes_are_told_in_their_order(tmp_path: Path) -> None:
    """Whether in the bytes of most clients or in others."""
    spaced = json.dumps(json.loads(LAST)).encode()

    seen = told(tmp_path, Taken(SOUND), Taken(spaced, NOW + 20))

    assert seen.refusal is None
    assert (NOW + 10, NOW + 20) == seen.times
    assert [
        (NOW + 10, person("alice"), NOW, read_envelope(SOUND).id, 1),
        (NOW + 20, person("carol"), NOW, read_envelope(LAST).id, 2),
    ] == seen.votes


ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def turned(sig: str) -> str:
    """The other spelling of a signature: s from the upper half, and the other v."""
    s, v = int(sig[66:130], 16), int(sig[130:], 16)
    return f"{sig[:66]}{ORDER - s:064x}{55 - v:02x}"


BAD = {
    "signed by another": (Taken(changed(SOUND, sig=json.loads(LAST)["sig"])), "E_SIG_SIGNER"),
    "with s in the upper half": (Taken(changed(SOUND, sig=turned(json.loads(SOUND)["sig"]))), "E_SIG_HIGH_S"),
    "under another id": (Taken(SOUND, id=b"\x07" * 32), "E_LOG_INCONSISTENT"),
    "of another space": (Taken(signed_vote(space="other.eth")), "E_SPACE"),
    "on another proposal": (Taken(signed_vote(proposal=b"\x12" * 32)), "E_PROPOSAL"),
    "for a choice that is none": (Taken(signed_vote(choice=4)), "E_CHOICE"),
    "in another form": (Taken(signed_vote(choice=[1])), "E_CHOICE"),
    "taken too late": (Taken(SOUND, NOW + 1_001), "E_WINDOW"),
    "signed too early": (Taken(signed_vote(timestamp=NOW - 1)), "E_WINDOW"),
    "signed ahead of its leaf": (Taken(signed_vote(timestamp=NOW + 500)), "E_WINDOW"),
}  # fmt: skip


@pytest.mark.parametrize("line", BAD)
def test_a_vote_that_should_not_have_been_taken_ends_the_count(tmp_path: Path, line: str) -> None:
    """Those before it are told, with the refusal; nobody counts on behind it."""
    vote, code = BAD[line]
    before = Taken(LAST, min(NOW + 10, vote.time))

    seen = told(tmp_path, before, vote, Taken(signed_vote("bob"), NOW + 2_000))

    assert isinstance(seen.refusal, CodedError)
    assert code == seen.refusal.code, seen.refusal
    assert [person("carol")] == [voter for _, voter, *_ in seen.votes]


def test_a_vote_behind_the_close_ends_the_count(tmp_path: Path) -> None:
    """Its moment may be inside the window; its place is not."""
    seen = told(tmp_path, Taken(SOUND), Taken(LAST), closed=0)

    assert isinstance(seen.refusal, CodedError)
    assert "E_WINDOW" == seen.refusal.code
    assert 1 == len(seen.votes)


NAMED = "cid = (SELECT cid FROM leaves WHERE idx = 1)"


@pytest.mark.parametrize(("statement", "code"), [
    ("UPDATE leaves SET kind = 'act' WHERE idx = 1", "E_LOG_INCONSISTENT"),
    ("UPDATE leaves SET kind = 7 WHERE idx = 1", "E_LOG_INCONSISTENT"),
    ("UPDATE leaves SET cid = CAST(cid || x'00' AS BLOB) WHERE idx = 1", "E_LOG_INCONSISTENT"),
    (f"UPDATE blocks SET data = CAST(data || x'00' AS BLOB) WHERE {NAMED}", "E_CID_MISMATCH"),
    (f"UPDATE blocks SET data = 'text' WHERE {NAMED}", "E_IO_JOURNAL"),
    ("DELETE FROM leaves WHERE idx = 1", "E_LOG_INCONSISTENT"),
])  # fmt: skip
def test_a_row_that_is_not_what_it_says_is_refused(tmp_path: Path, statement: str, code: str) -> None:
    """Whatever was done to the database behind the journal's back."""
    told(tmp_path, Taken(SOUND), Taken(LAST))
    path = tmp_path / "journal.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(statement)

    with pytest.raises(CodedError) as caught:
        examine(Ask(path, PROPOSAL, "strict", None, frozenset({BLOCK.chain_id})), 0, 2)

    assert code == caught.value.code
