"""`dao.places`: which places dao.toml names, how content gets into them, and that one stops no other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from chain import dag_cbor
from chain.cid import CID, dag_cbor_cid, raw_cid
from chain.clients.block_folder import BlockFolder
from chain.clients.ipfs import IpfsNode
from chain.content_id import ContentId
from chain.unixfs import lay_out
from dao.errors import DaoError
from dao.places import Content, Named, Service, ask_all, fetch, keep, open_places, read_named, standing
from tests.chain.clients.pinning_double import TOKEN, pinning_service
from tests.ipfs_node import RealNode, free_port, sample


def named(folder: Path, text: str) -> Named:
    (folder / "dao.toml").write_text(text, "utf-8")
    return read_named(folder)


def test_places_are_named_by_variables(tmp_path: Path) -> None:
    """A node, a folder in the workspace and services; without a table there is none."""
    assert not named(tmp_path, "version = 1\n")
    assert not named(tmp_path, "[ipfs]\n")
    found = named(
        tmp_path,
        '[ipfs]\napi_env = "A"\ntoken_env = "T"\nblocks = "kept"\n[[ipfs.services]]\nurl_env = "U"\ntoken_env = "S"\n',
    )

    service = Service(url_env="U", token_env="S")
    assert Named(api_env="A", token_env="T", blocks=tmp_path / "kept", services=(service,)) == found


@pytest.mark.parametrize(
    "text",
    [
        'ipfs = "http://127.0.0.1:5001"',
        '[ipfs]\napi_env = "http://user:by-hand-in-the-file@127.0.0.1"',
        "[ipfs]\napi_env = 7",
        '[ipfs]\nurl = "X"',
        "[ipfs]\nblocks = 7",
        "[ipfs]\nservices = 7",
        '[[ipfs.services]]\nurl_env = "U"',
        '[[ipfs.services]]\nurl_env = ""\ntoken_env = "S"',
        '[[ipfs.services]]\nurl_env = "U"\ntoken_env = "S"\nname = "x"',
        "\n".join(['[[ipfs.services]]\nurl_env = "U"\ntoken_env = "S"'] * 9),
        "[ipfs",
    ],
)
def test_a_table_that_is_wrong_is_refused_unseen(tmp_path: Path, text: str) -> None:
    """What stands where a name should may be a secret, so the refusal names the file alone."""
    with pytest.raises(DaoError) as caught:
        named(tmp_path, text)
    assert ("E_IPFS_ENV", "config", {"file": "dao.toml"}) == (
        caught.value.code, caught.value.reason, caught.value.facts,
    )  # fmt: skip


def test_a_variable_that_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, and no place is left open."""
    monkeypatch.delenv("NO_SUCH_NODE", raising=False)
    with pytest.raises(DaoError) as caught, open_places(Named(api_env="NO_SUCH_NODE")):
        pass
    assert ("unset", {"variable": "NO_SUCH_NODE"}) == (caught.value.reason, caught.value.facts)


def text(data: bytes) -> Content:
    def blocks() -> Sequence[tuple[CID, bytes]]:
        return [(raw_cid(data), data)]

    return Content(kind="document", name="IIP-1", root=ContentId.from_cid(raw_cid(data)), blocks=blocks)


def test_what_is_kept_is_not_sent_again(tmp_path: Path) -> None:
    """A second run asks, and puts nothing."""
    folder, content = BlockFolder(tmp_path), text(b"document")
    assert "pinned" == keep(folder, [folder], content).state
    (file,) = tmp_path.rglob("*.data")
    before = file.stat().st_mtime_ns, file.stat().st_ino

    assert "pinned" == keep(folder, [folder], content).state
    assert before == (file.stat().st_mtime_ns, file.stat().st_ino)


def test_damage_is_seen_and_mended(tmp_path: Path) -> None:
    """A place that gives other bytes does not keep the content, and is given it again."""
    folder, content = BlockFolder(tmp_path), text(b"document")
    keep(folder, [folder], content)
    (file,) = tmp_path.rglob("*.data")
    file.write_bytes(b"another")

    assert "damaged" == standing(folder, content.root).state
    assert "pinned" == keep(folder, [folder], content).state
    assert b"document" == file.read_bytes()


def test_a_place_that_is_lost_is_asked_once(tmp_path: Path) -> None:
    """A node that nobody can reach stops no other place, and costs one question."""
    folder, node = BlockFolder(tmp_path), IpfsNode(f"http://127.0.0.1:{free_port()}")
    asked: list[object] = []
    ask = node.is_pinned
    node.is_pinned = lambda cid: (asked.append(cid), ask(cid))[1]  # type: ignore[method-assign, func-returns-value]

    said = [
        [one.state for one in standings]
        for _, standings in ask_all([node, folder], [text(b"a"), text(b"b")], mend=True)
    ]

    assert [["unknown", "pinned"]] * 2 == said
    assert 1 == len(asked)


def test_a_folder_takes_from_the_node(tmp_path: Path, ipfs_node: RealNode) -> None:
    """An annex of which the workspace has no byte is copied from the node, block by block, and then read without it."""
    data = b"an annex" + sample(300 << 10)
    node, folder = IpfsNode(ipfs_node.url), BlockFolder(tmp_path)
    root = node.add(data)
    content = Content(kind="annex", name="IIP-1", root=root)

    assert ["pinned", "pinned"] == [keep(place, [node, folder], content).state for place in (node, folder)]
    assert data == fetch([folder], root)
    node.close()


def test_nothing_is_taken_where_nobody_has_it(tmp_path: Path) -> None:
    """A folder without a source keeps nothing, and says so."""
    folder = BlockFolder(tmp_path / "blocks")
    root = lay_out(sample(300 << 10)).root

    said = keep(folder, [folder], Content(kind="annex", name="x", root=root))
    assert "absent" == said.state
    assert said.error is not None
    assert "missing" == said.error.reason
    assert not (tmp_path / "blocks").exists()
    with pytest.raises(Exception, match="E_IPFS"):
        fetch([], root)


def test_a_whole_record_gets_into_every_place(
    tmp_path: Path, ipfs_node: RealNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A root with blocks below it: put into node and folder, asked for at a service."""
    leaf = b"below" + sample(100)
    root = dag_cbor.encode({"leaf": raw_cid(leaf)})
    content = Content(
        kind="record", name="iip-1.car", root=ContentId.from_cid(dag_cbor_cid(root)),
        blocks=lambda: [(dag_cbor_cid(root), root), (raw_cid(leaf), leaf)],
    )  # fmt: skip
    with pinning_service() as double:
        for name, value in {"API": ipfs_node.url, "PINS": double.url, "TOKEN": TOKEN}.items():
            monkeypatch.setenv(name, value)
        services = (Service(url_env="PINS", token_env="TOKEN"),)
        double.at_first = "queued"
        with open_places(Named(api_env="API", blocks=tmp_path / "kept", services=services)) as places:
            ((_, said),) = ask_all(places, [content], mend=True)
            double.becomes = "pinned"
            double.pins["request-1"]["status"] = "pinned"
            ((_, later),) = ask_all(places, [content], mend=False)
    assert ["pinned", "pinned", "queued"] == [one.state for one in said]
    assert ["pinned"] * 3 == [one.state for one in later]
    assert ["127.0.0.1 (API)", "kept", "127.0.0.1 (PINS)"] == [one.place for one in said]
