"""`governance.attested`: what was asked and answered stands in the evidence, and nothing else gives the powers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chain import dag_cbor
from chain.cid import CID, dag_cbor_cid, raw_cid
from chain.errors import CodedError
from governance.attested import ROWS_BYTES_MAX, Asked, build_attested, recording, run
from governance.power import build_evidence, open_evidence
from governance.power_values import PowerTable
from governance.strategies import find
from governance.strategies.strategy import Read
from tests.governance.space_values import person, spelled
from tests.governance.strategies.world import BLOCK, MEMBERS, UNIT, VOTERS, World, settings_of

Blocks = dict[CID, bytes]


def evidence(name: str) -> tuple[CID, Blocks]:
    """Evidence of an example."""
    asked: list[Asked] = []
    powers = run(find(name, 1).plan(settings_of(name).params, VOTERS), recording(World(), asked)).powers
    return build_attested(
        number=1,
        settings=settings_of(name),
        block=BLOCK,
        powers=powers,
        asked=asked,
        providers=["a.example", "b.example"],
    )


def opened(name: str, root: CID, blocks: Blocks) -> PowerTable:
    """Open it as a verifier does."""
    return open_evidence(blocks[root], blocks.__getitem__, 1, settings_of(name), BLOCK)


def altered(name: str, chunk: str, change: Callable[[Any], object]) -> tuple[CID, Blocks]:
    """Change the root (`chunk` empty) or a first chunk, and make the links above it fit again, as a forger would."""
    root, blocks = evidence(name)
    top: Any = dag_cbor.decode(blocks[root])
    if chunk:
        block: Any = dag_cbor.decode(blocks[top[chunk][0]])
        change(block)
        data = dag_cbor.encode(block)
        top[chunk][0] = dag_cbor_cid(data)
        blocks[top[chunk][0]] = data
    else:
        change(top)
    data = dag_cbor.encode(top)
    return dag_cbor_cid(data), blocks | {dag_cbor_cid(data): data}


VOTES = "erc20-votes"


def words(row: list[Any]) -> None:
    row[3] = (9 * UNIT).to_bytes(32, "big")


@pytest.mark.parametrize(
    ("name", "chunk", "change", "reason"),
    [
        (VOTES, "answers", lambda b: words(b["rows"][0]), "computed"),
        (VOTES, "values", lambda b: b["values"][0].__setitem__(1, "1"), "computed"),
        (VOTES, "answers", lambda b: b["rows"].pop(), "question"),
        (VOTES, "answers", lambda b: b["rows"].append(b["rows"][0]), "unasked"),
        (VOTES, "answers", lambda b: b["rows"].reverse(), "question"),
        (VOTES, "answers", lambda b: b["rows"][0].__setitem__(1, bytes(20)), "question"),
        (VOTES, "answers", lambda b: b["rows"][0].__setitem__(2, bytes(36)), "question"),
        (VOTES, "answers", lambda b: b["rows"][0].__setitem__(0, "balance"), "question"),
        (VOTES, "answers", lambda b: b["rows"][0].append(1), "question"),
        (VOTES, "answers", lambda b: b["rows"].__setitem__(0, 7), "question"),
        (VOTES, "answers", lambda b: b["rows"][0].__setitem__(3, None), "answer"),
        (VOTES, "answers", lambda b: b["rows"][0].__setitem__(3, bytes(31)), "answer"),
        (VOTES, "answers", lambda b: b.update(v=2), "format"),
        (VOTES, "answers", lambda b: b.update(kind="power-values"), "field"),
        (VOTES, "", lambda r: r.update(providers=[]), "field"),
        (VOTES, "", lambda r: r.update(providers=["x\n"]), "field"),
        (VOTES, "", lambda r: r.update(providers=["x"] * 17), "field"),
        (VOTES, "", lambda r: r.update(v=2), "format"),
        (VOTES, "", lambda r: r.update(extra=1), "unknown_key"),
        (VOTES, "", lambda r: r.pop("answers"), "field"),
        (VOTES, "", lambda r: r.update(name="erc721"), "subject"),
        (VOTES, "", lambda r: r.update(answers=[]), "question"),
        (VOTES, "", lambda r: r.update(answers=r["answers"] * 2), "unasked"),
        ("eth-balance", "answers", lambda b: b["rows"][0].__setitem__(2, "011"), "base_units"),
        ("eth-balance", "answers", lambda b: b["rows"][0].__setitem__(2, 11), "question"),
        ("delegation", "answers", lambda b: b["rows"][0].__setitem__(4, 0), "question"),
        ("delegation", "answers", lambda b: b["rows"][0].__setitem__(4, True), "question"),
        ("delegation", "answers", lambda b: b["rows"][1].__setitem__(3, 41), "logs"),
        ("delegation", "answers", lambda b: b["rows"][1].__setitem__(3, 1), "logs"),
        ("delegation", "answers", lambda b: b["rows"][1].__setitem__(1, [bytes(31)]), "question"),
        ("delegation", "answers", lambda b: b["rows"][1][1].__setitem__(2, b"\x07" * 32), "logs"),
        ("delegation", "answers", lambda b: b["rows"][3:5].reverse() or b["rows"][3].__setitem__(3, 6), "logs"),
        ("mutual-policies", "answers", lambda b: b["rows"][0].__setitem__(1, b"\xc0"), "block"),
        ("mutual-policies", "answers", lambda b: b["rows"][1].__setitem__(1, raw_cid(MEMBERS)), "question"),
        ("mutual-policies", "", lambda r: r.update(providers=["a.example"]), "field"),
    ],
)  # fmt: skip
def test_every_change_is_refused(name: str, chunk: str, change: Callable[[Any], object], reason: str) -> None:
    """A digit, an order, a row, a name: whatever a forger makes fit above it."""
    assert opened(name, *evidence(name)).powers

    with pytest.raises(CodedError) as caught:
        opened(name, *altered(name, chunk, change))

    assert reason == caught.value.reason


def test_a_file_of_other_bytes_is_refused() -> None:
    """Its hash is in what the Safe's owners signed."""
    root, blocks = evidence("excluding")
    blocks[raw_cid(MEMBERS)] = f"{spelled('bob')}\n".encode()

    with pytest.raises(CodedError) as caught:
        opened("excluding", root, blocks)
    assert "E_CID_MISMATCH" == caught.value.code


def test_a_voter_cannot_be_added_without_his_answer() -> None:
    """The strategy asks about him, and the next row is not his."""
    stranger = person("mallory")
    values = lambda b: b["values"].append([stranger, str(UNIT)]) or b["values"].sort()  # noqa: E731

    with pytest.raises(CodedError) as caught:
        opened(VOTES, *altered(VOTES, "values", values))
    assert ("E_POWER", "question") == (caught.value.code, caught.value.reason)


def test_bare_powers_are_not_taken_of_these_strategies() -> None:
    """Only the balances of older records come without proof and without answers."""
    settings = settings_of(VOTES)
    root, blocks = build_evidence(number=1, settings=settings, block=BLOCK, powers={VOTERS[0]: 1})

    with pytest.raises(CodedError) as caught:
        opened(VOTES, root, blocks)
    assert ("E_POWER", "said") == (caught.value.code, caught.value.reason)


def test_many_answers_travel_in_full_chunks() -> None:
    """Chunks of 512 KiB, in one spelling: cut elsewhere, they are refused."""
    voters = sorted(person_at(number) for number in range(9_000))
    settings = settings_of(VOTES)
    asked: list[Asked] = []
    powers = run(find(VOTES, 1).plan(settings.params, voters), recording(World(), asked)).powers
    root, blocks = build_attested(
        number=1, settings=settings, block=BLOCK, powers=powers, asked=asked, providers=["a.example"]
    )
    top: Any = dag_cbor.decode(blocks[root])

    assert 9_000 == len(opened(VOTES, root, blocks).powers)
    assert 1 < len(top["answers"])
    assert all(len(block) <= ROWS_BYTES_MAX + 65_536 for block in blocks.values())

    first: Any = dag_cbor.decode(blocks[top["answers"][0]])
    second: Any = dag_cbor.decode(blocks[top["answers"][1]])
    second["rows"].insert(0, first["rows"].pop())
    for place, block in enumerate((first, second)):
        data = dag_cbor.encode(block)
        top["answers"][place] = dag_cbor_cid(data)
        blocks[dag_cbor_cid(data)] = data
    data = dag_cbor.encode(top)
    with pytest.raises(CodedError) as caught:
        opened(VOTES, dag_cbor_cid(data), blocks | {dag_cbor_cid(data): data})
    assert ("E_POWER", "field") == (caught.value.code, caught.value.reason)


def person_at(number: int) -> bytes:
    """An address, quickly."""
    return number.to_bytes(20, "big")


def test_an_answer_without_end_is_not_written() -> None:
    """A contract that answers a quarter of a megabyte is looked at, not archived."""
    asked = [Asked(Read(bytes(20), b""), bytes(300_000))]

    with pytest.raises(CodedError) as caught:
        build_attested(
            number=1, settings=settings_of(VOTES), block=BLOCK, powers={}, asked=asked, providers=["a.example"]
        )
    assert ("E_POWER", "row_size") == (caught.value.code, caught.value.reason)
