"""`chain.clients.block_folder`: laid out as a node's own folder, it keeps what is pinned, and is checked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chain import dag_cbor
from chain.cid import dag_cbor_cid, raw_cid
from chain.clients.block_folder import BlockFolder, BlockFolderError
from chain.clients.ipfs import IpfsNode
from chain.content_id import ContentId
from chain.unixfs import lay_out, read
from tests.chain.refusal import refused
from tests.ipfs_node import RealNode, sample

LIMIT = 64 << 20


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("size", [0, 1 << 10, 300 << 10, 3 << 20])
def test_put_fetch_let_go(tmp_path: Path, size: int, version: int) -> None:
    """A file is put, comes back, and leaves nothing when it is let go."""
    folder = BlockFolder(tmp_path / "blocks")
    root = folder.add(sample(size), version)

    assert lay_out(sample(size), version).root == root
    assert folder.is_pinned(root)
    assert sample(size) == read(root, folder.block, max_bytes=LIMIT)
    assert folder.unpin(root)
    assert not folder.is_pinned(root)
    assert not folder.unpin(root)
    assert ["SHARDING"] == [path.name for path in tmp_path.rglob("*") if path.is_file()]


def test_a_full_disk_keeps_no_part_of_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be written whole is gone again, and the same file is put when there is room."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    folder = BlockFolder(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with refused("E_IPFS", "folder"):
            folder.add(b"a file")
    assert ["SHARDING"] == [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert folder.is_pinned(folder.add(b"a file"))


def test_blocks_lie_where_a_node_keeps_them(tmp_path: Path, ipfs_node: RealNode) -> None:
    """Every block of a file is in a file of the same name, with the same bytes, as in a real node's repository."""
    data = b"laid out" + sample(300 << 10)
    BlockFolder(tmp_path).add(data)
    client = IpfsNode(ipfs_node.url)
    client.add(data)
    client.close()
    ours = {path.relative_to(tmp_path) for path in tmp_path.rglob("*.data")}

    assert len(lay_out(data).blocks) == len(ours)
    assert all((ipfs_node.repository / path).read_bytes() == (tmp_path / path).read_bytes() for path in ours)


def test_what_another_pin_reaches_stays(tmp_path: Path) -> None:
    """Two roots share a block: letting go of one keeps it."""
    folder = BlockFolder(tmp_path)
    shared, alone = b"shared", b"alone"
    roots = []
    for texts in ([shared, alone], [shared]):
        block = dag_cbor.encode([raw_cid(text) for text in texts])
        roots.append(ContentId.from_cid(dag_cbor_cid(block)))
        folder.put(dag_cbor_cid(block), [(dag_cbor_cid(block), block), *((raw_cid(text), text) for text in texts)])

    assert folder.unpin(roots[0])

    assert shared == folder.block(ContentId.from_cid(raw_cid(shared)))
    assert folder.reach(roots[1])
    for gone in (roots[0], ContentId.from_cid(raw_cid(alone))):
        with refused("E_IPFS", "missing"):
            folder.block(gone)


def test_damage_keeps_what_cannot_be_followed(tmp_path: Path) -> None:
    """Where a pinned root is damaged nobody knows what it reaches, so letting go of another removes no block."""
    folder = BlockFolder(tmp_path)
    damaged, other = folder.add(sample(300 << 10)), folder.add(b"other")
    for path in tmp_path.rglob("*.data"):
        if damaged.is_of(path.read_bytes()):
            path.write_bytes(b"damaged")

    assert folder.unpin(other)
    assert b"other" == folder.block(other)
    assert folder.is_pinned(damaged)


def test_H96_a_changed_block_is_refused_and_mended(tmp_path: Path) -> None:
    """A disk that gives other bytes is found out; putting the file again mends it."""
    folder = BlockFolder(tmp_path)
    root = folder.add(b"content")
    (file,) = tmp_path.rglob("*.data")
    file.write_bytes(b"c0ntent")

    with refused("E_CID_MISMATCH", "served"):
        folder.block(root)
    with refused("E_CID_MISMATCH", "served"):
        folder.pin(root)
    folder.add(b"content")
    assert b"content" == folder.block(root)


def test_a_root_is_pinned_with_all_its_blocks_or_not(tmp_path: Path) -> None:
    """A pin is a promise about everything below."""
    folder = BlockFolder(tmp_path)
    layout = lay_out(sample(300 << 10))
    for cid, data in layout.blocks[1:]:
        folder.keep_block(cid, data)

    with refused("E_IPFS", "missing"):
        folder.pin(layout.root)
    assert not folder.is_pinned(layout.root)
    folder.keep_block(*layout.blocks[0])
    folder.pin(layout.root)
    assert folder.is_pinned(layout.root)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    """What cannot be written is told in one sentence."""
    tmp_path.chmod(0o500)
    with refused("E_IPFS", "folder"):
        BlockFolder(tmp_path / "blocks").add(b"x")
    tmp_path.chmod(0o700)


def test_a_file_in_the_way(tmp_path: Path) -> None:
    """A file where the folder should be is refused, and left alone."""
    (tmp_path / "blocks").write_bytes(b"mine")

    with pytest.raises(BlockFolderError) as caught:
        BlockFolder(tmp_path / "blocks").add(b"x")
    assert ("E_IPFS", "folder") == (caught.value.code, caught.value.reason)
    assert {"blocks": b"mine"} == files(tmp_path)


def test_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is killed before a block has its name leaves no block of that name, and no pin."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        BlockFolder(tmp_path).add(b"content")

    assert [] == list(tmp_path.rglob("*.data"))
    assert not (tmp_path / "pins").exists()
