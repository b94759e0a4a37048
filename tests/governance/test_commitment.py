"""`governance.commitment`: one block, one spelling, and no other executor beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.blocks import BlockRef
from chain.cid import dag_cbor_cid, raw_cid
from chain.errors import CodedError
from chain.json_text import canonical
from governance.commitment import Commitment, read_commitment, write_commitment
from tests.governance.space_values import BLOCK

COMMITMENT = Commitment(
    iip=12,
    document=raw_cid(b"document"),
    parts=dag_cbor_cid(b"parts"),
    settings=raw_cid(b"settings"),
    blocks=(BlockRef(1, 20_000_000, bytes(32)), BLOCK),
    fund="iip",
    supersedes=(b"\x01" * 32,),
)


def refusal(text: object) -> tuple[str, str]:
    """Return code and reason with which a `plugins` text is refused."""
    with pytest.raises(CodedError) as caught:
        read_commitment(text)
    return caught.value.code, caught.value.reason


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    """The text of the commitment, with a change of its block."""
    plugins = json.loads(write_commitment(COMMITMENT))
    change(plugins["mutualDao"])
    return canonical(plugins)


def test_a_commitment_is_read_as_written() -> None:
    """Its text is canonical JSON, and reads back as itself."""
    text = write_commitment(COMMITMENT)

    assert COMMITMENT == read_commitment(text)
    assert text == canonical(json.loads(text))
    assert ["mutualDao"] == list(json.loads(text))


def test_a_proposal_that_pays_nothing_needs_neither_parts_nor_fund() -> None:
    """Parts without a fund are refused, a fund without parts is not."""
    for harmless in (replace(COMMITMENT, parts=None), replace(COMMITMENT, parts=None, fund=None)):
        assert harmless == read_commitment(write_commitment(harmless))

    assert ("E_COMMITMENT", "field") == refusal(changed(lambda block: block.update(fund=None)))


@pytest.mark.parametrize("name", ["oSnap", "safeSnap", "safesnap", "OSNAP", "reality", "governor", "tally"])
def test_H99_another_executor_beside_ours(name: str) -> None:
    """Two executors of one proposal could both pay."""
    plugins = json.loads(write_commitment(COMMITMENT)) | {name: {}}

    assert ("E_EXECUTOR", "beside") == refusal(canonical(plugins))


def test_an_unknown_plugin_beside_ours_is_another_version() -> None:
    """`quorum` would change what the vote means to a hub."""
    plugins = json.loads(write_commitment(COMMITMENT)) | {"quorum": {}}

    assert ("E_VERSION", "plugin") == refusal(canonical(plugins))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda block: block.update(version=2), ("E_VERSION", "format")),
        (lambda block: block.update(extra=1), ("E_VERSION", "unknown_key")),
        (lambda block: block["blocks"][0].update(time=1), ("E_VERSION", "unknown_key")),
        (lambda block: block.pop("supersedes"), ("E_COMMITMENT", "field")),
        (lambda block: block.update(iip=0), ("E_COMMITMENT", "field")),
        (lambda block: block.update(iip="12"), ("E_COMMITMENT", "field")),
        (lambda block: block.update(document=block["parts"]), ("E_COMMITMENT", "field")),
        (lambda block: block.update(parts=block["document"]), ("E_COMMITMENT", "field")),
        (lambda block: block.update(settings=None), ("E_COMMITMENT", "field")),
        (lambda block: block.update(settings="Qm" + "1" * 44), ("E_COMMITMENT", "field")),
        (lambda block: block.update(blocks=[]), ("E_COMMITMENT", "field")),
        (lambda block: block["blocks"].reverse(), ("E_COMMITMENT", "field")),
        (lambda block: block["blocks"].append(block["blocks"][1]), ("E_COMMITMENT", "field")),
        (lambda block: block["blocks"][0].update(hash="0x" + "AB" * 32), ("E_COMMITMENT", "field")),
        (lambda block: block.update(fund=""), ("E_COMMITMENT", "field")),
        (lambda block: block.update(supersedes=["0x01"]), ("E_COMMITMENT", "field")),
        (lambda block: block.update(supersedes=block["supersedes"] * 2), ("E_COMMITMENT", "field")),
    ],
)
def test_another_form_is_refused(change: Callable[[dict[str, Any]], object], expected: tuple[str, str]) -> None:
    """Every key has one form, and a key more or less is a refusal."""
    assert expected == refusal(changed(change))


@pytest.mark.parametrize("text", [None, 1, "{}", "[]", '{"oSnap":{}}'])
def test_no_commitment_is_told_as_such(text: object) -> None:
    """A proposal of somebody else's tool binds nothing."""
    assert ("E_COMMITMENT", "absent") == refusal(text)


def test_another_spelling_is_refused() -> None:
    """A blank more, or keys in another order, would be another text for the same commitment."""
    text = write_commitment(COMMITMENT)

    assert "E_CANONICAL" == refusal(text.replace(",", ", ", 1))[0]
    assert "E_JSON_DUPKEY" == refusal(text.replace('"iip":12', '"iip":11,"iip":12'))[0]
    assert "E_JSON_NUMBER" == refusal(text.replace('"iip":12', '"iip":12.0'))[0]


@given(
    iip=st.integers(1, 1_000_000),
    numbers=st.lists(st.integers(0, 2**53 - 1), min_size=1, max_size=4),
    supersedes=st.lists(st.binary(min_size=32, max_size=32), max_size=3, unique=True),
    pays=st.booleans(),
)
def test_every_commitment_has_one_text(
    iip: int,
    numbers: list[int],
    supersedes: list[bytes],
    pays: bool,
) -> None:
    """What is written is read back, whatever it says."""
    commitment = replace(
        COMMITMENT,
        iip=iip,
        blocks=tuple(BlockRef(chain_id, number, bytes(32)) for chain_id, number in enumerate(numbers, 1)),
        supersedes=tuple(supersedes),
        parts=COMMITMENT.parts if pays else None,
    )

    assert commitment == read_commitment(write_commitment(commitment))
