"""Headers of every fork, by their RLP."""

from __future__ import annotations

import pytest
import rlp
from eth.chains.mainnet import MAINNET_GENESIS_HEADER

from chain.blocks import BlockRef
from chain.header import decode_header
from chain.keccak import keccak256
from chain.rlp_items import ProofError
from tests.chain.forge import header, header_fields
from tests.chain.proof_chain import proof_chain


def test_mainnet_genesis_has_its_famous_hash():
    """The first header of all, of the first fork."""
    read = decode_header(rlp.encode(MAINNET_GENESIS_HEADER))
    assert "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3" == read.hash.hex()
    assert (0, 0) == (read.number, read.timestamp)


def test_a_prague_header_says_what_py_evm_says():
    """All fields that we read, of a header with 21 of them."""
    chain = proof_chain()
    number = chain.number()
    theirs, ours = chain.py_evm_header(number), decode_header(chain.header(number))
    assert 21 == len(rlp.decode(chain.header(number)))
    assert (theirs.hash, theirs.parent_hash, theirs.block_number) == (ours.hash, ours.parent_hash, ours.number)
    assert (theirs.timestamp, theirs.state_root) == (ours.timestamp, ours.state_root)
    assert (theirs.transaction_root, theirs.receipt_root) == (ours.transactions_root, ours.receipts_root)
    assert BlockRef(5, number, theirs.hash) == ours.ref(5)


@pytest.mark.parametrize("appended", [0, 1, 6, 17])
def test_later_forks_append_fields(appended):
    """Fields that a fork appended change the hash and nothing else that we read."""
    encoded = rlp.encode([*header_fields(), *[b"\x09" * 32] * appended])
    assert (keccak256(encoded), 7) == (decode_header(encoded).hash, decode_header(encoded).number)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("parent_hash", bytes(31)),
        ("ommers_hash", b""),
        ("coinbase", bytes(21)),
        ("state_root", b""),
        ("transactions_root", bytes(33)),
        ("receipts_root", [bytes(32)]),
        ("logs_bloom", bytes(255)),
        ("number", b"\x00\x07"),
        ("number", 2**64),
        ("timestamp", b"\x00"),
        ("mix_hash", b""),
        ("nonce", bytes(9)),
    ],
)
def test_a_field_of_another_size_is_refused(field, value):
    """Each field has its size; numbers have no leading zeros."""
    decode_header(header())
    with pytest.raises(ProofError) as caught:
        decode_header(header(**{field: value}))
    assert ("E_PROOF", "malformed") == (caught.value.code, caught.value.reason)


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\x80",
        rlp.encode(header_fields()[:14]),
        rlp.encode([*header_fields(), *[b""] * 18]),
        rlp.encode([*header_fields(), [b"\x01"]]),
        header() + b"\x00",
        header()[:-1],
    ],
)
def test_what_is_no_header_is_refused(encoded):
    """Too few or too many fields, lists among them, and bytes too few or too many."""
    with pytest.raises(ProofError) as caught:
        decode_header(encoded)
    assert "header" == caught.value.facts["what"]
