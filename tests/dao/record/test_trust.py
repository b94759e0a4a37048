"""`dao.record.trust`: what a verifier knows beforehand, read strictly because everything rests on it."""

from __future__ import annotations

import json

import pytest

from chain.blocks import BlockRef
from chain.cid import raw_cid
from dao.errors import UsageError
from dao.record.trust import MAX_BYTES, Trust, read_trust

SAFE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
HASH = "0x" + "ab" * 32
BLOCK = {"chain_id": 1, "number": 7, "hash": HASH}
CID = str(raw_cid(b"settings"))


def test_every_key_is_read() -> None:
    """Each key of a trust file becomes the value that it names."""
    found = read_trust(
        json.dumps({
            "safe": f"eip155:1:{SAFE}", "settings": [CID], "journal_key": "cd" * 32, "blocks": [BLOCK],
            "accept": ["A_TIME"],
        }).encode()
    )  # fmt: skip

    assert Trust(
        safe=(1, bytes.fromhex(SAFE[2:])), settings=frozenset({raw_cid(b"settings")}),
        journal_key=b"\xcd" * 32, blocks=frozenset({BlockRef(1, 7, b"\xab" * 32)}), accept=frozenset({"A_TIME"}),
    ) == found  # fmt: skip


def test_nothing_known_is_a_trust_file_too() -> None:
    """All keys are optional."""
    assert Trust() == read_trust(b"{}")


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"[]", b"null", b"1", b"\xff", b"\xef\xbb\xbf{}", b'{"safe":"a","safe":"a"}', b'{"vault":1}',
        b'{"safe":1}', b'{"safe":null}', f'{{"safe":"{SAFE}"}}'.encode(), f'{{"safe":"eip155:0:{SAFE}"}}'.encode(),
        f'{{"safe":"eip155:1:{SAFE.lower()}x"}}'.encode(), f'{{"safe":"eip155:1:{SAFE.upper()}"}}'.encode(),
        f'{{"safe":"eip155:1:eip155:1:{SAFE}"}}'.encode(), b'{"safe":"eip155:1:0x5aaeb605"}',
        b'{"settings":"bafy"}', b'{"settings":[1]}', b'{"settings":["bafy"]}', b'{"settings":[[]]}', b'{"settings":{}}',
        b'{"journal_key":1}', b'{"journal_key":"cd"}', b'{"journal_key":null}',
        b'{"journal_key":"' + b"CD" * 32 + b'"}', b'{"journal_key":"0x' + b"cd" * 32 + b'"}',
        b'{"blocks":{}}', b'{"blocks":[1]}', b'{"blocks":[{}]}', b'{"blocks":[{"chain_id":1,"number":1}]}',
        b'{"accept":"A_TIME"}', b'{"accept":["A_BLOCK"]}', b'{"accept":["A_SETTINGS"]}', b'{"accept":[1]}',
        b'{"accept":[[]]}', b'{"accept":[{}]}', b'{"accept":[null]}', b'{"accept":["a_time"]}',
    ],
)  # fmt: skip
def test_malformed_file_is_wrong_usage(text: bytes) -> None:
    """Whatever is not exactly a trust file is refused as wrong usage, with the key that is wrong."""
    with pytest.raises(UsageError) as caught:
        read_trust(text)

    assert "E_TRUST_FILE" == caught.value.code
    assert caught.value.facts["problem"]


@pytest.mark.parametrize(
    "change",
    [
        {"chain_id": True}, {"chain_id": "1"}, {"number": 1.0}, {"number": None}, {"hash": "ab" * 32},
        {"hash": HASH.upper()}, {"hash": HASH[:-2]}, {"hash": 7}, {"time": 1},
    ],
)  # fmt: skip
def test_malformed_block_is_wrong_usage(change: dict[str, object]) -> None:
    """A block is a chain id, a number and a hash, each in its one form."""
    with pytest.raises(UsageError):
        read_trust(json.dumps({"blocks": [{**BLOCK, **change}]}).encode())


def test_two_blocks_of_one_height_contradict_each_other() -> None:
    """Whoever names two hashes for one height knows neither; the same block twice is one block."""
    with pytest.raises(UsageError):
        read_trust(json.dumps({"blocks": [BLOCK, {**BLOCK, "hash": "0x" + "cd" * 32}]}).encode())

    assert 1 == len(read_trust(json.dumps({"blocks": [BLOCK, BLOCK]}).encode()).blocks)


def test_file_has_a_limit() -> None:
    """A trust file of more than a mebibyte is not read."""
    with pytest.raises(UsageError):
        read_trust(b'{"accept":["A_TIME"]}'.ljust(MAX_BYTES + 1))
