"""An export of a journal: one file for one journal, consistent with its own checkpoint, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import car, dag_cbor, log_tree
from chain.checkpoint import open_note
from chain.cid import CID, dag_cbor_cid
from chain.errors import CodedError
from dao.cli.start.demo import cast, world
from dao.keys import public_key
from dao.record.export import read_export, write_export
from dao.record.leaves import Leaf
from dao.store.journal import Journal
from tests.dao.cli.people import note_of
from tests.dao.conftest import Played

SAMPLE = Path(__file__).resolve().parents[2] / "vectors" / "formats" / "journal-export-1.car"


@pytest.fixture(scope="module")
def journal(played: Played) -> tuple[tuple[Leaf, ...], dict[CID, bytes], bytes]:
    """The demo's leaves, all of their blocks, and a note of them."""
    with Journal(played.folder / "journal.sqlite") as opened:
        leaves = tuple(opened.leaves)
        note = note_of(leaves)
        blocks = dict(read_export(write_export(leaves, 0, note, opened.get)).blocks)
    return leaves, blocks, note


def test_an_export_holds_what_was_exported(journal: Any) -> None:
    """From any leaf on: the same leaves, and the root of the whole journal."""
    leaves, blocks, note = journal
    root = log_tree.root([log_tree.leaf_hash(leaf.encode()) for leaf in leaves])
    for since in (0, 1, 7, 32, len(leaves) - 1):
        data = write_export(leaves, since, note, blocks.__getitem__)
        export = read_export(data)

        assert (leaves[since:], since, len(leaves)) == (export.leaves, export.since, export.size)
        assert (root, note) == (export.root(), export.checkpoint)
        assert data == write_export(leaves, since, note, blocks.__getitem__)


def test_a_later_export_is_smaller(journal: Any) -> None:
    """What a follower has need not travel again."""
    leaves, blocks, note = journal
    sizes = [len(write_export(leaves, since, note, blocks.__getitem__)) for since in (0, 20, 40, 55)]

    assert sizes == sorted(sizes, reverse=True)


def forged(data: bytes, **members: object) -> bytes:
    """The same file with another root block."""
    file = car.read(data)
    root = dag_cbor.encode({**file.values[file.root], **members})  # type: ignore[dict-item]
    blocks = {**file.blocks, dag_cbor_cid(root): root}
    return car.write(dag_cbor_cid(root), car.collect(dag_cbor_cid(root), blocks.__getitem__))


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"v": 2}, "E_VERSION"),
        ({"v": True}, "E_VERSION"),
        ({"kind": "decision-record"}, "E_VERSION"),
        ({"proposal": bytes(32)}, "E_CANONICAL"),
        ({"since": 1}, "E_CANONICAL"),
        ({"since": -1}, "E_CANONICAL"),
        ({"since": True}, "E_CANONICAL"),
        ({"size": 0}, "E_CANONICAL"),
        ({"size": 1000}, "E_LOG_INCONSISTENT"),
        ({"leaves": []}, "E_LOG_INCONSISTENT"),
        ({"leaves": [1]}, "E_CANONICAL"),
        ({"proof": [b"short"]}, "E_CANONICAL"),
        ({"proof": [bytes(32), 1]}, "E_CANONICAL"),
        ({"checkpoint": "text"}, "E_CANONICAL"),
    ],
)
def test_a_frame_of_another_form_is_refused(journal: Any, members: dict[str, object], code: str) -> None:
    """The root says what follows; a file that says anything else was not written here."""
    leaves, blocks, note = journal
    data = write_export(leaves, 0, note, blocks.__getitem__)

    with pytest.raises(CodedError) as caught:
        read_export(forged(data, **members))

    assert code == caught.value.code


def test_a_proof_too_many_or_too_few_gives_no_root(journal: Any) -> None:
    """The hashes that stand for the leaves before are as many as RFC 9162 needs."""
    leaves, blocks, note = journal
    data = write_export(leaves, 7, note, blocks.__getitem__)
    proof = list(read_export(data).proof)
    for other in (proof[:-1], [*proof, bytes(32)], []):
        with pytest.raises(CodedError) as caught:
            read_export(forged(data, proof=other)).root()
        assert "E_LOG_INCONSISTENT" == caught.value.code


@given(st.data())
def test_no_flipped_bit_passes(journal: Any, data: st.DataObject) -> None:
    """Wherever it lies."""
    leaves, blocks, note = journal
    raw = bytearray(write_export(leaves, 40, note, blocks.__getitem__))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(CodedError):
        read_export(bytes(raw))


def test_a_file_of_the_first_version_is_read_for_ever() -> None:
    """The sample was written by the release that introduced the format."""
    export = read_export(SAMPLE.read_bytes())
    note = open_note(export.checkpoint, world.origin(), public_key(cast.journal_key()))

    assert (export.size, export.root()) == (note.size, note.root)
    assert {"settings", "proposal", "vote", "result", "queued"} <= {leaf.kind for leaf in export.leaves}
