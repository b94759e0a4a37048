"""`chain.clients.ipfs` against a real node: names equal ours, content is put, pinned, fetched and let go."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

import pytest

from chain import dag_cbor
from chain.cid import dag_cbor_cid, raw_cid
from chain.clients.ipfs import IpfsNode
from chain.content_id import ContentId
from chain.unixfs import CHUNK, WIDTH, lay_out, read
from tests.chain.refusal import refused
from tests.ipfs_node import RealNode, free_port, large, sample

KB, MB = 1 << 10, 1 << 20
SIZES = (0, KB, 256 * KB, 300 * KB, 3 * MB)
LIMIT = 64 * MB


@pytest.fixture(scope="module")
def node(ipfs_node: RealNode) -> Iterator[IpfsNode]:
    client = IpfsNode(ipfs_node.url, name="IPFS_API")
    yield client
    client.close()


def salted(salt: str, size: int) -> bytes:
    """Bytes that no other test puts there."""
    return (salt.encode() + sample(size))[:size]


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("size", SIZES)
def test_pin_fetch_unpin(node: IpfsNode, size: int, version: int) -> None:
    """The node's own name for a file is ours; it comes back block by block, and is let go."""
    data = sample(size)
    expected = lay_out(data, version).root

    assert expected == node.add(data, version)  # compared with what the node said
    assert node.is_pinned(expected)
    assert data == read(expected, node.block, max_bytes=LIMIT)
    assert node.unpin(expected)
    assert not node.is_pinned(expected)
    assert not node.unpin(expected)
    node.pin(expected)
    assert node.is_pinned(expected)
    assert node.unpin(expected)


def test_a_tree_of_two_levels(node: IpfsNode) -> None:
    """With more than 174 leaves the node builds the tree that we build."""
    if os.environ.get("CI") != "true":
        pytest.skip("46 MB are put and fetched with CI=true alone")
    data = large((WIDTH + 1) * CHUNK + 1)

    assert data == read(node.add(data), node.block, max_bytes=LIMIT)


def test_pinned_in_one_spelling_is_pinned_in_the_other(node: IpfsNode) -> None:
    """A name of version 0 and the version 1 name of the same block are one pin."""
    old = node.add(salted("spelling", 300 * KB), 0)

    assert node.is_pinned(ContentId(old.codec, old.digest, 1))


def test_what_a_journal_links_to_is_put(node: IpfsNode) -> None:
    """A dag-cbor root with a raw block below it, as a CAR: pinned, and each block is there."""
    text = salted("below a root", 900 * KB)
    root = dag_cbor.encode({"text": raw_cid(text)})
    blocks = [(dag_cbor_cid(root), root), (raw_cid(text), text)]

    node.put(dag_cbor_cid(root), blocks)

    assert node.is_pinned(ContentId.from_cid(dag_cbor_cid(root)))
    for cid, data in blocks:
        assert data == node.block(ContentId.from_cid(cid))
    assert not node.is_pinned(ContentId.from_cid(raw_cid(text)))  # kept, because its root is


@pytest.mark.parametrize("ask", [IpfsNode.block, IpfsNode.pin], ids=["block", "pin"])
def test_an_absent_name_ends_soon(node: IpfsNode, ask: Callable[[IpfsNode, ContentId], object]) -> None:
    """js-ipfs looks for what nobody has without end; the answer is ours, within five seconds."""
    start = time.monotonic()

    with refused("E_IPFS", "absent"):
        ask(node, ContentId.from_cid(raw_cid(b"nobody has this")))

    assert time.monotonic() - start < 5


def test_absent_is_not_pinned(node: IpfsNode) -> None:
    """Whether something is pinned is answered at once, also for what is not there."""
    absent = ContentId.from_cid(raw_cid(b"nobody has this either"))

    assert not node.is_pinned(absent)
    assert not node.unpin(absent)


@pytest.mark.parametrize("version", [0, 1])
def test_H96_a_node_that_gives_other_bytes_is_refused(node: IpfsNode, ipfs_node: RealNode, version: int) -> None:
    """The node's disk changed under it, and it serves what it finds: no byte of that is taken."""
    root = node.add(salted(f"served {version}", 300 * KB), version)
    leaf = lay_out(salted(f"served {version}", 300 * KB), version).blocks[0][0]
    file = ipfs_node.file_of(leaf)
    file.write_bytes(file.read_bytes()[:-1] + b"!")

    with refused("E_CID_MISMATCH", "served"):
        node.block(leaf)
    with refused("E_CID_MISMATCH", "served"):
        read(root, node.block, max_bytes=LIMIT)


def test_no_node_is_told_by_its_host() -> None:
    """A port that nobody listens on ends at once, and the sentence knows no password."""
    node = IpfsNode(f"http://user:secretkey0123456789@127.0.0.1:{free_port()}", name="IPFS_API")

    with refused("E_IPFS", "connect"):
        node.is_pinned(ContentId.from_cid(raw_cid(b"x")))
    with pytest.raises(Exception, match="IPFS_API") as caught:
        node.add(b"x")
    assert "secretkey" not in str(caught.value)
    assert caught.value.__suppress_context__  # what requests raised holds the address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:5001",
        "ftp://127.0.0.1",
        "http://",
        "http://a b",
        "http://h:99999",
        "http://h?x",
        "/ip4/127.0.0.1",
    ],
)
def test_what_is_no_url_is_refused_unseen(url: str) -> None:
    """The value of a variable that is no URL may still be a secret."""
    with pytest.raises(Exception, match="IPFS_API") as caught:
        IpfsNode(url, name="IPFS_API")
    assert {"variable": "IPFS_API"} == caught.value.facts  # type: ignore[attr-defined]
