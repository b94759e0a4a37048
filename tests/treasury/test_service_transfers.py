"""A Safe Transaction Service's list of transfers as rows of income: which are the fund's, and what is refused."""

from __future__ import annotations

import json

import pytest

from chain.address import checksum
from chain.errors import CodedError
from treasury.income_file import IncomeRow
from treasury.service_transfers import Transfers, is_json, read_transfers

SAFE, TOKEN, OTHER = b"\x11" * 20, b"\x22" * 20, b"\x33" * 20
SYMBOLS = {None: "ETH", TOKEN: "MUT"}
HASH = b"\x07" * 32


def row(**changed: object) -> dict[str, object]:
    """One coin transfer as the service writes it."""
    return {
        "type": "ETHER_TRANSFER", "executionDate": "2026-03-01T12:00:11Z", "blockNumber": 19_338_000,
        "transactionHash": "0x" + HASH.hex(), "to": checksum(SAFE), "from": checksum(OTHER), "value": str(10**18),
        "tokenId": None, "tokenAddress": None, "transferId": "i" + HASH.hex() + "0,1", "tokenInfo": None,
    } | changed  # fmt: skip


def token(**changed: object) -> dict[str, object]:
    return row(type="ERC20_TRANSFER", tokenAddress=checksum(TOKEN), value="77") | changed


def page(*rows: object) -> bytes:
    return json.dumps({"count": len(rows), "next": None, "previous": None, "results": rows}).encode()


def read(data: bytes) -> Transfers:
    return read_transfers(data, SAFE, SYMBOLS)


def test_what_came_in_is_read_with_its_place_in_the_list() -> None:
    """A page and the list in one give the same."""
    expected = [IncomeRow(1, HASH, "ETH", 10**18), IncomeRow(2, HASH, "MUT", 77)]

    assert Transfers(expected, 0) == read(page(row(), token()))
    assert Transfers(expected, 0) == read(json.dumps([row(), token()]).encode())
    assert Transfers([], 0) == read(page())


@pytest.mark.parametrize(
    "other",
    [
        row(to=checksum(OTHER)),
        row(value="0"),
        token(value="0"),
        token(tokenAddress=checksum(OTHER)),
        row(type="ERC721_TRANSFER", tokenAddress=checksum(TOKEN), tokenId="5", value=None),
    ],
    ids=["outgoing", "no coins", "no tokens", "another token", "a token with an id"],
)
def test_rows_of_others_are_counted_and_keep_their_places(other: object) -> None:
    """The row behind one that is passed over has the second place still."""
    assert Transfers([IncomeRow(2, HASH, "MUT", 77)], 1) == read(page(other, token()))


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (b"{}", "E_INCOME_FILE", "page"),
        (b'{"results": {}}', "E_INCOME_FILE", "page"),
        (page(7), "E_INCOME_FILE", "kind"),
        (page(row(type="TRANSFER")), "E_INCOME_FILE", "kind"),
        (page(row(type=["ETHER_TRANSFER"])), "E_INCOME_FILE", "kind"),
        (page(row(transactionHash="0x07")), "E_INCOME_FILE", "transaction"),
        (page(row(tokenAddress=checksum(TOKEN))), "E_INCOME_FILE", "coin"),
        (page(row(transactionHash=None)), "E_BYTES", "hex"),
        (page(row(value="1.5")), "E_UINT", "uint"),
        (page(row(value=None)), "E_UINT", "uint"),
        (page(row(value=str(2**256))), "E_UINT", "uint"),
        (page(row(to="0x11")), "E_ADDRESS", "form"),
        (page(token(tokenAddress=None)), "E_ADDRESS", "form"),
        (page(*[{"type": "ERC721_TRANSFER"}] * 10_001), "E_INCOME_FILE", "many"),
    ],
    ids=[
        "no list", "no list but a map", "no map", "another kind", "a list of kinds", "a short hash", "coins of a token",
        "no hash", "a fraction", "nothing", "too much", "a short address", "no token", "too many",
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(data: bytes, code: str, reason: str) -> None:
    """A file is taken as a whole or not at all."""
    with pytest.raises(CodedError) as refused:
        read(data)

    assert (code, reason) == (refused.value.code, refused.value.reason)


def test_a_service_answers_in_json_and_nobody_else_does() -> None:
    """The two forms of a file of income cannot be taken for one another."""
    assert [True, True] == [is_json(page()), is_json(b"\xef\xbb\xbf [")]
    assert [False, False] == [is_json(b"transaction,asset,amount\n"), is_json(b"")]
